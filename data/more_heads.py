"""What the next people to take on would be worth, and which limits on temporary staff hold more of them back.

Worth is told for ten people at once, as "up to": it comes from the prices that prove the roster's bound (see
:class:`wfm.bound_prices.BoundPrices`), and each further head is worth no more than the one before.
"""

from __future__ import annotations

from data.labels import word
from data.limit_uses import LimitUse, limit_uses
from data.summary import NEXT_HEADS
from wfm.bound_prices import BoundPrices, HeadWorth, LimitPrice
from wfm.inputs import Inputs
from wfm.results import Roster

__all__ = ["head_lines", "reached_lines"]

_NEARLY = 0.99  # a limit on cost is used up when less than a shift is left of it
_FULL = 1.0 - 1e-9


def head_lines(inputs: Inputs, roster: Roster, lang: str = "en") -> list[str]:
    """Return a line per contract to take people on under and per limit that binds; none where no worth is known."""
    prices = roster.prices
    if prices is None or not prices.heads:
        return []
    binding = [limit for limit in prices.limits if _worth(limit.price)]
    heads = [_head_line(inputs, head, binding, lang) for head in prices.heads]
    return [*heads, *(_limit_line(inputs, limit, lang) for limit in binding)]


def reached_lines(inputs: Inputs, roster: Roster) -> list[str]:
    """Return a line per limit on temporary staff that is used up and of which no worth is known."""
    priced = {(limit.contract, limit.limit) for limit in _limits(roster.prices)}
    uses = [use for use in limit_uses(inputs, roster) if (use.contract, use.name) not in priced and _reached(use)]
    return [f"limit {use.name} of {_whom(use.contract, 'en')} is reached: {use.allowed:,g}" for use in uses]


def _limits(prices: BoundPrices | None) -> tuple[LimitPrice, ...]:
    return prices.limits if prices is not None else ()


def _reached(use: LimitUse) -> bool:
    return 0.0 < use.allowed * (_NEARLY if use.name == "cost_max" else _FULL) <= use.used


def _worth(price: float) -> int:
    """Return what ten heads are worth at most, in whole units of the currency."""
    return round(NEXT_HEADS * price)


def _money(inputs: Inputs, price: float) -> str:
    return f"{_worth(price):,} {inputs.plan.plan.currency}"


def _head_line(inputs: Inputs, head: HeadWorth, binding: list[LimitPrice], lang: str) -> str:
    key = "more_heads_idle"
    if _worth(head.worth):
        key = "more_heads"
    elif any(_holds(inputs, limit, head.contract) for limit in binding):
        key = "more_heads_held"
    saving, most = _money(inputs, head.worth), f"{head.heads_max:,}"
    return word(key, lang).format(contract=head.contract, heads=f"{head.heads:,}", most=most, saving=saving)


def _holds(inputs: Inputs, limit: LimitPrice, contract: str) -> bool:
    """Return whether a limit counts the people of a contract."""
    one = inputs.plan.contract_by_id(contract)
    if limit.limit == "dispatch_share_max":
        return one.kind == "dispatch"
    return limit.contract == contract or (not limit.contract and one.is_temporary)


def _limit_line(inputs: Inputs, limit: LimitPrice, lang: str) -> str:
    whom, saving = _whom(limit.contract, lang), _money(inputs, limit.price)
    return word("limit_binds", lang).format(limit=limit.limit, whom=whom, saving=saving)


def _whom(contract: str, lang: str) -> str:
    return contract or word("all_temps", lang)
