"""Plan folders around real series: what a planner would write to have them forecast, and nothing more."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from data.folder import load
from wfm.inputs import Inputs

__all__ = ["STAFF", "Series", "asked", "written"]

# The people without whom a plan is none; a forecast needs no more of them.
STAFF = """
[[contract]]
id = "staff"
cost_per_hour = 20.0

[[shift]]
id = "day"
start = "09:00"
hours = [4.0]
"""
HEAD = """\
# A real series with just enough around it to be forecast.
[plan]
name = "{name}"
timezone = "{timezone}"
start = {start}
days = 7
interval_minutes = 30
labour_rules = []
event_calendars = [{calendars}]
allow_unknown_holidays = true

[forecast]
paths = 500
"""
QUEUE = """
[[queue]]
id = "{id}"
channel = "phone"
platform = "{platform}"
aht_seconds = 180
open = {open}
"""

Row = tuple[str, str, float]


class Series:
    """What a plan folder is made of: rows of (interval start, queue, contacts) and how its queues are open."""

    def __init__(self, name: str, rows: Iterable[Row], timezone: str, **options: str) -> None:
        self.name, self.rows, self.timezone = name, tuple(rows), timezone
        self.open = options.get("open", '"00:00-24:00"')
        self.platform = options.get("platform", "")
        self.calendars = options.get("calendars", "")
        self.tables: dict[str, Sequence[Sequence[object]]] = {}

    @property
    def queues(self) -> tuple[str, ...]:
        """Names of the queues, in order of appearance."""
        return tuple(dict.fromkeys(queue for _, queue, _ in self.rows))


def written(series: Series, folder: Path) -> Inputs:
    """Write the plan folder and return it as the commands would read it."""
    folder.mkdir(parents=True, exist_ok=True)
    last = max(date.fromisoformat(stamp[:10]) for stamp, _, _ in series.rows)
    head = HEAD.format(
        name=series.name, timezone=series.timezone, start=last + timedelta(days=1), calendars=series.calendars
    )
    queues = (QUEUE.format(id=queue, platform=series.platform, open=series.open) for queue in series.queues)
    (folder / "plan.toml").write_text(head + STAFF + "".join(queues), encoding="utf-8")
    _table(folder / "history.csv", ("interval_start", "queue", "offered"), series.rows)
    _table(folder / "agents.csv", ("employee_id", "name", "contract", "team", "queues"), [
        ("A1", "Agent A1", "staff", "T1", ";".join(series.queues))
    ])  # fmt: skip
    for name, (columns, *rows) in series.tables.items():
        _table(folder / f"{name}.csv", columns, rows)
    return load(folder).inputs


def asked(inputs: Inputs, start: date, days: int, known_until: date, **options: object) -> Inputs:
    """Return the same folder with another horizon: what ``[plan]`` and ``[forecast]`` would say of it."""
    plan = inputs.plan
    head = plan.plan.model_copy(update={"start": start, "days": days, "known_until": known_until})
    chosen = plan.forecast.model_copy(update=options)
    return replace(inputs, plan=plan.model_copy(update={"plan": head, "forecast": chosen}))


def _table(path: Path, columns: Sequence[object], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(rows)
