"""Requirement of e-mail and tickets: work with a deadline, spread so that the peak is least."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wfm.grid import TimeGrid
from wfm.plan import Target
from wfm.staffing.deferred import broken_stretches, due_after, staff_by_due, whole_staff
from wfm.staffing.live import QueueDemand, QueueStaff, target_text

__all__ = ["mail_staff"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


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
    staff = QueueStaff(np.zeros(grid.n), _METHOD, decided, np.zeros(grid.n), work)
    targets = [(n, target) for n, target in enumerate(demand.queue.target) if target.metric != "abandoned"]
    if len(targets) < len(demand.queue.target):
        staff.warnings.append(
            f"queue '{demand.queue.id}': target 'abandoned' has no meaning for e-mail and is left out"
        )
    if not np.any(demand.is_open):
        return staff
    for number, target in targets:
        staff.agents = np.maximum(staff.agents, _for_target(demand, grid, number, target, staff))
    if not targets:
        horizon = _Horizon.of(grid, 0.0)
        work = demand.mean_volume * demand.aht_seconds
        path = _by_next_day(demand, horizon, work)
        staff.agents = whole_staff(path, work[horizon.place], demand.minutes * 60.0)[: horizon.length]
    staff.by_formula = staff.agents
    return staff


_METHOD = (
    "deferred work: the straightest staffing that finishes each target's share by its deadline and the rest by the end "
    "of the next open day, in open hours only, no backlog at the start; what arrives while closed for longer than the "
    "deadline counts from the opening"
)


def _for_target(demand: QueueDemand, grid: TimeGrid, number: int, target: Target, staff: QueueStaff) -> FloatArray:
    deadline, interval = target.seconds or 0.0, demand.minutes * 60.0
    horizon = _Horizon.of(grid, deadline)
    work = demand.volumes[number] * demand.aht_seconds
    share = 1.0 if target.metric == "average_response" else target.share or 0.0
    pressing = np.where(demand.windows[number], work * share, 0.0)
    is_open = demand.is_open[horizon.place]
    arriving = pressing[horizon.place]
    due = due_after(is_open, interval, deadline)
    _warn(demand, grid, target, staff, broken_stretches(pressing, demand.is_open, interval, deadline))
    # Rounding the sum keeps each part on time: what is ahead of the sum can be split to be ahead of each part.
    path = staff_by_due(arriving, interval, is_open, due) + _by_next_day(demand, horizon, work - pressing)
    return whole_staff(path, work[horizon.place], interval)[: horizon.length]


def _by_next_day(demand: QueueDemand, horizon: _Horizon, work: FloatArray) -> FloatArray:
    """Return the staff, parts included, that finishes all work by the end of the next open day after its arrival."""
    is_open, arriving = demand.is_open[horizon.place], work[horizon.place]
    interval = demand.minutes * 60.0
    open_days = np.unique(horizon.day[is_open])
    ends = np.append(np.searchsorted(horizon.day, open_days, side="right"), is_open.size + 1)
    due = ends[np.searchsorted(open_days, horizon.day, side="right")]
    return staff_by_due(arriving, interval, is_open, due)


def _warn(
    demand: QueueDemand, grid: TimeGrid, target: Target, staff: QueueStaff, broken: tuple[tuple[int, int], ...]
) -> None:
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
