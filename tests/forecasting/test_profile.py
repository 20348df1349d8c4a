"""The shape of the day: planted shares, smoothing, openings, queues that borrow."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from forecasting.calendar_features import calendar_features
from forecasting.effects import fit_effects
from forecasting.openings import DayShapes, day_shapes
from forecasting.resample import day_table
from forecasting.shapes import OrdinaryShapes
from tests.forecasting import world
from wfm.inputs import Inputs

Floats = NDArray[np.float64]


def learned(inputs: Inputs) -> tuple[DayShapes, tuple[str, ...]]:
    """Return the shapes of a shop and the warnings."""
    table = day_table(inputs)
    features = calendar_features(inputs, table.first, table.days + 20, np.array([9.0, 5.0, 2.0]))
    return day_shapes(table, features, fit_effects(table.totals, features), inputs.plan.queue)


@pytest.fixture(scope="module")
def shapes() -> DayShapes:
    """Return the shapes of the small shop."""
    return learned(world.inputs())[0]


def test_planted_shares_are_found(shapes: DayShapes) -> None:
    """Every hour of every weekday is within 1.5 percentage points of the planted share."""
    for number, queue in enumerate(world.LEVELS):
        assert np.abs(shapes.ordinary.of(number, np.arange(7, 14)) - world.shape(queue)).max() < 0.015


def test_every_open_day_sums_to_one(shapes: DayShapes) -> None:
    """Shares of any past or future day sum to 1 and are never negative, openings or not."""
    for day in range((world.START - world.FIRST).days + 14):
        for queue in range(3):
            share = shapes.shares(queue, day)
            assert abs(share.sum() - 1) < 1e-9
            assert (share >= 0).all()


def test_the_opening_bends_its_own_day(shapes: DayShapes) -> None:
    """The planned opening day has four fifths of its contacts from 20:00 on, a week later the usual share."""
    opening = (world.OPENINGS[-1] - world.FIRST).days
    assert abs(shapes.shares(0, opening)[20:].sum() - 0.8) < 0.05
    assert np.allclose(shapes.shares(0, opening - 7), shapes.ordinary.of(0, np.array([opening - 7]))[0])


def test_without_phases_every_day_is_ordinary() -> None:
    """With no events in the calendar nothing bends the day."""
    plain, _ = learned(world.inputs(events=()))
    opening = (world.OPENINGS[-1] - world.FIRST).days
    assert np.allclose(plain.shares(0, opening), plain.ordinary.of(0, np.array([opening]))[0])


def test_a_queue_without_shape_borrows_that_of_its_channel() -> None:
    """The second chat queue takes the first one's shape, the phone queue is spread evenly, and both are told."""
    inputs = world.inputs(history=world.history(queues=("chat-a",)))
    shapes, warnings = learned(inputs)
    week = np.arange(7)
    assert np.allclose(shapes.ordinary.of(1, week), shapes.ordinary.of(0, week))
    assert np.allclose(shapes.ordinary.of(2, week)[:, 8:22], 1 / 14)
    assert len(warnings) == 2


@settings(max_examples=60, deadline=None)
@given(
    mean=arrays(np.float64, (1, 24), elements=st.floats(0, 1)),
    directions=arrays(np.float64, (1, 2, 24), elements=st.floats(-1, 1)),
    scores=arrays(np.float64, (1, 14, 2), elements=st.floats(-2, 2)),
    is_open=arrays(np.bool_, (1, 7, 24)),
)
def test_shares_are_shares_whatever_was_learned(
    mean: Floats, directions: Floats, scores: Floats, is_open: NDArray[np.bool_]
) -> None:
    """Any mean, directions and scores give shares in [0, 1] that sum to 1 over the open slots, 0 on closed days."""
    shapes = OrdinaryShapes(mean, directions, scores, is_open, 2)
    days = np.arange(14)
    found = shapes.of(0, days)
    mask = is_open[0, (days + 2) % 7]
    assert ((found >= 0) & (found <= 1 + 1e-12)).all()
    assert (found[~mask] == 0).all()
    assert np.allclose(found.sum(axis=1), mask.any(axis=1))
