"""A plan folder from the real 30-minute call history of a bank; the data stay where they are.

    python benchmarks/bank_calls.py SOURCE FOLDER     # SOURCE holds bank_calls_30min.csv
    wfm plan FOLDER

People, shifts, handle time (the data have none) and the 80/20 target are ours. The last four weeks of the history are
held back (``known_until``), so that ``--score`` can lay the forecast beside what came:

    python benchmarks/bank_calls.py SOURCE FOLDER --score
"""

from __future__ import annotations

import argparse
import csv
import json
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

AHT_SECONDS = 180
FULL_TIME, PART_TIME = 280, 40
PLAN = """\
# A bank's real calls (30 minutes, 2003) with people, shifts and a target made up for this benchmark.
[plan]
name = "bank-calls-2003"
timezone = "America/New_York"
start = 2003-09-29
days = 26
interval_minutes = 30
known_until = 2003-09-26
currency = "USD"
labour_rules = []               # no national pack: the house's policy defaults apply

[[queue]]
id = "calls"
channel = "phone"
aht_seconds = 180
patience_seconds = 240
shrinkage = 0.08
[queue.open]
mon = "07:00-21:00"
tue = "07:00-21:00"
wed = "07:00-21:00"
thu = "07:00-21:00"
fri = "07:00-21:00"

[[queue.target]]
metric = "answered_within"
seconds = 20
share = 0.80
over = "day"

[[contract]]
id = "full-time"
kind = "employee"
cost_per_hour = 24.0
hours_per_week_guaranteed = 32
shifts = ["early", "day", "late"]

[[contract]]
id = "part-time"
kind = "part_time"
cost_per_hour = 21.0
headcount = 40
cost_per_hire = 400.0
training_days = 3
speed = [0.8, 0.9, 1.0]
queues = ["calls"]
shifts = ["morning4", "midday5", "evening5"]

[[shift]]
id = "early"
start = "07:00-08:30"
hours = [8.0, 8.5]
meal_minutes = 30
meal_after = "3h-4.5h"
break_minutes = [15, 15]
code = "E"

[[shift]]
id = "day"
start = "09:00-11:00"
hours = [8.0, 8.5]
meal_minutes = 30
meal_after = "3h-4.5h"
break_minutes = [15, 15]
code = "D"

[[shift]]
id = "late"
start = "12:00-13:00"
hours = [8.0, 8.5]
meal_minutes = 30
meal_after = "3h-4.5h"
break_minutes = [15, 15]
code = "L"

[[shift]]
id = "morning4"
start = "07:00-09:30"
hours = [4.0]
break_minutes = [15]
code = "M4"

[[shift]]
id = "midday5"
start = "10:00-13:00"
hours = [5.0]
break_minutes = [15]
code = "D5"

[[shift]]
id = "evening5"
start = "15:30-16:00"
hours = [5.0]
break_minutes = [15]
code = "A5"
"""


def rows(source: Path) -> list[tuple[str, int]]:
    """Return interval start and calls; the 21:00 rows that hold a single 5-minute bin are left out."""
    with (source / "bank_calls_30min.csv").open(encoding="utf-8") as file:
        return [(row["datetime"], int(row["calls"])) for row in csv.DictReader(file) if int(row["n5min"]) == 6]


def write_plan(source: Path, folder: Path) -> None:
    """Write the plan folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "plan.toml").write_text(PLAN, encoding="utf-8")
    with (folder / "history.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["interval_start", "queue", "offered", "aht_seconds"])
        writer.writerows([stamp, "calls", calls, AHT_SECONDS] for stamp, calls in rows(source))
    rng = np.random.default_rng(2003)
    with (folder / "agents.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["employee_id", "name", "contract", "team", "queues", "hired_on", "leaves_on", "attributes"])
        for number in range(1, FULL_TIME + 1):
            writer.writerow(
                [f"F{number:03}", f"Agent F{number:03}", "full-time", f"T{number % 15:02}", "calls", "", "", ""]
            )
        for number in range(1, PART_TIME + 1):
            writer.writerow([f"P{number:03}", f"Agent P{number:03}", "part-time", "PT", "calls", "", "", ""])
    first = datetime(2003, 9, 29).date()
    with (folder / "time_off.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["employee_id", "start", "end", "kind"])
        for number in range(1, FULL_TIME + 1):
            if rng.random() < 0.35:
                start = first + timedelta(days=int(rng.integers(0, 24)))
                end = start + timedelta(days=int(rng.integers(0, 5)))
                writer.writerow([f"F{number:03}", start, end, "leave"])


def score(source: Path, folder: Path) -> dict[str, float]:
    """Return the WAPE of the written forecast per interval and per day over the held-back weeks."""
    actual = {stamp[:16].replace(" ", "T"): calls for stamp, calls in rows(source)}
    pairs, days = [], dict[str, list[float]]()
    with (folder / "out" / "base" / "forecast.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            stamp = row["interval_start"][:16]
            if stamp in actual:
                pairs.append((actual[stamp], float(row["offered_mean"])))
                total = days.setdefault(stamp[:10], [0.0, 0.0])
                total[0] += pairs[-1][0]
                total[1] += pairs[-1][1]
    return {"wape_interval": _wape(np.array(pairs)), "wape_day": _wape(np.array(list(days.values())))}


def _wape(pairs: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> float:
    return round(float(np.abs(pairs[:, 0] - pairs[:, 1]).sum() / pairs[:, 0].sum()), 4)


def main() -> None:
    """Run as a script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--score", action="store_true")
    given = parser.parse_args()
    if given.score:
        print(json.dumps(score(given.source, given.folder)))
    else:
        write_plan(given.source, given.folder)


if __name__ == "__main__":
    main()
