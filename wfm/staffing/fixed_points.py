"""Where the load depends on what the load does: those who give up and come again, or leave a chat that stays open."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from wfm.staffing.chat import ChatWaiting, chat_waiting
from wfm.staffing.chat_exact import Routing
from wfm.staffing.formulas import waiting
from wfm.staffing.general import waiting_general
from wfm.staffing.patience import Patience

__all__ = ["Redials", "SilentLoss", "silent_abandonment", "with_redials"]


@dataclass(frozen=True)
class Redials:
    """Contacts including those that come again.

    Attributes
    ----------
    arrivals_per_hour : float
        All attempts: first ones and redials.
    p_abandon : float
        Share of the attempts that leave unanswered.
    lost : float
        Share of the first attempts that are never answered.
    """

    arrivals_per_hour: float
    p_abandon: float
    lost: float


def with_redials(
    arrivals_per_hour: float,
    aht_seconds: float,
    agents: int,
    patience: float | Patience | None,
    redial: float,
) -> Redials:
    """Return the attempts when a share of those who give up come again: ``l' = l + redial l' P(Ab; l')``.

    Parameters
    ----------
    arrivals_per_hour, aht_seconds, agents
        As in :func:`wfm.staffing.waiting`, single numbers; the arrivals are first attempts.
    patience : float, Patience or None
        Mean seconds (exponential), a distribution, or None: nobody gives up.
    redial : float
        Share of those who gave up that come again, in [0, 1). Redials come late enough to find the queue in its steady
        state (Janssen, Koole and Pot: Erlang X).

    Returns
    -------
    Redials
        By bisection to 1e-13; unique, since what is answered or lost for good grows with the attempts.

    Raises
    ------
    ValueError
        When an argument is out of its range.
    """
    if not 0 <= redial < 1:
        raise ValueError(f"redial: expected a share in [0, 1), got {redial}")

    def leaving(arrivals: float) -> float:
        if isinstance(patience, Patience):
            return waiting_general(arrivals, aht_seconds, agents, 0.0, patience).p_abandon
        return waiting(arrivals, aht_seconds, agents, 0.0, patience).p_abandon

    def excess(arrivals: float) -> float:
        return arrivals * (1.0 - redial * leaving(arrivals)) - arrivals_per_hour

    attempts = _root(excess, arrivals_per_hour, arrivals_per_hour / (1.0 - redial))
    p_abandon = leaving(attempts)
    lost = attempts * p_abandon * (1.0 - redial) / arrivals_per_hour if arrivals_per_hour > 0 else 0.0
    return Redials(attempts, p_abandon, lost)


@dataclass(frozen=True)
class SilentLoss:
    """What chats that nobody is behind any more cost.

    Attributes
    ----------
    phantom_load : float
        Erlangs (of chats handled alone) that go into chats whose customer has left without a sign.
    capacity_lost : float
        The share of all that the agents can get done that this is.
    waiting : ChatWaiting
        What contacts meet with it.
    """

    phantom_load: float
    capacity_lost: float
    waiting: ChatWaiting[float]


def silent_abandonment(
    arrivals_per_hour: float,
    aht_seconds: float,
    agents: int,
    speedup: Sequence[float],
    within_seconds: float,
    patience_seconds: float,
    silent_share: float,
    phantom_seconds: float,
    routing: Routing = "least_busy",
    exact: bool = False,
) -> SilentLoss:
    """Return what it costs that some who give up leave silently: their chat still takes a slot.

    Each contact asks for ``aht + P(Ab) silent_share phantom_seconds`` on average: the second part goes into phantom
    chats (silent abandonment: Castellanos, Yom-Tov and Goldberg). More load, more give up: a fixed point in ``P(Ab)``.

    Parameters
    ----------
    arrivals_per_hour, aht_seconds, agents, speedup, within_seconds, patience_seconds, routing, exact
        As in :func:`wfm.staffing.chat_waiting`, single numbers.
    silent_share : float
        Share of those who give up that leave without a sign, in [0, 1].
    phantom_seconds : float
        How long their chat takes a slot, counted as the handle time of a chat alone, >= 0.

    Raises
    ------
    ValueError
        When an argument is out of its range.
    """
    if not (0 <= silent_share <= 1 and phantom_seconds >= 0):
        raise ValueError(
            f"expected silent_share in [0, 1], phantom_seconds >= 0, got {silent_share}, {phantom_seconds}"
        )

    def met(p_abandon: float) -> ChatWaiting[float]:
        handled = aht_seconds + p_abandon * silent_share * phantom_seconds
        return chat_waiting(
            arrivals_per_hour, handled, agents, speedup, within_seconds, patience_seconds, routing, exact
        )

    p_abandon = _root(lambda p: p - met(p).p_abandon, 0.0, 1.0)
    got = met(p_abandon)
    phantom = arrivals_per_hour * p_abandon * silent_share * phantom_seconds / 3600.0
    capacity = agents * float(speedup[-1])
    return SilentLoss(phantom, min(phantom / capacity, 1.0) if capacity > 0 else 0.0, got)


def _root(excess: Callable[[float], float], low: float, high: float) -> float:
    """Return where ``excess`` turns from negative to positive."""
    for _ in range(200):
        middle = 0.5 * (low + high)
        if high - low <= 1e-14 * high:
            break
        low, high = (middle, high) if excess(middle) < 0 else (low, middle)
    return 0.5 * (low + high)
