"""What is played: queues and people as arrays, the contacts and seats of one replication, and what became of them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "CHANNELS", "CHAT", "EMAIL", "LEAST_BUSY", "MOST_BUSY", "PHONE", "Comebacks", "Contacts", "Demand", "Desk",
    "Outcome", "Presence", "Seats", "no_comebacks", "plain_contacts",
]  # fmt: skip

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
KeyArray = NDArray[np.uint64]

PHONE, CHAT, EMAIL = 0, 1, 2
CHANNELS = {"phone": PHONE, "chat": CHAT, "email": EMAIL}
LEAST_BUSY, MOST_BUSY = 0, 1


class Demand(NamedTuple):
    """How contacts arrive: ``queues`` x ``intervals``.

    Attributes
    ----------
    key : uint64 array (queues,)
        Names each queue's stream of random numbers, so that other queues don't disturb it.
    interval_seconds : float
    aht_seconds : float array (queues, intervals)
        Mean time of one person of speed 1 for one contact handled alone; above 0.
    slope : float array (queues, intervals)
        Change of the logarithm of the arrival rate over the interval (:mod:`wfm.arrival_shape`).
    containment : float array (queues, intervals)
        Share that a bot keeps from people.
    bot_seconds : float array (queues,)
        Mean dialogue of the bot with those that it does not keep.
    patience_kind : int array (queues,)
        How patience is drawn: the constants of :mod:`wfm.simulation.patience`.
    patience_scale, patience_power : float arrays (queues,)
    patience_table : float array (queues, points)
    silent, redial : float arrays (queues,)
        Share of those who give up that leave without a sign; that come again.
    comes : bool array (queues, intervals)
        Where contacts can come: a closed phone line or chat takes nobody.
    most_errors : float
        Largest share of contacts that anybody sends back; more are not drawn.
    backlog : int array (queues,)
        Contacts that wait at the start, ``backlog_age`` seconds old; of the others of their age the share
        ``backlog_gone`` has given up.
    backlog_opens : float array (queues,)
        Seconds until the queue opens first, from when on their patience runs on; infinite when it never does.
    """

    key: KeyArray
    interval_seconds: float
    aht_seconds: FloatArray
    slope: FloatArray
    containment: FloatArray
    bot_seconds: FloatArray
    patience_kind: IntArray
    patience_scale: FloatArray
    patience_power: FloatArray
    patience_table: FloatArray
    silent: FloatArray
    redial: FloatArray
    comes: BoolArray
    most_errors: float
    backlog: IntArray
    backlog_age: FloatArray
    backlog_gone: FloatArray
    backlog_opens: FloatArray


class Desk(NamedTuple):
    """How people serve queues.

    Attributes
    ----------
    channel, concurrency, priority, routing : int arrays (queues,)
    speedup : float array (queues, levels)
        Throughput with 1..concurrency open chats relative to one; the last level is repeated to the right.
    allowance_seconds : float array (queues,)
        Added to the arrival time where waiting contacts are compared: the deadline of e-mail, 0 for live contacts.
    restarts : bool array (queues,)
        Whether the allowance of what arrives while shut, and whose time is up before the opening, counts from there.
    silent_seconds, redial_seconds : float arrays (queues,)
        How long a silent leaver's chat is kept open; mean time until somebody who gave up comes again.
    speed : float array (profiles, queues)
        Relative speed of a person with that profile; 0 = does not serve the queue.
    errors : float array (profiles,)
        Share of the contacts that a person with that profile handles wrongly.
    group : int array (profiles,)
        Profiles that serve the same queues form a group.
    serves : bool array (groups, queues)
    groups_of : int array (queues, groups)
        Groups that serve each queue, -1 behind the last.
    interval_seconds : float
    shut_seconds : float array (queues, intervals)
        From an interval's start to the start of the next interval in which the queue is open; 0 where it is open.
    """

    channel: IntArray
    concurrency: IntArray
    priority: IntArray
    routing: IntArray
    speedup: FloatArray
    allowance_seconds: FloatArray
    restarts: BoolArray
    silent_seconds: FloatArray
    redial_seconds: FloatArray
    speed: FloatArray
    errors: FloatArray
    group: IntArray
    serves: BoolArray
    groups_of: IntArray
    interval_seconds: float
    shut_seconds: FloatArray


class Presence(NamedTuple):
    """Who is rostered on seat when: stretches in order of person and time, seconds after the horizon's start.

    Attributes
    ----------
    key : uint64 array (people,)
        Names each person's stream of random numbers.
    person, profile, day : int arrays (stretches,)
        ``day`` numbers the calendar day on which the shift starts.
    start, end : float arrays (stretches,)
    absent, shrinkage : float arrays (profiles,)
        Probability in [0, 1] that the whole shift is lost, and that a half-hour block of another shift is.
    """

    key: KeyArray
    person: IntArray
    profile: IntArray
    day: IntArray
    start: FloatArray
    end: FloatArray
    absent: FloatArray
    shrinkage: FloatArray


class Comebacks(NamedTuple):
    """Contacts that come only if another one fails: rows ``first + i`` of the contacts, ``i`` = 0, 1, ...

    Attributes
    ----------
    again : int array (contacts,)
        Which of them (``i``) follows a contact, -1 for none. Empty when there are none at all.
    origin : int array (comebacks,)
        The contact that it follows.
    redials : bool array (comebacks,)
        Whether it comes when its origin gives up.
    luck : float array (comebacks,)
        It comes when the origin's person makes at least this share of errors.
    pause : float array (comebacks,)
        Time until it comes, in multiples of the mean.
    """

    again: IntArray
    origin: IntArray
    redials: BoolArray
    luck: FloatArray
    pause: FloatArray


class Contacts(NamedTuple):
    """The contacts of one replication that reach people: arrays (contacts,).

    In order of ``arrival``; behind them, with arrival NaN, those that may come back. Backlog arrived before 0.
    ``patience`` counts from the arrival. ``work_seconds`` is what a person of speed 1 needs for it alone, ``key`` names
    its random numbers, ``silent`` says that it gives no sign when it gives up. ``contained`` counts the contacts that
    stay with the bot: (queues, intervals).
    """

    queue: IntArray
    arrival: FloatArray
    patience: FloatArray
    work_seconds: FloatArray
    key: KeyArray
    silent: BoolArray
    comebacks: Comebacks
    contained: FloatArray


class Seats(NamedTuple):
    """Comings and goings of one replication in order of time; ``profile`` -1 = leaves the seat."""

    time: FloatArray
    person: IntArray
    profile: IntArray


class Outcome(NamedTuple):
    """What became of each contact: seconds after the start, NaN = not before the end.

    ``arrival`` is that of the contacts, and for comebacks when they came. ``repeat`` marks contacts that came because
    an earlier one was handled wrongly. ``level`` (contacts, 3) holds, of contacts that a person has taken, the open
    chats of the person when it was taken and on average while it lasted (0 = still open), and the person's speed.
    """

    arrival: FloatArray
    answered: FloatArray
    finished: FloatArray
    abandoned: FloatArray
    repeat: BoolArray
    level: FloatArray


def no_comebacks() -> Comebacks:
    """Return that nobody comes back."""
    none = np.empty(0, np.int64)
    return Comebacks(none, none, np.empty(0, np.bool_), np.empty(0), np.empty(0))


def plain_contacts(queue: IntArray, arrival: FloatArray, patience: FloatArray, work_seconds: FloatArray) -> Contacts:
    """Return contacts without bots, comebacks and silent leavers; random numbers are named by their rows."""
    n = len(arrival)
    queues = int(queue.max(initial=0)) + 1
    return Contacts(
        queue, arrival, patience, work_seconds, np.arange(n, dtype=np.uint64), np.zeros(n, np.bool_), no_comebacks(),
        np.zeros((queues, 1)),
    )  # fmt: skip
