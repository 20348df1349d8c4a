"""The desk while it is played: who is busy with what, who waits, and what happens next."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from wfm.simulation.agenda import Heap, Lists, new_heap, new_lists, new_tournament
from wfm.simulation.model import BoolArray, Contacts, Desk, FloatArray, IntArray

__all__ = ["BENCHES", "State", "new_state"]

BENCHES = 64
"""Lists of people by number of open chats, for each group; more than anybody may have open."""


class State(NamedTuple):
    """What changes while playing.

    ``head``, ``tail``, ``after``: waiting contacts by queue, oldest first. ``bench``: people on no call or e-mail by
    group and number of open chats, longest in that state first; bit ``k`` of ``room`` (groups) says that there are
    some with ``k``. ``ends``: next completion by person. ``coming``: contacts that come back.

    By person: speed ``profile`` (-1 off the seat), ``exclusive`` (on a call or e-mail), number of contacts ``opened``
    and which (``slots``), how many of them are chats that the customer has left (``phantoms``), which ends next,
    ``since`` when in this state, when last ``updated``, and the integral of the open chats (``chatted``).
    By contact: work left (``rest``, seconds of a person of speed 1), ``pace`` (speed of its person, 0 = a phantom),
    whether it is handled ``wrong``, and the person's ``chatted`` when it was taken (``mark``).
    """

    head: IntArray
    tail: IntArray
    after: IntArray
    bench: Lists
    room: IntArray
    ends: FloatArray
    coming: Heap
    profile: IntArray
    exclusive: BoolArray
    opened: IntArray
    phantoms: IntArray
    slots: IntArray
    next_slot: IntArray
    since: FloatArray
    updated: FloatArray
    chatted: FloatArray
    rest: FloatArray
    pace: FloatArray
    wrong: BoolArray
    mark: FloatArray


def new_state(desk: Desk, contacts: Contacts, people: int, levels: bool) -> State:
    """Return an empty desk: nobody on seat, nobody waiting; ``levels``: open chats are recorded."""
    queues, most = desk.speedup.shape
    n, groups = len(contacts.arrival), len(desk.serves)
    return State(
        np.full(queues, -1), np.full(queues, -1), np.empty(n, np.int64), new_lists(groups * BENCHES, people),
        np.zeros(groups, np.int64), new_tournament(people), new_heap(2 * len(contacts.comebacks.origin)),
        np.full(people, -1), np.zeros(people, np.bool_), np.zeros(people, np.int64), np.zeros(people, np.int64),
        np.zeros((people, most + 1), np.int64), np.zeros(people, np.int64), np.zeros(people), np.zeros(people),
        np.zeros(people), contacts.work_seconds.copy(), np.empty(n),
        np.zeros(len(contacts.comebacks.again), np.bool_), np.empty(n if levels else 0),
    )  # fmt: skip
