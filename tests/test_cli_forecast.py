"""``wfm forecast --explain`` and ``--review`` on a small plan, end to end."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import cli


def wfm(*arguments: object) -> Result:
    """Run the command line in this process."""
    return CliRunner().invoke(cli.app, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A blank plan with an adjustment."""
    folder = tmp_path_factory.mktemp("forecast") / "shop"
    assert wfm("init", folder).exit_code == 0
    rows = "queue,start,end,action,value,measure,reason\nchat,2025-09-05 20:00,2025-09-05 21:00,add,120,,live show\n"
    (folder / "adjustments.csv").write_text(rows)
    return folder


def rows_of(file: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file."""
    with file.open(newline="", encoding="utf-8") as opened:
        return list(csv.DictReader(opened))


def test_explain_shows_days_parts_and_models(shop: Path) -> None:
    """The table names the adjustment's day with its reason, the models and their past errors; files are written."""
    done = wfm("forecast", shop, "--explain")
    assert done.exit_code == 0, done.output
    words = " ".join(done.stdout.split())
    assert "09-05 Fri" in words
    assert "live show +120" in words
    assert "Models of the ordinary level" in words
    sums: dict[tuple[str, str], float] = defaultdict(float)
    for row in rows_of(shop / "out" / "base" / "forecast_parts.csv"):
        sums[row["date"], row["queue"]] += float(row["contacts"])
    for row in rows_of(shop / "out" / "base" / "forecast_daily.csv"):
        assert sums[row["date"], row["queue"]] == pytest.approx(float(row["offered_mean"]), abs=0.3)
    content = json.loads((shop / "out" / "base" / "summary.json").read_text(encoding="utf-8"))
    assert {model["queue"] for model in content["models"]} == {"chat", "phone"}


def test_explain_as_csv_and_json(shop: Path) -> None:
    """``csv`` prints every row of forecast_parts.csv, ``json`` a record per queue and day."""
    printed = wfm("forecast", shop, "--explain", "--format", "csv", "--quiet").stdout
    assert printed == (shop / "out" / "base" / "forecast_parts.csv").read_text(encoding="utf-8")
    rows = json.loads(wfm("forecast", shop, "--explain", "--format", "json", "--quiet").stdout)
    assert len(rows) == len(rows_of(shop / "out" / "base" / "forecast_daily.csv"))
    assert {"date", "queue", "offered_mean", "offered_p10", "offered_p90", "parts"} == set(rows[0])


def test_review_compares_what_came(shop: Path) -> None:
    """The forecast itself as actuals, one tenth up: the level is the miss, files are written, words say so."""
    assert wfm("forecast", shop, "--quiet").exit_code == 0
    written = rows_of(shop / "out" / "base" / "forecast.csv")
    lines = ["interval_start,queue,offered,handled,abandoned,aht_seconds"]
    lines += [
        f"{row['interval_start']},{row['queue']},{1.1 * float(row['offered_mean']):.3f},,,{row['aht_seconds']}"
        for row in written
    ]
    (shop / "came.csv").write_text("\n".join(lines) + "\n")
    done = wfm("forecast", shop, "--review", shop / "came.csv")
    assert done.exit_code == 0, done.output
    assert "(+10.0%)" in done.stdout
    assert "fell in the 80 % band" in " ".join(done.stdout.split())
    days = rows_of(shop / "out" / "base" / "review_daily.csv")
    assert all(float(row["event"]) == pytest.approx(0.0, abs=0.1 * float(row["forecast"]) + 1) for row in days)
    assert wfm("forecast", shop, "--review", shop / "came.csv", "--format", "csv", "--quiet").stdout == (
        shop / "out" / "base" / "review.csv"
    ).read_text(encoding="utf-8")
    rows = json.loads(wfm("forecast", shop, "--review", "came.csv", "--format", "json", "--quiet").stdout)
    assert rows[0]["queue"] == "all"


def test_review_without_forecast_or_days_tells_the_way_out(shop: Path, tmp_path: Path) -> None:
    """No forecast in the folder, a history that ends before the plan: exit 1 and a line that says what to do."""
    done = wfm("forecast", shop, "--review", "history.csv", "--out", tmp_path)
    assert done.exit_code == 1
    assert "run `wfm forecast PLAN`" in done.stderr
    assert wfm("forecast", shop, "--quiet").exit_code == 0
    done = wfm("forecast", shop, "--review", "history.csv")
    assert done.exit_code == 1
    assert "the days of the plan, got none" in done.stderr


def test_what_the_forecast_warns_of_is_said(shop: Path) -> None:
    """Whatever goes to stdout, warnings go to stderr: a line that changes nothing is told, unless all is quiet."""
    file = shop / "adjustments.csv"
    before = file.read_text()
    file.write_text("queue,start,end,action,value\nchat,2025-09-05 22:00,2025-09-05 23:00,add,120\n")
    for options in ((), ("--format", "csv"), ("--format", "json")):
        done = wfm("forecast", shop, *options)
        assert "warning: adjustments.csv:2: changes nothing, its queues are closed then" in done.stderr
    assert not wfm("forecast", shop, "--format", "csv", "--quiet").stderr
    file.write_text(before)
