"""How good and how fast the forecast is: one table, from real series that stay where they are.

    python -m benchmarks.forecasting SOURCE [--only bank|events|holiday|speed] [--models prophet,regression,same_season]

SOURCE holds ``bank_calls_us``, ``jd_logistics`` and ``holiday_calls_daily``. Every figure goes the way of a planner: a
plan folder is written, read and forecast; nothing after ``known_until`` is seen.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the command line does: our matrices are small

from benchmarks.forecasting.big import write_big
from benchmarks.forecasting.measure import Row, bank, events, holiday

MODELS = ("prophet", "regression", "same_season")
MEASURES = {"bank": bank, "events": events, "holiday": holiday}
QUEUES = 100


def speed(work: Path, models: Sequence[str], jobs: int) -> Iterator[Row]:
    """Yield time and memory of the whole ``wfm forecast`` of a made-up plan of real size, without and with Prophet."""
    rows = 0
    for chosen, goal in ((tuple(m for m in models if m != "prophet"), "<= 90 s, <= 3 GB"), (MODELS, "<= 10 min")):
        folder = work / f"big-{len(chosen)}"
        rows = write_big(folder, QUEUES, chosen)
        began = time.perf_counter()
        command = [sys.executable, "-m", "cli", "forecast", str(folder), "--jobs", str(jobs), "--quiet"]
        subprocess.run(command, check=True)
        seconds = time.perf_counter() - began
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024**2
        what = "with Prophet" if "prophet" in chosen else "without Prophet"
        yield Row(f"{QUEUES} queues, {rows:,} rows", f"`wfm forecast` {what}", f"{seconds:.0f} s, {peak:.1f} GB", goal)


def table(rows: Sequence[Row]) -> str:
    """Return the rows as a Markdown table."""
    lines = ["| data | figure | reached | goal | spread |", "|---|---|---|---|---|"]
    lines += [f"| {row.data} | {row.figure} | {row.value} | {row.goal} | {row.spread} |" for row in rows]
    return "\n".join(lines)


def main() -> None:
    """Run as a script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path)
    parser.add_argument("--only", choices=[*MEASURES, "speed"], action="append")
    parser.add_argument("--models", default=",".join(MODELS))
    parser.add_argument("--jobs", type=int, default=2)
    given = parser.parse_args()
    models = tuple(given.models.split(","))
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        for name in given.only or [*MEASURES, "speed"]:
            began = time.perf_counter()
            found = (
                speed(Path(folder), models, given.jobs)
                if name == "speed"
                else MEASURES[name](given.source, Path(folder), models, given.jobs)
            )
            rows += list(found)
            print(f"{name}: {time.perf_counter() - began:.0f} s", file=sys.stderr)
    print(table(rows))
    print(
        f"\n{date.today().isoformat()}, {os.cpu_count()} cores, Python {platform.python_version()}, {', '.join(models)}"
    )


if __name__ == "__main__":
    main()
