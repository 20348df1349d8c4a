"""Cheapest shifts of every class and day at given prices, and the coverage that they give."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from scheduling.classes import PeopleClass
from scheduling.options import ShiftOptions
from scheduling.patterns import fine_step, pause_windows, presence
from scheduling.problem import PREMIUM_KINDS, RosterProblem

__all__ = ["ShiftValues", "Spread", "shift_wage"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


def shift_wage(problem: RosterProblem, options: ShiftOptions, contract: int) -> FloatArray:
    """Return the wage of each option per day with daily overtime or holiday pay, without weekly overtime."""
    terms, rules = problem.contracts[contract], problem.rules
    overtime = np.maximum(0.0, options.paid - rules.normal_hours_per_day)
    factor = rules.overtime_pay - 1.0 if terms.kind in PREMIUM_KINDS else 0.0
    holiday = 1.0 if terms.kind == "outsourced" else rules.holiday_pay
    plain = options.paid + overtime * factor
    hours = np.where(problem.holiday[:, None], options.paid * holiday, plain)
    return np.asarray(hours * terms.cost_per_hour, dtype=np.float64)


@dataclass(frozen=True)
class Spread:
    """Soft choice at some prices: weights of shifts (classes, days, options), of pauses and of queues."""

    shift: FloatArray
    pauses: list[FloatArray]
    queue: FloatArray


class ShiftValues:
    """All (day, option) places once, and for every skill class what a shift there earns at given prices."""

    def __init__(
        self, problem: RosterProblem, options: ShiftOptions, classes: Sequence[PeopleClass], speeds: FloatArray
    ) -> None:
        self.problem, self.options, self.classes, self.speeds = problem, options, classes, speeds
        self.day, self.option = np.nonzero(options.start >= 0)
        self.whole = _presence_matrix(problem, options, self.day, self.option)
        self.windows = _window_matrices(problem, options, self.day, self.option)
        cells = [(c, self._cells(people)) for c, people in enumerate(classes)]
        self.cell_class = np.concatenate([np.full(len(k), c) for c, k in cells]).astype(np.int64)
        self.cell = np.concatenate([k for _, k in cells]).astype(np.int64)
        day = self.day[self.cell]
        self.group = np.array([p.group for p in classes])[self.cell_class, day]
        self.scale = np.array([p.scale for p in classes])[self.cell_class, day]
        wages = [shift_wage(problem, options, p.like.contract) for p in classes]
        self.wage = np.array([wages[c][d, o] for c, d, o in zip(
            self.cell_class, day, self.option[self.cell], strict=True)])  # fmt: skip
        self.segment = self.cell_class * problem.days + day
        self.order = np.argsort(self.segment, kind="stable")
        for name in ("cell_class", "cell", "group", "scale", "wage", "segment"):
            setattr(self, name, getattr(self, name)[self.order])
        self.segments, self.first = np.unique(self.segment, return_index=True)
        self.must = options.owner[self.option[self.cell]] >= 0
        self.hire_cost = np.array([_hire_cost(problem, p) for p in classes])

    def _cells(self, people: PeopleClass) -> IntArray:
        """Return the (day, option) places that the class may work."""
        allowed = np.isin(self.option, people.options) & (people.heads[self.day] > 0)
        if people.like.no_night:
            allowed &= ~self.options.night[self.day, self.option]
        return np.flatnonzero(allowed)

    def cheapest(self, queue: FloatArray, extra: FloatArray, temperature: float) -> tuple[FloatArray, Spread]:
        """Return the (soft) cheapest shift, at most 0, per class and day: (classes, days).

        Parameters
        ----------
        queue : float array (queues, intervals)
            Prices of agents.
        extra : float array (cells,)
            What the weekly rows add to each shift.
        temperature : float
            Of the soft minimum; 0 = the minimum itself.
        """
        worth, by_queue = _dearest_queue(queue, self.speeds, temperature)
        earned = worth @ self.whole.T
        pauses = []
        for rows, windows, _ in self.windows:
            cost = np.asarray(worth @ windows.T).reshape(len(worth), len(rows), -1)
            low, weight = _soft_min(cost, temperature)
            earned[:, rows] -= low
            pauses.append(weight)
        reduced = self.wage + extra - self.scale * earned[self.group, self.cell]
        best, weight = self._choose(reduced, temperature)
        return best, Spread(weight, pauses, by_queue)

    def _choose(self, reduced: FloatArray, temperature: float) -> tuple[FloatArray, FloatArray]:
        shape = (len(self.classes), self.problem.days)
        low = np.minimum(0.0, np.minimum.reduceat(reduced, self.first)) if len(reduced) else np.zeros(0)
        counts = np.diff(np.append(self.first, len(reduced)))
        best = np.zeros(shape[0] * shape[1])
        if temperature <= 0:
            weight = np.zeros(len(reduced))
            best[self.segments] = low
            return best.reshape(shape), weight
        shifted = np.exp(-(reduced - np.repeat(low, counts)) / temperature)
        total = np.add.reduceat(shifted, self.first) + np.exp(low / temperature)
        best[self.segments] = low - temperature * np.log(total)
        return best.reshape(shape), shifted / np.repeat(total, counts)

    def use(self, spread: Spread, share: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the agents served per queue and interval, and heads per cell, for heads per class and day."""
        heads = spread.shift * share.ravel()[self.segment]
        scaled = heads * self.scale
        place = self.group * len(self.day) + self.cell
        amount = np.bincount(place, weights=scaled, minlength=len(self.speeds) * len(self.day))
        amount = amount.reshape(len(self.speeds), len(self.day))
        seat = amount @ self.whole
        for (rows, windows, _), weight in zip(self.windows, spread.pauses, strict=True):
            seat -= (weight * amount[:, rows, None]).reshape(len(amount), -1) @ windows
        served = np.einsum("gqt,gt,gq->qt", spread.queue, seat, self.speeds)
        return served, heads


def _hire_cost(problem: RosterProblem, people: PeopleClass) -> float:
    if people.hire is None:
        return 0.0
    contract = problem.contracts[people.like.contract]
    training = people.hire.training_in_horizon * contract.training_hours_per_day * contract.cost_per_hour
    return people.hire.cost + training


def _dearest_queue(queue: FloatArray, speeds: FloatArray, temperature: float) -> tuple[FloatArray, FloatArray]:
    """Return what an hour on seat is worth per skill class and interval, and the (soft) choice of queue."""
    offers = speeds[:, :, None] * queue[None, :, :]
    offers = np.where(speeds[:, :, None] > 0, offers, -np.inf)
    offers[~(speeds > 0).any(axis=1)] = 0.0
    low, weight = _soft_min(-np.swapaxes(offers, 1, 2), temperature * 0.05)
    return -low, np.swapaxes(weight, 1, 2)


def _soft_min(cost: FloatArray, temperature: float) -> tuple[FloatArray, FloatArray]:
    """Return the soft minimum over the last axis (never above the minimum) and the weights that attain it."""
    low = cost.min(axis=-1)
    if temperature <= 0:
        return low, np.zeros_like(cost)
    shifted = np.exp(-(cost - low[..., None]) / temperature)
    total = shifted.sum(axis=-1)
    return low - temperature * np.log(total), shifted / total[..., None]


def _presence_matrix(problem: RosterProblem, options: ShiftOptions, day: IntArray, option: IntArray) -> csr_array:
    """Return the share of each interval inside each placed shift: sparse (places, intervals)."""
    spans = [(int(options.start[d, o]), int(options.minutes[o])) for d, o in zip(day, option, strict=True)]
    return _rows(problem, spans)


def _rows(problem: RosterProblem, spans: Sequence[tuple[int, int]]) -> csr_array:
    interval, slots = problem.grid.interval_minutes, problem.grid.n
    rows, columns, values = [], [], []
    for number, (start, minutes) in enumerate(spans):
        share = presence(minutes, start % interval, interval, ())
        slot = start // interval
        inside = np.arange(len(share))[: max(0, slots - slot)]
        rows.append(np.full(len(inside), number))
        columns.append(slot + inside)
        values.append(share[inside])
    join = [np.concatenate([*part, np.zeros(0)]) for part in (rows, columns, values)]
    return csr_array((join[2], (join[0].astype(np.int64), join[1].astype(np.int64))), shape=(len(spans), slots))


def _window_matrices(
    problem: RosterProblem, options: ShiftOptions, day: IntArray, option: IntArray
) -> list[tuple[IntArray, csr_array, int]]:
    """Return for each pause (places with it, presence of every possible position, positions per place).

    Places with the same number of positions go together; a position is where the pause may lie, whatever the others do.
    """
    found: dict[int, tuple[list[int], list[tuple[int, int]]]] = {}
    windows = {
        o: pause_windows(problem.templates[options.template[o]] if options.template[o] >= 0 else None,
                         int(options.minutes[o]), int(options.start[:, o].max()) % problem.grid.interval_minutes,
                         problem.grid.interval_minutes, fine_step(problem))
        for o in np.unique(option).tolist()
    }  # fmt: skip
    deepest = max((len(w) for w in windows.values()), default=0)
    result = []
    for number in range(deepest):
        found = {}
        for place, (d, o) in enumerate(zip(day.tolist(), option.tolist(), strict=True)):
            if number < len(windows[o]):
                begin = int(options.start[d, o])
                rows, spans = found.setdefault(len(windows[o][number]), ([], []))
                rows.append(place)
                spans.extend((begin + start, end - start) for start, end in windows[o][number])
        for count, (rows, spans) in sorted(found.items()):
            result.append((np.array(rows, dtype=np.int64), _rows(problem, spans), count))
    return result
