"""Where the load depends on what the load does: those who give up and come again, or leave a chat that stays open."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from wfm.arguments import number
from wfm.staffing.chat import ChatWaiting, chat_waiting, speeds
from wfm.staffing.chat_exact import Routing
from wfm.staffing.formulas import single_numbers, single_patience, waiting
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
        As in :func:`wfm.staffing.waiting`, single numbers; the arrivals are first attempts. The load limit holds for
        all attempts there could be, ``arrivals_per_hour / (1 - redial)``.
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
    again = number("redial", redial, "[0, 1)")
    first, aht, count = single_numbers(arrivals_per_hour, aht_seconds, agents)
    single_numbers(first / (1.0 - again), aht, count)

    stays = patience if isinstance(patience, Patience) else single_patience(patience)

    def leaving(arrivals: float) -> float:
        if isinstance(stays, Patience):
            return waiting_general(arrivals, aht, count, 0.0, stays).p_abandon
        return waiting(arrivals, aht, count, 0.0, stays).p_abandon

    def excess(arrivals: float) -> float:
        return arrivals * (1.0 - again * leaving(arrivals)) - first

    attempts = _root(excess, first, first / (1.0 - again))
    p_abandon = leaving(attempts)
    lost = min(p_abandon * ((1.0 - again) * attempts / first), 1.0) if first > 0 else 0.0
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
        As in :func:`wfm.staffing.chat_waiting`, single numbers; the load limit holds for ``aht_seconds`` plus all that
        may go into phantom chats.
    silent_share : float
        Share of those who give up that leave without a sign, in [0, 1].
    phantom_seconds : float
        How long their chat takes a slot, counted as the handle time of a chat alone, finite, >= 0.

    Raises
    ------
    ValueError
        When an argument is out of its range.
    """
    phantom_each = number("silent_share", silent_share, "[0, 1]") * number("phantom_seconds", phantom_seconds)
    arrivals, aht, count = single_numbers(arrivals_per_hour, aht_seconds, agents)
    single_numbers(arrivals, aht + phantom_each, count)
    capacity = count * float(speeds(speedup)[-1])

    def met(p_abandon: float) -> ChatWaiting[float]:
        handled = aht + p_abandon * phantom_each
        return chat_waiting(arrivals, handled, count, speedup, within_seconds, patience_seconds, routing, exact)

    p_abandon = _root(lambda p: p - met(p).p_abandon, 0.0, 1.0)
    got = met(p_abandon)
    phantom = arrivals * (p_abandon * phantom_each) / 3600.0
    return SilentLoss(phantom, min(phantom / capacity, 1.0) if capacity > 0 else 0.0, got)


def _root(excess: Callable[[float], float], low: float, high: float) -> float:
    """Return where ``excess`` turns from negative to positive."""
    for _ in range(200):
        middle = 0.5 * (low + high)
        if high - low <= 1e-14 * high:
            break
        low, high = (middle, high) if excess(middle) < 0 else (low, middle)
    return 0.5 * (low + high)
