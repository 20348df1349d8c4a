"""Plan the least hours for 50, 200 and 500 people over 28 days, nights of 8 and 10 hours, against pyworkforce.

Usage: ``python -m benchmarks.scheduling.min_hours [SIZES...] [--limit SECONDS]``; ``pip install pyworkforce`` before.

Both (theirs is ``MinHoursRoster``) get the same seeded instance in one run; pyworkforce runs in a process of its own
with a time limit. Its rule for shifts that must not follow each other is stricter than documented: with one destination
named, the origin is followed by a day off (with two, it can't be worked at all but on the last day), it sets its
workers on the solver instead of the solver's parameters, where they are ignored, and reports a roster of -1 when it
finds none. So the first line of each
size gives our engine that stricter rule (every shift forbidden after the origin), which makes the optima comparable;
the third line is ours with the rule as documented. Every roster is counted again here. Exits with 1 when a recount
fails or when two proven optima differ.
"""

from __future__ import annotations

import argparse
import importlib
import json
import subprocess
import sys
import time
from dataclasses import replace
from typing import Any

import numpy as np

from scheduling.min_hours import Member, MinHoursProblem, MinHoursStatus, ShiftHours, plan_min_hours

DAYS = 28
SHARES = {"Morning": 0.27, "Afternoon": 0.22, "Night": 0.12}
NIGHTS = (8, 10)
FOLLOW = ("Night", "Morning")


def instance(size: int, night: int, seed: int = 20_241_111) -> MinHoursProblem:
    """Return a problem with weekly demand, at least 18 days and 150 hours each; one in twenty has bans, one likes."""
    shifts = tuple(ShiftHours(name, night if name == "Night" else 8) for name in SHARES)
    random = np.random.default_rng([seed, size])
    weekday = 1.0 - 0.25 * np.isin(np.arange(DAYS) % 7, (5, 6))
    required = {}
    for name, share in SHARES.items():
        level = size * share * weekday * random.uniform(0.85, 1.15, DAYS)
        required[name] = tuple(int(people) for people in level)
    people = []
    for number in range(size):
        bans = frozenset[tuple[int, str]]()
        if number % 20 == 0:
            days = random.choice(DAYS, 4, replace=False)
            bans = frozenset((int(day), shifts[int(random.integers(3))].name) for day in days)
        likes = frozenset({shifts[int(random.integers(3))].name}) if number % 20 == 1 else frozenset[str]()
        people.append(Member(f"p{number:03}", bans, likes, float(random.integers(1, 4))))
    return MinHoursProblem(DAYS, shifts, tuple(people), required, 150, DAYS - 18, (FOLLOW,))


def stricter(problem: MinHoursProblem) -> MinHoursProblem:
    """Return the problem with the successions that pyworkforce really forbids."""
    origins = {before for before, _ in problem.forbidden}
    return replace(
        problem, forbidden=tuple((before, shift.name) for before in sorted(origins) for shift in problem.shifts)
    )


def arguments(problem: MinHoursProblem, seconds: float) -> dict[str, Any]:
    """Return the problem as MinHoursRoster takes it."""
    liking = [person for person in problem.people if person.likes]
    return {
        "num_days": problem.days,
        "resources": [person.name for person in problem.people],
        "shifts": [shift.name for shift in problem.shifts],
        "shifts_hours": [int(shift.hours) for shift in problem.shifts],
        "min_working_hours": int(problem.min_hours),
        "banned_shifts": [
            {"resource": person.name, "shift": shift, "day": day}
            for person in problem.people
            for day, shift in sorted(person.bans)
        ],
        "max_resting": problem.max_days_off,
        "required_resources": {name: list(row) for name, row in problem.required.items()},
        "non_sequential_shifts": [{"origin": a, "destination": b} for a, b in problem.forbidden],
        "resources_preferences": [{"resource": p.name, "shifts": s, "shift": s} for p in liking for s in p.likes],
        "resources_prioritization": [{"resource": p.name, "weight": int(p.weight)} for p in liking],
        "max_search_time": seconds,
    }


def child() -> None:
    """Solve what stands on the standard input with pyworkforce, print its answer and its time."""
    given = json.load(sys.stdin)
    roster = importlib.import_module("pyworkforce.rostering").MinHoursRoster
    start = time.perf_counter()
    answer = roster(**given).solve()
    print(json.dumps({"seconds": time.perf_counter() - start, **answer}))


def theirs(problem: MinHoursProblem, seconds: float) -> dict[str, Any]:
    """Return pyworkforce's answer; status ``TIMEOUT`` when even its process had to be ended."""
    command = [sys.executable, "-m", "benchmarks.scheduling.min_hours", "--child"]
    text = json.dumps(arguments(problem, seconds))
    try:
        done = subprocess.run(command, input=text, capture_output=True, text=True, check=True, timeout=2 * seconds + 60)
    except subprocess.TimeoutExpired:
        return {"status": "TIMEOUT", "seconds": 2 * seconds + 60, "cost": -1, "resource_shifts": []}
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def recount(problem: MinHoursProblem, work: dict[tuple[str, int], str]) -> float | None:
    """Return the cost of who works what on which day; None when a rule is broken."""
    hours = {shift.name: shift.hours for shift in problem.shifts}
    cost = 0.0
    for person in problem.people:
        mine = {day: work[person.name, day] for day in range(problem.days) if (person.name, day) in work}
        enough = sum(hours[s] for s in mine.values()) >= problem.min_hours
        if not enough or problem.days - len(mine) > problem.max_days_off or set(mine.items()) & person.bans:
            return None
        if any((shift, mine.get(day + 1)) in problem.forbidden for day, shift in mine.items()):
            return None
        cost += sum(hours[shift] - person.weight * (shift in person.likes) for shift in mine.values())
    for name, row in problem.required.items():
        for day, least in enumerate(row):
            if sum(work.get((person.name, day)) == name for person in problem.people) < least:
                return None
    return cost


def ours(problem: MinHoursProblem) -> tuple[float, float | None, bool, str]:
    """Return our seconds, the recounted cost, whether it is proven, and the engine's words."""
    start = time.perf_counter()
    plan = plan_min_hours(problem, seed=1)
    seconds = time.perf_counter() - start
    work = {
        (person.name, day): shift
        for person, row in zip(problem.people, plan.roster or (), strict=bool(plan.roster))
        for day, shift in enumerate(row)
        if shift is not None
    }
    cost = recount(problem, work)
    return seconds, cost, plan.status is MinHoursStatus.OPTIMAL and cost == plan.cost, plan.way


def line(size: str, engine: str, cost: float | None, status: str, seconds: float, said: str) -> None:
    """Print a line of the table."""
    print(f"{size:>12}  {engine:<12}{cost!s:>9}  {status:<11}{seconds:>9.2f}  {said}", flush=True)


def compare(size: int, night: int, limit: float) -> bool:
    """Print the lines of a size; return whether everything that was counted is right."""
    documented = instance(size, night)
    problem = stricter(documented)
    seconds, cost, proven, way = ours(problem)
    line(f"{size}/{night}", "ours", cost, "optimal" if proven else "not proven", seconds, way)
    other = theirs(documented, limit)
    work = {(entry["resource"], entry["day"]): entry["shift"] for entry in other["resource_shifts"]}
    counted, status, took = recount(problem, work), other["status"], float(other["seconds"])
    equal = status != "OPTIMAL" or counted == cost
    said = "not proven there" if status != "OPTIMAL" else "same optimum" if equal else "DIFFERENT"
    line("", "pyworkforce", counted, status.lower(), took, f"{said}, {took / seconds:.0f} times our seconds")
    seconds, loose, right, way = ours(documented)
    line("", "documented", loose, "optimal" if right else "not proven", seconds, way)
    return equal and proven and right


def main(sizes: list[int], limit: float) -> int:
    """Return 1 when a size is not as it must be."""
    print(f"{'people/night':>12}  {'engine':<12}{'cost':>9}  {'status':<11}{'seconds':>9}", flush=True)
    right = [compare(size, night, limit) for size in sizes for night in NIGHTS]
    return int(not all(right))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sizes", nargs="*", type=int, default=[50, 200, 500])
    parser.add_argument("--limit", type=float, default=240.0, help="seconds for pyworkforce (its own default: 240)")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        child()
    else:
        raise SystemExit(main(options.sizes, options.limit))
