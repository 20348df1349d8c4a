"""Hold what targets.csv promises for a roster against fresh random numbers.

Usage: python -m benchmarks.staffing.promise PLAN [--seeds N]

PLAN is a plan folder that ``wfm plan`` has run in. Its roster is played again with other seeds: other futures of the
forecast, other customers, other absences. Expectations may differ by the simulation's error, probabilities by that of
counting futures.
"""

from __future__ import annotations

import argparse
import csv
import math
import subprocess
import sys
import tempfile
from pathlib import Path

Row = dict[str, str]
Key = tuple[str, ...]


def targets(folder: Path) -> dict[Key, Row]:
    """Return the rows of targets.csv by what they are about."""
    with (folder / "targets.csv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        return {tuple(row[name] for name in ("queue", "metric", "seconds", "over", "period")): row for row in rows}


def played_again(plan: Path, seed: int, out: Path) -> dict[Key, Row]:
    """Return what the plan's roster attains with another seed."""
    roster = plan / "out" / "base" / "roster.csv"
    code = "import sys, cli; sys.argv[0] = 'wfm'; cli.main()"
    options = ["--roster", str(roster), "--out", str(out), "--seed", str(seed), "--jobs", "2", "--quiet"]
    command = [sys.executable, "-c", code, "simulate", str(plan), *options]
    subprocess.run(command, check=True)
    return targets(out)


def surprise(promised: Row, fresh: Row) -> float:
    """Return by how many standard errors two expectations differ; 0 where both are certain and the same."""
    error = math.hypot(float(promised["standard_error"] or 0), float(fresh["standard_error"] or 0))
    apart = abs(float(promised["expected"]) - float(fresh["expected"]))
    return apart / max(error, 5e-4)  # expectations are written with four decimals


def main() -> None:
    """Print how far fresh simulations are from what was promised."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("plan", type=Path)
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()
    promised = targets(options.plan / "out" / "base")
    for seed in range(101, 101 + options.seeds):
        with tempfile.TemporaryDirectory() as out:
            fresh = played_again(options.plan, seed, Path(out))
        both = [(row, fresh[key]) for key, row in promised.items() if key in fresh]
        apart = [surprise(*pair) for pair in both]
        chance = [abs(float(p["probability_met"]) - float(f["probability_met"])) for p, f in both]
        same = sum(p["met"] == f["met"] for p, f in both)
        worst = max(range(len(both)), key=apart.__getitem__)
        print(
            f"seed {seed}: {len(both)} of {len(promised)} rows; expectations beyond 3 standard errors: "
            f"{sum(value > 3 for value in apart)} (worst {apart[worst]:.1f}: {both[worst][0]['queue']} "
            f"{both[worst][0]['period']} {both[worst][0]['expected']} against {both[worst][1]['expected']}); "
            f"probabilities differ by {sum(chance) / len(chance):.3f} on average, {max(chance):.2f} at most; "
            f"met or missed the same in {same}"
        )


if __name__ == "__main__":
    main()
