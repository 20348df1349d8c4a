"""History: interval lengths, repeated rows, clock changes, unusable rows."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.aliases import HISTORY
from data.history import read_history
from data.problems import LISTED, Problems
from data.tables import parse_table
from tests.data.read_folder import HEADER, PLAN, history_text, inputs_of, problems_of, warnings_of
from wfm.grid import TimeGrid
from wfm.inputs import History

SHANGHAI, BERLIN = "Asia/Shanghai", "Europe/Berlin"


def read(text: str, zone: str = SHANGHAI) -> tuple[History, Problems]:
    """Read a history of queues a and b."""
    problems = Problems()
    table = parse_table(text.encode(), "history.csv", ".csv", HISTORY, problems)
    assert table is not None
    grid = TimeGrid(zone, datetime(2025, 1, 1).date(), 1, 30)
    return read_history(table, {"a": "a", "b": "b"}, ("a", "b"), grid.zone, problems), problems


def rows(start: str, step: int, count: int, queue: str = "a") -> list[str]:
    """Rows ``step`` minutes apart, offered 1, 2, 3, ..."""
    first = datetime.fromisoformat(start)
    return [f"{first + timedelta(minutes=step * k)},{queue},{k + 1}" for k in range(count)]


def text(*lines: str) -> str:
    """A file of those lines."""
    return "\n".join(["interval_start,queue,offered", *lines]) + "\n"


@pytest.mark.parametrize("step", [5, 10, 15, 20, 30, 60, 1440])
def test_interval_length_is_the_step_between_rows(step: int) -> None:
    """Each usual length is recognised, daily rows by lying at midnight only."""
    history, problems = read(text(*rows("2025-03-01", step, 40)))
    assert set(history.minutes) == {step}
    assert not problems.found


def test_each_queue_has_its_own_interval_length() -> None:
    """A file may hold 15-minute rows of one queue and daily rows of another, in any order."""
    lines = [*rows("2025-03-01", 1440, 30, "b"), *rows("2025-03-01", 15, 30)]
    history, _ = read(text(*lines[::-1]))
    assert {name: set(history.minutes[history.queue == at]) for at, name in enumerate(history.queues)} == {
        "a": {15}, "b": {1440},
    }  # fmt: skip
    assert (np.lexsort((history.start, history.queue)) == np.arange(history.rows)).all()


def test_older_days_may_be_daily_sums() -> None:
    """Lone midnights before half-hours are daily rows, not half-hours of thousands of contacts."""
    history, _ = read(text(*rows("2025-01-01", 1440, 31), *rows("2025-02-01", 30, 96)))
    assert np.count_nonzero(history.minutes == 1440) == 31
    assert np.count_nonzero(history.minutes == 30) == 96


def test_rows_at_half_past_only_are_half_hours() -> None:
    """The length must divide the clock minutes at which rows start."""
    history, problems = read(text(*rows("2025-03-01 09:30", 60, 10)))
    assert set(history.minutes) == {30}
    assert not problems.found


def test_a_step_that_is_no_interval_is_refused() -> None:
    """Rows every seven minutes fit no grid."""
    _, problems = read(text(*rows("2025-03-01", 7, 30)))
    assert [str(problem) for problem in problems.found] == [
        "history.csv:2: expected intervals of 5, 10, 15, 20, 30 or 60 minutes, or one row a day at midnight; "
        "rows of queue 'a' start 7 minutes apart"
    ]


def test_a_stated_interval_is_taken_and_checked() -> None:
    """A column with the length wins over the step; a length that is none is a problem."""
    lines = [f"{line},60" for line in rows("2025-03-01", 120, 3)]
    history, _ = read("interval_start,queue,offered,interval_minutes\n" + "\n".join(lines))
    assert set(history.minutes) == {60}
    lines = [line.replace(",60", ",45mins") for line in lines]
    _, problems = read("interval_start,queue,offered,IntervalDuration\n" + "\n".join(lines))
    assert "expected an interval of 5, 10, 15, 20, 30, 60, 1440 minutes, got '45mins'" in problems.found[0].message


def test_equal_repeats_count_once_and_different_ones_are_refused() -> None:
    """Nothing is summed twice and no row silently wins."""
    lines = rows("2025-03-01", 30, 4)
    history, problems = read(text(*lines, lines[1], "2025-03-01 01:00,a,77"))
    assert history.offered.tolist() == [1, 2, 3, 4]
    assert [str(problem) for problem in problems.errors] == [
        "history.csv:7: differs from line 4 for the same queue 'a' and interval; keep one"
    ]
    assert [str(problem) for problem in problems.warnings] == [
        "history.csv:6: repeats line 3 (queue 'a'); counted once"
    ]


def test_the_double_hour_of_autumn_is_two_hours() -> None:
    """Local rows 02:00, 02:30, 02:00, 02:30 at the end of summer time are four half-hours in a row."""
    times = ["01:30", "02:00", "02:30", "02:00", "02:30", "03:00"]
    history, problems = read(text(*(f"2025-10-26 {time},a,{k}" for k, time in enumerate(times))), BERLIN)
    assert np.diff(history.start).tolist() == [1800] * 5
    assert sorted(history.offered.tolist()) == [0, 1, 2, 3, 4, 5]
    assert history.offered[-1] == 5
    assert not problems.found


def test_the_hour_that_spring_skips_holds_no_contacts() -> None:
    """Empty rows of the skipped hour go with a note; contacts in it are refused."""
    lines = [f"2025-03-30 {hour:02d}:{half},a,{0 if hour == 2 else 1}" for hour in range(5) for half in ("00", "30")]
    history, problems = read(text(*lines), BERLIN)
    assert history.rows == 8
    assert np.diff(history.start).tolist() == [1800] * 7
    assert [problem.severity for problem in problems.found] == ["warning"]
    _, problems = read(text(*lines).replace("02:30,a,0", "02:30,a,9"), BERLIN)
    assert [(problem.line, problem.column) for problem in problems.errors] == [(7, "interval_start")]


def test_split_rows_of_one_queue_are_summed_with_weighted_handle_time() -> None:
    """Media types of one queue add up; the handle time is that of all handled contacts."""
    lines = ["2025-03-01 00:00,a,chat,10,8,100", "2025-03-01 00:00,a,voice,5,2,600", "2025-03-01 00:30,a,chat,1,1,50"]
    history, problems = read("interval_start,queue,media type,offered,handled,aht_seconds\n" + "\n".join(lines))
    assert not problems.found
    assert history.offered.tolist() == [15, 1]
    assert history.handled.tolist() == [10, 1]
    assert history.aht_seconds.tolist() == [200, 50]


def test_minutes_and_clock_handle_times() -> None:
    """A header may say minutes, a cell may be H:MM:SS."""
    minutes, _ = read("interval_start,queue,offered,平均处理时长（分钟）\n2025-03-01 00:00,a,3,2.5\n")
    clocks, _ = read("interval_start,queue,offered,aht_seconds\n2025-03-01 00:00,a,3,0:02:30\n")
    assert minutes.aht_seconds.tolist() == clocks.aht_seconds.tolist() == [150]


def test_missing_columns_are_unknown_not_zero() -> None:
    """Handled, abandoned and handle time may be missing: NaN. Empty cells of offered are unknown too, and told."""
    history, problems = read(text("2025-03-01 00:00,a,", "2025-03-01 00:30,a,5"))
    for values in (history.handled, history.abandoned, history.aht_seconds):
        assert np.isnan(values).all()
    assert np.isnan(history.offered).tolist() == [True, False]
    assert [str(problem) for problem in problems.found] == [
        "history.csv:2 offered: 1 cells are empty (this is the first): these intervals count as unknown, not as 0"
    ]


@given(st.integers(0, 199), st.sampled_from(["interval_start", "offered", "handled", "aht_seconds"]))
def test_a_planted_bad_cell_is_reported_at_its_line(row: int, column: str) -> None:
    """Whichever cell is spoilt, the one problem names its line and its column."""
    names = HEADER.split(",")
    lines = [f"{line},1,0,300".split(",") for line in rows("2025-03-01", 30, 200)]
    lines[row][names.index(column)] = "?"
    _, problems = read("\n".join([HEADER, *map(",".join, lines)]))
    assert [(problem.line, problem.column) for problem in problems.errors] == [(row + 2, column)]


def test_many_bad_lines_are_counted() -> None:
    """After twenty lines the rest is only a number."""
    _, problems = read(text(*rows("2025-03-01", 30, 4), *("x,a,1" for _ in range(1254))))
    assert len(problems.errors) == LISTED + 1
    assert str(problems.errors[-1]) == "history.csv interval_start: ... and 1,234 more lines like these"


def test_unknown_queues_are_one_line_each(tmp_path: Path) -> None:
    """With the number of rows, the first line, and the nearest queue."""
    spoilt = history_text().replace(",phone,", ",fone,")
    assert problems_of(tmp_path, history__csv=spoilt) == [
        "history.csv:578 queue: unknown queue 'fone' in 576 rows (this is the first), did you mean 'phone'?"
    ]


def test_numbers_below_zero_are_refused(tmp_path: Path) -> None:
    """No interval has minus three contacts."""
    spoilt = history_text().replace("2025-10-02 00:00,phone,3,", "2025-10-02 00:00,phone,-3,")
    assert problems_of(tmp_path, history__csv=spoilt) == ["history.csv:626 offered: expected 0 or more, got -3"]


def test_a_time_off_the_grid_is_refused_at_its_line(tmp_path: Path) -> None:
    """One mistyped minute does not pass for a finer interval."""
    spoilt = history_text().replace("2025-10-02 10:00,phone", "2025-10-02 10:07,phone")
    assert problems_of(tmp_path, history__csv=spoilt) == [
        "history.csv:646 interval_start: expected a start on the 30-minute grid that the other rows of the queue follow"
    ]


def test_a_queue_without_history_is_told(tmp_path: Path) -> None:
    """The plan may go on (the queue may be new), but says so."""
    only = "\n".join(line for line in history_text().splitlines() if ",phone," not in line)
    assert warnings_of(tmp_path, history__csv=only) == [
        'plan.toml:14 [[queue]] 2 "phone": has no row in the history: no contacts can be forecast for it'
    ]


def test_daily_rows_need_a_profile_to_be_spread_by(tmp_path: Path) -> None:
    """Told when `profile_like` is missing, and not when it is there."""
    half_hours = [line for line in history_text().splitlines() if ",phone," not in line]
    days = [f"2025-10-{day:02d},phone,100,90,10,300" for day in range(1, 13)]
    both = "\n".join([*half_hours, *days])
    assert "has daily rows only" in warnings_of(tmp_path / "a", history__csv=both)[0]
    plan = PLAN.replace('id = "phone"', 'id = "phone"\nprofile_like = "pre-sale"')
    assert warnings_of(tmp_path / "b", history__csv=both, plan__toml=plan) == []


def test_history_may_name_queues_by_their_title(tmp_path: Path) -> None:
    """A Chinese export names 售前 where the plan has an id."""
    assert inputs_of(tmp_path, history__csv=history_text().replace("pre-sale", "售前")).history.queues[0] == "pre-sale"
