"""The scenario files of a plan folder: read when they are asked for, blamed by their lines."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from data.planfile import KeyPath, key_lines, parts_of, read_toml
from data.tables import decode
from wfm.errors import InputError, Problem

__all__ = ["FOLDER", "ScenarioFiles", "located"]

FOLDER = "scenarios"
"""Folder of the scenario files inside the plan folder."""


class ScenarioFiles(Mapping[str, Mapping[str, Any]]):
    """What each ``scenarios/*.toml`` of a plan folder says, by name, sorted.

    A file is read when it is asked for, so a broken scenario stops nobody who doesn't use it.

    Raises
    ------
    InputError
        On access to a scenario that can't be read.
    """

    def __init__(self, plan: Path) -> None:
        self._paths = {path.stem: path for path in sorted((plan / FOLDER).glob("*.toml"))}

    def __getitem__(self, name: str) -> Mapping[str, Any]:
        path = self._paths[name]
        return read_toml(path, f"{FOLDER}/{path.name}")

    def __contains__(self, name: object) -> bool:
        return name in self._paths

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)


@contextlib.contextmanager
def located(plan: Path) -> Iterator[None]:
    """Give every problem of a scenario file that is raised inside its line, found by the key that it names."""
    try:
        yield
    except InputError as error:
        raise InputError([_with_line(plan, problem) for problem in error.problems]) from error


def _with_line(plan: Path, problem: Problem) -> Problem:
    if problem.line or not problem.column or not problem.file.startswith(FOLDER + "/"):
        return problem
    try:
        lines = key_lines(decode((plan / problem.file).read_bytes()))
    except (OSError, UnicodeDecodeError):
        return problem
    path: KeyPath = tuple(parts_of(problem.column))
    known = (lines[path[:length]] for length in range(len(path), 0, -1) if path[:length] in lines)
    return replace(problem, line=next(known, 0))
