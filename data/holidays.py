"""Day types of mainland China: statutory days (paid 300 % when worked), days off around them, make-up workdays.

Days off and make-up workdays are those of ``chinese_calendar`` (2004-2026, the yearly notice of the State Council).
That library does not tell which days of a block are the statutory ones, so these follow the rules on public holidays
(全国年节及纪念日放假办法) of each year: 10 days up to 2007, 11 from 2008, 13 from 2025. The dates that move with the
moon or the sun are a bundled table to 2027, past the library's end.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from wfm.rules import DayTypes

__all__ = ["EXTRA_TYPES", "day_types"]

EXTRA_TYPES = ("holiday", "statutory", "workday")
_MOVING = Path(__file__).parent / "bundled" / "holidays" / "cn_moving.csv"
_NAMES = {"spring_festival": "春节", "qingming": "清明节", "dragon_boat": "端午节", "mid_autumn": "中秋节"}


def day_types(first: date, last: date, extra: Iterable[tuple[date, str, str]] = ()) -> DayTypes:
    """Return the day types of ``first``..``last`` (both inclusive).

    Parameters
    ----------
    first, last : date
        The range of days asked for.
    extra : iterable of (date, type, name)
        The planner's own rows; they win over the bundled data. ``type`` is one of :data:`EXTRA_TYPES`: ``holiday`` a
        day off at the ordinary rate, ``statutory`` a day off at the holiday rate, ``workday`` a working day (on a
        weekend: a make-up workday).

    Returns
    -------
    DayTypes
        Never fails for days beyond the data: ``known_to`` says how far days off and make-up workdays are complete. It
        is the end of the bundled data, moved on by each following year of which ``extra`` holds at least one row.
    """
    rows = list(extra)
    names = {**_public_names(), **_statutory_names()}
    off, makeup, statutory = set(_public_names()), set(_makeup_days()), set(_statutory_names())
    for day, kind, name in rows:
        _override(day, kind, off, makeup, statutory)
        names[day] = name or names.get(day, "")
    off |= statutory
    known_from, known_to = _known(rows)
    return DayTypes(
        statutory=frozenset(day for day in statutory if first <= day <= last),
        days_off=frozenset(day for day in off if first <= day <= last),
        makeup_workdays=frozenset(day for day in makeup if first <= day <= last),
        names={day: name for day, name in sorted(names.items()) if first <= day <= last},
        known_from=known_from,
        known_to=known_to,
    )


def _override(day: date, kind: str, off: set[date], makeup: set[date], statutory: set[date]) -> None:
    for days in (off, makeup, statutory):
        days.discard(day)
    if kind == "workday":
        if day.weekday() >= 5:
            makeup.add(day)
        return
    off.add(day)
    if kind == "statutory":
        statutory.add(day)


def _known(rows: Iterable[tuple[date, str, str]]) -> tuple[date, date]:
    years = {day.year for day, _, _ in rows}
    last = max(_public_names()).year
    while last + 1 in years:
        last += 1
    return date(min(_public_names()).year, 1, 1), date(last, 12, 31)


@cache
def _public_names() -> dict[date, str]:
    """Days off of the published holiday blocks (weekends inside a block included), with the name of the holiday."""
    from chinese_calendar.constants import Holiday, holidays

    chinese = {item.value: item.chinese for item in Holiday}
    return {day: chinese.get(name, name) for day, name in holidays.items()}


@cache
def _makeup_days() -> frozenset[date]:
    from chinese_calendar.constants import workdays

    return frozenset(workdays)


@cache
def _statutory_names() -> dict[date, str]:
    with _MOVING.open(encoding="utf-8", newline="") as file:
        return {day: name for row in csv.DictReader(file) for day, name in _statutory_of(row)}


def _statutory_of(row: dict[str, str]) -> Iterator[tuple[date, str]]:
    """Yield the statutory days of one year by the rules of that year.

    The Mid-Autumn day of 2020 fell on National Day and was moved to 4 October; the table holds the moved day.
    """
    year = int(row["year"])
    yield date(year, 1, 1), "元旦"
    spring = date.fromisoformat(row["spring_festival"])
    for day in _spring_days(year):
        yield spring + timedelta(days=day), _NAMES["spring_festival"]
    for key in ("qingming", "dragon_boat", "mid_autumn"):
        if row[key]:
            yield date.fromisoformat(row[key]), _NAMES[key]
    for day in range(3 if year < 2008 else 1 if year < 2025 else 2):
        yield date(year, 5, 1 + day), "劳动节"
    for day in range(3):
        yield date(year, 10, 1 + day), "国庆节"


def _spring_days(year: int) -> range:
    """Offsets from the first day of the lunar year: the eve counts in 2008-2013 and again from 2025."""
    if year >= 2025:
        return range(-1, 3)
    return range(-1, 2) if 2008 <= year <= 2013 else range(3)
