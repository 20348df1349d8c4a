"""Progress on the terminal: one live bar per step, plain lines elsewhere; hears Ctrl-C."""

from __future__ import annotations

import signal
import time
from types import FrameType
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

__all__ = ["Teller"]

_NAMES = {
    "forecast": "forecast",
    "staff": "requirement",
    "roster": "roster",
    "simulate": "simulation",
    "audit": "audit",
    "backtest": "backtest",
    "compare": "scenarios",
}
_SECONDS_BETWEEN_LINES = 5.0
# Steps whose share tells of time, so that what is left can be told once some of it is known.
_STEADY, _LEAST_DONE = frozenset({"backtest", "compare"}), 0.05


class Teller:
    """Shows progress on the console it is given and remembers whether the user asked to stop.

    During the roster step the first Ctrl-C asks the step to stop with the best so far (unless nobody listens:
    ``stoppable`` is False); anywhere else, and the second time, it interrupts at once.
    """

    def __init__(self, console: Console, quiet: bool, *, stoppable: bool = True) -> None:
        self.console, self.quiet, self.stoppable = console, quiet, stoppable
        self.step, self.asked, self.began = "", False, time.monotonic()
        self.told, self.told_at = "", self.began
        self.tasks: dict[str, Any] = {}
        self.bar: Progress | None = None
        if console.is_terminal and not quiet:
            columns = (TextColumn("{task.description:<12}"), BarColumn(30), TimeElapsedColumn())
            self.bar = Progress(*columns, TextColumn("{task.fields[note]}"), console=console)

    def __enter__(self) -> Teller:
        self.before = signal.signal(signal.SIGINT, self._on_interrupt)
        if self.bar is not None:
            self.bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGINT, self.before)
        if self.bar is not None:
            self.bar.stop()

    def _on_interrupt(self, _signal: int, _frame: FrameType | None) -> None:
        if self.step != "roster" or self.asked or not self.stoppable:
            raise KeyboardInterrupt
        self.asked = True

    def stop(self) -> bool:
        """Return True once the user asked to stop."""
        return self.asked

    def __call__(self, step: str, done: float, message: str = "") -> None:
        """Show how far a step is."""
        if step in _NAMES and done in (0.0, 1.0) and not message:
            self.step = step if done < 1.0 else ""
        if self.quiet:
            return
        message = f"{message}{self._left(step, done)}"
        if self.bar is not None:
            self._move_bar(self.bar, _NAMES.get(step, step), done, message)
        else:
            self._tell_line(_NAMES.get(step, step), done, message)

    def _left(self, step: str, done: float) -> str:
        """Return how long a steady step will still take, as far as can be told."""
        if step not in _STEADY or not _LEAST_DONE <= done < 1.0:
            return ""
        seconds = (time.monotonic() - self.began) * (1 - done) / done
        return f", about {seconds / 60:.0f} min left" if seconds >= 90 else f", about {max(seconds, 1):.0f} s left"

    def _tell_line(self, name: str, done: float, message: str) -> None:
        """Print the start and the end of a step, and in between a line every few seconds."""
        now = time.monotonic()
        line = f"{name:<12} {done:4.0%}  {message}".rstrip()
        edge = done in (0.0, 1.0) and not message
        if line == self.told or not (edge or now - self.told_at >= _SECONDS_BETWEEN_LINES):
            return
        self.told, self.told_at = line, now
        self.console.print(f"{now - self.began:6.1f} s  {line}")

    def _move_bar(self, bar: Progress, name: str, done: float, message: str) -> None:
        if name not in self.tasks:
            self.tasks[name] = bar.add_task(name, total=1.0, note="")
        bar.update(self.tasks[name], completed=done, note=message)
