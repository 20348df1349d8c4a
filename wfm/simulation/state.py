"""The desk while it is played: who is busy with what, who waits, and what happens next."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from wfm.simulation.agenda import Agenda, Heap, Lists, new_agenda, new_heap, new_lists
from wfm.simulation.model import BoolArray, Contacts, Desk, FloatArray, IntArray

__all__ = ["BENCHES", "State", "new_state"]

BENCHES = 64
"""Lists of people by number of open chats, for each group; more than anybody may have open."""


class State(NamedTuple):
    """What changes while playing.

    ``head``, ``tail``, ``after``: waiting contacts by queue, oldest first. ``bench``: people on no call or e-mail by
    group and number of open chats, longest in that state first; bit ``k`` of ``room`` (groups) says that there are
    some with ``k``. ``ends``: next completion by person. ``coming``: contacts that come back.

    By person: speed ``profile`` (-1 off the seat), ``exclusive`` (on a call or e-mail), number of contacts ``opened``,
    how many of them are chats that the customer has left (``phantoms``), which of them ends next, ``since`` when in
    this state, when last ``updated``, and the integral of the open chats (``chatted``).
    By person and place: the open contact (``slots``), its work left (``rest``, seconds of a person of speed 1), its
    ``pace`` (speed of the person, 0 = a phantom), whether it is handled ``wrong``, and the person's ``chatted`` when it
    was taken (``mark``).
    """

    head: IntArray
    tail: IntArray
    after: IntArray
    bench: Lists
    room: IntArray
    ends: Agenda
    coming: Heap
    profile: IntArray
    exclusive: BoolArray
    opened: IntArray
    phantoms: IntArray
    next_slot: IntArray
    since: FloatArray
    updated: FloatArray
    chatted: FloatArray
    slots: IntArray
    rest: FloatArray
    pace: FloatArray
    wrong: BoolArray
    mark: FloatArray


def new_state(desk: Desk, contacts: Contacts, people: int) -> State:
    """Return an empty desk: nobody on seat, nobody waiting."""
    queues, most = desk.speedup.shape
    n, groups, places = len(contacts.arrival), len(desk.serves), (people, most + 1)
    return State(
        np.full(queues, -1), np.full(queues, -1), np.empty(n, np.int64), new_lists(groups * BENCHES, people),
        np.zeros(groups, np.int64), new_agenda(people), new_heap(2 * len(contacts.comebacks.origin)),
        np.full(people, -1), np.zeros(people, np.bool_), np.zeros(people, np.int64), np.zeros(people, np.int64),
        np.zeros(people, np.int64), np.zeros(people), np.zeros(people), np.zeros(people), np.zeros(places, np.int64),
        np.zeros(places), np.zeros(places), np.zeros(places, np.bool_), np.zeros(places),
    )  # fmt: skip
