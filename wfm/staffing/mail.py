"""Requirement of e-mail and tickets: work with a deadline, spread so that the peak is least."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wfm.grid import TimeGrid
from wfm.plan import Target
from wfm.staffing.correction import LEVEL_STEP, fewest
from wfm.staffing.deferred import backlog_due, broken_stretches, due_after, staff_by_due, whole_staff
from wfm.staffing.live import QueueDemand, QueueStaff, target_text
from wfm.staffing.on_time import work_on_time

__all__ = ["mail_staff"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class _Horizon:
    """The grid with its last week repeated: what arrives at the end of the plan is done after it, as in any week."""

    place: IntArray
    day: IntArray
    length: int

    @classmethod
    def of(cls, grid: TimeGrid, deadline_seconds: float) -> _Horizon:
        week = min(7, grid.days)
        first = grid.slots_of_day(grid.days - week).start
        extra_days = int(deadline_seconds // 86400) + 2
        copies = -(-extra_days // week)
        tail = np.tile(np.arange(first, grid.n), copies)
        days = grid.day_index[tail] + np.repeat(np.arange(1, copies + 1) * week, grid.n - first)
        return cls(np.concatenate([np.arange(grid.n), tail]), np.concatenate([grid.day_index, days]), grid.n)


def mail_staff(demand: QueueDemand, grid: TimeGrid) -> QueueStaff:
    """Return the agents of an e-mail queue: the most that any target asks for in each interval."""
    decided = np.where(demand.is_open, "deferred", "closed").astype(object)
    work = np.where(demand.is_open, demand.mean_volume, 0.0) * demand.aht_seconds / (demand.minutes * 60.0)
    staff = QueueStaff(np.zeros(grid.n), _method(demand), decided, np.zeros(grid.n), work)
    targets = [(n, target) for n, target in enumerate(demand.queue.target) if target.metric in _TIMED]
    left_out = {target.metric for target in demand.queue.target} - set(_TIMED)
    for metric in sorted(left_out):
        staff.warnings.append(f"queue '{demand.queue.id}': target '{metric}' has no meaning for e-mail and is left out")
    if not np.any(demand.is_open):
        return staff
    for number, target in targets:
        _warn(demand, grid, target, staff, number)
        needed = _for_target(demand, grid, target, demand.volumes[number], demand.windows[number])
        staff.by_formula = np.maximum(staff.by_formula, needed)
        if demand.is_played and target.metric != "average_response":
            needed = _corrected(demand, grid, number, target, staff)
        staff.agents = np.maximum(staff.agents, needed)
    if not targets:
        horizon = _Horizon.of(grid, 0.0)
        work = demand.mean_volume * demand.aht_seconds
        backlog = _backlog(demand)
        path = _by_next_day(demand, horizon, work, backlog)
        staff.agents = whole_staff(path, work[horizon.place], demand.minutes * 60.0, backlog)[: horizon.length]
        staff.by_formula = staff.agents
    return staff


_TIMED = ("resolved_within", "answered_within", "average_response")


def _backlog(demand: QueueDemand) -> float:
    """Return the agent time of what waits at the start."""
    return float(demand.queue.backlog * demand.aht_seconds[0])


def _corrected(demand: QueueDemand, grid: TimeGrid, number: int, target: Target, staff: QueueStaff) -> FloatArray:
    """Return the staff for the smallest factor on the mean volume with which the target holds in every period."""
    interval = demand.minutes * 60.0
    due = due_after(demand.is_open, interval, target.seconds or 0.0, target.clock)
    place = {"interval": np.arange(grid.n), "day": grid.day_index}.get(target.over, np.zeros(grid.n, dtype=np.int64))
    period = np.where(demand.windows[number], place, -1)
    work = (demand.counts * demand.aht_seconds).astype(np.float64)
    known = _Known.of(demand, number, target, period)

    def staffed(level: int) -> FloatArray:
        volume = demand.mean_volume * math.exp(LEVEL_STEP * level)
        return _for_target(demand, grid, target, volume, demand.windows[number])

    def chance(level: int) -> float:
        return known.chance(*work_on_time(work, staffed(level) * interval, due, period, _backlog(demand)))

    wanted = 0.5 if target.confidence is None else target.confidence
    level = fewest(lambda tried: chance(tried) >= wanted, _LOWEST, 0, _HIGHEST)
    if level is None:
        best = chance(_HIGHEST)
        level = fewest(lambda tried: chance(tried) >= best - _EASE, _LOWEST, 0, _HIGHEST)
        staff.warnings.append(
            f"queue '{demand.queue.id}', {target_text(target)}: no staffing tried held it everywhere; more people than "
            "these would help next to nothing"
        )
    return staffed(_HIGHEST if level is None else level)


# All expected work is done, whatever a target allows: else it would pile up.
_LOWEST, _HIGHEST = 0, 80
#: Where no staffing holds: what more of it may gain at most, in probability.
_EASE = 0.02


@dataclass(frozen=True)
class _Known:
    """What a target of deferred work counts besides the work that people do.

    Attributes
    ----------
    good, total : float arrays (futures, periods)
        Agent time that is on time without people: what bots keep, where that counts, and the past of 30 days.
    assessed : bool array (futures, periods)
        Whether enough is counted.
    goal : float
    """

    good: FloatArray
    total: FloatArray
    assessed: BoolArray
    goal: float

    @classmethod
    def of(cls, demand: QueueDemand, number: int, target: Target, period: IntArray) -> _Known:
        past, counts = demand.pasts[number], demand.counts
        handle = float(np.average(demand.aht_seconds, weights=demand.mean_volume + 1e-12))
        kept = demand.contained if target.bots == "included" else np.zeros(counts.shape)
        by_bots = _by_period(kept * demand.aht_seconds, period)
        counted = _by_period(counts + kept, period) + past.lower
        good, total = by_bots + past.upper * handle, by_bots + past.lower * handle
        return cls(good, total, counted >= target.exempt_below, target.share or 0.0)

    def chance(self, good: FloatArray, total: FloatArray) -> float:
        """Return the probability that the period holds which holds least often; one that is not assessed does."""
        up, low = good + self.good, total + self.total
        reached = np.divide(up, low, out=np.ones(up.shape), where=low > 0) >= self.goal - 1e-9
        return float((reached | ~self.assessed).mean(axis=0).min(initial=1.0))


def _by_period(values: NDArray[np.generic], period: IntArray) -> FloatArray:
    """Return sums by period, (futures, periods), of values by interval; -1 is no period."""
    out = np.zeros((len(values), int(period.max(initial=-1)) + 1))
    kept = period >= 0
    np.add.at(out.T, period[kept], values[:, kept].T)
    return out


def _method(demand: QueueDemand) -> str:
    if not demand.is_played:
        return _METHOD
    return f"{_METHOD}; for the smallest factor on the volume with which targets hold in {len(demand.counts)} futures"


_METHOD = (
    "deferred work: the straightest staffing that finishes each target's share by its deadline and the rest by the end "
    "of the next open day, in open hours only; what arrives while closed for longer than the deadline counts from the "
    "opening"
)


def _for_target(
    demand: QueueDemand, grid: TimeGrid, target: Target, volume: FloatArray, window: BoolArray
) -> FloatArray:
    """Return whole agents that finish the target's share of a volume in time, and the rest by the next open day."""
    deadline, interval = target.seconds or 0.0, demand.minutes * 60.0
    horizon = _Horizon.of(grid, deadline)
    work = volume * demand.aht_seconds
    share = 1.0 if target.metric == "average_response" else target.share or 0.0
    pressing = np.where(window, work * share, 0.0)
    is_open = demand.is_open[horizon.place]
    arriving = pressing[horizon.place]
    due = due_after(is_open, interval, deadline, target.clock)
    backlog = np.array([_backlog(demand)])
    left = np.array([deadline - demand.queue.backlog_age_seconds])
    old_due = backlog_due(is_open, interval, left, target.clock)
    # Rounding the sum keeps each part on time: what is ahead of the sum can be split to be ahead of each part.
    path = staff_by_due(arriving, interval, is_open, due, backlog, np.minimum(old_due, due[0]))
    path = path + _by_next_day(demand, horizon, work - pressing)
    return whole_staff(path, work[horizon.place], interval, float(backlog[0]))[: horizon.length]


def _by_next_day(demand: QueueDemand, horizon: _Horizon, work: FloatArray, backlog: float = 0.0) -> FloatArray:
    """Return the staff, parts included, that finishes all work by the end of the next open day after its arrival.

    A backlog is finished by the end of the first open day.
    """
    is_open, arriving = demand.is_open[horizon.place], work[horizon.place]
    interval = demand.minutes * 60.0
    open_days = np.unique(horizon.day[is_open])
    ends = np.append(np.searchsorted(horizon.day, open_days, side="right"), is_open.size + 1)
    due = ends[np.searchsorted(open_days, horizon.day, side="right")]
    return staff_by_due(arriving, interval, is_open, due, np.array([backlog]), ends[:1])


def _warn(demand: QueueDemand, grid: TimeGrid, target: Target, staff: QueueStaff, number: int) -> None:
    pressing = np.where(demand.windows[number], demand.volumes[number], 0.0)
    broken = broken_stretches(
        pressing, demand.is_open, demand.minutes * 60.0, target.seconds or 0.0, target.clock
    )  # fmt: skip
    name = f"queue '{demand.queue.id}', {target_text(target)}"
    if (target.seconds or 0.0) < demand.minutes * 60.0:
        staff.warnings.append(f"{name}: a deadline shorter than an interval is planned as one interval")
    if broken:
        first, last = broken[0]
        start, end = grid.moment(first), grid.at(float(grid.starts[last - 1]) + demand.minutes * 60)
        staff.warnings.append(
            f"{name}: what arrives while closed can't be done in time whatever the staff, first {start:%Y-%m-%d %H:%M} "
            f"to {end:%m-%d %H:%M}, {len(broken)} such stretches; its clock starts at the opening"
        )
