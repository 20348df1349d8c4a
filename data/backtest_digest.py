"""The record of the forecast in short: what a planner asks of ``backtest.csv``, for the terminal and for pages."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from data.labels import word
from wfm.track_record import BacktestRow

__all__ = ["CHOSEN", "MEAN", "PLAIN", "WITHOUT_EVENTS", "Digest"]

CHOSEN, WITHOUT_EVENTS, MEAN = "chosen", "chosen-without-events", "mean_8_weeks"
# What a forecast must beat: weekdays as they were, and a library as it comes.
PLAIN = (MEAN, "seasonal_naive", "prophet_default")
_ALL_QUEUES, _ALL_WEEKS = "all", "all weeks"
Models = Mapping[str, BacktestRow]


@dataclass(frozen=True)
class Digest:
    """A backtest's rows, looked up."""

    rows: Sequence[BacktestRow]

    @cached_property
    def queue(self) -> str:
        """``all``, or the only queue of a plan that has one."""
        names = {row.queue for row in self.rows}
        return _ALL_QUEUES if _ALL_QUEUES in names or not names else min(names)

    @cached_property
    def weeks(self) -> Models:
        """Each model on all past weeks, the chosen forecast first, then the plain ones, then the candidates."""
        found = {row.model: row for row in self._weeks() if not row.lead and row.day_type == "all"}
        order = {name: number for number, name in enumerate((CHOSEN, *PLAIN))}
        return dict(sorted(found.items(), key=lambda item: (order.get(item[0], len(order)), item[1].wape)))

    @cached_property
    def leads(self) -> Mapping[str, Models]:
        """Each model by the days ahead (``8-14``)."""
        return _by(((row.lead, row) for row in self._weeks() if row.lead), lambda lead: int(lead.split("-")[0]))

    @cached_property
    def day_types(self) -> Mapping[str, Models]:
        """Each model by the kind of day: ``ordinary``, ``event``, ``holiday``, as far as there were any."""
        kinds = ("ordinary", "event", "holiday")
        return _by(((row.day_type, row) for row in self._weeks() if row.day_type in kinds), kinds.index)

    @cached_property
    def queues(self) -> Mapping[str, Models]:
        """Each model by queue, the largest error of the chosen forecast first; empty for a plan of one queue."""
        rows = [
            row
            for row in self.rows
            if row.window == _ALL_WEEKS and row.queue != self.queue and not row.lead and row.day_type == "all"
        ]
        worst = {row.queue: row.wape for row in rows if row.model == CHOSEN}
        return _by(((row.queue, row) for row in rows), lambda queue: -worst.get(queue, -1.0))

    @cached_property
    def editions(self) -> Mapping[str, Models]:
        """Each model on all days of each past edition."""
        return _by((row.window, row) for row in self.rows if row.kind == "edition" and row.queue == self.queue)

    @cached_property
    def peaks(self) -> Mapping[str, Models]:
        """Each model on the peak days of each past edition that had any."""
        return _by((row.window, row) for row in self.rows if row.kind == "peak_days" and row.queue == self.queue)

    @property
    def plain(self) -> tuple[str, ...]:
        """The plain models that were measured."""
        models = {row.model for row in self.rows}
        return tuple(name for name in PLAIN if name in models)

    @property
    def windows(self) -> int:
        """Number of past windows at the plan's lead time."""
        return len({row.window for row in self.rows if row.kind == "weeks"} - {_ALL_WEEKS})

    def sentences(self, lang: str = "en") -> list[str]:
        """Return what the record says, in words: the past weeks, then the past editions."""
        return [text for text in (self._of_weeks(lang), self._of_editions(lang)) if text]

    def _weeks(self) -> Iterable[BacktestRow]:
        return (row for row in self.rows if row.window == _ALL_WEEKS and row.queue == self.queue)

    def _of_weeks(self, lang: str) -> str:
        chosen, mean = self.weeks.get(CHOSEN), self.weeks.get(MEAN)
        if chosen is None:
            return ""
        text = word("record_weeks", lang).format(n=self.windows, error=_percent(chosen.wape))
        if mean is not None and math.isfinite(mean.wape):
            points = 100 * (mean.wape - chosen.wape)
            text += word("record_less" if points >= 0 else "record_more", lang).format(points=f"{abs(points):.1f}")
        if math.isfinite(chosen.day_coverage):
            days, slots = _percent(chosen.day_coverage, 0), _percent(chosen.slot_coverage, 0)
            text += word("record_band", lang).format(days=days, slots=slots)
        return text + word("full_stop", lang)

    def _of_editions(self, lang: str) -> str:
        chosen, without = (_pooled(self.editions, name) for name in (CHOSEN, WITHOUT_EVENTS))
        if not math.isfinite(chosen):
            return ""
        text = word("record_editions", lang).format(n=len(self.editions), error=_percent(chosen))
        peak, peak_without = (_pooled(self.peaks, name) for name in (CHOSEN, WITHOUT_EVENTS))
        if math.isfinite(peak):
            text += word("record_peaks", lang).format(error=_percent(peak))
        if math.isfinite(without):
            last = (
                f"{_percent(without)} / {_percent(peak_without)}" if math.isfinite(peak_without) else _percent(without)
            )
            text += word("record_without", lang).format(error=last)
        return text + word("full_stop", lang)


def _by(
    pairs: Iterable[tuple[str, BacktestRow]], order: Callable[[str], float] | None = None
) -> Mapping[str, Models]:  # fmt: skip
    found: dict[str, dict[str, BacktestRow]] = {}
    for key, row in pairs:
        found.setdefault(key, {})[row.model] = row
    return found if order is None else dict(sorted(found.items(), key=lambda item: order(item[0])))


def _pooled(groups: Mapping[str, Models], model: str) -> float:
    """Return a model's WAPE over several windows together: the mean weighted by contacts; NaN without any."""
    rows = [models[model] for models in groups.values() if model in models and models[model].actual > 0]
    total = math.fsum(row.actual for row in rows)
    return math.fsum(row.wape * row.actual for row in rows) / total if total > 0 else math.nan


def _percent(share: float, decimals: int = 1) -> str:
    return f"{100 * share:.{decimals}f} %" if math.isfinite(share) else "–"
