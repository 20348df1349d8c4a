"""The explained forecast: parts that add up, in the terminal and in files."""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from dataclasses import replace

import numpy as np
import pytest

from data.forecast_explained import explained, explained_rows, growth_line
from data.forecast_parts import growth_days, parts_of
from data.result_tables import forecast_parts_csv
from data.summary import summary_json
from tests.data.made_up import made_up
from tests.data.test_terminal import printed
from wfm.results import Forecast, ForecastPart, GrowthBand, ModelChoice

MADE = made_up(named=5, hired=1, queues=2, days=28, interval_minutes=60, paths=20, seed=3)


def with_parts() -> Forecast:
    """Return the made-up forecast with a level, an event on two days, a driver on every day and an adjustment."""
    made = MADE.forecast
    event, orders, show = (np.zeros(made.daily_rate.shape) for _ in range(3))
    event[:, 21:23] = 0.5 * made.daily_rate[:, 21:23]
    orders[:] = 0.001 * made.daily_rate
    show[0, 5] = -30.0
    level = made.daily_rate - event - orders - show
    parts = (
        ForecastPart("baseline", "ordinary level", level),
        ForecastPart("driver", "orders: returns", orders),
        ForecastPart("event", "double11 main_day", event),
        ForecastPart("adjustment", "leaflet", show),
    )
    growth = GrowthBand(0.32, 0.29, made.daily_rate - 0.1 * event, made.daily_rate + 0.3 * event)
    weights = {"regression": 0.62, "same_season": 0.38}
    combined = ModelChoice("tmall-presale", "regression + same_season", "past error", {"regression": 0.05}, weights)
    models = (combined, *made.models[1:])
    return replace(made, parts=parts, growth=growth, models=models, warnings=("the history ends early",))


def test_written_parts_add_up_to_the_days_mean() -> None:
    """Over the rows of a queue and day, contacts sum to the mean but for what is too small to be written."""
    made = with_parts()
    sums: dict[tuple[str, str], float] = defaultdict(float)
    for row in csv.DictReader(io.StringIO(forecast_parts_csv(made.grid, made.queues, made.parts))):
        assert abs(float(row["contacts"])) >= 0.05
        sums[row["queue"], row["date"]] += float(row["contacts"])
    expected = {
        (queue, day.isoformat()): made.daily_rate[q, d]
        for q, queue in enumerate(made.queues)
        for d, day in enumerate(made.grid.dates)
    }
    assert sums == pytest.approx(expected, abs=0.2)


def test_a_forecast_without_parts_is_one_part() -> None:
    """A plan's own forecast is written as a whole: kind baseline, nothing is invented."""
    (part,) = parts_of(MADE.forecast)
    assert (part.kind, part.name) == ("baseline", "whole forecast")
    assert np.array_equal(part.contacts, MADE.forecast.daily_rate)


@pytest.mark.parametrize("width", [80, 160])
def test_the_terminal_shows_days_that_something_moves_whole_and_in_one_piece(width: int) -> None:
    """Days of event and adjustment have a line, ordinary ones none; small parts are summed; nothing is cut off."""
    text = "".join(printed(part, width) for part in explained(MADE.inputs, with_parts()))
    assert "…" not in text
    assert max(map(len, text.splitlines())) <= width
    assert text.count("11-10 Mon") == 2
    assert "10-25 Sat" in text
    assert "10-28" not in text
    assert text.count("28 days") == 2
    assert "leaflet -30" in " ".join(text.split())
    assert "regression 62%" in text
    assert "note: the history ends early" in text


def test_the_growth_of_peaks_is_told_on_the_days_that_it_moves_most() -> None:
    """The sentence names exponent, its sd and both ends on the peak days alone; a given exponent has no sd."""
    made = with_parts()
    assert growth_days(made) == [21, 22]
    line = growth_line(made, given=False)
    assert line.startswith("Growth exponent 0.32 (± 0.29, from past editions")
    assert made.growth is not None
    assert f"11-10 would have {made.growth.as_before[:, 21].sum():,.0f} contacts if peaks stayed" in line
    assert "(stated by the plan" in growth_line(made, given=True)
    assert growth_line(MADE.forecast, given=False) == ""


def test_bots_that_keep_less_during_events_are_told_with_their_hours() -> None:
    """Each stretch with another share than usual is named, with its share."""
    made = with_parts()
    share = np.full(made.rate.shape, 0.4)
    share[0, made.grid.slots_of_day(21)] = 0.25
    text = "".join(printed(part, 160) for part in explained(MADE.inputs, replace(made, containment=share)))
    assert "Bots of tmall-presale keep 40% of contacts; 25% from 11-10 00:00 to 11-11 00:00" in text
    assert "Bots of jd-presale" not in text


def test_records_hold_every_day_with_mean_band_and_parts() -> None:
    """One record per queue and day, parts summing to the mean, ready for JSON."""
    made = with_parts()
    rows = json.loads(json.dumps(explained_rows(made)))
    assert len(rows) == made.daily_rate.size
    for row in rows:
        assert sum(part["contacts"] for part in row["parts"]) == pytest.approx(row["offered_mean"], abs=0.25)
        assert row["offered_p10"] <= row["offered_p90"]


def test_the_summary_names_models_and_growth() -> None:
    """``models`` has weights that sum to 1 and past errors; ``growth`` the exponent and the peak days' two ends."""
    made = with_parts()
    content = json.loads(summary_json(inputs=MADE.inputs, scenario="base", seed=1, forecast=made))
    assert content["models"][0]["weights"] == {"regression": 0.62, "same_season": 0.38}
    assert content["models"][1]["weights"] == {made.models[1].model: 1.0}
    assert content["growth"]["exponent"] == 0.32
    assert [day["date"] for day in content["growth"]["peak_days"]] == ["2025-11-10", "2025-11-11"]
    assert json.loads(summary_json(inputs=MADE.inputs, scenario="base", seed=1))["models"] is None
