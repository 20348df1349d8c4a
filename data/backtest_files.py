"""The files of ``wfm backtest``, and what of them still speaks of a plan when it is run later."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import math
from pathlib import Path

from data.result_tables import COLUMNS, backtest_csv
from data.summary import installed_versions
from wfm.inputs import Inputs
from wfm.track_record import Backtest, BacktestRow

__all__ = ["backtest_files", "made_from", "recorded"]

_NAME, _MADE_FROM = "backtest.csv", "made_from"
_TEXTS = ("queue", "model", "window", "kind", "lead", "day_type")


def backtest_files(made: Backtest, inputs: Inputs, scenario: str, seed: int, lang: str) -> dict[str, str | bytes]:
    """Return ``backtest.csv``, ``backtest.html``, and ``backtest.json``: what they were made from."""
    from data.report.record import backtest_html

    told = {
        "scenario": scenario, "seed": seed, "input_hash": inputs.input_hash, _MADE_FROM: made_from(inputs),
        "versions": installed_versions(),
    }  # fmt: skip
    return {
        _NAME: backtest_csv(made.rows),
        "backtest.html": backtest_html(made, inputs, scenario, seed, lang),
        "backtest.json": json.dumps(told, indent=2) + "\n",
    }


def recorded(folder: Path, inputs: Inputs) -> tuple[BacktestRow, ...]:
    """Return the rows of a results folder's backtest, none where there is none or it was made from something else."""
    try:
        told = json.loads((folder / "backtest.json").read_text(encoding="utf-8"))
        if told[_MADE_FROM] != made_from(inputs):
            return ()
        lines = csv.DictReader(io.StringIO((folder / _NAME).read_text(encoding="utf-8")))
        return tuple(_row(line) for line in lines)
    except (OSError, ValueError, KeyError, TypeError):  # gone, cut short, or edited by hand: then there is no record
        return ()


def made_from(inputs: Inputs) -> str:
    """Return a hash of all that a backtest rests on: history, calendar, drivers, queues, settings, the horizon.

    People, contracts and limits may change without making the record void.
    """
    plan = inputs.plan
    head = plan.plan.model_dump(mode="json", include={"timezone", "start", "days", "interval_minutes", "known_until"})
    known = {"id", "channel", "platform", "open", "profile_like"}
    queues = [queue.model_dump(mode="json", include=known) for queue in plan.queue]
    settings = plan.forecast.model_dump(mode="json", exclude={"adjustments", "file"})
    drivers = [driver.model_dump(mode="json") for driver in plan.driver]
    days = [sorted(map(str, days)) for days in (inputs.day_types.statutory, inputs.day_types.days_off)]
    digest = hashlib.sha256(json.dumps([head, queues, settings, drivers, days], sort_keys=True).encode())
    digest.update(repr((inputs.events, inputs.drivers, inputs.priors, inputs.history.queues)).encode())
    history = inputs.history
    for column in (history.queue, history.start, history.minutes, history.offered):
        digest.update(column.tobytes())
    return digest.hexdigest()


def _row(line: dict[str, str]) -> BacktestRow:
    texts = [line[name] for name in _TEXTS]
    wape, bias, actual, forecast, *scores = (
        float(line[name]) if line[name] else math.nan for name in COLUMNS["backtest"] if name not in _TEXTS
    )
    queue, model, window, kind, lead, day_type = texts
    return BacktestRow(queue, model, window, kind, wape, bias, actual, forecast, lead, day_type, *scores)
