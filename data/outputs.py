"""The result files of a run, as one mapping from name to content."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from data import result_tables as tables
from data.forecast_parts import parts_of
from data.prices_file import prices_csv
from data.summary import summary_json
from wfm.inputs import Inputs
from wfm.results import Attainment, Finding, Forecast, Requirement, Roster
from wfm.track_record import BacktestRow

__all__ = ["RunResult", "comparison_files", "report_file", "result_files"]

Files = dict[str, str | bytes]


class RunResult(Protocol):
    """What a run gave; None for steps that did not run."""

    @property
    def inputs(self) -> Inputs: ...  # noqa: D102
    @property
    def forecast(self) -> Forecast | None: ...  # noqa: D102
    @property
    def requirement(self) -> Requirement | None: ...  # noqa: D102
    @property
    def roster(self) -> Roster | None: ...  # noqa: D102
    @property
    def attainment(self) -> Attainment | None: ...  # noqa: D102
    @property
    def findings(self) -> tuple[Finding, ...] | None: ...  # noqa: D102
    @property
    def seconds(self) -> Mapping[str, float]: ...  # noqa: D102
    @property
    def peak_memory_mb(self) -> Mapping[str, float]: ...  # noqa: D102


def result_files(result: RunResult, scenario: str, seed: int) -> Files:
    """Return the contract's files of every step that ran, and ``summary.json``."""
    files: Files = {}
    if result.forecast is not None:
        files["forecast.csv"] = tables.forecast_csv(result.forecast)
        files["forecast_daily.csv"] = tables.forecast_daily_csv(result.forecast)
        parts = parts_of(result.forecast)
        files["forecast_parts.csv"] = tables.forecast_parts_csv(result.forecast.grid, result.forecast.queues, parts)
    if result.requirement is not None:
        files["requirement.csv"] = tables.requirement_csv(result.requirement)
    if result.roster is not None:
        files |= _roster_files(result)
    if result.attainment is not None:
        files["targets.csv"] = tables.targets_csv(result.attainment, result.inputs.plan.queue)
    if result.findings is not None:
        files["audit.csv"] = tables.audit_csv(result.findings)
    files["summary.json"] = summary_json(
        inputs=result.inputs,
        scenario=scenario,
        seed=seed,
        forecast=result.forecast,
        requirement=result.requirement,
        roster=result.roster,
        attainment=result.attainment,
        findings=result.findings,
        seconds=result.seconds,
        peak_memory_mb=result.peak_memory_mb,
        warnings=_notes(result),
    )
    return files


def _roster_files(result: RunResult) -> Files:
    roster, requirement = result.roster, result.requirement
    if roster is None:
        return {}
    files: Files = {
        "roster.csv": tables.roster_csv(roster.shifts),
        "activities.csv": tables.activities_csv(roster.activities),
        "hires.csv": tables.hires_csv(roster.hires),
        "prices.csv": prices_csv(roster.prices, roster.grid, roster.queues),
    }
    if requirement is not None:
        files["coverage.csv"] = tables.coverage_csv(requirement, roster, result.forecast, result.attainment)
    return files


def _notes(result: RunResult) -> list[str]:
    notes: list[str] = []
    if result.forecast is not None:
        notes += result.forecast.warnings
    if result.requirement is not None:
        notes += result.requirement.warnings
    if result.roster is not None:
        notes += result.roster.notes
    return notes


def report_file(
    result: RunResult, scenario: str, seed: int, lang: str, backtest: Sequence[BacktestRow] = ()
) -> Files:  # fmt: skip
    """Return ``report.html``, or nothing when the roster step did not run; ``backtest`` is an earlier record."""
    from data.report import report_html

    if result.requirement is None or result.roster is None:
        return {}
    page = report_html(
        result.inputs,
        result.forecast,
        result.requirement,
        result.roster,
        result.attainment,
        result.findings or (),
        scenario=scenario,
        seed=seed,
        lang=lang,
        backtest=backtest,
    )
    return {"report.html": page}


def comparison_files(rows: Sequence[Mapping[str, object]], lang: str) -> Files:
    """Return ``comparison.csv`` and ``comparison.html``."""
    from data.comparison import comparison_html

    return {"comparison.csv": tables.comparison_csv(rows), "comparison.html": comparison_html(rows, lang)}
