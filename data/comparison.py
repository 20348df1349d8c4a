"""Scenarios side by side as one HTML page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from data.labels import word
from data.report.facts import count, decimal, percent
from data.report.html import Html, join, meter, section, table, tag
from data.report.shell import shell

__all__ = ["comparison_html"]

_MONEY_AND_HOURS = ("cost", "hours", "overtime_hours", "temps_hired", "temp_hours", "agents_short_hours")
_SHARES = ("worst_target", "probability_all_met")
_WORDS = {"hours": "paid_hours"}


def comparison_html(rows: Sequence[Mapping[str, object]], lang: str = "en") -> str:
    """Return a page that lays scenarios side by side, one row each, with the difference to the first.

    ``rows`` have the columns of ``comparison.csv``; run times are left out, so that equal results give equal bytes.
    ``worst_target`` is shown as it comes when it is text, as percent when it is a share.
    """
    title, lead = word("comparison", lang), word("comparison_lead", lang)
    head = tag("header", tag("h1", title), tag("p", lead, class_="sub"))
    measures = [key for key in _MONEY_AND_HOURS if any(_value(row, key) for row in rows)]
    bars = tag("div", *(_bars(key, rows, lang) for key in measures), class_="bars")
    return shell(title, lang, join((head, section("scenarios", "", "", _overview(rows, lang), bars))))


def _name(key: str, lang: str) -> str:
    return word(_WORDS.get(key, key), lang)


def _overview(rows: Sequence[Mapping[str, object]], lang: str) -> Html:
    keys = ("probability_all_met", "worst_target", *_MONEY_AND_HOURS, "gap")
    headers = [word("scenario", lang), *(_name(key, lang) for key in keys)]
    lines = [[str(row.get("scenario", "")), *(_cell(row, rows[0], key) for key in keys)] for row in rows]
    return table(headers, lines, word("comparison", lang), numeric=range(1, len(headers)))


def _cell(row: Mapping[str, object], first: Mapping[str, object], key: str) -> str:
    value, base = _value(row, key), _value(first, key)
    if value is None:
        return str(row.get(key) or "–")
    if key in _SHARES:
        return percent(value, 1)
    if key == "gap":
        return percent(value, 2)
    text = decimal(value) if key.endswith("hours") and key != "hours" else count(value)
    if row is first or base is None or base == 0:
        return text
    return join((text, " ", tag("small", f"{value / base - 1:+.0%}")))


def _bars(key: str, rows: Sequence[Mapping[str, object]], lang: str) -> Html:
    values = [_value(row, key) for row in rows]
    highest = max((value for value in values if value is not None), default=0.0) or 1.0
    lines = [
        [str(row.get("scenario", "")), "–" if value is None else meter(value / highest, count(value))]
        for row, value in zip(rows, values, strict=True)
    ]
    name = _name(key, lang)
    content = table([word("scenario", lang), name], lines, name)
    return tag("div", tag("h3", name), content)


def _value(row: Mapping[str, object], key: str) -> float | None:
    value = row.get(key)
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None
