"""Roster the published multi-activity, multi-day instances (Qu & Curtois 2020) and say how far from the bound.

Usage: python -m benchmarks.scheduling.multi_activity FOLDER [NAME ...] [--seconds N] [--seed N]

FOLDER holds files NAME.txt in the published format; without names, all of them. Every roster goes through a check that
shares no code with the search; a cost that it does not confirm is not printed. "published" is the best cost known to
us, where there is one. What ends before the time limit is the same on every machine.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from benchmarks.scheduling.multi_activity_check import Instance, Row, recount, violations
from scheduling.multi_activity.build import ActivityLimits, ActivityProgress, schedule_activities
from scheduling.multi_activity.problem import ActivityProblem, ActivityRoster, Person
from wfm.errors import InputError, Problem

PUBLISHED = {"1_7_10_1": 383, "10_7_20_3": 193}
DAY, PERIOD, OPENS = 1440, 15, 360
SECTIONS = ("SECTION_HORIZON", "SECTION_TASKS", "SECTION_STAFF", "SECTION_COVER")
Line = tuple[int, str]


class _File:
    """A file cut into sections; gathers everything wrong with it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problems: list[Problem] = []
        self.sections: dict[str, list[Line]] = {}
        section = ""
        for number, raw in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), start=1):
            line = raw.strip()
            if not line or line.startswith("#"):
                continue
            if line.startswith("SECTION_"):
                section = line
                if line not in SECTIONS or line in self.sections:
                    self.wrong(number, f"expected each of {', '.join(SECTIONS)} once, found {line}")
                self.sections.setdefault(line, [])
            elif section:
                self.sections[section].append((number, line))
            else:
                self.wrong(number, f"expected a section first, found {line!r}")
        for name in SECTIONS:
            if name not in self.sections:
                self.wrong(0, f"expected a section {name}, found none")

    def wrong(self, line: int, text: str) -> None:
        """Note a problem."""
        self.problems.append(Problem(self.path.name, line, "", text))

    def check(self) -> None:
        """Raise everything noted so far."""
        if self.problems:
            raise InputError(self.problems)

    def number(self, section: str) -> int:
        """Return the one whole number, 1 or more, that a section consists of."""
        lines = self.sections[section]
        if len(lines) == 1 and lines[0][1].isdecimal() and int(lines[0][1]) > 0:
            return int(lines[0][1])
        place = lines[0][0] if lines else 0
        self.wrong(place, f"expected one whole number above 0 in {section}, found {[line for _, line in lines]}")
        return 1

    def fields(self, section: str, kinds: Sequence[Callable[[str], object]], shape: str) -> Iterator[tuple[int, list]]:  # type: ignore[type-arg]
        """Yield line number and converted fields of a section's lines; lines that do not fit are noted."""
        for number, line in self.sections[section]:
            parts = [part.strip() for part in line.split(",")]
            try:
                if len(parts) != len(kinds):
                    raise ValueError
                yield number, [kind(part) for kind, part in zip(kinds, parts, strict=True)]
            except ValueError:
                self.wrong(number, f"expected {shape}, found {line!r}")


def _whole(text: str) -> int:
    if not text.isdecimal():
        raise ValueError
    return int(text)


def _name(text: str) -> str:
    if not text:
        raise ValueError
    return text


def _period(text: str) -> int:
    """Return the minute of the day at which a period of 15 minutes, such as 23:45-00:00, begins."""
    hours = [part.split(":") for part in text.split("-")]
    if [len(part) for part in hours] != [2, 2]:
        raise ValueError
    begin, end = (_whole(hour) * 60 + _whole(minute) for hour, minute in hours)
    if not 0 <= begin < DAY or begin % PERIOD or (end - begin) % DAY != PERIOD:
        raise ValueError
    return begin


def read_instance(path: Path) -> Instance:
    """Return the instance in a file; raises InputError with every line that does not fit."""
    file = _File(path)
    file.check()
    days, tasks = file.number("SECTION_HORIZON"), file.number("SECTION_TASKS")
    staff: dict[str, tuple[int, int]] = {}
    for line, (person, least, most) in file.fields(
        "SECTION_STAFF", (_name, _whole, _whole), "ID,MinMinutes,MaxMinutes"
    ):
        if person in staff or least > most:
            file.wrong(line, f"expected a new person with at most as many minutes at least as at most: {person}")
        staff[person] = (least, most)
    cover: dict[tuple[int, int], tuple[int, int]] = {}
    kinds = (_whole, _period, _whole, _whole, _whole)
    for line, (day, begin, task, least, most) in file.fields("SECTION_COVER", kinds, "Day,HH:MM-HH:MM,TaskID,Min,Max"):
        minute = (day - 1) * DAY + begin
        if not OPENS <= minute < OPENS + days * DAY or not 1 <= task <= tasks:
            file.wrong(line, f"expected a period of the {days} days from 06:00 and a task from 1 to {tasks}")
        if least > most or (minute, task) in cover:
            file.wrong(line, "expected each period and task once, with Min not above Max")
        cover[minute, task] = (least, most)
    if not staff:
        file.wrong(0, "expected people in SECTION_STAFF, found none")
    file.check()
    return Instance(path.stem, days, tasks, staff, cover)


def problem_of(instance: Instance) -> ActivityProblem:
    """Return the instance as a problem; a period and task without a line wants nobody."""
    starts = np.zeros(96, dtype=np.bool_)
    starts[[0, *range(24, 41), *range(56, 73), *range(80, 96)]] = True
    least = np.zeros((instance.days * 96, instance.tasks), dtype=np.int64)
    most = np.zeros_like(least)
    for (minute, task), (low, high) in instance.cover.items():
        cell = (minute - OPENS) // PERIOD, task - 1
        least[cell], most[cell] = low, high
    return ActivityProblem(
        period_minutes=PERIOD,
        periods_per_day=96,
        first_period=24,
        starts=starts,
        shortest=24,
        longest=40,
        rest=56,
        run=5,
        stretch=4,
        least=least,
        most=most,
        people=tuple(Person(name, *minutes) for name, minutes in instance.staff.items()),
    )


def rows_of(roster: ActivityRoster) -> list[Row]:
    """Return the roster as rows in minutes from midnight of day 1."""
    return [
        Row(tour.person, OPENS + part.start * PERIOD, OPENS + part.end * PERIOD, part.activity + 1)
        for tour in roster.tours
        for shift in tour.shifts
        for part in shift.stretches
    ]


def _tell(progress: ActivityProgress) -> None:
    if sys.stderr.isatty():
        text = f"round {progress.round} {progress.share:4.0%} short {progress.shortage} cost {progress.cost}"
        print(f"\r{text:60}", end="\r", file=sys.stderr, flush=True)


def measure(instance: Instance, seconds: float | None, seed: int) -> tuple[str, bool]:
    """Return the row of the table, and whether the roster is feasible and the check agrees with the search."""
    began = time.monotonic()
    roster = schedule_activities(problem_of(instance), ActivityLimits(rounds=8, seconds=seconds), seed, _tell)
    took = time.monotonic() - began
    rows = rows_of(roster)
    faults, cost = violations(instance, rows), recount(instance, rows)
    published = PUBLISHED.get(instance.name, "-")
    if (not faults) != roster.feasible or cost != roster.cost:
        first = faults[0] if faults else f"cost {cost}, not {roster.cost}"
        return f"{instance.name:<14} the check does not agree: {first}", False
    shown = f"{roster.gap:.2%}" if roster.feasible else "-"
    feasible = "yes" if roster.feasible else f"no ({roster.shortage} short)"
    head = f"{instance.name:<14} {roster.cost:>6} {roster.bound:>6} {shown:>8}"
    return f"{head} {feasible:>14} {published:>9} {took:>7.0f}", roster.feasible


def main(folder: Path, names: Sequence[str] = (), seconds: float | None = 480.0, seed: int = 0) -> int:
    """Print the table; return 0 when every roster is feasible and confirmed, else 1."""
    try:
        paths = [folder / f"{name}.txt" for name in names] or sorted(folder.glob("*.txt"))
        missing = [path.name for path in paths if not path.is_file()]
        if missing or not paths:
            print(f"{folder}: no {', '.join(missing) or 'file NAME.txt'}", file=sys.stderr)
            return 1
        instances = [read_instance(path) for path in paths]
    except InputError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{'instance':<14} {'cost':>6} {'bound':>6} {'gap':>8} {'feasible':>14} {'published':>9} {'seconds':>7}")
    fine = True
    for instance in instances:
        row, good = measure(instance, seconds, seed)
        print(row, flush=True)
        fine = fine and good
    return 0 if fine else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--seconds", type=float, default=480.0, help="time limit for each instance (default 480)")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    raise SystemExit(main(options.folder, options.names, options.seconds, options.seed))
