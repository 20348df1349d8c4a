"""From numbers of people per day and shift to tours: who works what, so that everybody has enough days and hours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

__all__ = ["Needs", "Tours", "build_tours"]

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
_NEVER = 1e9
_FAULT = 100_000
_IDLE_STRETCHES = 150


@dataclass(frozen=True)
class Needs:
    """Hours of each shift, and the least days and hours of everybody."""

    shift_hours: IntArray
    days: int
    hours: int


@dataclass(frozen=True)
class Tours:
    """What came of the numbers.

    Attributes
    ----------
    wrong : int array
        People of the class whose tour breaks a rule or has too few days or hours.
    mended : int array of shape (people, days) or None
        Shift per person and day (-1 off), with more work where somebody had too little; None where a rule is broken.
    """

    wrong: IntArray
    mended: IntArray | None


def build_tours(count: IntArray, banned: BoolArray, apart: BoolArray, needs: Needs, cost: IntArray, seed: int) -> Tours:
    """Return tours with exactly ``count[day, shift]`` people at work, as even as they get.

    Parameters
    ----------
    count : int array of shape (days, shifts)
        How many work what.
    banned : bool array of shape (people, days, shifts)
        What may not be given to whom.
    apart : bool array of shape (shifts, shifts)
        The second may not follow the first on the next day.
    needs : Needs
        What everybody must reach.
    cost : int array of shape (shifts,)
        What one more shift costs, for mending.
    seed : int
        For ties.
    """
    builder = _Builder(count, banned, apart, needs)
    builder.deal()
    builder.exchange(seed)
    missing = builder.missing() > 0
    wrong = np.flatnonzero(missing | builder.broken())
    if builder.broken().any():
        return Tours(wrong, None)
    return Tours(wrong, builder.mend(cost) if missing.any() else builder.roster)


class _Builder:
    """A roster of one class, with day off as the last kind of shift (its rules: none)."""

    def __init__(self, count: IntArray, banned: BoolArray, apart: BoolArray, needs: Needs) -> None:
        self.people, self.days, shifts = banned.shape
        self.count, self.needs, self.off = count, needs, shifts
        self.banned = np.concatenate([banned, np.zeros((self.people, self.days, 1), dtype=np.bool_)], axis=2)
        self.apart = np.zeros((shifts + 1, shifts + 1), dtype=np.bool_)
        self.apart[:shifts, :shifts] = apart
        self.hours = np.append(needs.shift_hours, 0)
        self.works = (np.arange(shifts + 1) < shifts).astype(np.int64)
        self.kinds = np.full((self.people, self.days), shifts, dtype=np.int64)
        self.per_day = max(1, int(needs.shift_hours.max()))

    @property
    def roster(self) -> IntArray:
        return np.where(self.kinds == self.off, -1, self.kinds)

    def deal(self) -> None:
        """Hand out each day so that the squares of hours and days so far stay small: who had least gets most."""
        hours, worked = np.zeros(self.people), np.zeros(self.people)
        for day in range(self.days):
            kinds = np.repeat(np.arange(self.off), self.count[day])
            kinds = np.append(kinds, np.full(self.people - len(kinds), self.off)).astype(np.int64)
            price = np.multiply.outer(hours / self.per_day, self.hours[kinds] / self.per_day)
            price += np.multiply.outer(worked, self.works[kinds])
            price[self.banned[:, day][:, kinds]] = _NEVER
            if day:
                price[self.apart[self.kinds[:, day - 1]][:, kinds]] = _NEVER
            people, given = linear_sum_assignment(price)
            self.kinds[people, day] = kinds[given]
            hours += self.hours[self.kinds[:, day]]
            worked += self.works[self.kinds[:, day]]

    def missing(self) -> IntArray:
        """Return per person what is missing: days, and hours in days."""
        return self._missing(self.works[self.kinds].sum(axis=1), self.hours[self.kinds].sum(axis=1))

    def _missing(self, worked: IntArray, hours: IntArray) -> IntArray:
        days = np.maximum(0, self.needs.days - worked) * self.per_day
        return np.asarray(days + np.maximum(0, self.needs.hours - hours), dtype=np.int64)

    def broken(self) -> BoolArray:
        """Return who has a banned shift or a forbidden succession."""
        people, days = np.indices(self.kinds.shape)
        bad = self.banned[people, days, self.kinds].any(axis=1)
        return np.asarray(bad | self.apart[self.kinds[:, :-1], self.kinds[:, 1:]].any(axis=1), dtype=np.bool_)

    def exchange(self, seed: int) -> None:
        """Deal stretches of days out again among everybody, the best way each time, until nothing is missing.

        A matching puts every stretch to the person whom it leaves with least missing. Ties fall at random, so what is
        stuck gets loose; it ends after so many stretches without progress.
        """
        random = np.random.default_rng(seed)
        best, idle = self._faults(), 0
        while best > 0 and idle < _IDLE_STRETCHES and self.people > 1:
            begin, end = sorted(random.choice(self.days + 1, 2, replace=False).tolist())
            if random.random() < 0.5:
                begin = 0
            if end - begin < self.days:
                self._deal_again(begin, end, random)
            now = self._faults()
            best, idle = (now, 0) if now < best else (best, idle + 1)

    def _faults(self) -> int:
        return int(self.missing().sum()) + int(self.broken().sum()) * _FAULT

    def _deal_again(self, begin: int, end: int, random: np.random.Generator) -> None:
        """Match everybody's days from ``begin`` to before ``end`` with the people anew."""
        inside = self.kinds[:, begin:end]
        gains = [kind[inside].sum(axis=1) for kind in (self.works, self.hours)]
        rests = [
            kind[self.kinds].sum(axis=1) - gain for kind, gain in zip((self.works, self.hours), gains, strict=True)
        ]
        price = self._missing(*(np.add.outer(r, g) for r, g in zip(rests, gains, strict=True))).astype(np.float64)
        price += random.random(price.shape) * (0.5 / self.people)
        if begin:
            price += _FAULT * self.apart[self.kinds[:, begin - 1]][:, inside[:, 0]]
        if end < self.days:
            price += _FAULT * self.apart[:, self.kinds[:, end]][inside[:, -1]].T
        days = np.arange(begin, end)
        for person in np.flatnonzero(self.banned[:, begin:end].any(axis=(1, 2))):
            price[person] += _FAULT * self.banned[person, days, inside].sum(axis=1)
        people, given = linear_sum_assignment(price)
        self.kinds[people, begin:end] = inside[given]

    def _missing_of(self, person: int) -> int:
        kinds = self.kinds[person]
        return int(self._missing(self.works[kinds].sum(), self.hours[kinds].sum()))

    def mend(self, cost: IntArray) -> IntArray | None:
        """Return the roster with more work for whoever has too little; None where that is impossible day by day."""
        for person in np.flatnonzero(self.missing() > 0):
            while self._missing_of(int(person)) > 0:
                if not self._add(int(person), cost):
                    return None
        return self.roster

    def _add(self, person: int, cost: IntArray) -> bool:
        """Fill a day off with the cheapest shift that keeps all rules."""
        kinds = self.kinds[person]
        for shift in np.argsort(cost, kind="stable"):
            for day in np.flatnonzero(kinds == self.off):
                before = day > 0 and self.apart[kinds[day - 1], shift]
                after = day + 1 < self.days and self.apart[shift, kinds[day + 1]]
                if not (before or after or self.banned[person, day, shift]):
                    kinds[day] = shift
                    return True
        return False
