"""Errors of the product, as a tree.

::

    WfmError                    exit code
    ├── InputError              1   every problem of the input at once
    ├── NoRosterError           3   no roster can obey the hard rules
    └── InterruptedRunError     130 stopped by the user; carries nothing, results were written before

A :class:`Problem` is one line a planner can act on: where, what was expected, what was found, and the way out.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

__all__ = ["InputError", "InterruptedRunError", "NoRosterError", "Problem", "WfmError", "nearest"]


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that is wrong with the input.

    Attributes
    ----------
    file : str
        File name relative to the plan folder; ``""`` when no single file is to blame.
    line : int
        1-based line (header is line 1); 0 when not tied to a line.
    column : str
        Column or key (``queue[2].channel``), ``""`` when the whole line or file is meant.
    message : str
        What was expected, what was found, and the way out, in one sentence.
    severity : str
        ``"error"`` stops the run, ``"warning"`` is only told.
    """

    file: str
    line: int
    column: str
    message: str
    severity: str = "error"

    def __str__(self) -> str:
        place = self.file + (f":{self.line}" if self.line else "")
        head = " ".join(part for part in (place, f"{self.column}:" if self.column else "") if part)
        if place and not self.column:
            head = place + ":"
        return f"{head} {self.message}".strip()


class WfmError(Exception):
    """Base of all errors that the product raises on purpose."""

    exit_code = 1


class InputError(WfmError):
    """The input can't be used; ``problems`` holds every reason found."""

    exit_code = 1

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[type[InputError], tuple[tuple[Problem, ...]]]:
        return InputError, (self.problems,)


class NoRosterError(WfmError):
    """No roster can obey the hard rules.

    Attributes
    ----------
    conflicts : tuple of str
        The rules and inputs that contradict each other, in words, with names and dates.
    ways_out : tuple of str
        What the planner could change.
    """

    exit_code = 3

    def __init__(self, conflicts: Sequence[str], ways_out: Sequence[str] = ()) -> None:
        self.conflicts: tuple[str, ...] = tuple(conflicts)
        self.ways_out: tuple[str, ...] = tuple(ways_out)
        super().__init__("\n".join((*self.conflicts, *self.ways_out)))

    def __reduce__(self) -> tuple[type[NoRosterError], tuple[tuple[str, ...], tuple[str, ...]]]:
        return NoRosterError, (self.conflicts, self.ways_out)


class InterruptedRunError(WfmError):
    """The user stopped the run before there was anything to keep."""

    exit_code = 130


def nearest(name: str, valid: Iterable[str]) -> str:
    """Return ``", did you mean 'x'?"`` for the closest valid name, or the list of names when none is close.

    Parameters
    ----------
    name : str
        What was found.
    valid : iterable of str
        What would have been accepted.
    """
    names = sorted(set(valid))
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    if close:
        return f", did you mean '{close[0]}'?"
    if not names:
        return ""
    shown = ", ".join(f"'{item}'" for item in names[:12])
    return f"; valid: {shown}" + (", ..." if len(names) > 12 else "")
