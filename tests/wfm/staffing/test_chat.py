"""Chat with several conversations per agent, against the phone formulas and directly solved chains."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wfm.staffing.chain import solve
from wfm.staffing import chat_required, chat_waiting, required_agents, waiting

SPEEDUP = (1.0, 1.7, 2.5)


@given(load=st.floats(0.1, 80.0), agents=st.integers(0, 100), patience=st.one_of(st.none(), st.floats(5.0, 1e4)))
def test_one_conversation_is_the_phone(load: float, agents: int, patience: float | None) -> None:
    """With K = 1 every value is Erlang's; the share of engaged agents is the occupancy."""
    chat, phone = (
        chat_waiting(load * 12, 300, agents, [1.0], 20, patience),
        waiting(load * 12, 300, agents, 20, patience),
    )
    for name in ("p_wait", "asa_seconds", "sl_offered", "sl_left_queue", "p_abandon", "occupancy"):
        assert getattr(chat, name) == getattr(phone, name)
    if agents:
        assert chat.engaged == pytest.approx(phone.occupancy, abs=1e-9)
        assert chat.chats_per_agent == pytest.approx(phone.occupancy, abs=1e-9)


@given(load=st.floats(0.1, 80.0), agents=st.integers(1, 40), levels=st.integers(1, 5), patience=st.floats(5.0, 1e4))
def test_full_speed_up_is_a_server_per_slot(load: float, agents: int, levels: int, patience: float) -> None:
    """When K chats cost no time (throughput 1..K) the slots are nK independent servers: Erlang A, exactly."""
    chat = chat_waiting(load * 12, 300, agents, [float(k) for k in range(1, levels + 1)], 20, patience)
    phone = waiting(load * 12, 300, agents * levels, 20, patience)
    for name in ("p_wait", "asa_seconds", "sl_offered", "sl_answered", "sl_virtual", "p_abandon", "occupancy"):
        assert getattr(chat, name) == pytest.approx(getattr(phone, name), rel=1e-10, abs=1e-14)
    assert chat.chats_per_agent == pytest.approx(levels * phone.occupancy, rel=1e-9)


@given(load=st.floats(0.2, 20.0), agents=st.integers(1, 10), within=st.floats(0.0, 1.0), patience=st.floats(0.2, 3.0))
def test_balanced_chain_solved_directly(load: float, agents: int, within: float, patience: float) -> None:
    """The values equal the steady state of the chain whose level is spread evenly over the agents."""

    def serve(busy: int) -> float:
        level, extra = divmod(busy, agents)
        speed = (0.0, *SPEEDUP, 0.0)
        return (agents - extra) * speed[level] + extra * speed[level + 1]

    seen = solve(load, serve, 3 * agents, 1 / patience, within)
    got = chat_waiting(load * 36, 100, agents, SPEEDUP, within * 100, patience * 100)
    assert got.p_wait == pytest.approx(seen.p_wait, abs=1e-10)
    assert got.p_abandon == pytest.approx(seen.p_abandon, abs=1e-10)
    assert got.sl_offered == pytest.approx(seen.served_in_time, abs=1e-9)
    assert got.sl_left_queue == pytest.approx(seen.served_in_time + seen.gone_in_time, abs=1e-9)


def test_close_to_least_busy_routing() -> None:
    """P(wait) of the exact chain with least-busy routing is met within 2 % at realistic speed-ups."""
    factors = [1.0, 1.7]
    small, large = chat_waiting(95, 600, 10, factors, 20, 120), chat_waiting(420, 600, 40, factors, 20, 60)
    assert small.p_wait == pytest.approx(0.240055798491, rel=0.02)
    assert small.chats_per_agent == pytest.approx(1.65057384563, rel=0.01)
    assert large.p_wait == pytest.approx(0.286116712965, rel=0.02)
    assert large.p_abandon == pytest.approx(0.0802894550502, rel=0.02)


def test_limits() -> None:
    """No volume, overload of the patient, a load so light that P(wait) is below floating point."""
    assert chat_waiting(0, 600, 5, SPEEDUP, 20).engaged == 0
    over = chat_waiting(100, 600, 2, SPEEDUP, 20)
    assert (over.p_wait, over.sl_offered, over.engaged, over.chats_per_agent) == (1, 0, 1, 3)
    light = chat_waiting(6, 600, 900, SPEEDUP, 20, 120)
    assert light.p_wait == 0
    assert light.chats_per_agent * 900 == pytest.approx(1.0, rel=1e-9)


@given(load=st.floats(0.1, 300.0), share=st.floats(0.05, 0.99), patience=st.one_of(st.none(), st.floats(10, 1e4)))
def test_smallest_number_of_chat_agents(load: float, share: float, patience: float | None) -> None:
    """The number found meets the share, one less misses it; with K = 1 it is the phone's."""
    n = chat_required(load * 6, 600, SPEEDUP, share, 30, patience)
    levels = chat_waiting(load * 6, 600, np.array([max(int(n) - 1, 0), int(n)]), SPEEDUP, 30, patience).sl_offered
    assert levels[1] >= share
    assert levels[0] < share
    assert chat_required(load * 6, 600, [1.0], share, 30, patience) == required_agents(
        load * 6, 600, share, 30, patience
    )


@pytest.mark.parametrize("speedup", [[], [1.0, 0.0], [1.0, -2.0], [1.0, float("nan")]])
def test_impossible_speed_ups_are_refused(speedup: list[float]) -> None:
    """A speed-up is one number above 0 per level."""
    with pytest.raises(ValueError, match="expected one number above 0"):
        chat_waiting(100, 600, 5, speedup, 20)


EXACT = (
    (10, (600, 705.8823529), 95, 120, (0.240055798491, 0.0858359107867, 0.973415942153, 1.65057384563)),
    (10, (600, 705.8823529, 720), 200, 120, (0.706763151193, 0.269882380651, 0.999858317139, 2.91659548404)),
    (20, (600, 705.8823529, 720), 200, 120, (0.00118020581, 0.00019365167928, 0.99277093671, 1.93535330987)),
    (8, (600, 705.8823529, 720, 827.5862069), 170, 90, (0.51786046, 0.209086347719, 0.999941926, 3.78009750825)),
    (10, (600, 1200, 1800), 58, 120, (0.0664210790251, 0.0299811105145, 0.937684926503, 1.84213051397)),
)


@pytest.mark.parametrize(("agents", "times", "rate", "patience", "expected"), EXACT)
def test_exact_chain_of_least_busy_routing(
    agents: int, times: tuple[float, ...], rate: float, patience: float, expected: tuple[float, ...]
) -> None:
    """P(wait), abandonment, agents engaged and chats per agent as solved independently."""
    speedup = [(k + 1) * times[0] / time for k, time in enumerate(times)]
    got = chat_waiting(rate, 600, agents, speedup, 20, patience, exact=True)
    assert (got.p_wait, got.p_abandon, got.engaged, got.chats_per_agent) == pytest.approx(expected, rel=1e-6)
    assert got.method == "exact chain"


@given(load=st.floats(0.5, 25.0), agents=st.integers(1, 6), patience=st.one_of(st.none(), st.floats(20.0, 2000.0)))
def test_filling_the_busiest_first_is_bounded_from_above(load: float, agents: int, patience: float | None) -> None:
    """Exact P(wait) of most-busy routing is at least that of least-busy routing and at most the bound."""
    call = (load * 6, 600, agents, SPEEDUP, 20, patience)
    least = chat_waiting(*call, exact=True)
    most, bound = chat_waiting(*call, "most_busy", True), chat_waiting(*call, "most_busy")
    assert most.p_wait <= bound.p_wait * (1 + 1e-9)
    assert most.sl_offered >= bound.sl_offered - 1e-9
    assert least.engaged >= most.engaged - 1e-9
    assert most.method == "exact chain"
    assert 0 <= bound.engaged <= 1


def test_constant_handle_time_makes_routing_irrelevant() -> None:
    """Without interaction of chats both routings are Erlang A with nK servers."""
    phone = waiting(200, 300, 12, 20, 120)
    for routing in ("least_busy", "most_busy"):
        got = chat_waiting(200, 300, 4, (1.0, 2.0, 3.0), 20, 120, routing, True)
        assert got.p_wait == pytest.approx(phone.p_wait, rel=1e-10)
        assert got.sl_offered == pytest.approx(phone.sl_offered, rel=1e-10)


def test_published_most_busy_routing_of_a_flat_speed_up() -> None:
    """A third chat that gains nothing: P(wait) .066 least-busy, .155 most-busy, .054 balanced."""
    call = (58, 600, 10, (1.0, 1.0, 1.0), 20, 120)
    exact = chat_waiting(*call, exact=True), chat_waiting(*call, "most_busy", True), chat_waiting(*call)
    assert [round(got.p_wait, 3) for got in exact] == [0.066, 0.155, 0.054]
    assert exact[2].method == "balanced chain"


def test_exact_requirement_meets_its_target_and_says_when_it_is_not_exact() -> None:
    """One less misses by the same way of counting; most-busy routing needs no fewer; too many states: the bound."""
    needed = [
        chat_required(58, 600, (1.0, 1.0, 1.0), 0.9, 20, 120, routing=routing, exact=exact)
        for routing in ("least_busy", "most_busy")
        for exact in (True, False)
    ]
    assert needed[0] <= needed[2] <= needed[3]
    at = chat_waiting(58, 600, np.array([needed[2], needed[2] - 1]), (1.0, 1.0, 1.0), 20, 120, "most_busy", True)
    assert at.sl_offered[0] >= 0.9 > at.sl_offered[1]
    large = chat_waiting(4000, 600, 400, SPEEDUP, 20, 120, "most_busy", True)
    assert large.method == "bound from above"
    assert chat_waiting(4000, 600, [4, 400], SPEEDUP, 20, 120, exact=True).method == "balanced chain, exact chain"
    with pytest.raises(ValueError, match="routing"):
        chat_waiting(58, 600, 10, SPEEDUP, 20, 120, "random")  # type: ignore[call-overload]
