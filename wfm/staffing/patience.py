"""Patience: how long contacts are willing to wait, as a distribution with a mean and a shape."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from wfm.arguments import number, shown
from wfm.queues import Queue

__all__ = ["Patience", "patience_of"]

FloatArray = NDArray[np.float64]
Kind = Literal["exponential", "weibull", "gamma", "lognormal", "fixed", "hyperexponential"]

#: Where the formulas of the queues keep their digits.
_SHAPES = {"weibull": "[0.1, 10000]", "gamma": "[1e-4, 1e7]", "lognormal": "[5e-4, 4]"}


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
        Weibull's k (0.1 to 10,000), gamma's k (1e-4 to 1e7), the logarithm's standard deviation of the lognormal (5e-4
        to 4); unused otherwise.
    shares, means : tuples of float
        Weights (sum 1) and mean seconds (finite) of a mix, whose mean is ``mean_seconds``; empty otherwise.

    Raises
    ------
    ValueError
        For an unknown kind, and for numbers outside their range or that don't fit one another.
    """

    kind: Kind
    mean_seconds: float
    shape: float = 1.0
    shares: tuple[float, ...] = ()
    means: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what is no distribution."""
        _check_kind(self.kind)
        number("mean_seconds", self.mean_seconds, "(0, inf]")
        number("shape", self.shape, _SHAPES.get(self.kind, "(0, inf)"))
        object.__setattr__(self, "shares", _parts("shares", self.shares, "[0, 1]"))
        object.__setattr__(self, "means", _parts("means", self.means, "(0, inf)"))
        if self.kind == "hyperexponential":
            _check_mix(self.mean_seconds, self.shares, self.means)
        elif self.shares or self.means:
            raise ValueError(f"shares: expected none for '{self.kind}', got {self.shares} and means {self.means}")

    @classmethod
    def of(cls, kind: Kind, mean_seconds: float, cv: float | None = None) -> Patience:
        """Return the distribution with a mean and a coefficient of variation.

        Parameters
        ----------
        kind : str
            One of the kinds but for a mix, whose parts are given to :class:`Patience` itself.
        mean_seconds : float
            Above 0; infinite when nobody gives up.
        cv : float or None
            Standard deviation over mean, from 0.001 to 100; 1 when not given. Unused for ``exponential`` and ``fixed``,
            which have a spread of their own.

        Raises
        ------
        ValueError
            When an argument is out of its range.
        """
        _check_kind(kind)
        if kind == "hyperexponential":
            raise ValueError("kind: a mix of exponentials has no single shape, give its shares and means to Patience")
        number("mean_seconds", mean_seconds, "(0, inf]")
        return cls(kind, mean_seconds, _shape(kind, 1.0 if cv is None else number("cv", cv, "[0.001, 100]")))

    def survival(self, seconds: ArrayLike) -> FloatArray:
        """Return the share that is still willing to wait after ``seconds`` (at least 0)."""
        from scipy import special

        t = np.asarray(seconds, dtype=np.float64)
        if self.kind == "fixed" or self.mean_seconds == math.inf:
            return np.where(t < self.mean_seconds, 1.0, 0.0)
        with np.errstate(divide="ignore", over="ignore", under="ignore"):
            if self.kind == "hyperexponential":
                mixed = sum(share * np.exp(-t / mean) for share, mean in zip(self.shares, self.means, strict=True))
                return np.asarray(mixed, dtype=np.float64)
            if self.kind == "lognormal":
                return np.asarray(special.ndtr(-self._deviations(t)), dtype=np.float64)
            if self.kind == "gamma":
                return np.asarray(special.gammaincc(self.shape, t * self.shape / self.mean_seconds), dtype=np.float64)
            return np.asarray(np.exp(-((t / self._scale) ** self._power)), dtype=np.float64)

    def gone(self, seconds: ArrayLike) -> FloatArray:
        """Return the share that has given up by ``seconds`` (at least 0), to full relative precision near 0."""
        from scipy import special

        t = np.asarray(seconds, dtype=np.float64)
        if self.kind == "fixed" or self.mean_seconds == math.inf:
            return np.where(t < self.mean_seconds, 0.0, 1.0)
        with np.errstate(divide="ignore", over="ignore", under="ignore"):
            if self.kind == "hyperexponential":
                mixed = sum(-share * np.expm1(-t / mean) for share, mean in zip(self.shares, self.means, strict=True))
                return np.asarray(mixed, dtype=np.float64)
            if self.kind == "lognormal":
                return np.asarray(special.ndtr(self._deviations(t)), dtype=np.float64)
            if self.kind == "gamma":
                return np.asarray(special.gammainc(self.shape, t * self.shape / self.mean_seconds), dtype=np.float64)
            return np.asarray(-np.expm1(-((t / self._scale) ** self._power)), dtype=np.float64)

    def quantile(self, share: ArrayLike) -> FloatArray:
        """Return the patience that a share of the contacts does not exceed: what random numbers are mapped by."""
        from scipy import special

        u = np.asarray(share, dtype=np.float64)
        if self.kind == "fixed" or self.mean_seconds == math.inf:
            return np.full(u.shape, self.mean_seconds)
        if self.kind == "hyperexponential":
            return self._mixed(u)
        with np.errstate(divide="ignore", over="ignore", under="ignore"):
            if self.kind == "lognormal":
                middle = math.log(self.mean_seconds) - 0.5 * self.shape**2
                return np.asarray(np.exp(middle + self.shape * special.ndtri(u)), dtype=np.float64)
            if self.kind == "gamma":
                return np.asarray(special.gammaincinv(self.shape, u) * self.mean_seconds / self.shape, dtype=np.float64)
            return np.asarray(self._scale * (-np.log1p(-u)) ** (1.0 / self._power), dtype=np.float64)

    def _deviations(self, t: FloatArray) -> FloatArray:
        """Return the lognormal's logarithms less their mean over their standard deviation, exact where it is small."""
        return np.asarray(np.log(t / self.mean_seconds) / self.shape + 0.5 * self.shape, dtype=np.float64)

    @property
    def _power(self) -> float:
        """Weibull's k, of which the exponential is a case."""
        return self.shape if self.kind == "weibull" else 1.0

    @property
    def _scale(self) -> float:
        return self.mean_seconds / math.gamma(1.0 + 1.0 / self._power)

    def _mixed(self, u: FloatArray) -> FloatArray:
        low: FloatArray = np.zeros(u.shape)
        high: FloatArray = np.full(u.shape, 60.0 * max(self.means))
        for _ in range(80):
            middle = 0.5 * (low + high)
            early = 1.0 - self.survival(middle) < u
            low, high = np.where(early, middle, low), np.where(early, high, middle)
        return np.where(u < 1.0, 0.5 * (low + high), np.inf)


def patience_of(queue: Queue) -> Patience | None:
    """Return the patience of a queue's contacts; None when nobody gives up."""
    if queue.patience_seconds is None:
        return None
    return Patience.of(queue.patience_distribution, queue.patience_seconds, queue.patience_cv)


def _check_kind(kind: str) -> None:
    if kind not in get_args(Kind):
        raise ValueError(f"kind: expected one of {', '.join(get_args(Kind))}, got {shown(kind)}")


def _parts(name: str, values: Sequence[float], interval: str) -> tuple[float, ...]:
    if isinstance(values, str) or np.ndim(values) != 1:
        raise ValueError(f"{name}: expected a sequence of numbers, got {shown(values)}")
    return tuple(number(name, value, interval) for value in values)


def _check_mix(mean_seconds: float, shares: tuple[float, ...], means: tuple[float, ...]) -> None:
    if not shares or len(shares) != len(means):
        raise ValueError(f"shares, means: expected one of each per part of the mix, got {shares} and {means}")
    if abs(math.fsum(shares) - 1.0) > 1e-9:
        raise ValueError(f"shares: expected numbers that add up to 1, got {shares}")
    mean = math.fsum(share * mean for share, mean in zip(shares, means, strict=True))
    if abs(mean - mean_seconds) > 1e-6 * mean:
        raise ValueError(f"mean_seconds: expected {mean:g}, the mean of the mix, got {mean_seconds}")


def _shape(kind: Kind, cv: float) -> float:
    if kind == "weibull":
        return _weibull_shape(cv)
    if kind == "gamma":
        return cv**-2
    return math.sqrt(math.log1p(cv * cv)) if kind == "lognormal" else 1.0


def _weibull_shape(cv: float) -> float:
    """Return the Weibull shape with a coefficient of variation, by bisection: it falls as the shape grows."""
    wanted, low, high = math.log1p(cv * cv), 0.1, 1e4
    for _ in range(100):
        middle = math.sqrt(low * high)
        low, high = (middle, high) if _weibull_spread(1.0 / middle) > wanted else (low, middle)
    return math.sqrt(low * high)


def _weibull_spread(x: float) -> float:
    """Return ``ln(1 + cv^2)`` of the Weibull with shape ``1 / x``: ``lgamma(1 + 2x) - 2 lgamma(1 + x)``."""
    if x > 0.05:
        return math.lgamma(1.0 + 2.0 * x) - 2.0 * math.lgamma(1.0 + x)
    from scipy import special

    n = np.arange(2, 20)  # the series of the logarithm of gamma at 1: the difference would lose all digits
    return float((special.zeta(n) * (-x) ** n * (2.0**n - 2.0) / n).sum())
