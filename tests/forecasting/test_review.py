"""Looking back on a forecast: what came is laid on its grid, and the next edition learns from it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta

import numpy as np
import pytest

from forecasting.forecast import forecast
from forecasting.review import actuals_of, next_priors, review
from tests.forecasting import world
from wfm.errors import InputError
from wfm.inputs import History, Inputs
from wfm.results import Forecast
from wfm.review import WrittenForecast

OPENING = (world.OPENINGS[-1] - world.START).days


def made() -> tuple[Inputs, Forecast, WrittenForecast]:
    """Return the shop, its forecast of the opening week, and that forecast as its files would hold it."""
    inputs = world.inputs()
    found = forecast(inputs, seed=1)
    low, high = np.quantile(found.daily_paths, (0.1, 0.9), axis=0)
    slots = [found.quantile(share) for share in (0.1, 0.9)]
    return (
        inputs,
        found,
        WrittenForecast(
            found.grid, found.queues, found.rate, slots[0], slots[1], found.aht_seconds, low, high, found.parts
        ),
    )


def rows(contacts: np.ndarray[tuple[int, ...], np.dtype[np.float64]], minutes: int = 60, aht: float = 300.0) -> History:
    """Return hourly rows (queues, hours) or daily ones (queues, days) of the horizon as a history."""
    queues, count = contacts.shape
    first = int(datetime.combine(world.START, time(0), world.ZONE).timestamp())
    start = np.tile(first + 60 * minutes * np.arange(count), queues)
    names, queue = tuple(world.LEVELS), np.repeat(np.arange(queues), count)
    return world.table(names, queue, start, minutes, contacts.ravel(), np.full(len(start), aht))


def test_what_came_lies_on_the_forecasts_grid() -> None:
    """Hourly rows give every interval, its handle time, and the day's total; the past is left out."""
    inputs, found, _ = made()
    came = actuals_of(inputs, rows(np.round(found.rate)), "actuals.csv")
    assert np.nansum(np.abs(came.contacts - np.round(found.rate))) == 0
    assert np.allclose(came.totals, np.add.reduceat(np.round(found.rate), np.arange(0, 14 * 24, 24), axis=1))
    assert np.nanmin(came.aht_seconds) == 300.0
    both = actuals_of(replace(inputs), world.history((world.START - world.FIRST).days + 5), "history.csv")
    assert np.isfinite(both.totals[:, :5]).all()
    assert np.isnan(both.totals[:, 5:]).all()


def test_daily_rows_tell_totals_alone() -> None:
    """With daily rows the miss of level and event is known, that of the time of day is none."""
    inputs, found, written = made()
    came = actuals_of(inputs, rows(1.2 * found.daily_rate, 1440), "actuals.csv")
    looked = review(inputs, written, came)
    assert looked.actual == pytest.approx(1.2 * found.daily_rate)
    assert looked.shape == pytest.approx(np.zeros(looked.shape.shape), abs=1e-6)
    assert looked.level == pytest.approx([1.2] * 3)


def test_no_day_of_the_plan_is_an_error_with_the_days_wanted() -> None:
    """A file of other weeks names what was expected."""
    inputs, _, _ = made()
    with pytest.raises(InputError, match=r"actuals.csv offered: .*between 2024-11-04 and 2024-11-17"):
        actuals_of(inputs, world.history(), "actuals.csv")


def test_bots_and_concurrency_count_in_the_hours() -> None:
    """Bots that keep half, and agents who hold two chats at 1.6 times the throughput, leave 0.5 / 1.6 of the work."""
    inputs, found, written = made()
    queues = [queue.model_dump(exclude_unset=True) for queue in inputs.plan.queue]
    queues[0] |= {"bot_containment": 0.5, "concurrency": 2, "concurrency_speedup": (1.0, 1.6)}
    plan = inputs.plan.model_validate({**inputs.plan.model_dump(exclude_unset=True), "queue": queues})
    came = actuals_of(inputs, rows(found.rate), "actuals.csv")
    plain, busy = review(inputs, written, came), review(replace(inputs, plan=plan), written, came)
    assert busy.actual_hours[0] == pytest.approx(0.5 / 1.6 * plain.actual_hours[0])
    assert busy.actual_hours[1] == pytest.approx(plain.actual_hours[1])


def test_the_next_edition_is_offered_what_came() -> None:
    """The first full day came half as strong again at a level one tenth up: its multiple moves nearly there."""
    inputs, found, written = made()
    contacts = 1.1 * found.rate
    day = slice((OPENING + 1) * 24, (OPENING + 2) * 24)
    contacts[:, day] *= 1.5
    priors = next_priors(inputs, written, review(inputs, written, actuals_of(inputs, rows(contacts), "a.csv")))
    assert found.baseline is not None
    mine = {prior.queue: prior for prior in priors if prior.part == "full1"}
    assert set(mine) == set(found.queues)
    for number, queue in enumerate(found.queues):
        forecast_multiple = found.daily_rate[number, OPENING + 1] / found.baseline[number, OPENING + 1]
        assert 1.35 * forecast_multiple < mine[queue].multiple <= 1.5 * forecast_multiple
        assert mine[queue].level == pytest.approx(1.1 * found.baseline[number, OPENING + 1], rel=0.01)
        assert 0.01 < mine[queue].sd < 0.15
    assert (mine["chat-a"].edition, mine["chat-a"].event) == ("megasale 2024-11-12", "megasale")
    assert (mine["chat-a"].platform, mine["phone"].platform) == ("tmall", "all")
    assert {prior.part for prior in priors} >= {"part", "full1", "full2", "full3"}


def test_a_forecast_that_hit_offers_what_it_said() -> None:
    """When everything came as forecast, each prior is the forecast's own multiple."""
    inputs, found, written = made()
    priors = next_priors(inputs, written, review(inputs, written, actuals_of(inputs, rows(found.rate), "a.csv")))
    assert found.baseline is not None
    expected = found.daily_rate[:, OPENING] / found.baseline[:, OPENING]
    opening = [prior.multiple for prior in priors if prior.part == "part"]
    assert opening == pytest.approx(expected, rel=1e-3)


def test_offered_priors_are_used_by_a_plan_that_lacks_the_edition() -> None:
    """Fed back into a shop whose history ends with that edition but does not hold it, the next edition follows them."""
    inputs, found, written = made()
    contacts = found.rate.copy()
    contacts[:, OPENING * 24 : (OPENING + 2) * 24] *= 1.5
    priors = next_priors(inputs, written, review(inputs, written, actuals_of(inputs, rows(contacts), "a.csv")))
    later = inputs.plan.plan.model_copy(
        update={"start": world.START + timedelta(days=35), "known_until": world.START + timedelta(days=20)}
    )
    again = world.OPENINGS[-1] + timedelta(days=38)
    plan = inputs.plan.model_copy(update={"plan": later})
    shop = replace(inputs, plan=plan, events=world.events((*world.OPENINGS, again)))
    days = (again - later.start).days + 1
    plain = forecast(shop, seed=1).daily_rate[:, days]
    told = forecast(replace(shop, priors=priors), seed=1)
    assert (told.daily_rate[:, days] > 1.03 * plain).all()
    assert not any("priors" in text for text in told.warnings)
