"""What each sample consists of: queues with their planted numbers, dates, known flaws of the data."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from wfm.errors import nearest
from wfm.inputs import Event

__all__ = ["BLANK", "SPECS", "QueueSpec", "SampleSpec", "own_events", "sample_names", "spec_of"]

ZONE = "Asia/Shanghai"


@dataclass(frozen=True)
class QueueSpec:
    """The planted truth of one queue.

    Attributes
    ----------
    level : float
        Contacts offered (bots included) on an ordinary average day at the sample's plan start.
    growth : float
        Ordinary growth per year (0.10 = 10 %).
    weekday, profile : str
        Keys of the tables in ``shapes``.
    open : tuple of int
        Opening window in minutes after midnight, as in ``plan.toml``.
    platform : str
        Platform whose promotions act; ``""`` when contacts follow the orders of all platforms.
    strength : float
        Exponent on the promotion's multiple.
    after_share : float
        Share of contacts that follow past orders through the after-sales kernel; the rest follows today's.
    holiday : float
        Factor on public days off (Chinese New Year has its own, deeper one).
    aht_seconds : float
        Mean handle time of one contact handled alone.
    """

    id: str
    level: float
    growth: float
    weekday: str
    profile: str
    open: tuple[int, int]
    aht_seconds: float
    platform: str = ""
    strength: float = 1.0
    after_share: float = 0.0
    holiday: float = 1.0


@dataclass(frozen=True)
class SampleSpec:
    """One sample: dates, grids, queues and the flaws that its history is given.

    ``outage`` is a (queue, day) whose contacts were lost (rows of zero); ``missing`` are (queue, day, first half hour,
    half hours) whose rows are absent.
    """

    name: str
    history_start: date
    known_until: date
    plan_start: date
    days: int
    interval_minutes: int
    queues: tuple[QueueSpec, ...]
    calendars: tuple[str, ...] = ()
    orders_per_day: float = 0.0
    outage: tuple[str, date] | None = None
    missing: tuple[tuple[str, date, int, int], ...] = ()
    main_days: tuple[tuple[str, date], ...] = ()
    platforms: tuple[str, ...] = ()
    cny_factor: float = 0.45

    @property
    def plan_end(self) -> date:
        """Last rostered day."""
        return self.plan_start + timedelta(days=self.days - 1)


_TMALL = QueueSpec("tmall-presale", 2500, 0.10, "shopping", "presale", (0, 1440), 450, platform="tmall")
_JD = QueueSpec("jd-presale", 1100, 0.12, "shopping", "presale", (480, 1440), 450, platform="jd", strength=0.8)
_PDD = QueueSpec("pdd-presale", 1000, 0.18, "shopping", "presale", (480, 1440), 400, platform="pdd", strength=0.7)
_DOUYIN = QueueSpec("douyin-presale", 780, 0.25, "shopping", "live", (480, 1440), 420, platform="douyin", strength=0.75)
_AFTER = QueueSpec("aftersale", 1650, 0.14, "service", "service", (480, 1440), 840, after_share=1.0, holiday=0.9)
_VIP = QueueSpec("vip", 180, 0.15, "shopping", "presale", (480, 1440), 600, platform="tmall", strength=0.6)
_HOTLINE = QueueSpec("hotline", 380, 0.10, "service", "phone", (540, 1260), 300, after_share=0.6, holiday=0.9)
_EMAIL = QueueSpec("email", 140, 0.10, "office", "mail", (540, 1260), 420, after_share=1.0, holiday=0.8)


def _scaled(queue: QueueSpec, factor: float) -> QueueSpec:
    return replace(queue, level=queue.level * factor)


SPECS = {
    "double11": SampleSpec(
        name="double11",
        history_start=date(2022, 10, 1),
        known_until=date(2025, 10, 12),
        plan_start=date(2025, 10, 20),
        days=28,
        interval_minutes=30,
        queues=(_TMALL, _JD, _PDD, _DOUYIN, _AFTER, _VIP, _HOTLINE, _EMAIL),
        calendars=("cn",),
        orders_per_day=8000,
        outage=("hotline", date(2024, 3, 20)),
        missing=(("jd-presale", date(2025, 4, 9), 28, 6), ("email", date(2024, 7, 17), 20, 4)),
        main_days=(
            *(("double11", date(year, 11, 11)) for year in (2022, 2023, 2024, 2025)),
            *(("618", date(year, 6, 18)) for year in (2023, 2024, 2025)),
        ),
        platforms=("tmall", "jd", "pdd", "douyin"),
    ),
    "618": SampleSpec(
        name="618",
        history_start=date(2022, 10, 1),
        known_until=date(2025, 5, 4),
        plan_start=date(2025, 5, 12),
        days=21,
        interval_minutes=30,
        queues=(
            replace(_scaled(_TMALL, 0.35), open=(480, 1440)),
            _scaled(_JD, 0.35),
            _scaled(_AFTER, 0.3),
            _scaled(_HOTLINE, 0.35),
        ),
        calendars=("cn",),
        orders_per_day=2500,
        outage=("hotline", date(2024, 3, 20)),
        missing=(("jd-presale", date(2024, 9, 11), 28, 6),),
        main_days=(
            *(("618", date(year, 6, 18)) for year in (2023, 2024, 2025)),
            *(("double11", date(year, 11, 11)) for year in (2022, 2023, 2024)),
        ),
        platforms=("tmall", "jd"),
    ),
    "hotline": SampleSpec(
        name="hotline",
        history_start=date(2023, 9, 1),
        known_until=date(2025, 9, 14),
        plan_start=date(2025, 9, 22),
        days=14,
        interval_minutes=15,
        queues=(
            QueueSpec("hotline", 520, 0.06, "office", "calls", (420, 1320), 280, holiday=0.65),
            QueueSpec("hotline-vip", 70, 0.12, "office", "calls", (420, 1320), 340, holiday=0.75),
        ),
        outage=("hotline", date(2024, 12, 11)),
        missing=(("hotline", date(2025, 3, 12), 20, 4),),
    ),
}

# The little example that a plan of one's own starts from; not a sample to choose.
BLANK = SampleSpec(
    name="blank",
    history_start=date(2025, 6, 30),
    known_until=date(2025, 8, 31),
    plan_start=date(2025, 9, 1),
    days=14,
    interval_minutes=30,
    queues=(
        QueueSpec("chat", 420, 0.0, "shopping", "presale", (540, 1260), 420),
        QueueSpec("phone", 130, 0.0, "office", "phone", (540, 1260), 280),
    ),
)


def sample_names() -> tuple[str, ...]:
    """Return the names of the samples: ``double11``, ``618``, ``hotline``."""
    return tuple(SPECS)


def spec_of(name: str) -> SampleSpec:
    """Return a sample's specification.

    Raises
    ------
    KeyError
        For an unknown name, with the nearest valid one.
    """
    if name not in SPECS:
        raise KeyError(f"unknown sample '{name}'" + nearest(name, SPECS))
    return SPECS[name]


def own_events(spec: SampleSpec) -> tuple[Event, ...]:
    """Return the shop's own phases (its ``events.csv``): the name day on every platform, opened at 20:00 on the eve.

    The bundled calendar has this hour for few editions only; a shop knows it of its own past.
    """
    zone = ZoneInfo(ZONE)
    return tuple(
        Event(
            event=event,
            platform=platform,
            phase="main_day",
            start=datetime.combine(day - timedelta(days=1), time(20), zone),
            end=datetime.combine(day, time(23, 59, 59), zone),
            has_hour=True,
            source="synthetic shop: own opening hour of the name day",
            confidence="high",
        )
        for event, day in sorted(spec.main_days, key=lambda item: item[1])
        for platform in spec.platforms
    )
