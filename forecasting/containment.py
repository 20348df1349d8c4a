"""How much bots keep from people, interval by interval: customers of an opening want to talk to somebody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, time, timedelta

import numpy as np
from numpy.typing import NDArray

from forecasting.phases import phases_of
from wfm.grid import TimeGrid
from wfm.inputs import Event
from wfm.plan import Queue
from wfm.platforms import EVERY_PLATFORM, platform_group

__all__ = ["OPENING", "OPENING_HOURS", "containment_of"]

FloatArray = NDArray[np.float64]
Span = tuple[float, float]

OPENING = "opening"
"""Name under which a plan gives the share right after a sale opens."""
OPENING_HOURS = 6.0
"""Hours from the opening that count as such: an evening's opening keeps people busy until 02:00."""
_OPENING_KINDS = frozenset({"sale", "wave", "main"})
# The calendar marks the first day of the lunar year as the main day of the holiday: nothing is on sale.
_NO_SALE = frozenset({"chinese_new_year"})


def containment_of(queues: Sequence[Queue], events: Sequence[Event], grid: TimeGrid) -> FloatArray | None:
    """Return the share of contacts that bots keep from people: shape (queues, intervals).

    Where phases that a queue's ``bot_containment_in`` names run on its platform, the lowest of their shares takes the
    place of ``bot_containment``. A phase runs from its hour, where the calendar states one, else for whole days, to its
    end; an interval that it touches counts. ``opening`` is the first six hours from the stated hour of a sale, balance
    payment, wave or main day. The day that gave an event its name counts as its ``main_day`` where the calendar lists
    only the wave around it.

    Returns None when no queue names a phase: then ``bot_containment`` holds throughout.
    """
    if not any(queue.bot_containment_in for queue in queues):
        return None
    spans = list(_spans(events, grid))
    return np.stack([_of_queue(queue, spans, grid) for queue in queues])


def _of_queue(queue: Queue, spans: Sequence[tuple[str, str, Span]], grid: TimeGrid) -> FloatArray:
    base = np.full(grid.n, queue.bot_containment)
    shares: Mapping[str, float] = queue.bot_containment_in
    group = platform_group(queue.platform)
    lowest = np.full(grid.n, np.inf)
    for name, platform, (start, end) in spans:
        if name in shares and (platform == group or EVERY_PLATFORM in (group, platform)):
            touched = (grid.starts < end) & (grid.starts + grid.interval_minutes * 60 > start)
            lowest[touched] = np.minimum(lowest[touched], shares[name])
    return np.where(np.isfinite(lowest), lowest, base)


def _spans(events: Sequence[Event], grid: TimeGrid) -> Iterator[tuple[str, str, Span]]:
    """Yield name, platform group, and start and end in Unix seconds of whatever may change a bot's share."""
    for event in events:
        if event.event not in _NO_SALE:
            yield event.phase, platform_group(event.platform), (event.start.timestamp(), event.end.timestamp())
    for phase in phases_of(events):
        start = grid.midnight(phase.start)
        if phase.label == "name_day":
            end = grid.midnight(phase.end + timedelta(days=1))
            yield "main_day", phase.platform, (start.timestamp(), end.timestamp())
        elif phase.kind in _OPENING_KINDS and phase.hour is not None:
            opened = _at_hour(start, phase.hour).timestamp()
            yield OPENING, phase.platform, (opened, opened + OPENING_HOURS * 3600)


def _at_hour(midnight: datetime, hour: float) -> datetime:
    """Return a clock hour of a day, right also on days on which the clock changes."""
    minutes = round(hour * 60)
    return datetime.combine(midnight.date(), time(minutes // 60, minutes % 60), midnight.tzinfo)
