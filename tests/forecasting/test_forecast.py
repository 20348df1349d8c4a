"""The whole forecast on a small shop with planted truth."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data.folder import load
from data.samples import write_sample
from forecasting.forecast import chosen_levels, forecast
from forecasting.past import Past
from forecasting.resample import day_table
from scenarios.chain import with_adjustments
from tests.forecasting import world
from wfm.errors import InputError
from wfm.inputs import History, Inputs
from wfm.results import Forecast, ModelChoice

DAY = 86400


@lru_cache(maxsize=1)
def planned() -> Forecast:
    """Return the forecast of the shop's opening week."""
    return forecast(world.inputs(), seed=1)


def truth(queue: str) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return the planted contacts per day of the plan."""
    first = (world.START - world.FIRST).days
    return world.day_totals(queue, first + 14)[first:]


def same(one: Forecast, two: Forecast) -> bool:
    """Return whether two forecasts agree to the last bit."""
    return all(
        getattr(one, name).tobytes() == getattr(two, name).tobytes() for name in ("paths", "rate", "aht_seconds")
    )


def test_every_day_of_the_opening_week_is_near_the_planted_truth() -> None:
    """Day totals are within 13 % on every day of every queue, the opening's four-fold day included."""
    found = planned()
    for number, queue in enumerate(found.queues):
        assert np.abs(found.daily_rate[number] / truth(queue) - 1).max() < 0.13


def test_baseline_is_the_same_without_the_event() -> None:
    """The baseline of the four-fold day is a quarter of its mean, give or take 15 %."""
    found = planned()
    assert found.baseline is not None
    ratio = found.daily_rate[:, 9] / found.baseline[:, 9]
    assert np.abs(ratio / 4 - 1).max() < 0.15
    assert np.allclose(found.daily_rate[:, 0], found.baseline[:, 0])


def test_the_opening_night_has_its_own_shape() -> None:
    """On the opening day four fifths of the contacts come from 20:00 on, on other days the usual share."""
    found = planned()
    day = found.rate[0, 8 * 24 : 9 * 24]
    assert abs(day[20:].sum() / day.sum() - 0.8) < 0.05
    usual = found.rate[0, :24]
    assert abs(usual[20:].sum() / usual.sum() - world.shape("chat-a")[20:].sum()) < 0.02


def test_paths_scatter_around_the_rate_and_skip_closed_hours() -> None:
    """Paths average to the rate, are whole, and hold nothing while a queue is closed."""
    found = planned()
    assert found.paths.shape == (60, 3, 14 * 24)
    assert abs(found.paths.sum() / 60 / found.rate.sum() - 1) < 0.03
    closed = found.grid.window_mask((0, 480))
    assert (found.paths[:, :, closed] == 0).all()
    assert (found.rate[:, closed] == 0).all()


def test_handle_time_comes_from_the_history() -> None:
    """The queues' planted 300 s and 200 s are found in every hour."""
    found = planned()
    assert np.allclose(found.aht_seconds[0], 300)
    assert np.allclose(found.aht_seconds[1:], 200)


def test_result_says_which_model_and_which_event() -> None:
    """Every queue names its model with the errors of all that were tried, and the opening day its phase."""
    found = planned()
    assert [choice.queue for choice in found.models] == list(found.queues)
    assert all(set(choice.errors) == {"regression", "mean_8_weeks"} for choice in found.models)
    assert all("origins" in choice.why for choice in found.models)
    assert (date(2024, 11, 12), "chat-a", "megasale sale_wave1 day 1") in found.event_notes


def test_seed_decides_every_byte() -> None:
    """The same seed gives the same bytes; another seed changes the paths but not the rate."""
    assert same(planned(), forecast(world.inputs(), seed=1))
    other = forecast(world.inputs(), seed=2)
    assert other.paths.tobytes() != planned().paths.tobytes()
    assert other.rate.tobytes() == planned().rate.tobytes()


def test_nothing_after_known_until_reaches_the_forecaster() -> None:
    """Garbage in all rows after the end of ``known_until`` changes no byte."""
    inputs = world.inputs()
    rows = inputs.history
    cut = int(inputs.plan.plan.grid.day_starts[0]) - 2 * DAY
    wild = np.where(rows.start >= cut, 1e6, rows.offered)
    assert (wild != rows.offered).any()
    garbage = replace(rows, offered=wild, handled=wild, aht_seconds=np.where(rows.start >= cut, 9e3, rows.aht_seconds))
    assert same(planned(), forecast(replace(inputs, history=garbage), seed=1))


def test_events_can_be_switched_off() -> None:
    """With ``[forecast] events = false`` the opening day looks like any other Wednesday."""
    quiet = world.plan(forecast={"models": ["regression"], "paths": 20, "origins": 1, "events": False})
    found = forecast(world.inputs(plan=quiet), seed=1)
    assert found.daily_rate[0, 9] < 0.5 * truth("chat-a")[9]
    assert found.event_notes == ()


def test_processes_do_not_change_the_result() -> None:
    """Two worker processes give the bytes that one gives."""
    plain = world.plan(forecast={"models": [], "paths": 20, "origins": 2})
    one, two = (forecast(world.inputs(plan=plain), seed=1, jobs=jobs) for jobs in (1, 2))
    assert same(one, two)


def short(days: int, **changes: Any) -> Inputs:
    """Return the shop with only the last ``days`` days of history."""
    rows = world.history()
    since = int(rows.start.max()) - days * DAY
    keep = rows.start > since
    kept = world.table(rows.queues, rows.queue[keep], rows.start[keep], 60, rows.offered[keep], rows.aht_seconds[keep])
    return world.inputs(history=kept, **changes)


def test_a_history_of_two_weeks_falls_back_and_says_so() -> None:
    """Too short for a test on past weeks: the weekday means serve, and the choice says why."""
    found = forecast(short(17), seed=1)
    assert {choice.model for choice in found.models} == {"mean_8_weeks"}
    assert all(choice.why.startswith("fallback") for choice in found.models)
    assert np.abs(found.daily_rate[:, 0].sum() / sum(truth(q)[0] for q in world.LEVELS) - 1) < 0.15


def test_half_a_year_is_enough_for_the_regression() -> None:
    """With 150 days no yearly season is fitted, and ordinary days stay within 12 %."""
    found = forecast(short(150), seed=1)
    for number, queue in enumerate(found.queues):
        assert np.abs(found.daily_rate[number, :7] / truth(queue)[:7] - 1).max() < 0.12


def test_a_queue_without_history_is_zero_and_said() -> None:
    """No rows for a queue: zero contacts, its own handle time, and a warning that names it."""
    found = forecast(world.inputs(history=world.history(queues=("chat-a", "chat-b"))), seed=1)
    assert (found.paths[:, 2] == 0).all()
    assert (found.aht_seconds[2] == 240).all()
    assert any("'phone'" in text and "no history" in text for text in found.warnings)


def test_daily_rows_take_the_shape_of_the_queue_they_name() -> None:
    """A queue of daily rows is spread over the day by ``profile_like``."""
    hourly = world.history(queues=("chat-a",))
    days = len(hourly.start) // 24
    totals = hourly.offered.reshape(days, 24).sum(axis=1)
    daily = world.table(("chat-a", "chat-b"), np.ones(days, dtype=np.int64), hourly.start[::24], 1440, totals)
    both = History(
        ("chat-a", "chat-b"),
        *(
            np.concatenate([getattr(hourly, name), getattr(daily, name)])
            for name in ("queue", "start", "minutes", "offered", "handled", "abandoned", "aht_seconds")
        ),
    )
    raw = world.plan().model_dump(exclude_none=True)
    raw["queue"] = [raw["queue"][0], raw["queue"][1] | {"profile_like": "chat-a", "aht_seconds": 250.0}]
    found = forecast(world.inputs(history=both, plan=type(world.plan()).model_validate(raw)), seed=1)
    shares = found.rate[:, :24] / found.rate[:, :24].sum(axis=1, keepdims=True)
    assert np.abs(shares[0] - shares[1]).max() < 1e-9
    assert np.abs(found.daily_rate[1] / found.daily_rate[0] - 1).max() < 0.2


def test_a_plan_of_quarter_hours_on_hourly_history() -> None:
    """The quarters of a day add up to the hourly plan's day."""
    fine = forecast(world.inputs(plan=world.plan(interval_minutes=15)), seed=1)
    assert fine.rate.shape == (3, 14 * 96)
    assert np.allclose(fine.daily_rate, planned().daily_rate, rtol=0.01)


def test_an_empty_history_is_an_input_error() -> None:
    """Without a single contact before the plan there is nothing to learn from."""
    with pytest.raises(InputError, match="expected contacts"):
        forecast(world.inputs(history=world.empty()), seed=1)


def test_lead_time_is_counted_from_known_until() -> None:
    """The test on past weeks looks as far ahead as the plan: four days to the start, 14 days long."""
    assert all("3 to 16 days ahead" in choice.why for choice in planned().models)
    later = world.plan(known_until=world.START - timedelta(days=15))
    assert all("15 to 28" in choice.why for choice in forecast(world.inputs(plan=later), seed=1).models)


def test_prophet_is_tried_by_default_and_its_noise_kept_quiet(capfd: pytest.CaptureFixture[str]) -> None:
    """With the default models Prophet is among the candidates, and nothing is printed."""
    default = world.plan(forecast={"paths": 20, "origins": 1})
    found = forecast(world.inputs(plan=default), seed=1)
    assert all(
        set(choice.errors) == {"prophet", "regression", "same_season", "mean_8_weeks"} for choice in found.models
    )
    assert capfd.readouterr() == ("", "")


def test_a_model_that_fails_at_last_is_replaced_by_name() -> None:
    """Where too few days are left for the chosen model, the fallback is used under its own name, with the reason."""
    table = day_table(short(17))
    past = Past(short(17), table, ("prophet",), table.days + 20, (table.days, table.days + 20), table.days)
    chosen = [ModelChoice(queue, "prophet", "lowest error") for queue in world.LEVELS]
    levels, used = chosen_levels(past, table.days, chosen, 5)
    assert levels.shape == (3, 5)
    assert {choice.model for choice in used} == {"mean_8_weeks"}
    assert all("prophet needs 42 known days" in choice.why for choice in used)


def test_progress_rises_to_one() -> None:
    """The step reports shares that never fall and end at 1."""
    shares: list[float] = []

    def note(step: str, done: float, message: str = "") -> None:
        shares.append(done)

    forecast(world.inputs(), seed=1, progress=note)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_parts_add_up_to_every_days_mean() -> None:
    """Baseline and what each event phase adds sum to the day's mean on all days of all queues."""
    found = planned()
    total = np.sum([part.contacts for part in found.parts], axis=0)
    assert np.allclose(total, found.daily_rate, rtol=1e-9, atol=1e-6)
    assert found.parts[0].kind == "baseline"
    assert {part.kind for part in found.parts[1:]} == {"event"}


def test_parts_of_a_sample_add_up(tmp_path: Path) -> None:
    """Holidays, drivers, phases and an adjustment of the sample plan sum to its daily means."""
    write_sample("double11", tmp_path / "p", 1)
    (tmp_path / "p" / "adjustments.csv").write_text("queue,start,end,action,value\nall,2025-11-01,,multiply,1.3\n")
    loaded = load(tmp_path / "p").inputs
    few = loaded.plan.forecast.model_copy(update={"models": (), "paths": 20, "origins": 1})
    inputs = replace(loaded, plan=loaded.plan.model_copy(update={"forecast": few}))
    made = with_adjustments(forecast(inputs, seed=1), inputs, 1)
    total = np.sum([part.contacts for part in made.parts], axis=0)
    assert np.allclose(total, made.daily_rate, rtol=1e-9, atol=1e-6)
    assert {part.kind for part in made.parts} >= {"baseline", "driver", "event", "adjustment"}


def test_a_library_that_fails_on_a_series_is_left_out_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """A model whose library breaks down has no share, the others forecast, and the choice tells what it said."""

    def breaks(self: object, series: object, horizon: int) -> None:
        raise np.linalg.LinAlgError("singular matrix")

    monkeypatch.setattr("forecasting.regression.RegressionLevel.forecast", breaks)
    found = forecast(world.inputs(), seed=1)
    assert {choice.model for choice in found.models} == {"mean_8_weeks"}
    assert all("regression could not be fitted: singular matrix" in choice.why for choice in found.models)
