"""Sample paths against the moments of their distribution."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from forecasting.paths import PathModel, sample_paths

Floats = NDArray[np.float64]


def model(sd: float = 0.2, slot: float = 0.0, memory: float = 0.7, shared: float = 0.6, near: float = 0.0) -> PathModel:
    """Return two queues of ten days with four intervals each."""
    rate = np.repeat(np.array([[50.0], [20.0]]), 40, axis=1)
    return PathModel(
        rate,
        np.repeat(np.arange(10), 4),
        np.full((2, 10), sd),
        memory,
        np.array([[1.0, shared], [shared, 1.0]]),
        np.full((2, 10), slot),
        np.full(2, near),
    )


def test_paths_are_whole_numbers_of_the_stated_shape() -> None:
    """Contacts are counted: float32, whole, never negative, 0 where the rate is 0."""
    closed = model()
    closed.rate[:, 3] = 0.0
    paths = sample_paths(closed, 30, 1)
    assert paths.shape == (30, 2, 40)
    assert paths.dtype == np.float32
    assert (paths >= 0).all()
    assert (paths == np.rint(paths)).all()
    assert (paths[:, :, 3] == 0).all()


def test_seed_decides_every_byte() -> None:
    """The same seed gives the same bytes, another seed others."""
    assert sample_paths(model(), 20, 5).tobytes() == sample_paths(model(), 20, 5).tobytes()
    assert sample_paths(model(), 20, 5).tobytes() != sample_paths(model(), 20, 6).tobytes()


def test_mean_is_the_rate() -> None:
    """Day and slot factors have mean 1, so paths average to the rate (standard error below 0.5 %)."""
    paths = sample_paths(model(slot=0.3, near=0.5), 6000, 2)
    assert np.allclose(paths.mean(axis=(0, 2)), [50.0, 20.0], rtol=0.015)


def test_variance_is_that_of_the_mixture() -> None:
    """The variance is m + m^2 (exp(day_sd^2 + slot_sd^2) - 1), as of a Poisson with two lognormal factors."""
    sd, slot = 0.2, 0.3
    paths = sample_paths(model(sd, slot), 8000, 3)
    expected = 50 + 50**2 * (np.exp(sd**2 + slot**2) - 1)
    assert abs(paths[:, 0].var(axis=0).mean() / expected - 1) < 0.06


def test_days_and_queues_move_together() -> None:
    """Day totals correlate between neighbouring days by the memory, between queues by the correlation."""
    many = model(sd=0.3)
    big = replace(many, rate=many.rate * 100)
    days = np.log(sample_paths(big, 4000, 4).reshape(4000, 2, 10, 4).sum(axis=3))
    assert abs(np.corrcoef(days[:, 0, 4], days[:, 0, 5])[0, 1] - 0.7) < 0.06
    assert abs(np.corrcoef(days[:, 0, 4], days[:, 1, 4])[0, 1] - 0.6) < 0.06


def test_neighbouring_slots_move_together() -> None:
    """Logs of big counts correlate between neighbouring intervals by the slot memory, across midnight too."""
    many = model(sd=0.0, slot=0.3, near=0.6)
    logs = np.log(sample_paths(replace(many, rate=many.rate * 200), 4000, 4)[:, 0])
    for interval in (1, 3):
        assert abs(np.corrcoef(logs[:, interval], logs[:, interval + 1])[0, 1] - 0.6) < 0.05


def test_no_spread_is_plain_poisson() -> None:
    """With all factors off the variance equals the mean."""
    paths = sample_paths(model(sd=0.0), 8000, 7)
    assert abs(paths[:, 1].var(axis=0).mean() / 20 - 1) < 0.05


@settings(max_examples=40, deadline=None)
@given(
    rate=arrays(np.float64, (3, 12), elements=st.floats(0, 5000)),
    day_sd=arrays(np.float64, (3, 3), elements=st.floats(0, 0.6)),
    slot_sd=arrays(np.float64, (3, 3), elements=st.floats(0, 0.5)),
    memory=st.floats(0, 0.95),
    seed=st.integers(0, 2**32 - 1),
)
def test_any_model_gives_counts(rate: Floats, day_sd: Floats, slot_sd: Floats, memory: float, seed: int) -> None:
    """Whatever the model, paths are whole, finite, never negative, 0 where nothing is expected, and repeatable."""
    days = np.repeat(np.arange(3), 4)
    given_model = PathModel(rate, days, day_sd, memory, np.eye(3), slot_sd, np.array([0.0, 0.5, 0.9]))
    paths = sample_paths(given_model, 5, seed)
    assert paths.shape == (5, 3, 12)
    assert np.isfinite(paths).all()
    assert (paths >= 0).all()
    assert (paths == np.rint(paths)).all()
    assert (paths[:, rate == 0] == 0).all()
    assert paths.tobytes() == sample_paths(given_model, 5, seed).tobytes()


@settings(max_examples=20, deadline=None)
@given(share=st.floats(0.05, 0.95), seed=st.integers(0, 1000))
def test_quantiles_of_a_day_are_narrower_than_the_sum_of_its_slots(share: float, seed: int) -> None:
    """A day's quantile lies no further out than the sum of its intervals' quantiles: all come from the same paths."""
    paths = sample_paths(model(sd=0.2, slot=0.3), 400, seed).reshape(400, 2, 10, 4)
    of_day = np.quantile(paths.sum(axis=3), share, axis=0)
    of_slots = np.quantile(paths, share, axis=0).sum(axis=2)
    outer = of_slots >= of_day if share > 0.7 else of_slots <= of_day if share < 0.3 else np.ones(of_day.shape, bool)
    assert outer.mean() > 0.9
