"""Requirement of live queues (phone, chat): the fewest agents for every target, whichever asks for most."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from wfm.alone import reached_alone
from wfm.errors import Problem
from wfm.grid import TimeGrid
from wfm.plan import Queue, Target
from wfm.rolling import Past
from wfm.staffing.by_formula import CELL_MINUTES, Formula, slot_seconds
from wfm.staffing.chat import chat_waiting, speeds
from wfm.staffing.comebacks import first_redials, redials
from wfm.staffing.correction import Correction, Futures, corrected
from wfm.staffing.gauging import gauge_of
from wfm.staffing.inversion import UnreachableTargetError
from wfm.staffing.shrinkage import with_shrinkage
from wfm.staffing.varying import cell_loads
from wfm.staffing.volume import draw_futures

__all__ = ["OCCUPANCY_MAX", "PAST_BEHIND", "VOLUME_MIN", "QueueDemand", "QueueStaff", "live_staff", "target_text"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

#: Where no target counts, agents are at most this busy: the queue stays stable and people can keep it up.
OCCUPANCY_MAX = 0.95
#: From this many contacts per interval an open queue has at least one agent: more than one contact in 20 intervals.
VOLUME_MIN = 0.05
PAST_BEHIND = (
    "the days before the plan are so far behind that the 30 days up to its end can't hold; it is staffed so that its "
    "own days reach the goal"
)
#: How often agents are found anew for those who call again because of the agents found before.
_REDIAL_ROUNDS = 4


@dataclass(frozen=True)
class QueueDemand:
    """What one queue has to serve; arrays have shape (n,).

    ``volumes`` holds the contacts per interval at the quantile that each target's confidence asks for, ``windows``
    where each one counts, ``assessed`` where its spans hold enough contacts to be assessed for sure, ``pasts`` what its
    past days add; ``slope`` is how the rate changes inside the interval, ``kept`` the share that bots keep.
    ``counts`` (futures, n) are whole contacts that reach people and ``contained`` those that bots keep; empty: nothing
    is played.
    """

    queue: Queue
    place: int
    minutes: int
    is_open: BoolArray
    aht_seconds: FloatArray
    mean_volume: FloatArray
    slope: FloatArray
    volumes: tuple[FloatArray, ...]
    windows: tuple[BoolArray, ...]
    assessed: tuple[BoolArray, ...]
    pasts: tuple[Past, ...]
    kept: FloatArray
    counts: IntArray
    contained: IntArray
    seed: int

    @property
    def is_played(self) -> bool:
        """Whether the requirement is corrected by simulation."""
        return len(self.counts) > 0


@dataclass
class QueueStaff:
    """Agents that one queue needs, and what there is to say about it.

    ``decided`` says what asked for most in each interval, ``by_formula`` how many agents the formulas alone ask for,
    ``peak`` the highest offered load inside each interval.
    """

    agents: FloatArray
    method: str
    decided: NDArray[np.object_]
    by_formula: FloatArray
    peak: FloatArray
    warnings: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def live_staff(demand: QueueDemand, grid: TimeGrid) -> QueueStaff:
    """Return the agents of a phone or chat queue."""
    queue = demand.queue
    floor = _floor(demand)
    staff = QueueStaff(
        floor.copy(), _method(demand), _reasons(demand, floor), floor.copy(), np.zeros(floor.size)
    )  # fmt: skip
    fastest = int(np.argmax(queue.speedup)) + 1
    if fastest < queue.concurrency:
        staff.warnings.append(
            f"queue '{queue.id}': agents are fastest with {fastest} chats at once, more only slow them down"
        )
    binding = [
        (number, target)
        for number, target in enumerate(queue.target)
        if np.any(_counts(demand, number)) and _applies(target, queue, staff, demand.is_played)
    ]
    staff.problems += [problem for number, target in binding for problem in _too_slow(demand, number, target)]
    for number, target in binding:
        _by_formula(demand, staff, number, target)
    if staff.problems:
        return staff
    lost = _lost(demand, staff.by_formula)
    factor = _repeats(demand, lost)
    volume = np.where(demand.is_open, demand.mean_volume, 0.0) * factor
    handle = slot_seconds(queue, demand.aht_seconds)
    loads = cell_loads(volume, demand.slope, handle, demand.minutes, queue.bot_seconds)
    staff.peak = np.where(demand.is_open, loads.max(axis=1), 0.0) / len(queue.speedup)
    if demand.is_played and binding:
        if queue.patience_seconds is None:
            # Whatever a span's target allows, work that nobody gives up must not pile up.
            stable = np.floor(loads.mean(axis=1) / len(queue.speedup) + 1e-9) + 1.0
            staff.agents = np.where(floor > 0, np.maximum(floor, stable), floor)
            staff.decided[staff.agents > floor] = "busy"
        _correct(demand, grid, staff, binding, volume, lost)
    else:
        staff.agents = staff.by_formula.copy()
    return staff


def _counts(demand: QueueDemand, number: int) -> BoolArray:
    """Return in which intervals contacts count for a target."""
    return demand.is_open & demand.windows[number] & (demand.volumes[number] > 0)


def _by_formula(demand: QueueDemand, staff: QueueStaff, number: int, target: Target) -> None:
    formula = _formula(demand, target, demand.volumes[number])
    try:
        needed = formula.agents()
    except UnreachableTargetError:
        staff.problems.append(_unreachable(demand, number, target))
        return
    needed = np.where(_counts(demand, number), needed, 0)
    if not demand.is_played:
        staff.decided[needed > staff.by_formula] = f"target {number + 1}"
    staff.by_formula = np.maximum(staff.by_formula, needed)


def _formula(demand: QueueDemand, target: Target, volume: FloatArray, fine: bool = True) -> Formula:
    reaching = np.where(demand.is_open, volume, 0.0)
    highest = target.over == "interval" and not demand.is_played
    return Formula.of(demand.queue, target, reaching, demand.slope, demand.aht_seconds, demand.kept, demand.minutes,
                      highest, fine)  # fmt: skip


def _correct(
    demand: QueueDemand, grid: TimeGrid, staff: QueueStaff, binding: list[tuple[int, Target]], volume: FloatArray,
    lost: FloatArray,
) -> None:  # fmt: skip
    """Replace the agents by those that hold every target in simulation, with those who call again because of them."""
    queue = demand.queue
    again = queue.redial > 0.0 and queue.patience_seconds is not None
    more = first_redials(demand.counts, queue.redial, lost, demand.seed) if again else np.zeros_like(demand.counts)
    alone = float(np.average(demand.aht_seconds, weights=volume + 1e-12))
    floor, decided, warnings, before = staff.agents, staff.decided, staff.warnings, None
    for turn in range(_REDIAL_ROUNDS if again else 1):
        for _ in range(2 if turn else 0):
            gauge = gauge_of(queue, binding[0][1], alone)
            more = redials(_drawn(demand, more), gauge, staff.agents.astype(np.int64), queue, demand.is_open)
        staff.agents, staff.decided, staff.warnings = floor.copy(), decided.copy(), list(warnings)
        futures = _drawn(demand, more)
        _hold(demand, grid, staff, binding, volume, futures, alone)
        if before is not None and np.array_equal(staff.agents, before):
            break
        before = staff.agents


def _drawn(demand: QueueDemand, more: IntArray) -> Futures:
    return draw_futures(demand.queue, demand.counts + more, demand.contained, demand.slope, demand.aht_seconds,
                        demand.minutes, demand.is_open, demand.seed)  # fmt: skip


def _hold(
    demand: QueueDemand, grid: TimeGrid, staff: QueueStaff, binding: list[tuple[int, Target]], volume: FloatArray,
    futures: Futures, alone: float,
) -> None:  # fmt: skip
    """Raise the agents until every target holds for some futures; interval by interval first."""
    queue = demand.queue
    order = {"interval": 0, "day": 1, "30_days": 2, "horizon": 2}
    for number, target in sorted(binding, key=lambda item: order[item[1].over]):
        window = _counts(demand, number)
        start = float(demand.volumes[number][window].sum() / max(demand.mean_volume[window].sum(), 1e-12))
        found = corrected(
            futures, grid, _formula(demand, target, volume, fine=False), gauge_of(queue, target, alone), window,
            staff.agents.astype(np.int64), demand.pasts[number], start,
        )  # fmt: skip
        staff.decided[found.agents > staff.agents] = f"target {number + 1}"
        staff.agents = np.maximum(staff.agents, found.agents)
        staff.warnings += _told(queue, target, found, grid)


def _told(queue: Queue, target: Target, found: Correction, grid: TimeGrid) -> list[str]:
    """Return what a planner must know of the agents found."""
    name = f"queue '{queue.id}', {target_text(target)}"
    if not found.holds and found.within_reach:
        return [f"{name}: no number of agents tried held it everywhere; there more of them would help next to nothing"]
    if target.over != "30_days":
        return []
    sign, goal = target.sign, target.goal
    late = np.flatnonzero(sign * (found.windows - goal) < -1e-9)
    told = []
    if not found.holds:
        return [f"{name}: neither the 30 days nor the plan's own days can hold; more agents would help next to nothing"]
    if not found.within_reach:
        told.append(f"{name}: {PAST_BEHIND}")
    elif late.size:
        told.append(
            f"{name}: the 30 days hold on {grid.days - late.size} of {grid.days} days of the plan, not yet on "
            f"{grid.dates[late[-1]]}: the days before the plan were behind"
        )
    if found.within_reach and sign * (found.own - goal) < -1e-9 and math.isfinite(found.own):
        told.append(
            f"{name}: the plan's own days reach {found.own:.4g} only and use up what the days before have left over; "
            "judge it by day or horizon to keep that"
        )
    return told


def _lost(demand: QueueDemand, agents: FloatArray) -> FloatArray:
    """Return the share that gives up by the formulas, 0 where that adds no work: shape (n,)."""
    queue = demand.queue
    if queue.patience_seconds is None or (queue.redial == 0.0 and queue.silent_abandonment == 0.0):
        return np.zeros(agents.size)
    per_hour = np.where(demand.is_open, demand.mean_volume, 0.0) * 60.0 / demand.minutes
    lost = chat_waiting(
        per_hour, demand.aht_seconds, agents.astype(np.int64), queue.speedup, 0.0, queue.patience_seconds
    ).p_abandon  # fmt: skip
    return np.asarray(lost, dtype=np.float64)


def _repeats(demand: QueueDemand, lost: FloatArray) -> FloatArray:
    """Return by how much redials and silent customers raise the work, given the share that gives up: shape (n,)."""
    queue = demand.queue
    phantom = queue.silent_abandonment * queue.silent_seconds / slot_seconds(queue, demand.aht_seconds)
    return np.asarray(1.0 / (1.0 - queue.redial * lost) + lost * phantom, dtype=np.float64)


def _floor(demand: QueueDemand) -> FloatArray:
    """Return the agents without looking at the targets: busy at most :data:`OCCUPANCY_MAX` where no target counts."""
    volume = np.where(demand.is_open, demand.mean_volume, 0.0)
    load = volume * demand.aht_seconds / (demand.minutes * 60.0) / speeds(demand.queue.speedup)[-1]
    counts = [
        window & sure
        for window, sure, target in zip(demand.windows, demand.assessed, demand.queue.target, strict=True)
        if _binds(target, demand)
    ]
    free = ~np.logical_or.reduce([np.zeros(volume.size, dtype=np.bool_), *counts])
    stable = np.where(free, np.ceil(load / OCCUPANCY_MAX - 1e-9), 0.0)
    return np.where(volume > VOLUME_MIN, np.maximum(stable, 1.0), 0.0)


def _reasons(demand: QueueDemand, floor: FloatArray) -> NDArray[np.object_]:
    """Return why the agents of the floor are there."""
    reasons = np.where(floor > 1.0, "busy", np.where(floor > 0.0, "least", "none")).astype(object)
    reasons[~demand.is_open] = "closed"
    return reasons


def _binds(target: Target, demand: QueueDemand) -> bool:
    return target.metric != "abandoned" or demand.queue.patience_seconds is not None


def _applies(target: Target, queue: Queue, staff: QueueStaff, is_played: bool) -> bool:
    if target.metric == "abandoned" and queue.patience_seconds is None:
        staff.warnings.append(
            f"queue '{queue.id}': target 'abandoned' needs patience_seconds; without it nobody gives up and agents are "
            f"set to be at most {OCCUPANCY_MAX:.0%} busy"
        )
        return False
    if target.metric == "resolved_within" and not is_played:
        staff.warnings.append(
            f"queue '{queue.id}': 'resolved_within' on a live queue is staffed by the formulas as answered within the "
            "time less one mean handle time"
        )
    if target.metric == "average_response" and target.unanswered_seconds is not None and not is_played:
        staff.warnings.append(
            f"queue '{queue.id}', {target_text(target)}: the formulas look at the answered only, not at what an "
            "unanswered contact counts as"
        )
    return True


def _too_slow(demand: QueueDemand, number: int, target: Target) -> list[Problem]:
    """Return that replies, or contacts, take too long even where people handle one at a time, if they do.

    What bots contain, and what was good before the plan, may make up for them: nothing is said then unless it can't.
    """
    queue = demand.queue
    resolved = target.metric == "resolved_within"
    best = reached_alone(target, queue)
    if resolved:
        best = -math.expm1(-(target.seconds or 0.0) / float(demand.aht_seconds[_counts(demand, number)].min()))
    if best is None:
        return []
    if target.over == "30_days" and demand.pasts[number].lowers[-1] > 0:
        return []
    kept = float(demand.kept[_counts(demand, number)].max()) if target.bots == "included" else 0.0
    reached = best * (1.0 - kept) + (kept if target.sign > 0 else 0.0)
    if target.sign * (reached - target.goal) >= 0.0:
        return []
    found = f"{best:.1%} {'end' if resolved else 'come'} within {target.seconds:g} s"
    if target.metric == "average_response":
        found = f"a reply takes {best:g} s on average"
    text = (
        f"{queue.id} target {number + 1}: {target_text(target)} can't be reached by any number of agents: with one "
        f"contact at a time {found}; allow more time, or lower {'the handle time' if resolved else 'reply_seconds'}"
    )
    return [Problem("plan.toml", 0, f'[[queue]] {demand.place + 1} "{queue.id}" target {number + 1} seconds', text)]


def _unreachable(demand: QueueDemand, number: int, target: Target) -> Problem:
    at_least = "ask at least 0.001"
    ways = {"abandoned": at_least, "no_service": at_least, "average_response": "ask at least 0.1 seconds"}
    text = (
        f"{demand.queue.id} target {number + 1}: {target_text(target)} can't be reached by any number of agents; "
        f"{ways.get(target.metric, 'ask at most 0.999')}"
    )
    key = "seconds" if target.metric == "average_response" else "share"
    return Problem("plan.toml", 0, f'[[queue]] {demand.place + 1} "{demand.queue.id}" target {number + 1} {key}', text)


def target_text(target: Target) -> str:
    """Return a target in words."""
    if target.metric == "average_response":
        return f"mean {'response' if target.count == 'round' else 'wait'} of at most {target.seconds:g} s"
    if target.metric == "abandoned":
        return f"at most share {target.share} abandoned"
    if target.metric == "no_service":
        return f"at most share {target.share} without service"
    counted = {"round": " for every reply", "customer": " for all replies of a customer"}.get(target.count, "")
    return f"share {target.share} within {target.seconds:g} s{counted}"


def _method(demand: QueueDemand) -> str:
    queue = demand.queue
    patience = queue.patience_seconds
    shape = "" if queue.patience_distribution == "exponential" else f", {queue.patience_distribution}"
    stays = "nobody gives up" if patience is None else f"mean patience {patience:g} s{shape}"
    if queue.channel == "phone":
        exponential = queue.patience_distribution == "exponential"
        name = "Erlang C" if patience is None else "Erlang A" if exponential else "M/M/n+G"
        model = f"{name} ({stays})"
    else:
        model = f"balanced birth-death chat with {queue.concurrency} conversations per agent ({stays})"
        if queue.routing == "most_busy":
            model += ", the most busy agent first only where simulated"
        if queue.rounds is not None:
            model += ", replies inside chats only where simulated"
    cells = f"cells of {CELL_MINUTES} minutes, of one minute where it changes fast"
    after = (
        f"corrected by simulating {len(demand.counts)} futures until its targets hold"
        if demand.is_played
        else "not simulated; the cell that needs most decides for interval targets, else the mean"
    )
    rest = f"where no target counts at most {OCCUPANCY_MAX:.0%} busy"
    return f"{model} at the modified offered load, {cells}; {after}; {rest}"


def rostered(agents: FloatArray, shrinkage: float) -> FloatArray:
    """Return agents with room for shrinkage, as floats."""
    return with_shrinkage(agents, shrinkage).astype(np.float64)
