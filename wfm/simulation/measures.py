"""What a target measures, as numbers that machine code compares: shared by both simulators."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from wfm.queues import Target

__all__ = [
    "ABANDONED", "AVERAGE", "DEFINITIONS", "EXCLUDED", "KINDS", "LEFT_QUEUE", "MOMENT", "NO_SERVICE", "OFFERED",
    "OF_ANSWERED", "RESPONSE_CAP_SECONDS", "WITHIN", "WITHOUT_SHORT", "kind_of", "unanswered_of",
]  # fmt: skip

WITHIN, AVERAGE, ABANDONED, NO_SERVICE = 0, 1, 2, 3
KINDS: Mapping[str, int] = {"average_response": AVERAGE, "abandoned": ABANDONED, "no_service": NO_SERVICE}
OFFERED, OF_ANSWERED, WITHOUT_SHORT, LEFT_QUEUE = 0, 1, 2, 3
DEFINITIONS: Mapping[str, int] = {
    "sl_offered": OFFERED,
    "sl_answered": OF_ANSWERED,
    "sl_excl_short_ab": WITHOUT_SHORT,
    "sl_left_queue": LEFT_QUEUE,
}
"""What the share is of: those offered, the answered, all but short abandonments; or who left the queue in time."""
EXCLUDED = -1.0
"""In place of the seconds of an unanswered contact: it stays out of the average. NaN: its wait counts."""
RESPONSE_CAP_SECONDS = 600.0
"""A live contact's response counts with at most this in an average unless the target says otherwise."""

MOMENT = 1e-6
"""Seconds. A backlog is older than this at the start, whatever its stated age: what came before 0 is not counted."""


def kind_of(target: Target) -> int:
    """Return what a target measures; whatever is done within a time is ``WITHIN``."""
    return KINDS.get(target.metric, WITHIN)


def unanswered_of(target: Target) -> float:
    """Return the seconds that an unanswered contact adds to an average, ``EXCLUDED``, or NaN for its wait."""
    if target.unanswered == "excluded":
        return EXCLUDED
    return np.nan if target.unanswered_seconds is None else target.unanswered_seconds
