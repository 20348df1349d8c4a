"""Print the worst error of the queueing engine against a folder of exact reference values.

Usage: python benchmarks/staffing/reference.py FOLDER, where FOLDER holds erlang_reference.csv,
erlang_required_agents.csv, chat_reference.csv, deferred_profile.csv and deferred_reference.csv.
"""

from __future__ import annotations

import csv
import re
import sys
from pathlib import Path
from typing import cast

import numpy as np

from wfm.staffing import (
    Definition,
    chat_waiting,
    constant_staff,
    erlang_b,
    erlang_c,
    required_agents,
    required_for_abandonment,
    required_for_average_wait,
    waiting,
)

Row = dict[str, str]
TIMES = {"asa_s": "asa_seconds", "wait_all_s": "wait_seconds", "wait_ab_s": "wait_abandoned_seconds"}
SHARES = (
    "p_wait", "sl_offered", "sl_answered", "sl_excl_short_ab", "sl_virtual", "sl_left_queue", "p_abandon", "occupancy",
)  # fmt: skip


class Worst:
    """The largest error by column, and the row where it occurs."""

    def __init__(self) -> None:
        self.by_column: dict[str, tuple[float, str]] = {}

    def note(self, column: str, error: float, row: str) -> None:
        """Keep ``error`` when it is the largest of its column (a NaN always is)."""
        if not error <= self.by_column.get(column, (-1.0, ""))[0]:
            self.by_column[column] = (error, row)

    def show(self, title: str) -> None:
        """Print one line per column."""
        print(title)
        for column, (error, row) in self.by_column.items():
            print(f"  {column:24s} {error:10.3g}  at {row}")


def rows(folder: Path, name: str) -> list[Row]:
    """Return the rows of a CSV file."""
    with (folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def relative(got: float, want: float) -> float:
    """Return the relative error, 0 for equal numbers, absolute where ``want`` is 0."""
    if got == want:
        return 0.0
    return abs(got - want) / abs(want) if want else abs(got)


def per_hour(row: Row) -> float:
    """Return the arrivals of a row per hour."""
    return float(row["arrivals_per_interval"]) * 3600.0 / float(row["interval_s"])


def optional(text: str) -> float | None:
    """Return a number, None for an empty cell."""
    return float(text) if text else None


def check_erlang(folder: Path) -> None:
    """Compare Erlang B, C and A: absolute for probabilities, relative for times."""
    worst = Worst()
    for row in rows(folder, "erlang_reference.csv"):
        arrivals, aht, agents = per_hour(row), float(row["aht_s"]), int(row["agents"])
        if row["model"] == "ErlangB":
            worst.note("B abs", abs(erlang_b(arrivals * aht / 3600, agents) - float(row["p_block"])), row["id"])
            worst.note("B rel", relative(erlang_b(arrivals * aht / 3600, agents), float(row["p_block"])), row["id"])
            continue
        if row["model"] == "ErlangC":
            worst.note("C rel", relative(erlang_c(arrivals * aht / 3600, agents), float(row["p_wait"])), row["id"])
        got = waiting(arrivals, aht, agents, float(row["target_s"]), optional(row["patience_s"]))
        for column in SHARES:
            if row[column]:
                worst.note(f"{column} abs", abs(getattr(got, column) - float(row[column])), row["id"])
        for column, name in TIMES.items():
            if row[column]:
                worst.note(f"{column} rel", relative(getattr(got, name), float(row[column])), row["id"])
    worst.show("erlang_reference.csv")


def smallest(row: Row) -> int:
    """Return the smallest number of agents for the criterion of a row."""
    match = re.match(r"(\w+)[<>]=(.*)", row["criterion"])
    assert match is not None
    field, goal = match.group(1), float(match.group(2))
    arrivals, aht, patience = per_hour(row), float(row["aht_s"]), optional(row["patience_s"])
    if field == "p_abandon":
        return required_for_abandonment(arrivals, aht, goal, patience)
    if field in TIMES:
        return required_for_average_wait(arrivals, aht, goal, patience, "answered" if field == "asa_s" else "all")
    if field == "p_wait":  # P(V > 0) <= p is P(V <= 0) >= 1 - p
        return required_agents(arrivals, aht, 1 - goal, 0.0, patience, "sl_virtual")
    return required_agents(arrivals, aht, goal, float(row["target_s"]), patience, cast(Definition, field))


def check_required(folder: Path) -> None:
    """Compare the smallest number of agents, which must be the same integer."""
    found = [(row, smallest(row)) for row in rows(folder, "erlang_required_agents.csv")]
    wrong = [
        (row["criterion"], row["required_agents"], got) for row, got in found if got != int(row["required_agents"])
    ]
    print(f"erlang_required_agents.csv\n  {len(found) - len(wrong)} of {len(found)} exact", *wrong)


def check_chat(folder: Path) -> None:
    """Compare chat with the balanced chain (to round-off) and with the exact chain (the error of the approximation)."""
    worst = Worst()
    pairs = {"p_wait": "p_wait", "p_abandon": "p_abandon", "engaged": "engaged", "chats": "chats_per_agent"}
    exact = {"engaged": "frac_agents_engaged", "chats": "mean_chats_per_agent"}
    for row in rows(folder, "chat_reference.csv"):
        aht = [float(text) for text in row["aht_by_level_s"].split()]
        speedup = [(k + 1) * aht[0] / level for k, level in enumerate(aht)]
        got = chat_waiting(
            float(row["arrivals_per_h"]), aht[0], int(row["agents"]), speedup, 20.0, float(row["patience_s"])
        )
        for column, name in pairs.items():
            value = getattr(got, name)
            worst.note(f"balanced {column} abs", abs(value - float(row[f"balanced_{column}"])), row["tag"])
            worst.note(f"exact {column} rel", relative(value, float(row[exact.get(column, column)])), row["tag"])
        worst.note("exact wait_all rel", relative(got.wait_seconds, float(row["wait_all_s"])), row["tag"])
    worst.show("chat_reference.csv")


def check_deferred(folder: Path) -> None:
    """Compare the smallest constant staff for a repeating day of e-mail."""
    worst = Worst()
    tickets = np.array([float(row["tickets"]) for row in rows(folder, "deferred_profile.csv")])
    for row in rows(folder, "deferred_reference.csv"):
        if row["open_hours"].startswith("published"):
            continue
        hours = (0, 24) if row["open_hours"] == "24h" else tuple(map(int, row["open_hours"].split("-")))
        is_open = (np.arange(24) >= hours[0]) & (np.arange(24) < hours[1])
        work = tickets * float(row["aht_s"])
        got = constant_staff(work, 3600.0, is_open, float(row["deadline_h"]) * 3600, repeats=True)
        worst.note(
            "staff rel", relative(got, float(row["min_constant_staff"])), f"{row['open_hours']} {row['deadline_h']} h"
        )
    worst.show("deferred_reference.csv")


def main() -> None:
    """Check every file of the folder given on the command line."""
    folder = Path(sys.argv[1])
    for check in (check_erlang, check_required, check_chat, check_deferred):
        check(folder)


if __name__ == "__main__":
    main()
