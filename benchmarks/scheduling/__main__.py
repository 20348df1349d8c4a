"""Every table of the rosters by one command, in Markdown: made-up plans of four sizes and the published instances.

    python -m benchmarks.scheduling REFERENCE_FOLDER [S M L XL] [shift_design] [min_hours] [multi_activity] [--seed N]

REFERENCE_FOLDER holds ``shift_design`` and ``multi_activity``, the published instances. Without parts: all of them.
Each table is made by a process of its own, so that the memory of one isn't counted for the next. Exits with 1 when a
part is not as it must be.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from benchmarks.scheduling.plans import SIZES

TITLES = {
    "shift_design": "Shift design",
    "min_hours": "Least hours",
    "multi_activity": "Multi-activity",
}
WITH_FOLDER = ("shift_design", "multi_activity")


def run_module(name: str, *arguments: str) -> int:
    """Return the exit code of a benchmark module, which prints its table itself."""
    return subprocess.run([sys.executable, "-m", f"benchmarks.scheduling.{name}", *arguments], check=False).returncode


def rosters(sizes: Sequence[str], seed: int) -> int:
    """Print the table of the made-up plans; return 1 when a line is not as it must be."""
    print("\n## Rosters of made-up plans\n", flush=True)
    return run_module("rosters", *sizes, "--seed", str(seed))


def published(part: str, reference: Path) -> int:
    """Print the table of a module, which is plain text, as a block; return its exit code."""
    print(f"\n## {TITLES[part]}\n\n```text", flush=True)
    code = run_module(part, *([str(reference / part)] if part in WITH_FOLDER else []))
    print("```", flush=True)
    return code


def main(reference: Path, parts: Sequence[str], seed: int) -> int:
    """Print all tables; return 1 when one of them is not as it must be."""
    chosen = list(parts) or [*SIZES, *TITLES]
    print(f"{date.today().isoformat()}, {os.cpu_count()} cores ({platform.machine()}), ", end="")
    print(f"{platform.system()}, Python {platform.python_version()}", flush=True)
    sizes = [name for name in SIZES if name in chosen]
    codes = [rosters(sizes, seed)] if sizes else []
    codes += [published(part, reference) for part in TITLES if part in chosen]
    return int(any(codes))


def _parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("reference", type=Path, metavar="REFERENCE_FOLDER")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join([*SIZES, *TITLES])}; default: all")
    parser.add_argument("--seed", type=int, default=1, help="of the made-up plans and their rosters")
    given = parser.parse_args()
    if unknown := [part for part in given.parts if part not in (*SIZES, *TITLES)]:
        parser.error(f"expected parts of {', '.join([*SIZES, *TITLES])}, got {', '.join(unknown)}")
    asked = given.parts or WITH_FOLDER
    if missing := [part for part in WITH_FOLDER if part in asked and not (given.reference / part).is_dir()]:
        parser.error(f"{given.reference} holds no folder {', '.join(missing)}")
    return given


if __name__ == "__main__":
    options = _parsed()
    raise SystemExit(main(options.reference, options.parts, options.seed))
