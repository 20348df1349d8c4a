"""Gathers every problem of every input file, so that all can be shown at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from wfm.errors import InputError, Problem

__all__ = ["LISTED", "Problems"]

LISTED = 20
"""Problems of one kind that are listed line by line before the rest is only counted."""


class Problems:
    """A growing list of problems; readers add to it and go on."""

    def __init__(self) -> None:
        self.found: list[Problem] = []

    def error(self, file: str, line: int, column: str, message: str) -> None:
        """Add a problem that stops the run."""
        self.found.append(Problem(file, line, column, message))

    def warn(self, file: str, line: int, column: str, message: str) -> None:
        """Add a problem that is only told."""
        self.found.append(Problem(file, line, column, message, "warning"))

    def many(
        self, file: str, column: str, lines: Sequence[int], messages: Iterable[str], *, severity: str = "error"
    ) -> None:
        """Add one problem per line; after the first :data:`LISTED` only say how many more there are.

        ``lines`` and ``messages`` go together; ``messages`` may be lazy: no more of it is taken than is shown.
        """
        for line, message in zip(lines[:LISTED], messages, strict=False):
            self.found.append(Problem(file, int(line), column, message, severity))
        if len(lines) > LISTED:
            more = f"... and {len(lines) - LISTED:,} more lines like these"
            self.found.append(Problem(file, 0, column, more, severity))

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that stop the run, in the order in which they were found."""
        return tuple(problem for problem in self.found if problem.severity == "error")

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """The problems that are only told, in the order in which they were found."""
        return tuple(problem for problem in self.found if problem.severity != "error")

    def raise_if_any(self) -> None:
        """Raise InputError holding every error, when there is one: the plan's first, then file by file."""
        if self.errors:
            raise InputError(sorted(self.errors, key=_place))


def _place(problem: Problem) -> tuple[bool, str, int]:
    """Order by file and, in the plan, by line; within a table as the reader found them, kind by kind."""
    is_table = problem.file != "plan.toml"
    return is_table, problem.file, 0 if is_table else problem.line
