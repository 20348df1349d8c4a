"""Ridge regression of many queues on the same few designs, solved by days instead of columns.

With weights ``W``, design ``X`` and prior precisions ``P``, the ridge coefficients are ``P^-1 X' a`` with
``a = W^1/2 (1 + W^1/2 G W^1/2)^-1 W^1/2 y`` and ``G = X P^-1 X'`` (the matrix inversion lemma). Event days of one kind
are alike, so there are fewer different ones than columns; and queues of one kind share ``G``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve
from scipy.sparse import block_diag, csr_array, vstack

__all__ = ["Designs", "Factored", "own_parts", "pooled"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
# A day switches on a handful of hundreds of columns, so designs are kept sparse.
Sparse = Any


@dataclass(frozen=True)
class Designs:
    """Which columns act on which rows (days) of each queue; rows that are alike are kept once.

    Attributes
    ----------
    queues : tuple of int arrays
        By kind of queue, the numbers of its queues.
    columns : tuple of sparse arrays (different rows, columns)
        By kind, the columns' values.
    places : tuple of sparse arrays (different rows, rows)
        By kind, 1 where a row is that different one; rows without any column have no place.
    """

    queues: tuple[IntArray, ...]
    columns: tuple[Sparse, ...]
    places: tuple[Sparse, ...]

    @classmethod
    def of(cls, kind: IntArray, designs: Sequence[Sparse]) -> Designs:
        """Return the designs of queues, of which each has a kind, and each kind a sparse array (rows, columns)."""
        columns, places = zip(*(_without_repeats(x) for x in designs), strict=True)
        return cls(tuple(np.flatnonzero(kind == number) for number in range(len(designs))), columns, places)

    def above(self, rows: FloatArray) -> Designs:
        """Return the same with further rows (more rows, columns) below, for all queues alike."""
        different, more = _without_repeats(csr_array(rows))
        columns = tuple(vstack([x, different], format="csr") for x in self.columns)
        places = tuple(block_diag([place, more], format="csr") for place in self.places)
        return Designs(self.queues, columns, places)

    def fitted(self, coefficients: FloatArray) -> FloatArray:
        """Return what coefficients (queues, columns) add up to: shape (queues, rows)."""
        found = np.zeros((len(coefficients), self.places[0].shape[1]))
        for queues, x, place in zip(self.queues, self.columns, self.places, strict=True):
            found[queues] = (place.T @ (x @ coefficients[queues].T)).T
        return found


def _without_repeats(x: Sparse) -> tuple[Sparse, Sparse]:
    """Return the different rows of a sparse array in order of appearance, and where each of them is found."""
    numbers: dict[tuple[bytes, bytes], int] = {}
    acting = np.flatnonzero(np.diff(x.indptr))
    number = np.zeros(len(acting), dtype=np.int64)
    for at, row in enumerate(acting):
        cells = slice(x.indptr[row], x.indptr[row + 1])
        number[at] = numbers.setdefault((x.indices[cells].tobytes(), x.data[cells].tobytes()), len(numbers))
    first = acting[np.unique(number, return_index=True)[1]]
    return x[first], csr_array((np.ones(len(acting)), (number, acting)), shape=(len(first), x.shape[0]))


class Factored:
    """A ridge of each queue alone, ready for many values to explain.

    Parameters
    ----------
    designs : Designs
        Of the queues.
    weight : float array (queues, rows)
        Precision of the values, 0 where there is none.
    prior : float array (columns,)
        Prior precision of the coefficients around 0.
    """

    def __init__(self, designs: Designs, weight: FloatArray, prior: FloatArray) -> None:
        self.designs, self.weight = designs, weight
        self._kinds = []
        for queues, x, place in zip(designs.queues, designs.columns, designs.places, strict=True):
            gram = _gram(x, prior)
            self._kinds.append((gram, [_Rows(gram, mass) for mass in (place @ weight[queues].T).T]))

    def fit(self, values: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return what fits the values (queues, rows) best, shape as they, and ``c' P c`` of its coefficients by queue.

        Values count only where they have weight.
        """
        explained, penalty = np.zeros(values.shape), np.zeros(len(values))
        sums = self.weight * np.where(self.weight > 0, values, 0.0)
        for queues, place, (gram, rows) in zip(self.designs.queues, self.designs.places, self._kinds, strict=True):
            for queue, own, right in zip(queues, rows, (place @ sums[queues].T).T, strict=True):
                found = own.solved(right)
                fitted = gram @ found
                explained[queue], penalty[queue] = place.T @ fitted, found @ fitted
        return explained, penalty


class _Rows:
    """The different rows of a queue that have weight, and the Cholesky factor of their system."""

    def __init__(self, gram: FloatArray, weight: FloatArray) -> None:
        self.size, self.used = len(weight), np.flatnonzero(weight > 0)
        self.root = np.sqrt(weight[self.used])
        system = self.root[:, None] * gram[np.ix_(self.used, self.used)] * self.root
        system.flat[:: len(self.used) + 1] += 1.0
        self.factor = cho_factor(system, check_finite=False) if len(self.used) else None

    def solved(self, right: FloatArray) -> FloatArray:
        """Return ``a`` from weighted sums of values, 0 for rows without weight: shape (different rows,)."""
        found = np.zeros(self.size)
        if self.factor is not None:
            found[self.used] = self.root * cho_solve(self.factor, right[self.used] / self.root, check_finite=False)
        return found


def _gram(x: Sparse, prior: FloatArray) -> FloatArray:
    gram: FloatArray = (x.multiply(1 / prior).tocsr() @ x.T).toarray()
    return gram


def pooled(designs: Designs, values: FloatArray, weight: FloatArray, prior: FloatArray) -> FloatArray:
    """Return the ridge coefficients that all queues share: shape (columns,).

    Columns that never act on a row with weight are 0. Here the columns are fewer than the rows of all kinds.

    Parameters
    ----------
    designs : Designs
        Of the queues.
    values, weight : float arrays (queues, rows)
        What to explain, and its precision: 0 where there is none.
    prior : float array (columns,)
        Prior precision of the coefficients around 0.
    """
    normal, right = np.zeros((len(prior), len(prior))), np.zeros(len(prior))
    sums = weight * np.where(weight > 0, values, 0.0)
    for queues, x, place in zip(designs.queues, designs.columns, designs.places, strict=True):
        mass = place @ weight[queues].sum(axis=0)
        normal += (x.multiply(mass[:, None]).T.tocsr() @ x).toarray()
        right += x.T @ (place @ sums[queues].sum(axis=0))
    acting = np.flatnonzero(np.diag(normal) > 0)
    solution = np.zeros(len(prior))
    if len(acting):
        factor = cho_factor(normal[np.ix_(acting, acting)] + np.diag(prior[acting]), check_finite=False)
        solution[acting] = cho_solve(factor, right[acting], check_finite=False)
    return solution


def own_parts(
    designs: Designs, values: FloatArray, weight: FloatArray, common: FloatArray, prior: FloatArray, strength_sd: float
) -> FloatArray:
    """Return what each queue does differently: its strength times the common effects, and single deviations.

    Most of what sets queues apart is how strongly they react to any event; that one number is learned from all of them
    at once, so that it holds for phases which the queue has not seen.

    Parameters
    ----------
    designs : Designs
        Of the queues.
    values, weight : float arrays (queues, rows)
        What to explain, and its precision: 0 where there is none.
    common : float array (columns,)
        Coefficients of all queues together.
    prior : float array (columns,)
        Prior precision of a queue's own deviations.
    strength_sd : float
        Prior sd of the strength.

    Returns
    -------
    float array (queues, columns)
        To be added to the common coefficients.
    """
    own = np.zeros((len(values), len(common)))
    sums = weight * np.where(weight > 0, values, 0.0)
    for queues, x, place in zip(designs.queues, designs.columns, designs.places, strict=True):
        curve = x @ common
        gram = _gram(x, prior) + strength_sd**2 * np.outer(curve, curve)
        masses, rights = (place @ weight[queues].T).T, (place @ sums[queues].T).T
        for queue, mass, right in zip(queues, masses, rights, strict=True):
            found = _Rows(gram, mass).solved(right - mass * curve)
            own[queue] = x.T @ found / prior + strength_sd**2 * (curve @ found) * common
    return own
