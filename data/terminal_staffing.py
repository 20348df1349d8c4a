"""What the terminal shows of the requirement: load, agents, which method applied where and why."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from rich.table import Table

from data.terminal_parts import plain_table
from wfm.plan import Queue, Target
from wfm.results import Budget, Requirement

__all__ = ["budget_lines", "method_lines", "requirement_table"]


def requirement_table(requirement: Requirement) -> Table:
    """Return load and agents per queue: hours in all (rostered: with shrinkage), the busiest interval, what decided."""
    columns = ("load", "by formula", "needed", "rostered", "most", "at")
    table = plain_table("Requirement: hours on seat, most agents rostered", "queue", *columns)
    if requirement.decided_by is not None:
        table.add_column("decided by")
    table.columns[6].no_wrap = True
    hours = requirement.grid.interval_minutes / 60.0
    formula = requirement.agents_required if requirement.by_formula is None else requirement.by_formula
    for index, queue in enumerate(requirement.queues):
        needed = requirement.agents_with_shrinkage[index]
        peak = int(needed.argmax())
        table.add_row(
            queue,
            f"{requirement.load_erlangs[index].sum() * hours:,.0f}",
            f"{formula[index].sum() * hours:,.0f}",
            f"{requirement.agents_required[index].sum() * hours:,.0f}",
            f"{needed.sum() * hours:,.0f}",
            f"{needed[peak]:,.0f}",
            f"{requirement.grid.moment(peak):%m-%d %H:%M}",
            *_decided(requirement, index),
        )
    return table


def _decided(requirement: Requirement, index: int) -> list[str]:
    """Return what decided how much of the open time, most first; nothing where that is not known."""
    if requirement.decided_by is None:
        return []
    reasons = Counter(str(reason) for reason in requirement.decided_by[index])
    closed = reasons.pop("closed", 0)
    total = max(requirement.grid.n - closed, 1)
    return [", ".join(f"{reason} {count / total:.0%}" for reason, count in reasons.most_common(2))]


def method_lines(requirement: Requirement) -> list[str]:
    """Return which method staffs which queues, each method once."""
    queues: dict[str, list[str]] = defaultdict(list)
    for queue, method in requirement.methods.items():
        queues[method].append(queue)
    return [f"{', '.join(names)}: {method}" for method, names in queues.items()]


def budget_lines(requirement: Requirement, queues: Sequence[Queue]) -> list[str]:
    """Return what each 30-day target may still lose."""
    targets = {queue.id: queue.target for queue in queues}
    return [_budget(budget, targets[budget.queue][budget.number]) for budget in requirement.budgets]


def _budget(budget: Budget, target: Target) -> str:
    name = f"{budget.queue} target {budget.number + 1}, 30 days to {budget.end}"
    if target.metric == "average_response":
        return f"{name}: {_average(budget)}"
    past = f"{budget.missed_past:,.0f} of {budget.counted_past:,.0f} missed so far"
    if budget.left < 0:
        return f"{name}: {past}; already {-budget.left:,.0f} beyond what the target allows"
    return f"{name}: {past}; {budget.left:,.0f} of the {budget.expected:,.0f} to come may be missed"


def _average(budget: Budget) -> str:
    """Return what an average may still be: seconds are its sum, so they are told by contact."""
    past = "nothing counted so far"
    if budget.counted_past > 0:
        past = f"{budget.missed_past / budget.counted_past:,.1f} s on average over {budget.counted_past:,.0f} so far"
    if budget.left < 0 or budget.expected <= 0:
        return f"{past}; already beyond what the target allows" if budget.left < 0 else past
    return f"{past}; the {budget.expected:,.0f} to come may take {budget.left / budget.expected:,.1f} s on average"
