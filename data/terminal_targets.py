"""What the terminal shows of the targets: what they will be, how likely they hold, and the hours that hurt them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

import numpy as np
from rich.table import Table
from rich.text import Text

from data.terminal_parts import plain_table
from wfm.queues import LESS_IS_BETTER, Queue, Target
from wfm.results import Attainment, HurtingInterval, TargetResult

__all__ = ["hurting_table", "target_table"]

_HURTING_SHOWN = 3
_DEFINITIONS = {
    "sl_answered": "of the answered",
    "sl_excl_short_ab": "without early leavers",
    "sl_left_queue": "or gone in time",
}


def target_table(attainment: Attainment, queues: Iterable[Queue] = ()) -> Table:
    """Return each target with the periods it is met in and its worst period.

    Where the plan's ``queues`` are given, what a target counts in another way than by default stands behind it.
    """
    asked = {(queue.id, number): target for queue in queues for number, target in enumerate(queue.target)}
    title = f"Targets, played against {attainment.replications} sampled futures"
    table = plain_table(title, "queue", "target", "met", "mean", "worst", "there", "+-", "p10", "chance", left=2)
    for column in table.columns:  # On a narrow terminal the target's words are broken into lines, never the numbers.
        column.no_wrap = column.header != "target"
    for key, rows in _by_target(attainment).items():
        worst = min(rows, key=lambda row: (row.probability_met, _rank(row), row.period))
        met = sum(row.met for row in rows)
        table.add_row(
            worst.queue,
            ", ".join([_promise(worst), *_terms(asked.get(key)), worst.window]),
            Text(f"{met}/{len(rows)}", style="green" if met == len(rows) else "red"),
            _value(worst.metric, float(np.mean([row.expected for row in rows]))),
            _period(worst.period),
            _value(worst.metric, worst.expected),
            _error(worst),
            _value(worst.metric, worst.p10),
            f"{worst.probability_met:.0%}",
        )
    return table


def hurting_table(attainment: Attainment) -> Table:
    """Return the intervals that cost each target most: when, and which share of all that it misses."""
    table = plain_table("Hours that hurt most", "queue", "target", "intervals (share of all that is missed)", left=3)
    targets = {key: rows[0] for key, rows in _by_target(attainment).items()}
    found: dict[tuple[str, int], list[HurtingInterval]] = defaultdict(list)
    for one in attainment.hurting:
        found[one.queue, one.number].append(one)
    for key, intervals in found.items():
        if key in targets:
            worst = sorted(intervals, key=lambda one: -one.missed)[:_HURTING_SHOWN]
            told = ", ".join(f"{one.start:%m-%d %H:%M} ({one.share:.1%})" for one in worst)
            table.add_row(key[0], _promise(targets[key]), told)
    return table


def _by_target(attainment: Attainment) -> dict[tuple[str, int], list[TargetResult]]:
    groups: dict[tuple[str, int], list[TargetResult]] = defaultdict(list)
    for target in attainment.targets:
        groups[target.queue, target.number].append(target)
    return groups


def _rank(target: TargetResult) -> float:
    """Return the expectation so that less is worse."""
    falling = target.metric in LESS_IS_BETTER
    return -target.expected if falling else target.expected


def _promise(target: TargetResult) -> str:
    metric, goal = target.metric, target.goal
    counted = {"round": " (every reply)", "customer": " (all replies)"}.get(target.count, "")
    if metric == "average_response":
        return f"average <= {goal:g} s{counted}"
    if metric in ("abandoned", "no_service"):
        return f"{'abandoned' if metric == 'abandoned' else 'no service'} <= {goal:.0%}"
    verb = "resolved " if metric == "resolved_within" else ""
    return f"{goal:.0%} {verb}in {_duration(target.seconds or 0.0)}{counted}"


def _terms(target: Target | None) -> Iterator[str]:
    """Yield what a target counts in another way than by default."""
    if target is None:
        return
    if target.metric == "answered_within" and target.definition in _DEFINITIONS:
        yield _DEFINITIONS[target.definition]
    if target.bots == "included":
        yield "bots included"
    if target.metric == "average_response" and target.unanswered == "excluded":
        yield "unanswered left out"
    elif target.metric == "average_response" and target.unanswered_seconds is not None:
        yield f"unanswered as {_duration(target.unanswered_seconds)}"


def _period(period: str) -> str:
    """Return a day or a moment without its year, `all` for the whole horizon."""
    return "all" if period == "horizon" else period[5:16].replace("T", " ")


def _duration(seconds: float) -> str:
    if seconds >= 3600 and seconds % 1800 == 0:
        return f"{seconds / 3600:g} h"
    return f"{seconds:g} s"


def _value(metric: str, value: float) -> str:
    return f"{value:,.0f} s" if metric == "average_response" else f"{value:.1%}"


def _error(target: TargetResult) -> str:
    """Return the standard error of the expectation, empty where it is not known."""
    error = target.standard_error
    if not np.isfinite(error):
        return ""
    return f"{error:,.1f}" if target.metric == "average_response" else f"{error:.1%}"
