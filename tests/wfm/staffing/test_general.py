"""Any patience: exact reference values, Erlang A as the exponential case, limits, and a brute-force integral."""

from __future__ import annotations

import math
from dataclasses import astuple, fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wfm.staffing import Waiting, chat_waiting, erlang_b, erlang_c, required_agents, waiting
from wfm.staffing.general import (
    required_agents_general,
    required_for_abandonment_general,
    required_for_average_wait_general,
    waiting_general,
)
from wfm.staffing.patience import Patience

EXPONENTIAL = Patience("exponential", 120.0)
WEIBULL = Patience("weibull", 120.0, 2.0)
LOGNORMAL = Patience.of("lognormal", 120.0, 1.5)
MIX = Patience("hyperexponential", 120.0, 1.0, (0.5, 0.5), (30.0, 210.0))
FIXED = Patience.of("fixed", 120.0)
SHAPES = (
    EXPONENTIAL, WEIBULL, LOGNORMAL, MIX, FIXED, Patience.of("weibull", 120.0, 3.0), Patience.of("gamma", 120.0, 3.0),
    Patience.of("gamma", 120.0, 0.2), Patience.of("lognormal", 120.0, 0.05), Patience.of("weibull", 120.0, 0.02),
)  # fmt: skip
shapes = st.sampled_from(SHAPES)


@pytest.mark.parametrize(
    ("patience", "arrivals", "agents", "expected"),
    [
        (EXPONENTIAL, 120, 10, (0.442043885853, 0.152438042708, 18.2925651249, 0.342196332396, 0.649993587487)),
        (WEIBULL, 120, 10, (0.514980515102, 0.132511176199, 29.1787935569, 0.426746190995, 0.572617094276)),
        (MIX, 150, 10, (0.591708117755, 0.273433935714, 20.1094778422, 0.457532213313, 0.521138992270)),
        (LOGNORMAL, 580, 50, (0.347552947249, 0.0521930389747, 6.64665774250, 0.159187849567, 0.832146904759)),
        (FIXED, 1250, 100, (0.923584534207, 0.0451255771275, 72.1276864758, 0.858087532308, 0.141912467692)),
    ],
)
def test_published_values(patience: Patience, arrivals: float, agents: int, expected: tuple[float, ...]) -> None:
    """P(wait), abandonment, mean wait, P(V > 20 s) and the service level as computed with 60 digits, AHT 300 s."""
    got = waiting_general(arrivals, 300, agents, 20, patience)
    values = (got.p_wait, got.p_abandon, got.wait_seconds, 1 - got.sl_virtual, got.sl_offered)
    assert values == pytest.approx(expected, rel=1e-11)


@given(
    agents=st.integers(1, 20_000), fill=st.floats(0.3, 2.0), aht=st.floats(10, 2000), mean=st.floats(1, 1e5),
    within=st.floats(0, 600),
)  # fmt: skip
def test_exponential_patience_is_erlang_a(agents: int, fill: float, aht: float, mean: float, within: float) -> None:
    """The general integrals give the same numbers as those for exponential patience."""
    arrivals = agents * fill * 3600 / aht
    erlang = waiting(arrivals, aht, agents, within, mean)
    general = waiting_general(arrivals, aht, agents, within, Patience("exponential", mean))
    for field in fields(Waiting):
        if field.name.endswith("seconds"):
            assert getattr(general, field.name) == pytest.approx(getattr(erlang, field.name), rel=1e-7, abs=1e-300)
        else:
            assert getattr(general, field.name) == pytest.approx(getattr(erlang, field.name), abs=1e-10)


@pytest.mark.parametrize("patience", SHAPES[:8])
def test_brute_force_integral(patience: Patience) -> None:
    """A fine trapezoidal sum over the density of the virtual wait gives the same abandonment, wait and share."""
    arrival, agents, aht, within = 0.045, 12, 300.0, 30.0
    u = np.concatenate([[0.0], np.geomspace(1e-6, 4000.0, 400_001)])
    left = patience.survival(u)
    step = np.diff(u)
    lasted = np.concatenate([[0.0], np.cumsum(step * 0.5 * (left[1:] + left[:-1]))])
    density = np.exp(arrival * lasted - agents / aht * u)
    b = erlang_b(arrival * aht, agents)
    over = (1 - b) * aht / agents / b
    p_wait = np.trapezoid(density, u) / (over + np.trapezoid(density, u))
    each = p_wait / np.trapezoid(density, u)
    got = waiting_general(arrival * 3600, aht, agents, within, patience)
    early = np.where(u <= within, density, 0.0)
    assert got.p_wait == pytest.approx(p_wait, abs=2e-5)
    assert got.p_abandon == pytest.approx(each * np.trapezoid(density * patience.gone(u), u), abs=2e-5)
    assert got.wait_seconds == pytest.approx(each * np.trapezoid(density * lasted, u), rel=2e-4)
    assert got.sl_offered == pytest.approx(1 - p_wait + each * np.trapezoid(early * left, u), abs=2e-5)


@given(
    patience=shapes, agents=st.integers(0, 20_000), fill=st.floats(0.0, 3.0), aht=st.floats(1, 3000),
    within=st.one_of(st.floats(0, 1000), st.just(math.inf), st.just(120.0)),
)  # fmt: skip
def test_never_undefined_and_one_more_agent_never_hurts(
    patience: Patience, agents: int, fill: float, aht: float, within: float
) -> None:
    """Shares lie in [0, 1], nothing is NaN, waits add up, and another agent lowers waits and abandonment."""
    arrivals = max(agents, 1) * fill * 3600 / aht
    got = waiting_general(arrivals, aht, np.array([agents, agents + 1]), within, patience)
    for field in fields(Waiting):
        values = getattr(got, field.name)
        assert (values >= 0).all(), field.name
        if not field.name.endswith("seconds"):
            assert (values <= 1).all(), field.name
    for name in ("sl_offered", "sl_virtual", "sl_left_queue"):
        assert getattr(got, name)[1] >= getattr(got, name)[0] - 1e-11
    for name in ("p_wait", "p_abandon", "wait_seconds"):
        assert getattr(got, name)[1] <= getattr(got, name)[0] * (1 + 1e-9) + 1e-11
    whole = (1 - got.p_abandon[1]) * got.asa_seconds[1] + got.p_abandon[1] * got.wait_abandoned_seconds[1]
    assert whole == pytest.approx(got.wait_seconds[1], rel=1e-7, abs=1e-12)


@pytest.mark.parametrize(
    "patience",
    [*(Patience("exponential", mean) for mean in (1e-300, 1e-9, 1e10, 1e300)), Patience.of("fixed", 1e12),
     Patience.of("gamma", 1e-6, 3.0), Patience.of("lognormal", 1e8, 0.05), Patience.of("weibull", 1e8, 0.5)],
)  # fmt: skip
def test_extreme_arguments_stay_defined(patience: Patience) -> None:
    """Tiny and huge rates, times, patience and agents in all combinations: never NaN, shares in [0, 1], times >= 0."""
    axes = ([0.0, 1e-9, 0.5, 200.0, 1e6, 1e9], [1e-6, 180.0, 1e6], [0, 1, 10, 20_000], [0.0, 1e-100, 20.0, np.inf])
    arrivals, aht, agents, within = np.meshgrid(*axes, indexing="ij")
    got = waiting_general(arrivals, aht, agents, within, patience)
    for field in fields(Waiting):
        values = getattr(got, field.name)
        assert (values >= 0).all(), field.name
        if not field.name.endswith("seconds"):
            assert (values <= 1).all(), field.name


def test_endless_patience_in_overload_is_a_fluid() -> None:
    """With 1e30 s of patience and twice the load that can be served, all wait until half have left."""
    got = waiting_general(400, 180, 10, 20, Patience("exponential", 1e30))
    assert got.p_abandon == pytest.approx(0.5, rel=1e-12)
    assert got.asa_seconds == pytest.approx(1e30 * math.log(2), rel=1e-12)
    assert got.wait_seconds == pytest.approx(0.5e30, rel=1e-12)


def test_conservation_of_contacts() -> None:
    """What is served per second is what the agents get done: P(Ab) >= 1 - n / load, with equality in deep overload."""
    got = waiting_general(24_000, 300, 1000, 20, LOGNORMAL)
    assert got.p_abandon == pytest.approx(0.5, abs=1e-9)
    assert got.occupancy == pytest.approx(1.0, abs=1e-9)


def test_limits() -> None:
    """No volume, nobody there, a patience far above all waits (Erlang C), a patience near 0 (Erlang B)."""
    assert waiting_general(0, 0, 0, 20, WEIBULL).sl_offered == 1
    alone = waiting_general(200, 180, 0, 20, FIXED)
    assert (alone.p_abandon, alone.wait_seconds, alone.sl_left_queue) == (1, 120, 0)
    never = waiting_general(200, 180, 14, 20, Patience("exponential", math.inf))
    assert astuple(never) == pytest.approx(astuple(waiting(200, 180, 14, 20)), rel=1e-12)
    assert waiting_general(200, 180, 10, 20, Patience("exponential", math.inf)).asa_seconds == math.inf
    for kind in ("weibull", "gamma", "lognormal", "fixed"):
        patient = waiting_general(200, 180, 14, 20, Patience.of(kind, 1e7, 0.5))
        assert patient.p_wait == pytest.approx(erlang_c(10, 14), abs=1e-6)
        hasty = waiting_general(200, 180, 14, 20, Patience.of(kind, 1e-6, 0.5))
        assert hasty.p_abandon == pytest.approx(erlang_b(10, 14), abs=1e-7)


def test_chat_with_exponential_patience_is_the_balanced_chain() -> None:
    """The throughput by open chats enters as in chat_waiting."""
    chat = chat_waiting(200, 600, 10, (1.0, 1.7, 2.5), 20, 120)
    general = waiting_general(200, 600, 10, 20, EXPONENTIAL, (1.0, 1.7, 2.5))
    for name in ("p_wait", "p_abandon", "sl_offered", "occupancy", "wait_seconds"):
        assert getattr(general, name) == pytest.approx(getattr(chat, name), rel=1e-10)


@settings(max_examples=30)
@given(patience=shapes, load=st.floats(0.01, 3000), share=st.floats(0.05, 0.99), within=st.floats(0, 200))
def test_smallest_number(patience: Patience, load: float, share: float, within: float) -> None:
    """The number found meets the target, one less misses it; more load needs no fewer."""
    n = required_agents_general(load * 12, 300, share, within, patience)
    assert waiting_general(load * 12, 300, n, within, patience).sl_offered >= share
    assert n == 0 or waiting_general(load * 12, 300, n - 1, within, patience).sl_offered < share
    assert required_agents_general(load * 13, 300, share, within, patience) >= n
    lost = required_for_abandonment_general(load * 12, 300, 1 - share, patience)
    assert waiting_general(load * 12, 300, lost, 0, patience).p_abandon <= 1 - share
    assert lost == 0 or waiting_general(load * 12, 300, lost - 1, 0, patience).p_abandon > 1 - share
    wait = required_for_average_wait_general(load * 12, 300, 5.0, patience, "all")
    assert waiting_general(load * 12, 300, wait, 0, patience).wait_seconds <= 5
    assert wait == 0 or waiting_general(load * 12, 300, wait - 1, 0, patience).wait_seconds > 5


def test_many_searches_equal_single_ones_whatever_their_order() -> None:
    """Each search starts from the one before: the result does not depend on it."""
    arrivals = np.array([3000.0, 10.0, 11.0, 0.0, 2900.0, 400.0, 420.0, 380.0, 5.0])
    for patience in (WEIBULL, FIXED, MIX):
        table = required_agents_general(arrivals, 240, 0.8, 20, patience)
        assert table.tolist() == [required_agents_general(float(a), 240, 0.8, 20, patience) for a in arrivals]
    exponential = required_agents_general(arrivals, 240, 0.8, 20, EXPONENTIAL)
    assert exponential.tolist() == required_agents(arrivals, 240, 0.8, 20, 120).tolist()


@pytest.mark.parametrize("patience", SHAPES)
def test_gone_and_survival_are_one(patience: Patience) -> None:
    """The share gone and the share still waiting add up to 1; the quantile is where so many are gone."""
    t = np.array([0.0, 1e-9, 1.0, 30.0, 119.0, 120.0, 400.0, 1e5])
    assert patience.gone(t) + patience.survival(t) == pytest.approx(np.ones(8), abs=1e-14)
    if patience.kind != "fixed":
        assert patience.gone(patience.quantile([0.1, 0.5, 0.9])) == pytest.approx([0.1, 0.5, 0.9], abs=1e-9)


def test_wrong_arguments_are_refused() -> None:
    """Impossible targets and arguments say what is expected."""
    with pytest.raises(ValueError, match="ask at most"):
        required_agents_general(200, 180, 1.0, 20, WEIBULL)
    with pytest.raises(ValueError, match="mean wait of 0"):
        required_for_average_wait_general(200, 180, 0, WEIBULL)
    with pytest.raises(ValueError, match="no abandonment"):
        required_for_abandonment_general(200, 180, 0, WEIBULL)
    with pytest.raises(ValueError, match="above 0"):
        waiting_general(200, 180, 14, 20, Patience("fixed", 0.0))
