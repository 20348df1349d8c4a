"""Rules about the bound that a roster claims for its cost: its prices prove it, and it lies below the cost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wfm.audit.context import Breach, Context
from wfm.bound_prices import BoundPrices
from wfm.inputs import Inputs
from wfm.results import Requirement

__all__ = ["BoundClaim", "bound_below_cost", "bound_proven", "claim_of", "claim_text", "prices_in_range"]

FloatArray = NDArray[np.float64]
_SHARE = 1e-6  # of the bound: far above the rounding of sums in floating point
_CENT = 0.01


@dataclass(frozen=True)
class BoundClaim:
    """What a roster claims about the least cost of any roster, and what its prices prove.

    Attributes
    ----------
    cost, bound : float or None
        As the roster states them; None where it says nothing.
    prices : BoundPrices
        The proof; ``prices.value`` is what it claims to prove.
    price_max : float array (queues, 1)
        Price of a missing agent for an interval, the most that one may be worth.
    proven : float
        What the prices prove, worked out anew.
    slack : float
        Money by which ``proven`` may be off as the requirement was rounded.
    requirement : Requirement
        What the roster covers: names queues and intervals of the prices.
    """

    cost: float | None
    bound: float | None
    prices: BoundPrices
    price_max: FloatArray
    proven: float
    slack: float
    requirement: Requirement

    @property
    def tolerance(self) -> float:
        """Money by which claims may differ from what is proven."""
        return _SHARE * abs(self.proven) + _CENT + self.slack

    @property
    def claimed(self) -> float:
        """The bound that is claimed: the roster's, else that of its prices."""
        return self.prices.value if self.bound is None else self.bound

    def exceeds(self, value: float) -> bool:
        """Return whether a value lies above what the prices prove."""
        return value > self.proven + self.tolerance


def claim_of(
    inputs: Inputs, requirement: Requirement, prices: BoundPrices, cost: float | None, bound: float | None,
    rounding: float = 0.0,
) -> BoundClaim:  # fmt: skip
    """Return a roster's claim with what its prices prove.

    Parameters
    ----------
    inputs : Inputs
        The plan with its people, leave, published shifts and labour rules.
    requirement : Requirement
        What the roster covers.
    prices : BoundPrices
        The proof, on the requirement's queues.
    cost, bound : float or None
        As the roster states them.
    rounding : float
        Agents by which the requirement may be off, 0 or more.
    """
    from wfm.audit.bound import prove, seat_price_max

    slack = rounding * float(np.clip(prices.seat, 0.0, None).sum())
    most, proven = seat_price_max(inputs, requirement), prove(inputs, requirement, prices)
    return BoundClaim(cost, bound, prices, most, proven, slack, requirement)


def prices_in_range(context: Context) -> Iterator[Breach]:
    """An agent on seat is worth at least nothing and at most the price of a missing one; limits at least nothing."""
    claim = context.claim
    if claim is None:
        return
    most = np.broadcast_to(claim.price_max, claim.prices.seat.shape)
    wrong = (claim.prices.seat < 0.0) | (claim.prices.seat > most * (1.0 + _SHARE))
    for q in np.flatnonzero(wrong.any(axis=1)).tolist():
        slots = np.flatnonzero(wrong[q])
        when = claim.requirement.grid.moment(int(slots[0])).strftime("%Y-%m-%d %H:%M")
        first, queue = claim.prices.seat[q, slots[0]], claim.requirement.queues[q]
        text = f"{len(slots)} prices outside 0 to {most[q, 0]:.2f}, the first at {when}: {first:.2f}"
        yield Breach(f"queue '{queue}': {text}")
    for limit in claim.prices.limits:
        if limit.price < 0.0:
            whose = f"contract '{limit.contract}'" if limit.contract else "temporary staff"
            yield Breach(f"{whose}: price {limit.price:.2f} of {limit.limit}, at least 0")


def bound_proven(context: Context) -> Iterator[Breach]:
    """The prices of a bound prove what they claim; what goes beyond them is not theirs, but an integer program's."""
    claim = context.claim
    if claim is not None and claim.exceeds(claim.claimed) and claim.exceeds(claim.prices.value):
        text = f"a bound of {claim.claimed:.2f}, its prices claim {claim.prices.value:.2f} and prove {claim.proven:.2f}"
        yield Breach(f"{text} {context.plan.plan.currency}")


def bound_below_cost(context: Context) -> Iterator[Breach]:
    """No bound lies above the cost of the roster, neither the one claimed nor the one that the prices prove."""
    claim = context.claim
    if claim is None or claim.cost is None:
        return
    for what, value in (("claimed", claim.claimed), ("proven by prices", claim.proven)):
        if value > claim.cost + claim.tolerance:
            yield Breach(f"a bound of {value:.2f} {context.plan.plan.currency} {what}, the cost is {claim.cost:.2f}")


def claim_text(claim: BoundClaim) -> str:
    """Return what the audit says of a bound, in words."""
    if not claim.exceeds(claim.claimed):
        return f"bound {claim.claimed:,.0f} re-derived from its prices"
    if claim.exceeds(claim.prices.value):
        return f"bound {claim.claimed:,.0f} not re-derived: its prices prove {claim.proven:,.0f}"
    program = "a program that the audit does not solve again"
    return f"bound {claim.claimed:,.0f} from {program}; its prices prove {claim.proven:,.0f}"
