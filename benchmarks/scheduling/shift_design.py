"""Design shifts for every MiniZinc instance of a folder, and compare with the best known costs.

Usage: ``python -m benchmarks.scheduling.shift_design FOLDER [--seconds N]``

The files (``*.dzn``) are those of the minimum shift design problem as in Kletzander and Musliu 2019: interval, days,
demand over a cyclic week, windows of starts and lengths, weights. The duties per week are left out, as there. Costs are
counted again here by a sum that shares no code with the engine. Exits with 1 when a recount differs, when a bound lies
above a published cost, or when a published cost is not proven.
"""

from __future__ import annotations

import argparse
import re
import time
from pathlib import Path

from scheduling.shift_design import DesignLimits, DesignProblem, ShiftDesign, ShiftKind, design_shifts

PUBLISHED = {  # proved; the first data set of the TU Wien collection
    "RandomExample1": 480,
    "RandomExample2": 300,
    "RandomExample3": 600,
    "RandomExample4": 450,
    "RandomExample5": 480,
}
_ENTRY = re.compile(r"(\w+)\s*=\s*(\[[^\]]*\]|[^;\[]+);")


def entries(text: str) -> dict[str, list[int]]:
    """Return every ``name = value;`` of a MiniZinc data file; a single number is a list of one."""
    found = {}
    for name, value in _ENTRY.findall(re.sub(r"%.*", "", text)):
        found[name] = [int(number) for number in value.strip("[] \n").split(",") if number.strip()]
    return found


def read(path: Path) -> DesignProblem:
    """Return the instance of a file."""
    data = entries(path.read_text(encoding="utf-8"))
    windows = zip(data["minStart"], data["maxStart"], data["minLength"], data["maxLength"], strict=True)
    return DesignProblem(
        slot_minutes=data["interval"][0],
        demand=tuple(data["demand"]),
        kinds=tuple(ShiftKind(f"type {i + 1}", *window) for i, window in enumerate(windows)),
        over_price=data["weightOverCover"][0],
        under_price=data["weightUnderCover"][0],
        shift_price=data["weightShiftInstances"][0],
    )


def recount(problem: DesignProblem, design: ShiftDesign) -> int:
    """Return what a design costs, person by person and slot by slot; -1 when it offers what may not be offered."""
    slots, per_day = len(problem.demand), 24 * 60 // problem.slot_minutes
    cover = [0] * slots
    for shift in design.shifts:
        kinds = (k for k in problem.kinds if k.first_start <= shift.start <= k.last_start)
        if not any(k.shortest <= shift.length <= k.longest for k in kinds) or not any(shift.people):
            return -1
        for day, people in enumerate(shift.people):
            for slot in range(day * per_day + shift.start, day * per_day + shift.start + shift.length):
                cover[slot % slots] += people
    cost = len(design.shifts) * (problem.slot_minutes if problem.shift_price is None else problem.shift_price)
    for have, need in zip(cover, problem.demand, strict=True):
        price = problem.over_price if have > need else problem.under_price
        cost += price * problem.slot_minutes * abs(have - need)
    return cost


def verdict(name: str, problem: DesignProblem, design: ShiftDesign) -> tuple[str, bool]:
    """Return what is to be said of a design, and whether it is as good as it must be."""
    counted, known = recount(problem, design), PUBLISHED.get(name)
    if counted != design.cost:
        return f"counted again: {counted}", False
    if known is not None and design.bound > known:
        return "bound above a published cost", False
    if design.cost == design.bound:
        return "proved", known is None or design.cost == known
    return f"gap {100 * design.gap:.1f} %", known is None


def main(folder: Path, seconds: float | None = None) -> int:
    """Print a line per instance; return 1 when one of them is not as it must be."""
    print(f"{'instance':<22}{'shifts':>7}{'cost':>8}{'bound':>8}{'published':>11}{'seconds':>9}  verdict")
    failed = False
    for path in sorted(folder.glob("*.dzn")):
        problem, start = read(path), time.perf_counter()
        design = design_shifts(problem, DesignLimits(time_limit_seconds=seconds), seed=1)
        took = time.perf_counter() - start
        said, good = verdict(path.stem, problem, design)
        known = PUBLISHED.get(path.stem, "-")
        figures = f"{len(design.shifts):>7}{design.cost:>8}{design.bound:>8}{known:>11}{took:>9.1f}"
        print(f"{path.stem:<22}{figures}  {said}: {design.way}", flush=True)
        failed |= not good
    return int(failed)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="folder of *.dzn files")
    parser.add_argument("--seconds", type=float, help="time limit per instance (the outcome then depends on it)")
    options = parser.parse_args()
    raise SystemExit(main(options.folder, options.seconds))
