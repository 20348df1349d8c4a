"""Drivers: planted kernels are found, useless drivers are refused, and what is unknown is not used."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from forecasting.driver_kernels import acting_drivers
from forecasting.drivers import DriverFit, fit_drivers, planned_ratio
from tests.forecasting import driver_world as shop
from wfm.inputs import Driver, Inputs

FloatArray = NDArray[np.float64]
DAYS = shop.KNOWN + shop.AHEAD
HORIZON = slice(shop.KNOWN, DAYS)
OPEN = np.ones((3, 7), dtype=bool)


def fitted(inputs: Inputs | None = None, seed: int = 1, first: date = shop.FIRST, **changes: Any) -> DriverFit:
    """Return the fit of the planted shop; ``changes`` are ``totals``, ``ordinary`` or ``needed``."""
    totals = changes.get("totals", shop.contacts(seed)[:, : shop.KNOWN])
    given = inputs or shop.inputs(shop.orders(seed)[0])
    return fit_drivers(
        totals, changes.get("ordinary", shop.ordinary()), OPEN, first, DAYS, changes.get("needed", HORIZON), given
    )


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_planted_kernels_are_found(seed: int) -> None:
    """Of each queue the share that follows orders is found within 0.15, its mean delay within a day."""
    fit = fitted(seed=seed)
    lags = np.array(fit.lags)
    for number, (name, kernel) in enumerate(shop.PLANTED.items()):
        found = fit.kernel[:, number].sum(axis=0)
        wanted = np.array([kernel.get(int(lag), 0.0) for lag in lags])
        assert abs(found.sum() - wanted.sum()) < 0.15, name
        assert abs(found @ lags / found.sum() - wanted @ lags / wanted.sum()) < 1.0, name
        assert np.abs(np.cumsum(found) - np.cumsum(wanted)).max() < 0.2, name


def test_the_next_sale_is_foretold_from_planned_orders() -> None:
    """The multiple of each day of the horizon is within 20 %, of all of it within 8 % of the planted one."""
    fit = fitted()
    for number, name in enumerate(shop.PLANTED):
        wanted = shop.planted(name, shop.orders()[1])[HORIZON]
        found = np.exp(fit.log_effect[number, HORIZON])
        assert np.abs(found / wanted - 1).max() < 0.2, name
        assert np.abs(found - wanted).sum() / wanted.sum() < 0.08, name
    assert fit.warnings == ()


def test_drivers_are_trusted_where_contacts_come_after_the_orders() -> None:
    """Drivers weigh on phone and mail, on a platform's chat only when given to it, and nothing without a share."""
    assert fitted().trust.tolist() == [0.0, 0.75, 0.75]
    assert fitted(shop.inputs(driver=[{"name": "orders", "queues": ["shop"]}])).trust.tolist() == [0.25, 0.0, 0.0]
    assert fitted(shop.inputs(driver=[{"name": "orders", "queues": ["service"]}])).trust.tolist() == [0.0, 0.75, 0.0]


def test_shares_are_the_sum_of_the_kernel_and_relative_belongs_to_them() -> None:
    """The parts of a fit agree: kernel sums to shares, and reasons without share move nothing."""
    fit = fitted()
    assert np.allclose(fit.kernel.sum(axis=2), fit.shares)
    assert fit.relative.shape == (len(fit.reasons), 3, DAYS)
    assert (fit.relative[fit.shares == 0] == 0).all()
    assert fit.reasons[0] == "orders: pre-sale"


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.0, 3.0), st.integers(0, 400))
def test_shares_are_never_negative_and_at_most_one_together(seed: int, force: float, lost: int) -> None:
    """Whatever contacts do, shares stay shares."""
    rng = np.random.default_rng(seed)
    multiple = shop.orders()[1][: shop.KNOWN]
    totals = 300 * multiple**force * np.exp(0.2 * rng.standard_normal((3, shop.KNOWN)))
    totals[rng.integers(3), :lost] = np.nan
    fit = fitted(totals=totals)
    assert (fit.shares >= 0).all()
    assert (fit.shares.sum(axis=0) <= 1 + 1e-9).all()
    assert np.isfinite(fit.log_effect).all()


@pytest.mark.parametrize("seed", range(6))
def test_a_driver_without_link_to_contacts_is_refused_and_told(seed: int) -> None:
    """Promotions at random, not those that moved contacts, get no share on at least two of three queues."""
    rng = np.random.default_rng([seed, 3])
    noise = 5000 * np.exp(0.1 * rng.standard_normal(DAYS + 1))
    for sale in rng.integers(0, DAYS - 5, 12):
        noise[sale : sale + 5] *= shop.MULTIPLES
    fit = fitted(shop.inputs(noise))
    assert (fit.shares.sum(axis=0) > 0).sum() <= 1
    assert any("explained no more than chance" in text for text in fit.warnings)


def test_a_driver_that_never_moves_is_refused() -> None:
    """Constant orders say nothing."""
    fit = fitted(shop.inputs(np.full(DAYS + 1, 5000.0)))
    assert (fit.relative == 0).all()
    assert fit.warnings[0].startswith("driver 'orders' is not used: on the days held back since")


def test_orders_that_are_not_planned_are_not_used() -> None:
    """Without planned orders nothing moves, and a warning says what is missing."""
    values = shop.orders()[0]
    values[shop.KNOWN + 3 :] = np.nan
    fit = fitted(shop.inputs(values))
    assert fit.reasons == ()
    assert (fit.log_effect == 0).all()
    assert fit.log_effect.shape == (3, DAYS)
    assert fit.warnings == ("driver 'orders' is not used: it has values for 3 of the 21 days of the horizon",)


def test_a_few_missing_days_are_filled_and_told() -> None:
    """Two missing days of the horizon are taken from their neighbours."""
    values = shop.orders()[0]
    values[[shop.KNOWN + 12, shop.KNOWN + 13]] = np.nan
    fit = fitted(shop.inputs(values))
    whole = fitted()
    assert np.abs(fit.log_effect - whole.log_effect).max() < 0.1
    assert len(fit.warnings) == 1
    assert "no value on 2 of 21 days of the horizon" in fit.warnings[0]


def test_too_short_a_past_is_told() -> None:
    """Orders that are known for a month of the history can't be learned from."""
    values = shop.orders()[0]
    values[: shop.KNOWN - 30] = np.nan
    (text,) = fitted(shop.inputs(values)).warnings
    assert text == "driver 'orders' is not used: 30 days of it are known besides contacts, at least 56 are needed"


def test_a_plan_in_another_unit_is_told() -> None:
    """Planned orders that are ten times as high as ever before are used, with a warning."""
    values = shop.orders()[0]
    values[shop.KNOWN :] *= 10
    assert any("check its unit" in text for text in fitted(shop.inputs(values)).warnings)


def test_the_unit_of_orders_does_not_matter() -> None:
    """Orders in thousands give the same fit."""
    thousands = fitted(shop.inputs(shop.orders()[0] / 1000))
    assert np.allclose(thousands.relative, fitted().relative, atol=1e-6)


def test_the_same_shop_four_weeks_later_behaves_the_same() -> None:
    """Shifting all dates by whole weeks shifts the result with them."""
    later = shop.FIRST + timedelta(days=28)
    shifted = fitted(shop.inputs(first=later), first=later)
    assert np.allclose(shifted.relative, fitted().relative)


def test_wild_days_of_contacts_do_not_count() -> None:
    """An outage during a sale and a day counted ten times change no multiple of the horizon by more than 6 %."""
    totals = shop.contacts()[:, : shop.KNOWN]
    totals[1, shop.SALES[4] + 3] = 0
    totals[1, 300] *= 10
    wild = fitted(totals=totals).log_effect - fitted().log_effect
    assert np.abs(wild[:, HORIZON]).max() < 0.06


def test_a_queue_that_follows_nothing_gets_nothing() -> None:
    """A queue with the same weekdays but no link to orders keeps at most a tenth, the others stay as they are."""
    totals = shop.contacts()[:, : shop.KNOWN]
    totals[2] = 150 * np.exp(0.06 * np.random.default_rng(5).standard_normal(shop.KNOWN))
    fit = fitted(totals=totals)
    assert fit.shares[:, 2].sum() < 0.1
    assert fit.shares[:, 0].sum() > 0.5


def test_an_entry_says_which_queues_and_delays() -> None:
    """``[[driver]]`` with one queue and one reason moves that queue alone, inside that window."""
    entry = {"name": "orders", "queues": ["service"], "reasons": {"all": [2, 7]}}
    fit = fitted(shop.inputs(driver=[entry]))
    assert fit.reasons == ("orders: all",)
    assert fit.lags == (2, 3, 4, 5, 6, 7)
    assert (fit.shares[0, [0, 2]] == 0).all()
    assert abs(fit.shares[0, 1] - 0.8) < 0.15


def test_which_drivers_act() -> None:
    """Orders act unasked, also by their Chinese name; others only with an entry; ``use = false`` stops one."""

    def acting(name: str, *entries: dict[str, Any]) -> list[tuple[str, int]]:
        drivers = acting_drivers(shop.inputs(name=name, driver=list(entries)))
        return [(driver.name, len(driver.reasons)) for driver in drivers]

    assert acting("orders") == [("orders", 5)]
    assert acting("订单量") == [("订单量", 5)]
    assert acting("gmv") == []
    assert acting("gmv", {"name": "gmv"}) == [("gmv", 1)]
    assert acting("orders-tmall") == []
    assert acting("orders-tmall", {"name": "orders-tmall"}) == [("orders-tmall", 5)]
    assert acting("orders", {"name": "orders", "use": False}) == []


def test_campaign_spend_that_is_mostly_nothing_is_learned() -> None:
    """Spend of 0 on ordinary days has no level to be relative to; what it does to contacts is found all the same."""
    spend = np.zeros(DAYS + 1)
    for sale in shop.SALES:
        spend[sale : sale + 3] = 10_000.0
    rng = np.random.default_rng(4)
    moved = 1 + 0.9 * (spend > 0)[: shop.KNOWN]
    totals = 400 * moved * np.exp(0.05 * rng.standard_normal((3, shop.KNOWN)))
    fit = fitted(shop.inputs(spend, "spend", driver=[{"name": "spend", "reasons": {"ads": [0, 0]}}]), totals=totals)
    found = np.exp(fit.log_effect[:, shop.SALES[-1]])
    assert np.abs(found / 1.9 - 1).max() < 0.1


def test_no_driver_no_effect() -> None:
    """Without drivers there is nothing, and nothing is told."""
    fit = fitted(replace(shop.inputs(), drivers=()))
    assert fit.log_effect.shape == (3, DAYS)
    assert (fit.log_effect == 0).all()
    assert fit.warnings == ()


def test_planned_ratio_compares_orders_of_two_events() -> None:
    """30 % more orders planned than at the analogue give 1.3; relative to a level 30 % higher, 1.0."""
    old, new = [[date(year, 12, 12) + timedelta(days=k) for k in range(3)] for year in (2024, 2025)]
    rows = []
    for year, level in ((2024, 100.0), (2025, 130.0)):
        start = date(year, 9, 1)
        for k in range(120):
            day = start + timedelta(days=k)
            rows.append(Driver(day, "orders", level * (4 if day in {*old, *new} else 1)))
    inputs = replace(shop.inputs(), drivers=tuple(rows))
    assert planned_ratio(inputs, old, new) == pytest.approx(1.3)
    assert planned_ratio(inputs, old, new, of_level=True) == pytest.approx(1.0)
    assert planned_ratio(inputs, [date(2020, 12, 12)], new) is None
    turnover = replace(inputs, drivers=tuple(replace(row, name="GMV") for row in rows))
    assert planned_ratio(turnover, old, new) == pytest.approx(1.3)
