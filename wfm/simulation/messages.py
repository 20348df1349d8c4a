"""Chat message by message: how many there are, and how long each reply takes.

A contact whose work is ``w`` times the mean has ``1 + floor(w / ln(R / (R - 1)))`` messages: geometric with mean ``R``,
and long contacts have many. The first reply comes after the wait in line and the person's answer at the number of chats
then open; the others at the number open on average over the contact's life, rounded at random. Given the number of open
chats a response has the distribution of the finite-source queue (:mod:`wfm.turns`), slower people take longer.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from wfm.compiled import part
from wfm.queues import Queue
from wfm.simulation.hashing import exponential, mix, uniform
from wfm.simulation.model import Contacts, FloatArray, Outcome
from wfm.simulation.patience import LOGITS, look_up
from wfm.turns import turns

__all__ = ["Talk", "prepare_talk", "reply_seconds", "response_table", "rounds_of"]

_WORK, _MESSAGES = 3, np.uint64(10)


class Talk(NamedTuple):
    """The messages of chats by queue.

    Attributes
    ----------
    step : float array (queues,)
        Work per message beyond the first, in multiples of the mean work; 0 where messages are not known.
    reply : float array (queues,)
        Mean seconds that one reply takes a person of speed 1.
    mean : float array (queues,)
        Messages of a contact on average.
    table : float array (queues, levels, points)
        Logarithms of the quantiles of the response with so many open chats, in multiples of ``reply``.
    """

    step: FloatArray
    reply: FloatArray
    mean: FloatArray
    table: FloatArray


def prepare_talk(queues: Sequence[Queue]) -> Talk:
    """Return the messages of the queues; those that state no rounds have none."""
    known = [queue.rounds is not None and queue.reply_seconds is not None for queue in queues]
    levels = max((queue.concurrency for queue, talks in zip(queues, known, strict=True) if talks), default=0)
    table = np.zeros((len(queues), levels, len(LOGITS) if levels else 1))
    step, reply, mean = np.zeros(len(queues)), np.zeros(len(queues)), np.ones(len(queues))
    for q, queue in enumerate(queues):
        if queue.rounds is None or queue.reply_seconds is None:
            continue
        step[q] = math.inf if queue.rounds == 1.0 else -math.log1p(-1.0 / queue.rounds)
        reply[q], mean[q] = queue.reply_seconds, queue.rounds
        for chats in range(1, levels + 1):
            seen = turns(queue.reply_seconds, queue.think_seconds, min(chats, queue.concurrency)).seen
            table[q, chats - 1] = response_table(seen)
    return Talk(step, reply, mean, table)


def response_table(seen: Sequence[float]) -> FloatArray:
    """Return logarithms of the quantiles of a response, in mean replies, on the grid of logits.

    ``seen[i]`` is the probability that a message finds ``i`` others unanswered: then it waits for ``i + 1`` exponential
    replies.
    """
    from scipy import special

    x = np.exp(np.linspace(-40.0, 6.0, 6000))
    early = sum(share * special.gammainc(ahead + 1.0, x) for ahead, share in enumerate(seen))
    late = sum(share * special.gammaincc(ahead + 1.0, x) for ahead, share in enumerate(seen))
    with np.errstate(divide="ignore"):
        logit = np.log(early) - np.log(late)
    kept = np.isfinite(logit)
    return np.asarray(np.interp(LOGITS, logit[kept], np.log(x[kept])), dtype=np.float64)


@part
def rounds_of(talk: Talk, q: int, key: np.uint64) -> int:
    """Return how many messages a contact has."""
    return 1 + int(min(exponential(key, _WORK) / talk.step[q], 1e6))


@part
def reply_seconds(talk: Talk, contacts: Contacts, out: Outcome, c: int, number: int) -> float:
    """Return the response to one message (0 = the first) of a contact that a person has taken, wait in line apart."""
    q = contacts.queue[c]
    stream = mix(contacts.key[c], _MESSAGES)
    level = out.level[c, 0]
    if number > 0:
        mean = out.level[c, 1] if out.level[c, 1] > 0.0 else level
        level = math.floor(mean)
        if uniform(stream, 2 * number + 1) < mean - level:
            level += 1.0
    row = min(max(int(level), 1), talk.table.shape[1]) - 1
    in_replies = look_up(talk.table[q, row], uniform(stream, 2 * number))
    return float(in_replies * talk.reply[q] / out.level[c, 2])
