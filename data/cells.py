"""Reads single cells of a table; a cell that can't be read is a problem at its line and the reader goes on."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from data.problems import Problems
from data.tables import Table
from data.values import BLANKS, parse_date, parse_number
from wfm.errors import nearest

__all__ = ["Cells", "Names"]

T = TypeVar("T")


@dataclass(frozen=True)
class Names:
    """Names that tables may refer to, each with the id that is meant; an empty mapping: can't be checked.

    Attributes
    ----------
    queues, contracts, shifts : mapping
        Id, title or shift code -> id.
    employees : frozenset of str or None
        Known people; None when agents.csv could not be read.
    """

    queues: Mapping[str, str]
    contracts: Mapping[str, str]
    shifts: Mapping[str, str]
    employees: frozenset[str] | None = None


@dataclass(frozen=True)
class Cells:
    """The cells of a table, row by row."""

    table: Table
    problems: Problems

    def text(self, row: int, column: str, default: str = "") -> str:
        """Return a cell, ``default`` when it says nothing or the column is missing."""
        text = self.table.cell(column, row)
        return default if text.lower() in BLANKS else text

    def error(self, row: int, column: str, message: str) -> None:
        """Add a problem with a cell (``column`` ``""``: with the row)."""
        label = self.table.label(column) if column else ""
        self.problems.error(self.table.file, self.table.lines[row], label, message)

    def warn(self, row: int, column: str, message: str) -> None:
        """Add a warning about a cell."""
        self.problems.warn(self.table.file, self.table.lines[row], self.table.label(column), message)

    def parsed(self, row: int, column: str, parse: Callable[[str], T]) -> T | None:
        """Return a cell as ``parse`` reads it; None (and a problem) when it can't, None when it says nothing."""
        text = self.text(row, column)
        if not text:
            return None
        try:
            return parse(text)
        except ValueError as error:
            self.error(row, column, str(error))
            return None

    def required(self, row: int, column: str, parse: Callable[[str], T]) -> T | None:
        """Return a cell as ``parse`` reads it; None and a problem when it can't or the cell says nothing."""
        if not self.text(row, column):
            self.error(row, column, "is empty")
            return None
        return self.parsed(row, column, parse)

    def day(self, row: int, column: str) -> date | None:
        """Return a date that must be there; None and a problem when it is not."""
        return self.required(row, column, parse_date)

    def number(self, row: int, column: str, default: float) -> float:
        """Return a number, ``default`` when the cell says nothing or can't be read (the latter is a problem)."""
        value = self.parsed(row, column, parse_number)
        return default if value is None else value

    def person(self, row: int, names: Names) -> str:
        """Return the employee id of a row; an id that agents.csv doesn't have is a problem and gives ``""``."""
        text = self.required(row, "employee_id", str) or ""
        if text and names.employees is not None and text not in names.employees:
            self.error(row, "employee_id", f"'{text}' is not in agents.csv{_close(text, names.employees)}")
            return ""
        return text

    def known(self, row: int, column: str, text: str, what: str, valid: Mapping[str, str]) -> str:
        """Return the id that a name stands for; an unknown name is a problem and gives ``""``."""
        if text in valid or not valid:
            return valid.get(text, text)
        self.error(row, column, f"unknown {what} '{text}'{nearest(text, valid)}")
        return ""


def _close(text: str, valid: Collection[str]) -> str:
    """Return the nearest name only: a list of a hundred people helps nobody."""
    hint = nearest(text, valid)
    return hint if hint.startswith(", did you mean") else ""
