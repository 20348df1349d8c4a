"""What the sums of all replications say about the targets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from wfm.grid import TimeGrid
from wfm.inputs import Attained
from wfm.results import HurtingInterval, TargetResult
from wfm.rolling import Past, rolled
from wfm.simulation.measures import WITHIN
from wfm.simulation.model import BoolArray, FloatArray
from wfm.simulation.targets import Gauge

__all__ = ["Sums", "hurting", "judge", "missed", "quantile", "with_past"]

MOST_HURTING = 5


@dataclass(frozen=True)
class Sums:
    """The sums above and below the line by replication and period: arrays (replications, periods)."""

    upper: FloatArray
    lower: FloatArray

    @property
    def ratio(self) -> FloatArray:
        """The ratio by replication and period, NaN where no contact was counted."""
        return _ratio(self.upper, self.lower)

    @property
    def mean(self) -> FloatArray:
        """The ratio of all replications' sums by period (every contact weighs the same), NaN where none counted."""
        return _ratio(self.upper.sum(axis=0), self.lower.sum(axis=0))

    @property
    def standard_error(self) -> FloatArray:
        """That of ``mean`` by period: of a ratio of means (Cochran 1977, section 6.3); NaN for one replication."""
        count = len(self.upper)
        if count < 2:
            return np.full(self.upper.shape[1], np.nan)
        spread = ((self.upper - np.nan_to_num(self.mean) * self.lower) ** 2).sum(axis=0) / (count * (count - 1.0))
        return _ratio(np.sqrt(spread), self.lower.mean(axis=0))


def _ratio(upper: FloatArray, lower: FloatArray) -> FloatArray:
    out = np.full(upper.shape, np.nan)
    np.divide(upper, lower, out=out, where=lower > 0)
    return out


def with_past(gauge: Gauge, sums: Sums, attained: Sequence[Attained], grid: TimeGrid) -> Sums:
    """Return the sums of a target; over 30 days, those of the 30 days that end on each day, past days included."""
    if gauge.target is None or gauge.target.over != "30_days":
        return sums
    past = Past.of(attained, gauge.queue.id, gauge.number, grid.start, grid.days)
    return Sums(rolled(sums.upper) + past.uppers, rolled(sums.lower) + past.lowers)


def quantile(values: FloatArray, share: float) -> FloatArray:
    """Return the quantile over the rows of each column, NaN entries left out; NaN where a column has no other."""
    ordered = np.sort(values, axis=0)
    known = np.isfinite(values).sum(axis=0)
    place = np.maximum(known - 1, 0) * share
    low = np.floor(place).astype(np.int64)
    high = np.minimum(low + 1, np.maximum(known - 1, 0))
    columns = np.arange(values.shape[1])
    below, above = ordered[low, columns], ordered[high, columns]
    return np.asarray(below + (above - below) * (place - low), dtype=np.float64)


def judge(gauge: Gauge, sums: Sums) -> tuple[list[TargetResult], BoolArray]:
    """Return the target's result by period, and in which replications it holds in every period.

    ``expected`` weighs every simulated contact the same; ``p10`` and the probability count replications. A replication
    without contacts in the period, or with fewer than the target's ``exempt_below``, meets the target; a period without
    contacts in any replication is left out.
    """
    target = gauge.target
    assert target is not None
    less_is_better, goal = target.sign < 0, target.goal
    ratio, mean, error, counted = sums.ratio, sums.mean, sums.standard_error, sums.lower.mean(axis=0)
    bad = ratio > goal + 1e-9 if less_is_better else ratio < goal - 1e-9
    bad &= sums.lower >= target.exempt_below
    p10 = quantile(ratio, 0.9 if less_is_better else 0.1)
    chance = 1.0 - bad.mean(axis=0)
    wanted = target.confidence if target.confidence is not None else 0.5
    results = [
        TargetResult(
            gauge.queue.id, target.metric, target.seconds, target.window, target.over, gauge.labels[i], float(goal),
            float(mean[i]), float(p10[i]), float(chance[i]), bool(chance[i] >= wanted - 1e-12), float(error[i]),
            float(counted[i]), target.count, gauge.number,
        )
        for i in range(ratio.shape[1]) if np.isfinite(mean[i])
    ]  # fmt: skip
    return results, np.asarray(~bad.any(axis=1))


def missed(gauge: Gauge, upper: FloatArray, lower: FloatArray) -> FloatArray:
    """Return what keeps a target from being perfect: the late, the lost, or the seconds of response."""
    return lower - upper if gauge.kind == WITHIN else upper


def hurting(gauge: Gauge, lost: FloatArray, grid: TimeGrid) -> list[HurtingInterval]:
    """Return the intervals that cost a target most, the worst first, at most five.

    ``lost`` is the mean of what is missed by interval of arrival (:func:`missed`), (intervals,). ``share`` is of all
    that is missed in the horizon; ``period`` is the period of the target in which the interval lies.
    """
    total = float(lost.sum())
    worst = np.argsort(-lost, kind="stable")[:MOST_HURTING]
    return [
        HurtingInterval(
            gauge.queue.id, gauge.number, gauge.labels[int(gauge.period[t])], grid.moment(int(t)), float(lost[t]),
            float(lost[t] / total),
        )
        for t in worst if lost[t] > 1e-12
    ]  # fmt: skip
