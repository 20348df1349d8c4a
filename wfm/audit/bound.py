"""The lower bound of a roster's cost, worked out anew from the prices that prove it.

Let ``price[q, t]`` be what one agent on queue q in interval t is worth, between 0 and the price of a missing one. No
legal roster costs less than

    sum of price * requirement
    + sum over named people of their cheapest horizon (wages and guaranteed hours less what it covers at these prices)
    + sum over contracts of headcount * min(0, fee and training + prices of limits + cheapest horizon of one person)
    - sum of prices of limits * what they leave

since missing agents cost at least their price, nobody is worth more than the dearest queue held, and limits that hold
can be priced at nothing less (weak duality). A cheapest horizon is exact in leave, employment, shifts, meals and
breaks, hours and days per week, days in a row, overtime of day and week, holiday pay, guaranteed hours and published
shifts.
Rest between shifts, the longest work without a pause beside whether a shift can be worked at all, overtime per month,
limits on seats and cost, and what days before the plan have used up are left out: that only lowers the bound. As in the
rosters, short breaks come in their template's order and people are taken on for the first day possible.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wfm.audit.bound_days import LABELS, Rules, cheapest_horizons
from wfm.audit.bound_hires import head_limits, hires_possible
from wfm.audit.bound_rows import Classes, People, speeds_on
from wfm.audit.context import Context
from wfm.bound_prices import BoundPrices
from wfm.inputs import Inputs
from wfm.plan import Contract
from wfm.results import Requirement

__all__ = ["prove", "seat_price_max"]

FloatArray = NDArray[np.float64]


def seat_price_max(inputs: Inputs, requirement: Requirement) -> FloatArray:
    """Return the price of a missing agent for an interval, the most that one may be worth: shape (queues, 1)."""
    plan = inputs.plan
    given = [plan.queue_by_id(name).shortage_cost_per_hour for name in requirement.queues]
    hourly = [plan.costs.shortage_per_agent_hour if price is None else price for price in given]
    return np.array(hourly, dtype=np.float64)[:, None] * plan.plan.interval_minutes / 60.0


def prove(inputs: Inputs, requirement: Requirement, prices: BoundPrices) -> float:
    """Return the lower bound of the cost of every legal roster that the prices prove.

    Parameters
    ----------
    inputs : Inputs
        The plan with its people, leave, published shifts and labour rules.
    requirement : Requirement
        ``agents_with_shrinkage`` is what a roster covers.
    prices : BoundPrices
        ``seat`` has the requirement's queues; prices outside their limits are taken at the nearest limit. The other
        claims (``value``, ``heads``) are not looked at.
    """
    context, grid = Context(inputs, (), (), ()), requirement.grid
    seat = np.clip(prices.seat, 0.0, seat_price_max(inputs, requirement))
    people = People(context, Classes(context, grid, seat))
    for agent in inputs.agents:
        if agent.employee_id in context.people:
            speeds = tuple(float(agent.queues.get(queue, 0.0)) for queue in requirement.queues)
            people.add(context.people[agent.employee_id], speeds)
    named = np.array(people.count, dtype=np.float64)
    hires = list(hires_possible(context))
    place = [
        people.add(context.hired(hire), _hired_speeds(context.contracts[hire.contract], requirement)) for hire in hires
    ]
    money = _cheapest(people)
    left = {(limit.contract, limit.limit): limit for limit in head_limits(context)}
    priced = [(max(0.0, p.price), left[p.contract, p.limit]) for p in prices.limits if (p.contract, p.limit) in left]
    total = float((seat * _open_requirement(context, requirement)).sum() + named @ money[: len(named)])
    total -= sum(price * limit.right for price, limit in priced)
    for hire, row in zip(hires, place, strict=True):
        each = hire.cost + float(money[row]) + sum(price * limit.weight[hire.contract] for price, limit in priced)
        total += context.contracts[hire.contract].headcount * min(0.0, each)
    return total


def _hired_speeds(contract: Contract, requirement: Requirement) -> tuple[float, ...]:
    return tuple(1.0 if not contract.queues or queue in contract.queues else 0.0 for queue in requirement.queues)


def _cheapest(people: People) -> FloatArray:
    """Return the money of the cheapest horizon of each row."""
    if not people.count:
        return np.zeros(0)
    rules, days = people.context.rules, people.grid.days
    in_row = rules.consecutive_days_max if rules.consecutive_days_max < days else -1
    limits = Rules(in_row, 7 - rules.days_off_per_week_min)
    found = cheapest_horizons(people.rows(), people.classes.days(), limits, LABELS)
    return np.asarray(found, dtype=np.float64)


def _open_requirement(context: Context, requirement: Requirement) -> FloatArray:
    """Return the requirement left when people of shifts of the evening before serve their queues evenly."""
    left = np.nan_to_num(np.asarray(requirement.agents_with_shrinkage, dtype=np.float64))
    step, first = requirement.grid.interval_minutes, context.start.toordinal()
    edges = np.arange(left.shape[1]) * step
    queues = {agent.employee_id: agent.queues for agent in context.inputs.agents}
    for fixed in context.inputs.fixed_shifts:
        finish = context.minutes(fixed.end) - context.grid_origin
        person = context.people.get(fixed.employee_id)
        if fixed.date >= context.start or finish <= 0 or person is None:
            continue
        held = tuple(float(queues[fixed.employee_id].get(queue, 0.0)) for queue in requirement.queues)
        speeds = np.array(speeds_on(person.contract, person, held, -1, first))
        share = np.clip((finish - edges) / step, 0.0, 1.0)
        left -= np.outer(speeds / max(1, np.count_nonzero(speeds)), share)
    return np.clip(left, 0.0, None)
