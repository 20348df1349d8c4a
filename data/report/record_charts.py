"""Pictures of the record: what came against what was forecast, and errors side by side."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import timedelta

import numpy as np

from data.labels import word
from data.report.charts import VIEW_BOX, DayAxis, nice_step
from data.report.facts import percent, short_date
from data.report.html import Html, join, tag
from wfm.track_record import BacktestDays, BacktestRow

__all__ = ["error_bars", "held_back_chart"]

_WIDTH, _HEIGHT = 560, 170
_LEFT, _RIGHT, _TOP, _BOTTOM = 40, 6, 10, 22
_STROKE = 24


def held_back_chart(held: BacktestDays, lang: str) -> Html:
    """Return one held-back window: contacts per day as they came, as forecast with its band, and the plain mean."""
    tops = [np.nanmax(values, initial=0.0) for values in (held.actual, held.mean, held.high, held.plain)]
    axis = DayAxis(len(held.actual), float(max(tops)))
    dates = [held.first + timedelta(days=day) for day in range(len(held.actual))]
    drawn = _lines(axis, held) if len(dates) > 1 else _one_day(axis, held)
    picture = tag(
        "svg", axis.lines(), axis.days(dates), drawn, _dots(axis, held),
        viewBox=VIEW_BOX, role="img", aria_label=f"{held.window}: {word('record_pictures', lang)}", class_="daily",
    )  # fmt: skip
    name = f"{short_date(dates[0])} – {short_date(dates[-1])} {dates[-1].year}"
    title = name if held.kind == "weeks" else held.window
    return tag("figure", tag("figcaption", tag("b", title), " ", _error(held, lang)), picture)


def _lines(axis: DayAxis, held: BacktestDays) -> Html:
    lines = ((held.plain, "base"), (held.mean, "mean"), (held.actual, "actual"))
    return join((axis.band(held.low, held.high), *(axis.line(values, name) for values, name in lines)))


def _one_day(axis: DayAxis, held: BacktestDays) -> Html:
    """Draw a window of a single day as short strokes, the band as a block."""
    mean, low, high, plain = (float(values[0]) for values in (held.mean, held.low, held.high, held.plain))
    if not math.isfinite(mean + low + high + plain):
        return Html("")
    left, right = axis.x(0) - _STROKE, axis.x(0) + _STROKE
    block = tag(
        "rect", x=left, y=axis.y(high), width=2 * _STROKE, height=round(axis.y(low) - axis.y(high), 1), class_="band"
    )
    strokes = (
        tag("line", x1=left, x2=right, y1=axis.y(value), y2=axis.y(value), class_=name)
        for value, name in ((plain, "base"), (mean, "mean"))
    )
    return join((block, *strokes))


def _dots(axis: DayAxis, held: BacktestDays) -> Html:
    """Mark each actual day, so that a window of one day is seen too."""
    days = np.flatnonzero(np.isfinite(held.actual)).tolist()
    return join(tag("circle", cx=axis.x(d), cy=axis.y(float(held.actual[d])), r=1.8, class_="came") for d in days)


def _error(held: BacktestDays, lang: str) -> str:
    seen = np.isfinite(held.actual)
    total = float(held.actual[seen].sum())
    if total <= 0:
        return ""
    bias = float(held.mean[seen].sum()) / total - 1
    return f"{word('bias', lang)} {100 * bias:+.1f}%"


def error_bars(groups: Mapping[str, Mapping[str, BacktestRow]], models: Sequence[str], label: str) -> Html:
    """Return errors of some models side by side, one group of bars each; infinite ones are left out.

    Parameters
    ----------
    groups : mapping of title to mapping of model to row
        The groups from left to right.
    models : sequence of str
        The bars of a group; their classes are ``bar0``, ``bar1``, ...
    label : str
        What the picture shows, for those who cannot see it.
    """
    errors = [[_finite(found[name].wape) if name in found else None for name in models] for found in groups.values()]
    highest = max((error for row in errors for error in row if error is not None), default=0.0)
    step = nice_step(highest)
    top = max(step, math.ceil(highest / step - 1e-9) * step)
    group = (_WIDTH - _LEFT - _RIGHT) / max(len(groups), 1)
    bars = join(_bars(row, number, group, top) for number, row in enumerate(errors))
    names = join(
        tag("text", title, x=round(_LEFT + (number + 0.5) * group, 1), y=_HEIGHT - 6, class_="tick")
        for number, title in enumerate(groups)
    )
    grid = join(_grid(step * k, top) for k in range(round(top / step) + 1))
    return tag("svg", grid, bars, names, viewBox=f"0 0 {_WIDTH} {_HEIGHT}", role="img", aria_label=label)


def _bars(errors: Sequence[float | None], number: int, group: float, top: float) -> Html:
    width = 0.8 * group / max(len(errors), 1)
    left = _LEFT + number * group + 0.1 * group
    return join(
        tag(
            "rect", tag("title", percent(error, 1)), x=round(left + n * width, 1), y=_y(error, top),
            width=round(0.92 * width, 1), height=round(_y(0.0, top) - _y(error, top), 1), class_=f"bar{n}",
        )
        for n, error in enumerate(errors)
        if error is not None
    )  # fmt: skip


def _grid(value: float, top: float) -> Html:
    y = _y(value, top)
    text = tag("text", percent(value, 1 if top < 0.04 else 0), x=_LEFT - 5, y=y + 3.5, class_="tick end")
    return join((tag("line", x1=_LEFT, x2=_WIDTH - _RIGHT, y1=y, y2=y, class_="grid"), text))


def _y(value: float, top: float) -> float:
    return round(_HEIGHT - _BOTTOM - value / top * (_HEIGHT - _TOP - _BOTTOM), 1)


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
