"""The targets: what the simulated roster attains, weakest first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from data.report.facts import Facts, count, decimal, percent
from data.report.html import Html, meter, section, table, tag
from wfm.queues import LESS_IS_BETTER
from wfm.results import TargetResult

__all__ = ["describe", "period_text", "ranked", "targets", "value_text"]

_ROWS_MAX = 150


def ranked(results: Sequence[TargetResult]) -> list[TargetResult]:
    """Return target results weakest first: missed ones, then by probability, then by distance to the goal."""
    return sorted(results, key=lambda t: (t.met, t.probability_met, -_miss(t), t.queue, t.period))


def describe(facts: Facts, target: TargetResult) -> str:
    """Return a target in words: ``at least 80% answered within 30 s``."""
    bound = facts.word("at_most" if _less_is_better(target) else "at_least")
    name = facts.word(f"metric_{target.metric}").format(seconds=_duration(facts, target))
    goal = value_text(target, target.goal).replace(".0", "")
    order = "target_time" if target.metric == "average_response" else "target_share"
    return facts.word(order, bound=bound, goal=goal, name=name)


def value_text(target: TargetResult, value: float) -> str:
    """Return a value of a target's metric: seconds for the average response, percent otherwise."""
    return f"{decimal(value)} s" if target.metric == "average_response" else percent(value, 1)


def period_text(facts: Facts, period: str) -> str:
    """Return a period as people say it: a date, a date with clock time, or the whole horizon."""
    if period == "horizon":
        return facts.word("whole_horizon")
    if len(period) == len("2025-11-10"):
        return period
    return f"{datetime.fromisoformat(period):%Y-%m-%d %H:%M}"


def targets(facts: Facts) -> Html:
    """Return the section on targets: one row per promise, and every period below."""
    title, lead = facts.word("targets"), facts.word("targets_lead")
    if facts.attainment is None or not facts.attainment.targets:
        return section("targets", title, "", tag("p", facts.word("no_targets")))
    return section("targets", title, lead, _by_promise(facts), *_hurting(facts), _every_period(facts))


def _by_promise(facts: Facts) -> Html:
    assert facts.attainment is not None
    groups: dict[tuple[object, ...], list[TargetResult]] = {}
    for target in ranked(facts.attainment.targets):
        key = (target.queue, target.metric, target.seconds, target.window, target.over, target.goal)
        groups.setdefault(key, []).append(target)
    # What decides comes first: on a narrow screen the columns on the right are out of sight.
    keys = ("queue", "periods_met", "lowest_probability", "expected", "p10", "target", "window", "worst_period")
    rows = [_promise_row(facts, group) for group in groups.values()]
    return table([facts.word(key) for key in keys], rows, facts.word("targets"), numeric=(3, 4))


def _promise_row(facts: Facts, group: list[TargetResult]) -> list[str]:
    weakest, met = group[0], sum(target.met for target in group)
    kept = meter(met / len(group), f"{count(met)} / {count(len(group))}", bad=met < len(group))
    clock = f"{weakest.window}, {facts.word(f'over_{weakest.over}')}"
    return [
        facts.title(weakest.queue), kept, _chance(weakest), value_text(weakest, weakest.expected),
        value_text(weakest, weakest.p10), describe(facts, weakest), clock, period_text(facts, weakest.period),
    ]  # fmt: skip


def _hurting(facts: Facts) -> list[Html]:
    """Return the intervals that cost the targets most of what they miss, weakest target first."""
    assert facts.attainment is not None
    weakest = {(target.queue, target.number): target for target in reversed(ranked(facts.attainment.targets))}
    order = {key: place for place, key in enumerate(reversed(weakest))}
    found = [one for one in facts.attainment.hurting if (one.queue, one.number) in weakest]
    if not found:
        return []
    found.sort(key=lambda one: (order[one.queue, one.number], -one.missed))
    rows = [
        [
            facts.title(one.queue), describe(facts, weakest[one.queue, one.number]), f"{one.start:%Y-%m-%d %H:%M}",
            decimal(one.missed), percent(one.share, 1),
        ]
        for one in found
    ]  # fmt: skip
    heads = [facts.word(key) for key in ("queue", "target", "interval", "missed_mean", "missed_share")]
    content = table(heads, rows, facts.word("hurting"), numeric=(3, 4), tall=True)
    lead = tag("p", facts.word("hurting_lead"), class_="note")
    return [tag("details", tag("summary", facts.word("hurting")), lead, content)]


def _every_period(facts: Facts) -> Html:
    assert facts.attainment is not None
    order = ranked(facts.attainment.targets)
    keys = ("queue", "period", "met", "probability", "goal", "expected", "p10", "target")
    rows = [_period_row(facts, target) for target in order[:_ROWS_MAX]]
    content = table([facts.word(key) for key in keys], rows, facts.word("every_period"), numeric=(4, 5, 6), tall=True)
    left = len(order) - _ROWS_MAX
    more = [tag("p", facts.word("more_in_file", n=count(left), file="targets.csv"), class_="note")] if left > 0 else []
    return tag("details", tag("summary", facts.word("every_period")), content, *more)


def _period_row(facts: Facts, target: TargetResult) -> list[str]:
    answer = tag("span", "✓ " + facts.word("yes"), class_="good")
    if not target.met:
        answer = tag("span", "✗ " + facts.word("no"), class_="ill")
    values = (value_text(target, value) for value in (target.goal, target.expected, target.p10))
    name = describe(facts, target)
    return [facts.title(target.queue), period_text(facts, target.period), answer, _chance(target), *values, name]


def _chance(target: TargetResult) -> Html:
    return meter(target.probability_met, percent(target.probability_met), bad=not target.met)


def _less_is_better(target: TargetResult) -> bool:
    return target.metric in LESS_IS_BETTER


def _miss(target: TargetResult) -> float:
    distance = target.expected - target.goal
    distance = distance if _less_is_better(target) else -distance
    return distance / target.goal if target.goal else distance


def _duration(facts: Facts, target: TargetResult) -> str:
    seconds = target.seconds or 0.0
    if seconds >= 3600:
        return facts.word("in_hours", n=f"{seconds / 3600:g}")
    return facts.word("in_seconds", n=f"{seconds:g}")
