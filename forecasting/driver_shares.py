"""Shares of contacts that follow drivers, by non-negative least squares pooled over queues, and whether they help."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

from forecasting.driver_kernels import ActingDriver

__all__ = ["Observed", "Parts", "helps", "parts_of", "shares"]

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
# Prior sd of a reason's share: of a kind of queue around what is expected, of one queue around its kind.
_KIND_SD, _QUEUE_SD = 0.25, 0.15
# Prior sd by which the early half of a kernel may differ from its expected part of the share.
_SPLIT_SD = 0.08
_LEAST_GAIN = 0.08
_PLACEBOS = 20
_PLACEBO_PASSED = 0.95
# A log error above this counts as this: one day must not decide about a driver.
_ERROR_CAP = 1.0


@dataclass(frozen=True)
class Parts:
    """Halves of kernels of all drivers.

    Attributes
    ----------
    driver, reason : int arrays (parts,)
        Number of the driver, and of the reason over all drivers.
    acts : bool array (parts, queues)
    expected : float array (parts, queues)
        Share of ordinary contacts that is expected.
    share_penalty, split_penalty : float arrays (parts, parts)
        Quadratic forms: how far a reason's share is from what is expected, and its halves from their proportion.
    """

    driver: NDArray[np.int64]
    reason: NDArray[np.int64]
    acts: BoolArray
    expected: FloatArray
    share_penalty: FloatArray
    split_penalty: FloatArray


@dataclass(frozen=True)
class Observed:
    """What is to be explained.

    Attributes
    ----------
    deviation : float array (queues, days)
        Contacts relative to the ordinary level of their day, minus 1; anything where the weight is 0.
    weight : float array (queues, days)
        Precision of the deviation, 0 where unknown.
    """

    deviation: FloatArray
    weight: FloatArray

    def only(self, days: slice) -> Observed:
        """Return the same on some of the days."""
        return Observed(self.deviation[:, days], self.weight[:, days])


def parts_of(drivers: tuple[ActingDriver, ...], shop: BoolArray) -> Parts:
    """Return the halves of all kernels; ``shop`` tells which queues customers ask before they buy."""
    rows: list[tuple[int, int, float, float, float]] = []
    number = -1
    for at, driver in enumerate(drivers):
        for reason in driver.reasons:
            number += 1
            rows += [(at, number, float(h.sum()), reason.shop_share, reason.service_share) for h in reason.halves()]
    owner, of_reason = np.array([row[0] for row in rows]), np.array([row[1] for row in rows])
    size, in_shop, in_service = (np.array([row[column] for row in rows]) for column in (2, 3, 4))
    acts = np.stack([drivers[at].acts_on for at in owner])
    expected = size[:, None] * np.where(shop[None, :], in_shop[:, None], in_service[:, None]) * acts
    together = (of_reason[:, None] == of_reason[None, :]).astype(np.float64)
    return Parts(owner, of_reason, acts, expected, together, _split(of_reason, size))


def _split(reason: NDArray[np.int64], size: FloatArray) -> FloatArray:
    """Return the quadratic form of how far halves are from their expected proportion."""
    form = np.zeros((len(reason), len(reason)))
    for number in np.unique(reason):
        pair = np.flatnonzero(reason == number)
        if len(pair) == 2:
            off = np.array([size[pair[1]], -size[pair[0]]])
            form[np.ix_(pair, pair)] = np.outer(off, off)
    return form


def shares(moved: FloatArray, seen: Observed, parts: Parts, allowed: BoolArray, shop: BoolArray) -> FloatArray:
    """Return each part's share of each queue's ordinary contacts, 0 or more, at most 1 together: (parts, queues).

    Queues of one kind are estimated together first; each queue is then shrunk to its kind.

    Parameters
    ----------
    moved : float array (parts, days)
        The drivers by lag, see :class:`forecasting.driver_days.DriverDays`.
    seen : Observed
        What they are to explain.
    parts : Parts
        What the rows of ``moved`` are.
    allowed : bool array (parts, queues)
        Parts that may act.
    shop : bool array (queues,)
        The kind of each queue.
    """
    weighted = moved[None, :, :] * seen.weight[:, None, :]
    normal = weighted @ moved.T
    right = (weighted @ np.where(seen.weight > 0, seen.deviation, 0.0)[:, :, None])[:, :, 0]
    result = np.zeros((len(moved), len(seen.weight)))
    known = (seen.weight > 0).any(axis=1)
    for kind in (True, False):
        mine = np.flatnonzero((shop == kind) & known)
        some: BoolArray = np.asarray(allowed[:, mine].any(axis=1))
        if not some.any():
            continue
        both = allowed[:, mine].T.astype(np.float64)
        pooled = (normal[mine] * both[:, :, None] * both[:, None, :]).sum(axis=0), (right[mine] * both).sum(axis=0)
        center = np.where(allowed[:, mine], parts.expected[:, mine], 0.0).max(axis=1)
        common = _solve(*pooled, center, _precision(parts, _KIND_SD), some)
        for queue in mine:
            own = normal[queue], right[queue]
            result[:, queue] = _solve(*own, common, _precision(parts, _QUEUE_SD), allowed[:, queue])
    return result


def _precision(parts: Parts, sd: float) -> FloatArray:
    return parts.share_penalty / sd**2 + parts.split_penalty / _SPLIT_SD**2


def _solve(
    normal: FloatArray, right: FloatArray, center: FloatArray, prior: FloatArray, allowed: BoolArray
) -> FloatArray:
    """Return the minimum of ``c'Nc - 2 r'c + (c - center)' P (c - center)`` over c >= 0 with sum at most 1."""
    result = np.zeros(len(center))
    use = np.flatnonzero(allowed)
    if not len(use):
        return result
    system = (normal + prior)[np.ix_(use, use)]
    system += np.eye(len(use)) * 1e-9 * max(float(np.trace(system)), 1e-12)
    root = np.linalg.cholesky(system)
    goal = np.linalg.solve(root, right[use] + prior[np.ix_(use, use)] @ center[use])
    found = nnls(root.T, goal)[0]
    if found.sum() > 1:
        heavy = 1e4 * float(np.sqrt(np.trace(system)))
        found = nnls(np.vstack([root.T, np.full(len(use), heavy)]), np.append(goal, heavy))[0]
        found /= max(float(found.sum()), 1.0)
    result[use] = found
    return result


def helps(without: FloatArray, added: FloatArray, seen: Observed) -> BoolArray:
    """Return for which queues an addition explains held-back days better, beyond what chance can do: (queues,).

    The sum of squared log errors must fall by 8 %, and by more than in 19 of 20 placebos: the same addition put off
    by some weeks, which keeps its size and rhythm but no link to the contacts.

    Parameters
    ----------
    without, added : float arrays (queues, days)
        Expected deviation from the ordinary level without it, and what it adds.
    seen : Observed
        The held-back days.
    """
    used = seen.weight > 0
    actual = np.where(used, np.log(np.maximum(1 + np.where(used, seen.deviation, 0.0), 0.02)), 0.0)

    def error(extra: FloatArray) -> FloatArray:
        miss = actual - np.log(np.maximum(1 + without + extra, 0.05))
        return np.asarray((np.minimum(miss**2, _ERROR_CAP**2) * used).sum(axis=1), dtype=np.float64)

    days = added.shape[1]
    base, gain = error(np.zeros_like(added)), error(added)
    weeks = np.unique(np.linspace(2, max(days // 7 - 2, 2), _PLACEBOS).astype(np.int64))
    placebo = np.stack([error(np.roll(added, 7 * int(week), axis=1)) for week in weeks])
    beaten = (placebo > gain[None, :]).mean(axis=0)
    return np.asarray((gain < (1 - _LEAST_GAIN) * base) & (beaten >= _PLACEBO_PASSED))
