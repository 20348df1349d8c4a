"""Who sits when and how fast, and the random absence."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.wfm.simulation.builders import START, Played, day_after, make_forecast, make_inputs, moment, work
from wfm.arrival_shape import cell_shares, log_slopes
from wfm.inputs import Inputs
from wfm.results import Hire, RosteredShift
from wfm.simulation.draws import draw_contacts, draw_seats
from wfm.simulation.people import Stretches, read_stretches
from wfm.simulation.prepare import absence_by_profile, prepare_demand
from wfm.staffing.patience import Kind, Patience

TWO = [{"id": "a", "channel": "phone", "shrinkage": 0.1}, {"id": "b", "channel": "chat", "shrinkage": 0.4}]


def read(inputs: Inputs, roster: Played) -> Stretches:
    """Return the stretches on the plan's grid."""
    return read_stretches(inputs, inputs.plan.plan.grid, [queue.id for queue in inputs.plan.queue], roster)


def test_only_work_is_on_seat() -> None:
    """Training, meal and break are not; what lies outside the horizon is cut off."""
    inputs = make_inputs(TWO, {"p": {"a": 1.0}})
    kinds = ((8.0, 9.0, "training"), (9.0, 10.0, "work"), (10.0, 11.0, "meal"), (11.0, 11.25, "break"))
    acts = [work(inputs, "p", start, end, activity=kind) for start, end, kind in kinds]
    acts += [work(inputs, "p", 23.0, 26.0), work(inputs, "p", 24.0, 25.0), work(inputs, "p", -2.0, 1.0)]
    got = read(inputs, Played(activities=tuple(acts)))
    spans = list(zip(got.start / 3600, got.end / 3600, strict=True))
    assert spans == [(0.0, 1.0), (9.0, 10.0), (23.0, 24.0)]


def test_a_named_queue_binds_the_person_to_it() -> None:
    """Empty queue: all the person's queues at the person's speed; named: this one only."""
    inputs = make_inputs(TWO, {"p": {"a": 0.9, "b": 1.1}})
    acts = (work(inputs, "p", 8, 9), work(inputs, "p", 9, 10, queue="b"))
    got = read(inputs, Played(activities=acts))
    assert got.speed[got.profile].tolist() == [[0.9, 1.1], [0.0, 1.1]]


def test_newcomers_get_faster_week_by_week_after_training() -> None:
    """Hired on day 0 with 2 days of training: weeks on seat begin on days 2, 9 and 16; unknown hiring: fully ramped."""
    contract = {"training_days": 2, "speed": [0.5, 0.7, 0.8]}
    days = (2, 8, 9, 16, 27)
    for hired, expected in ((START, [0.5, 0.5, 0.7, 0.8, 0.8]), (None, [0.8] * 5)):
        inputs = make_inputs(TWO, {"p": {"a": 1.0}}, days=28, contract=contract, hired_on=hired)
        got = read(inputs, Played(activities=tuple(work(inputs, "p", 24 * d + 9, 24 * d + 10) for d in days)))
        assert got.speed[got.profile, 0] == pytest.approx(expected)
        assert got.speed[:, 1].tolist() == [0.0] * len(got.speed)


def test_hires_serve_the_queues_of_their_contract() -> None:
    """A hire counts weeks from ``on_seat_from``; without the list of hires, from the first day of work."""
    inputs = make_inputs(TWO, days=14, contract={"queues": ["b"], "speed": [0.6, 1.0], "headcount": 1})
    acts = tuple(work(inputs, "staff-001", 24 * d + 9, 24 * d + 17) for d in (3, 9, 10))
    shift = RosteredShift(
        "staff-001", "", "staff", "staff", START, "day", moment(inputs, 81), moment(inputs, 89), 8, 0, 0
    )
    hire = Hire("staff-001", "staff", START, day_after(2), 0.0)
    with_hires = read(inputs, Played((shift,), acts, (hire,)))
    assert with_hires.speed[with_hires.profile].tolist() == [[0.0, 0.6], [0.0, 1.0], [0.0, 1.0]]
    without = read(inputs, Played((shift,), acts))
    assert without.speed[without.profile].tolist() == [[0.0, 0.6], [0.0, 0.6], [0.0, 1.0]]


def seat_seconds(stretches: Stretches, absent: float, seed: int = 1, shift: float = 0.0) -> float:
    """Return the seconds on seat of everybody together in one replication."""
    profiles = len(stretches.speed)
    seats = draw_seats(stretches.presence(np.full(profiles, shift), np.full(profiles, absent)), seed, 0)
    sign = np.where(seats.profile >= 0, -1.0, 1.0)
    return float((sign * seats.time).sum())


def test_absence_takes_its_share_of_the_time_on_seat() -> None:
    """No shrinkage: the rostered time; all: none; 12 %: 88 % of it within 4 standard errors of 8,960 draws."""
    people = {f"p{i:02}": {"a": 1.0} for i in range(40)}
    inputs = make_inputs(TWO, people, days=14)
    acts = tuple(work(inputs, p, 24 * d + 9, 24 * d + 17) for p in people for d in range(14))
    stretches = read(inputs, Played(activities=acts))
    rostered = 40 * 14 * 8 * 3600.0
    assert seat_seconds(stretches, 0.0) == rostered
    assert seat_seconds(stretches, 1.0) == 0.0
    assert seat_seconds(stretches, 0.12) / rostered == pytest.approx(0.88, abs=4 * np.sqrt(0.12 * 0.88 / 8960))
    assert seat_seconds(stretches, 0.3) < seat_seconds(stretches, 0.2) < seat_seconds(stretches, 0.1)


def test_shrinkage_is_weighted_by_work() -> None:
    """Work a : b is 3 : 1 by forecast, so a person with both is away 0.75 x 10 % + 0.25 x 40 %, times the factor."""
    inputs = make_inputs(TWO, {"p": {"a": 1.0}})
    forecast = make_forecast(inputs, np.ones((1, 2, 48)), [300.0, 100.0])
    speed = np.array([[1.0, 1.0], [0.0, 0.5], [0.0, 0.0]])
    queues = list(inputs.plan.queue)
    for absence, expected in ((1.0, [0.175, 0.4, 0.0]), (2.0, [0.35, 0.8, 0.0]), (9.0, [0.9125, 0.95, 0.0])):
        shift, half_hour = absence_by_profile(forecast, queues, speed, absence)
        assert half_hour == pytest.approx(expected)
        assert shift.tolist() == [0.0, 0.0, 0.0]


def test_customers_do_not_depend_on_other_queues_or_the_bot() -> None:
    """More calls don't change who comes by chat; a better bot keeps some of the same customers away, adds none."""
    inputs = make_inputs(TWO)
    base = np.full((2, 48), 50.0)
    demand = prepare_demand(make_forecast(inputs, base[None], [300.0, 100.0]), list(inputs.plan.queue))
    first = draw_contacts(demand, base.astype(np.float32), 5, 0)
    more = draw_contacts(demand, (base * [[2.0], [1.0]]).astype(np.float32), 5, 0)
    for column in ("arrival", "patience", "work_seconds"):
        assert np.array_equal(getattr(first, column)[first.queue == 1], getattr(more, column)[more.queue == 1])
    contained = np.array([[0.0], [0.3]]) * np.ones(48)
    bot = draw_contacts(demand._replace(containment=contained), base.astype(np.float32), 5, 0)
    kept = bot.arrival[bot.queue == 1]
    assert set(kept) < set(first.arrival[first.queue == 1])
    assert len(kept) / 2400 == pytest.approx(0.7, abs=4 * np.sqrt(0.21 / 2400))


def test_bots_keep_a_share_that_may_change_by_the_hour() -> None:
    """A forecast that says it by interval: nobody before noon, four in ten after it; work counts what is left."""
    inputs = make_inputs([{**TWO[0], "bot_containment": 0.9}, TWO[1]])
    offered = np.full((2, 48), 200.0)
    share = np.where(np.arange(48) < 24, 0.0, 0.4) * np.array([[1.0], [0.0]])
    forecast = replace(make_forecast(inputs, offered[None], [300.0, 100.0]), containment=share)
    got = draw_contacts(prepare_demand(forecast, list(inputs.plan.queue)), offered.astype(np.float32), 5, 0)
    reached = np.bincount((got.arrival[got.queue == 0] // 1800).astype(int), minlength=48)
    assert (reached + got.contained[0] == 200).all()
    assert (reached[:24] == 200).all()
    assert reached[24:].mean() / 200 == pytest.approx(0.6, abs=4 * np.sqrt(0.24 / 4800))
    weight = 300 * 0.8 / (300 * 0.8 + 100)
    expected = weight * 0.1 + (1 - weight) * 0.4
    both = np.array([[1.0, 1.0]])
    assert absence_by_profile(forecast, list(inputs.plan.queue), both)[1] == pytest.approx([expected])


def test_contacts_are_exponential_and_uniform_in_their_interval() -> None:
    """Mean work and patience as given, arrivals inside their interval with its middle as the mean."""
    inputs = make_inputs([{"id": "a", "channel": "phone", "patience_seconds": 90}])
    offered = np.full((1, 48), 1000.0)
    demand = prepare_demand(make_forecast(inputs, offered[None], 240.0), list(inputs.plan.queue))
    got = draw_contacts(demand, offered.astype(np.float32), 2, 7)
    assert (np.diff(got.arrival) >= 0).all()
    interval = np.floor(got.arrival / 1800.0)
    assert np.bincount(interval.astype(int)).tolist() == [1000] * 48
    share = got.arrival / 1800.0 - interval
    for values, mean, spread in ((got.work_seconds, 240, 240), (got.patience, 90, 90), (share, 0.5, np.sqrt(1 / 12))):
        assert values.mean() == pytest.approx(mean, abs=4 * spread / np.sqrt(48000))
        assert values.std() == pytest.approx(spread, rel=0.03)
    assert abs(np.corrcoef(got.work_seconds, got.patience)[0, 1]) < 4 / np.sqrt(48000)


def test_arrivals_follow_the_slope_inside_their_interval() -> None:
    """Where demand falls by 45 % each half hour, the first of six cells gets more than the last, as the shape says."""
    inputs = make_inputs([{"id": "a", "channel": "phone"}])
    offered = np.zeros((1, 48))
    offered[0, 10:16] = 20_000 * np.exp(-0.6 * np.arange(6))
    forecast = make_forecast(inputs, np.round(offered)[None], 240.0)
    got = draw_contacts(prepare_demand(forecast, list(inputs.plan.queue)), np.round(offered).astype(np.float32), 3, 0)
    assert (np.diff(got.arrival) >= 0).all()
    for t in (10, 11, 12):
        inside = got.arrival[got.arrival // 1800 == t] / 1800.0 - t
        shares = np.histogram(inside, np.arange(7) / 6)[0] / len(inside)
        expected = cell_shares(log_slopes(forecast.rate)[0, t], 6)
        assert expected[0] > 1.5 * expected[-1]
        assert (np.abs(shares - expected) <= 4 * np.sqrt(expected / len(inside))).all()


@pytest.mark.parametrize("kind", ["exponential", "weibull", "gamma", "lognormal", "fixed"])
@pytest.mark.parametrize("cv", [0.4, 2.0])
def test_patience_has_its_shape(kind: Kind, cv: float) -> None:
    """Tenths of the distribution are met by 48,000 draws, mean and early share included."""
    queue = {"id": "a", "channel": "phone", "patience_seconds": 90, "patience_distribution": kind, "patience_cv": cv}
    inputs = make_inputs([queue])
    offered = np.full((1, 48), 1000.0)
    demand = prepare_demand(make_forecast(inputs, offered[None], 240.0), list(inputs.plan.queue))
    got = draw_contacts(demand, offered.astype(np.float32), 2, 7).patience
    exact = Patience.of(kind, 90.0, cv)
    if kind == "fixed":
        assert (got == 90.0).all()
        return
    for share in (0.001, 0.1, 0.3, 0.5, 0.7, 0.9, 0.999):
        below = (got <= float(exact.quantile(share))).mean()
        assert below == pytest.approx(share, abs=4 * np.sqrt(share * (1 - share) / len(got)))


def test_bots_hand_over_after_their_dialogue() -> None:
    """The same customers reach people 40 s later on average; nobody earlier."""
    base, delayed = (
        make_inputs([{"id": "a", "channel": "chat", "bot_containment": 0.5, "bot_seconds": seconds}])
        for seconds in (0, 40)
    )
    offered = np.full((1, 48), 400.0)
    first, second = (
        draw_contacts(
            prepare_demand(make_forecast(inputs, offered[None], 240.0), list(inputs.plan.queue)),
            offered.astype(np.float32), 2, 7,
        )
        for inputs in (base, delayed)
    )  # fmt: skip
    assert (np.diff(second.arrival) >= 0).all()
    assert sorted(first.key) == sorted(second.key)
    wait = second.arrival[np.argsort(second.key)] - first.arrival[np.argsort(first.key)]
    assert wait.min() > 0
    assert wait.mean() == pytest.approx(40.0, abs=4 * 40 / np.sqrt(len(wait)))


def test_whole_shifts_are_lost_by_person_and_day() -> None:
    """A tenth of the shifts is lost from end to end, split by a meal or not; the rest in half hours as before."""
    people = {f"p{i:02}": {"a": 1.0} for i in range(40)}
    inputs = make_inputs(TWO, people, days=14)
    acts = [work(inputs, p, 24 * d + 9, 24 * d + 13) for p in people for d in range(14)]
    acts += [work(inputs, p, 24 * d + 14, 24 * d + 18) for p in people for d in range(14)]
    stretches = read(inputs, Played(activities=tuple(acts)))
    presence = stretches.presence(np.full(len(stretches.speed), 0.1), np.full(len(stretches.speed), 0.0))
    seats = draw_seats(presence, 1, 0)
    came = {(int(p), int(t // 86400), int(t % 86400 // 43200)) for t, p, on in zip(*seats, strict=True) if on >= 0}
    mornings = {(p, d) for p, d, half in came if half == 0}
    assert mornings == {(p, d) for p, d, half in came if half == 1}
    assert 1 - len(mornings) / 560 == pytest.approx(0.1, abs=4 * np.sqrt(0.09 / 560))
    both = seat_seconds(stretches, 0.2, shift=0.1) / (560 * 8 * 3600.0)
    assert both == pytest.approx(0.9 * 0.8, abs=4 * np.sqrt(0.09 / 560 + 0.16 / 8960))


def test_shrinkage_by_category_adds_up() -> None:
    """10 % of shifts, 5 % of half hours and 5 % planned: 20 % are lost; twice the absence: 10 % more and 5 % more."""
    shrinkage = {"unplanned": {"absence": 0.1, "late": 0.05}, "planned": {"coaching": 0.05}}
    inputs = make_inputs([{"id": "a", "channel": "phone", "shrinkage": shrinkage}], {"p": {"a": 1.0}})
    forecast = make_forecast(inputs, np.ones((1, 1, 48)), 300.0)
    for absence, shift_share, lost in ((1.0, 0.1, 0.2), (2.0, 0.2, 0.35), (0.0, 0.0, 0.05)):
        shift, half_hour = absence_by_profile(forecast, list(inputs.plan.queue), np.ones((1, 1)), absence)
        assert shift == pytest.approx([shift_share])
        assert (1 - shift) * (1 - half_hour) == pytest.approx([1 - lost])


def test_newcomers_make_errors_week_by_week() -> None:
    """Errors run with the weeks on seat; people of the same speed and other errors are told apart."""
    contract = {"training_days": 0, "errors": [0.2, 0.1, 0.0]}
    inputs = make_inputs(TWO, {"p": {"a": 1.0}}, days=28, contract=contract, hired_on=START)
    got = read(inputs, Played(activities=tuple(work(inputs, "p", 24 * d + 9, 24 * d + 10) for d in (0, 7, 14, 27))))
    assert got.errors[got.profile].tolist() == [0.2, 0.1, 0.0, 0.0]
    assert got.speed[got.profile, 0].tolist() == [1.0] * 4


def test_work_is_exponential_in_every_part_of_its_range() -> None:
    """A million contacts: shares below 1e-4 to 15 means within 4 standard errors (the ziggurat's layers and tail)."""
    inputs = make_inputs([{"id": "a", "channel": "phone"}])
    offered = np.full((1, 48), 21_000.0)
    demand = prepare_demand(make_forecast(inputs, offered[None], 1.0), list(inputs.plan.queue))
    work_done = draw_contacts(demand, offered.astype(np.float32), 11, 0).work_seconds
    edges = np.array([1e-4, 1e-3, 0.01, 0.1, 0.3, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0, 7.0, 7.69, 7.8, 9.0, 11.0, 13.0])
    above = (work_done[:, None] > edges).mean(axis=0)
    exact = np.exp(-edges)
    assert (np.abs(above - exact) <= 4 * np.sqrt(exact * (1 - exact) / len(work_done))).all()
    assert work_done.mean() == pytest.approx(1.0, abs=4e-3)
    assert work_done.var() == pytest.approx(1.0, abs=0.02)
