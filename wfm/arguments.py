"""One number handed to a public function: taken when it is one in range, refused by the argument's name when not.

A number is an int, a float, a fraction, a decimal or numpy's own, also as an array without dimensions. True, None and
"5" are not: they come from a slip somewhere else, which is easier to find here than in a result.
"""

from __future__ import annotations

import math
from decimal import Decimal
from functools import lru_cache
from numbers import Real
from typing import Any

__all__ = ["number", "shown", "whole_number"]

_WORDS = {
    "[-inf, inf]": "a number", "(0, inf)": "a finite number above 0", "(0, inf]": "a number above 0",
    "[0, inf)": "a finite number >= 0", "[0, inf]": "a number >= 0",
}  # fmt: skip


def number(name: str, value: Any, interval: str = "[0, inf)") -> float:
    """Return ``value`` as a float.

    Parameters
    ----------
    name : str
        The argument, for the message.
    value : object
        What was given.
    interval : str
        Where it must be, as on paper: ``"[0, 1)"``, ``"(0, inf]"``.

    Raises
    ------
    ValueError
        When it is no number, NaN or outside the interval; also for a whole number beyond floating point.
    """
    found = _float(value)
    low, high, with_low, with_high = _limits(interval)
    if not ((found >= low if with_low else found > low) and (found <= high if with_high else found < high)):
        raise ValueError(f"{name}: expected {_WORDS.get(interval, f'a number in {interval}')}, got {shown(value)}")
    return found


def whole_number(name: str, value: Any, least: int, most: int) -> int:
    """Return ``value`` as an int; ValueError unless it is a whole number from ``least`` to ``most`` (3.0 is one)."""
    found = _float(value)
    if not (least <= found <= most and found == math.floor(found)):
        raise ValueError(f"{name}: expected a whole number from {least} to {most}, got {shown(value)}")
    return int(found)


def shown(value: object) -> str:
    """Return ``value`` as it is shown in a message: cut where it is long."""
    try:
        text = repr(value.item() if getattr(value, "shape", None) == () else value)  # type: ignore[attr-defined]
    except ValueError:  # Python writes out no whole number of more than 4300 digits
        return "a number of thousands of digits"
    return text if len(text) <= 100 else f"{text[:97]}..."


def _float(value: Any) -> float:
    """Return the number, NaN when it is none or too large to tell."""
    if getattr(value, "shape", None) == () and getattr(value, "ndim", None) == 0:
        value = value.item()
    if isinstance(value, bool) or not isinstance(value, Real | Decimal):
        return math.nan
    try:
        return float(value)
    except (OverflowError, ValueError):
        return math.nan


@lru_cache(maxsize=64)
def _limits(interval: str) -> tuple[float, float, bool, bool]:
    low, high = interval[1:-1].split(",")
    return float(low), float(high), interval[0] == "[", interval[-1] == "]"
