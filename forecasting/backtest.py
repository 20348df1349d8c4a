"""How good the forecast was: past weeks at the planner's lead time, and held-back past editions of each event."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from forecasting.accuracy import naive_scale
from forecasting.calendar_features import STRONG_PARTS, CalendarFeatures, calendar_features
from forecasting.forecast import candidate_names, chosen_levels, forecast_at, lead_gap
from forecasting.held_back import Window, edition_windows, moved, peak_days, week_windows
from forecasting.openings import DayShapes, day_shapes
from forecasting.past import Past, with_effects
from forecasting.plain_models import MEAN, NAIVE, PROPHET, plain_slots, plain_totals, prophet_defaults
from forecasting.record import EVENT, HOLIDAY, ORDINARY, QUANTILES, Guess, Held, Row, all_weeks, rows_of
from forecasting.resample import DayTable, day_table
from forecasting.rolling import origin_days
from forecasting.work import Work
from wfm.grid import MINUTES_PER_DAY, TimeGrid
from wfm.inputs import Inputs
from wfm.progress import Progress, silent
from wfm.results import Forecast
from wfm.track_record import Backtest, BacktestDays, BacktestRow

__all__ = ["CHOSEN", "WITHOUT_EVENTS", "backtest", "on_slots", "peak_days"]

FloatArray = NDArray[np.float64]
CHOSEN, WITHOUT_EVENTS = "chosen", "chosen-without-events"
_BAND = (0.1, 0.9)


def backtest(
    inputs: Inputs, seed: int, progress: Progress = silent, jobs: int = 1, only: str | None = None,
    prophet_default: bool | None = None,
) -> Backtest:  # fmt: skip
    """Return the record of the forecast on held-back days, by queue, and over all queues as queue ``all``.

    Kinds of rows: ``weeks``, windows at the plan's lead time; ``edition``, all days of a past run of an event (named
    like ``double11 2024``) that at least one run came before, forecast from the history up to eight days before its
    first day; ``peak_days``, those of its days on which the contacts were at least twice the median day of the eight
    weeks before.

    ``chosen`` is the whole forecast as it would have been made on that day; ``chosen-without-events`` the same without
    the event layer. Each candidate model has the event layer of the chosen forecast. ``seasonal_naive``,
    ``mean_8_weeks`` and ``prophet_default`` know nothing of events (a candidate of such a name is ``...+events``).

    Parameters
    ----------
    inputs : Inputs
        What the plan folder says. Drivers of past days are taken as if they had been planned so.
    seed : int
        Seeds the sample paths, of which the bands are made.
    progress : Progress
        Told how far it is.
    jobs : int
        Processes that fit models; the result does not depend on it.
    only : str, optional
        Name of one edition; then neither weeks nor other editions are run.
    prophet_default : bool, optional
        Whether Prophet with default settings is measured too; by default where ``prophet`` is among the plan's models.
    """
    table = day_table(inputs)
    weeks = week_windows(inputs, table, lead_gap(inputs.plan, table)) if only is None else ()
    runs = tuple(run for run in edition_windows(inputs, table) if only in (None, run.name))
    if not weeks and not runs:
        return Backtest((), ())
    ask = "prophet" in inputs.plan.forecast.models if prophet_default is None else prophet_default
    work = Work(progress, len(inputs.plan.queue), candidate_names(inputs.plan), jobs, inputs.plan.forecast.origins)
    work.expect(len(weeks), len(runs), ask)
    tester = _Tester(inputs, table, seed, jobs, work, _known_calendar(inputs, table))
    tester.defaults(weeks + runs, ask)
    parts = [*_weeks(tester, weeks), *_editions(tester, runs)]
    progress("backtest", 1.0)
    return Backtest(tuple(row for rows, _ in parts for row in rows), tuple(days for _, days in parts if days))


_Part = tuple[list[BacktestRow], BacktestDays | None]


def _weeks(tester: _Tester, windows: Sequence[Window]) -> Iterator[_Part]:
    """Yield the rows over all windows, then those of each one."""
    if not windows:
        return
    queues = tester.queues
    past = tester.past(windows, events=tester.inputs.plan.forecast.events)
    held, days = zip(*(tester.held(past, window) for window in windows), strict=True)
    yield list(rows_of(held, all_weeks(held), queues)), None
    for one, pictured in zip(held, days, strict=True):
        everything = Row(one.window.name, "weeks", np.ones(one.actual.shape, dtype=bool))
        yield list(rows_of([one], [everything], queues)), pictured


def _editions(tester: _Tester, windows: Sequence[Window]) -> Iterator[_Part]:
    if not windows:
        return
    past = tester.past(windows, events=True)
    without = tester.past(windows, events=False, compared=True)
    for window in windows:
        held, days = tester.held(past, window, without)
        peaks = peak_days(tester.table.totals, window.first, window.days)
        rows = [
            Row(window.name, "edition", np.ones(peaks.shape, dtype=bool)), Row(window.name, "peak_days", peaks)
        ]  # fmt: skip
        yield list(rows_of([held], rows, tester.queues)), days


@dataclass
class _Tester:
    """Forecasts windows of one history from what was known before them."""

    inputs: Inputs
    table: DayTable
    seed: int
    jobs: int
    work: Work
    calendar: CalendarFeatures

    def __post_init__(self) -> None:
        self.queues = tuple(queue.id for queue in self.inputs.plan.queue)
        self.day_types = _day_types(self.calendar)
        self._defaults: dict[Window, FloatArray] = {}

    def defaults(self, windows: Sequence[Window], wanted: bool) -> None:
        """Have Prophet with default settings forecast all windows, where it is wanted."""
        if wanted:
            told = self.work.defaults(len(windows))
            self._defaults = dict(
                zip(windows, prophet_defaults(self.table, windows, self.jobs, told), strict=True)
            )  # fmt: skip

    def past(self, windows: Sequence[Window], *, events: bool, compared: bool = False) -> Past:
        """Return the history as it is looked at from the windows' origins, with all models fitted at once.

        What platforms weigh is read off the days before the earliest window, so that none of them knows its future.
        One that the forecast is only compared with has no orders either and chooses no models.
        """
        earliest, first = min(w.origin for w in windows), min(w.first for w in windows)
        end = max(w.first + w.days for w in windows)
        names = candidate_names(self.inputs.plan)
        inputs = replace(self.inputs, drivers=()) if compared else self.inputs
        past = Past(inputs, self.table, names, self.table.days, (first, end), earliest, events=events, jobs=self.jobs)
        origins = {window.origin for window in windows}
        horizon = max(w.horizon for w in windows)
        for window in windows if not compared else ():
            inner, days = origin_days(window.origin, window.gap, window.days, self.inputs.plan.forecast.origins)
            origins.update(inner)
            horizon = max(horizon, window.gap + days)
        for origin in sorted(origins):
            past.effects(origin)
            self.work.effects()
        past.progress = self.work.levels(len(origins))
        past.levels(sorted(origins), horizon)
        return past

    def held(self, past: Past, window: Window, without: Past | None = None) -> tuple[Held, BacktestDays]:
        """Return what came in a window and what every model had said of it."""
        span, table = window.span, self.table
        made = forecast_at(past, moved(self.inputs, table, window), window.origin, self.seed)
        chosen = _chosen(made, table.counts.shape[2])
        guesses = {CHOSEN: chosen}
        if without is not None:
            guesses[WITHOUT_EVENTS] = _without_events(without, made, window)
        for name in (MEAN, NAIVE):
            guesses[name] = Guess(plain_totals(name, table, window), plain_slots(name, table, window))
        if window in self._defaults:
            guesses[PROPHET] = Guess(self._defaults[window])
        guesses |= _candidates(past, window, chosen)
        actual = table.totals[:, span]
        weekday = table.weekdays[span]
        slots = np.where(table.open_slots[:, weekday], table.counts[:, span], np.nan)
        scale = np.array([naive_scale(row[: window.origin]) for row in table.totals])
        self.work.window(window.name)
        held = Held(window, actual, slots, scale, self.day_types[:, span], guesses)
        return held, _days(table, held, made)


def _known_calendar(inputs: Inputs, table: DayTable) -> CalendarFeatures:
    """Return the calendar that days are named by afterwards; no forecast sees it."""
    volume = np.nan_to_num(table.totals).mean(axis=1)
    return calendar_features(inputs, table.first, table.days, volume)


def _day_types(calendar: CalendarFeatures) -> NDArray[np.str_]:
    """Return what kind of day each is (queues, days): an event that acts with force outshines a holiday."""
    force = np.array([c.part in STRONG_PARTS and not c.holiday for c in calendar.columns], dtype=bool)
    event, holiday = calendar.switched_on(force), calendar.switched_on(calendar.is_holiday)
    return np.where(event, EVENT, np.where(holiday, HOLIDAY, ORDINARY))


def _chosen(made: Forecast, slots: int) -> Guess:
    return Guess(
        made.daily_rate,
        on_slots(made.rate, made.grid, slots),
        np.quantile(made.daily_paths, QUANTILES, axis=0),
        on_slots(np.quantile(made.paths, _BAND, axis=0), made.grid, slots),
    )


def on_slots(values: FloatArray, grid: TimeGrid, slots: int) -> FloatArray:
    """Return values by interval (..., intervals) as (..., days, slots), as histories are kept.

    An hour that comes twice on a day of a clock change is averaged, one that is left out is 0.
    """
    place = grid.day_index * slots + grid.minute_of_day * slots // MINUTES_PER_DAY
    count = np.bincount(place, minlength=grid.days * slots)
    rows = np.stack([np.bincount(place, row, grid.days * slots) for row in values.reshape(-1, grid.n)])
    result: FloatArray = (rows / np.maximum(count, 1)).reshape(*values.shape[:-1], grid.days, slots)
    return result


def _candidates(past: Past, window: Window, chosen: Guess) -> dict[str, Guess]:
    """Return each candidate alone, with the effects and the shape of the day that the chosen forecast has."""
    levels, _ = past.levels([window.origin], window.horizon)
    effect = past.effects(window.origin).total[:, window.span]
    assert chosen.slots is not None
    whole = chosen.slots.sum(axis=2, keepdims=True)
    shares = np.divide(chosen.slots, whole, out=np.zeros_like(chosen.slots), where=whole > 0)
    found = {}
    for name, level in zip(past.names, levels[:, 0, :, window.gap :], strict=True):
        totals = np.where(np.isfinite(level), with_effects(level, effect), np.nan)
        found[f"{name}+events" if name in {NAIVE, MEAN} else name] = Guess(totals, shares * totals[:, :, None])
    return found


def _without_events(past: Past, made: Forecast, window: Window) -> Guess:
    """Return what the chosen models say of a window with nothing known of events, orders included."""
    levels, _ = chosen_levels(past, window.origin, made.models, window.horizon)
    effects = past.effects(window.origin)
    totals = with_effects(levels[:, window.gap :], effects.total[:, window.span])
    shapes, _ = day_shapes(past.table.until(window.origin), past.calendar, effects, past.inputs.plan.queue)
    return Guess(totals, totals[:, :, None] * _shares(shapes, window, len(totals)))


def _shares(shapes: DayShapes, window: Window, queues: int) -> FloatArray:
    days = range(window.first, window.first + window.days)
    return np.stack([np.stack([shapes.shares(queue, day) for day in days]) for queue in range(queues)])


def _days(table: DayTable, held: Held, made: Forecast) -> BacktestDays:
    """Return the days of a window over the queues that are known on each."""
    seen = np.isfinite(held.actual)

    def summed(values: FloatArray) -> FloatArray:
        total = np.where(seen, np.nan_to_num(values), 0.0).sum(axis=-2)
        return np.where(seen.any(axis=0), total, np.nan)

    low, high = np.quantile(summed(made.daily_paths), _BAND, axis=0)
    first = table.first + timedelta(days=held.window.first)
    plain = summed(held.guesses[MEAN].totals)
    return BacktestDays(
        held.window.name, held.window.kind, first, summed(held.actual), summed(made.daily_rate), low, high, plain
    )
