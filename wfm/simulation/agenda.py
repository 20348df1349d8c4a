"""What happens next, who waits, who is free: two heaps, and lists."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from wfm.compiled import part
from wfm.simulation.model import FloatArray, IntArray

__all__ = [
    "Agenda", "Heap", "Lists", "append", "new_agenda", "new_heap", "new_lists", "pop", "push", "remove", "schedule",
]  # fmt: skip


class Lists(NamedTuple):
    """Doubly linked lists; an item is in at most one, ``home`` (-1 = in none)."""

    head: IntArray
    tail: IntArray
    after: IntArray
    before: IntArray
    home: IntArray


class Agenda(NamedTuple):
    """Items with a time each, ``inf`` for never: a binary heap that holds every item; 0 is the first.

    ``place`` says where an item is. Two endless times behind the last spare a comparison.
    """

    time: FloatArray
    item: IntArray
    place: IntArray


class Heap(NamedTuple):
    """Entries in order of ``time``: a binary heap."""

    entry: IntArray
    time: FloatArray
    size: IntArray


def new_lists(lists: int, items: int) -> Lists:
    """Return so many empty lists."""
    return Lists(np.full(lists, -1), np.full(lists, -1), np.full(items, -1), np.full(items, -1), np.full(items, -1))


def new_heap(entries: int) -> Heap:
    """Return a heap with room for so many entries."""
    return Heap(np.empty(entries, np.int64), np.empty(entries), np.zeros(1, np.int64))


def new_agenda(items: int) -> Agenda:
    """Return an agenda in which all times are endless."""
    return Agenda(np.full(items + 2, np.inf), np.arange(items + 2), np.arange(items))


@part
def schedule(ends: Agenda, item: int, time: float) -> None:
    """Set the time of an item; ``inf`` takes it out."""
    i = ends.place[item]
    size = len(ends.place)
    if i > 0 and ends.time[(i - 1) >> 1] > time:
        while i > 0:
            up = (i - 1) >> 1
            if ends.time[up] <= time:
                break
            _move(ends, up, i)
            i = up
    else:
        while 2 * i + 1 < size:
            down = 2 * i + 1
            down += int(ends.time[down + 1] < ends.time[down])  # no branch: which child it is cannot be guessed
            if ends.time[down] >= time:
                break
            _move(ends, down, i)
            i = down
    ends.time[i], ends.item[i], ends.place[item] = time, item, i


@part
def _move(ends: Agenda, place: int, to: int) -> None:
    item = ends.item[place]
    ends.time[to], ends.item[to], ends.place[item] = ends.time[place], item, to


@part
def append(lists: Lists, which: int, item: int) -> None:
    """Put an item that is in no list at the end of one."""
    last = lists.tail[which]
    lists.home[item], lists.before[item], lists.after[item] = which, last, -1
    lists.tail[which] = item
    if last < 0:
        lists.head[which] = item
    else:
        lists.after[last] = item


@part
def remove(lists: Lists, item: int) -> None:
    """Take an item out of its list; one that is in none stays so."""
    which = lists.home[item]
    if which < 0:
        return
    before, after = lists.before[item], lists.after[item]
    if before < 0:
        lists.head[which] = after
    else:
        lists.after[before] = after
    if after < 0:
        lists.tail[which] = before
    else:
        lists.before[after] = before
    lists.home[item] = -1


@part
def push(heap: Heap, entry: int, time: float) -> None:
    """Put in an entry."""
    i = heap.size[0]
    heap.size[0] = i + 1
    while i > 0:
        up = (i - 1) >> 1
        if heap.time[up] <= time:
            break
        heap.entry[i], heap.time[i] = heap.entry[up], heap.time[up]
        i = up
    heap.entry[i], heap.time[i] = entry, time


@part
def pop(heap: Heap) -> int:
    """Take out the first entry and return it; there must be one."""
    first = heap.entry[0]
    size = heap.size[0] - 1
    heap.size[0] = size
    entry, time = heap.entry[size], heap.time[size]
    i = 0
    while 2 * i + 1 < size:
        down = 2 * i + 1
        if down + 1 < size and heap.time[down + 1] < heap.time[down]:
            down += 1
        if heap.time[down] >= time:
            break
        heap.entry[i], heap.time[i] = heap.entry[down], heap.time[down]
        i = down
    heap.entry[i], heap.time[i] = entry, time
    return int(first)
