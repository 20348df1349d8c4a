"""How far each limit on temporary staff is used."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from data.summary import people_by_contract
from wfm.inputs import Inputs
from wfm.plan import ContractLimits
from wfm.results import Roster

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


@dataclass(frozen=True)
class _Staffed:
    inputs: Inputs
    roster: Roster


def limit_uses(inputs: Inputs, roster: Roster) -> list[LimitUse]:
    """Return every limit that the plan sets, with its use; infinity where temps sit without an experienced agent."""
    plan, staffed = inputs.plan, _Staffed(inputs, roster)
    temporary = [contract.id for contract in plan.contract if contract.is_temporary]
    uses = _uses(staffed, "", plan.limits.temporary, temporary)
    for contract in plan.contract:
        uses.extend(_uses(staffed, contract.id, contract.limits, [contract.id]))
    return uses


def _uses(staffed: _Staffed, owner: str, limits: ContractLimits, contracts: Collection[str]) -> list[LimitUse]:
    given = [(name, getattr(limits, name, None)) for name in _NAMES]
    return [
        LimitUse(owner, name, float(allowed), _used(staffed, name, contracts))
        for name, allowed in given
        if allowed is not None
    ]


def _used(staffed: _Staffed, name: str, contracts: Collection[str]) -> float:
    if name == "seats_max":
        return float(_on_duty(staffed, contracts).max(initial=0))
    if name == "per_experienced_max":
        return _per_experienced(staffed, contracts)
    if name == "cost_max":
        wages = math.fsum(shift.cost for shift in staffed.roster.shifts if shift.contract in contracts)
        return wages + math.fsum(hire.cost for hire in staffed.roster.hires if hire.contract in contracts)
    return _headcount_use(staffed, name, contracts)


def _headcount_use(staffed: _Staffed, name: str, contracts: Collection[str]) -> float:
    people = people_by_contract(staffed.inputs, staffed.roster.hires)
    kind = {contract.id: contract.kind for contract in staffed.inputs.plan.contract}
    mine = sum(people[contract] for contract in contracts)
    if name == "headcount_max":
        return float(mine)
    if name == "share_max":
        return mine / max(1, sum(people.values()))
    dispatched = sum(n for contract, n in people.items() if kind[contract] == "dispatch")
    own = sum(n for contract, n in people.items() if kind[contract] == "employee")
    return dispatched / max(1, dispatched + own)


def _per_experienced(staffed: _Staffed, contracts: Collection[str]) -> float:
    own = [contract.id for contract in staffed.inputs.plan.contract if contract.kind == "employee"]
    temps, experienced = _on_duty(staffed, contracts), _on_duty(staffed, own)
    if np.any((temps > 0) & (experienced == 0)):
        return math.inf
    return float((temps / np.maximum(1, experienced)).max(initial=0.0))


def _on_duty(staffed: _Staffed, contracts: Collection[str]) -> NDArray[np.int64]:
    """People of some contracts on duty (inside a shift, neither at meal nor in training) every five minutes."""
    contract_of = {(shift.employee_id, shift.date): shift.contract for shift in staffed.roster.shifts}
    steps = int(staffed.roster.grid.day_starts[-1] - staffed.roster.grid.day_starts[0]) // _STEP_SECONDS
    change = np.zeros(steps + 1, dtype=np.int64)
    for activity in staffed.roster.activities:
        if activity.activity in ("meal", "training"):
            continue
        if contract_of.get((activity.employee_id, activity.date)) in contracts:
            change[_step(staffed, activity.start, steps)] += 1
            change[_step(staffed, activity.end, steps)] -= 1
    return np.cumsum(change[:-1])


def _step(staffed: _Staffed, moment: datetime, steps: int) -> int:
    return min(steps, max(0, int(moment.timestamp() - staffed.roster.grid.day_starts[0]) // _STEP_SECONDS))
