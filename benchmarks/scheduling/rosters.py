"""Roster the made-up plans of four sizes by the product's own command: cost, bound, gap, time and memory.

Usage: ``python -m benchmarks.scheduling.rosters [S M L XL] [--keep DIR] [--seed N] [--jobs N] [--time-limit S]``

Each plan is written, rostered by ``wfm roster`` and checked by ``wfm audit``, which shares no code with the engine.
Time and memory are those of the whole command, reading and writing included; memory is the most that one of its
processes held. "columns" says how big the problem is: the ways to work a shift, summed over days and classes of people
who have contract, queues and protections in common. Prints a Markdown table; exits with 1 when a command fails, the
audit finds something or a goal is missed.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.scheduling.plans import SIZES, write_plan
from data.folder import load
from wfm.inputs import Inputs
from wfm.plan import Contract, ShiftTemplate

__all__ = ["GOALS", "Goal", "Ran", "columns_of", "main", "measure", "run_command"]

HEADINGS = (
    "size", "people", "columns", "cost", "bound", "gap", "goal", "seconds", "goal", "MB", "goal", "audit", "verdict",
)  # fmt: skip


@dataclass(frozen=True)
class Goal:
    """What a size is to reach; None: no goal is set."""

    gap: float | None = None
    seconds: float | None = None
    megabytes: float | None = None


GOALS = {
    "S": Goal(0.005, 20.0),
    "M": Goal(0.01, 120.0, 3 * 1024.0),
    "L": Goal(0.01, 360.0, 6 * 1024.0),
    "XL": Goal(0.015, 600.0, 12 * 1024.0),
}


@dataclass(frozen=True)
class Ran:
    """What a command took: ``megabytes`` is the largest resident memory of one process; ``said`` its standard error."""

    code: int
    seconds: float
    megabytes: float
    said: str


def run_command(*arguments: str) -> Ran:
    """Return what ``wfm`` with these arguments took; its standard output is thrown away."""
    command = [sys.executable, "-c", "from cli import main; main()", *arguments]
    with tempfile.TemporaryFile() as errors:
        began = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=errors)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        errors.seek(0)
        said = errors.read().decode("utf-8", "replace").strip()
    unit = 1024.0**2 if sys.platform == "darwin" else 1024.0
    return Ran(process.returncode, seconds, usage.ru_maxrss / unit, said)


def columns_of(inputs: Inputs) -> int:
    """Return the ways to work a shift, summed over days and classes of people, named or to be taken on."""
    plan = inputs.plan
    contracts = {contract.id: contract for contract in plan.contract}
    named = {
        (agent.contract, frozenset(agent.queues.items()), agent.attributes)
        for agent in inputs.agents if agent.contract
    }  # fmt: skip
    classes = [contracts[contract] for contract, _, _ in named] + [one for one in plan.contract if one.headcount]
    return sum(_ways(one, plan.shift, plan.plan.interval_minutes) for one in classes) * plan.plan.days


def _ways(contract: Contract, templates: Sequence[ShiftTemplate], minutes: int) -> int:
    """Return the different shifts of a day that a contract may work."""
    allowed = (one for one in templates if not contract.shifts or one.id in contract.shifts)
    return sum(((one.start_range[1] - one.start_range[0]) // minutes + 1) * len(one.hours) for one in allowed)


def measure(folder: Path, size: str, goal: Goal, seed: int, more: Sequence[str]) -> tuple[list[str], bool]:
    """Return the cells of a size's line, and whether it is as it must be."""
    write_plan(folder, SIZES[size], seed)
    columns = columns_of(load(folder).inputs)
    ran = run_command("roster", str(folder), "--quiet", "--seed", str(seed), *more)
    head = [size, f"{SIZES[size].people:,} + {SIZES[size].temps:,}", f"{columns:,}"]
    took = [f"{ran.seconds:.0f}", _asked(goal.seconds, ".0f"), f"{ran.megabytes:,.0f}", _asked(goal.megabytes, ",.0f")]
    if ran.code != 0:
        last = ran.said.splitlines()[-1] if ran.said else ""
        return [*head, "-", "-", "-", _percent(goal.gap), *took, "-", f"exit {ran.code} {last}".strip()], False
    out = folder / "out" / "base"
    summary: dict[str, Any] = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    audit = run_command("audit", str(folder), "--quiet")
    found = _findings(out / "audit.csv") if audit.code == 0 else f"exit {audit.code}"
    money = [f"{summary['cost']:,.0f}", f"{summary['bound']:,.0f}", f"{summary['gap']:.2%}", _percent(goal.gap)]
    missed = _missed(goal, summary["gap"], ran)
    if found != "0":
        missed.insert(0, "audit")
    return [*head, *money, *took, found, f"missed: {', '.join(missed)}" if missed else _verdict(goal)], not missed


def _findings(path: Path) -> str:
    """Return how many findings an audit wrote, by severity; "0" when there is none."""
    with path.open(encoding="utf-8", newline="") as file:
        count = Counter(row["severity"] for row in csv.DictReader(file))
    return ", ".join(f"{number} {severity}" for severity, number in sorted(count.items())) or "0"


def _missed(goal: Goal, gap: float, ran: Ran) -> list[str]:
    reached = {"gap": (gap, goal.gap), "seconds": (ran.seconds, goal.seconds), "MB": (ran.megabytes, goal.megabytes)}
    return [name for name, (value, most) in reached.items() if most is not None and value > most]


def _verdict(goal: Goal) -> str:
    return "no goal set" if goal == Goal() else "reached"


def _asked(value: float | None, form: str) -> str:
    return "-" if value is None else f"≤ {value:{form}}"


def _percent(value: float | None) -> str:
    return _asked(value, ".1%")


def main(sizes: Sequence[str], keep: Path | None, seed: int, more: Sequence[str]) -> int:
    """Print the table; return 1 when a line is not as it must be."""
    print(f"| {' | '.join(HEADINGS)} |\n|{'---|' * len(HEADINGS)}", flush=True)
    fine = True
    with tempfile.TemporaryDirectory() as scratch:
        for size in sizes or SIZES:
            cells, good = measure((keep or Path(scratch)) / size, size, GOALS[size], seed, more)
            print(f"| {' | '.join(cells)} |", flush=True)
            fine &= good
    return int(not fine)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sizes", nargs="*", metavar="SIZE", help=f"of {', '.join(SIZES)}; all when none is named")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="write plans and results there and leave them")
    parser.add_argument("--seed", type=int, default=1, help="of the plans and of the search")
    parser.add_argument("--jobs", type=int, default=1, help="workers of the command")
    parser.add_argument("--time-limit", type=float, metavar="S", help="seconds (the outcome then depends on them)")
    return parser


if __name__ == "__main__":
    given = _parser().parse_args()
    if unknown := [name for name in given.sizes if name not in SIZES]:
        _parser().error(f"expected sizes of {', '.join(SIZES)}, got {', '.join(unknown)}")
    options = ["--jobs", str(given.jobs)]
    options += [] if given.time_limit is None else ["--time-limit", str(given.time_limit)]
    raise SystemExit(main(given.sizes, given.keep, given.seed, options))
