"""The record on paper: the digest's words and numbers, the page, and which record a plan still goes by."""

from __future__ import annotations

import io
import json
import math
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from data.backtest_digest import Digest
from data.backtest_files import backtest_files, made_from, recorded
from data.labels import word
from data.report import report_html
from data.terminal_backtest import backtest_table
from tests.data.made_up import MadeUp, tiny
from wfm.track_record import Backtest, BacktestDays, BacktestRow

MADE = tiny()


def picture(days: int = 14) -> BacktestDays:
    """Return a window with one day of which nothing is known."""
    actual = np.linspace(90.0, 130.0, days)
    mean = actual + 5.0
    actual[-1] = np.nan if days > 1 else actual[-1]
    return BacktestDays("2025-09-15..2025-09-28", "weeks", date(2025, 9, 15), actual, mean, mean - 20, mean + 20, mean)


def files(made: MadeUp = MADE, lang: str = "en") -> dict[str, str | bytes]:
    """Return the files of a made-up backtest."""
    backtest = Backtest(made.backtest, (picture(), replace(picture(1), window="qixi 2025", kind="edition")))
    return backtest_files(backtest, made.inputs, "base", 1, lang)


def written(folder: Path) -> Path:
    """Write the files into a folder and return it."""
    for name, content in files().items():
        (folder / name).write_text(str(content), encoding="utf-8")
    return folder


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    """The rows come back as they were, up to the file's decimals; what does not exist stays NaN."""
    found = recorded(written(tmp_path), MADE.inputs)
    assert len(found) == len(MADE.backtest)
    for one, other in zip(found, MADE.backtest, strict=True):
        assert (one.queue, one.model, one.window, one.lead, one.day_type) == (
            other.queue, other.model, other.window, other.lead, other.day_type
        )  # fmt: skip
        assert one.wape == pytest.approx(other.wape, abs=1e-4)
        assert math.isnan(one.day_coverage) == math.isnan(other.day_coverage)


def test_a_record_of_other_inputs_is_not_taken(tmp_path: Path) -> None:
    """Another horizon or history makes the record void, other people do not; a broken or missing file is none."""
    folder, plan = written(tmp_path), MADE.inputs.plan
    later = plan.model_copy(update={"plan": plan.plan.model_copy(update={"days": 5})})
    assert recorded(folder, replace(MADE.inputs, plan=later)) == ()
    assert recorded(folder, replace(MADE.inputs, agents=())) != ()
    more = replace(MADE.inputs.history, offered=np.ones(3))
    assert made_from(replace(MADE.inputs, history=more)) != made_from(MADE.inputs)
    (folder / "backtest.csv").write_text("queue,model\nall,chosen\n", encoding="utf-8")
    assert recorded(folder, MADE.inputs) == ()
    assert recorded(tmp_path / "nowhere", MADE.inputs) == ()


def test_the_record_says_what_its_rows_say() -> None:
    """The sentence holds the chosen error, its distance to the mean of 8 weeks in points, and what the band held."""
    first, second = Digest(MADE.backtest).sentences()
    assert first.startswith("At the plan's lead time (past windows: 1) the chosen forecast errs by 12.0 % of a day, ")
    assert first.endswith(
        "4.0 points less than the mean of 8 weeks; its 80 % band held 79 % of the days and 82 % of the slots."
    )
    assert second.endswith(
        "errs by 12.0 % of a day, on their peak days by 12.0 %; without the event layer by 57.0 % / 57.0 %."
    )


def test_editions_are_pooled_by_their_contacts() -> None:
    """Two editions of 100 and 300 contacts with errors of 20 % and 40 % err by 35 % together."""
    rows = [
        BacktestRow("all", "chosen", name, "edition", wape, 0.0, actual, actual)
        for name, wape, actual in (("a 2023", 0.2, 100.0), ("b 2024", 0.4, 300.0))
    ]
    assert "errs by 35.0 % of a day" in Digest(rows).sentences()[0]


def test_the_terminal_says_so_when_nothing_could_be_tested() -> None:
    """Without any row there is a line instead of empty tables."""
    file = io.StringIO()
    Console(file=file, width=80).print(backtest_table(()))
    assert "too short for a test" in file.getvalue()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_page_shows_numbers_and_one_picture_per_window(lang: str) -> None:
    """The page holds the sentences, each event, a picture of every window, no NaN, and loads nothing."""
    page = str(files(lang=lang)["backtest.html"])
    for text in (*Digest(MADE.backtest).sentences(lang), "double11 2024", "qixi 2025", "09-15 – 09-28 2025"):
        assert text in page.replace("&#x27;", "'")
    assert page.count("<figure>") == 2
    assert "nan" not in page.lower().replace("finance", "")
    assert "http" not in page.replace("http-equiv", "")


def test_equal_results_give_equal_pages_and_json_names_its_inputs() -> None:
    """No time or folder is in the files; the JSON file says what they were made from."""
    assert files() == files()
    told = json.loads(str(files()["backtest.json"]))
    assert told["made_from"] == made_from(MADE.inputs)
    assert (told["scenario"], told["seed"]) == ("base", 1)


def test_the_report_tells_the_record_with_and_without_a_backtest() -> None:
    """With a backtest the report shows its sentences; without, how the models did on the weeks that chose them."""

    def page(rows: tuple[BacktestRow, ...]) -> str:
        return report_html(
            MADE.inputs, MADE.forecast, MADE.requirement, MADE.roster, MADE.attainment, (), scenario="base", seed=1,
            backtest=rows,
        )  # fmt: skip

    assert Digest(MADE.backtest).sentences()[1] in page(MADE.backtest)
    assert word("record_choice", "en").split("{error}")[0] in page(())
