"""The result files of a plan as CSV text: LF line ends, UTF-8 without BOM, the same bytes for the same numbers.

Times are ISO 8601 with offset, dates ``YYYY-MM-DD``, money and hours have two decimals, contacts and agents three,
shares four. A number that does not exist (nothing arrived, a step that did not run) is an empty cell.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from wfm.errors import Problem
from wfm.grid import TimeGrid
from wfm.queues import Queue, Target
from wfm.results import Activity, Attainment, Finding, Forecast, ForecastPart, Hire, Requirement, Roster, RosteredShift
from wfm.track_record import BacktestRow

__all__ = [
    "COLUMNS", "activities_csv", "audit_csv", "backtest_csv", "comparison_csv", "coverage_csv", "forecast_csv",
    "forecast_daily_csv", "forecast_parts_csv", "hires_csv", "number", "problems_csv", "requirement_csv", "roster_csv",
    "table_csv", "targets_csv",
]  # fmt: skip

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "forecast": ("interval_start", "queue", "offered_mean", "offered_p10", "offered_p50", "offered_p90", "aht_seconds"),
    "forecast_daily": ("date", "queue", "offered_mean", "offered_p10", "offered_p50", "offered_p90"),
    "forecast_parts": ("date", "queue", "kind", "part", "contacts"),
    "requirement": (
        "interval_start", "queue", "load_erlangs", "agents_required", "agents_with_shrinkage", "peak_erlangs",
        "by_formula", "decided_by",
    ),
    "roster": (
        "employee_id", "name", "contract", "team", "date", "shift", "start", "end", "paid_hours", "overtime_hours",
        "cost",
    ),
    "activities": ("employee_id", "date", "activity", "queue", "start", "end", "paid"),
    "hires": ("employee_id", "contract", "training_from", "on_seat_from", "cost"),
    "prices": ("kind", "queue", "start", "contract", "limit", "heads", "heads_max", "price"),
    "coverage": (
        "interval_start", "queue", "agents_required", "agents_scheduled", "offered_mean", "answered_within_mean",
        "answered_within_p10", "agents_with_shrinkage", "agents_short",
    ),
    "targets": (
        "queue", "metric", "seconds", "window", "over", "period", "goal", "expected", "p10", "probability_met", "met",
        "standard_error", "counted", "count", "definition", "bots", "unanswered",
    ),
    "audit": ("rule", "severity", "employee_id", "date", "detail"),
    "problems": ("file", "line", "column", "message", "severity"),
    "backtest": (
        "queue", "model", "window", "kind", "wape", "bias", "actual", "forecast", "lead", "day_type", "slot_wape",
        "mase", "quantile_loss", "slot_coverage", "day_coverage",
    ),
    "comparison": (
        "scenario", "cost", "hours", "overtime_hours", "temps_hired", "temp_hours", "agents_short_hours",
        "worst_target", "probability_all_met", "gap", "seconds",
    ),
}  # fmt: skip
"""Columns of each result file, in order."""

_DECIMALS = {
    "cost": 2, "hours": 2, "overtime_hours": 2, "temp_hours": 2, "agents_short_hours": 2, "worst_target": 4,
    "probability_all_met": 4, "gap": 6, "seconds": 1,
}  # fmt: skip

_LEAST_CONTACTS = 0.05
_NAIVE_LENGTH = len("2025-11-10T20:00:00")

FloatArray = NDArray[np.float64]


def number(value: float | None, decimals: int) -> str:
    """Return a number with fixed decimals, ``""`` for None, NaN and infinities; never ``-0``."""
    if value is None or not math.isfinite(value):
        return ""
    text = f"{value:.{decimals}f}"
    return text[1:] if text.startswith("-") and not text.strip("-0.") else text


def forecast_csv(forecast: Forecast) -> str:
    """Return ``forecast.csv``: contacts and handle time per queue and interval, sorted by queue then time."""
    bands = np.quantile(forecast.paths, (0.1, 0.5, 0.9), axis=0)
    columns = [_column(values, 3) for values in (forecast.rate, *bands)]
    return _interval_table("forecast", forecast.grid, forecast.queues, [*columns, _column(forecast.aht_seconds, 1)])


def forecast_daily_csv(forecast: Forecast) -> str:
    """Return ``forecast_daily.csv``: contacts per queue and day; the bands are those of the day's sum."""
    bands = np.quantile(forecast.daily_paths, (0.1, 0.5, 0.9), axis=0)
    columns = [_column(values, 3) for values in (forecast.daily_rate, *bands)]
    dates = [day.isoformat() for day in forecast.grid.dates]
    return _text("forecast_daily", zip(*_keys(dates, forecast.queues), *columns, strict=True))


def forecast_parts_csv(grid: TimeGrid, queues: Sequence[str], parts: Sequence[ForecastPart]) -> str:
    """Return ``forecast_parts.csv``: what each cause adds to a queue's day, from a twentieth of a contact on."""
    rows = (
        (_day(day), queue, part.kind, part.name, number(part.contacts[q, d], 3))
        for q, queue in enumerate(queues)
        for d, day in enumerate(grid.dates)
        for part in parts
        if abs(part.contacts[q, d]) >= _LEAST_CONTACTS
    )
    return _text("forecast_parts", rows)


def requirement_csv(requirement: Requirement) -> str:
    """Return ``requirement.csv``: offered work and agents per queue and interval, sorted by queue then time."""
    values = (requirement.load_erlangs, requirement.agents_required, requirement.agents_with_shrinkage)
    nothing = np.full(values[0].shape, np.nan)
    peak = nothing if requirement.peak_erlangs is None else requirement.peak_erlangs
    formula = nothing if requirement.by_formula is None else requirement.by_formula
    reasons = np.full(values[0].shape, "") if requirement.decided_by is None else requirement.decided_by
    numbers = zip((*values, peak, formula), (4, 3, 3, 4, 3), strict=True)
    columns = [*(_column(value, decimals) for value, decimals in numbers), [str(r) for r in reasons.ravel()]]
    return _interval_table("requirement", requirement.grid, requirement.queues, columns)


def roster_csv(shifts: Sequence[RosteredShift]) -> str:
    """Return ``roster.csv``: one row per person and shift, in the order given."""
    return _text("roster", map(_shift_row, shifts))


def activities_csv(activities: Sequence[Activity]) -> str:
    """Return ``activities.csv``: what each shift consists of, in the order given."""
    return _text("activities", map(_activity_row, activities))


def hires_csv(hires: Sequence[Hire]) -> str:
    """Return ``hires.csv``: people taken on, with the first day of training and the first day on seat."""
    rows = ((h.employee_id, h.contract, _day(h.training_from), _day(h.on_seat_from), number(h.cost, 2)) for h in hires)
    return _text("hires", rows)


def coverage_csv(
    requirement: Requirement, roster: Roster, forecast: Forecast | None, attainment: Attainment | None
) -> str:
    """Return ``coverage.csv``: agents needed and on seat per queue and interval, and what is answered in time.

    ``agents_with_shrinkage`` is what the roster is built against, ``agents_short`` what is missing from it. Columns of
    a step that did not run are empty.
    """
    queues = requirement.queues
    scheduled = _aligned(queues, roster.queues, roster.scheduled)
    blank = np.full(scheduled.shape, np.nan)
    offered = blank if forecast is None else _aligned(queues, forecast.queues, forecast.rate)
    mean, p10 = blank, blank
    if attainment is not None:
        mean = _aligned(queues, attainment.queues, attainment.answered_within_mean)
        p10 = _aligned(queues, attainment.queues, attainment.answered_within_p10)
    needed = requirement.agents_with_shrinkage
    short = np.maximum(0.0, needed - scheduled)
    with_decimals = (
        (requirement.agents_required, 3), (scheduled, 3), (offered, 3), (mean, 4), (p10, 4), (needed, 3), (short, 3),
    )  # fmt: skip
    columns = [_column(values, decimals) for values, decimals in with_decimals]
    return _interval_table("coverage", requirement.grid, queues, columns)


def targets_csv(attainment: Attainment, queues: Iterable[Queue] = ()) -> str:
    """Return ``targets.csv``: what to expect of each target in each period, in the order given.

    ``queues`` tell what is counted how; without them these columns are empty.
    """
    asked = {(queue.id, place): target for queue in queues for place, target in enumerate(queue.target)}
    rows = (
        (
            t.queue, t.metric, _short(t.seconds), t.window, t.over, t.period, _short(t.goal), number(t.expected, 4),
            number(t.p10, 4), number(t.probability_met, 4), _flag(t.met), number(t.standard_error, 5),
            number(t.counted, 2), t.count, *_terms(asked.get((t.queue, t.number))),
        )
        for t in attainment.targets
    )  # fmt: skip
    return _text("targets", rows)


def _terms(target: Target | None) -> tuple[str, str, str]:
    """Return definition, bots and unanswered of a target, each empty where it has no meaning for its metric."""
    if target is None:
        return "", "", ""
    definition = target.definition if target.metric == "answered_within" else ""
    if target.metric != "average_response":
        return definition, target.bots, ""
    counted = target.unanswered == "counted" and target.unanswered_seconds is not None
    return definition, target.bots, _short(target.unanswered_seconds) if counted else target.unanswered


def audit_csv(findings: Sequence[Finding]) -> str:
    """Return ``audit.csv``: the header only when the roster is clean."""
    return _text("audit", ((f.rule, f.severity, f.employee_id, f.date, f.detail) for f in findings))


def problems_csv(problems: Iterable[Problem]) -> str:
    """Return what ``wfm check`` found as CSV: one row per problem."""
    return _text("problems", ((p.file, str(p.line), p.column, p.message, p.severity) for p in problems))


def backtest_csv(rows: Sequence[BacktestRow]) -> str:
    """Return ``backtest.csv``: accuracy of every model on every held-back window (errors and coverage as shares).

    Empty: what a model does not give, such as a band.
    """
    return _text("backtest", map(_backtest_row, rows))


def _backtest_row(r: BacktestRow) -> tuple[str, ...]:
    scores = (r.slot_wape, r.mase, r.quantile_loss, r.slot_coverage, r.day_coverage)
    return (
        r.queue, r.model, r.window, r.kind, number(r.wape, 4), number(r.bias, 4), number(r.actual, 2),
        number(r.forecast, 2), r.lead, r.day_type, *(number(score, 4) for score in scores),
    )  # fmt: skip


def comparison_csv(rows: Sequence[Mapping[str, object]]) -> str:
    """Return ``comparison.csv``: one row per scenario; keys beyond the contract's columns follow on the right."""
    known = COLUMNS["comparison"]
    extra = dict.fromkeys(key for row in rows for key in row if key not in known)
    header = (*known, *extra)
    return _lines(header, ([_cell(key, row.get(key)) for key in header] for row in rows))


def _cell(key: str, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return _flag(value)
    if key in _DECIMALS and isinstance(value, (int, float)):
        return number(float(value), _DECIMALS[key])
    return _short(value) if isinstance(value, float) else str(value)


def _shift_row(s: RosteredShift) -> tuple[str, ...]:
    return (
        s.employee_id, s.name, s.contract, s.team, _day(s.date), s.shift, _moment(s.start), _moment(s.end),
        number(s.paid_hours, 2), number(s.overtime_hours, 2), number(s.cost, 2),
    )  # fmt: skip


def _activity_row(a: Activity) -> tuple[str, ...]:
    return (a.employee_id, _day(a.date), a.activity, a.queue, _moment(a.start), _moment(a.end), _flag(a.paid))


def _interval_table(name: str, grid: TimeGrid, queues: Sequence[str], columns: list[list[str]]) -> str:
    return _text(name, zip(*_keys(interval_stamps(grid), queues), *columns, strict=True))


def interval_stamps(grid: TimeGrid) -> list[str]:
    """Return the start of each interval of a grid in ISO 8601 with offset."""
    return [_moment(grid.moment(i)) for i in range(grid.n)]


def _keys(periods: list[str], queues: Sequence[str]) -> tuple[list[str], list[str]]:
    return periods * len(queues), [queue for queue in queues for _ in periods]


def _column(values: NDArray[np.floating], decimals: int) -> list[str]:
    return [number(value, decimals) for value in values.ravel().tolist()]


def _aligned(wanted: Sequence[str], given: Sequence[str], values: FloatArray) -> FloatArray:
    if tuple(wanted) == tuple(given):
        return values
    return values[[given.index(queue) for queue in wanted]]


def _short(value: float | None) -> str:
    """Return a number of the plan as the planner wrote it: up to six decimals, no trailing zeros."""
    text = number(value, 6)
    return text.rstrip("0").rstrip(".") if "." in text else text


def _flag(value: bool) -> str:
    return "true" if value else "false"


def _day(value: date) -> str:
    return value.isoformat()


def _moment(value: datetime) -> str:
    whole = value if value.microsecond == 0 else (value + timedelta(microseconds=500_000)).replace(microsecond=0)
    text = whole.isoformat()
    if len(text) == _NAIVE_LENGTH:
        raise ValueError(f"expected a time with offset, got {value!r}")
    return text


def _text(name: str, rows: Iterable[Sequence[str]]) -> str:
    return _lines(COLUMNS[name], rows)


def table_csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return any table as the result files are written."""
    return _lines(header, rows)


def _lines(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return buffer.getvalue()
