"""Percentiles of the wait, occupancy limits, redials and silent abandonment."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wfm.staffing import chat_waiting, required_agents, waiting
from wfm.staffing.fixed_points import silent_abandonment, with_redials
from wfm.staffing.patience import Patience
from wfm.staffing.percentile import required_for_occupancy, required_for_percentile, wait_percentile


def test_published_percentiles() -> None:
    """Garnett, Mandelbaum and Reiman (2002): 90 % wait at most 58.1 s without abandonment, 12.44 s with it."""
    assert wait_percentile(2880, 60, 50, 0.9) == pytest.approx(58.1, abs=0.05)
    assert wait_percentile(2880, 60, 50, 0.9, 120, "all") == pytest.approx(12.44, abs=0.01)


@given(
    agents=st.integers(1, 500), fill=st.floats(0.3, 1.5), share=st.floats(0.5, 0.999), patience=st.floats(5, 5000),
    whose=st.sampled_from(["virtual", "answered", "all"]),
)  # fmt: skip
def test_a_percentile_is_where_the_service_level_reaches_the_share(
    agents: int, fill: float, share: float, patience: float, whose: str
) -> None:
    """Within the percentile the level is the share, and as many agents are needed as give it."""
    name = {"virtual": "sl_virtual", "answered": "sl_answered", "all": "sl_left_queue"}[whose]
    arrivals = agents * fill * 12
    seconds = wait_percentile(arrivals, 300, agents, share, patience, whose)  # type: ignore[arg-type]
    level = getattr(waiting(arrivals, 300, agents, seconds, patience), name)
    assert level == pytest.approx(share, abs=1e-9) if seconds else level >= share
    needed = required_for_percentile(arrivals, 300, share, seconds + 1e-6, patience, whose)  # type: ignore[arg-type]
    assert needed <= agents


def test_percentiles_at_the_limits() -> None:
    """0 where enough do not wait, infinite in overload or for everybody; any patience will do."""
    assert wait_percentile(200, 180, 14, 0.8) == 0
    assert wait_percentile(200, 180, 10, 0.9) == math.inf
    assert wait_percentile(200, 180, 14, 1.0) == wait_percentile(200, 180, 14, 1.0, 60) == math.inf
    assert wait_percentile(200, 180, 0, 0.5, 60, "all") == pytest.approx(60 * math.log(2), rel=1e-10)
    assert wait_percentile(200, 180, 0, 0.5, 60) == math.inf
    assert wait_percentile(0, 180, 0, 0.9) == 0
    exponential = wait_percentile(200, 180, 10, 0.9, Patience("exponential", 90.0))
    assert exponential == pytest.approx(wait_percentile(200, 180, 10, 0.9, 90), rel=1e-9)
    assert wait_percentile(400, 180, 10, 0.99, Patience.of("fixed", 90), "all") == pytest.approx(90, rel=1e-9)
    with pytest.raises(ValueError, match="whose"):
        wait_percentile(200, 180, 14, 0.8, None, "mine")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="whose"):
        required_for_percentile(200, 180, 0.8, 20, None, "mine")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="share"):
        wait_percentile(200, 180, 14, 1.8)


def test_required_for_percentile_is_a_service_level() -> None:
    """90 % within 60 s as a percentile is 90/60 as a service level."""
    assert required_for_percentile(200, 180, 0.9, 60) == required_agents(200, 180, 0.9, 60)
    shaped = required_for_percentile(200, 180, 0.9, 60, Patience("exponential", 90.0), "all")
    assert shaped == required_agents(200, 180, 0.9, 60, 90, "sl_left_queue")


@given(load=st.integers(0, 2000), percent=st.integers(1, 100))
def test_occupancy_is_rounded_exactly(load: int, percent: int) -> None:
    """The number is that of whole-number arithmetic: 21 erlangs at 0.7 are 30 agents."""
    assert required_for_occupancy(load * 12, 300, percent / 100) == -(-load * 100 // percent)


def test_occupancy_of_arrays_and_refusals() -> None:
    """Shapes are kept; an occupancy above 1 is refused."""
    assert required_for_occupancy([[12.0], [120.0]], 300, 0.5).tolist() == [[2], [20]]  # type: ignore[union-attr]
    with pytest.raises(ValueError, match="occupancy_max"):
        required_for_occupancy(12, 300, 1.2)


@given(agents=st.integers(0, 200), fill=st.floats(0.0, 2.0), redial=st.floats(0.0, 0.99), patience=st.floats(5, 2000))
def test_redials_are_those_of_the_attempts_that_gave_up(
    agents: int, fill: float, redial: float, patience: float
) -> None:
    """Attempts = first attempts + redials; what is not lost is answered."""
    arrivals = max(agents, 1) * fill * 12
    got = with_redials(arrivals, 300, agents, patience, redial)
    again = redial * got.arrivals_per_hour * got.p_abandon
    assert got.arrivals_per_hour == pytest.approx(arrivals + again, rel=1e-9)
    assert got.arrivals_per_hour * (1 - got.p_abandon) == pytest.approx(arrivals * (1 - got.lost), rel=1e-9, abs=1e-9)


def test_redial_limits() -> None:
    """Nobody gives up or nobody comes again: the arrivals stay; 1 is refused; any patience will do."""
    assert with_redials(200, 180, 14, None, 0.5).arrivals_per_hour == pytest.approx(200, rel=1e-12)
    assert with_redials(200, 180, 10, 60, 0.0).arrivals_per_hour == pytest.approx(200, rel=1e-12)
    shaped = with_redials(200, 180, 10, Patience("exponential", 60.0), 0.4)
    assert shaped.arrivals_per_hour == pytest.approx(with_redials(200, 180, 10, 60, 0.4).arrivals_per_hour, rel=1e-9)
    with pytest.raises(ValueError, match="redial"):
        with_redials(200, 180, 14, 60, 1.0)


@settings(max_examples=30)
@given(rate=st.floats(10, 200), share=st.floats(0, 1), seconds=st.floats(0, 600))
def test_silent_abandonment_is_a_fixed_point(rate: float, share: float, seconds: float) -> None:
    """What contacts meet is what they meet at the handle time with the phantoms' part in it; it is never less load."""
    got = silent_abandonment(rate, 600, 10, (1.0, 1.7), 20, 120, share, seconds)
    assert got.phantom_load == pytest.approx(rate * got.waiting.p_abandon * share * seconds / 3600, rel=1e-8, abs=1e-12)
    again = chat_waiting(rate, 600 + got.phantom_load * 3600 / rate, 10, (1.0, 1.7), 20, 120)
    assert again.p_abandon == pytest.approx(got.waiting.p_abandon, rel=1e-8)
    assert got.waiting.p_abandon >= chat_waiting(rate, 600, 10, (1.0, 1.7), 20, 120).p_abandon - 1e-12
    assert 0 <= got.capacity_lost <= 1


def test_silent_abandonment_refuses_impossible_shares() -> None:
    """A share above 1 is refused."""
    with pytest.raises(ValueError, match="silent_share: expected"):
        silent_abandonment(95, 600, 10, (1.0, 1.7), 20, 120, 1.5, 60)
