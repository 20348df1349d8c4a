"""Planned orders of the bundled sample say more about a held-back Double 11 than no orders."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

import numpy as np

import data.samples
from data.samples import ground_truth
from data.samples.demand import sample_events
from data.samples.specs import SPECS
from forecasting.calendar_features import calendar_features
from forecasting.drivers import fit_drivers
from forecasting.local_level import local_level
from tests.forecasting import world
from wfm.inputs import Driver, Inputs
from wfm.plan import Plan
from wfm.rules import DayTypes, LabourRules

PLAN = Path(data.samples.__file__).parent / "texts" / "double11" / "plan.toml"
ORIGIN, AHEAD = date(2024, 10, 14), 35


def test_after_sales_of_a_held_back_double_11_follow_planned_orders() -> None:
    """With orders planned 5 % too high and 8 % off by day, the after-sales queues' errors fall by more than half.

    The ordinary level is the last one known; with drivers it is multiplied by what they say, without by nothing.
    """
    truth = ground_truth("double11")
    known = (ORIGIN - truth.grid.start).days
    days, ahead = known + AHEAD, slice(known, known + AHEAD)
    orders = np.where(np.arange(truth.grid.days) < known, truth.sampled_orders, truth.planned_orders)
    drivers = tuple(Driver(day, "orders", float(v)) for day, v in zip(truth.grid.dates, orders, strict=True))
    inputs = Inputs(
        Plan.model_validate(tomllib.loads(PLAN.read_text(encoding="utf-8"))), LabourRules(), DayTypes(), world.empty(),
        events=sample_events(SPECS["double11"]), drivers=drivers,
    )  # fmt: skip
    actual = truth.by_day(truth.sampled)
    totals = actual[:, :known]
    calendar = calendar_features(inputs, truth.grid.start, days, totals.mean(axis=1))
    ordinary = ~calendar.weak[:, :known]
    is_open = np.ones((len(totals), 7), dtype=bool)
    fit = fit_drivers(totals, ordinary, is_open, truth.grid.start, days, ahead, inputs)
    weekdays = (np.arange(days) + truth.grid.start.weekday()) % 7
    level, week = local_level(np.log1p(totals), ordinary.astype(np.float64), weekdays[:known])
    usual = np.exp(level[:, -1:] + week[:, known - 7 :][:, (np.arange(AHEAD)) % 7])
    for name in ("aftersale", "email", "hotline"):
        row = truth.queues.index(name)
        without, with_drivers = (
            np.abs(usual[row] * multiple - actual[row, ahead]).sum() / actual[row, ahead].sum()
            for multiple in (1.0, np.exp(fit.log_effect[row, ahead]))
        )
        assert with_drivers < without / 2, (name, with_drivers, without)
    assert fit.warnings == ()
