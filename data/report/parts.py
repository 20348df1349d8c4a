"""What each day's contacts are made of: the picture's frame, its numbers, and how peaks were taken to grow."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from data.forecast_parts import growth_days
from data.report.facts import Facts, count, short_date
from data.report.html import Html, join, table, tag
from wfm.results import Forecast, ForecastPart

__all__ = ["parts", "parts_numbers"]

FloatArray = NDArray[np.float64]
# Event phases that have a colour of their own; the others share one.
_COLOURS = 6
# How peaks grow is drawn where it changes a day's contacts by this share.
_TELLING = 0.02


def parts(facts: Facts) -> Html:
    """Return the stacked parts by day, for all queues or a chosen one, and the band of growth."""
    forecast = facts.forecast
    if forecast is None or not forecast.parts:
        return Html("")
    choices = [tag("option", facts.word("all_queues"), value=len(facts.queues), selected=True)]
    choices += [tag("option", facts.title(queue), value=number) for number, queue in enumerate(facts.queues)]
    label = tag("label", f"{facts.word('queue')} ", tag("select", *choices, id="partqueue"))
    picture = tag(
        "div", tag("p", label, class_="controls"), _legend(facts, forecast), tag("div", id="partchart", class_="plot"),
        tag("p", id="partread", class_="readout"), class_="script",
    )  # fmt: skip
    return join((
        tag("h3", facts.word("parts")), tag("p", facts.word("parts_lead"), class_="lead"), picture,
        tag("p", facts.word("needs_script"), class_="note noscript"), _growth(facts, forecast),
        _numbers(facts, forecast),
    ))  # fmt: skip


def parts_numbers(facts: Facts) -> dict[str, object] | None:
    """Return what the script draws: parts by queue and day, in the order of ``facts.queues``, and the bands."""
    forecast = facts.forecast
    if forecast is None or not forecast.parts:
        return None
    order = [forecast.queues.index(queue) for queue in facts.queues]
    low, high = np.quantile(_with_sum(forecast.daily_paths[:, order], 1), (0.1, 0.9), axis=0)
    looks = _looks(forecast)
    return {
        "looks": [looks[number] for number in range(len(forecast.parts))],
        "names": [_name(facts, part) for part in forecast.parts],
        "values": [_rounded(part.contacts[order]) for part in forecast.parts],
        "low": _rounded(low),
        "high": _rounded(high),
        "growth": _growth_numbers(forecast, order),
        "words": {key: facts.word(key) for key in ("contacts", "part_growth")},
    }


def _growth_numbers(forecast: Forecast, order: Sequence[int]) -> list[list[list[int]]] | None:
    """Return the days' contacts at both ends by queue, all of them last; equal where the day is no peak."""
    if forecast.growth is None:
        return None
    edges = [_with_sum(edge[order], 0) for edge in (forecast.growth.as_before, forecast.growth.with_level)]
    mean = _with_sum(forecast.daily_rate[order], 0)
    peak = np.abs(edges[1] - edges[0]) >= _TELLING * np.maximum(mean, 1.0)
    return [_rounded(np.where(peak, edge, 0.0)) for edge in edges]


def _with_sum(values: FloatArray, axis: int) -> FloatArray:
    """Return an array with the sum over its queues as one queue more."""
    return np.concatenate([values, values.sum(axis=axis, keepdims=True)], axis=axis)


def _rounded(values: FloatArray) -> list[list[int]]:
    found: list[list[int]] = np.rint(values).astype(np.int64).tolist()
    return found


def _looks(forecast: Forecast) -> list[str]:
    """Return the class of each part: one per kind, and for the largest event phases one each."""
    events = [n for n, part in enumerate(forecast.parts) if part.kind == "event"]
    ranked = sorted(events, key=lambda n: -float(np.abs(forecast.parts[n].contacts).sum()))
    own = {number: f"p-e{place}" for place, number in enumerate(ranked[:_COLOURS])}
    return [own.get(number, f"p-{part.kind}") for number, part in enumerate(forecast.parts)]


def _name(facts: Facts, part: ForecastPart) -> str:
    if part.kind in ("baseline", "holiday"):
        return facts.word(f"part_{part.kind}")
    return part.name.replace("_", " ")


def _legend(facts: Facts, forecast: Forecast) -> Html:
    keys: dict[str, str] = {}
    for look, part in zip(_looks(forecast), forecast.parts, strict=True):
        own = look.startswith("p-e") and look != "p-event"
        keys.setdefault(look, _name(facts, part) if own else facts.word(f"part_{part.kind}"))
    items = [tag("span", tag("i", class_=f"key {look}"), text) for look, text in keys.items()]
    if forecast.growth is not None and growth_days(forecast):
        items.append(tag("span", tag("i", class_="key p-growth"), facts.word("growth_mark")))
    return tag("p", *items, class_="legend")


def _growth(facts: Facts, forecast: Forecast) -> Html:
    """Return by queue what the peak days are, and what they would be at both ends of the exponent."""
    band, days = forecast.growth, growth_days(forecast)
    if band is None or not days:
        return Html("")
    given = facts.inputs.plan.forecast.growth_exponent is not None
    key = "growth_given" if given else "growth_lead"
    lead = facts.word(key, exponent=f"{band.exponent:.2f}", sd=f"{band.sd:.2f}")
    order = [forecast.queues.index(queue) for queue in facts.queues]
    mean, before, grown = (
        _with_sum(v[order], 0) for v in (forecast.daily_rate, band.as_before, band.with_level)
    )  # fmt: skip
    names = [*map(facts.title, facts.queues), facts.word("all_queues")]
    rows = [
        [name, *(_between(mean[q, day], before[q, day], grown[q, day]) for day in days)] for q, name in enumerate(names)
    ]
    dates = [facts.grid.dates[day] for day in days]
    headers = [facts.word("queue"), *(f"{short_date(day)} {facts.weekday(day)}" for day in dates)]
    content = table(headers, [rows[-1], *rows[:-1]], facts.word("growth"), numeric=range(1, len(headers)))
    return join((tag("h3", facts.word("growth")), tag("p", lead, class_="lead"), content))


def _between(mean: float, before: float, grown: float) -> Html:
    return join((count(mean), " ", tag("small", f"{count(before)} – {count(grown)}")))


def _numbers(facts: Facts, forecast: Forecast) -> Html:
    """Return the parts of each day over all queues as a table."""
    sums = [part.contacts.sum(axis=0) for part in forecast.parts]
    mean = forecast.daily_rate.sum(axis=0)
    rows = [
        [f"{short_date(day)} {facts.weekday(day)}", *(_signed(s[d], k) for k, s in enumerate(sums)), count(mean[d])]
        for d, day in enumerate(facts.grid.dates)
    ]
    headers = [facts.word("day"), *(_name(facts, part) for part in forecast.parts), facts.word("total")]
    content = table(headers, rows, facts.word("daily_parts"), numeric=range(1, len(headers)), tall=True)
    return tag("details", tag("summary", facts.word("daily_parts")), content)


def _signed(value: float, place: int) -> str:
    if place == 0:
        return count(value)
    return f"{round(value):+,}" if round(value) else ""
