"""Erlang B, C and A against published tables, identities, limits and a directly solved chain."""

from __future__ import annotations

import math
from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wfm.staffing.chain import solve
from wfm.staffing import Waiting, erlang_b, erlang_c, waiting

loads = st.floats(0.01, 300.0)
counts = st.integers(1, 400)
SHARES = ("p_wait", "sl_offered", "sl_answered", "sl_excl_short_ab", "sl_virtual", "sl_left_queue", "p_abandon")


@given(load=loads, agents=counts)
def test_erlang_b_obeys_its_recursion(load: float, agents: int) -> None:
    """B(n+1) = a B(n) / (n + 1 + a B(n))."""
    before = erlang_b(load, agents)
    assert erlang_b(load, agents + 1) == pytest.approx(load * before / (agents + 1 + load * before), rel=1e-12)


def test_erlang_b_recursion_from_zero_up_to_twenty_thousand() -> None:
    """The plain recursion from B(0) = 1 arrives at the same values for small and very large systems."""
    for load in (0.5, 90.0, 19_800.0):
        b, wanted = 1.0, {1: 0.0, 100: 0.0, 20_000: 0.0}
        for n in range(1, 20_001):
            b = load * b / (n + load * b)
            if n in wanted:
                wanted[n] = b
        assert erlang_b(load, np.array(list(wanted))) == pytest.approx(
            np.array(list(wanted.values())), rel=1e-11, abs=1e-290
        )


@given(load=loads, agents=counts)
def test_erlang_c_follows_from_erlang_b(load: float, agents: int) -> None:
    """C = nB / (n - a(1 - B)) below full load, 1 from there on."""
    b = erlang_b(load, agents)
    expected = agents * b / (agents - load * (1 - b)) if agents > load else 1.0
    assert erlang_c(load, agents) == pytest.approx(expected, rel=1e-9)


def test_published_erlang_b_points() -> None:
    """Traffic tables: 1 % blocking at 4.461 erlangs on 10 lines and at 84.06 on 100; B(25, 30) = .0526."""
    assert erlang_b(4.461, 10) == pytest.approx(0.01, rel=1e-3)
    assert erlang_b(84.06, 100) == pytest.approx(0.01, rel=1e-3)
    assert erlang_b(25, 30) == pytest.approx(0.0526, abs=5e-5)
    assert erlang_b(20, 2) == pytest.approx(200 / 221, rel=1e-14)


def test_published_erlang_c_tables() -> None:
    """The call-centre handbook's case, and two more published ones, to the printed digits."""
    first = waiting(200, 180, 14, 20)
    assert first.p_wait == pytest.approx(0.1741319, abs=5e-8)
    assert first.sl_offered == pytest.approx(0.88835, abs=5e-6)
    assert first.asa_seconds == pytest.approx(7.83593701, abs=5e-9)
    assert first.occupancy == pytest.approx(0.7142857, abs=5e-8)
    assert waiting(200, 180, 13, 20).sl_offered == pytest.approx(0.7956, abs=5e-5)
    assert 1 - waiting(1200, 300, 120, 15).sl_offered == pytest.approx(0.0122, abs=5e-5)
    third = waiting(720, 240, 55, 15)
    assert third.p_wait == pytest.approx(0.239, abs=5e-4)
    assert third.asa_seconds == pytest.approx(8.2, abs=0.05)


def test_published_erlang_a_table() -> None:
    """Garnett, Mandelbaum and Reiman (2002): 50 agents, 48 a minute, 1 minute each, patience 2 minutes."""
    patient, impatient = waiting(2880, 60, 50, 20), waiting(2880, 60, 50, 20, 120)
    assert patient.asa_seconds == pytest.approx(20.83, abs=0.005)
    assert impatient.p_abandon == pytest.approx(0.0309, abs=5e-5)
    assert impatient.wait_seconds == pytest.approx(3.709, abs=5e-4)
    assert impatient.occupancy == pytest.approx(0.9303, abs=5e-5)


def test_five_service_levels_differ_by_eight_points() -> None:
    """The five ways to count one and the same queue (100 calls in 30 minutes, AHT 180 s, patience 120 s, 11 agents)."""
    got = waiting(200, 180, 11, 20, 120)
    levels = (got.sl_offered, got.sl_answered, got.sl_excl_short_ab, got.sl_virtual, got.sl_left_queue)
    assert levels == pytest.approx((0.742, 0.819, 0.780, 0.753, 0.791), abs=6e-4)


@given(load=st.floats(0.05, 14.0), agents=st.integers(1, 20), patience=st.floats(0.1, 3.0), within=st.floats(0.0, 2.0))
def test_erlang_a_is_the_solution_of_its_chain(load: float, agents: int, patience: float, within: float) -> None:
    """Every value equals the steady state of the chain and the path of one tagged contact through the queue."""
    seen = solve(load, float, agents, 1 / patience, within)
    got = waiting(load * 3600 / 100, 100, agents, within * 100, patience * 100)
    served = 1 - seen.p_abandon
    assert got.p_wait == pytest.approx(seen.p_wait, abs=1e-10)
    assert got.p_abandon == pytest.approx(seen.p_abandon, abs=1e-10)
    assert got.wait_seconds == pytest.approx(100 * seen.mean_wait, rel=1e-8)
    assert got.sl_offered == pytest.approx(seen.served_in_time, abs=1e-9)
    assert got.sl_answered == pytest.approx(seen.served_in_time / served, abs=1e-9)
    assert got.sl_excl_short_ab == pytest.approx(seen.served_in_time / (1 - seen.gone_in_time), abs=1e-9)
    assert got.sl_virtual == pytest.approx(seen.virtual_in_time, abs=1e-9)
    assert got.sl_left_queue == pytest.approx(seen.served_in_time + seen.gone_in_time, abs=1e-9)
    assert got.occupancy == pytest.approx(load * served / agents, abs=1e-10)


@given(load=st.floats(0.1, 500.0), agents=counts, patience=st.floats(1.0, 1e5), within=st.floats(0.0, 600.0))
def test_waits_of_answered_and_abandoned_add_up(load: float, agents: int, patience: float, within: float) -> None:
    """E[W] = P(answered) E[W | answered] + P(abandoned) E[W | abandoned] = patience P(abandoned)."""
    got = waiting(load * 36, 100, agents, within, patience)
    whole = (1 - got.p_abandon) * got.asa_seconds + got.p_abandon * got.wait_abandoned_seconds
    assert whole == pytest.approx(got.wait_seconds, rel=1e-9)
    assert got.wait_seconds == pytest.approx(patience * got.p_abandon, rel=1e-12)


def test_poisson_when_patience_equals_handle_time() -> None:
    """With theta = mu the number in system is Poisson(a), so P(wait) = P(Poisson >= n)."""
    load, agents = 95.0, 100
    weights = [math.exp(-load + k * math.log(load) - math.lgamma(k + 1)) for k in range(agents)]
    assert waiting(load * 12, 300, agents, 20, 300).p_wait == pytest.approx(1 - math.fsum(weights), rel=1e-11)


@given(load=st.floats(0.5, 90.0), spare=st.integers(1, 20), within=st.floats(0.0, 100.0))
def test_erlang_a_becomes_erlang_c_as_patience_grows(load: float, spare: int, within: float) -> None:
    """With a patience of 1e13 handle times nothing is left of abandonment where the queue is stable without it."""
    agents = int(load) + spare
    c, a = waiting(load * 36, 100, agents, within), waiting(load * 36, 100, agents, within, 1e15)
    if agents - load < 1e-3:
        return
    for name in (*SHARES, "occupancy"):
        assert getattr(a, name) == pytest.approx(getattr(c, name), abs=1e-6)
    assert a.asa_seconds == pytest.approx(c.asa_seconds, rel=1e-5)


@given(
    load=st.floats(0.0, 1000.0), agents=st.integers(0, 1000), within=st.floats(0.0, 1e4),
    patience=st.one_of(st.none(), st.floats(0.0, 1e9)),
)  # fmt: skip
def test_one_more_agent_never_hurts(load: float, agents: int, within: float, patience: float | None) -> None:
    """Every service level rises, every wait, abandonment and occupancy falls; shares stay in [0, 1]; nothing is NaN."""
    got = waiting(load * 12, 300, np.array([agents, agents + 1]), within, patience)
    for name in SHARES:
        before, after = getattr(got, name)
        assert 0 <= before <= 1
        assert 0 <= after <= 1
        assert (after - before) * (1 if name.startswith("sl_") else -1) >= -1e-12
    assert not any(np.isnan(getattr(got, field.name)).any() for field in fields(Waiting))
    assert got.occupancy[1] <= got.occupancy[0] + 1e-12
    if patience is not None:
        assert got.asa_seconds[1] <= got.asa_seconds[0] * (1 + 1e-9)


def test_extreme_arguments_stay_defined() -> None:
    """Tiny and huge rates, times, patience and agents in all combinations: never NaN, shares in [0, 1], times >= 0."""
    axes = (
        [0.0, 1e-9, 0.5, 200.0, 1e6, 1e9], [1e-6, 180.0, 1e6], [0, 1, 10, 20_000],
        [0.0, 1e-9, 20.0, np.inf], [0.0, 1e-300, 1e-12, 120.0, 1e10, 1e300, np.inf],
    )  # fmt: skip
    got = waiting(*np.meshgrid(*axes, indexing="ij"))
    for field in fields(Waiting):
        values = getattr(got, field.name)
        assert (values >= 0).all(), field.name
        if not field.name.endswith("seconds"):
            assert (values <= 1).all(), field.name


def test_limits_as_documented() -> None:
    """No volume, no agents, overload, no patience, unlimited time."""
    still = waiting(0, 0, 0, 20)
    assert (still.p_wait, still.sl_offered, still.asa_seconds, still.occupancy) == (0, 1, 0, 0)
    over = waiting(200, 180, 10, 20)
    assert (over.p_wait, over.sl_offered, over.asa_seconds, over.occupancy, over.p_abandon) == (1, 0, math.inf, 1, 0)
    alone = waiting(200, 180, 0, 60, 120)
    assert (alone.p_abandon, alone.sl_offered, alone.sl_answered, alone.asa_seconds) == (1, 0, 0, math.inf)
    assert alone.sl_left_queue == pytest.approx(1 - math.exp(-0.5), rel=1e-14)
    hasty = waiting(200, 180, 10, 20, 0)
    assert (hasty.p_abandon, hasty.sl_offered) == (erlang_b(10, 10), 1 - erlang_b(10, 10))
    assert waiting(200, 180, 10, 20, 1e-6).p_abandon == pytest.approx(erlang_b(10, 10), rel=1e-6)
    endless = waiting(200, 180, 10, math.inf, 120)
    assert endless.sl_offered == pytest.approx(1 - endless.p_abandon, abs=1e-14)
    assert erlang_c(0, 0) == 0
    assert erlang_b(0, 0) == 1
    assert erlang_b(2500, 5000) == 0  # 1e-422


def test_arrays_broadcast_and_equal_the_numbers() -> None:
    """A column of loads against a row of agents gives the table of the single calls."""
    arrivals, agents = np.array([[100.0], [200.0], [400.0]]), np.array([8, 14, 30, 60])
    table = waiting(arrivals, 180, agents, 20, 120)
    assert table.sl_offered.shape == (3, 4)
    for i, j in np.ndindex(3, 4):
        single = waiting(float(arrivals[i, 0]), 180, int(agents[j]), 20, 120)
        assert all(getattr(table, f.name)[i, j] == getattr(single, f.name) for f in fields(Waiting))
    assert isinstance(waiting(200, 180, 14, 20).sl_offered, float)
    assert waiting([], 180, 14, 20).p_wait.shape == (0,)


@pytest.mark.parametrize(
    "arguments",
    [(-1, 180, 14, 20), (200, -180, 14, 20), (200, 180, 14.5, 20), (200, 180, -1, 20), (200, 180, 14, -1),
     (200, 180, 14, math.nan), (math.inf, 180, 14, 20), (200, 0, 14, 20), (200, 180, 14, 20, -5)],
)  # fmt: skip
def test_impossible_arguments_are_refused(arguments: tuple[float, ...]) -> None:
    """Negative, NaN, infinite or broken numbers raise ValueError instead of giving a number."""
    with pytest.raises(ValueError, match=r"expected|must be"):
        waiting(*arguments)
