"""What a forecast missed, as files and in words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict

import numpy as np
from rich.console import Group
from rich.table import Table

from data.result_tables import number, table_csv
from data.terminal_parts import plain_table, spaced
from wfm.inputs import Prior
from wfm.review import EVERY_QUEUE, LEAST_DAYS, ORDINARY, PhaseMiss, Review, by_phase

__all__ = ["review_files", "review_rows", "review_text"]

_WORST_DAYS, _PHASES = 8, 12
# What is told of a day only when it makes up this share of the day's miss, or of its work.
_TELLING = 0.15
_PHASE_COLUMNS = (
    "queue", "phase", "days", "forecast", "actual", "miss", "volume", "event", "shape", "forecast_hours",
    "actual_hours", "miss_hours", "volume_hours", "event_hours", "shape_hours", "handle_time_hours", "error", "in_band",
)  # fmt: skip
_DAY_COLUMNS = (
    "date", "queue", "phase", "forecast", "actual", "miss", "volume", "event", "shape", "forecast_hours",
    "actual_hours", "miss_hours", "volume_hours", "event_hours", "shape_hours", "handle_time_hours", "aht_forecast",
    "aht_actual", "in_band",
)  # fmt: skip
_PRIOR_COLUMNS = ("edition", "event", "platform", "phase", "part", "queue", "multiple", "sd", "level")
_DECIMALS = {"aht_forecast": 1, "aht_actual": 1, "error": 4, "in_band": 4}


def review_files(found: Review, priors: Sequence[Prior]) -> dict[str, str | bytes]:
    """Return ``review.csv``, ``review_daily.csv`` and ``priors.csv``."""
    phases = [[_cell(name, row[name]) for name in _PHASE_COLUMNS] for row in review_rows(found)]
    days = [[_cell(name, row[name]) for name in _DAY_COLUMNS] for row in _day_rows(found)]
    return {
        "review.csv": table_csv(_PHASE_COLUMNS, phases),
        "review_daily.csv": table_csv(_DAY_COLUMNS, days),
        "priors.csv": table_csv(_PRIOR_COLUMNS, map(_prior_row, priors)),
    }


def review_rows(found: Review) -> list[dict[str, object]]:
    """Return one record per queue (``all`` for all together) and phase, misses included."""
    rows = []
    for one in by_phase(found):
        misses = {"miss": one.actual - one.forecast, "miss_hours": one.actual_hours - one.forecast_hours}
        rows.append({name: _told(value) for name, value in (asdict(one) | misses).items()})
    return rows


def _told(value: object) -> object:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _day_rows(found: Review) -> list[dict[str, object]]:
    names = [name for name in _DAY_COLUMNS if name not in {"date", "queue", "phase", "miss", "miss_hours"}]
    rows: list[dict[str, object]] = []
    for q, queue in enumerate(found.queues):
        for d in np.flatnonzero(found.known[q]).tolist():
            values: dict[str, float] = {name: float(getattr(found, name)[q, d]) for name in names}
            misses = {
                "miss": values["actual"] - values["forecast"],
                "miss_hours": values["actual_hours"] - values["forecast_hours"],
            }
            day = {"date": found.grid.dates[d].isoformat(), "queue": queue, "phase": found.phases[q][d]}
            rows.append({**day, **values, **misses})
    return rows


def _cell(name: str, value: object) -> str:
    return number(value, _DECIMALS.get(name, 2)) if value is None or isinstance(value, float) else str(value)


def _prior_row(prior: Prior) -> tuple[str, ...]:
    names = (prior.edition, prior.event, prior.platform, prior.phase, prior.part, prior.queue)
    return (*names, number(prior.multiple, 4), number(prior.sd, 4), number(prior.level, 2))


def review_text(found: Review, priors: Sequence[Prior]) -> Group:
    """Return the look back for people: the whole in words, misses by phase, the worst days."""
    parts: list[Table | str] = [*_whole(found), _phase_table(found), "Worst days, by agent-hours:", *_worst_days(found)]
    editions = sorted({prior.edition for prior in priors})
    if editions:
        parts.append(
            f"priors.csv holds what {' and '.join(editions)} did, {len(priors)} rows: copy it into the folder of a "
            "plan whose history lacks that edition."
        )
    return Group(*spaced(parts))


def _whole(found: Review) -> list[str]:
    known = found.known
    forecast, actual, volume, event, shape = (
        float(values[known].sum()) for values in (found.forecast, found.actual, found.volume, found.event, found.shape)
    )
    hours = [
        float(getattr(found, f"{name}_hours")[known].sum()) for name in ("volume", "event", "shape", "handle_time")
    ]
    expected, came = float(found.forecast_hours[known].sum()), float(found.actual_hours[known].sum())
    days = int(known.any(axis=0).sum())
    slots = math.isfinite(found.slots_in_band)  # days' totals alone tell nothing of the time of day
    moved = f" Of a right day's total {shape / 2:,.0f} would still have come at another time than forecast."
    moved, in_slots = (moved, f" and {found.slots_in_band:.0%} of the intervals") if slots else ("", "")
    lines = [
        f"{days} of {found.grid.days} days are known: {forecast:,.0f} contacts were forecast, {actual:,.0f} came "
        f"({_relative(actual, forecast)}); ordinary level {volume:+,.0f}, events {event:+,.0f}.{moved}",
        f"Work: {expected:,.0f} agent-hours were forecast, {came:,.0f} came ({came - expected:+,.0f}): ordinary level "
        f"{hours[0]:+,.0f}, events {hours[1]:+,.0f}, time of day {hours[2]:+,.0f}, handle time {hours[3]:+,.0f}.",
        f"{found.in_band[known].mean():.0%} of the days' totals{in_slots} fell in the 80 % band.",
    ]
    seen = np.asarray(known.any(axis=1), dtype=bool)
    silent = [queue for queue, there in zip(found.queues, seen, strict=True) if not there]
    if silent:
        lines.append(f"No actuals for {', '.join(silent)}: left out.")
    few = seen & (found.level_days < LEAST_DAYS)
    unsure = [queue for queue, doubtful in zip(found.queues, few, strict=True) if doubtful]
    if unsure:
        lines.append(f"Too few ordinary days to tell the level of {', '.join(unsure)}: that of all queues is used.")
    return lines


def _relative(actual: float, forecast: float) -> str:
    return f"{actual / forecast - 1:+.1%}" if forecast > 0 else "none forecast"


def _phase_table(found: Review) -> Table:
    """Return the misses by phase, all queues together, the largest first."""
    table = plain_table("By phase, all queues", "phase", "days", "forecast", "came", "miss", "level", "event", "hours")
    rows = [row for row in by_phase(found) if row.queue == EVERY_QUEUE]
    for row in rows[:_PHASES] if len(rows) > _PHASES else rows:
        table.add_row(
            row.phase.replace("_", " "), str(row.days), f"{row.forecast:,.0f}", f"{row.actual:,.0f}",
            _relative(row.actual, row.forecast), f"{row.volume:+,.0f}", f"{row.event:+,.0f}", _hours(row),
        )  # fmt: skip
    for column in table.columns:
        column.no_wrap = column.header != "phase"
    return table


def _hours(row: PhaseMiss) -> str:
    return f"{row.actual_hours - row.forecast_hours:+,.0f}"


def _worst_days(found: Review) -> list[str]:
    """Return the days with the largest miss of work, with their causes in words."""
    miss = np.where(found.known, np.abs(found.actual_hours - found.forecast_hours), 0.0)
    order = np.argsort(-miss, axis=None, kind="stable")[:_WORST_DAYS]
    places = [divmod(int(place), found.grid.days) for place in order if miss.flat[place] > 0]
    return [_day_line(found, q, d) for q, d in places]


def _day_line(found: Review, q: int, d: int) -> str:
    forecast, actual = float(found.forecast[q, d]), float(found.actual[q, d])
    hours = float(found.actual_hours[q, d] - found.forecast_hours[q, d])
    head = (
        f"{found.grid.dates[d]:%m-%d %a} {found.queues[q]}: {actual:,.0f} came, {forecast:,.0f} forecast "
        f"({_relative(actual, forecast)}), {hours:+,.0f} h"
    )
    causes = [text for share, text in _causes(found, q, d) if abs(share) >= _TELLING * max(abs(hours), 1e-9)]
    return f"{head}: {'; '.join(causes)}" if causes else head


def _causes(found: Review, q: int, d: int) -> list[tuple[float, str]]:
    """Return the hours that each cause makes, with its words, the largest first."""
    volume, event = float(found.volume[q, d]), float(found.event[q, d])
    phase = found.phases[q][d].replace("_", " ")
    seconds = float(found.aht_actual[q, d] - found.aht_forecast[q, d])
    level = f"{'more' if volume > 0 else 'fewer'} contacts than the level ({volume:+,.0f})"
    if phase != ORDINARY:
        level = f"ordinary level {found.level[q] - 1:+.0%} ({volume:+,.0f})"
    told = [
        (float(found.volume_hours[q, d]), level),
        (float(found.event_hours[q, d]), f"{phase} {'stronger' if event > 0 else 'weaker'} ({event:+,.0f})"),
        (float(found.shape_hours[q, d]), f"other time of day ({found.shape_hours[q, d]:+,.1f} h)"),
        (
            float(found.handle_time_hours[q, d]),
            f"handle time {seconds:+,.0f} s ({found.handle_time_hours[q, d]:+,.1f} h)",
        ),
    ]
    return sorted(told, key=lambda one: -abs(one[0]))
