"""The requirement of a plan: which target decides, what confidence does, what is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from wfm.errors import InputError
from wfm.inputs import History, Inputs, SeriesTable
from wfm.plan import Plan
from wfm.results import Forecast, Requirement
from wfm.rules import DayTypes, LabourRules
from wfm.staffing import (
    chat_required,
    required_agents,
    required_agents_general,
    required_for_abandonment,
    required_for_average_wait,
    waiting,
)
from wfm.staffing.live import OCCUPANCY_MAX
from wfm.staffing.patience import Patience
from wfm.staffing.requirement import from_table, requirement

FloatArray = NDArray[np.float64]
NO_INTS, NO_FLOATS = np.zeros(0, dtype=np.int64), np.zeros(0)
NOTHING = History((), NO_INTS, NO_INTS, NO_INTS, NO_FLOATS, NO_FLOATS, NO_FLOATS, NO_FLOATS)


def inputs_of(*queues: dict[str, Any], days: int = 2, interval: int = 30, method: str = "formula") -> Inputs:
    """Return inputs whose plan has these queues and little else; it starts on a Monday."""
    plan = Plan.model_validate({
        "plan": {"name": "test", "start": date(2025, 10, 20), "days": days, "interval_minutes": interval},
        "queue": queues,
        "contract": [{"id": "staff", "cost_per_hour": 20.0}],
        "shift": [{"id": "day", "start": "08:00", "hours": [8.0]}],
        "requirement": {"method": method},
    })  # fmt: skip
    return Inputs(plan, LabourRules(), DayTypes(), NOTHING)


def forecast_of(inputs: Inputs, rate: float | FloatArray, aht: float = 180.0, spread: float = 0.0) -> Forecast:
    """Return a forecast of ``rate`` contacts per interval whose days vary by a factor of 1 -+ ``spread``."""
    grid, queues = inputs.plan.plan.grid, tuple(queue.id for queue in inputs.plan.queue)
    mean = np.broadcast_to(np.asarray(rate, dtype=np.float64), (len(queues), grid.n)).copy()
    factors = np.linspace(1 - spread, 1 + spread, 101)[:, None, None]
    return Forecast(grid, queues, (mean * factors).astype(np.float32), mean, np.full(mean.shape, aht))


def staff(rate: float | FloatArray, *queues: dict[str, Any], **options: Any) -> Requirement:
    """Return the requirement of these queues at a rate per interval."""
    inputs = inputs_of(*queues)
    return requirement(inputs, forecast_of(inputs, rate, **options))


def phone(**keys: Any) -> dict[str, Any]:
    """Return a phone queue with an 80/20 target."""
    return {"id": "hotline", "channel": "phone", "target": [target()], **keys}


def target(**keys: Any) -> dict[str, Any]:
    """Return an 80/20 target."""
    return {"metric": "answered_within", "seconds": 20, "share": 0.8, **keys}


def test_published_case_on_the_grid() -> None:
    """100 calls in 30 minutes of 180 s at 80/20: 10 erlangs, 14 agents, 20 with 30 % shrinkage; Erlang A needs 12."""
    got = staff(100.0, phone(shrinkage=0.3))
    assert (got.load_erlangs == 10).all()
    assert (got.agents_required == 14).all()
    assert (got.agents_with_shrinkage == 20).all()
    assert "Erlang C" in got.methods["hotline"]
    impatient = staff(100.0, phone(patience_seconds=120))
    assert (impatient.agents_required == 12).all()
    assert "Erlang A" in impatient.methods["hotline"]


def test_bots_take_their_share_and_chat_uses_its_slots() -> None:
    """Half of the contacts never reach people; the load counts agents with all slots taken."""
    speedup = [1.0, 1.7, 2.5]
    got = staff(
        120.0, {"id": "chat", "channel": "chat", "concurrency": 3, "concurrency_speedup": speedup,
                "patience_seconds": 240, "bot_containment": 0.5, "target": [target(seconds=30)]}, aht=600.0,
    )  # fmt: skip
    assert got.load_erlangs == pytest.approx(60 * 600 / 1800 / 2.5)
    assert (got.agents_required == chat_required(120, 600, speedup, 0.8, 30, 240)).all()


def test_the_forecast_may_say_what_bots_keep_hour_by_hour() -> None:
    """Where the forecast has the share, the queue's own doesn't count: half as many bots' contacts at night."""
    inputs = inputs_of(phone(bot_containment=0.9, target=[target(confidence=0.9)]))
    forecast = forecast_of(inputs, 100.0)
    share = np.where(forecast.grid.minute_of_day < 720, 0.0, 0.5)[None]
    got = requirement(inputs, replace(forecast, containment=share))
    plain = requirement(inputs_of(phone(target=[target(confidence=0.9)])), replace(forecast, rate=100 * (1 - share)))
    assert got.load_erlangs == pytest.approx(10 * (1 - share))
    assert np.array_equal(got.agents_required[0, :24], plain.agents_required[0, :24])
    assert got.agents_required[0, 30] < got.agents_required[0, 0]


def test_the_target_that_asks_for_most_decides() -> None:
    """Three metrics at once: each interval has the largest of the three numbers, and they differ."""
    goals = [
        target(),
        target(metric="abandoned", share=0.01, seconds=None),
        target(metric="average_response", share=None),
    ]
    got = staff(100.0, phone(patience_seconds=120, target=goals))
    numbers = (
        required_agents(200, 180, 0.8, 20, 120), required_for_abandonment(200, 180, 0.01, 120),
        required_for_average_wait(200, 180, 20, 120),
    )  # fmt: skip
    assert (got.agents_required == max(numbers)).all()
    assert len(set(numbers)) > 1


def test_outside_every_clock_people_are_not_overrun() -> None:
    """Outside the target's window agents are at most 95 % busy; closed hours need nobody; a trickle needs one."""
    got = staff(100.0, phone(open="08:00-23:00", target=[target(window="09:00-21:00")]))
    minute = inputs_of(phone()).plan.plan.grid.minute_of_day
    inside, is_open = (minute >= 540) & (minute < 1260), (minute >= 480) & (minute < 1380)
    assert (got.agents_required[0, inside] == 14).all()
    assert (got.agents_required[0, is_open & ~inside] == np.ceil(10 / OCCUPANCY_MAX)).all()
    assert (got.agents_required[0, ~is_open] == 0).all()
    assert "while it is closed" in got.warnings[0]
    assert (staff(0.1, phone(target=[])).agents_required == 1).all()
    assert (staff(0.01, phone(target=[])).agents_required == 0).all()
    assert (staff(0.0, phone()).agents_required == 0).all()


def test_hours_past_midnight_belong_to_the_day_before() -> None:
    """Open 20:00-02:00 on Mondays only: Monday evening and the first two hours of Tuesday."""
    got = staff(100.0, phone(open={"mon": "20:00-02:00"}))
    expected = np.zeros(96)
    expected[40:52] = 14
    assert ((got.agents_required[0] > 0) == (expected > 0)).all()
    assert (got.agents_required[0, 41:] == expected[41:]).all()
    assert 12 <= got.agents_required[0, 40] <= 14  # at the opening nobody is on the line yet


@pytest.mark.parametrize("over", ["interval", "day", "horizon"])
def test_confidence_staffs_a_quantile_of_the_volume(over: str) -> None:
    """Days vary by a fifth around the mean: 90 % confidence is staffed for 16 % more contacts, and says so."""
    got = staff(100.0, phone(target=[target(confidence=0.9, over=over)]), spread=0.2)
    assert (got.agents_required == required_agents(232, 180, 0.8, 20)).all()
    assert (got.load_erlangs == 10).all()
    assert "90% quantile" in got.methods["hotline"]


def test_without_jumps_the_formula_is_that_of_the_steady_queue() -> None:
    """On a day that changes slowly the number of each interval is the smallest of a steady queue, or one beside it."""
    profile = 5 + 195 * np.sin(np.linspace(0, np.pi, 96)) ** 2
    agents = staff(profile, phone(patience_seconds=90)).agents_required[0].astype(int)
    assert np.abs(agents - required_agents(profile * 2, 180, 0.8, 20, 90)).max() <= 1
    assert (waiting(profile * 2, 180, agents + 1, 20, 90).sl_offered >= 0.8).all()


def test_unreachable_targets_are_all_named_at_once() -> None:
    """A share of 1 on two queues: two problems, each with queue, target number, key and a way out."""
    goals = [target(), target(share=1.0)]
    with pytest.raises(InputError) as caught:
        staff(100.0, phone(target=goals), phone(id="vip", target=[target(metric="average_response", seconds=0)]))
    first, second = caught.value.problems
    assert first.column == '[[queue]] 1 "hotline" target 2 share'
    assert first.message == (
        "hotline target 2: share 1.0 within 20 s can't be reached by any number of agents; ask at most 0.999"
    )
    assert second.column == '[[queue]] 2 "vip" target 1 seconds'


def test_targets_that_do_not_fit_are_told() -> None:
    """Abandonment without patience, and resolution on a live queue, are warned about and still staffed stably."""
    got = staff(100.0, phone(target=[target(metric="abandoned", share=0.05, seconds=None)]))
    assert (got.agents_required == 11).all()
    assert "patience_seconds" in got.warnings[0]
    solved = staff(100.0, phone(target=[target(metric="resolved_within", seconds=400)]))
    assert (solved.agents_required == 12).all()
    assert "resolved_within" in solved.warnings[0]
    with pytest.raises(InputError, match=r"67.1% end within 200 s"):
        staff(100.0, phone(target=[target(metric="resolved_within", seconds=200)]))


def test_chats_beyond_the_fastest_level_are_told() -> None:
    """Where a third chat slows the agent down, the planner hears how many to allow."""
    got = staff(10.0, {"id": "chat", "channel": "chat", "concurrency": 3, "concurrency_speedup": [1.0, 1.6, 1.5]})
    assert "fastest with 2 chats" in got.warnings[0]


def test_missing_handle_time() -> None:
    """Contacts without a handle time are a problem, unless the plan gives one."""
    inputs = inputs_of(phone())
    with pytest.raises(InputError, match="aht_seconds"):
        requirement(inputs, forecast_of(inputs, 100.0, aht=float("nan")))
    assert (staff(100.0, phone(aht_seconds=180.0), aht=float("nan")).agents_required == 14).all()


def test_email_is_done_by_its_deadline() -> None:
    """E-mail open 09-18: nobody outside; all work of the week is covered; nights are reported where they break."""
    mail = {"id": "mail", "channel": "email", "open": "09:00-18:00"}
    inputs = inputs_of({**mail, "target": [target(metric="resolved_within", seconds=14_400, share=0.9)]}, days=14)
    got = requirement(inputs, forecast_of(inputs, 10.0, aht=240.0))
    is_open = (got.grid.minute_of_day >= 540) & (got.grid.minute_of_day < 1080)
    assert (got.agents_required[0, ~is_open] == 0).all()
    assert got.agents_required.sum() * 1800 >= 0.99 * 10 * 240 * got.grid.n - 86_400
    assert any("whatever the staff" in line for line in got.warnings)
    free = requirement(inputs_of(mail, days=14), forecast_of(inputs, 10.0, aht=240.0))
    assert free.agents_required.max() <= np.ceil(10 * 240 / 1800 * 24 / 9) + 1
    assert free.warnings == ()


def test_email_at_the_end_of_the_plan_is_staffed_like_any_day() -> None:
    """The last day of a steady plan needs as many agent-hours as the day a week before."""
    mail = {"id": "mail", "channel": "email", "target": [target(metric="resolved_within", seconds=28_800, share=1.0)]}
    inputs = inputs_of(mail, days=14)
    profile = np.tile(5 + 45 * np.sin(np.linspace(0, np.pi, 48)), 14)
    got = requirement(inputs, forecast_of(inputs, profile, aht=300.0))
    per_day = got.agents_required[0].reshape(14, 48).sum(axis=1)
    assert abs(per_day[13] - per_day[6]) <= 2


def test_own_requirement_is_taken_as_it_is() -> None:
    """Missing shrinkage is added exactly, missing intervals need nobody, given numbers stay."""
    inputs = inputs_of(phone(shrinkage=0.3))
    agents, total = np.full((1, 96), np.nan), np.full((1, 96), np.nan)
    agents[0, :3], total[0, 2:4] = (21, 7.5, 9), (15, 10)
    got = from_table(
        replace(inputs, own_requirement=SeriesTable({"agents_required": agents, "agents_with_shrinkage": total}))
    )
    assert got.agents_required[0, :5].tolist() == [21, 7.5, 9, 7, 0]
    assert got.agents_with_shrinkage[0, :5].tolist() == [30, 11, 15, 10, 0]
    assert got.load_erlangs.sum() == 0
    with pytest.raises(InputError, match="agents_required"):
        from_table(replace(inputs, own_requirement=SeriesTable({"agents_required": -agents})))


def test_the_shape_of_patience_counts() -> None:
    """At one mean patience, people who all wait equally long need more agents than a mix of hasty and patient ones."""
    hasty, alike = (
        staff(400.0, phone(patience_seconds=120, **shape)).agents_required.sum()
        for shape in (
            {"patience_distribution": "lognormal", "patience_cv": 3.0},
            {"patience_distribution": "fixed"},
        )
    )
    assert alike > hasty
    got = staff(400.0, phone(patience_seconds=120, patience_distribution="fixed"))
    wanted = required_agents_general(800.0, 180.0, 0.8, 20.0, Patience.of("fixed", 120.0))
    assert (got.agents_required == wanted).all()
    assert "M/M/n+G" in got.methods["hotline"]
