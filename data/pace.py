"""How long a step will still take, from what it told so far."""

from __future__ import annotations

__all__ = ["Pace", "time_left"]

_LEAST_DONE, _MOST_DONE, _LEAST_SECONDS = 0.02, 0.99, 3.0
_LATELY = 1 / 3


class Pace:
    """The pace of a step that began at ``now``: which share was done when.

    What passes before the first share is done (compiling, reading) is preparation and tells nothing of the pace. Steps
    change their pace, so that of the last third of the time counts as much as that of all of it; not more, as steps
    also stand still for a while.
    """

    def __init__(self, now: float) -> None:
        self.began = now
        self.marks = [(now, 0.0)]

    def mark(self, now: float, done: float) -> None:
        """Remember which share is done."""
        if done <= 0.0:
            self.marks = [(now, 0.0)]
        elif done > self.marks[-1][1]:
            self.marks.append((now, done))

    def seconds_left(self, now: float) -> float | None:
        """Return how long the rest takes, None where that can't be told."""
        first, done = self.marks[0][0], self.marks[-1][1]
        if not _LEAST_DONE <= done < _MOST_DONE or now - first < _LEAST_SECONDS:
            return None
        then, before = max(mark for mark in self.marks if mark[0] <= now - _LATELY * (now - first))
        pace, of_late = done / (now - first), (done - before) / (now - then)
        return (1.0 - done) / (0.5 * pace + 0.5 * of_late)


def time_left(seconds: float | None, limit: float | None) -> str:
    """Return in words how long a step will take: at its pace, and no longer than what is left of a time limit."""
    if limit is not None and (seconds is None or seconds > limit):
        return f"at most {_rounded(limit)} left"
    return "" if seconds is None else f"about {_rounded(seconds)} left"


def _rounded(seconds: float) -> str:
    if seconds >= 5400.0:
        return f"{seconds / 3600:.1f} h"
    if seconds >= 90.0:
        return f"{seconds / 60:.0f} min"
    return f"{5 * round(seconds / 5) if seconds >= 10.0 else max(round(seconds), 1)} s"
