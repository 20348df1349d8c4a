"""The cheapest horizon of every person: a dynamic program over days, compiled.

What a person may still do depends on little: the days in a row, and in the calendar week the days worked, the paid
hours (for the cap and the guaranteed hours) and the normal hours (for weekly overtime). Each such state is a label with
the least money so far. Labels that hold the same are merged; where there are too many, those that hold nearly the same
are merged in their favour, which can only lower the money.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wfm.compiled import kernel

__all__ = ["LABELS", "NEVER", "Days", "Rows", "Rules", "cheapest_horizons"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

NEVER = 1e299
"""More money than there is: no shift of that length may start."""
LABELS = 8192
"""Room for labels: more than any roster practice needs; at least days in a row times days of a week."""
_NOTHING, _TOO_MANY = 2.0 * NEVER, -2.0 * NEVER
_SLOTS = 1 << 15
_WIDEST = 1 << 14  # minutes: more than a week has
_MIX = 0x1E3779B97F4A7C15
_CAP, _RATE, _PREMIUM, _BANNED, _WEEK, _COUNTED = range(6)


class Rows(NamedTuple):
    """People, one row each.

    ``kind`` is the class of a person's day, -1 where no shift may start; ``held`` whether it holds published shifts,
    with their ``money``, ``paid`` and ``normal`` minutes. ``guaranteed`` are minutes per calendar week. ``terms``
    columns: cap on minutes per week, money per minute, premium per minute above the normal week, whether that is
    forbidden, the normal week's minutes, whether normal minutes are to be counted.
    """

    kind: IntArray
    held: BoolArray
    money: FloatArray
    paid: IntArray
    normal: IntArray
    guaranteed: FloatArray
    terms: FloatArray


class Days(NamedTuple):
    """Least money of a day by class, day and length; ``paid`` minutes by length, ``normal`` ones by day and length."""

    money: FloatArray
    paid: IntArray
    normal: IntArray
    week: IntArray


class Rules(NamedTuple):
    """Most days in a row (-1: no limit within these days) and most days per calendar week."""

    in_row: int
    in_week: int


class _Labels(NamedTuple):
    """Labels before a day and after it (two layers), and the table in which a label is found by what it holds.

    ``low`` are the paid minutes that the cap sees, ``high`` those that count for the guaranteed hours: they differ only
    in labels that stand for several. ``mark`` holds the number of the table's present use, and whether it ran over.
    """

    run: IntArray
    days: IntArray
    low: IntArray
    high: IntArray
    normal: IntArray
    money: FloatArray
    held: IntArray
    key: IntArray
    place: IntArray
    stamp: IntArray
    mark: IntArray


@kernel
def _slot(lb: _Labels, key: int) -> int:
    """Return the slot of the table that holds a key, or where it is to be put."""
    slot = ((key * _MIX) >> 40) & (_SLOTS - 1)
    while lb.stamp[slot] == lb.mark[0] and lb.key[slot] != key:
        slot = (slot + 1) & (_SLOTS - 1)
    return slot


@kernel
def _put(
    lb: _Labels, b: int, run: int, days: int, low: int, high: int, normal: int, money: float, width: int
) -> None:  # fmt: skip
    """Put a label into layer ``b``, merged with the one that holds the same up to ``width`` minutes."""
    key = run * 8 + min(days, 7)
    for minutes in (low, high, normal):
        key = key * _WIDEST + min(minutes, _WIDEST - 1) // width
    slot = _slot(lb, key)
    y = lb.held[b]
    if lb.stamp[slot] == lb.mark[0]:
        y = lb.place[slot]
        lb.low[b, y], lb.high[b, y] = min(lb.low[b, y], low), max(lb.high[b, y], high)
        lb.normal[b, y], lb.money[b, y] = min(lb.normal[b, y], normal), min(lb.money[b, y], money)
    elif y == lb.run.shape[1]:
        lb.mark[1] = 1
    else:
        lb.stamp[slot], lb.key[slot], lb.place[slot] = lb.mark[0], key, y
        lb.run[b, y], lb.days[b, y], lb.money[b, y] = run, days, money
        lb.low[b, y], lb.high[b, y], lb.normal[b, y] = low, high, normal
        lb.held[b] += 1


@kernel
def _work(
    lb: _Labels, a: int, x: int, money: float, paid: int, normal: int, terms: FloatArray, most: float, rules: Rules,
    width: int, checked: bool,
) -> None:  # fmt: skip
    """Put what follows on label ``x`` of layer ``a`` when a day is worked; nothing where that breaks a rule."""
    run, days, low, before = lb.run[a, x], lb.days[a, x], lb.low[a, x], lb.normal[a, x]
    if checked and (
        run + 1 > rules.in_row >= 0
        or days + 1 > rules.in_week
        or low + paid > terms[_CAP] + 1e-6
        or (terms[_BANNED] > 0.0 and before + normal > terms[_WEEK] + 1e-6)
    ):
        return
    weekly = max(0.0, before + normal - terms[_WEEK]) - max(0.0, before - terms[_WEEK])
    run = 0 if rules.in_row < 0 else min(run + 1, rules.in_row)
    low = low + paid if terms[_CAP] < _WIDEST else 0
    high = min(lb.high[a, x] + paid, int(np.ceil(most)))
    after = min(before + normal, int(np.ceil(terms[_WEEK]))) if terms[_COUNTED] > 0.0 else 0
    _put(lb, 1 - a, run, days + 1, low, high, after, lb.money[a, x] + money + weekly * terms[_PREMIUM], width)


@kernel
def _end_week(lb: _Labels, a: int, terms: FloatArray, guaranteed: float) -> None:
    """Pay the guaranteed hours that nobody worked; what is left of each label of layer ``a`` is its days in a row."""
    count = lb.held[a]
    lb.held[a] = 0
    lb.mark[0] += 1
    for x in range(count):
        money = lb.money[a, x] + max(0.0, guaranteed - lb.high[a, x]) * terms[_RATE]
        _put(lb, a, lb.run[a, x], 0, 0, 0, 0, money, 1)


@kernel
def _horizon(lb: _Labels, rows: Rows, p: int, days: Days, rules: Rules, width: int, checked: bool) -> float:
    """Return the least money of one person's days; ``_NOTHING`` where no days keep the rules, ``_TOO_MANY`` labels."""
    terms, last, a = rows.terms[p], len(days.week) - 1, 0
    lb.mark[0] += 1
    lb.mark[1], lb.held[0] = 0, 0
    _put(lb, 0, 0, 0, 0, 0, 0, 0.0, 1)
    for d in range(last + 1):
        most, kind = rows.guaranteed[p, days.week[d]], rows.kind[p, d]
        lb.mark[0] += 1
        lb.held[1 - a] = 0
        for x in range(lb.held[a]):
            if rows.held[p, d]:
                money, paid, normal = rows.money[p, d], rows.paid[p, d], rows.normal[p, d]
                _work(lb, a, x, money, paid, normal, terms, most, rules, width, checked)
                continue
            _put(lb, 1 - a, 0, lb.days[a, x], lb.low[a, x], lb.high[a, x], lb.normal[a, x], lb.money[a, x], width)
            for k in range(len(days.paid) if kind >= 0 else 0):
                money, paid, normal = days.money[kind, d, k], days.paid[k], days.normal[d, k]
                if money < NEVER:
                    _work(lb, a, x, money, paid, normal, terms, most, rules, width, True)
        a = 1 - a
        if lb.mark[1]:
            return _TOO_MANY
        if d == last or days.week[d + 1] != days.week[d]:
            _end_week(lb, a, terms, most)
    found = _NOTHING
    for x in range(lb.held[a]):
        found = min(found, lb.money[a, x])
    return found


@kernel
def cheapest_horizons(rows: Rows, days: Days, rules: Rules, room: int) -> FloatArray:
    """Return the least money of each person: wages less what they cover, unused guaranteed hours included.

    Published shifts are held to the rules together with the others; where they break one by themselves, they are not.
    ``room`` is how many labels are kept apart, usually :data:`LABELS`.
    """
    ints = (2, room)
    lb = _Labels(
        np.zeros(ints, dtype=np.int64), np.zeros(ints, dtype=np.int64), np.zeros(ints, dtype=np.int64),
        np.zeros(ints, dtype=np.int64), np.zeros(ints, dtype=np.int64), np.zeros(ints), np.zeros(2, dtype=np.int64),
        np.zeros(_SLOTS, dtype=np.int64), np.zeros(_SLOTS, dtype=np.int64), np.zeros(_SLOTS, dtype=np.int64),
        np.zeros(2, dtype=np.int64),
    )  # fmt: skip
    found = np.zeros(len(rows.kind))
    for p in range(len(rows.kind)):
        width, money = 1, _TOO_MANY
        while money == _TOO_MANY:
            money = _horizon(lb, rows, p, days, rules, width, True)
            if money == _NOTHING:
                money = _horizon(lb, rows, p, days, rules, width, False)
            width *= 2
        found[p] = money
    return found
