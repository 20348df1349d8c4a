"""Rules for people who stand for one another: the sets of Hall's condition, and the profiles that suffice."""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import chain, combinations

import numpy as np
from numpy.typing import NDArray

__all__ = ["blocks", "least_profiles", "subsets"]

IntArray = NDArray[np.int64]
_MIXES_MOST = 5000
_SHIFTS_MOST = 8


def subsets(shifts: IntArray) -> list[IntArray]:
    """Return all subsets but the empty one; for more than eight shifts only single ones and all together."""
    if len(shifts) > _SHIFTS_MOST:
        return [*(shifts[i : i + 1] for i in range(len(shifts))), shifts]
    sizes = range(1, len(shifts) + 1)
    return [np.array(some, dtype=np.int64) for some in chain.from_iterable(combinations(shifts, n) for n in sizes)]


def blocks(apart: NDArray[np.bool_]) -> list[tuple[list[int], list[int]]]:
    """Return all largest pairs of sets (before, after) of shifts in which every succession is forbidden."""
    closed = {frozenset(np.flatnonzero(row).tolist()) for row in apart}
    grown = set(closed)
    while grown:
        closed |= grown
        grown = {a & b for a in closed for b in closed} - closed
    return [
        ([s for s, row in enumerate(apart) if all(row[list(after)])], sorted(after))
        for after in sorted(closed, key=sorted)
        if after
    ]


@lru_cache(maxsize=16)
def least_profiles(lengths: tuple[int, ...], days: int, least: int, hours: int) -> tuple[tuple[int, ...], ...] | None:
    """Return the least numbers of shifts per length that give enough days and hours; None when there are too many."""
    if math.comb(days + len(lengths) - 1, len(lengths) - 1) > _MIXES_MOST:
        return None
    found: set[tuple[int, ...]] = set()

    def grow(chosen: tuple[int, ...], left: int, need_days: int, need_hours: int) -> None:
        length = lengths[len(chosen)]
        if len(chosen) == len(lengths) - 1:
            last = max(0, need_days, -(-need_hours // length) if length > 0 else 0)
            if last <= left and last * length >= need_hours:
                found.add((*chosen, last))
            return
        for number in range(left + 1):
            grow((*chosen, number), left - number, need_days - number, need_hours - number * length)

    grow((), days, least, hours)
    table = np.array(sorted(found), dtype=np.int64).reshape(-1, len(lengths))
    keep = [row for row in table if (np.all(table <= row, axis=1).sum() == 1)]
    return tuple(tuple(row.tolist()) for row in keep)
