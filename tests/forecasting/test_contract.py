"""One contract for every candidate inside a whole forecast: what a planner may rely on, whichever model is used."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache

import numpy as np
import pytest
from numpy.typing import NDArray

from forecasting.forecast import forecast
from tests.forecasting import world
from wfm.inputs import History, Inputs
from wfm.plan import Plan
from wfm.results import Forecast

CANDIDATES = ("mean_8_weeks", "seasonal_naive", "same_season", "regression", "prophet", "ets", "sarimax")
DAYS = 10


def plan(name: str, **changes: object) -> Plan:
    """Return the small shop's plan with one candidate."""
    return world.plan(forecast={"models": [name], "paths": 60, "origins": 2}, days=DAYS, **changes)


@lru_cache(maxsize=len(CANDIDATES))
def made(name: str) -> Forecast:
    """Return the forecast by one candidate (and the fallback that always runs along)."""
    return forecast(world.inputs(plan=plan(name)), seed=4)


def same(one: Forecast, two: Forecast) -> bool:
    """Return whether two forecasts agree to the last bit."""
    return all(
        getattr(one, field).tobytes() == getattr(two, field).tobytes() for field in ("paths", "rate", "aht_seconds")
    )


def renamed(inputs: Inputs, names: dict[str, str]) -> Inputs:
    """Return the inputs with other queue ids."""
    raw = inputs.plan.model_dump(exclude_none=True)
    raw["queue"] = [queue | {"id": names[queue["id"]]} for queue in raw["queue"]]
    history = replace(inputs.history, queues=tuple(names[queue] for queue in inputs.history.queues))
    return replace(inputs, plan=Plan.model_validate(raw), history=history)


@pytest.mark.parametrize("name", CANDIDATES)
class TestEveryCandidate:
    """Facts that hold for every candidate."""

    def test_horizon_and_index(self, name: str) -> None:
        """There is one column per interval of the plan, in the plan's order of queues, from its first day on."""
        found = made(name)
        assert found.grid == plan(name).plan.grid
        assert found.queues == tuple(world.LEVELS)
        assert found.paths.shape == (60, 3, DAYS * 24)
        assert found.rate.shape == found.aht_seconds.shape == (3, DAYS * 24)

    def test_finite_and_never_negative(self, name: str) -> None:
        """No number is missing or below zero; handle times are above it."""
        found = made(name)
        for values in (found.rate, found.paths, found.baseline):
            assert values is not None
            assert np.isfinite(values).all()
            assert (values >= 0).all()
        assert (found.aht_seconds > 0).all()

    def test_ordered_quantiles(self, name: str) -> None:
        """p10 <= p50 <= p90 in every interval and on every day, and the mean lies between the outer ones by day."""
        found = made(name)
        low, middle, high = (found.quantile(share) for share in (0.1, 0.5, 0.9))
        assert (low <= middle).all()
        assert (middle <= high).all()
        first, last = np.quantile(found.daily_paths, [0.1, 0.9], axis=0)
        assert ((first <= found.daily_rate) & (found.daily_rate <= last)).all()

    def test_the_parts_add_up(self, name: str) -> None:
        """Baseline, holidays and event phases sum to the day's mean."""
        total = np.sum([part.contacts for part in made(name).parts], axis=0)
        assert np.allclose(total, made(name).daily_rate, rtol=1e-6, atol=1e-6)

    def test_same_seed_same_bytes_and_refits_are_independent(self, name: str) -> None:
        """A second fit, after another history was fitted in between, gives the same bytes; another seed other paths."""
        inputs = world.inputs(plan=plan(name))
        first = made(name)
        other = forecast(world.inputs(plan=plan(name), history=world.history(seed=8)), seed=4)
        assert not same(first, other)
        assert same(first, forecast(inputs, seed=4))
        assert forecast(inputs, seed=5).paths.tobytes() != first.paths.tobytes()

    def test_names_of_queues_mean_nothing(self, name: str) -> None:
        """Queues by other names get the same numbers."""
        names = {"chat-a": "zeta", "chat-b": "七天", "phone": "a b"}
        found = forecast(renamed(world.inputs(plan=plan(name)), names), seed=4)
        assert found.queues == tuple(names.values())
        assert same(found, made(name))

    def test_the_used_model_is_told(self, name: str) -> None:
        """Each queue names models that were candidates, with shares that sum to 1 where there are several."""
        for choice in made(name).models:
            assert set(choice.model.split(" + ")) <= {name, "mean_8_weeks"}
            assert not choice.weights or sum(choice.weights.values()) == pytest.approx(1)


BERLIN_START = date(2024, 3, 25)
# Clocks go forward on 31 March and back on 27 October 2024.
CHANGES = {date(2024, 3, 31): 23, date(2024, 10, 27): 25}


def berlin(start: date, model: str) -> Inputs:
    """Return a plan of a week in Berlin around a clock change, with a year of the same hourly profile every day."""
    raw = world.plan(forecast={"models": [model], "paths": 40, "origins": 2}).model_dump(exclude_none=True)
    raw["plan"] |= {"timezone": "Europe/Berlin", "start": start, "days": 7, "known_until": start - timedelta(days=1)}
    raw["queue"] = [{"id": "phone", "channel": "phone", "aht_seconds": 240.0}]
    given = Plan.model_validate(raw)
    first = start - timedelta(days=420)
    grid = type(given.plan.grid)("Europe/Berlin", first, 420, 60)
    offered = hourly()[grid.minute_of_day // 60]
    unknown = np.full(grid.n, np.nan)
    rows = History(
        ("phone",), np.zeros(grid.n, np.int64), grid.starts, np.full(grid.n, 60), offered, offered, unknown, unknown
    )
    return world.inputs(plan=given, history=rows, events=())


def hourly() -> NDArray[np.float64]:
    """Return the contacts of each clock hour."""
    return np.round(60 + 50 * np.sin((np.arange(24) - 6) * np.pi / 12))


@pytest.mark.parametrize("model", ["mean_8_weeks", "regression", "ets"])
@pytest.mark.parametrize("change", list(CHANGES))
def test_days_of_a_clock_change(model: str, change: date) -> None:
    """A day of 23 or 25 hours has as many intervals, whole days' contacts, and each clock hour near its usual count."""
    start = change - timedelta(days=6)
    found = forecast(berlin(start, model), seed=1)
    day = found.grid.slots_of_day(6)
    assert day.stop - day.start == CHANGES[change]
    assert abs(found.daily_rate[0, 6] / hourly().sum() - 1) < 0.06
    usual = hourly()[found.grid.minute_of_day[day] // 60]
    assert np.abs(found.rate[0, day] - usual).max() < 0.12 * usual.max()


def test_a_clock_change_in_the_history_leaves_no_trace() -> None:
    """The hour that came twice, or never, last October and March does not bend the profile of that hour."""
    found = forecast(berlin(date(2024, 11, 4), "mean_8_weeks"), seed=1)
    assert np.abs(found.rate[0, :24] - hourly()).max() < 0.03 * hourly().max()
