"""Rosters for other systems: the two sheets that personnel departments load, as CSV for Excel and as xlsx.

``hr-matrix`` has a row per person and a column per date with shift codes; ``hr-long`` a row per shift. CSV comes with
BOM and CRLF, as Excel on Chinese Windows needs it. Cells that a spreadsheet would run as a formula get a leading
apostrophe.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from data.labels import word
from data.workbook import workbook
from wfm.errors import InputError, Problem, nearest
from wfm.inputs import Inputs
from wfm.results import Activity, Hire, RosteredShift

__all__ = ["FORMATS", "export", "neutralised"]

_LEAVE_WORDS: Mapping[str, tuple[str, ...]] = {
    "leave_annual": ("annual", "vacation", "holiday", "年假", "年休"),
    "leave_sick": ("sick", "ill", "病"),
    "leave_maternity": ("maternity", "产假"),
    "leave_lieu": ("lieu", "compensat", "调休", "补休"),
    "leave_business": ("business", "travel", "公出", "出差"),
}
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_LONG_COLUMNS = (
    "employee_id", "name", "date", "shift_code", "shift_name", "start_time", "end_time", "next_day", "rest_minutes",
    "skills", "hours", "overtime_kind",
)  # fmt: skip


def export(
    inputs: Inputs,
    shifts: Sequence[RosteredShift],
    activities: Sequence[Activity],
    hires: Sequence[Hire],
    to: str,
    lang: str = "zh",
    encoding: str = "utf-8-sig",
) -> dict[str, bytes]:
    """Return the files of an export (name -> bytes): the sheet as CSV and as xlsx.

    ``to`` is ``hr-matrix`` or ``hr-long``; ``lang`` the language of headers, rest, leave and employment words;
    ``encoding`` that of the CSV: ``utf-8-sig`` (with BOM), ``utf-8`` or ``gb18030``.

    Raises
    ------
    InputError
        When there is no such format or encoding.
    """
    if to not in FORMATS:
        raise InputError([Problem("", 0, "--to", f"unknown format '{to}'{nearest(to, FORMATS)}")])
    rows = FORMATS[to](_Book(inputs, tuple(shifts), tuple(activities), tuple(hires), lang))
    safe = [[neutralised(cell) for cell in row] for row in rows]
    name = to.replace("hr-", "roster-")
    return {f"{name}.csv": _encoded(safe, encoding), f"{name}.xlsx": workbook(word("roster", lang), safe)}


def neutralised(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula: an apostrophe goes before ``= + - @`` and control marks.

    The full-width signs count too: Excel in East Asian languages reads them as the narrow ones.
    """
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell


def _encoded(rows: Sequence[Sequence[str]], encoding: str) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerows(rows)
    try:
        return buffer.getvalue().encode(encoding)
    except LookupError:
        hint = nearest(encoding, ("utf-8-sig", "utf-8", "gb18030"))
        raise InputError([Problem("", 0, "--encoding", f"unknown encoding '{encoding}'{hint}")]) from None
    except UnicodeEncodeError as error:
        text = f"'{encoding}' has no character '{error.object[error.start]}'; use utf-8-sig or gb18030"
        raise InputError([Problem("", 0, "--encoding", text)]) from None


@dataclass(frozen=True)
class _Person:
    """A row of the matrix: ``first`` to ``last`` is the employment, ``seat`` the first day after training."""

    employee_id: str
    name: str
    department: str
    contract: str
    first: date
    seat: date
    last: date


@dataclass(frozen=True)
class _Book:
    inputs: Inputs
    shifts: tuple[RosteredShift, ...]
    activities: tuple[Activity, ...]
    hires: tuple[Hire, ...]
    lang: str

    def word(self, key: str) -> str:
        return word(key, self.lang)

    @cached_property
    def codes(self) -> dict[str, str]:
        codes = {shift.id: shift.code or shift.id for shift in self.inputs.plan.shift}
        return {"training": self.word("training"), **codes}

    @cached_property
    def shift_on(self) -> dict[tuple[str, date], RosteredShift]:
        return {(shift.employee_id, shift.date): shift for shift in self.shifts}

    @cached_property
    def leave_on(self) -> dict[tuple[str, date], str]:
        return {
            (off.employee_id, off.start + timedelta(days=day)): self.leave(off.kind)
            for off in self.inputs.time_off
            for day in range((off.end - off.start).days + 1)
        }

    @cached_property
    def people(self) -> list[_Person]:
        return [*self._named(), *self._taken_on(), *self._known_from_shifts()]

    @cached_property
    def queues_of(self) -> dict[str, str]:
        """What a person can serve: for shifts in which routing decides."""
        held = {hire.employee_id: self.inputs.plan.contract_by_id(hire.contract).queues for hire in self.hires}
        held |= {agent.employee_id: tuple(agent.queues) for agent in self.inputs.agents}
        return {who: ";".join(queues) for who, queues in held.items()}

    @cached_property
    def served(self) -> dict[tuple[str, date], str]:
        """The queues that the activities of a shift name."""
        found: dict[tuple[str, date], dict[str, None]] = {}
        for activity in self.activities:
            if activity.queue:
                found.setdefault((activity.employee_id, activity.date), {})[activity.queue] = None
        return {key: ";".join(queues) for key, queues in found.items()}

    def leave(self, kind: str) -> str:
        text = kind.strip().lower()
        for key, starts in _LEAVE_WORDS.items():
            if any(start in text for start in starts):
                return self.word(key)
        return kind.strip() or self.word("leave_other")

    def _named(self) -> list[_Person]:
        rows = []
        for agent in self.inputs.agents:
            contract = self.inputs.plan.contract_by_id(agent.contract)
            first = agent.hired_on or date.min
            seat = first + timedelta(days=contract.training_days) if agent.hired_on else date.min
            last = agent.leaves_on or date.max
            rows.append(_Person(agent.employee_id, agent.name, agent.team, agent.contract, first, seat, last))
        return rows

    def _taken_on(self) -> list[_Person]:
        return [
            _Person(hire.employee_id, "", hire.contract, hire.contract, hire.training_from, hire.on_seat_from, date.max)
            for hire in self.hires
        ]

    def _known_from_shifts(self) -> list[_Person]:
        """People who are only in the roster: an export of a roster without its hires still shows everybody."""
        known = {agent.employee_id for agent in self.inputs.agents} | {hire.employee_id for hire in self.hires}
        first: dict[str, RosteredShift] = {}
        for shift in self.shifts:
            if shift.employee_id not in known:
                first.setdefault(shift.employee_id, shift)
        return [_Person(who, s.name, s.team, s.contract, date.min, date.min, date.max) for who, s in first.items()]


def _matrix(book: _Book) -> list[list[str]]:
    days = book.inputs.plan.plan.grid.dates
    head = [book.word(key) for key in ("employee_id", "name", "department", "employment")]
    rows = [[*head, *(day.isoformat() for day in days)]]
    for person in book.people:
        kind = book.inputs.plan.contract_by_id(person.contract).kind
        about = [person.employee_id, person.name, person.department, book.word(f"kind_{kind}")]
        rows.append([*about, *(_matrix_cell(book, person, day) for day in days)])
    return rows


def _matrix_cell(book: _Book, person: _Person, day: date) -> str:
    key = (person.employee_id, day)
    shift = book.shift_on.get(key)
    if shift is not None:
        return book.codes.get(shift.shift, shift.shift)
    if not person.first <= day <= person.last:
        return ""
    if key in book.leave_on:
        return book.leave_on[key]
    return book.word("training") if day < person.seat else book.word("rest")


def _long(book: _Book) -> list[list[str]]:
    ordered = sorted(book.shifts, key=lambda shift: (shift.date, shift.employee_id))
    return [[book.word(key) for key in _LONG_COLUMNS], *(_long_row(book, shift) for shift in ordered)]


def _long_row(book: _Book, shift: RosteredShift) -> list[str]:
    minutes = (shift.end - shift.start).total_seconds() / 60
    rest = round(minutes - shift.paid_hours * 60)
    key = (shift.employee_id, shift.date)
    skills = "" if shift.shift == "training" else book.served.get(key) or book.queues_of.get(shift.employee_id, "")
    return [
        shift.employee_id, shift.name, shift.date.isoformat(), book.codes.get(shift.shift, shift.shift), shift.shift,
        f"{shift.start:%H:%M}", f"{shift.end:%H:%M}", str(int(shift.end.date() > shift.date)), str(rest), skills,
        f"{shift.paid_hours:.2f}", _overtime_kind(book, shift),
    ]  # fmt: skip


def _overtime_kind(book: _Book, shift: RosteredShift) -> str:
    """Name the premium class of a shift: above the day's normal hours it is workday overtime, the rest rest-day's."""
    if shift.date in book.inputs.day_types.statutory and shift.shift != "training":
        return book.word("overtime_holiday")
    daily = max(0.0, shift.paid_hours - book.inputs.rules.normal_hours_per_day)
    kinds = []
    if shift.overtime_hours > 0 and daily > 0:
        kinds.append(book.word("overtime_day"))
    if shift.overtime_hours > daily + 0.005:
        kinds.append(book.word("overtime_rest_day"))
    return ";".join(kinds)


FORMATS: Mapping[str, Callable[[_Book], list[list[str]]]] = {"hr-matrix": _matrix, "hr-long": _long}
"""Export formats: name -> what lays out the rows."""
