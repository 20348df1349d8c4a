"""The whole step: inputs, forecast and roster in, attainment out."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.wfm.simulation.builders import START, Played, always, make_forecast, make_inputs, work
from tests.wfm.simulation.theory import birth_death
from wfm import compiled
from wfm.errors import InputError
from wfm.inputs import Inputs
from wfm.results import Attainment
from wfm.simulation.simulate import simulate

QUEUES: list[dict[str, Any]] = [
    {
        "id": "phone",
        "channel": "phone",
        "patience_seconds": 120,
        "priority": 2,
        "shrinkage": 0.1,
        "target": [
            {"metric": "answered_within", "seconds": 20, "share": 0.8, "over": "interval"},
            {"metric": "abandoned", "share": 0.05, "over": "horizon"},
        ],
    },
    {
        "id": "chat",
        "channel": "chat",
        "concurrency": 3,
        "concurrency_speedup": [1.0, 1.8, 2.4],
        "patience_seconds": 240,
        "bot_containment": 0.4,
        "target": [
            {"metric": "answered_within", "seconds": 30, "share": 0.8, "window": "09:00-23:00"},
            {"metric": "average_response", "seconds": 60, "over": "horizon"},
        ],
    },
    {
        "id": "mail",
        "channel": "email",
        "target": [{"metric": "resolved_within", "seconds": 14400, "share": 0.9, "over": "day"}],
    },
]


def case(people: int, days: int = 2) -> Inputs:
    """Return the three queues and so many people who have all of them."""
    return make_inputs(QUEUES, {f"p{i:02}": {"phone": 1.0, "chat": 0.9, "mail": 1.0} for i in range(people)}, days)


def paths(inputs: Inputs, count: int = 5) -> NDArray[np.float64]:
    """Return Poisson contacts: 20 calls, 30 chats and 4 e-mails per half hour."""
    rates = np.array([20.0, 30.0, 4.0])[:, None] * np.ones(inputs.plan.plan.grid.n)
    return np.random.default_rng(4).poisson(rates, (count, *rates.shape)).astype(np.float64)


def run(inputs: Inputs, roster: Played | None = None, **options: Any) -> Attainment:
    """Return the attainment with 6 replications, everybody always on seat unless told otherwise."""
    forecast = make_forecast(inputs, paths(inputs), [200.0, 400.0, 300.0])
    settings = {"seed": 1, "replications": 6, **options}
    return simulate(inputs, forecast, roster if roster is not None else always(inputs), **settings)


def same(a: Attainment, b: Attainment) -> bool:
    """Return whether two attainments are equal to the last bit."""
    return (
        a.targets == b.targets
        and a.probability_all_met == b.probability_all_met
        and a.answered_within_mean.tobytes() == b.answered_within_mean.tobytes()
        and a.answered_within_p10.tobytes() == b.answered_within_p10.tobytes()
    )


def test_same_seed_same_result_for_any_number_of_threads() -> None:
    """One, two and five threads agree to the last bit; another seed does not."""
    inputs = case(9)
    first = run(inputs, jobs=1)
    assert same(first, run(inputs, jobs=2))
    assert same(first, run(inputs, jobs=5))
    assert not same(first, run(inputs, seed=2))


def test_every_target_has_a_row_per_period() -> None:
    """Intervals, days and horizon of two days, in the order of the plan; shapes as documented."""
    got = run(case(9))
    counts = [(t.queue, t.metric, t.over) for t in got.targets]
    assert counts.count(("phone", "answered_within", "interval")) == 96
    assert counts.count(("phone", "abandoned", "horizon")) == 1
    assert counts.count(("chat", "answered_within", "day")) == 2
    assert counts.count(("mail", "resolved_within", "day")) == 2
    assert got.answered_within_mean.shape == got.answered_within_p10.shape == (3, 96)
    assert got.replications == 6
    assert all(np.isfinite([t.goal, t.expected, t.p10, t.probability_met]).all() for t in got.targets)


def test_an_empty_roster_answers_nobody() -> None:
    """Every share is 0, all callers leave, nothing is met, and nothing is NaN."""
    got = run(case(0), Played())
    by = {(t.queue, t.metric): t for t in got.targets}
    assert by["phone", "answered_within"].expected == 0.0
    assert by["phone", "abandoned"].expected == 1.0
    assert by["chat", "answered_within"].expected == 0.0
    assert by["mail", "resolved_within"].expected == 0.0
    assert not any(t.met for t in got.targets)
    assert all(np.isfinite([t.expected, t.p10]).all() for t in got.targets)
    assert got.probability_all_met == 0.0
    assert np.nanmax(got.answered_within_mean) == 0.0


def test_plenty_of_people_meet_everything() -> None:
    """60 people for about 6 erlangs: every future meets every target."""
    got = run(case(60), absence=0.0)
    assert got.probability_all_met == 1.0
    assert all(t.met and t.probability_met == 1.0 for t in got.targets)


def test_more_people_do_not_hurt() -> None:
    """With the same customers, service by queue rises with every two people more."""
    shares = []
    for people in (5, 7, 9, 11, 13):
        got = run(case(people), replications=10)
        shares.append([np.nanmean(row) for row in got.answered_within_mean])
    steps = np.diff(np.array(shares), axis=0)
    assert (steps > -0.005).all()
    assert (steps.sum(axis=0) > 0.02).any()


def test_absence_hurts() -> None:
    """Three times the shrinkage answers fewer calls and chats in time than none."""
    none, triple = (run(case(6), absence=absence).answered_within_mean for absence in (0.0, 3.0))
    for q in (0, 1):
        assert np.nanmean(none[q]) > np.nanmean(triple[q]) + 0.01


def test_half_of_the_people_at_half_the_time_serve_only_then() -> None:
    """People on seat from 00:00 to 12:00 only: callers of the afternoon all leave."""
    inputs = case(10, days=1)
    roster = Played(activities=tuple(work(inputs, agent.employee_id, 0, 12) for agent in inputs.agents))
    got = run(inputs, roster)
    assert np.nanmin(got.answered_within_mean[0, :20]) > 0.5
    assert np.nanmax(got.answered_within_mean[0, 24:]) == 0.0


def test_a_team_kept_for_one_queue_serves_no_other() -> None:
    """Everybody's activity names the phone: chats and e-mail go unanswered."""
    inputs = case(10, days=1)
    roster = Played(activities=tuple(work(inputs, agent.employee_id, 0, 24, "phone") for agent in inputs.agents))
    got = run(inputs, roster, absence=0.0)
    assert np.nanmean(got.answered_within_mean[0]) > 0.9
    assert np.nanmax(got.answered_within_mean[1:]) == 0.0


def test_constant_demand_attains_erlang_a() -> None:
    """One phone queue for two days: the abandoned share is that of M/M/n+M within 4 standard errors."""
    target = {"metric": "abandoned", "share": 0.1, "over": "day"}
    queue = {"id": "q", "channel": "phone", "patience_seconds": 100, "target": [target]}
    inputs = make_inputs([queue], {f"p{i}": {"q": 1.0} for i in range(8)}, days=2)
    forecast = make_forecast(inputs, np.random.default_rng(1).poisson(60.0, (60, 1, 96)), 240.0)
    got = simulate(inputs, forecast, always(inputs), seed=3, replications=60)
    exact = birth_death(60 / 1800.0, 8, 240.0, 100.0).p_abandon
    # The spread of one day's ratio over replications, from the 10 % point: 1.28 deviations from the mean.
    second = got.targets[1]
    error = (second.p10 - second.expected) / 1.28 / np.sqrt(60)
    assert second.expected == pytest.approx(exact, abs=4 * error)
    assert 0 < error < 0.1 * exact


def test_paths_are_used_in_turn_and_again_from_the_first() -> None:
    """The empty path gives futures without contacts, which meet every target."""
    target = {"metric": "abandoned", "share": 0.0}
    inputs = make_inputs([{"id": "q", "channel": "phone", "patience_seconds": 5, "target": [target]}])
    offered = np.zeros((2, 1, 48))
    offered[1] = 3
    got = simulate(inputs, make_forecast(inputs, offered, 100.0), Played(), seed=1, replications=5)
    assert got.targets[0].probability_met == pytest.approx(3 / 5)
    assert got.probability_all_met == pytest.approx(3 / 5)


def test_no_contacts_give_no_rows_and_no_nan_in_probability() -> None:
    """An empty forecast: no period has anything to say, and all that was promised holds."""
    inputs = case(2)
    forecast = make_forecast(inputs, np.zeros((2, 3, 96)), 100.0)
    got = simulate(inputs, forecast, always(inputs), seed=1, replications=3)
    assert got.targets == ()
    assert got.probability_all_met == 1.0
    assert np.isnan(got.answered_within_mean).all()


def test_an_unknown_handle_time_falls_back_to_the_queue() -> None:
    """NaN and 0 in the forecast's handle times neither crash nor make contacts free."""
    inputs = case(9)
    forecast = make_forecast(inputs, paths(inputs), [np.nan, 0.0, 300.0])
    got = simulate(inputs, forecast, always(inputs), seed=1, replications=2)
    assert 0 < np.nanmean(got.answered_within_mean[0]) <= 1


def test_a_stranger_in_the_activities_is_named() -> None:
    """Activities of a person who is in no shift, no hire and not among the people: one line per person."""
    inputs = case(1)
    with pytest.raises(InputError, match="'ghost'") as caught:
        run(inputs, Played(activities=(work(inputs, "p00", 1, 2), work(inputs, "ghost", 1, 2))))
    assert len(caught.value.problems) == 1


def test_progress_is_told_in_order() -> None:
    """After each replication the share done, up to 1."""
    told: list[tuple[str, float]] = []

    def tell(step: str, done: float, message: str = "") -> None:
        told.append((step, done))

    run(case(2), progress=tell)
    assert {step for step, _ in told} == {"simulate"}
    assert [done for _, done in told] == pytest.approx([i / 6 for i in range(1, 7)])


def test_code_is_compiled_without_a_place_to_keep_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where numba finds no folder to write to, the function is compiled for this process only."""

    def njit(**options: Any) -> Any:
        if options.get("cache"):
            raise RuntimeError("cannot cache function: no locator available")
        return lambda function: function

    monkeypatch.setattr(compiled, "njit", njit)
    assert compiled.compiled(abs) is abs


RICH: list[dict[str, Any]] = [
    {
        "id": "talk",
        "channel": "chat",
        "concurrency": 4,
        "rounds": 6,
        "reply_seconds": 20,
        "aht_seconds": 400,
        "patience_seconds": 200,
        "patience_distribution": "lognormal",
        "patience_cv": 1.5,
        "silent_abandonment": 0.5,
        "redial": 0.3,
        "bot_containment": 0.4,
        "bot_seconds": 45,
        "routing": "most_busy",
        "backlog": 20,
        "backlog_age_seconds": 60,
        "open": "08:00-24:00",
        "shrinkage": {"unplanned": {"absence": 0.05, "late": 0.05}, "planned": {"coaching": 0.03}},
        "target": [
            {"metric": "answered_within", "seconds": 180, "share": 0.9, "count": "customer", "bots": "included"},
            {"metric": "answered_within", "seconds": 30, "share": 0.8, "count": "round", "over": "30_days"},
            {"metric": "average_response", "seconds": 40, "clock": "open", "over": "interval", "exempt_below": 5},
            {"metric": "no_service", "share": 0.2, "over": "horizon"},
        ],
    },
    {**QUEUES[0], "redial": 0.5, "patience_distribution": "weibull", "patience_cv": 0.7},
]


def rich(jobs: int) -> Attainment:
    """Return the attainment of a plan that uses every feature."""
    contract = {"errors": [0.2, 0.1], "training_days": 0}
    people = {f"p{i:02}": {"phone": 1.0, "talk": 0.9} for i in range(9)}
    inputs = make_inputs(RICH, people, 2, contract, hired_on=START)
    rates = np.array([40.0, 15.0])[:, None] * np.ones(96)
    offered = np.random.default_rng(4).poisson(rates, (5, 2, 96)).astype(np.float64)
    offered[0, :, :16] = 0
    forecast = make_forecast(inputs, offered, [400.0, 200.0])
    return simulate(inputs, forecast, always(inputs), seed=1, replications=12, jobs=jobs)


def test_every_feature_at_once_gives_the_same_for_any_number_of_threads() -> None:
    """Equal to the last bit, hurting intervals included, and all numbers are known."""
    first, second = rich(1), rich(2)
    assert same(first, second)
    assert first.hurting == second.hurting
    assert all(np.isfinite([t.expected, t.p10, t.standard_error, t.counted]).all() for t in first.targets)
    assert [t.number for t in first.targets if t.queue == "talk" and t.over in ("day", "30_days")] == [0, 0, 1, 1]


def test_hurting_intervals_are_the_worst_of_their_target() -> None:
    """At most five each, worst first, shares of at most 1 in all, labelled by a period of the target."""
    got = rich(2)
    for queue, number in {(row.queue, row.number) for row in got.hurting}:
        rows = [row for row in got.hurting if (row.queue, row.number) == (queue, number)]
        periods = {t.period for t in got.targets if (t.queue, t.number) == (queue, number)}
        assert len(rows) <= 5
        assert sum(row.share for row in rows) <= 1.0 + 1e-9
        assert [row.missed for row in rows] == sorted((row.missed for row in rows), reverse=True)
        assert {row.period for row in rows} <= periods


def test_kept_code_depends_on_every_file_of_the_simulator() -> None:
    """Machine code on disk is stamped with the sources of the whole package, not of one file."""
    from wfm.simulation import engine

    assert engine._run._cache._cache_file._source_stamp == compiled.stamp()  # type: ignore[attr-defined]
    assert len(compiled.stamp()) == 64


def test_what_an_earlier_version_kept_is_no_obstacle(tmp_path: Path) -> None:
    """A record that names a class which is gone counts as empty."""
    kept = compiled._Kept(str(tmp_path), "f-1.py311", compiled.stamp())
    gone = b"cwfm.simulation.agenda\nTournament\n."
    (tmp_path / "f-1.py311.nbi").write_bytes(pickle.dumps(kept._version) + gone)
    assert kept._load_index() == {}
