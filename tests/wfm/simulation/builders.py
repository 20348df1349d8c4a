"""Small plans, forecasts and rosters to play."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wfm.inputs import Agent, History, Inputs
from wfm.plan import Plan
from wfm.results import Activity, Forecast, Hire, RosteredShift
from wfm.rules import DayTypes, LabourRules

START = date(2025, 10, 20)


@dataclass(frozen=True)
class Played:
    """The three attributes of a roster that the simulator reads."""

    shifts: tuple[RosteredShift, ...] = ()
    activities: tuple[Activity, ...] = ()
    hires: tuple[Hire, ...] = ()


def make_inputs(
    queues: Sequence[Mapping[str, Any]],
    agents: Mapping[str, Mapping[str, float]] | None = None,
    days: int = 1,
    contract: Mapping[str, Any] | None = None,
    interval_minutes: int = 30,
    **agent_fields: Any,
) -> Inputs:
    """Return inputs with the given queues and people (id -> speed by queue), all on one contract ``staff``."""
    plan = Plan.model_validate(
        {
            "plan": {"name": "test", "start": START, "days": days, "interval_minutes": interval_minutes},
            "queue": list(queues),
            "contract": [{"id": "staff", "cost_per_hour": 20.0, **(contract or {})}],
            "shift": [{"id": "day", "start": "00:00-23:30", "hours": [8.0]}],
        }
    )
    none = np.empty(0)
    history = History((), np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.int64), none, none, none, none)
    people = tuple(
        Agent(name, name, "staff", "team", skills, **agent_fields) for name, skills in (agents or {}).items()
    )
    return Inputs(plan, LabourRules(), DayTypes(), history, people)


def make_forecast(inputs: Inputs, offered: NDArray[Any], aht_seconds: float | Sequence[float]) -> Forecast:
    """Return a forecast with the given paths (paths, queues, intervals) and constant handle times by queue."""
    grid = inputs.plan.plan.grid
    queues = tuple(queue.id for queue in inputs.plan.queue)
    aht = np.broadcast_to(np.atleast_1d(np.array(aht_seconds, dtype=np.float64))[:, None], (len(queues), grid.n))
    return Forecast(grid, queues, offered.astype(np.float32), offered.mean(axis=0), aht.copy())


def moment(inputs: Inputs, hours: float) -> datetime:
    """Return the time so many hours after the plan's start."""
    grid = inputs.plan.plan.grid
    return grid.at(float(grid.starts[0]) + hours * 3600.0)


def work(inputs: Inputs, person: str, start: float, end: float, queue: str = "", activity: str = "work") -> Activity:
    """Return one activity from ``start`` to ``end``, hours after the plan's start."""
    begin = moment(inputs, start)
    return Activity(person, begin.date(), activity, queue, begin, moment(inputs, end), True)


def always(inputs: Inputs) -> Played:
    """Return a roster in which every named person is on seat around the clock."""
    hours = inputs.plan.plan.grid.n * inputs.plan.plan.interval_minutes / 60.0
    return Played(activities=tuple(work(inputs, agent.employee_id, 0.0, hours) for agent in inputs.agents))


def day_after(days: int) -> date:
    """Return the date so many days after the plan's start."""
    return START + timedelta(days=days)
