"""The requirement under demand that changes: offered load, cells, carry-over, correction by simulation."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import poisson

from tests.wfm.staffing.test_requirement import forecast_of, inputs_of, phone, target
from wfm.arrival_shape import cell_shares, log_slopes, positions
from wfm.errors import InputError
from wfm.inputs import Attained, Inputs
from wfm.results import Forecast, Requirement
from wfm.simulation.line import Desk, Gauge
from wfm.simulation.measures import ABANDONED, OFFERED, WITHIN
from wfm.simulation.single import draw, new_state, play
from wfm.staffing import chat_waiting, required_agents, waiting
from wfm.staffing.requirement import requirement
from wfm.staffing.varying import cell_loads, offered_load

FloatArray = NDArray[np.float64]


def gauge(seconds: float, levels: int = 1, kind: int = WITHIN) -> Gauge:
    """Return what measures the share of the offered answered within some seconds."""
    return Gauge(kind, OFFERED, seconds, 600.0, np.nan, 0.0, np.zeros(levels + 1), np.ones((levels + 1, 2)), 0, 1.0)


def played(
    volume: FloatArray, agents: FloatArray, aht: float, patience: float | None, measure: Gauge, *,
    speedup: tuple[float, ...] = (1.0,), minutes: float = 30.0, futures: int = 60, seed: int = 11, busy: int = 0,
) -> tuple[FloatArray, FloatArray]:  # fmt: skip
    """Return the sums of a queue with Poisson arrivals, even within each interval."""
    counts = np.random.default_rng(seed).poisson(volume, (futures, volume.size)).astype(np.int64)
    table = np.zeros(0) if patience is None else np.arange(30 * 64 + 1) / 64.0 * patience
    stream = draw(counts, minutes * 60, np.zeros(volume.size), table, seed)
    desk = Desk(np.array(speedup), np.full(volume.size, aht), minutes * 60)
    state = new_state(stream, busy, seed)
    return play(desk, agents.astype(np.int64), 0, volume.size, measure, stream, state, finish=True)


def within_three_errors(upper: FloatArray, lower: FloatArray, truth: float, warm: int = 8) -> bool:
    """Return whether the ratio after a warm-up of some intervals agrees with the truth."""
    up, low = upper[:, warm:].sum(axis=1), lower[:, warm:].sum(axis=1)
    mean = up.sum() / low.sum()
    return bool(abs(mean - truth) <= 3 * np.sqrt(((up - mean * low) ** 2).sum()) / low.sum())


@pytest.mark.parametrize(
    ("per_half_hour", "agents", "patience"),
    [(100.0, 14, None), (100.0, 11, 120.0), (100.0, 8, 60.0), (300.0, 33, 600.0)],
)
def test_the_single_queue_agrees_with_erlang(per_half_hour: float, agents: int, patience: float | None) -> None:
    """M/M/n and M/M/n+M: service level and abandonment within three standard errors after four hours of warm-up."""
    truth = waiting(per_half_hour * 2, 180, agents, 20, patience)
    volume, staff = np.full(48, per_half_hour), np.full(48, float(agents))
    assert within_three_errors(*played(volume, staff, 180, patience, gauge(20), busy=agents // 2), truth.sl_offered)
    lost = played(volume, staff, 180, patience, gauge(20, kind=ABANDONED), busy=agents // 2)
    assert within_three_errors(*lost, truth.p_abandon)


def test_the_single_queue_agrees_with_the_chat_chain() -> None:
    """Balanced chat with three conversations per agent."""
    speedup = (1.0, 1.7, 2.5)
    truth = chat_waiting(200, 600, 10, speedup, 20, 120)
    sums = played(np.full(96, 100.0), np.full(96, 10.0), 600, 120, gauge(20, 3), speedup=speedup, busy=30)
    assert within_three_errors(*sums, truth.sl_offered)


def test_with_patience_like_handle_time_waits_are_poisson() -> None:
    """Where patience is as long as handling, the number in the system is Poisson with mean m(t), whatever the agents.

    P(wait)(t) = P(Poisson(m(t)) >= s); m(t) by our own load. The staff is constant, so that nobody leaves busy.
    """
    minute = np.arange(6 * 60)
    rate = 40.0 + 25.0 * np.sin(minute / 50.0)  # contacts per minute
    agents, aht = 210, 300.0
    upper, lower = played(
        rate, np.full(rate.size, float(agents)), aht, aht, gauge(0.0), minutes=1.0, futures=400, busy=200
    )  # fmt: skip
    load = cell_loads(rate, np.zeros(rate.size), np.full(rate.size, aht), 1)[:, 0]
    truth = np.asarray(poisson.cdf(agents - 1, load))
    for start in range(60, 360, 30):  # an hour of warm-up
        part = slice(start, start + 30)
        up, low = upper[:, part].sum(axis=1), lower[:, part].sum(axis=1)
        mean = up.sum() / low.sum()
        error = np.sqrt(((up - mean * low) ** 2).sum()) / low.sum()
        assert abs(mean - np.average(truth[part], weights=rate[part])) <= 3 * error + 0.002


def test_the_same_for_any_number_of_threads() -> None:
    """Futures are independent of one another and of who plays them."""
    volume = np.full(20, 50.0)
    counts = np.random.default_rng(0).poisson(volume, (7, 20)).astype(np.int64)
    stream = draw(counts, 1800, np.zeros(20), np.zeros(0), 3)
    desk = Desk(np.ones(1), np.full(20, 180.0), 1800)
    one, two = (
        play(desk, np.full(20, 7), 0, 20, gauge(20), stream, new_state(stream, 3, 3), finish=True, jobs=jobs)
        for jobs in (1, 3)
    )
    assert np.array_equal(one[0], two[0])
    assert np.array_equal(one[1], two[1])


def test_offered_load_by_convolution_is_the_recursion() -> None:
    """Exponential handle times: the convolution of any distribution and the recursion over minutes agree."""
    rate = np.concatenate([np.full(120, 0.2), 4.0 * np.exp(-np.arange(240) / 30.0) + 0.2])
    fine = np.repeat(rate, 10)
    by_convolution = offered_load(fine, 6.0, np.exp(-np.arange(4000) * 6.0 / 480.0))
    by_recursion = cell_loads(rate * 60, np.zeros(rate.size), np.full(rate.size, 480.0), 1)[:, 0]
    smooth = by_convolution.reshape(-1, 10).mean(axis=1)
    assert smooth[100:] == pytest.approx(by_recursion[100:], rel=0.06)  # ends of cells against their means
    # A step of the rate fills up like 1 - exp(-t / handle time); fixed handle times fill up in a straight line.
    step = offered_load(np.ones(200), 6.0, np.exp(-np.arange(2000) * 6.0 / 300.0))
    assert step[49] == pytest.approx(300 * (1 - np.exp(-1)), rel=1e-3)
    fixed = offered_load(np.ones(200), 6.0, (np.arange(51) < 50).astype(float))
    assert fixed[24] == pytest.approx(150, rel=0.02)
    assert fixed[150] == pytest.approx(300, rel=0.02)


@given(st.lists(st.floats(0, 5000), min_size=1, max_size=30), st.sampled_from([1, 2, 6, 30]))
def test_arrivals_inside_an_interval_keep_its_total(volume: list[float], cells: int) -> None:
    """Slopes are bounded and finite, shares are probabilities that sum to 1, positions stay inside and rise."""
    slopes = log_slopes(volume)
    assert np.isfinite(slopes).all()
    assert np.abs(slopes).max() <= 3
    shares = cell_shares(slopes, cells)
    assert shares.sum(axis=-1) == pytest.approx(1.0)
    assert (shares >= 0).all()
    u = np.linspace(0, 1, 11)
    places = positions(slopes[:, None], u[None])
    assert (np.diff(places, axis=1) >= 0).all()
    assert ((places >= 0) & (places <= 1 + 1e-12)).all()


def test_the_decay_of_an_opening_is_found() -> None:
    """Twenty times the calm rate from midnight on, falling with 30 minutes: the slope starts at the first second."""
    seconds = np.arange(4 * 3600) + 0.5
    rate = np.concatenate([np.full(3600, 1.0), 20 * np.exp(-seconds / 1800)])
    volume = rate.reshape(-1, 900).sum(axis=1)
    slopes = log_slopes(volume)
    assert slopes[:3] == pytest.approx(0)
    assert slopes[4:10] == pytest.approx(-0.5, abs=1e-6)


@pytest.mark.parametrize(("minutes", "error"), [(5, 0.01), (15, 0.02), (30, 0.03), (60, 0.07)])
def test_the_shape_of_an_opening_over_a_calm_level(minutes: int, error: float) -> None:
    """The slopes are close to the true change of the rate over each interval, through the whole decay."""
    volume, rate = steep(minutes)
    jump = 3 * 60 // minutes
    ends = rate.reshape(-1, minutes * 60)[:, [0, -1]]
    true = np.log(ends[:, 1] / ends[:, 0])
    assert log_slopes(volume)[jump:-1] == pytest.approx(true[jump:-1], abs=error)


def steep(minutes: int = 15) -> tuple[FloatArray, FloatArray]:
    """Return the volume per interval, and the rate per second, of a calm evening with an opening at midnight."""
    seconds = np.arange(-3 * 3600, 3 * 3600) + 0.5
    rate = np.where(seconds < 0, 0.1, 0.1 + 1.9 * np.exp(-np.maximum(seconds, 0) / 1800))
    return rate.reshape(-1, minutes * 60).sum(axis=1), rate


def opening(minutes: int = 15, **goal: Any) -> tuple[Inputs, Forecast, FloatArray]:
    """Return a plan of a calm day with an opening at noon, and the rate per second from 09:00 to 15:00."""
    queue = phone(patience_seconds=240, target=[target(**goal)])
    inputs = inputs_of(queue, days=1, interval=minutes, method="simulation")
    volume, rate = steep(minutes)
    edge = 9 * 60 // minutes
    whole = np.concatenate([np.full(edge, volume[0]), volume, np.full(edge, volume[-1])])
    forecast = forecast_of(inputs, whole, aht=480.0)
    paths = np.random.default_rng(5).poisson(whole, (200, 1, whole.size)).astype(np.float32)
    return inputs, replace(forecast, paths=paths), rate


def held(agents: FloatArray, rate: FloatArray, minutes: int, futures: int = 500) -> FloatArray:
    """Return the share in time by interval, contacts drawn second by second from the true rate."""
    random = np.random.default_rng(77)
    counts = random.poisson(rate, (futures, rate.size)).astype(np.int64)
    stream = draw(counts, 1.0, np.zeros(rate.size), np.arange(30 * 64 + 1) / 64.0 * 240, 78)
    desk = Desk(np.ones(1), np.full(agents.size, 480.0), minutes * 60.0)
    state, staff = new_state(stream, 48, 79), agents.astype(np.int64)
    sums = play(desk, staff, 0, agents.size, gauge(20), stream, state, finish=True)
    return np.asarray(sums[0].sum(axis=0) / sums[1].sum(axis=0), dtype=np.float64)


@pytest.mark.parametrize("minutes", [15, 30])
def test_an_opening_is_held_in_every_interval(minutes: int) -> None:
    """The corrected requirement holds 80/20 through the jump on fresh customers, plain Erlang of the rate does not."""
    inputs, forecast, rate = opening(minutes, over="interval")
    edge, hours = 9 * 60 // minutes, 6 * 60 // minutes
    agents = requirement(inputs, forecast, 1).agents_required[0, edge : edge + hours]
    assert held(agents, rate, minutes).min() >= 0.77  # three standard errors, and the shape inside an interval
    plain = required_agents(steep(minutes)[0] * 60 / minutes, 480.0, 0.8, 20, 240).astype(float)
    assert held(plain, rate, minutes).min() < 0.4
    assert agents.sum() <= 1.2 * plain.sum()


def test_a_day_target_is_met_with_fewer_agents_than_every_interval_needs() -> None:
    """Judged by day, the same goal needs no more than judged by interval, and holds over the day."""
    by_interval = requirement(*opening(over="interval")[:2], 1).agents_required.sum()
    by_day = requirement(*opening(over="day")[:2], 1).agents_required.sum()
    assert 0.9 * by_interval <= by_day <= by_interval


def staffed(confidence: float | None, sd: float, **options: Any) -> Requirement:
    """Return the requirement where each day's volume is uncertain by a lognormal factor."""
    inputs = inputs_of(
        phone(target=[target(confidence=confidence, **options)], patience_seconds=120), method="simulation"
    )
    rate = np.full(96, 150.0)
    random = np.random.default_rng(4)
    factor = np.exp(sd * random.standard_normal((300, 1, 2))).repeat(48, axis=2)
    paths = random.poisson(rate * factor).astype(np.float32)
    return requirement(inputs, replace(forecast_of(inputs, rate), paths=paths), 1)


def test_confidence_is_that_of_the_target() -> None:
    """The wanted probability holds on fresh futures, target by target; more confidence needs more agents."""
    agents = {c: staffed(c, 0.15).agents_required[0] for c in (0.5, 0.8, 0.95)}
    assert agents[0.5].sum() < agents[0.8].sum() < agents[0.95].sum()
    random = np.random.default_rng(123)
    volume = 150.0 * np.exp(0.15 * random.standard_normal(600))
    for confidence, found in agents.items():
        held = [
            np.mean([waiting(v * 2, 180, int(found[0]) - less, 20, 120).sl_offered >= 0.8 for v in volume])
            for less in (0, 1)
        ]  # the day is steady: theory per future
        assert held[0] >= confidence - 0.04
        assert held[1] < confidence + 0.04


def test_seed_in_same_agents_out() -> None:
    """The same inputs and seed give the same requirement, for any number of threads."""
    inputs, forecast, _ = opening(over="interval")
    queues = tuple(inputs.plan.queue[0].model_copy(update={"id": name}) for name in ("one", "two"))
    both = replace(inputs, plan=inputs.plan.model_copy(update={"queue": queues}))
    paths = np.random.default_rng(6).poisson(forecast.rate[0], (200, 2, forecast.grid.n)).astype(np.float32)
    rate, aht = np.tile(forecast.rate, (2, 1)), np.tile(forecast.aht_seconds, (2, 1))
    shared = replace(forecast, queues=("one", "two"), paths=paths, rate=rate, aht_seconds=aht)
    one, two = (requirement(both, shared, 3, jobs=jobs).agents_required for jobs in (1, 2))
    assert np.array_equal(one, two)
    other = requirement(both, shared, 4).agents_required
    assert not np.array_equal(one, other)
    assert np.abs(one - other).max() <= 0.1 * one.max()


def test_past_days_count_towards_thirty() -> None:
    """A bad past must be made up for: the same 30-day target needs more agents than after a good past."""
    goal = target(over="30_days", share=0.9)
    inputs = inputs_of(phone(patience_seconds=120, target=[goal]), method="simulation")
    forecast = forecast_of(inputs, 100.0)
    days = [date(2025, 10, day) for day in range(1, 20)]
    needed = []
    for value in (0.8, 0.9, 1.0):
        past = tuple(Attained(day, "hotline", 1, 500.0, value) for day in days)
        needed.append(requirement(replace(inputs, attained=past), forecast, 1).agents_required.sum())
    assert needed[0] > needed[1] > needed[2]


def test_redials_and_silent_customers_are_work() -> None:
    """Those who call again, and chats that nobody reads any more, need agents."""
    plain = {
        "id": "a",
        "channel": "chat",
        "concurrency": 3,
        "concurrency_speedup": [1, 1.7, 2.2],
        "patience_seconds": 60,
    }
    goal = target(seconds=60, share=0.7)
    numbers = []
    for extra in ({}, {"redial": 0.6}, {"silent_abandonment": 0.8, "silent_seconds": 300}):
        inputs = inputs_of({**plain, **extra, "target": [goal]}, method="simulation")
        numbers.append(requirement(inputs, forecast_of(inputs, 200.0, aht=600.0), 1).agents_required.sum())
    assert numbers[1] > numbers[0]
    assert numbers[2] > numbers[0]


def mail(**keys: Any) -> dict[str, Any]:
    """Return an e-mail queue that is open from 09:00 to 18:00, with a target of 95 % within eight hours."""
    goal = {"metric": "resolved_within", "seconds": 8 * 3600, "share": 0.95}
    return {
        "id": "mail",
        "channel": "email",
        "open": "09:00-18:00",
        "target": [{**goal, **keys.pop("goal", {})}],
        **keys,
    }


def test_deferred_work_holds_its_confidence() -> None:
    """More confidence needs more agents where the day's volume is uncertain; the open clock needs fewer at night."""
    rate = np.full(7 * 48, 8.0)
    random = np.random.default_rng(4)
    factor = np.exp(0.2 * random.standard_normal((200, 1, 7))).repeat(48, axis=2)
    needed = {}
    for goal in ({}, {"confidence": 0.9}, {"clock": "open"}):
        inputs = inputs_of(mail(goal=goal), days=7, method="simulation")
        forecast = forecast_of(inputs, rate, aht=300.0)
        forecast = replace(forecast, paths=random.poisson(rate * factor).astype(np.float32))
        needed[str(goal)] = requirement(inputs, forecast, 1)
    plain, sure, slow = needed.values()
    assert sure.agents_required.sum() > 1.1 * plain.agents_required.sum()
    assert plain.warnings
    assert not slow.warnings


def test_a_backlog_is_worked_off() -> None:
    """What waits at the start adds its work, before its time is up."""
    plain, loaded = (
        requirement(inputs, forecast_of(inputs, 4.0, aht=300.0), 1).agents_required[0]
        for inputs in (
            inputs_of(mail(backlog=backlog), days=3, method="simulation") for backlog in (0, 120)
        )
    )  # fmt: skip
    assert loaded.sum() - plain.sum() >= 120 * 300 / 1800 - 2
    assert loaded[:48].sum() - plain[:48].sum() >= 120 * 300 / 1800 - 2


def test_a_backlog_without_a_target_is_worked_off_on_the_first_day() -> None:
    """Without any target, too, what waits at the start is work."""
    plain, loaded = (
        requirement(inputs, forecast_of(inputs, 4.0, aht=300.0), 1).agents_required[0]
        for inputs in (inputs_of({**mail(backlog=backlog), "target": []}, days=3) for backlog in (0, 120))
    )
    assert loaded.sum() - plain.sum() >= 0.5 * 120 * 300 / 1800  # the rest takes the place of what may be done later
    assert loaded[:48].sum() >= 120 * 300 / 1800


def test_mail_that_is_late_before_the_opening_does_not_hold_up_the_rest() -> None:
    """Four hours by the calendar: at 09:00 the mail of 05:00 is due first, that of the evening counts from there."""
    inputs = inputs_of(mail(goal={"seconds": 4 * 3600}), days=7, method="simulation")
    found = requirement(inputs, forecast_of(inputs, 10.0, aht=300.0), 1).agents_required[0].reshape(7, 48)
    # 48 intervals of 3,000 s of work in 18 intervals; four hours of night mail and that of the day in the first four
    # hours at the least.
    assert found[3].max() <= 1.6 * 48 * 3000 / (18 * 1800)


def test_exempt_mail_is_done_all_the_same() -> None:
    """A target that no day is large enough for still leaves all work to be done."""
    inputs = inputs_of(mail(goal={"exempt_below": 100_000}), days=7, method="simulation")
    found = requirement(inputs, forecast_of(inputs, 10.0, aht=300.0), 1).agents_required[0]
    assert found.sum() * 1800 >= 0.99 * 10 * 300 * (7 * 48 - 12)  # but for that of the last night


def test_what_bots_answer_counts_where_it_is_included() -> None:
    """Half of the mail is answered by a bot: with it counted fewer people keep the target of 95 %."""
    needed = []
    for bots in ("included", "excluded"):
        goal = {"bots": bots, "confidence": 0.9, "seconds": 7200, "clock": "open"}
        inputs = inputs_of(mail(goal=goal, bot_containment=0.5), days=7, method="simulation")
        forecast = forecast_of(inputs, 20.0, aht=300.0)
        paths = np.random.default_rng(3).poisson(20.0, (100, 1, 7 * 48)).astype(np.float32)
        needed.append(requirement(inputs, replace(forecast, paths=paths), 1).agents_required.sum())
    assert needed[0] < needed[1]


def test_a_calm_stretch_does_not_flicker() -> None:
    """A steady queue judged by interval has at least the number of theory in every interval."""
    inputs = inputs_of(phone(target=[target(over="interval")]), days=1, method="simulation")
    forecast = forecast_of(inputs, 100.0)
    paths = np.random.default_rng(5).poisson(100.0, (200, 1, 48)).astype(np.float32)
    assert requirement(inputs, replace(forecast, paths=paths), 1).agents_required.min() >= 14


def test_replies_that_are_too_slow_for_any_staff_are_told() -> None:
    """Where even one chat at a time misses a target on every reply, no number of agents is given."""
    chat = {"id": "a", "channel": "chat", "concurrency": 5, "rounds": 8, "reply_seconds": 40, "aht_seconds": 400}
    inputs = inputs_of({**chat, "target": [target(seconds=10, count="round")]}, method="simulation")
    with pytest.raises(InputError, match="one contact at a time"):
        requirement(inputs, forecast_of(inputs, 100.0, aht=400.0), 1)
    slower = inputs_of({**chat, "target": [target(seconds=180, count="round")]}, method="simulation")
    assert requirement(slower, forecast_of(slower, 100.0, aht=400.0), 1).agents_required.min() > 0


def test_a_bots_dialogue_smooths_the_jump() -> None:
    """Contacts that come out of a long dialogue reach people later and less at once: a lower peak, the same work."""
    inputs, forecast, _ = opening(over="interval")
    queue = inputs.plan.queue[0].model_copy(update={"bot_seconds": 600.0})
    slow = replace(inputs, plan=inputs.plan.model_copy(update={"queue": (queue,)}))
    at_once, later = (requirement(given, forecast, 1).agents_required[0] for given in (inputs, slow))
    assert later.max() < 0.9 * at_once.max()
    assert later.sum() == pytest.approx(at_once.sum(), rel=0.03)


def test_filling_the_most_busy_first_is_slower() -> None:
    """Where a further chat gains little, packed agents do less than evenly loaded ones, and more are needed."""
    chat = {
        "id": "a",
        "channel": "chat",
        "concurrency": 3,
        "concurrency_speedup": [1.0, 1.1, 1.2],
        "patience_seconds": 120,
    }
    numbers = [
        requirement(inputs, forecast_of(inputs, 30.0, aht=600.0), 1).agents_required.sum()
        for inputs in (
            inputs_of({**chat, "routing": way, "target": [target(share=0.95)]}, method="simulation")
            for way in ("least_busy", "most_busy")
        )
    ]
    assert numbers[1] > numbers[0]


def test_who_waits_at_the_start_needs_people() -> None:
    """The backlog of a live queue asks for more agents in the first interval, and for none later in the day."""
    plain, loaded = (
        requirement(inputs, forecast_of(inputs, 100.0), 1).agents_required[0]
        for inputs in (
            inputs_of(phone(patience_seconds=1200, backlog=n, target=[target(over="interval")]), method="simulation")
            for n in (0, 60)
        )
    )
    assert loaded[0] > plain[0]
    assert np.abs(loaded[4:] - plain[4:]).max() <= 1
