"""What the audit says of a bound: proven by its prices, by a program beyond them, or not at all."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.wfm.audit.world import World, small_world
from wfm.audit import BoundClaim, claim_text
from wfm.bound_prices import LimitPrice


def claim_in(world: World) -> BoundClaim:
    """Return the claim of a roster."""
    assert world.claim is not None
    return world.claim


def test_a_bound_that_its_prices_prove() -> None:
    """The words of a clean audit."""
    assert claim_text(claim_in(small_world())) == "bound 10,000 re-derived from its prices"


def test_a_bound_of_an_integer_program_is_told_and_no_finding() -> None:
    """The prices hold what they claim, the bound lies higher: that is said, as nobody solves the program again."""
    world = small_world().claims(bound=10_500.0)
    assert world.audit() == ()
    told = "bound 10,500 from a program that the audit does not solve again; its prices prove 10,000"
    assert claim_text(claim_in(world)) == told


def test_prices_that_claim_more_than_they_prove() -> None:
    """One finding with all three numbers."""
    world = small_world()
    world.claims(bound=10_100.0, prices=replace(claim_in(world).prices, value=10_200.0))
    (finding,) = world.audit()
    expected = "a bound of 10100.00, its prices claim 10200.00 and prove 10000.00 CNY"
    assert (finding.rule, finding.detail) == ("bound_proven", expected)
    assert claim_text(claim_in(world)) == "bound 10,100 not re-derived: its prices prove 10,000"


def test_a_claim_without_numbers_is_that_of_its_prices() -> None:
    """Where no summary states cost and bound, the prices are still held to what they claim."""
    world = small_world().claims(cost=None, bound=None)
    assert world.audit() == ()
    world.claims(prices=replace(claim_in(world).prices, value=10_001.0))
    assert world.broken() == {"bound_proven"}


@pytest.mark.parametrize(("slack", "clean"), [(0.0, False), (5.0, True)])
def test_rounding_of_the_requirement_is_no_finding(slack: float, clean: bool) -> None:
    """A claim may lie above what is proven by as much as a rounded requirement can be worth."""
    world = small_world()
    world.claims(bound=10_003.0, slack=slack, prices=replace(claim_in(world).prices, value=10_003.0))
    assert (world.audit() == ()) == clean


def test_a_limit_priced_below_nothing() -> None:
    """Prices of limits are at least 0."""
    world = small_world()
    limits = (LimitPrice("student", "headcount_max", -1.0),)
    world.claims(prices=replace(claim_in(world).prices, limits=limits))
    (finding,) = world.audit()
    assert finding.detail == "contract 'student': price -1.00 of headcount_max, at least 0"
