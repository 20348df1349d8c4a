"""Turns the text of a cell into dates, moments, clock times and numbers."""

from __future__ import annotations

import math
import re
from datetime import date, datetime, timedelta, timezone
from typing import Literal
from zoneinfo import ZoneInfo

__all__ = [
    "BLANKS", "ClockChange", "has_clock", "is_clock", "items", "parse_clock", "parse_date", "parse_moment",
    "parse_number", "parse_plan_date", "parse_seconds",
]  # fmt: skip

BLANKS = frozenset({"", "-", "--", "/", "na", "n/a", "nan", "null", "none"})
"""Cells (lower-case) that say nothing."""

_YEARS = (1990, 2199)
"""Years of moments; dates may lie beyond, as HR systems write 9999-12-31 where an employment has no end."""
ClockChange = Literal["", "skipped", "twice"]
_CLOCK = r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?"
_MOMENT = re.compile(
    r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:(?:[T\s]+|(?<=日))" + _CLOCK + r")?\s*(Z|UTC|[+-]\d{2}:?\d{2})?$",
    re.IGNORECASE,
)
_COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})(?:[T\s]+(\d{1,2}):?(\d{2})(?::?(\d{2}))?)?()$", re.IGNORECASE)
_CLOCK_ONLY = re.compile("^" + _CLOCK + "$")
_LIST = re.compile(r"\s*[;；|、,，]\s*")
_THOUSANDS = re.compile(r"^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$")


def items(text: str) -> list[str]:
    """Return the entries of a cell that lists several, parted by ``;`` or its Chinese and other likenesses."""
    return [item for item in _LIST.split(text.strip()) if item]


def _match(text: str, example: str) -> re.Match[str]:
    found = _MOMENT.match(text) or _COMPACT.match(text)
    if found is None:
        raise ValueError(f"expected {example}, got '{text}'")
    return found


def _naive(found: re.Match[str], text: str, example: str) -> datetime:
    year, month, day, hour, minute, second = (int(group or 0) for group in found.groups()[:6])
    try:
        # 24:00 is how many systems write the end of a day.
        late = timedelta(days=1) if (hour, minute, second) == (24, 0, 0) else timedelta(0)
        return datetime(year, month, day, 0 if late else hour, minute, second) + late
    except (ValueError, OverflowError) as error:
        raise ValueError(f"expected {example}, got '{text}' ({error})") from error


def _offset(text: str) -> timezone:
    if text.upper() in ("Z", "UTC"):
        return timezone(timedelta(0))
    sign = -1 if text[0] == "-" else 1
    return timezone(sign * timedelta(hours=int(text[1:3]), minutes=int(text[-2:])))


def parse_moment(text: str, zone: ZoneInfo) -> tuple[datetime, ClockChange]:
    """Return an aware datetime and whether its clock time is skipped or comes twice at a clock change.

    Accepts ``2025-11-10 20:00``, ``2025-11-10T20:00:00+08:00``, ``...Z``, ``2025/11/1 8:00``, ``2025年11月1日 8:00``,
    ``20251110 2000`` and plain dates (midnight). Times without offset are local to ``zone``. A time that comes twice is
    read as the first of the two; a skipped one as if the clock had not been changed (PEP 495, ``fold=0``).

    Raises
    ------
    ValueError
        When the text is none of these or no such date or time exists.
    """
    example = "a time like '2025-11-10 20:00' or '2025-11-10T12:00:00Z'"
    found = _match(text, example)
    naive = _naive(found, text, example)
    if not _YEARS[0] <= naive.year <= _YEARS[1]:
        raise ValueError(f"expected {example} in the years {_YEARS[0]} to {_YEARS[1]}, got '{text}'")
    if found.group(7):
        try:
            return naive.replace(tzinfo=_offset(found.group(7))).astimezone(zone), ""
        except (ValueError, OverflowError) as error:
            raise ValueError(f"expected {example}, got '{text}'") from error
    local = naive.replace(tzinfo=zone)
    first, second = local.utcoffset(), local.replace(fold=1).utcoffset()
    if first == second or first is None or second is None:
        return local, ""
    return local, "twice" if first > second else "skipped"


def has_clock(text: str) -> bool:
    """Return whether a date text states a clock time too."""
    found = _MOMENT.match(text) or _COMPACT.match(text)
    return found is not None and found.group(4) is not None


def parse_date(text: str) -> date:
    """Return a date from ``2025-11-01``, ``2025/11/1``, ``2025年11月1日``, ``20251101``, also with midnight behind.

    Raises
    ------
    ValueError
        When the text is no date or states another clock time than midnight.
    """
    example = "a date like '2025-11-01'"
    found = _match(text, example)
    moment = _naive(found, text, example)
    if moment.hour or moment.minute or moment.second:
        raise ValueError(f"expected {example} without a clock time, got '{text}'")
    return moment.date()


def is_clock(text: str) -> bool:
    """Return whether a text is a clock time only, or a span of two (``10:00-10:30``)."""
    return _CLOCK_ONLY.match(re.split(r"[-~至]", text, maxsplit=1)[0].strip()) is not None


def parse_plan_date(text: str) -> date:
    """Return a date on which somebody works: one in the years of plans.

    Raises
    ------
    ValueError
        As for :func:`parse_date`, and for years outside 1990 to 2199.
    """
    day = parse_date(text)
    if not _YEARS[0] <= day.year <= _YEARS[1]:
        raise ValueError(f"expected a date in the years {_YEARS[0]} to {_YEARS[1]}, got '{text}'")
    return day


def parse_clock(text: str) -> int:
    """Return minutes after midnight of ``8:30`` or ``24:00``.

    Raises
    ------
    ValueError
        When the text is no clock time.
    """
    found = _CLOCK_ONLY.match(text)
    minutes = -1 if found is None else int(found.group(1)) * 60 + int(found.group(2))
    if found is None or minutes > 1440 or int(found.group(2)) > 59:
        raise ValueError(f"expected a clock time like '08:30', got '{text}'")
    return minutes


def parse_number(text: str) -> float:
    """Return a finite number (thousands may be parted by commas), NaN for a cell that says nothing.

    Raises
    ------
    ValueError
        When the text is no finite number.
    """
    if text.lower() in BLANKS:
        return math.nan
    try:
        value = float(text.replace(",", "") if _THOUSANDS.match(text) else text)
    except ValueError:
        value = math.inf
    if not math.isfinite(value) or "_" in text:
        raise ValueError(f"expected a number, got '{text}'")
    return value


def parse_seconds(text: str) -> float:
    """Return seconds from a number of seconds or from ``H:MM:SS`` / ``MM:SS``; NaN for a cell that says nothing.

    Raises
    ------
    ValueError
        When the text is neither.
    """
    parts = text.split(":")
    if len(parts) in (2, 3) and all(part.isdigit() for part in parts):
        total = 0
        for part in parts:
            total = total * 60 + int(part)
        return float(total)
    try:
        return parse_number(text)
    except ValueError:
        raise ValueError(f"expected seconds (or H:MM:SS), got '{text}'") from None
