"""Events, drivers and own numbers."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from data.own_numbers import open_mask
from data.season import merged_events
from tests.data.read_folder import PLAN, inputs_of, problems_of, warnings_of
from wfm.grid import TimeGrid
from wfm.inputs import Driver, Event
from wfm.plan import Queue

SHANGHAI = ZoneInfo("Asia/Shanghai")


def event(year: int, phase: str = "sale", platform: str = "tmall", source: str = "cn") -> Event:
    """One day of an event."""
    day = datetime(year, 11, 11, tzinfo=SHANGHAI)
    return Event("double11", platform, phase, day, day, source=source)


def test_own_events_take_the_place_of_the_calendars_phase_of_that_year() -> None:
    """All waves of the same event, platform, phase and year go; other years, phases and platforms stay."""
    calendar = [event(2025), event(2025), event(2024), event(2025, "warmup"), event(2025, platform="jd")]
    merged = merged_events(calendar, [event(2025, source="mine")])
    assert [(e.start.year, e.phase, e.platform, e.source) for e in merged] == [
        (2024, "sale", "tmall", "cn"), (2025, "sale", "jd", "cn"), (2025, "sale", "tmall", "mine"),
        (2025, "warmup", "tmall", "cn"),
    ]  # fmt: skip


def test_event_rows(tmp_path: Path) -> None:
    """A date runs from 00:00 to 23:59:59 and has no hour; a missing end is that day's; platform defaults to all."""
    rows = ["live,tmall,show,2025-10-22 20:00,2025-10-22 23:00,1.5"]
    rows += ["sale,,,2025-10-23,2025-10-24,", "x,,,2025-10-25,,"]
    text = "event,platform,phase,start,end,scale\n" + "\n".join(rows)
    live, sale, short = inputs_of(tmp_path, events__csv=text).events
    assert (live.has_hour, live.scale, live.start.hour, live.end.hour) == (True, 1.5, 20, 23)
    assert (sale.platform, sale.has_hour, sale.scale) == ("all", False, 1.0)
    assert sale.end == datetime(2025, 10, 24, 23, 59, 59, tzinfo=SHANGHAI)
    assert short.end == datetime(2025, 10, 25, 23, 59, 59, tzinfo=SHANGHAI)


def test_bundled_calendar_is_read_when_named(tmp_path: Path) -> None:
    """`event_calendars = ["cn"]` brings Double 11; without it there are no events."""
    plan = PLAN.replace("days = 7", 'days = 7\nevent_calendars = ["cn"]')
    assert any(e.event == "double11" for e in inputs_of(tmp_path / "a", plan__toml=plan).events)
    assert inputs_of(tmp_path / "b").events == ()


def test_a_misspelt_platform_is_told(tmp_path: Path) -> None:
    """An event on a platform that looks like one of the plan's is probably meant for it."""
    plan = PLAN.replace('channel = "chat"', 'channel = "chat"\nplatform = "tmall"')
    text = "event,platform,phase,start,end\nx,tmal,sale,2025-10-22,\nx,weibo,sale,2025-10-22,\n"
    assert warnings_of(tmp_path, plan__toml=plan, events__csv=text) == [
        "events.csv platform: no queue is on platform 'tmal', did you mean 'tmall'?"
    ]


def test_drivers(tmp_path: Path) -> None:
    """Numbers by day and name; the same day and name twice is refused with both lines."""
    text = 'date,name,value\n2025-10-01,orders,"1,200"\n2025/10/2,orders,1300\n'
    assert inputs_of(tmp_path / "a", drivers__csv=text).drivers == (
        Driver(date(2025, 10, 1), "orders", 1200.0), Driver(date(2025, 10, 2), "orders", 1300.0),
    )  # fmt: skip
    assert problems_of(tmp_path / "b", drivers__csv=text + "2025-10-02,orders,1\n") == [
        "drivers.csv:4 date: 'orders' on 2025-10-02 is already on line 3; keep one"
    ]


ORDERS = "date,name,value\n2025-10-01,orders,1200\n"
ENTRY = '[[driver]]\nname = "orders"\n'


def test_driver_entries(tmp_path: Path) -> None:
    """What a driver moves is read with its windows; without an entry there is none."""
    plan = PLAN + ENTRY + 'queues = ["phone"]\nreasons = { "pre-sale" = [-1, 0], "returns" = [3, 12] }\n'
    (entry,) = inputs_of(tmp_path / "a", plan__toml=plan, drivers__csv=ORDERS).plan.driver
    assert (entry.queues, entry.reasons, entry.use) == (("phone",), {"pre-sale": (-1, 0), "returns": (3, 12)}, True)
    assert inputs_of(tmp_path / "b", drivers__csv=ORDERS).plan.driver == ()


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (ENTRY.replace("orders", "order"),
         "32 [[driver]] 1 \"order\" name: drivers.csv has no driver 'order', did you mean 'orders'?"),
        (ENTRY + 'queues = ["fone"]',
         "33 [[driver]] 1 \"orders\" queues: unknown queue 'fone', did you mean 'phone'?"),
        (ENTRY + ENTRY, "34 [[driver]] 2 \"orders\" name: 'orders' has more than one [[driver]] entry; keep one"),
        (ENTRY + "reasons = { late = [5, 2] }",
         "33 [[driver]] 1 \"orders\" reasons: expected [first day, last day] for reason 'late', got [5, 2]"),
        (ENTRY + "reasons = { late = [0, 99] }",
         '33 [[driver]] 1 "orders" reasons late 2: expected at most 60, got 99'),
        (ENTRY + "lag = 3", "33 [[driver]] 1 \"orders\": unknown key 'lag'; valid: 'name', 'queues', 'reasons', 'use'"),
    ],
)  # fmt: skip
def test_wrong_driver_entries_in_the_planners_words(tmp_path: Path, entry: str, expected: str) -> None:
    """Unknown drivers and queues, repeats and windows that run backwards are told with their line."""
    assert problems_of(tmp_path, plan__toml=PLAN + entry, drivers__csv=ORDERS) == [f"plan.toml:{expected}"]


def test_an_event_like_another(tmp_path: Path) -> None:
    """A new event names the one it resembles; a name that no calendar knows is told."""
    rows = "double12,all,sale,2024-12-12,,\nai-festival,all,sale,2025-10-22,,double12\n"
    text = "event,platform,phase,start,end,like\n" + rows
    assert [event.like for event in inputs_of(tmp_path / "a", events__csv=text).events] == ["", "double12"]
    assert warnings_of(tmp_path / "b", events__csv=text.replace(",,double12", ",,double21")) == [
        "events.csv like: 'ai-festival' is like 'double21', which is in no calendar, did you mean 'double12'?"
    ]


def forecast_text(*, skip: str = "") -> str:
    """An own forecast for every half-hour of the tiny plan."""
    lines = [
        f"2025-10-{day}T{hour:02d}:{minute:02d}:00+08:00,{queue},{hour},200"
        for queue in ("pre-sale", "phone") for day in range(20, 27) for hour in range(24) for minute in (0, 30)
    ]  # fmt: skip
    return "\n".join(["interval_start,queue,offered_mean,aht_seconds", *(line for line in lines if line != skip)])


def test_own_forecast_needs_no_history(tmp_path: Path) -> None:
    """The plan's own numbers lie on its grid, queue by queue, and no history is asked for."""
    plan = PLAN + '[forecast]\nfile = "forecast.csv"\n'
    inputs = inputs_of(tmp_path, plan__toml=plan, forecast__csv=forecast_text(), history__csv=None)
    assert inputs.own_forecast is not None
    offered = inputs.own_forecast.values["offered_mean"]
    assert offered.shape == (2, 7 * 48)
    assert (offered == inputs.plan.plan.grid.minute_of_day // 60).all()
    assert set(inputs.own_forecast.values) == {"offered_mean", "aht_seconds"}
    assert inputs.history.rows == 0


def test_own_forecast_with_holes_is_refused(tmp_path: Path) -> None:
    """An open interval without a number, times off the grid, repeats, unknown queues, numbers below zero."""
    plan = PLAN + '[forecast]\nfile = "forecast.csv"\n'
    text = forecast_text(skip="2025-10-22T20:30:00+08:00,phone,20,200")
    rows = ["2025-10-20 00:07,phone,1,1", "2025-10-20 00:00,phone,1,1", "2025-10-20 00:00,fone,1,1",
            "2025-10-30 00:00,phone,-1,1"]  # fmt: skip
    assert problems_of(tmp_path, plan__toml=plan, forecast__csv="\n".join([text, *rows]), history__csv=None) == [
        "forecast.csv:675 queue: unknown queue 'fone' (first of its rows), did you mean 'phone'?",
        "forecast.csv:673 interval_start: expected a start on the plan's 30-minute grid, got '2025-10-20 00:07'",
        "forecast.csv:676 offered_mean: expected 0 or more, got -1",
        "forecast.csv:674: repeats queue and interval of line 338; keep one",
        "forecast.csv: queue 'phone' has no number for 1 open intervals, the first at 2025-10-22 20:30",
    ]


def test_own_requirement(tmp_path: Path) -> None:
    """A requirement may say agents only; what it doesn't say is not there."""
    plan = PLAN + '[requirement]\nfile = "mine.csv"\n'
    text = forecast_text().replace("offered_mean,aht_seconds", "agents_required,x")
    inputs = inputs_of(tmp_path, plan__toml=plan, mine__csv=text, history__csv=None)
    assert inputs.own_requirement is not None
    assert list(inputs.own_requirement.values) == ["agents_required"]
    assert not np.isnan(inputs.own_requirement.values["agents_required"]).any()


def test_open_mask_follows_a_window_past_midnight_into_the_next_day() -> None:
    """Open 20:00-02:00 on Friday only: Friday evening and the first hours of Saturday."""
    queue = Queue.model_validate({"id": "q", "channel": "phone", "open": {"fri": "20:00-02:00"}})
    grid = TimeGrid("Asia/Shanghai", date(2025, 10, 20), 7, 60)
    moments = [grid.moment(int(slot)) for slot in np.flatnonzero(open_mask(queue, grid))]
    assert [f"{m:%a %H}" for m in moments] == ["Fri 20", "Fri 21", "Fri 22", "Fri 23", "Sat 00", "Sat 01"]
