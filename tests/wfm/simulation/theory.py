"""Exact values to hold the simulator against, computed here from balance equations, and stations to play."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wfm.queues import Queue
from wfm.simulation.draws import draw_contacts
from wfm.simulation.engine import play
from wfm.simulation.model import CHAT, EMAIL, PHONE, Contacts, Demand, Desk, Outcome, Seats
from wfm.simulation.patience import patience_row
from wfm.simulation.prepare import prepare_desk
from wfm.staffing.patience import Patience

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
    agents: int, channel: int = PHONE, speedup: Sequence[float] = (1.0,), priority: Sequence[int] = (1,),
    errors: float = 0.0, **queue: Any,
) -> tuple[Desk, Seats]:  # fmt: skip
    """Return equal people who serve every queue and never leave; ``queue`` are further keys of every queue."""
    queues = len(priority)
    names = {PHONE: "phone", CHAT: "chat", EMAIL: "email"}
    made = [
        Queue(
            id=f"q{q}",
            channel=names[channel],
            concurrency=len(speedup),
            concurrency_speedup=tuple(speedup),
            priority=first,
            **queue,
        )
        for q, first in enumerate(priority)
    ]
    desk = prepare_desk(made, np.ones((1, queues)), np.array([errors]))
    return desk, Seats(np.zeros(agents), np.arange(agents), np.zeros(agents, np.int64))


def poisson_runs(
    desk: Desk,
    seats: Seats,
    per_hour: FloatArray,
    aht_seconds: float,
    patience: Sequence[float | Patience],
    runs: int,
    **demand: Any,
) -> Iterator[tuple[Contacts, Outcome]]:
    """Play Poisson arrivals; ``per_hour`` is (queues, hours), ``patience`` a mean of exponentials or a distribution."""
    hours = per_hour.shape[1]
    drawn = steady_demand(per_hour, aht_seconds, patience)._replace(**demand)
    for run in range(runs):
        offered = np.random.default_rng([run, 1]).poisson(per_hour).astype(np.float32)
        contacts = draw_contacts(drawn, offered, 7, run)
        yield contacts, play(desk, contacts, seats, len(seats.time), hours * HOUR)


def steady_demand(per_hour: FloatArray, aht_seconds: float, patience: Sequence[float | Patience]) -> Demand:
    """Return contacts without bots, comebacks or backlog, evenly inside each hour."""
    queues = len(per_hour)
    rows = [patience_row(_patience(one)) for one in patience]
    zeros, none = np.zeros(per_hour.shape), np.zeros(queues)
    return Demand(
        key=np.arange(queues).astype(np.uint64),
        interval_seconds=HOUR,
        aht_seconds=np.full(per_hour.shape, aht_seconds),
        slope=zeros,
        containment=zeros,
        bot_seconds=none,
        patience_kind=np.array([row.kind for row in rows], dtype=np.int64),
        patience_scale=np.array([row.scale for row in rows]),
        patience_power=np.array([row.power for row in rows]),
        patience_table=np.array([row.table for row in rows]),
        silent=none,
        redial=none,
        comes=np.ones(per_hour.shape, dtype=np.bool_),
        most_errors=0.0,
        backlog=np.zeros(queues, np.int64),
        backlog_age=none,
        backlog_gone=none,
        backlog_opens=none,
    )


def _patience(patience: float | Patience) -> Patience | None:
    if isinstance(patience, Patience):
        return patience
    return None if np.isinf(patience) else Patience.of("exponential", patience)


def waits(outcome: Outcome) -> FloatArray:
    """Return each contact's wait until answered or gone, NaN when still waiting at the end (or never there)."""
    return np.asarray(np.fmin(outcome.answered, outcome.abandoned) - outcome.arrival)


def assert_near(samples: Sequence[float], expected: float, what: str) -> None:
    """Fail when the mean over independent runs lies more than 3 standard errors from the exact value."""
    mean, error = float(np.mean(samples)), float(np.std(samples, ddof=1) / np.sqrt(len(samples)))
    assert abs(mean - expected) <= 3 * error, f"{what}: {mean:.6g} +- {error:.2g}, exact {expected:.6g}"
    assert error <= 0.1 * abs(expected) + 1e-4, f"{what}: too few runs to tell ({error:.2g})"
