"""The requirement, which comes from formulas, and the simulation, which knows none of them, agree."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.wfm.simulation.builders import Played, make_forecast, make_inputs, work
from tests.wfm.simulation.theory import HOUR, poisson_runs, station, waits
from wfm.results import Attainment
from wfm.simulation.simulate import simulate
from wfm.staffing import waiting
from wfm.staffing.requirement import requirement


def answered_within(seconds: float) -> dict[str, Any]:
    """Return a target of 80 % in each half hour."""
    return {"metric": "answered_within", "seconds": seconds, "share": 0.8, "over": "interval"}


CHAT = {"channel": "chat", "concurrency": 4, "concurrency_speedup": [1.0, 1.7, 2.2, 2.5], "bot_containment": 0.3}
QUEUES: list[dict[str, Any]] = [
    {"id": "phone", "channel": "phone", "patience_seconds": 120, "shrinkage": 0.1, "target": [answered_within(20)]},
    {"id": "chat", **CHAT, "patience_seconds": 300, "target": [answered_within(30)]},
    {"id": "mail", "channel": "email", "target": [{"metric": "resolved_within", "seconds": 14400, "share": 0.95}]},
]


@pytest.fixture(scope="module")
def attained() -> Attainment:
    """What teams of exactly the required size attain, each for one queue, on a day that rises and falls slowly."""
    half_hours = np.arange(48)
    shape = np.where((half_hours >= 18) & (half_hours < 44), 1 + np.sin((half_hours - 18) / 26 * np.pi), 0.0)
    rates = np.array([40.0, 90.0, 12.0])[:, None] * shape
    offered = np.random.default_rng(8).poisson(rates, (60, 3, 48))
    bare = make_inputs(QUEUES)
    need = requirement(bare, make_forecast(bare, offered, [300.0, 450.0, 420.0])).agents_with_shrinkage
    seats = [
        (q["id"], row, t)
        for q, line in zip(QUEUES, need, strict=True)
        for t in range(48)
        for row in range(int(line[t]))
    ]
    people = {f"{name}{row}": {name: 1.0} for name, row, _ in seats}
    inputs = make_inputs(QUEUES, people)
    acts = tuple(work(inputs, f"{name}{row}", t / 2, t / 2 + 0.5) for name, row, t in seats)
    forecast = make_forecast(inputs, offered, [300.0, 450.0, 420.0])
    return simulate(inputs, forecast, Played(activities=acts), seed=4, replications=60)


@pytest.mark.parametrize("queue", ["phone", "chat", "mail"])
def test_a_team_of_the_required_size_meets_the_target(attained: Attainment, queue: str) -> None:
    """In every half hour (e-mail: on the day), to 3 standard errors, but for 2 points of absence and carry-over."""
    shares = np.array([(t.expected, t.goal, t.standard_error) for t in attained.targets if t.queue == queue])
    assert len(shares) == (1 if queue == "mail" else 26)
    assert (shares[:, 0] >= shares[:, 1] - 0.02 - 3 * shares[:, 2]).all()


def test_the_requirement_is_not_a_waste(attained: Attainment) -> None:
    """Phone and chat attain less than 97 % where 80 % is asked: whole people, but not one too many everywhere."""
    for queue in ("phone", "chat"):
        assert np.mean([t.expected for t in attained.targets if t.queue == queue]) < 0.97


@pytest.mark.parametrize(("agents", "patience"), [(8, 90.0), (10, None)])
def test_share_answered_in_time_is_the_formula(agents: int, patience: float | None) -> None:
    """Served within 20 s / all offered, in steady state, within 3 standard errors over 40 runs."""
    exact = waiting(100.0, 270.0, agents, 20.0, patience).sl_offered
    shares = []
    runs = poisson_runs(*station(agents), np.full((1, 150), 100.0), 270.0, [patience or np.inf], runs=40)
    for contacts, outcome in runs:
        kept = (contacts.arrival > 4 * HOUR) & (contacts.arrival < 149 * HOUR)
        in_time = np.isfinite(outcome.answered) & (waits(outcome) <= 20.0)
        shares.append(float(in_time[kept].mean()))
    error = np.std(shares, ddof=1) / np.sqrt(len(shares))
    assert abs(np.mean(shares) - exact) <= 3 * error
