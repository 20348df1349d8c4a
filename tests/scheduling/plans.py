"""Seeded generator of small and mid-size plans for the tests and benchmarks of the roster engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wfm.inputs import Agent, History, Inputs, TimeOff
from wfm.plan import Plan
from wfm.results import Requirement
from wfm.rules import DayTypes, LabourRules

__all__ = ["inputs_of", "no_history", "promotion_plan", "requirement_of"]

FloatArray = NDArray[np.float64]


def no_history() -> History:
    """Return an empty history."""
    ints, floats = np.zeros(0, dtype=np.int64), np.zeros(0)
    return History((), ints, ints, ints, floats, floats, floats, floats)


def inputs_of(
    plan: Mapping[str, Any], agents: Sequence[Agent], rules: LabourRules | None = None, **more: Any
) -> Inputs:
    """Return inputs with an empty history from a plan as a mapping."""
    more.setdefault("day_types", DayTypes())
    return Inputs(Plan.model_validate(plan), rules or LabourRules(), history=no_history(), agents=tuple(agents), **more)


def requirement_of(inputs: Inputs, agents: FloatArray) -> Requirement:
    """Return a requirement of that many agents: shape (queues, intervals)."""
    queues = tuple(queue.id for queue in inputs.plan.queue)
    return Requirement(inputs.plan.plan.grid, queues, agents, agents, agents)


def promotion_plan(
    people: int = 120, hires: bool = True, days: int = 28, seed: int = 1, load: float = 1.0
) -> tuple[Inputs, Requirement]:
    """Return a promotion season: eight queues, peaks at 20:00 and 00:00, a big day in the last third, few at night."""
    rng = np.random.default_rng(seed)
    names = ["tmall", "jd", "pdd", "douyin", "after", "vip", "hotline", "mail"]
    start = date(2025, 10, 20)
    plan = {
        "plan": {"name": "season", "start": start, "days": days, "known_until": date(2025, 10, 12)},
        "queue": [
            {"id": name, "channel": "chat" if n < 6 else ("phone", "email")[n - 6],
             "shortage_cost_per_hour": {5: 400.0, 7: 120.0}.get(n)} for n, name in enumerate(names)
        ],
        "contract": _contracts(hires),
        "shift": _shifts(),
        "limits": {"temporary": {"headcount_max": 110, "share_max": 0.55, "dispatch_share_max": 0.1,
                                 "seats_max": 120, "cost_max": 900000.0, "per_experienced_max": 8}},
        "costs": {"shortage_per_agent_hour": 300.0},
    }  # fmt: skip
    agents = [_agent(rng, n, names, start) for n in range(people)]
    leave = [
        TimeOff(a.employee_id, start + timedelta(days=int(d)), start + timedelta(days=int(d) + 1))
        for a in agents for d in rng.choice(days, size=max(1, days // 25), replace=False)
    ]  # fmt: skip
    inputs = inputs_of(plan, agents, time_off=tuple(leave))
    return inputs, requirement_of(inputs, _demand(inputs, rng, load * people / 120.0))


def _contracts(hires: bool) -> list[dict[str, Any]]:
    chats = ["tmall", "jd", "pdd", "douyin"]
    found: list[dict[str, Any]] = [
        {"id": "staff", "cost_per_hour": 45.0, "hours_per_week_guaranteed": 40.0},
        {"id": "part", "kind": "part_time", "cost_per_hour": 30.0, "shifts": ["eve4", "mid5", "late6"]},
    ]
    if hires:
        more = {"headcount": 30, "cost_per_hire": 300.0, "training_days": 2, "speed": [0.6, 0.75, 0.85]}
        found += [
            {"id": "dispatch", "kind": "dispatch", "cost_per_hour": 38.0, "queues": [*chats, "after"],
             **more, "headcount": 12},
            {"id": "student", "kind": "part_time", "cost_per_hour": 25.0, "queues": chats, **more,
             "shifts": ["eve4", "mid5", "late6"]},
            {"id": "intern", "kind": "intern", "cost_per_hour": 22.0, "queues": ["after", "tmall"], **more,
             "headcount": 12},
            {"id": "block", "kind": "outsourced", "cost_per_hour": 40.0, "queues": ["tmall", "jd", "pdd"], **more},
        ]  # fmt: skip
    return found


def _shifts() -> list[dict[str, Any]]:
    full = {"meal_minutes": 60, "meal_after": "3h-5h", "break_minutes": [15, 15]}
    half = {"break_minutes": [15]}
    return [
        {"id": "early", "start": "07:00-10:00", "hours": [8.0, 9.0], **full},
        {"id": "mid", "start": "11:00-14:00", "hours": [8.0, 9.0, 10.0], **full},
        {"id": "late", "start": "15:00-17:30", "hours": [8.0, 9.0], **full},
        {"id": "night", "start": "21:30-23:30", "hours": [9.0], **full},
        {"id": "eve4", "start": "18:30-20:30", "hours": [4.0], **half},
        {"id": "mid5", "start": "09:00-12:00", "hours": [5.0], **half},
        {"id": "late6", "start": "18:00-19:30", "hours": [6.0], "meal_minutes": 30, "meal_after": "2h-3.5h", **half},
    ]


def _agent(rng: np.random.Generator, n: int, names: list[str], start: date) -> Agent:
    sets = [[0, 1], [2, 3], [0, 2], [0, 1, 4], [4, 6], [4, 5, 6], [4, 7], [0, 5], [3, 1]]
    held = sets[int(rng.integers(len(sets)))]
    part = n % 6 == 5
    marks = {"pregnant"} if n % 40 == 7 else {"nursing"} if n % 40 == 9 else set()
    speed = 0.9 if rng.random() < 0.25 else 1.0
    return Agent(
        f"E{n:03d}", f"Person {n}", "part" if part else "staff", f"team{n % 4}", {names[q]: speed for q in held},
        start - timedelta(days=400), None, frozenset(marks),
    )  # fmt: skip


def _demand(inputs: Inputs, rng: np.random.Generator, scale: float) -> FloatArray:
    grid = inputs.plan.plan.grid
    hour = grid.minute_of_day / 60.0
    level = np.array([5.5, 4.0, 3.5, 3.0, 6.0, 2.0, 4.0, 2.0]) * scale
    day = np.ones(grid.days)
    for peak, height in ((1, 1.5), (22, 2.6), (23, 1.6), (14, 1.4)):
        if peak < grid.days:
            day[peak] = height
    bell = np.exp(-(((hour - 11) / 2.5) ** 2)) + 1.2 * np.exp(-(((hour - 20.5) / 2.0) ** 2)) + 0.35
    bell = np.where((hour >= 2) & (hour < 7), 0.0, bell)
    need = level[:, None] * (bell * day[grid.day_index])[None, :]
    for peak in (d for d in (1, 22) if d < grid.days):
        opening = grid.slots_of_day(peak).start + 40
        need[:4, opening : opening + 3] *= 1.6
        need[:4, max(opening - 40, 0) : max(opening - 40, 0) + 2] += level[:4, None] * 1.5
    need = np.ceil(need * rng.uniform(0.9, 1.1, need.shape))
    need[6:, (hour < 8) | (hour >= 22)] = 0.0
    return np.maximum(need, np.where(np.arange(8)[:, None] < 5, 1.0, 0.0))
