"""From a queue's targets to what the single-queue simulation measures."""

from __future__ import annotations

import math

import numpy as np

from wfm.plan import Queue, Target
from wfm.simulation.line import ABANDONED, AVERAGE, DEFINITIONS, NO_SERVICE, OFFERED, WITHIN, Gauge
from wfm.simulation.targets import RESPONSE_CAP_SECONDS
from wfm.turns import turns

__all__ = ["gauge_of"]

_STEPS = 64


def gauge_of(queue: Queue, target: Target, handled_seconds: float) -> Gauge:
    """Return what is measured for a target.

    Parameters
    ----------
    queue : Queue
        With ``rounds`` its replies are looked at, too.
    target : Target
        One of its targets.
    handled_seconds : float
        Mean time from the first answer to the end: a live contact that must be resolved in time must be answered so
        much earlier.
    """
    kinds = {"average_response": AVERAGE, "abandoned": ABANDONED, "no_service": NO_SERVICE}
    seconds = target.seconds or 0.0
    if target.metric == "resolved_within":
        seconds = max(seconds - handled_seconds, 0.0)
    response, prompt, later = _replies(queue, target, seconds)
    return Gauge(
        kind=kinds.get(target.metric, WITHIN),
        definition=DEFINITIONS.get(target.definition, OFFERED),
        seconds=seconds,
        cap=target.cap_seconds or RESPONSE_CAP_SECONDS,
        unanswered=_unanswered(target),
        later=later,
        response=response,
        prompt=prompt,
        together=int(target.count == "customer"),
    )


def _unanswered(target: Target) -> float:
    if target.unanswered == "excluded":
        return math.nan
    return -1.0 if target.unanswered_seconds is None else target.unanswered_seconds


def _replies(queue: Queue, target: Target, seconds: float) -> tuple[np.ndarray, np.ndarray, float]:
    """Return mean seconds and promptness of replies by open chats, and the replies after the first that count."""
    levels = len(queue.speedup)
    response, prompt = np.zeros(levels + 1), np.ones((levels + 1, _STEPS + 1))
    if queue.rounds is None or queue.reply_seconds is None:
        return response, prompt, 0.0
    for chats in range(1, levels + 1):
        found = turns(queue.reply_seconds, queue.think_seconds, chats)
        response[chats] = found.response_seconds
        prompt[chats] = [found.share_within(seconds * step / _STEPS) for step in range(_STEPS + 1)]
    return response, prompt, 0.0 if target.count == "contact" else queue.rounds - 1.0
