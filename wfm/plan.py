"""The plan: what `plan.toml` says, checked key by key. Pure data; reading the file is the job of ``data``."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator

from wfm.grid import WEEKDAYS, TimeGrid, parse_span_hours, parse_window
from wfm.queues import ChannelName, PlanPart, Queue, Share, Shrinkage, Target

__all__ = [
    "ChannelName", "Contract", "ContractKind", "ContractLimits", "Costs", "DriverOptions", "ForecastOptions", "Limits",
    "Plan", "PlanHead", "Queue", "RequirementOptions", "RosterOptions", "ShiftTemplate", "Shrinkage",
    "SimulationOptions", "Target", "TemporaryLimits",
]  # fmt: skip

ContractKind = Literal["employee", "part_time", "dispatch", "intern", "outsourced"]
ModelName = Literal["prophet", "regression", "same_season", "ets", "sarimax", "mean_8_weeks", "seasonal_naive"]
Lag = Annotated[int, Field(ge=-14, le=60)]
# Far enough to plan for, near enough that no date arithmetic leaves the calendar.
PlanDay = Annotated[date, Field(ge=date(1990, 1, 1), le=date(2199, 12, 31))]


class PlanHead(PlanPart):
    """``[plan]``: what is planned, when, and on which calendar and rules.

    ``synthetic`` says that people and contacts are invented; the report then carries a banner.
    """

    name: str = Field(min_length=1)
    timezone: str = "Asia/Shanghai"
    start: PlanDay
    days: int = Field(ge=1, le=366)
    interval_minutes: Literal[5, 10, 15, 30, 60] = 30
    known_until: PlanDay | None = None
    currency: str = "CNY"
    event_calendars: tuple[str, ...] = ()
    labour_rules: tuple[str, ...] = ("cn",)
    allow_unknown_holidays: bool = False
    synthetic: bool = False

    @field_validator("timezone")
    @classmethod
    def _zone_exists(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError(f"expected an IANA time zone like 'Asia/Shanghai', got '{value}'") from error
        return value

    @property
    def end(self) -> date:
        """Last rostered day (inclusive)."""
        return self.start + timedelta(days=self.days - 1)

    @property
    def last_known(self) -> date:
        """Last day whose history may reach the forecaster: ``known_until``, else the day before ``start``."""
        return self.known_until if self.known_until is not None else self.start - timedelta(days=1)

    @property
    def grid(self) -> TimeGrid:
        """The grid of the rostered horizon."""
        return TimeGrid(self.timezone, self.start, self.days, self.interval_minutes)


class ContractLimits(PlanPart):
    """Limits on temporary staff; the same keys for one contract and for all temporary kinds together."""

    headcount_max: int | None = Field(None, ge=0, le=1_000_000)
    share_max: Share | None = None
    seats_max: int | None = Field(None, ge=0, le=1_000_000)
    cost_max: float | None = Field(None, ge=0, le=1e13)
    per_experienced_max: float | None = Field(None, ge=0, le=1000)


class TemporaryLimits(ContractLimits):
    """``[limits.temporary]``."""

    dispatch_share_max: Share | None = None


class Limits(PlanPart):
    """``[limits]``."""

    temporary: TemporaryLimits = TemporaryLimits()


class Contract(PlanPart):
    """``[[contract]]``: what a group of people costs and may do.

    ``hours_per_week_guaranteed`` are paid whether rostered or not (salaried staff), so they are used first.
    Training days lie right before the first day on seat: ``training_hours_per_day`` paid hours each, no contacts.
    ``hire_from`` is the first day on which people not yet named may start training. ``speed`` and ``errors`` run by
    week on seat, the last number holds from there on: relative speed, and the share of contacts that must be done
    again, so a person counts for ``speed x (1 - errors)``.
    """

    id: str = Field(min_length=1)
    title: str = ""
    kind: ContractKind = "employee"
    cost_per_hour: float = Field(ge=0, le=1e7)
    headcount: int = Field(0, ge=0, le=5000)
    cost_per_hire: float = Field(0.0, ge=0, le=1e9)
    training_days: int = Field(0, ge=0, le=60)
    training_hours_per_day: float = Field(4.0, gt=0, le=5)
    hire_from: PlanDay | None = None
    speed: tuple[Annotated[float, Field(ge=0.01, le=2)], ...] = (1.0,)
    errors: tuple[Annotated[float, Field(ge=0, le=0.95)], ...] = (0.0,)
    queues: tuple[str, ...] = ()
    shifts: tuple[str, ...] = ()
    hours_per_week_max: float | None = Field(None, gt=0, le=168)
    hours_per_week_guaranteed: float = Field(0.0, ge=0, le=168)
    limits: ContractLimits = ContractLimits()

    @field_validator("speed", "errors")
    @classmethod
    def _weeks_are_given(cls, value: tuple[float, ...]) -> tuple[float, ...]:
        if not value:
            raise ValueError("expected at least one number, got an empty list")
        return value

    @property
    def is_temporary(self) -> bool:
        """Whether its people count as temporary staff (all but employees)."""
        return self.kind != "employee"

    def speed_in_week(self, week: int) -> float:
        """Return the relative speed in a week on seat (0 = the first)."""
        return self.speed[min(max(week, 0), len(self.speed) - 1)]

    def capacity_in_week(self, week: int) -> float:
        """Return the settled contacts in a week on seat relative to a standard person: speed x (1 - errors)."""
        return self.speed_in_week(week) * (1.0 - self.errors_in_week(week))

    def errors_in_week(self, week: int) -> float:
        """Return the share of contacts that must be done again in a week on seat (0 = the first)."""
        return self.errors[min(max(week, 0), len(self.errors) - 1)]


class ShiftTemplate(PlanPart):
    """``[[shift]]``: allowed starts and lengths, the meal and the short breaks.

    The meal starts within ``meal_after`` of the shift's start. A short break keeps ``break_clear_minutes`` away from
    both ends of the shift, from the meal and from other breaks. ``weekdays`` and ``dates`` restrict the start day.
    """

    id: str = Field(min_length=1)
    start: str
    hours: tuple[Annotated[float, Field(gt=0, le=16)], ...] = Field(max_length=48)
    meal_minutes: int = Field(0, ge=0, le=180)
    meal_after: str = "3h-5h"
    break_minutes: tuple[Annotated[int, Field(gt=0, le=60)], ...] = Field((), max_length=8)
    break_clear_minutes: int = Field(60, ge=0, le=240)
    code: str = ""
    weekdays: tuple[str, ...] = ()
    dates: tuple[date, ...] = ()

    @field_validator("start")
    @classmethod
    def _start_is_a_range(cls, value: str) -> str:
        if "-" in value:
            first, _, last = value.partition("-")
            if first.strip() == last.strip():
                value = first.strip()
        try:
            cls._range(value)
        except ValueError as error:
            text = "expected the earliest and latest start like '07:00-10:00', or one time like '09:00'"
            raise ValueError(f"{text}, got '{value}'") from error
        return value

    @field_validator("hours")
    @classmethod
    def _hours_are_given(cls, value: tuple[float, ...]) -> tuple[float, ...]:
        if not value:
            raise ValueError("expected at least one length in hours, got an empty list")
        return tuple(sorted(set(value)))

    @field_validator("meal_after")
    @classmethod
    def _meal_after_is_a_span(cls, value: str) -> str:
        parse_span_hours(value)
        return value

    @field_validator("weekdays")
    @classmethod
    def _weekdays_exist(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        unknown = sorted(set(value) - set(WEEKDAYS))
        if unknown:
            raise ValueError(f"expected weekdays {', '.join(WEEKDAYS)}, got {', '.join(unknown)}")
        return value

    @staticmethod
    def _range(text: str) -> tuple[int, int]:
        if "-" in text:
            return parse_window(text)
        first, _ = parse_window(f"{text}-24:00")
        return first, first

    @property
    def start_range(self) -> tuple[int, int]:
        """Earliest and latest start in minutes after midnight (the latest may be above 1440)."""
        return self._range(self.start)

    @property
    def meal_window(self) -> tuple[int, int]:
        """Earliest and latest start of the meal in minutes after the shift's start."""
        return parse_span_hours(self.meal_after)

    def paid_hours(self, hours: float) -> float:
        """Return the paid hours of a shift of that length (the meal is unpaid)."""
        return hours - self.meal_minutes / 60.0

    def allowed_on(self, day: date) -> bool:
        """Return whether the shift may start on ``day``."""
        if self.dates:
            return day in self.dates
        return not self.weekdays or WEEKDAYS[day.weekday()] in self.weekdays


class Costs(PlanPart):
    """``[costs]``: prices that steer the roster. ``shortage_per_agent_hour`` prices a missing agent for an hour."""

    shortage_per_agent_hour: float = Field(300.0, ge=0, le=1e9)


class ForecastOptions(PlanPart):
    """``[forecast]``: own numbers, or how ours are made; ``adjustments`` lays adjustments.csv over either."""

    file: str | None = None
    paths: int = Field(500, ge=20, le=20000)
    models: tuple[ModelName, ...] = ("prophet", "regression", "same_season")
    events: bool = True
    adjustments: bool = True
    origins: int = Field(8, ge=1, le=52)
    growth_exponent: Share | None = None


class DriverOptions(PlanPart):
    """``[[driver]]``: what a daily quantity of ``drivers.csv`` moves, and how many days later.

    ``reasons`` maps a reason of contact to its first and last day after the driver's day (negative: before it), such as
    ``{ "pre-sale" = [-1, 0], "returns" = [3, 12] }``. Without it orders have their built-in reasons, any other driver
    has one from day 0 to 2. No ``queues``: all of them.
    """

    name: str = Field(min_length=1)
    queues: tuple[str, ...] = ()
    reasons: dict[str, tuple[Lag, Lag]] = Field(default_factory=dict)
    use: bool = True

    @field_validator("reasons")
    @classmethod
    def _windows_run_forward(cls, value: dict[str, tuple[int, int]]) -> dict[str, tuple[int, int]]:
        for reason, (first, last) in value.items():
            if first > last:
                raise ValueError(f"expected [first day, last day] for reason '{reason}', got [{first}, {last}]")
        return value


class RequirementOptions(PlanPart):
    """``[requirement]``: own numbers, or how ours are made.

    ``method`` ``simulation`` corrects what the formulas say until its targets hold in simulation; ``formula`` leaves
    it at the formulas. ``replications`` is how many futures the correction looks at; chosen by volume when not given.
    """

    file: str | None = None
    method: Literal["simulation", "formula"] = "simulation"
    replications: int | None = Field(None, ge=2, le=10000)


class RosterOptions(PlanPart):
    """``[roster]``: how hard to search.

    ``effort`` is deterministic (1 = about two minutes for 200 people); ``gap`` is how closely the integer programs of
    small plans prove the bound. The search itself always uses up its effort.
    """

    effort: float = Field(1.0, ge=0.0001, le=1000)
    gap: Share = 0.005


class SimulationOptions(PlanPart):
    """``[simulation]``."""

    replications: int = Field(40, ge=2, le=10000)


class Plan(PlanPart):
    """A whole ``plan.toml``."""

    plan: PlanHead
    queue: tuple[Queue, ...] = Field(min_length=1)
    contract: tuple[Contract, ...] = Field(min_length=1)
    shift: tuple[ShiftTemplate, ...] = Field(min_length=1)
    labour: dict[str, Any] = Field(default_factory=dict)
    limits: Limits = Limits()
    costs: Costs = Costs()
    forecast: ForecastOptions = ForecastOptions()
    driver: tuple[DriverOptions, ...] = ()
    requirement: RequirementOptions = RequirementOptions()
    roster: RosterOptions = RosterOptions()
    simulation: SimulationOptions = SimulationOptions()

    def queue_by_id(self, queue_id: str) -> Queue:
        """Return a queue by its id; KeyError when there is none."""
        return {queue.id: queue for queue in self.queue}[queue_id]

    def contract_by_id(self, contract_id: str) -> Contract:
        """Return a contract by its id; KeyError when there is none."""
        return {contract.id: contract for contract in self.contract}[contract_id]

    def shift_by_id(self, shift_id: str) -> ShiftTemplate:
        """Return a shift template by its id; KeyError when there is none."""
        return {shift.id: shift for shift in self.shift}[shift_id]
