"""Progress on the terminal: one live bar per step, plain lines elsewhere; hears Ctrl-C."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterable
from types import FrameType

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

from data.pace import Pace, time_left

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
# Plain lines: the next one after a while, once a tenth more is done or a minute has passed.
_SECONDS_BETWEEN_LINES, _SHARE_BETWEEN_LINES, _SILENT_SECONDS_MOST = 5.0, 0.1, 60.0
_STOPPING = "stopping with the best roster so far (Ctrl-C again: at once, without)"


class _Bars(Progress):
    """A bar per step, and below them what the step under way says: messages change in length, bars don't."""

    note = ""

    def get_renderables(self) -> Iterable[RenderableType]:
        """Return the bars and the note."""
        yield self.make_tasks_table(self.tasks)
        if self.note:
            yield Padding(Text(self.note), (0, 0, 0, 2))


class Teller:
    """Shows progress on the console it is given and remembers whether the user asked to stop.

    During the roster step the first Ctrl-C asks the step to stop with the best so far (unless nobody listens:
    ``stoppable`` is False); anywhere else, and the second time, it interrupts at once. ``time_limit`` (seconds) is
    that of the roster step.
    """

    def __init__(
        self, console: Console, quiet: bool, *, stoppable: bool = True, time_limit: float | None = None
    ) -> None:
        self.console, self.quiet, self.stoppable, self.time_limit = console, quiet, stoppable, time_limit
        self.step, self.asked, self.began = "", False, time.monotonic()
        self.told, self.told_at, self.told_share, self.opening = "", self.began, 0.0, False
        self.paces: dict[str, Pace] = {}
        self.tasks: dict[str, TaskID] = {}
        self.bars: _Bars | None = None
        if console.is_interactive and not quiet:
            columns = (TextColumn("{task.description:<12}"), BarColumn(30), TaskProgressColumn(), TimeElapsedColumn())
            self.bars = _Bars(*columns, TextColumn("{task.fields[left]}"), console=console)

    def __enter__(self) -> Teller:
        self.before = signal.signal(signal.SIGINT, self._on_interrupt)
        if self.bars is not None:
            self.bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGINT, self.before)
        if self.bars is not None:
            self.bars.note = ""
            self.bars.stop()

    def _on_interrupt(self, _signal: int, _frame: FrameType | None) -> None:
        if self.step != "roster" or self.asked or not self.stoppable:
            raise KeyboardInterrupt
        self.asked = True
        if self.bars is not None:
            self.bars.note = _STOPPING  # shown by the bars' own thread: a signal must not wait for locks

    def stop(self) -> bool:
        """Return True once the user asked to stop."""
        return self.asked

    def __call__(self, step: str, done: float, message: str = "") -> None:
        """Show how far a step is."""
        if step in _NAMES and done in (0.0, 1.0) and not message:
            self.step = step if done < 1.0 else ""
        if self.quiet:
            return
        left = self._left(step, done)
        if self.bars is not None:
            self._move_bar(self.bars, _NAMES.get(step, step), done, message, left)
        else:
            self._tell_line(_NAMES.get(step, step), done, message, left)

    def _left(self, step: str, done: float) -> str:
        """Return how long a step will still take, as far as can be told."""
        now = time.monotonic()
        pace = self.paces.setdefault(step, Pace(now))
        pace.mark(now, done)
        if done >= 1.0:
            return ""
        limited = step == "roster" and self.time_limit is not None
        limit = max(0.0, pace.began + (self.time_limit or 0.0) - now) if limited else None
        return time_left(pace.seconds_left(now), limit)

    def _tell_line(self, name: str, done: float, message: str, left: str) -> None:
        """Print the start and the end of a step, what it says first, and in between a line now and then."""
        now = time.monotonic()
        line = f"{name:<12} {done:4.0%}  {', '.join(filter(None, (message, left)))}".rstrip()
        edge = (done in (0.0, 1.0) and not message) or (done <= 0.0 and self.opening)
        if line == self.told or not (edge or self._due(now - self.told_at, done - self.told_share)):
            return
        self.told, self.told_at, self.told_share, self.opening = line, now, done, not message
        self.console.print(f"{now - self.began:6.1f} s  {line}")

    def _due(self, seconds: float, share: float) -> bool:
        return seconds >= (_SECONDS_BETWEEN_LINES if share >= _SHARE_BETWEEN_LINES else _SILENT_SECONDS_MOST)

    def _move_bar(self, bars: _Bars, name: str, done: float, message: str, left: str) -> None:
        if name not in self.tasks:
            self.tasks[name] = bars.add_task(name, total=1.0, left="")
        bars.update(self.tasks[name], completed=done, left=left)
        bars.note = message if not self.asked else bars.note
