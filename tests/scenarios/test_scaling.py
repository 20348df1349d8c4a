"""Scenario factors on the forecast."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from scenarios.overlay import Scale
from scenarios.scaling import scale_forecast
from wfm.grid import TimeGrid
from wfm.results import Forecast, ForecastPart

GRID = TimeGrid("Asia/Shanghai", date(2025, 10, 20), 2, 60)


def forecast_of_threes() -> Forecast:
    """Return a forecast of three contacts in every interval of two queues."""
    shape = (2, GRID.n)
    paths = np.full((50, *shape), 3.0, dtype=np.float32)
    return Forecast(GRID, ("a", "b"), paths, np.full(shape, 3.0), np.full(shape, 200.0), baseline=np.full((2, 2), 72.0))


def test_factors_of_one_change_nothing() -> None:
    """Without factors the very same forecast comes back."""
    made = forecast_of_threes()
    assert scale_forecast(made, Scale(), seed=1) is made


@pytest.mark.parametrize("factor", [0.0, 0.37, 1.2, 2.5])
def test_counts_stay_whole_and_the_mean_is_scaled(factor: float) -> None:
    """Scaled contacts are whole numbers whose mean is the factor times the mean, within four standard errors."""
    scaled = scale_forecast(forecast_of_threes(), Scale(volume={"a": factor}), seed=1)
    path = scaled.paths[:, 0]
    assert np.array_equal(path, np.floor(path))
    tolerance = 4 * 0.5 / np.sqrt(path.size)
    assert path.mean() == pytest.approx(3.0 * factor, abs=tolerance)
    assert np.array_equal(scaled.paths[:, 1], forecast_of_threes().paths[:, 1])
    assert scaled.rate[0, 0] == pytest.approx(3.0 * factor)


def test_parts_are_scaled_with_the_whole() -> None:
    """What the causes add still sums to the day's mean after scaling."""
    whole = replace(forecast_of_threes(), parts=(ForecastPart("baseline", "", np.full((2, 2), 72.0)),))
    scaled = scale_forecast(whole, Scale(volume={"a": 1.5}), seed=1)
    assert np.allclose(sum(part.contacts for part in scaled.parts), scaled.daily_rate)


def test_scenarios_share_their_random_numbers() -> None:
    """A larger factor never gives fewer contacts in any path and interval."""
    low = scale_forecast(forecast_of_threes(), Scale(volume={"all": 1.2}), seed=1)
    high = scale_forecast(forecast_of_threes(), Scale(volume={"all": 1.3}), seed=1)
    assert np.all(high.paths >= low.paths)


def test_handle_time_has_a_factor_of_its_own() -> None:
    """``aht`` scales handle times and leaves contacts alone."""
    scaled = scale_forecast(forecast_of_threes(), Scale(aht={"b": 1.1}), seed=1)
    assert scaled.aht_seconds[1, 0] == pytest.approx(220.0)
    assert scaled.aht_seconds[0, 0] == 200.0
    assert np.array_equal(scaled.paths, forecast_of_threes().paths)
