"""Tests of `summary.json`."""

import dataclasses
import json
from datetime import date
from importlib.metadata import version

from data.summary import installed_versions, people_by_contract, summary_json
from tests.data.made_up import tiny
from wfm.results import Budget

KEYS = {
    "scenario", "input_hash", "seed", "versions", "status", "cost", "bound", "gap", "people", "temps_hired",
    "targets_met", "targets_total", "seconds", "peak_memory_mb",
}  # fmt: skip


def test_a_full_run_has_every_key_of_the_contract() -> None:
    """The numbers are those of the roster and the simulation."""
    made = tiny()
    text = summary_json(
        inputs=made.inputs, scenario="base", seed=3, requirement=made.requirement, roster=made.roster,
        attainment=made.attainment, findings=made.findings, seconds={"forecast": 1.234},
        peak_memory_mb={"forecast": 80},
    )  # fmt: skip
    content = json.loads(text)
    assert set(content) >= KEYS
    assert content["status"] == "feasible"
    assert content["cost"] == round(made.roster.cost.total, 2)
    assert content["cost_breakdown"]["total"] == content["cost"]
    assert content["targets_total"] == len(made.attainment.targets)
    assert content["seconds"] == {"forecast": 1.23}
    assert content["audit_errors"] == 0
    assert sum(content["people"].values()) == len(made.inputs.agents) + len(made.roster.hires)
    assert content["temps_hired"] == len(made.roster.hires)


def test_a_step_that_did_not_run_is_null() -> None:
    """`wfm forecast` alone writes the same keys, with null where nothing is known."""
    content = json.loads(summary_json(inputs=tiny().inputs, scenario="base", seed=1))
    assert set(content) >= KEYS
    assert [content[key] for key in ("status", "cost", "gap", "people", "targets_met", "audit_errors")] == [None] * 6


def test_an_infeasible_run_says_so_without_a_roster() -> None:
    """The status can be given where there is no roster to take it from."""
    content = json.loads(summary_json(inputs=tiny().inputs, scenario="base", seed=1, status="infeasible"))
    assert content["status"] == "infeasible"


def test_budgets_of_rolling_targets_are_told() -> None:
    """Each with queue, number of the target from 1, last day and numbers; null without a requirement."""
    made = tiny()
    budget = Budget("chat", 0, date(2025, 10, 31), 1000.0, 200.0, 300.04, -70.0)
    requirement = dataclasses.replace(made.requirement, budgets=(budget,))
    told = json.loads(summary_json(inputs=made.inputs, scenario="base", seed=1, requirement=requirement))["budgets"]
    assert told == [
        {
            "queue": "chat", "target": 1, "end": "2025-10-31", "counted_past": 1000.0, "missed_past": 200.0,
            "expected": 300.0, "left": -70.0,
        }
    ]  # fmt: skip
    assert json.loads(summary_json(inputs=made.inputs, scenario="base", seed=1))["budgets"] is None


def test_people_follow_the_plans_order_and_include_empty_contracts() -> None:
    """A contract without people shows a zero rather than going missing."""
    made = tiny()
    assert list(people_by_contract(made.inputs)) == [contract.id for contract in made.inputs.plan.contract]
    assert people_by_contract(made.inputs)["seats"] == 0


def test_versions_are_those_installed() -> None:
    """Versions come from the package metadata, so none of the heavy packages is imported for them."""
    assert installed_versions()["numpy"] == version("numpy")
