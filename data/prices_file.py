"""The proof of a roster's bound as a file, `prices.csv`, and what a reader needs to work it out again.

Prices are written with all their digits, as a proof is only as good as its numbers. ``kind`` says what a row is:
``bound`` (what the prices prove, one row), ``seat`` (an agent on a queue for an interval; those not listed are worth
0), ``limit`` (a limit on heads; ``contract`` is empty for limits over all temporary staff) or ``head`` (one more person
under a contract). Without a proof there is only the header.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from data.aliases import REQUIREMENT, TableSpec
from data.cells import Cells
from data.own_numbers import read_series
from data.problems import Problems
from data.result_tables import COLUMNS, interval_stamps, table_csv
from data.tables import Folder, Table
from data.values import parse_moment, parse_number
from wfm.audit import BoundClaim, claim_of
from wfm.bound_prices import BoundPrices, HeadWorth, LimitPrice
from wfm.errors import nearest
from wfm.grid import TimeGrid
from wfm.inputs import Inputs
from wfm.plan import Plan
from wfm.results import Requirement

__all__ = ["WrittenBound", "prices_csv", "read_bound", "read_claim"]

FloatArray = NDArray[np.float64]
_ROUNDING = 0.0005  # agents: requirement.csv has three decimals
_COLUMNS = COLUMNS["prices"]
_PRICES = TableSpec("prices", dict.fromkeys(_COLUMNS, ()), tuple((name,) for name in _COLUMNS))
_BOUND = "bound"
_SUMMARY = "summary.json"


def prices_csv(prices: BoundPrices | None, grid: TimeGrid, queues: Sequence[str]) -> str:
    """Return ``prices.csv``; the header only when there is no proof by prices.

    Parameters
    ----------
    prices : BoundPrices or None
        The proof.
    grid : TimeGrid
        Its intervals.
    queues : sequence of str
        Ids of the queues that ``prices.seat`` has.
    """
    return table_csv(_COLUMNS, () if prices is None else _rows(prices, interval_stamps(grid), queues))


def _rows(prices: BoundPrices, stamps: Sequence[str], queues: Sequence[str]) -> Iterator[tuple[str, ...]]:
    yield _BOUND, "", "", "", "", "", "", repr(float(prices.value))
    for q, t in np.argwhere(prices.seat > 0.0).tolist():
        yield "seat", queues[q], stamps[t], "", "", "", "", repr(float(prices.seat[q, t]))
    for limit in prices.limits:
        yield "limit", "", "", limit.contract, limit.limit, "", "", repr(float(limit.price))
    for head in prices.heads:
        counts = str(head.heads), str(head.heads_max)
        yield "head", "", "", head.contract, "", *counts, repr(float(head.worth))


@dataclass(frozen=True)
class WrittenBound:
    """A bound as a roster's files tell it: its proof, the requirement, and what the summary claims, if it does."""

    prices: BoundPrices
    requirement: Requirement
    cost: float | None
    bound: float | None


def read_bound(inputs: Inputs, folder: Path) -> WrittenBound | None:
    """Return the proof in a result folder with what it is about; None where ``prices.csv`` is missing or empty.

    Raises
    ------
    InputError
        For everything in ``prices.csv``, ``requirement.csv`` and ``summary.json`` that can't be read.
    """
    problems = Problems()
    reader = Folder(folder, problems)
    table = reader.table(_PRICES, folder / "prices.csv") if (folder / "prices.csv").is_file() else None
    problems.raise_if_any()
    if table is None or len(table) == 0:
        return None
    prices = _read_prices(table, inputs.plan, problems)
    requirement = _read_requirement(reader, inputs.plan)
    cost, bound = _read_summary(reader)
    problems.raise_if_any()
    assert prices is not None  # else there was a problem
    assert requirement is not None
    return WrittenBound(prices, requirement, cost, bound)


def read_claim(inputs: Inputs, folder: Path) -> BoundClaim | None:
    """Return what the files of a roster claim about its bound, with what its prices prove; None without prices.

    Raises
    ------
    InputError
        As for :func:`read_bound`.
    """
    written = read_bound(inputs, folder)
    if written is None:
        return None
    return claim_of(inputs, written.requirement, written.prices, written.cost, written.bound, _ROUNDING)


@dataclass
class _Found:
    """The rows read so far."""

    seat: FloatArray
    limits: dict[tuple[str, str], LimitPrice] = field(default_factory=dict)
    heads: dict[str, HeadWorth] = field(default_factory=dict)
    value: list[float] = field(default_factory=list)
    places: dict[tuple[str, ...], int] = field(default_factory=dict)


class _Reader:
    """Reads prices.csv row by row; a row that can't be used is a problem at its line and the reader goes on."""

    def __init__(self, cells: Cells, plan: Plan) -> None:
        self.cells, self.grid = cells, plan.plan.grid
        self.queues = [queue.id for queue in plan.queue]
        self.slots = {stamp: slot for slot, stamp in enumerate(interval_stamps(self.grid))}
        self.contracts = [contract.id for contract in plan.contract]
        self.limits = list(_limits_set(plan))
        self.found = _Found(np.zeros((len(self.queues), self.grid.n)))

    def row(self, row: int) -> None:
        """Read one row."""
        kinds = {"seat": self._seat, "limit": self._limit, "head": self._head}
        kind = self.cells.required(row, "kind", str)
        price = self.cells.required(row, "price", parse_number)
        if kind is not None and kind not in (_BOUND, *kinds):
            self.cells.error(row, "kind", f"expected one of {', '.join((_BOUND, *kinds))}, got '{kind}'")
        elif kind is not None and price is not None and not self._again(row):
            if kind == _BOUND:
                self.found.value.append(price)
            else:
                kinds[kind](row, price)

    def _again(self, row: int) -> bool:
        """Return whether an earlier row is about the same, which is a problem."""
        key = tuple(self.cells.text(row, column) for column in _COLUMNS[:5])
        before = self.found.places.setdefault(key, row)
        if before != row:
            self.cells.error(row, "", f"repeats line {self.cells.table.lines[before]}; keep one")
        return before != row

    def _seat(self, row: int, price: float) -> None:
        queue, slot = self._known(row, "queue", self.queues), self._slot(row)
        if queue is not None and slot is not None:
            self.found.seat[self.queues.index(queue), slot] = price

    def _slot(self, row: int) -> int | None:
        text = self.cells.text(row, "start")
        if text in self.slots:
            return self.slots[text]
        moment = self.cells.required(row, "start", lambda cell: parse_moment(cell, self.grid.zone)[0])
        if moment is None:
            return None
        slots = np.flatnonzero(self.grid.starts == moment.timestamp()).tolist()
        if not slots:
            expected = f"the start of a {self.grid.interval_minutes}-minute interval"
            text = f"expected {expected} from {self.grid.start} to {self.grid.end}, got '{text}'"
            self.cells.error(row, "start", text)
        return slots[0] if slots else None

    def _limit(self, row: int, price: float) -> None:
        name = self.cells.text(row, "contract"), self.cells.text(row, "limit")
        if name in self.limits:
            self.found.limits[name] = LimitPrice(*name, price)
            return
        wanted = ", ".join(f"{limit} of {contract or 'all temporary staff'}" for contract, limit in self.limits)
        got = f"{name[1] or 'nothing'} of {name[0] or 'all temporary staff'}"
        self.cells.error(row, "limit", f"expected a limit that the plan sets ({wanted or 'none'}), got {got}")

    def _head(self, row: int, price: float) -> None:
        contract = self._known(row, "contract", self.contracts)
        heads, most = (self.cells.required(row, column, _whole) for column in ("heads", "heads_max"))
        if contract is not None and heads is not None and most is not None:
            self.found.heads[contract] = HeadWorth(contract, heads, most, price)

    def _known(self, row: int, column: str, valid: Sequence[str]) -> str | None:
        text = self.cells.required(row, column, str)
        if text is not None and text not in valid:
            self.cells.error(row, column, f"unknown {column} '{text}'{nearest(text, valid)}")
        return text if text in valid else None


def _whole(text: str) -> int:
    if not text.isdecimal():
        raise ValueError(f"expected a whole number of people, got '{text}'")
    return int(text)


def _limits_set(plan: Plan) -> Iterator[tuple[str, str]]:
    """Yield (contract, limit) of each limit on heads that a plan sets."""
    scopes = [("", plan.limits.temporary), *((contract.id, contract.limits) for contract in plan.contract)]
    for name, limits in scopes:
        for limit in ("headcount_max", "share_max", "dispatch_share_max"):
            if getattr(limits, limit, None) is not None:
                yield name, limit


def _read_prices(table: Table, plan: Plan, problems: Problems) -> BoundPrices | None:
    reader = _Reader(Cells(table, problems), plan)
    for row in range(len(table)):
        reader.row(row)
    found = reader.found
    if not found.value:
        problems.error(table.file, 0, "kind", "expected one row of kind 'bound', got none")
        return None
    return BoundPrices(found.seat, tuple(found.limits.values()), tuple(found.heads.values()), found.value[0])


def _read_requirement(reader: Folder, plan: Plan) -> Requirement | None:
    path = reader.path / "requirement.csv"
    if not path.is_file():
        reader.problems.error(path.name, 0, "", f"not found in {reader.path}; without it prices.csv can't be checked")
        return None
    table = reader.table(REQUIREMENT, path)
    if table is None:
        return None
    if not table.has("agents_with_shrinkage"):
        reader.problems.error(table.file, 1, "", "column 'agents_with_shrinkage' is missing: the roster covers it")
        return None
    queues = {queue.id: queue.id for queue in plan.queue}
    values = read_series(table, REQUIREMENT, plan, queues, reader.problems).values
    agents, covered = (np.nan_to_num(values[name]) for name in ("agents_required", "agents_with_shrinkage"))
    load = np.nan_to_num(values.get("load_erlangs", np.zeros_like(agents)))
    return Requirement(plan.plan.grid, tuple(queues), load, agents, covered)


def _read_summary(reader: Folder) -> tuple[float | None, float | None]:
    """Return cost and bound as the summary claims them; None where it says nothing."""
    path = reader.path / _SUMMARY
    if not path.is_file():
        return None, None
    raw = reader.bytes_of(path)
    try:
        content = json.loads(raw or b"{}")
    except ValueError as error:
        reader.problems.error(_SUMMARY, 0, "", f"expected JSON, got: {error}")
        return None, None
    return _claimed(reader.problems, content, "cost"), _claimed(reader.problems, content, "bound")


def _claimed(problems: Problems, content: object, key: str) -> float | None:
    value = content.get(key) if isinstance(content, Mapping) else None
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        problems.error(_SUMMARY, 0, key, f"expected a number, got {value!r}")
        return None
    return float(value)
