"""Tables for people: no number or name is cut off, on a narrow terminal as on a wide one."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console, RenderableType

from data import terminal
from data.result_tables import targets_csv
from data.terminal_backtest import backtest_table
from data.terminal_targets import target_table
from tests.data.made_up import made_up
from wfm.queues import Target
from wfm.results import Finding

MADE = made_up(named=30, hired=5, queues=8, days=28, interval_minutes=60, paths=20, seed=3)
FINDINGS = (
    Finding("rest_between_shifts", "error", "00012", "2025-11-10", "8 h from the end of the shift before, at least 11"),
    Finding(
        "share_within_limit_of_temporary_staff", "warning", "", "", "temporary staff: 41 % of all people, at most 40"
    ),
)
ROWS = [
    {
        "scenario": name, "cost": 612345.5 * k, "hours": 24012.5, "overtime_hours": 812.0, "temps_hired": 61,
        "temp_hours": 5200.0, "agents_short_hours": 210.5, "probability_all_met": None if k == 1 else 0.31,
        "gap": 0.0213, "worst_target": "tmall-presale answered_within 30 s 2025-11-10 (31%)",
    }
    for k, name in enumerate(("base", "volume-plus-20", "better-bot", "no-temps"), start=1)
]  # fmt: skip


def printed(part: RenderableType, width: int) -> str:
    """Return what a terminal of a width shows."""
    file = io.StringIO()
    Console(file=file, width=width, highlight=False).print(part)
    return file.getvalue()


def parts() -> list[RenderableType]:
    """Return everything that the commands show as tables."""
    shown = terminal.result_parts(MADE.inputs, MADE.forecast, MADE.requirement, MADE.roster, MADE.attainment)
    more: list[RenderableType] = [
        terminal.model_table(MADE.forecast.models),
        terminal.findings_text(FINDINGS),
        backtest_table(MADE.backtest),
        terminal.comparison_table(ROWS, "CNY"),
    ]
    return [*shown, *more, *terminal.explain_lines(MADE.inputs, MADE.requirement, MADE.roster)]


@pytest.mark.parametrize("width", [80, 120, 160])
def test_nothing_is_cut_off(width: int) -> None:
    """Every table fits the terminal and no cell ends in an ellipsis."""
    for part in parts():
        text = printed(part, width)
        assert "…" not in text, text
        assert max(len(line) for line in text.splitlines() or [""]) <= width


def test_names_numbers_and_days_stay_in_one_piece() -> None:
    """At 80 columns queues, chances, days and rules can be read and searched for as they are; scenarios from 90 on."""
    text = "\n".join(printed(part, 80) for part in parts())
    for name in (*MADE.forecast.queues, *(one.rule for one in FINDINGS), "2025-11-10", "27/28", "09:00-23:00"):
        assert name in text
    wide = printed(terminal.comparison_table(ROWS, "CNY"), 90)
    assert all(str(row["scenario"]) in wide.splitlines()[1] for row in ROWS)


def test_the_audit_names_rule_person_and_day_on_one_line() -> None:
    """Each finding is a line that can be searched for; beyond thirty the rest is counted."""
    lines = str(terminal.findings_text(FINDINGS * 20)).splitlines()
    assert lines[0] == "audit: 40 findings"
    assert lines[1].startswith("error: rest_between_shifts 00012 2025-11-10: 8 h from")
    assert lines[-1] == "... and 10 more in audit.csv"


def shown_terms(**keys: object) -> tuple[str, list[str]]:
    """Return the words of a target with keys of its own in the terminal, and its last columns of targets.csv."""
    queue = MADE.inputs.plan.queue[0]
    target = Target.model_validate({"metric": "answered_within", "seconds": 30, "share": 0.8, **keys})
    queues = [queue.model_copy(update={"target": (target,)})]
    row = replace(
        next(one for one in MADE.attainment.targets if one.queue == queue.id), number=0, metric=target.metric,
        seconds=target.seconds, goal=0.8 if target.share else 30.0,
    )  # fmt: skip
    only = replace(MADE.attainment, targets=(row,))
    words = printed(target_table(only, queues), 200).splitlines()[-1]
    return words, targets_csv(only, queues).splitlines()[1].split(",")[-3:]


@pytest.mark.parametrize(
    ("keys", "words", "cells"),
    [
        ({}, "80% in 30 s, 09:00-23:00", ["sl_offered", "excluded", ""]),
        ({"definition": "sl_answered", "bots": "included"}, "80% in 30 s, of the answered, bots included, 09:00-23:00",
         ["sl_answered", "included", ""]),
        ({"definition": "sl_left_queue"}, "80% in 30 s, or gone in time, 09:00-23:00",
         ["sl_left_queue", "excluded", ""]),
        ({"metric": "average_response", "share": None, "unanswered": "excluded"},
         "average <= 30 s, unanswered left out, 09:00-23:00", ["", "excluded", "excluded"]),
        ({"metric": "average_response", "share": None, "unanswered_seconds": 600},
         "average <= 30 s, unanswered as 600 s, 09:00-23:00", ["", "excluded", "600"]),
        ({"metric": "average_response", "share": None}, "average <= 30 s, 09:00-23:00", ["", "excluded", "counted"]),
        ({"metric": "abandoned", "bots": "included"}, "abandoned <= 80%, bots included, 09:00-23:00",
         ["", "included", ""]),
    ],
)  # fmt: skip
def test_what_a_target_counts_in_its_own_way_stands_behind_it(
    keys: dict[str, object], words: str, cells: list[str]
) -> None:
    """Whom the share is of, bots and the unanswered, only where they are not as usual; all of it in targets.csv."""
    shown, last = shown_terms(**keys)
    assert words in shown
    assert last == cells


def test_without_the_plan_the_terms_are_not_known() -> None:
    """The last columns are empty then, not guessed."""
    assert targets_csv(MADE.attainment).splitlines()[1].endswith(",,,")
