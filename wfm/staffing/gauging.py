"""From a queue's targets to what the single-queue simulation measures."""

from __future__ import annotations

import numpy as np

from wfm.plan import Queue, Target
from wfm.simulation.line import Gauge
from wfm.simulation.measures import DEFINITIONS, RESPONSE_CAP_SECONDS, kind_of, unanswered_of
from wfm.turns import turns

__all__ = ["gauge_of"]

_PROMPT_STEPS = 64


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
    seconds = target.seconds or 0.0
    if target.metric == "resolved_within":
        seconds = max(seconds - handled_seconds, 0.0)
    response, prompt, later = _replies(queue, target, seconds)
    return Gauge(
        kind=kind_of(target),
        definition=DEFINITIONS[target.definition],
        seconds=seconds,
        cap=target.cap_seconds or RESPONSE_CAP_SECONDS,
        unanswered=unanswered_of(target),
        later=later,
        response=response,
        prompt=prompt,
        together=int(target.count == "customer"),
    )


def _replies(queue: Queue, target: Target, seconds: float) -> tuple[np.ndarray, np.ndarray, float]:
    """Return mean seconds and promptness of replies by open chats, and the replies after the first that count."""
    levels = len(queue.speedup)
    response, prompt = np.zeros(levels + 1), np.ones((levels + 1, _PROMPT_STEPS + 1))
    if queue.rounds is None or queue.reply_seconds is None:
        return response, prompt, 0.0
    for chats in range(1, levels + 1):
        found = turns(queue.reply_seconds, queue.think_seconds, chats)
        response[chats] = found.response_seconds
        prompt[chats] = [found.share_within(seconds * step / _PROMPT_STEPS) for step in range(_PROMPT_STEPS + 1)]
    return response, prompt, 0.0 if target.count == "contact" else queue.rounds - 1.0
