"""Scenario overlays: what a scenario file says differs from ``plan.toml``, by the same keys plus ``[scale]``."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from wfm.errors import InputError, Problem, nearest

__all__ = ["BASE", "Scale", "Variant", "resolve"]

BASE = "base"
_VERBS = ("extends", "title", "scale")
_KEYED = ("queue", "contract", "shift")


class Scale(BaseModel):
    """``[scale]``: factors on the forecast and on absence.

    ``volume`` and ``aht`` map a queue id, or ``all``, to a factor; a queue's own factor replaces ``all``.
    ``absence`` multiplies the unplanned shrinkage in the requirement and in the simulation.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    volume: dict[str, float] = Field(default_factory=dict)
    aht: dict[str, float] = Field(default_factory=dict)
    absence: float = Field(1.0, ge=0.0, le=20.0)

    def volume_of(self, queue: str) -> float:
        """Return the factor on the contacts of a queue."""
        return self.volume.get(queue, self.volume.get("all", 1.0))

    def aht_of(self, queue: str) -> float:
        """Return the factor on the handle time of a queue."""
        return self.aht.get(queue, self.aht.get("all", 1.0))


@dataclass(frozen=True)
class Variant:
    """A scenario resolved against its ancestors: overlays from the oldest to the newest, and the merged factors."""

    name: str
    title: str = ""
    overlays: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    scale: Scale = field(default_factory=Scale)

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
        return plan

    def _unknown_queues(self, plan: Mapping[str, Any]) -> list[Problem]:
        known = [str(queue.get("id", "")) for queue in plan.get("queue", []) if isinstance(queue, dict)]
        problems = []
        for key, factors in (("volume", self.scale.volume), ("aht", self.scale.aht)):
            for name, factor in factors.items():
                if name != "all" and name not in known:
                    problems.append(
                        Problem(self.file, 0, f"scale.{key}", f"unknown queue '{name}'{nearest(name, known)}")
                    )
                if factor < 0:
                    problems.append(
                        Problem(self.file, 0, f"scale.{key}", f"expected a factor of 0 or more, got {factor}")
                    )
        return problems

    @property
    def file(self) -> str:
        """Path of the scenario's own file inside the plan folder."""
        return self.overlays[-1][0] if self.overlays else "plan.toml"


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
    chain = _ancestry(name, scenarios)
    scale: dict[str, Any] = {}
    for stem in chain:
        for key, value in scenarios[stem].get("scale", {}).items():
            scale[key] = {**scale.get(key, {}), **value} if isinstance(value, dict) else value
    overlays = tuple((f"scenarios/{stem}.toml", scenarios[stem]) for stem in chain)
    title = str(scenarios[name].get("title", name)) if name in scenarios else "The plan as it is"
    try:
        factors = Scale.model_validate(scale)
    except ValidationError as error:
        raise InputError(
            Problem(f"scenarios/{name}.toml", 0, "scale." + ".".join(map(str, item["loc"])), item["msg"])
            for item in error.errors()
        ) from None
    return Variant(name, title, overlays, factors)


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
            raise InputError([Problem(asked_by, 0, "", f"unknown scenario '{current}'{nearest(current, valid)}")])
        chain.insert(0, current)
        asked_by = f"scenarios/{current}.toml"
        parent = str(scenarios[current].get("extends", BASE))
        if parent == BASE and current == BASE:
            break
        current = parent
    return chain


def _merge(plan: dict[str, Any], overlay: Mapping[str, Any], file: str, problems: list[Problem]) -> None:
    for key, value in overlay.items():
        if key in _VERBS:
            continue
        if key in _KEYED and isinstance(value, dict):
            _merge_keyed(plan.get(key, []), key, value, file, problems)
        elif isinstance(value, dict):
            section = plan.setdefault(key, {})
            _deep_update(section, value)
        else:
            plan[key] = value


def _merge_keyed(
    entries: list[dict[str, Any]], key: str, value: Mapping[str, Any], file: str, problems: list[Problem]
) -> None:
    by_id = {str(entry.get("id", "")): entry for entry in entries if isinstance(entry, dict)}
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
