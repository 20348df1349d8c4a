"""Scenario overlays change what they name and nothing else."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.overlay import resolve
from wfm.errors import InputError

PLAN: dict[str, Any] = {
    "plan": {"name": "x", "days": 7},
    "queue": [{"id": "a", "shrinkage": 0.1}, {"id": "b", "target": [{"metric": "abandoned"}]}],
    "contract": [{"id": "student", "headcount": 10, "limits": {"seats_max": 4}}],
    "limits": {"temporary": {"headcount_max": 90, "share_max": 0.4}},
}


def test_base_is_the_plan_as_it_is() -> None:
    """Without a file of its own, ``base`` changes nothing."""
    variant = resolve("base", {})
    assert variant.apply(PLAN) == PLAN
    assert variant.scale.volume_of("a") == 1.0


def test_keyed_tables_change_one_entry() -> None:
    """``[queue."a"]`` changes that queue alone; nested tables key by key."""
    overlay = {
        "queue": {"a": {"shrinkage": 0.2}},
        "contract": {"student": {"limits": {"cost_max": 5.0}}},
        "limits": {"temporary": {"headcount_max": 140}},
    }
    plan = resolve("s", {"s": overlay}).apply(PLAN)
    assert plan["queue"] == [{"id": "a", "shrinkage": 0.2}, PLAN["queue"][1]]
    assert plan["contract"][0]["limits"] == {"seats_max": 4, "cost_max": 5.0}
    assert plan["limits"]["temporary"] == {"headcount_max": 140, "share_max": 0.4}


def test_drivers_change_by_name() -> None:
    """``[driver."orders"]`` changes its entry, and makes one where the plan leaves the driver to the defaults."""
    variant = resolve("s", {"s": {"driver": {"orders": {"use": False}}}})
    assert variant.apply(PLAN)["driver"] == [{"name": "orders", "use": False}]
    plan = {**PLAN, "driver": [{"name": "spend"}, {"name": "orders", "queues": ["a"]}]}
    assert variant.apply(plan)["driver"] == [{"name": "spend"}, {"name": "orders", "queues": ["a"], "use": False}]


def test_adjustments_can_be_switched_off() -> None:
    """``adjustments`` False wins over plan and scenario; a plan without ``[forecast]`` gets one for it."""
    on = resolve("s", {"s": {"forecast": {"adjustments": True}}})
    assert on.apply(PLAN)["forecast"] == {"adjustments": True}
    assert replace(on, adjustments=False).apply(PLAN)["forecast"] == {"adjustments": False}
    assert replace(resolve("base", {}), adjustments=False).apply(PLAN)["forecast"] == {"adjustments": False}


def test_shares_of_bots_change_phase_by_phase() -> None:
    """A scenario replaces the phases that it names and keeps the plan's others."""
    plan = {**PLAN, "queue": [{"id": "a", "bot_containment_in": {"main_day": 0.3, "opening": 0.2}}]}
    overlay = {"queue": {"a": {"bot_containment_in": {"opening": 0.4, "sale_start": 0.35}}}}
    changed = resolve("s", {"s": overlay}).apply(plan)["queue"][0]["bot_containment_in"]
    assert changed == {"main_day": 0.3, "opening": 0.4, "sale_start": 0.35}


def test_extends_builds_on_another_scenario() -> None:
    """The child's keys win over the parent's, factors merge key by key."""
    files: dict[str, dict[str, Any]] = {
        "parent": {"scale": {"volume": {"all": 1.2, "a": 1.5}, "absence": 1.5}},
        "child": {"extends": "parent", "title": "Child", "scale": {"volume": {"a": 2.0}}},
    }
    variant = resolve("child", files)
    assert variant.title == "Child"
    assert (variant.scale.volume_of("a"), variant.scale.volume_of("b")) == (2.0, 1.2)
    assert variant.scale.absence == 1.5


def test_the_plan_given_is_left_alone() -> None:
    """Applying a scenario does not change the dictionary it was given."""
    before = deepcopy(PLAN)
    resolve("s", {"s": {"queue": {"a": {"shrinkage": 0.9}}}}).apply(PLAN)
    assert before == PLAN


@pytest.mark.parametrize(
    ("files", "name", "said"),
    [
        ({}, "beter-bot", "unknown scenario 'beter-bot'"),
        ({"better-bot": {}}, "beter-bot", "did you mean 'better-bot'?"),
        ({"s": {"extends": "gone"}}, "s", "scenarios/s.toml extends: unknown scenario 'gone'"),
        ({"s": {"extends": "t"}, "t": {"extends": "s"}}, "s", "build on each other: s -> t -> s"),
        ({"s": {"extends": ["t"]}}, "s", "scenarios/s.toml extends: expected the name of a scenario"),
        ({"s": {"scale": {"volumes": {"all": 1.2}}}}, "s", "unknown key 'volumes', did you mean 'volume'?"),
        ({"s": {"scale": 3}}, "s", "scenarios/s.toml scale: expected a table"),
        ({"s": {"scale": {"volume": 1.2}}}, "s", "scale.volume: expected factors by queue"),
        ({"s": {"scale": {"volume": {"a": -2.0}}}}, "s", "scale.volume.a: expected a factor from 0 to 100, got -2.0"),
        ({"s": {"scale": {"volume": {"a": float("nan")}}}}, "s", "scale.volume.a: expected a factor"),
        ({"s": {"scale": {"aht": {"a": float("inf")}}}}, "s", "scale.aht.a: expected a factor"),
        ({"s": {"extends": "t"}, "t": {"scale": {"absence": "x"}}}, "s", "scenarios/t.toml scale.absence: expected"),
        ({"s": {"scale": {"absence": -1}}}, "s", "scale.absence"),
    ],
)
def test_a_scenario_that_makes_no_sense_is_named(files: dict[str, Any], name: str, said: str) -> None:
    """Unknown names, circles and bad factors are errors that say where and what."""
    with pytest.raises(InputError) as caught:
        resolve(name, files)
    assert said in str(caught.value)


@pytest.mark.parametrize("plan", [{"queue": 3}, {"queue": {"id": "a"}}, {"limits": 4}, {}])
@pytest.mark.parametrize("overlay", [{"plan": 4}, {"queue": 3}, {"queue": [{"id": "a"}]}, {"limits": {"temporary": 1}}])
def test_nonsense_passes_through_to_the_check_of_the_plan(plan: dict[str, Any], overlay: dict[str, Any]) -> None:
    """Values of a wrong kind, in the plan or in the scenario, are laid over it; the plan's check then names them."""
    made = resolve("s", {"s": overlay}).apply(plan)
    assert all(made[key] == value for key, value in overlay.items())


def test_all_unknown_names_are_told_at_once() -> None:
    """Every key that names nothing is listed, with the nearest valid name."""
    overlay = {"queue": {"aa": {}}, "contract": {"studnt": {}}, "scale": {"volume": {"c": 1.1}}}
    with pytest.raises(InputError) as caught:
        resolve("s", {"s": overlay}).apply(PLAN)
    text = str(caught.value)
    assert len(caught.value.problems) == 3
    assert "did you mean 'student'?" in text


@given(st.dictionaries(st.sampled_from(["a", "b", "all"]), st.floats(0, 10)))
def test_a_queues_own_factor_replaces_the_common_one(volume: dict[str, float]) -> None:
    """The factor of a queue is its own, else that of ``all``, else 1."""
    scale = resolve("s", {"s": {"scale": {"volume": volume}}}).scale
    for queue in ("a", "b"):
        assert scale.volume_of(queue) == volume.get(queue, volume.get("all", 1.0))
