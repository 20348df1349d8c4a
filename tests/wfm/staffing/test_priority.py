"""Priority: published closed forms, exact chains, and what must add up."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wfm.staffing import waiting
from wfm.staffing.priority import priority_waiting
from wfm.staffing.two_queues import TwoQueues, inverted, stepped


@pytest.mark.parametrize(
    ("agents", "load", "aht", "vip", "expected"),
    [
        (10, 8.0, 300, 0.1, (0.409180150796, 13.3428310042, 66.7141550212, 0.778411470305)),
        (50, 47.0, 240, 0.15, (0.567980213049, 3.17381259911, 52.8968766518, 0.98415395543)),
        (2, 1.5, 600, 0.25, (0.642857142857, 237.362637363, 949.450549451, 0.391038005087)),
    ],
)
def test_published_closed_forms(agents: int, load: float, aht: float, vip: float, expected: tuple[float, ...]) -> None:
    """P(wait), both mean waits and the first class's share within 20 s."""
    arrivals = load * 3600 / aht
    first, second = priority_waiting([arrivals * vip, arrivals * (1 - vip)], aht, agents, 20)
    got = (first.p_wait, first.wait_seconds, second.wait_seconds, first.sl_offered)
    assert got == pytest.approx(expected, rel=1e-10)


def test_published_chain_with_patience() -> None:
    """10 agents, 12 erlangs, 30 % VIP, patience 60 s and 180 s; and 20 % VIP with 120 s each."""
    first, second = priority_waiting([43.2, 100.8], 300, 10, 20, [60, 180])
    assert first.p_wait == pytest.approx(0.649477019328, abs=1e-11)
    assert (first.wait_seconds, second.wait_seconds) == pytest.approx((14.6178490432, 41.527141086), rel=1e-10)
    assert (first.p_abandon, second.p_abandon) == pytest.approx((0.243630817386, 0.230706339367), abs=1e-11)
    first, second = priority_waiting([28.8, 115.2], 300, 10, 20, [120, 120])
    assert (first.p_abandon, second.p_abandon) == pytest.approx((0.1427, 0.2631), abs=5e-5)


@given(
    agents=st.integers(1, 60), fill=st.floats(0.2, 1.6), vip=st.floats(0.0, 1.0), patience=st.floats(20, 900),
    within=st.floats(0, 120),
)  # fmt: skip
def test_order_of_service_moves_waits_but_loses_nobody(
    agents: int, fill: float, vip: float, patience: float, within: float
) -> None:
    """With one patience for all, P(wait), abandonment and the mean wait over both classes are Erlang A's."""
    arrivals = agents * fill * 12
    shares = np.array([vip, 1 - vip])
    classes = priority_waiting((arrivals * shares).tolist(), 300, agents, within, [patience, patience])
    together = waiting(arrivals, 300, agents, within, patience)
    assert classes[0].p_wait == pytest.approx(together.p_wait, abs=1e-11)
    for name in ("p_abandon", "wait_seconds"):
        values = [getattr(one, name) for one in classes]
        assert values @ shares == pytest.approx(getattr(together, name), rel=1e-8, abs=1e-11)
        assert values[0] <= values[1] * (1 + 1e-9)
    assert all(0 <= one.sl_offered <= 1 for one in classes)
    if vip == 0.0:
        assert classes[1].sl_offered == pytest.approx(together.sl_offered, abs=1e-9)
    if vip == 1.0:
        assert classes[0].sl_offered == pytest.approx(together.sl_offered, abs=1e-9)


@given(
    agents=st.integers(1, 200), parts=st.lists(st.floats(0.0, 1.0), min_size=1, max_size=5), within=st.floats(0, 600)
)
def test_patient_classes_together_wait_as_in_one_queue(agents: int, parts: list[float], within: float) -> None:
    """Weighted by volume the waits are Erlang C's; levels fall and waits rise from class to class."""
    load = np.array(parts) * 0.97 * agents / max(sum(parts), 1.0)
    classes = priority_waiting((load * 12).tolist(), 300, agents, within)
    if load.sum() > 0:
        waits = np.array([one.wait_seconds for one in classes])
        fcfs = waiting(float(load.sum()) * 12, 300, agents, within)
        assert waits @ load / load.sum() == pytest.approx(fcfs.wait_seconds, rel=1e-9, abs=1e-290)
        assert (np.diff(waits) >= -1e-9 * waits[:-1]).all()
    levels = [one.sl_offered for one in classes]
    assert all(0 <= level <= 1 for level in levels)
    assert (np.diff(levels) <= 1e-9).all()


def passage(drain: float, above: float, up_to: float, t: float) -> float:
    """Return P(W > t | W > 0) by the chain of work ahead: geometric at first, higher arrivals add, services remove."""
    size, pace = 800, drain + above
    left = (1 - up_to / drain) * (up_to / drain) ** np.arange(size)
    total, log_weight = 0.0, -pace * t
    for step in range(int(pace * t + 10 * math.sqrt(pace * t) + 50)):
        total += math.exp(log_weight) * left.sum()
        log_weight += math.log(pace * t) - math.log(step + 1)
        moved = np.zeros(size)
        moved[1:] += left[:-1] * above / pace
        moved[:-1] += left[1:] * drain / pace
        left = moved
    return total


@settings(max_examples=25)
@given(agents=st.integers(1, 20), fill=st.floats(0.1, 0.95), vip=st.floats(0.0, 1.0), within=st.floats(0.01, 3.0))
def test_lower_class_tail_is_a_first_passage(agents: int, fill: float, vip: float, within: float) -> None:
    """The integral along the cut equals the uniformised chain, with and without a pole."""
    load, above = agents * fill, agents * fill * vip
    _, second = priority_waiting([above * 12, (load - above) * 12], 300, agents, within * 300)
    expected = 1 - second.p_wait * passage(agents, above, load, within)
    assert second.sl_offered == pytest.approx(expected, abs=1e-9)


def test_second_class_share_by_a_tagged_contact() -> None:
    """With one patience, a contact of a second class that meets no first class is served as in Erlang A."""
    _, second = priority_waiting([0.0, 144.0], 300, 10, 20, [60, 120])
    assert second.sl_offered == pytest.approx(waiting(144, 300, 10, 20, 120).sl_offered, abs=1e-9)


@pytest.mark.parametrize(
    ("agents", "load", "vip", "patience"), [(1000, 1300.0, 0.5, 300), (300, 290.0, 0.99, 600), (5000, 5100.0, 0.2, 120)]
)
def test_large_and_overloaded_groups_lose_nobody_either(agents: int, load: float, vip: float, patience: float) -> None:
    """Conservation holds to round-off where hundreds wait."""
    classes = priority_waiting([load * 12 * vip, load * 12 * (1 - vip)], 300, agents, 20, [patience, patience])
    together = waiting(load * 12, 300, agents, 20, patience)
    lost = vip * classes[0].p_abandon + (1 - vip) * classes[1].p_abandon
    assert lost == pytest.approx(together.p_abandon, abs=1e-12)
    assert 0 <= classes[1].sl_offered <= classes[0].sl_offered <= 1


def test_limits_and_refusals() -> None:
    """Overload starves the lower class only; nobody there; nothing to do; wrong arguments."""
    first, second = priority_waiting([60, 120], 300, 10, 20)
    assert (first.p_wait, second.wait_seconds, second.sl_offered) == (1.0, math.inf, 0.0)
    assert 0 < first.wait_seconds < 100
    assert priority_waiting([0, 0], 300, 3, 20)[1].sl_offered == 1
    assert priority_waiting([0, 0], 300, 3, 20, [60, 60])[1].p_abandon == 0
    assert priority_waiting([10, 10], 300, 0, 20, [60, 60])[0].p_abandon == 1
    assert priority_waiting([10, 10], 300, 3, math.inf)[1].sl_offered == 1
    for arguments in (([], 300, 3, 20), ([1, -1], 300, 3, 20), ([1, 1], 0, 3, 20), ([1, 1], 300, 2.5, 20)):
        with pytest.raises(ValueError, match="expected"):
            priority_waiting(*arguments)
    with pytest.raises(ValueError, match="two numbers"):
        priority_waiting([1, 1, 1], 300, 3, 20, [60, 60, 60])
    with pytest.raises(ValueError, match="too long"):
        priority_waiting([200_000, 60_000], 300, 10_000, 20, [1e5, 1e5])


@settings(max_examples=30)
@given(
    agents=st.integers(1, 40), fill=st.floats(0.3, 1.5), vip=st.floats(0.05, 0.95), first=st.floats(20, 900),
    second=st.floats(20, 900), within=st.floats(1, 3000),
)  # fmt: skip
def test_both_ways_to_follow_a_contact_agree(
    agents: int, fill: float, vip: float, first: float, second: float, within: float
) -> None:
    """Steps of the chain and the inverted transform give the share of the second class that is served in time."""
    load, patience = (agents * fill * vip, agents * fill * (1 - vip)), (first / 300, second / 300)
    queues = TwoQueues.of(load, agents, patience)
    rows, columns = queues.share.shape
    rates = (load[0], float(agents), *patience)
    pace = load[0] + agents + (columns - 1) / patience[0] + rows / patience[1]
    in_the_end = 1 - queues.mean_second / (load[1] * patience[1])
    by_steps = stepped(queues.share, *rates, pace, pace * within / 300)
    assert in_the_end - inverted(queues.share, *rates, within / 300) == pytest.approx(by_steps, abs=1e-9)
    assert queues.served_within(within / 300) == pytest.approx(by_steps, abs=1e-9)
    assert by_steps <= in_the_end + 1e-12


@pytest.mark.parametrize("agents", [1, 10, 500])
@pytest.mark.parametrize("patience", [(60.0, 120.0), (1e-3, 1e4), (1e4, 1e-3), (1e-90, 600.0), (600.0, 1e-90)])
def test_any_target_time_is_followed_to_the_end(agents: int, patience: tuple[float, float]) -> None:
    """From 0 over a million seconds to infinity the share within rises to those who are served at all."""
    for fill in (0.7, 1.05):
        arrivals = [agents * fill * 3.6, agents * fill * 8.4]
        levels = [
            priority_waiting(arrivals, 300, agents, within, list(patience))
            for within in (0.0, 1e-300, 1.0, 20.0, 1e3, 1e6, 1e9, 1e300, math.inf)
        ]
        for place in (0, 1):
            rising = [classes[place].sl_offered for classes in levels]
            assert (np.diff(rising) >= -1e-10).all()
            assert rising[0] == pytest.approx(1 - levels[0][place].p_wait, abs=1e-12)
            assert rising[-3:] == pytest.approx([1 - levels[0][place].p_abandon] * 3, abs=1e-10)


@pytest.mark.parametrize("patience", [(1e12, 1e12), (60.0, 1e90), (1e90, 1e90)])
def test_patience_without_end_in_overload_is_refused_at_once(patience: tuple[float, float]) -> None:
    """Queues that outgrow any chain are named, not counted one by one."""
    with pytest.raises(ValueError, match="too long to be solved exactly"):
        priority_waiting([60, 120], 300, 10, 20, list(patience))


def test_next_to_no_volume() -> None:
    """The least volume finds somebody free; a class without any meets what a single contact would."""
    for volume in (5e-324, 1e-300, 1e-90):
        first, second = priority_waiting([volume, volume], 300, 3, 20, [60, 60])
        assert (first.sl_offered, second.sl_offered, second.p_abandon) == (1, 1, 0)
    alone = priority_waiting([0, 120], 300, 10, 20, [60, 60])[0]
    assert alone.sl_offered == pytest.approx(priority_waiting([1e-6, 120], 300, 10, 20, [60, 60])[0].sl_offered)
