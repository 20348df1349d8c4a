"""A midnight opening: the requirement against plain Erlang and against the fewest agents that simulation finds.

Usage: python -m benchmarks.staffing.midnight

The arrival rate jumps twentyfold at 00:00 and decays with 30 minutes; handle time 8 minutes, 80 % within 20 seconds in
every interval. Staffings are judged by a plain event simulation with customers, agents and a heap of ends
(no code shared with the product), on contacts drawn second by second from the true rate.
"""

from __future__ import annotations

import heapq
import sys
from dataclasses import replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from wfm.compiled import kernel
from wfm.inputs import History, Inputs
from wfm.plan import Plan
from wfm.results import Forecast
from wfm.rules import DayTypes, LabourRules
from wfm.simulation.line import Desk, Gauge, State, Stream
from wfm.simulation.measures import OFFERED, WITHIN
from wfm.simulation.single import new_state, play
from wfm.staffing import required_agents
from wfm.staffing.requirement import requirement

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

AHT, WITHIN_SECONDS, SHARE = 480.0, 20.0, 0.8
CALM_LOAD, JUMP, DECAY_SECONDS = 160.0, 20.0, 1800.0
BEFORE, AFTER = 120, 360  # minutes around midnight that are judged


def rate_per_second() -> FloatArray:
    """Return the true arrival rate of every second of two days; the opening is at the second midnight."""
    seconds = np.arange(2 * 86400) - 86400 + 0.5
    calm = CALM_LOAD / AHT
    return np.where(seconds < 0, calm, calm * (1 + (JUMP - 1) * np.exp(-np.maximum(seconds, 0) / DECAY_SECONDS)))


def volumes(minutes: int) -> FloatArray:
    """Return the mean contacts of every interval."""
    return np.asarray(rate_per_second().reshape(-1, minutes * 60).sum(axis=1), dtype=np.float64)


def plan_inputs(patience: float | None, minutes: int) -> Inputs:
    """Return a plan of two days with this one queue."""
    target = {"metric": "answered_within", "seconds": WITHIN_SECONDS, "share": SHARE, "over": "interval"}
    queue = {"id": "opening", "channel": "phone", "target": [target]}
    plan = Plan.model_validate({
        "plan": {"name": "midnight", "start": date(2025, 11, 10), "days": 2, "interval_minutes": minutes},
        "queue": [queue if patience is None else {**queue, "patience_seconds": patience}],
        "contract": [{"id": "staff", "cost_per_hour": 20.0}],
        "shift": [{"id": "day", "start": "08:00", "hours": [8.0]}],
    })  # fmt: skip
    ints, floats = np.zeros(0, dtype=np.int64), np.zeros(0)
    return Inputs(plan, LabourRules(), DayTypes(), History((), ints, ints, ints, floats, floats, floats, floats))


def by_product(patience: float | None, minutes: int, method: str) -> IntArray:
    """Return what the product asks for, given the contacts per interval only."""
    inputs = plan_inputs(patience, minutes)
    options = inputs.plan.requirement.model_copy(update={"method": method})
    inputs = replace(inputs, plan=inputs.plan.model_copy(update={"requirement": options}))
    volume = volumes(minutes)
    paths = np.random.default_rng(1).poisson(volume, (500, 1, volume.size)).astype(np.float32)
    grid = inputs.plan.plan.grid
    forecast = Forecast(grid, ("opening",), paths, volume[None], np.full((1, grid.n), AHT))
    return np.asarray(requirement(inputs, forecast, 1).agents_required[0], dtype=np.int64)


def true_stream(futures: int, patience: float | None, seed: int) -> Stream:
    """Return contacts drawn second by second."""
    random = np.random.default_rng(seed)
    rate = rate_per_second()
    rows = []
    for _ in range(futures):
        counts = random.poisson(rate)
        rows.append(np.sort(np.repeat(np.arange(rate.size), counts) + random.random(counts.sum())))
    first = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int64)
    arrival = np.concatenate(rows)
    stays = np.inf if patience is None else random.exponential(patience, arrival.size)
    return Stream(first, arrival, arrival + stays, np.zeros(0, np.int64), 0)


def optimum(patience: float | None, minutes: int, futures: int = 500) -> IntArray:
    """Return the fewest agents per interval, one after the other, that hold the goal in simulation on the true rate.

    Who still waits at an interval's end meets the next one's agents: as many again in the first sweep, those found in
    further ones, in which an interval that no longer holds is raised.
    """
    stream = true_stream(futures, patience, 2)
    n = 2 * 1440 // minutes
    desk = Desk(np.ones(1), np.full(n, AHT), minutes * 60.0)
    gauge = Gauge(WITHIN, OFFERED, WITHIN_SECONDS, 600.0, np.nan, 0.0, np.zeros(2), np.ones((2, 2)), 0, 1.0)
    agents = np.zeros(n, dtype=np.int64)
    for sweep in range(4):
        state = new_state(stream, round(CALM_LOAD), 3)
        for t in range(n):
            low, high = int(agents[t]) - 1, 4000
            if sweep and _holds(desk, gauge, stream, state, agents, t):
                high = low + 1
            while high - low > 1:
                middle = (low + high) // 2
                tried = agents.copy()
                tried[t : None if sweep == 0 else t + 1] = middle
                low, high = (low, middle) if _holds(desk, gauge, stream, state, tried, t) else (middle, high)
            agents[t] = high
            play(desk, agents, t, t + 1, gauge, stream, state)
    return agents


def _holds(desk: Desk, gauge: Gauge, stream: Stream, state: State, agents: IntArray, t: int) -> bool:
    upper, lower = play(desk, agents, t, t + 1, gauge, stream, state, finish=True, jobs=2)
    return bool(upper.sum() >= SHARE * lower.sum())


def judged(agents: IntArray, patience: float | None, minutes: int, futures: int) -> tuple[FloatArray, FloatArray]:
    """Return the share answered in time by interval and its standard error, by a plain event simulation."""
    stream = true_stream(futures, patience, 4)
    good, every = np.zeros((futures, agents.size)), np.zeros((futures, agents.size))
    for r in range(futures):
        rows = slice(stream.first[r], stream.first[r + 1])
        play_plainly(stream.arrival[rows], stream.limit[rows], agents, minutes * 60.0, 5 + r, good[r], every[r])
    share = good.sum(axis=0) / every.sum(axis=0)
    return share, np.sqrt(((good - share * every) ** 2).sum(axis=0)) / every.sum(axis=0)


@kernel
def play_plainly(
    arrival: FloatArray, limit: FloatArray, agents: IntArray, length: float, seed: int, good: FloatArray,
    every: FloatArray,
) -> None:  # fmt: skip
    """Add one future's contacts: first come first served, agents finish before they leave."""
    np.random.seed(seed)  # noqa: NPY002 - the generator of compiled code
    ends = [np.random.exponential(AHT) for _ in range(int(CALM_LOAD))]  # noqa: NPY002
    heapq.heapify(ends)
    head, interval, n = 0, 0, arrival.size
    for coming in range(n + 1):  # contacts head .. coming - 1 wait
        moment = arrival[coming] if coming < n else arrival[-1] + 600.0
        while True:
            boundary = (interval + 1) * length
            if len(ends) > 0 and ends[0] <= min(moment, boundary):
                now = heapq.heappop(ends)
            elif boundary <= moment:
                interval += 1
                now = boundary
            else:
                break
            head = serve(arrival, limit, agents[min(interval, agents.size - 1)], head, coming, now, ends, length, good)
        if coming < n:
            every[int(moment // length)] += 1
            head = serve(
                arrival, limit, agents[min(interval, agents.size - 1)], head, coming + 1, moment, ends, length, good
            )


@kernel
def serve(
    arrival: FloatArray, limit: FloatArray, staff: int, head: int, behind: int, now: float, ends: list[float],
    length: float, good: FloatArray,
) -> int:  # fmt: skip
    """Let free agents take those who still wait; return the first who is left."""
    while head < behind and len(ends) < staff:
        if limit[head] > now:
            heapq.heappush(ends, now + np.random.exponential(AHT))  # noqa: NPY002
            if now - arrival[head] <= WITHIN_SECONDS:
                good[int(arrival[head] // length)] += 1
        head += 1
    return head


def main() -> None:
    """Print, by interval and with and without patience, what each way costs around the opening and what it attains."""
    futures = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    for minutes in (15, 30):
        for patience in (None, 240.0):
            compare(minutes, patience, futures)


def compare(minutes: int, patience: float | None, futures: int) -> None:
    """Print one table."""
    patient = "nobody gives up" if patience is None else f"patience {patience:g} s"
    print(f"{minutes} minutes, {patient}; {futures} futures judged")
    middle = 1440 // minutes
    span = slice(middle - BEFORE // minutes, middle + AFTER // minutes)
    plain = required_agents(volumes(minutes) * 60 / minutes, AHT, SHARE, WITHIN_SECONDS, patience)
    ways = {
        "fewest by simulation": optimum(patience, minutes),
        "product": by_product(patience, minutes, "simulation"),
        "product, formula only": by_product(patience, minutes, "formula"),
        "Erlang per interval": np.asarray(plain),
    }
    hours = {name: agents[span].sum() * minutes / 60 for name, agents in ways.items()}
    for name, agents in ways.items():
        share, error = (part[span] for part in judged(agents, patience, minutes, futures))
        below = int(np.sum(share < SHARE - 3 * error))
        worst = int(share.argmin())
        more = hours[name] / hours["fewest by simulation"] - 1
        print(
            f"  {name:24s} {hours[name]:6.0f} agent hours ({more:+6.1%}), worst interval {share[worst]:.3f} "
            f"(+-{error[worst]:.3f}), {below} of {share.size} below the goal by more than 3 errors"
        )


if __name__ == "__main__":
    main()
