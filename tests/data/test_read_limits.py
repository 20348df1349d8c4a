"""Every number of a plan has limits, told at its line: what lies beyond is a slip, and would take days to compute."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from data.planfile import PlanFile, key_lines, parse_toml, validate
from tests.data.read_folder import PLAN, problems_of
from wfm.plan import Plan
from wfm.rules import LabourRules

CHAT, SECONDS = 'channel = "chat"\n', "seconds = 30\n"
TURNS = "aht_seconds = 300\nrounds = 5\nreply_seconds = 20\n"
QUEUE, TARGET = '[[queue]] 1 "pre-sale"', '[[queue]] 1 "pre-sale" target 1'


def told(old: str, new: str) -> list[str]:
    """Return what is said of the tiny plan with one text changed."""
    assert old in PLAN
    text = PLAN.replace(old, new, 1)
    return [str(one) for one in validate(PlanFile(parse_toml(text.encode(), "plan.toml"), key_lines(text)))[1]]


def numbers(schema: Any, place: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every number of a JSON schema, and where it stands."""
    if isinstance(schema, list):
        for entry in schema:
            yield from numbers(entry, place)
    elif isinstance(schema, dict):
        if schema.get("type") in ("number", "integer") and "enum" not in schema:
            yield place, schema
        for key, value in schema.items():
            yield from numbers(value, f"{place}/{key}")


@pytest.mark.parametrize("model", [Plan, LabourRules])
def test_every_number_has_a_lower_and_an_upper_limit(model: type[Plan] | type[LabourRules]) -> None:
    """No key takes just any number; the throughput of several chats is limited by how many they are."""
    found = dict(numbers(model.model_json_schema()))
    assert len(found) > 10
    lower = {place for place, one in found.items() if not {"minimum", "exclusiveMinimum"} & set(one)}
    upper = {place for place, one in found.items() if not {"maximum", "exclusiveMaximum"} & set(one)}
    assert not lower
    assert {place for place in upper if "concurrency_speedup" not in place} == set()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (SECONDS, "seconds = 1e12\n",
         f"12 {TARGET} seconds: expected at most 2,678,400 s (31 days), got 1000000000000.0"),
        (SECONDS, SECONDS + "cap_seconds = 1e-9\n", f"13 {TARGET} cap_seconds: expected at least 0.1 s, got 1e-09"),
        (SECONDS, SECONDS + "exempt_below = 100000000\n",
         f"13 {TARGET} exempt_below: expected at most 10,000,000, got 100000000"),
        ("share = 0.8", "share = 1.5", f"13 {TARGET} share: expected at most 1.0, got 1.5; for 1.5 % write 0.015"),
        (CHAT, CHAT + "silent_seconds = 1000000\n",
         f"10 {QUEUE} silent_seconds: expected at most 86,400 s (1 day), got 1000000"),
        (CHAT, CHAT + "bot_seconds = 1e12\n",
         f"10 {QUEUE} bot_seconds: expected at most 86,400 s (1 day), got 1000000000000.0"),
        (CHAT, CHAT + "backlog = 1000000\n", f"10 {QUEUE} backlog: expected at most 100,000, got 1000000"),
        (CHAT, CHAT + "concurrency = 2\nconcurrency_speedup = [1, 1e-9]\n",
         f"11 {QUEUE} concurrency_speedup 2: expected at least 0.01, got 1e-09"),
        (CHAT, CHAT + "concurrency = 2\nconcurrency_speedup = [1, 170]\n",
         f"11 {QUEUE} concurrency_speedup: expected at most 20 with 2 open (10 for each), got 170"),
        (CHAT, CHAT + "patience_seconds = 1e-9\n",
         f"10 {QUEUE} patience_seconds: expected at least 0.001 s, got 1e-09"),
        (CHAT, CHAT + "patience_seconds = 1e15\n",
         f"10 {QUEUE} patience_seconds: expected at most 2,592,000 s (30 days), got 1000000000000000.0"),
        (CHAT, CHAT + "redial_seconds = 0.001\n", f"10 {QUEUE} redial_seconds: expected at least 1 s, got 0.001"),
        (CHAT, CHAT + "aht_seconds = 1e9\n",
         f"10 {QUEUE} aht_seconds: expected at most 604,800 s (7 days), got 1000000000.0"),
        (CHAT, CHAT + "aht_seconds = 1e-9\n", f"10 {QUEUE} aht_seconds: expected at least 1 s, got 1e-09"),
        (CHAT, CHAT + TURNS.replace("20", "1e9"),
         f"12 {QUEUE} reply_seconds: expected at most 86,400 s (1 day), got 1000000000.0"),
        (CHAT, CHAT + TURNS.replace("= 5", "= 1e9"),
         f"11 {QUEUE} rounds: expected at most 1,000, got 1000000000.0"),
        (CHAT, CHAT + "shrinkage = 0.99\n", f"10 {QUEUE} shrinkage: expected at most 0.95, got 0.99"),
        (CHAT, CHAT + "bot_containment = 45\n",
         f"10 {QUEUE} bot_containment: expected below 1.0, got 45; for 45 % write 0.45"),
        ("cost_per_hour = 30", "cost_per_hour = 1e30",
         '21 [[contract]] 1 "ft" cost_per_hour: expected at most 10,000,000, got 1e+30'),
        ("cost_per_hour = 30", "cost_per_hour = 30\nheadcount = 1000000",
         '22 [[contract]] 1 "ft" headcount: expected at most 5,000, got 1000000'),
    ],
)  # fmt: skip
def test_what_is_beyond_a_limit_is_told_with_the_limit_and_its_unit(old: str, new: str, said: str) -> None:
    """Line and key, the limit with its unit (times in days too), what was given; a share in percent as a share."""
    assert told(old, new) == [f"plan.toml:{said}"]


def test_more_futures_than_the_memory_holds_are_refused(tmp_path: Path) -> None:
    """Each number is within its limit, together they are 42 billion contacts; the most is told."""
    plan = PLAN.replace("days = 7", "days = 366\ninterval_minutes = 5\nallow_unknown_holidays = true")
    assert problems_of(tmp_path, plan__toml=plan + "[forecast]\npaths = 20000\n") == [
        "plan.toml:34 [forecast] paths: 20,000 futures of 210,816 intervals (all queues together) are too many for the "
        "memory; at most 4,743, or longer `interval_minutes`, or fewer `days`"
    ]
