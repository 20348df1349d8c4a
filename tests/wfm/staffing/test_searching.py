"""The search takes shortcuts; its integers must be those of the full evaluation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wfm.staffing import erlang_b, required_agents, waiting
from wfm.staffing.kernels import FIELDS, evaluate_many
from wfm.staffing.searching import quick, quick_blocking, search_many, stepped

ONE = np.ones(1)
SEARCHED = tuple(name for name in FIELDS if name not in ("occupancy", "wait_abandoned"))


@pytest.mark.parametrize("field", SEARCHED)
@pytest.mark.parametrize("patient", [False, True])
def test_many_random_searches_are_exact(field: str, patient: bool) -> None:
    """For every field: what is found meets the goal by the full evaluation, one less does not."""
    if patient and field == "p_abandon":
        return  # nobody leaves
    random, size = np.random.default_rng(7), 400
    load = np.exp(random.uniform(math.log(0.01), math.log(8000), size))
    patience = np.full(size, np.inf) if patient else np.exp(random.uniform(-3, 4, size))
    within = np.exp(random.uniform(-6, 1, size))
    goal = np.exp(random.uniform(-6, 0, size)) if field in ("asa", "wait_all") else random.uniform(0.01, 0.999, size)
    place = FIELDS.index(field)
    found = search_many(place, goal, load, ONE, patience, within)
    at = evaluate_many(load, found, ONE, patience, within)[place]
    before = evaluate_many(load, np.maximum(found - 1, 0), ONE, patience, within)[place]
    sign = 1 if field.startswith("sl_") else -1
    assert (sign * at >= sign * goal).all()
    assert ((found == 0) | (sign * before < sign * goal)).all()


@given(load=st.floats(0.01, 5000), fill=st.floats(0.3, 3), more=st.integers(-30, 30))
def test_stepped_blocking_is_erlang_b(load: float, fill: float, more: int) -> None:
    """The quick sum and any step from it give Erlang B to 1e-10."""
    agents = max(1, int(load * fill))
    b = quick_blocking(load, agents)
    exact = erlang_b(load, agents)
    assert b == pytest.approx(exact, rel=1e-11, abs=1e-280)
    target = max(1, agents + more)
    assert stepped(b, load, agents, target) == pytest.approx(erlang_b(load, target), rel=1e-10, abs=1e-280)


@given(
    load=st.floats(0.05, 5000), fill=st.floats(0.5, 2), patience=st.floats(0.01, 50), within=st.floats(0, 5),
    field=st.sampled_from(SEARCHED),
)  # fmt: skip
def test_quick_values_are_within_the_margin(
    load: float, fill: float, patience: float, within: float, field: str
) -> None:
    """Where the quick value is given at all, it is well inside the margin in which it is trusted."""
    agents = max(1, int(load * fill))
    for stays in (patience, math.inf):
        place = FIELDS.index(field)
        value = quick(place, quick_blocking(load, agents), load, agents, stays, within)
        full = waiting(load * 3600, 1, agents, within, None if stays == math.inf else stays)
        names = {"asa": "asa_seconds", "wait_all": "wait_seconds"}
        if not math.isnan(value):
            assert value == pytest.approx(getattr(full, names.get(field, field)), rel=1e-10, abs=1e-10)


def test_order_of_the_searches_does_not_matter() -> None:
    """A shuffled table gives the shuffled integers."""
    random = np.random.default_rng(3)
    arrivals, aht = random.uniform(0, 5000, 300), random.uniform(30, 900, 300)
    arrivals[::50] = 0.0
    order = random.permutation(300)
    for patience in (None, 90.0):
        found = required_agents(arrivals, aht, 0.8, 20, patience)
        assert (required_agents(arrivals[order], aht[order], 0.8, 20, patience) == found[order]).all()
        assert (found[::50] == 0).all()
