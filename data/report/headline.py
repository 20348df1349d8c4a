"""The head of the report: will the targets hold, what does it cost, how many people are taken on."""

from __future__ import annotations

import math

import numpy as np

from data.report.facts import Facts, count, decimal, percent, short_date
from data.report.html import Html, join, tag
from data.report.targets import describe, period_text, ranked, value_text
from data.summary import temps_hired

__all__ = ["contents", "headline", "is_synthetic"]

_MARKS = {"hold": "✓", "likely": "!", "risk": "!", "miss": "✗", "unknown": "?"}


def is_synthetic(facts: Facts) -> bool:
    """Return whether the plan says of itself that its numbers are invented."""
    head = facts.inputs.plan.plan
    return head.synthetic or "synthetic" in head.name.lower()


def headline(facts: Facts) -> Html:
    """Return title, verdict, what stands out, and the key numbers."""
    head = facts.inputs.plan.plan
    span = f"{head.start.isoformat()} – {head.end.isoformat()} · {head.days} {facts.word('days')} · {head.timezone}"
    line = f"{facts.word('scenario')}: {facts.scenario} · {span}"
    warning = [tag("p", facts.word("synthetic"), class_="banner", role="note")] if is_synthetic(facts) else []
    return tag(
        "header",
        tag("p", facts.word("report"), class_="kicker"), tag("h1", head.name), tag("p", line, class_="sub"),
        *warning, _verdict(facts), tag("div", *_tiles(facts), class_="tiles"),
    )  # fmt: skip


def _verdict(facts: Facts) -> Html:
    grade = _grade(facts)
    lines = [tag("li", text) for text in _standing_out(facts)]
    title = tag("h2", tag("span", _MARKS[grade], class_="mark", aria_hidden="true"), facts.word(f"verdict_{grade}"))
    return tag("div", title, tag("ul", *lines), class_=f"verdict {grade}")


def _grade(facts: Facts) -> str:
    if facts.attainment is None or not facts.attainment.targets:
        return "unknown"
    missed = sum(not target.met for target in facts.attainment.targets)
    if missed == 0:
        # Many promises, each likely, still seldom hold all at once: that must not read as safe.
        return "hold" if facts.attainment.probability_all_met >= 0.5 else "likely"
    return "risk" if missed <= 0.1 * len(facts.attainment.targets) else "miss"


def _standing_out(facts: Facts) -> list[str]:
    lines = []
    if facts.roster.status == "interrupted":
        lines.append(facts.word("verdict_interrupted"))
    if facts.attainment is not None and facts.attainment.targets:
        lines.extend(_about_targets(facts))
    lines.append(_about_shortage(facts))
    if facts.forecast is not None:
        total = facts.forecast.daily_rate.sum(axis=0)
        day = facts.grid.dates[int(total.argmax())]
        lines.append(facts.word("busiest", date=short_date(day), contacts=count(float(total.max()))))
    broken = sum(finding.severity == "error" for finding in facts.findings)
    lines.append(facts.word("audit_broken", n=str(broken)) if broken else facts.word("audit_clean"))
    return lines


def _about_targets(facts: Facts) -> list[str]:
    assert facts.attainment is not None
    targets = facts.attainment.targets
    met = sum(target.met for target in targets)
    lines = [facts.word("targets_held", met=count(met), total=count(len(targets)))]
    weakest = ranked(targets)[0]
    if not weakest.met:
        lines.append(
            facts.word(
                "worst_is",
                queue=facts.title(weakest.queue), target=describe(facts, weakest),
                period=period_text(facts, weakest.period), expected=value_text(weakest, weakest.expected),
                probability=percent(weakest.probability_met),
            )
        )  # fmt: skip
    return lines


def _about_shortage(facts: Facts) -> str:
    short = facts.short_hours
    if short.max(initial=0.0) < 0.05:
        return facts.word("no_shortage")
    q, d = np.unravel_index(int(short.argmax()), short.shape)
    return facts.word(
        "most_short",
        queue=facts.title(facts.queues[q]), date=short_date(facts.grid.dates[d]), hours=decimal(float(short[q, d])),
    )  # fmt: skip


def _tiles(facts: Facts) -> list[Html]:
    cost, roster = facts.roster.cost, facts.roster
    hours = math.fsum(shift.paid_hours for shift in roster.shifts)
    overtime = math.fsum(shift.overtime_hours for shift in roster.shifts)
    limit = facts.inputs.plan.limits.temporary.headcount_max
    short, needed = float(facts.short_hours.sum()), float(facts.needed.sum()) * facts.hours
    chance = facts.attainment.probability_all_met if facts.attainment else math.nan
    runs = count(facts.attainment.replications) if facts.attainment else "0"
    status, shifts = facts.word(f"status_{roster.status}"), f"{facts.word('shifts')}: {count(len(roster.shifts))}"
    return [
        _tile(facts.word("money_spent"), facts.money(cost.spent), shifts),
        _tile(facts.word("objective"), facts.money(cost.total), f"{facts.word('bound')}: {facts.money(roster.bound)}"),
        _tile(facts.term("gap"), percent(roster.gap, 2), status),
        _tile(facts.word("temps_hired"), count(temps_hired(facts.inputs, roster.hires)),
              facts.word("of_allowed", limit=count(limit)) if limit is not None else ""),
        _tile(facts.word("all_targets"), percent(chance), facts.word("probability_in", n=runs)),
        _tile(facts.word("short_hours"), decimal(short),
              facts.word("of_needed", share=percent(short / needed if needed else 0.0, 1))),
        _tile(facts.word("paid_hours"), count(hours), facts.word("of_which_overtime", hours=decimal(overtime))),
    ]  # fmt: skip


def _tile(name: str, value: str, note: str) -> Html:
    return tag("div", tag("h3", name), tag("p", value, class_="value"), tag("p", note, class_="note"), class_="tile")


def contents(facts: Facts, anchors: dict[str, str]) -> Html:
    """Return the list of sections as links."""
    links = join(tag("a", facts.word(key), href=f"#{anchor}") for anchor, key in anchors.items())
    return tag("nav", links, aria_label=facts.word("skip"))
