"""The bundled event calendar."""

from datetime import UTC, datetime

import pytest

from data.calendars import calendar_names, load_calendar
from wfm.inputs import Event


def _phases(event: str, platform: str, year: int) -> dict[str, Event]:
    rows = load_calendar("cn", "Asia/Shanghai")
    return {r.phase: r for r in rows if (r.event, r.platform, r.start.year) == (event, platform, year)}


def test_every_dated_row_is_there() -> None:
    """The calendar's 252 rows hold two without dates: 250 phases, each ending at or after its start."""
    events = load_calendar("cn", "Asia/Shanghai")
    assert calendar_names() == ("cn",)
    assert len(events) == 250
    assert all(event.start <= event.end for event in events)
    assert {event.confidence for event in events} == {"high", "medium", "low", "derived"}
    assert all(event.source for event in events)


def test_an_opening_keeps_its_hour() -> None:
    """Tmall's spot window of 2025 opens on 20 October at 20:00 in Shanghai (12:00 UTC) and ends on 14 November."""
    wave = _phases("double11", "tmall", 2025)["sale_wave1"]
    assert wave.has_hour
    assert wave.start == datetime(2025, 10, 20, 12, tzinfo=UTC)
    assert wave.end.replace(tzinfo=None) == datetime(2025, 11, 14, 23, 59, 59)


def test_midnight_openings_are_hours_and_bare_dates_are_not() -> None:
    """2021's Tmall main day opens at a stated 00:00; JD's 618 of 2020 main day is a date only and lasts all day."""
    assert _phases("double11", "tmall", 2021)["main_day"].has_hour
    bare = _phases("618", "jd", 2020)["main_day"]
    assert not bare.has_hour
    assert (bare.start.hour, bare.end.hour, bare.end.second) == (0, 23, 59)


def test_another_zone_sees_the_same_moments() -> None:
    """Seen from London, the phases are the same moments as seen from Shanghai."""
    pairs = zip(load_calendar("cn", "Asia/Shanghai"), load_calendar("cn", "Europe/London"), strict=True)
    assert all(a.start == b.start and a.end == b.end for a, b in pairs)


def test_an_unknown_calendar_is_refused_with_the_nearest_name() -> None:
    """A name that is not bundled raises KeyError that names the valid ones."""
    with pytest.raises(KeyError, match="'cn'"):
        load_calendar("cnn", "Asia/Shanghai")
