"""What the terminal says of 30-day targets."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from data.terminal_staffing import budget_lines
from tests.data.made_up import made_up
from wfm.queues import Target
from wfm.results import Budget

END = date(2025, 11, 14)


def line(budget: Budget, **keys: Any) -> str:
    """Return the line of a budget of a target of the first queue."""
    made = made_up()
    queue = made.inputs.plan.queue[0].model_copy(update={"target": (Target.model_validate(keys),)})
    requirement = replace(made.requirement, budgets=(replace(budget, queue=queue.id),))
    (only,) = budget_lines(requirement, (queue,))
    return only


def test_a_share_says_how_many_may_be_missed() -> None:
    """Contacts, and by how many it is too late."""
    share = {"metric": "answered_within", "seconds": 30, "share": 0.8, "over": "30_days"}
    assert "200 of 1,000 missed so far; 460 of the 2,940 to come may be missed" in line(
        Budget("", 0, END, 1000.0, 200.0, 2940.0, 460.0), **share
    )
    assert "already 70 beyond" in line(Budget("", 0, END, 1000.0, 200.0, 300.0, -70.0), **share)


def test_an_average_says_how_long_answers_may_take() -> None:
    """Seconds by contact, not their sum."""
    mean = {"metric": "average_response", "seconds": 60, "over": "30_days"}
    assert "50.0 s on average over 1,000 so far; the 500 to come may take 80.0 s on average" in line(
        Budget("", 0, END, 1000.0, 50_000.0, 500.0, 40_000.0), **mean
    )
    assert "nothing counted so far; the 500 to come may take 60.0 s" in line(
        Budget("", 0, END, 0.0, 0.0, 500.0, 30_000.0), **mean
    )
    assert "already beyond" in line(Budget("", 0, END, 1000.0, 90_000.0, 500.0, -100.0), **mean)
