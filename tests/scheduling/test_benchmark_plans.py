"""The made-up plans of the benchmarks are plans: the product reads them, and they are what they say they are."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from benchmarks.scheduling.plan_demand import event_days, ordinary_days
from benchmarks.scheduling.plans import LEAVE, SIZES, draw_staff, write_plan
from benchmarks.scheduling.rosters import columns_of
from data.folder import load
from wfm.inputs import Inputs


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the plan of size S."""
    folder = tmp_path_factory.mktemp("plans") / "S"
    write_plan(folder, SIZES["S"], seed=1)
    return folder


@pytest.fixture(scope="module")
def inputs(small: Path) -> Inputs:
    """Return the plan of size S as the product reads it."""
    return load(small).inputs


def rostered(inputs: Inputs) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Return the agents with shrinkage by queue, day and interval of the day."""
    assert inputs.own_requirement is not None
    return inputs.own_requirement.values["agents_with_shrinkage"].reshape(len(inputs.plan.queue), 14, 48)


def test_the_product_reads_the_plan_without_a_word(small: Path) -> None:
    """No problem and no warning; people, days and queues are those of the size."""
    loaded = load(small)
    size, plan = SIZES["S"], loaded.inputs.plan
    assert not loaded.warnings
    assert len(loaded.inputs.agents) == size.people
    assert (plan.plan.days, plan.plan.interval_minutes, len(plan.queue)) == (size.days, 30, size.queues)


def test_leave_takes_its_share_of_person_days(inputs: Inputs) -> None:
    """Between 7 and 9 % of the person-days are off, in blocks of 1 to 5 days that don't overlap."""
    lengths = [(off.end - off.start).days + 1 for off in inputs.time_off]
    days = {(o.employee_id, o.start.toordinal() + n) for o, long in zip(inputs.time_off, lengths, strict=True)
            for n in range(long)}  # fmt: skip
    assert len(days) == sum(lengths)
    assert 1 <= min(lengths) <= max(lengths) <= 5
    assert 0.07 <= len(days) / (60 * 14) <= 0.09


def test_the_requirement_is_whole_and_never_negative(small: Path) -> None:
    """Every number of requirement.csv is a whole number of at least 0, and shrinkage never lowers it."""
    with (small / "requirement.csv").open(encoding="utf-8", newline="") as file:
        rows = [(row["agents_required"], row["agents_with_shrinkage"]) for row in csv.DictReader(file)]
    assert len(rows) == 3 * 14 * 48
    assert all(plain.isdecimal() and whole.isdecimal() and int(whole) >= int(plain) for plain, whole in rows)


def test_own_staff_is_about_used_on_ordinary_days_and_too_few_on_event_days(inputs: Inputs) -> None:
    """Seat hours required are 90 to 105 % of those guaranteed on ordinary days; events take far more than that."""
    hours = rostered(inputs).sum(axis=(0, 2)) * 0.5
    weekly = sum(inputs.contract_of(agent).hours_per_week_guaranteed for agent in inputs.agents)
    used = hours / (weekly / 7.0 * (1.0 - LEAVE) * 7.5 / 8.0)
    assert 0.9 <= used[ordinary_days(14)].mean() <= 1.05
    assert used[list(event_days(14))].min() > 1.4


def test_events_multiply_the_requirement_of_some_queue(inputs: Inputs) -> None:
    """On both event days a queue takes 2.2 times (whole agents round) to 4.5 times (midnight adds) its usual hours."""
    by_day = rostered(inputs).sum(axis=2)
    usual = by_day[:, ordinary_days(14)].mean(axis=1)
    for event in event_days(14):
        assert 2.2 <= (by_day[:, event] / usual).max() <= 4.5


def test_same_seed_same_bytes(small: Path, tmp_path: Path) -> None:
    """Written again the plan is the same byte by byte; another seed gives other people and numbers."""
    write_plan(tmp_path / "again", SIZES["S"], seed=1)
    write_plan(tmp_path / "other", SIZES["S"], seed=2)
    for path in sorted(small.iterdir()):
        assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes()
    for name in ("agents.csv", "time_off.csv", "preferences.csv", "requirement.csv"):
        assert (small / name).read_bytes() != (tmp_path / "other" / name).read_bytes()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("seed", range(5))
def test_every_queue_is_held_and_every_class_differs_at_its_site(size: str, seed: int) -> None:
    """Whatever the seed: as many classes as wanted, 1 to 4 queues each, all queues held, everybody in a class."""
    wanted = SIZES[size]
    staff = draw_staff(wanted, np.random.default_rng(seed))
    assert len(staff.classes) == wanted.classes
    assert len(staff.member_of) == sum(one.people for one in staff.classes) == wanted.people
    assert {queue for one in staff.classes for queue in one.speeds} == set(range(wanted.queues))
    assert all(1 <= len(one.speeds) <= 4 and one.people > 0 for one in staff.classes)
    assert len({(one.team, frozenset(one.speeds)) for one in staff.classes}) == wanted.classes


def test_columns_count_ways_to_work(inputs: Inputs) -> None:
    """By hand: full-time people have 48 ways a day, part-time people 16; times classes and 14 days."""
    classes = {(agent.contract, frozenset(agent.queues.items()), agent.attributes) for agent in inputs.agents}
    ways = {"fulltime": 2 * (7 + 7 + 6 + 4), "parttime": 7 + 5 + 4}
    assert columns_of(inputs) == 14 * sum(ways[contract] for contract, _, _ in classes)
