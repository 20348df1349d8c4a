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
            'scenarios/s.toml:3 [[queue]] 1 "pre-sale" shrinkage: expected at most 0.95, got 4; for 4 % write 0.04',
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
        'scenarios/older.toml:2 [[queue]] 1 "pre-sale" shrinkage: expected at most 0.95, got 4; for 4 % write 0.04'
    ]


def test_the_plans_own_mistakes_stay_the_plans(tmp_path: Path) -> None:
    """Beside a scenario that is right, a mistake in the plan keeps the plan's line."""
    plan = PLAN.replace("days = 7", "days = 0")
    folder = write(tmp_path, {"plan.toml": plan, "scenarios/s.toml": "[queue.pre-sale]\nshrinkage = 0.2\n"})
    assert told(folder, "s") == ["plan.toml:4 [plan] days: expected at least 1, got 0"]


@pytest.mark.parametrize(
    ("own", "text", "lost", "absent"),
    [
        ("shrinkage = 0.1\n", "shrinkage = 0.2\n", 0.2, 0.0),
        ("shrinkage = 0.1\n", "shrinkage = { unplanned = { absence = 0.05 }, planned = { a = 0.03 } }\n",
         0.08, 0.05),
        ("shrinkage = { unplanned = { absence = 0.05, system = 0.02 } }\n", "shrinkage.unplanned.absence = 0.1\n",
         0.12, 0.1),
        ("shrinkage = { unplanned = { absence = 0.05 } }\n", "shrinkage = 0.3\n", 0.3, 0.0),
    ],
)  # fmt: skip
def test_a_scenario_changes_shrinkage_in_either_form(
    tmp_path: Path, own: str, text: str, lost: float, absent: float
) -> None:
    """Number for number, table for number, one category of a table, number for table."""
    plan = PLAN.replace('channel = "chat"\n', f'channel = "chat"\n{own}')
    folder = write(tmp_path, {"plan.toml": plan, "scenarios/s.toml": f"[queue.pre-sale]\n{text}"})
    variant = resolve("s", ScenarioFiles(folder))
    queue = load(folder, variant.apply, variant.files).inputs.plan.queue[0]
    assert queue.lost_share == pytest.approx(lost)
    assert queue.absent_share == pytest.approx(absent)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[queue.pre-sale]\nshrinkage = { unplanned = 3 }\n", "2 {} shrinkage unplanned: expected a table, got 3"),
        ("[queue.pre-sale.shrinkage.unplanned]\nabsence = 2\n",
         "2 {} shrinkage unplanned absence: expected at most 0.95, got 2; for 2 % write 0.02"),
        ("[queue.pre-sale.shrinkage]\nunplaned = { absence = 0.1 }\n",
         "2 {} shrinkage: unknown key 'unplaned', did you mean 'unplanned'?"),
        ("[queue.pre-sale.shrinkage]\nplanned = { a = 0.6, b = 0.6 }\n",
         "1 {} shrinkage: the shares must add up to at most 0.95, got 1.2"),
        ("[queue.pre-sale.shrinkage]\nwhole_shift = [3]\n",
         "2 {} shrinkage whole_shift 1: expected a text in quotes, got 3"),
        ('[queue.pre-sale]\nshrinkage = "a tenth"\n', "2 {} shrinkage: expected a number, got 'a tenth'"),
        ("[queue.pre-sale]\nshrinkage = [0.1]\n", "2 {} shrinkage: expected a number, got [0.1]"),
        ('[requirement]\nmethod = "formulas"\n',
         "2 [requirement] method: expected 'simulation' or 'formula', got 'formulas', did you mean 'formula'?"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_table_of_shrinkage_is_said_in_the_planners_words(
    tmp_path: Path, text: str, said: str
) -> None:
    """Keys and lines as written, without the names of the forms that a key may have; nothing else is reported."""
    folder = write(tmp_path, {"scenarios/s.toml": text})
    assert told(folder, "s") == ["scenarios/s.toml:" + said.format('[[queue]] 1 "pre-sale"')]


def test_a_scenario_changes_how_the_requirement_is_made(tmp_path: Path) -> None:
    """``[requirement] method`` and ``replications``, which the plan leaves at their defaults."""
    folder = write(tmp_path, {"scenarios/s.toml": '[requirement]\nmethod = "formula"\nreplications = 50\n'})
    variant = resolve("s", ScenarioFiles(folder))
    options = load(folder, variant.apply, variant.files).inputs.plan.requirement
    assert (options.method, options.replications) == ("formula", 50)
    assert load(folder).inputs.plan.requirement.method == "simulation"


TARGETS = PLAN.replace("[[contract]]", '[[queue.target]]\nmetric = "abandoned"\nshare = 0.1\n[[contract]]', 1)


@pytest.mark.parametrize(
    ("scenario", "place"),
    [
        ('[[queue.phone.target]]\nmetric = "abandoned"\nshare = 0.1\nclock = "open"\n', "scenarios/s.toml:4"),
        ('title = "x"\n[[queue.phone.target]]\nmetric = "abandoned"\nclock = "open"\nshare = 0.2\n',
         "scenarios/s.toml:4"),
        ('[queue.phone]\npriority = 3\n', "plan.toml:21"),
    ],
)  # fmt: skip
def test_a_warning_on_a_target_of_a_scenario_points_into_the_scenario(
    tmp_path: Path, scenario: str, place: str
) -> None:
    """Also for keys that say the same in the plan: the scenario's list of targets is another one."""
    plan = TARGETS.replace("share = 0.1\n", 'share = 0.1\nclock = "open"\n')
    folder = write(tmp_path, {"plan.toml": plan, "scenarios/s.toml": scenario})
    variant = resolve("s", ScenarioFiles(folder))
    warnings = [str(one) for one in load(folder, variant.apply, variant.files).warnings]
    assert [line.partition(" ")[0] for line in warnings if " clock: " in line] == [place]


@pytest.mark.parametrize("number", ["nan", "inf", "-inf"])
def test_no_number_is_told_at_its_own_line(tmp_path: Path, number: str) -> None:
    """Nan differs from itself, yet no scenario set it; one that did is blamed."""
    plan = PLAN.replace("share = 0.8", f"share = {number}")
    folder = write(tmp_path, {"plan.toml": plan, "scenarios/s.toml": "[queue.phone]\npriority = 3\n"})
    said = f"expected a finite number, got {number}"
    for name in ("base", "s"):
        assert told(folder, name) == [f'plan.toml:13 [[queue]] 1 "pre-sale" target 1 share: {said}']
    write(folder, {"scenarios/s.toml": f"[queue.pre-sale]\npatience_seconds = {number}\n"})
    assert told(folder, "s") == [f'scenarios/s.toml:2 [[queue]] 1 "pre-sale" patience_seconds: {said}']


@pytest.mark.parametrize(
    ("own", "factor", "said"),
    [
        ("0.1", "20", "would lose 200% of the time of queue 'pre-sale' (10% without it); 95% are lost instead, "
         "as with a factor of 9.5"),
        ("{ unplanned = { absence = 0.1 }, planned = { coaching = 0.05 } }", "10",
         "would lose 105% of the time of queue 'pre-sale' (15% without it); 95% are lost instead, "
         "as with a factor of 9"),
        ("0.1", "9.5", ""), ("0.1", "0", ""), ("{ planned = { coaching = 0.9 } }", "20", ""),
    ],
)  # fmt: skip
def test_more_absence_than_counts_is_told_where_the_scenario_asks_for_it(
    tmp_path: Path, own: str, factor: str, said: str
) -> None:
    """At most 95 % of the time is lost; the scenario that gives the factor is named, also by one that builds on it."""
    plan = PLAN.replace('channel = "chat"\n', f'channel = "chat"\nshrinkage = {own}\n')
    newer = 'extends = "older"\n[scale]\nvolume = { all = 2 }\n'
    older = f'title = "ill"\n[scale]\nabsence = {factor}\n'
    folder = write(tmp_path, {"plan.toml": plan, "scenarios/older.toml": older, "scenarios/newer.toml": newer})
    for name in ("older", "newer"):
        variant = resolve(name, ScenarioFiles(folder))
        warnings = [str(one) for one in load(folder, variant.apply, variant.files).warnings]
        assert warnings == ([f"scenarios/older.toml:3 [scale] absence: {said}"] if said else [])
