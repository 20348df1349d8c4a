"""A roster is read back as it was written, or as somebody edited it in a spreadsheet."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from data.roster_in import load_roster
from tests.data.read_folder import PLAN, inputs_of
from wfm.errors import InputError
from wfm.inputs import Inputs
from wfm.results import Activity, Hire, RosteredShift

SHANGHAI = ZoneInfo("Asia/Shanghai")
HEADER = "employee_id,name,contract,team,date,shift,start,end,paid_hours,overtime_hours,cost\n"
ROW = "001,甲,ft,a,2025-10-20,early,2025-10-20T08:00:00+08:00,2025-10-20T17:00:00+08:00,8.00,0.00,240.00\n"


@pytest.fixture
def inputs(tmp_path: Path) -> Inputs:
    """The tiny plan, with people to be taken on."""
    return inputs_of(tmp_path / "plan", plan__toml=PLAN.replace(
        "[[shift]]", '[[contract]]\nid = "temp"\nkind = "outsourced"\ncost_per_hour = 20\nheadcount = 2\n'
        'cost_per_hire = 100\ntraining_days = 2\nqueues = ["phone"]\n[[shift]]'
    ))  # fmt: skip


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of October 2025."""
    return datetime(2025, 10, day, hour, minute, tzinfo=SHANGHAI)


def test_roster_activities_and_hires(tmp_path: Path, inputs: Inputs) -> None:
    """All three files as written by the product; unknown people and queues are the audit's business."""
    (tmp_path / "roster.csv").write_text(HEADER + ROW, encoding="utf-8")
    (tmp_path / "activities.csv").write_text(
        "employee_id,date,activity,queue,start,end,paid\n"
        "001,2025-10-20,work,nowhere,2025-10-20T08:00:00+08:00,2025-10-20T12:00:00+08:00,true\n"
        "999,2025-10-20,meal,,2025-10-20T12:00:00+08:00,2025-10-20T13:00:00+08:00,false\n"
    )
    (tmp_path / "hires.csv").write_text(
        "employee_id,contract,training_from,on_seat_from,cost\ntemp-001,temp,2025-10-18,2025-10-20,260.00\n"
    )
    files = load_roster(inputs, tmp_path / "roster.csv")
    assert files.shifts == (
        RosteredShift("001", "甲", "ft", "a", date(2025, 10, 20), "early", at(20, 8), at(20, 17), 8.0, 0.0, 240.0),
    )
    assert files.activities == (
        Activity("001", date(2025, 10, 20), "work", "nowhere", at(20, 8), at(20, 12), True),
        Activity("999", date(2025, 10, 20), "meal", "", at(20, 12), at(20, 13), False),
    )
    assert files.hires == (Hire("temp-001", "temp", date(2025, 10, 18), date(2025, 10, 20), 260.0),)


def test_an_edited_roster_with_clock_times(tmp_path: Path, inputs: Inputs) -> None:
    """Saved by Excel as GB18030 with Chinese headers and clock times: the same shift; an end next morning too."""
    rows = ["001,甲,2025/10/20,early,8:00,17:00", "002,乙,2025/10/21,夜,22:00,6:30"]
    text = "\n".join(["工号,姓名,日期,班次,开始时间,结束时间", *rows])
    (tmp_path / "mine.csv").write_bytes(text.encode("gb18030"))
    early, night = load_roster(inputs, tmp_path / "mine.csv").shifts
    assert (early.start, early.end) == (at(20, 8), at(20, 17))
    assert (night.start, night.end) == (at(21, 22), at(22, 6, 30))


def test_people_who_are_not_named_are_hires(tmp_path: Path, inputs: Inputs) -> None:
    """Without hires.csv they train before their first shift; training before the plan's start is in their cost."""
    rows = [
        "temp-001,,temp,temp,2025-10-20,early,2025-10-20T08:00:00+08:00,2025-10-20T17:00:00+08:00,8,0,160",
        "temp-002,,temp,temp,2025-10-21,training,2025-10-21T09:00:00+08:00,2025-10-21T13:00:00+08:00,4,0,80",
        "temp-002,,temp,temp,2025-10-23,early,2025-10-23T08:00:00+08:00,2025-10-23T17:00:00+08:00,8,0,160",
    ]
    (tmp_path / "roster.csv").write_text(HEADER + ROW + "\n".join(rows), encoding="utf-8")
    assert load_roster(inputs, tmp_path / "roster.csv").hires == (
        Hire("temp-001", "temp", date(2025, 10, 18), date(2025, 10, 20), 100.0 + 2 * 4 * 20.0),
        Hire("temp-002", "temp", date(2025, 10, 21), date(2025, 10, 23), 100.0),
    )


def test_rows_that_cannot_be_read_are_refused_with_their_lines(tmp_path: Path, inputs: Inputs) -> None:
    """All of them, in all of the files."""
    (tmp_path / "roster.csv").write_text(HEADER + ROW.replace("08:00:00", "8 o'clock") + ROW.replace("8.00", "x"))
    (tmp_path / "activities.csv").write_text(
        "employee_id,date,activity,queue,start,end,paid\n001,2025-10-20,work,,08:00,12:00,perhaps\n"
    )
    with pytest.raises(InputError) as caught:
        load_roster(inputs, tmp_path / "roster.csv")
    assert [(problem.file, problem.line, problem.column) for problem in caught.value.problems] == [
        ("activities.csv", 2, "paid"), ("roster.csv", 2, "start"), ("roster.csv", 3, "paid_hours"),
    ]  # fmt: skip
    with pytest.raises(InputError, match="wfm roster"):
        load_roster(inputs, tmp_path / "other.csv")
