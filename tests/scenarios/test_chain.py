"""What the chain lays over a forecast: adjustments, the share of bots, factors; and what scenarios share."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest

from scenarios.chain import Effort, run
from scenarios.compare import Candidate, _shared_forecasts
from scenarios.overlay import Scale
from tests.forecasting import world
from wfm.inputs import Adjustment, Inputs, SeriesTable
from wfm.plan import DriverOptions, Plan
from wfm.progress import silent
from wfm.results import Forecast

OPENING = datetime(2024, 11, 12, 20, tzinfo=world.ZONE)
EVENING = Adjustment(("chat-a",), OPENING, OPENING + timedelta(hours=4), "add", 400.0, reason="live show")


def own(plan: Plan | None = None, **changes: Any) -> Inputs:
    """Return the shop with a forecast of its own: 10 contacts an hour everywhere."""
    plan = plan or world.plan()
    table = SeriesTable({name: np.full((3, plan.plan.grid.n), 10.0) for name in ("offered_mean", "aht_seconds")})
    return world.inputs(plan=plan, history=world.empty(), own_forecast=table, **changes)


def with_bots(plan: Plan, **phases: float) -> Plan:
    """Return the plan whose first queue has a bot with these shares by phase."""
    first = plan.queue[0].model_copy(update={"bot_containment": 0.4, "bot_containment_in": phases})
    return plan.model_copy(update={"queue": (first, *plan.queue[1:])})


def forecast_of(inputs: Inputs, scale: Scale | None = None) -> Forecast:
    """Return the forecast as the next steps see it."""
    made = run(inputs, 3, until="forecast", scale=scale).forecast
    assert made is not None
    return made


def test_adjustments_lie_over_an_own_forecast_and_below_the_factors() -> None:
    """10 an hour and 400 over four hours are 110 an hour; the scenario's factor then counts for both."""
    plain, moved = forecast_of(own()), forecast_of(own(adjustments=(EVENING,)))
    assert moved.rate[0, 8 * 24 + 20 : 9 * 24] == pytest.approx(np.full(4, 110.0))
    assert (moved.rate - plain.rate).sum() == pytest.approx(400.0)
    doubled = forecast_of(own(adjustments=(EVENING,)), Scale(volume={"all": 2.0}))
    assert doubled.rate == pytest.approx(2 * moved.rate)


def test_adjustments_lie_over_our_forecast_too() -> None:
    """The learned forecast rises by what is added, and its parts say why, if it has any."""
    plain, moved = (forecast_of(world.inputs(adjustments=lines)) for lines in ((), (EVENING,)))
    assert (moved.rate - plain.rate).sum() == pytest.approx(400.0)
    assert plain.parts
    assert (moved.parts[-1].kind, moved.parts[-1].name) == ("adjustment", "live show")
    assert np.allclose(sum(part.contacts for part in moved.parts), moved.daily_rate)


def test_a_plan_may_switch_its_adjustments_off() -> None:
    """``[forecast] adjustments = false`` gives the bytes of a plan without the table."""
    off = world.plan(forecast={"paths": 20, "adjustments": False})
    got, plain = forecast_of(own(off, adjustments=(EVENING,))), forecast_of(own(off))
    assert got.paths.tobytes() == plain.paths.tobytes()
    assert got.warnings == plain.warnings


def test_closed_hours_get_nothing() -> None:
    """A day's contacts lie in the opening hours alone."""
    midnight = OPENING.replace(hour=0)
    day = Adjustment(("chat-a",), midnight, midnight + timedelta(days=1), "add", 160.0)
    change = forecast_of(own(adjustments=(day,))).rate - forecast_of(own()).rate
    assert change[0, 8 * 24 : 8 * 24 + 8].sum() == 0
    assert change[0, 8 * 24 + 8 : 9 * 24] == pytest.approx(np.full(16, 10.0))


def test_without_a_forecast_there_is_nothing_to_adjust() -> None:
    """A plan with its own requirement and no history tells that the table is not used."""
    plan = world.plan()
    table = SeriesTable({"agents_required": np.ones((3, plan.plan.grid.n))})
    made = forecast_of(world.inputs(history=world.empty(), own_requirement=table, adjustments=(EVENING,)))
    assert made.rate.sum() == 0
    assert any(text.startswith("adjustments.csv changes nothing") for text in made.warnings)


def test_bots_keep_less_after_an_opening() -> None:
    """The shop's sale opens at 20:00: six hours with the share of openings, and fewer agents without the dip."""
    made = forecast_of(own(with_bots(world.plan(), opening=0.1)))
    assert made.containment is not None
    low = np.flatnonzero(made.containment[0] < 0.4)
    assert low.tolist() == list(range(8 * 24 + 20, 9 * 24 + 2))
    assert (made.containment[1:] == 0).all()
    assert forecast_of(own(with_bots(world.plan()))).containment is None


def test_scenarios_that_differ_in_bots_share_a_forecast_and_keep_their_shares() -> None:
    """The forecast is made once; each scenario finds its own share of bots when it takes it over."""
    shares: tuple[dict[str, float], ...] = ({"opening": 0.1}, {"opening": 0.3}, {})
    candidates = [Candidate(str(at), own(with_bots(world.plan(), **one)), Scale()) for at, one in enumerate(shares)]
    shared = _shared_forecasts(candidates, 3, Effort(), silent)
    assert shared[0] is shared[1] is shared[2]
    taken = [run(one.inputs, 3, until="forecast", forecast=shared[0]).forecast for one in candidates]
    lowest = [None if made is None or made.containment is None else made.containment[0].min() for made in taken]
    assert lowest == [0.1, 0.3, None]


def test_scenarios_that_differ_in_adjustments_share_no_forecast() -> None:
    """Other lines, or the same lines switched off, are another forecast; the same ones are not."""
    base = own(adjustments=(EVENING,))
    off = base.plan.model_copy(update={"forecast": base.plan.forecast.model_copy(update={"adjustments": False})})
    variants = (base, replace(base, plan=off), replace(base, adjustments=()), own(adjustments=(EVENING,)))
    candidates = [Candidate(str(at), one, Scale()) for at, one in enumerate(variants)]
    shared = _shared_forecasts(candidates, 3, Effort(), silent)
    sums = [made.rate.sum() for made in shared if made is not None]
    assert shared[0] is shared[3]
    assert sums[0] - sums[1] == pytest.approx(400.0)
    assert sums[1] == sums[2]


def test_scenarios_that_differ_in_drivers_or_speeds_share_no_forecast() -> None:
    """Orders that one doesn't use, or newcomers that are slower there, make another forecast; headcounts don't."""
    base = own()
    (staff,) = base.plan.contract
    changes: tuple[dict[str, Any], ...] = (
        {},
        {"driver": (DriverOptions(name="orders", use=False),)},
        {"contract": (staff.model_copy(update={"speed": (0.5, 1.0)}),)},
        {"contract": (staff.model_copy(update={"headcount": 5}),)},
    )
    variants = [replace(base, plan=base.plan.model_copy(update=change)) for change in changes]
    candidates = [Candidate(str(at), one, Scale()) for at, one in enumerate(variants)]
    shared = _shared_forecasts(candidates, 3, Effort(), silent)
    assert shared[3] is shared[0]
    assert len({id(made) for made in shared}) == 3
