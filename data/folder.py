"""Loads a whole plan folder: every file read, every problem of every file gathered before anything is refused."""

from __future__ import annotations

import contextlib
import gc
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from data import aliases
from data.adjustments import read_adjustments
from data.attained import read_attained
from data.calendars import calendar_names, load_calendar
from data.cells import Names
from data.crosscheck import check_history, check_holidays, check_inputs, check_plan
from data.history import NO_HISTORY, read_history
from data.holidays import day_types
from data.own_numbers import read_series
from data.packs import labour_rules, pack_names
from data.people import read_agents, read_fixed_shifts, read_preferences, read_time_off
from data.planfile import KeyPath, PlanFile, key_lines, parse_toml, problems_in, validate
from data.problems import Problems
from data.scenario_files import located
from data.season import merged_events, read_drivers, read_events, read_holidays, read_priors
from data.tables import FORMS, Folder, Table, decode
from wfm.errors import InputError, Problem, nearest
from wfm.inputs import Agent, Event, History, Inputs, SeriesTable
from wfm.plan import Plan
from wfm.rules import DayTypes, LabourRules

__all__ = ["Loaded", "Overlay", "load"]

Overlay = Callable[[dict[str, Any]], dict[str, Any]]
_PLAN = "plan.toml"
_CHINA = "cn"
_TABLES = tuple(
    spec.name
    for spec in (
        aliases.HISTORY, aliases.AGENTS, aliases.TIME_OFF, aliases.PREFERENCES, aliases.FIXED_SHIFTS, aliases.EVENTS,
        aliases.DRIVERS, aliases.HOLIDAYS, aliases.ADJUSTMENTS, aliases.PRIORS, aliases.ATTAINED,
    )
)  # fmt: skip


@dataclass(frozen=True)
class Loaded:
    """A plan folder as read.

    Attributes
    ----------
    inputs : Inputs
    warnings : tuple of Problem
        What is worth telling but stops nothing.
    """

    inputs: Inputs
    warnings: tuple[Problem, ...]


def load(
    folder: Path, overlay: Overlay | None = None, scenarios: Sequence[str] = (), *, with_history: bool = True
) -> Loaded:
    """Return everything that a plan folder says, checked.

    Parameters
    ----------
    folder : Path
        Holds ``plan.toml`` and the tables beside it.
    overlay : callable, optional
        Turns the plan as written into that of a scenario, before it is checked.
    scenarios : sequence of str
        Paths inside the folder of the files that the overlay lays over the plan, oldest first: problems are blamed on
        their lines, and their bytes count for the hash.
    with_history : bool
        Whether the history is needed: without it ``inputs.history`` is empty (its bytes count for the hash still).

    Raises
    ------
    InputError
        With every problem of every file.
    """
    with _collector_at_rest():
        return _load(folder, overlay, scenarios, with_history)


@contextlib.contextmanager
def _collector_at_rest() -> Iterator[None]:
    """Keep the garbage collector from walking the millions of cells of a long history again and again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _load(folder: Path, overlay: Overlay | None, scenarios: Sequence[str], with_history: bool) -> Loaded:
    problems = Problems()
    reader = Folder(folder, problems)
    file = _plan_file(reader, overlay, scenarios)
    plan = _plan(file, problems)
    loading = _Loading(reader, file, plan, _names(file.raw), _zone(file.raw))
    inputs = loading.read(with_history)
    problems.raise_if_any()
    if inputs is None:  # Without a plan there is a problem, so this is never reached; it tells the type checker.
        raise InputError(())
    digest = _hash(reader.read, file.raw if file.base is not None and file.raw != file.base else None)
    return Loaded(replace(inputs, input_hash=digest), problems.warnings)


def _hash(read: Mapping[str, bytes], overlaid: Mapping[str, Any] | None) -> str:
    digest = hashlib.sha256()
    for name, raw in sorted(read.items()):
        digest.update(f"{name}\0{len(raw)}\0".encode())
        digest.update(raw)
    if overlaid is not None:
        digest.update(json.dumps(overlaid, sort_keys=True, default=str, ensure_ascii=False).encode())
    return digest.hexdigest()


def _plan_file(reader: Folder, overlay: Overlay | None, scenarios: Sequence[str]) -> PlanFile:
    path = reader.path / _PLAN
    if not path.is_file():
        where = f"in {reader.path}" if reader.path.is_dir() else f": there is no folder {reader.path}"
        if reader.path.is_file():
            where = f": {reader.path} is a file; expected the folder that holds plan.toml"
        text = f"not found {where}; `wfm init FOLDER` writes a ready plan folder".replace(" :", ":")
        raise InputError([Problem(_PLAN, 0, "", text)])
    raw_bytes = reader.bytes_of(path)
    reader.problems.raise_if_any()
    raw = parse_toml(raw_bytes or b"", _PLAN)
    lines = key_lines(decode(raw_bytes or b""))
    if overlay is None:
        return PlanFile(raw, lines)
    texts = [(name, reader.bytes_of(reader.path / name) or b"") for name in scenarios]
    overlays = [(name, key_lines(decode(text))) for name, text in texts]
    factors = [parse_toml(text, name).get("scale", {}).get("absence") for name, text in texts]
    absence = next((factor for factor in reversed(factors) if factor is not None), 1.0)
    with located(reader.path):
        return PlanFile(overlay(raw), lines, raw, overlays=overlays, absence=absence)


def _plan(file: PlanFile, problems: Problems) -> Plan | None:
    plan, found = validate(file)
    problems.found.extend(found)
    return plan


def _entries(raw: Mapping[str, Any], table: str) -> list[Mapping[str, Any]]:
    """Return the entries of an array of tables as written, also when other parts of the plan are wrong."""
    value = raw.get(table)
    entries = value if isinstance(value, list) else []
    return [entry for entry in entries if isinstance(entry, dict) and isinstance(entry.get("id"), str)]


def _names(raw: Mapping[str, Any]) -> Names:
    def named(table: str, *other: str) -> dict[str, str]:
        found: dict[str, str] = {}
        for key in (*other, "id"):
            found |= {str(entry[key]): entry["id"] for entry in _entries(raw, table) if entry.get(key)}
        return found

    return Names(named("queue", "title"), named("contract", "title"), named("shift", "code"))


def _within_law(plan: Plan, rules: LabourRules | None) -> Plan:
    """Return the plan with the labour rules' share of dispatched people where the plan sets none of its own."""
    limits = plan.limits.temporary
    if rules is None or rules.dispatch_share_max is None or limits.dispatch_share_max is not None:
        return plan
    limits = limits.model_copy(update={"dispatch_share_max": rules.dispatch_share_max})
    return plan.model_copy(update={"limits": plan.limits.model_copy(update={"temporary": limits})})


def _zone(raw: Mapping[str, Any]) -> ZoneInfo:
    """Return the zone of the plan; where it names none that exists (a problem already), any will do to read on."""
    head = raw.get("plan")
    name = head.get("timezone", "Asia/Shanghai") if isinstance(head, dict) else "Asia/Shanghai"
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError, TypeError):
        return ZoneInfo("UTC")


@dataclass
class _Loading:
    """One plan folder on its way in: reads table by table and leaves the problems with the folder."""

    folder: Folder
    file: PlanFile
    plan: Plan | None
    names: Names
    zone: ZoneInfo

    @property
    def problems(self) -> Problems:
        return self.folder.problems

    def read(self, with_history: bool) -> Inputs | None:
        """Return the inputs, None when the plan itself is not valid."""
        agents = self._agents()
        known = frozenset(agent.employee_id for agent in agents) if agents else None
        self.names = replace(self.names, employees=known)
        rules, sources = self._rules()
        own_forecast, own_requirement = self._own("forecast"), self._own("requirement")
        history, history_file = self._history(with_history, self._brings_numbers())
        holidays = self._rows(aliases.HOLIDAYS, lambda table: read_holidays(table, self.problems))
        events = self._events()
        self._misnamed()
        tables: dict[str, Any] = {
            "agents": agents,
            "time_off": self._rows(aliases.TIME_OFF, lambda table: read_time_off(table, self.names, self.problems)),
            "preferences": self._rows(
                aliases.PREFERENCES, lambda table: read_preferences(table, self.names, self.problems)
            ),
            "fixed_shifts": self._rows(
                aliases.FIXED_SHIFTS, lambda table: read_fixed_shifts(table, self.names, self.zone, self.problems)
            ),
            "drivers": self._rows(aliases.DRIVERS, lambda table: read_drivers(table, self.problems)),
            "events": events,
            "priors": self._rows(aliases.PRIORS, lambda table: read_priors(table, self.names, self.problems)),
            "attained": self._rows(
                aliases.ATTAINED, lambda table: read_attained(table, self.names, self.plan, self.problems)
            ),
            "adjustments": self._rows(
                aliases.ADJUSTMENTS, lambda table: read_adjustments(table, self.names, self.zone, self.problems)
            ),
        }
        if self.plan is None:
            return None
        self.problems.found.extend(check_plan(self.plan, rules, self.file))
        days = self._days(history, holidays)
        self.problems.found.extend(check_holidays(self.plan, days, self.file))
        inputs = Inputs(
            plan=_within_law(self.plan, rules), rules=rules or LabourRules(), rule_sources=sources, day_types=days,
            history=history, own_forecast=own_forecast, own_requirement=own_requirement, **tables,
        )  # fmt: skip
        # Whether people and plan fit each other can be told only when both could be read.
        blamed = {problem.file.partition(".")[0] for problem in self.problems.errors}
        if not blamed & {"plan", "scenario", "agents"}:
            self.problems.found.extend(check_inputs(inputs, self.file))
        if history_file and not any(problem.file == history_file for problem in self.problems.errors):
            self.problems.found.extend(check_history(inputs, self.file, history_file))
        return inputs

    def _rows(self, spec: aliases.TableSpec, read: Callable[[Table], tuple[Any, ...]]) -> tuple[Any, ...]:
        table = self.folder.table(spec)
        return () if table is None else read(table)

    def _misnamed(self) -> None:
        """Warn of files beside the plan whose names are nearly those of tables: nobody reads them."""
        own = {self._own_file("forecast"), self._own_file("requirement")}
        for name in self._files():
            stem, _, ending = name.partition(".")
            if f".{ending}" not in FORMS or stem in _TABLES or name in own:
                continue
            hint = nearest(stem.lower(), _TABLES)
            if hint.startswith(", did you mean"):
                self.problems.warn(name, 0, "", f"is not read{hint}")

    def _agents(self) -> tuple[Agent, ...]:
        if not self.folder.forms_of("agents"):
            text = "not found; expected one row per person: employee_id,name,contract,team,queues,hired_on,..."
            self.problems.error("agents.csv", 0, "", text)
            return ()
        queues: dict[str, tuple[str, ...]] = {}
        for entry in _entries(self.file.raw, "contract"):
            named = entry.get("queues", [])
            queues[entry["id"]] = tuple(map(str, named)) if isinstance(named, list) else ()
        return self._rows(aliases.AGENTS, lambda table: read_agents(table, self.names, queues, self.problems))

    def _rules(self) -> tuple[LabourRules | None, Mapping[str, str]]:
        if self.plan is None:
            return None, {}
        names = self.plan.plan.labour_rules
        for name in names:
            self._known_pack(name, pack_names(), "labour rules", ("plan", "labour_rules"))
        try:
            return labour_rules([name for name in names if name in pack_names()], self.plan.labour)
        except ValidationError as error:
            self.problems.found.extend(problems_in(error, self.file, ("labour",), LabourRules))
            return None, {}

    def _known_pack(self, name: str, valid: Iterable[str], what: str, path: KeyPath) -> None:
        if name not in tuple(valid):
            self.problems.found.append(self.file.problem(path, f"unknown {what} '{name}'{nearest(name, valid)}"))

    def _events(self) -> tuple[Event, ...]:
        own = self._rows(aliases.EVENTS, lambda table: read_events(table, self.zone, self.problems))
        calendar: list[Event] = []
        for name in self.plan.plan.event_calendars if self.plan else ():
            self._known_pack(name, calendar_names(), "event calendar", ("plan", "event_calendars"))
            if name in calendar_names():
                calendar += load_calendar(name, self.zone.key)
        return merged_events(calendar, own)

    def _own_file(self, step: str) -> str | None:
        """Return the name of a file of own numbers as the plan writes it, also when the plan is not valid."""
        table = self.file.raw.get(step)
        name = table.get("file") if isinstance(table, dict) else None
        return name if isinstance(name, str) else None

    def _brings_numbers(self) -> bool:
        return any(self._own_file(step) for step in ("forecast", "requirement"))

    def _own(self, step: str) -> SeriesTable | None:
        name = self._own_file(step)
        if name is None:
            return None
        path = self.folder.path / name
        inside = path.resolve().is_relative_to(self.folder.path.resolve())
        if not inside or not path.is_file():
            text = f"file '{name}' not found in the plan folder{nearest(name, self._files())}"
            self.problems.found.append(self.file.problem((step, "file"), text))
            return None
        spec = aliases.FORECAST if step == "forecast" else aliases.REQUIREMENT
        table = self.folder.table(spec, path)
        if table is None or self.plan is None:
            return None
        return read_series(table, spec, self.plan, self.names.queues, self.problems)

    def _files(self) -> list[str]:
        return [path.name for path in sorted(self.folder.path.iterdir()) if path.is_file() and path.name != _PLAN]

    def _history(self, wanted: bool, brings_numbers: bool) -> tuple[History, str]:
        """Return the history and the name of its file, ``""`` when none is needed."""
        forms = self.folder.forms_of("history")
        if not forms:
            if not brings_numbers:
                ways = "`[forecast] file` or `[requirement] file` bring own numbers instead"
                text = f"not found; expected contacts per queue and interval ({ways})"
                self.problems.error("history.csv", 0, "", text)
            return NO_HISTORY, ""
        if not wanted:
            self.folder.bytes_of(forms[0])
            return NO_HISTORY, ""
        table = self.folder.table(aliases.HISTORY)
        if table is None:
            return NO_HISTORY, ""
        order = [entry["id"] for entry in _entries(self.file.raw, "queue")]
        if not order:
            return NO_HISTORY, ""
        history = read_history(table, self.names.queues, order, self.zone, self.problems)
        return history, "" if brings_numbers else table.file

    def _days(self, history: History, holidays: Iterable[tuple[date, str, str]]) -> DayTypes:
        """Return day types from the first day of the history to the end of the plan."""
        head = self.plan.plan if self.plan else None
        if head is None:
            return DayTypes()
        first = head.start - timedelta(days=40)
        if history.rows:
            first = min(first, datetime.fromtimestamp(int(history.start.min()), tz=UTC).date() - timedelta(days=1))
        if _CHINA in head.labour_rules or _CHINA in head.event_calendars:
            return day_types(first, head.end + timedelta(days=1), holidays)
        return _own_days(holidays)


def _own_days(holidays: Iterable[tuple[date, str, str]]) -> DayTypes:
    """Return day types from the plan's own table alone: no public calendar applies."""
    rows = list(holidays)
    statutory = frozenset(day for day, kind, _ in rows if kind == "statutory")
    return DayTypes(
        statutory=statutory,
        days_off=statutory | frozenset(day for day, kind, _ in rows if kind == "holiday"),
        makeup_workdays=frozenset(day for day, kind, _ in rows if kind == "workday" and day.weekday() >= 5),
        names={day: name for day, _, name in rows if name},
    )
