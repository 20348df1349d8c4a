"""Tests of the rosters for other systems."""

import csv
import dataclasses
import io
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.export import FORMATS, export, neutralised
from data.workbook import workbook
from tests.data.made_up import MadeUp, made_up, tiny
from wfm.errors import InputError
from wfm.inputs import TimeOff


def _files(made: MadeUp, to: str, lang: str = "zh", encoding: str = "utf-8-sig") -> dict[str, bytes]:
    roster = made.roster
    return export(made.inputs, roster.shifts, roster.activities, roster.hires, to, lang, encoding)


def _csv(made: MadeUp, to: str, lang: str = "zh") -> list[list[str]]:
    text = _files(made, to, lang)[f"{to.replace('hr', 'roster')}.csv"].decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))


def _xlsx(content: bytes) -> list[list[str]]:
    from openpyxl import load_workbook

    sheet = load_workbook(io.BytesIO(content)).worksheets[0]
    return [[str(cell or "") for cell in row] for row in sheet.iter_rows(values_only=True)]


@pytest.mark.parametrize("to", sorted(FORMATS))
def test_csv_has_bom_and_crlf_and_the_workbook_the_same_cells(to: str) -> None:
    """Excel in Chinese reads the file without asking, and both files say the same."""
    files = _files(tiny(), to)
    name = to.replace("hr", "roster")
    assert sorted(files) == [f"{name}.csv", f"{name}.xlsx"]
    content = files[f"{name}.csv"]
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.count(b"\r\n") == content.count(b"\n")
    assert _xlsx(files[f"{name}.xlsx"]) == _csv(tiny(), to)


@pytest.mark.parametrize("to", sorted(FORMATS))
def test_the_same_roster_gives_the_same_bytes(to: str) -> None:
    """Neither file holds the time at which it was written."""
    assert _files(tiny(), to) == _files(tiny(), to)


def test_matrix_has_everybody_and_every_date() -> None:
    """Named people first, then those taken on; a column per day of the horizon, also for people without any shift."""
    made = made_up(days=9, named=20, hired=6, paths=20)
    rows = _csv(made, "hr-matrix")
    days = [(date(2025, 10, 20) + timedelta(days=d)).isoformat() for d in range(9)]
    assert rows[0] == ["工号", "姓名", "部门", "用工类型", *days]
    wanted = [agent.employee_id for agent in made.inputs.agents] + [hire.employee_id for hire in made.roster.hires]
    assert [row[0] for row in rows[1:]] == wanted


def test_matrix_cells_are_codes_rest_leave_or_empty() -> None:
    """早 for the early shift, 休 for a free day, 年假/病假/产假 for leave, nothing before hire and after leaving."""
    made = made_up(named=40, hired=6, paths=20)
    rows = {row[0]: row[4:] for row in _csv(made, "hr-matrix")[1:]}
    code = {"early": "早", "mid": "中", "late": "晚", "night": "通宵", "evening4": "小晚"}
    for shift in made.roster.shifts:
        assert rows[shift.employee_id][(shift.date - date(2025, 10, 20)).days] == code[shift.shift]
    cells = {cell for row in rows.values() for cell in row}
    assert cells <= {*code.values(), "休", "年假", "病假", "产假", "调休", "培训", ""}
    assert {"休", "年假", "病假", "产假", "调休"} <= cells
    leaver, joiner = rows["00006"], rows["00008"]
    assert set(leaver[14:]) == {""}
    assert "" not in leaver[:14]
    assert set(joiner[:7]) == {""}
    assert "" not in joiner[7:]


def test_employment_and_department_are_in_the_readers_language() -> None:
    """用工类型 in Chinese, Employment in English; department is the team."""
    made = made_up(days=2, named=9, hired=5, paths=20)
    assert {row[3] for row in _csv(made, "hr-matrix")[1:]} == {"正式", "非全日制", "外包", "劳务派遣"}
    english = {"Employee", "Part-time", "Outsourced", "Dispatched"}
    assert {row[3] for row in _csv(made, "hr-matrix", "en")[1:]} == english
    assert _csv(made, "hr-matrix")[1][2] == "组1"


@pytest.mark.parametrize(
    ("kind", "cell"),
    [("Annual leave", "年假"), ("病假", "病假"), ("公出", "公出"), ("travel", "公出"), ("", "请假"), ("婚假", "婚假")],
)
def test_leave_kinds_are_recognised_or_kept(kind: str, cell: str) -> None:
    """English and Chinese kinds map to the sheet's words; an unknown kind stays as the planner wrote it."""
    made = tiny()
    day = date(2025, 10, 21)
    off = (TimeOff("00001", day, day, kind),)
    shifts = tuple(s for s in made.roster.shifts if s.employee_id != "00001")
    inputs, roster = dataclasses.replace(made.inputs, time_off=off), dataclasses.replace(made.roster, shifts=shifts)
    changed = dataclasses.replace(made, inputs=inputs, roster=roster)
    assert _csv(changed, "hr-matrix")[1][5] == cell


def test_long_sheet_has_a_row_per_shift_with_overnight_and_rest() -> None:
    """次日 is 1 exactly for shifts that end on the next day; 工时 + 休息分钟 is the length of the shift."""
    made = made_up(days=9, named=20, hired=6, paths=20)
    rows = _csv(made, "hr-long")
    header = "工号,姓名,日期,班次编码,班次名称,开始时间,结束时间,次日,休息分钟,渠道/技能,工时,加班类型"
    assert ",".join(rows[0]) == header
    by_key = {(row[0], row[2]): row for row in rows[1:]}
    assert len(by_key) == len(made.roster.shifts)
    assert {row[7] for row in rows[1:]} == {"0", "1"}
    for shift in made.roster.shifts:
        row = by_key[shift.employee_id, shift.date.isoformat()]
        assert (row[7] == "1") == (shift.end.date() > shift.date)
        length = (shift.end - shift.start).total_seconds() / 3600
        assert float(row[10]) + int(row[8]) / 60 == pytest.approx(length)


def test_overtime_is_classed_as_the_pay_slip_does() -> None:
    """More than 8 h is 延时加班, the sixth day's hours 休息日加班, work on a statutory holiday 法定节假日加班."""
    made = tiny()
    first, second, third, fourth, *_ = made.roster.shifts
    shifts = (
        dataclasses.replace(first, paid_hours=9.0, overtime_hours=1.0),
        dataclasses.replace(second, paid_hours=8.0, overtime_hours=8.0),
        dataclasses.replace(third, paid_hours=9.0, overtime_hours=3.0),
        dataclasses.replace(fourth, paid_hours=8.0, overtime_hours=0.0),
    )
    files = export(made.inputs, shifts, (), (), "hr-long")
    rows = list(csv.reader(io.StringIO(files["roster-long.csv"].decode("utf-8-sig"), newline="")))
    found = {(row[0], row[2]): row[11] for row in rows[1:]}
    classes = ["延时加班", "休息日加班", "延时加班;休息日加班", ""]
    assert [found[s.employee_id, s.date.isoformat()] for s in shifts] == classes
    holidays = dataclasses.replace(made.inputs.day_types, statutory=frozenset(s.date for s in shifts))
    inputs = dataclasses.replace(made.inputs, day_types=holidays)
    assert "法定节假日加班" in export(inputs, shifts, (), (), "hr-long")["roster-long.csv"].decode("utf-8-sig")


def test_skills_come_from_the_activities_or_from_the_person() -> None:
    """A shift whose activities name a queue shows it; otherwise the person's queues are listed."""
    made = tiny()
    shift = made.roster.shifts[0]
    named = tuple(
        dataclasses.replace(a, queue="jd-presale") if a.activity == "work" else a
        for a in made.roster.activities
        if (a.employee_id, a.date) == (shift.employee_id, shift.date)
    )
    with_queue = export(made.inputs, [shift], named, (), "hr-long")["roster-long.csv"].decode("utf-8-sig")
    without = export(made.inputs, [shift], (), (), "hr-long")["roster-long.csv"].decode("utf-8-sig")
    held = next(agent.queues for agent in made.inputs.agents if agent.employee_id == shift.employee_id)
    assert with_queue.splitlines()[1].split(",")[9] == "jd-presale"
    assert without.splitlines()[1].split(",")[9] == ";".join(held)


def test_formulas_in_names_are_neutralised_in_both_files() -> None:
    """A name that begins like a formula is text with an apostrophe, and no cell of the workbook is a formula."""
    from openpyxl import load_workbook

    made = tiny()
    evil = dataclasses.replace(made.inputs.agents[0], name='=HYPERLINK("x")', team="@SUM(A1)")
    inputs = dataclasses.replace(made.inputs, agents=(evil, *made.inputs.agents[1:]))
    changed = dataclasses.replace(made, inputs=inputs)
    row = _csv(changed, "hr-matrix")[1]
    assert row[1] == '\'=HYPERLINK("x")'
    assert row[2] == "'@SUM(A1)"
    sheet = load_workbook(io.BytesIO(_files(changed, "hr-matrix")["roster-matrix.xlsx"])).worksheets[0]
    assert {cell.data_type for cells in sheet.iter_rows() for cell in cells if cell.value} == {"s"}


@given(st.text(max_size=8))
def test_no_cell_begins_like_a_formula(text: str) -> None:
    """Whatever a name holds, the written cell begins with none of the six characters, and nothing else changes."""
    cell = neutralised(text)
    assert cell[:1] not in {"=", "+", "-", "@", "\t", "\r"}
    assert cell.removeprefix("'") == text or cell == text


def test_employee_numbers_keep_leading_zeros_and_length() -> None:
    """工号 is text in the workbook: 00001 and eighteen digits stay as they are."""
    made = tiny()
    long_id = "001234567890123456"
    shifts = [dataclasses.replace(made.roster.shifts[0], employee_id=long_id)]
    rows = _xlsx(export(made.inputs, shifts, (), (), "hr-matrix")["roster-matrix.xlsx"])
    assert rows[1][0] == "00001"
    assert rows[-1][0] == long_id


def test_gb18030_can_be_asked_for() -> None:
    """Old systems get their encoding; the text is the same."""
    old = _files(tiny(), "hr-matrix", encoding="gb18030")["roster-matrix.csv"]
    new = _files(tiny(), "hr-matrix")["roster-matrix.csv"]
    assert old.decode("gb18030") == new.decode("utf-8-sig")


@pytest.mark.parametrize(
    ("to", "encoding", "hint"), [("hr-matrx", "utf-8", "hr-matrix"), ("hr-long", "gb1803", "gb18030")]
)
def test_unknown_formats_and_encodings_are_named(to: str, encoding: str, hint: str) -> None:
    """The error names the nearest valid choice."""
    with pytest.raises(InputError, match=hint):
        _files(tiny(), to, encoding=encoding)


def test_workbook_drops_characters_that_xlsx_cannot_hold(tmp_path: Path) -> None:
    """A control character in a name doesn't break the file."""
    assert _xlsx(workbook("班表", [["a\x00b", "=1"]])) == [["ab", "=1"]]
