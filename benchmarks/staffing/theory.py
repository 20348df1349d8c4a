"""Hold the simulator of the whole roster against a folder of exact values, row by row, in standard errors.

Usage: ``python -m benchmarks.staffing.theory FOLDER [--runs N]``, where FOLDER holds mmng_reference.csv,
chat_reference.csv, chat_turn_reference.csv, priority_reference.csv and sbr_reference.csv. Each row is played in
independent runs of steady state, the first hours left out. Of some hundred figures a few may lie beyond 3 standard
errors by chance; what lies far beyond, or grows with ``--runs``, is a fault.
"""

from __future__ import annotations

import argparse
import csv
import math
import re
import time
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wfm.grid import TimeGrid
from wfm.queues import Queue, Target
from wfm.results import Forecast
from wfm.simulation.draws import draw_contacts
from wfm.simulation.engine import play
from wfm.simulation.messages import prepare_talk
from wfm.simulation.model import Demand, Seats
from wfm.simulation.patience import patience_row
from wfm.simulation.prepare import prepare_demand, prepare_desk
from wfm.simulation.tally import tally
from wfm.simulation.targets import gauges_of, pack
from wfm.staffing.patience import Patience

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Figures = list[tuple[str, float, float]]
HOUR = 3600.0


class Steady:
    """People who never leave and Poisson contacts at constant rates: ``per_hour`` and ``aht`` by queue."""

    def __init__(
        self, queues: Sequence[Queue], per_hour: Sequence[float], aht: float, speed: FloatArray, profile: IntArray,
        days: int, warm_up_hours: float = 8.0, patience: Patience | None = None,
    ) -> None:  # fmt: skip
        self.queues = list(queues)
        self.grid = TimeGrid("UTC", date(2025, 11, 1), days, 60)
        self.rate = np.repeat(np.array(per_hour)[:, None], self.grid.n, axis=1)
        forecast = Forecast(
            self.grid, tuple(q.id for q in queues), self.rate[None].astype(np.float32), self.rate,
            np.full(self.rate.shape, aht),
        )  # fmt: skip
        self.demand = _with_patience(prepare_demand(forecast, queues), patience)
        self.desk = prepare_desk(queues, speed)
        people = len(profile)
        self.seats = Seats(np.zeros(people), np.arange(people), profile)
        self.warm_up, self.horizon = warm_up_hours * HOUR, self.grid.n * HOUR

    def runs(self, count: int) -> Iterator[tuple[FloatArray, FloatArray, FloatArray]]:
        """Return by run: each contact's queue, wait, and whether it gave up."""
        for number in range(count):
            offered = np.random.default_rng([number, 3]).poisson(self.rate).astype(np.float32)
            contacts = draw_contacts(self.demand, offered, 5, number)
            out = play(self.desk, contacts, self.seats, len(self.seats.time), self.horizon)
            kept = (contacts.arrival > self.warm_up) & (contacts.arrival < self.horizon - 2 * HOUR)
            wait = np.fmin(out.answered, out.abandoned) - contacts.arrival
            yield contacts.queue[kept].astype(np.float64), wait[kept], np.isfinite(out.abandoned[kept]).astype(float)

    def replies(self, count: int) -> FloatArray:
        """Return the ratio of every target by run: (runs, targets), the queues' targets in order."""
        gauges = gauges_of(self.queues, self.grid)
        packed, talk = pack(gauges, self.queues, self.grid), prepare_talk(self.queues)
        found = []
        for number in range(count):
            contacts = draw_contacts(self.demand, self.rate.astype(np.float32), 5, number)
            out = play(self.desk, contacts, self.seats, len(self.seats.time), self.horizon, levels=True)
            upper, lower = (sums.sum(axis=1) for sums in tally(contacts, out, packed, talk, self.horizon))
            found.append([a / b for a, b, gauge in zip(upper, lower, gauges, strict=True) if gauge.target is not None])
        return np.array(found)


def _with_patience(demand: Demand, patience: Patience | None) -> Demand:
    if patience is None:
        return demand
    row = patience_row(patience)
    return demand._replace(
        patience_kind=np.array([row.kind]), patience_scale=np.array([row.scale]), patience_power=np.array([row.power]),
        patience_table=np.array([row.table]),
    )  # fmt: skip


def waits(steady: Steady, count: int, queue: int | None = None) -> FloatArray:
    """Return by run the share that waits, the share that gives up, the mean wait, and the share served in 20 s."""
    rows = []
    for queues, wait, gone in steady.runs(count):
        kept = np.ones(len(wait), np.bool_) if queue is None else queues == queue
        wait, gone = wait[kept], gone[kept]
        served = float(((gone == 0.0) & (wait <= 20.0)).mean())
        rows.append([np.mean(wait > 0), gone.mean(), np.nanmean(wait), served])
    return np.array(rows)


def one_kind(agents: int) -> IntArray:
    """Return profiles of people who are all alike."""
    return np.zeros(agents, np.int64)


def patience_of(text: str) -> Patience:
    """Return a distribution from the words of mmng_reference.csv."""
    numbers = [float(found) for found in re.findall(r"\d+(?:\.\d+)?", text)]
    if text.startswith("weibull"):
        return Patience("weibull", numbers[1], numbers[0])
    if text.startswith("hyper"):
        share, first, other, second = numbers
        return Patience("hyperexponential", share * first + other * second, 1.0, (share, other), (first, second))
    if text.startswith("lognormal"):
        return Patience.of("lognormal", numbers[0], numbers[1])
    return Patience.of("fixed" if text.startswith("det") else "exponential", numbers[0])


def mmng(row: dict[str, str], runs: int) -> tuple[FloatArray, Figures]:
    """Return M/M/n+G by run, and the exact figures: name, value, its own error."""
    queue = Queue(id="q", channel="phone", patience_seconds=120)
    agents, patience = int(row["agents"]), patience_of(row["patience"])
    rate, aht = float(row["arrivals_per_h"]), float(row["aht_s"])
    steady = Steady([queue], [rate], aht, np.ones((1, 1)), one_kind(agents), 5, patience=patience)
    names = ("p_wait", "p_abandon", "wait_all_s", "sl_offered")
    return waits(steady, runs), [(name, float(row[name]), 0.0) for name in names]


def chat(row: dict[str, str], runs: int) -> tuple[FloatArray, Figures]:
    """Return chats with a handle time by level."""
    aht = [float(value) for value in row["aht_by_level_s"].split()]
    levels = [*aht, *[aht[-1]] * (int(row["K"]) - len(aht))]
    speedup = tuple((k + 1) * levels[0] / level for k, level in enumerate(levels))
    routing = row["routing"].removesuffix("_first")
    queue = Queue.model_validate(
        {
            "id": "q", "channel": "chat", "concurrency": int(row["K"]), "concurrency_speedup": speedup,
            "routing": routing, "patience_seconds": float(row["patience_s"]),
        }
    )  # fmt: skip
    steady = Steady(
        [queue], [float(row["arrivals_per_h"])], levels[0], np.ones((1, 1)), one_kind(int(row["agents"])), 12
    )
    names = ("p_wait", "p_abandon", "wait_all_s")
    return waits(steady, runs)[:, :3], [(name, float(row[name]), 0.0) for name in names]


def turn(row: dict[str, str], runs: int) -> tuple[FloatArray, Figures]:
    """Return the replies of one person who always has as many chats open as allowed, of 8 messages each."""
    reply, think, chats = float(row["agent_reply_s"]), float(row["customer_think_s"]), int(row["open_chats"])
    common = {"over": "horizon", "count": "round", "definition": "sl_answered", "unanswered": "excluded"}
    targets = [
        {"metric": "average_response", "seconds": 30, "cap_seconds": 1e6, **common},
        *({"metric": "answered_within", "seconds": limit, "share": 0.5, **common} for limit in (30, 60, 180)),
    ]
    queue = Queue(
        id="q", channel="chat", concurrency=chats, rounds=8, reply_seconds=reply, aht_seconds=8 * (reply + think),
        patience_seconds=0.001, target=tuple(Target.model_validate(target) for target in targets),
    )  # fmt: skip
    # Ten contacts a second, nearly all of whom leave at once: a place is free for a moment only.
    steady = Steady([queue], [10 * HOUR], 8 * (reply + think), np.ones((1, 1)), one_kind(1), 2)
    names = ("mean_response_s", "p_resp_le_30s", "p_resp_le_60s", "p_resp_le_180s")
    return steady.replies(runs), [(name, float(row[name]), 0.0) for name in names]


def priority(row: dict[str, str], runs: int) -> tuple[FloatArray, Figures]:
    """Return two classes: the wait of each, and the share that gives up where the row knows it."""
    patience = [float(value) for value in row["patience_s"].split("/")] if row["patience_s"] else [None, None]
    queues = [
        Queue(id=name, channel="phone", priority=first, patience_seconds=mean)
        for name, first, mean in zip(("vip", "reg"), (1, 2), patience, strict=True)
    ]
    aht, vip = float(row["aht_s"]), float(row["vip_share"])
    rate = float(row["load_erlangs"]) * HOUR / aht
    people = one_kind(int(row["agents"]))
    steady = Steady(queues, [rate * vip, rate * (1 - vip)], aht, np.ones((1, 2)), people, 30, 24.0)
    columns: list[FloatArray] = []
    figures: Figures = []
    for q, queue in enumerate(queues):
        found = waits(steady, runs, q)
        for name, column in ((f"{queue.id}_wait_s", 2), (f"{queue.id}_p_abandon", 1)):
            if row[name]:
                columns.append(found[:, column])
                figures.append((name, float(row[name]), 0.0))
    return np.array(columns).T, figures


def skills(row: dict[str, str], runs: int) -> tuple[FloatArray, Figures]:
    """Return six kinds of 14 erlangs and 90 people with neighbouring skills."""
    count = int(row["skills"])
    queues = [Queue(id=f"q{q}", channel="phone") for q in range(6)]
    speed = np.array([[float((kind - first) % 6 < count) for kind in range(6)] for first in range(6)])
    steady = Steady(queues, [84.0] * 6, 600.0, speed, np.arange(90) % 6, 20, 48.0)
    found = np.array(
        [[np.mean(wait > 0), np.nanmean(wait) / 60, np.mean(wait > 30)] for _, wait, _ in steady.runs(runs)]
    )
    if row["exact_p_wait"]:
        names = ("exact_p_wait", "exact_mean_wait", "exact_p_gt")
        return found, [(name, float(row[name]), 0.0) for name in names]
    pairs = (("p_wait", "se_p_wait"), ("mean_wait_min", "se_mean_wait"), ("p_wait_gt_half_min", "se3"))
    return found, [(name, float(row[name]), float(row[error])) for name, error in pairs]


CASES: dict[str, tuple[Any, str]] = {
    "mmng_reference.csv": (mmng, "patience"),
    "chat_reference.csv": (chat, "tag"),
    "chat_turn_reference.csv": (turn, "open_chats"),
    "priority_reference.csv": (priority, "model"),
    "sbr_reference.csv": (skills, "skills"),
}


def main() -> None:
    """Print every figure with its distance from the exact value; exit 1 when one is 5 standard errors off."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--runs", type=int, default=100)
    options = parser.parse_args()
    far: list[float] = []
    for name, (case, label) in CASES.items():
        for row in csv.DictReader((options.folder / name).open(encoding="utf-8")):
            start = time.perf_counter()
            found, figures = case(row, options.runs)
            print(f"{name}: {label} {row[label]} ({time.perf_counter() - start:.1f} s)")
            for column, (figure, exact, its_error) in enumerate(figures):
                error = math.hypot(found[:, column].std(ddof=1) / math.sqrt(len(found)), its_error)
                if error < 1e-5:  # a handful of late replies in all runs: their spread is not known
                    continue
                far.append((found[:, column].mean() - exact) / error)
                print(
                    f"  {figure:20} {found[:, column].mean():12.6f} +- {error:.6f}  {exact:12.6f}  {far[-1]:+.2f} s.e."
                )
    print(f"{len(far)} figures, {sum(abs(one) > 3 for one in far)} beyond 3 s.e., worst {max(map(abs, far)):.2f}")
    if max(map(abs, far)) > 5.0:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
