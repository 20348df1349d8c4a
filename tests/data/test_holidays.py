"""Statutory holidays, days off and make-up workdays."""

from datetime import date, timedelta

import chinese_calendar
import pytest

from data.holidays import day_types


def _days(year: int, text: str) -> set[date]:
    return {date(year, int(item[:2]), int(item[3:])) for item in text.split()}


STATUTORY = {
    2025: "01-01 01-28 01-29 01-30 01-31 04-04 05-01 05-02 05-31 10-01 10-02 10-03 10-06",
    2026: "01-01 02-16 02-17 02-18 02-19 04-05 05-01 05-02 06-19 09-25 10-01 10-02 10-03",
    2027: "01-01 02-05 02-06 02-07 02-08 04-05 05-01 05-02 06-09 09-15 10-01 10-02 10-03",
}


@pytest.mark.parametrize("year", sorted(STATUTORY))
def test_the_300_percent_days_are_those_of_the_published_lists(year: int) -> None:
    """The 13 statutory days of 2025 to 2027, typed here from the holiday rules."""
    assert day_types(date(year, 1, 1), date(year, 12, 31)).statutory == _days(year, STATUTORY[year])


def test_2026_days_off_and_makeup_days_are_those_of_the_notice() -> None:
    """2026: 33 days off in seven blocks, six make-up workdays, typed here from the notice of the State Council."""
    blocks = [((1, 1), 3), ((2, 15), 9), ((4, 4), 3), ((5, 1), 5), ((6, 19), 3), ((9, 25), 3), ((10, 1), 7)]
    off = {date(2026, *first) + timedelta(days=k) for first, length in blocks for k in range(length)}
    types = day_types(date(2026, 1, 1), date(2026, 12, 31))
    assert types.days_off == off
    assert types.makeup_workdays == _days(2026, "01-04 02-14 02-28 05-09 09-20 10-10")


@pytest.mark.parametrize(("year", "count"), [(2007, 10), (2008, 11), (2013, 11), (2014, 11), (2024, 11), (2025, 13)])
def test_the_number_of_statutory_days_follows_the_rules_of_the_year(year: int, count: int) -> None:
    """Ten days before 2008, eleven to 2024, thirteen since."""
    assert len(day_types(date(year, 1, 1), date(year, 12, 31)).statutory) == count


def test_workdays_agree_with_the_library_on_every_day() -> None:
    """Weekend or day off, unless made up for: equal to chinese_calendar on each day of 2018-2026."""
    first, last = date(2018, 1, 1), date(2026, 12, 31)
    types = day_types(first, last)
    for day in (first + timedelta(days=k) for k in range((last - first).days + 1)):
        free = day in types.days_off or (day.weekday() >= 5 and day not in types.makeup_workdays)
        assert free == (not chinese_calendar.is_workday(day)), day


def test_statutory_days_are_never_in_lieu() -> None:
    """No day that the library calls in lieu is statutory, except two that it has wrong.

    4 October 2020 stands for Mid-Autumn on National Day; 3 February 2022 is the third day of the lunar year.
    """
    types = day_types(date(2004, 1, 1), date(2026, 12, 31))
    assert {day for day in types.statutory if chinese_calendar.is_in_lieu(day)} <= {date(2020, 10, 4), date(2022, 2, 3)}


def test_past_the_data_nothing_fails_and_known_to_says_so() -> None:
    """2027 has its computed statutory days, but days off are known to the end of 2026 only."""
    types = day_types(date(2027, 1, 1), date(2030, 12, 31))
    assert types.known_to == date(2026, 12, 31)
    assert types.makeup_workdays == frozenset()
    assert len(types.statutory) == 13


def test_own_rows_extend_and_override() -> None:
    """A make-up Sunday, a day off and a statutory day of one's own for 2027 make that year known, not 2029's."""
    rows = [
        (date(2027, 2, 14), "workday", "春节补班"),
        (date(2027, 2, 9), "holiday", "春节"),
        (date(2027, 10, 8), "statutory", "店庆"),
        (date(2027, 1, 1), "workday", ""),
        (date(2029, 1, 1), "holiday", ""),
    ]
    types = day_types(date(2027, 1, 1), date(2027, 12, 31), rows)
    assert types.known_to == date(2027, 12, 31)
    assert types.makeup_workdays == {date(2027, 2, 14)}
    assert date(2027, 2, 9) in types.days_off - types.statutory
    assert date(2027, 10, 8) in types.statutory & types.days_off
    assert date(2027, 1, 1) not in types.statutory | types.days_off
    assert types.names[date(2027, 2, 14)] == "春节补班"
