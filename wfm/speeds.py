"""How fast the people of a queue were, day by day: newcomers lower the mean until they have settled in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from wfm.inputs import Agent
from wfm.plan import Contract, Plan

__all__ = ["MeanSpeeds", "mean_speeds"]

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class MeanSpeeds:
    """People on seat and their mean relative speed by queue and day.

    Attributes
    ----------
    people : float array (queues, days)
        A person counts in equal parts for each queue that they serve.
    speed : float array (queues, days)
        Their mean relative speed, NaN where nobody is known.
    dated : bool array (queues,)
        Whether the first day of at least one person of the queue is known.
    """

    people: FloatArray
    speed: FloatArray
    dated: NDArray[np.bool_]


def mean_speeds(plan: Plan, agents: Iterable[Agent], first: date, days: int) -> MeanSpeeds:
    """Return how fast the named people were on each queue.

    A person's speed is that of ``queues`` times the contract's in that week on seat, counted from the end of the
    training; whose first day is unknown counts as settled in.

    Parameters
    ----------
    plan : Plan
        Its queues (in order) and contracts.
    agents : iterable of Agent
        The named people.
    first : datetime.date
        Day 0.
    days : int
        Number of days.
    """
    row = {queue.id: number for number, queue in enumerate(plan.queue)}
    people, total = np.zeros((len(row), days)), np.zeros((len(row), days))
    dated = np.zeros(len(row), dtype=bool)
    for agent in agents:
        ramp = _ramp(agent, plan.contract_by_id(agent.contract), first, days)
        mine = [name for name in agent.queues if name in row]
        for name in mine:
            people[row[name]] += (ramp > 0) / len(mine)
            total[row[name]] += ramp * agent.queues[name] / len(mine)
            dated[row[name]] |= agent.hired_on is not None
    speed = np.where(people > 0, total / np.maximum(people, 1e-12), np.nan)
    return MeanSpeeds(people, speed, dated)


def _ramp(agent: Agent, contract: Contract, first: date, days: int) -> FloatArray:
    """Return the contract's speed of a person on each day, 0 where they are not on seat."""
    day = np.arange(days)
    if agent.hired_on is None:
        ramp = np.full(days, contract.speed[-1])
    else:
        since = (first - agent.hired_on - timedelta(days=contract.training_days)).days + day
        ramp = np.where(since < 0, 0.0, np.array(contract.speed)[np.clip(since // 7, 0, len(contract.speed) - 1)])
    if agent.leaves_on is not None:
        ramp = np.where(day > (agent.leaves_on - first).days, 0.0, ramp)
    return np.asarray(ramp, dtype=np.float64)
