"""What the report's parts need to know, derived once from the results."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from data.labels import word
from data.report.html import Html, tag
from wfm.grid import TimeGrid
from wfm.inputs import Inputs
from wfm.results import Attainment, Finding, Forecast, Requirement, Roster
from wfm.track_record import BacktestRow

__all__ = ["Facts", "count", "decimal", "percent", "short_date"]

FloatArray = NDArray[np.float64]
_DAY_NUMBER = re.compile(r" day \d+$")
_FRAME = "whole_event"
_WEEKDAYS = {"en": ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"), "zh": ("一", "二", "三", "四", "五", "六", "日")}


def count(value: float) -> str:
    """Return a whole number with thousands separated; ``–`` when it is not finite."""
    return f"{round(value):,}" if math.isfinite(value) else "–"


def decimal(value: float) -> str:
    """Return a number with one decimal; ``–`` when it is not finite."""
    return f"{value:,.1f}" if math.isfinite(value) else "–"


def percent(share: float, decimals: int = 0) -> str:
    """Return a share as percent; ``–`` when it is not finite.

    A share just off 0 or 1 is not rounded to certainty: it reads ``<1%`` or ``>99%``.
    """
    if not math.isfinite(share):
        return "–"
    if decimals == 0 and 0.0 < share < 0.005:
        return "<1%"
    if decimals == 0 and 0.995 <= share < 1.0:
        return ">99%"
    return f"{100 * share:.{decimals}f}%"


def short_date(day: date) -> str:
    """Return month and day, ``11-10``."""
    return f"{day:%m-%d}"


@dataclass(frozen=True)
class Facts:
    """The results of one run, and the language to tell them in.

    Arrays that belong to queues are in the order of ``requirement.queues``.
    """

    inputs: Inputs
    forecast: Forecast | None
    requirement: Requirement
    roster: Roster
    attainment: Attainment | None
    findings: Sequence[Finding]
    scenario: str
    seed: int
    lang: str
    backtest: Sequence[BacktestRow]

    def word(self, key: str, **values: str) -> str:
        """Return a word of the report, with ``values`` filled in."""
        text = word(key, self.lang)
        return text.format(**values) if values else text

    def term(self, key: str) -> Html:
        """Return a term of the glossary that explains itself under the pointer."""
        return tag("abbr", self.word(f"term_{key}"), title=self.word(f"define_{key}"), tabindex=0)

    def money(self, value: float) -> str:
        """Return an amount in the plan's currency, without decimals."""
        return f"{count(value)} {self.inputs.plan.plan.currency}"

    def weekday(self, day: date) -> str:
        """Return the short name of a date's weekday."""
        return _WEEKDAYS[self.lang][day.weekday()]

    def clock(self, moment: datetime) -> str:
        """Return the clock time of an aware moment in the plan's zone."""
        return f"{moment.astimezone(self.grid.zone):%H:%M}"

    def title(self, queue: str) -> str:
        """Return a queue's title, its id where it has none."""
        return next((q.title for q in self.inputs.plan.queue if q.id == queue and q.title), queue)

    @property
    def grid(self) -> TimeGrid:
        """The horizon's grid."""
        return self.requirement.grid

    @property
    def queues(self) -> tuple[str, ...]:
        """Queue ids."""
        return self.requirement.queues

    @property
    def hours(self) -> float:
        """Hours per interval."""
        return self.grid.interval_minutes / 60.0

    @cached_property
    def scheduled(self) -> FloatArray:
        """Agents on seat: shape (queues, intervals)."""
        return self.roster.scheduled[[self.roster.queues.index(queue) for queue in self.queues]]

    @property
    def needed(self) -> FloatArray:
        """Agents needed with shrinkage: shape (queues, intervals)."""
        return self.requirement.agents_with_shrinkage

    @cached_property
    def short_hours(self) -> FloatArray:
        """Agent-hours missing per queue and day: shape (queues, days)."""
        return self.per_day(np.maximum(0.0, self.needed - self.scheduled)) * self.hours

    def per_day(self, values: FloatArray) -> FloatArray:
        """Return the sums by day of an array (queues, intervals)."""
        first = [self.grid.slots_of_day(day).start for day in range(self.grid.days)]
        return np.add.reduceat(values, first, axis=1)

    @cached_property
    def daily_band(self) -> FloatArray:
        """10 % and 90 % quantiles of contacts per day: shape (2, queues, days) in the forecast's order of queues."""
        if self.forecast is None:
            return np.zeros((2, 0, self.grid.days))
        return np.quantile(self.forecast.daily_paths, (0.1, 0.9), axis=0)

    def event_spans(self, queue: str) -> list[tuple[int, int, str]]:
        """Return runs of days (first, last, text) on which an event phase acts on a queue.

        Notes that differ by their day number alone belong to one run. The frame around an event's phases is left out
        where the phases themselves are known.
        """
        notes = self.forecast.event_notes if self.forecast else ()
        days: dict[str, set[date]] = {}
        for day, named, text in notes:
            if named == queue:
                days.setdefault(_DAY_NUMBER.sub("", text), set()).add(day)
        if any(_FRAME not in text for text in days):
            days = {text: acting for text, acting in days.items() if _FRAME not in text}
        return sorted(
            ((first - self.grid.start).days, (last - self.grid.start).days, text.replace("_", " "))
            for text, acting in days.items()
            for first, last in _runs(sorted(acting))
            if self.grid.start <= first and last <= self.grid.end
        )


def _runs(days: list[date]) -> list[tuple[date, date]]:
    breaks = [after for before, after in pairwise(days) if after - before > timedelta(days=1)]
    starts = [days[0], *breaks]
    ends = [*(days[days.index(day) - 1] for day in breaks), days[-1]]
    return list(zip(starts, ends, strict=True))
