"""Chat message by message against published values, limits and a directly solved chain."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wfm.staffing import chats_within, speedup_of, turns

PUBLISHED = (
    # reply, think, chats, utilisation, mean response, within 30, 60, 180 s, handle time of 8 turns
    (15, 30, 1, 1 / 3, 15, 0.864664716763, 0.981684361111, 0.999993855788, 360),
    (15, 30, 5, 0.963302752294, 47.8571428571, 0.336212658411, 0.699100218257, 0.998094416426, 622.857142857),
    (20, 20, 5, 0.996932515337, 80.3076923077, 0.105548425328, 0.368853164075, 0.970639858302, 802.461538462),
    (12, 45, 5, 0.823382884973, 27.8701082996, 0.626616181906, 0.905531591794, 0.999931578196, 582.960866397),
)


@pytest.mark.parametrize("row", PUBLISHED)
def test_published_values(row: tuple[float, ...]) -> None:
    """Utilisation, response times and shares within 30, 60 and 180 s."""
    reply, think, chats, utilisation, response, *shares, handled = row
    got = turns(reply, think, int(chats))
    assert got.utilisation == pytest.approx(utilisation, rel=1e-11)
    assert got.response_seconds == pytest.approx(response, rel=1e-11)
    assert [got.share_within(seconds) for seconds in (30, 60, 180)] == pytest.approx(shares, rel=1e-10)
    assert 8 * (got.response_seconds + think) == pytest.approx(handled, rel=1e-11)
    assert got.replies_per_hour == pytest.approx(3600 * utilisation / reply, rel=1e-11)


def test_published_speed_up() -> None:
    """Replies of 15 s, customers of 30 s: throughput 1, 1.8, 2.37, 2.71, 2.89; it saturates at 1 / reply."""
    assert speedup_of(15, 30, 5) == pytest.approx((1, 1.8, 2.37, 2.71, 2.89), abs=5e-3)
    assert speedup_of(15, 30, 200)[-1] == pytest.approx(3.0, rel=1e-12)


@given(reply=st.floats(1, 100), think=st.floats(0, 500), chats=st.integers(1, 30), seconds=st.floats(0, 1000))
def test_little_and_monotonicity(reply: float, think: float, chats: int, seconds: float) -> None:
    """Chats = throughput x (response + think); with another chat throughput grows and answers come later."""
    one, more = turns(reply, think, chats), turns(reply, think, chats + 1)
    assert one.replies_per_hour / 3600 * (one.response_seconds + think) == pytest.approx(chats, rel=1e-9)
    assert more.utilisation >= one.utilisation * (1 - 1e-12)
    assert more.response_seconds >= one.response_seconds
    assert 0 <= more.share_within(seconds) <= one.share_within(seconds) + 1e-12 <= 1 + 1e-12


@given(reply=st.floats(1, 60), think=st.floats(1, 200), chats=st.integers(1, 8))
def test_chain_solved_directly(reply: float, think: float, chats: int) -> None:
    """The unanswered messages are a birth-death chain: births (K - x) / think, deaths 1 / reply."""
    rates = np.zeros((chats + 1, chats + 1))
    for x in range(chats):
        rates[x, x + 1], rates[x + 1, x] = (chats - x) / think, 1 / reply
    balance = (rates - np.diag(rates.sum(axis=1))).T
    balance[0] = 1.0
    steady = np.linalg.solve(balance, np.eye(chats + 1)[0])
    assert turns(reply, think, chats).utilisation == pytest.approx(1 - steady[0], rel=1e-9)


@given(reply=st.floats(1, 60), think=st.floats(0, 200), seconds=st.floats(0, 300), share=st.floats(0, 1))
def test_most_chats_within_a_promise(reply: float, think: float, seconds: float, share: float) -> None:
    """The number found keeps the promise, one more breaks it or is not allowed."""
    chats = chats_within(reply, think, seconds, share, 6)
    assert chats == 0 or turns(reply, think, chats).share_within(seconds) >= share
    assert chats == 6 or turns(reply, think, chats + 1).share_within(seconds) < share


def test_the_thirty_second_promise_limits_chats_the_three_minute_one_does_not() -> None:
    """15 s replies and 30 s customers: 77 % within 30 s allows two chats, 99 % within three minutes five."""
    assert chats_within(15, 30, 30, 0.77, 5) == 2
    assert chats_within(15, 30, 30, 0.95, 5) == 0
    assert chats_within(15, 30, 180, 0.99, 5) == 5


@pytest.mark.parametrize("arguments", [(0, 30, 1), (15, -1, 1), (15, 30, 0), (math.inf, 30, 1), (15, math.nan, 1)])
def test_impossible_arguments_are_refused(arguments: tuple[float, float, int]) -> None:
    """Times and numbers outside their range raise ValueError."""
    with pytest.raises(ValueError, match="expected"):
        turns(*arguments)
    with pytest.raises(ValueError, match="expected"):
        chats_within(arguments[0], arguments[1], 30, 1.5, 5)
