"""Shrinkage is rounded as on paper."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wfm.staffing import with_shrinkage


@given(agents=st.integers(0, 10**7), thousandths=st.integers(0, 999))
def test_equals_exact_fractions(agents: int, thousandths: int) -> None:
    """ceil(n / (1 - s)) in exact arithmetic for every s with three decimals."""
    exact = Fraction(agents) / (1 - Fraction(thousandths, 1000))
    assert with_shrinkage(agents, thousandths / 1000) == -(-exact.numerator // exact.denominator)


@given(tenths=st.integers(0, 10**5), hundredths=st.integers(0, 99))
def test_parts_of_agents(tenths: int, hundredths: int) -> None:
    """Parts of agents are taken as the decimals they are written as."""
    exact = Fraction(tenths, 10) / (1 - Fraction(hundredths, 100))
    assert with_shrinkage(tenths / 10, hundredths / 100) == -(-exact.numerator // exact.denominator)


def test_the_trap_of_floating_point() -> None:
    """21 / (1 - 0.3) is 30, not 31; all pairs of whole numbers below 1000 and whole percents are exact."""
    assert with_shrinkage(21, 0.3) == 30
    for percent in range(60):
        counts = np.arange(1000)
        assert (with_shrinkage(counts, percent / 100) == -(-counts * 100 // (100 - percent))).all()


def test_shape_and_errors() -> None:
    """Arrays keep their shape; a shrinkage of 1 or a negative number is refused."""
    assert with_shrinkage(np.array([[1.0, 9.0], [0.0, 90.0]]), 0.1).tolist() == [[2, 10], [0, 100]]
    for agents, shrinkage in ((10, 1.0), (10, -0.1), (-1, 0.1)):
        with pytest.raises(ValueError, match="expected"):
            with_shrinkage(agents, shrinkage)
