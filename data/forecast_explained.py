"""Why the forecast is what it is, for people and for other programs: parts, models, growth of peaks, bots, notes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from rich.table import Table

from data.forecast_parts import growth_days, parts_of
from data.terminal_parts import plain_table, spaced
from wfm.inputs import Inputs
from wfm.results import Forecast, ForecastPart, GrowthBand, ModelChoice

__all__ = ["explained", "explained_rows", "growth_line"]

FloatArray = NDArray[np.float64]
# A day is worth a line when something beside the ordinary level moves its contacts by this share or more.
_MOVED = 0.01
_BOT_SPANS = 4


def explained(inputs: Inputs, forecast: Forecast) -> list[Table | str]:
    """Return what ``wfm forecast --explain`` shows: a table of days per queue, models, growth of peaks, bots, notes."""
    tables = [_days_table(forecast, number) for number in range(len(forecast.queues))]
    shown: list[Table | str] = [*tables, _model_table(forecast.models)]
    growth = growth_line(forecast, given=inputs.plan.forecast.growth_exponent is not None)
    bots = list(_bot_lines(inputs, forecast))
    notes = [f"note: {text}" for text in forecast.warnings]
    return spaced([*shown, *([growth] if growth else []), *bots, *notes])


def explained_rows(forecast: Forecast) -> list[dict[str, object]]:
    """Return one record per queue and day: mean, band and every part, for ``--format json``."""
    low, high = np.quantile(forecast.daily_paths, (0.1, 0.9), axis=0)
    return [
        {
            "date": day.isoformat(),
            "queue": queue,
            "offered_mean": round(float(forecast.daily_rate[q, d]), 2),
            "offered_p10": float(low[q, d]),
            "offered_p90": float(high[q, d]),
            "parts": [
                {"kind": part.kind, "part": part.name, "contacts": round(float(part.contacts[q, d]), 2)}
                for part in parts_of(forecast)
                if abs(part.contacts[q, d]) >= 0.05
            ],
        }
        for q, queue in enumerate(forecast.queues)
        for d, day in enumerate(forecast.grid.dates)
    ]


def growth_line(forecast: Forecast, *, given: bool) -> str:
    """Return in a sentence how peaks were taken to grow and what the peak days would be otherwise; ``""``: no peaks."""
    band, days = forecast.growth, growth_days(forecast)
    if band is None or not days:
        return ""
    stated = "stated by the plan" if given else f"± {band.sd:.2f}, from past editions"
    told = "; ".join(_growth_day(band, forecast.grid.dates[day], day) for day in days)
    return (
        f"Growth exponent {band.exponent:.2f} ({stated}; 0: peaks stay the numbers they were, 1: they grow with the "
        f"ordinary level). All queues together, {told}"
    )


def _growth_day(band: GrowthBand, day: date, number: int) -> str:
    before, with_level = (edge[:, number].sum() for edge in (band.as_before, band.with_level))
    return (
        f"{day:%m-%d} would have {before:,.0f} contacts if peaks stayed as they were, {with_level:,.0f} if they grew "
        "with the level"
    )


def _days_table(forecast: Forecast, queue: int) -> Table:
    """Return one queue's days on which anything but the ordinary level acts, and the total of all days."""
    parts = parts_of(forecast)
    low, high = np.quantile(forecast.daily_paths[:, queue], (0.1, 0.9), axis=0)
    mean = forecast.daily_rate[queue]
    table = plain_table(
        f"{forecast.queues[queue]}: contacts", "day", parts[0].name, "what else acts", "contacts", "80 % band"
    )
    table.columns[2].justify, table.columns[2].ratio = "left", 1
    for day in _moved_days(parts, queue, mean):
        values = [float(part.contacts[queue, day]) for part in parts]
        name, band = f"{forecast.grid.dates[day]:%m-%d %a}", f"{low[day]:,.0f} - {high[day]:,.0f}"
        table.add_row(name, f"{values[0]:,.0f}", _others(parts, values), f"{mean[day]:,.0f}", band)
    sums = [float(part.contacts[queue].sum()) for part in parts]
    ends = np.quantile(forecast.daily_paths[:, queue].sum(axis=1), (0.1, 0.9))
    band, days = f"{ends[0]:,.0f} - {ends[1]:,.0f}", f"{len(mean)} days"
    table.add_row(days, f"{sums[0]:,.0f}", _others(parts, sums), f"{mean.sum():,.0f}", band, style="bold")
    for column in (1, 3, 4):
        table.columns[column].no_wrap = True
    return table


def _moved_days(parts: Sequence[ForecastPart], queue: int, mean: FloatArray) -> list[int]:
    size = np.sum([np.abs(part.contacts[queue]) for part in parts[1:]], axis=0) if len(parts) > 1 else 0.0 * mean
    return [int(day) for day in np.flatnonzero(size >= np.maximum(_MOVED * mean, 0.5))]


def _others(parts: Sequence[ForecastPart], values: Sequence[float]) -> str:
    """Return what acts beside the ordinary level, largest first: ``double11 main day +3,120, orders: returns +84``.

    What adds up to little on that day is told in one number, so that a line still gives the day's contacts.
    """
    acting = [
        (v, part.name.replace("_", " ")) for v, part in zip(values, parts, strict=True) if part.kind != "baseline"
    ]
    least = max(_MOVED * abs(sum(values)), 0.5)
    shown = sorted((one for one in acting if abs(one[0]) >= least), key=lambda one: -abs(one[0]))
    small = [value for value, _ in acting if 0.0 < abs(value) < least]
    told = [f"{name} {value:+,.0f}" for value, name in shown]
    return ", ".join([*told, f"smaller ones {sum(small):+,.0f}"] if abs(sum(small)) >= 0.5 else told)


def _model_table(models: Sequence[ModelChoice]) -> Table:
    table = plain_table("Models of the ordinary level", "queue", "model", "past error", "why", left=4)
    for choice in models:
        weights = choice.weights or {choice.model: 1.0}
        shares = ", ".join(f"{name} {share:.0%}" for name, share in weights.items())
        errors = ", ".join(f"{name} {error:.1%}" for name, error in sorted(choice.errors.items(), key=lambda e: e[1]))
        table.add_row(choice.queue, shares if len(weights) > 1 else choice.model, errors, choice.why)
    return table


def _bot_lines(inputs: Inputs, forecast: Forecast) -> Iterator[str]:
    """Yield for each queue whose bots keep less during events what they keep, and when."""
    if forecast.containment is None:
        return
    for number, queue in enumerate(forecast.queues):
        usual = inputs.plan.queue[number].bot_containment
        spans = list(_spans_unlike(forecast, number, usual))
        if spans:
            more = f", and {len(spans) - _BOT_SPANS} more" if len(spans) > _BOT_SPANS else ""
            yield f"Bots of {queue} keep {usual:.0%} of contacts; " + ", ".join(spans[:_BOT_SPANS]) + more


def _spans_unlike(forecast: Forecast, number: int, usual: float) -> Iterator[str]:
    assert forecast.containment is not None
    share, grid = forecast.containment[number], forecast.grid
    for first, end in pairwise([0, *(np.flatnonzero(np.diff(share) != 0) + 1).tolist(), grid.n]):
        if share[first] != usual:
            until = grid.at(float(grid.starts[end - 1]) + grid.interval_minutes * 60)
            yield f"{share[first]:.0%} from {grid.moment(first):%m-%d %H:%M} to {until:%m-%d %H:%M}"
