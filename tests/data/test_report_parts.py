"""The report's picture of what the forecast is made of: numbers that add up, escaped names, both languages."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from data.report import report_html
from tests.data.made_up import MadeUp
from tests.data.test_forecast_explained import MADE, with_parts
from tests.data.test_report import EVIL, _Page
from wfm.results import Forecast, ForecastPart


def page(forecast: Forecast, lang: str = "en", made: MadeUp = MADE) -> _Page:
    """Return the report of the made-up plan with a forecast."""
    found = (made.inputs, forecast, made.requirement, made.roster, made.attainment, ())
    return _Page(report_html(*found, scenario="base", seed=1, lang=lang))


def numbers(found: _Page) -> dict[str, Any]:
    """Return what the script draws of the parts."""
    drawn = found.data["parts"]
    assert isinstance(drawn, dict)
    return drawn


def test_drawn_parts_add_up_to_the_days_mean() -> None:
    """For each queue and day the parts sum to the mean, to a contact per part; bands have one row more: all queues."""
    made = with_parts()
    drawn = numbers(page(made))
    total = np.array(drawn["values"]).sum(axis=0)
    assert total == pytest.approx(made.daily_rate, abs=0.5 * len(made.parts))
    assert len(drawn["low"]) == len(drawn["high"]) == len(made.queues) + 1
    assert len(drawn["looks"]) == len(drawn["names"]) == len(made.parts)
    assert drawn["looks"] == ["p-baseline", "p-driver", "p-e0", "p-adjustment"]


def test_the_band_of_growth_is_drawn_on_peaks_alone() -> None:
    """Both ends on the event's two days, equal (nothing to draw) on all others; the table names the same days."""
    made = with_parts()
    found = page(made)
    before, grown = (np.array(edge) for edge in numbers(found)["growth"])
    assert np.flatnonzero((before != grown).any(axis=0)).tolist() == [21, 22]
    assert made.growth is not None
    assert grown[-1, 21] == round(made.growth.with_level[:, 21].sum())
    assert "Growth exponent 0.32 ± 0.29, from past editions" in found.text
    assert f"{made.growth.as_before[0, 22]:,.0f} – {made.growth.with_level[0, 22]:,.0f}" in found.text


@pytest.mark.parametrize(("lang", "title"), [("en", "What the days are made of"), ("zh", "每日进线量构成")])
def test_both_languages_have_the_picture_and_its_table(lang: str, title: str) -> None:
    """Heading, chooser with all queues first chosen, legend, and each day's parts as a table without script."""
    found = page(with_parts(), lang)
    assert title in found.text
    assert ("option", "selected", None) in found.attributes
    assert {"partqueue", "partchart", "partread"} <= {value for _, name, value in found.attributes if name == "id"}
    assert "leaflet" in found.text
    assert "-30" in found.text


def test_models_show_their_share_beside_their_past_error() -> None:
    """A combination is told as such; the candidate that carries part of it in bold with its share."""
    found = page(with_parts())
    assert "weighted mean" in found.text
    assert "5.0% 62%" in found.text


def test_a_forecast_without_parts_has_no_picture() -> None:
    """A plan's own forecast has one part: nothing is drawn, the page stays whole."""
    found = page(MADE.forecast)
    assert found.data["parts"] is None
    assert "partchart" not in {value for _, name, value in found.attributes if name == "id"}
    assert found.stack == []


def test_names_are_text_and_never_markup() -> None:
    """A part named like a script stays text, in legend, table and numbers."""
    made = with_parts()
    evil = dataclasses.replace(made, parts=(*made.parts[:2], ForecastPart("event", EVIL, made.parts[2].contacts)))
    found = page(evil)
    assert EVIL in found.text
    assert not found.elements["img"]
    assert EVIL in numbers(found)["names"]


def test_many_phases_share_the_last_colour() -> None:
    """Six event phases have colours of their own, the smaller ones one together."""
    made = with_parts()
    events = tuple(ForecastPart("event", f"e{k}", made.parts[2].contacts / (k + 1)) for k in range(9))
    looks = numbers(page(dataclasses.replace(made, parts=(made.parts[0], *events))))["looks"]
    assert looks == ["p-baseline", *(f"p-e{k}" for k in range(6)), "p-event", "p-event", "p-event"]
