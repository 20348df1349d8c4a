"""Chat message by message: how many, how long, and what counts as in time."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.wfm.simulation.builders import always, make_forecast, make_inputs
from wfm.queues import Queue
from wfm.results import TargetResult
from wfm.simulation.messages import prepare_talk, response_table
from wfm.simulation.patience import LOGITS
from wfm.simulation.simulate import simulate
from wfm.turns import turns

TALK: dict[str, Any] = {"channel": "chat", "rounds": 8, "reply_seconds": 15, "aht_seconds": 360}


def target(metric: str, seconds: float, count: str = "round", **more: Any) -> dict[str, Any]:
    """Return a target over the horizon among those who were answered."""
    return {
        "metric": metric, "seconds": seconds, "share": 0.5, "over": "horizon", "count": count,
        "definition": "sl_answered", "unanswered": "excluded", "cap_seconds": 9999, **more,
    }  # fmt: skip


def crowded(chats: int, targets: list[dict[str, Any]]) -> list[TargetResult]:
    """Return the targets where one person always has as many chats open as allowed: 3 come each second, few stay."""
    queue = {"id": "q", "concurrency": chats, "patience_seconds": 0.001, "target": targets, **TALK}
    inputs = make_inputs([queue], {"p": {"q": 1.0}})
    forecast = make_forecast(inputs, np.full((1, 1, 48), 5400.0), 360.0)
    return list(simulate(inputs, forecast, always(inputs), seed=1, replications=40).targets)


@pytest.mark.parametrize(
    ("chats", "mean", "within_30", "within_60"),
    [(1, 15.0, 0.864664716763, 0.981684361111), (5, 47.8571428571, 0.336212658411, 0.699100218257)],
)
def test_responses_are_those_of_the_finite_source_queue(
    chats: int, mean: float, within_30: float, within_60: float
) -> None:
    """Reply 15 s, think 30 s: with 1 and 5 chats open all the time, the exact mean and shares within 3 s.e."""
    goals = [target("answered_within", 30), target("answered_within", 60), target("average_response", 30)]
    got = crowded(chats, [*goals, target("answered_within", 30, count="contact")])
    for row, exact in zip(got, (within_30, within_60, mean, within_30), strict=True):
        assert abs(row.expected - exact) <= 3 * row.standard_error
        assert row.standard_error < 0.03 * exact
    assert [row.count for row in got] == ["round", "round", "round", "contact"]
    assert got[0].counted / got[3].counted == pytest.approx(8.0, rel=0.02)


def test_a_customer_is_served_in_time_when_every_message_is() -> None:
    """A message is in time with P = 0.865; of a geometric number with mean 8 all are with P / (8 - 7 P)."""
    (row,) = crowded(1, [target("answered_within", 30, count="customer")])
    exact = 0.864664716763 / (8 - 7 * 0.864664716763)
    assert abs(row.expected - exact) <= 3 * row.standard_error
    assert row.counted < 300


def test_the_wait_in_line_belongs_to_the_first_message_only() -> None:
    """One person, a new chat every half hour and a queue that is always open: messages wait for replies only.

    At 4 chats an hour for one at a time, the line adds to the first of 8 messages: the mean over rounds rises by about
    an eighth of what the contact's mean rises by.
    """
    queue = {"id": "q", "concurrency": 1, "target": [
        target("average_response", 30), target("average_response", 30, count="contact"),
        target("average_response", 30, count="customer"),
    ], **TALK}  # fmt: skip
    inputs = make_inputs([queue], {"p": {"q": 1.0}})
    forecast = make_forecast(inputs, np.random.default_rng(1).poisson(2.0, (40, 1, 48)), 360.0)
    by_round, by_contact, by_customer = (
        row.expected for row in simulate(inputs, forecast, always(inputs), seed=1, replications=40).targets
    )
    assert by_contact > by_customer > by_round > 15.0
    assert by_round - 15.0 == pytest.approx((by_contact - 15.0) / 8.0, rel=0.1)


def test_slow_people_reply_slowly() -> None:
    """At half the speed a reply takes twice the time."""
    queue = {"id": "q", "concurrency": 1, "patience_seconds": 0.001, "target": [target("average_response", 30)], **TALK}
    inputs = make_inputs([queue], {"p": {"q": 0.5}})
    forecast = make_forecast(inputs, np.full((1, 1, 48), 2000.0), 360.0)
    (row,) = simulate(inputs, forecast, always(inputs), seed=1, replications=20).targets
    assert abs(row.expected - 30.0) <= 3 * row.standard_error


def test_the_table_of_responses_inverts_the_share_in_time() -> None:
    """At each tabulated quantile the exact distribution has that share, to 1e-5."""
    for chats in (1, 3, 6):
        found = turns(12.0, 45.0, chats)
        seconds = np.exp(response_table(found.seen)) * 12.0
        shares = 1.0 / (1.0 + np.exp(-LOGITS))
        for row in range(1000, 1900, 100):
            assert found.share_within(float(seconds[row])) == pytest.approx(shares[row], abs=1e-5)


def test_queues_without_rounds_have_no_messages() -> None:
    """Nothing is tabulated for them; one message only needs no step."""
    talk = prepare_talk([Queue(id="a", channel="phone"), Queue(id="b", **{**TALK, "rounds": 1})])
    assert talk.step.tolist() == [0.0, np.inf]
    assert talk.mean.tolist() == [1.0, 1.0]
    assert prepare_talk([Queue(id="a", channel="phone")]).table.size <= 1
