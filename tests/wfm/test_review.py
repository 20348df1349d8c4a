"""A forecast looked back on: every miss is split by cause, and the parts add up."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from wfm.grid import TimeGrid
from wfm.results import ForecastPart
from wfm.review import Actuals, Review, WrittenForecast, by_phase, review

FloatArray = NDArray[np.float64]
GRID = TimeGrid("Asia/Shanghai", date(2025, 11, 8), 6, 60)
QUEUES = ("chat", "phone")
SHAPE = (2, GRID.n)


def by_day(values: FloatArray) -> FloatArray:
    """Return sums by day."""
    return np.asarray(values.reshape(2, GRID.days, 24).sum(axis=2), dtype=np.float64)


def written(rate: FloatArray, event: FloatArray, aht: FloatArray | None = None) -> WrittenForecast:
    """Return a forecast whose level is the day's mean less what an event adds."""
    daily = by_day(rate)
    parts = (
        ForecastPart("baseline", "ordinary level", daily - event),
        ForecastPart("event", "double11 main_day", event),
    )
    seconds = np.full(SHAPE, 300.0) if aht is None else aht
    return WrittenForecast(GRID, QUEUES, rate, 0.8 * rate, 1.2 * rate, seconds, 0.9 * daily, 1.1 * daily, parts)


def peak() -> tuple[FloatArray, FloatArray]:
    """Return the rates of ordinary days of 240 contacts, the fourth with an event that doubles them; and that event."""
    rate = np.full(SHAPE, 10.0)
    rate[:, 3 * 24 : 4 * 24] = 20.0
    event = np.zeros((2, GRID.days))
    event[:, 3] = 240.0
    return rate, event


def came(contacts: FloatArray, aht: FloatArray | None = None) -> Actuals:
    """Return what came, known whole."""
    return Actuals(contacts, np.full(SHAPE, 300.0) if aht is None else aht, by_day(contacts))


ONES = np.ones(SHAPE)
COUNTS = arrays(np.float64, SHAPE, elements=st.floats(0, 500, allow_subnormal=False))
SECONDS = arrays(np.float64, SHAPE, elements=st.floats(1, 2000))
SHARES = arrays(np.float64, (2, GRID.days), elements=st.floats(-0.5, 0.9))
HIDDEN = arrays(np.bool_, SHAPE)


def check_sums(found: Review) -> None:
    """Contacts and hours of the causes sum to the miss, day by day and by phase."""
    known = found.known
    miss = (found.actual - found.forecast)[known]
    assert (found.volume + found.event)[known] == pytest.approx(miss, abs=1e-6, rel=1e-9)
    parts = found.volume_hours + found.event_hours + found.shape_hours + found.handle_time_hours
    hours = (found.actual_hours - found.forecast_hours)[known]
    assert parts[known] == pytest.approx(hours, abs=1e-6, rel=1e-9)
    whole = [row for row in by_phase(found) if row.queue == "all"]
    assert sum(row.actual - row.forecast for row in whole) == pytest.approx(miss.sum(), abs=1e-5)
    assert sum(row.volume + row.event for row in by_phase(found) if row.queue != "all") == pytest.approx(
        miss.sum(), abs=1e-5
    )


@given(COUNTS, COUNTS, SECONDS, SECONDS, SHARES, st.floats(0.1, 1.0))
def test_the_parts_sum_to_the_miss(
    rate: Any, contacts: Any, expected: Any, seconds: Any, share: Any, load: float
) -> None:
    """Whatever was forecast and came: level + event = miss in contacts, and the four causes = miss in agent-hours."""
    event = share * by_day(rate)
    check_sums(review(written(rate, event, expected), came(contacts, seconds), load * ONES))


@given(COUNTS, COUNTS, HIDDEN, st.lists(st.integers(0, GRID.days - 1), max_size=3))
def test_the_parts_sum_where_slots_and_days_are_unknown(rate: Any, contacts: Any, hidden: Any, days: list[int]) -> None:
    """Gaps are filled by the forecast's shape and unknown days are left out: the sums hold all the same."""
    actuals = came(np.where(hidden, 0.0, contacts))
    totals = actuals.totals.copy()
    totals[:, days] = np.nan
    seconds = np.where(hidden, np.nan, 240.0)
    found = review(written(rate, 0.0 * totals), Actuals(np.where(hidden, np.nan, contacts), seconds, totals), ONES)
    check_sums(found)
    assert np.isnan(found.shape[:, days]).all()


@given(COUNTS, st.floats(0.2, 5.0))
def test_a_day_of_the_forecast_shape_has_no_miss_of_shape(rate: Any, factor: float) -> None:
    """Any multiple of the forecast at its own times: nothing is in the wrong slot."""
    found = review(written(rate, np.zeros((2, GRID.days))), came(factor * rate), ONES)
    assert found.shape == pytest.approx(np.zeros((2, GRID.days)), abs=1e-6)
    assert found.shape_hours == pytest.approx(np.zeros((2, GRID.days)), abs=1e-6)


def test_a_higher_level_is_volume_everywhere() -> None:
    """One tenth more on every day, the event's too: all of it is the level's, the event was right."""
    rate, event = peak()
    found = review(written(rate, event), came(1.1 * rate), ONES)
    assert found.level == pytest.approx([1.1, 1.1])
    assert found.volume == pytest.approx(0.1 * by_day(rate))
    assert found.event == pytest.approx(np.zeros((2, GRID.days)), abs=1e-9)


def test_a_stronger_event_is_told_apart_from_the_level() -> None:
    """The level one tenth higher and the event's day half as high again: 48 contacts are the level's, 264 the rest."""
    rate, event = peak()
    contacts = 1.1 * rate
    contacts[0, 3 * 24 : 4 * 24] *= 1.5
    found = review(written(rate, event), came(contacts), ONES)
    assert found.volume[0, 3] == pytest.approx(48.0)
    assert found.event[0, 3] == pytest.approx(264.0)
    assert found.phases[0][3] == "double11 main_day"
    first = by_phase(found)[0]
    assert (first.queue, first.phase, first.days) == ("all", "double11 main_day", 1)
    assert first.event == pytest.approx(264.0)


def test_contacts_at_another_time_are_shape_and_cost_by_their_handle_times() -> None:
    """Ten contacts moved from a slot of 300 s into one of 660 s: shape 20 (away and there), one agent-hour more."""
    rate, event = peak()
    expected = np.full(SHAPE, 300.0)
    expected[:, 20::24] = 660.0
    contacts = rate.copy()
    contacts[0, 8] -= 10.0
    contacts[0, 20] += 10.0
    found = review(written(rate, event, expected), came(contacts, expected), ONES)
    assert found.shape[0, 0] == pytest.approx(20.0)
    assert found.shape_hours[0, 0] == pytest.approx(1.0)
    assert found.volume[0, 0] == pytest.approx(0.0)
    assert found.handle_time_hours[0, 0] == pytest.approx(0.0)


def test_handle_time_is_counted_over_the_contacts_that_came() -> None:
    """240 contacts of 330 s instead of 300 s: two hours; half where agents hold two at once."""
    rate, event = peak()
    for load in (1.0, 0.5):
        found = review(written(rate, event), came(rate, np.full(SHAPE, 330.0)), load * ONES)
        assert found.handle_time_hours[0, 0] == pytest.approx(2.0 * load)
        assert found.aht_actual[0, 0] == pytest.approx(330.0)


def test_bands_count_days_and_slots() -> None:
    """A day 5 % above its mean lies within a band of 10 %, one 20 % above does not; slots have their own."""
    rate, event = peak()
    contacts = rate.copy()
    contacts[:, :24] *= 1.05
    contacts[:, 24:48] *= 1.3
    found = review(written(rate, event), came(contacts), ONES)
    assert found.in_band[0].tolist() == [1, 0, 1, 1, 1, 1]
    assert found.slots_in_band == pytest.approx(5 / 6)


def test_a_queue_without_ordinary_days_takes_the_level_of_all() -> None:
    """An event on every day of one queue: the other's ordinary days tell the level, and their number is kept."""
    rate, event = peak()
    event[1] = 0.5 * by_day(rate)[1]
    found = review(written(rate, event), came(1.1 * rate), ONES)
    assert found.level_days.tolist() == [5, 0]
    assert found.level == pytest.approx([1.1, 1.1])
    assert found.event == pytest.approx(np.zeros((2, GRID.days)), abs=1e-9)
