"""What can't be planned on is refused with a line that a planner can act on, and everything at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.folder import load
from tests.data.read_folder import AGENTS, HEADER, PLAN, history_text, inputs_of, problems_of, warnings_of, write
from wfm.errors import InputError

CASES: dict[str, tuple[dict[str, str | bytes | None], list[str]]] = {
    "toml syntax": (
        {"plan__toml": PLAN.replace("days = 7", "days =")},
        ["plan.toml:4: not valid TOML at column 7: Invalid value"],
    ),
    "no people file and no history": (
        {"agents__csv": None, "history__csv": None},
        [
            "agents.csv: not found; expected one row per person: employee_id,name,contract,team,queues,hired_on,...",
            "history.csv: not found; expected contacts per queue and interval "
            "(`[forecast] file` or `[requirement] file` bring own numbers instead)",
        ],
    ),
    "a skill that names no queue": (
        {"agents__csv": AGENTS.replace("queues,hired", "skills,hired").replace("pre-sale", "presale")},
        ["agents.csv:2 skills: unknown queue 'presale', did you mean 'pre-sale'?"],
    ),
    "an unknown key": (
        {"plan__toml": PLAN.replace('channel = "phone"', 'channel = "phone"\nconcurency = 1')},
        ["plan.toml:17 [[queue]] 2 \"phone\": unknown key 'concurency', did you mean 'concurrency'?"],
    ),
    "an empty history": ({"history__csv": ""}, [
        "history.csv: is empty; expected a header line with at least interval_start,queue,offered"
    ]),
    "a history of a header": ({"history__csv": HEADER + "\n"}, [
        "history.csv: holds no row that can be used; expected contacts per queue and interval"
    ]),
    "an all-zero history": (
        {"history__csv": f"{HEADER}\n2025-10-12 00:00,phone,0,0,0,0\n2025-10-12 00:30,phone,0,0,0,0\n"},
        ["history.csv offered: offered is 0 in all 2 rows up to 2025-10-12: nothing can be forecast from it"],
    ),
    "a history that ends weeks before": (
        {"plan__toml": PLAN.replace("2025-10-20", "2025-11-20").replace("known_until = 2025-10-12\n", "")},
        [
            "history.csv: ends on 2025-10-12, 38 days before the day before the plan's start (2025-11-19); "
            "bring newer rows or set `[plan] known_until = 2025-10-12`"
        ],
    ),
    "a history that starts later": (
        {"plan__toml": PLAN.replace("2025-10-12", "2025-09-12")},
        [
            "history.csv: starts on 2025-10-01, after the last known day 2025-09-12; "
            "set `[plan] known_until` or bring older rows"
        ],
    ),
    "no handle time anywhere": (
        {"history__csv": history_text().replace(",300", ",")},
        [
            'plan.toml:6 [[queue]] 1 "pre-sale": no handle time is known: the history has none; give `aht_seconds`',
            'plan.toml:14 [[queue]] 2 "phone": no handle time is known: the history has none; give `aht_seconds`',
        ],
    ),
    "a plan past the holiday data": (
        {"plan__toml": PLAN.replace("2025-10-20", "2099-10-20")},
        [
            "plan.toml:3 [plan] start: plan ends on 2099-10-26, but public holidays are known only to 2026-12-31; "
            "add them in holidays.csv (date,type,name) or set `[plan] allow_unknown_holidays = true`"
        ],
    ),
    "a day without any allowed shift": (
        {"plan__toml": PLAN + 'weekdays = ["mon", "tue", "wed", "thu", "fri", "sat"]\n'},
        [
            'plan.toml:6 [[queue]] 1 "pre-sale" open: open on 2025-10-26 (Sun), '
            "but no shift of the people who serve it may start on that day",
            'plan.toml:17 [[queue]] 2 "phone" open: open on 2025-10-26 (Sun), '
            "but no shift of the people who serve it may start on that day",
        ],
    ),
    "a queue that nobody can serve": (
        {"agents__csv": AGENTS.replace("pre-sale;", "")},
        [
            'plan.toml:6 [[queue]] 1 "pre-sale": nobody can serve this queue: no person in agents.csv has it, '
            "no contract with headcount names it"
        ],
    ),
    "names in the plan that don't exist": (
        {
            "plan__toml": PLAN.replace('["early"]', '["earl"]')
            .replace('queues = ["phone"]', 'queues = ["fone"]')
            .replace('title = "售前"', 'profile_like = "fone"')
        },
        [
            "plan.toml:8 [[queue]] 1 \"pre-sale\" profile_like: unknown queue 'fone', did you mean 'phone'?",
            "plan.toml:22 [[contract]] 1 \"ft\" queues: unknown queue 'fone', did you mean 'phone'?",
            "plan.toml:23 [[contract]] 1 \"ft\" shifts: unknown shift 'earl', did you mean 'early'?",
        ],
    ),
    "hires without queues": (
        {"plan__toml": PLAN.replace('queues = ["phone"]', "headcount = 3")},
        [
            'plan.toml:18 [[contract]] 1 "ft" queues: people may be taken on (3), '
            "but no queue is named that they serve"
        ],
    ),
    "ids given twice": (
        {"plan__toml": PLAN + PLAN[PLAN.index("[[shift]]") :]},
        ["plan.toml:32 [[shift]] 2 \"early\" id: 'early' is the id of 2 [[shift]] entries; ids must differ"],
    ),
    "a limit that is none": (
        {"plan__toml": PLAN + "[labour]\nconsecutive_day_max = 3\nnormal_hours_per_day = 50\n"},
        [
            "plan.toml:32 [labour]: unknown key 'consecutive_day_max', did you mean 'consecutive_days_max'?",
            "plan.toml:33 [labour] normal_hours_per_day: expected at most 24.0, got 50",
        ],
    ),
    "packs and calendars that don't exist": (
        {"plan__toml": PLAN.replace("days = 7", 'days = 7\nlabour_rules = ["cm"]\nevent_calendars = ["cnn"]')},
        [
            "plan.toml:5 [plan] labour_rules: unknown labour rules 'cm'; valid: 'cn'",
            "plan.toml:6 [plan] event_calendars: unknown event calendar 'cnn', did you mean 'cn'?",
        ],
    ),
    "own numbers that are not there": (
        {"plan__toml": PLAN + '[forecast]\nfile = "forcast.csv"\n', "forecast__csv": "x\n", "history__csv": None},
        ["plan.toml:32 [forecast] file: file 'forcast.csv' not found in the plan folder, did you mean 'forecast.csv'?"],
    ),
    "two forms of one table": (
        {"agents__parquet": b"x"},
        ["agents.csv: expected one file for this table, found agents.csv and agents.parquet; remove one"],
    ),
    "a damaged packed file": (
        {"history__csv": None, "history__csv__gz": b"x"},
        ["history.csv.gz: is damaged: Not a gzipped file (b'x')"],
    ),
    "a damaged workbook": (
        {"agents__csv": None, "agents__xlsx": b"x"},
        ["agents.xlsx: expected a .xlsx file: File is not a zip file"],
    ),
    "bytes that are no text": (
        {"agents__csv": b"employee_id,contract\n1,ft\n2,\xff\xff\n"},
        ["agents.csv:3: expected text in UTF-8 or GB18030, found bytes that are neither"],
    ),
    "misspelt headers": (
        {"agents__csv": "employee_id,contarct\n1,ft\n", "history__csv": history_text().replace("offered", "offred")},
        [
            "agents.csv:1: column 'contract' is missing; is it 'contarct'?",
            "history.csv:1: column 'offered' is missing; is it 'offred'?",
        ],
    ),
    "a row with too many cells": (
        {"agents__csv": AGENTS + "003,丙,ft,a,phone,,,,x\n"},
        ["agents.csv:4: expected 8 cells as in the header, got 9"],
    ),
    "nobody": ({"agents__csv": AGENTS.splitlines()[0] + "\n"}, [
        "agents.csv: holds nobody; expected one row per person"
    ]),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_each_bad_input_gets_its_line(tmp_path: Path, case: str) -> None:
    """The line says where, what was expected, what was found, and the way out."""
    files, expected = CASES[case]
    assert problems_of(tmp_path, **files) == expected


def test_no_plan_and_no_folder(tmp_path: Path) -> None:
    """A missing plan.toml says how to get one."""
    for folder, where in ((tmp_path, f"in {tmp_path}"), (tmp_path / "x", f"there is no folder {tmp_path / 'x'}")):
        with pytest.raises(InputError, match="wfm init FOLDER") as caught:
            load(folder)
        assert where in str(caught.value)


def test_problems_of_all_files_come_at_once(tmp_path: Path) -> None:
    """A wrong key in the plan does not hide wrong cells in any table; the plan comes first."""
    found = problems_of(
        tmp_path,
        plan__toml=PLAN.replace("days = 7", "day = 7").replace('"chat"', '"chatt"'),
        agents__csv=AGENTS.replace("pre-sale", "presale").replace("2024-01-01", "01/02/2024"),
        history__csv=history_text().replace("2025-10-02 00:30,phone", "yesterday,phone"),
        time_off__csv="employee_id,start,end,kind\n001,2025-10-22,2025-10-21,x\n009,2025-10-22,,\n,2025-10-22,,\n",
        preferences__csv="employee_id,date,shift,weight\n001,2025-10-22,erly,2\n",
        fixed_shifts__csv="employee_id,date,shift,start,end\n001,2025-10-22,early,2025-10-23 08:00,17:00\n",
        events__csv="event,platform,phase,start,end\nx,tmall,p,2025-10-22,2025-10-20\n",
        drivers__csv="date,name,value\n2025-10-01,orders,x\n",
        holidays__csv="date,type,name\n2025-10-01,holyday,x\n",
    )
    assert found == [
        "plan.toml:1 [plan] days: is missing",
        "plan.toml:4 [plan]: unknown key 'day', did you mean 'days'?",
        "plan.toml:9 [[queue]] 1 \"pre-sale\" channel: expected 'phone', 'chat' or 'email', got 'chatt', "
        "did you mean 'chat'?",
        "agents.csv:2 queues: unknown queue 'presale', did you mean 'pre-sale'?",
        "agents.csv:3 hired_on: expected a date like '2025-11-01', got '01/02/2024'",
        "drivers.csv:2 value: expected a number, got 'x'",
        "events.csv:2 end: ends at 2025-10-20 23:59, before it starts at 2025-10-22 00:00",
        "fixed_shifts.csv:2 start: expected a start on the row's date 2025-10-22, got 2025-10-23",
        "history.csv:627 interval_start: expected a time like '2025-11-10 20:00' or '2025-11-10T12:00:00Z', "
        "got 'yesterday'",
        "holidays.csv:2 type: unknown type 'holyday', did you mean 'holiday'?",
        "preferences.csv:2 shift: unknown shift 'erly', did you mean 'early'?",
        "time_off.csv:2 end: ends on 2025-10-21, before it starts on 2025-10-22",
        "time_off.csv:3 employee_id: '009' is not in agents.csv, did you mean '002'?",
        "time_off.csv:4 employee_id: is empty",
    ]


def test_what_is_only_told(tmp_path: Path) -> None:
    """A history a week short, holidays waived, a column nobody reads: warnings, and the plan loads."""
    short = PLAN.replace("known_until = 2025-10-12\n", "")
    assert warnings_of(tmp_path / "a", plan__toml=short) == [
        "history.csv: ends on 2025-10-12, 7 days before the day before the plan's start (2025-10-19)"
    ]
    far = PLAN.replace("start = 2025-10-20", "start = 2099-10-20\nallow_unknown_holidays = true")
    assert "later days count as ordinary days" in warnings_of(tmp_path / "b", plan__toml=far)[0]
    people = AGENTS.replace(",attributes", ",atributes")
    assert warnings_of(tmp_path / "c", agents__csv=people) == [
        "agents.csv:1 atributes: unknown column, not read, did you mean 'attributes'?"
    ]


def test_a_misnamed_table_is_told(tmp_path: Path) -> None:
    """time-off.csv is not time_off.csv; other files in the folder are nobody's business."""
    assert warnings_of(tmp_path, **{"time-off__csv": "x\n", "notes__csv": "x\n", "history__txt": "x\n"}) == [
        "time-off.csv: is not read, did you mean 'time_off'?"
    ]


@pytest.mark.parametrize("day", ["9999-12-31", "2200-01-01", "0001-01-01"])
@pytest.mark.parametrize(
    ("name", "old", "place"),
    [
        ("plan.toml", "2025-10-20", "plan.toml:3 [plan] start"),
        ("plan.toml", "2025-10-12", "plan.toml:5 [plan] known_until"),
        ("history.csv", "2025-10-12 00:00,phone", "history.csv:1106 interval_start"),
    ],
)
def test_days_at_the_ends_of_time_are_refused(tmp_path: Path, day: str, name: str, old: str, place: str) -> None:
    """A mistyped year gives a line, not an overflow."""
    text = PLAN if name == "plan.toml" else history_text()
    (line,) = problems_of(tmp_path, **{name.replace(".", "__"): text.replace(old, old.replace(old[:10], day))})
    assert line.startswith(f"{place}: expected")
    assert day in line


def test_an_employment_without_end_may_say_so(tmp_path: Path) -> None:
    """9999-12-31 is how HR systems write that nobody has given notice."""
    assert inputs_of(tmp_path, agents__csv=AGENTS.replace("2026-01-31", "9999-12-31")).agents[1].leaves_on is not None


def test_numbers_beyond_all_sense_are_refused(tmp_path: Path) -> None:
    """In the history and in the plan: huge and infinite."""
    assert problems_of(tmp_path / "a", history__csv=history_text() + "2025-10-13 00:00,phone,1e300,,,\n") == [
        "history.csv:1154 offered: expected at most 1,000,000,000, got 1e+300"
    ]
    assert problems_of(tmp_path / "b", plan__toml=PLAN.replace("= 30\nqueues", "= inf\nqueues")) == [
        'plan.toml:21 [[contract]] 1 "ft" cost_per_hour: expected a finite number, got inf'
    ]


@pytest.mark.parametrize(
    ("target", "said"),
    [
        (
            'metric = "answered_within"\nseconds = 0\nshare = 1.0',
            "share: answered_within with share 1 can't be reached",
        ),
        ('metric = "average_response"\nseconds = 0', "seconds: average_response with seconds 0 can't be reached"),
        ('metric = "abandoned"\nshare = 0.0', "share: abandoned with share 0 can't be reached"),
    ],
)
def test_targets_that_nobody_can_reach_are_refused_before_anything_runs(tmp_path: Path, target: str, said: str) -> None:
    """Asking that nobody waits or leaves is told with the line; a plan that brings its requirement may ask for it."""
    old = 'metric = "answered_within"\nseconds = 30\nshare = 0.8'
    plan = PLAN.replace(old, target).replace('channel = "chat"', 'channel = "chat"\npatience_seconds = 60')
    (line,) = problems_of(tmp_path / "a", plan__toml=plan)
    assert f'[[queue]] 1 "pre-sale" target 1 {said} by any number of agents; ask at' in line
    assert line.startswith("plan.toml:1")
    starts = [f"2025-10-{day} {half // 2:02d}:{half % 2 * 30:02d}" for day in range(20, 27) for half in range(48)]
    rows = [f"{start},{queue},2" for queue in ("pre-sale", "phone") for start in starts]
    own = "\n".join(["interval_start,queue,agents_required", *rows]) + "\n"
    inputs_of(tmp_path / "b", plan__toml=plan + '[requirement]\nfile = "own.csv"\n', own__csv=own)


def test_own_numbers_lie_in_the_plan_folder(tmp_path: Path) -> None:
    """A plan reads nothing outside its folder, so that it can be passed on and told by its hash."""
    (tmp_path / "secret.csv").write_text("x\n")
    plan = PLAN + '[forecast]\nfile = "../secret.csv"\n'
    (line,) = problems_of(tmp_path / "plan", plan__toml=plan)
    assert line.startswith("plan.toml:32 [forecast] file: file '../secret.csv' not found in the plan folder")


def test_holidays_csv_opens_the_years_past_the_data(tmp_path: Path) -> None:
    """With own rows for the year, a plan past the bundled data is planned."""
    plan = PLAN.replace("2025-10-20", "2027-10-01").replace("days = 7", "days = 3")
    inputs = inputs_of(tmp_path, plan__toml=plan, holidays__csv="日期,类型,名称\n2027/10/1,法定节假日,国庆节\n")
    assert inputs.plan.plan.start in inputs.day_types.statutory


def test_no_public_calendar_outside_china(tmp_path: Path) -> None:
    """Without `cn` rules or calendar only the plan's own holidays count, and no year is past the data."""
    plan = PLAN.replace("days = 7", "days = 7\nlabour_rules = []").replace("2025-10-20", "2099-10-20")
    inputs = inputs_of(tmp_path, plan__toml=plan, holidays__csv="date,type,name\n2099-10-21,statutory,x\n")
    assert {day.isoformat() for day in inputs.day_types.statutory} == {"2099-10-21"}
    assert inputs.day_types.known_to is None


def test_nothing_is_written_into_a_plan_that_is_refused(tmp_path: Path) -> None:
    """Loading leaves the folder as it is."""
    folder = write(tmp_path / "plan", {"agents.csv": "x"})
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(InputError):
        load(folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
