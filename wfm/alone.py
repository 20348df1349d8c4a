"""What a target reaches where everybody holds one chat at a time: replies can't come sooner, whoever is hired."""

from __future__ import annotations

from wfm.queues import Queue, Target
from wfm.simulation.measures import RESPONSE_CAP_SECONDS
from wfm.turns import turns

__all__ = ["reached_alone"]


def reached_alone(target: Target, queue: Queue) -> float | None:
    """Return the best share of replies (or customers) in time, or the best mean response in seconds.

    None where replies don't limit the target: they are not known, it is not about them, or who gives up can make it
    better than any answer does.
    """
    if queue.reply_seconds is None or target.metric not in ("answered_within", "average_response"):
        return None
    found = turns(queue.reply_seconds, queue.think_seconds, 1)
    if target.metric == "average_response":
        mean = min(found.response_seconds, target.cap_seconds or RESPONSE_CAP_SECONDS)
        leaves_out = queue.patience_seconds is None or target.unanswered == "excluded"
        return mean if leaves_out or (target.unanswered_seconds or mean) >= mean else None
    if target.definition == "sl_left_queue":
        return None
    share = found.share_within(target.seconds or 0.0)
    if target.count != "customer":
        return share
    return share / (1.0 + ((queue.rounds or 1.0) - 1.0) * (1.0 - share))  # of so many replies, geometric, all in time
