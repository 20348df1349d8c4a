"""Tests of the result files' text."""

import csv
import dataclasses
import io
from collections.abc import Callable
from datetime import date, datetime

import numpy as np
import pytest

from data import result_tables as tables
from tests.data.made_up import MadeUp, made_up, tiny
from wfm.grid import TimeGrid
from wfm.results import Finding

CONTRACT = {
    "forecast": "interval_start,queue,offered_mean,offered_p10,offered_p50,offered_p90,aht_seconds",
    "forecast_daily": "date,queue,offered_mean,offered_p10,offered_p50,offered_p90",
    "requirement": "interval_start,queue,load_erlangs,agents_required,agents_with_shrinkage",
    "roster": "employee_id,name,contract,team,date,shift,start,end,paid_hours,overtime_hours,cost",
    "activities": "employee_id,date,activity,queue,start,end,paid",
    "coverage": "interval_start,queue,agents_required,agents_scheduled,offered_mean,answered_within_mean,"
    "answered_within_p10",
    "targets": "queue,metric,seconds,window,over,period,goal,expected,p10,probability_met,met",
    "audit": "rule,severity,employee_id,date,detail",
    "comparison": "scenario,cost,hours,overtime_hours,temps_hired,temp_hours,agents_short_hours,worst_target,"
    "probability_all_met,gap,seconds",
    "hires": "employee_id,contract,training_from,on_seat_from,cost",
    "backtest": (
        "queue,model,window,kind,wape,bias,actual,forecast,lead,day_type,slot_wape,mase,quantile_loss,slot_coverage,"
        "day_coverage"
    ),
}
WRITERS: dict[str, Callable[[MadeUp], str]] = {
    "forecast": lambda m: tables.forecast_csv(m.forecast),
    "forecast_daily": lambda m: tables.forecast_daily_csv(m.forecast),
    "requirement": lambda m: tables.requirement_csv(m.requirement),
    "roster": lambda m: tables.roster_csv(m.roster.shifts),
    "activities": lambda m: tables.activities_csv(m.roster.activities),
    "coverage": lambda m: tables.coverage_csv(m.requirement, m.roster, m.forecast, m.attainment),
    "targets": lambda m: tables.targets_csv(m.attainment),
    "audit": lambda m: tables.audit_csv(m.findings),
    "comparison": lambda _: tables.comparison_csv([{"scenario": "base", "cost": 1.0}]),
    "hires": lambda m: tables.hires_csv(m.roster.hires),
    "backtest": lambda m: tables.backtest_csv(m.backtest),
}


def _read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("name", sorted(CONTRACT))
def test_columns_are_those_of_the_contract_with_more_only_on_the_right(name: str) -> None:
    """Each file begins with the contract's columns, has LF ends, no BOM, and one cell per column in every row."""
    text = WRITERS[name](tiny())
    assert text.split("\n", 1)[0].startswith(CONTRACT[name])
    assert "\r" not in text
    assert text.endswith("\n")
    assert not text.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert {len(row) for row in rows} == {len(rows[0])}


@pytest.mark.parametrize("name", sorted(CONTRACT))
def test_same_results_give_the_same_bytes(name: str) -> None:
    """Two independent builds of equal results are written byte for byte alike."""
    assert WRITERS[name](tiny(seed=7)).encode() == WRITERS[name](tiny(seed=7)).encode()


def test_forecast_holds_every_queue_and_interval_and_its_quantiles() -> None:
    """Rows = queues x intervals; the written numbers are the forecast's, to three decimals."""
    forecast = tiny().forecast
    rows = _read(tables.forecast_csv(forecast))
    assert len(rows) == forecast.rate.size
    median = np.array([float(row["offered_p50"]) for row in rows]).reshape(forecast.rate.shape)
    np.testing.assert_allclose(median, np.median(forecast.paths, axis=0), atol=5e-4)
    assert rows[0]["interval_start"] == "2025-10-20T00:00:00+08:00"
    assert rows[forecast.grid.n]["queue"] == forecast.queues[1]


def test_daily_band_is_that_of_the_days_sum() -> None:
    """The 90 % quantile of a day is below the sum of its intervals' 90 % quantiles when intervals vary on their own."""
    forecast = tiny().forecast
    row = _read(tables.forecast_daily_csv(forecast))[0]
    expected = np.quantile(forecast.paths[:, 0, : forecast.grid.slots_of_day(0).stop].sum(axis=1), 0.9)
    assert float(row["offered_p90"]) == pytest.approx(expected, abs=1e-3)
    assert row["date"] == "2025-10-20"


def test_coverage_tells_need_supply_and_shortage() -> None:
    """``agents_short`` is the need with shrinkage minus the agents on seat, never below zero."""
    made = tiny()
    for row in _read(tables.coverage_csv(made.requirement, made.roster, made.forecast, made.attainment)):
        gap = float(row["agents_with_shrinkage"]) - float(row["agents_scheduled"])
        assert float(row["agents_short"]) == pytest.approx(max(0.0, gap), abs=2e-3)
        assert float(row["agents_required"]) <= float(row["agents_with_shrinkage"])


def test_coverage_leaves_cells_empty_where_a_step_did_not_run() -> None:
    """Without forecast and simulation their columns are empty, and NaN is never written."""
    made = tiny()
    rows = _read(tables.coverage_csv(made.requirement, made.roster, None, None))
    assert {row["offered_mean"] + row["answered_within_mean"] + row["answered_within_p10"] for row in rows} == {""}
    full = tables.coverage_csv(made.requirement, made.roster, made.forecast, made.attainment)
    assert "nan" not in full
    assert _read(full)[0]["answered_within_mean"] == ""


def test_coverage_matches_queues_by_name() -> None:
    """A roster that lists the queues in another order gives the same file."""
    made = tiny()
    turned = dataclasses.replace(made.roster, queues=made.roster.queues[::-1], scheduled=made.roster.scheduled[::-1])
    expected = tables.coverage_csv(made.requirement, made.roster, None, None)
    assert tables.coverage_csv(made.requirement, turned, None, None) == expected


def test_roster_round_trips() -> None:
    """Every shift can be read back: times with offset, money with two decimals, names with commas and quotes."""
    made = tiny()
    odd = dataclasses.replace(made.roster.shifts[0], name='王, "小"\n明')
    rows = _read(tables.roster_csv([odd, *made.roster.shifts[1:]]))
    assert rows[0]["name"] == '王, "小"\n明'
    for row, shift in zip(rows, made.roster.shifts, strict=True):
        assert datetime.fromisoformat(row["start"]) == shift.start
        assert datetime.fromisoformat(row["end"]) == shift.end
        assert date.fromisoformat(row["date"]) == shift.date
        assert row["start"].endswith("+08:00")
        assert row["cost"] == f"{shift.cost:.2f}"


def test_a_time_without_offset_is_refused() -> None:
    """A naive time has no meaning in the files, so writing one is an error rather than a guess."""
    shift = tiny().roster.shifts[0]
    naive = dataclasses.replace(shift, start=shift.start.replace(tzinfo=None))
    with pytest.raises(ValueError, match="offset"):
        tables.roster_csv([naive])


def test_clock_change_shows_in_the_offset() -> None:
    """In a zone with summer time the two 01:30 of the long night differ by their offset."""
    stamps = tables.interval_stamps(TimeGrid("America/New_York", date(2025, 11, 2), 1, 30))
    assert len(stamps) == len(set(stamps)) == 50
    assert "2025-11-02T01:30:00-04:00" in stamps
    assert "2025-11-02T01:30:00-05:00" in stamps


def test_clean_audit_is_the_header_only() -> None:
    """No finding, no row."""
    assert tables.audit_csv([]) == CONTRACT["audit"] + "\n"
    assert _read(tables.audit_csv([Finding("rest", "error", "7", "2025-11-01", "10 h")]))[0]["detail"] == "10 h"


def test_targets_keep_the_planners_numbers() -> None:
    """A goal of 0.8 is written as 0.8; a target without seconds has an empty cell; met is true or false."""
    rows = _read(tables.targets_csv(made_up(queues=8, days=1, named=2, hired=0, paths=20).attainment))
    assert {row["goal"] for row in rows} == {"0.8", "0.05", "0.9"}
    assert {row["seconds"] for row in rows if row["metric"] == "abandoned"} == {""}
    assert {row["met"] for row in rows} <= {"true", "false"}


def test_comparison_takes_missing_and_additional_keys() -> None:
    """Unknown values are empty, additional keys follow on the right, and rows may differ in their keys."""
    rows = _read(tables.comparison_csv([{"scenario": "base", "cost": 12.3456}, {"scenario": "b", "note": "x"}]))
    assert rows[0]["cost"] == "12.35"
    assert rows[1]["cost"] == ""
    assert list(rows[0])[-1] == "note"


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [(-0.0001, 2, "0.00"), (-1.05, 0, "-1"), (float("nan"), 2, ""), (float("inf"), 2, ""), (None, 2, ""), (2, 0, "2")],
)
def test_numbers_have_one_spelling(value: float | None, decimals: int, text: str) -> None:
    """Negative zero, NaN and infinity never reach a file."""
    assert tables.number(value, decimals) == text
