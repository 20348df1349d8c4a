"""The tables beside the plan, as read: history, people, events, drivers. Pure data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from wfm.plan import Contract, Plan
from wfm.rules import DayTypes, LabourRules

__all__ = [
    "Adjustment", "Agent", "Attained", "Driver", "Event", "FixedShift", "History", "Inputs", "Preference", "Prior",
    "SeriesTable", "TimeOff",
]  # fmt: skip

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Agent:
    """One named person.

    Attributes
    ----------
    queues : mapping
        Queue id -> relative speed of this person on it (1.0 = standard).
    hired_on : date or None
        First day of employment; training days (by contract) follow, then the first day on seat.
    leaves_on : date or None
        Last day of employment (inclusive).
    attributes : frozenset of str
        ``pregnant`` (from month 7), ``nursing``, ``minor``, ``intern``, ``part_time_student``, ...
    """

    employee_id: str
    name: str
    contract: str
    team: str
    queues: Mapping[str, float]
    hired_on: date | None = None
    leaves_on: date | None = None
    attributes: frozenset[str] = frozenset()


@dataclass(frozen=True)
class TimeOff:
    """Whole days (both inclusive) on which a person does not work."""

    employee_id: str
    start: date
    end: date
    kind: str = ""


@dataclass(frozen=True)
class Preference:
    """A wish: positive weight = would like, negative = would rather not. ``shift`` is a shift id, ``""`` = any work."""

    employee_id: str
    date: date
    shift: str
    weight: float


@dataclass(frozen=True)
class FixedShift:
    """A published shift that must not move. Days before the plan's start are the past: they bind rest and runs.

    ``line`` is its line in fixed_shifts.csv, 0 when it was not read from there.
    """

    employee_id: str
    date: date
    shift: str
    start: datetime
    end: datetime
    line: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Event:
    """One phase of a promotion or holiday on a platform; local times, both inclusive.

    ``has_hour`` tells whether the calendar states a clock time for the start. ``scale`` is the planner's factor on the
    learned effect (1 = as learned). ``like`` names the event that it is expected to resemble, ``""`` for none.
    """

    event: str
    platform: str
    phase: str
    start: datetime
    end: datetime
    has_hour: bool = False
    scale: float = 1.0
    source: str = ""
    confidence: str = ""
    like: str = ""


@dataclass(frozen=True)
class Driver:
    """A daily quantity that moves contacts: orders, GMV, campaign spend; past and planned."""

    date: date
    name: str
    value: float


@dataclass(frozen=True)
class Prior:
    """What the days of one part of a phase did in one edition of an event, for a history that does not hold it.

    Attributes
    ----------
    edition : str
        Like ``double11 2025``, or ``flashsale 2024-06-12`` where a year saw several.
    event, platform, phase : str
        The event, or the one that it is like; the platform, ``all`` for queues that hear of all; the phase by its name
        in the calendar or its kind (``sale``, ``wave``, ``main``, ...).
    part : str
        Which day of the phase: ``eve`` before an opening, ``part`` the day of an evening's opening, ``full1`` to
        ``full3`` the first full days, ``day5`` the fifth day after the start, ...
    queue : str
    multiple : float
        Contacts over those of an ordinary day.
    sd : float
        How sure that is: standard deviation of its logarithm.
    level : float or None
        Contacts of an ordinary day then.
    line : int
        Its line in priors.csv, 0 when it was not read from there.
    """

    edition: str
    event: str
    platform: str
    phase: str
    part: str
    queue: str
    multiple: float
    sd: float
    level: float | None = None
    line: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Adjustment:
    """One thing that the planner knows better than the forecast.

    Attributes
    ----------
    queues : tuple of str
        Ids of the queues that it is about; empty = every queue.
    start, end : datetime
        Aware; the end is exclusive.
    action : str
        ``set``, ``add`` or ``multiply``.
    value : float
        A factor for ``multiply``. For ``set`` and ``add``: contacts of all its queues over the whole range together
        (``offered``), or seconds per contact (``aht_seconds``).
    measure : str
    reason : str
        What the forecast's part is called; empty: the line describes itself.
    line : int
        Its line in adjustments.csv, 0 when it was not read from there.
    """

    queues: tuple[str, ...]
    start: datetime
    end: datetime
    action: Literal["set", "add", "multiply"]
    value: float
    measure: Literal["offered", "aht_seconds"] = "offered"
    reason: str = ""
    line: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Attained:
    """What a target reached on one past day, for targets over 30 days.

    ``target`` is its 1-based number in the queue; ``counted`` contacts, rounds or customers; ``value`` the share
    in time (``abandoned``, ``no_service``: the share lost) or the mean seconds. ``line`` is its line in attained.csv.
    """

    date: date
    queue: str
    target: int
    counted: float
    value: float
    line: int = field(default=0, compare=False)


@dataclass(frozen=True)
class History:
    """Past contacts in long form, one entry per queue and interval, sorted by queue then time.

    Attributes
    ----------
    queues : tuple of str
        Names that ``queue`` points into.
    queue : int array (rows,)
    start : int64 array (rows,)
        Unix seconds of the interval's start.
    minutes : int array (rows,)
        Length of the row's interval (5..60, or 1440 for daily rows).
    offered, handled, abandoned, aht_seconds : float arrays (rows,)
        NaN where the file says nothing. ``offered`` counts all contacts, those that a bot contains included.
    """

    queues: tuple[str, ...]
    queue: NDArray[np.int64]
    start: NDArray[np.int64]
    minutes: NDArray[np.int64]
    offered: FloatArray
    handled: FloatArray
    abandoned: FloatArray
    aht_seconds: FloatArray

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(self.start)

    def until(self, unix_seconds: int) -> History:
        """Return the history whose intervals start before a moment: what a forecaster may see."""
        keep = self.start < unix_seconds
        columns = (self.queue, self.start, self.minutes, self.offered, self.handled, self.abandoned, self.aht_seconds)
        return History(self.queues, *(column[keep] for column in columns))  # type: ignore[arg-type]


@dataclass(frozen=True)
class SeriesTable:
    """Numbers that a plan brings itself, on the plan's grid: name -> array (queues, intervals), NaN where missing."""

    values: Mapping[str, FloatArray]


@dataclass(frozen=True)
class Inputs:
    """Everything that a plan folder says, checked: what the chain works on.

    Attributes
    ----------
    adjustments : tuple of Adjustment
        In the order in which they apply.
    own_forecast, own_requirement : SeriesTable or None
        Given when the plan brings ``forecast.csv`` (``offered_mean``, ``offered_p10``, ``offered_p50``,
        ``offered_p90``, ``aht_seconds``) or ``requirement.csv`` (``load_erlangs``, ``agents_required``,
        ``agents_with_shrinkage``).
    input_hash : str
        SHA-256 over the bytes of all files that were read (and the scenario's), hex.
    """

    plan: Plan
    rules: LabourRules
    day_types: DayTypes
    history: History
    agents: tuple[Agent, ...] = ()
    time_off: tuple[TimeOff, ...] = ()
    preferences: tuple[Preference, ...] = ()
    fixed_shifts: tuple[FixedShift, ...] = ()
    events: tuple[Event, ...] = ()
    drivers: tuple[Driver, ...] = ()
    adjustments: tuple[Adjustment, ...] = ()
    priors: tuple[Prior, ...] = ()
    attained: tuple[Attained, ...] = ()
    own_forecast: SeriesTable | None = None
    own_requirement: SeriesTable | None = None
    input_hash: str = ""
    rule_sources: Mapping[str, str] = field(default_factory=dict)

    def contract_of(self, agent: Agent) -> Contract:
        """Return the contract of a person."""
        return self.plan.contract_by_id(agent.contract)
