"""Priors: what the planner knows of editions that the history does not hold, planted in the small shop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache

import numpy as np
import pytest

from forecasting.forecast import forecast
from forecasting.past import Past
from forecasting.priors import edition_rows
from forecasting.resample import day_table
from tests.forecasting import world
from wfm.inputs import Event, Inputs, Prior
from wfm.results import Forecast

GALA = date(2024, 11, 12)
QUEUES = tuple(world.LEVELS)


def gala(year: int = 2024) -> tuple[Event, ...]:
    """Return a main day of an event that the history does not know."""
    return tuple(
        Event(
            "gala", platform, "main_day", datetime.combine(GALA.replace(year=year), time(0), world.ZONE),
            datetime.combine(GALA.replace(year=year), time(23, 59), world.ZONE),
        )
        for platform in ("tmall", "jd")
    )  # fmt: skip


def prior(queue: str, **changes: object) -> Prior:
    """Return what the first full day of the gala of 2022 did to a queue."""
    base = Prior("gala 2022", "gala", "all", "main_day", "full1", queue, 5.0, 0.05)
    return replace(base, **changes)  # type: ignore[arg-type]


@lru_cache(maxsize=1)
def quiet() -> Inputs:
    """Return the shop without any promotion in its history, and the gala ahead."""
    rows = world.history()
    calm = np.where(rows.offered > 0, rows.offered, 0.0)
    days = (np.arange(len(calm)) // 24) % ((world.START - world.FIRST).days)
    for opening in world.OPENINGS:
        for offset, multiple in enumerate(world.MULTIPLES):
            calm = np.where(days == (opening - world.FIRST).days + offset, calm / multiple, calm)
    return world.inputs(history=replace(rows, offered=calm, handled=calm), events=gala())


def with_priors(priors: Sequence[Prior]) -> Forecast:
    """Return the quiet shop's forecast with priors."""
    return forecast(replace(quiet(), priors=tuple(priors)), seed=1)


def multiples(made: Forecast) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Return each queue's contacts of the gala over those of an ordinary day."""
    assert made.baseline is not None
    day = (GALA - world.START).days
    return np.asarray(made.daily_rate[:, day] / made.baseline[:, day])


def test_the_next_edition_moves_to_a_prior_of_a_phase_never_seen() -> None:
    """Nothing is known of the gala: no uplift. Told that it brought five times the contacts, it brings them again."""
    assert multiples(with_priors(())) == pytest.approx([1.0, 1.0, 1.0], abs=0.02)
    told = multiples(with_priors([prior(queue) for queue in QUEUES]))
    assert told == pytest.approx([5.0, 5.0, 5.0], rel=0.12)


def test_queues_without_a_prior_learn_from_those_that_have_one() -> None:
    """The common effect reaches every queue; the queue that was told moves furthest."""
    told = multiples(with_priors([prior("chat-a")]))
    assert told[0] == max(told)
    assert told[0] > 4.0
    assert told.min() > 2.5


def test_a_prior_that_is_not_sure_moves_less() -> None:
    """A standard deviation of 1 on the logarithm leaves the forecast clearly below one of 0.05."""
    unsure = multiples(with_priors([prior("chat-a", sd=1.0)]))[0]
    assert 1.3 < unsure < 4.0


def test_a_prior_from_a_lower_level_is_carried_by_the_growth_of_peaks() -> None:
    """Seen at half of today's level, with peaks that stay the numbers they were, the multiple falls to about 3."""
    inputs = replace(quiet(), priors=tuple(prior(q, level=0.5 * float(np.exp(0.28)) * world.LEVELS[q]) for q in QUEUES))
    options = inputs.plan.forecast.model_copy(update={"growth_exponent": 0.0})
    inputs = replace(inputs, plan=inputs.plan.model_copy(update={"forecast": options}))
    assert multiples(forecast(inputs, seed=1)) == pytest.approx([3.0, 3.0, 3.0], rel=0.12)


def asked(inputs: Inputs, origin: int | None = None) -> tuple[bool, tuple[str, ...]]:
    """Return whether any prior is used, and what is told."""
    table = day_table(inputs)
    past = Past(inputs, table, (), table.days + 17, (table.days + 3, table.days + 17), table.days)
    rows, told = edition_rows(inputs, table, past.calendar, origin or table.days)
    return rows is not None, told


def test_an_edition_that_the_history_holds_does_not_count_twice() -> None:
    """A prior of an opening that lies inside the known days is left out, and that is told."""
    known = prior("chat-a", edition="megasale 2024-09-10", event="megasale", phase="sale_wave1")
    inputs = world.inputs(priors=(known,))
    assert asked(inputs) == (
        False, ("priors of 'megasale 2024-09-10' are not used: the history holds that edition",)
    )  # fmt: skip
    without = forecast(world.inputs(), seed=1)
    assert forecast(inputs, seed=1).rate.tobytes() == without.rate.tobytes()


def test_nothing_from_the_future_is_used() -> None:
    """Asked from an origin before the edition ended, the prior is left out: a backtest must not know it."""
    later = prior("chat-a", edition="gala 2024")
    assert asked(replace(quiet(), priors=(later,)))[1] == (
        "priors of 'gala 2024' are not used: that edition was not over when the history ends",
    )


@pytest.mark.parametrize(
    ("edition", "over"),
    [
        ("gala 2022", True),
        ("gala 2024", False),
        ("gala 2031", False),
        ("gala 2024-06-01", True),
        ("x 2024-11-09", False),
    ],
)
def test_an_edition_that_no_calendar_dates_must_surely_be_over(edition: str, over: bool) -> None:
    """Its first day, or its year, lies before the last known day; else nothing is used and the way out is told."""
    inputs = replace(quiet(), events=(*gala(2023), *world.events([GALA])), priors=(prior("chat-a", edition=edition),))
    used, told = asked(inputs)
    assert used == over
    assert over or "list its phases in events.csv" in told[0]


def test_an_event_that_is_like_another_shares_its_columns() -> None:
    """A prior of the gala counts for the festival that the calendar takes as its analogue, under either name."""
    like = tuple(replace(event, like="festival") for event in gala())
    for name in ("gala", "festival"):
        row = prior("chat-a", event=name, edition=f"{name} 2022")
        table = day_table(quiet())
        inputs = replace(quiet(), events=like, priors=(row,))
        past = Past(inputs, table, (), table.days + 17, (table.days + 3, table.days + 17), table.days)
        found, _ = edition_rows(inputs, table, past.calendar, table.days)
        assert found is not None
        families = {column.family for column, acts in zip(past.calendar.columns, found.design[0], strict=True) if acts}
        assert "festival" in families


def test_a_day_that_no_phase_has_is_told() -> None:
    """A part or phase that no calendar day has would do nothing; the line says which."""
    used, told = asked(replace(quiet(), priors=(prior("chat-a", phase="warmup", part="first"),)))
    assert not used
    assert told == (
        "priors of 'gala 2022' are not used for gala warmup first: "
        "nothing in the history or the plan is a day of that event and phase",
    )


def test_the_day_after_an_evening_opening_counts_as_such() -> None:
    """Priors with a ``part`` row tell an evening's opening: its first full day has the column of the evening before."""
    rows = (
        prior("chat-a", event="megasale", phase="sale_wave1", edition="megasale 2021-06-01", part="part"),
        prior("chat-a", event="megasale", phase="sale", edition="megasale 2021-06-01"),
    )
    inputs = world.inputs(priors=rows)
    table = day_table(inputs)
    past = Past(inputs, table, (), table.days + 17, (table.days + 3, table.days + 17), table.days)
    found, _ = edition_rows(inputs, table, past.calendar, table.days)
    assert found is not None
    names = [column.part for column in past.calendar.columns]
    assert [bool(row[names.index("evening_before")]) for row in found.design] == [False, True]
    assert found.design.sum(axis=1).min() >= 3


def test_the_band_of_growth_rests_on_priors_too() -> None:
    """Contacts at exponent 0 and 1 enclose the forecast, or are it, on the day that priors alone explain."""
    made = with_priors([prior(queue) for queue in QUEUES])
    assert made.growth is not None
    day = (GALA - world.START).days
    assert made.growth.as_before[:, day] == pytest.approx(made.daily_rate[:, day], rel=0.02)
    assert made.growth.with_level[:, day] == pytest.approx(made.daily_rate[:, day], rel=0.02)
    assert timedelta(days=day) + world.START == GALA
