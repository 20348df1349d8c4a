"""Patience: how long contacts are willing to wait, as a distribution with a mean and a shape."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from wfm.queues import Queue

__all__ = ["Patience", "patience_of"]

FloatArray = NDArray[np.float64]
Kind = Literal["exponential", "weibull", "gamma", "lognormal", "fixed", "hyperexponential"]


@dataclass(frozen=True)
class Patience:
    """A distribution of patience.

    Attributes
    ----------
    kind : str
        ``exponential``, ``weibull``, ``gamma``, ``lognormal``, ``fixed`` (everybody the same) or ``hyperexponential``
        (a mix of exponentials).
    mean_seconds : float
        Above 0; infinite when nobody gives up.
    shape : float
        Weibull's and gamma's k, the logarithm's standard deviation of the lognormal; unused otherwise.
    shares, means : tuples of float
        Weights (sum 1) and mean seconds of a mix.
    """

    kind: Kind
    mean_seconds: float
    shape: float = 1.0
    shares: tuple[float, ...] = ()
    means: tuple[float, ...] = ()

    @classmethod
    def of(cls, kind: Kind, mean_seconds: float, cv: float | None = None) -> Patience:
        """Return the distribution with a mean and a coefficient of variation (1 when not given)."""
        if not mean_seconds > 0:
            raise ValueError(f"mean_seconds: expected a number above 0, got {mean_seconds}")
        spread = 1.0 if cv is None else cv
        if not 0 < spread < math.inf:
            raise ValueError(f"cv: expected a number above 0, got {cv}")
        return cls(kind, mean_seconds, _shape(kind, spread))

    def survival(self, seconds: ArrayLike) -> FloatArray:
        """Return the share that is still willing to wait after ``seconds`` (at least 0)."""
        from scipy import special

        t = np.asarray(seconds, dtype=np.float64)
        if self.kind == "fixed":
            return np.where(t < self.mean_seconds, 1.0, 0.0)
        if self.kind == "hyperexponential":
            mixed = sum(share * np.exp(-t / mean) for share, mean in zip(self.shares, self.means, strict=True))
            return np.asarray(mixed, dtype=np.float64)
        if self.kind == "lognormal":
            middle = math.log(self.mean_seconds) - 0.5 * self.shape**2
            with np.errstate(divide="ignore"):
                return np.asarray(special.ndtr((middle - np.log(t)) / self.shape), dtype=np.float64)
        if self.kind == "gamma":
            return np.asarray(special.gammaincc(self.shape, t * self.shape / self.mean_seconds), dtype=np.float64)
        scale = self.mean_seconds / math.gamma(1.0 + 1.0 / self.shape)
        return np.exp(-((t / scale) ** self.shape))

    def gone(self, seconds: ArrayLike) -> FloatArray:
        """Return the share that has given up by ``seconds`` (at least 0), to full relative precision near 0."""
        from scipy import special

        t = np.asarray(seconds, dtype=np.float64)
        if self.kind == "fixed":
            return np.where(t < self.mean_seconds, 0.0, 1.0)
        if self.kind == "hyperexponential":
            mixed = sum(-share * np.expm1(-t / mean) for share, mean in zip(self.shares, self.means, strict=True))
            return np.asarray(mixed, dtype=np.float64)
        if self.kind == "lognormal":
            middle = math.log(self.mean_seconds) - 0.5 * self.shape**2
            with np.errstate(divide="ignore"):
                return np.asarray(special.ndtr((np.log(t) - middle) / self.shape), dtype=np.float64)
        if self.kind == "gamma":
            return np.asarray(special.gammainc(self.shape, t * self.shape / self.mean_seconds), dtype=np.float64)
        scale = self.mean_seconds / math.gamma(1.0 + 1.0 / self.shape)
        return np.asarray(-np.expm1(-((t / scale) ** self.shape)), dtype=np.float64)

    def quantile(self, share: ArrayLike) -> FloatArray:
        """Return the patience that a share of the contacts does not exceed: what random numbers are mapped by."""
        from scipy import special

        u = np.asarray(share, dtype=np.float64)
        if self.kind == "fixed":
            return np.full(u.shape, self.mean_seconds)
        if self.kind == "hyperexponential":
            return self._mixed(u)
        if self.kind == "lognormal":
            middle = math.log(self.mean_seconds) - 0.5 * self.shape**2
            return np.asarray(np.exp(middle + self.shape * special.ndtri(u)), dtype=np.float64)
        if self.kind == "gamma":
            return np.asarray(special.gammaincinv(self.shape, u) * self.mean_seconds / self.shape, dtype=np.float64)
        scale = self.mean_seconds / math.gamma(1.0 + 1.0 / self.shape)
        return np.asarray(scale * (-np.log1p(-u)) ** (1.0 / self.shape), dtype=np.float64)

    def _mixed(self, u: FloatArray) -> FloatArray:
        low: FloatArray = np.zeros(u.shape)
        high: FloatArray = np.full(u.shape, 60.0 * max(self.means))
        for _ in range(80):
            middle = 0.5 * (low + high)
            early = 1.0 - self.survival(middle) < u
            low, high = np.where(early, middle, low), np.where(early, high, middle)
        return np.asarray(0.5 * (low + high), dtype=np.float64)


def patience_of(queue: Queue) -> Patience | None:
    """Return the patience of a queue's contacts; None when nobody gives up."""
    if queue.patience_seconds is None:
        return None
    return Patience.of(queue.patience_distribution, queue.patience_seconds, queue.patience_cv)


def _shape(kind: Kind, cv: float) -> float:
    if kind == "weibull":
        return _weibull_shape(cv)
    if kind == "gamma":
        return cv**-2
    return math.sqrt(math.log1p(cv * cv)) if kind == "lognormal" else 1.0


def _weibull_shape(cv: float) -> float:
    """Return the Weibull shape with a coefficient of variation, by bisection: it falls as the shape grows."""
    low, high = 0.1, 200.0
    for _ in range(100):
        middle = math.sqrt(low * high)
        spread = math.exp(math.lgamma(1 + 2 / middle) - 2 * math.lgamma(1 + 1 / middle)) - 1
        low, high = (middle, high) if spread > cv * cv else (low, middle)
    return math.sqrt(low * high)
