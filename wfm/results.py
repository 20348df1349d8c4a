"""What each step gives back. Pure data; files are written by ``data``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from wfm.bound_prices import BoundPrices
from wfm.grid import TimeGrid

__all__ = [
    "Activity", "Attainment", "Budget", "CostBreakdown", "Finding", "Forecast", "ForecastPart", "GrowthBand", "Hire",
    "HurtingInterval", "ModelChoice", "Requirement", "Roster", "RosterStatus", "RosteredShift", "TargetResult",
]  # fmt: skip

FloatArray = NDArray[np.float64]
RosterStatus = Literal["optimal", "feasible", "interrupted", "infeasible"]


@dataclass(frozen=True)
class ModelChoice:
    """Which model forecasts a queue, and why.

    ``errors`` is the rolling-origin WAPE of every candidate; ``weights`` are the shares of the candidates in a
    combination (they sum to 1; empty for a single model).
    """

    queue: str
    model: str
    why: str
    errors: Mapping[str, float] = field(default_factory=dict)
    weights: Mapping[str, float] = field(default_factory=dict)


PartKind = Literal["baseline", "holiday", "event", "driver", "adjustment"]


@dataclass(frozen=True)
class ForecastPart:
    """What one cause adds to the forecast: contacts per day, shape (queues, days); negative where it takes away.

    ``name`` says which: an event phase (``double11 sale_start``), a driver's contact reason (``orders returns``), ...
    """

    kind: PartKind
    name: str
    contacts: FloatArray


@dataclass(frozen=True)
class GrowthBand:
    """How event peaks grow with the ordinary level, and what the days would be at both ends.

    ``exponent`` in [0, 1] is what past editions suggest (0: peaks stay the numbers they were; 1: they keep their ratio
    to the level), ``sd`` how sure that is. ``as_before`` and ``with_level`` are contacts per day at exponent 0 and 1,
    shape (queues, days).
    """

    exponent: float
    sd: float
    as_before: FloatArray
    with_level: FloatArray


@dataclass(frozen=True)
class Forecast:
    """Contacts and handle time per queue and interval, as sample paths.

    Attributes
    ----------
    grid : TimeGrid
    queues : tuple of str
    paths : float32 array (paths, queues, intervals)
        Contacts offered, whole numbers, bots included. Intervals in which the queue is closed hold 0.
    rate : float array (queues, intervals)
        Mean of the forecast distribution; ``paths.mean(axis=0)`` up to sampling noise.
    aht_seconds : float array (queues, intervals)
    models : tuple of ModelChoice
    baseline : float array (queues, days) or None
        Contacts per day without events; the difference to the day's mean is what events add.
    event_notes : tuple of (date, queue, text)
        Which event phase acts on which day.
    parts : tuple of ForecastPart
        Baseline first, then what each cause adds; their sum is ``daily_rate``.
    containment : float array (queues, intervals) or None
        Share of contacts that bots keep from people; None: each queue's ``bot_containment`` throughout.
    growth : GrowthBand or None
        How peaks were taken to grow, with the band from 0 to 1.
    warnings : tuple of str
    """

    grid: TimeGrid
    queues: tuple[str, ...]
    paths: NDArray[np.float32]
    rate: FloatArray
    aht_seconds: FloatArray
    models: tuple[ModelChoice, ...] = ()
    baseline: FloatArray | None = None
    event_notes: tuple[tuple[date, str, str], ...] = ()
    parts: tuple[ForecastPart, ...] = ()
    containment: FloatArray | None = None
    growth: GrowthBand | None = None
    warnings: tuple[str, ...] = ()

    def quantile(self, share: float) -> FloatArray:
        """Return the quantile of contacts per interval: shape (queues, intervals)."""
        return np.quantile(self.paths, share, axis=0).astype(np.float64)

    @cached_property
    def daily_paths(self) -> FloatArray:
        """Contacts per day of each path: shape (paths, queues, days)."""
        first = [self.grid.slots_of_day(d).start for d in range(self.grid.days)]
        return np.add.reduceat(self.paths.astype(np.float64), first, axis=2)

    @cached_property
    def daily_rate(self) -> FloatArray:
        """Mean contacts per day: shape (queues, days)."""
        first = [self.grid.slots_of_day(d).start for d in range(self.grid.days)]
        return np.add.reduceat(self.rate, first, axis=1)


@dataclass(frozen=True)
class Requirement:
    """Agents on seat that each queue needs per interval.

    Attributes
    ----------
    load_erlangs, agents_required, agents_with_shrinkage : float arrays (queues, intervals)
        Offered work in erlangs (agents busy on average, concurrency already used); the smallest whole number of agents
        for the targets; the same with room for unplanned shrinkage. Never NaN, never negative.
    methods : mapping
        Queue id -> which method applied, in words.
    decided_by : object array (queues, intervals) of str, or None
        What asked for most in each interval: ``target 1``, ``busy`` (occupancy), ``least`` (one agent), ``closed``.
    by_formula : float array (queues, intervals) or None
        Agents before the correction by simulation.
    peak_erlangs : float array (queues, intervals) or None
        Highest offered load of the cells inside the interval.
    budgets : tuple of Budget
    warnings : tuple of str
        Targets that no number of agents reaches, deadlines that break, ...
    """

    grid: TimeGrid
    queues: tuple[str, ...]
    load_erlangs: FloatArray
    agents_required: FloatArray
    agents_with_shrinkage: FloatArray
    methods: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    decided_by: NDArray[np.object_] | None = None
    by_formula: FloatArray | None = None
    peak_erlangs: FloatArray | None = None
    budgets: tuple[Budget, ...] = ()


@dataclass(frozen=True)
class RosteredShift:
    """One person's shift; ``date`` is the local day on which it starts; ``start`` and ``end`` are aware local times."""

    employee_id: str
    name: str
    contract: str
    team: str
    date: date
    shift: str
    start: datetime
    end: datetime
    paid_hours: float
    overtime_hours: float
    cost: float


@dataclass(frozen=True)
class Activity:
    """One stretch inside a shift: ``work``, ``meal``, ``break`` or ``training``; empty ``queue``: routing decides."""

    employee_id: str
    date: date
    activity: str
    queue: str
    start: datetime
    end: datetime
    paid: bool


@dataclass(frozen=True)
class Hire:
    """A person not yet named who is taken on; trains from ``training_from`` to the day before ``on_seat_from``."""

    employee_id: str
    contract: str
    training_from: date
    on_seat_from: date
    cost: float


@dataclass(frozen=True)
class CostBreakdown:
    """What the plan costs, in the plan's currency.

    ``wages`` are the paid hours at the plain rate (training included), ``premium`` what overtime, rest-day and holiday
    work adds, ``hiring`` the fee per hire plus training before the horizon, ``guaranteed_unused`` guaranteed hours paid
    without work, ``shortage`` the price of missing agents (not money spent, but part of what is minimised).
    """

    wages: float = 0.0
    premium: float = 0.0
    hiring: float = 0.0
    guaranteed_unused: float = 0.0
    shortage: float = 0.0

    @property
    def spent(self) -> float:
        """Money spent: everything but the shortage."""
        return self.wages + self.premium + self.hiring + self.guaranteed_unused

    @property
    def total(self) -> float:
        """What the roster engine minimises."""
        return self.spent + self.shortage


@dataclass(frozen=True)
class Roster:
    """Who works when.

    Attributes
    ----------
    status : str
        ``optimal`` (gap at most 0.01 %), ``feasible``, ``interrupted`` or ``infeasible``.
    shifts, activities, hires : tuples
    scheduled : float array (queues, intervals)
        Agents on seat that serve each queue (time average, speed counted), a person split over queues counts in parts.
    cost : CostBreakdown
    bound : float
        Proven lower bound of ``cost.total``.
    gap : float
        ``(cost.total - bound) / cost.total``, 0 when the cost is 0.
    way : str
        Which method built it, in words.
    notes : tuple of str
        Limits that bind, fallbacks, what was cut short.
    prices : BoundPrices or None
        The proof of the bound; None where it needs no prices or was proven by an integer program alone.
    """

    status: RosterStatus
    grid: TimeGrid
    queues: tuple[str, ...]
    shifts: tuple[RosteredShift, ...]
    activities: tuple[Activity, ...]
    hires: tuple[Hire, ...]
    scheduled: FloatArray
    cost: CostBreakdown
    bound: float
    gap: float
    way: str = ""
    notes: tuple[str, ...] = ()
    prices: BoundPrices | None = None


@dataclass(frozen=True)
class TargetResult:
    """One target in one period: what to expect and with which probability.

    ``period`` is an ISO date, an ISO interval start, or ``horizon``. ``goal`` and ``expected`` are shares, or seconds
    for ``average_response``. ``p10`` is the value that 90 % of the sampled futures do better than (the 90th percentile
    where less is better). ``met``: the wanted probability (``confidence``, 0.5 when not stated) is reached.
    ``standard_error`` is that of ``expected`` over the replications, ``counted`` how many contacts, rounds or customers
    (``count``) it rests on per replication, ``number`` the target's place in its queue (0 = first).
    """

    queue: str
    metric: str
    seconds: float | None
    window: str
    over: str
    period: str
    goal: float
    expected: float
    p10: float
    probability_met: float
    met: bool
    standard_error: float = float("nan")
    counted: float = float("nan")
    count: str = "contact"
    number: int = 0


@dataclass(frozen=True)
class HurtingInterval:
    """An interval that costs a target most of what keeps it from being perfect.

    ``number`` is the target's place in its queue, ``period`` the one that the interval lies in, ``missed`` the mean
    number of late or lost contacts (seconds of response for averages) that arrive in it, ``share`` that over the sum
    of the horizon.
    """

    queue: str
    number: int
    period: str
    start: datetime
    missed: float
    share: float


@dataclass(frozen=True)
class Budget:
    """What a rolling 30-day target may still lose, given the days already past.

    ``end`` is the last day of the 30; ``counted_past`` and ``missed_past`` come from ``attained.csv``,
    ``expected`` is what the plan's days add, ``left`` what may still be missed (contacts; seconds for averages) until
    then, negative when the target is lost already.
    """

    queue: str
    number: int
    end: date
    counted_past: float
    missed_past: float
    expected: float
    left: float


@dataclass(frozen=True)
class Attainment:
    """What the simulated roster attains.

    Attributes
    ----------
    targets : tuple of TargetResult
    answered_within_mean, answered_within_p10 : float arrays (queues, intervals)
        Share answered within the queue's (first) target time by interval; NaN where nothing arrived in any future.
    probability_all_met : float
        Share of sampled futures in which every target holds in every period.
    replications : int
    """

    grid: TimeGrid
    queues: tuple[str, ...]
    targets: tuple[TargetResult, ...]
    answered_within_mean: FloatArray
    answered_within_p10: FloatArray
    probability_all_met: float
    replications: int
    hurting: tuple[HurtingInterval, ...] = ()


@dataclass(frozen=True, order=True)
class Finding:
    """One rule that a roster breaks (severity ``error``) or strains (``warning``)."""

    rule: str
    severity: str
    employee_id: str
    date: str
    detail: str
