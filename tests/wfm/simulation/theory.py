"""Exact values to hold the simulator against, computed here from balance equations, and stations to play."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wfm.simulation.draws import draw_contacts
from wfm.simulation.engine import play
from wfm.simulation.model import PHONE, Contacts, Demand, Desk, Outcome, Seats

FloatArray = NDArray[np.float64]
HOUR = 3600.0


@dataclass(frozen=True)
class Exact:
    """Steady state of a queue: shares of all arrivals, and mean seconds waited by all."""

    p_wait: float
    p_abandon: float
    wait_seconds: float


def birth_death(per_second: float, servers: int, aht_seconds: float, patience_seconds: float = np.inf) -> Exact:
    """Return M/M/n (+M) from its balance equations, summed over 20,000 states."""
    states = np.arange(20_000)
    waiting = np.maximum(states - servers, 0)
    death = np.minimum(states, servers) / aht_seconds + waiting / patience_seconds
    logs = np.concatenate([[0.0], np.cumsum(np.log(per_second) - np.log(death[1:]))])
    weight = np.exp(logs - logs.max())
    weight /= weight.sum()
    queue = float(weight @ waiting)
    return Exact(float(weight[states >= servers].sum()), queue / patience_seconds / per_second, queue / per_second)


def station(
    agents: int, channel: int = PHONE, speedup: Sequence[float] = (1.0,), priority: Sequence[int] = (1,)
) -> tuple[Desk, Seats]:
    """Return equal people who serve every queue and never leave."""
    queues = len(priority)
    desk = Desk(
        channel=np.full(queues, channel),
        concurrency=np.full(queues, len(speedup)),
        priority=np.array(priority),
        speedup=np.tile(np.array(speedup, dtype=np.float64), (queues, 1)),
        allowance_seconds=np.zeros(queues),
        speed=np.ones((1, queues)),
        group=np.zeros(1, np.int64),
        serves=np.ones((1, queues), np.bool_),
        groups_of=np.zeros((queues, 1), np.int64),
    )
    return desk, Seats(np.zeros(agents), np.arange(agents), np.zeros(agents, np.int64))


def poisson_runs(
    desk: Desk,
    seats: Seats,
    per_hour: FloatArray,
    aht_seconds: float,
    patience_seconds: Sequence[float],
    runs: int,
) -> Iterator[tuple[Contacts, Outcome]]:
    """Play Poisson arrivals; ``per_hour`` is (queues, hours)."""
    queues, hours = per_hour.shape
    demand = Demand(
        np.arange(queues).astype(np.uint64),
        HOUR,
        np.full((queues, hours), aht_seconds),
        np.array(patience_seconds, dtype=np.float64),
        np.zeros((queues, hours)),
    )
    for run in range(runs):
        offered = np.random.default_rng([run, 1]).poisson(per_hour).astype(np.float32)
        contacts = draw_contacts(demand, offered, 20251111, run)
        yield contacts, play(desk, contacts, seats, len(seats.time), hours * HOUR)


def waits(contacts: Contacts, outcome: Outcome) -> FloatArray:
    """Return each contact's wait until answered or gone, NaN when still waiting at the end."""
    return np.asarray(np.fmin(outcome.answered, outcome.abandoned) - contacts.arrival)


def assert_near(samples: Sequence[float], expected: float, what: str) -> None:
    """Fail when the mean over independent runs lies more than 3 standard errors from the exact value."""
    mean, error = float(np.mean(samples)), float(np.std(samples, ddof=1) / np.sqrt(len(samples)))
    assert abs(mean - expected) <= 3 * error, f"{what}: {mean:.6g} +- {error:.2g}, exact {expected:.6g}"
    assert error <= 0.1 * abs(expected) + 1e-4, f"{what}: too few runs to tell ({error:.2g})"
