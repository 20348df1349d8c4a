"""Reads plan.toml: every wrong key with its line, what was expected, what was found, the nearest valid name."""

from __future__ import annotations

import re
import tomllib
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from data.platform_packs import filled
from data.tables import decode
from wfm.errors import InputError, Problem, nearest
from wfm.plan import Plan
from wfm.queues import DAY

__all__ = ["KeyPath", "PlanFile", "key_lines", "parse_toml", "parts_of", "problems_in", "read_toml", "validate"]

KeyPath = tuple[str | int, ...]
_TABLE = re.compile(r"^\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""^\s*((?:"[^"]*"|'[^']*'|[\w-]+)(?:\s*\.\s*(?:"[^"]*"|'[^']*'|[\w-]+))*)\s*=""")
_KEY_PART = re.compile(r"""\s*(?:"([^"]*)"|'([^']*)'|([\w-]+))\s*(?:\.|$)""")
_FORM_TAGS = ("number", "table")
_PLACE = re.compile(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)\s*$")


def read_toml(path: Path, name: str = "") -> dict[str, Any]:
    """Return a TOML file as a dict; problems name it ``name``, or else by its file name.

    Raises
    ------
    InputError
        When the file is missing, unreadable or no valid TOML (with line and column).
    """
    file = name or path.name
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise InputError([Problem(file, 0, "", f"not found in {path.parent}")]) from None
    except OSError as error:
        raise InputError([Problem(file, 0, "", f"can't be read: {error.strerror or error}")]) from error
    return parse_toml(raw, file)


def parse_toml(raw: bytes, file: str) -> dict[str, Any]:
    """Return TOML bytes (UTF-8 with or without BOM, GB18030) as a dict; raise InputError as :func:`read_toml` does."""
    try:
        return tomllib.loads(decode(raw).replace("\r\n", "\n"))
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise InputError([Problem(file, line, "", "expected text in UTF-8, found bytes that are not")]) from error
    except tomllib.TOMLDecodeError as error:
        place = _PLACE.search(str(error))
        line = int(place.group(1)) if place and place.group(1) else len(raw.splitlines())
        column = f" at column {place.group(2)}" if place and place.group(2) else ""
        reason = _PLACE.sub("", str(error))
        raise InputError([Problem(file, line, "", f"not valid TOML{column}: {reason}")]) from error


def parts_of(text: str) -> list[str]:
    """Return the names of a dotted key, quoted ones without their quotes."""
    return [next(group for group in match.groups() if group is not None) for match in _KEY_PART.finditer(text)]


def _counted(names: Sequence[str], counts: Mapping[KeyPath, int]) -> KeyPath:
    """Return the path with the number of the current element behind every array of tables."""
    path: KeyPath = ()
    for name in names:
        path = (*path, name)
        if path in counts:
            path = (*path, counts[path])
    return path


def key_lines(text: str) -> dict[KeyPath, int]:
    """Return the 1-based line on which each table and key of a TOML text stands.

    Elements of arrays of tables carry their 0-based number: ``("queue", 1, "concurrency")``. Keys inside inline tables
    and text of several lines are not looked into; look up the longest known beginning of a path instead.
    """
    lines: dict[KeyPath, int] = {}
    counts: dict[KeyPath, int] = {}
    table: KeyPath = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if head := _TABLE.match(line):
            names = parts_of(head.group(2))
            if head.group(1) == "[[":
                array = (*_counted(names[:-1], counts), names[-1])
                counts[array] = counts.get(array, -1) + 1
                lines.setdefault(array, number)
            table = _counted(names, counts)
            for size in range(1, len(table) + 1):  # [limits.temporary] is also where [limits] begins
                lines.setdefault(table[:size], number)
        elif key := _KEY.match(line):
            lines.setdefault((*table, *parts_of(key.group(1))), number)
    return lines


def _at(raw: Any, path: Sequence[str | int]) -> Any:
    """Return what lies at a path, None when nothing does."""
    for part in path:
        try:
            raw = raw[part]
        except (KeyError, IndexError, TypeError):
            return None
    return raw


def _differ(one: Any, other: Any) -> bool:
    """Return whether two values are not the same; nan, which equals nothing, is the same as itself."""
    return one is not other and one != other and not (one != one and other != other)


@dataclass(frozen=True)
class PlanFile:
    """A plan as written, with the lines of its keys.

    ``base`` is the plan before a scenario was laid over it; ``overlays`` are the files that did so, oldest first, each
    with the lines of its keys. ``absence`` is the factor of their ``[scale] absence``, 1 where none gives one.
    """

    raw: Mapping[str, Any]
    lines: Mapping[KeyPath, int] = field(default_factory=dict)
    base: Mapping[str, Any] | None = None
    file: str = "plan.toml"
    overlays: Sequence[tuple[str, Mapping[KeyPath, int]]] = ()
    absence: float = 1.0

    def scaled(self, key: str, message: str) -> Problem:
        """Return a warning on a factor in ``[scale]`` of the newest scenario that gives it."""
        places = [(file, lines["scale", key]) for file, lines in self.overlays if ("scale", key) in lines]
        file, line = places[-1] if places else self._overlay(("scale", key))
        return Problem(file, line, f"[scale] {key}", message, "warning")

    def problem(self, path: KeyPath, message: str, severity: str = "error") -> Problem:
        """Return a problem with the key at ``path``, in the words and on the line of the plan file."""
        file, line = self._overlay(path) if self._overlaid(path) else (self.file, self.line(path))
        return Problem(file, line, self.label(path), message, severity)

    def _overlaid(self, path: KeyPath) -> bool:
        """Return whether a scenario set what stands at a path: the value, or a list around it, replaced as a whole."""
        if self.base is None:
            return False
        whole = (path[:size] for size in range(2, len(path)) if isinstance(_at(self.raw, path[:size]), list))
        return any(
            _differ(_at(self.raw, place), _at(self.base, place))
            or any(way in lines for _, lines in self.overlays for way in self._ways(place))
            for place in (path, *whole)
        )

    def _ways(self, path: KeyPath) -> tuple[KeyPath, ...]:
        """Return the paths by which a scenario may name a key: by the entry's number, or by its name."""
        name = self._name(path)
        return (path,) if name is None else (path, (path[0], str(name), *path[2:]))

    def _overlay(self, path: KeyPath) -> tuple[str, int]:
        """Return file and line of the scenario that set a key; of several, the newest that names it most closely."""
        best = (self.overlays[-1][0] if self.overlays else "scenario", 0, 0)
        for file, lines in self.overlays:
            for way in self._ways(path):
                length = next((size for size in range(len(way), 0, -1) if way[:size] in lines), 0)
                if length and length >= best[2]:
                    best = (file, lines[way[:length]], length)
        return best[:2]

    def _name(self, path: KeyPath) -> Any:
        """Return what an entry of an array of tables is called, None when it has no name or the path leads to none."""
        if len(path) < 2 or not isinstance(path[1], int):
            return None
        return _at(self.raw, (*path[:2], "name" if path[0] == "driver" else "id"))

    def line(self, path: KeyPath) -> int:
        """Return the line of the key, or of the nearest table around it; 0 when nothing of it is written."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.lines:
                return self.lines[path[:length]]
        return 0

    def label(self, path: KeyPath) -> str:
        """Return a key path as planners write it: ``[[queue]] 2 "jd-presale" concurrency``."""
        if not path:
            return ""
        if len(path) >= 2 and isinstance(path[1], int):
            name = self._name(path)
            head = f"[[{path[0]}]] {path[1] + 1}" + (f' "{name}"' if isinstance(name, str) else "")
            return " ".join((head, _tail(path[2:]))).strip()
        if len(path) == 1 and path[0] in ("queue", "contract", "shift", "driver"):
            return f"[[{path[0]}]]"
        tables = 1
        while tables < len(path) and isinstance(_at(self.raw, path[: tables + 1]), dict):
            tables += 1
        return f"[{'.'.join(str(part) for part in path[:tables])}] {_tail(path[tables:])}".strip()


def _tail(path: KeyPath) -> str:
    return " ".join(str(part + 1) if isinstance(part, int) else part for part in path)


def _model_at(path: KeyPath, top: type[BaseModel]) -> type[BaseModel] | None:
    """Return the model whose keys stand at a path below ``top``."""
    model: type[BaseModel] | None = top
    for part in path:
        if isinstance(part, int) or model is None:
            continue
        info = model.model_fields.get(part)
        model = None if info is None else _model_in(info.annotation)
    return model


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = (_model_in(argument) for argument in typing.get_args(annotation))
    return next((model for model in found if model is not None), None)


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return f"'{value}'"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "a table"
    text = str(list(value)) if isinstance(value, tuple) else str(value)
    return text if len(text) <= 60 else text[:57] + "..."


_KINDS = {
    "int": "a whole number", "float": "a number", "string": "a text in quotes", "bool": "true or false",
    "date": "a date like 2025-10-20", "dict": "a table", "tuple": "a list", "list": "a list", "model": "a table",
}  # fmt: skip
_BOUNDS = {
    "greater_than_equal": ("ge", "at least"),
    "greater_than": ("gt", "above"),
    "less_than_equal": ("le", "at most"),
    "less_than": ("lt", "below"),
}


def _translated(error: Mapping[str, Any], valid: Sequence[str] = ()) -> str:
    """Return one error of pydantic as a planner reads it: expected, got, nearest valid name.

    Parameters
    ----------
    error : mapping
        One entry of ``ValidationError.errors()``.
    valid : sequence of str
        Keys that are known where an unknown key was found.
    """
    kind, context, got = str(error["type"]), error.get("ctx", {}), error.get("input")
    key = str(error["loc"][-1]) if error["loc"] else ""
    if kind == "missing":
        return "is missing"
    if kind == "extra_forbidden":
        return f"unknown key '{key}'{nearest(key, valid)}"
    if kind in _BOUNDS:
        name, words = _BOUNDS[kind]
        return f"expected {words} {_bound(context[name], key)}, got {_shown(got)}{_percent(context[name], got)}"
    if kind == "literal_error":
        names = re.findall(r"'([^']*)'", str(context.get("expected", "")))
        if names == ["closed"]:
            return f"expected a clock window like '09:00-18:00', or 'closed', got {_shown(got)}"
        hint = nearest(got, names) if isinstance(got, str) else ""
        return f"expected {context['expected']}, got {_shown(got)}" + (hint if hint.startswith(", did") else "")
    if kind == "finite_number":
        return f"expected a finite number, got {_shown(got)}"
    if kind == "value_error":
        return str(error["msg"]).removeprefix("Value error, ")
    return _of_kind(kind, context, got, str(error["msg"]))


def _bound(limit: Any, key: str) -> str:
    """Return a limit as planners read it: large ones with commas, of a time with its unit, and in days."""
    is_time = key.endswith("seconds")
    whole = isinstance(limit, int | float) and float(limit).is_integer() and (is_time or limit >= 1000)
    text = f"{limit:,.0f}" if whole else str(limit)
    if not is_time:
        return text
    days = float(limit) / DAY
    return f"{text} s" + (f" ({days:g} {'day' if days == 1 else 'days'})" if days >= 1 else "")


def _percent(limit: Any, got: Any) -> str:
    """Return the way out where a share was written in percent."""
    is_percent = isinstance(limit, float) and 0.9 < limit <= 1.0 and isinstance(got, int | float) and 1 < got <= 100
    return f"; for {got:g} % write {got / 100:g}" if is_percent else ""


def _no_form(entries: Sequence[Mapping[str, Any]]) -> str:
    """Return what is said where a value has none of the forms that a key may have."""
    words = (_KINDS[str(entry["type"]).removesuffix("_type")] for entry in entries)
    return f"expected {' or '.join(dict.fromkeys(words))}, got {_shown(entries[0]['input'])}"


def _of_kind(kind: str, context: Mapping[str, Any], got: Any, message: str) -> str:
    if kind == "string_too_short":
        return f"expected a text that is not empty, got {_shown(got)}"
    if kind == "too_short":
        return f"expected at least {context.get('min_length', 1)}, got {_shown(got)}"
    if kind == "too_long":
        return f"expected at most {context['max_length']} entries, got {len(got)}"
    expected = next((words for prefix, words in _KINDS.items() if kind.startswith(prefix)), None)
    return f"expected {expected}, got {_shown(got)}" if expected else f"{message}, got {_shown(got)}"


def _untagged(loc: tuple[str | int, ...]) -> KeyPath:
    """Return a location without the tag of the form in which a shrinkage is written."""
    return tuple(part for at, part in enumerate(loc) if not (at and loc[at - 1] == "shrinkage" and part in _FORM_TAGS))


def _plain(loc: KeyPath) -> KeyPath:
    """Return a location without pydantic's names of union members (``dict[str,...]``, ``function-after[...]``)."""
    return tuple(part for part in loc if isinstance(part, int) or not re.search(r"[\[(]|^str$|^literal", part))


def validate(file: PlanFile) -> tuple[Plan | None, list[Problem]]:
    """Return the plan (None when it is not valid) and every problem of its keys, targets filled from their packs."""
    raw, wrong = filled(file.raw)
    found = [file.problem(path, text) for path, text in wrong]
    try:
        plan = Plan.model_validate(raw)
    except ValidationError as error:
        return None, sorted((*found, *problems_in(error, file)))
    return (None if found else plan), found


def problems_in(
    error: ValidationError, file: PlanFile, prefix: KeyPath = (), model: type[BaseModel] = Plan
) -> list[Problem]:
    """Return what pydantic found wrong with a model that stands at ``prefix`` of the plan, in the planner's words."""
    found: dict[KeyPath, list[Problem]] = {}
    other_forms: dict[KeyPath, list[Mapping[str, Any]]] = {}
    for entry in error.errors(include_url=False):
        loc = _untagged(tuple(entry["loc"]))
        inner = _plain(loc)
        path = (*prefix, *inner)
        # Of a union only the member that fits what was written is worth a line.
        in_union = inner != loc
        if in_union and str(entry["type"]) in ("string_type", "dict_type"):
            other_forms.setdefault(path, []).append(entry)
            continue
        # A list of which an element is wrong also counts as too short.
        if str(entry["type"]) == "too_short" and entry["input"]:
            continue
        owner = _model_at(inner[:-1], model)
        valid = list(owner.model_fields) if owner is not None else []
        entry_map: dict[str, Any] = {**entry, "loc": path}
        problem = file.problem(path, _translated(entry_map, valid))
        if str(entry["type"]) == "extra_forbidden":
            problem = Problem(problem.file, problem.line, file.label(path[:-1]), problem.message)
        found.setdefault(path, []).append(problem)
    for path, entries in other_forms.items():
        if not any(place[: len(path)] == path for place in found):
            found[path] = [file.problem(path, _no_form(entries))]
    return sorted(max(problems, key=lambda problem: "window" in problem.message) for problems in found.values())
