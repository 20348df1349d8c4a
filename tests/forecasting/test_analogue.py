"""New events that resemble a known one, scaled by planned orders: planted in the small shop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from forecasting.analogue import scaled_by_orders
from forecasting.forecast import forecast
from forecasting.past import Past
from forecasting.resample import day_table
from tests.forecasting import world
from wfm.inputs import Driver, Event, Inputs
from wfm.plan import Plan

NEW = world.OPENINGS[-1]
LAST_KNOWN = world.START - timedelta(days=4)
END = world.START + timedelta(days=13)


def plan() -> Plan:
    """Return the shop's plan in which orders move no queue by themselves: they only tell how large an event is."""
    usual = world.plan().model_dump(mode="json", exclude_unset=True)
    return Plan.model_validate({**usual, "driver": [{"name": "orders", "use": False}]})


def events(like: str = "megasale") -> tuple[Event, ...]:
    """Return the known editions, and in November a festival that nobody has seen before."""
    festival = (replace(event, event="ai-festival", like=like) for event in world.events([NEW]))
    return (*world.events(world.OPENINGS[:-1]), *festival)


def orders(multiple: float, openings: Sequence[date] = world.OPENINGS) -> tuple[Driver, ...]:
    """Return orders that double in every edition and, in the last of ``openings``, are ``multiple`` times the usual."""
    level = {world.FIRST + timedelta(days=k): 1000.0 + k for k in range((END - world.FIRST).days + 1)}
    for opening in openings:
        factor = multiple if opening == openings[-1] else 2.0
        for offset in range(6):
            day = opening + timedelta(days=offset)
            level[day] = factor * level[day]
    return tuple(Driver(day, "orders", value) for day, value in level.items())


def asked(inputs: Inputs) -> tuple[tuple[Event, ...], tuple[str, ...]]:
    """Return what is made of the events of the shop's plan."""
    return scaled_by_orders(inputs, LAST_KNOWN, END)


def shop(drivers: tuple[Driver, ...] = (), like: str = "megasale") -> Inputs:
    """Return the shop with the festival ahead."""
    return world.inputs(plan=plan(), events=events(like), drivers=drivers)


def test_planned_orders_scale_the_new_event() -> None:
    """Three times the ordinary orders against twice in the last edition: a factor of 1.5, free of growth, and told."""
    inputs = shop(orders(3.0))
    found, notes = asked(inputs)
    assert [event.scale for event in found[-2:]] == pytest.approx([1.5, 1.5], rel=0.01)
    assert all(event.scale == 1.0 for event in found[:-2])
    assert notes == ("event 'ai-festival' is taken as megasale 2024-09-10 x 1.50 by planned orders",)


def test_the_planners_own_scale_stays() -> None:
    """The factor of events.csv is multiplied, not replaced."""
    inputs = shop(orders(3.0))
    doubled = replace(inputs, events=tuple(replace(e, scale=2.0) if e.like else e for e in inputs.events))
    assert asked(doubled)[0][-1].scale == pytest.approx(3.0, rel=0.01)


def test_without_orders_the_event_is_taken_as_it_is() -> None:
    """No driver, or one that does not reach the new event: scale 1, and a note that says why."""
    for drivers in ((), tuple(d for d in orders(3.0) if d.date < NEW)):
        found, notes = asked(shop(drivers))
        assert {event.scale for event in found} == {1.0}
        assert notes == (
            "event 'ai-festival' is taken as megasale 2024-09-10: drivers.csv does not say the orders of both",
        )


def test_an_unknown_analogue_is_told() -> None:
    """An event that resembles one that was never seen is forecast by its phases' kinds, and the note says so."""
    found, notes = asked(shop(orders(3.0), like="megasael"))
    assert {event.scale for event in found} == {1.0}
    assert notes == (
        "event 'ai-festival': no past edition of 'megasael' is known; it is forecast as its phases' kinds",
    )


def test_a_longer_event_is_compared_by_the_day() -> None:
    """Twice as many days at the same orders a day are no larger event."""
    inputs = shop(orders(2.0))
    longer = replace(
        inputs,
        events=tuple(replace(e, end=e.end + timedelta(days=6)) if e.like else e for e in inputs.events),
        drivers=tuple(replace(d, value=2.0 * d.value) if 6 <= (d.date - NEW).days < 12 else d for d in inputs.drivers),
    )
    assert asked(longer)[0][-1].scale == pytest.approx(1.0, rel=0.01)


def test_editions_that_are_over_or_beyond_the_horizon_are_left_alone() -> None:
    """Only what is ahead and asked for is scaled and told."""
    inputs = shop(orders(3.0))
    assert scaled_by_orders(inputs, END, END) == (inputs.events, ())
    assert scaled_by_orders(inputs, LAST_KNOWN, NEW - timedelta(days=1)) == (inputs.events, ())


def test_the_forecast_follows_and_says_so() -> None:
    """What the festival adds is half as much again as the same orders would give, and the warnings name the factor."""
    plain, larger = (shop(orders(multiple)) for multiple in (2.0, 3.0))
    table = day_table(plain)
    ahead = slice((NEW - world.FIRST).days, (NEW - world.FIRST).days + 3)
    added = [
        np.expm1(Past(one, table, (), table.days + 17, (table.days + 3, table.days + 17), table.days)
                 .effects(table.days).events[:, ahead])
        for one in (plain, larger)
    ]  # fmt: skip
    assert added[1] == pytest.approx(1.5 * added[0], rel=0.02)
    made = forecast(larger, seed=1)
    assert "event 'ai-festival' is taken as megasale 2024-09-10 x 1.50 by planned orders" in made.warnings
