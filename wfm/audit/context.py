"""What every rule looks at: people, shifts and activities of one roster, in absolute minutes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from wfm.audit.earnings import Earned, earnings
from wfm.audit.entities import TRAINING, Person, Stretch, Work
from wfm.inputs import Agent, FixedShift, Inputs
from wfm.plan import Contract, ShiftTemplate
from wfm.results import Activity, Hire, RosteredShift

if TYPE_CHECKING:
    from wfm.audit.claims import BoundClaim

__all__ = ["TOLERANCE", "Breach", "Context"]

TOLERANCE = 1e-6  # hours and shares: far below a minute, far above rounding in floating point
_TRAINING_CLOCK = 9 * 60


@dataclass(frozen=True)
class Breach:
    """One place where a rule does not hold; the rule's name is added by the catalogue."""

    detail: str
    employee_id: str = ""
    day: date | None = None
    severity: str = "error"


class Context:
    """A roster with everything looked up that the rules ask for.

    Parameters
    ----------
    inputs : Inputs
    shifts, activities, hires : sequences
        The roster as read from its files.
    claim : BoundClaim, optional
        What it claims about its bound.

    Attributes
    ----------
    people : dict of str to Person
        By employee id; people whose contract the plan does not have are left out.
    works : list of Work
        The rows of the roster, by start.
    timelines : dict of str to list of Work
        Past and rostered shifts of each person, by start.
    strays : list of Activity
        Activities that belong to no shift.
    """

    def __init__(
        self, inputs: Inputs, shifts: Sequence[RosteredShift], activities: Sequence[Activity], hires: Sequence[Hire],
        claim: BoundClaim | None = None,
    ) -> None:  # fmt: skip
        self.inputs = inputs
        self.claim = claim
        self.plan = inputs.plan
        self.rules = inputs.rules
        self.hires = tuple(hires)
        self.zone = ZoneInfo(inputs.plan.plan.timezone)
        self.start, self.end = inputs.plan.plan.start, inputs.plan.plan.end
        self.contracts: dict[str, Contract] = {contract.id: contract for contract in inputs.plan.contract}
        self.templates: dict[str, ShiftTemplate] = {template.id: template for template in inputs.plan.shift}
        self.people = dict(self._people())
        assigned, self.strays = self._assign(shifts, activities)
        rows = (self._work(row, assigned[number]) for number, row in enumerate(shifts))
        self.works = sorted(rows, key=lambda work: (work.begin, work.employee_id))
        self.timelines = self._timelines()

    def _people(self) -> Iterator[tuple[str, Person]]:
        for hire in self.hires:
            if hire.contract in self.contracts:
                yield hire.employee_id, self.hired(hire)
        for agent in self.inputs.agents:
            if agent.contract in self.contracts:
                yield agent.employee_id, self._named(agent)

    def _named(self, agent: Agent) -> Person:
        contract = self.contracts[agent.contract]
        seat_from = agent.hired_on and agent.hired_on + timedelta(days=contract.training_days)
        return Person(
            agent.employee_id, agent.name, agent.team, contract, frozenset(agent.queues), agent.hired_on, seat_from,
            agent.leaves_on, agent.attributes | {contract.kind}, is_hire=False,
        )  # fmt: skip

    def hired(self, hire: Hire) -> Person:
        """Return somebody who is taken on, as a person."""
        contract = self.contracts[hire.contract]
        queues = frozenset(contract.queues or (queue.id for queue in self.plan.queue))
        return Person(
            hire.employee_id, "", contract.id, contract, queues, hire.training_from, hire.on_seat_from,
            None, frozenset({contract.kind}), is_hire=True,
        )  # fmt: skip

    def _assign(
        self, shifts: Sequence[RosteredShift], activities: Iterable[Activity]
    ) -> tuple[dict[int, list[Stretch]], list[Activity]]:
        """Give each activity to the shift of its person and date; of several, to the one it starts in."""
        of_day: dict[tuple[str, date], list[int]] = defaultdict(list)
        for number, row in enumerate(shifts):
            of_day[row.employee_id, row.date].append(number)
        assigned: dict[int, list[Stretch]] = defaultdict(list)
        strays = []
        for activity in activities:
            numbers = of_day.get((activity.employee_id, activity.date))
            if not numbers:
                strays.append(activity)
                continue
            begin, finish = self.minutes(activity.start), self.minutes(activity.end)
            home = (n for n in numbers if self.minutes(shifts[n].start) <= begin < self.minutes(shifts[n].end))
            stretch = Stretch(activity.activity, activity.queue, begin, finish, activity.paid)
            assigned[next(home, numbers[0])].append(stretch)
        return assigned, strays

    def _work(self, row: RosteredShift, stretches: list[Stretch]) -> Work:
        return Work(
            row.employee_id, row.date, row.shift, self.minutes(row.start), self.minutes(row.end),
            self.people.get(row.employee_id), self.templates.get(row.shift),
            tuple(sorted(stretches, key=lambda stretch: (stretch.begin, stretch.finish))), row,
        )  # fmt: skip

    def _timelines(self) -> dict[str, list[Work]]:
        lines: dict[str, list[Work]] = defaultdict(list)
        for work in (*self.works, *self._past_fixed(), *self._past_training()):
            lines[work.employee_id].append(work)
        return {key: sorted(lines[key], key=lambda work: (work.begin, work.finish)) for key in sorted(lines)}

    def _past_fixed(self) -> Iterator[Work]:
        for fixed in self.inputs.fixed_shifts:
            if fixed.date < self.start:
                yield self._fixed(fixed)

    def _fixed(self, fixed: FixedShift) -> Work:
        person, template = self.people.get(fixed.employee_id), self.templates.get(fixed.shift)
        begin, finish = self.minutes(fixed.start), self.minutes(fixed.end)
        return Work(fixed.employee_id, fixed.date, fixed.shift, begin, finish, person, template)

    def published_minutes(self, fixed: FixedShift) -> int:
        """Return the paid minutes of a published shift: its length without its template's meal."""
        return round(self._fixed(fixed).paid_minutes)

    def _past_training(self) -> Iterator[Work]:
        """The training of hires before the plan's first day: worked, though no row of the roster shows it."""
        for hire in self.hires:
            person = self.people.get(hire.employee_id)
            if person is None:
                continue
            for day in self.days(hire.training_from, min(hire.on_seat_from, self.start)):
                begin, finish = self.training_span(person.contract, day)
                yield Work(hire.employee_id, day, TRAINING, begin, finish, person, None)

    def training_span(self, contract: Contract, day: date) -> tuple[float, float]:
        """Return begin and finish in absolute minutes of a training day."""
        begin = self.wall(day, _TRAINING_CLOCK)
        return begin, begin + contract.training_hours_per_day * 60

    @staticmethod
    def days(first: date, end: date) -> Iterator[date]:
        """Yield the days from ``first`` up to, without, ``end``."""
        for number in range((end - first).days):
            yield first + timedelta(days=number)

    def minutes(self, moment: datetime) -> float:
        """Return absolute minutes (since 1970, UTC); a time without offset is read on the plan's clock."""
        aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=self.zone)
        return aware.timestamp() / 60

    def wall(self, day: date, minute: int) -> float:
        """Return absolute minutes of a local clock time, given in minutes after midnight (may pass 1440)."""
        days, rest = divmod(minute, 1440)
        clock = datetime.combine(day + timedelta(days=days), time(rest // 60, rest % 60), tzinfo=self.zone)
        return clock.timestamp() / 60

    def local(self, minutes: float) -> datetime:
        """Return the local datetime of absolute minutes."""
        return datetime.fromtimestamp(minutes * 60, tz=UTC).astimezone(self.zone)

    def clock(self, minutes: float) -> str:
        """Return a moment as planners write it: ``2025-10-21 23:30``."""
        return self.local(minutes).strftime("%Y-%m-%d %H:%M")

    @cached_property
    def grid_origin(self) -> float:
        """Absolute minutes of the grid's first interval."""
        return self.wall(self.start, 0)

    def on_grid(self, minutes: float, step: int) -> bool:
        """Return whether a moment lies on the grid of ``step`` minutes that starts with the plan."""
        return (minutes - self.grid_origin) % step == 0

    @cached_property
    def earned(self) -> dict[Work, Earned]:
        """Hours by rate and wages of every past or rostered shift of a known person."""
        known = (line for key, line in self.timelines.items() if key in self.people)
        statutory = self.inputs.day_types.statutory
        return {work: got for line in known for work, got in earnings(line, self.rules, statutory)}

    @cached_property
    def published(self) -> frozenset[tuple[str, date, str, float, float]]:
        """Key of every published shift, as :attr:`Work.key`."""
        return frozenset(self._fixed(fixed).key for fixed in self.inputs.fixed_shifts)
