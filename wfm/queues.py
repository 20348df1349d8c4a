"""Queues and their targets, as `plan.toml` states them, checked key by key. Pure data."""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    ValidationInfo,
    field_validator,
    model_validator,
)

from wfm.grid import WEEKDAYS, parse_window
from wfm.turns import speedup_of

__all__ = ["ChannelName", "PlanPart", "Queue", "Share", "Shrinkage", "Target", "Window"]

ChannelName = Literal["phone", "chat", "email"]
Metric = Literal["answered_within", "average_response", "abandoned", "resolved_within", "no_service"]
Share = Annotated[float, Field(ge=0.0, le=1.0)]
DAY = 86400.0
"""Seconds of a day."""
MOST_LOST = 0.95
"""The most of rostered time that may be lost: with less left, twenty people and more would be rostered per seat."""
LESS_IS_BETTER = ("average_response", "abandoned", "no_service")
"""Metrics of which a target asks for at most so much; of the others for at least."""
ROLLING_DAYS = 30
"""Days of a rolling window (``over = "30_days"``), the day on which it ends included."""
Part = Annotated[float, Field(ge=0.0, lt=1.0)]
Lost = Annotated[float, Field(ge=0.0, le=MOST_LOST)]
# What is beyond these limits is another unit or a slip of the finger, and would take days to compute.
UpToADay = Annotated[float, Field(ge=0.0, le=DAY)]
UpToAMonth = Annotated[float, Field(ge=0.0, le=31 * DAY)]
Speedup = Annotated[float, Field(ge=0.01)]


def _window(text: str) -> str:
    parse_window(text)
    return text


Window = Annotated[str, AfterValidator(_window)]


class PlanPart(BaseModel):
    """Base of everything in a plan: frozen, no unknown keys, no infinite numbers."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @field_validator("*", mode="before")
    @classmethod
    def _yes_is_no_number(cls, value: Any, info: ValidationInfo) -> Any:
        """Refuse ``true`` where a number is meant, which Python takes for 1."""
        annotation = cls.model_fields[info.field_name or ""].annotation
        if isinstance(value, bool) and {int, float} & {annotation, *get_args(annotation)}:
            raise ValueError(f"expected a number, got {str(value).lower()}")
        return value


class Shrinkage(PlanPart):
    """``[queue.shrinkage]``: the shares of rostered time that are lost, by category; they add up.

    ``unplanned`` is drawn at random in the simulation: whole shifts for the categories in ``whole_shift``, half hours
    for the others. ``planned`` (coaching, meetings that the roster does not hold) is lost evenly. Leave, meals, breaks
    and training are in the roster and don't belong here.
    """

    unplanned: dict[str, Lost] = Field(default_factory=dict)
    planned: dict[str, Lost] = Field(default_factory=dict)
    whole_shift: tuple[str, ...] = ("absence",)

    @model_validator(mode="after")
    def _shares_leave_something(self) -> Shrinkage:
        if self.total > MOST_LOST + 1e-9:
            raise ValueError(f"the shares must add up to at most {MOST_LOST:g}, got {self.total:g}")
        return self

    @property
    def total(self) -> float:
        """The share lost altogether."""
        return sum(self.unplanned.values()) + sum(self.planned.values())


def _form(value: object) -> str:
    return "table" if isinstance(value, dict | Shrinkage) else "number"


Loss = Annotated[Annotated[Lost, Tag("number")] | Annotated[Shrinkage, Tag("table")], Discriminator(_form)]


class Target(PlanPart):
    """``[[queue.target]]``: one response-time promise.

    ``answered_within`` and ``resolved_within``: at least ``share`` within ``seconds``; ``average_response``: mean
    response at most ``seconds``; ``abandoned``: at most ``share`` of the offered contacts leave unanswered;
    ``no_service``: at most ``share`` find nobody with room when they arrive, or are never answered.

    ``pack`` names a platform's own definition (``jd.first_30s``); keys beside it win over the pack's.

    * ``count``: what is counted: the first answer to each contact (``contact``), every reply to a message
      (``round``), or customers with all their messages of a day answered in time (``customer``).
    * ``definition``: what a share is taken of, by the names of :class:`wfm.staffing.Waiting`.
    * ``over``: the span that is assessed; ``30_days`` is the rolling 30 days up to each day of the plan, with the past
      days from ``attained.csv``.
    * ``cap_seconds``: the most with which one response enters an average; 600 for live queues, none for e-mail.
    * ``unanswered_seconds``: what an unanswered one counts as (not given: its wait); ``unanswered`` ``excluded`` leaves
      them out of averages altogether.
    * ``bots`` ``included``: what a bot contains counts as answered at once; ``excluded``: it does not count.
    * ``exempt_below``: spans with fewer counted are not assessed.
    * ``clock`` ``open``: seconds run in the queue's opening hours only.
    """

    metric: Metric
    seconds: UpToAMonth | None = None
    share: Share | None = None
    window: Window = "00:00-24:00"
    over: Literal["interval", "day", "horizon", "30_days"] = "day"
    confidence: float | None = Field(None, ge=0.01, le=0.9999)
    pack: str = ""
    count: Literal["contact", "round", "customer"] = "contact"
    definition: Literal["sl_offered", "sl_answered", "sl_excl_short_ab", "sl_left_queue"] = "sl_offered"
    cap_seconds: float | None = Field(None, ge=0.1, le=31 * DAY)
    unanswered_seconds: UpToAMonth | None = None
    unanswered: Literal["counted", "excluded"] = "counted"
    bots: Literal["excluded", "included"] = "excluded"
    exempt_below: int = Field(0, ge=0, le=10_000_000)
    clock: Literal["calendar", "open"] = "calendar"

    @property
    def goal(self) -> float:
        """What is asked for: seconds for an average, else a share."""
        return (self.seconds if self.metric == "average_response" else self.share) or 0.0

    @property
    def sign(self) -> float:
        """1 where more is better, -1 where less is."""
        return -1.0 if self.metric in LESS_IS_BETTER else 1.0

    @model_validator(mode="after")
    def _numbers_fit_the_metric(self) -> Target:
        if self.metric not in ("abandoned", "no_service") and self.seconds is None:
            raise ValueError(f"metric '{self.metric}' needs 'seconds'")
        if self.metric != "average_response" and self.share is None:
            raise ValueError(f"metric '{self.metric}' needs 'share'")
        return self


class Queue(PlanPart):
    """``[[queue]]``: one stream of contacts and how people serve it.

    ``aht_seconds`` (used where the history has no handle time) and the handle time of the history are the agent's time
    for one contact handled alone; ``concurrency_speedup[k-1]`` is the throughput with k open chats relative to one.
    ``bot_containment_in`` maps a phase of the event calendar, or ``opening`` (the first hours of a sale), to the share
    that takes the place of ``bot_containment`` while it runs; ``bot_seconds`` is the bot's mean dialogue before a
    contact that it does not contain is handed to people.

    Patience has the mean ``patience_seconds`` and the shape ``patience_distribution`` (``patience_cv``: standard
    deviation over mean; 1 when not given). Of those who give up, the share ``redial`` comes again after
    ``redial_seconds`` on average, and the share ``silent_abandonment`` leaves without a sign: their chat still takes
    a slot for ``silent_seconds``. ``routing`` fills the least or the most busy person with room first.

    A chat has ``rounds`` messages of the customer on average, each takes ``reply_seconds`` of the person; what is left
    of ``aht_seconds`` is the customer's time. Without ``concurrency_speedup`` the throughput follows from these.

    ``backlog`` contacts wait at the plan's start, ``backlog_age_seconds`` old.
    """

    id: str = Field(min_length=1)
    title: str = ""
    channel: ChannelName
    platform: str = ""
    open: Window | dict[str, Window | Literal["closed"]] = "00:00-24:00"
    concurrency: int = Field(1, ge=1, le=50)
    concurrency_speedup: tuple[Speedup, ...] = ()
    routing: Literal["least_busy", "most_busy"] = "least_busy"
    rounds: float | None = Field(None, ge=1, le=1000)
    reply_seconds: float | None = Field(None, ge=0.1, le=DAY)
    patience_seconds: float | None = Field(None, ge=0.001, le=30 * DAY)
    patience_distribution: Literal["exponential", "weibull", "gamma", "lognormal", "fixed"] = "exponential"
    patience_cv: float | None = Field(None, ge=0.01, le=10)
    silent_abandonment: Share = 0.0
    silent_seconds: UpToADay = 120.0
    redial: Lost = 0.0
    redial_seconds: float = Field(300.0, ge=1, le=7 * DAY)
    backlog: int = Field(0, ge=0, le=100_000)
    backlog_age_seconds: UpToAMonth = 0.0
    priority: int = Field(5, ge=1, le=99)
    bot_containment: Part = 0.0
    bot_containment_in: dict[str, Part] = Field(default_factory=dict)
    bot_seconds: UpToADay = 0.0
    shrinkage: Loss = 0.0
    aht_seconds: float | None = Field(None, ge=1, le=7 * DAY)
    shortage_cost_per_hour: float | None = Field(None, ge=0, le=1e9)
    profile_like: str | None = None
    target: tuple[Target, ...] = ()

    @field_validator("open")
    @classmethod
    def _weekdays_exist(cls, value: str | dict[str, str]) -> str | dict[str, str]:
        if isinstance(value, dict):
            unknown = sorted(set(value) - set(WEEKDAYS))
            if unknown:
                raise ValueError(f"expected weekdays {', '.join(WEEKDAYS)}, got {', '.join(unknown)}")
        return value

    @field_validator("concurrency_speedup")
    @classmethod
    def _speedup_is_possible(cls, value: tuple[float, ...]) -> tuple[float, ...]:
        for chats, speedup in enumerate(value, start=1):
            if speedup > 10 * chats:
                raise ValueError(f"expected at most {10 * chats} with {chats} open (10 for each), got {speedup:g}")
        return value

    @model_validator(mode="after")
    def _speedup_fits_concurrency(self) -> Queue:
        if self.concurrency > 1 and self.channel != "chat":
            raise ValueError(f"only chat has concurrency above 1, got {self.concurrency} on a {self.channel} queue")
        given = self.concurrency_speedup
        if given and len(given) != self.concurrency:
            raise ValueError(f"concurrency_speedup needs {self.concurrency} numbers (one per level), got {len(given)}")
        return self

    @model_validator(mode="after")
    def _rounds_fit_the_handle_time(self) -> Queue:
        known = (self.rounds is not None, self.reply_seconds is not None)
        if any(known) and (not all(known) or self.channel != "chat" or self.aht_seconds is None):
            raise ValueError("rounds and reply_seconds go together, on a chat queue that has aht_seconds")
        if self.rounds and self.reply_seconds and self.rounds * self.reply_seconds > (self.aht_seconds or 0.0):
            text = (
                f"{self.rounds:g} rounds of {self.reply_seconds:g} s are longer than aht_seconds {self.aht_seconds:g}"
            )
            raise ValueError(text)
        counting = [number for number, target in enumerate(self.target) if target.count != "contact"]
        if counting and not all(known):
            number, target = counting[0] + 1, self.target[counting[0]]
            named = f" ({target.pack})" if target.pack else ""
            raise ValueError(f"target {number}{named} with count '{target.count}' needs rounds and reply_seconds")
        return self

    @property
    def lost_share(self) -> float:
        """Share of rostered time that is lost, planned and unplanned together."""
        return self.shrinkage if isinstance(self.shrinkage, float) else self.shrinkage.total

    @property
    def absent_share(self) -> float:
        """Share of rostered shifts that are lost whole, unplanned."""
        if isinstance(self.shrinkage, float):
            return 0.0
        return sum(self.shrinkage.unplanned.get(name, 0.0) for name in self.shrinkage.whole_shift)

    def with_absence(self, factor: float) -> Queue:
        """Return the queue with its unplanned shrinkage multiplied; at most ``MOST_LOST`` is lost altogether."""
        if isinstance(self.shrinkage, float):
            return self.model_copy(update={"shrinkage": min(self.shrinkage * factor, MOST_LOST)})
        lost, planned = self.shrinkage.total, sum(self.shrinkage.planned.values())
        most = max(MOST_LOST - planned, 0.0) / (lost - planned) if lost > planned else factor
        unplanned = {name: share * min(factor, most) for name, share in self.shrinkage.unplanned.items()}
        return self.model_copy(update={"shrinkage": self.shrinkage.model_copy(update={"unplanned": unplanned})})

    @property
    def speedup(self) -> tuple[float, ...]:
        """Throughput with 1..concurrency open contacts relative to one: given, by rounds, or else linear."""
        if self.concurrency_speedup:
            return self.concurrency_speedup
        if self.rounds is not None and self.reply_seconds is not None and self.aht_seconds is not None:
            return speedup_of(self.reply_seconds, self.think_seconds, self.concurrency)
        return tuple(float(k) for k in range(1, self.concurrency + 1))

    @property
    def think_seconds(self) -> float:
        """Mean time of a customer between a reply and the next message; 0 where rounds are not known."""
        if self.rounds is None or self.reply_seconds is None or self.aht_seconds is None:
            return 0.0
        return max(self.aht_seconds / self.rounds - self.reply_seconds, 0.0)

    def window_on(self, weekday: int) -> tuple[int, int] | None:
        """Return the opening window in minutes on a weekday (Monday 0), None when closed."""
        text = self.open if isinstance(self.open, str) else self.open.get(WEEKDAYS[weekday], "closed")
        return None if text == "closed" else parse_window(text)
