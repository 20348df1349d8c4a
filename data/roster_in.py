"""Reads a roster back: roster.csv with activities.csv and hires.csv beside it, ours or edited by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from data.aliases import TableSpec
from data.cells import Cells
from data.people import moment_of_day
from data.problems import Problems
from data.tables import Folder
from data.values import parse_number, parse_plan_date
from wfm.errors import InputError, Problem
from wfm.inputs import Inputs
from wfm.results import Activity, Hire, RosteredShift

__all__ = ["RosterFiles", "load_roster"]

T = TypeVar("T")
_START, _END = ("start_time", "开始时间", "上班时间"), ("end_time", "结束时间", "下班时间")
_ID = ("工号", "员工编号")
ROSTER = TableSpec(
    "roster",
    {
        "employee_id": _ID, "name": ("姓名",), "contract": ("用工类型",), "team": ("班组", "部门"), "date": ("日期",),
        "shift": ("班次",), "start": _START, "end": _END, "paid_hours": ("工时",), "overtime_hours": ("加班工时",),
        "cost": ("成本",),
    },
    (("employee_id",), ("date",), ("shift",), ("start",), ("end",)),
)  # fmt: skip
ACTIVITIES = TableSpec(
    "activities",
    {
        "employee_id": _ID, "date": ("日期",), "activity": ("活动",), "queue": ("技能组",), "start": _START,
        "end": _END, "paid": ("带薪",),
    },
    (("employee_id",), ("date",), ("activity",), ("start",), ("end",)),
)  # fmt: skip
HIRES = TableSpec(
    "hires",
    {"employee_id": _ID, "contract": (), "training_from": (), "on_seat_from": (), "cost": ()},
    (("employee_id",), ("contract",), ("training_from",), ("on_seat_from",)),
)


@dataclass(frozen=True)
class RosterFiles:
    """A roster as its files say.

    Attributes
    ----------
    shifts, activities : tuples
        In the order of the files.
    hires : tuple of Hire
        From hires.csv; without that file the people of the roster who are not in agents.csv.
    """

    shifts: tuple[RosteredShift, ...]
    activities: tuple[Activity, ...]
    hires: tuple[Hire, ...]


def load_roster(inputs: Inputs, roster_csv: Path) -> RosterFiles:
    """Return the roster in a file and what lies beside it.

    Parameters
    ----------
    inputs : Inputs
        Gives the time zone, and which people are named. Unknown people and queues are no errors here.
    roster_csv : Path
        ``activities.csv`` and ``hires.csv`` are looked for in its folder.

    Raises
    ------
    InputError
        For a missing roster and for every row that can't be read.
    """
    if not roster_csv.is_file():
        text = f"not found in {roster_csv.parent}; `wfm roster` or `wfm plan` writes it"
        raise InputError([Problem(roster_csv.name, 0, "", text)])
    problems = Problems()
    folder, zone = Folder(roster_csv.parent, problems), inputs.plan.plan.grid.zone
    shifts = _rows(folder, ROSTER, roster_csv, partial(_shift, zone=zone))
    activities = _rows(folder, ACTIVITIES, None, partial(_activity, zone=zone))
    hires = _rows(folder, HIRES, None, _hire)
    problems.raise_if_any()
    if not folder.forms_of("hires"):
        hires = _unnamed(inputs, shifts)
    return RosterFiles(shifts, activities, hires)


def _rows(folder: Folder, spec: TableSpec, path: Path | None, read: Callable[[Cells, int], T | None]) -> tuple[T, ...]:
    table = folder.table(spec, path)
    if table is None:
        return ()
    cells = Cells(table, folder.problems)
    found = (read(cells, row) for row in range(len(table)))
    return tuple(item for item in found if item is not None)


def _stretch(cells: Cells, row: int, zone: ZoneInfo) -> tuple[str, date, datetime, datetime] | None:
    person, day = cells.required(row, "employee_id", str), cells.required(row, "date", parse_plan_date)
    if day is None:
        return None
    read = partial(moment_of_day, day=day, zone=zone)
    start, end = cells.required(row, "start", read), cells.required(row, "end", read)
    if person is None or start is None or end is None:
        return None
    if end <= start and len(cells.text(row, "end")) <= 8:
        end += timedelta(days=1)
    if end <= start:
        cells.error(row, "end", f"expected an end after the start {start.isoformat()}, got {end.isoformat()}")
        return None
    return person, day, start, end


def _shift(cells: Cells, row: int, zone: ZoneInfo) -> RosteredShift | None:
    stretch = _stretch(cells, row, zone)
    paid = cells.number(row, "paid_hours", 0.0)
    overtime, cost = cells.number(row, "overtime_hours", 0.0), cells.number(row, "cost", 0.0)
    if stretch is None:
        return None
    person, day, start, end = stretch
    name, contract, team = (cells.text(row, column) for column in ("name", "contract", "team"))
    shift = cells.text(row, "shift")
    return RosteredShift(person, name, contract, team, day, shift, start, end, paid, overtime, cost)


_PAID: Mapping[str, bool] = {
    "true": True, "1": True, "yes": True, "y": True, "是": True, "false": False, "0": False, "no": False, "n": False,
    "否": False,
}  # fmt: skip


def _yes_or_no(text: str) -> bool:
    try:
        return _PAID[text.lower()]
    except KeyError:
        raise ValueError(f"expected true or false, got '{text}'") from None


def _activity(cells: Cells, row: int, zone: ZoneInfo) -> Activity | None:
    stretch, activity = _stretch(cells, row, zone), cells.required(row, "activity", str)
    paid = cells.parsed(row, "paid", _yes_or_no)
    if stretch is None or activity is None:
        return None
    person, day, start, end = stretch
    is_paid = activity != "meal" if paid is None else paid
    return Activity(person, day, activity, cells.text(row, "queue"), start, end, is_paid)


def _hire(cells: Cells, row: int) -> Hire | None:
    person, contract = cells.required(row, "employee_id", str), cells.required(row, "contract", str)
    training, seat = (cells.required(row, column, parse_plan_date) for column in ("training_from", "on_seat_from"))
    cost = cells.parsed(row, "cost", parse_number) or 0.0
    if person is None or contract is None or training is None or seat is None:
        return None
    return Hire(person, contract, training, seat, cost)


def _unnamed(inputs: Inputs, shifts: tuple[RosteredShift, ...]) -> tuple[Hire, ...]:
    """Return the people of a roster who are not in agents.csv, on seat from their first shift that is no training."""
    named = {agent.employee_id for agent in inputs.agents}
    rows: dict[str, list[RosteredShift]] = {}
    for shift in shifts:
        if shift.employee_id not in named:
            rows.setdefault(shift.employee_id, []).append(shift)
    return tuple(_hire_of(inputs, own) for own in rows.values())


def _hire_of(inputs: Inputs, shifts: list[RosteredShift]) -> Hire:
    contract_id = shifts[0].contract
    contract = next((one for one in inputs.plan.contract if one.id == contract_id), None)
    on_seat = [shift.date for shift in shifts if shift.shift != "training"]
    first = min(on_seat) if on_seat else max(shift.date for shift in shifts) + timedelta(days=1)
    days = contract.training_days if contract else 0
    trains = min(first - timedelta(days=days), min(shift.date for shift in shifts))
    before = max(0, (min(first, inputs.plan.plan.start) - trains).days)
    training = before * contract.training_hours_per_day * contract.cost_per_hour if contract else 0.0
    cost = round(training + (contract.cost_per_hire if contract else 0.0), 2)
    return Hire(shifts[0].employee_id, contract_id, trains, first, cost)
