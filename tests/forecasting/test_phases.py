"""Event phases: editions, name days, openings."""

from __future__ import annotations

from datetime import date, datetime

from forecasting.phases import editions, phases_of
from tests.forecasting import world
from wfm.inputs import Event
from wfm.platforms import platform_group


def event(name: str, phase: str, start: str, end: str, platform: str = "tmall", scale: float = 1.0) -> Event:
    """Return one phase; a start without ``T`` has no stated hour."""
    first, last = (datetime.fromisoformat(text).replace(tzinfo=world.ZONE) for text in (start, end))
    return Event(name, platform, phase, first, last, "T" in start, scale)


def test_phases_close_to_each_other_are_one_edition() -> None:
    """Two waves three weeks apart are one run, last year's another; parcel records make none."""
    found = editions([
        event("double11", "sale_wave1", "2023-10-31T20:00", "2023-11-03"),
        event("double11", "sale_wave2", "2023-11-10T20:00", "2023-11-11"),
        event("double11", "sale_wave1", "2024-10-21T20:00", "2024-10-24", "jd"),
        event("double11", "logistics_peak", "2022-11-11", "2022-11-11", "express_all"),
    ])  # fmt: skip
    assert [(run.name, run.start, run.end) for run in found] == [
        ("double11 2023", date(2023, 10, 31), date(2023, 11, 11)),
        ("double11 2024", date(2024, 10, 21), date(2024, 10, 24)),
    ]


def test_an_evening_opening_has_its_first_full_day_on_the_morrow() -> None:
    """20:00 makes the day itself a part, 00:00 makes it full with an eve before."""
    evening, midnight = phases_of([
        event("a", "sale_wave1", "2024-06-01T20:00", "2024-06-02"),
        event("b", "sale_wave1", "2024-07-01T00:00", "2024-07-02"),
    ])  # fmt: skip
    assert (date(2024, 6, 1), "part") in set(evening.days())
    assert (date(2024, 6, 2), "full1") in set(evening.days())
    assert (date(2024, 6, 30), "eve") in set(midnight.days())
    assert (date(2024, 7, 1), "full1") in set(midnight.days())


def test_the_name_day_is_added_where_the_calendar_has_only_the_wave() -> None:
    """11-11 inside a running wave is a main day of every platform that runs the event; a stated one is not doubled."""
    phases = phases_of([
        event("double11", "sale_wave2", "2024-10-31T20:00", "2024-11-11"),
        event("double11", "sale_start", "2024-10-14T20:00", "2024-11-11", "jd"),
        event("double11", "main_day", "2024-11-10T20:00", "2024-11-11", "jd"),
    ])  # fmt: skip
    mains = [(phase.platform, phase.start) for phase in phases if phase.kind == "main"]
    assert mains == [("jd", date(2024, 11, 10)), ("tmall", date(2024, 11, 11))]


def test_balance_and_sale_of_one_hour_are_one_opening() -> None:
    """Balance payment and spot sale that open together count once, and the planner's factor on one is kept."""
    phases = phases_of([
        event("618", "sale_wave1", "2025-05-16T20:00", "2025-05-26"),
        event("618", "balance_payment", "2025-05-16T20:00", "2025-05-20", scale=1.4),
    ])  # fmt: skip
    assert [(phase.kind, phase.scale) for phase in phases] == [("sale", 1.4)]


def test_taobao_and_tmall_share_their_events() -> None:
    """Names of one site's shops fall into one group; no platform means all."""
    assert {platform_group(name) for name in ("taobao", "Tmall", "taobao_tmall", "tmall_juhuasuan")} == {"tmall"}
    assert platform_group("") == "all"
    assert platform_group("jd") == "jd"


def test_the_name_day_is_one_for_platforms_that_this_year_does_not_list() -> None:
    """A calendar that has only one platform this year keeps the name day of all that ever took part."""
    waves = [("tmall", 2024), ("jd", 2024), ("tmall", 2025)]
    given = [event("double11", "sale_wave1", f"{year}-11-01", f"{year}-11-12", platform) for platform, year in waves]
    found = phases_of(given)
    assert {phase.platform for phase in found if phase.kind == "main" and phase.start.year == 2025} == {"tmall", "jd"}
