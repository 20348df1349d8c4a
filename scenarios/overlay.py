"""Scenario overlays: what a scenario file says differs from ``plan.toml``, by the same keys plus ``[scale]``."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from wfm.errors import InputError, Problem, nearest

__all__ = ["BASE", "Scale", "Variant", "resolve"]

BASE = "base"
_VERBS = ("extends", "title", "scale")
# Arrays of tables whose entries a scenario names, and the key that holds the name.
_KEYED = {"queue": "id", "contract": "id", "shift": "id", "driver": "name"}
Factor = Annotated[float, Field(ge=0.0, le=100.0, allow_inf_nan=False)]


class Scale(BaseModel):
    """``[scale]``: factors on the forecast and on absence.

    ``volume`` and ``aht`` map a queue id, or ``all``, to a factor; a queue's own factor replaces ``all``.
    ``absence`` multiplies the unplanned shrinkage in the requirement and in the simulation.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    volume: dict[str, Factor] = Field(default_factory=dict)
    aht: dict[str, Factor] = Field(default_factory=dict)
    absence: float = Field(1.0, ge=0.0, le=20.0, allow_inf_nan=False)

    def volume_of(self, queue: str) -> float:
        """Return the factor on the contacts of a queue."""
        return self.volume.get(queue, self.volume.get("all", 1.0))

    def aht_of(self, queue: str) -> float:
        """Return the factor on the handle time of a queue."""
        return self.aht.get(queue, self.aht.get("all", 1.0))


@dataclass(frozen=True)
class Variant:
    """A scenario resolved against its ancestors: overlays from the oldest to the newest, and the merged factors.

    ``adjustments`` False switches the planner's adjustments off, whatever plan and scenario say.
    """

    name: str
    title: str = ""
    overlays: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    scale: Scale = field(default_factory=Scale)
    adjustments: bool = True

    def apply(self, raw_plan: dict[str, Any]) -> dict[str, Any]:
        """Return the raw plan of this scenario.

        Raises
        ------
        InputError
            For keys that name no queue, contract, shift or section of the plan.
        """
        plan = deepcopy(raw_plan)
        problems: list[Problem] = []
        for file, overlay in self.overlays:
            _merge(plan, overlay, file, problems)
        problems += self._unknown_queues(plan)
        if problems:
            raise InputError(problems)
        if not self.adjustments and isinstance(plan.setdefault("forecast", {}), dict):
            plan["forecast"]["adjustments"] = False
        return plan

    def _unknown_queues(self, plan: Mapping[str, Any]) -> list[Problem]:
        known = list(_by_id(plan.get("queue")))
        return [
            Problem(self._scaling(key, name), 0, f"scale.{key}", f"unknown queue '{name}'{nearest(name, known)}")
            for key, factors in (("volume", self.scale.volume), ("aht", self.scale.aht))
            for name in factors
            if name != "all" and name not in known
        ]

    def _scaling(self, key: str, name: str) -> str:
        """Return the newest file that gives a queue a factor."""
        files = (file for file, overlay in reversed(self.overlays) if name in overlay.get("scale", {}).get(key, {}))
        return next(files, self.overlays[-1][0])

    @property
    def files(self) -> tuple[str, ...]:
        """Paths inside the plan folder of the scenario's file and of those it builds on, oldest first."""
        return tuple(file for file, _ in self.overlays)


def resolve(name: str, scenarios: Mapping[str, Mapping[str, Any]]) -> Variant:
    """Return a scenario with all that it builds on.

    Parameters
    ----------
    name : str
        ``base`` (the plan as it is, unless a file of that name exists) or the stem of a scenario file.
    scenarios : mapping
        Parsed scenario files by stem.

    Raises
    ------
    InputError
        Unknown names (also behind ``extends``), circles, bad ``[scale]`` values.
    """
    overlays = tuple((f"scenarios/{stem}.toml", scenarios[stem]) for stem in _ancestry(name, scenarios))
    scale: dict[str, Any] = {}
    problems: list[Problem] = []
    for file, overlay in overlays:
        given = overlay.get("scale", {})
        problems += _scale_problems(file, given)
        _deep_update(scale, given if isinstance(given, dict) else {})
    if problems:
        raise InputError(problems)
    title = str(overlays[-1][1].get("title", name)) if overlays else "The plan as it is"
    return Variant(name, title, overlays, Scale.model_validate(scale))


def _scale_problems(file: str, scale: Any) -> list[Problem]:
    if not isinstance(scale, dict):
        return [Problem(file, 0, "scale", f"expected a table of factors ([scale]), got {scale!r}")]
    try:
        Scale.model_validate(scale)
    except ValidationError as error:
        return [_scale_problem(file, item["loc"], item["type"], item["input"]) for item in error.errors()]
    return []


def _scale_problem(file: str, loc: tuple[str | int, ...], kind: str, got: object) -> Problem:
    key = ".".join(str(part) for part in loc)
    if kind == "extra_forbidden":
        return Problem(file, 0, "scale", f"unknown key '{key}'{nearest(key, Scale.model_fields)}")
    if kind == "dict_type":
        return Problem(file, 0, f"scale.{key}", f"expected factors by queue like {{ all = 1.2 }}, got {got!r}")
    most = 20 if key == "absence" else 100
    return Problem(file, 0, f"scale.{key}", f"expected a factor from 0 to {most}, got {got!r}")


def _ancestry(name: str, scenarios: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return the stems from the oldest ancestor to the scenario itself; empty for the base."""
    chain: list[str] = []
    current, asked_by = name, ""
    while current != BASE or current in scenarios:
        if current in chain:
            circle = " -> ".join([*reversed(chain), current])
            raise InputError(
                [Problem(f"scenarios/{name}.toml", 0, "extends", f"scenarios build on each other: {circle}")]
            )
        if current not in scenarios:
            valid = [BASE, *scenarios]
            place = (asked_by, 0, "extends") if asked_by else ("", 0, "--scenario")
            raise InputError([Problem(*place, f"unknown scenario '{current}'{nearest(current, valid)}")])
        chain.insert(0, current)
        asked_by = f"scenarios/{current}.toml"
        parent = scenarios[current].get("extends", BASE)
        if not isinstance(parent, str):
            raise InputError([Problem(asked_by, 0, "extends", f"expected the name of a scenario, got {parent!r}")])
        if parent == BASE and current == BASE:
            break
        current = parent
    return chain


def _merge(plan: dict[str, Any], overlay: Mapping[str, Any], file: str, problems: list[Problem]) -> None:
    for key, value in overlay.items():
        if key in _VERBS:
            continue
        if key in _KEYED and isinstance(value, dict):
            if key == "driver":
                _add_drivers(plan, value)
            _merge_keyed(_by_id(plan.get(key), _KEYED[key]), key, value, file, problems)
        elif isinstance(value, dict) and isinstance(plan.get(key), dict):
            _deep_update(plan[key], value)
        else:
            plan[key] = deepcopy(value)


def _add_drivers(plan: dict[str, Any], changes: Mapping[str, Any]) -> None:
    """Add an entry for each driver that the plan leaves to the defaults, so that a scenario can change it."""
    entries = plan.setdefault("driver", [])
    known = _by_id(entries, "name")
    if isinstance(entries, list):
        entries += [{"name": name} for name in changes if name not in known]


def _by_id(entries: object, key: str = "id") -> dict[str, dict[str, Any]]:
    """Return the entries of an array of tables by their ids; none when it is something else."""
    tables = entries if isinstance(entries, list) else []
    return {str(entry[key]): entry for entry in tables if isinstance(entry, dict) and key in entry}


def _merge_keyed(
    by_id: Mapping[str, dict[str, Any]], key: str, value: Mapping[str, Any], file: str, problems: list[Problem]
) -> None:
    for name, changes in value.items():
        if name not in by_id:
            problems.append(Problem(file, 0, f'{key}."{name}"', f"unknown {key} '{name}'{nearest(name, by_id)}"))
        elif not isinstance(changes, dict):
            problems.append(Problem(file, 0, f'{key}."{name}"', "expected a table of keys to change"))
        else:
            _deep_update(by_id[name], changes)


def _deep_update(target: dict[str, Any], changes: Mapping[str, Any]) -> None:
    """Change nested tables key by key; lists and values are replaced as a whole."""
    for key, value in changes.items():
        if isinstance(value, dict) and isinstance(target.get(key), dict):
            _deep_update(target[key], value)
        else:
            target[key] = deepcopy(value)
