"""Scenario files are read when they are used, and blamed by file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.folder import load
from data.planfile import read_toml
from data.scenario_files import ScenarioFiles, located
from scenarios.overlay import resolve
from tests.data.read_folder import PLAN, write
from wfm.errors import InputError


def test_scenarios_are_found_by_name_and_read_when_used(tmp_path: Path) -> None:
    """A broken scenario is told with its line by whoever uses it, and stops nobody else."""
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "b.toml").write_text('title = "x"\n')
    (tmp_path / "scenarios" / "a.toml").write_text("title = \n")
    files = ScenarioFiles(tmp_path)
    assert list(files) == ["a", "b"]
    assert files["b"] == {"title": "x"}
    assert resolve("b", files).title == "x"
    assert resolve("base", files).overlays == ()
    with pytest.raises(InputError, match=r"^scenarios/a\.toml:1: not valid TOML at column 9: Invalid value$"):
        resolve("a", files)
    with pytest.raises(InputError, match="not found"):
        read_toml(tmp_path / "c.toml")
    assert dict(ScenarioFiles(tmp_path / "nowhere")) == {}


def told(folder: Path, name: str) -> list[str]:
    """Return why a scenario of a plan folder is refused."""

    def use() -> None:
        with located(folder):
            variant = resolve(name, ScenarioFiles(folder))
        load(folder, variant.apply, variant.files)

    with pytest.raises(InputError) as caught:
        use()
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            '\n[queue.pre-sale]\nshrinkage = 4\n',
            'scenarios/s.toml:3 [[queue]] 1 "pre-sale" shrinkage: expected below 1.0, got 4',
        ),
        (
            '[queue."pre-sale"]\nshrinkag = 0.4\n',
            'scenarios/s.toml:2 [[queue]] 1 "pre-sale": unknown key \'shrinkag\', did you mean \'shrinkage\'?',
        ),
        ("\n[limit.temporary]\n", "scenarios/s.toml:2: unknown key 'limit', did you mean 'limits'?"),
        ("plan = 4\n", "scenarios/s.toml:1 [plan]: expected a table, got 4"),
        (
            "\n\n[queue.presale]\nshrinkage = 0\n",
            "scenarios/s.toml:3 queue.\"presale\": unknown queue 'presale', did you mean 'pre-sale'?",
        ),
        ("[scale]\nabsence = -1\n", "scenarios/s.toml:2 scale.absence: expected a factor from 0 to 20, got -1"),
        ("\n[scale]\nvolume = { all = nan }\n",
         "scenarios/s.toml:3 scale.volume.all: expected a factor from 0 to 100, got nan"),
        ("\n[scale]\nvolume = { presale = 2 }\n",
         "scenarios/s.toml:3 scale.volume: unknown queue 'presale', did you mean 'pre-sale'?"),
        ('extends = "t"\n', "scenarios/s.toml:1 extends: unknown scenario 't'; valid: 'base', 's'"),
    ],
)  # fmt: skip
def test_what_a_scenario_gets_wrong_has_its_line(tmp_path: Path, text: str, said: str) -> None:
    """Wrong keys, values, names and factors are told with the scenario's file and line."""
    folder = write(tmp_path, {"scenarios/s.toml": text})
    assert said in told(folder, "s")


def test_of_two_scenarios_the_one_that_set_the_key_is_blamed(tmp_path: Path) -> None:
    """A key that the older scenario set wrong is blamed on it, also when the newer one touches the same queue."""
    older = "[queue.pre-sale]\nshrinkage = 4\n"
    newer = 'extends = "older"\n[queue.pre-sale]\npriority = 3\n'
    folder = write(tmp_path, {"scenarios/older.toml": older, "scenarios/newer.toml": newer})
    assert told(folder, "newer") == [
        'scenarios/older.toml:2 [[queue]] 1 "pre-sale" shrinkage: expected below 1.0, got 4'
    ]


def test_the_plans_own_mistakes_stay_the_plans(tmp_path: Path) -> None:
    """Beside a scenario that is right, a mistake in the plan keeps the plan's line."""
    plan = PLAN.replace("days = 7", "days = 0")
    folder = write(tmp_path, {"plan.toml": plan, "scenarios/s.toml": "[queue.pre-sale]\nshrinkage = 0.2\n"})
    assert told(folder, "s") == ["plan.toml:4 [plan] days: expected at least 1, got 0"]
