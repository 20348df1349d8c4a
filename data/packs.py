"""The bundled labour-rule packs: limits as TOML, each with the article that it comes from. Not legal advice."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from wfm.errors import nearest
from wfm.rules import LabourRules

__all__ = ["HOUSE_DEFAULT", "OVERRIDE_SOURCE", "labour_rules", "pack_names", "pack_notice"]

HOUSE_DEFAULT = "policy default of the planner"
OVERRIDE_SOURCE = "plan.toml [labour]"
_FOLDER = Path(__file__).parent / "bundled" / "labour"


def pack_names() -> tuple[str, ...]:
    """Return the names of the bundled rule packs, sorted."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.toml")))


def pack_notice(name: str) -> str:
    """Return what a pack says about its own validity ("Not legal advice ..."); KeyError for an unknown name."""
    return str(_pack(name)["notice"])


def labour_rules(names: Iterable[str], overrides: Mapping[str, Any]) -> tuple[LabourRules, Mapping[str, str]]:
    """Return the labour rules of some packs, and where each limit comes from.

    Parameters
    ----------
    names : iterable of str
        Packs, from :func:`pack_names`; a later pack wins over an earlier one. Without any, the house defaults hold.
    overrides : mapping
        Limits of the plan itself (its ``[labour]`` table); they win over every pack.

    Returns
    -------
    tuple of LabourRules and mapping
        The mapping has every limit: article of the law, ``policy ...``, or :data:`OVERRIDE_SOURCE`.

    Raises
    ------
    KeyError
        For an unknown pack.
    pydantic.ValidationError
        For an override that is no limit or is out of range.
    """
    values: dict[str, Any] = {}
    sources = dict.fromkeys(LabourRules.model_fields, HOUSE_DEFAULT)
    for name in names:
        for key, entry in _pack(name)["rules"].items():
            values[key] = entry["value"]
            sources[key] = entry["source"]
    values.update(overrides)
    rules = LabourRules.model_validate(values)
    return rules, {**sources, **dict.fromkeys(overrides, OVERRIDE_SOURCE)}


def _pack(name: str) -> dict[str, Any]:
    if name not in pack_names():
        raise KeyError(f"unknown labour-rule pack '{name}'" + nearest(name, pack_names()))
    return tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
