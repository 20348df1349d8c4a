"""People, absences, wishes and published shifts."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.data.read_folder import AGENTS, PLAN, inputs_of, problems_of, warnings_of
from wfm.inputs import FixedShift, Preference, TimeOff

SHANGHAI = ZoneInfo("Asia/Shanghai")
FIXED = "employee_id,date,shift,start,end\n"


def test_people_without_queues_have_those_of_their_contract(tmp_path: Path) -> None:
    """An empty cell means the contract's queues at standard speed."""
    agents = inputs_of(tmp_path, agents__csv=AGENTS + "003,丙,ft,b,,,,nursing；MINOR\n").agents
    assert agents[2].queues == {"phone": 1.0}
    assert agents[2].attributes == {"nursing", "minor"}
    assert (agents[1].hired_on, agents[1].leaves_on) == (date(2024, 1, 1), date(2026, 1, 31))


def test_wrong_people_are_refused_each_at_its_line(tmp_path: Path) -> None:
    """Repeated ids, unknown contracts, speeds that are none, leaving before being hired, nothing to serve."""
    rows = "001,x,ft,,phone,,,\n003,x,fft,,phone:9,,,\n004,x,ft,,phone,2025-02-01,2025-01-01,\n005,x,,,phone:fast,,,\n"
    assert problems_of(tmp_path / "a", agents__csv=AGENTS + rows) == [
        "agents.csv:4 employee_id: '001' is already on line 2; ids must differ",
        "agents.csv:5 contract: unknown contract 'fft', did you mean 'ft'?",
        "agents.csv:5 queues: expected a relative speed above 0 and up to 3 behind the colon, got '9'",
        "agents.csv:6 leaves_on: leaves on 2025-01-01, before being hired on 2025-02-01",
        "agents.csv:7 contract: is empty",
        "agents.csv:7 queues: expected a relative speed above 0 and up to 3 behind the colon, got 'fast'",
    ]
    plan = PLAN.replace('queues = ["phone"]\n', "")
    assert problems_of(tmp_path / "b", plan__toml=plan, agents__csv=AGENTS + "003,x,ft,,,,,\n") == [
        "agents.csv:4 queues: is empty, and the contract names no queues; expected e.g. 'phone;chat:0.9'"
    ]


def test_time_off_without_end_is_a_day(tmp_path: Path) -> None:
    """Chinese headers, unpadded dates, a missing end."""
    text = "工号,开始日期,结束日期,假别\n001,2025/10/2,,年假\n002,2025/10/21,2025/10/23,\n"
    assert inputs_of(tmp_path, time_off__csv=text).time_off == (
        TimeOff("001", date(2025, 10, 2), date(2025, 10, 2), "年假"),
        TimeOff("002", date(2025, 10, 21), date(2025, 10, 23), ""),
    )


def test_wishes(tmp_path: Path) -> None:
    """A code stands for its shift, no weight counts 1, a wish for rest is one against any work."""
    text = "employee_id,date,shift,weight\n001,2025-10-22,早,2\n001,2025-10-23,,-1\n002,2025-10-24,休,\n"
    assert inputs_of(tmp_path, preferences__csv=text).preferences == (
        Preference("001", date(2025, 10, 22), "early", 2.0),
        Preference("001", date(2025, 10, 23), "", -1.0),
        Preference("002", date(2025, 10, 24), "", -1.0),
    )


def test_published_shifts_may_give_clock_times_and_run_past_midnight(tmp_path: Path) -> None:
    """An end at or before the start is on the next day; full times are taken as they are; a code is the shift."""
    text = FIXED + "001,2025-10-18,夜,22:00,06:30\n002,2025-10-21,早,2025-10-21T08:00:00+08:00,2025-10-21 17:00\n"
    assert inputs_of(tmp_path, fixed_shifts__csv=text).fixed_shifts == (
        FixedShift("001", date(2025, 10, 18), "夜", datetime(2025, 10, 18, 22, tzinfo=SHANGHAI),
                   datetime(2025, 10, 19, 6, 30, tzinfo=SHANGHAI)),
        FixedShift("002", date(2025, 10, 21), "early", datetime(2025, 10, 21, 8, tzinfo=SHANGHAI),
                   datetime(2025, 10, 21, 17, tzinfo=SHANGHAI)),
    )  # fmt: skip


def test_published_shifts_that_cannot_be_kept_are_refused(tmp_path: Path) -> None:
    """Two on a day, a start on another day, an end before the start, a shift of more than a day."""
    rows = [
        "001,2025-10-21,early,08:00,17:00",
        "001,2025-10-21,early,09:00,18:00",
        "002,2025-10-22,early,2025-10-23 08:00,2025-10-23 17:00",
        "002,2025-10-23,early,2025-10-23 08:00,2025-10-23 07:00",
        "002,2025-10-24,early,2025-10-24 08:00,2025-10-25 09:00",
    ]
    assert problems_of(tmp_path, fixed_shifts__csv=FIXED + "\n".join(rows)) == [
        "fixed_shifts.csv:3 date: '001' has a shift on 2025-10-21 already on line 2; one a day",
        "fixed_shifts.csv:4 start: expected a start on the row's date 2025-10-22, got 2025-10-23",
        "fixed_shifts.csv:5 end: ends at 2025-10-23 07:00, not after its start at 2025-10-23 08:00",
        "fixed_shifts.csv:6 end: expected a shift of at most 24 h, got 25 h",
    ]


def test_published_shifts_inside_the_plan_must_fit_it(tmp_path: Path) -> None:
    """Inside the horizon the shift must be known, on the grid and within the employment; in the past anything goes."""
    rows = ["001,2025-10-18,old,08:10,17:00", "001,2025-10-21,erly,08:00,17:00", "001,2025-10-22,early,08:10,17:00"]
    late = AGENTS.replace("pre-sale;phone:0.9,,", "pre-sale;phone:0.9,2025-10-23,")
    assert problems_of(tmp_path / "a", fixed_shifts__csv=FIXED + "\n".join(rows), agents__csv=late) == [
        "fixed_shifts.csv:3 shift: '001' on 2025-10-21: unknown shift 'erly', did you mean 'early'?",
        "fixed_shifts.csv:3 date: '001' on 2025-10-21: published shift outside the employment",
        "fixed_shifts.csv:4 start: '001' on 2025-10-22: expected times on the plan's 30-minute grid, got 08:10-17:00",
        "fixed_shifts.csv:4 date: '001' on 2025-10-22: published shift outside the employment",
    ]
    off = "employee_id,start,end\n001,2025-10-20,2025-10-22\n"
    text = FIXED + "001,2025-10-21,early,08:00,17:00\n"
    assert warnings_of(tmp_path / "b", fixed_shifts__csv=text, time_off__csv=off) == [
        "fixed_shifts.csv:2 date: '001' on 2025-10-21: published shift on a day of time_off.csv"
    ]
