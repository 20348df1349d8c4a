"""From forecasts of held-back days to the rows of the record: which cells a row is about, and how they score."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecasting.accuracy import bias, coverage, mase, quantile_loss, wape
from forecasting.held_back import Window
from wfm.track_record import BacktestRow

__all__ = [
    "ALL_QUEUES", "ALL_WEEKS", "EVENT", "HOLIDAY", "ORDINARY", "QUANTILES", "Guess", "Held", "Row",
    "all_weeks", "rows_of",
]  # fmt: skip

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
ALL_QUEUES, ALL_WEEKS = "all", "all weeks"
ORDINARY, EVENT, HOLIDAY = "ordinary", "event", "holiday"
QUANTILES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
_LOW, _HIGH = 0, -1
_WEEK = 7


@dataclass(frozen=True)
class Guess:
    """What one model says of a window.

    Attributes
    ----------
    totals : float array (queues, days)
        Contacts; NaN where the model could not be fitted.
    slots : float array (queues, days, slots), optional
    quantiles : float array (quantiles, queues, days), optional
        Of day totals, at ``QUANTILES``.
    slot_band : float array (2, queues, days, slots), optional
        80 % band of the slots.
    """

    totals: FloatArray
    slots: FloatArray | None = None
    quantiles: FloatArray | None = None
    slot_band: FloatArray | None = None


@dataclass(frozen=True)
class Held:
    """A held-back window: what came, and what each model had said.

    Attributes
    ----------
    window : Window
    actual : float array (queues, days)
        NaN where missing or closed.
    slots : float array (queues, days, slots)
    scale : float array (queues,)
        Mean absolute change from week to week before the window.
    day_type : str array (queues, days)
        ``ordinary``, ``event`` or ``holiday``.
    guesses : mapping of model to Guess
    """

    window: Window
    actual: FloatArray
    slots: FloatArray
    scale: FloatArray
    day_type: NDArray[np.str_]
    guesses: dict[str, Guess]


@dataclass(frozen=True)
class Row:
    """What a row is about: its name, and which days (queues, days) of the windows count."""

    window: str
    kind: str
    counts: BoolArray
    lead: str = ""
    day_type: str = "all"


@dataclass(frozen=True)
class _Cells:
    """Windows laid one after the other for one model: axes as in Held and Guess, the days of all windows in one."""

    actual: FloatArray
    forecast: FloatArray
    scale: FloatArray
    quantiles: FloatArray
    slots: FloatArray
    slot_forecast: FloatArray
    slot_band: FloatArray

    @classmethod
    def of(cls, held: Sequence[Held], model: str) -> _Cells:
        guesses = [one.guesses[model] for one in held]
        return cls(
            np.concatenate([one.actual for one in held], axis=1),
            np.concatenate([guess.totals for guess in guesses], axis=1),
            np.concatenate([np.repeat(one.scale[:, None], one.actual.shape[1], axis=1) for one in held], axis=1),
            np.concatenate([_or_nan(g.quantiles, (len(QUANTILES), *g.totals.shape)) for g in guesses], axis=2),
            np.concatenate([one.slots for one in held], axis=1),
            np.concatenate([_or_nan(g.slots, h.slots.shape) for g, h in zip(guesses, held, strict=True)], axis=1),
            np.concatenate(
                [_or_nan(g.slot_band, (2, *h.slots.shape)) for g, h in zip(guesses, held, strict=True)], axis=2
            ),
        )

    def score(self, queue: str, model: str, row: Row, only: Sequence[int]) -> BacktestRow | None:
        """Return the row of some queues, None where there is nothing to judge or no forecast."""
        mask = np.zeros_like(row.counts)
        mask[list(only)] = row.counts[list(only)]
        actual, forecast, slots = self.actual[mask], self.forecast[mask], self.slots[mask]
        error, quantiles, band = wape(actual, forecast), self.quantiles[:, mask], self.slot_band[:, mask]
        if np.isnan(error):
            return None
        seen = np.isfinite(actual)
        return BacktestRow(
            queue, model, row.window, row.kind, error, bias(actual, forecast),
            float(actual[seen].sum()), float(forecast[seen].sum()), row.lead, row.day_type,
            wape(slots, self.slot_forecast[mask]), mase(actual, forecast, self.scale[mask]),
            quantile_loss(actual, quantiles, QUANTILES), coverage(slots, band[0], band[1]),
            coverage(actual, quantiles[_LOW], quantiles[_HIGH]),
        )  # fmt: skip


def rows_of(held: Sequence[Held], rows: Sequence[Row], queues: Sequence[str]) -> Iterator[BacktestRow]:
    """Yield the rows of every model that forecast all of some windows: each queue, and all of them as ``all``.

    All queues together are all their days put in one pot, so that errors of one queue don't make up for another's.

    Parameters
    ----------
    held : sequence of Held
        Windows that the rows are about, in order.
    rows : sequence of Row
        Masks over the days of all windows, one after the other.
    queues : sequence of str
        Names of the queues.
    """
    models = [name for name in held[0].guesses if all(name in one.guesses for one in held)] if held else []
    parts = [(name, [number]) for number, name in enumerate(queues)]
    parts += [(ALL_QUEUES, list(range(len(queues))))] if len(queues) > 1 else []
    for model in models:
        cells = _Cells.of(held, model)
        for row in rows:
            scored = (cells.score(queue, model, row, only) for queue, only in parts)
            yield from (one for one in scored if one is not None)


def all_weeks(held: Sequence[Held]) -> list[Row]:
    """Return the rows over all windows: everything, each week ahead, each kind of day."""
    types = np.concatenate([one.day_type for one in held], axis=1)
    ahead = np.concatenate([one.window.ahead for one in held])
    everything = np.ones(types.shape, dtype=bool)
    rows = [Row(ALL_WEEKS, "weeks", everything)]
    for week in sorted({(int(day) - 1) // _WEEK for day in ahead}):
        counts = everything & ((ahead - 1) // _WEEK == week)
        rows.append(Row(ALL_WEEKS, "weeks", counts, lead=f"{week * _WEEK + 1}-{(week + 1) * _WEEK}"))
    kinds = (ORDINARY, EVENT, HOLIDAY)
    return [*rows, *(Row(ALL_WEEKS, "weeks", types == kind, day_type=kind) for kind in kinds)]


def _or_nan(values: FloatArray | None, shape: tuple[int, ...]) -> FloatArray:
    return np.broadcast_to(np.nan, shape) if values is None else values
