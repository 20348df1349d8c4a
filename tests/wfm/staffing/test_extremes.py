"""Arguments at and beyond the edges: defined values or an error that names the argument, never NaN, never endless."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import fields
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import wfm.staffing as staffing
from wfm.staffing import (
    Patience,
    chat_required,
    chat_waiting,
    chats_within,
    erlang_b,
    priority_waiting,
    required_agents,
    required_agents_general,
    required_for_occupancy,
    silent_abandonment,
    speedup_of,
    turns,
    waiting,
    waiting_general,
    with_redials,
    with_shrinkage,
)

WEIBULL = Patience("weibull", 120.0, 2.0)
TINY_AND_HUGE = st.sampled_from([0.0, 5e-324, 1e-300, 1e-30, 1e-9, 1.0, 60.0, 3e4, 1e12, 1e100, 1e300, math.inf])
LOADS = st.sampled_from([0.0, 5e-324, 1e-300, 1e-100, 1e-9, 0.3, 0.9, 1.0, 1.1, 5.0, 1e4])

#: Each public function with arguments that it takes.
CALLS: tuple[tuple[Callable[..., Any], dict[str, Any]], ...] = (
    (erlang_b, {"load": 5.0, "agents": 6}),
    (staffing.erlang_c, {"load": 5.0, "agents": 6}),
    (waiting, {"arrivals_per_hour": 100, "aht_seconds": 180, "agents": 6, "within_seconds": 20,
               "patience_seconds": 60}),
    (required_agents, {"arrivals_per_hour": 100, "aht_seconds": 180, "share": 0.8, "within_seconds": 20,
                       "patience_seconds": 60}),
    (staffing.required_for_average_wait, {"arrivals_per_hour": 100, "aht_seconds": 180, "wait_seconds": 20,
                                          "patience_seconds": 60}),
    (staffing.required_for_abandonment, {"arrivals_per_hour": 100, "aht_seconds": 180, "share": 0.05,
                                         "patience_seconds": 60}),
    (waiting_general, {"arrivals_per_hour": 100, "aht_seconds": 180, "agents": 6, "within_seconds": 20,
                       "patience": WEIBULL, "speed": (1.0, 1.5)}),
    (required_agents_general, {"arrivals_per_hour": 100, "aht_seconds": 180, "share": 0.8, "within_seconds": 20,
                               "patience": WEIBULL, "speed": (1.0, 1.5)}),
    (staffing.required_for_average_wait_general, {"arrivals_per_hour": 100, "aht_seconds": 180, "wait_seconds": 20,
                                                  "patience": WEIBULL, "speed": (1.0, 1.5)}),
    (staffing.required_for_abandonment_general, {"arrivals_per_hour": 100, "aht_seconds": 180, "share": 0.05,
                                                 "patience": WEIBULL, "speed": (1.0, 1.5)}),
    (chat_waiting, {"arrivals_per_hour": 100, "aht_seconds": 180, "agents": 6, "speedup": (1.0, 1.5),
                    "within_seconds": 20, "patience_seconds": 60}),
    (chat_required, {"arrivals_per_hour": 100, "aht_seconds": 180, "speedup": (1.0, 1.5), "share": 0.8,
                     "within_seconds": 20, "patience_seconds": 60}),
    (staffing.wait_percentile, {"arrivals_per_hour": 100, "aht_seconds": 180, "agents": 6, "share": 0.9,
                                "patience": 60}),
    (staffing.required_for_percentile, {"arrivals_per_hour": 100, "aht_seconds": 180, "share": 0.9,
                                        "wait_seconds": 60, "patience": 60}),
    (required_for_occupancy, {"arrivals_per_hour": 100, "aht_seconds": 180, "occupancy_max": 0.9}),
    (with_shrinkage, {"agents": 10, "shrinkage": 0.3}),
    (with_redials, {"arrivals_per_hour": 100, "aht_seconds": 180, "agents": 6, "patience": 60, "redial": 0.4}),
    (silent_abandonment, {"arrivals_per_hour": 100, "aht_seconds": 180, "agents": 6, "speedup": (1.0, 1.5),
                          "within_seconds": 20, "patience_seconds": 60, "silent_share": 0.5, "phantom_seconds": 60}),
    (priority_waiting, {"arrivals_per_hour": (30, 70), "aht_seconds": 180, "agents": 6, "within_seconds": 20,
                        "patience_seconds": (60, 60)}),
    (turns, {"reply_seconds": 15, "think_seconds": 30, "open_chats": 3}),
    (speedup_of, {"reply_seconds": 15, "think_seconds": 30, "most": 3}),
    (chats_within, {"reply_seconds": 15, "think_seconds": 30, "seconds": 30, "share": 0.8, "most": 3}),
    (Patience, {"kind": "weibull", "mean_seconds": 60, "shape": 2}),
    (Patience.of, {"kind": "weibull", "mean_seconds": 60, "cv": 0.5}),
)  # fmt: skip
NO_LIMIT = {"patience_seconds", "patience", "cv"}  # None means something


@pytest.mark.parametrize(("function", "arguments"), CALLS)
def test_what_is_no_number_is_refused_by_name(function: Callable[..., Any], arguments: dict[str, Any]) -> None:
    """Strings, booleans, None, NaN, negative and astronomic numbers in each place raise ValueError with its name."""
    function(**arguments)
    for name in arguments:
        for value in ("5", True, None, math.nan, -1, b"x", [1, None], 10**400, object()):
            if value is None and name in NO_LIMIT:
                continue
            with pytest.raises(ValueError, match=name.split("_")[0]):
                function(**{**arguments, name: value})


@given(
    load=LOADS, aht=st.sampled_from([1e-100, 1e-9, 180.0, 1e6, 1e100]), agents=st.sampled_from([0, 1, 2, 30, 20_000]),
    within=TINY_AND_HUGE, patience=TINY_AND_HUGE, speedup=st.sampled_from([(1.0,), (1.0, 1.8, 2.3), (1.0, 0.5)]),
    routing=st.sampled_from(["least_busy", "most_busy"]),
)  # fmt: skip
def test_every_field_is_defined(
    load: float, aht: float, agents: int, within: float, patience: float, speedup: tuple[float, ...], routing: Any
) -> None:
    """Chat, Erlang and any patience agree to be defined: no NaN, nothing negative, shares at most 1."""
    arrivals = load * max(agents, 1) / aht * 3600
    found: list[Any] = [
        waiting(arrivals, aht, agents, within, patience),
        chat_waiting(arrivals, aht, agents, speedup, within, patience, routing),
    ]
    if patience > 0:
        found.append(waiting_general(arrivals, aht, agents, within, Patience.of("gamma", patience, 0.7), speedup))
    for got in found:
        for field in fields(got):
            value = getattr(got, field.name)
            if field.name != "method":
                assert value >= 0, field.name
            if field.name == "chats_per_agent":
                assert value <= len(speedup)
            elif field.name != "method" and not field.name.endswith("seconds"):
                assert value <= 1, field.name


@given(load=st.floats(-300, 0), speedup=st.sampled_from([(1.0, 1.5), (1.0, 1.8, 1.2), (2.0, 2.5)]))
def test_a_light_load_has_one_chat_per_busy_agent(load: float, speedup: tuple[float, ...]) -> None:
    """Few meet: the share engaged is the chats open per agent, load over speed; never undefined."""
    got = chat_waiting(10**load, 3600, 50, speedup, 20)
    assert got.engaged == pytest.approx(10**load / 50 / speedup[0], rel=1e-6)
    assert got.chats_per_agent == pytest.approx(got.engaged, rel=1e-6)


@given(load=st.floats(0.1, 400), agents=st.integers(1, 300), speedup=st.sampled_from([(1.0, 1.5), (1.0, 1.8, 1.2)]))
def test_open_chats_are_those_of_the_whole_chain(load: float, agents: int, speedup: tuple[float, ...]) -> None:
    """Leaving out states that nobody is in costs no digits: all states summed in logarithms say the same."""
    x = np.arange(1, agents * len(speedup) + 1)
    level, extra = x // agents, x % agents
    speeds = np.array([0.0, *speedup, 0.0])
    rate = (agents - extra) * speeds[level] + extra * speeds[np.minimum(level + 1, len(speedup))]
    logs = np.concatenate([[0.0], np.cumsum(math.log(load) - np.log(rate))])
    weight = np.exp(logs - logs.max())
    open_chats, below = np.arange(weight.size), weight[:-1] / weight[:-1].sum()
    got = chat_waiting(load, 3600, agents, speedup, 0, 0)  # nobody waits
    chats = got.p_wait * len(speedup) + (1 - got.p_wait) * below @ open_chats[:-1] / agents
    busy = got.p_wait + (1 - got.p_wait) * below @ np.minimum(open_chats[:-1], agents) / agents
    assert (got.chats_per_agent, got.engaged) == pytest.approx((chats, busy), rel=1e-9)


def test_a_single_agent_leaves_nothing_to_route() -> None:
    """With one agent the chain is exact for both routings, also with so many chats that states outgrow 64 bits."""
    speedup = tuple(math.sqrt(k) for k in range(1, 101))
    most, least = (chat_waiting(7, 3600, 1, speedup, 20, 60, routing, True) for routing in ("most_busy", "least_busy"))
    assert most == least
    assert most.method == "exact chain"
    assert chat_waiting(7, 3600, 2, speedup, 20, 60, exact=True).method == "balanced chain"


def test_chat_that_needs_far_more_than_the_balanced_chain_says_is_found() -> None:
    """The bound for most-busy routing may need a thousand times the agents: found by doubling, not one by one."""
    n = chat_required(1000, 3600, (0.001, 1000), 0.8, 0, routing="most_busy")
    assert chat_waiting(1000, 3600, n, (0.001, 1000), 0, routing="most_busy").sl_offered >= 0.8
    assert chat_waiting(1000, 3600, n - 1, (0.001, 1000), 0, routing="most_busy").sl_offered < 0.8
    with pytest.raises(ValueError, match="chats each: expected at most 1e"):
        chat_required(1e9, 3600, (0.001, 1000), 0.8, 0, routing="most_busy")


@pytest.mark.parametrize(
    "refused",
    [
        lambda: waiting(1e308, 1e308, 10, 20),
        lambda: waiting(1e13, 3600, 10, 20),
        lambda: waiting(100, 1e-200, 10, 20),
        lambda: erlang_b(10, 10**30),
        lambda: erlang_b(10, [5, 10**30]),
        lambda: with_shrinkage(1e300, 0.3),
        lambda: with_shrinkage(10**9, 1 - 1e-9),
        lambda: required_for_occupancy(1e200, 1e200, 0.9),
        lambda: required_for_occupancy(100, 180, 1e-300),
        lambda: with_redials(1e10, 3600, 10, 60, 0.999),
        lambda: chat_waiting(100, 180, 10**8, (1.0, 1.5), 20),
        lambda: required_agents_general(1e9, 3600, 0.8, 20, WEIBULL, speed=(1.0, 0.5)),
        lambda: silent_abandonment(100, 0, 10, (1.0, 1.5), 20, 60, 0.5, 60),
        lambda: silent_abandonment(100, 180, 10, (1.0, 1.5), 20, 60, 0.5, 1e200),
    ],
)
def test_beyond_the_limits_is_refused(refused: Callable[[], Any]) -> None:
    """Load, agents, people and times have documented limits."""
    with pytest.raises(ValueError, match=r"expected|must be above 0"):
        refused()


def test_at_the_limits_values_are_right() -> None:
    """A trillion agents, loads near the largest and the smallest; huge numbers of people are exact."""
    assert erlang_b(1e12, 10**12) == pytest.approx(math.sqrt(2 / math.pi / 1e12), rel=1e-5)
    assert erlang_b(1e300, 10**12) == 1.0
    assert chat_waiting(1e11, 3600, 10**12, (1.0,), 20).engaged == pytest.approx(0.1, rel=1e-9)
    assert waiting(1e-300, 1e-30, 1, 20, 60).sl_offered == 1.0
    assert with_shrinkage(6 * 10**11, 0.4) == 10**12
    assert required_for_occupancy(9e11, 3600, 0.9) == 10**12


@pytest.mark.parametrize("speed", [(), (0.0,), (1.0, -1.0), (1e-300,), (1.0, 1e300), "1", None, 1.0, (1.0, math.nan)])
def test_impossible_speeds_of_general_queues_are_refused(speed: Any) -> None:
    """What used to search for ever."""
    with pytest.raises(ValueError, match="speed: expected"):
        required_agents_general(100, 180, 0.8, 20, WEIBULL, speed=speed)
    with pytest.raises(ValueError, match="speed: expected"):
        waiting_general(100, 180, 6, 20, WEIBULL, speed)


@pytest.mark.parametrize("patience", [None, 60.0, "weibull"])
def test_general_queues_want_a_distribution(patience: Any) -> None:
    """A number of seconds says nothing of the shape."""
    with pytest.raises(ValueError, match="patience: expected a Patience"):
        waiting_general(100, 180, 6, 20, patience)
    with pytest.raises(ValueError, match="patience: expected a Patience"):
        required_agents_general(100, 180, 0.8, 20, patience)


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"kind": "zipf"}, "kind"),
        ({"kind": None}, "kind"),
        ({"mean_seconds": 0}, "mean_seconds"),
        ({"shape": 0}, "shape"),
        ({"shape": math.nan}, "shape"),
        ({"kind": "weibull", "shape": 0.01}, "shape"),
        ({"kind": "lognormal", "shape": 8}, "shape"),
        ({"shares": (1.0,), "means": (60.0,)}, "shares"),
        ({"kind": "hyperexponential"}, "shares"),
        ({"kind": "hyperexponential", "shares": (0.5, 0.5), "means": (60.0,)}, "shares"),
        ({"kind": "hyperexponential", "shares": (0.5, 0.6), "means": (30.0, 90.0)}, "shares"),
        ({"kind": "hyperexponential", "shares": (0.5, 0.5), "means": (30.0, math.inf)}, "means"),
        ({"kind": "hyperexponential", "shares": (0.5, 0.5), "means": (30.0, 900.0)}, "mean_seconds"),
    ],
)
def test_what_is_no_distribution_is_refused(keys: dict[str, Any], told: str) -> None:
    """Unknown kinds, shapes out of range, mixes that don't add up."""
    with pytest.raises(ValueError, match=told):
        Patience(**{"kind": "exponential", "mean_seconds": 60.0, **keys})


def test_a_distribution_by_its_spread() -> None:
    """Unknown kinds and mixes have none; the spread has limits."""
    for kind in ("zipf", "hyperexponential", None):
        with pytest.raises(ValueError, match="kind"):
            Patience.of(kind, 60)  # type: ignore[arg-type]
    for cv in (0, 1e-4, 101, math.inf, math.nan, "1"):
        with pytest.raises(ValueError, match="cv"):
            Patience.of("weibull", 60, cv)  # type: ignore[arg-type]


@given(cv=st.floats(0.001, 100), kind=st.sampled_from(["weibull", "gamma", "lognormal"]))
def test_the_spread_asked_for_is_the_spread_given(cv: float, kind: Any) -> None:
    """Standard deviation over mean of the shape found, down to 0.001 and up to 100."""
    shape = Patience.of(kind, 60, cv).shape
    if kind == "weibull":  # ln(1 + cv^2); pi^2 / 6 / k^2 and the next term where everybody is nearly alike
        x = 1 / shape
        spread = math.lgamma(1 + 2 * x) - 2 * math.lgamma(1 + x)
        if x < 1e-2:
            spread = math.pi**2 / 6 * x**2 - 2 * 1.2020569031595942 * x**3 + 3.5 * math.pi**4 / 90 * x**4
        assert spread == pytest.approx(math.log1p(cv * cv), rel=1e-5)
    else:
        assert (shape**-0.5 if kind == "gamma" else math.sqrt(math.expm1(shape**2))) == pytest.approx(cv, rel=1e-9)


@given(cv=st.floats(0.001, 100), kind=st.sampled_from(["weibull", "gamma", "lognormal"]), mean=st.floats(1e-9, 1e9))
def test_the_mean_asked_for_is_the_mean_given(cv: float, kind: Any, mean: float) -> None:
    """Without agents everybody waits as long as their patience lasts, however widely that is spread."""
    assert waiting_general(60, 300, 0, 20, Patience.of(kind, mean, cv)).wait_seconds == pytest.approx(mean, rel=1e-9)


def test_quantiles_at_the_ends() -> None:
    """The share 0 has no patience at all, the share 1 has no end; nobody leaves where the mean is infinite."""
    mix = Patience("hyperexponential", 120.0, 1.0, (0.5, 0.5), (30.0, 210.0))
    for patience in (mix, *(Patience.of(kind, 60, 0.5) for kind in ("exponential", "weibull", "gamma", "lognormal"))):
        assert patience.quantile([0.0, 1.0]) == pytest.approx([0.0, math.inf], abs=1e-12)
        assert patience.survival([0.0, math.inf]).tolist() == [1.0, 0.0]
    for kind in ("exponential", "weibull", "gamma", "lognormal", "fixed"):
        endless = Patience.of(kind, math.inf, 0.5)
        assert endless.survival([0.0, 1e9]).tolist() == [1.0, 1.0]
        assert endless.gone([0.0, 1e9]).tolist() == [0.0, 0.0]


@pytest.mark.parametrize("kind", ["exponential", "weibull", "gamma", "lognormal", "fixed"])
def test_extremely_short_and_long_patience(kind: Any) -> None:
    """Below 1e-200 s nobody waits, above 1e200 s nobody leaves, and the values go over into one another."""
    short, blocked = waiting_general(400, 180, 18, 20, Patience.of(kind, 5e-324)), erlang_b(20, 18)
    assert (short.p_abandon, short.asa_seconds) == pytest.approx((blocked, 0), abs=1e-12)
    endless = waiting_general(400, 180, 22, 20, Patience.of(kind, 1.7e308))
    assert endless.sl_offered == pytest.approx(waiting(400, 180, 22, 20).sl_offered, abs=1e-12)


def test_a_wait_sharper_than_floats_is_a_fluid() -> None:
    """Twice the load that can be served and 1e30 s of patience for each: half leave, the others wait as long."""
    got = waiting_general(3.6e-9, 1e12, 1, 300, Patience("fixed", 1e30), (1.0, 0.5))
    assert (got.p_abandon, got.asa_seconds, got.sl_offered) == pytest.approx((0.5, 1e30, 0.0))
    never = waiting_general(3.6001e24, 1e-12, 10**9, 0, Patience.of("weibull", 1e30, 10))
    assert not any(math.isnan(getattr(never, field.name)) for field in fields(never))


@pytest.mark.parametrize("fill", [0.5, 1.0001, 1.1, 40.0])
def test_patience_that_nearly_all_lack_serves_what_can_be(fill: float) -> None:
    """Most leave at once and a few stay for 1e30 s, with a billion agents: an end, and no more served than can be."""
    hasty = Patience("gamma", 1e30, 1e-4)
    got = waiting_general(12e9 * fill, 300, 10**9, 0, hasty)
    assert got.p_abandon == pytest.approx(max(1 - 1 / fill, 0), abs=1e-5)
    assert got.occupancy == pytest.approx(min(fill, 1), abs=1e-5)


@pytest.mark.parametrize("load", [5e-324, 1e-300, 1e-200, 1e-99, 1e-20, 1e-16])
@pytest.mark.parametrize("routing", ["least_busy", "most_busy"])
def test_the_lightest_load_has_an_exact_chain_too(load: float, routing: Any) -> None:
    """Where floats can't tell the states apart, each has one chat at most."""
    got = chat_waiting(load, 3600, 200, (1.0, 1.5), 20, 60, routing, True)
    assert (got.method, got.sl_offered) == ("exact chain", 1.0)
    assert got.p_wait == pytest.approx(0.0)
    assert got.engaged == pytest.approx(load / 200, rel=1e-9)


def exact_utilisation(ratio: Fraction, chats: int) -> Fraction:
    """Return the utilisation with replies ``ratio`` times as long as the pauses, as a fraction."""
    weights = [Fraction(1)]
    for unanswered in range(chats):
        weights.append(weights[-1] * (chats - unanswered) * ratio)
    return 1 - weights[0] / sum(weights)


@given(power=st.integers(-250, 12), chats=st.integers(1, 6))
def test_utilisation_keeps_its_digits(power: int, chats: int) -> None:
    """Replies far shorter than pauses: the least utilisation is as exact as any, and so is the speed-up."""
    ratio = Fraction(10) ** power
    got = turns(1.0, float(1 / ratio), chats).utilisation
    assert got == pytest.approx(float(exact_utilisation(ratio, chats)), rel=1e-9)
    speedup = exact_utilisation(ratio, chats) / exact_utilisation(ratio, 1)
    assert speedup_of(1.0, float(1 / ratio), chats)[-1] == pytest.approx(float(speedup), rel=1e-9)


def test_very_many_chats() -> None:
    """A hundred thousand are told at once; more are refused."""
    speedup = speedup_of(15, 30, 100_000)
    assert len(speedup) == 100_000
    assert speedup[-1] == pytest.approx(3.0)
    assert turns(15, 30, 100_000).response_seconds == pytest.approx(15 * 100_000 - 30, rel=1e-12)
    assert speedup_of(1e-300, 1e300, 3) == pytest.approx((1, 2, 3))
    for refused in (lambda: speedup_of(15, 30, 100_001), lambda: turns(15, 30, 2.5)):  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="whole number from 1 to 100000"):
            refused()


def test_a_long_wait_among_very_many_messages() -> None:
    """2,000 replies of 1 s ahead of it, and a message is not answered within 1,000 s, although exp(-1000) is 0."""
    crowd = turns(1.0, 0.0, 2001)
    assert crowd.share_within(1000) == pytest.approx(0.0, abs=1e-12)
    assert crowd.share_within(2000) == pytest.approx(0.5, abs=0.01)
    assert crowd.share_within(4000) == pytest.approx(1.0, abs=1e-12)
    assert (crowd.share_within(0), crowd.share_within(math.inf)) == (0.0, 1.0)


@given(reply=st.floats(1, 60), think=st.floats(0, 200), replies=st.floats(0, 60), share=st.floats(0.01, 1))
def test_most_chats_are_found_by_halving(reply: float, think: float, replies: float, share: float) -> None:
    """The number found keeps the promise, one more breaks it."""
    found = chats_within(reply, think, replies * reply, share, 10_000)
    assert found == 0 or turns(reply, think, found).share_within(replies * reply) >= share
    assert turns(reply, think, found + 1).share_within(replies * reply) < share
