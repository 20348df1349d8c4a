"""Requirement against roster: where agents are missing, day by day and interval by interval."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from data.report.facts import Facts, count, decimal, short_date
from data.report.html import Html, join, section, table, tag
from data.report.people import day_headers

__all__ = ["day_view", "staffing"]

FloatArray = NDArray[np.float64]
_LEVELS = (0.02, 0.05, 0.10, 0.20)  # missing share of the day's need from which a cell is shaded darker


def staffing(facts: Facts) -> Html:
    """Return the section with the shortage table, the totals per queue, and the day view."""
    lead = facts.word("staffing_lead")
    return section("staffing", facts.word("staffing"), lead, _shortage(facts), _totals(facts), _methods(facts))


def day_view(facts: Facts) -> Html:
    """Return the day view: selectors and pictures that the script draws."""
    queues = join(tag("option", facts.title(queue), value=q) for q, queue in enumerate(facts.queues))
    days = join(
        tag("option", f"{short_date(day)} {facts.weekday(day)}", value=d) for d, day in enumerate(facts.grid.dates)
    )
    controls = tag(
        "div",
        tag("label", facts.word("queue"), " ", tag("select", queues, id="queue")),
        tag("label", facts.word("day"), " ", tag("select", days, id="date")),
        tag("button", "‹", type="button", id="before", aria_label=facts.word("previous_day")),
        tag("button", "›", type="button", id="after", aria_label=facts.word("following_day")),
        class_="controls script",
    )
    pictures = tag(
        "div",
        tag("p", id="readout", class_="readout", aria_live="polite"),
        *(tag("div", id=name, class_="plot") for name in ("contacts", "agents", "answered")),
        tag("h3", facts.word("heat")), tag("p", facts.word("heat_lead"), class_="lead"),
        tag("div", tag("canvas", id="heat", role="img", aria_label=facts.word("heat")), class_="scroll"),
        class_="script",
    )  # fmt: skip
    missing = tag("p", facts.word("needs_script"), class_="note noscript")
    return section("dayview", facts.word("dayview"), facts.word("dayview_lead"), missing, controls, pictures)


def _shortage(facts: Facts) -> Html:
    short = facts.short_hours
    needed = facts.per_day(facts.needed) * facts.hours
    names = [tag("th", facts.word(key), scope="col") for key in ("queue", "total")]
    head = tag("tr", *names, *day_headers(facts))
    rows = [_shortage_row(facts, q, short[q], needed[q]) for q in range(len(facts.queues))]
    if len(rows) > 1:
        rows.append(_shortage_row(facts, None, short.sum(axis=0), needed.sum(axis=0)))
    caption = tag("caption", facts.word("staffing"), class_="hidden")
    content = tag("table", caption, tag("thead", head), tag("tbody", *rows), class_="shortage")
    return tag("div", content, class_="scroll", tabindex=0, role="region", aria_label=facts.word("staffing"))


def _shortage_row(facts: Facts, queue: int | None, short: FloatArray, needed: FloatArray) -> Html:
    name = facts.word("all_queues") if queue is None else facts.title(facts.queues[queue])
    cells = [
        _shortage_cell(queue, day, float(missing), float(need))
        for day, (missing, need) in enumerate(zip(short, needed, strict=True))
    ]
    total = tag("td", decimal(float(short.sum())), class_="n sum")
    return tag("tr", tag("th", name, scope="row"), total, *cells, class_="all" if queue is None else None)


def _shortage_cell(queue: int | None, day: int, missing: float, needed: float) -> Html:
    if missing < 0.05:
        return tag("td", "·", class_="s0")
    share = missing / needed if needed else 0.0
    level = 1 + sum(share >= bound for bound in _LEVELS)
    text = decimal(missing) if missing < 10 else count(missing)
    if queue is None:
        return tag("td", text, class_=f"s{level}")
    return tag("td", tag("a", text, href="#dayview", data_queue=queue, data_day=day), class_=f"s{level}")


def _totals(facts: Facts) -> Html:
    short, spare = facts.short_hours.sum(axis=1), np.maximum(0.0, facts.scheduled - facts.needed).sum(axis=1)
    needed, seated = facts.needed.sum(axis=1) * facts.hours, facts.scheduled.sum(axis=1) * facts.hours
    rows = [
        [
            facts.title(queue), count(float(facts.needed[q].max())), count(float(needed[q])), count(float(seated[q])),
            decimal(float(short[q])), count(float(spare[q]) * facts.hours),
        ]
        for q, queue in enumerate(facts.queues)
    ]  # fmt: skip
    keys = ("queue", "peak_needed", "agent_hours", "rostered_hours", "short", "surplus")
    return table([facts.word(key) for key in keys], rows, facts.word("agent_hours"), numeric=range(1, 6))


def _methods(facts: Facts) -> Html:
    queues: dict[str, list[str]] = {}
    for queue, method in facts.requirement.methods.items():
        queues.setdefault(method, []).append(facts.title(queue))
    if not queues:
        return Html("")
    items = (tag("li", tag("b", ", ".join(names)), ": ", method) for method, names in queues.items())
    return tag("details", tag("summary", facts.word("method")), tag("ul", *items, class_="notes"))
