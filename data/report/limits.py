"""How far each limit on temporary staff is used."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from data.report.facts import Facts
from data.summary import people_by_contract
from wfm.plan import ContractLimits

__all__ = ["LimitUse", "limit_uses"]

_STEP_SECONDS = 300  # every shift, meal and break starts on a multiple of five minutes
_NAMES = ("headcount_max", "share_max", "dispatch_share_max", "seats_max", "cost_max", "per_experienced_max")


@dataclass(frozen=True)
class LimitUse:
    """One limit: whom it binds (``""`` = all temporary staff), how much is allowed and how much is used."""

    contract: str
    name: str
    allowed: float
    used: float


def limit_uses(facts: Facts) -> list[LimitUse]:
    """Return every limit that the plan sets, with its use; infinity where temps sit without an experienced agent."""
    plan = facts.inputs.plan
    temporary = [contract.id for contract in plan.contract if contract.is_temporary]
    uses = _uses(facts, "", plan.limits.temporary, temporary)
    for contract in plan.contract:
        uses.extend(_uses(facts, contract.id, contract.limits, [contract.id]))
    return uses


def _uses(facts: Facts, owner: str, limits: ContractLimits, contracts: Collection[str]) -> list[LimitUse]:
    given = [(name, getattr(limits, name, None)) for name in _NAMES]
    return [
        LimitUse(owner, name, float(allowed), _used(facts, name, contracts))
        for name, allowed in given
        if allowed is not None
    ]


def _used(facts: Facts, name: str, contracts: Collection[str]) -> float:
    if name == "seats_max":
        return float(_on_duty(facts, contracts).max(initial=0))
    if name == "per_experienced_max":
        return _per_experienced(facts, contracts)
    if name == "cost_max":
        wages = math.fsum(shift.cost for shift in facts.roster.shifts if shift.contract in contracts)
        return wages + math.fsum(hire.cost for hire in facts.roster.hires if hire.contract in contracts)
    return _headcount_use(facts, name, contracts)


def _headcount_use(facts: Facts, name: str, contracts: Collection[str]) -> float:
    people = people_by_contract(facts.inputs, facts.roster.hires)
    kind = {contract.id: contract.kind for contract in facts.inputs.plan.contract}
    mine = sum(people[contract] for contract in contracts)
    if name == "headcount_max":
        return float(mine)
    if name == "share_max":
        return mine / max(1, sum(people.values()))
    dispatched = sum(n for contract, n in people.items() if kind[contract] == "dispatch")
    own = sum(n for contract, n in people.items() if kind[contract] == "employee")
    return dispatched / max(1, dispatched + own)


def _per_experienced(facts: Facts, contracts: Collection[str]) -> float:
    own = [contract.id for contract in facts.inputs.plan.contract if contract.kind == "employee"]
    temps, experienced = _on_duty(facts, contracts), _on_duty(facts, own)
    if np.any((temps > 0) & (experienced == 0)):
        return math.inf
    return float((temps / np.maximum(1, experienced)).max(initial=0.0))


def _on_duty(facts: Facts, contracts: Collection[str]) -> NDArray[np.int64]:
    """People of some contracts on duty (inside a shift, neither at meal nor in training) every five minutes."""
    contract_of = {(shift.employee_id, shift.date): shift.contract for shift in facts.roster.shifts}
    steps = int(facts.grid.day_starts[-1] - facts.grid.day_starts[0]) // _STEP_SECONDS
    change = np.zeros(steps + 1, dtype=np.int64)
    for activity in facts.roster.activities:
        if activity.activity in ("meal", "training"):
            continue
        if contract_of.get((activity.employee_id, activity.date)) in contracts:
            change[_step(facts, activity.start, steps)] += 1
            change[_step(facts, activity.end, steps)] -= 1
    return np.cumsum(change[:-1])


def _step(facts: Facts, moment: datetime, steps: int) -> int:
    return min(steps, max(0, int(moment.timestamp() - facts.grid.day_starts[0]) // _STEP_SECONDS))
