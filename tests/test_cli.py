"""The command line end to end on a small plan: files, exit codes, lines for bad input, equal bytes."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

import cli

COLUMNS = {
    "forecast.csv": "interval_start,queue,offered_mean,offered_p10,offered_p50,offered_p90,aht_seconds",
    "forecast_daily.csv": "date,queue,offered_mean,offered_p10,offered_p50,offered_p90",
    "requirement.csv": "interval_start,queue,load_erlangs,agents_required,agents_with_shrinkage",
    "roster.csv": "employee_id,name,contract,team,date,shift,start,end,paid_hours,overtime_hours,cost",
    "activities.csv": "employee_id,date,activity,queue,start,end,paid",
    "coverage.csv": (
        "interval_start,queue,agents_required,agents_scheduled,offered_mean,answered_within_mean,answered_within_p10"
    ),
    "targets.csv": "queue,metric,seconds,window,over,period,goal,expected,p10,probability_met,met",
    "audit.csv": "rule,severity,employee_id,date,detail",
}
SUMMARY = [
    "scenario",
    "input_hash",
    "seed",
    "versions",
    "status",
    "cost",
    "bound",
    "gap",
    "people",
    "temps_hired",
    "targets_met",
    "targets_total",
    "seconds",
    "peak_memory_mb",
]


def wfm(*arguments: object) -> Result:
    """Run the command line in this process."""
    return CliRunner().invoke(cli.app, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A blank plan, as ``wfm init`` writes it, planned once, with little effort for the roster."""
    folder = tmp_path_factory.mktemp("cli") / "shop"
    assert wfm("init", folder).exit_code == 0
    with (folder / "plan.toml").open("a", encoding="utf-8") as file:
        file.write("\n[roster]\neffort = 0.1\n")
    done = wfm("plan", folder)
    assert done.exit_code == 0, done.output
    return folder


@pytest.fixture
def copy(blank: Path, tmp_path: Path) -> Path:
    """A copy of the blank plan to break, without results."""
    folder = tmp_path / "shop"
    shutil.copytree(blank, folder, ignore=shutil.ignore_patterns("out"))
    return folder


def rows_of(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file."""
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def edit(path: Path, old: str, new: str) -> None:
    """Replace text in a file; the text must be there."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_plan_writes_every_file_with_the_columns_of_the_contract(blank: Path) -> None:
    """The public columns come first and in order; the summary has every public key."""
    out = blank / "out" / "base"
    for name, header in COLUMNS.items():
        first = (out / name).read_text(encoding="utf-8").splitlines()[0]
        assert first == header or first.startswith(header + ","), name
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert set(SUMMARY) <= set(summary)
    assert summary["gap"] == pytest.approx((summary["cost"] - summary["bound"]) / summary["cost"], abs=1e-4)
    assert (out / "report.html").stat().st_size > 10_000


def test_the_audit_of_the_files_finds_nothing(blank: Path) -> None:
    """The roster on disk obeys every rule; ``audit.csv`` holds its header alone."""
    done = wfm("audit", blank, "--strict")
    assert done.exit_code == 0, done.output
    assert (blank / "out" / "base" / "audit.csv").read_text(encoding="utf-8").splitlines() == [COLUMNS["audit.csv"]]


def test_a_roster_edited_by_hand_is_caught(copy: Path, blank: Path) -> None:
    """The audit reads the files, so a shift that somebody lengthened in the CSV is found."""
    shutil.copytree(blank / "out", copy / "out")
    path = copy / "out" / "base" / "roster.csv"
    rows = rows_of(path)
    rows[0]["paid_hours"] = "13.00"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    done = wfm("audit", copy, "--strict")
    assert done.exit_code == 4
    assert "paid_hours" in done.output


def test_the_same_seed_gives_the_same_bytes(blank: Path, tmp_path: Path) -> None:
    """Two runs of one plan agree in every byte of every CSV and of the report."""
    assert wfm("plan", blank, "--out", tmp_path / "again", "--quiet").exit_code == 0
    for name in (*COLUMNS, "hires.csv", "report.html"):
        assert (tmp_path / "again" / name).read_bytes() == (blank / "out" / "base" / name).read_bytes(), name


def test_simulate_plays_the_roster_on_disk(blank: Path, tmp_path: Path) -> None:
    """Playing the written roster again gives the targets of the plan."""
    roster = blank / "out" / "base" / "roster.csv"
    done = wfm("simulate", blank, "--roster", roster, "--out", tmp_path, "--format", "csv", "--quiet")
    assert done.exit_code == 0, done.output
    assert (tmp_path / "targets.csv").read_bytes() == (blank / "out" / "base" / "targets.csv").read_bytes()


def test_export_writes_sheets_for_excel(blank: Path, tmp_path: Path) -> None:
    """Both sheets start with a byte-order mark and name every person."""
    for kind in ("hr-matrix", "hr-long"):
        roster = blank / "out" / "base" / "roster.csv"
        done = wfm("export", blank, "--to", kind, "--out", tmp_path, "--roster", roster)
        assert done.exit_code == 0, done.output
        raw = (tmp_path / f"{kind.replace('hr-', 'roster-')}.csv").read_bytes()
        assert raw.startswith(b"\xef\xbb\xbf")
        assert b"\r\n" in raw
        assert all(row["name"] in raw.decode() for row in rows_of(blank / "agents.csv"))


@pytest.mark.parametrize("command", ["forecast", "staff", "roster"])
def test_a_step_writes_its_files_and_a_summary(blank: Path, tmp_path: Path, command: str) -> None:
    """Each step can be run alone; JSON on stdout is the summary."""
    done = wfm(command, blank, "--out", tmp_path, "--format", "json", "--quiet")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout) == json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))


def test_compare_lays_scenarios_side_by_side(copy: Path) -> None:
    """One row per scenario; more contacts never need fewer agent hours."""
    (copy / "scenarios").mkdir(exist_ok=True)
    (copy / "scenarios" / "busier.toml").write_text("[scale]\nvolume = { all = 1.5 }\n", encoding="utf-8")
    done = wfm("compare", copy, "base", "busier")
    assert done.exit_code == 0, done.output
    rows = rows_of(copy / "out" / "comparison.csv")
    assert [row["scenario"] for row in rows] == ["base", "busier"]
    assert (copy / "out" / "comparison.html").exists()
    needed = [
        sum(float(row["agents_required"]) for row in rows_of(copy / "out" / name / "requirement.csv"))
        for name in ("base", "busier")
    ]
    assert needed[1] > needed[0]


def remove(name: str) -> Callable[[Path], None]:
    """Return what removes every form of a table."""

    def act(folder: Path) -> None:
        for path in folder.glob(f"{name}.*"):
            path.unlink()

    return act


def replace(old: str, new: str) -> Callable[[Path], None]:
    """Return what replaces text in plan.toml."""
    return lambda folder: edit(folder / "plan.toml", old, new)


BAD: dict[str, tuple[Callable[[Path], None], str]] = {
    "missing file": (remove("agents"), "agents"),
    "missing history": (remove("history"), "history"),
    "unknown key": (replace('channel = "chat"', 'chanel = "chat"'), "did you mean 'channel'?"),
    "broken toml": (replace("[plan]", "[plan"), "plan.toml"),
    "unknown scenario": (lambda _folder: None, "unknown scenario"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_told_in_a_line_and_nothing_is_written(copy: Path, name: str) -> None:
    """Exit 1, a line that says what is wrong, no traceback, no results."""
    spoil, said = BAD[name]
    spoil(copy)
    done = wfm("plan", copy, *(("--scenario", "gone") if name == "unknown scenario" else ()))
    assert done.exit_code == 1, done.output
    assert said in done.output
    assert "Traceback" not in done.output
    assert "internal error" not in done.output
    assert not (copy / "out").exists()


def test_rules_that_contradict_each_other_leave_with_3(copy: Path) -> None:
    """Two published shifts of one person at once: no roster can obey, the person and the date are named."""
    people = rows_of(copy / "agents.csv")
    plan_start = (copy / "plan.toml").read_text(encoding="utf-8").split("start = ")[1][:10]
    who = people[0]["employee_id"]
    (copy / "fixed_shifts.csv").write_text(
        "employee_id,date,shift,start,end\n"
        f"{who},{plan_start},early,{plan_start}T08:00:00,{plan_start}T16:30:00\n"
        f"{who},{plan_start},early,{plan_start}T12:00:00,{plan_start}T20:30:00\n",
        encoding="utf-8",
    )
    done = wfm("plan", copy)
    assert done.exit_code in (1, 3), done.output
    assert who in done.output
    assert not (copy / "out").exists()


def test_init_does_not_overwrite(blank: Path) -> None:
    """A folder with something in it is left alone."""
    before = (blank / "plan.toml").read_bytes()
    assert wfm("init", blank).exit_code == 1
    assert (blank / "plan.toml").read_bytes() == before


def test_wrong_usage_leaves_with_2(blank: Path) -> None:
    """Unknown options and values are wrong usage, not bad input."""
    assert wfm("plan", blank, "--no-such-option").exit_code == 2
    assert wfm("plan", blank, "--format", "xml").exit_code == 2
    assert wfm("init", blank.parent / "x", "--sample", "double12").exit_code == 2


def process(*arguments: object, **options: Any) -> subprocess.Popen[str]:
    """Start the command line in a process of its own."""
    command = [sys.executable, "-c", "import cli; cli.main()", *map(str, arguments)]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True, **options)


def test_ctrl_c_in_the_roster_step_writes_the_best_roster_so_far(copy: Path) -> None:
    """Exit 130, a line that says so, and a roster in which the audit finds nothing; the simulation is left out."""
    edit(copy / "plan.toml", "effort = 0.1", "effort = 4")
    with process("plan", copy, stdout=subprocess.DEVNULL) as run:
        assert run.stderr is not None
        for line in run.stderr:
            if "roster" in line and "cost" in line:
                run.send_signal(signal.SIGINT)
                break
        said = run.stderr.read()
    assert run.returncode == 130, said
    assert "interrupted: the best roster found so far was written" in said
    out = copy / "out" / "base"
    assert json.loads((out / "summary.json").read_text(encoding="utf-8"))["status"] == "interrupted"
    assert not (out / "targets.csv").exists()
    assert wfm("audit", copy, "--strict").exit_code == 0


def test_ctrl_c_before_there_is_a_roster_writes_nothing(copy: Path) -> None:
    """Exit 130 and nothing in the plan folder."""
    with process("plan", copy, stdout=subprocess.DEVNULL) as run:
        assert run.stderr is not None
        run.stderr.readline()
        run.send_signal(signal.SIGINT)
        said = run.stderr.read()
    assert run.returncode == 130, said
    assert "interrupted: nothing was written" in said
    assert "Traceback" not in said
    assert not (copy / "out").exists()


def test_ctrl_c_after_the_roster_step_keeps_the_roster(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A finished roster is written also when the simulation is interrupted; it stays what it is."""

    def interrupted(*_arguments: object, **_options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("wfm.simulation.simulate.simulate", interrupted)
    done = wfm("plan", copy)
    assert done.exit_code == 130, done.output
    assert "interrupted: the roster, without what comes after it, was written" in done.output
    out = copy / "out" / "base"
    assert json.loads((out / "summary.json").read_text(encoding="utf-8"))["status"] in ("optimal", "feasible")
    assert (out / "roster.csv").exists()
    assert not (out / "targets.csv").exists()


def test_ctrl_c_while_results_are_written_waits_for_them(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Results that were made are written whole, and the exit code tells of the interruption."""
    from data import write

    real = write.write_all

    def pressed(folder: Path, files: Mapping[str, str | bytes]) -> None:
        signal.raise_signal(signal.SIGINT)
        real(folder, files)

    monkeypatch.setattr("data.write.write_all", pressed)
    done = wfm("forecast", copy)
    assert done.exit_code == 130, done.output
    assert "interrupted: the results had been made and were written" in done.output
    assert (copy / "out" / "base" / "forecast.csv").exists()


@pytest.mark.parametrize("command", ["check", "forecast"])
def test_a_reader_who_goes_away_is_no_error(copy: Path, command: str) -> None:
    """Output into a closed pipe ends quietly: no traceback, exit 0."""
    reading, writing = os.pipe()
    os.close(reading)
    with process(command, copy, stdout=writing) as run:
        os.close(writing)
        assert run.stderr is not None
        said = run.stderr.read()
    assert run.returncode == 0, said
    assert "Traceback" not in said
    assert "rror" not in said


def test_only_json_on_stdout(blank: Path, tmp_path: Path) -> None:
    """``--format json`` prints one JSON document also where the result is a list of rows."""
    findings = wfm("audit", blank, "--format", "json")
    assert json.loads(findings.stdout) == []
    notes = wfm("check", blank, "--format", "json")
    assert all(set(note) == {"file", "line", "column", "message", "severity"} for note in json.loads(notes.stdout))
    tests = wfm("backtest", blank, "--out", tmp_path, "--format", "json")
    assert len(json.loads(tests.stdout)) == len(rows_of(tmp_path / "backtest.csv")) > 0


def test_backtest_writes_a_page_and_says_what_the_record_is(blank: Path, tmp_path: Path) -> None:
    """The record is a table, a page and what it was made from; the sentence under the table sums it up."""
    assert wfm("backtest", blank, "--against", "arima").exit_code == 2
    done = wfm("backtest", blank, "--out", tmp_path, "--against", "none", "--lang", "zh")
    assert {path.name for path in tmp_path.iterdir()} == {"backtest.csv", "backtest.html", "backtest.json"}
    assert "the chosen forecast errs by" in " ".join(done.stdout.split())
    assert "prophet_default" not in {row["model"] for row in rows_of(tmp_path / "backtest.csv")}
    assert 'lang="zh-Hans"' in (tmp_path / "backtest.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("command", ["plan", "audit", "backtest", "compare", "simulate", "check", "staff"])
def test_wrong_usage_is_told_before_anything_is_done(copy: Path, command: str) -> None:
    """A format that does not exist is refused with 2 by every command, before it reads or writes anything."""
    assert wfm(command, copy, "--format", "xml").exit_code == 2
    assert not (copy / "out").exists()


def test_quiet_is_quiet(blank: Path, tmp_path: Path) -> None:
    """With ``--quiet`` a run that goes well prints nothing at all."""
    roster = blank / "out" / "base" / "roster.csv"
    for command in (("forecast",), ("staff",), ("audit", "--roster", roster), ("export", "--roster", roster)):
        done = wfm(command[0], blank, *command[1:], "--out", tmp_path, "--quiet")
        assert (done.exit_code, done.output) == (0, ""), command
    assert wfm("check", blank, "--quiet").output == ""


def test_a_folder_that_cant_be_written_is_told_before_the_work(copy: Path, tmp_path: Path) -> None:
    """``--out`` below a file is refused at once, with the way out; the file stays as it is."""
    (tmp_path / "taken").write_text("mine")
    for out in (tmp_path / "taken", tmp_path / "taken" / "deeper"):
        done = wfm("plan", copy, "--out", out)
        assert done.exit_code == 1
        assert "can't write the results here" in done.output
        assert "--out" in done.output
        assert "forecast" not in done.output
    assert (tmp_path / "taken").read_text() == "mine"


def test_results_never_lie_among_the_inputs(copy: Path) -> None:
    """``--out`` naming the plan folder itself is refused: its own forecast.csv could be written over."""
    (copy / "forecast.csv").write_text("mine")
    done = wfm("forecast", copy, "--out", copy)
    assert done.exit_code == 1
    assert "expected another folder than the plan's" in done.output
    assert (copy / "forecast.csv").read_text() == "mine"


def test_adjustments_can_be_left_out(copy: Path, blank: Path) -> None:
    """``--no-adjustments`` gives the bytes that the plan gives without the file, and another hash than with it."""
    shutil.copy(blank / "out" / "base" / "forecast.csv", copy / "mine.csv")
    with (copy / "plan.toml").open("a", encoding="utf-8") as file:
        file.write('\n[forecast]\nfile = "mine.csv"\n')
    assert wfm("forecast", copy, "--out", copy / "plain", "--quiet").exit_code == 0
    (copy / "adjustments.csv").write_text("queue,start,action,value\n,2025-09-03,add,1000\n", encoding="utf-8")
    for name, options in (("with", ()), ("without", ("--no-adjustments",))):
        assert wfm("forecast", copy, "--out", copy / name, "--quiet", *options).exit_code == 0
    plain, moved = (
        sum(float(row["offered_mean"]) for row in rows_of(copy / name / "forecast.csv")) for name in ("plain", "with")
    )
    assert moved - plain == pytest.approx(1000, abs=1)
    assert (copy / "without" / "forecast.csv").read_bytes() == (copy / "plain" / "forecast.csv").read_bytes()
    hashes = {json.loads((copy / name / "summary.json").read_text())["input_hash"] for name in ("with", "without")}
    assert len(hashes) == 2


def test_a_broken_scenario_stops_only_those_who_use_it(copy: Path) -> None:
    """The base can be checked beside a scenario that can't be read; using that one says where it breaks."""
    (copy / "scenarios" / "broken.toml").write_text("\n[queue\n", encoding="utf-8")
    assert wfm("check", copy).exit_code == 0
    done = wfm("check", copy, "--scenario", "broken")
    assert done.exit_code == 1
    assert "scenarios/broken.toml:2: not valid TOML" in done.output


def test_a_plan_that_is_a_file_is_told(copy: Path) -> None:
    """Naming plan.toml instead of its folder says what is expected."""
    done = wfm("plan", copy / "plan.toml")
    assert done.exit_code == 1
    assert "is a file; expected the folder that holds plan.toml" in done.output
