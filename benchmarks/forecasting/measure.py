"""The measures of the table: each returns rows of (data, figure, value, goal), all through a plan folder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.forecasting import sources
from benchmarks.forecasting.folders import asked, written
from forecasting.forecast import forecast
from forecasting.resample import day_table
from wfm.inputs import Inputs

__all__ = ["Row", "bank", "events", "holiday"]

FloatArray = NDArray[np.float64]
_WEEKS = 8
_LEADS = (1, 2, 4)
_BEFORE_WINDOW = 14
# Name, first and last day of the window, peak days.
_WINDOWS = (
    ("618 2022", date(2022, 5, 31), date(2022, 6, 22), (date(2022, 6, 1), date(2022, 6, 18))),
    ("Double 11 2022", date(2022, 10, 31), date(2022, 11, 15), (date(2022, 11, 1), date(2022, 11, 11))),
)


@dataclass(frozen=True)
class Row:
    """One figure of the table, as text; ``spread`` says how it varies over its windows."""

    data: str
    figure: str
    value: str
    goal: str = ""
    spread: str = ""


def bank(source: Path, work: Path, models: Sequence[str], jobs: int) -> Iterator[Row]:
    """Yield WAPE of half hours by lead, its mean, and the coverage of the 80 % band, beside the plain baselines."""
    for closures, name in ((True, "bank calls"), (False, "bank calls, closures not told")):
        series = sources.bank(source, closures)
        inputs = written(series, work / f"bank-{closures}")
        errors, slots, days = {}, [], []
        for lead in _LEADS:
            scored = [_week(inputs, monday, lead, models, jobs) for monday in sources.bank_weeks(series)]
            errors[lead] = np.array([[score.error, score.total, score.mean8] for score in scored])
            slots += [score.slots for score in scored]
            days += [score.days for score in scored]
        wape = [float(e[:, 0].sum() / e[:, 1].sum()) for e in errors.values()]
        plain = [float(e[:, 2].sum() / e[:, 1].sum()) for e in errors.values()]
        weekly = np.concatenate([e[:, 0] / e[:, 1] for e in errors.values()])
        yield Row(name, "WAPE of half hours, mean of 1, 2, 4 weeks ahead", _percent(np.mean(wape)),
                  "<= 5.2 %" if closures else "", f"{_list(wape)} by lead; weeks {_range(weekly)}")  # fmt: skip
        if closures:
            yield Row(name, "the same, mean of the last 8 same weekdays", _percent(np.mean(plain)), "", _list(plain))
            yield Row(name, "80 % band holds half hours", _percent(np.mean(np.concatenate(slots)), 0), "76-86 %")
            yield Row(name, "80 % band holds day totals", _percent(np.mean(np.concatenate(days)), 0), "72-88 %")


@dataclass(frozen=True)
class _Score:
    error: float
    mean8: float
    total: float
    slots: NDArray[np.bool_]
    days: NDArray[np.bool_]


def _week(inputs: Inputs, monday: date, lead: int, models: Sequence[str], jobs: int) -> _Score:
    known = monday - timedelta(days=1 + 7 * (lead - 1))
    plan = asked(inputs, monday, 5, known, models=tuple(models))
    found = forecast(plan, 1, jobs=jobs)
    actual, total = _actual(inputs, monday, 5)
    was_open = np.isfinite(total)
    cells = np.repeat(was_open, actual.shape[2], axis=1) & (actual.reshape(1, -1) > 0)
    came = actual.reshape(1, -1)
    low, high = found.quantile(0.1), found.quantile(0.9)
    first, last = np.quantile(found.daily_paths, [0.1, 0.9], axis=0)
    plain = _mean_of_weeks(plan, monday, 5)
    return _Score(
        float(np.abs(found.rate - came)[cells].sum()), float(np.abs(plain - came)[cells].sum()),
        float(came[cells].sum()), ((came >= low) & (came <= high))[cells],
        ((total >= first) & (total <= last))[was_open],
    )  # fmt: skip


def events(source: Path, work: Path, models: Sequence[str], jobs: int) -> Iterator[Row]:
    """Yield WAPE of the windows, of their peak days, and over the sites, known two weeks before each window."""
    inputs = written(sources.network(source), work / "network")
    scores = [_window(inputs, window, models, jobs) for window in _WINDOWS]
    names = [window[0] for window in _WINDOWS]
    for at, (figure, goal) in enumerate((("WAPE of the window", "<= 10 %"), ("WAPE of the peak days", "<= 9 %"))):
        yield _over_windows("parcel network, days", figure, [score[at] for score in scores], names, goal)
    held = [score[2] for score in scores]
    yield Row(
        "parcel network, days", "80 % band holds days of the windows", _percent(np.mean(held), 0), "", _list(held)
    )
    inputs = written(sources.sites(source), work / "sites")
    of_sites = [_window(inputs, window, models, jobs)[0] for window in _WINDOWS]
    count = len(inputs.plan.queue)
    yield _over_windows("parcel network, sites", f"WAPE of the window, {count} sites", of_sites, names, "<= 25 %")


def _over_windows(data: str, figure: str, values: Sequence[float], names: Sequence[str], goal: str) -> Row:
    spread = ", ".join(f"{name} {_percent(value)}" for name, value in zip(names, values, strict=True))
    return Row(data, figure, _percent(np.mean(values)), goal, spread)


def _window(
    inputs: Inputs, window: tuple[str, date, date, tuple[date, ...]], models: Sequence[str], jobs: int
) -> tuple[float, float, float]:
    """Return WAPE of all days, of the peak days, and the share of days inside the 80 % band."""
    _, first, last, peaks = window
    days = (last - first).days + 1
    found = forecast(
        asked(inputs, first, days, first - timedelta(days=_BEFORE_WINDOW), models=tuple(models)), 1, jobs=jobs
    )
    _, came = _actual(inputs, first, days)
    at = [(peak - first).days for peak in peaks]
    low, high = np.quantile(found.daily_paths, [0.1, 0.9], axis=0)
    seen = np.isfinite(came)
    held = float(((came >= low) & (came <= high))[seen].mean())
    return _wape(found.daily_rate, came), _wape(found.daily_rate[:, at], came[:, at]), held


def holiday(source: Path, work: Path, models: Sequence[str], jobs: int) -> Iterator[Row]:
    """Yield the daily WAPE 28 days ahead over the last year against the mean of the last eight same weekdays."""
    series = sources.holiday(source)
    inputs = written(series, work / "holiday")
    last = max(date.fromisoformat(stamp) for stamp, _, _ in series.rows)
    ours, plain, held, total = [], [], [], []
    for back in range(13, 0, -1):
        start = last - timedelta(days=28 * back - 1)
        plan = asked(inputs, start, 28, start - timedelta(days=1), models=tuple(models))
        found = forecast(plan, 1, jobs=jobs)
        _, came = _actual(inputs, start, 28)
        days = _mean_of_weeks(plan, start, 28)[0]
        low, high = np.quantile(found.daily_paths, [0.1, 0.9], axis=0)
        ours.append(float(np.abs(found.daily_rate - came).sum()))
        plain.append(float(np.abs(days - came[0]).sum()))
        held.append(float(((came >= low) & (came <= high)).mean()))
        total.append(float(came.sum()))
    error, base = sum(ours) / sum(total), sum(plain) / sum(total)
    monthly = np.array(ours) / np.array(total)
    name = "booking calls, days"
    yield Row(name, "WAPE 28 days ahead", _percent(error), "", f"windows {_range(monthly)}")
    yield Row(
        name, "lower than the mean of 8 weeks by", _percent(1 - error / base), ">= 20 %", f"that: {_percent(base)}"
    )
    yield Row(name, "80 % band holds days", _percent(np.mean(held), 0))


def _actual(inputs: Inputs, start: date, days: int) -> tuple[FloatArray, FloatArray]:
    """Return what came: contacts (queues, days, slots) and per day (queues, days), NaN where unknown."""
    end = start + timedelta(days=days)
    table = day_table(asked(inputs, end, 1, end - timedelta(days=1)))
    first = (start - table.first).days
    return table.counts[:, first : first + days], table.totals[:, first : first + days]


def _mean_of_weeks(plan: Inputs, start: date, days: int) -> FloatArray:
    """Return the mean of the last eight same weekdays by slot, as they were: shape (1, days * slots)."""
    table = day_table(plan)
    counts = table.counts[0] if np.nansum(table.counts[0]) > 0 else table.totals[0][:, None]
    result = []
    for day in range(days):
        weekday = (start + timedelta(days=day)).weekday()
        same = [d for d in np.flatnonzero(table.weekdays == weekday) if np.isfinite(table.totals[0, d])][-_WEEKS:]
        result.append(counts[same].mean(axis=0))
    return np.concatenate(result)[None]


def _wape(guess: FloatArray, came: FloatArray) -> float:
    seen = np.isfinite(came)
    return float(np.abs(guess - came)[seen].sum() / came[seen].sum())


def _percent(value: float | np.floating, digits: int = 1) -> str:
    return f"{100 * float(value):.{digits}f} %"


def _list(values: Sequence[float]) -> str:
    return " / ".join(f"{100 * value:.1f}" for value in values)


def _range(values: FloatArray) -> str:
    low, middle, high = np.quantile(values, [0.1, 0.5, 0.9]) * 100
    return f"{low:.1f}-{high:.1f}, median {middle:.1f}"
