"""`summary.json`: what a run gave, from which input, with which versions, and what it took."""

from __future__ import annotations

import json
import math
import platform
from collections import Counter
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version

from data.forecast_parts import growth_days
from wfm.inputs import Inputs
from wfm.results import Attainment, Finding, Forecast, Hire, Requirement, Roster

__all__ = ["NEXT_HEADS", "installed_versions", "people_by_contract", "summary_json", "temps_hired"]

NEXT_HEADS = 10  # how many more people worth is told for
_PACKAGES = ("wfm-planner", "numpy", "ortools", "prophet", "statsmodels", "pandas", "scipy", "numba", "openpyxl")


def installed_versions() -> dict[str, str]:
    """Return the versions of Python, this product and the packages that decide its numbers; imports none of them."""
    found = {"python": platform.python_version()}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def people_by_contract(inputs: Inputs, hires: Sequence[Hire] = ()) -> dict[str, int]:
    """Return how many people each contract has: those named plus those taken on, in the plan's order of contracts."""
    count = Counter(agent.contract for agent in inputs.agents)
    count.update(hire.contract for hire in hires)
    return {contract.id: count[contract.id] for contract in inputs.plan.contract}


def temps_hired(inputs: Inputs, hires: Sequence[Hire]) -> int:
    """Return how many of the people taken on are temporary staff."""
    return sum(inputs.plan.contract_by_id(hire.contract).is_temporary for hire in hires)


def summary_json(
    *,
    inputs: Inputs,
    scenario: str,
    seed: int,
    versions: Mapping[str, str] | None = None,
    forecast: Forecast | None = None,
    requirement: Requirement | None = None,
    roster: Roster | None = None,
    attainment: Attainment | None = None,
    findings: Sequence[Finding] | None = None,
    status: str | None = None,
    seconds: Mapping[str, float] | None = None,
    peak_memory_mb: Mapping[str, float] | None = None,
    warnings: Sequence[str] = (),
) -> str:
    """Return the text of ``summary.json``; what a step that did not run would tell is null.

    ``seconds`` and ``peak_memory_mb`` (by step) are the only values that differ between two equal runs.

    ``status`` overrides the roster's (``"infeasible"`` when there is none); ``versions`` are those of the installed
    packages when not given.
    """
    content: dict[str, object] = {
        "scenario": scenario,
        "input_hash": inputs.input_hash,
        "seed": seed,
        "versions": dict(installed_versions() if versions is None else versions),
        "status": status or (roster.status if roster else None),
        **_roster_part(inputs, roster),
        "more_heads": _more_heads(roster),
        **_target_part(attainment),
        "budgets": _budgets(requirement),
        "agents_short_hours": _short_hours(requirement, roster),
        "audit_errors": None if findings is None else sum(f.severity == "error" for f in findings),
        **_forecast_part(forecast),
        "warnings": list(warnings),
        "seconds": _rounded(seconds, 2),
        "peak_memory_mb": _rounded(peak_memory_mb, 1),
    }
    return json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def _forecast_part(forecast: Forecast | None) -> dict[str, object]:
    """Return which models forecast the queues, and how event peaks were taken to grow."""
    if forecast is None:
        return dict.fromkeys(("models", "growth"))
    models = [
        {
            "queue": choice.queue,
            "model": choice.model,
            "why": choice.why,
            "weights": _rounded(choice.weights or {choice.model: 1.0}, 4),
            "errors": _rounded(choice.errors, 4),
        }
        for choice in forecast.models
    ]
    return {"models": models, "growth": _growth_part(forecast)}


def _growth_part(forecast: Forecast) -> dict[str, object] | None:
    band = forecast.growth
    if band is None:
        return None
    edges = (("as_before", band.as_before.sum(axis=0)), ("with_level", band.with_level.sum(axis=0)))
    days = [
        {"date": forecast.grid.dates[day].isoformat(), **{name: _finite(edge[day], 2) for name, edge in edges}}
        for day in growth_days(forecast)
    ]
    return {"exponent": _finite(band.exponent, 4), "sd": _finite(band.sd, 4), "peak_days": days}


def _roster_part(inputs: Inputs, roster: Roster | None) -> dict[str, object]:
    if roster is None:
        empty = ("cost", "bound", "gap", "people", "temps_hired", "cost_breakdown", "shifts", "hours", "overtime_hours")
        return {"currency": inputs.plan.plan.currency, **dict.fromkeys(empty)}
    cost = roster.cost
    parts = ("wages", "premium", "hiring", "guaranteed_unused", "shortage", "spent", "total")
    return {
        "currency": inputs.plan.plan.currency,
        "cost": _finite(cost.total, 2),
        "bound": _finite(roster.bound, 2),
        "gap": _finite(roster.gap, 6),
        "people": people_by_contract(inputs, roster.hires),
        "temps_hired": temps_hired(inputs, roster.hires),
        "cost_breakdown": {part: _finite(getattr(cost, part), 2) for part in parts},
        "shifts": len(roster.shifts),
        "hours": _finite(math.fsum(s.paid_hours for s in roster.shifts), 2),
        "overtime_hours": _finite(math.fsum(s.overtime_hours for s in roster.shifts), 2),
    }


def _more_heads(roster: Roster | None) -> dict[str, object] | None:
    """Return what ten more people are worth at most, by contract and by limit; None where it is not known."""
    if roster is None or roster.prices is None:
        return None
    contracts = [
        {
            "contract": head.contract, "heads": head.heads, "heads_max": head.heads_max,
            "worth_of_ten_more": _finite(NEXT_HEADS * head.worth, 2),
        }
        for head in roster.prices.heads
    ]  # fmt: skip
    limits = [
        {"contract": limit.contract, "limit": limit.limit, "worth_of_ten_more": _finite(NEXT_HEADS * limit.price, 2)}
        for limit in roster.prices.limits
    ]
    return {"contracts": contracts, "limits": limits}


def _target_part(attainment: Attainment | None) -> dict[str, object]:
    if attainment is None:
        return dict.fromkeys(("targets_met", "targets_total", "probability_all_met"))
    return {
        "targets_met": sum(target.met for target in attainment.targets),
        "targets_total": len(attainment.targets),
        "probability_all_met": _finite(attainment.probability_all_met, 4),
    }


def _budgets(requirement: Requirement | None) -> list[dict[str, object]] | None:
    """Return what targets over 30 days may still lose; ``target`` counts from 1 as in attained.csv."""
    if requirement is None:
        return None
    numbers = ("counted_past", "missed_past", "expected", "left")
    return [
        {
            "queue": budget.queue,
            "target": budget.number + 1,
            "end": budget.end.isoformat(),
            **{name: _finite(getattr(budget, name), 1) for name in numbers},
        }
        for budget in requirement.budgets
    ]


def _short_hours(requirement: Requirement | None, roster: Roster | None) -> float | None:
    if requirement is None or roster is None:
        return None
    rows = [roster.queues.index(queue) for queue in requirement.queues]
    missing = (requirement.agents_with_shrinkage - roster.scheduled[rows]).clip(min=0.0).sum()
    return _finite(float(missing) * requirement.grid.interval_minutes / 60.0, 2)


def _rounded(values: Mapping[str, float] | None, decimals: int) -> dict[str, float | None]:
    return {step: _finite(value, decimals) for step, value in (values or {}).items()}


def _finite(value: float, decimals: int) -> float | None:
    return round(float(value), decimals) + 0.0 if math.isfinite(value) else None
