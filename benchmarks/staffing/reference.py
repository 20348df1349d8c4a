"""Print the worst error of the queueing engine against a folder of exact reference values.

Usage: python -m benchmarks.staffing.reference FOLDER. Every file known here that the folder holds is checked, column by
column; exit code 1 when an error is above its tolerance: 1e-9 for probabilities (absolute) and times (relative) of
Erlang's models, 1e-6 for general patience, chat and deferred work, 1e-8 for priority, the exact integer for numbers of
agents.
"""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import numpy as np

from wfm.staffing import (
    Definition,
    Patience,
    Waiting,
    binding_window,
    chat_waiting,
    constant_staff,
    erlang_b,
    erlang_c,
    priority_waiting,
    required_agents,
    required_for_abandonment,
    required_for_average_wait,
    turns,
    waiting,
    waiting_general,
)

Row = dict[str, str]
TIMES = {"asa_s": "asa_seconds", "wait_all_s": "wait_seconds", "wait_ab_s": "wait_abandoned_seconds"}
SHARES = (
    "p_wait", "sl_offered", "sl_answered", "sl_excl_short_ab", "sl_virtual", "sl_left_queue", "p_abandon", "occupancy",
)  # fmt: skip


class Worst:
    """The largest error by column, the row where it occurs, and the tolerance (None: for information)."""

    def __init__(self, tolerance: float | None) -> None:
        self.tolerance = tolerance
        self.by_column: dict[str, tuple[float, str, float | None]] = {}

    def note(self, column: str, error: float, row: str, informs: bool = False) -> None:
        """Keep ``error`` when it is the largest of its column (a NaN always is)."""
        if not error <= self.by_column.get(column, (-1.0, "", None))[0]:
            self.by_column[column] = (error, row, None if informs else self.tolerance)

    def show(self) -> bool:
        """Print one line per column and return whether all tolerances are kept."""
        kept = True
        for column, (error, row, tolerance) in self.by_column.items():
            fine = tolerance is None or error <= tolerance
            kept &= fine
            limit = "for information" if tolerance is None else f"<= {tolerance:g}" if fine else f"ABOVE {tolerance:g}"
            print(f"  {column:28s} {error:10.3g}  {limit:16s} at {row}")
        return kept


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


def check_erlang(table: list[Row], _: Path) -> bool:
    """Compare Erlang B, C and A: absolute for probabilities, relative for times."""
    worst = Worst(1e-9)
    for row in table:
        arrivals, aht, agents = per_hour(row), float(row["aht_s"]), int(row["agents"])
        within, patience = float(row["target_s"] or 0), optional(row["patience_s"])
        if row["model"] == "ErlangB":
            worst.note("B abs", abs(erlang_b(arrivals * aht / 3600, agents) - float(row["p_block"])), row["id"])
            worst.note("B rel", relative(erlang_b(arrivals * aht / 3600, agents), float(row["p_block"])), row["id"])
            continue
        if row["model"] == "ErlangC":
            worst.note("C rel", relative(erlang_c(arrivals * aht / 3600, agents), float(row["p_wait"])), row["id"])
        note_waiting(worst, "", waiting(arrivals, aht, agents, within, patience), row)
        if patience is not None:
            shape = Patience("exponential", patience)
            note_waiting(worst, "general ", waiting_general(arrivals, aht, agents, within, shape), row)
    return worst.show()


def note_waiting(worst: Worst, prefix: str, got: Waiting[float], row: Row) -> None:
    """Note the errors of all columns that a row has."""
    for column in SHARES:
        if row[column]:
            worst.note(f"{prefix}{column} abs", abs(getattr(got, column) - float(row[column])), row["id"])
    for column, name in TIMES.items():
        if row[column]:
            worst.note(f"{prefix}{column} rel", relative(getattr(got, name), float(row[column])), row["id"])


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


def check_required(table: list[Row], _: Path) -> bool:
    """Compare the smallest number of agents, which must be the same integer."""
    found = [(row, smallest(row)) for row in table]
    wrong = [
        (row["criterion"], row["required_agents"], got) for row, got in found if got != int(row["required_agents"])
    ]
    print(f"  {len(found) - len(wrong)} of {len(found)} integers exact", *wrong)
    return not wrong


def patience_of(text: str) -> Patience:
    """Return the distribution that a row names, e.g. ``lognormal mean 120 cv 1.5`` or ``hyperexp 0.5*30+0.5*210``."""
    kind, numbers = text.split()[0], [float(number) for number in re.findall(r"\d+\.?\d*", text)]
    if kind.startswith("hyper"):
        shares, means = tuple(numbers[::2]), tuple(numbers[1::2])
        mean = sum(share * part for share, part in zip(shares, means, strict=True))
        return Patience("hyperexponential", mean, 1.0, shares, means)
    if kind == "weibull":
        return Patience("weibull", numbers[1], numbers[0])
    if kind == "deterministic":
        return Patience.of("fixed", numbers[0])
    names: dict[str, Any] = {"exponential": "exponential", "lognormal": "lognormal", "gamma": "gamma"}
    return Patience.of(names[kind], numbers[0], numbers[1] if len(numbers) > 1 else None)


def check_general(table: list[Row], _: Path) -> bool:
    """Compare queues with any patience."""
    worst = Worst(1e-6)
    for row in table:
        got = waiting_general(
            float(row["arrivals_per_h"]), float(row["aht_s"]), int(row["agents"]), float(row["target_s"]),
            patience_of(row["patience"]),
        )  # fmt: skip
        for column, value in (
            ("p_wait", got.p_wait), ("p_abandon", got.p_abandon), ("sl_offered", got.sl_offered),
            ("p_virtual_wait_gt_T", 1.0 - got.sl_virtual),
        ):  # fmt: skip
            worst.note(f"{column} abs", abs(value - float(row[column])), row["patience"])
        worst.note("wait_all_s rel", relative(got.wait_seconds, float(row["wait_all_s"])), row["patience"])
    return worst.show()


def check_chat(table: list[Row], _: Path) -> bool:
    """Compare chat with the exact chain and the balanced one, and show how far these are apart."""
    worst = Worst(1e-6)
    pairs = {"p_wait": "p_wait", "p_abandon": "p_abandon", "engaged": "engaged", "chats": "chats_per_agent"}
    names = {"engaged": "frac_agents_engaged", "chats": "mean_chats_per_agent"}
    for row in table:
        aht = [float(text) for text in row["aht_by_level_s"].split()]
        speedup = [(k + 1) * aht[0] / level for k, level in enumerate(aht)]
        routing: Any = "most_busy" if row["routing"].startswith("most") else "least_busy"
        call = (float(row["arrivals_per_h"]), aht[0], int(row["agents"]), speedup, 20.0, float(row["patience_s"]))
        exact, balanced = chat_waiting(*call, routing, True), chat_waiting(*call)
        for column, name in pairs.items():
            want, tag = float(row[names.get(column, column)]), row["tag"]
            worst.note(f"exact {column} rel", relative(getattr(exact, name), want), tag)
            worst.note(f"balanced {column} abs", abs(getattr(balanced, name) - float(row[f"balanced_{column}"])), tag)
            worst.note(f"balanced from exact {column}", relative(getattr(balanced, name), want), tag, informs=True)
        worst.note("exact wait_all rel", relative(exact.wait_seconds, float(row["wait_all_s"])), row["tag"])
    return worst.show()


def check_turns(table: list[Row], _: Path) -> bool:
    """Compare chat message by message, eight turns to a chat."""
    worst = Worst(1e-9)
    for row in table:
        reply, think, chats = float(row["agent_reply_s"]), float(row["customer_think_s"]), int(row["open_chats"])
        got, alone = turns(reply, think, chats), turns(reply, think, 1)
        values = {
            "utilisation": got.utilisation, "mean_response_s": got.response_seconds,
            "p_resp_le_30s": got.share_within(30), "p_resp_le_60s": got.share_within(60),
            "p_resp_le_180s": got.share_within(180), "replies_per_h": got.replies_per_hour,
            "aht_8_turns_s": 8 * (got.response_seconds + think), "chats_per_h_8_turns": got.replies_per_hour / 8,
            "aht_inflation_vs_1": (got.response_seconds + think) / (alone.response_seconds + think),
            "concurrency_factor": got.utilisation / alone.utilisation,
        }  # fmt: skip
        for column, value in values.items():
            worst.note(f"{column} rel", relative(value, float(row[column])), f"{reply:g} s, {think:g} s, {chats} chats")
    return worst.show()


def check_priority(table: list[Row], _: Path) -> bool:
    """Compare both classes of contacts."""
    worst = Worst(1e-8)
    for row in table:
        arrivals, vip = float(row["load_erlangs"]) * 3600 / float(row["aht_s"]), float(row["vip_share"])
        patience = [float(text) for text in row["patience_s"].split("/")] if row["patience_s"] else None
        if patience is not None and len(patience) == 1:
            patience *= 2
        parts = [arrivals * vip, arrivals * (1 - vip)]
        first, second = priority_waiting(parts, float(row["aht_s"]), int(row["agents"]), 20.0, patience)
        together = vip * first.wait_seconds + (1 - vip) * second.wait_seconds
        values = {
            "p_wait": first.p_wait, "vip_wait_s": first.wait_seconds, "reg_wait_s": second.wait_seconds,
            "fcfs_wait_s": together, "vip_sl20": first.sl_offered, "vip_p_abandon": first.p_abandon,
            "reg_p_abandon": second.p_abandon,
        }  # fmt: skip
        for column, value in values.items():
            if row[column]:
                worst.note(f"{column} rel", relative(value, float(row[column])), f"{row['agents']} agents")
    return worst.show()


def check_deferred(table: list[Row], folder: Path) -> bool:
    """Compare the smallest constant staff for a repeating day of e-mail, the window that binds, and the backlog."""
    worst, wrong = Worst(1e-6), 0
    tickets = np.array([float(row["tickets"]) for row in rows(folder, "deferred_profile.csv")])
    for row in table:
        if row["open_hours"].startswith("published"):
            want = float(row["min_constant_staff"].split()[0])
            worst.note("backlog, 4 digits", abs(round(backlog(), 4) - want), "published")
            continue
        hours = (0, 24) if row["open_hours"] == "24h" else tuple(map(int, row["open_hours"].split("-")))
        is_open = (np.arange(24) >= hours[0]) & (np.arange(24) < hours[1])
        work, deadline = tickets * float(row["aht_s"]), float(row["deadline_h"]) * 3600
        got = constant_staff(work, 3600.0, is_open, deadline, repeats=True)
        window = binding_window(work, 3600.0, is_open, deadline, repeats=True)
        name = f"{row['open_hours']} {row['deadline_h']} h"
        worst.note("staff rel", relative(got, float(row["min_constant_staff"])), name)
        worst.note("average rel", relative(work.sum() / is_open.sum() / 3600, float(row["average_load_staff"])), name)
        shown = "" if window is None else f"{window[0]}-{window[1]}"
        if shown != row["binding_window_h"]:
            wrong += 1
            print(f"  window of {name}: {shown}, expected {row['binding_window_h']}")
    print(f"  {wrong} binding windows differ")
    return worst.show() and not wrong


def backlog() -> float:
    """Return the agents of the published example: 200 cases in 5 days, 80 a day more, 25 minutes, 5.5 hours a day."""
    day = 5.5 * 3600
    return constant_staff([80 * 1500.0] * 5, day, [True] * 5, day, False, "open", 200 * 1500.0, 5 * day)


CHECKS: dict[str, Callable[[list[Row], Path], bool]] = {
    "erlang_reference.csv": check_erlang,
    "erlang_required_agents.csv": check_required,
    "mmng_reference.csv": check_general,
    "chat_reference.csv": check_chat,
    "chat_turn_reference.csv": check_turns,
    "priority_reference.csv": check_priority,
    "deferred_reference.csv": check_deferred,
}


def rows(folder: Path, name: str) -> list[Row]:
    """Return the rows of a CSV file."""
    with (folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def main() -> None:
    """Check every file of the folder given on the command line."""
    folder, kept = Path(sys.argv[1]), True
    for name, check in CHECKS.items():
        if not (folder / name).exists():
            print(f"{name}: not there")
            continue
        print(name)
        kept &= check(rows(folder, name), folder)
    print("all tolerances kept" if kept else "a tolerance is broken")
    sys.exit(0 if kept else 1)


if __name__ == "__main__":
    main()
