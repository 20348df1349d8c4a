"""Tiny plans for the tests: one or two people, two or three days, few shifts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from scheduling.problem import RosterProblem, from_inputs
from tests.scheduling.plans import inputs_of, requirement_of
from wfm.inputs import Agent, FixedShift, Inputs

__all__ = ["START", "agent", "fixed", "problem_of", "tiny"]

START = date(2025, 10, 20)  # a Monday
ZONE = ZoneInfo("Asia/Shanghai")
DAY = {"id": "day", "start": "08:00-10:00", "hours": [4.0, 5.0]}
LATE = {"id": "late", "start": "17:00", "hours": [5.0]}


def agent(number: int = 1, contract: str = "staff", queues: Sequence[str] = ("a",), **more: Any) -> Agent:
    """Return a person who holds queues at full speed."""
    return Agent(f"E{number}", f"Person {number}", contract, "team", dict.fromkeys(queues, 1.0), **more)


def fixed(number: int, day: int, start: str, hours: float, shift: str = "day") -> FixedShift:
    """Return a published shift."""
    moment = datetime.fromisoformat(f"{START + timedelta(days=day)}T{start}").replace(tzinfo=ZONE)
    return FixedShift(f"E{number}", START + timedelta(days=day), shift, moment, moment + timedelta(hours=hours))


def tiny(
    agents: Sequence[Agent], days: int = 2, contracts: Sequence[dict[str, Any]] = (), queues: Sequence[str] = ("a",),
    shifts: Sequence[dict[str, Any]] = (DAY, LATE), limits: dict[str, Any] | None = None, **more: Any,
) -> Inputs:  # fmt: skip
    """Return the inputs of a plan in hours from the morning of ``START`` on."""
    plan = {
        "plan": {"name": "tiny", "start": START, "days": days, "interval_minutes": 60},
        "queue": [{"id": name, "channel": "phone"} for name in queues],
        "contract": [{"id": "staff", "cost_per_hour": 50.0}, *contracts],
        "shift": list(shifts),
        "limits": {"temporary": limits or {}},
        "costs": {"shortage_per_agent_hour": 80.0},
    }
    return inputs_of(plan, agents, **more)


def problem_of(inputs: Inputs, seed: int = 0, peak: int = 2) -> RosterProblem:
    """Return a problem with a random requirement in the day."""
    grid = inputs.plan.plan.grid
    rng = np.random.default_rng(seed)
    need = rng.integers(0, peak + 1, (len(inputs.plan.queue), grid.n)).astype(np.float64)
    need[:, (grid.minute_of_day < 8 * 60) | (grid.minute_of_day >= 23 * 60)] = 0.0
    return from_inputs(inputs, requirement_of(inputs, need))
