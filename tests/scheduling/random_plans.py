"""Random small plans whose published shifts are legal by construction, for the property of the engine."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from tests.scheduling.plans import inputs_of
from wfm.inputs import Agent, FixedShift, Inputs, TimeOff
from wfm.results import Requirement
from wfm.rules import DayTypes, LabourRules

__all__ = ["random_plan"]

STARTS = (date(2025, 9, 29), date(2025, 10, 1), date(2025, 10, 24), date(2025, 10, 30), date(2025, 12, 27))
HOLIDAYS = frozenset({date(2025, 10, 1), date(2025, 10, 2), date(2025, 10, 3), date(2025, 10, 6), date(2026, 1, 1)})
KINDS = ("employee", "employee", "part_time", "dispatch", "intern", "outsourced")
MARKS = ("", "", "", "nursing", "pregnant", "minor")
SHIFTS = (
    {"id": "day", "start": "08:00-12:00", "hours": [9.0, 10.0, 12.0], "meal_minutes": 60, "break_minutes": [15, 15]},
    {"id": "short", "start": "09:00-18:00", "hours": [4.0, 5.0], "break_minutes": [15], "break_clear_minutes": 30},
    {"id": "late", "start": "20:00-02:00", "hours": [6.0, 8.5], "meal_minutes": 30, "meal_after": "2h-4h",
     "break_minutes": [10]},
    {"id": "odd", "start": "00:00-06:00", "hours": [4.0]},
)  # fmt: skip


def random_plan(seed: int) -> tuple[Inputs, Requirement]:
    """Return a plan of 5 to 12 people and 3 to 10 days with everything that limits rosters, and a requirement."""
    rng = np.random.default_rng(seed)
    start = STARTS[int(rng.integers(len(STARTS)))]
    zone = ("Asia/Shanghai", "America/New_York", "Europe/Berlin")[int(rng.integers(3))]
    queues = ["a", "b", "c"][: int(rng.integers(1, 4))]
    contracts = _contracts(rng, queues)
    plan = {
        "plan": {"name": "random", "start": start, "days": int(rng.integers(3, 11)), "timezone": zone,
                 "interval_minutes": int(rng.choice([15, 30, 60]))},
        "queue": [{"id": name, "channel": "phone"} for name in queues],
        "contract": contracts,
        "shift": [dict(shift) for shift in SHIFTS],
        "limits": {"temporary": {"dispatch_share_max": 0.5, **_limits(rng)}},
    }  # fmt: skip
    agents = _agents(rng, contracts, queues, start)
    rules = LabourRules(
        days_off_per_week_min=int(rng.integers(1, 3)), overtime_hours_per_month_max=float(rng.choice([36.0, 6.0]))
    )
    leave = tuple(_leave(rng, agent, start) for agent in agents if rng.random() < 0.3)
    published = _published(rng, agents, contracts, leave, start, ZoneInfo(zone))
    inputs = inputs_of(
        plan, agents, rules, time_off=leave, fixed_shifts=published, day_types=DayTypes(statutory=HOLIDAYS)
    )
    grid = inputs.plan.plan.grid
    need = rng.integers(0, 4, (len(queues), grid.n)).astype(np.float64)
    return inputs, Requirement(grid, tuple(queues), need, need, need)


def _limits(rng: np.random.Generator) -> dict[str, float]:
    drawn = {
        "headcount_max": int(rng.integers(5, 14)), "share_max": float(rng.choice([0.7, 0.9])),
        "seats_max": int(rng.integers(1, 5)), "cost_max": float(rng.choice([900.0, 1500.0, 4000.0])),
        "per_experienced_max": float(rng.choice([0.5, 1.0, 3.0])),
    }  # fmt: skip
    return {name: value for name, value in drawn.items() if rng.random() < 0.5}


def _contracts(rng: np.random.Generator, queues: Sequence[str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for number, kind in enumerate(KINDS):
        contract: dict[str, Any] = {
            "id": f"{kind}-{number}",
            "kind": kind,
            "cost_per_hour": float(rng.integers(10, 60)),
        }
        if rng.random() < 0.5:
            contract |= {
                "headcount": int(rng.integers(1, 5)), "cost_per_hire": float(rng.choice([0.0, 300.0])),
                "training_days": int(rng.integers(0, 8)), "training_hours_per_day": float(rng.choice([3.5, 4.0, 5.0])),
                "speed": [0.5, 1.0], "queues": [queues[0]],
            }  # fmt: skip
        if rng.random() < 0.3:
            contract["hours_per_week_max"] = float(rng.choice([12.0, 20.0, 44.0]))
        if rng.random() < 0.3:
            contract["hours_per_week_guaranteed"] = 20.0
        if rng.random() < 0.4:
            contract["limits"] = {k: v for k, v in _limits(rng).items() if k in ("seats_max", "cost_max")}
        found.append(contract)
    return found


def _agents(
    rng: np.random.Generator, contracts: Sequence[dict[str, Any]], queues: Sequence[str], start: date
) -> list[Agent]:
    agents = []
    for number in range(int(rng.integers(5, 13))):
        contract = (
            contracts[int(rng.choice([0, 0, 0, 0, 0, 1, 1, 2, 3, 4]))]["id"] if number > 2 else contracts[0]["id"]
        )
        held = [q for q in queues if rng.random() < 0.6] or [queues[0]]
        mark = MARKS[int(rng.integers(len(MARKS)))]
        hired = start + timedelta(days=int(rng.integers(-20, 4))) if rng.random() < 0.2 else None
        leaves = start + timedelta(days=int(rng.integers(0, 9))) if rng.random() < 0.1 else None
        agents.append(
            Agent(
                f"E{number}", f"Person {number}", contract, "team", {q: float(rng.choice([0.8, 1.0])) for q in held},
                hired, leaves, frozenset({mark} - {""}),
            )
        )  # fmt: skip
    return agents


def _leave(rng: np.random.Generator, agent: Agent, start: date) -> TimeOff:
    first = start + timedelta(days=int(rng.integers(0, 8)))
    return TimeOff(agent.employee_id, first, first + timedelta(days=int(rng.integers(0, 3))))


def _published(
    rng: np.random.Generator, agents: Sequence[Agent], contracts: Sequence[dict[str, Any]],
    leave: Sequence[TimeOff], start: date, zone: ZoneInfo,
) -> tuple[FixedShift, ...]:  # fmt: skip
    """Return past shifts of up to four weeks, some with overtime, and single ones inside the plan."""
    kinds = {contract["id"]: contract["kind"] for contract in contracts}
    found = []
    for agent in agents:
        lengths = [9.0, 9.0, 12.0] if kinds[agent.contract] == "employee" and not agent.attributes else [9.0]
        if rng.random() < 0.5 and kinds[agent.contract] == "employee" and agent.hired_on is None:
            days = [day for day in range(-28, 0) if day % 7 in (0, 1, 2, 5)]
            found += [_shift(agent, start, zone, day, "day", 9, float(rng.choice(lengths))) for day in days]
        off = any(one.employee_id == agent.employee_id for one in leave)
        if rng.random() < 0.25 and not off and agent.hired_on is None and agent.leaves_on is None:
            found.append(_shift(agent, start, zone, 2, "short", 14, 4.0))
    return tuple(found)


def _shift(agent: Agent, start: date, zone: ZoneInfo, day: int, shift: str, hour: int, hours: float) -> FixedShift:
    on = start + timedelta(days=day)
    begin = datetime(on.year, on.month, on.day, hour, tzinfo=zone)
    end = datetime.fromtimestamp(begin.timestamp() + hours * 3600, tz=zone)
    return FixedShift(agent.employee_id, on, shift, begin, end)
