"""plan.toml: problems in the planner's words, at the line of the key."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.folder import load
from data.planfile import PlanFile, key_lines, parse_toml, validate
from tests.data.read_folder import PLAN, write
from wfm.errors import InputError


def lines_of(text: str) -> list[str]:
    """Every problem of a plan text."""
    return [str(problem) for problem in validate(PlanFile(parse_toml(text.encode(), "plan.toml"), key_lines(text)))[1]]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("start = 2025-10-20", 'start = "soon"',
         "plan.toml:3 [plan] start: expected a date like 2025-10-20, got 'soon'"),
        ("days = 7", "days = 0", "plan.toml:4 [plan] days: expected at least 1, got 0"),
        ("days = 7", "days = 7.5", "plan.toml:4 [plan] days: expected a whole number, got 7.5"),
        ("days = 7", 'days = 7\ntimezone = "Asia/Shangai"',
         "plan.toml:5 [plan] timezone: expected an IANA time zone like 'Asia/Shanghai', got 'Asia/Shangai'"),
        ("days = 7", "days = 7\ninterval_minutes = 20",
         "plan.toml:5 [plan] interval_minutes: expected 5, 10, 15, 30 or 60, got 20"),
        ('"09:00-21:00"', '"9-21"',
         "plan.toml:17 [[queue]] 2 \"phone\" open: expected a clock window like '09:00-23:00', got '9-21'"),
        ('"09:00-21:00"', '{ mon = "late" }',
         "plan.toml:17 [[queue]] 2 \"phone\" open mon: expected a clock window like '09:00-23:00', got 'late'"),
        ("share = 0.8", "share = 80",
         'plan.toml:13 [[queue]] 1 "pre-sale" target 1 share: expected at most 1.0, got 80; for 80 % write 0.8'),
        ("seconds = 30\n", "",
         "plan.toml:10 [[queue]] 1 \"pre-sale\" target 1: metric 'answered_within' needs 'seconds'"),
        ("cost_per_hour = 30\n", "", 'plan.toml:18 [[contract]] 1 "ft" cost_per_hour: is missing'),
        ("hours = [9]", "hours = []",
         'plan.toml:28 [[shift]] 1 "early" hours: expected at least one length in hours, got an empty list'),
        ('"phone"\nopen', '"phone"\nconcurrency = 3\nopen',
         'plan.toml:14 [[queue]] 2 "phone": only chat has concurrency above 1, got 3 on a phone queue'),
        ("[[shift]]", "[limits.temporary]\nshares_max = 0.4\n[[shift]]",
         "plan.toml:25 [limits.temporary]: unknown key 'shares_max', did you mean 'share_max'?"),
        ('"09:00-21:00"', '["09:00-21:00"]',
         "plan.toml:17 [[queue]] 2 \"phone\" open: expected a text in quotes or a table, got ['09:00-21:00']"),
        ('"09:00-21:00"', "{ mon = 9 }",
         "plan.toml:17 [[queue]] 2 \"phone\" open mon: expected a clock window like '09:00-18:00', or 'closed', got 9"),
        ("days = 7", "days = true", "plan.toml:4 [plan] days: expected a number, got true"),
        ("cost_per_hour = 30", "cost_per_hour = true",
         'plan.toml:21 [[contract]] 1 "ft" cost_per_hour: expected a number, got true'),
        ('name = "tiny"', 'name = ""', "plan.toml:2 [plan] name: expected a text that is not empty, got ''"),
        ("[15, 15]", "[5, 5, 5, 5, 5, 5, 5, 5, 5]",
         'plan.toml:30 [[shift]] 1 "early" break_minutes: expected at most 8 entries, got 9'),
        ('"08:00-15:00"', '"8"',
         "plan.toml:27 [[shift]] 1 \"early\" start: expected the earliest and latest start like '07:00-10:00', or one "
         "time like '09:00', got '8'"),
        ("[[shift]]", "[cost]\n[[shift]]", "plan.toml:24: unknown key 'cost', did you mean 'costs'?"),
    ],
)  # fmt: skip
def test_each_wrong_key_in_the_planners_words(old: str, new: str, expected: str) -> None:
    """Place as planners write it, line of the key, expected, got, nearest valid name; nothing else is reported."""
    assert old in PLAN
    assert lines_of(PLAN.replace(old, new, 1)) == [expected]


def test_missing_tables_are_named() -> None:
    """An empty plan lacks four tables."""
    assert lines_of("") == [
        "plan.toml [[contract]]: is missing",
        "plan.toml [[queue]]: is missing",
        "plan.toml [[shift]]: is missing",
        "plan.toml [plan]: is missing",
    ]


@given(st.integers(0, 5), st.integers(0, 5), st.integers(0, 3))
def test_key_lines_count_arrays_and_lines(comments: int, queues: int, targets: int) -> None:
    """Whatever stands between, the line found for a key is the line that holds it."""
    lines = ["# note"] * comments + ["[plan]", 'name = "a = b"', "", "'quoted key'.sub = 1"]
    for number in range(queues):
        lines += ["[[queue]]  # one", f'  "id" = "q{number}"', *["[[queue.target]]", "seconds=1"] * targets]
    found = key_lines("\n".join(lines))
    assert lines[found["plan", "name"] - 1].startswith("name")
    assert lines[found["plan", "quoted key", "sub"] - 1].startswith("'quoted")
    for number in range(queues):
        assert lines[found["queue", number, "id"] - 1] == f'  "id" = "q{number}"'
        for target in range(targets):
            line = found["queue", number, "target", target, "seconds"]
            assert lines[line - 1] == "seconds=1"
            assert line == comments + 4 + number * (2 + 2 * targets) + 2 + 2 * (target + 1)


def test_toml_may_be_gb18030_or_have_a_bom_and_windows_ends(tmp_path: Path) -> None:
    """Editors of Chinese Windows write all of these."""
    texts = [PLAN.encode("utf-8-sig"), PLAN.encode("gb18030"), PLAN.replace("\n", "\r\n").encode()]
    assert all(parse_toml(raw, "plan.toml")["queue"][0]["title"] == "售前" for raw in texts)


def test_an_overlay_is_checked_like_the_plan(tmp_path: Path) -> None:
    """What a scenario changes is checked and blamed on the scenario, what it leaves on the plan's line."""
    folder = write(tmp_path, {"plan.toml": PLAN.replace("days = 7", "days = 0")})

    def overlay(raw: dict[str, object]) -> dict[str, object]:
        queues = [{**queue, "shrinkage": 2} for queue in raw["queue"][:1]]  # type: ignore[index]
        return {**raw, "queue": [*queues, *raw["queue"][1:]]}  # type: ignore[index]

    with pytest.raises(InputError) as caught:
        load(folder, overlay)
    assert str(caught.value).splitlines() == [
        "plan.toml:4 [plan] days: expected at least 1, got 0",
        'scenario [[queue]] 1 "pre-sale" shrinkage: expected at most 0.95, got 2; for 2 % write 0.02',
    ]


def test_the_hash_tells_every_change_and_nothing_else(tmp_path: Path) -> None:
    """Any byte of any table and any overlay changes the hash; whether the history was wanted does not."""
    folder = write(tmp_path, {})
    first = load(folder).inputs.input_hash
    assert load(folder).inputs.input_hash == first
    without = load(folder, with_history=False).inputs
    assert without.input_hash == first
    assert without.history.rows == 0
    scaled = load(folder, lambda raw: {**raw, "costs": {"shortage_per_agent_hour": 9}}).inputs
    assert scaled.plan.costs.shortage_per_agent_hour == 9
    assert scaled.input_hash != first
    (folder / "scenarios").mkdir()
    hashes = {first}
    for factor in (1.1, 1.2):
        (folder / "scenarios" / "s.toml").write_text(f"[scale]\nvolume = {{ all = {factor} }}\n")
        hashes.add(load(folder, lambda raw: raw, ["scenarios/s.toml"]).inputs.input_hash)
    assert len(hashes) == 3, "a scenario that only scales is another input"
    (folder / "notes.txt").write_text("not part of the plan")
    assert load(folder).inputs.input_hash == first
    (folder / "time_off.csv").write_text("employee_id,start\n001,2025-10-22\n")
    assert load(folder).inputs.input_hash != first
