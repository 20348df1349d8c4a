"""Cost and temporary staff."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from datetime import date

from data.limit_uses import LimitUse, limit_uses
from data.more_heads import head_lines
from data.report.charts import stacked_bar
from data.report.facts import Facts, count, decimal, percent
from data.report.html import Html, join, meter, section, table, tag
from data.summary import people_by_contract
from wfm.results import RosteredShift

__all__ = ["cost", "temps"]

_PARTS = ("wages", "premium", "hiring", "guaranteed_unused", "shortage")


def cost(facts: Facts) -> Html:
    """Return the section on cost: its parts, and hours and wages by contract."""
    title = facts.word("cost")
    return section("cost", title, facts.word("cost_lead"), _bar(facts), _pair(_breakdown(facts), _by_contract(facts)))


def temps(facts: Facts) -> Html:
    """Return the section on temporary staff: whom to take on when, and the use of each limit."""
    pair = _pair(_hires(facts), _limits(facts))
    return section("temps", facts.word("temps"), facts.word("temps_lead"), pair, _next_heads(facts))


def _pair(*parts: Html) -> Html:
    return tag("div", *(tag("div", part) for part in parts), class_="pair")


def _bar(facts: Facts) -> Html:
    sizes = ((part, float(getattr(facts.roster.cost, part))) for part in _PARTS)
    return stacked_bar([(part, size, f"{facts.word(part)}: {facts.money(size)}") for part, size in sizes])


def _breakdown(facts: Facts) -> Html:
    breakdown = facts.roster.cost
    sizes = {part: float(getattr(breakdown, part)) for part in _PARTS}
    total = breakdown.total or 1.0
    rows: list[list[str]] = [
        [join((tag("i", class_=f"key {part}"), facts.word(part))), facts.money(size), percent(size / total, 1)]
        for part, size in sizes.items()
    ]
    rows.append([facts.word("money_spent"), facts.money(breakdown.spent), percent(breakdown.spent / total, 1)])
    rows.append([facts.word("objective"), facts.money(breakdown.total), ""])
    rows.append([facts.word("bound"), facts.money(facts.roster.bound), ""])
    headers = [facts.word("cost"), facts.word("total"), facts.word("share")]
    return table(headers, rows, facts.word("cost"), numeric=(1, 2))


def _by_contract(facts: Facts) -> Html:
    people = people_by_contract(facts.inputs, facts.roster.hires)
    shifts: dict[str, list[RosteredShift]] = {}
    for shift in facts.roster.shifts:
        shifts.setdefault(shift.contract, []).append(shift)
    rows = [
        _contract_row(facts, contract.id, contract.kind, people, shifts.get(contract.id, []))
        for contract in facts.inputs.plan.contract
    ]
    keys = ("contract", "kind", "people", "shifts", "paid_hours", "overtime_hours", "wage_cost", "per_hour")
    return table([facts.word(key) for key in keys], rows, facts.word("wage_cost"), numeric=range(2, 8))


def _contract_row(
    facts: Facts, contract: str, kind: str, people: Mapping[str, int], shifts: list[RosteredShift]
) -> list[str]:
    hours = math.fsum(shift.paid_hours for shift in shifts)
    overtime = math.fsum(shift.overtime_hours for shift in shifts)
    wages = math.fsum(shift.cost for shift in shifts)
    rate = f"{wages / hours:.2f}" if hours else "–"
    return [
        contract, facts.word(f"kind_{kind}"), count(people[contract]), count(len(shifts)), count(hours),
        decimal(overtime), facts.money(wages), rate,
    ]  # fmt: skip


def _hires(facts: Facts) -> Html:
    waves: Counter[tuple[date, str, date]] = Counter()
    fees: dict[tuple[date, str, date], float] = {}
    for hire in facts.roster.hires:
        wave = (hire.on_seat_from, hire.contract, hire.training_from)
        waves[wave] += 1
        fees[wave] = fees.get(wave, 0.0) + hire.cost
    if not waves:
        return tag("p", facts.word("no_hires"))
    keys = ("contract", "kind", "people", "training_from", "on_seat_from", "hiring_cost")
    rows = [
        [
            contract, facts.word(f"kind_{facts.inputs.plan.contract_by_id(contract).kind}"), count(people),
            trains.isoformat(), seat.isoformat(), facts.money(fees[seat, contract, trains]),
        ]
        for (seat, contract, trains), people in sorted(waves.items())
    ]  # fmt: skip
    return table([facts.word(key) for key in keys], rows, facts.word("temps_hired"), numeric=(2, 5))


def _limits(facts: Facts) -> Html:
    uses = limit_uses(facts.inputs, facts.roster)
    if not uses:
        return tag("p", facts.word("no_limits"))
    keys = ("limit", "use", "used", "allowed", "contract")
    rows = [
        [
            facts.word(f"limit_{use.name}"), _share_used(use), _amount(facts, use, use.used),
            _amount(facts, use, use.allowed), use.contract or facts.word("all_temps"),
        ]
        for use in uses
    ]  # fmt: skip
    return table([facts.word(key) for key in keys], rows, facts.word("limit"), numeric=(2, 3))


def _next_heads(facts: Facts) -> Html:
    lines = head_lines(facts.inputs, facts.roster, facts.lang)
    if not lines:
        return Html("")
    lead = tag("p", tag("b", facts.word("next_heads")), ". ", facts.word("next_heads_lead"))
    return join((lead, tag("ul", *(tag("li", line) for line in lines), class_="notes")))


def _share_used(use: LimitUse) -> Html:
    share = use.used / use.allowed if use.allowed else (math.inf if use.used else 0.0)
    text = percent(share) if math.isfinite(share) else "∞"
    return meter(share, text, bad=use.used > use.allowed * (1 + 1e-9))


def _amount(facts: Facts, use: LimitUse, value: float) -> str:
    if not math.isfinite(value):
        return "∞"
    if "share" in use.name:
        return percent(value, 1)
    if use.name == "cost_max":
        return facts.money(value)
    return decimal(value) if use.name == "per_experienced_max" else count(value)
