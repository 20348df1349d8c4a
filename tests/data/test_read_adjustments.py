"""What the planner knows better: adjustments.csv."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from data.folder import load
from tests.data.read_folder import PLAN, inputs_of, problems_of, warnings_of, write
from tests.data.test_read_forms import xlsx
from wfm.inputs import Adjustment

SHANGHAI = ZoneInfo("Asia/Shanghai")
HEADER = "queue,start,end,action,value,measure,reason\n"


def at(text: str) -> datetime:
    """Return a local moment."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def test_rows_in_the_order_of_the_file(tmp_path: Path) -> None:
    """Times local or UTC with an exclusive end, dates whole and inclusive; queues by id or title, several or all."""
    rows = [
        "phone,2025-10-22 20:00,2025-10-22 23:30,add,500,,TV spot",
        "售前;phone,2025-10-23,2025-10-24,multiply,1.2,offered,",
        "all,2025-10-25T12:00:00Z,2025-10-26T00:00+08:00,set,5:00,aht_seconds,",
        ',2025-10-26,,set,"1,200",,',
    ]
    got = inputs_of(tmp_path, adjustments__csv=HEADER + "\n".join(rows)).adjustments
    assert got == (
        Adjustment(("phone",), at("2025-10-22 20:00"), at("2025-10-22 23:30"), "add", 500.0, reason="TV spot"),
        Adjustment(("pre-sale", "phone"), at("2025-10-23"), at("2025-10-25"), "multiply", 1.2),
        Adjustment((), at("2025-10-25 20:00"), at("2025-10-26"), "set", 300.0, "aht_seconds"),
        Adjustment((), at("2025-10-26"), at("2025-10-27"), "set", 1200.0),
    )
    assert [one.line for one in got] == [2, 3, 4, 5]


def test_chinese_headers_and_words(tmp_path: Path) -> None:
    """技能组, 开始时间, 动作 and the words 设定, 增加, 乘."""
    rows = ["售前,2025/10/22 20:00,2025/10/22 22:00,增加,500,进线量,直播", "全部,2025年10月23日,,乘,1.5,处理时长,",
            "phone,2025-10-24,,设定,80,,"]  # fmt: skip
    text = "技能组,开始时间,结束时间,动作,数值,指标,原因\n" + "\n".join(rows)
    got = inputs_of(tmp_path, adjustments__csv=text).adjustments
    assert [(one.queues, one.action, one.measure, one.reason) for one in got] == [
        (("pre-sale",), "add", "offered", "直播"), ((), "multiply", "aht_seconds", ""),
        (("phone",), "set", "offered", ""),
    ]  # fmt: skip


def test_days_in_excel_are_whole_days(tmp_path: Path) -> None:
    """Excel keeps a day as its midnight; what is formatted as a day is one, inclusive as an end."""
    day: list[object] = [None, date(2025, 10, 22), date(2025, 10, 23), "multiply", 2]
    moment: list[object] = [None, datetime(2025, 10, 22, 12), datetime(2025, 10, 23), "multiply", 2]
    sheet = xlsx([["queue", "start", "end", "action", "value"], day, moment])
    first, second = inputs_of(tmp_path, adjustments__xlsx=sheet).adjustments
    assert (first.start, first.end) == (at("2025-10-22"), at("2025-10-24"))
    assert (second.start, second.end) == (at("2025-10-22 12:00"), at("2025-10-23"))


def test_every_problem_is_told_at_once(tmp_path: Path) -> None:
    """Unknown names with the nearest valid one, ranges that end before they start, numbers that can't be meant."""
    rows = [
        "phon,2025-10-22,,add,5,,",
        "phone,2025-10-22,,raise,5,volume,",
        "phone,2025-10-22 20:00,2025-10-22 20:00,add,5,,",
        "phone,2025-10-22,2025-10-21,add,many,,",
        "phone,,,multiply,-1,,",
        "phone,2025-10-22,,set,-5,,",
        "phone,2025-10-22,,set,0,aht,",
        "phone,2025-10-22,,add,1e12,,",
        "phone,2025-10-22,,add,,,",
        ";,2025-10-22,,add,5,,",
    ]
    assert problems_of(tmp_path, adjustments__csv=HEADER + "\n".join(rows)) == [
        "adjustments.csv:2 queue: unknown queue 'phon', did you mean 'phone'?",
        "adjustments.csv:3 action: unknown action 'raise'; valid: 'add', 'multiply', 'set'",
        "adjustments.csv:3 measure: unknown measure 'volume'; valid: 'aht_seconds', 'offered'",
        "adjustments.csv:4 end: expected an end after the start '2025-10-22 20:00', got '2025-10-22 20:00'",
        "adjustments.csv:5 end: expected an end after the start '2025-10-22', got '2025-10-21'",
        "adjustments.csv:5 value: expected a number, got 'many'",
        "adjustments.csv:6 start: is empty",
        "adjustments.csv:6 value: expected a factor from 0 to 1000, got -1",
        "adjustments.csv:7 value: expected 0 or more contacts, got -5; `add` with a negative number takes some away",
        "adjustments.csv:8 value: expected 1 second or more, got 0",
        "adjustments.csv:9 value: expected at most 1,000,000,000, got 1e+12",
        "adjustments.csv:10 value: is empty",
        "adjustments.csv:11 queue: expected a queue, several with `;`, or all, got ';'",
    ]


def test_a_range_outside_the_plan_is_told(tmp_path: Path) -> None:
    """Before the first day or after the last one; a range that reaches in is fine."""
    rows = ["phone,2025-10-18,2025-10-19,add,5,,", "phone,2025-10-18,2025-10-20,add,5,,", "phone,2026-10-22,,add,5,,"]
    assert warnings_of(tmp_path, adjustments__csv=HEADER + "\n".join(rows)) == [
        f"adjustments.csv:{line} start: the range {span} lies outside the plan (2025-10-20 .. 2025-10-26): the line "
        "changes nothing"
        for line, span in (
            (2, "2025-10-18 00:00 .. 2025-10-20 00:00"), (4, "2026-10-22 00:00 .. 2026-10-23 00:00"),
        )
    ]  # fmt: skip


def test_adjustments_count_for_the_hash_and_their_name_is_known(tmp_path: Path) -> None:
    """Another adjustment is another input; a misspelt file name is told."""
    row = "phone,2025-10-22,,add,5,,\n"
    hashes = {
        inputs_of(tmp_path / name, adjustments__csv=text).input_hash
        for name, text in (("a", None), ("b", HEADER + row), ("c", HEADER + row + row))
    }
    assert len(hashes) == 3
    told = warnings_of(tmp_path / "d", adjustment__csv=HEADER + row)
    assert told == ["adjustment.csv: is not read, did you mean 'adjustments'?"]


def test_phases_of_bots_are_those_of_calendars_and_own_events(tmp_path: Path) -> None:
    """A phase that nobody knows is refused on its line; bundled names, own names and ``opening`` are known."""
    fine = PLAN.replace('channel = "chat"', 'channel = "chat"\nbot_containment_in = { main_day = 0.3, opening = 0.2 }')
    assert load(write(tmp_path / "a", {"plan.toml": fine})).inputs.plan.queue[0].bot_containment_in["opening"] == 0.2
    wrong = fine.replace("main_day", "main_dya")
    assert problems_of(tmp_path / "b", plan__toml=wrong) == [
        "plan.toml:10 [[queue]] 1 \"pre-sale\" bot_containment_in main_dya: unknown event phase 'main_dya', did you "
        "mean 'main_day'?"
    ]
    own = fine.replace("main_day", "fan_night")
    events = "event,platform,phase,start,end\nx,tmall,fan_night,2025-10-22,\n"
    assert load(write(tmp_path / "c", {"plan.toml": own, "events.csv": events})).inputs.events[0].phase == "fan_night"
    assert problems_of(tmp_path / "d", plan__toml=fine.replace("0.3", "1.0")) == [
        'plan.toml:10 [[queue]] 1 "pre-sale" bot_containment_in main_day: expected below 1.0, got 1.0'
    ]
