"""What the planner knows of editions that the history does not hold: rows of priors.csv for the effects of events."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from forecasting.calendar_features import CalendarFeatures, columns_of
from forecasting.edition_rows import EditionRows
from forecasting.phases import EVENING, Edition, Phase, editions, kind_of_phase
from forecasting.resample import DayTable
from wfm.inputs import Inputs, Prior
from wfm.platforms import platform_group

__all__ = ["edition_rows"]

FloatArray = NDArray[np.float64]
_EXACT = re.compile(r"day(\d+)")
_DATED = re.compile(r"\b(\d{4})(-\d{2}-\d{2})?$")
# A Monday: the day of a prior is taken as no weekend, which has a small effect of its own.
_MONDAY = date(2024, 1, 1)


def edition_rows(
    inputs: Inputs, table: DayTable, calendar: CalendarFeatures, origin: int
) -> tuple[EditionRows | None, tuple[str, ...]]:
    """Return the priors that may be used after the first ``origin`` days, and what is to be told of the others.

    A prior is left out for a queue whose history holds days of its edition (it would count twice), when its edition was
    not over by then (nothing from the future may be known), and when no column of the calendar stands for its day.
    """
    if not inputs.priors or not calendar.phases:
        return None, ()
    runs = {run.name: run for run in editions(inputs.events)}
    families = {event.event: event.like for event in inputs.events if event.like}
    evenings = {_place(prior) for prior in inputs.priors if prior.part == "part"}
    used, told = list[tuple[Prior, FloatArray]](), dict[str, None]()
    for prior in inputs.priors:
        design = _design(prior, families.get(prior.event, prior.event), _place(prior) in evenings, calendar)
        why = _unusable(prior, runs.get(prior.edition), inputs, table, origin) or ("" if design.any() else _UNKNOWN_DAY)
        if why:
            told[f"priors of '{prior.edition}' are not used{_where(prior, why)}: {why}"] = None
        else:
            used.append((prior, design))
    return (_rows(inputs, used) if used else None), tuple(told)


_HELD, _AHEAD = "the history holds that edition", "that edition was not over when the history ends"
_UNDATED = "no calendar tells that it was over when the history ends; list its phases in events.csv"
_UNKNOWN_DAY = "nothing in the history or the plan is a day of that event and phase"


def _where(prior: Prior, why: str) -> str:
    return f" for {prior.event} {prior.phase} {prior.part}" if why == _UNKNOWN_DAY else ""


def _place(prior: Prior) -> tuple[str, str, str, str]:
    return prior.edition, prior.event, platform_group(prior.platform), kind_of_phase(prior.phase)


def _unusable(prior: Prior, run: Edition | None, inputs: Inputs, table: DayTable, origin: int) -> str:
    last = table.first + timedelta(days=origin - 1)
    if run is None:
        return "" if _surely_over(prior.edition, last) else _UNDATED
    if run.end > last:
        return _AHEAD
    queue = [one.id for one in inputs.plan.queue].index(prior.queue)
    first, end = max((run.start - table.first).days, 0), (run.end - table.first).days + 1
    held = np.isfinite(table.totals[queue, first : max(end, 0)])
    return _HELD if held.any() else ""


def _surely_over(edition: str, last: date) -> bool:
    """Return whether an edition that no calendar holds was over by a day: by its first day, or else by its year."""
    dated = _DATED.search(edition)
    if dated is None:
        return False
    return edition[dated.start() :] < last.isoformat() if dated[2] else int(dated[1]) < last.year


def _design(prior: Prior, family: str, evening: bool, calendar: CalendarFeatures) -> FloatArray:
    """Return which columns of the calendar act on the prior's day: shape (columns,)."""
    hour = EVENING if evening else None
    phase = Phase(family, platform_group(prior.platform), kind_of_phase(prior.phase), _MONDAY, _MONDAY, hour)
    part, day = _generic(prior.part, evening)
    wanted = set(columns_of(phase, part, _MONDAY + timedelta(days=day)))
    return np.array([column in wanted for column in calendar.columns], dtype=np.float64)


def _generic(part: str, evening: bool) -> tuple[str, int]:
    """Return the part's name among all openings, and the days after the start that it stands for."""
    exact = _EXACT.fullmatch(part)
    if not exact:
        return part, 0
    offset = int(exact[1]) - (1 if evening else 0)
    return ("days4" if offset < 6 else "days7" if offset < 9 else "days10"), int(exact[1])


def _rows(inputs: Inputs, used: Sequence[tuple[Prior, FloatArray]]) -> EditionRows:
    queues = [queue.id for queue in inputs.plan.queue]
    shape = (len(queues), len(used))
    multiple, sd, level = (np.full(shape, np.nan) for _ in range(3))
    for row, (prior, _) in enumerate(used):
        place = queues.index(prior.queue), row
        multiple[place], sd[place] = np.log(prior.multiple), prior.sd
        level[place] = np.log(prior.level) if prior.level else np.nan
    return EditionRows(np.stack([design for _, design in used]), multiple, sd, level)
