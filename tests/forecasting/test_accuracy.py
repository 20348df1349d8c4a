"""Accuracy metrics against numbers worked out by hand, and the facts that hold for any numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from forecasting.accuracy import bias, coverage, mase, naive_scale, quantile_loss, wape

counts = st.lists(st.tuples(st.floats(1, 1e6), st.floats(0, 1e6)), min_size=1, max_size=30)
series = st.lists(st.one_of(st.integers(0, 10_000), st.just(math.nan)), min_size=9, max_size=60)
SHARES = tuple(round(0.1 * k, 1) for k in range(1, 10))


def arrays(pairs: list[tuple[float, float]]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return drawn pairs as actual and forecast."""
    actual, forecast = np.array(pairs).T
    return actual, forecast


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


def test_a_forecast_that_leaves_days_out_is_not_judged_by_the_others() -> None:
    """A missing forecast where something came makes every measure NaN: no model is praised for what it left out."""
    actual, forecast, one = np.array([10.0, 20.0]), np.array([10.0, np.nan]), np.ones(2)
    scores = (wape(actual, forecast), bias(actual, forecast), mase(actual, forecast, one))
    assert all(math.isnan(score) for score in scores)
    assert math.isnan(quantile_loss(actual, forecast[None], (0.5,)))
    assert math.isnan(coverage(actual, forecast, forecast + 1))


def test_coverage_counts_the_borders_in() -> None:
    """Values on the border of the band are covered; missing ones are left out."""
    actual = np.array([1.0, 2.0, 3.0, np.nan])
    assert coverage(actual, np.ones(4), np.full(4, 2.0)) == 2 / 3


def test_quantile_loss_by_hand() -> None:
    """A median that is 10 off on 100 contacts scores 10 %; being too low costs nine times more at the 90 % quantile."""
    actual = np.array([100.0])
    assert quantile_loss(actual, np.array([[110.0]]), (0.5,)) == pytest.approx(0.10)
    assert quantile_loss(actual, np.array([[90.0]]), (0.9,)) == pytest.approx(0.18)
    assert quantile_loss(actual, np.array([[110.0]]), (0.9,)) == pytest.approx(0.02)


@given(counts)
def test_bias_never_exceeds_wape(pairs: list[tuple[float, float]]) -> None:
    """The absolute bias is at most the WAPE: errors of one sign only reach it."""
    actual, forecast = arrays(pairs)
    assert abs(bias(actual, forecast)) <= wape(actual, forecast) + 1e-9


@given(counts, st.floats(1e-3, 1e3))
def test_errors_do_not_depend_on_the_unit(pairs: list[tuple[float, float]], unit: float) -> None:
    """Counting in dozens instead of contacts changes neither WAPE, nor bias, nor the quantile loss."""
    actual, forecast = arrays(pairs)
    assert wape(unit * actual, unit * forecast) == pytest.approx(wape(actual, forecast))
    assert bias(unit * actual, unit * forecast) == pytest.approx(bias(actual, forecast), abs=1e-9)
    loss = quantile_loss(actual, forecast[None], (0.3,))
    assert quantile_loss(unit * actual, unit * forecast[None], (0.3,)) == pytest.approx(loss)


@given(series)
def test_mase_of_the_seasonal_naive_on_its_own_history_is_one(values: list[float]) -> None:
    """Last week's value errs, on the history that the scale was read from, by that scale; equal weeks have no scale."""
    history = np.array(values, dtype=np.float64)
    scale = naive_scale(history)
    forecast = np.where(np.isfinite(history[:-7]), history[:-7], np.nan)
    actual = np.where(np.isfinite(forecast), history[7:], np.nan)
    if math.isnan(scale):
        assert np.nansum(np.abs(actual - forecast)) == 0
    else:
        assert mase(actual, forecast, np.full(len(actual), scale)) == pytest.approx(1.0)


@given(st.lists(st.integers(1, 1000), min_size=1, max_size=40), st.sampled_from(SHARES), st.integers(0, 1200))
def test_quantile_loss_is_least_at_the_true_quantile(values: list[int], share: float, other: int) -> None:
    """No number scores better against draws than their own quantile."""
    actual = np.array(values, dtype=np.float64)
    best = np.quantile(actual, share, method="inverted_cdf")
    loss = quantile_loss(actual, np.full((1, len(actual)), best), (share,))
    assert loss <= quantile_loss(actual, np.full((1, len(actual)), float(other)), (share,)) + 1e-12


@given(counts)
def test_a_point_given_for_every_quantile_scores_its_wape(pairs: list[tuple[float, float]]) -> None:
    """The weighted quantile loss is WAPE for forecasts without a spread, so both stand in one table."""
    actual, forecast = arrays(pairs)
    loss = quantile_loss(actual, np.repeat(forecast[None], len(SHARES), axis=0), SHARES)
    assert loss == pytest.approx(wape(actual, forecast))


@given(counts, st.floats(0, 1e6))
def test_coverage_is_a_share_and_grows_with_the_band(pairs: list[tuple[float, float]], wider: float) -> None:
    """Coverage lies in [0, 1], and a wider band never covers less."""
    actual, middle = arrays(pairs)
    narrow = coverage(actual, middle - 1, middle + 1)
    assert 0 <= narrow <= coverage(actual, middle - 1 - wider, middle + 1 + wider) <= 1
