"""Rules about who works: known, inside the plan, present, skilled, employed, hired as agreed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

from wfm.audit.context import Breach, Context
from wfm.audit.entities import Person, Work
from wfm.plan import Contract
from wfm.results import Hire

__all__ = ["employment", "hire_window", "in_horizon", "known_person", "outsourced_names", "skills", "time_off"]

_CENT = 0.01 + 1e-9


def known_person(context: Context) -> Iterator[Breach]:
    """Each row names a person of the people table or a hire, with that person's name, contract and team."""
    for work in context.works:
        if work.row is None:
            continue
        person = work.person
        if person is None:
            yield Breach("nobody with this id and a contract of the plan is known", work.employee_id, work.day)
            continue
        for column, got, expected in (
            ("contract", work.row.contract, person.contract.id),
            ("team", work.row.team, person.team),
        ):
            if got != expected:
                yield Breach(f"{column} '{got}', expected '{expected}'", work.employee_id, work.day)
        if work.row.name != person.name:
            yield Breach("the name differs from the people table", work.employee_id, work.day)


def outsourced_names(context: Context) -> Iterator[Breach]:
    """Outsourced seats are capacity without names: who rosters them by name manages them (warning)."""
    for employee_id, line in context.timelines.items():
        person = context.people.get(employee_id)
        named = [work for work in line if work.row is not None and work.row.name]
        if person is not None and person.contract.kind == "outsourced" and named:
            text = f"{len(named)} shifts of an outsourced seat carry a personal name: it may count as dispatched"
            yield Breach(text, employee_id, named[0].day, "warning")


def in_horizon(context: Context) -> Iterator[Breach]:
    """A shift's date is the local day on which it starts, lies inside the plan, and it ends after its start."""
    for work in context.works:
        if not context.start <= work.day <= context.end:
            text = f"outside the plan of {context.start} to {context.end}"
            yield Breach(text, work.employee_id, work.day)
        if context.local(work.begin).date() != work.day:
            yield Breach(f"starts at {context.clock(work.begin)}, on another day", work.employee_id, work.day)
        if work.finish <= work.begin:
            text = f"ends at {context.clock(work.finish)}, not after its start {context.clock(work.begin)}"
            yield Breach(text, work.employee_id, work.day)


def skills(context: Context) -> Iterator[Breach]:
    """People serve only queues that the plan has and that they hold."""
    known = {queue.id for queue in context.plan.queue}
    for work in context.works:
        for queue in sorted({stretch.queue for stretch in work.stretches if stretch.queue}):
            if queue not in known:
                yield Breach(f"queue '{queue}' is not in the plan", work.employee_id, work.day)
            elif work.person is not None and queue not in work.person.queues:
                held = ", ".join(sorted(work.person.queues)) or "none"
                yield Breach(f"queue '{queue}' is not among the person's: {held}", work.employee_id, work.day)


def time_off(context: Context) -> Iterator[Breach]:
    """No shift starts on, or runs into, a day off."""
    for off in context.inputs.time_off:
        begin, finish = context.wall(off.start, 0), context.wall(off.end + timedelta(days=1), 0)
        for work in context.timelines.get(off.employee_id, ()):
            if work.row is not None and work.begin < finish and work.finish > begin:
                span = f"{context.clock(work.begin)} to {context.clock(work.finish)}"
                text = f"works {span}, in time off from {off.start} to {off.end}"
                yield Breach(text, work.employee_id, work.day)


def employment(context: Context) -> Iterator[Breach]:
    """Nobody works before being hired, on seat before training ended, or after leaving."""
    for work in context.works:
        text = _unemployed(work, work.person) if work.person is not None else ""
        if text:
            yield Breach(text, work.employee_id, work.day)


def _unemployed(work: Work, person: Person) -> str:
    if person.employed_from is not None and work.day < person.employed_from:
        return f"works before the first day, {person.employed_from}"
    if person.seat_from is not None and work.day < person.seat_from and not work.is_training:
        return f"on seat before training ends, first day on seat {person.seat_from}"
    if person.leaves_on is not None and work.day > person.leaves_on:
        return f"works after the last day, {person.leaves_on}"
    return ""


def hire_window(context: Context) -> Iterator[Breach]:
    """Hires fit the contract's headcount and hiring date, train in full right before the first day, at that cost."""
    ids = Counter(hire.employee_id for hire in context.hires)
    ids.update({agent.employee_id for agent in context.inputs.agents} & set(ids))
    for employee_id, count in sorted(ids.items()):
        if count > 1:
            yield Breach("the id of a hire is used more than once", employee_id)
    for hire in context.hires:
        contract = context.contracts.get(hire.contract)
        if contract is None:
            yield Breach(f"hired under contract '{hire.contract}', which the plan does not have", hire.employee_id)
            continue
        yield from _hire_dates(context, hire, contract)
        yield from _hire_cost(context, hire, contract)
        yield from _training_rows(context, hire, contract)
    yield from _hire_headcount(context)
    yield from _training_of_others(context)


def _hire_headcount(context: Context) -> Iterator[Breach]:
    taken_on = Counter(hire.contract for hire in context.hires)
    for contract in context.plan.contract:
        if taken_on[contract.id] > contract.headcount:
            yield Breach(f"contract '{contract.id}': {taken_on[contract.id]} hires, at most {contract.headcount}")


def _hire_dates(context: Context, hire: Hire, contract: Contract) -> Iterator[Breach]:
    days = (hire.on_seat_from - hire.training_from).days
    if days != contract.training_days:
        text = f"{days} training days before {hire.on_seat_from}, expected {contract.training_days}"
        yield Breach(text, hire.employee_id, hire.training_from)
    earliest = contract.hire_from or context.plan.plan.last_known + timedelta(days=1)
    if hire.training_from < earliest:
        text = f"starts training on {hire.training_from}, earliest {earliest}"
        yield Breach(text, hire.employee_id, hire.training_from)


def _hire_cost(context: Context, hire: Hire, contract: Contract) -> Iterator[Breach]:
    before = max(0, (min(hire.on_seat_from, context.start) - hire.training_from).days)
    expected = contract.cost_per_hire + before * contract.training_hours_per_day * contract.cost_per_hour
    if abs(hire.cost - expected) > _CENT:
        text = f"cost {hire.cost:.2f}, expected {expected:.2f} ({before} training days before the plan)"
        yield Breach(text, hire.employee_id, hire.training_from)


def _training_rows(context: Context, hire: Hire, contract: Contract) -> Iterator[Breach]:
    """Compare the training rows of a hire with the training days inside the plan."""
    line = context.timelines.get(hire.employee_id, [])
    rows = [work for work in line if work.is_training and work.row is not None]
    first, end = max(hire.training_from, context.start), min(hire.on_seat_from, context.end + timedelta(days=1))
    wanted = set(context.days(first, end))
    for day in sorted(wanted - {work.day for work in rows}):
        yield Breach("a training day has no row in the roster", hire.employee_id, day)
    for work in rows:
        if work.day not in wanted:
            text = f"training outside {hire.training_from} to the day before {hire.on_seat_from}"
            yield Breach(text, hire.employee_id, work.day)
        elif (work.begin, work.finish) != (span := context.training_span(contract, work.day)):
            got, expected = (f"{context.clock(a)} to {context.clock(b)}" for a, b in ((work.begin, work.finish), span))
            yield Breach(f"training from {got}, expected {expected}", hire.employee_id, work.day)


def _training_of_others(context: Context) -> Iterator[Breach]:
    for work in context.works:
        named = work.person is not None and not work.person.is_hire
        if work.is_training and named and work.key not in context.published:
            yield Breach("training is rostered for hires, and where it was published", work.employee_id, work.day)
