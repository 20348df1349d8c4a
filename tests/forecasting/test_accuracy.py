"""Accuracy metrics against numbers worked out by hand."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from forecasting.accuracy import bias, coverage, wape

counts = st.lists(st.tuples(st.floats(1, 1e6), st.floats(0, 1e6)), min_size=1, max_size=30)


def test_wape_weighs_by_contacts_and_skips_missing_actuals() -> None:
    """Errors of 10 and 20 on 100 and 300 contacts are 7.5 %; a missing actual does not count."""
    actual, forecast = np.array([100.0, 300.0, np.nan]), np.array([110.0, 280.0, 50.0])
    assert wape(actual, forecast) == 30 / 400
    assert bias(actual, forecast) == -10 / 400


def test_zero_contacts_are_right_only_when_forecast_as_zero() -> None:
    """With no contacts at all the error is 0 or infinite, and NaN when nothing was observed."""
    assert wape(np.zeros(3), np.zeros(3)) == 0.0
    assert wape(np.zeros(3), np.ones(3)) == math.inf
    assert math.isnan(wape(np.full(2, np.nan), np.ones(2)))


def test_coverage_counts_the_borders_in() -> None:
    """Values on the border of the band are covered; missing ones are left out."""
    actual = np.array([1.0, 2.0, 3.0, np.nan])
    assert coverage(actual, np.ones(4), np.full(4, 2.0)) == 2 / 3


@given(counts)
def test_bias_never_exceeds_wape(pairs: list[tuple[float, float]]) -> None:
    """The absolute bias is at most the WAPE: errors of one sign only reach it."""
    actual, forecast = np.array(pairs).T
    assert abs(bias(actual, forecast)) <= wape(actual, forecast) + 1e-9
