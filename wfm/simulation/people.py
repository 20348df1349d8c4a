"""Who sits when, how fast, on which queues: the roster as arrays."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

import numpy as np

from wfm.errors import InputError, Problem, nearest
from wfm.grid import TimeGrid
from wfm.inputs import Inputs
from wfm.plan import Contract, Plan
from wfm.results import Activity, Hire, RosteredShift
from wfm.simulation.model import FloatArray, IntArray, Presence

__all__ = ["RosterView", "Stretches", "key_of", "read_stretches"]


class RosterView(Protocol):
    """What of a roster is played; :class:`wfm.results.Roster` has it, and so may one read back from files."""

    @property
    def shifts(self) -> Sequence[RosteredShift]:
        """The shifts: they tell the contract of people who are neither named nor among the hires."""

    @property
    def activities(self) -> Sequence[Activity]:
        """What happens inside the shifts: only ``work`` is on seat."""

    @property
    def hires(self) -> Sequence[Hire]:
        """People not yet named who are taken on."""


@dataclass(frozen=True)
class Stretches:
    """Stretches on seat, and the distinct speed rows ("profiles") that they refer to.

    Attributes
    ----------
    people : tuple of str
        Employee ids in order; ``person`` counts into them.
    person, profile, day : int arrays (stretches,)
        ``day`` numbers the calendar day on which the shift starts.
    start, end : float arrays (stretches,)
        Seconds after the horizon's start, inside the horizon, in order of person and start.
    speed : float array (profiles, queues)
        At least one row.
    errors : float array (profiles,)
        Share of contacts that must be done again.
    """

    people: tuple[str, ...]
    person: IntArray
    profile: IntArray
    day: IntArray
    start: FloatArray
    end: FloatArray
    speed: FloatArray
    errors: FloatArray

    def presence(self, absent: FloatArray, shrinkage: FloatArray) -> Presence:
        """Return what the random absence is drawn from, given the shares of lost shifts and half hours by profile."""
        key = np.array([key_of(name) for name in self.people], dtype=np.uint64)
        return Presence(key, self.person, self.profile, self.day, self.start, self.end, absent, shrinkage)


@dataclass(frozen=True)
class _Skill:
    """How fast and how right one person is: speed by queue, and the contract's numbers by week after ``first_day``."""

    queues: Mapping[str, float]
    contract: Contract
    first_day: date | None

    def speed_on(self, day: date, queue: str) -> float:
        """Return the relative speed on a queue, 0 when the person does not serve it."""
        return self.queues.get(queue, 0.0) * self.contract.speed_in_week(self._week(day))

    def errors_on(self, day: date) -> float:
        """Return the share of contacts that must be done again."""
        return self.contract.errors_in_week(self._week(day))

    def _week(self, day: date) -> int:
        """Return the week on seat (0 = the first); a late one when the first day is unknown."""
        return 10_000 if self.first_day is None else (day - self.first_day).days // 7


def key_of(name: str) -> int:
    """Return a number that names a person's or queue's stream of random numbers, the same in every scenario."""
    return zlib.crc32(name.encode())


def read_stretches(inputs: Inputs, grid: TimeGrid, queues: Sequence[str], roster: RosterView) -> Stretches:
    """Return the stretches in which people are rostered on seat.

    Parameters
    ----------
    inputs : Inputs
        Gives speeds: a named person's ``queues`` times the contract's speed in that week on seat (counted from the
        training's end; fully ramped when ``hired_on`` is unknown). Hires serve their contract's queues (all queues
        when it names none).
    grid : TimeGrid
        Stretches are clipped to it.
    queues : sequence of str
        Column order of the speeds.
    roster : RosterView
        An activity that names a queue is served on this queue only.

    Raises
    ------
    InputError
        When a person with activities is unknown.
    """
    skills = _skills(inputs.plan, inputs, roster)
    work = [item for item in roster.activities if item.activity == "work"]
    people = tuple(sorted({item.employee_id for item in work}))
    _check_known(people, skills)
    number = {name: p for p, name in enumerate(people)}
    origin, end = float(grid.day_starts[0]), float(grid.day_starts[-1])
    spans = np.array(
        [
            (number[item.employee_id], max(item.start.timestamp(), origin), min(item.end.timestamp(), end), row)
            for row, item in enumerate(work)
        ],
        dtype=np.float64,
    ).reshape(-1, 4)
    spans = spans[spans[:, 1] < spans[:, 2]]
    spans = spans[np.lexsort((spans[:, 1], spans[:, 0]))]
    kept = [work[int(row)] for row in spans[:, 3]]
    rows, profile = _profiles(kept, queues, skills)
    person = spans[:, 0].astype(np.int64)
    day = np.array([item.date.toordinal() for item in kept], dtype=np.int64)
    speeds, errors = rows[:, :-1].copy(), rows[:, -1].copy()
    return Stretches(people, person, profile, day, spans[:, 1] - origin, spans[:, 2] - origin, speeds, errors)


def _profiles(
    work: Sequence[Activity], queues: Sequence[str], skills: Mapping[str, _Skill]
) -> tuple[FloatArray, IntArray]:
    """Return the distinct rows of speed by queue, errors behind, and the row of each activity."""
    rows: dict[tuple[float, ...], int] = {}
    cache: dict[tuple[str, date, str], int] = {}
    profile = np.zeros(len(work), dtype=np.int64)
    for i, item in enumerate(work):
        key = (item.employee_id, item.date, item.queue)
        if key not in cache:
            skill = skills[item.employee_id]
            speed = tuple(skill.speed_on(item.date, q) if item.queue in ("", q) else 0.0 for q in queues)
            cache[key] = rows.setdefault((*speed, skill.errors_on(item.date)), len(rows))
        profile[i] = cache[key]
    return np.array(list(rows) or [(0.0,) * (len(queues) + 1)], dtype=np.float64), profile


def _skills(plan: Plan, inputs: Inputs, roster: RosterView) -> dict[str, _Skill]:
    """Return the skill of every person of the roster: named, hired, or known from the shifts alone."""
    contracts = {contract.id: contract for contract in plan.contract}
    skills: dict[str, _Skill] = {}
    first_days = _first_work_days(roster)
    for name, contract_id in {shift.employee_id: shift.contract for shift in roster.shifts}.items():
        contract = contracts[contract_id]
        skills[name] = _Skill(_queues_of(plan, contract), contract, first_days.get(name))
    for hire in roster.hires:
        contract = contracts[hire.contract]
        skills[hire.employee_id] = _Skill(_queues_of(plan, contract), contract, hire.on_seat_from)
    for agent in inputs.agents:
        contract = contracts[agent.contract]
        first = None if agent.hired_on is None else agent.hired_on + timedelta(days=contract.training_days)
        skills[agent.employee_id] = _Skill(agent.queues, contract, first)
    return skills


def _check_known(people: Sequence[str], skills: Mapping[str, _Skill]) -> None:
    unknown = [name for name in people if name not in skills]
    if unknown:
        where = "expected a person of the roster, the hires or the agents, got"
        raise InputError(
            Problem("activities.csv", 0, "employee_id", f"{where} '{name}'{nearest(name, skills)}") for name in unknown
        )


def _queues_of(plan: Plan, contract: Contract) -> dict[str, float]:
    return dict.fromkeys(contract.queues or tuple(queue.id for queue in plan.queue), 1.0)


def _first_work_days(roster: RosterView) -> dict[str, date]:
    first: dict[str, date] = {}
    for item in roster.activities:
        if item.activity == "work":
            first[item.employee_id] = min(item.date, first.get(item.employee_id, item.date))
    return first
