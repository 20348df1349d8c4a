"""Writes plan folders: the samples, and the blank plan to start one's own from."""

from __future__ import annotations

import csv
import gzip
import io
import shutil
import tomllib
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from data.samples.demand import HISTORY_MINUTES, Truth, truth_of
from data.samples.people import People, people_of
from data.samples.specs import BLANK, SampleSpec, own_events, spec_of
from wfm.errors import InputError, Problem
from wfm.grid import TimeGrid
from wfm.inputs import Event
from wfm.plan import Plan
from wfm.speeds import mean_speeds

__all__ = ["blank", "write_sample"]

_TEXTS = Path(__file__).parent / "texts"
_HISTORY_HEADER = "interval_start,queue,offered,handled,abandoned,aht_seconds"
_ABANDONED = 0.03


def write_sample(name: str, folder: Path, seed: int = 1) -> None:
    """Write a sample's plan folder: equal bytes for equal name and seed.

    Parameters
    ----------
    name : str
        From :func:`data.samples.sample_names`.
    folder : Path
        Made when missing.
    seed : int
        Draws the noise, the people and their leave; the planted truth is the same for every seed.

    Raises
    ------
    KeyError
        For an unknown name.
    InputError
        When the folder has something in it already.
    """
    spec = spec_of(name)
    _make_empty(folder)
    _copy_texts(name, folder)
    truth = truth_of(spec, seed)
    people = people_of(spec, seed)
    text = _history_text(spec, truth, people, seed).encode("utf-8")
    with (folder / "history.csv.gz").open("wb") as raw, gzip.GzipFile("", "wb", 6, raw, mtime=0) as packed:
        packed.write(text)  # mtime=0: equal input gives equal bytes
    _write_people(folder, people)
    _write_fixed_shifts(folder / "fixed_shifts.csv", people)
    if spec.main_days:
        _write_events(folder / "events.csv", own_events(spec))
        _write_orders(folder / "drivers.csv", truth)


def blank(folder: Path) -> None:
    """Write a small commented plan folder to start one's own plan from; its numbers are examples and say so.

    Raises
    ------
    InputError
        When the folder has something in it already.
    """
    _make_empty(folder)
    _copy_texts("blank", folder)
    people = people_of(BLANK, 1)
    history = _history_text(BLANK, truth_of(BLANK, 1), people, 1)
    (folder / "history.csv").write_text(history, encoding="utf-8", newline="")
    _write_people(folder, people)


def _copy_texts(name: str, folder: Path) -> None:
    shutil.copytree(_TEXTS / name, folder, dirs_exist_ok=True, copy_function=shutil.copyfile)


def _make_empty(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        found = "not empty" if folder.is_dir() else "a file"
        text = f"expected a new or empty folder, '{folder}' is {found}; choose another name, nothing was written"
        raise InputError([Problem("", 0, "", text)])
    folder.mkdir(parents=True, exist_ok=True)


def _write_table(path: Path, header: str, rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(header + "\n")
        csv.writer(file, lineterminator="\n").writerows(rows)


def _write_people(folder: Path, people: People) -> None:
    _write_table(
        folder / "agents.csv",
        "employee_id,name,contract,team,queues,hired_on,leaves_on,attributes",
        (
            (a.employee_id, a.name, a.contract, a.team, ";".join(f"{q}:{v:g}" for q, v in a.queues.items()),
             a.hired_on, a.leaves_on or "", ";".join(sorted(a.attributes)))
            for a in people.agents
        ),
    )  # fmt: skip
    _write_table(
        folder / "time_off.csv",
        "employee_id,start,end,kind",
        ((row.employee_id, row.start, row.end, row.kind) for row in people.time_off),
    )
    _write_table(
        folder / "preferences.csv",
        "employee_id,date,shift,weight",
        ((row.employee_id, row.date, row.shift, f"{row.weight:g}") for row in people.preferences),
    )


def _write_fixed_shifts(path: Path, people: People) -> None:
    _write_table(
        path,
        "employee_id,date,shift,start,end",
        ((r.employee_id, r.date, r.shift, _local(r.start), _local(r.end)) for r in people.fixed_shifts),
    )


def _local(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S")


def _write_events(path: Path, events: Iterable[Event]) -> None:
    rows = ((e.event, e.platform, e.phase, _local(e.start), _local(e.end), f"{e.scale:g}", e.source, e.confidence)
            for e in events)  # fmt: skip
    _write_table(path, "event,platform,phase,start,end,scale,source,confidence", rows)


def _write_orders(path: Path, truth: Truth) -> None:
    """Write orders per day: as drawn up to the last known day, the campaign's plan afterwards."""
    values = zip(truth.grid.dates, truth.sampled_orders, truth.planned_orders, strict=True)
    rows = ((day, "orders", round(drawn if day <= truth.known_until else plan)) for day, drawn, plan in values)
    _write_table(path, "date,name,value", rows)


def _history_text(spec: SampleSpec, truth: Truth, people: People, seed: int) -> str:
    """Return the history with the sample's known flaws, as CSV."""
    rng = np.random.default_rng(np.random.SeedSequence([seed, 5, len(spec.name)]))
    grid = truth.history_grid
    stamps = _stamps(grid.start, grid.days)
    text = io.StringIO()
    text.write(_HISTORY_HEADER + "\n")
    offered, aht = truth.history_sampled.astype(np.int64), _history_aht(truth) / _speed(spec, people, grid)
    for number, queue in enumerate(spec.queues):
        keep = grid.window_mask(queue.open)
        contacts = offered[number].copy()
        _put_flaws(spec, queue.id, grid.start, contacts, keep)
        text.write(_rows(queue.id, stamps, contacts, rng.binomial(contacts, _ABANDONED), aht[number], keep))
    return text.getvalue()


def _stamps(first: date, days: int) -> list[str]:
    clock = [f"T{minute // 60:02d}:{minute % 60:02d}:00" for minute in range(0, 1440, HISTORY_MINUTES)]
    return [day + time for day in ((first + timedelta(days=d)).isoformat() for d in range(days)) for time in clock]


def _history_aht(truth: Truth) -> NDArray[np.float64]:
    """Return handle times on the history's grid, weighted by contacts: shape (queues, n), NaN without contacts."""
    grid = truth.history_grid
    step = HISTORY_MINUTES // truth.grid.interval_minutes
    shape = (len(truth.queues), grid.n, step)
    contacts = truth.sampled[:, : grid.n * step].reshape(shape)
    seconds = np.nan_to_num(truth.sampled_aht[:, : grid.n * step]).reshape(shape)
    total = contacts.sum(axis=2)
    return np.where(total > 0, (contacts * seconds).sum(axis=2) / np.maximum(total, 1), np.nan)


def _speed(spec: SampleSpec, people: People, grid: TimeGrid) -> NDArray[np.float64]:
    """Return the mean speed of the people behind each interval of the history: shape (queues, n)."""
    plan = Plan.model_validate(tomllib.loads((_TEXTS / spec.name / "plan.toml").read_text(encoding="utf-8")))
    found = mean_speeds(plan, people.agents, grid.start, grid.days).speed
    # Before the first of today's people came, others of the same make worked there.
    usual = np.array([np.median(row[np.isfinite(row)]) if np.isfinite(row).any() else 1.0 for row in found])
    return np.where(np.isfinite(found), found, usual[:, None])[:, grid.day_index]


def _put_flaws(spec: SampleSpec, queue: str, first: date, contacts: NDArray[np.int64], keep: NDArray[np.bool_]) -> None:
    """Zero the day of the outage and drop the missing rows, in place."""
    per_day = 1440 // HISTORY_MINUTES
    if spec.outage is not None and spec.outage[0] == queue:
        start = (spec.outage[1] - first).days * per_day
        contacts[start : start + per_day] = 0
    for name, day, slot, slots in spec.missing:
        if name == queue:
            start = (day - first).days * per_day + slot
            keep[start : start + slots] = False


def _rows(
    queue: str,
    stamps: Sequence[str],
    offered: NDArray[np.int64],
    abandoned: NDArray[np.int64],
    aht: NDArray[np.float64],
    keep: NDArray[np.bool_],
) -> str:
    columns = zip(stamps, offered.tolist(), abandoned.tolist(), aht.tolist(), keep.tolist(), strict=True)
    return "".join(
        f"{stamp},{queue},{n},{n - lost},{lost},{f'{seconds:.1f}' if n else ''}\n"
        for stamp, n, lost, seconds, kept in columns
        if kept
    )
