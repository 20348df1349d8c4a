"""Run every benchmark of staffing and simulation, one after the other, each in a process of its own.

Usage: python -m benchmarks.staffing FOLDER [--plan PLAN]

FOLDER holds the reference values (erlang_reference.csv and the others); PLAN is a plan folder to be rostered and played
a hundred times (minutes). pyworkforce, Ciw and SimPy are left out where they are not installed.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path


def main() -> None:
    """Run the benchmarks; leave with 1 when one of them says that it failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="folder of reference values")
    parser.add_argument("--plan", type=Path, help="plan folder to be played a hundred times")
    options = parser.parse_args()
    plan = [] if options.plan is None else ["--plan", str(options.plan)]
    runs: tuple[tuple[str, list[str]], ...] = (
        ("reference", [str(options.folder)]),
        ("searches", []),
        ("simulators", plan),
        ("theory", [str(options.folder)]),
        ("midnight", []),
    )
    failed = []
    for name, arguments in runs:
        print(f"\n== {name}", flush=True)
        if subprocess.run([sys.executable, "-m", f"benchmarks.staffing.{name}", *arguments], check=False).returncode:
            failed.append(name)
    if failed:
        raise SystemExit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
