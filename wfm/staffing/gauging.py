"""From a queue's targets to what the single-queue simulation measures."""

from __future__ import annotations

import math

import numpy as np

from wfm.plan import Queue, Target
from wfm.simulation.line import Gauge
from wfm.simulation.measures import DEFINITIONS, RESPONSE_CAP_SECONDS, kind_of, unanswered_of
from wfm.turns import turns

__all__ = ["gauge_of"]

_PROMPT_STEPS = 64


def gauge_of(queue: Queue, target: Target, aht_seconds: float) -> Gauge:
    """Return what is measured for a target by the single queue.

    Parameters
    ----------
    queue : Queue
        With ``rounds`` its replies are looked at, too.
    target : Target
        One of its targets.
    aht_seconds : float
        Mean handle time of a contact handled alone: a live contact that must be resolved in time must be handled in
        what its wait leaves.
    """
    seconds = target.seconds or 0.0
    if target.metric == "resolved_within":
        response, prompt, later = _handling(queue, seconds, aht_seconds)
    else:
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
        alike=math.log1p(later) / later if later > 0.0 else 1.0,
    )


def _handling(queue: Queue, seconds: float, aht_seconds: float) -> tuple[np.ndarray, np.ndarray, float]:
    """Return what :func:`_replies` does where contacts must be finished: handle times are exponential."""
    levels = len(queue.speedup)
    prompt = np.ones((levels + 1, _PROMPT_STEPS + 1))
    times = seconds * np.arange(_PROMPT_STEPS + 1) / _PROMPT_STEPS
    for chats, speed in enumerate(queue.speedup, start=1):
        prompt[chats] = -np.expm1(-times * speed / (chats * aht_seconds))
    return np.zeros(levels + 1), prompt, 0.0


def _replies(queue: Queue, target: Target, seconds: float) -> tuple[np.ndarray, np.ndarray, float]:
    """Return mean seconds and promptness of replies by open chats, and the replies after the first that count.

    The number of replies is geometric, as in :mod:`wfm.simulation.messages`: the mean of one over it is
    ``log(rounds) / (rounds - 1)``.
    """
    levels = len(queue.speedup)
    response, prompt = np.zeros(levels + 1), np.ones((levels + 1, _PROMPT_STEPS + 1))
    if queue.rounds is None or queue.reply_seconds is None:
        return response, prompt, 0.0
    for chats in range(1, levels + 1):
        found = turns(queue.reply_seconds, queue.think_seconds, chats)
        response[chats] = found.response_seconds
        prompt[chats] = [found.share_within(seconds * step / _PROMPT_STEPS) for step in range(_PROMPT_STEPS + 1)]
    return response, prompt, 0.0 if target.count == "contact" else queue.rounds - 1.0
