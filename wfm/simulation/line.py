"""One queue and its agents as arrays: what :mod:`wfm.simulation.single` plays, and what is measured."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["NO_BACKLOG", "Backlog", "Desk", "Gauge", "State", "Stream"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
WordArray = NDArray[np.uint64]


class Desk(NamedTuple):
    """How agents serve the queue.

    Attributes
    ----------
    speedup : float array (levels,)
        Throughput of one agent with 1, 2, ... open contacts relative to one.
    aht_seconds : float array (intervals,)
        Handle time of a contact alone.
    interval_seconds : float
    packed : bool
        Whether open contacts fill one agent after the other (the most busy first) instead of being spread evenly. Gaps
        that finished contacts leave are not seen, so this is the slowest that such routing can be.
    """

    speedup: FloatArray
    aht_seconds: FloatArray
    interval_seconds: float
    packed: bool = False


class Gauge(NamedTuple):
    """What is measured; see :func:`wfm.staffing.gauging.gauge_of` for how targets become gauges.

    Attributes
    ----------
    kind, definition : int
        Of :mod:`wfm.simulation.measures`; what a share is taken of.
    seconds, cap, unanswered : float
        Target time; most of one response in an average; what an unanswered contact counts as there (NaN: its wait;
        ``EXCLUDED``: nothing).
    later : float
        Replies per contact after the first.
    response : float array (levels + 1,)
        Mean seconds of a reply by open contacts; zeros where the wait ends when the first reply begins.
    prompt : float array (levels + 1, steps + 1)
        Share of replies that come within 0, 1, ... ``steps`` parts of the target time, by open contacts; ones where the
        wait ends when the first reply begins.
    together : int
        1: a contact counts once, when all its replies are in time, or by the mean of them; 0: every reply counts.
    alike : float
        Weight of a contact's first reply in the mean of its replies, expected: 1 where there are no others.
    """

    kind: int
    definition: int
    seconds: float
    cap: float
    unanswered: float
    later: float
    response: FloatArray
    prompt: FloatArray
    together: int
    alike: float


class Backlog(NamedTuple):
    """Who waits at the start.

    Attributes
    ----------
    contacts : int
    age_seconds : float
        How long they have waited by then, above 0.
    spent : float
        ``-log`` of the share that is still willing to wait after so long: 0 where nobody gives up.
    opens_seconds : float
        When the queue opens first: from then on their patience runs on.
    """

    contacts: int
    age_seconds: float
    spent: float
    opens_seconds: float


NO_BACKLOG = Backlog(0, 1.0, 0.0, 0.0)


class Stream(NamedTuple):
    """The contacts that reach people in every future: rows in order of future and time.

    Attributes
    ----------
    first : int array (futures + 1,)
        The contacts of future ``r`` are rows ``first[r]`` to ``first[r + 1]``.
    arrival, limit : float arrays (contacts,)
        Seconds after the horizon's start at which they come, and leave if not served until then.
    phantoms : int array (contacts,)
        Open contacts that one who has given up takes all the same: a chat left silently; empty where nobody does.
    waiting : int
        How many contacts of each future wait at the start, before 0: its first rows.
    """

    first: IntArray
    arrival: FloatArray
    limit: FloatArray
    phantoms: IntArray
    waiting: int


class State(NamedTuple):
    """Where every future stands: arrays (futures,).

    ``coming`` and ``head`` are the rows of the next arrival and of the first who may be waiting, ``busy`` the open
    contacts, ``rest`` the hazard left until the next one ends, ``random`` the state of the generator.
    """

    coming: IntArray
    head: IntArray
    busy: IntArray
    rest: FloatArray
    random: WordArray
