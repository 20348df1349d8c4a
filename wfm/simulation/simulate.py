"""The roster played against sampled demand: what the targets will be, with which probability."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wfm.inputs import Inputs
from wfm.plan import Queue
from wfm.progress import Progress, silent
from wfm.results import Attainment, Forecast
from wfm.simulation.draws import draw_contacts, draw_seats
from wfm.simulation.engine import play
from wfm.simulation.messages import Talk, prepare_talk
from wfm.simulation.model import Demand, Desk, FloatArray, Presence
from wfm.simulation.people import RosterView, read_stretches
from wfm.simulation.prepare import absence_by_profile, prepare_demand, prepare_desk
from wfm.simulation.tally import Gauges, tally
from wfm.simulation.targets import Gauge, add_contained, gauges_of, pack
from wfm.simulation.verdict import Sums, hurting, judge, missed, quantile, with_past

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
    Contacts fall into their interval by the slope of the forecast (:mod:`wfm.arrival_shape`). Those that a bot does not
    contain reach people when its dialogue is over: their clock starts at the hand-over, and that is their arrival.
    A closed phone line or chat takes nobody: contacts of intervals that start while it is closed don't come, and a bot
    hands nobody over then. Patience follows the queue's distribution. ``backlog`` waits from the start; it arrived
    before the plan, so it costs work but counts in no target. People, routing, silent leavers, redials and the
    comebacks of newcomers' mistakes follow the rules in :mod:`wfm.simulation.engine`. A redial is a new contact to
    every target; a comeback of a mistake is work, but in no target. The desk starts empty.

    The first response is the moment a person takes a call or chat, and the moment an e-mail is finished. Where a chat's
    rounds are known (:mod:`wfm.simulation.messages`), the first response ends with the first reply; ``round`` counts
    every reply of a contact at the contact's arrival, ``customer`` counts contacts of whom every reply is in time (each
    contact is one customer's day), and averages each customer's replies. An unanswered contact is one round.

    What has no meaning for e-mail (``abandoned``, ``no_service``) is not judged there. A target counts the contacts
    that arrive in its clock window, by its own definition (:class:`wfm.queues.Target`); ``no_service`` counts those
    who are not taken in the moment they arrive. Averages take at most 600 s for each call
    or chat (no limit for e-mail) unless ``cap_seconds`` says otherwise. What is open at the horizon's end counts as
    late, or by its wait so far, once older than the target time, else it stays out. Over 30 days, past days come from
    ``inputs.attained``.

    ``answered_within_mean`` and ``_p10`` take the time of the queue's first target (30 s when it has none; e-mail:
    finished within it, 24 h when it has none). Absence is drawn by person: whole shifts by day, the rest of the
    shrinkage, planned or not, by half hour.
    """
    queues = [inputs.plan.queue_by_id(name) for name in forecast.queues]
    count = replications if replications is not None else inputs.plan.simulation.replications
    gauges = gauges_of(queues, forecast.grid)
    played = _Played.of(inputs, forecast, roster, gauges, queues, absence)
    sums, lost = _replicate(played, forecast, seed & (2**63 - 1), count, progress, jobs)
    sums = [with_past(gauge, part, inputs.attained, forecast.grid) for gauge, part in zip(gauges, sums, strict=True)]
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
        hurting=tuple(
            item
            for gauge, row in zip(gauges, lost, strict=True) if gauge.target is not None
            for item in hurting(gauge, row, forecast.grid)
        ),
    )  # fmt: skip


@dataclass(frozen=True)
class _Played:
    """All that the replications share."""

    desk: Desk
    demand: Demand
    presence: Presence
    people: int
    queues: list[Queue]
    gauges: list[Gauge]
    packed: Gauges
    talk: Talk
    horizon_seconds: float

    @classmethod
    def of(
        cls, inputs: Inputs, forecast: Forecast, roster: RosterView, gauges: list[Gauge], queues: list[Queue],
        absence: float,
    ) -> _Played:  # fmt: skip
        grid = forecast.grid
        stretches = read_stretches(inputs, grid, forecast.queues, roster)
        desk = prepare_desk(queues, stretches.speed, stretches.errors, grid)
        demand = prepare_demand(forecast, queues, float(stretches.errors.max(initial=0.0)))
        presence = stretches.presence(*absence_by_profile(forecast, queues, stretches.speed, absence))
        return cls(
            desk, demand, presence, len(stretches.people), queues, gauges, pack(gauges, queues, grid),
            prepare_talk(queues), grid.n * demand.interval_seconds,
        )  # fmt: skip

    def once(self, offered: NDArray[np.float32], seed: int, replication: int) -> tuple[FloatArray, FloatArray]:
        """Return the sums above and below the line of one replication: arrays (gauges, intervals)."""
        contacts = draw_contacts(self.demand, offered, seed, replication)
        seats = draw_seats(self.presence, seed, replication)
        levels = bool(self.talk.step.any())
        outcome = play(self.desk, contacts, seats, self.people, self.horizon_seconds, levels)
        upper, lower = tally(contacts, outcome, self.packed, self.talk, self.horizon_seconds)
        add_contained(self.gauges, self.queues, self.talk, contacts.contained, upper, lower)
        return upper, lower


def _replicate(
    played: _Played, forecast: Forecast, seed: int, count: int, progress: Progress, jobs: int | None
) -> tuple[list[Sums], FloatArray]:
    """Return the sums of every gauge by replication and period, and the mean missed by gauge and interval."""
    gauges = played.gauges
    sums = [Sums(*np.zeros((2, count, len(gauge.labels)))) for gauge in gauges]
    lost = np.zeros((len(gauges), forecast.grid.n))

    def one(r: int) -> tuple[FloatArray, FloatArray]:
        return played.once(forecast.paths[r % len(forecast.paths)], seed, r)

    with ThreadPoolExecutor(jobs or os.cpu_count() or 1) as pool:
        for r, (upper, lower) in enumerate(pool.map(one, range(count))):
            for g, gauge in enumerate(gauges):
                sums[g].upper[r], sums[g].lower[r] = gauge.by_period(upper[g]), gauge.by_period(lower[g])
                lost[g] += missed(gauge, upper[g], lower[g])
            progress("simulate", (r + 1) / count, f"{r + 1} of {count} futures")
    return sums, lost / count
