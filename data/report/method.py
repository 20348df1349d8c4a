"""How the plan came about: models, accuracy, notes, audit, glossary, provenance."""

from __future__ import annotations

from collections.abc import Sequence

from data.labels import GLOSSARY_TERMS
from data.report.facts import Facts, count, percent
from data.report.html import Html, join, section, table, tag
from data.summary import installed_versions
from wfm.results import ModelChoice

__all__ = ["audit", "glossary", "models", "notes", "provenance"]

_FINDINGS_MAX = 300


def models(facts: Facts) -> Html:
    """Return the section on models: which forecasts which queue and why."""
    chosen = facts.forecast.models if facts.forecast else ()
    if not chosen:
        return Html("")
    return section("models", facts.word("models"), facts.word("models_lead"), _choices(facts, chosen))


def _choices(facts: Facts, chosen: Sequence[ModelChoice]) -> Html:
    candidates = sorted({name for choice in chosen for name in choice.errors})
    rows = [
        [
            facts.title(choice.queue),
            facts.word("weighted_mean") if choice.weights else choice.model,
            *(_error(choice, name) for name in candidates),
            choice.why,
        ]
        for choice in chosen
    ]
    heads: list[str] = [join((facts.term("wape"), " ", name)) for name in candidates]
    headers = [facts.word("queue"), facts.word("model"), *heads, facts.word("why")]
    last = 2 + len(candidates)
    return table(headers, rows, facts.word("models"), numeric=range(2, last), prose=(last,))


def _error(choice: ModelChoice, name: str) -> str:
    """Return a candidate's past error; with its share in the forecast where it has one."""
    if name not in choice.errors:
        return "–"
    text = percent(choice.errors[name], 1)
    share = choice.weights.get(name, 1.0 if name == choice.model else 0.0)
    if share <= 0:
        return text
    return join((tag("b", text), tag("small", f" {percent(share)}"))) if share < 1 else tag("b", text)


def notes(facts: Facts) -> Html:
    """Return what every step had to say."""
    told = {
        "from_forecast": facts.forecast.warnings if facts.forecast else (),
        "from_requirement": facts.requirement.warnings,
        "from_roster": facts.roster.notes,
    }
    items = [
        tag("li", tag("b", facts.word(key)), ": ", text) for key, texts in told.items() for text in texts
    ]  # fmt: skip
    way = [tag("p", tag("b", facts.word("way")), ": ", facts.roster.way)] if facts.roster.way else []
    body = tag("ul", *items, class_="notes") if items else tag("p", facts.word("no_notes"))
    return section("notes", facts.word("notes"), "", *way, body)


def audit(facts: Facts) -> Html:
    """Return the findings of the audit, or that there are none."""
    title, lead = facts.word("audit"), facts.word("audit_lead")
    broken = sum(finding.severity == "error" for finding in facts.findings)
    head = tag("p", "✓ " + facts.word("audit_clean"), class_="good")
    if broken:
        head = tag("p", "✗ " + facts.word("audit_broken", n=count(broken)), class_="ill")
    if not facts.findings:
        return section("audit", title, lead, head)
    keys = ("rule", "severity", "employee_id", "date", "detail")
    shown = sorted(facts.findings, key=lambda f: (f.severity, f.rule, f.employee_id, f.date))
    rows = [[f.rule, f.severity, f.employee_id, f.date, f.detail] for f in shown[:_FINDINGS_MAX]]
    left = len(shown) - _FINDINGS_MAX
    more = [tag("p", facts.word("more_in_file", n=count(left), file="audit.csv"))] if left > 0 else []
    content = table([facts.word(key) for key in keys], rows, title, prose=(4,), tall=True)
    return section("audit", title, lead, head, content, *more)


def glossary(facts: Facts) -> Html:
    """Return the terms of the report, explained."""
    pairs = join(
        tag("div", tag("dt", facts.word(f"term_{key}")), tag("dd", facts.word(f"define_{key}")))
        for key in GLOSSARY_TERMS
    )
    return section("glossary", facts.word("glossary"), "", tag("dl", pairs))


def provenance(facts: Facts) -> Html:
    """Return seed, input hash and versions: what it takes to get the same report again."""
    known = facts.inputs.plan.plan.last_known.isoformat()
    versions = ", ".join(f"{name} {number}" for name, number in installed_versions().items())
    pairs = (
        ("seed", str(facts.seed)), ("input_hash", facts.inputs.input_hash), ("known_until", known),
        ("versions", versions),
    )  # fmt: skip
    rows = join(tag("div", tag("dt", facts.word(key)), tag("dd", text)) for key, text in pairs)
    return tag("footer", tag("h2", facts.word("provenance")), tag("dl", rows))
