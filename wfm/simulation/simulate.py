"""The roster played against sampled demand: what the targets will be, with which probability."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np

from wfm.inputs import Inputs
from wfm.progress import Progress, silent
from wfm.results import Attainment, Forecast
from wfm.simulation.draws import draw_contacts, draw_seats
from wfm.simulation.engine import play
from wfm.simulation.model import FloatArray
from wfm.simulation.people import RosterView, read_stretches
from wfm.simulation.prepare import prepare_demand, prepare_desk, shrinkage_by_profile
from wfm.simulation.tally import tally
from wfm.simulation.targets import Gauge, Sums, gauges_of, judge, pack, quantile

__all__ = ["RosterView", "simulate"]


def simulate(
    inputs: Inputs,
    forecast: Forecast,
    roster: RosterView,
    seed: int,
    replications: int | None = None,
    absence: float = 1.0,
    progress: Progress = silent,
    jobs: int | None = None,
) -> Attainment:
    """Return what the roster attains when it is played against sampled demand.

    Replication ``r`` takes the contacts of forecast path ``r`` (from the first again after the last) and random
    numbers of its own; people, routing and handling follow the rules in :mod:`wfm.simulation.engine`.

    Parameters
    ----------
    inputs : Inputs
        Queues, targets, people and contracts.
    forecast : Forecast
        Sample paths of contacts, and handle times.
    roster : RosterView
        Only ``shifts``, ``activities`` and ``hires`` are read.
    seed : int
        Scenarios with the same seed meet the same customers and absences, as far as they share them.
    replications : int, optional
        The plan's ``[simulation] replications`` when not given.
    absence : float
        Factor on every queue's unplanned shrinkage.
    progress : Progress
        Told after each replication.
    jobs : int, optional
        Threads; the processors at hand when not given. The result does not depend on it.

    Notes
    -----
    The first response is the moment a person takes a call or chat, and the moment an e-mail is finished. A target
    counts the contacts that reach people and arrive in its clock window: ``answered_within`` and ``resolved_within``
    those in time / all, ``abandoned`` those that left / all, ``average_response`` the mean wait until answered or
    left (at most 600 s for each call or chat). Contacts open at the horizon's end count as late once they are older
    than the target time, else they stay out. The desk starts empty.

    ``answered_within_mean`` and ``_p10`` take the time of the queue's first target (30 s when it has none; e-mail:
    finished within it, 24 h when it has none). Unplanned absence is drawn by person and half hour.
    """
    count = replications if replications is not None else inputs.plan.simulation.replications
    gauges = gauges_of([inputs.plan.queue_by_id(name) for name in forecast.queues], forecast.grid)
    sums = _replicate(inputs, forecast, roster, seed, count, absence, progress, jobs, gauges)
    judged = [judge(gauge, part) for gauge, part in zip(gauges, sums, strict=True) if gauge.target is not None]
    holds = np.array([hold for _, hold in judged], dtype=np.bool_).reshape(-1, count)
    coverage = [part for gauge, part in zip(gauges, sums, strict=True) if gauge.target is None]
    return Attainment(
        grid=forecast.grid,
        queues=forecast.queues,
        targets=tuple(result for results, _ in judged for result in results),
        answered_within_mean=np.array([part.mean for part in coverage]),
        answered_within_p10=np.array([quantile(part.ratio, 0.1) for part in coverage]),
        probability_all_met=float(holds.all(axis=0).mean()),
        replications=count,
    )


def _replicate(
    inputs: Inputs, forecast: Forecast, roster: RosterView, seed: int, count: int, absence: float,
    progress: Progress, jobs: int | None, gauges: list[Gauge],
) -> list[Sums]:  # fmt: skip
    """Return the sums of every gauge over all replications."""
    queues = [inputs.plan.queue_by_id(name) for name in forecast.queues]
    stretches = read_stretches(inputs, forecast.grid, forecast.queues, roster)
    desk, demand = prepare_desk(queues, stretches.speed), prepare_demand(forecast, queues)
    presence = stretches.presence(shrinkage_by_profile(forecast, queues, stretches.speed, absence))
    packed, offsets = pack(gauges, queues)
    horizon = forecast.grid.n * demand.interval_seconds
    seed &= 2**63 - 1

    def one(r: int) -> tuple[FloatArray, FloatArray]:
        contacts = draw_contacts(demand, forecast.paths[r % len(forecast.paths)], seed, r)
        seats = draw_seats(presence, seed, r)
        outcome = play(desk, contacts, seats, len(stretches.people), horizon)
        return tally(contacts, outcome, packed, int(offsets[-1]), horizon)

    upper, lower = np.empty((count, offsets[-1])), np.empty((count, offsets[-1]))
    with ThreadPoolExecutor(jobs or os.cpu_count() or 1) as pool:
        for r, (above, below) in enumerate(pool.map(one, range(count))):
            upper[r], lower[r] = above, below
            progress("simulate", (r + 1) / count, f"{r + 1} of {count} futures")
    return [Sums(upper[:, a:b], lower[:, a:b]) for a, b in pairwise(offsets)]
