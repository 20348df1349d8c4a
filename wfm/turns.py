"""Chat message by message: one person with several open conversations (finite-source queue M/M/1//K).

Each customer thinks for ``think`` seconds on average, writes, and waits for the reply, which takes the person ``reply``
seconds; the person answers one message at a time, first come first served. Both times are exponential. Source: the
machine-repair model (Kleinrock 1975, section 3.8; Feller 1957), mean values by Reiser and Lavenberg's recursion (1980).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from wfm.arguments import number, whole_number

__all__ = ["Turns", "chats_within", "speedup_of", "turns"]

#: The most open conversations of one person; nobody has so many, and all is told in a second.
MOST_CHATS = 100_000


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
        """Return the share of messages that are answered within ``seconds`` (0 to infinity)."""
        rate = number("seconds", seconds, "[0, inf]") / self.reply_seconds
        if rate in (0.0, math.inf):
            return 0.0 if rate == 0.0 else 1.0
        each, below, share = math.log(rate), 0.0, 0.0  # logarithms, as exp(-rate) may be below the least float
        for ahead, probability in enumerate(self.seen):
            below += math.exp(ahead * each - rate - math.lgamma(ahead + 1))
            share += probability * max(1.0 - below, 0.0)
        return min(max(share, 0.0), 1.0)


def turns(reply_seconds: float, think_seconds: float, open_chats: int) -> Turns:
    """Return how a person with some open conversations answers, message by message.

    Parameters
    ----------
    reply_seconds : float
        Mean time of the person for one reply, 1e-300 to 1e300.
    think_seconds : float
        Mean time until the customer writes again, 0 to 1e300.
    open_chats : int
        Conversations held at once, 1 to 100,000; the time taken grows with it.

    Raises
    ------
    ValueError
        When an argument is out of its range.
    """
    reply, think = _times(reply_seconds, think_seconds)
    chats = whole_number("open_chats", open_chats, 1, MOST_CHATS)
    *_, (response, utilisation) = _loads(reply, think, chats)
    seen = _unanswered(reply, think, chats - 1)  # the arrival theorem: the others' steady state
    return Turns(chats, utilisation, response, 3600.0 * chats / (response + think), seen, reply)


def speedup_of(reply_seconds: float, think_seconds: float, most: int) -> tuple[float, ...]:
    """Return a person's throughput with 1, 2, ... ``most`` open conversations relative to one.

    Arguments and errors as in :func:`turns`, ``most`` as ``open_chats`` there.
    """
    reply, think = _times(reply_seconds, think_seconds)
    rates = [utilisation for _, utilisation in _loads(reply, think, whole_number("most", most, 1, MOST_CHATS))]
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
        Conversations that a person may hold at most, 1 to 100,000.

    Returns
    -------
    int
        0 to ``most``; 0 when the share is missed with a single conversation. The share falls with every further one.

    Raises
    ------
    ValueError
        When an argument is out of its range.
    """
    number("share", share, "[0, 1]")
    number("seconds", seconds, "[0, inf]")
    low, high = 0, whole_number("most", most, 1, MOST_CHATS) + 1  # low keeps the promise, high breaks it or is too many
    step = 1
    while high - low > 1:
        chats = min(low + step, (low + high) // 2)
        if turns(reply_seconds, think_seconds, chats).share_within(seconds) >= share:
            low, step = chats, 2 * step
        else:
            high = chats
    return low


def _times(reply_seconds: float, think_seconds: float) -> tuple[float, float]:
    reply = number("reply_seconds", reply_seconds, "[1e-300, 1e300]")
    return reply, number("think_seconds", think_seconds, "[0, 1e300]")


def _loads(reply: float, think: float, most: int) -> Iterator[tuple[float, float]]:
    """Return mean response time and utilisation with 1, 2, ... ``most`` conversations, each from the one before.

    Who writes finds the steady state of the others (Reiser and Lavenberg): positive terms only.
    """
    unanswered, pause = 0.0, min(think / reply, 1e300)
    for chats in range(1, most + 1):
        response = 1.0 + unanswered  # in replies
        utilisation = chats / (response + pause)
        unanswered = utilisation * response
        yield reply * response, min(utilisation, 1.0)


def _unanswered(reply: float, think: float, chats: int) -> tuple[float, ...]:
    """Return the probabilities of 0 .. ``chats`` unanswered messages among so many conversations."""
    if think == 0.0:
        return (0.0,) * chats + (1.0,)
    logs, ratio = [0.0], math.log(reply) - math.log(think)
    for unanswered in range(chats):
        logs.append(logs[-1] + math.log(chats - unanswered) + ratio)
    highest = max(logs)
    weights = [math.exp(log - highest) for log in logs]
    total = math.fsum(weights)
    return tuple(weight / total for weight in weights)
