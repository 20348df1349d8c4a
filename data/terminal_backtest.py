"""What ``wfm backtest`` shows on the terminal."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from rich.console import Group
from rich.table import Table

from data.backtest_digest import CHOSEN, MEAN, WITHOUT_EVENTS, Digest
from data.terminal_parts import plain_table, spaced
from wfm.track_record import BacktestRow

__all__ = ["backtest_table"]

_QUEUES_SHOWN = 10
# Long names would push numbers off a narrow terminal.
_SHORT = {"seasonal_naive": "last week", MEAN: "mean of 8 weeks", "prophet_default": "plain prophet"}
_DAYS = {"ordinary": "ordinary days", "event": "event days", "holiday": "holidays"}


def backtest_table(rows: Sequence[BacktestRow]) -> Group:
    """Return the record, what matters first: past weeks, by lead time and kind of day, by queue, then the editions."""
    digest = Digest(rows)
    together = "all queues together" if digest.queue == "all" else digest.queue
    parts: list[Table | str] = [f"Backtest, {together}"]
    parts += [table for table in (_weeks(digest), _splits(digest), _queues(digest), _editions(digest)) if table]
    if len(parts) == 1:
        parts.append("The history is too short for a test on past weeks or events.")
    return Group(*spaced([*parts, *digest.sentences()]))


def _weeks(digest: Digest) -> Table | None:
    if not digest.weeks:
        return None
    title = f"Past windows at the plan's lead time: {digest.windows}"
    table = plain_table(title, "model", "WAPE days", "bias", "WAPE slots", "MASE", "quant. loss", "80 % days", "slots")
    for model, row in digest.weeks.items():
        table.add_row(
            model, _share(row.wape), _share(row.bias, "+"), _share(row.slot_wape), _number(row.mase),
            _share(row.quantile_loss), _share(row.day_coverage, decimals=0), _share(row.slot_coverage, decimals=0),
        )  # fmt: skip
    return table


def _splits(digest: Digest) -> Table | None:
    groups = {f"{lead} days ahead": models for lead, models in digest.leads.items()}
    groups |= {_DAYS[kind]: models for kind, models in digest.day_types.items()}
    title = "WAPE of days by lead time and by kind of day"
    return _beside(title, "", groups, digest) if groups else None


def _queues(digest: Digest) -> Table | None:
    shown = dict(list(digest.queues.items())[:_QUEUES_SHOWN])
    more = f", the {_QUEUES_SHOWN} hardest of {len(digest.queues)}" if len(digest.queues) > len(shown) else ""
    return _beside(f"WAPE of days by queue{more}", "queue", shown, digest) if shown else None


def _beside(title: str, first: str, groups: Mapping[str, Mapping[str, BacktestRow]], digest: Digest) -> Table:
    """Return the chosen forecast beside the plain ones, with what its band held."""
    table = plain_table(title, first, "chosen", "bias", *(_SHORT[name] for name in digest.plain), "80 % days")
    for name, models in groups.items():
        chosen = models.get(CHOSEN)
        bias, held = (chosen.bias, chosen.day_coverage) if chosen else (math.nan, math.nan)
        errors = (_share(_wape(models, model)) for model in digest.plain)
        cells = (_share(_wape(models, CHOSEN)), _share(bias, "+"), *errors, _share(held, decimals=0))
        table.add_row(name, *cells)
    return table


def _editions(digest: Digest) -> Table | None:
    if not digest.editions:
        return None
    title = "WAPE of past events, known eight days before: with and without the event layer"
    columns = ("chosen", "no events", "mean of 8 weeks", "80 % days", "peaks: chosen", "no events")
    table = plain_table(title, "event", *columns)
    for name, models in digest.editions.items():
        table.add_row(name, *_edition_cells(models, digest.peaks.get(name, {})))
    return table


def _edition_cells(models: Mapping[str, BacktestRow], peaks: Mapping[str, BacktestRow]) -> Iterator[str]:
    yield from (_share(_wape(models, name)) for name in (CHOSEN, WITHOUT_EVENTS, MEAN))
    yield _share(models[CHOSEN].day_coverage if CHOSEN in models else math.nan, decimals=0)
    yield from (_share(_wape(peaks, name)) for name in (CHOSEN, WITHOUT_EVENTS))


def _wape(models: Mapping[str, BacktestRow], name: str) -> float:
    return models[name].wape if name in models else math.nan


def _share(value: float, sign: str = "", decimals: int = 1) -> str:
    return f"{value:{sign}.{decimals}%}" if math.isfinite(value) else "-"


def _number(value: float) -> str:
    return f"{value:.2f}" if math.isfinite(value) else "-"
