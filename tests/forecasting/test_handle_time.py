"""Handle time: its planted shape is found, newcomers are not counted twice, slips of the export don't matter."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from forecasting.handle_time import DayKinds, handle_time, handle_times, standard_speed
from forecasting.past import Past
from forecasting.resample import DayTable, day_table
from tests.forecasting import world
from wfm.inputs import Agent, Inputs
from wfm.plan import Plan
from wfm.rules import DayTypes
from wfm.speeds import mean_speeds

FloatArray = NDArray[np.float64]
DAYS = 112
SLOTS = 24
HOUR = np.arange(SLOTS)
# Quick mornings, slow evenings.
CURVE = np.where(HOUR >= 18, 400.0, 250.0)


def table_of(seconds: FloatArray, contacts: float = 40.0) -> DayTable:
    """Return the shop's table, the first queue with the same contacts in every hour and handle times (days, 24)."""
    days = len(seconds)
    start = world.history(days=days, queues=("chat-a",)).start
    offered = np.full(SLOTS * days, contacts)
    rows = world.table(("chat-a",), np.zeros(SLOTS * days, dtype=np.int64), start, 60, offered, seconds.ravel())
    plan = world.plan(start=world.FIRST + timedelta(days=days), known_until=None)
    return day_table(world.inputs(history=rows, plan=plan))


def noisy(seed: int = 1, days: int = DAYS) -> FloatArray:
    """Return the planted curve on each day with noise of 10 % by slot and 3 % by day."""
    rng = np.random.default_rng(seed)
    return np.asarray(CURVE * np.exp(0.1 * rng.standard_normal((days, SLOTS)) + 0.03 * rng.standard_normal((days, 1))))


def day_of(
    seconds: FloatArray, day: int = DAYS, kinds: DayKinds | None = None, speed: FloatArray | None = None
) -> FloatArray:
    """Return the handle times that are forecast for each hour of a day."""
    where = np.full(SLOTS, day)
    return handle_time(table_of(seconds), 0, world.plan().queue[0], where, HOUR, kinds, speed)[0]


def kinds_with(promoted: tuple[int, ...] = (), off: tuple[int, ...] = ()) -> DayKinds:
    """Return kinds in which some days are promoted or public days off, three weeks past the history."""
    made = DayKinds(np.zeros(DAYS + 21, dtype=bool), np.zeros((1, DAYS + 21), dtype=bool))
    made.promoted[0, list(promoted)] = True
    made.off[list(off)] = True
    return made


def test_the_planted_slots_are_found() -> None:
    """Every hour but those beside the jump is within 4 % of the planted curve."""
    found = day_of(noisy())
    away = (HOUR < 17) | (HOUR > 18)
    assert np.abs(found / CURVE - 1)[away][1:-1].max() < 0.04


def test_weekends_have_their_own_curve() -> None:
    """A weekend that takes a fifth longer is told apart from the week."""
    weekend = (np.arange(DAYS) + world.FIRST.weekday()) % 7 >= 5
    seconds = noisy() * np.where(weekend, 1.2, 1.0)[:, None]
    ratio = day_of(seconds, DAYS + 5).sum() / day_of(seconds, DAYS).sum()
    assert abs(ratio - 1.2) < 0.03


def test_promotions_take_as_much_longer_as_past_ones_did() -> None:
    """Twelve promoted days that took a third longer lift the next one by nearly as much, and no ordinary day."""
    days = (10, 11, 12, 40, 41, 42, 70, 71, 72, 100, 101, 102)
    seconds = noisy()
    seconds[list(days)] *= 4 / 3
    kinds = kinds_with((*days, DAYS + 2))
    ratio = day_of(seconds, DAYS + 2, kinds).sum() / day_of(noisy(), DAYS + 2).sum()
    assert 1.23 < ratio < 4 / 3
    assert abs(day_of(seconds, DAYS + 3, kinds).sum() / day_of(noisy(), DAYS + 3).sum() - 1) < 0.01


def test_one_promoted_day_is_little_evidence() -> None:
    """A single past promotion that took twice as long moves the next one by less than a third."""
    seconds = noisy()
    seconds[50] *= 2
    found = day_of(seconds, DAYS + 2, kinds_with((50, DAYS + 2)))
    assert 1.02 < found.sum() / day_of(noisy(), DAYS + 2).sum() < 1.3


def test_public_days_off_have_their_own_length() -> None:
    """Six quick public days off make the next one quick too."""
    off = (20, 21, 22, 60, 61, 62)
    seconds = noisy()
    seconds[list(off)] *= 0.7
    found = day_of(seconds, DAYS + 1, kinds_with(off=(*off, DAYS + 1)))
    assert 0.7 < found.sum() / day_of(noisy(), DAYS + 1).sum() < 0.82


@pytest.mark.parametrize("slip", [3.0, 3 * 3600.0, 1e6])
def test_absurd_values_are_ignored(slip: float) -> None:
    """A whole day of 3 s, of three hours or of more moves no hour by more than 1.5 %; one such hour neither."""
    day, hour = noisy(), noisy()
    day[-4] = slip
    hour[-4, 12] = slip
    plain = day_of(noisy())
    for spoilt in (day, hour):
        assert np.abs(day_of(spoilt) / plain - 1).max() < 0.015


def test_a_slip_on_a_promoted_day_does_not_lengthen_promotions_without_bound() -> None:
    """Where one of two promoted days reads three hours, the next promotion is at most half as long again."""
    seconds = noisy()
    seconds[50] = 3 * 3600.0
    found = day_of(seconds, DAYS + 2, kinds_with((50, 80, DAYS + 2)))
    assert found.sum() / day_of(noisy(), DAYS + 2).sum() < 1.5


@given(st.floats(60, 900), st.integers(1, 40))
@settings(max_examples=15, deadline=None)
def test_constant_handle_time_is_found_whatever_the_volume(seconds: float, level: int) -> None:
    """Shrinking, smoothing and cutting leave a constant handle time as it is."""
    table = table_of(np.full((20, SLOTS), seconds), float(level))
    found, told = handle_time(table, 0, world.plan().queue[0], np.arange(48) // 24, np.arange(48) % 24)
    assert np.allclose(found, seconds)
    assert told == ""


def test_without_history_the_plan_speaks() -> None:
    """A queue without handle times takes the plan's, or 300 s with a warning."""
    table = table_of(np.full((5, SLOTS), np.nan))
    table = replace(table, aht_weight=np.zeros_like(table.aht_weight))
    chat, _, phone = world.plan().queue
    found, told = handle_time(table, 0, phone, np.zeros(3, dtype=np.int64), np.arange(3))
    assert (found == 240).all()
    assert told == ""
    found, told = handle_time(table, 0, chat, np.zeros(3, dtype=np.int64), np.arange(3))
    assert (found == 300).all()
    assert told == "queue 'chat-a': no handle time in the history nor in the plan, 300 s assumed"


def staffed(*agents: Agent) -> Inputs:
    """Return the shop with people whose contract starts at half speed and reaches 0.75, then 1 in the third week."""
    plan = world.plan()
    contract = {"id": "c", "cost_per_hour": 20, "speed": [0.5, 0.75, 1.0], "training_days": 2, "queues": ["chat-a"]}
    raw = {**plan.model_dump(), "contract": [contract]}
    return replace(world.inputs(history=world.empty()), plan=Plan.model_validate(raw), agents=agents)


def person(name: str, hired: int | None, left: int | None = None, **queues: float) -> Agent:
    """Return a person hired and gone on days counted from the first one."""
    dates = [None if day is None else world.FIRST + timedelta(days=day) for day in (hired, left)]
    skills = {queue.replace("_", "-"): speed for queue, speed in queues.items()} or {"chat-a": 1.0}
    return Agent(name, name, "c", "t", skills, hired_on=dates[0], leaves_on=dates[1])


def test_mean_speed_follows_hiring_training_and_leaving() -> None:
    """Two days of training, then half speed for a week; who leaves is gone the day after; skills count in parts."""
    inputs = staffed(
        person("old", None), person("new", 10), person("gone", -99, 4), person("both", None, chat_a=0.8, chat_b=1.0)
    )
    found = mean_speeds(inputs.plan, inputs.agents, world.FIRST, 40)
    assert found.people[0, [4, 5, 11, 12]].tolist() == [2.5, 1.5, 1.5, 2.5]
    assert found.speed[0, 5] == pytest.approx((1 + 0.4) / 1.5)
    assert found.speed[0, [12, 19, 26]] == pytest.approx(np.array([1.9, 2.15, 2.4]) / 2.5)
    assert found.dated.tolist() == [True, False, False]
    assert np.isnan(found.speed[2]).all()


def slowed(inputs: Inputs) -> tuple[DayTable, FloatArray]:
    """Return a history made by the people at their speed, and the speed that is told of each day."""
    known = mean_speeds(inputs.plan, inputs.agents, world.FIRST, DAYS)
    table = table_of(noisy() / known.speed[0][:, None])
    return table, standard_speed(table, known, 0)


def test_newcomers_are_not_counted_twice() -> None:
    """Half of the people being new in the last weeks, the observed time is up by a fifth; the standard one is not."""
    newcomers = [person(f"n{k}", DAYS - 23) for k in range(10)]
    inputs = staffed(*newcomers, *(person(f"o{k}", -500) for k in range(10)))
    table, speed = slowed(inputs)
    assert speed[-20:-14].tolist() == pytest.approx([0.75] * 6)
    chat, days = inputs.plan.queue[0], np.full(SLOTS, DAYS)
    with_speed = handle_time(table, 0, chat, days, HOUR, None, speed)[0].sum()
    without = handle_time(table, 0, chat, days, HOUR)[0].sum()
    wanted = day_of(noisy()).sum()
    assert abs(with_speed / wanted - 1) < 0.02
    assert without / wanted > 1.05


def test_unknown_first_days_change_nothing() -> None:
    """Where nobody's first day is known, or nobody serves the queue, the observed handle time stays."""
    for inputs in (staffed(person("a", None, chat_a=0.8)), staffed()):
        known = mean_speeds(inputs.plan, inputs.agents, world.FIRST, DAYS)
        assert (standard_speed(table_of(noisy()), known, 0) == 1).all()


def test_days_that_others_helped_on_take_the_usual_speed() -> None:
    """A past peak with five times the work was not done by the few who are still here: the usual speed counts."""
    inputs = staffed(*(person(f"o{k}", -500) for k in range(5)), *(person(f"n{k}", 28) for k in range(5)))
    known = mean_speeds(inputs.plan, inputs.agents, world.FIRST, DAYS)
    table = table_of(noisy())
    table.aht_weight[0, 31:35] *= 5
    speed = standard_speed(table, known, 0)
    assert speed[30] == pytest.approx(0.75)
    assert (speed[31:35] == 1).all()


def test_the_shop_as_a_whole() -> None:
    """All queues at once: handle times of the history, no warning; a public day off that is ahead does no harm."""
    inputs = world.inputs()
    inputs = replace(inputs, day_types=DayTypes(days_off=frozenset({world.START})))
    table = day_table(inputs)
    grid = inputs.plan.plan.grid
    days = (grid.start - table.first).days + grid.days
    seconds, told = handle_times(
        inputs, table, Past(inputs, table, (), days, (table.days, days), table.days).calendar, grid
    )
    assert seconds.shape == (3, grid.n)
    assert np.allclose(seconds[0], 300)
    assert np.allclose(seconds[1:], 200)
    assert told == ()
