"""Made-up plans of four sizes: a promotion season with leave, wishes, part-timers and people who may be taken on.

Usage: ``python -m benchmarks.scheduling.plans FOLDER [S M L XL] [--seed N]`` writes FOLDER/S and so on.

Everything is drawn with a seed: who holds which queues, their leave, their wishes and the requirement, which the plan
brings itself. Each queue's ordinary requirement follows from the people who hold it, so that their guaranteed hours are
about used on ordinary days; the event days then multiply it on some queues, which own staff alone can't cover.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import ceil, floor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.scheduling.plan_demand import EVENT_QUEUES, SHRINKAGE, START, opening, requirement, stamps
from benchmarks.scheduling.plan_texts import HEAD, OWN, QUEUE, TEMPLATES, TEMPS

__all__ = ["LEAVE", "SIZES", "PlanSize", "SkillClass", "Staff", "draw_staff", "main", "write_plan"]

FloatArray = NDArray[np.float64]

LEAVE = 0.08
WISHING = 0.10
LOAD = 0.95  # seat hours required on ordinary days / seat hours that are guaranteed and not on leave
SEAT = 7.5 / 8.0  # of 8 paid hours two breaks of 15 minutes are not on seat
PART_TIME_EVERY = 6
GUARANTEED = {"fulltime": 40.0, "parttime": 20.0}
SHIFTS = {"fulltime": ("early", "mid", "late", "night"), "parttime": ("noon4", "evening4", "evening5")}
KINDS = (("student", 0.5), ("outsourced", 0.35), ("dispatch", 0.15))


@dataclass(frozen=True)
class PlanSize:
    """How big a plan is; ``pools`` is how many separate groups of temporary people there are."""

    name: str
    people: int
    temps: int
    days: int
    interval_minutes: int
    queues: int
    classes: int
    sites: int = 1
    pools: int = 1


SIZES = {
    size.name: size
    for size in (
        PlanSize("S", 60, 0, 14, 30, 3, 4),
        PlanSize("M", 500, 200, 28, 30, 6, 8),
        PlanSize("L", 2_000, 1_000, 28, 15, 10, 20, pools=2),
        PlanSize("XL", 10_000, 3_000, 28, 30, 20, 40, sites=8, pools=8),
    )
}


@dataclass(frozen=True)
class SkillClass:
    """People of one site who hold the same queues: ``speeds`` maps a queue's number to the relative speed."""

    team: str
    speeds: dict[int, float]
    people: int


@dataclass(frozen=True)
class Staff:
    """The named people in a row: skill class and contract of each, and the classes."""

    classes: tuple[SkillClass, ...]
    member_of: tuple[int, ...]
    contracts: tuple[str, ...]

    @property
    def part_timers(self) -> int:
        """Number of people with the part-time contract."""
        return self.contracts.count("parttime")


def queues_of(size: PlanSize, number: int, groups: int) -> tuple[int, ...]:
    """Return the queues that one of several sites or pools serves: all of them where it is the only one, else six."""
    if groups == 1:
        return tuple(range(size.queues))
    first = round(number * size.queues / groups)
    return tuple((first + place) % size.queues for place in range(min(6, size.queues)))


def draw_staff(size: PlanSize, rng: np.random.Generator) -> Staff:
    """Return the people: classes by site, each with 1 to 4 of the site's queues, every queue held by some class."""
    held = [one for site in range(size.sites) for one in _held(size, site, rng)]
    weights = rng.uniform(0.6, 1.4, len(held))
    counts = np.diff(np.round(np.concatenate(([0.0], weights.cumsum())) / weights.sum() * size.people).astype(int))
    classes = tuple(
        SkillClass(_team(size, number), {q: _speed(place) for place, q in enumerate(queues)}, int(count))
        for number, (queues, count) in enumerate(zip(held, counts, strict=True))
    )
    member_of = tuple(number for number, one in enumerate(classes) for _ in range(one.people))
    contracts = tuple("parttime" if n % PART_TIME_EVERY == 5 else "fulltime" for n in range(size.people))
    return Staff(classes, member_of, contracts)


def _held(size: PlanSize, site: int, rng: np.random.Generator) -> list[tuple[int, ...]]:
    """Return the different sets of queues of a site's classes, the queue served best first."""
    queues = queues_of(size, site, size.sites)
    found: list[tuple[int, ...]] = []
    while len(found) < size.classes // size.sites:
        first = queues[len(found) % len(queues)]
        rest = [queue for queue in queues if queue != first]
        more = rng.permutation(rest)[: int(rng.integers(0, min(3, len(rest)) + 1))]
        held = (first, *(int(queue) for queue in more))
        if set(held) not in [set(other) for other in found]:
            found.append(held)
    return found


def _team(size: PlanSize, number: int) -> str:
    per_site = size.classes // size.sites
    return f"team-{number + 1}" if size.sites == 1 else f"site-{number // per_site + 1}"


def _speed(place: int) -> float:
    return (1.0, 1.0, 0.95, 0.9)[place]


def _shares(size: PlanSize, staff: Staff, rng: np.random.Generator) -> FloatArray:
    """Return the guaranteed seat hours a day, leave taken off, that can go to each queue: shape (queues,)."""
    hours = np.zeros(len(staff.classes))
    for number, contract in zip(staff.member_of, staff.contracts, strict=True):
        hours[number] += GUARANTEED[contract] / 7.0
    shares = np.zeros(size.queues)
    for one, given in zip(staff.classes, hours, strict=True):
        parts = rng.uniform(0.6, 1.4, len(one.speeds))
        for part, (queue, speed) in zip(parts / parts.sum(), one.speeds.items(), strict=True):
            shares[queue] += part * speed * given
    return shares * SEAT * (1.0 - LEAVE)


def _plan_toml(size: PlanSize, staff: Staff) -> str:
    hires = {kind: round(share * size.temps) for kind, share in KINDS}
    taken_on = round(0.9 * size.temps)
    share = ceil(100.0 * (staff.part_timers + taken_on) / (size.people + taken_on)) / 100.0
    head = HEAD.format(
        name=size.name.lower(), people=size.people, temps=size.temps, days=size.days, start=START,
        minutes=size.interval_minutes, known=START - timedelta(days=8), headcount=staff.part_timers + taken_on,
        share=share,
    )  # fmt: skip
    queues = [
        QUEUE.format(id=queue_id(q), channel="phone" if q % 5 == 4 else "chat", open=opening(q), shrinkage=SHRINKAGE)
        for q in range(size.queues)
    ]
    temps = [_contract(size, pool, kind, hires[kind]) for pool in range(size.pools) for kind, _ in KINDS if size.temps]
    return "".join((head, *queues, OWN, *temps, TEMPLATES))


def _contract(size: PlanSize, pool: int, kind: str, heads: int) -> str:
    """Return a contract under which people may be taken on in one pool; they serve the queues with events first."""
    served = queues_of(size, pool, size.pools)
    wanted = sorted(served, key=lambda q: (not EVENT_QUEUES[1](q), not EVENT_QUEUES[0](q), q))
    most = {"student": 3, "outsourced": 4, "dispatch": 3}[kind]
    named = ", ".join(f'"{queue_id(q)}"' for q in sorted(wanted[:most]))
    split = floor(heads / size.pools) + (pool < heads % size.pools)
    return TEMPS[kind].format(
        id=kind if size.pools == 1 else f"{kind}-{pool + 1}", headcount=split, queues=f"[{named}]",
        before=START - timedelta(days=7), inside=START + timedelta(days=2),
    )  # fmt: skip


def queue_id(number: int) -> str:
    """Return the id of a queue from its number."""
    return f"q{number + 1:02}"


def _agents_csv(staff: Staff, rng: np.random.Generator) -> str:
    lines = ["employee_id,name,contract,team,queues,hired_on,attributes\n"]
    for number, (member, contract) in enumerate(zip(staff.member_of, staff.contracts, strict=True)):
        one = staff.classes[member]
        queues = ";".join(queue_id(q) if s == 1.0 else f"{queue_id(q)}:{s}" for q, s in sorted(one.speeds.items()))
        hired = START - timedelta(days=int(rng.integers(200, 1500)))
        mark = {7: "pregnant", 27: "nursing"}.get(number % 40, "") if contract == "fulltime" else ""
        lines.append(f"{person_id(number)},Person {number + 1:05},{contract},{one.team},{queues},{hired},{mark}\n")
    return "".join(lines)


def person_id(number: int) -> str:
    """Return the employee id from the place in the table."""
    return f"E{number + 1:05}"


def _time_off_csv(size: PlanSize, rng: np.random.Generator) -> str:
    """Return leave for ``LEAVE`` of all person-days, in blocks of 1 to 5 days, at most half of anybody's days."""
    away = np.zeros((size.people, size.days), dtype=np.bool_)
    wanted, rows = round(LEAVE * away.size), []
    while (left := wanted - int(away.sum())) > 0:
        person, length = int(rng.integers(size.people)), min(int(rng.integers(1, 6)), left)
        first = int(rng.integers(size.days - length + 1))
        block = slice(first, first + length)
        if away[person, block].any() or away[person].sum() + length > size.days // 2:
            continue
        away[person, block] = True
        rows.append((person, first, length, str(rng.choice(("annual_leave", "sick_leave", "personal_leave")))))
    lines = ["employee_id,start,end,kind\n"]
    for person, first, length, kind in sorted(rows):
        start = START + timedelta(days=first)
        lines.append(f"{person_id(person)},{start},{start + timedelta(days=length - 1)},{kind}\n")
    return "".join(lines)


def _preferences_csv(size: PlanSize, staff: Staff, rng: np.random.Generator) -> str:
    """Return one to three wishes of a tenth of the people: a day off, a shift liked or disliked."""
    lines = ["employee_id,date,shift,weight\n"]
    for person in sorted(rng.permutation(size.people)[: round(WISHING * size.people)].tolist()):
        for day in sorted(rng.permutation(size.days)[: int(rng.integers(1, 4))].tolist()):
            shift = str(rng.choice(("off", *SHIFTS[staff.contracts[person]])))
            weight = int(rng.integers(1, 4)) if shift == "off" else int(rng.choice((-2, -1, 1, 2)))
            lines.append(f"{person_id(person)},{START + timedelta(days=day)},{shift},{weight}\n")
    return "".join(lines)


def _requirement_csv(size: PlanSize, required: FloatArray, rostered: FloatArray) -> str:
    moments = stamps(size.days, size.interval_minutes)
    lines = ["interval_start,queue,agents_required,agents_with_shrinkage\n"]
    for queue, (plain, whole) in enumerate(zip(required.astype(int), rostered.astype(int), strict=True)):
        name = queue_id(queue)
        lines += [f"{moment},{name},{a},{b}\n" for moment, a, b in zip(moments, plain, whole, strict=True)]
    return "".join(lines)


def write_plan(folder: Path, size: PlanSize, seed: int = 1) -> None:
    """Write the whole plan folder; the same size and seed give the same bytes."""
    rng = np.random.default_rng([seed, size.people])
    staff = draw_staff(size, rng)
    wanted = LOAD * _shares(size, staff, rng)
    required, rostered = requirement(wanted, size.days, size.interval_minutes, rng)
    folder.mkdir(parents=True, exist_ok=True)
    files = {
        "plan.toml": _plan_toml(size, staff),
        "agents.csv": _agents_csv(staff, rng),
        "time_off.csv": _time_off_csv(size, rng),
        "preferences.csv": _preferences_csv(size, staff, rng),
        "requirement.csv": _requirement_csv(size, required, rostered),
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")


def main(folder: Path, sizes: Sequence[str], seed: int) -> None:
    """Write a plan folder per size."""
    for name in sizes or SIZES:
        write_plan(folder / name, SIZES[name], seed)
        print(folder / name)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("sizes", nargs="*", metavar="SIZE", help=f"of {', '.join(SIZES)}; all when none is named")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    main(options.folder, options.sizes, options.seed)
