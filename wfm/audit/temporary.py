"""Limits on temporary staff: heads, shares, seats, cost, and experienced people beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import ArrayLike, NDArray

from wfm.audit.context import TOLERANCE, Breach, Context
from wfm.audit.entities import Person, Work
from wfm.plan import ContractLimits

__all__ = [
    "dispatch_share", "per_experienced", "temporary_cost", "temporary_headcount", "temporary_seats", "temporary_share",
]  # fmt: skip

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class _Scope:
    """A group of people with limits: all temporary kinds, or one contract."""

    title: str
    limits: ContractLimits
    holds: Callable[[Person], bool]


def _scopes(context: Context) -> Iterator[_Scope]:
    yield _Scope("temporary staff", context.plan.limits.temporary, lambda person: person.contract.is_temporary)
    for contract in context.plan.contract:
        title = f"contract '{contract.id}'"
        yield _Scope(title, contract.limits, lambda person, own=contract.id: person.contract.id == own)  # type: ignore[misc]


def _heads(context: Context, scope: _Scope) -> int:
    return sum(scope.holds(person) for person in context.people.values())


def temporary_headcount(context: Context) -> Iterator[Breach]:
    """People of temporary kinds, named and taken on, stay within the headcount."""
    for scope in _scopes(context):
        limit, heads = scope.limits.headcount_max, _heads(context, scope)
        if limit is not None and heads > limit:
            yield Breach(f"{scope.title}: {heads} people, at most {limit}")


def temporary_share(context: Context) -> Iterator[Breach]:
    """People of temporary kinds stay within their share of all people."""
    everybody = len(context.people)
    for scope in _scopes(context):
        limit, heads = scope.limits.share_max, _heads(context, scope)
        if limit is not None and heads > limit * everybody + TOLERANCE:
            share = heads / everybody
            yield Breach(f"{scope.title}: {heads} of {everybody} people ({share:.1%}), at most {limit:.1%}")


def dispatch_share(context: Context) -> Iterator[Breach]:
    """Dispatched people stay within their share of employees and dispatched people."""
    limit = context.plan.limits.temporary.dispatch_share_max
    kinds = [person.contract.kind for person in context.people.values()]
    dispatched, base = kinds.count("dispatch"), kinds.count("dispatch") + kinds.count("employee")
    if limit is not None and dispatched > limit * base + TOLERANCE:
        share = dispatched / base
        yield Breach(f"{dispatched} dispatched of {base} employees and dispatched ({share:.1%}), at most {limit:.1%}")


def _on_duty(context: Context, moments: FloatArray, holds: Callable[[Person], bool]) -> IntArray:
    """Return how many people are on duty from each of the sorted moments on: in a shift, not at meal or training."""
    change = np.zeros(len(moments) + 1, dtype=np.int64)
    for work in context.works:
        if work.is_training or work.person is None or not holds(work.person):
            continue
        for sign, begin, finish in _presence(work):
            first, last = np.searchsorted(moments, (begin, finish))
            change[first] += sign
            change[last] -= sign
    return np.cumsum(change[:-1])


def _presence(work: Work) -> Iterator[tuple[int, float, float]]:
    yield 1, work.begin, work.finish
    yield from ((-1, meal.begin, meal.finish) for meal in work.meals)


def _moments(context: Context) -> FloatArray:
    """Return every moment at which somebody comes or goes, sorted: shape (moments,)."""
    edges = {edge for work in context.works for span in _presence(work) for edge in span[1:]}
    return np.array(sorted(edges), dtype=np.float64)


def _worst_by_day(context: Context, moments: FloatArray, excess: FloatArray) -> dict[date, int]:
    """Return the index of the worst moment of each local day that has an excess above zero."""
    worst: dict[date, int] = {}
    for index in np.flatnonzero(excess > TOLERANCE):
        day = context.local(float(moments[index])).date()
        if day not in worst or excess[index] > excess[worst[day]]:
            worst[day] = int(index)
    return worst


def _excess(seats: IntArray, limit: ArrayLike) -> FloatArray:
    return np.asarray(np.subtract(seats, limit), dtype=np.float64)


def temporary_seats(context: Context) -> Iterator[Breach]:
    """Temporary staff on seat at one moment stay within the seats; one finding a day, at its worst moment."""
    moments = _moments(context)
    for scope in _scopes(context):
        limit = scope.limits.seats_max
        if limit is None:
            continue
        seats = _on_duty(context, moments, scope.holds)
        for day, index in _worst_by_day(context, moments, _excess(seats, limit)).items():
            clock = context.clock(float(moments[index]))
            yield Breach(f"{scope.title}: {seats[index]} on seat at {clock}, at most {limit}", day=day)


def per_experienced(context: Context) -> Iterator[Breach]:
    """Temporary staff on seat stay within their number per employee on seat; one finding a day."""
    moments = _moments(context)
    experienced = _on_duty(context, moments, lambda person: person.contract.kind == "employee")
    for scope in _scopes(context):
        limit = scope.limits.per_experienced_max
        if limit is None:
            continue
        seats = _on_duty(context, moments, scope.holds)
        for day, index in _worst_by_day(context, moments, _excess(seats, limit * experienced)).items():
            clock, beside = context.clock(float(moments[index])), experienced[index]
            text = f"{scope.title}: {seats[index]} on seat beside {beside} employees at {clock}, at most {limit:g} each"
            yield Breach(text, day=day)


def temporary_cost(context: Context) -> Iterator[Breach]:
    """Wages of temporary staff in the plan and the price of hiring them stay within the cost limit."""
    for scope in _scopes(context):
        limit = scope.limits.cost_max
        if limit is None:
            continue
        works = [work for work in context.works if work.person is not None and scope.holds(work.person)]
        hires = [hire for hire in context.hires if _is_held(context, hire.employee_id, scope)]
        cost = sum(context.earned[work].wages for work in works) + sum(hire.cost for hire in hires)
        # each amount is rounded to the cent, so the limit can only be judged to half a cent an amount
        if cost > limit + 0.005 * (len(works) + len(hires)) + TOLERANCE:
            currency = context.plan.plan.currency
            yield Breach(f"{scope.title}: {cost:.2f} {currency}, at most {limit:.2f}")


def _is_held(context: Context, employee_id: str, scope: _Scope) -> bool:
    person = context.people.get(employee_id)
    return person is not None and scope.holds(person)
