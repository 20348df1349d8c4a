"""What counts as a number, and how anything else is refused."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from wfm.arguments import number, shown, whole_number


@pytest.mark.parametrize("value", [3, 3.0, np.float32(3), np.int64(3), Fraction(3), Decimal(3), np.array(3.0)])
def test_numbers_of_all_kinds_are_taken(value: Any) -> None:
    """Python's numbers and numpy's, also without dimensions."""
    assert number("x", value) == 3.0
    assert whole_number("x", value, 0, 5) == 3


@pytest.mark.parametrize("value", [True, None, "3", b"3", [3], 3j, math.nan, math.inf, 10**400, -1, np.bool_(True)])
def test_anything_else_is_refused_by_name(value: Any) -> None:
    """Booleans, None, text, sequences, NaN, and whole numbers beyond floating point."""
    for refused in (lambda: number("share", value), lambda: whole_number("share", value, 0, 5)):
        with pytest.raises(ValueError, match=r"^share: expected"):
            refused()


def test_limits_are_told_as_on_paper() -> None:
    """Open and closed ends; whole numbers have none but closed ones."""
    assert number("x", 1, "(0, 1]") == 1
    for value, interval in ((0, "(0, 1]"), (1, "[0, 1)"), (1.1, "[0, 1]")):
        with pytest.raises(ValueError, match=r"x: expected a number in .0, 1., got"):
            number("x", value, interval)
    with pytest.raises(ValueError, match=r"from 1 to 5, got 2\.5"):
        whole_number("x", 2.5, 1, 5)


def test_long_values_are_cut() -> None:
    """A message stays readable; Python writes out no number of 5000 digits."""
    assert len(shown(list(range(1000)))) == 100
    assert shown(10**5000) == "a number of thousands of digits"
