"""People who may be taken on, as the bound counts them: from which day, at which cost, within which limits on heads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from wfm.audit.context import TOLERANCE, Context
from wfm.audit.hours import hours_per_week_max
from wfm.plan import Contract
from wfm.results import Hire

__all__ = ["HeadLimit", "head_limits", "hires_possible"]


@dataclass(frozen=True)
class HeadLimit:
    """A limit on heads: the sum of ``weight`` over people taken on stays at or below ``right``.

    ``weight`` is by contract id; people who are named are in ``right`` already.
    """

    contract: str
    limit: str
    weight: dict[str, float]
    right: float


def head_limits(context: Context) -> Iterator[HeadLimit]:
    """Yield every limit on heads that the plan sets."""
    kinds = {contract.id: contract.kind for contract in context.plan.contract}
    temporary = context.plan.limits.temporary
    own = [(contract.id, contract.limits, {contract.id}) for contract in context.plan.contract]
    scopes = [("", temporary, {name for name, kind in kinds.items() if kind != "employee"}), *own]
    for name, limits, members in scopes:
        if limits.headcount_max is not None:
            yield _limit(context, (name, "headcount_max"), members, set(), 0.0, limits.headcount_max)
        if limits.share_max is not None:
            yield _limit(context, (name, "share_max"), members, set(kinds), limits.share_max, 0)
    if temporary.dispatch_share_max is not None:
        dispatch = {name for name, kind in kinds.items() if kind == "dispatch"}
        base = dispatch | {name for name, kind in kinds.items() if kind == "employee"}
        yield _limit(context, ("", "dispatch_share_max"), dispatch, base, temporary.dispatch_share_max, 0)


def _limit(
    context: Context, name: tuple[str, str], members: set[str], base: set[str], share: float, most: int
) -> HeadLimit:
    """Return the limit ``members <= most + share * base``."""
    weight = {c: (c in members) - share * (c in base) for c in context.contracts}
    named = Counter(agent.contract for agent in context.inputs.agents)
    return HeadLimit(*name, weight, most - sum(weight[c] * named[c] for c in weight))


def hires_possible(context: Context) -> Iterator[Hire]:
    """Yield one person of every contract under which people may be taken on, from the first day possible on.

    The cost is the fee and all training, inside the plan too: it is the same on any day, so nobody comes later.
    """
    for contract in context.plan.contract:
        seat = _first_seat(context, contract) if contract.headcount else None
        if seat is not None:
            training = contract.training_days * contract.training_hours_per_day * contract.cost_per_hour
            first = seat - timedelta(days=contract.training_days)
            yield Hire("", contract.id, first, seat, contract.cost_per_hire + training)


def _first_seat(context: Context, contract: Contract) -> date | None:
    """Return the first day on seat inside the plan of somebody taken on, None when there is none."""
    earliest = contract.hire_from or context.plan.plan.last_known + timedelta(days=1)
    first = max(context.start, earliest + timedelta(days=contract.training_days))
    days = context.days(first, context.end + timedelta(days=1))
    return next((day for day in days if _training_holds(context, contract, day)), None)


def _training_holds(context: Context, contract: Contract, seat: date) -> bool:
    """Return whether the training before ``seat`` keeps the rules; training wholly before the plan is past."""
    rules, hours = context.rules, contract.training_hours_per_day
    days = list(context.days(seat - timedelta(days=contract.training_days), seat))
    mondays = {day - timedelta(days=day.weekday()) for day in days if day >= context.start}
    if not mondays:
        return True
    if len(days) > rules.consecutive_days_max or hours > min(rules.work_stretch_hours_max, rules.normal_hours_per_day):
        return False
    weeks = [sum(monday <= day < monday + timedelta(days=7) for day in days) for monday in mondays]
    most = min(hours_per_week_max(context, contract), rules.normal_hours_per_week)
    return max(weeks) <= 7 - rules.days_off_per_week_min and max(weeks) * hours <= most + TOLERANCE
