"""One contract for all candidate models of the ordinary level, and what each is for."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from numpy.typing import NDArray

from forecasting.level import DaySeries, TooShortError, candidate

NAMES = ("mean_8_weeks", "seasonal_naive", "same_season", "regression", "prophet", "ets", "sarimax")
DAYS = 504
WEEK = np.array([1.0, 1.1, 1.0, 0.9, 1.2, 1.4, 0.6])


def series(
    days: int = DAYS, growth: float = 0.0, noise: float = 0.03, level: float = 800.0, seed: int = 1
) -> DaySeries:
    """Return a series with the planted week, growth (in logs a year) and lognormal noise."""
    rng = np.random.default_rng(seed)
    values = (
        level * WEEK[np.arange(days) % 7] * np.exp(growth * np.arange(days) / 365 + noise * rng.standard_normal(days))
    )
    return DaySeries(date(2024, 1, 1), values, np.ones(7, dtype=bool))


def with_gaps(base: DaySeries) -> DaySeries:
    """Return the series with three weeks and the last three days missing."""
    values = base.values.copy()
    values[40:61] = np.nan
    values[-3:] = np.nan
    return DaySeries(base.first, values, base.open_week)


@pytest.mark.parametrize("name", NAMES)
class TestEveryCandidate:
    """Facts that hold for every candidate."""

    def test_gives_the_horizon_without_nan_or_negatives(self, name: str) -> None:
        """The answer has one finite, non-negative number per day, gaps in the history or not."""
        for horizon in (1, 30):
            found = candidate(name).forecast(with_gaps(series()), horizon)
            assert found.shape == (horizon,)
            assert np.isfinite(found).all()
            assert (found >= 0).all()

    def test_same_input_same_bytes(self, name: str) -> None:
        """Two fits of the same series agree to the last bit."""
        one, two = (candidate(name).forecast(series(), 14) for _ in range(2))
        assert one.tobytes() == two.tobytes()

    def test_fits_are_independent(self, name: str) -> None:
        """A model object that saw another series in between forecasts the first one as before."""
        model = candidate(name)
        before = model.forecast(series(), 10)
        model.forecast(series(level=5.0, seed=9), 20)
        assert model.forecast(series(), 10).tobytes() == before.tobytes()

    def test_closed_weekdays_get_nothing(self, name: str) -> None:
        """A queue that is closed on Sundays has no contacts there."""
        base = series()
        values = base.values.copy()
        values[6::7] = np.nan
        closed = DaySeries(base.first, values, np.arange(7) < 6)
        found = candidate(name).forecast(closed, 14)
        sunday = closed.weekdays(closed.days, 14) == 6
        assert (found[sunday] == 0).all()
        assert (found[~sunday] > 0).all()

    def test_knows_the_week(self, name: str) -> None:
        """A clear weekly pattern is carried on within 12 %."""
        found = candidate(name).forecast(series(), 14)
        expected = 800.0 * WEEK[np.arange(DAYS, DAYS + 14) % 7]
        assert np.abs(found - expected).max() < 0.12 * expected.max()

    def test_all_zero_stays_zero(self, name: str) -> None:
        """A queue that nobody ever contacted is forecast as such."""
        silent = DaySeries(date(2024, 1, 1), np.zeros(DAYS), np.ones(7, dtype=bool))
        assert np.abs(candidate(name).forecast(silent, 7)).max() < 1e-6


def errors(name: str, base: DaySeries, truth: NDArray[np.float64]) -> float:
    """Return a model's WAPE."""
    return float(np.abs(candidate(name).forecast(base, len(truth)) - truth).sum() / truth.sum())


def test_regression_and_prophet_follow_growth_that_a_mean_misses() -> None:
    """With 60 % growth a year both beat the mean of eight weeks four weeks ahead."""
    base = series(days=360, growth=0.47)
    truth = 800.0 * WEEK[np.arange(360, 388) % 7] * np.exp(0.47 * np.arange(360, 388) / 365)
    plain = errors("mean_8_weeks", base, truth)
    assert errors("regression", base, truth) < 0.7 * plain
    assert errors("prophet", base, truth) < 0.7 * plain


@pytest.mark.parametrize(("name", "days"), [("regression", 20), ("prophet", 41)])
def test_too_short_a_history_is_said(name: str, days: int) -> None:
    """Below their least length the models refuse instead of guessing."""
    with pytest.raises(TooShortError, match=f"there are {days}"):
        candidate(name).forecast(series(days=days), 7)


def test_mean_of_few_weeks_and_of_none() -> None:
    """Two weeks of history give their means; none at all gives zero."""
    two = DaySeries(date(2024, 1, 1), np.tile(np.arange(1.0, 8.0), 2), np.ones(7, dtype=bool))
    assert candidate("mean_8_weeks").forecast(two, 7).tolist() == [1, 2, 3, 4, 5, 6, 7]
    empty = DaySeries(date(2024, 1, 1), np.full(10, np.nan), np.ones(7, dtype=bool))
    assert candidate("mean_8_weeks").forecast(empty, 3).tolist() == [0, 0, 0]


def test_unknown_model_is_an_error() -> None:
    """There is no silent default model."""
    with pytest.raises(KeyError, match="unknown model 'magic'; there are mean_8_weeks"):
        candidate("magic")
