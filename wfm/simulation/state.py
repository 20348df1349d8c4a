"""The desk while it is played: who is busy with what, who waits, and what happens next."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from wfm.simulation.model import BoolArray, Contacts, Desk, FloatArray, IntArray

__all__ = ["Agenda", "Lists", "State", "new_state"]


class Agenda(NamedTuple):
    """Items with a time each: an indexed binary heap, so that times can change and items can be taken out."""

    heap: IntArray
    place: IntArray
    time: FloatArray
    size: IntArray


class Lists(NamedTuple):
    """Doubly linked lists; an item is in at most one, ``home`` (-1 = in none)."""

    head: IntArray
    tail: IntArray
    after: IntArray
    before: IntArray
    home: IntArray


class State(NamedTuple):
    """What changes while playing.

    ``lines``: waiting contacts by queue, oldest first. ``bench``: people on no call or e-mail by group and number of
    open chats, longest in that state first. ``ends``: next completion by person. ``leaves``: end of patience by waiting
    contact.

    By person: speed ``profile`` (-1 off the seat), ``exclusive`` (on a call or e-mail), number of contacts ``opened``
    and which (``slots``), which of them ends next, ``since`` when in this state, and when last ``updated``.
    By contact: work left (``rest``, seconds of a person of speed 1) and ``pace`` (speed of its person).
    """

    lines: Lists
    bench: Lists
    ends: Agenda
    leaves: Agenda
    profile: IntArray
    exclusive: BoolArray
    opened: IntArray
    slots: IntArray
    next_slot: IntArray
    since: FloatArray
    updated: FloatArray
    rest: FloatArray
    pace: FloatArray


def _new_agenda(items: int) -> Agenda:
    return Agenda(np.empty(items, np.int64), np.full(items, -1), np.zeros(items), np.zeros(1, np.int64))


def _new_lists(lists: int, items: int) -> Lists:
    return Lists(np.full(lists, -1), np.full(lists, -1), np.full(items, -1), np.full(items, -1), np.full(items, -1))


def new_state(desk: Desk, contacts: Contacts, people: int) -> State:
    """Return an empty desk: nobody on seat, nobody waiting."""
    queues, levels = desk.speedup.shape
    n = len(contacts.arrival)
    return State(
        _new_lists(queues, n), _new_lists(len(desk.serves) * (levels + 1), people), _new_agenda(people), _new_agenda(n),
        np.full(people, -1), np.zeros(people, np.bool_), np.zeros(people, np.int64),
        np.zeros((people, levels + 1), np.int64), np.zeros(people, np.int64), np.zeros(people), np.zeros(people),
        contacts.work_seconds.copy(), np.ones(n),
    )  # fmt: skip
