"""The look back as files and words: what was written is read back, what was missed is written."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import pytest

from data.result_tables import forecast_csv, forecast_daily_csv, forecast_parts_csv
from data.review_in import read_actuals, read_written
from data.review_out import review_files, review_text
from tests.data.made_up import made_up
from tests.data.test_forecast_explained import with_parts
from tests.data.test_terminal import printed
from wfm.errors import InputError
from wfm.inputs import Prior
from wfm.review import Actuals, Review, WrittenForecast, review

MADE = made_up(named=5, hired=1, queues=2, days=28, interval_minutes=60, paths=20, seed=3)
PRIOR = Prior("double11 2025", "double11", "tmall", "main", "full1", "tmall-presale", 3.25, 0.04, 950.0)


def write(folder: Path) -> Path:
    """Write the made-up forecast as ``wfm forecast`` does."""
    made = with_parts()
    (folder / "forecast.csv").write_text(forecast_csv(made))
    (folder / "forecast_daily.csv").write_text(forecast_daily_csv(made))
    (folder / "forecast_parts.csv").write_text(forecast_parts_csv(made.grid, made.queues, made.parts))
    return folder


def looked(written: WrittenForecast) -> Review:
    """Return a look back on days of which the event's came half as strong again, with longer handle times."""
    contacts = 1.05 * written.rate
    slots = written.grid.slots_of_day(21)
    contacts[0, slots] *= 1.5
    aht = written.aht_seconds.copy()
    aht[1, slots] *= 1.4
    first = [written.grid.slots_of_day(day).start for day in range(written.grid.days)]
    totals = np.add.reduceat(contacts, first, axis=1)
    contacts[:, written.grid.slots_of_day(27)] = np.nan
    totals[:, 27] = np.nan
    return review(written, Actuals(contacts, aht, totals), np.ones_like(contacts))


def test_a_written_forecast_is_read_back(tmp_path: Path) -> None:
    """Means, bands, handle times and parts come back as they were, to the written decimals."""
    found, made = read_written(write(tmp_path), MADE.inputs), with_parts()
    assert found.rate == pytest.approx(made.rate, abs=6e-4)
    assert found.aht_seconds == pytest.approx(made.aht_seconds, abs=0.051)
    low, high = np.quantile(made.daily_paths, (0.1, 0.9), axis=0)
    assert found.day_low == pytest.approx(low, abs=1e-3)
    assert found.day_high == pytest.approx(high, abs=1e-3)
    assert (found.parts[0].kind, found.parts[0].name) == ("baseline", "ordinary level")
    assert found.part_of("event") == pytest.approx(made.parts[2].contacts, abs=6e-4)


def test_without_a_forecast_the_way_out_is_told(tmp_path: Path) -> None:
    """An empty folder, or one without the parts, says which command writes them."""
    with pytest.raises(
        InputError, match=r"forecast.csv, forecast_daily.csv, forecast_parts.csv not found.*wfm forecast"
    ):
        read_written(tmp_path, MADE.inputs)
    (write(tmp_path) / "forecast_parts.csv").unlink()
    with pytest.raises(InputError, match=r"forecast_parts.csv not found in .*run `wfm forecast PLAN`"):
        read_written(tmp_path, MADE.inputs)


def test_a_forecast_of_another_plan_is_refused(tmp_path: Path) -> None:
    """Days or queues that the plan does not have: the forecast is of the plan as it was."""
    other = made_up(named=5, hired=1, queues=1, days=20, interval_minutes=60, paths=20, seed=3)
    with pytest.raises(InputError, match="is not of this plan as it stands: run `wfm forecast` again"):
        read_written(write(tmp_path), other.inputs)


def test_actuals_may_be_any_file_like_the_history(tmp_path: Path) -> None:
    """Chinese headers and queue titles as in history.csv; the plan's own history by its name."""
    lines = ["2025-10-20 00:00,tmall-presale,12,240", "2025-10-20 01:00,tmall-presale,8,240"]
    text = "\n".join(["统计时间,队列,咨询量,平均处理时长", *lines])
    (tmp_path / "came.csv").write_text(text, encoding="utf-8")
    found, name = read_actuals(tmp_path, tmp_path / "came.csv", MADE.inputs)
    assert (name, found.offered.tolist()) == ("came.csv", [12.0, 8.0])
    assert read_actuals(tmp_path, Path("came.csv"), MADE.inputs)[0].rows == 2
    (tmp_path / "history.csv").write_text("")
    assert read_actuals(tmp_path, Path("history.csv"), MADE.inputs) == (MADE.inputs.history, "history.csv")
    with pytest.raises(InputError, match=r"cane.csv: not found here or in the plan folder, did you mean 'came.csv'"):
        read_actuals(tmp_path, Path("cane.csv"), MADE.inputs)


def test_files_add_up_and_read_as_tables(tmp_path: Path) -> None:
    """Rows of review.csv per queue sum to those of ``all``; each day's causes sum to its miss."""
    files = review_files(looked(read_written(write(tmp_path), MADE.inputs)), [PRIOR])
    phases, days, priors = (
        list(csv.DictReader(io.StringIO(str(files[name])))) for name in ("review.csv", "review_daily.csv", "priors.csv")
    )
    for column in ("forecast", "actual", "miss", "volume", "event", "miss_hours", "handle_time_hours"):
        every = sum(float(row[column]) for row in phases if row["queue"] == "all")
        assert every == pytest.approx(sum(float(row[column]) for row in phases if row["queue"] != "all"), abs=0.1)
        assert every == pytest.approx(sum(float(row[column]) for row in days), abs=0.6)
    assert len(days) == 2 * 27
    for row in days:
        assert float(row["volume"]) + float(row["event"]) == pytest.approx(float(row["miss"]), abs=0.02)
        hours = sum(float(row[f"{name}_hours"]) for name in ("volume", "event", "shape", "handle_time"))
        assert hours == pytest.approx(float(row["miss_hours"]), abs=0.03)
    assert list(priors[0].values()) == [
        "double11 2025", "double11", "tmall", "main", "full1", "tmall-presale", "3.2500", "0.0400", "950.00",
    ]  # fmt: skip


@pytest.mark.parametrize("width", [80, 160])
def test_words_name_the_worst_days_and_their_causes(tmp_path: Path, width: int) -> None:
    """The whole, the band, phases, and for each of the worst days what made it: nothing cut off at any width."""
    text = printed(review_text(looked(read_written(write(tmp_path), MADE.inputs)), [PRIOR]), width)
    assert "…" not in text
    assert max(map(len, text.splitlines())) <= width
    words = " ".join(text.split())
    assert "27 of 28 days are known" in words
    assert "fell in the 80 % band" in words
    worst = words.split("Worst days, by agent-hours: ")[1]
    assert worst.startswith("11-10 Mon tmall-presale: ")
    assert "double11 main day stronger (+" in worst
    assert "11-10 Mon jd-presale: " in worst
    assert "handle time +" in worst
    assert "priors.csv holds what double11 2025 did, 1 rows" in words


def test_day_totals_alone_tell_nothing_of_the_time_of_day(tmp_path: Path) -> None:
    """What came by day only: no share of intervals, no word of the time of day, and never "nan"."""
    written = read_written(write(tmp_path), MADE.inputs)
    first = [written.grid.slots_of_day(day).start for day in range(written.grid.days)]
    totals = np.add.reduceat(written.rate, first, axis=1)
    unknown = np.full_like(written.rate, np.nan)
    found = review(written, Actuals(unknown, written.aht_seconds, totals), np.ones_like(unknown))
    words = " ".join(printed(review_text(found, []), 80).split())
    assert "nan" not in words
    assert "of the days' totals fell in the 80 % band" in words
    assert "another time than forecast" not in words


def test_a_queue_without_actuals_is_named_as_such(tmp_path: Path) -> None:
    """Actuals of one queue alone: the other one is left out by name, and nobody doubts its ordinary days."""
    written = read_written(write(tmp_path), MADE.inputs)
    first = [written.grid.slots_of_day(day).start for day in range(written.grid.days)]
    contacts = written.rate.copy()
    contacts[1] = np.nan
    totals = np.add.reduceat(contacts, first, axis=1)
    found = review(written, Actuals(contacts, written.aht_seconds, totals), np.ones_like(contacts))
    words = " ".join(printed(review_text(found, []), 80).split())
    assert "No actuals for jd-presale: left out." in words
    assert "Too few ordinary days" not in words
