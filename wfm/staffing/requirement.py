"""The requirement of a plan: agents on seat per queue and interval, from a forecast or from the plan's own table."""

from __future__ import annotations

import os
import zlib
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from wfm.arrival_shape import log_slopes
from wfm.budget import budgets
from wfm.errors import Problem
from wfm.grid import TimeGrid, parse_window
from wfm.inputs import Inputs
from wfm.opening import open_intervals
from wfm.plan import Queue, Target
from wfm.progress import Progress, silent
from wfm.results import Forecast, Requirement
from wfm.rolling import Past
from wfm.staffing.chat import speeds
from wfm.staffing.live import QueueDemand, QueueStaff, live_staff, rostered
from wfm.staffing.mail import mail_staff
from wfm.staffing.volume import contained_share, handle_seconds, raise_all, reached_counts, staffed_volume

__all__ = ["from_table", "requirement"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

FUTURE_CONTACTS = 3e6
"""Contacts that are played per look at a queue: what decides how many futures there are."""
FUTURES_LEAST, FUTURES_MOST = 40, 400
INTERVAL_EFFORT = 5.0
CONTACTS_HELD, FUTURES_WORTH = 2e7, 8
"""Contacts of all futures together that are held in memory (16 bytes each); the fewest futures that tell something."""


def requirement(
    inputs: Inputs, forecast: Forecast, seed: int = 1, progress: Progress = silent, jobs: int | None = None
) -> Requirement:
    """Return the agents that every queue needs for its targets.

    Per queue and interval the contacts that reach people are ``rate * (1 - containment)``, by the forecast or else by
    the queue's ``bot_containment``; those who give up and redial, and chats left silently, come on top. Live queues are
    staffed for the modified offered load and then corrected by simulating the forecast's paths until their targets
    hold (:mod:`wfm.staffing.correction`), with the wanted ``confidence``; with ``[requirement] method = "formula"``
    the formulas stand alone, and a ``confidence`` staffs that quantile of the volume. Where several targets count at
    once the one that asks for most decides; where none counts, agents are at most 95 % busy; an open queue with more
    than 0.05 contacts per interval has at least one agent; a closed queue none.

    Parameters
    ----------
    inputs : Inputs
        The plan's queues and targets are used, and what 30-day targets attained before.
    forecast : Forecast
        On the plan's grid; must hold every queue of the plan.
    seed : int
        Seeds the simulated futures.
    progress : Progress
        Told after each queue.
    jobs : int, optional
        Queues staffed at the same time; the processors at hand when not given. The result does not depend on it.

    Returns
    -------
    Requirement
        Queues in the order of the plan; whole numbers, never NaN, never negative.

    Raises
    ------
    InputError
        Every target that no number of agents reaches, and queues that have contacts but no handle time.
    """
    plan = inputs.plan
    if forecast.grid != plan.plan.grid:
        raise ValueError("expected a forecast on the plan's grid")
    seed &= 2**63 - 1  # as random generators want it
    problems: list[Problem] = []
    slopes = log_slopes(forecast.rate)
    demands = [
        _demand(inputs, forecast, slopes, place, seed, problems) for place in range(len(plan.queue))
    ]  # fmt: skip
    staffs = _staffed(demands, forecast.grid, progress, jobs)
    raise_all(problems + [problem for staff in staffs for problem in staff.problems])
    agents = np.stack([staff.agents for staff in staffs])
    return Requirement(
        grid=forecast.grid,
        queues=tuple(queue.id for queue in plan.queue),
        load_erlangs=np.stack([_load(demand) for demand in demands]),
        agents_required=agents,
        agents_with_shrinkage=_with_room(agents, plan.queue),
        methods={demand.queue.id: _words(demand, staff) for demand, staff in zip(demands, staffs, strict=True)},
        warnings=tuple(
            line
            for demand, staff in zip(demands, staffs, strict=True)
            for line in staff.warnings + _closed(demand) + _unplayed(demand, plan.requirement.method)
        ),
        decided_by=np.stack([staff.decided for staff in staffs]),
        by_formula=np.stack([staff.by_formula for staff in staffs]),
        peak_erlangs=np.stack([staff.peak for staff in staffs]),
        budgets=budgets(plan, inputs.attained, _counted_by_day(demands, forecast.grid)),
    )


def _staffed(demands: list[QueueDemand], grid: TimeGrid, progress: Progress, jobs: int | None) -> list[QueueStaff]:
    def one(demand: QueueDemand) -> QueueStaff:
        return mail_staff(demand, grid) if demand.queue.channel == "email" else live_staff(demand, grid)

    staffs = []
    with ThreadPoolExecutor(jobs or os.cpu_count() or 1) as pool:
        for done, staff in enumerate(pool.map(one, demands), start=1):
            staffs.append(staff)
            progress("staff", done / len(demands), f"{done} of {len(demands)} queues")
    return staffs


def from_table(inputs: Inputs) -> Requirement:
    """Return the requirement that a plan brings itself (``requirement.csv``).

    ``agents_with_shrinkage`` is computed from ``agents_required`` where it is missing and the other way round; an
    interval without either needs nobody; ``load_erlangs`` is 0 where it is missing.

    Raises
    ------
    ValueError
        When the plan brings none.
    InputError
        For negative numbers.
    """
    if inputs.own_requirement is None:
        raise ValueError("the plan brings no requirement")
    plan = inputs.plan
    empty = np.full((len(plan.queue), plan.plan.grid.n), np.nan)
    names = ("load_erlangs", "agents_required", "agents_with_shrinkage")
    columns = {name: inputs.own_requirement.values.get(name, empty) for name in names}
    raise_all([
        Problem("requirement.csv", 0, name, f"expected numbers >= 0, got {np.nanmin(column):g}")
        for name, column in columns.items()
        if np.any(column < 0)
    ])  # fmt: skip
    load, seats, total = columns.values()
    present = 1.0 - np.array([[queue.lost_share] for queue in plan.queue])
    agents = np.where(np.isnan(seats), np.nan_to_num(np.floor(total * present + 1e-9)), seats)
    with_room = np.where(np.isnan(total), _with_room(agents, plan.queue), total)
    own = "the plan's own requirement.csv"
    method = own if not np.isnan(total).any() else f"{own}, shrinkage added where the file has none"
    return Requirement(
        grid=plan.plan.grid,
        queues=tuple(queue.id for queue in plan.queue),
        load_erlangs=np.nan_to_num(load),
        agents_required=agents,
        agents_with_shrinkage=with_room,
        methods={queue.id: method for queue in plan.queue},
    )


def _with_room(agents: FloatArray, queues: tuple[Queue, ...]) -> FloatArray:
    return np.stack([rostered(row, queue.lost_share) for row, queue in zip(agents, queues, strict=True)])


def _demand(
    inputs: Inputs, forecast: Forecast, slopes: FloatArray, place: int, seed: int, problems: list[Problem]
) -> QueueDemand:
    grid, queue, options = forecast.grid, inputs.plan.queue[place], inputs.plan.requirement
    row = forecast.queues.index(queue.id)
    is_open, mean = open_intervals(grid, queue), staffed_volume(forecast, row, queue)
    count = 0
    if options.method == "simulation" and queue.target:
        by_interval = any(target.over == "interval" for target in queue.target)
        count = options.replications or _enough(float(mean[is_open].sum()), by_interval)
    comes = np.ones_like(is_open) if queue.channel == "email" else is_open
    counts, contained = reached_counts(forecast, row, queue, comes, count, seed)
    windows = tuple(comes & grid.window_mask(parse_window(target.window)) for target in queue.target)
    pasts = tuple(_past(inputs, queue, number) for number in range(len(queue.target)))
    return QueueDemand(
        queue=queue,
        place=place,
        minutes=grid.interval_minutes,
        is_open=is_open,
        aht_seconds=handle_seconds(forecast, row, queue, problems),
        mean_volume=mean,
        slope=slopes[row],
        volumes=tuple(staffed_volume(forecast, row, queue, target) for target in queue.target),
        windows=windows,
        assessed=tuple(
            _assessed(target, window, grid, counts + contained if target.bots == "included" else counts, mean, past)
            for target, window, past in zip(queue.target, windows, pasts, strict=True)
        ),
        pasts=pasts,
        kept=contained_share(forecast, row, queue),
        counts=counts,
        contained=contained,
        seed=seed ^ zlib.crc32(queue.id.encode()),
    )


def _counted_by_day(demands: list[QueueDemand], grid: TimeGrid) -> dict[tuple[str, int], FloatArray]:
    """Return what each 30-day target is expected to count on each day of the plan."""
    first = [grid.slots_of_day(day).start for day in range(grid.days)]
    counted = {}
    for demand in demands:
        for number, target in enumerate(demand.queue.target):
            if target.over == "30_days":
                kept = demand.kept / (1.0 - demand.kept) * demand.mean_volume if target.bots == "included" else 0.0
                replies = (demand.queue.rounds or 1.0) if target.count == "round" else 1.0
                volume = np.where(demand.windows[number], (demand.mean_volume + kept) * replies, 0.0)
                counted[demand.queue.id, number] = np.add.reduceat(volume, first)
    return counted


def _enough(contacts: float, by_interval: bool) -> int:
    """Return how many futures are worth playing: the fewer contacts, the more; more where single intervals count.

    0 where so many contacts come that too few futures fit into memory: chance matters little then, and the formulas do.
    """
    wanted = FUTURE_CONTACTS * (INTERVAL_EFFORT if by_interval else 1.0) / max(contacts, 1.0)
    count = int(min(np.clip(wanted, FUTURES_LEAST, FUTURES_MOST), CONTACTS_HELD / max(contacts, 1.0)))
    return count if count >= FUTURES_WORTH else 0


#: A target counts for sure where at least so many of the futures are assessed.
SURELY = 0.95


def _assessed(
    target: Target, window: BoolArray, grid: TimeGrid, counts: IntArray, mean: FloatArray, past: Past
) -> BoolArray:
    """Return which intervals lie in a span with so many contacts that the target is surely assessed: shape (n,)."""
    if target.exempt_below <= 0:
        return np.ones(grid.n, dtype=np.bool_)
    first = [grid.slots_of_day(day).start for day in range(grid.days)]
    counted = (counts if len(counts) else mean[None]) * window
    if target.over == "interval":
        return np.asarray((counted >= target.exempt_below).mean(axis=0) >= SURELY, dtype=np.bool_)
    by_day = np.add.reduceat(counted, first, axis=1)
    if target.over != "day":
        by_day = np.broadcast_to(by_day.sum(axis=1, keepdims=True) + past.lowers[-1], by_day.shape)
    surely = (by_day >= target.exempt_below).mean(axis=0) >= SURELY
    return np.asarray(surely[grid.day_index], dtype=np.bool_)


def _past(inputs: Inputs, queue: Queue, number: int) -> Past:
    """Return what past days add to a 30-day target; nothing to others."""
    plan = inputs.plan.plan
    if queue.target[number].over != "30_days":
        return Past.none(plan.days)
    return Past.of(inputs.attained, queue.id, number, plan.start, plan.days)


def _load(demand: QueueDemand) -> FloatArray:
    """Return the mean offered work in agents who all hold as many contacts as they may."""
    comes = demand.is_open | (demand.queue.channel == "email")
    work = np.where(comes, demand.mean_volume, 0.0) * demand.aht_seconds / (demand.minutes * 60.0)
    return work / float(speeds(demand.queue.speedup)[-1])


def _words(demand: QueueDemand, staff: QueueStaff) -> str:
    wanted = sorted({(t.confidence, t.over) for t in demand.queue.target if t.confidence is not None})
    if not wanted:
        return staff.method
    if demand.is_played:
        shares = ", ".join(f"{confidence:.0%} of the futures" for confidence, _ in wanted)
        return f"{staff.method}; targets with a wanted confidence hold in {shares}"
    quantiles = ", ".join(f"{confidence:.0%} quantile of the {over}'s volume" for confidence, over in wanted)
    return f"{staff.method}; staffed to the {quantiles}, a stand-in for the quantile of the target itself"


def _unplayed(demand: QueueDemand, method: str) -> list[str]:
    """Return what is left out where a live queue is left to the formulas, and that it is if the plan asked for more."""
    queue, told = demand.queue, []
    if demand.is_played or queue.channel == "email" or not queue.target:
        return []
    if method == "simulation":
        told.append(
            f"queue '{queue.id}': too many contacts to be simulated; the formulas stand alone, without room for "
            "uncertainty but where a target has a confidence"
        )
    if queue.backlog:
        told.append(f"queue '{queue.id}': the formulas don't know its backlog of {queue.backlog} contacts")
    return told


def _closed(demand: QueueDemand) -> list[str]:
    lost = float(demand.mean_volume[~demand.is_open].sum())
    if demand.queue.channel == "email" or lost < 1.0:
        return []
    return [f"queue '{demand.queue.id}': about {lost:.0f} contacts are forecast while it is closed; nobody is staffed"]
