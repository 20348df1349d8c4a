"""The smallest number of agents: it meets the target, one less does not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wfm.staffing import (
    Definition,
    UnreachableTargetError,
    required_agents,
    required_for_abandonment,
    required_for_average_wait,
    waiting,
)

DEFINITIONS: tuple[Definition, ...] = ("sl_offered", "sl_answered", "sl_excl_short_ab", "sl_virtual", "sl_left_queue")
loads = st.floats(0.01, 2000.0)
patiences = st.one_of(st.none(), st.floats(1.0, 1e5))


@given(
    load=loads, aht=st.floats(10.0, 2000.0), share=st.floats(0.01, 0.999), within=st.floats(0.0, 600.0),
    patience=patiences, definition=st.sampled_from(DEFINITIONS),
)  # fmt: skip
def test_smallest_for_a_service_level(
    load: float, aht: float, share: float, within: float, patience: float | None, definition: Definition
) -> None:
    """The number found meets the share by the asked definition; one agent less misses it."""
    arrivals = load * 3600 / aht
    n = required_agents(arrivals, aht, share, within, patience, definition)
    assert getattr(waiting(arrivals, aht, n, within, patience), definition) >= share
    assert n == 0 or getattr(waiting(arrivals, aht, n - 1, within, patience), definition) < share


@given(load=loads, aht=st.floats(10.0, 2000.0), wait=st.floats(0.01, 500.0), patience=patiences)
def test_smallest_for_an_average_wait(load: float, aht: float, wait: float, patience: float | None) -> None:
    """The mean wait, of the answered or of all, is at most the goal; with one agent less it is above."""
    arrivals = load * 3600 / aht
    n = required_for_average_wait(arrivals, aht, wait, patience)
    assert waiting(arrivals, aht, n, 0, patience).asa_seconds <= wait * (1 + 1e-12)
    assert waiting(arrivals, aht, n - 1, 0, patience).asa_seconds > wait * (1 - 1e-12)
    n = required_for_average_wait(arrivals, aht, wait, patience, "all")
    assert waiting(arrivals, aht, n, 0, patience).wait_seconds <= wait * (1 + 1e-12)
    assert n == 0 or waiting(arrivals, aht, n - 1, 0, patience).wait_seconds > wait * (1 - 1e-12)


@given(load=loads, share=st.floats(0.0001, 0.99), patience=st.floats(1.0, 1e5))
def test_smallest_for_abandonment(load: float, share: float, patience: float) -> None:
    """At most the share gives up; with one agent less it is more."""
    n = required_for_abandonment(load * 20, 180, share, patience)
    assert waiting(load * 20, 180, n, 0, patience).p_abandon <= share
    assert n == 0 or waiting(load * 20, 180, n - 1, 0, patience).p_abandon > share


def test_published_numbers_of_agents() -> None:
    """80/20 for 100 calls in 30 minutes of 180 s: 14 without abandonment; 12, 11, 12, 12 by definition with it."""
    assert required_agents(200, 180, 0.8, 20) == 14
    four = ("sl_offered", "sl_answered", "sl_excl_short_ab", "sl_virtual")
    assert [required_agents(200, 180, 0.8, 20, 120, name) for name in DEFINITIONS if name in four] == [12, 11, 12, 12]


def test_large_systems() -> None:
    """At 10,000 erlangs: Erlang C 10,021, offered 8,671, virtual 8,589 (patience 120 s)."""
    assert required_agents(120_000, 300, 0.8, 20) == 10_021
    assert required_agents(120_000, 300, 0.8, 20, 120) == 8671
    assert required_agents(120_000, 300, 0.8, 20, 120, "sl_virtual") == 8589
    assert required_agents(240_000, 300, 0.95, 20) == 20_040


def test_a_lax_target_is_not_rounded_up() -> None:
    """A search that starts at round(load + 1) gives 5 here; 4 agents already answer half within 120 s."""
    assert required_agents(3.556 * 60, 60, 0.5, 120) == 4


@given(low=loads, more=st.floats(1.0, 3.0), share=st.floats(0.1, 0.99), patience=patiences)
def test_more_load_needs_no_fewer_agents(low: float, more: float, share: float, patience: float | None) -> None:
    """The requirement never falls as arrivals grow, nor as the share grows."""
    arrivals = np.array([low, low * more]) * 12
    few, many = required_agents(arrivals, 300, share, 20, patience)
    assert few <= many
    assert few <= required_agents(float(arrivals[0]), 300, (1 + share) / 2, 20, patience)


def test_nothing_to_do_needs_nobody() -> None:
    """No volume or a share of 0: no agents."""
    assert required_agents(0, 180, 0.8, 20) == 0
    assert required_agents(0, 0, 1.0, 0, 120) == 0
    assert required_agents(200, 180, 0.0, 20) == 0
    assert required_for_average_wait(0, 180, 0) == 0
    assert required_for_abandonment(200, 180, 0.0, None) == 0


def test_targets_out_of_reach_are_named() -> None:
    """Everybody within a finite time, no wait at all, nobody leaving: no number of agents can promise it."""
    with pytest.raises(UnreachableTargetError, match=r"ask at most 0\.999"):
        required_agents(200, 180, 1.0, 20)
    with pytest.raises(UnreachableTargetError):
        required_agents(200, 180, 1.0, np.inf, 120)
    with pytest.raises(UnreachableTargetError):
        required_for_average_wait(200, 180, 0.0)
    with pytest.raises(UnreachableTargetError):
        required_for_abandonment(200, 180, 0.0, 120)
    assert issubclass(UnreachableTargetError, ValueError)


def test_everybody_in_the_end_is_reachable() -> None:
    """Share 1 without a time limit: Erlang C needs the first stable number; so do all who wait until answered."""
    assert required_agents(200, 180, 1.0, np.inf) == 11
    assert required_agents(200, 180, 0.99999999, 20) < 40


def test_arrays_equal_the_numbers() -> None:
    """Arrays of arrivals, shares and patience broadcast and equal the single searches."""
    arrivals, share = np.array([[10.0], [200.0], [4000.0]]), np.array([0.5, 0.8, 0.95])
    table = required_agents(arrivals, 240, share, 20, 90)
    assert table.shape == (3, 3)
    assert all(
        table[i, j] == required_agents(float(arrivals[i, 0]), 240, float(share[j]), 20, 90) for i, j in np.ndindex(3, 3)
    )


def test_wrong_words_are_refused() -> None:
    """An unknown definition, a share above 1 and an unknown wait are errors that say what is expected."""
    with pytest.raises(ValueError, match="expected one of sl_offered"):
        required_agents(200, 180, 0.8, 20, definition="80/20")  # type: ignore[call-overload]
    with pytest.raises(ValueError, match=r"\[0, 1\]"):
        required_agents(200, 180, 80, 20)
    with pytest.raises(ValueError, match="answered"):
        required_for_average_wait(200, 180, 20, whose="mine")  # type: ignore[call-overload]
