"""Made-up results of any size, for tests of what is written: shaped like a peak season, not computed by the engines."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from wfm.grid import TimeGrid
from wfm.inputs import Agent, Event, History, Inputs, TimeOff
from wfm.plan import Plan
from wfm.results import (
    Activity,
    Attainment,
    CostBreakdown,
    Finding,
    Forecast,
    Hire,
    HurtingInterval,
    ModelChoice,
    Requirement,
    Roster,
    RosteredShift,
    TargetResult,
)
from wfm.rules import DayTypes, LabourRules
from wfm.track_record import BacktestRow

__all__ = ["MadeUp", "made_up", "tiny"]

_QUEUES = (
    ("tmall-presale", "chat", "tmall", 900.0), ("jd-presale", "chat", "jd", 500.0),
    ("pdd-presale", "chat", "pdd", 620.0), ("douyin-presale", "chat", "douyin", 430.0),
    ("aftersale", "chat", "", 820.0), ("vip", "chat", "tmall", 120.0),
    ("hotline", "phone", "", 260.0), ("email", "email", "", 140.0),
)  # fmt: skip
_SHIFTS = (("early", "早", 8), ("mid", "中", 12), ("late", "晚", 15), ("night", "通宵", 23), ("evening4", "小晚", 19))
_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
_GIVEN = (*"伟芳娜敏静丽强磊洋艳勇杰娟涛明超霞平刚", "秀英")


@dataclass(frozen=True)
class MadeUp:
    """Everything the writers of results take."""

    inputs: Inputs
    forecast: Forecast
    requirement: Requirement
    roster: Roster
    attainment: Attainment
    findings: tuple[Finding, ...]
    backtest: tuple[BacktestRow, ...]


def tiny(seed: int = 1) -> MadeUp:
    """Return results of 2 queues, 3 days and 6 people."""
    return made_up(queues=2, days=3, named=4, hired=2, paths=20, seed=seed)


def made_up(
    queues: int = 8,
    days: int = 28,
    named: int = 124,
    hired: int = 76,
    interval_minutes: int = 30,
    paths: int = 60,
    seed: int = 1,
) -> MadeUp:
    """Return results of about the `double11` sample's size, with one hard peak, shortages and a few missed targets."""
    rng = np.random.default_rng(seed)
    plan = _plan(queues, days, interval_minutes)
    agents = tuple(_agent(number, queues) for number in range(named))
    inputs = _inputs(plan, agents)
    forecast = _forecast(plan, rng, paths)
    requirement = _requirement(plan, forecast)
    hires = tuple(_hire(plan, number) for number in range(hired))
    roster = _roster(plan, inputs, hires, requirement, rng)
    return MadeUp(inputs, forecast, requirement, roster, _attainment(plan, roster, requirement), (), _backtest(plan))


def _plan(queues: int, days: int, interval_minutes: int) -> Plan:
    chosen = _QUEUES[:queues]
    chat = {"metric": "answered_within", "seconds": 30, "share": 0.8, "window": "09:00-23:00", "confidence": 0.9}
    targets = {
        "chat": [chat],
        "phone": [
            {"metric": "answered_within", "seconds": 20, "share": 0.8},
            {"metric": "abandoned", "share": 0.05, "over": "horizon"},
        ],
        "email": [{"metric": "resolved_within", "seconds": 28800, "share": 0.9}],
    }
    return Plan.model_validate(
        {
            "plan": {
                "name": "double11-2025 (synthetic)", "start": date(2025, 10, 20), "days": days,
                "interval_minutes": interval_minutes, "known_until": date(2025, 10, 12),
            },
            "queue": [
                {"id": name, "channel": channel, "platform": platform, "target": targets[channel],
                 "shrinkage": 0.12, "bot_containment": 0.4}
                for name, channel, platform, _ in chosen
            ],
            "contract": [
                {"id": "permanent", "kind": "employee", "cost_per_hour": 42.0, "hours_per_week_guaranteed": 40},
                {"id": "student", "kind": "part_time", "cost_per_hour": 25.0, "headcount": 60, "cost_per_hire": 300.0,
                 "training_days": 2, "hours_per_week_max": 24},
                {"id": "dispatched", "kind": "dispatch", "cost_per_hour": 33.0, "headcount": 8, "cost_per_hire": 500.0,
                 "training_days": 3},
                {"id": "seats", "kind": "outsourced", "cost_per_hour": 35.0, "headcount": 20,
                 "limits": {"seats_max": 15}},
            ],
            "shift": [
                {"id": name, "start": f"{hour:02d}:00", "hours": [4.0 if name == "evening4" else 8.5],
                 "meal_minutes": 0 if name == "evening4" else 30, "code": code}
                for name, code, hour in _SHIFTS
            ],
            "limits": {"temporary": {"headcount_max": 90, "share_max": 0.4, "dispatch_share_max": 0.1,
                                     "seats_max": 70, "cost_max": 400000.0, "per_experienced_max": 8}},
        }
    )  # fmt: skip


def _agent(number: int, queues: int) -> Agent:
    name = _SURNAMES[number % 20] + _GIVEN[(number * 7 + number // 20) % 20]
    contract = "student" if number % 9 == 8 else "permanent"
    skills = {_QUEUES[(number + k) % queues][0]: 1.0 for k in range(min(queues, 1 + number % 3))}
    leaves = date(2025, 11, 2) if number == 5 else None
    hired = date(2025, 10, 27) if number == 7 else None
    attributes = frozenset({"pregnant"}) if number == 11 else frozenset[str]()
    return Agent(f"{number + 1:05d}", name, contract, f"组{number % 5 + 1}", skills, hired, leaves, attributes)


def _inputs(plan: Plan, agents: tuple[Agent, ...]) -> Inputs:
    empty, none = np.empty(0), np.empty(0, dtype=np.int64)
    history = History((), none, none, none, empty, empty, empty, empty)
    first = plan.plan.start
    off = tuple(
        TimeOff(agent.employee_id, first + timedelta(days=k % 20), first + timedelta(days=k % 20 + 2), kind)
        for k, (agent, kind) in enumerate(zip(agents[::10], ("annual", "sick", "maternity", "lieu") * 9, strict=False))
    )
    grid = plan.plan.grid
    events = tuple(
        Event("double11", "tmall", phase, start, start + timedelta(days=3), True, 1.0, "shop calendar", "high")
        for phase, start in (
            ("spot opening", grid.midnight(date(2025, 10, 20)) + timedelta(hours=20)),
            ("main day", grid.midnight(date(2025, 11, 10)) + timedelta(hours=20)),
        )
    )
    return Inputs(
        plan, LabourRules(), DayTypes(), history, agents, off, events=events, input_hash="3f9ac2d1" * 8,
        rule_sources={"normal_hours_per_day": "Labour Law art. 36", "rest_hours_between_shifts_min": "house policy"},
    )  # fmt: skip


def _forecast(plan: Plan, rng: np.random.Generator, paths: int) -> Forecast:
    grid, names = plan.plan.grid, tuple(queue.id for queue in plan.queue)
    size = np.array([row[3] for row in _QUEUES[: len(names)]])
    lift, usual = _lift(grid), 1.0 + 0.08 * np.sin(np.arange(grid.days) * 2 * np.pi / 7)
    daily = size[:, None] * lift * usual
    minute = grid.minute_of_day
    shape = 0.05 + np.exp(-(((minute - 690) / 170) ** 2)) + 1.2 * np.exp(-(((minute - 1290) / 130) ** 2))
    share = shape / np.array([shape[grid.day_index == d].sum() for d in range(grid.days)])[grid.day_index]
    rate = daily[:, grid.day_index] * share
    spread = rng.lognormal(0.0, 0.16, (paths, len(names), grid.days))[:, :, grid.day_index]
    sampled = rng.poisson(rate * spread).astype(np.float32)
    models = tuple(
        ModelChoice(name, "prophet" if k % 2 else "regression", "lowest error over 4 origins",
                    {"prophet": 0.112 + 0.004 * k, "regression": 0.118 - 0.003 * k})
        for k, name in enumerate(names)
    )  # fmt: skip
    notes = tuple(
        (grid.dates[d], name, text)
        for name in names[:5]
        for d, text in ((0, "double11 spot_opening day 1"), (1, "double11 spot_opening day 2"),
                        (0, "double11 whole_event day 1"), (1, "double11 whole_event day 2"),
                        (21, "double11 main_day day 1"), (22, "double11 main_day day 2"),
                        (22, "double11 after_sales_wave day 1"), (23, "double11 after_sales_wave day 2"))
        if d < grid.days
    )  # fmt: skip
    aht = np.full(rate.shape, 180.0) + 20.0 * np.sin(minute / 300.0)
    baseline = size[:, None] * usual
    warnings = ("aftersale: 3 days of history are missing and were left out",)
    return Forecast(grid, names, sampled, rate, aht, models, baseline, notes, warnings=warnings)


def _lift(grid: TimeGrid) -> NDArray[np.float64]:
    day = np.arange(grid.days)
    opening = 2.4 * np.exp(-np.maximum(day, 0) / 2.0)
    main = np.where(day >= 21, 3.4 * np.exp(-(day - 21) / 1.8), 0.0)
    return 1.0 + opening + main


def _requirement(plan: Plan, forecast: Forecast) -> Requirement:
    per_interval = 60 * plan.plan.interval_minutes
    load = forecast.rate * 0.6 * forecast.aht_seconds / per_interval / 1.6
    need = np.ceil(load + np.sqrt(load))
    methods = dict.fromkeys(forecast.queues, "Erlang C, smallest number for 80 % within 30 s")
    return Requirement(forecast.grid, forecast.queues, load, need, np.ceil(need / 0.88), methods, ())


def _hire(plan: Plan, number: int) -> Hire:
    contract = ("student", "student", "seats", "student", "dispatched")[number % 5]
    seat = plan.plan.start + timedelta(days=(0, 7, 18)[number % 3])
    return Hire(f"{contract}-{number + 1:03d}", contract, seat - timedelta(days=2), seat, 300.0)


def _roster(
    plan: Plan, inputs: Inputs, hires: tuple[Hire, ...], requirement: Requirement, rng: np.random.Generator
) -> Roster:
    away = {(off.employee_id, off.start + timedelta(days=k)) for off in inputs.time_off for k in range(3)}
    people = [(a.employee_id, a.name, a.contract, a.team) for a in inputs.agents]
    people += [(h.employee_id, "", h.contract, h.contract) for h in hires]
    seat = {h.employee_id: h.on_seat_from for h in hires}
    first = {a.employee_id: a.hired_on for a in inputs.agents} | seat
    last = {a.employee_id: a.leaves_on for a in inputs.agents}
    shifts, activities = [], []
    for index, (who, name, contract, team) in enumerate(people):
        for d, day in enumerate(plan.plan.grid.dates):
            start, end = first.get(who), last.get(who)
            resting = (d + index) % 7 in ((0,) if d in (21, 22) else (0, 3))
            if resting or (who, day) in away or (start and day < start) or (end and day > end):
                continue
            kind = 4 if contract == "student" else (index + d // 7) % 4
            shift = _shift(plan, who, name, contract, team, day, kind)
            shifts.append(shift)
            activities.extend(_activities(shift))
    needed = requirement.agents_with_shrinkage
    scheduled = np.maximum(0.0, needed * rng.normal(1.04, 0.12, needed.shape)).round(2).astype(np.float64)
    scheduled[:, requirement.grid.slots_of_day(0).stop - 8 : requirement.grid.slots_of_day(0).stop] *= 0.7
    cost = CostBreakdown(612345.5, 41230.25, 24000.0, 8123.0, 30240.0)
    notes = ("limits.temporary.seats_max (70) binds on 2025-11-10 20:00", "search stopped at its effort limit")
    return Roster(
        "feasible", requirement.grid, requirement.queues, tuple(shifts), tuple(activities), hires, scheduled, cost,
        bound=cost.total * 0.982, gap=0.018, way="column generation over week patterns, then assignment", notes=notes,
    )  # fmt: skip


def _shift(plan: Plan, who: str, name: str, contract: str, team: str, day: date, kind: int) -> RosteredShift:
    shift, _, hour = _SHIFTS[kind]
    start = plan.plan.grid.midnight(day) + timedelta(hours=hour)
    length = 4.0 if kind == 4 else 8.5
    overtime = 1.0 if kind == 2 and day.day in (10, 11) else 0.0
    paid = (length if kind == 4 else length - 0.5) + overtime
    end = start + timedelta(hours=length + overtime)
    rate = plan.contract_by_id(contract).cost_per_hour
    cost = round(rate * (paid + 0.5 * overtime), 2)
    return RosteredShift(who, name, contract, team, day, shift, start, end, paid, overtime, cost)


def _activities(shift: RosteredShift) -> list[Activity]:
    def part(activity: str, start: datetime, end: datetime, paid: bool = True) -> Activity:
        return Activity(shift.employee_id, shift.date, activity, "", start, end, paid)

    if shift.shift == "evening4":
        return [part("work", shift.start, shift.end)]
    meal = shift.start + timedelta(hours=4)
    after = meal + timedelta(minutes=30)
    return [
        part("work", shift.start, meal), part("meal", meal, after, False), part("work", after, shift.end),
    ]  # fmt: skip


def _attainment(plan: Plan, roster: Roster, requirement: Requirement) -> Attainment:
    needed = np.maximum(requirement.agents_with_shrinkage, 1.0)
    mean = np.clip(0.93 * np.minimum(1.0, roster.scheduled / needed) ** 2, 0.0, 1.0)
    mean[:, 0] = np.nan
    results = [
        replace(
            _target(plan, mean, q, target.metric, target.seconds, target.share, target.window, target.over, day),
            number=number,
            standard_error=0.004,
        )
        for q, queue in enumerate(plan.queue)
        for number, target in enumerate(queue.target)
        for day in (range(plan.plan.days) if target.over == "day" else [-1])
    ]
    grid = requirement.grid
    hurting = tuple(
        HurtingInterval(queue.id, number, grid.moment(t).date().isoformat(), grid.moment(t), 40.0 - place, 0.1)
        for queue in plan.queue
        for number in range(len(queue.target))
        for place, t in enumerate((40, 41, 42))
    )
    return Attainment(grid, requirement.queues, tuple(results), mean, mean * 0.85, 0.34, 40, hurting)


def _target(
    plan: Plan, mean: NDArray[np.float64], q: int, metric: str, seconds: float | None, share: float | None,
    window: str, over: str, day: int,
) -> TargetResult:  # fmt: skip
    grid = plan.plan.grid
    slots = slice(0, grid.n) if day < 0 else grid.slots_of_day(day)
    value = float(np.nanmean(mean[q, slots]))
    expected = 1.0 - value - 0.06 if metric == "abandoned" else value
    period = "horizon" if day < 0 else grid.dates[day].isoformat()
    sure = float(np.clip(0.5 + (value - 0.815) * 18, 0.0, 1.0))
    goal = share if share is not None else 0.8
    worse = expected + 0.03 if metric == "abandoned" else expected * 0.93
    return TargetResult(
        plan.queue[q].id, metric, seconds, window, over, period, goal, expected, worse, sure, sure >= 0.5
    )


def _backtest(plan: Plan) -> tuple[BacktestRow, ...]:
    names = [queue.id for queue in plan.queue]
    queues = [*names, "all"] if len(names) > 1 else names
    all_weeks = ("all weeks", "weeks", 416000.0)
    event, peaks = ("double11 2024", "edition", 90000.0), ("double11 2024", "peak_days", 30000.0)
    return tuple(
        _tested(queue, model, where, wape + 0.005 * k, lead, day_type)
        for k, queue in enumerate(queues)
        for model, wape in (("chosen", 0.11), ("mean_8_weeks", 0.15), ("seasonal_naive", 0.17),
                            ("prophet_default", 0.16), ("regression", 0.12), ("chosen-without-events", 0.56))
        for where, lead, day_type in (
            (all_weeks, "", "all"), (all_weeks, "8-14", "all"), (all_weeks, "15-21", "all"),
            (all_weeks, "22-28", "all"), (all_weeks, "29-35", "all"), (all_weeks, "", "ordinary"),
            (all_weeks, "", "event"), (all_weeks, "", "holiday"),
            (("2025-09-15..2025-10-12", "weeks", 52000.0), "", "all"), (event, "", "all"), (peaks, "", "all"),
        )
        if where in (event, peaks) or model != "chosen-without-events"
    )  # fmt: skip


def _tested(
    queue: str, model: str, where: tuple[str, str, float], wape: float, lead: str, day_type: str
) -> BacktestRow:  # fmt: skip
    window, kind, actual = where
    bands = (0.08, 0.82, 0.79) if model == "chosen" else (math.nan,) * 3
    return BacktestRow(
        queue, model, window, kind, wape, -0.01, actual, 0.99 * actual, lead, day_type, 1.5 * wape, 10 * wape, *bands
    )
