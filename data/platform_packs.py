"""The bundled platform targets: each platform's own definitions as TOML, with where they were read. Not official."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from wfm.errors import nearest
from wfm.queues import Target

__all__ = ["Platform", "TargetPack", "filled", "platforms", "target_packs"]

_FOLDER = Path(__file__).parent / "bundled" / "platforms"
_PLACEHOLDERS: Mapping[str, Any] = {"metric": "answered_within", "seconds": 60, "share": 0.5}
# What a promise consists of by metric, and all that a pack says for its own metric alone.
_PROMISES: Mapping[str, tuple[str, ...]] = {
    "answered_within": ("seconds", "share"), "resolved_within": ("seconds", "share"), "average_response": ("seconds",),
    "abandoned": ("share",), "no_service": ("share",),
}  # fmt: skip
_OF_THE_METRIC = ("seconds", "share", "definition", "cap_seconds", "unanswered_seconds", "unanswered")
Raw = Mapping[str, Any]
KeyPath = tuple[str | int, ...]


@dataclass(frozen=True)
class TargetPack:
    """One target as a platform defines it.

    Attributes
    ----------
    name : str
        As ``pack`` of a target names it: ``jd.first_30s``.
    title, title_zh : str
    keys : mapping
        Keys of ``[[queue.target]]``; what is not in it has the default of the plan.
    as_of : str
        Date, or year, of which the source speaks; ``undated`` where it has none.
    source : str
        Where it was read; tags in brackets name entries of the domain notes.
    notice : str
        What is inferred, what is a vendor's or one merchant's word, where no threshold is official.
    advice : str
        What others advise where no threshold is official, ``""`` for nothing.
    """

    name: str
    title: str
    title_zh: str
    keys: Raw
    as_of: str
    source: str
    notice: str = ""
    advice: str = ""

    @property
    def platform(self) -> str:
        """The platform that it belongs to: the first part of the name."""
        return self.name.partition(".")[0]

    @property
    def missing(self) -> str:
        """The key that the plan itself must give, as no threshold is official: ``seconds``, ``share`` or ``""``."""
        key = "seconds" if self.keys["metric"] == "average_response" else "share"
        return "" if key in self.keys else key


@dataclass(frozen=True)
class Platform:
    """One file of targets: the platform's name, titles, what holds for all of them, and the targets."""

    name: str
    title: str
    title_zh: str
    notice: str
    targets: tuple[TargetPack, ...]


@cache
def platforms() -> tuple[Platform, ...]:
    """Return the platforms whose targets are bundled, sorted by name."""
    return tuple(_platform(path) for path in sorted(_FOLDER.glob("*.toml")))


def target_packs() -> Mapping[str, TargetPack]:
    """Return every bundled target by its name."""
    return {pack.name: pack for platform in platforms() for pack in platform.targets}


def _platform(path: Path) -> Platform:
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    targets = tuple(_target(f"{path.stem}.{name}", entry) for name, entry in raw["targets"].items())
    return Platform(path.stem, raw["title"], raw["title_zh"], raw["notice"], targets)


def _target(name: str, entry: Raw) -> TargetPack:
    keys = {key: value for key, value in entry.items() if key in Target.model_fields}
    return TargetPack(name=name, keys=keys, **{key: value for key, value in entry.items() if key not in keys})


def filled(raw: Raw) -> tuple[dict[str, Any], list[tuple[KeyPath, str]]]:
    """Return a plan as written with its targets filled from their packs, and what is wrong with these.

    Keys beside ``pack`` win over the pack's; with another ``metric`` beside it, nothing is taken that the pack says for
    its own. Where a pack is unknown, or a threshold that no platform states is not
    given, a number is put in its place, so that the other keys can be checked all the same; the problem is returned.

    Parameters
    ----------
    raw : mapping
        ``plan.toml`` as parsed; parts that are not what they should be are left as they are.

    Returns
    -------
    tuple of dict and list of (path, message)
    """
    plan, found = dict(raw), list[tuple[KeyPath, str]]()
    queues = raw.get("queue")
    if not isinstance(queues, list):
        return plan, found
    plan["queue"] = [dict(queue) if isinstance(queue, dict) else queue for queue in queues]
    for place, queue in enumerate(plan["queue"]):
        if not isinstance(queue, dict) or not isinstance(queue.get("target"), list):
            continue
        queue["target"] = [_filled_target(target) for target in queue["target"]]
        for number, target in enumerate(queues[place]["target"]):
            found += [(("queue", place, "target", number, *key), text) for key, text in _wrong(target)]
    return plan, found


def _named(target: Any) -> str | None:
    """Return the pack that a target as written names, None where it names none (or not by a text)."""
    name = target.get("pack") if isinstance(target, dict) else None
    return name if isinstance(name, str) and name else None


def _filled_target(target: Any) -> Any:
    name = _named(target)
    if name is None:
        return target
    pack = target_packs().get(name)
    if pack is None:
        return {**_PLACEHOLDERS, **target}
    return {**{key: _PLACEHOLDERS[key] for key in _not_given(pack, target)}, **_taken(pack, target), **target}


def _has_own_metric(pack: TargetPack, target: Raw) -> bool:
    return "metric" in target and bool(target["metric"] != pack.keys["metric"])


def _taken(pack: TargetPack, target: Raw) -> Raw:
    """Return the keys of a pack that hold for a target: a limit of 30 s for a share is none for an average."""
    if not _has_own_metric(pack, target):
        return pack.keys
    return {key: value for key, value in pack.keys.items() if key not in _OF_THE_METRIC}


def _not_given(pack: TargetPack, target: Raw) -> tuple[str, ...]:
    """Return the parts of the promise that neither the pack nor the plan states; a metric that is none has no parts."""
    given = {**_taken(pack, target), **target}
    return tuple(key for key in _PROMISES.get(str(given["metric"]), ()) if key not in given)


def _wrong(target: Any) -> Iterator[tuple[KeyPath, str]]:
    name = _named(target)
    if name is None:
        return
    packs = target_packs()
    if name not in packs:
        yield ("pack",), f"unknown platform target '{name}'{_hint(name, packs)}"
        return
    pack = packs[name]
    missing = " and ".join(f"`{key}`" for key in _not_given(pack, target))
    if missing and _has_own_metric(pack, target):
        about, way = pack.keys["metric"], f"give {missing} beside it, or leave `metric` out"
        yield ("metric",), f"the numbers of '{name}' are about {about}, not {target['metric']}; {way}"
    elif missing:
        advice = f" ({pack.advice})" if pack.advice else ""
        yield ("pack",), f"'{name}' has no official threshold; give {missing} beside it{advice}"


def _hint(name: str, packs: Mapping[str, TargetPack]) -> str:
    """Return the nearest name; of a platform that is known, the nearest of its own or all of them."""
    platform, _, rest = name.partition(".")
    own = {pack.name.partition(".")[2]: pack.name for pack in packs.values() if pack.platform == platform}
    if not own:
        return nearest(name, packs)
    close = next((full for part, full in own.items() if nearest(rest, own) == f", did you mean '{part}'?"), "")
    return f", did you mean '{close}'?" if close else nearest("", own.values())
