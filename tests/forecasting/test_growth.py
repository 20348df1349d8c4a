"""How peaks grow with the level: carrying is consistent, the exponent is read off past editions, the prior leans."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from forecasting.calendar_features import calendar_features
from forecasting.effects import Effects, fit_effects
from forecasting.growth import GRID, carried, estimate
from tests.forecasting import world

LOGS = st.floats(-2, 3)
EXPONENTS = st.floats(0, 1)


@given(rest=LOGS, change=st.floats(-2, 2), exponent=EXPONENTS)
def test_carrying_there_and_back_changes_nothing(rest: float, change: float, exponent: float) -> None:
    """An uplift carried to another level and back is what it was; dips are never carried."""
    there = carried(np.array([rest]), np.array([change]), exponent)
    assert carried(there, np.array([-change]), exponent)[0] == pytest.approx(rest, abs=1e-9)
    if rest <= 0:
        assert there[0] == rest


@given(rest=st.floats(0.01, 3), change=st.floats(-2, 2))
def test_the_ends_keep_the_ratio_and_the_number(rest: float, change: float) -> None:
    """Exponent 1 keeps the ratio; with 0 what the event adds in contacts stays the same at any level."""
    assert carried(np.array([rest]), np.array([change]), 1.0)[0] == pytest.approx(rest)
    added = np.expm1(carried(np.array([rest]), np.array([change]), 0.0)[0]) * np.exp(change)
    assert added == pytest.approx(np.expm1(rest))


def nothing(exponent: float) -> NDArray[np.float64]:
    """Return a likelihood that knows nothing."""
    return np.zeros(1)


def test_without_evidence_the_prior_leans_low_and_less_so_for_a_shop_that_grew() -> None:
    """No evidence: about 0.3 for a mature business, above 0.6 for one that has more than doubled."""
    assert estimate(nothing).mean == pytest.approx(0.3, abs=0.01)
    assert estimate(nothing, 0.25).mean == estimate(nothing).mean
    assert 0.6 < estimate(nothing, 0.8).mean < 0.9
    assert estimate(nothing, -1.0).mean == estimate(nothing).mean


@pytest.mark.parametrize("exponent", list(GRID))
def test_clear_evidence_decides(exponent: float) -> None:
    """A likelihood that is sharp around one exponent is believed, whatever the prior says."""
    found = estimate(lambda tried: np.array([-200.0 * (tried - exponent) ** 2]))
    assert found.mean == pytest.approx(exponent, abs=0.02)
    assert found.sd < 0.06


def learned(exponent: float, seed: int = 2) -> Effects:
    """Return the effects of a shop that grows by two thirds a year and whose peaks grow with ``level ** exponent``."""
    days = (world.START - world.FIRST).days
    rng = np.random.default_rng(seed)
    rows = []
    for queue in world.LEVELS:
        plain = world.day_totals(queue, days, promoted=False) * np.exp(0.5 * np.arange(days) / 365)
        uplift = world.day_totals(queue, days) / world.day_totals(queue, days, promoted=False) - 1
        level = np.exp(0.65 * (np.arange(days) - days) / 365)
        rows.append(plain * (1 + uplift * level ** (exponent - 1)) * np.exp(0.03 * rng.standard_normal(days)))
    inputs = world.inputs()
    features = calendar_features(inputs, world.FIRST, days + 30, np.array(list(world.LEVELS.values())))
    return fit_effects(np.asarray(np.round(np.stack(rows)), dtype=np.float64), features)


@pytest.mark.parametrize("exponent", [0.0, 0.5, 1.0])
def test_the_planted_exponent_is_found_over_seven_editions(exponent: float) -> None:
    """With seven editions on the way up the exponent is within 0.2, and today's peak within 12 % of the planted one."""
    effects = learned(exponent)
    assert effects.growth.mean == pytest.approx(exponent, abs=0.2)
    peak = (world.OPENINGS[-1] + timedelta(days=1) - world.FIRST).days
    assert date(2024, 11, 13) == world.FIRST + timedelta(days=peak)
    assert np.abs(np.exp(effects.events[:, peak]) / 4.0 - 1).max() < 0.12
