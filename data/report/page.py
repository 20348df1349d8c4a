"""The whole report."""

from __future__ import annotations

from collections.abc import Sequence

from data.report.demand import demand
from data.report.embedded import embedded
from data.report.facts import Facts
from data.report.headline import contents, headline
from data.report.html import join
from data.report.method import audit, glossary, models, notes, provenance
from data.report.money import cost, temps
from data.report.people import people
from data.report.record import record
from data.report.shell import shell
from data.report.staffing import day_view, staffing
from data.report.targets import targets
from wfm.inputs import Inputs
from wfm.results import Attainment, Finding, Forecast, Requirement, Roster
from wfm.track_record import BacktestRow

__all__ = ["report_html"]

_SECTIONS = {
    "targets": "targets", "staffing": "nav_staffing", "dayview": "nav_dayview", "forecast": "forecast",
    "record": "nav_record", "cost": "cost", "temps": "temps", "roster": "roster", "models": "nav_models",
    "audit": "audit", "notes": "nav_notes", "glossary": "glossary",
}  # fmt: skip


def report_html(
    inputs: Inputs,
    forecast: Forecast | None,
    requirement: Requirement,
    roster: Roster,
    attainment: Attainment | None,
    findings: Sequence[Finding],
    *,
    scenario: str,
    seed: int,
    lang: str = "en",
    backtest: Sequence[BacktestRow] = (),
) -> str:
    """Return the report as one HTML page that loads nothing from anywhere.

    It holds no run times, so equal results give equal bytes. ``forecast`` is None when the plan brings its own
    requirement, ``attainment`` when nothing was simulated; ``lang`` is ``en`` or ``zh``.

    Raises
    ------
    ValueError
        When there is no such language.
    """
    facts = Facts(
        inputs, forecast, requirement, roster, attainment, findings, scenario, seed, lang, backtest or ()
    )  # fmt: skip
    sections = (
        targets(facts), staffing(facts), day_view(facts), demand(facts), record(facts), cost(facts), temps(facts),
        people(facts), models(facts), audit(facts), notes(facts), glossary(facts),
    )  # fmt: skip
    shown = {anchor: key for (anchor, key), part in zip(_SECTIONS.items(), sections, strict=True) if part}
    body = join((headline(facts), contents(facts, shown), *sections, provenance(facts), embedded(facts)))
    return shell(f"{inputs.plan.plan.name} · {scenario}", lang, body, script=True)
