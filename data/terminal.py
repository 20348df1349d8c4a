"""What the terminal shows: tables for people, made from results. Printing is the command line's job."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from rich.console import Group
from rich.table import Table
from rich.text import Text

from data.more_heads import head_lines, reached_lines
from data.terminal_parts import plain_table as _table
from data.terminal_parts import spaced as _spaced
from data.terminal_staffing import budget_lines, method_lines, requirement_table
from data.terminal_targets import hurting_table, target_table
from wfm.errors import Problem
from wfm.inputs import Inputs
from wfm.results import Attainment, Finding, Forecast, ModelChoice, Requirement, Roster

__all__ = [
    "comparison_table",
    "explain_lines",
    "findings_text",
    "forecast_table",
    "model_table",
    "problem_lines",
    "result_parts",
    "roster_lines",
    "temporary_table",
]

_STYLES = {"error": "red", "warning": "yellow"}


def problem_lines(problems: Iterable[Problem]) -> list[Text]:
    """Return one line per problem, errors before warnings."""
    ranked = sorted(problems, key=lambda problem: problem.severity != "error")
    marks = {"warning": ("warning: ", "yellow")}
    return [Text.assemble(marks.get(problem.severity, ("", "")), str(problem)) for problem in ranked]


def forecast_table(forecast: Forecast) -> Table:
    """Return contacts per queue: an ordinary day, the peak day with its band, the total, the handle time."""
    table = _table("Forecast: contacts", "queue", "median day", "peak day", "contacts", "80 % band", "total", "AHT s")
    low, high = np.quantile(forecast.daily_paths, [0.1, 0.9], axis=0)
    for index, queue in enumerate(forecast.queues):
        days = forecast.daily_rate[index]
        peak = int(days.argmax())
        weights = forecast.rate[index]
        aht = float(np.average(forecast.aht_seconds[index], weights=weights)) if weights.sum() > 0 else 0.0
        table.add_row(
            queue,
            f"{np.median(days):,.0f}",
            forecast.grid.dates[peak].isoformat(),
            f"{days[peak]:,.0f}",
            f"{low[index, peak]:,.0f} - {high[index, peak]:,.0f}",
            f"{days.sum():,.0f}",
            f"{aht:,.0f}",
        )
    return table


def model_table(models: Sequence[ModelChoice]) -> Table:
    """Return which model forecasts which queue, and why."""
    table = _table("Models", "queue", "model", "why", left=3)
    for choice in models:
        table.add_row(choice.queue, choice.model, choice.why)
    return table


def roster_lines(roster: Roster, currency: str) -> list[str]:
    """Return the roster in a few lines: who, how long, what it costs, how good it is."""
    people = len({shift.employee_id for shift in roster.shifts})
    hours = sum(shift.paid_hours for shift in roster.shifts)
    overtime = sum(shift.overtime_hours for shift in roster.shifts)
    cost = roster.cost
    return [
        f"Roster: {roster.status}; {people} people, {len(roster.shifts):,} shifts, {hours:,.0f} paid hours "
        f"({overtime:,.0f} overtime), {len(roster.hires)} taken on",
        f"Cost {cost.spent:,.0f} {currency} (wages {cost.wages:,.0f}, premiums {cost.premium:,.0f}, "
        f"hiring {cost.hiring:,.0f}, guaranteed hours not used {cost.guaranteed_unused:,.0f}) "
        f"+ {cost.shortage:,.0f} priced shortage",
        f"Proven lower bound {roster.bound:,.0f} of {cost.total:,.0f}: gap {roster.gap:.2%}",
    ]


def temporary_table(inputs: Inputs, roster: Roster) -> Table:
    """Return the temporary staff per contract: named, taken on, still possible, paid hours, cost."""
    table = _table("Temporary staff", "contract", "kind", "named", "taken on", "possible", "hours", "cost", left=2)
    for contract in inputs.plan.contract:
        if not contract.is_temporary:
            continue
        shifts = [shift for shift in roster.shifts if shift.contract == contract.id]
        hires = [hire for hire in roster.hires if hire.contract == contract.id]
        table.add_row(
            contract.id,
            contract.kind,
            str(sum(agent.contract == contract.id for agent in inputs.agents)),
            str(len(hires)),
            str(contract.headcount),
            f"{sum(shift.paid_hours for shift in shifts):,.0f}",
            f"{sum(shift.cost for shift in shifts) + sum(hire.cost for hire in hires):,.0f}",
        )
    return table


def findings_text(findings: Sequence[Finding], most: int = 30) -> Text:
    """Return the first findings of an audit, one line each: rule, person, day, what."""
    lines = [Text(f"audit: {len(findings):,} findings")]
    for one in findings[:most]:
        where = " ".join(part for part in (one.rule, one.employee_id, one.date) if part)
        lines.append(Text.assemble((f"{one.severity}: ", _STYLES.get(one.severity, "")), f"{where}: {one.detail}"))
    if len(findings) > most:
        lines.append(Text(f"... and {len(findings) - most:,} more in audit.csv"))
    return Text("\n").join(lines)


def comparison_table(rows: Sequence[Mapping[str, Any]], currency: str) -> Group:
    """Return the scenarios side by side, one column each, and the worst target of each below."""
    table = _table("Scenarios", "", *(str(row["scenario"]) for row in rows))
    for column in table.columns[1:]:
        column.overflow = "fold"  # a long name goes on below itself
    shown = (
        (f"cost, {currency}", "cost", "{:,.0f}"),
        ("paid hours", "hours", "{:,.0f}"),
        ("overtime hours", "overtime_hours", "{:,.0f}"),
        ("temps taken on", "temps_hired", "{:d}"),
        ("temp hours", "temp_hours", "{:,.0f}"),
        ("agent hours short", "agents_short_hours", "{:,.0f}"),
        ("all targets hold", "probability_all_met", "{:.0%}"),
        ("gap of the roster", "gap", "{:.2%}"),
    )
    for label, key, form in shown:
        table.add_row(label, *("-" if row[key] is None else form.format(row[key]) for row in rows))
    worst = [f"worst target, {row['scenario']}: {row['worst_target']}" for row in rows if row["worst_target"]]
    return Group(*_spaced([table, *worst]))


def result_parts(
    inputs: Inputs,
    forecast: Forecast | None,
    requirement: Requirement | None,
    roster: Roster | None,
    attainment: Attainment | None,
) -> list[Table | str]:
    """Return what a run shows: the last steps that ran, in reading order."""
    parts: list[Table | str] = []
    if forecast is not None:
        parts.append(forecast_table(forecast))
        if requirement is None:
            parts.append(model_table(forecast.models))
    if requirement is not None:
        parts.append(requirement_table(requirement))
        if roster is None:
            parts += method_lines(requirement)
        parts += budget_lines(requirement, inputs.plan.queue)
    if roster is not None:
        parts += roster_lines(roster, inputs.plan.plan.currency)
        parts.append(temporary_table(inputs, roster))
        parts += [*head_lines(inputs, roster), *reached_lines(inputs, roster)]
    if attainment is not None:
        parts.append(target_table(attainment, inputs.plan.queue))
        if attainment.hurting:
            parts.append(hurting_table(attainment))
        met = sum(target.met for target in attainment.targets)
        parts.append(
            f"Targets met: {met} of {len(attainment.targets)}; all together {attainment.probability_all_met:.0%}"
        )
    return _spaced(parts)


def explain_lines(inputs: Inputs, requirement: Requirement | None, roster: Roster | None) -> list[str | Table]:
    """Return which limits bind, what more people would be worth and where people are missing."""
    if roster is None or requirement is None:
        return []
    lines: list[str | Table] = ["The hard rules do not contradict each other.", *roster.notes]
    lines += head_lines(inputs, roster)
    missing = (requirement.agents_with_shrinkage - roster.scheduled).clip(min=0.0)
    table = _table("Where people are missing", "queue", "agent hours short", "worst interval", "agents short")
    hours = requirement.grid.interval_minutes / 60.0
    for index, queue in enumerate(requirement.queues):
        if missing[index].sum() * hours >= 0.5:
            worst = int(missing[index].argmax())
            moment = requirement.grid.moment(worst)
            table.add_row(
                queue, f"{missing[index].sum() * hours:,.1f}", f"{moment:%m-%d %H:%M}", f"{missing[index, worst]:.1f}"
            )
    return _spaced(
        [
            *lines,
            table if table.row_count else "No queue is short of people.",
            *roster_lines(roster, inputs.plan.plan.currency),
        ]
    )
