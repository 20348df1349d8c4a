"""The forecast: contacts per queue and day with bands and events."""

from __future__ import annotations

import numpy as np

from data.report.charts import daily_chart
from data.report.facts import Facts, count, short_date
from data.report.html import Html, join, section, table, tag
from data.report.parts import parts
from wfm.inputs import Event

__all__ = ["demand"]


def demand(facts: Facts) -> Html:
    """Return the section on the forecast: a picture per queue, the events and the daily numbers."""
    title = facts.word("forecast")
    if facts.forecast is None:
        return section("forecast", title, "", tag("p", facts.word("no_forecast")))
    pictures = [_figure(facts, index) for index in range(len(facts.forecast.queues))]
    return section(
        "forecast", title, facts.word("forecast_lead"), _legend(facts), tag("div", *pictures, class_="multiples"),
        parts(facts), _events(facts), _daily_numbers(facts),
    )  # fmt: skip


def _figure(facts: Facts, index: int) -> Html:
    assert facts.forecast is not None
    queue = facts.forecast.queues[index]
    total = count(float(facts.forecast.daily_rate[index].sum()))
    phases = join(
        tag("li", tag("b", _span_text(facts, first, last)), " ", text) for first, last, text in facts.event_spans(queue)
    )
    caption = tag("figcaption", tag("b", facts.title(queue)), f" {total} {facts.word('contacts')}")
    return tag("figure", caption, daily_chart(facts, index), tag("ul", phases, class_="phases") if phases else "")


def _span_text(facts: Facts, first: int, last: int) -> str:
    dates = facts.grid.dates
    start = short_date(dates[first])
    return start if first == last else f"{start} – {short_date(dates[last])}"


def _legend(facts: Facts) -> Html:
    keys = (("mean", "mean"), ("band", "band80"), ("base", "baseline"), ("event", "event_mark"))
    items = (join((tag("i", class_=f"key {name}"), facts.word(key))) for name, key in keys)
    return tag("p", *(tag("span", item) for item in items), class_="legend")


def _events(facts: Facts) -> Html:
    zone, plan = facts.grid.zone, facts.inputs.plan.plan
    inside = [
        event
        for event in facts.inputs.events
        if event.start.astimezone(zone).date() <= plan.end and event.end.astimezone(zone).date() >= plan.start
    ]
    if not inside:
        return Html("")
    keys = ("event", "phase", "platform", "from", "until", "source", "confidence")
    rows = [_event_row(facts, event) for event in sorted(inside, key=lambda e: (e.start, e.event, e.platform, e.phase))]
    content = table([facts.word(key) for key in keys], rows, facts.word("events"), prose=(5,), tall=True)
    return tag("details", tag("summary", f"{facts.word('events')} ({len(rows)})"), content)


def _event_row(facts: Facts, event: Event) -> list[str]:
    form = "%m-%d %H:%M" if event.has_hour else "%m-%d"
    start, end = (moment.astimezone(facts.grid.zone).strftime(form) for moment in (event.start, event.end))
    return [event.event, event.phase, event.platform, start, end, event.source, event.confidence]


def _daily_numbers(facts: Facts) -> Html:
    assert facts.forecast is not None
    mean, (low, high) = facts.forecast.daily_rate, facts.daily_band
    queues = facts.forecast.queues
    total_low, total_high = np.quantile(facts.forecast.daily_paths.sum(axis=1), (0.1, 0.9), axis=0)
    rows = []
    for d, day in enumerate(facts.grid.dates):
        cells = [_with_band(mean[q, d], low[q, d], high[q, d]) for q in range(len(queues))]
        total = _with_band(mean[:, d].sum(), total_low[d], total_high[d])
        rows.append([f"{short_date(day)} {facts.weekday(day)}", *cells, total])
    headers = [facts.word("day"), *map(facts.title, queues), facts.word("total")]
    numeric = range(1, len(headers))
    content = table(headers, rows, facts.word("daily_numbers"), numeric=numeric, tall=True)
    return tag("details", tag("summary", facts.word("daily_numbers")), content)


def _with_band(mean: float, low: float, high: float) -> Html:
    return join((count(mean), " ", tag("small", f"{count(low)}–{count(high)}")))
