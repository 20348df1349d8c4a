"""Requirement of live queues (phone, chat): each interval by itself, for the target that asks for most."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from wfm.errors import Problem
from wfm.plan import Queue, Target
from wfm.staffing.chat import speeds
from wfm.staffing.inversion import UnreachableTargetError, required_losses, required_shares, required_waits
from wfm.staffing.shrinkage import with_shrinkage

__all__ = ["OCCUPANCY_MAX", "VOLUME_MIN", "QueueDemand", "QueueStaff", "live_staff", "target_text"]

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

#: Where no target counts, agents are at most this busy: the queue stays stable and people can keep it up.
OCCUPANCY_MAX = 0.95
#: From this many contacts per interval an open queue has at least one agent: more than one contact in 20 intervals.
VOLUME_MIN = 0.05


@dataclass(frozen=True)
class QueueDemand:
    """What one queue has to serve; arrays have shape (n,).

    ``volumes`` holds the contacts per interval to staff for, one array per target, ``windows`` where each one counts.
    """

    queue: Queue
    place: int
    minutes: int
    is_open: BoolArray
    aht_seconds: FloatArray
    mean_volume: FloatArray
    volumes: tuple[FloatArray, ...]
    windows: tuple[BoolArray, ...]


@dataclass
class QueueStaff:
    """Agents that one queue needs, and what there is to say about it."""

    agents: FloatArray
    method: str
    warnings: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def live_staff(demand: QueueDemand) -> QueueStaff:
    """Return the agents of a phone or chat queue."""
    agents = _floor(demand)
    staff = QueueStaff(agents, _method(demand.queue, demand.minutes))
    fastest = int(np.argmax(demand.queue.speedup)) + 1
    if fastest < demand.queue.concurrency:
        staff.warnings.append(
            f"queue '{demand.queue.id}': agents are fastest with {fastest} chats at once, more only slow them down"
        )
    for number, target in enumerate(demand.queue.target):
        busy = demand.is_open & demand.windows[number] & (demand.volumes[number] > 0)
        if not np.any(busy) or not _applies(target, demand.queue, staff):
            continue
        try:
            needed = _needed(demand, target, demand.volumes[number][busy], demand.aht_seconds[busy])
        except UnreachableTargetError:
            staff.problems.append(_unreachable(demand, number, target))
            continue
        agents[busy] = np.maximum(agents[busy], needed)
    return staff


def _floor(demand: QueueDemand) -> FloatArray:
    """Return the agents without looking at the targets: busy at most :data:`OCCUPANCY_MAX` where no target counts."""
    volume = np.where(demand.is_open, demand.mean_volume, 0.0)
    load = volume * demand.aht_seconds / (demand.minutes * 60.0) / speeds(demand.queue.speedup)[-1]
    counts = [
        window for window, target in zip(demand.windows, demand.queue.target, strict=True) if _binds(target, demand)
    ]
    free = ~np.logical_or.reduce([np.zeros(volume.size, dtype=np.bool_), *counts])
    stable = np.where(free, np.ceil(load / OCCUPANCY_MAX - 1e-9), 0.0)
    return np.where(volume > VOLUME_MIN, np.maximum(stable, 1.0), 0.0)


def _binds(target: Target, demand: QueueDemand) -> bool:
    return target.metric != "abandoned" or demand.queue.patience_seconds is not None


def _applies(target: Target, queue: Queue, staff: QueueStaff) -> bool:
    if target.metric == "abandoned" and queue.patience_seconds is None:
        staff.warnings.append(
            f"queue '{queue.id}': target 'abandoned' needs patience_seconds; without it nobody gives up and agents are "
            f"set to be at most {OCCUPANCY_MAX:.0%} busy"
        )
        return False
    if target.metric == "resolved_within":
        staff.warnings.append(
            f"queue '{queue.id}': 'resolved_within' on a live queue is staffed as answered within the time less one "
            "mean handle time"
        )
    return True


def _needed(demand: QueueDemand, target: Target, volume: FloatArray, aht: FloatArray) -> NDArray[np.int64] | int:
    speed = speeds(demand.queue.speedup)
    per_hour = volume * 60.0 / demand.minutes
    patience = demand.queue.patience_seconds
    seconds, share = target.seconds or 0.0, target.share or 0.0
    if target.metric == "average_response":
        return required_waits(per_hour, aht, seconds, patience, "answered", speed)
    if target.metric == "abandoned":
        return required_losses(per_hour, aht, share, patience, speed)
    handled = aht * speed.size / speed[-1] if target.metric == "resolved_within" else 0.0
    return required_shares(per_hour, aht, share, np.maximum(seconds - handled, 0.0), patience, "sl_offered", speed)


def _unreachable(demand: QueueDemand, number: int, target: Target) -> Problem:
    ways = {"abandoned": "ask at least 0.001", "average_response": "ask at least 0.1 seconds"}
    text = (
        f"{demand.queue.id} target {number + 1}: {target_text(target)} can't be reached by any number of agents; "
        f"{ways.get(target.metric, 'ask at most 0.999')}"
    )
    key = "seconds" if target.metric == "average_response" else "share"
    return Problem("plan.toml", 0, f'[[queue]] {demand.place + 1} "{demand.queue.id}" target {number + 1} {key}', text)


def target_text(target: Target) -> str:
    """Return a target in words."""
    if target.metric == "average_response":
        return f"mean wait of at most {target.seconds:g} s"
    if target.metric == "abandoned":
        return f"at most share {target.share} abandoned"
    return f"share {target.share} within {target.seconds:g} s"


def _method(queue: Queue, minutes: int) -> str:
    patience = queue.patience_seconds
    stays = "nobody gives up" if patience is None else f"mean patience {patience:g} s"
    if queue.channel == "phone":
        model = f"Erlang {'C' if patience is None else 'A'} ({stays})"
    else:
        model = f"balanced birth-death chat with {queue.concurrency} conversations per agent ({stays})"
    return (
        f"{model}: fewest agents for every target, the queue taken as steady within each {minutes}-minute interval; "
        f"where no target counts at most {OCCUPANCY_MAX:.0%} busy"
    )


def rostered(agents: FloatArray, shrinkage: float) -> FloatArray:
    """Return agents with room for shrinkage, as floats."""
    return with_shrinkage(agents, shrinkage).astype(np.float64)
