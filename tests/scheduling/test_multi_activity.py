"""Rosters of people who change between activities: the rules hold, the bound is one, small ones are solved exactly."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise, product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.scheduling.multi_activity import main, read_instance
from benchmarks.scheduling.multi_activity_check import Instance, Row, recount, violations
from scheduling.multi_activity.bounds import stretch_bound, volume_bound
from scheduling.multi_activity.build import ActivityLimits, ActivityProgress, schedule_activities
from scheduling.multi_activity.problem import (
    ActivityProblem,
    ActivityRoster,
    Person,
    Stretch,
    Tour,
    Worked,
    cost_of,
    cover_of,
)
from wfm.errors import InputError, NoRosterError

QUICK = ActivityLimits(rounds=1, chains=1)


def small(
    seed: int, people: int = 2, activities: int = 2, days: int = 2, stretch: int = 1, wish: float = 0.5
) -> ActivityProblem:
    """Return a problem of eight periods a day that opens in the third; a shift takes two or three."""
    rng = np.random.default_rng(seed)
    least = (rng.random((8 * days, activities)) < wish * people / 6).astype(np.int64)
    return ActivityProblem(
        period_minutes=60,
        periods_per_day=8,
        first_period=2,
        starts=np.array([1, 0, 1, 1, 0, 1, 1, 0], dtype=np.bool_),
        shortest=2,
        longest=3,
        rest=4,
        run=1 + seed % 3,
        stretch=stretch,
        least=least,
        most=least + rng.integers(0, 2, least.shape),
        people=tuple(Person(f"P{i}", 120, 180 * days) for i in range(people)),
    )


def broken(problem: ActivityProblem, roster: ActivityRoster) -> list[str]:
    """Return the rules of people and shifts that a roster breaks, counted afresh."""
    found = []
    for person, tour in zip(problem.people, roster.tours, strict=True):
        begins = [shift.stretches[0].start for shift in tour.shifts]
        ends = [shift.stretches[-1].end for shift in tour.shifts]
        clock = [begin + problem.first_period for begin in begins]
        worked = {moment // problem.periods_per_day for moment in clock}
        parts = [part for shift in tour.shifts for part in shift.stretches]
        pairs = [pair for shift in tour.shifts for pair in pairwise(shift.stretches)]
        minutes = problem.period_minutes * sum(part.end - part.start for part in parts)
        days = range(problem.days)
        rules = {
            "name": tour.person == person.name,
            "one start a day": len(worked) == len(begins),
            "windows": all(problem.starts[moment % problem.periods_per_day] for moment in clock),
            "horizon": all(begin >= 0 and end <= len(problem.least) for begin, end in zip(begins, ends, strict=True)),
            "length": all(problem.shortest <= b - a <= problem.longest for a, b in zip(begins, ends, strict=True)),
            "rest": all(begin - end >= problem.rest for end, begin in zip(ends, begins[1:], strict=False)),
            "run": not any(all(day + i in worked for i in range(problem.run + 1)) for day in days),
            "stretch": all(part.end - part.start >= problem.stretch for part in parts),
            "gaps": all(a.end == b.start and a.activity != b.activity for a, b in pairs),
            "minutes": person.least_minutes <= minutes <= person.most_minutes,
        }
        found += [f"{person.name}: {name}" for name, holds in rules.items() if not holds]
    return found


def every_tour(problem: ActivityProblem, person: Person) -> Iterator[tuple[Tour, np.ndarray]]:
    """Yield every tour of a person with its cover."""
    shifts = [
        Worked(tuple(Stretch(a, start + i, start + i + 1) for i, a in enumerate(work)))
        for start in range(problem.periods)
        if problem.starts[(start + problem.first_period) % problem.periods_per_day]
        for length in range(problem.shortest, min(problem.longest, problem.periods - start) + 1)
        for work in product(range(problem.activities), repeat=length)
    ]

    def grow(tour: tuple[Worked, ...]) -> Iterator[tuple[Worked, ...]]:
        yield tour
        for shift in shifts:
            if not tour or shift.start >= tour[-1].end + problem.rest:
                yield from grow((*tour, shift))

    for found in grow(()):
        roster = ActivityRoster((Tour(person.name, found),), 0, 0, 0, 0, False)
        if not [fault for fault in broken(problem, roster) if "gaps" not in fault and fault != person.name]:
            yield roster.tours[0], cover_of(problem, roster.tours)


def cheapest(problem: ActivityProblem) -> tuple[int, int]:
    """Return shortage and cost of the best roster of one or two people, by trying everything; stretch must be 1."""
    alone = ActivityProblem(**{**vars(problem), "people": problem.people[:1]})
    covers = np.unique([cover for _, cover in every_tour(alone, alone.people[0])], axis=0)
    best = (10**9, 10**9)
    for cover in covers:
        both = covers + cover if len(problem.people) == 2 else cover[None]
        short = np.maximum(problem.least - both, 0).sum(axis=(1, 2))
        over = (np.maximum(both - problem.most, 0) ** 2).sum(axis=(1, 2))
        i = np.lexsort((over, short))[0]
        best = min(best, (int(short[i]), int(over[i])))
    return best


@pytest.mark.parametrize("seed", range(6))
def test_small_problems_are_solved_exactly(seed: int) -> None:
    """Two people over a short horizon: no roster that trying everything finds is cheaper."""
    problem = small(seed, days=1, wish=0.8)
    roster = schedule_activities(problem, ActivityLimits(rounds=2))
    shortage, cost = cheapest(problem)
    assert roster.feasible == (shortage == 0)
    if roster.feasible:
        assert roster.cost == cost


@given(
    seed=st.integers(0, 10**6), people=st.integers(1, 6), activities=st.integers(1, 3), days=st.integers(1, 4),
    stretch=st.integers(1, 2),
)  # fmt: skip
@settings(max_examples=30, deadline=None)
def test_every_roster_keeps_the_rules(seed: int, people: int, activities: int, days: int, stretch: int) -> None:
    """Whatever is asked for, no rule of people and shifts is broken, and the figures are those of the roster."""
    problem = small(seed, people, activities, days, stretch)
    roster = schedule_activities(problem, QUICK, seed)
    assert not broken(problem, roster)
    assert (roster.cost, roster.shortage) == cost_of(problem, cover_of(problem, roster.tours))
    if roster.feasible:
        assert volume_bound(problem) <= roster.bound <= roster.cost


def test_minutes_nobody_asked_for_are_spread_evenly() -> None:
    """The volume bound counts whole shifts: nine hours take three shifts of three, and squares count."""
    problem = small(0)
    fields = vars(problem) | {"most": np.zeros_like(problem.least), "least": np.zeros_like(problem.least)}
    one = ActivityProblem(**{**fields, "people": (Person("A", 3 * 60, 600), Person("B", 7 * 60, 600))})
    assert volume_bound(one) == 10  # 10 hours over 32 cells
    many = ActivityProblem(**{**fields, "people": tuple(Person(f"P{i}", 4 * 60, 600) for i in range(10))})
    assert volume_bound(many) == 24 * 1 + 8 * 4  # 40 hours over 32 cells
    odd = ActivityProblem(**{**fields, "people": (Person("A", 60, 600),)})
    assert volume_bound(odd) == 2  # no shift takes one hour


@pytest.mark.parametrize("seed", range(8))
def test_the_linear_bound_is_one(seed: int) -> None:
    """It is never above the cheapest roster, nor far below the volume bound, which it contains."""
    problem = small(seed, days=1, wish=0.4)
    shortage, cost = cheapest(problem)
    if shortage == 0:
        assert stretch_bound(problem, lambda: False) <= cost
    assert stretch_bound(problem, lambda: False) >= volume_bound(problem) - 1


def test_the_linear_bound_knows_stretches() -> None:
    """Someone wanted for one period out of three stays for the other two."""
    problem = small(0, people=1, activities=1, days=1, stretch=2)
    least = np.zeros_like(problem.least)
    least[3] = 1
    lonely = ActivityProblem(**{**vars(problem), "least": least, "most": least})
    assert volume_bound(lonely) == stretch_bound(lonely, lambda: False) == 1
    busy = ActivityProblem(**{**vars(lonely), "shortest": 3})
    assert stretch_bound(busy, lambda: False) == 2


def test_same_seed_same_roster() -> None:
    """Problem, limits and seed make the roster; threads don't."""
    problem = small(3, people=5, days=3)
    limits = ActivityLimits(rounds=1, chains=2)
    assert schedule_activities(problem, limits, 7) == schedule_activities(problem, limits, 7)


def test_a_wish_to_stop_leaves_the_best_so_far() -> None:
    """Stopping at once gives a roster that keeps the rules and says that it was interrupted."""
    problem = small(5, people=6, days=4, wish=0.9)
    told: list[ActivityProgress] = []
    roster = schedule_activities(problem, progress=told.append, stop=lambda: len(told) >= 1)
    assert roster.interrupted or roster.cost == roster.bound
    assert not broken(problem, roster)
    assert len(told) <= 1


def test_a_time_limit_ends_the_search() -> None:
    """Even far too many rounds end."""
    problem = small(5, people=6, days=4, wish=2.0)
    roster = schedule_activities(problem, ActivityLimits(rounds=40, seconds=0.2))
    assert roster.interrupted
    assert not roster.feasible


def test_somebody_without_any_tour_is_named() -> None:
    """Forty hours don't fit into two days of three."""
    problem = small(0)
    people = (*problem.people, Person("Zoe", 2400, 2400))
    with pytest.raises(NoRosterError, match="Zoe: no tour has between 2400 and 2400 minutes"):
        schedule_activities(ActivityProblem(**{**vars(problem), "people": people}), QUICK)


def test_every_fault_of_a_problem_is_told_at_once() -> None:
    """A problem that can't be one is refused in words."""
    problem = small(0)
    with pytest.raises(InputError, match=r"one stretch(.|\n)*P0: needs"):
        ActivityProblem(**{**vars(problem), "stretch": 9, "people": (Person("P0", 9, 3),), "most": problem.most + 1})
    with pytest.raises(InputError, match="least <= most"):
        ActivityProblem(**{**vars(problem), "most": problem.least - 1})


HEAD = "SECTION_HORIZON\n1\nSECTION_TASKS\n2\nSECTION_STAFF\n# ID, Min, Max\n1,360,600\n"
GOOD = Row("1", 480, 600, 1), Row("1", 600, 840, 2)


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        (GOOD, ""),
        ((), "works 0 minutes"),
        ((Row("1", 480, 780, 1),), "lasts 300 minutes"),
        ((Row("1", 660, 1020, 1),), "may not start"),
        ((Row("1", 480, 525, 1), Row("1", 525, 840, 2)), "45 minutes at a time"),
        ((Row("1", 480, 600, 1), Row("1", 600, 840, 3)), "unknown task 3"),
        ((*GOOD, Row("1", 1440, 1800, 1)), "600 minutes of rest"),
        ((*GOOD, Row("1", 1200, 1560, 1)), "two starts on one day"),
        ((*GOOD, Row("2", 480, 840, 1)), "unknown person 2"),
        ((Row("1", 495, 615, 1), Row("1", 615, 855, 2)), "task 1 at day 1 08:00: 0 people instead of 1"),
        (tuple(Row("1", 480 + 1440 * day, 840 + 1440 * day, 1) for day in range(6)), "more than 5 days in a row"),
        ((Row("1", 1800, 2160, 1),), "outside the horizon"),
    ],
)
def test_the_check_finds_every_broken_rule(rows: tuple[Row, ...], fault: str) -> None:
    """One roster for each rule; the first breaks none."""
    instance = Instance("x", 1, 2, {"1": (360, 600)}, {(480, 1): (1, 1)})
    found = "; ".join(violations(instance, rows))
    assert fault in found
    assert bool(fault) == bool(found)


def test_the_check_counts_squares() -> None:
    """Three people where one is wanted cost four a period, and work that nobody asked for one."""
    rows = [Row(str(i), 480, 840, 1) for i in range(3)]
    instance = Instance("x", 1, 1, {}, {(minute, 1): (0, 1) for minute in range(480, 600, 15)})
    assert recount(instance, rows) == 8 * 4 + 16 * 9


def test_a_folder_is_rostered_and_confirmed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The benchmark reads the format and prints what the check confirms."""
    cover = "".join(
        f"1,{8 + i // 4:02d}:{i % 4 * 15:02d}-{8 + (i + 1) // 4:02d}:{(i + 1) % 4 * 15:02d},1,1,1\n" for i in range(24)
    )
    (tmp_path / "one.txt").write_text(HEAD + "SECTION_COVER\n" + cover, encoding="utf-8")
    assert main(tmp_path, seconds=5.0) == 0
    assert capsys.readouterr().out.splitlines()[1].split()[:5] == ["one", "0", "0", "0.00%", "yes"]
    assert main(tmp_path, ["two"]) == 1


def test_a_malformed_file_is_told_line_by_line(tmp_path: Path) -> None:
    """Every line that does not fit is named."""
    path = tmp_path / "bad.txt"
    path.write_text(HEAD + "2,900,600\nSECTION_COVER\n1,06:00-06:15,1,1\n2,06:00-06:15,1,0,0\n1,06:05-06:20,1,0,0\n")
    with pytest.raises(InputError) as caught:
        read_instance(path)
    assert [problem.line for problem in caught.value.problems] == [8, 10, 11, 12]
    path.write_text("1\nSECTION_HORIZON\nseven\n")
    with pytest.raises(InputError, match=r"bad.txt:1: expected a section first(.|\n)*SECTION_TASKS"):
        read_instance(path)
