"""The plan folders that the samples write: equal bytes, readable, legal, honest about being made up."""

import csv
import gzip
import itertools
import tomllib
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from data.folder import load
from data.quality import quality
from data.samples import blank, ground_truth, sample_names, write_sample
from data.samples.specs import SPECS
from wfm.errors import InputError
from wfm.grid import parse_window
from wfm.inputs import FixedShift, Inputs
from wfm.speeds import mean_speeds

ALL = (*sample_names(), "blank")


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """All plan folders, written once."""
    root = tmp_path_factory.mktemp("samples")
    for name in sample_names():
        write_sample(name, root / name)
    blank(root / "blank")
    return {name: root / name for name in ALL}


@pytest.fixture(scope="module")
def plans(folders: dict[str, Path]) -> dict[str, Inputs]:
    """All plan folders as read, without their histories."""
    return {name: load(folder, with_history=False).inputs for name, folder in folders.items()}


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _history(folder: Path) -> list[dict[str, str]]:
    with gzip.open(folder / "history.csv.gz", "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("name", ["618", "hotline"])
def test_same_seed_same_bytes(name: str, folders: dict[str, Path], tmp_path: Path) -> None:
    """Written again, every file has the same bytes; with another seed the history differs and the plan does not."""
    write_sample(name, tmp_path / "again")
    write_sample(name, tmp_path / "other", seed=2)
    files = sorted(path.relative_to(folders[name]) for path in folders[name].rglob("*") if path.is_file())
    for file in files:
        assert (tmp_path / "again" / file).read_bytes() == (folders[name] / file).read_bytes(), file
    other = tmp_path / "other"
    same = {str(file) for file in files if (other / file).read_bytes() == (folders[name] / file).read_bytes()}
    assert "plan.toml" in same
    assert not {"history.csv.gz", "agents.csv", "time_off.csv"} & same


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    """Neither a sample nor the blank plan writes into a folder that is not empty."""
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(InputError, match="nothing was written"):
        write_sample("hotline", tmp_path)
    with pytest.raises(InputError, match="not empty"):
        blank(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize("name", ALL)
def test_every_folder_reads_without_any_problem(name: str, folders: dict[str, Path]) -> None:
    """The reader accepts all files, history included, without an error or a warning."""
    loaded = load(folders[name])
    assert loaded.warnings == ()
    assert loaded.inputs.history.rows > 3000


@pytest.mark.parametrize("name", ALL)
def test_it_says_that_it_is_made_up(name: str, folders: dict[str, Path]) -> None:
    """README and plan.toml say SYNTHETIC, the README that it is no legal advice; people are numbered, not named."""
    readme = (folders[name] / "README.md").read_text(encoding="utf-8")
    assert "SYNTHETIC" in readme
    assert "legal advice" in readme
    assert "SYNTHETIC" in (folders[name] / "plan.toml").read_text(encoding="utf-8")
    assert all(row["name"].startswith("员工") for row in _rows(folders[name] / "agents.csv"))


@pytest.mark.parametrize("name", ["double11", "hotline"])
def test_the_readme_states_the_planted_numbers(name: str, folders: dict[str, Path]) -> None:
    """Level, growth and handle time of every queue stand in the README's table as they are in the truth."""
    readme = (folders[name] / "README.md").read_text(encoding="utf-8").splitlines()
    for queue in SPECS[name].queues:
        numbers = (f"{queue.level:g}", f"{queue.growth * 100:g} %", f"{queue.aht_seconds:g}")
        if name == "double11":
            row = next(line for line in readme if line.startswith(f"| `{queue.id}`"))
            assert all(f"| {number} " in row for number in numbers)
        else:
            assert all(any(f"| {number} " in line for line in readme) for number in numbers)


@pytest.mark.parametrize("name", sample_names())
def test_queues_open_when_the_generator_thinks_so(name: str, plans: dict[str, Inputs]) -> None:
    """Opening, platform, handle time and dates of plan.toml are those of the generator."""
    plan, spec = plans[name].plan, SPECS[name]
    assert [queue.id for queue in plan.queue] == [queue.id for queue in spec.queues]
    for written, planted in zip(plan.queue, spec.queues, strict=True):
        assert isinstance(written.open, str)
        assert parse_window(written.open) == planted.open
        assert written.platform == planted.platform
        assert written.aht_seconds == planted.aht_seconds
    head = plan.plan
    assert (head.start, head.days, head.interval_minutes) == (spec.plan_start, spec.days, spec.interval_minutes)
    assert head.known_until == spec.known_until
    assert head.start.weekday() == 0


def test_double11_has_the_staff_it_is_said_to_have(plans: dict[str, Inputs]) -> None:
    """122 named people, 90 to take on, two pregnant or nursing, one minor, dispatch and interns within a tenth."""
    inputs = plans["double11"]
    kinds = Counter(inputs.contract_of(agent).kind for agent in inputs.agents)
    assert kinds == {"employee": 92, "part_time": 22, "dispatch": 4, "intern": 4}
    assert sum(contract.headcount for contract in inputs.plan.contract) == 90
    attributes = Counter(item for agent in inputs.agents for item in agent.attributes)
    assert attributes == {"pregnant": 1, "nursing": 1, "minor": 1, "intern": 4}
    assert all(1 <= len(agent.queues) <= 3 for agent in inputs.agents)


@pytest.mark.parametrize("name", ALL)
def test_headcounts_fit_the_limits_when_everybody_is_taken_on(name: str, plans: dict[str, Inputs]) -> None:
    """Named and possible temporary people stay within headcount, share and the dispatch tenth."""
    inputs = plans[name]
    limits = inputs.plan.limits.temporary
    people = Counter(inputs.contract_of(agent).kind for agent in inputs.agents)
    for contract in inputs.plan.contract:
        people[contract.kind] += contract.headcount
    temporary = people.total() - people["employee"]
    assert limits.headcount_max is not None
    assert limits.share_max is not None
    assert temporary <= limits.headcount_max
    assert temporary / people.total() <= limits.share_max
    assert people["dispatch"] <= (people["employee"] + people["dispatch"]) // 10
    assert people["intern"] <= people["employee"] // 10


@pytest.mark.parametrize("name", sample_names())
def test_leave_is_about_8_percent(name: str, plans: dict[str, Inputs]) -> None:
    """Days away are 5 to 11 % of the person-days, inside the plan, never twice the same day."""
    inputs = plans[name]
    days = [(row.employee_id, row.start + timedelta(days=k))
            for row in inputs.time_off for k in range((row.end - row.start).days + 1)]  # fmt: skip
    assert len(days) == len(set(days))
    assert {day for _, day in days} <= set(inputs.plan.plan.grid.dates)
    assert 0.05 < len(days) / (len(inputs.agents) * inputs.plan.plan.days) < 0.11


@pytest.mark.parametrize("name", sample_names())
def test_published_shifts_are_legal(name: str, plans: dict[str, Inputs]) -> None:
    """One a day, inside their template, 11 h apart, at most six days in a row, not in leave, no protected at night."""
    inputs = plans[name]
    away = {(row.employee_id, row.start + timedelta(days=k))
            for row in inputs.time_off for k in range((row.end - row.start).days + 1)}  # fmt: skip
    start = inputs.plan.plan.start
    assert sum(shift.date >= start for shift in inputs.fixed_shifts) == 8
    assert min(shift.date for shift in inputs.fixed_shifts) >= start - timedelta(days=7)
    people = {agent.employee_id: agent for agent in inputs.agents}
    for employee_id, rows in itertools.groupby(inputs.fixed_shifts, key=lambda row: row.employee_id):
        shifts = list(rows)
        for shift in shifts:
            _assert_fits_its_template(inputs, shift)
            assert (employee_id, shift.date) not in away
            if people[employee_id].attributes & set(inputs.rules.no_night_for):
                assert shift.start.hour >= 6
                assert shift.end.date() == shift.date
                assert shift.end.hour < 22
        for before, after in itertools.pairwise(shifts):
            assert after.start - before.end >= timedelta(hours=11)
        assert _longest_run([shift.date for shift in shifts]) <= 6


def _assert_fits_its_template(inputs: Inputs, shift: FixedShift) -> None:
    template = inputs.plan.shift_by_id(shift.shift)
    first, last = template.start_range
    assert first <= shift.start.hour * 60 + shift.start.minute <= last
    assert (shift.end - shift.start).total_seconds() / 3600 in template.hours


def _longest_run(days: list[date]) -> int:
    runs = [1]
    for before, after in itertools.pairwise(days):
        runs.append(runs[-1] + 1 if after - before == timedelta(days=1) else 1)
    return max(runs)


@pytest.mark.parametrize("name", ["618", "hotline"])
def test_history_is_the_truth_with_the_documented_flaws(name: str, folders: dict[str, Path]) -> None:
    """Rows are the open half hours to ``known_until``; only the outage and the missing rows differ from the draws."""
    spec, truth = SPECS[name], ground_truth(name, 1)
    rows = {(row["queue"], row["interval_start"]): int(row["offered"]) for row in _history(folders[name])}
    grid = truth.history_grid
    assert grid.end == spec.known_until
    assert max(stamp for _, stamp in rows)[:10] == spec.known_until.isoformat()
    lost, missing = Counter[str](), Counter[str]()
    for number, queue in enumerate(spec.queues):
        drawn = truth.history_sampled[number]
        for i in range(grid.n):
            if not queue.open[0] <= grid.minute_of_day[i] < queue.open[1]:
                continue
            day = grid.dates[grid.day_index[i]]
            stamp = f"{day}T{grid.minute_of_day[i] // 60:02d}:{grid.minute_of_day[i] % 60:02d}:00"
            found = rows.pop((queue.id, stamp), None)
            if found is None:
                missing[f"{queue.id} {day}"] += 1
            elif found != drawn[i]:
                lost[f"{queue.id} {day}"] += 1
                assert found == 0
    assert not rows
    assert spec.outage is not None
    assert set(lost) == {f"{spec.outage[0]} {spec.outage[1]}"}
    assert dict(missing) == {f"{queue} {day}": slots for queue, day, _, slots in spec.missing}


@pytest.mark.parametrize("name", ["618", "hotline"])
def test_data_quality_finds_the_planted_flaws_and_nothing_else(name: str, folders: dict[str, Path]) -> None:
    """The check of the history tells of the outage's day and of the missing rows, once each."""
    spec = SPECS[name]
    assert spec.outage is not None
    told = [problem.message for problem in quality(load(folders[name]).inputs)]
    assert len(told) == 1 + len(spec.missing)
    assert sum(f"'{spec.outage[0]}'" in text and f"{spec.outage[1]} (0," in text for text in told) == 1
    for queue, day, _, _ in spec.missing:
        assert sum(f"'{queue}'" in text and f"no row: {day}" in text for text in told) == 1


def test_rows_add_up(folders: dict[str, Path]) -> None:
    """Handled and abandoned add up to offered; a handle time stands where contacts came, and only there."""
    rows = _history(folders["hotline"])
    assert all(int(row["handled"]) + int(row["abandoned"]) == int(row["offered"]) for row in rows)
    assert all((row["aht_seconds"] != "") == (int(row["offered"]) > 0) for row in rows)


@pytest.mark.parametrize("name", ["618", "hotline"])
def test_the_history_is_made_by_the_people_who_are_named(name: str, folders: dict[str, Path]) -> None:
    """Handle time times the mean speed of the last weeks' people is the planted one within 2 %, for every queue."""
    inputs = load(folders[name]).inputs
    history, truth = inputs.history, ground_truth(name)
    days = truth.history_grid.days
    speeds = mean_speeds(inputs.plan, inputs.agents, truth.history_grid.start, days).speed[:, -56:].mean(axis=1)
    recent = history.start >= truth.history_grid.day_starts[-57]
    for number, spec in enumerate(SPECS[name].queues):
        mine = recent & (history.queue == number) & (history.offered > 0)
        observed = np.average(history.aht_seconds[mine], weights=history.offered[mine])
        planted = np.average(truth.aht_seconds[number], weights=truth.expected[number])
        assert observed * speeds[number] == pytest.approx(planted, rel=0.02), spec.id


def test_orders_are_known_and_then_planned(folders: dict[str, Path]) -> None:
    """drivers.csv has each day once, from the history's first to the plan's last; planned days are round hundreds."""
    spec = SPECS["double11"]
    rows = _rows(folders["double11"] / "drivers.csv")
    days = [date.fromisoformat(row["date"]) for row in rows]
    assert (days[0], days[-1]) == (spec.history_start, spec.plan_end)
    assert all(after - before == timedelta(days=1) for before, after in itertools.pairwise(days))
    planned = [int(row["value"]) for row, day in zip(rows, days, strict=True) if day > spec.known_until]
    assert all(value % 100 == 0 for value in planned)
    assert len(planned) == 35


def test_the_shops_own_events_name_the_opening_of_each_name_day(plans: dict[str, Inputs]) -> None:
    """Each Double 11 main day opens at 20:00 on the eve, on four platforms; the calendar's own 2025 row is replaced."""
    main = [event for event in plans["double11"].events if (event.event, event.phase) == ("double11", "main_day")]
    recent = [event for event in main if 2022 <= event.start.year <= 2025]
    assert len(recent) == 16
    assert {(event.start.month, event.start.day, event.start.hour) for event in recent} == {(11, 10, 20)}


@pytest.mark.parametrize(("name", "expected"), [
    ("double11", {"volume-plus-20", "better-bot", "no-temps"}),
    ("618", {"volume-plus-20"}),
    ("hotline", {"volume-plus-20"}),
    ("blank", {"volume-plus-20"}),
])  # fmt: skip
def test_scenarios_name_only_what_the_plan_has(
    name: str, expected: set[str], folders: dict[str, Path], plans: dict[str, Inputs]
) -> None:
    """Each overlay builds on the base, has a title, and changes queues and contracts that exist."""
    plan = plans[name].plan
    overlays = {path.stem: tomllib.loads(path.read_text(encoding="utf-8"))
                for path in (folders[name] / "scenarios").glob("*.toml")}  # fmt: skip
    assert set(overlays) == expected
    for overlay in overlays.values():
        assert overlay["extends"] == "base"
        assert overlay["title"]
        assert set(overlay.get("queue", {})) <= {queue.id for queue in plan.queue}
        assert set(overlay.get("contract", {})) <= {contract.id for contract in plan.contract}


def test_no_temps_takes_nobody_on(folders: dict[str, Path], plans: dict[str, Inputs]) -> None:
    """The overlay sets the headcount of every contract that may take on people to 0."""
    overlay = tomllib.loads((folders["double11"] / "scenarios" / "no-temps.toml").read_text(encoding="utf-8"))
    taking_on = {contract.id for contract in plans["double11"].plan.contract if contract.headcount}
    assert {key for key, value in overlay["contract"].items() if value == {"headcount": 0}} == taking_on


def test_local_times_are_written_without_offset(folders: dict[str, Path]) -> None:
    """Times in the tables are local ISO times, as a planner would type them."""
    for row in _rows(folders["double11"] / "fixed_shifts.csv"):
        assert datetime.fromisoformat(row["start"]).tzinfo is None
