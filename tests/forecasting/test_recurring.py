"""Dates that stand out each year are found without a calendar; luck is not taken for one."""

from __future__ import annotations

from datetime import date

import numpy as np
from numpy.typing import NDArray

from forecasting.recurring import recurring_dates

FIRST, DAYS = date(2022, 1, 1), 3 * 365
NONE = np.zeros((2, DAYS), dtype=bool)


def totals(seed: int = 1) -> NDArray[np.float64]:
    """Return two queues with 5 % of noise and no date of their own."""
    rng = np.random.default_rng(seed)
    return np.asarray(500 * np.exp(0.05 * rng.standard_normal((2, DAYS))), dtype=np.float64)


def on(values: NDArray[np.float64], factor: float, years: tuple[int, ...], queue: int = 0) -> NDArray[np.float64]:
    """Return the totals with every 25 December of some years multiplied."""
    for year in years:
        values[queue, (date(year, 12, 25) - FIRST).days] *= factor
    return values


def test_a_date_that_dips_each_year_in_one_queue_is_found() -> None:
    """Half the contacts on each Christmas Day of one queue of two: the date is named, and no other."""
    assert recurring_dates(on(totals(), 0.5, (2022, 2023, 2024), queue=1), FIRST, NONE) == ((12, 25),)


def test_one_odd_year_is_no_rule() -> None:
    """A date that was odd once, or that went up once and down once, is left alone."""
    assert recurring_dates(on(totals(), 0.4, (2023,)), FIRST, NONE) == ()
    assert recurring_dates(on(on(totals(), 0.4, (2023,)), 2.5, (2024,)), FIRST, NONE) == ()


def test_what_a_calendar_explains_is_not_found_again() -> None:
    """Days that are marked as known don't count."""
    known = NONE.copy()
    known[:, [(date(year, 12, 25) - FIRST).days for year in (2022, 2023, 2024)]] = True
    assert recurring_dates(on(totals(), 0.5, (2022, 2023, 2024)), FIRST, known) == ()


def test_plain_noise_has_no_dates() -> None:
    """Ten shops of noise alone: nothing is found; nor in less than a year, nor where nothing is known."""
    assert all(recurring_dates(totals(seed), FIRST, NONE) == () for seed in range(10))
    assert recurring_dates(totals()[:, :300], FIRST, NONE[:, :300]) == ()
    assert recurring_dates(np.full((2, DAYS), np.nan), FIRST, NONE) == ()
