"""What targets over 30 days reached before the plan: attained.csv."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.data.read_folder import PLAN, inputs_of, problems_of, warnings_of
from wfm.inputs import Attained

HEADER = "date,queue,target,counted,value\n"
ROLLING = PLAN.replace(
    "share = 0.8\n", 'share = 0.8\n[[queue.target]]\npack = "jd.average_response"\ncount = "contact"\n'
)


def test_past_days_as_written(tmp_path: Path) -> None:
    """Queue by id or title, numbers with commas, an empty value where nothing counted."""
    rows = ['2025-10-19,pre-sale,2,"1,200",31.5', "2025/10/18,售前,2,0,"]
    got = inputs_of(tmp_path, plan__toml=ROLLING, attained__csv=HEADER + "\n".join(rows)).attained
    assert got == (
        Attained(date(2025, 10, 19), "pre-sale", 2, 1200.0, 31.5),
        Attained(date(2025, 10, 18), "pre-sale", 2, 0.0, 0.0),
    )
    assert [one.line for one in got] == [2, 3]


def test_chinese_headers(tmp_path: Path) -> None:
    """日期, 队列, 目标, 考核量, 达成值."""
    text = "日期,队列,目标,考核量,达成值\n2025年10月19日,售前,2,300,25\n"
    got = inputs_of(tmp_path, plan__toml=ROLLING, attained__csv=text).attained
    assert got == (Attained(date(2025, 10, 19), "pre-sale", 2, 300.0, 25.0),)


def test_only_the_29_days_before_the_plan_are_kept(tmp_path: Path) -> None:
    """The oldest day of the first window stays, the one before it goes without a word; planned days with a warning."""
    days = ["2025-09-20", "2025-09-21", "2025-10-19", "2025-10-20", "2025-10-21"]
    text = HEADER + "".join(f"{day},pre-sale,2,100,30\n" for day in days)
    got = inputs_of(tmp_path, plan__toml=ROLLING, attained__csv=text).attained
    assert [one.date.isoformat() for one in got] == ["2025-09-21", "2025-10-19"]
    told = [line for line in warnings_of(tmp_path, plan__toml=ROLLING, attained__csv=text) if "attained.csv:" in line]
    assert told == [
        "attained.csv:5 date: 2025-10-20 is not before the plan's start 2025-10-20; 2 lines like this are not used"
    ]


def test_a_target_over_a_day_is_left_out_with_a_warning(tmp_path: Path) -> None:
    """A scenario may change a target's span: the past days of the other span stop nothing."""
    text = HEADER + "2025-10-19,pre-sale,1,100,0.9\n2025-10-18,pre-sale,1,100,0.9\n2025-10-18,phone,1,1,1\n"
    plan = ROLLING.replace('"phone"\nopen', '"phone"\ntarget = [{ metric = "abandoned", share = 0.1 }]\nopen')
    assert inputs_of(tmp_path, plan__toml=plan, attained__csv=text).attained == ()
    told = [line for line in warnings_of(tmp_path, plan__toml=plan, attained__csv=text) if "attained.csv:" in line]
    assert told == [
        "attained.csv:2 target: target 1 of 'pre-sale' is assessed over day (over 30_days: 2); "
        "2 lines like this are not used",
        "attained.csv:4 target: target 1 of 'phone' is assessed over day (none is over 30_days); the line is not used",
    ]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("soon,pre-sale,2,1,1", "date: expected a date like '2025-11-01', got 'soon'"),
        ("2025-10-19,presale,2,1,1", "queue: unknown queue 'presale', did you mean 'pre-sale'?"),
        ("2025-10-19,pre-sale,3,1,1", "target: 'pre-sale' has 2 targets, got 3"),
        ("2025-10-19,phone,1,1,1", "target: 'phone' has 0 targets, got 1"),
        ("2025-10-19,pre-sale,0,1,1",
         "target: expected the number of the target in its queue (1 = the first), got '0'"),
        ("2025-10-19,pre-sale,1.5,1,1",
         "target: expected the number of the target in its queue (1 = the first), got '1.5'"),
        ("2025-10-19,pre-sale,2,-3,1", "counted: expected 0 or more, got -3"),
        ("2025-10-19,pre-sale,2,3,", "value: is empty"),
        ("2025-10-19,pre-sale,2,3,-1", "value: expected 0 or more, got -1"),
        ("2025-10-19,pre-sale,1,3,93", "value: expected a share from 0 to 1, got 93 (93 % is 0.93)"),
        ("2025-10-19,pre-sale,,3,1", "target: is empty"),
        ("2025-10-18,pre-sale,2,3,1\n2025-10-18,售前,2,3,1",
         "date: target 2 of 'pre-sale' on 2025-10-18 is already on line 3; keep one"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_at_its_line(tmp_path: Path, row: str, said: str) -> None:
    """Each wrong cell with its line and column, and nothing else."""
    text = f"{HEADER}2025-10-17,pre-sale,2,5,20\n{row}\n"
    found = problems_of(tmp_path, plan__toml=ROLLING, attained__csv=text)
    assert found == [f"attained.csv:{2 + 1 + row.count(chr(10))} {said}"]


def test_a_wrong_plan_does_not_hide_wrong_cells(tmp_path: Path) -> None:
    """Without a valid plan the file is read all the same; what needs the plan is not checked."""
    text = HEADER + "2025-10-19,pre-sale,7,1,50\n2025-10-19,presale,1,x,1\n"
    found = problems_of(tmp_path, plan__toml=ROLLING.replace("days = 7", "days = 0"), attained__csv=text)
    assert [line.partition(": ")[0] for line in found] == [
        "plan.toml:4 [plan] days", "attained.csv:3 queue", "attained.csv:3 counted",
    ]  # fmt: skip


def test_a_misnamed_file_is_told(tmp_path: Path) -> None:
    """``attaind.csv`` would not be read."""
    told = warnings_of(tmp_path, attaind__csv=HEADER)
    assert "attaind.csv: is not read, did you mean 'attained'?" in told
