"""Chat: agents who hold several conversations at once.

The load is spread evenly over the agents (new chats go to the least busy one); a contact waits only when all ``nK``
slots are taken, and its wait ends when its first answer begins. The number of chats is then close to a birth-death
chain (:mod:`wfm.staffing.kernels`), exact when the handle time does not depend on the number of open chats. Against
the exact chain of least-busy routing, P(wait) is within 1-5 % at the usual speed-ups; where the speed-up is flat
(a third chat gains nothing) it is up to 20 % low, and far too low for routing that fills the busiest agent first: that
is bounded from above instead. :mod:`wfm.staffing.chat_exact` solves both routings exactly for small groups.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from wfm.arguments import shown
from wfm.staffing.chat_exact import Routing, exact_blocking, packed_blocking, solvable
from wfm.staffing.formulas import Definition, Number, Waiting, check_chats, demand, floats_of, named, shaped
from wfm.staffing.inversion import required_shares
from wfm.staffing.kernels import Values, beyond_slots, evaluate_many, open_contacts, open_contacts_many
from wfm.staffing.searching import next_try

__all__ = ["ChatWaiting", "chat_required", "chat_waiting", "speeds"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

_SLOWEST, _FASTEST = 0.001, 1000  # relative to one chat; what is further off is a slip, not a speed-up
_LIGHT = 1e-100  # erlangs
BALANCED, EXACT, BOUND = "balanced chain", "exact chain", "bound from above"


@dataclass(frozen=True)
class ChatWaiting(Waiting[Number]):
    """What chat contacts meet; :class:`wfm.staffing.Waiting` with three fields more.

    ``occupancy`` is work done over the most that the agents can do (all slots taken).

    Attributes
    ----------
    engaged : float
        Share of agents with at least one open chat.
    chats_per_agent : float
        Mean number of open chats per agent, 0 to the concurrency.
    method : str
        How it was computed: ``"exact chain"``, ``"balanced chain"`` (approximation for least-busy routing) or ``"bound
        from above"`` (no wait is longer, whatever the routing); several joined by ``", "`` for arrays.
    """

    engaged: Number
    chats_per_agent: Number
    method: str = BALANCED


def speeds(speedup: Sequence[float], name: str = "speedup") -> FloatArray:
    """Return the throughput by open chats as an array; ValueError unless it holds numbers from 0.001 to 1000."""
    array = floats_of(name, speedup)
    if array.ndim != 1 or array.size == 0 or not np.all((array > 0) & np.isfinite(array)):
        raise ValueError(f"{name}: expected one number above 0 per open chat, got {shown(speedup)}")
    if not np.all((array >= _SLOWEST) & (array <= _FASTEST)):
        raise ValueError(f"{name}: expected numbers from {_SLOWEST} to {_FASTEST}, got {shown(speedup)}")
    return array


@overload
def chat_waiting(
    arrivals_per_hour: float, aht_seconds: float, agents: int, speedup: Sequence[float], within_seconds: float,
    patience_seconds: float | None = None, routing: Routing = "least_busy", exact: bool = False,
) -> ChatWaiting[float]: ...  # fmt: skip
@overload
def chat_waiting(
    arrivals_per_hour: ArrayLike, aht_seconds: ArrayLike, agents: ArrayLike, speedup: Sequence[float],
    within_seconds: ArrayLike, patience_seconds: ArrayLike | None = None, routing: Routing = "least_busy",
    exact: bool = False,
) -> ChatWaiting[FloatArray]: ...  # fmt: skip
def chat_waiting(
    arrivals_per_hour: ArrayLike,
    aht_seconds: ArrayLike,
    agents: ArrayLike,
    speedup: Sequence[float],
    within_seconds: ArrayLike,
    patience_seconds: ArrayLike | None = None,
    routing: Routing = "least_busy",
    exact: bool = False,
) -> ChatWaiting[float] | ChatWaiting[FloatArray]:
    """Return what ``agents`` with ``len(speedup)`` chats each attain.

    Parameters
    ----------
    arrivals_per_hour, agents, within_seconds, patience_seconds
        As in :func:`wfm.staffing.waiting`; with more than one chat each, all agents together hold at most 1e7.
    aht_seconds : float or array
        Handle time of a chat handled alone; with k open chats each takes ``k / speedup[k-1]`` times as long.
    speedup : sequence of float
        Throughput of one agent with 1, 2, ... K open chats relative to one, each from 0.001 to 1000. ``[1.0]`` is the
        phone.
        Levels beyond the fastest only hurt: leave them out.
    routing : str
        Who gets a new chat: the ``"least_busy"`` or the ``"most_busy"`` agent with room.
    exact : bool
        Solve the exact chain where it is small enough (up to 30,000 states, 8,000 above 3 chats each: 243 agents with 2
        chats, 54 with 3, 18 with 4, 11 with 5). Otherwise, or elsewhere: the balanced chain for least-busy routing, a
        bound from above for most-busy routing (each chat at the slowest rate per chat: Erlang with nK servers).

    Returns
    -------
    ChatWaiting
        Limits as in :func:`wfm.staffing.waiting`; without agents nobody is engaged. ``method`` says what was done.
    """
    speed = speeds(speedup)
    if routing not in get_args(Routing):
        raise ValueError(f"routing: expected 'least_busy' or 'most_busy', got '{routing}'")
    load, handle, patience, within, counts, shape = demand(
        arrivals_per_hour, aht_seconds, patience_seconds, within_seconds, agents
    )
    check_chats("agents", counts, speed)
    table = evaluate_many(load, counts, speed, patience, within)
    engaged, chats = open_contacts_many(load, counts, speed, table[0])
    methods = {BALANCED} if load.size == 0 or not (exact or routing == "most_busy") else set()
    for i in range(load.size if not methods else 0):
        row, method = _routed(load[i], int(counts[i]), speed, patience[i], within[i], routing, exact)
        methods.add(method)
        if row is not None:
            table[:, i], engaged[i], chats[i] = row
    return ChatWaiting(
        **named(table, handle, shape),
        engaged=shaped(engaged, shape),
        chats_per_agent=shaped(chats, shape),
        method=", ".join(sorted(methods)),
    )


def _routed(
    load: float, agents: int, speed: FloatArray, patience: float, within: float, routing: Routing, exact: bool
) -> tuple[tuple[Values, float, float] | None, str]:
    """Return one entry: values, share engaged, chats per agent; and the method. None where the balanced ones hold."""
    levels, drain = speed.size, agents * float(speed[-1])
    if load <= _LIGHT or agents <= 1 or (patience == np.inf and drain <= load):
        return None, EXACT  # two at a time never come, or a single agent leaves nothing to route
    if exact and solvable(agents, levels):
        b, engaged, chats = exact_blocking(load, agents, speed, routing)
        values = beyond_slots(b, load, drain, patience, within)
        below = 1.0 - values[0]
        used, held = values[0] + below * engaged, values[0] * levels + below * chats
        return (values, min(used, 1.0), min(held, float(levels))), EXACT
    if routing == "least_busy":
        return None, BALANCED
    values = beyond_slots(packed_blocking(load, agents, speed), load, drain, patience, within)
    slowest = float(np.min(speed / np.arange(1, levels + 1)))
    used = open_contacts(load / slowest, agents * levels, np.ones(1), values[0])[1]
    return (values, used, used * levels), BOUND


def chat_required(
    arrivals_per_hour: ArrayLike,
    aht_seconds: ArrayLike,
    speedup: Sequence[float],
    share: ArrayLike,
    within_seconds: ArrayLike,
    patience_seconds: ArrayLike | None = None,
    definition: Definition = "sl_offered",
    routing: Routing = "least_busy",
    exact: bool = False,
) -> int | IntArray:
    """Return the smallest number of chat agents whose service level is at least ``share``.

    Smallest where throughput grows by less with each further chat (a concave ``speedup``); otherwise a number that
    meets the target and whose predecessor does not. Arguments as in :func:`chat_waiting`, results and errors as in
    :func:`wfm.staffing.required_agents`. With ``exact`` or most-busy routing each number is searched for by itself, at
    some milliseconds to a second each.
    """
    balanced = required_shares(
        arrivals_per_hour, aht_seconds, share, within_seconds, patience_seconds, definition, speeds(speedup)
    )
    if not exact and routing == "least_busy":
        return balanced
    patience = np.inf if patience_seconds is None else patience_seconds
    entries = np.broadcast_arrays(balanced, arrivals_per_hour, aht_seconds, share, within_seconds, patience)
    found = [
        _smallest(int(n), goal, definition, rate, aht, tuple(speedup), within, stays, routing, exact)
        for n, rate, aht, goal, within, stays in zip(*(entry.ravel().tolist() for entry in entries), strict=True)
    ]
    result: int | IntArray = shaped(np.array(found, dtype=np.int64), entries[0].shape)
    return result


def _smallest(
    n: int,
    goal: float,
    definition: Definition,
    rate: float,
    aht: float,
    speedup: Sequence[float],
    within: float,
    patience: float,
    routing: Routing,
    exact: bool,
) -> int:
    """Return the smallest number of agents near ``n`` that meets the goal by :func:`chat_waiting`."""

    def meets(agents: int) -> bool:
        got = chat_waiting(rate, aht, agents, speedup, within, patience, routing, exact)
        return float(getattr(got, definition)) >= goal

    low, high, step = -1, -1, 1  # too few, enough: -1 where none is known yet
    while high < 0 or high - low > 1:
        if high < 0:
            check_chats("load in full agents", np.array(float(n)), speeds(speedup))
        low, high = (low, n) if meets(n) else (n, high)
        n, step = next_try(low, high, step), 2 * step
    return high
