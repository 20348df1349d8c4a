"""What ten more people would be worth, told wherever a roster is shown."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from rich.console import Console

from data.more_heads import head_lines, reached_lines
from data.report import report_html
from data.summary import summary_json
from data.terminal import explain_lines, result_parts
from tests.data.made_up import tiny
from wfm.bound_prices import BoundPrices, HeadWorth, LimitPrice
from wfm.inputs import Inputs
from wfm.results import Roster

MADE = tiny()
WANTED = HeadWorth("student", 60, 60, 1230.04)
HELD = HeadWorth("dispatched", 3, 8, 0.0)
TOGETHER, APART = LimitPrice("", "headcount_max", 800.0), LimitPrice("student", "share_max", 0.0)


def priced(heads: Sequence[HeadWorth], limits: Sequence[LimitPrice] = ()) -> Roster:
    """Return the made-up roster with the worth of heads and limits."""
    seat = np.zeros(MADE.roster.scheduled.shape)
    return replace(MADE.roster, prices=BoundPrices(seat, tuple(limits), tuple(heads), MADE.roster.bound))


def limited(**limits: float) -> Inputs:
    """Return the inputs with these limits on all temporary staff and no others."""
    temporary = type(MADE.inputs.plan.limits.temporary)(**limits)
    contracts = [one.model_copy(update={"limits": type(one.limits)()}) for one in MADE.inputs.plan.contract]
    limit = MADE.inputs.plan.limits.model_copy(update={"temporary": temporary})
    return replace(MADE.inputs, plan=MADE.inputs.plan.model_copy(update={"limits": limit, "contract": contracts}))


def test_a_contract_used_up_tells_what_ten_more_would_save() -> None:
    """Ten times the worth of one more, in whole money, as an upper estimate."""
    assert head_lines(MADE.inputs, priced([WANTED])) == [
        "student: 60 of 60 taken on; ten more than 60 would save up to 12,300 CNY"
    ]


def test_a_limit_that_binds_is_told_and_holds_its_contracts() -> None:
    """Where a limit has a price, its contracts are not said to be of no worth; a limit without a price is silent."""
    assert head_lines(MADE.inputs, priced([HELD], [TOGETHER, APART])) == [
        "dispatched: 3 of 8 taken on; more only where a limit is raised",
        "limit headcount_max of all temporary staff binds: ten more people allowed would save up to 8,000 CNY",
    ]


@pytest.mark.parametrize(
    ("limit", "held"),
    [
        (LimitPrice("", "headcount_max", 5.0), {"student", "dispatched"}),
        (LimitPrice("", "dispatch_share_max", 5.0), {"dispatched"}),
        (LimitPrice("student", "headcount_max", 5.0), {"student"}),
    ],
)
def test_a_limit_holds_only_whom_it_counts(limit: LimitPrice, held: set[str]) -> None:
    """A contract's own limit holds that contract, the dispatched share dispatched people, neither holds employees."""
    heads = [HeadWorth(name, 1, 8, 0.0) for name in ("permanent", "student", "dispatched")]
    lines = head_lines(MADE.inputs, priced(heads, [limit]))[:-1]
    assert {line.split(":")[0] for line in lines if line.endswith("more only where a limit is raised")} == held
    assert all(line.endswith("more would not pay") for line in lines if line.split(":")[0] not in held)


def test_nothing_is_told_without_contracts_to_hire_under_or_without_prices() -> None:
    """No line, no part of the report, null or nothing in the summary."""
    assert head_lines(MADE.inputs, priced([], [TOGETHER])) == []
    assert head_lines(MADE.inputs, MADE.roster) == []
    assert "would be worth" not in page(MADE.roster, "en")
    assert summary(MADE.roster) is None


def test_limits_of_which_no_worth_is_known_are_told_when_reached() -> None:
    """Seats, ratio and cost have no price; a headcount that has one is told with it, not twice."""
    inputs = limited(headcount_max=len(MADE.roster.hires), cost_max=1e9)
    assert reached_lines(inputs, MADE.roster) == ["limit headcount_max of all temporary staff is reached: 2"]
    assert reached_lines(inputs, priced([HELD], [TOGETHER])) == []
    assert reached_lines(limited(seats_max=0, cost_max=1e9), MADE.roster) == []


def page(roster: Roster, lang: str) -> str:
    """Return the report of a roster."""
    return report_html(
        MADE.inputs, MADE.forecast, MADE.requirement, roster, MADE.attainment, (), scenario="base", seed=1, lang=lang
    )


def summary(roster: Roster) -> object:
    """Return what summary.json tells of more people."""
    return json.loads(summary_json(inputs=MADE.inputs, scenario="base", seed=1, roster=roster))["more_heads"]


def test_the_summary_gives_the_numbers() -> None:
    """Every contract and every limit, priced or not."""
    assert summary(priced([WANTED], [TOGETHER, APART])) == {
        "contracts": [{"contract": "student", "heads": 60, "heads_max": 60, "worth_of_ten_more": 12300.4}],
        "limits": [
            {"contract": "", "limit": "headcount_max", "worth_of_ten_more": 8000.0},
            {"contract": "student", "limit": "share_max", "worth_of_ten_more": 0.0},
        ],
    }


@pytest.mark.parametrize(("lang", "words"), [("en", "would save up to 12,300 CNY"), ("zh", "最多可节省 12,300 CNY")])
def test_the_report_says_it_in_both_languages(lang: str, words: str) -> None:
    """Beside whom to take on and the use of the limits."""
    assert words in page(priced([WANTED]), lang)


@pytest.mark.parametrize("width", [80, 160])
def test_the_terminal_says_it_below_the_temporary_staff(width: int) -> None:
    """A line each that fits 80 columns."""
    file = io.StringIO()
    for part in result_parts(MADE.inputs, None, None, priced([WANTED, HELD]), None):
        Console(file=file, width=width, highlight=False).print(part)
    text = file.getvalue()
    assert "student: 60 of 60 taken on; ten more than 60 would save up to 12,300 CNY\n" in text
    assert text.index("Temporary staff") < text.index("dispatched: 3 of 8 taken on; more would not pay\n")


def test_explain_says_it_too() -> None:
    """Which limits cost most, priced."""
    assert head_lines(MADE.inputs, priced([WANTED]))[0] in explain_lines(
        MADE.inputs, MADE.requirement, priced([WANTED])
    )
