"""A tiny plan folder that loads, to be spoilt in one place by each test."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from data.folder import load
from wfm.errors import InputError
from wfm.inputs import Inputs

PLAN = """[plan]
name = "tiny"
start = 2025-10-20
days = 7
known_until = 2025-10-12
[[queue]]
id = "pre-sale"
title = "售前"
channel = "chat"
[[queue.target]]
metric = "answered_within"
seconds = 30
share = 0.8
[[queue]]
id = "phone"
channel = "phone"
open = "09:00-21:00"
[[contract]]
id = "ft"
title = "全职"
cost_per_hour = 30
queues = ["phone"]
shifts = ["early"]
[[shift]]
id = "early"
code = "早"
start = "08:00-15:00"
hours = [9]
meal_minutes = 60
break_minutes = [15, 15]
"""
AGENTS = """employee_id,name,contract,team,queues,hired_on,leaves_on,attributes
001,甲,ft,a,pre-sale;phone:0.9,,,
002,乙,ft,a,phone,2024-01-01,2026-01-31,pregnant
"""
HEADER = "interval_start,queue,offered,handled,abandoned,aht_seconds"


def history_rows(days: range = range(1, 13)) -> list[tuple[str, str, int, int, int, int]]:
    """Half-hours of October 2025, two queues: start, queue, offered, handled, abandoned, handle time."""
    return [
        (f"2025-10-{day:02d} {hour:02d}:{minute:02d}", queue, hour + 3, hour + 1, 2, 300)
        for queue in ("pre-sale", "phone")
        for day in days
        for hour in range(24)
        for minute in (0, 30)
    ]


def history_text(days: range = range(1, 13)) -> str:
    """The rows as history.csv."""
    return "\n".join([HEADER, *(",".join(map(str, row)) for row in history_rows(days))]) + "\n"


def write(folder: Path, files: Mapping[str, str | bytes | None]) -> Path:
    """Write the tiny plan with some files changed, added or (None) left out; return the folder."""
    every: dict[str, str | bytes | None] = {"plan.toml": PLAN, "agents.csv": AGENTS, "history.csv": history_text()}
    every.update(files)
    folder.mkdir(exist_ok=True)
    for name, content in every.items():
        if content is not None:
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return folder


def inputs_of(folder: Path, **files: str | bytes | None) -> Inputs:
    """Load the tiny plan with files changed; ``__`` stands for the dot in their names."""
    return load(write(folder, {name.replace("__", "."): content for name, content in files.items()})).inputs


def warnings_of(folder: Path, **files: str | bytes | None) -> list[str]:
    """Return the warnings of loading it."""
    written = write(folder, {name.replace("__", "."): content for name, content in files.items()})
    return [str(problem) for problem in load(written).warnings]


def problems_of(folder: Path, **files: str | bytes | None) -> list[str]:
    """Return the lines with which loading it is refused."""
    written = write(folder, {name.replace("__", "."): content for name, content in files.items()})
    with pytest.raises(InputError) as caught:
        load(written)
    return str(caught.value).splitlines()
