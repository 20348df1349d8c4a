"""How long steps tell what they do, and how they learn that the user wants them to stop."""

from __future__ import annotations

from typing import Protocol

__all__ = ["Progress", "Stop", "never_stop", "silent"]


class Progress(Protocol):
    """Receives what a step has done so far."""

    def __call__(self, step: str, done: float, message: str = "") -> None:
        """Report the share ``done`` in [0, 1] of ``step``, with a short message for the reader."""


class Stop(Protocol):
    """Tells whether to stop now with the best so far."""

    def __call__(self) -> bool:
        """Return True once the user interrupted or the time is over."""


def silent(step: str, done: float, message: str = "") -> None:
    """Report nothing."""


def never_stop() -> bool:
    """Return False: run to the end."""
    return False
