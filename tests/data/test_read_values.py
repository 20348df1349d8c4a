"""Dates, moments and numbers as people and systems write them."""

import contextlib
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.values import has_clock, is_clock, parse_clock, parse_date, parse_moment, parse_number, parse_seconds

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
MINUTES = st.datetimes(datetime(2000, 1, 1), datetime(2030, 1, 1)).map(lambda t: t.replace(second=0, microsecond=0))


@given(MINUTES)
def test_every_way_of_writing_a_local_time_is_the_same_moment(local: datetime) -> None:
    """ISO with T or blank, slashes without zeros, Chinese, compact: all give the moment that was written."""
    texts = [
        local.isoformat(),
        local.isoformat(" ", "minutes"),
        f"{local.year}/{local.month}/{local.day} {local.hour}:{local.minute:02d}",
        f"{local.year}年{local.month}月{local.day}日 {local.hour}:{local.minute:02d}",
        f"{local.year}年{local.month}月{local.day}日{local.hour}:{local.minute:02d}",
        f"{local:%Y%m%d %H:%M}",
    ]
    assert {parse_moment(text, SHANGHAI)[0] for text in texts} == {local.replace(tzinfo=SHANGHAI)}


@given(MINUTES, st.sampled_from([SHANGHAI, BERLIN]))
def test_a_stated_offset_wins_over_the_zone_of_the_plan(moment: datetime, zone: ZoneInfo) -> None:
    """Z and +hh:mm mean an absolute moment, whatever the plan's zone."""
    utc = moment.replace(tzinfo=UTC)
    texts = [f"{moment:%Y-%m-%dT%H:%M:%S}Z", utc.astimezone(zone).isoformat(), utc.isoformat(), f"{moment} +0000"]
    for text in texts:
        assert parse_moment(text, zone) == (utc, "")


@given(MINUTES)
def test_local_times_survive_the_way_through_text(moment: datetime) -> None:
    """A moment of a zone with clock changes is read back from its local text, but for the second of a double hour."""
    local = moment.replace(tzinfo=UTC).astimezone(BERLIN)
    read, change = parse_moment(local.strftime("%Y-%m-%d %H:%M"), BERLIN)
    assert change in ("", "twice")
    assert (local.timestamp() - read.timestamp()) == (3600 if local.fold else 0)
    assert change == "twice" or not local.fold


def test_clock_changes_are_told() -> None:
    """02:30 is skipped in spring and comes twice in autumn; the first of the two is meant."""
    assert parse_moment("2025-03-30 02:30", BERLIN)[1] == "skipped"
    read, change = parse_moment("2025-10-26 02:30", BERLIN)
    assert (change, read.utcoffset()) == ("twice", timedelta(hours=2))


def test_24_00_is_the_next_midnight() -> None:
    """Systems that write the end of a day as 24:00 are understood; 24:30 does not exist."""
    assert parse_moment("2025-12-31 24:00", SHANGHAI)[0] == datetime(2026, 1, 1, tzinfo=SHANGHAI)
    with pytest.raises(ValueError, match="got '2025-12-31 24:30'"):
        parse_moment("2025-12-31 24:30", SHANGHAI)


@given(st.text(max_size=25))
def test_any_other_text_is_refused_with_itself_in_the_message(text: str) -> None:
    """No text makes the readers fail in another way than by a ValueError that shows it."""
    for parse in (lambda t: parse_moment(t, BERLIN), parse_date, parse_number, parse_seconds, parse_clock):
        said = text
        with contextlib.suppress(ValueError):
            try:
                parse(text)
            except ValueError as error:
                said = str(error)
                raise
        assert text in said


@pytest.mark.parametrize("text", ["2025-02-30", "2025-13-01", "01/02/2025", "tomorrow", "2025-1-1 25:00"])
def test_dates_that_do_not_exist_are_refused(text: str) -> None:
    """Also days-first dates, which nobody can tell from months-first ones."""
    with pytest.raises(ValueError, match="expected a time like"):
        parse_moment(text, SHANGHAI)


def test_a_date_with_midnight_is_a_date_and_with_another_time_is_not() -> None:
    """Excel writes dates as midnights."""
    assert parse_date("2025-11-01 00:00:00") == parse_date("2025/11/1") == parse_date("20251101")
    with pytest.raises(ValueError, match="without a clock time"):
        parse_date("2025-11-01 08:00")


def test_numbers() -> None:
    """Thousands may be parted, blanks say nothing, infinities and words are no numbers."""
    assert parse_number("1,234.5") == 1234.5
    assert parse_number("N/A") != parse_number("N/A")
    for text in ("1,23", "inf", "x", "1_000"):
        with pytest.raises(ValueError, match="expected a number"):
            parse_number(text)


def test_seconds_may_be_clocks() -> None:
    """Many systems export handle times as H:MM:SS."""
    assert [parse_seconds(text) for text in ("90", "1:30", "00:01:30", "1:00:00")] == [90, 90, 90, 3600]


def test_clock_texts() -> None:
    """A span of two clock times counts as a clock; a date does not."""
    assert is_clock("10:00-10:30")
    assert is_clock("9:00")
    assert not is_clock("2025-10-01")
    assert has_clock("2025-10-01T00:00Z")
    assert not has_clock("2025-10-01")
    assert parse_clock("24:00") == 1440
