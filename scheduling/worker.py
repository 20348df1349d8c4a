"""Work in a thread of its own, so that whoever waits can stop at any moment."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

__all__ = ["Worker"]

T = TypeVar("T")


class Worker(Generic[T]):
    """A function under way in a daemon thread.

    Parameters
    ----------
    work : callable
        Gets a function that tells whether to stop, and returns the result.
    """

    def __init__(self, work: Callable[[Callable[[], bool]], T]) -> None:
        self._flag = threading.Event()
        self._work = work
        self._outcome: list[T] = []
        self._error: list[BaseException] = []
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._outcome.append(self._work(self._flag.is_set))
        except BaseException as error:  # handed on to the thread that waits
            self._error.append(error)

    @property
    def running(self) -> bool:
        """Whether it is still under way."""
        return self._thread.is_alive()

    def stop(self, patience_seconds: float) -> None:
        """Ask it to stop and wait a moment; what does not hear it is left behind (it ends with the process)."""
        self._flag.set()
        self._thread.join(patience_seconds)

    def wait(self, seconds: float) -> None:
        """Wait until it ends, at most so long."""
        deadline = time.monotonic() + seconds
        while self.running and time.monotonic() < deadline:
            self._thread.join(min(0.1, seconds))

    def wait_for_end(self, stop: Callable[[], bool]) -> None:
        """Wait until it ends or ``stop`` says so."""
        while self.running and not stop():
            self._thread.join(0.1)

    def result(self) -> T | None:
        """Return the result, None when there is none (yet); raises what the work raised."""
        if self._error:
            raise self._error[0]
        return self._outcome[0] if self._outcome else None
