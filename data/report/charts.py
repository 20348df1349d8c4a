"""Pictures drawn here as inline SVG, so that they need no script."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from data.report.facts import Facts, count, short_date
from data.report.html import Html, join, tag

__all__ = ["VIEW_BOX", "DayAxis", "daily_chart", "nice_step", "stacked_bar"]

_WIDTH, _HEIGHT = 380, 184
VIEW_BOX = f"0 0 {_WIDTH} {_HEIGHT}"
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 6, 36, 20
_LANES, _SHADED_DAYS = 4, 2
FloatArray = NDArray[np.float64]


def nice_step(highest: float, steps: int = 3) -> float:
    """Return a round distance (1, 2, 2.5 or 5 times a power of ten) of which about ``steps`` reach ``highest``."""
    if not highest > 0:
        return 1.0
    raw = highest / steps
    power = 10.0 ** math.floor(math.log10(raw))
    return next((m * power for m in (1.0, 2.0, 2.5, 5.0, 10.0) if m * power >= raw * 0.999), 10.0 * power)


def daily_chart(facts: Facts, index: int) -> Html:
    """Return the forecast of one queue per day: mean, 80 % band, baseline and event days."""
    forecast = facts.forecast
    assert forecast is not None
    mean, (low, high) = forecast.daily_rate[index], facts.daily_band[:, index]
    base = forecast.baseline[index] if forecast.baseline is not None else None
    axis = DayAxis(len(mean), float(max(high.max(), mean.max())))
    name = facts.title(forecast.queues[index])
    label = f"{name}: {facts.word('forecast')}, {facts.word('peak_day')} {short_date(facts.grid.dates[mean.argmax()])}"
    return tag(
        "svg",
        _events(facts, axis, forecast.queues[index]), axis.lines(), axis.days(facts.grid.dates),
        axis.band(low, high), axis.line(base, "base") if base is not None else "", axis.line(mean, "mean"),
        _peak(axis, mean),
        viewBox=VIEW_BOX, role="img", aria_label=label, class_="daily",
    )  # fmt: skip


def stacked_bar(parts: Sequence[tuple[str, float, str]]) -> Html:
    """Return one bar of parts (class, size, text), widths in proportion; empty parts are left out."""
    total = sum(size for _, size, _ in parts) or 1.0
    pieces = [
        tag("span", class_=f"part {name}", style=f"width:{100 * size / total:.2f}%", title=text)
        for name, size, text in parts
        if size > 0
    ]
    return tag("div", *pieces, class_="stack", aria_hidden="true")


class DayAxis:
    """Positions of days and values inside a picture of days."""

    def __init__(self, days: int, highest: float) -> None:
        self.step = nice_step(highest)
        self.top = max(self.step, math.ceil(highest / self.step - 1e-9) * self.step)
        self.pitch = (_WIDTH - _LEFT - _RIGHT) / days

    def x(self, day: float) -> float:
        """Return where the middle of a day is."""
        return round(_LEFT + (day + 0.5) * self.pitch, 1)

    def y(self, value: float) -> float:
        """Return where a value is."""
        return round(_HEIGHT - _BOTTOM - value / self.top * (_HEIGHT - _TOP - _BOTTOM), 1)

    def points(self, values: FloatArray, order: Sequence[int]) -> str:
        """Return the points of some days, in their order."""
        return " ".join(f"{self.x(day)},{self.y(float(values[day]))}" for day in order)

    def line(self, values: FloatArray, name: str) -> Html:
        """Return a line through the days that have a value."""
        return tag("polyline", points=self.points(values, np.flatnonzero(np.isfinite(values)).tolist()), class_=name)

    def band(self, low: FloatArray, high: FloatArray) -> Html:
        """Return the area between two lines, over the days that have both."""
        there = np.flatnonzero(np.isfinite(low + high)).tolist()
        back = there[::-1]
        return tag("polygon", points=f"{self.points(high, there)} {self.points(low, back)}", class_="band")

    def lines(self) -> Html:
        """Return the lines and numbers of round values."""
        marks = [self.step * k for k in range(round(self.top / self.step) + 1)]
        lines = [tag("line", x1=_LEFT, x2=_WIDTH - _RIGHT, y1=self.y(m), y2=self.y(m), class_="grid") for m in marks]
        texts = [tag("text", count(m), x=_LEFT - 5, y=self.y(m) + 3.5, class_="tick end") for m in marks]
        return join((*lines, *texts))

    def days(self, dates: Sequence[date]) -> Html:
        """Return dates below the picture, a week or more apart."""
        every = max(1, math.ceil(len(dates) / 7 / 5)) * 7 if len(dates) > 7 else 1
        return join(
            tag("text", short_date(dates[d]), x=self.x(d), y=_HEIGHT - 6, class_="tick")
            for d in range(0, len(dates), every)
        )


def _events(facts: Facts, axis: DayAxis, queue: str) -> Html:
    ends: list[int] = []  # last day of each lane
    return join(
        _event(axis, first, last, text, _lane(ends, first, last)) for first, last, text in facts.event_spans(queue)
    )


def _event(axis: DayAxis, first: int, last: int, text: str, lane: int) -> Html:
    """Mark an event's days on a lane above the picture; its first two days, the opening, are shaded."""
    x, width = round(axis.x(first) - axis.pitch / 2, 1), round((last - first + 1) * axis.pitch - 1, 1)
    mark = tag("rect", x=x, y=1 + 5 * lane, width=width, height=3.5, class_="eventmark")
    opening = round(min(last - first + 1, _SHADED_DAYS) * axis.pitch - 1, 1)
    shade = tag("rect", x=x, y=_TOP, width=opening, height=_HEIGHT - _BOTTOM - _TOP, class_="event")
    return tag("g", tag("title", text), mark, shade)


def _lane(ends: list[int], first: int, last: int) -> int:
    """Return the first lane that is free from day ``first`` on, and take it; the last lane takes what is left."""
    for lane, end in enumerate(ends):
        if end < first:
            ends[lane] = last
            return lane
    if len(ends) < _LANES:
        ends.append(last)
        return len(ends) - 1
    ends[-1] = max(ends[-1], last)
    return _LANES - 1


def _peak(axis: DayAxis, mean: FloatArray) -> Html:
    day, value = int(mean.argmax()), float(mean.max())
    side = "end" if day > 0.8 * len(mean) else ("start" if day < 0.2 * len(mean) else "")
    text = tag("text", count(value), x=axis.x(day), y=axis.y(value) - 6, class_=f"peak {side}".strip())
    return join((tag("circle", cx=axis.x(day), cy=axis.y(value), r=3, class_="dot"), text))
