"""What is played: queues and people as arrays, the contacts and seats of one replication, and what became of them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["CHANNELS", "CHAT", "EMAIL", "PHONE", "Contacts", "Demand", "Desk", "Outcome", "Presence", "Seats"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

PHONE, CHAT, EMAIL = 0, 1, 2
CHANNELS = {"phone": PHONE, "chat": CHAT, "email": EMAIL}


class Demand(NamedTuple):
    """How contacts arrive: ``queues`` x ``intervals``.

    Attributes
    ----------
    key : uint64 array (queues,)
        Names each queue's stream of random numbers, so that other queues don't disturb it.
    interval_seconds : float
    aht_seconds : float array (queues, intervals)
        Mean time of one person of speed 1 for one contact handled alone; above 0.
    patience_seconds : float array (queues,)
        Mean of the exponential patience, ``inf`` when nobody leaves.
    containment : float array (queues, intervals)
        Share that a bot keeps from people.
    """

    key: NDArray[np.uint64]
    interval_seconds: float
    aht_seconds: FloatArray
    patience_seconds: FloatArray
    containment: FloatArray


class Desk(NamedTuple):
    """How people serve queues.

    Attributes
    ----------
    channel, concurrency, priority : int arrays (queues,)
    speedup : float array (queues, levels)
        Throughput with 1..concurrency open chats relative to one; the last level is repeated to the right.
    allowance_seconds : float array (queues,)
        Added to the arrival time where waiting contacts are compared: the deadline of e-mail, 0 for live contacts.
    speed : float array (profiles, queues)
        Relative speed of a person with that profile; 0 = does not serve the queue.
    group : int array (profiles,)
        Profiles that serve the same queues form a group.
    serves : bool array (groups, queues)
    groups_of : int array (queues, groups)
        Groups that serve each queue, -1 behind the last.
    """

    channel: IntArray
    concurrency: IntArray
    priority: IntArray
    speedup: FloatArray
    allowance_seconds: FloatArray
    speed: FloatArray
    group: IntArray
    serves: BoolArray
    groups_of: IntArray


class Presence(NamedTuple):
    """Who is rostered on seat when: stretches in order of person and time, seconds after the horizon's start.

    Attributes
    ----------
    key : uint64 array (people,)
        Names each person's stream of random numbers.
    person, profile : int arrays (stretches,)
    start, end : float arrays (stretches,)
    shrinkage : float array (profiles,)
        Probability in [0, 1] that the person is off the seat for a half-hour block, unplanned.
    """

    key: NDArray[np.uint64]
    person: IntArray
    profile: IntArray
    start: FloatArray
    end: FloatArray
    shrinkage: FloatArray


class Contacts(NamedTuple):
    """The contacts of one replication that reach people, in order of arrival: arrays (contacts,).

    ``work_seconds`` is what a person of speed 1 needs for it alone.
    """

    queue: IntArray
    interval: IntArray
    arrival: FloatArray
    patience: FloatArray
    work_seconds: FloatArray


class Seats(NamedTuple):
    """Comings and goings of one replication in order of time; ``profile`` -1 = leaves the seat."""

    time: FloatArray
    person: IntArray
    profile: IntArray


class Outcome(NamedTuple):
    """When each contact was answered, finished or abandoned: seconds after the start, NaN = not before the end."""

    answered: FloatArray
    finished: FloatArray
    abandoned: FloatArray
