"""The bundled labour-rule packs."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from data.packs import HOUSE_DEFAULT, OVERRIDE_SOURCE, labour_rules, pack_names, pack_notice
from tests.data.read_folder import PLAN, inputs_of
from wfm.rules import LabourRules


def test_cn_holds_the_national_limits() -> None:
    """8 + 3 hours a day, 40 a week, 36 overtime a month, 24 part-time, 150/200/300 %, six days in a row."""
    rules, _ = labour_rules(["cn"], {})
    assert pack_names() == ("cn",)
    assert (rules.normal_hours_per_day, rules.normal_hours_per_week) == (8, 40)
    assert (rules.overtime_hours_per_day_max, rules.overtime_hours_per_month_max) == (3, 36)
    assert (rules.overtime_pay, rules.rest_day_pay, rules.holiday_pay) == (1.5, 2.0, 3.0)
    assert (rules.rest_hours_between_shifts_min, rules.consecutive_days_max, rules.days_off_per_week_min) == (11, 6, 1)
    assert (rules.part_time_hours_per_week_max, rules.work_stretch_hours_max, rules.night) == (24, 5, "22:00-06:00")
    assert set(rules.no_night_for) == {"pregnant", "nursing", "minor", "intern"}
    assert set(rules.no_overtime_for) == {"pregnant", "nursing", "minor", "intern", "part_time"}


def test_every_limit_names_its_source() -> None:
    """Each limit of cn has an article or is marked as policy, and the pack says that it is no legal advice."""
    _, sources = labour_rules(["cn"], {})
    assert set(sources) == set(LabourRules.model_fields)
    assert HOUSE_DEFAULT not in sources.values()
    assert "劳动法 art. 41" in sources["overtime_hours_per_month_max"]
    assert "policy" in sources["rest_hours_between_shifts_min"]
    assert "not legal advice" in pack_notice("cn").lower()


def test_the_plans_own_limit_wins_and_says_so() -> None:
    """An override replaces the pack's value and its source; the others stay."""
    rules, sources = labour_rules(["cn"], {"rest_hours_between_shifts_min": 10})
    assert rules.rest_hours_between_shifts_min == 10
    assert sources["rest_hours_between_shifts_min"] == OVERRIDE_SOURCE
    assert sources["holiday_pay"] == "劳动法 art. 44 (3)"


def test_without_packs_the_defaults_hold() -> None:
    """No pack and no override: the defaults of the product, marked as such."""
    rules, sources = labour_rules([], {})
    assert rules == LabourRules.model_validate({})
    assert set(sources.values()) == {HOUSE_DEFAULT}


def test_unknown_pack_and_unknown_limit_are_refused() -> None:
    """A pack that isn't bundled raises KeyError; a limit that doesn't exist raises a validation error."""
    with pytest.raises(KeyError, match="'cn'"):
        labour_rules(["china"], {})
    with pytest.raises(ValidationError, match="overtime_hours"):
        labour_rules(["cn"], {"overtime_hours": 1})


def test_the_law_limits_dispatch_where_the_plan_says_nothing(tmp_path: Path) -> None:
    """A plan under ``cn`` has the tenth for dispatched people unless it sets its own share; without a pack none."""
    shares = []
    for number, change in enumerate(("", "[limits.temporary]\ndispatch_share_max = 0.05\n", "labour_rules = []\n")):
        text = PLAN.replace("days = 7\n", f"days = 7\n{change}") if change.startswith("labour") else PLAN + change
        plan = inputs_of(tmp_path / str(number), plan__toml=text).plan
        shares.append(plan.limits.temporary.dispatch_share_max)
    assert shares == [0.10, 0.05, None]
