"""Time the simulators on one thread against Ciw and SimPy, and hold the results against Erlang A.

Usage: ``python -m benchmarks.staffing.simulators [--customers N] [--plan FOLDER] [--jobs N]``. Ciw and SimPy are no
dependencies: ``pip install ciw simpy``; whichever is missing is left out.

The queue is M/M/100+M: load 105 erlangs, handle time 300 s, patience 600 s, from an empty desk. Everyone's time is that
for drawing, playing and counting, in seconds of the processor; compiling and importing are not timed. Ciw and SimPy get
fewer customers, so what is compared is customers per second, the best of three turns in which everyone plays. With
``--plan`` the whole chain is run up to the roster (that takes minutes), which is then played a hundred times.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import math
import random
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.staffing.searches import machine
from wfm.grid import TimeGrid
from wfm.queues import Queue, Target
from wfm.results import Forecast
from wfm.simulation import line, measures, single
from wfm.simulation.draws import draw_contacts
from wfm.simulation.engine import play
from wfm.simulation.messages import prepare_talk
from wfm.simulation.model import Contacts, Demand, Desk, FloatArray, Outcome, Seats
from wfm.simulation.prepare import prepare_demand, prepare_desk
from wfm.simulation.tally import Gauges, tally
from wfm.simulation.targets import gauges_of, pack
from wfm.staffing import waiting

AGENTS, AHT, PATIENCE, WITHIN = 100, 300.0, 600.0, 20.0
PER_SECOND = 1.05 * AGENTS / AHT
HOUR = 3600.0
WARM_UP_SECONDS = 4 * HOUR
DAYS = 2
TURNS = 3


class Station:
    """One phone queue and its people on our simulator of the whole roster; ``per_hour`` (intervals,)."""

    def __init__(self, per_hour: FloatArray, seats: Seats, people: int, minutes: int) -> None:
        targets = (
            Target(metric="answered_within", seconds=WITHIN, share=0.8),
            Target(metric="abandoned", share=0.1, over="horizon"),
        )
        queue = Queue(id="q", channel="phone", patience_seconds=PATIENCE, target=targets)
        grid = TimeGrid("UTC", date(2025, 11, 1), len(per_hour) * minutes // 1440, minutes)
        self.mean = per_hour[None] * (minutes / 60.0)
        forecast = Forecast(grid, ("q",), self.mean[None].astype(np.float32), self.mean, np.full(self.mean.shape, AHT))
        self.demand: Demand = prepare_demand(forecast, [queue])
        self.desk: Desk = prepare_desk([queue], np.ones((1, 1)), None, grid)
        gauges = gauges_of([queue], grid)
        self.gauges: Gauges = pack(gauges, [queue], grid)
        self.talk, self.seats, self.people = prepare_talk([queue]), seats, people
        self.horizon = grid.n * minutes * 60.0

    def run(self, number: int) -> tuple[Contacts, Outcome, FloatArray, float]:
        """Return what became of one replication's contacts, the sums below the line, and the seconds it took."""
        start = time.process_time()
        offered = np.random.default_rng([number, 7]).poisson(self.mean).astype(np.float32)
        contacts = draw_contacts(self.demand, offered, 1, number)
        outcome = play(self.desk, contacts, self.seats, self.people, self.horizon)
        _, lower = tally(contacts, outcome, self.gauges, self.talk, self.horizon)
        return contacts, outcome, lower, time.process_time() - start


def always(people: int) -> Seats:
    """Return people who sit down at the start and never leave."""
    return Seats(np.zeros(people), np.arange(people), np.zeros(people, np.int64))


def ours(customers: float, number: int) -> tuple[float, FloatArray]:
    """Return customers per second, and by replication the shares that wait and abandon and the mean wait.

    Replications are counted from ``number``.
    """
    station = Station(np.full(DAYS * 24, PER_SECOND * HOUR), always(AGENTS), AGENTS, 60)
    station.run(0)
    count, seconds, found = 0, 0.0, []
    while count < customers:
        contacts, out, _, took = station.run(number)
        number, count, seconds = number + 1, count + len(contacts.arrival), seconds + took
        # The last hour is left out, too: who still waits at the end has no wait yet.
        kept = (contacts.arrival >= WARM_UP_SECONDS) & (contacts.arrival < station.horizon - HOUR)
        wait = np.fmin(out.answered[kept], out.abandoned[kept]) - contacts.arrival[kept]
        found.append([np.mean(wait > 0), np.isfinite(out.abandoned[kept]).mean(), wait.mean()])
    return count / seconds, np.array(found)


def ours_single(customers: float) -> float:
    """Return customers per second of the simulator of one queue that staffing is corrected by."""
    hours = DAYS * 24
    steps = np.arange(64 * 40 + 1) / 64.0
    desk = line.Desk(np.ones(1), np.full(hours, AHT), HOUR)
    none = np.zeros(2)
    every = np.ones((2, 2))
    gauge = line.Gauge(measures.WITHIN, measures.OFFERED, WITHIN, math.inf, math.nan, 0.0, none, every, 0, 1.0)
    agents = np.full(hours, AGENTS)

    def once(futures: int) -> tuple[int, float]:
        start = time.process_time()
        counts = np.random.default_rng(5).poisson(PER_SECOND * HOUR, (futures, hours))
        stream = single.draw(counts, HOUR, np.zeros(hours), steps * PATIENCE, 1)
        single.play(desk, agents, 0, hours, gauge, stream, single.new_state(stream, 0, 1), finish=True)
        return int(counts.sum()), time.process_time() - start

    once(1)
    count, seconds = once(max(round(customers / (PER_SECOND * HOUR * hours)), 1))
    return count / seconds


def ciw(customers: float) -> float:
    """Return customers per second of Ciw."""
    library = importlib.import_module("ciw")
    exponential = library.dists.Exponential
    network = library.create_network(
        arrival_distributions=[exponential(PER_SECOND)],
        service_distributions=[exponential(1.0 / AHT)],
        reneging_time_distributions=[exponential(1.0 / PATIENCE)],
        number_of_servers=[AGENTS],
    )
    library.seed(1)
    start = time.process_time()
    simulation = library.Simulation(network)
    simulation.simulate_until_max_time(customers / PER_SECOND)
    records = simulation.get_all_records()
    return len(records) / (time.process_time() - start)


def simpy(customers: float) -> float:
    """Return customers per second of SimPy: one process per customer, one resource."""
    library = importlib.import_module("simpy")
    draw = random.Random(1).expovariate
    environment = library.Environment()
    people = library.Resource(environment, capacity=AGENTS)
    waits: list[tuple[float, bool]] = []

    def customer() -> Any:
        came = environment.now
        request = people.request()
        result = yield request | environment.timeout(draw(1.0 / PATIENCE))
        served = request in result
        waits.append((environment.now - came, served))
        if served:
            yield environment.timeout(draw(1.0 / AHT))
            people.release(request)
        else:
            request.cancel()

    def source() -> Any:
        while environment.now < customers / PER_SECOND:
            yield environment.timeout(draw(PER_SECOND))
            environment.process(customer())

    environment.process(source())
    start = time.process_time()
    environment.run()
    return len(waits) / (time.process_time() - start)


def time_varying(customers: float) -> tuple[float, float]:
    """Return contacts per second, and the share that abandons, where demand and staff change all day.

    28 days of half hours between 8 and 152 erlangs; half of the people come at 08:00 and leave at 22:00.
    """
    hour = np.arange(28 * 48) / 2.0
    per_hour = (80.0 - 72.0 * np.cos(2 * np.pi * (hour - 3.0) / 24.0)) * HOUR / AHT
    day = np.arange(28)[:, None] * 86400.0
    late = np.arange(60, 150)
    comes = np.concatenate([np.zeros(60), np.repeat(day + 8 * HOUR, len(late), axis=1).ravel()])
    goes = np.repeat(day + 22 * HOUR, len(late), axis=1).ravel()
    who = np.concatenate([np.arange(60), np.tile(late, 28)])
    times, person = np.concatenate([comes, goes]), np.concatenate([who, np.tile(late, 28)])
    profile = np.concatenate([np.zeros(len(comes), np.int64), np.full(len(goes), -1)])
    order = np.argsort(times, kind="stable")
    station = Station(per_hour, Seats(times[order], person[order], profile[order]), 150, 30)
    station.run(0)
    count, seconds, gone, number = 0, 0.0, 0, 0
    while count < customers:
        contacts, out, _, took = station.run(number)
        number, count, seconds = number + 1, count + len(contacts.arrival), seconds + took
        gone += int(np.isfinite(out.abandoned).sum())
    return count / seconds, gone / count


def roster_run(folder: Path, jobs: int) -> None:
    """Print how long a hundred replications of a plan's roster take."""
    from data.folder import load
    from scenarios.chain import Effort, run
    from wfm.simulation.simulate import simulate

    inputs = load(folder).inputs
    options = inputs.plan.roster.model_copy(update={"effort": min(inputs.plan.roster.effort, 0.1)})
    inputs = replace(inputs, plan=inputs.plan.model_copy(update={"roster": options}))
    done = run(inputs, 1, until="roster", effort=Effort(jobs))
    assert done.forecast is not None
    assert done.roster is not None
    simulate(inputs, done.forecast, done.roster, 1, 2, jobs=jobs)
    start = time.perf_counter()
    got = simulate(inputs, done.forecast, done.roster, 1, 100, jobs=jobs)
    seconds = time.perf_counter() - start
    offered = float(done.forecast.paths.sum(axis=(1, 2)).mean())
    print(
        f"{folder.name}: {offered:,.0f} contacts offered, {len(done.forecast.queues)} queues, 100 replications,",
        end=" ",
    )
    print(f"{jobs} threads: {seconds:.1f} s ({len(got.targets)} target rows)")


def agreement(found: NDArray[np.float64]) -> bool:
    """Print simulated and exact values side by side; return whether all are within 3 standard errors."""
    exact = waiting(PER_SECOND * HOUR, AHT, AGENTS, WITHIN, PATIENCE)
    good = True
    for column, (name, value) in enumerate(
        (
            ("share that waits", exact.p_wait),
            ("share that abandons", exact.p_abandon),
            ("mean wait, s", exact.wait_seconds),
        )
    ):
        mean, error = found[:, column].mean(), found[:, column].std(ddof=1) / math.sqrt(len(found))
        off = (mean - value) / error
        good &= abs(off) <= 3.0
        print(f"  {name:20} {mean:.6f} +- {error:.6f}   Erlang A {value:.6f}   {off:+.2f} s.e.")
    return good


def in_turns(customers: float) -> tuple[dict[str, float], dict[str, float], FloatArray]:
    """Return customers per second of others and of ours by name, and our figures by replication."""
    others: dict[str, Callable[[float], float]] = {"ciw": ciw, "simpy": simpy}
    theirs: dict[str, float] = {}
    rates, found = {"whole roster (play)": 0.0, "one queue (single)": 0.0}, []
    for turn in range(TURNS):
        for name, run in others.items():
            if importlib.util.find_spec(name):
                full = f"{name} {version(name)}"
                theirs[full] = max(theirs.get(full, 0.0), run(6e4 if name == "simpy" else 2e4))
        rate, figures = ours(customers / TURNS, 1000 * turn)
        found.append(figures)
        both = (rate, ours_single(customers / TURNS))
        rates = {name: max(before, now) for (name, before), now in zip(rates.items(), both, strict=True)}
    return theirs, rates, np.concatenate(found)


def main() -> None:
    """Print customers per second of everyone, and the agreement; exit 1 when it is off by more than 3 s.e."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--customers", type=float, default=1e7, help="customers of our simulator (default 1e7)")
    parser.add_argument("--plan", type=Path, help="plan folder whose roster is played a hundred times")
    parser.add_argument("--jobs", type=int, default=2, help="threads for the roster (default 2)")
    options = parser.parse_args()
    print(f"{datetime.now():%Y-%m-%d %H:%M}, {machine()}")
    print(f"M/M/{AGENTS}+M, load {PER_SECOND * AHT:g} erlangs, one thread, customers per second of the processor:")
    theirs, rates, found = in_turns(options.customers)
    for name, per_second in {**theirs, **rates}.items():
        ratios = ", ".join(f"{per_second / base:.0f} x {other}" for other, base in theirs.items() if name in rates)
        print(f"  {name:22} {per_second:12,.0f}   {ratios}")
    good = agreement(found)
    rate, gone = time_varying(options.customers / 4)
    print(f"demand and staff that change all day, {gone:.1%} abandon: {rate:,.0f} contacts per second and core")
    if options.plan is not None:
        roster_run(options.plan, options.jobs)
    if not good:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
