"""Chat: agents who hold several conversations at once.

The load is spread evenly over the agents (new chats go to the least busy one); a contact waits only when all ``nK``
slots are taken, and its wait ends when its first answer begins. The number of chats is then close to a birth-death
chain (:mod:`wfm.staffing.kernels`), exact when the handle time does not depend on the number of open chats. Against
the exact chain of least-busy routing, P(wait) is within 1-5 % at the usual speed-ups; where the speed-up is flat
(a third chat gains nothing) it is up to 20 % low, and far too low for routing that fills the busiest agent first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from wfm.staffing.formulas import Definition, Number, Waiting, demand, named, shaped
from wfm.staffing.inversion import required_shares
from wfm.staffing.kernels import evaluate_many, open_contacts_many

__all__ = ["ChatWaiting", "chat_required", "chat_waiting", "speeds"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class ChatWaiting(Waiting[Number]):
    """What chat contacts meet; :class:`wfm.staffing.Waiting` with two fields more.

    ``occupancy`` is work done over the most that the agents can do (all slots taken).

    Attributes
    ----------
    engaged : float
        Share of agents with at least one open chat.
    chats_per_agent : float
        Mean number of open chats per agent, 0 to the concurrency.
    """

    engaged: Number
    chats_per_agent: Number


def speeds(speedup: Sequence[float]) -> FloatArray:
    """Return the throughput by open chats as an array; ValueError unless it holds numbers above 0."""
    array = np.asarray(speedup, dtype=np.float64)
    if array.ndim != 1 or array.size == 0 or not np.all((array > 0) & np.isfinite(array)):
        raise ValueError(f"speedup: expected one number above 0 per open chat, got {speedup}")
    return array


@overload
def chat_waiting(
    arrivals_per_hour: float, aht_seconds: float, agents: int, speedup: Sequence[float], within_seconds: float,
    patience_seconds: float | None = None,
) -> ChatWaiting[float]: ...  # fmt: skip
@overload
def chat_waiting(
    arrivals_per_hour: ArrayLike, aht_seconds: ArrayLike, agents: ArrayLike, speedup: Sequence[float],
    within_seconds: ArrayLike, patience_seconds: ArrayLike | None = None,
) -> ChatWaiting[FloatArray]: ...  # fmt: skip
def chat_waiting(
    arrivals_per_hour: ArrayLike,
    aht_seconds: ArrayLike,
    agents: ArrayLike,
    speedup: Sequence[float],
    within_seconds: ArrayLike,
    patience_seconds: ArrayLike | None = None,
) -> ChatWaiting[float] | ChatWaiting[FloatArray]:
    """Return what ``agents`` with ``len(speedup)`` chats each attain (balanced birth-death approximation).

    Parameters
    ----------
    arrivals_per_hour, agents, within_seconds, patience_seconds
        As in :func:`wfm.staffing.waiting`.
    aht_seconds : float or array
        Handle time of a chat handled alone; with k open chats each takes ``k / speedup[k-1]`` times as long.
    speedup : sequence of float
        Throughput of one agent with 1, 2, ... K open chats relative to one, above 0. ``[1.0]`` is the phone.
        Levels beyond the fastest only hurt: leave them out.

    Returns
    -------
    ChatWaiting
        Limits as in :func:`wfm.staffing.waiting`; without agents nobody is engaged.
    """
    speed = speeds(speedup)
    load, handle, patience, within, counts, shape = demand(
        arrivals_per_hour, aht_seconds, patience_seconds, within_seconds, agents
    )
    table = evaluate_many(load, counts, speed, patience, within)
    engaged, chats = open_contacts_many(load, counts, speed, table[0])
    return ChatWaiting(
        **named(table, handle, shape), engaged=shaped(engaged, shape), chats_per_agent=shaped(chats, shape)
    )


def chat_required(
    arrivals_per_hour: ArrayLike,
    aht_seconds: ArrayLike,
    speedup: Sequence[float],
    share: ArrayLike,
    within_seconds: ArrayLike,
    patience_seconds: ArrayLike | None = None,
    definition: Definition = "sl_offered",
) -> int | IntArray:
    """Return the smallest number of chat agents whose service level is at least ``share``.

    Smallest where throughput grows by less with each further chat (a concave ``speedup``); otherwise a number that
    meets the target and whose predecessor does not. Arguments as in :func:`chat_waiting`, results and errors as in
    :func:`wfm.staffing.required_agents`.
    """
    return required_shares(
        arrivals_per_hour, aht_seconds, share, within_seconds, patience_seconds, definition, speeds(speedup)
    )
