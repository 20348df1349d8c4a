"""The roster as a map of people and days."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from data.report.facts import Facts, count, decimal
from data.report.html import Html, join, section, tag
from wfm.grid import MINUTES_PER_DAY, parse_window
from wfm.results import RosteredShift

__all__ = ["day_headers", "people"]

_KINDS = ("k1", "k2", "k3", "k4", "k5", "k6", "k7")
_LEGEND = (
    "starts_morning", "starts_midday", "starts_evening", "starts_night", "training", "away", "not_employed",
)  # fmt: skip


@dataclass(frozen=True)
class _Row:
    employee_id: str
    name: str
    team: str
    contract: str
    first: date
    last: date


def people(facts: Facts) -> Html:
    """Return the section with the roster: a row per person, a cell per day, totals on the right."""
    book = _Book(facts)
    search = tag(
        "p",
        tag("input", type="search", id="find", placeholder=facts.word("search"), aria_label=facts.word("search")),
        class_="script",
    )
    legend = join(
        tag("span", tag("i", class_=f"key {kind}"), facts.word(key)) for kind, key in zip(_KINDS, _LEGEND, strict=True)
    )
    content = tag(
        "table", tag("caption", facts.word("roster"), class_="hidden"), _head(facts), *_bodies(book), _foot(book),
        class_="map",
    )  # fmt: skip
    box = tag("div", content, class_="scroll map", tabindex=0, role="region", aria_label=facts.word("roster"))
    lead = facts.word("roster_lead")
    return section("roster", facts.word("roster"), lead, tag("p", legend, class_="legend"), search, box)


class _Book:
    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.code = {shift.id: shift.code or shift.id for shift in facts.inputs.plan.shift}
        self.code["training"] = facts.word("training")[:2]

    @cached_property
    def shifts(self) -> dict[str, dict[date, RosteredShift]]:
        found: dict[str, dict[date, RosteredShift]] = {}
        for shift in self.facts.roster.shifts:
            found.setdefault(shift.employee_id, {})[shift.date] = shift
        return found

    @cached_property
    def away(self) -> dict[tuple[str, date], str]:
        return {
            (off.employee_id, off.start + timedelta(days=day)): off.kind
            for off in self.facts.inputs.time_off
            for day in range((off.end - off.start).days + 1)
        }

    @cached_property
    def rows(self) -> list[_Row]:
        inputs, hires = self.facts.inputs, self.facts.roster.hires
        rows = [
            _Row(a.employee_id, a.name, a.team, a.contract, a.hired_on or date.min, a.leaves_on or date.max)
            for a in inputs.agents
        ]
        rows += [_Row(h.employee_id, "", h.contract, h.contract, h.training_from, date.max) for h in hires]
        known = {row.employee_id for row in rows}
        for who, worked in self.shifts.items():
            if who not in known:
                shift = next(iter(worked.values()))
                rows.append(_Row(who, shift.name, shift.team, shift.contract, date.min, date.max))
        return rows


def day_headers(facts: Facts) -> list[Html]:
    """Return a narrow column header per day: its number (with the month where one begins) above its weekday."""
    return [
        tag("th", f"{day:%m-%d}" if index == 0 or day.day == 1 else f"{day.day}", tag("br"), facts.weekday(day),
            scope="col", class_="we" if day.weekday() >= 5 else None)
        for index, day in enumerate(facts.grid.dates)
    ]  # fmt: skip


def _head(facts: Facts) -> Html:
    days = day_headers(facts)
    keys = ("days_worked", "nights", "hours", "overtime")
    totals = [tag("th", facts.word(key), scope="col", class_="n") for key in keys]
    return tag("thead", tag("tr", tag("th", facts.word("name"), scope="col"), *days, *totals))


def _bodies(book: _Book) -> list[Html]:
    width = str(book.facts.grid.days + 5)
    bodies = []
    for contract in book.facts.inputs.plan.contract:
        rows = [row for row in book.rows if row.contract == contract.id]
        if not rows:
            continue
        kind = book.facts.word(f"kind_{contract.kind}")
        name = f"{contract.title or contract.id} · {kind} · {len(rows)}"
        group = tag("tr", tag("th", tag("span", name), colspan=width, scope="colgroup"), class_="group")
        lines = [_line(book, row) for row in sorted(rows, key=lambda row: (row.team, row.employee_id))]
        bodies.append(tag("tbody", group, *lines))
    return bodies


def _line(book: _Book, row: _Row) -> Html:
    facts, worked = book.facts, book.shifts.get(row.employee_id, {})
    cells = join(_cell(book, row, worked.get(day), day) for day in facts.grid.dates)
    hours = math.fsum(shift.paid_hours for shift in worked.values())
    overtime = math.fsum(shift.overtime_hours for shift in worked.values())
    night = parse_window(facts.inputs.rules.night)
    nights = sum(_touches_night(facts, shift, night) for shift in worked.values())
    totals = (count(len(worked)), count(nights), decimal(hours), decimal(overtime))
    who = join((tag("b", row.name or row.employee_id), " ", tag("small", _about(row))))
    return tag("tr", tag("th", who, scope="row"), cells, *(tag("td", text, class_="n") for text in totals))


def _about(row: _Row) -> str:
    parts = (row.employee_id if row.name else "", row.team if row.team != row.contract else "")
    return " ".join(part for part in parts if part)


def _cell(book: _Book, row: _Row, shift: RosteredShift | None, day: date) -> Html:
    # Written by hand, not by tag(): there is one of these for every person and day.
    if shift is None:
        if not row.first <= day <= row.last:
            return Html("<td class=k7></td>")
        kind = book.away.get((row.employee_id, day))
        return Html("<td></td>") if kind is None else tag("td", "–", class_="k6", title=kind or None)
    facts = book.facts
    text = f"{facts.clock(shift.start)}–{facts.clock(shift.end)} · {shift.paid_hours:g} h"
    if shift.overtime_hours:
        text += f" · +{shift.overtime_hours:g}"
    return tag("td", book.code.get(shift.shift, shift.shift), class_=_shade(facts, shift), title=text)


def _shade(facts: Facts, shift: RosteredShift) -> str:
    if shift.shift == "training":
        return "k5"
    hour = shift.start.astimezone(facts.grid.zone).hour
    if not 5 <= hour < 21:
        return "k4"
    return "k1" if hour < 11 else ("k2" if hour < 15 else "k3")


def _touches_night(facts: Facts, shift: RosteredShift, night: tuple[int, int]) -> bool:
    midnight = facts.grid.midnight(shift.date)
    start, end = ((moment - midnight).total_seconds() / 60 for moment in (shift.start, shift.end))
    return any(
        start < night[1] + shifted and end > night[0] + shifted for shifted in (-MINUTES_PER_DAY, 0, MINUTES_PER_DAY)
    )


def _foot(book: _Book) -> Html:
    facts = book.facts
    working = dict.fromkeys(facts.grid.dates, 0)
    for shift in facts.roster.shifts:
        if shift.date in working:
            working[shift.date] += 1
    hours = math.fsum(shift.paid_hours for shift in facts.roster.shifts)
    overtime = math.fsum(shift.overtime_hours for shift in facts.roster.shifts)
    totals = (count(len(facts.roster.shifts)), "", count(hours), decimal(overtime))
    cells = [tag("td", count(number)) for number in working.values()]
    right = [tag("td", text, class_="n") for text in totals]
    return tag("tfoot", tag("tr", tag("th", facts.word("working"), scope="row"), *cells, *right))
