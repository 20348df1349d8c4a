"""Ridge by days: the textbook's normal equations give the same coefficients, likelihoods and curves."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from forecasting.ridge import Designs, Factored, own_parts, pooled

FloatArray = NDArray[np.float64]
KIND = np.array([0, 1, 0, 1, 0])
ROWS, COLUMNS, MORE = 40, 12, 3
STRENGTH_SD = 0.3


def patterns(kind: int) -> FloatArray:
    """Return a kind's rows: six different ones that come again and again, and empty ones; two columns never act."""
    rng = np.random.default_rng(kind)
    different = (rng.random((6, COLUMNS)) < 0.4) * np.array([1.0, 0.4])[kind]
    different[:, -2:] = 0.0
    return np.vstack([different, np.zeros((1, COLUMNS))])[rng.integers(7, size=ROWS)]


FURTHER = np.array([np.arange(COLUMNS) == 0, np.arange(COLUMNS) == COLUMNS - 1, np.arange(COLUMNS) < 2], dtype=float)
X = [np.vstack([patterns(kind), FURTHER]) for kind in KIND]
PRIOR = np.linspace(1.0, 30.0, COLUMNS)


def designs() -> Designs:
    """Return both kinds of rows with the further ones below."""
    return Designs.of(KIND, [csr_array(patterns(kind)) for kind in (0, 1)]).above(FURTHER)


def values() -> tuple[FloatArray, FloatArray]:
    """Return what is to be explained, NaN in places, and weights: 0 where it is NaN, and for a whole queue."""
    rng = np.random.default_rng(9)
    y = rng.standard_normal((len(KIND), ROWS + MORE))
    weight = rng.uniform(5.0, 50.0, y.shape) * (rng.random(y.shape) < 0.7)
    weight[3] = 0.0
    weight[:, -2] = 0.0  # the last column acts there alone
    return np.where((weight == 0) & (rng.random(y.shape) < 0.5), np.nan, y), weight


def plain(x: FloatArray, y: FloatArray, weight: FloatArray, prior: FloatArray) -> FloatArray:
    """Return the minimum of ``sum of weight * (y - x c)^2 + sum of prior * c^2``."""
    normal = x.T @ (x * weight[:, None]) + np.diag(prior)
    return np.asarray(np.linalg.solve(normal, x.T @ (weight * np.nan_to_num(y))), dtype=np.float64)


def test_rows_that_are_alike_are_kept_once() -> None:
    """Of forty rows six different ones are left; what coefficients add up to is the plain product all the same."""
    once = designs()
    assert [x.shape[0] for x in once.columns] == [6 + MORE, 6 + MORE]
    coefficients = np.random.default_rng(2).standard_normal((len(KIND), COLUMNS))
    assert np.allclose(once.fitted(coefficients), np.stack([x @ c for x, c in zip(X, coefficients, strict=True)]))


def test_common_effects_are_those_of_all_rows_stacked() -> None:
    """Effects of all queues together equal one ridge on their rows; a column that never acts stays 0."""
    y, weight = values()
    found = pooled(designs(), y, weight, PRIOR)
    assert np.abs(found - plain(np.vstack(X), y.ravel(), weight.ravel(), PRIOR)).max() < 1e-9
    assert found[-2] == found[-1] == 0
    assert np.abs(found[:-2]).min() > 0


def test_own_effects_are_a_ridge_with_the_common_curve_as_a_column() -> None:
    """Each queue's deviations and strength equal the ridge of its rows with one more column; without any row 0."""
    y, weight = values()
    common = np.random.default_rng(4).standard_normal(COLUMNS)
    found = own_parts(designs(), y, weight, common, PRIOR, STRENGTH_SD)
    for queue, x in enumerate(X):
        wide = np.column_stack([x, x @ common])
        c = plain(wide, y[queue] - x @ common, weight[queue], np.append(PRIOR, STRENGTH_SD**-2))
        assert np.abs(found[queue] - (c[:-1] + c[-1] * common)).max() < 1e-9
    assert (found[3] == 0).all()
    assert np.abs(found[[0, 1, 2, 4]]).max(axis=1).min() > 0.01


def test_the_fit_of_each_queue_alone_and_its_penalty() -> None:
    """One factorised system explains any values as the plain ridge does, with the same ``c' P c``."""
    y, weight = values()
    ridge = Factored(designs(), weight, PRIOR)
    for scale in (1.0, -2.0):
        explained, penalty = ridge.fit(scale * y)
        for queue, x in enumerate(X):
            c = plain(x, scale * y[queue], weight[queue], PRIOR)
            assert np.abs(explained[queue] - x @ c).max() < 1e-9
            assert abs(penalty[queue] - PRIOR @ c**2) < 1e-9
