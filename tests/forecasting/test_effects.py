"""Event effects: the planted multiples are found, outages are not taken for demand, the planner's factor acts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from numpy.typing import NDArray

from forecasting.calendar_features import CalendarFeatures, calendar_features
from forecasting.effects import Effects, fit_effects, with_drivers
from forecasting.growth import Growth
from tests.forecasting import world
from wfm.inputs import Event
from wfm.rules import DayTypes

DAYS = (world.START - world.FIRST).days
VOLUME = np.array(list(world.LEVELS.values()))
OPENING = (world.OPENINGS[-1] - world.FIRST).days


def totals(seed: int = 5) -> NDArray[np.float64]:
    """Return noisy day totals of the planted shop: shape (queues, days)."""
    rng = np.random.default_rng(seed)
    noise = np.exp(0.04 * rng.standard_normal((len(world.LEVELS), DAYS)))
    return rng.poisson(noise * [world.day_totals(queue, DAYS) for queue in world.LEVELS]).astype(np.float64)


def calendar(events: tuple[Event, ...] | None = None, day_types: DayTypes | None = None) -> CalendarFeatures:
    """Return the calendar's features of the past and 30 days ahead."""
    changes = {"history": world.history(days=3), "events": world.events() if events is None else events}
    inputs = replace(world.inputs(**changes), day_types=day_types or DayTypes())
    return calendar_features(inputs, world.FIRST, DAYS + 30, VOLUME)


def test_planted_multiples_are_found_for_the_next_edition() -> None:
    """Seven noisy editions give the eighth's multiples within 10 %, for platform queues and for the one of none."""
    effects = fit_effects(totals(), calendar())
    for offset, planted in enumerate(world.MULTIPLES):
        found = np.exp(effects.events[:, OPENING + offset])
        assert np.abs(found / planted - 1).max() < 0.10


def test_days_far_from_any_event_are_untouched() -> None:
    """Outside phases and their tails the effect is exactly 0."""
    features = calendar()
    effects = fit_effects(totals(), features)
    assert (effects.events[~features.weak] == 0).all()


def test_the_level_is_not_lifted_by_events() -> None:
    """The smooth level of the days around a past opening stays within 6 % of the ordinary one."""
    effects = fit_effects(totals(), calendar())
    where = (world.OPENINGS[3] - world.FIRST).days
    ordinary = (
        world.day_totals("chat-a", DAYS, promoted=False) / world.WEEKDAY[(np.arange(DAYS) + world.FIRST.weekday()) % 7]
    )
    window = slice(where - 3, where + 8)
    assert np.abs(np.expm1(effects.level[0, window]) / ordinary[window] - 1).max() < 0.06


def test_an_outage_is_flagged_and_a_quiet_day_is_not() -> None:
    """A day at a tenth of its level is left out; one at 85 % is demand."""
    seen = totals()
    seen[0, 100] *= 0.1
    seen[0, 130] *= 0.85
    outage = fit_effects(seen, calendar()).outage
    assert outage[0, 100]
    assert not outage[0, 130]
    assert outage.sum() <= 3


def test_the_planners_factor_scales_the_uplift() -> None:
    """Scale 1.5 turns a multiple m into 1 + 1.5 (m - 1); past days are fitted as before."""
    plain = fit_effects(totals(), calendar())
    last = [event for event in world.events() if event.start.date() == world.OPENINGS[-1]]
    rest = [event for event in world.events() if event not in last]
    scaled = fit_effects(totals(), calendar((*rest, *(replace(event, scale=1.5) for event in last))))
    before, after = (np.exp(effects.events[0, OPENING + 1]) for effects in (plain, scaled))
    assert abs(after - (1 + 1.5 * (before - 1))) < 1e-6
    assert np.allclose(plain.events[:, : DAYS - 30], scaled.events[:, : DAYS - 30])


def test_holidays_are_kept_apart_from_promotions() -> None:
    """A holiday dip to 60 % is found as holiday, not as event, and carried to the next block."""
    blocks = [world.FIRST + timedelta(days=d) for d in (90, 91, 92, 300, 301, 302, 450, 451, 452)]
    ahead = [world.START + timedelta(days=d) for d in (2, 3, 4)]
    seen = totals()
    for day in blocks:
        seen[:, (day - world.FIRST).days] *= 0.6
    types = DayTypes(days_off=frozenset([*blocks, *ahead]))
    effects = fit_effects(seen, calendar(day_types=types))
    assert np.abs(np.exp(effects.holidays[:, DAYS + 3]) - 0.6).max() < 0.06
    assert effects.holidays[0, DAYS + 10] == 0


def test_drivers_leave_holidays_their_effect() -> None:
    """Orders share event days with the calendar; a holiday's dip stays whole, and orders that fall with it add none."""
    none = np.zeros((1, 4))
    events, holidays = np.array([[1.0, 0.0, 0.0, 1.0]]), np.array([[0.0, -0.5, -0.5, -0.5]])
    alone = Effects(events, holidays, none > 0, none[:, 0], none, Growth(0.5, 0.1), none)
    mixed = with_drivers(alone, np.array([[0.6, -0.1, 0.2, 0.6]]), np.array([0.75]))
    assert mixed.total[0] == pytest.approx([0.25 + 0.45, -0.5, -0.5 + 0.15, -0.5 + 0.25 + 0.45])
    assert with_drivers(alone, none + 9.0, np.zeros(1)).total == pytest.approx(alone.total)


def test_the_planners_factor_acts_in_full_beside_drivers() -> None:
    """Drivers take three quarters of what was learned of an event, and nothing of what the planner adds to it."""
    none = np.zeros((1, 2))
    given = Effects(none + 1.3, none, none > 0, none[:, 0], none, Growth(0.5, 0.1), none, planned=none + 0.3)
    mixed = with_drivers(given, none + 0.6, np.array([0.75]))
    assert mixed.total[0] == pytest.approx([0.25 * 1.0 + 0.75 * 0.6 + 0.3] * 2)


def test_of_several_openings_the_strongest_counts() -> None:
    """A main day inside a running wave switches on its own columns alone."""
    events = world.events((date(2024, 11, 12),))
    main = replace(events[0], phase="main_day", start=events[0].start + timedelta(days=3), event="other")
    features = calendar((*events, main))
    day = OPENING + 4
    names = {features.columns[c].name for c in np.flatnonzero(features.design(features.weights[0])[day])}
    assert names == {"opening", "main"}
    assert {features.columns[c].name for c in np.flatnonzero(features.design(features.weights[1])[day])} == {
        "sale",
        "opening",
    }
