"""The numbers that the report's script draws, as compact JSON."""

from __future__ import annotations

import json
import math

import numpy as np
from numpy.typing import NDArray

from data.report.facts import Facts, short_date
from data.report.html import Html
from data.report.parts import parts_numbers

__all__ = ["embedded"]

_WORDS = ("total_contacts", "band80", "needed", "rostered", "short", "answered", "answered_p10", "surplus")


def embedded(facts: Facts) -> Html:
    """Return a JSON element: per queue and interval contacts with band, agents needed and on seat, answered in time."""
    content: dict[str, object] = {
        "days": [f"{short_date(day)} {facts.weekday(day)}" for day in facts.grid.dates],
        "first": [facts.grid.slots_of_day(day).start for day in range(facts.grid.days)] + [facts.grid.n],
        "minute": facts.grid.minute_of_day.tolist(),
        "needed": _rows(facts.needed),
        "seated": _rows(facts.scheduled),
        "events": _events(facts),
        "words": {key: facts.word(key) for key in _WORDS},
        "parts": parts_numbers(facts),
        **_contacts(facts),
        **_answered(facts),
    }
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    # Inside a script element only these can end it or start a comment; as escapes they are the same JSON.
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Html(f'<script type="application/json" id="numbers">{text}</script>')


def _events(facts: Facts) -> dict[str, str]:
    """Return the event phases that act on a queue and day, by ``queue-day`` (positions)."""
    found: dict[str, list[str]] = {}
    for q, queue in enumerate(facts.queues):
        for first, last, text in facts.event_spans(queue):
            for day in range(first, last + 1):
                found.setdefault(f"{q}-{day}", []).append(text)
    return {key: "; ".join(texts) for key, texts in found.items()}


def _contacts(facts: Facts) -> dict[str, object]:
    forecast = facts.forecast
    if forecast is None:
        return {"mean": None, "low": None, "high": None}
    order = [forecast.queues.index(queue) for queue in facts.queues]
    low, high = np.quantile(forecast.paths[:, order], (0.1, 0.9), axis=0)
    return {"mean": _rows(forecast.rate[order]), "low": _rows(low), "high": _rows(high)}


def _answered(facts: Facts) -> dict[str, object]:
    attainment = facts.attainment
    if attainment is None:
        return {"answered": None, "answered10": None}
    order = [attainment.queues.index(queue) for queue in facts.queues]
    return {
        "answered": _rows(100 * attainment.answered_within_mean[order]),
        "answered10": _rows(100 * attainment.answered_within_p10[order]),
    }


def _rows(values: NDArray[np.floating]) -> list[list[float | int | None]]:
    return [[_brief(value) for value in row] for row in values.tolist()]


def _brief(value: float) -> float | int | None:
    if not math.isfinite(value):
        return None
    rounded = round(value, 1)
    return int(rounded) if rounded == int(rounded) else rounded
