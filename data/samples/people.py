"""The people of a sample: groups with skills, leave, wishes, last week's shifts. Invented: no name is a person's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from data.samples.specs import ZONE, SampleSpec
from wfm.inputs import Agent, FixedShift, Preference, TimeOff

__all__ = ["GROUPS", "Group", "People", "people_of"]


@dataclass(frozen=True)
class Group:
    """Some people of one contract with the same queues: ``queues`` maps a queue to the standard relative speed."""

    count: int
    contract: str
    team: str
    queues: Mapping[str, float]
    attributes: tuple[str, ...] = ()


@dataclass(frozen=True)
class People:
    """Everybody who is named in a sample, and what is known of them."""

    agents: tuple[Agent, ...]
    time_off: tuple[TimeOff, ...]
    preferences: tuple[Preference, ...]
    fixed_shifts: tuple[FixedShift, ...]


# The published week before the plan: shift id, start hour and minute, length in hours.
_WEEK_SHIFTS = {
    "double11": (("early", 8, 0, 8.5), ("mid", 12, 0, 8.5), ("late", 15, 0, 8.5)),
    "618": (("early", 8, 0, 8.5), ("mid", 12, 0, 8.5), ("late", 15, 0, 8.5)),
    "blank": (("day", 9, 0, 9.0), ("late", 12, 0, 9.0)),
    "hotline": (("early", 7, 0, 8.5), ("mid", 10, 0, 8.5), ("late", 13, 30, 8.5)),
}

GROUPS: dict[str, tuple[Group, ...]] = {
    "double11": (
        Group(13, "fulltime", "售前一组", {"tmall-presale": 1.0, "vip": 1.0}),
        Group(12, "fulltime", "售前一组", {"tmall-presale": 1.0, "douyin-presale": 1.0}),
        Group(12, "fulltime", "售前二组", {"jd-presale": 1.0, "pdd-presale": 1.0}),
        Group(8, "fulltime", "售前二组", {"tmall-presale": 1.0, "jd-presale": 1.0, "pdd-presale": 1.0}),
        Group(1, "fulltime", "售前二组", {"pdd-presale": 1.0}, ("minor",)),
        Group(11, "fulltime", "售后一组", {"aftersale": 1.0, "email": 1.0}),
        Group(1, "fulltime", "售后一组", {"aftersale": 1.0, "email": 1.0}, ("pregnant",)),
        Group(15, "fulltime", "售后二组", {"aftersale": 1.0, "hotline": 1.0}),
        Group(1, "fulltime", "售后二组", {"aftersale": 1.0, "hotline": 1.0}, ("nursing",)),
        Group(11, "fulltime", "机动组", {"aftersale": 1.0, "tmall-presale": 0.9}),
        Group(7, "fulltime", "贵宾组", {"hotline": 1.0, "vip": 1.0, "aftersale": 1.0}),
        Group(9, "parttime", "兼职组", {"tmall-presale": 0.9, "pdd-presale": 0.9}),
        Group(7, "parttime", "兼职组", {"douyin-presale": 0.9, "tmall-presale": 0.85}),
        Group(6, "parttime", "兼职组", {"aftersale": 0.85}),
        Group(4, "dispatch", "派遣组", {"tmall-presale": 1.0, "aftersale": 0.9}),
        Group(4, "intern", "实习组", {"aftersale": 0.8, "email": 0.8}, ("intern",)),
    ),
    "618": (
        Group(9, "fulltime", "售前组", {"tmall-presale": 1.0, "jd-presale": 0.95}),
        Group(1, "fulltime", "售前组", {"tmall-presale": 1.0, "jd-presale": 0.95}, ("nursing",)),
        Group(8, "fulltime", "机动组", {"tmall-presale": 0.95, "aftersale": 1.0}),
        Group(8, "fulltime", "售后组", {"aftersale": 1.0, "hotline": 1.0}),
        Group(4, "fulltime", "售后组", {"hotline": 1.0, "jd-presale": 0.9}),
        Group(6, "parttime", "兼职组", {"tmall-presale": 0.9, "jd-presale": 0.9}),
        Group(3, "parttime", "兼职组", {"aftersale": 0.85}),
        Group(2, "dispatch", "派遣组", {"tmall-presale": 0.95, "aftersale": 0.9}),
    ),
    "blank": (
        Group(6, "fulltime", "team-a", {"chat": 1.0}),
        Group(8, "fulltime", "team-a", {"chat": 1.0, "phone": 1.0}),
        Group(1, "fulltime", "team-b", {"phone": 1.0, "chat": 0.9}, ("pregnant",)),
        Group(3, "parttime", "team-b", {"chat": 0.9}),
    ),
    "hotline": (
        Group(13, "fulltime", "热线一组", {"hotline": 1.0}),
        Group(1, "fulltime", "热线一组", {"hotline": 1.0}, ("pregnant",)),
        Group(10, "fulltime", "热线二组", {"hotline": 1.0, "hotline-vip": 1.0}),
        Group(5, "parttime", "热线一组", {"hotline": 0.9}),
    ),
}

# Team leaders grade people in three steps; a finer figure would feign a precision that nobody has.
_GRADES = (0.9, 1.0, 1.1)
_LEAVE = ("annual_leave", "time_in_lieu", "sick_leave", "personal_leave")
_PROTECTED = frozenset({"pregnant", "nursing", "minor", "intern"})


def people_of(spec: SampleSpec, seed: int) -> People:
    """Return the named people of a sample with leave, wishes and fixed shifts, drawn with a seed."""
    rng = np.random.default_rng(np.random.SeedSequence([seed, len(spec.name), 77]))
    agents = _agents(spec, rng)
    away = _time_off(spec, agents, rng)
    return People(agents, away, _preferences(spec, agents, rng), _fixed_shifts(spec, agents, away))


def _agents(spec: SampleSpec, rng: np.random.Generator) -> tuple[Agent, ...]:
    agents: list[Agent] = []
    for group in GROUPS[spec.name]:
        for _ in range(group.count):
            number = len(agents) + 1
            factor = float(rng.choice(_GRADES, p=(0.15, 0.7, 0.15)))
            agents.append(
                Agent(
                    employee_id=f"{number:04d}",
                    name=f"员工{number:03d}",
                    contract=group.contract,
                    team=group.team,
                    queues={queue: round(speed * factor, 3) for queue, speed in group.queues.items()},
                    hired_on=spec.plan_start - timedelta(days=int(rng.integers(120, 1500))),
                    attributes=frozenset(group.attributes),
                )
            )
    return _joiner_and_leaver(spec, agents)


def _joiner_and_leaver(spec: SampleSpec, agents: Sequence[Agent]) -> tuple[Agent, ...]:
    """Return the people with one who joined two weeks ago (still slow) and one who leaves within the plan."""
    changed = list(agents)
    first, second = agents[3], agents[5]
    changed[3] = replace(first, hired_on=spec.plan_start - timedelta(days=14))
    changed[5] = replace(second, leaves_on=spec.plan_start + timedelta(days=spec.days // 2))
    return tuple(changed)


def _time_off(spec: SampleSpec, agents: Iterable[Agent], rng: np.random.Generator) -> tuple[TimeOff, ...]:
    """Return leave and sickness for about 8 % of the person-days, in blocks of 1 to 5 days."""
    return tuple(row for agent in agents for row in _leave_of(spec, agent, rng))


def _leave_of(spec: SampleSpec, agent: Agent, rng: np.random.Generator) -> list[TimeOff]:
    rows: list[TimeOff] = []
    wanted = min(round(float(rng.gamma(2.0, 0.04 * spec.days))), spec.days // 2)
    taken: set[int] = set()
    while len(taken) < wanted:
        length = min(int(rng.integers(1, 6)), wanted - len(taken))
        first = int(rng.integers(0, spec.days - length + 1))
        block = set(range(first, first + length))
        if not block & taken:
            taken |= block
            start = spec.plan_start + timedelta(days=first)
            kind = str(rng.choice(_LEAVE, p=(0.5, 0.2, 0.2, 0.1)))
            rows.append(TimeOff(agent.employee_id, start, start + timedelta(days=length - 1), kind))
    return sorted(rows, key=lambda row: row.start)


def _preferences(spec: SampleSpec, agents: Sequence[Agent], rng: np.random.Generator) -> tuple[Preference, ...]:
    """Return about one wish for every second person: a shift liked or disliked, or a day wanted off."""
    shifts = [shift for shift, *_ in _WEEK_SHIFTS[spec.name]]
    rows = []
    for agent in agents:
        if agent.contract != "fulltime" or rng.random() < 0.4:
            continue
        day = spec.plan_start + timedelta(days=int(rng.integers(0, spec.days)))
        shift = str(rng.choice(["", *shifts]))
        weight = float(rng.choice([-3.0, -2.0, -1.0])) if not shift else float(rng.choice([-2.0, -1.0, 1.0, 2.0]))
        rows.append(Preference(agent.employee_id, day, shift, weight))
    return tuple(sorted(rows, key=lambda row: (row.employee_id, row.date)))


def _fixed_shifts(spec: SampleSpec, agents: Sequence[Agent], away: Iterable[TimeOff]) -> tuple[FixedShift, ...]:
    """Return the published week before the plan for all full-time people, and the first two days of four of them.

    Everybody works five of the seven days on one kind of shift, so rest, runs and hours are legal; people who may not
    work at night get the early one. Those fixed inside the plan keep last week's shift.
    """
    busy = {row.employee_id for row in away if row.start <= spec.plan_start + timedelta(days=1)}
    rows: list[FixedShift] = []
    inside = 0
    for number, agent in enumerate(agent for agent in agents if agent.contract == "fulltime"):
        kind = 0 if agent.attributes & _PROTECTED else number % len(_WEEK_SHIFTS[spec.name])
        off = {number % 7, (number + 3) % 7}
        first = spec.plan_start - timedelta(days=7)
        if agent.hired_on is not None and agent.hired_on > first - timedelta(days=20):
            continue
        rows += [_shift(spec, agent, first + timedelta(days=d), kind) for d in range(7) if d not in off]
        if inside < 4 and kind == 1 and agent.employee_id not in busy and agent.leaves_on is None:
            rows += [_shift(spec, agent, spec.plan_start + timedelta(days=d), kind) for d in range(2)]
            inside += 1
    return tuple(rows)


def _shift(spec: SampleSpec, agent: Agent, day: date, kind: int) -> FixedShift:
    shift, hour, minute, hours = _WEEK_SHIFTS[spec.name][kind]
    start = datetime.combine(day, time(hour, minute), ZoneInfo(ZONE))
    return FixedShift(agent.employee_id, day, shift, start, start + timedelta(hours=hours))
