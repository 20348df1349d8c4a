"""One chain of the search: its arrays, its random numbers, its best roster."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from scheduling.multi_activity.kernel import KNOBS, anneal, first_tours, keep
from scheduling.multi_activity.problem import ActivityProblem, Stretch, Tour, Worked
from scheduling.multi_activity.sampling import Scratch, scratch
from scheduling.multi_activity.state import Rules, State
from scheduling.multi_activity.tours import TourRoom, tour_room
from wfm.errors import NoRosterError

__all__ = ["Chain", "new_chain", "rules_of"]

_CROWD = 16  # people between two looks at the clock


def rules_of(problem: ActivityProblem) -> Rules:
    """Return the problem in arrays."""
    clock = np.arange(problem.periods, dtype=np.int64) + problem.first_period
    day = clock // problem.periods_per_day
    minutes = problem.period_minutes
    return Rules(
        starts=problem.starts[clock % problem.periods_per_day],
        day=day,
        first=np.searchsorted(day, np.arange(problem.days + 1)).astype(np.int64),
        least=np.ascontiguousarray(problem.least, dtype=np.int64),
        most=np.ascontiguousarray(problem.most, dtype=np.int64),
        floor=np.array([-(-person.least_minutes // minutes) for person in problem.people], dtype=np.int64),
        ceiling=np.array([person.most_minutes // minutes for person in problem.people], dtype=np.int64),
        numbers=np.array(
            [problem.shortest, problem.longest, problem.rest, problem.run, problem.stretch], dtype=np.int64
        ),
    )


def _empty(problem: ActivityProblem, rules: Rules, random: int) -> State:
    people = len(problem.people)
    return State(
        activity=np.full((people, problem.periods), -1, dtype=np.int8),
        start=np.full((people, problem.days), -1, dtype=np.int64),
        length=np.zeros((people, problem.days), dtype=np.int64),
        total=np.zeros(people, dtype=np.int64),
        cover=np.zeros_like(rules.least),
        sums=np.array([0, rules.least.sum()], dtype=np.int64),
        random=np.array([random | 1], dtype=np.uint64),  # the generator must not start from 0
    )


@dataclass(frozen=True)
class Chain:
    """A search under way: the roster of the moment, the best one, and room to work in."""

    rules: Rules
    state: State
    best: State
    room: Scratch
    tables: TourRoom

    def fill(self, problem: ActivityProblem, short: float, heat: float) -> None:
        """Give everybody a first tour; raises NoRosterError when somebody can have none."""
        for begin in range(0, len(problem.people), _CROWD):
            end = min(begin + _CROWD, len(problem.people))
            left = first_tours(self.rules, self.state, self.room, self.tables, begin, end, short, heat)
            if left >= 0:
                raise _no_tour(problem, left)
        keep(self.state, self.best)

    def run(self, moves: int, short: float, heat: float) -> None:
        """Make moves at a temperature."""
        anneal(self.rules, self.state, self.best, self.room, self.tables, moves, short, heat, KNOBS)

    def go_back(self) -> None:
        """Go on from the best roster."""
        keep(self.best, self.state)

    @property
    def value(self) -> tuple[int, int]:
        """Shortage and cost of the best roster."""
        return int(self.best.sums[1]), int(self.best.sums[0])

    def tours(self, problem: ActivityProblem) -> tuple[Tour, ...]:
        """Return the best roster person by person."""
        return tuple(Tour(person.name, _shifts(self.best, p)) for p, person in enumerate(problem.people))


def new_chain(problem: ActivityProblem, seed: int, number: int) -> Chain:
    """Return a chain with an empty roster; its random numbers depend on the seed and its number."""
    rules = rules_of(problem)
    random = int(np.random.SeedSequence([seed, number]).generate_state(1, np.uint64)[0])
    empty = (_empty(problem, rules, random), _empty(problem, rules, random))
    return Chain(rules, *empty, scratch(rules), tour_room(rules))


def _shifts(state: State, p: int) -> tuple[Worked, ...]:
    starts = [int(start) for start in state.start[p] if start >= 0]
    lengths = [int(length) for length in state.length[p] if length > 0]
    return tuple(
        Worked(_stretches(state.activity[p], start, start + length))
        for start, length in zip(starts, lengths, strict=True)
    )


def _stretches(activity: NDArray[np.int8], start: int, end: int) -> tuple[Stretch, ...]:
    changes = [start, *(t for t in range(start + 1, end) if activity[t] != activity[t - 1]), end]
    return tuple(Stretch(int(activity[a]), a, b) for a, b in pairwise(changes))


def _no_tour(problem: ActivityProblem, p: int) -> NoRosterError:
    person = problem.people[p]
    hours = f"{problem.shortest * problem.period_minutes / 60:g} to {problem.longest * problem.period_minutes / 60:g}"
    return NoRosterError(
        (
            f"{person.name}: no tour has between {person.least_minutes} and {person.most_minutes} minutes in shifts of "
            f"{hours} h that start when they may, with the rest after them and the days in a row allowed",
        ),
        (f"Widen the minutes of {person.name}, or allow more starts or lengths of shifts.",),
    )
