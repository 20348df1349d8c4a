"""Chat message by message: one person with several open conversations (finite-source queue M/M/1//K).

Each customer thinks for ``think`` seconds on average, writes, and waits for the reply, which takes the person ``reply``
seconds; the person answers one message at a time, first come first served. Both times are exponential. Source: the
machine-repair model (Kleinrock 1975, section 3.8; Feller 1957), mean values by Reiser and Lavenberg's recursion (1980).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["Turns", "chats_within", "speedup_of", "turns"]


@dataclass(frozen=True)
class Turns:
    """What customers of a person with ``open_chats`` conversations meet, message by message.

    Attributes
    ----------
    open_chats : int
    utilisation : float
        Share of the person's time spent replying.
    response_seconds : float
        Mean time from a message to its reply.
    replies_per_hour : float
    seen : tuple of float
        Probability that a message finds 0, 1, ... ``open_chats - 1`` messages of the others unanswered.
    reply_seconds : float
    """

    open_chats: int
    utilisation: float
    response_seconds: float
    replies_per_hour: float
    seen: tuple[float, ...]
    reply_seconds: float

    def share_within(self, seconds: float) -> float:
        """Return the share of messages that are answered within ``seconds``."""
        rate = seconds / self.reply_seconds
        term, below, share = math.exp(-rate), 0.0, 0.0
        for ahead, probability in enumerate(self.seen):
            below += term
            share += probability * (1.0 - below)
            term *= rate / (ahead + 1)
        return min(max(share, 0.0), 1.0)


def turns(reply_seconds: float, think_seconds: float, open_chats: int) -> Turns:
    """Return how a person with some open conversations answers, message by message.

    Parameters
    ----------
    reply_seconds : float
        Mean time of the person for one reply, above 0.
    think_seconds : float
        Mean time until the customer writes again, >= 0.
    open_chats : int
        Conversations held at once, >= 1.

    Raises
    ------
    ValueError
        When an argument is out of its range.
    """
    if not (0 < reply_seconds < math.inf and 0 <= think_seconds < math.inf and open_chats >= 1):
        raise ValueError(
            f"expected reply > 0, think >= 0, chats >= 1, got {reply_seconds}, {think_seconds}, {open_chats}"
        )
    busy = _unanswered(reply_seconds, think_seconds, open_chats)
    utilisation = 1.0 - busy[0]
    seen = _unanswered(reply_seconds, think_seconds, open_chats - 1)  # the arrival theorem: the others' steady state
    response = reply_seconds * (1.0 + sum(ahead * share for ahead, share in enumerate(seen)))
    return Turns(open_chats, utilisation, response, 3600.0 * utilisation / reply_seconds, seen, reply_seconds)


def speedup_of(reply_seconds: float, think_seconds: float, most: int) -> tuple[float, ...]:
    """Return a person's throughput with 1, 2, ... ``most`` open conversations relative to one."""
    rates = [turns(reply_seconds, think_seconds, chats).utilisation for chats in range(1, most + 1)]
    return tuple(rate / rates[0] for rate in rates)


def chats_within(reply_seconds: float, think_seconds: float, seconds: float, share: float, most: int) -> int:
    """Return the highest number of open conversations with which a share of all messages is answered within a time.

    Parameters
    ----------
    reply_seconds, think_seconds : float
        As in :func:`turns`.
    seconds : float
        Target time from a message to its reply, >= 0.
    share : float
        Wanted share of the messages, in [0, 1].
    most : int
        Conversations that a person may hold at most, >= 1.

    Returns
    -------
    int
        0 to ``most``; 0 when the share is missed with a single conversation. The share falls with every further one.

    Raises
    ------
    ValueError
        When an argument is out of its range.
    """
    if not (seconds >= 0 and 0 <= share <= 1 and most >= 1):
        raise ValueError(f"expected seconds >= 0, share in [0, 1], most >= 1, got {seconds}, {share}, {most}")
    chats = 0
    while chats < most and turns(reply_seconds, think_seconds, chats + 1).share_within(seconds) >= share:
        chats += 1
    return chats


def _unanswered(reply: float, think: float, chats: int) -> tuple[float, ...]:
    """Return the probabilities of 0 .. ``chats`` unanswered messages among so many conversations."""
    if think == 0.0:
        return (0.0,) * chats + (1.0,)
    logs = [0.0]
    for unanswered in range(chats):
        logs.append(logs[-1] + math.log(chats - unanswered) + math.log(reply) - math.log(think))
    weights = [math.exp(log - max(logs)) for log in logs]
    total = math.fsum(weights)
    return tuple(weight / total for weight in weights)
