"""New events that are expected to resemble one that is known: how much larger or smaller, by planned orders."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta

from forecasting.drivers import planned_ratio
from forecasting.phases import Edition, editions, phases_of
from wfm.inputs import Event, Inputs

__all__ = ["scaled_by_orders"]


def scaled_by_orders(inputs: Inputs, last_known: date, last_asked: date) -> tuple[tuple[Event, ...], tuple[str, ...]]:
    """Return the events, those that name an analogue (``like``) scaled by planned orders, and what was done to them.

    An event's effect is learned from its analogue. What its days add is multiplied by planned orders of a day relative
    to those of the analogue's latest known edition, both over the ordinary level of their time, and by the planner's
    own ``scale``. Days of the kinds of phases that both have are compared. Without orders of both, it is taken as it
    is.

    Parameters
    ----------
    inputs : Inputs
        Its events and drivers are used.
    last_known : datetime.date
        Editions that ended by then are known; those that ended later are new.
    last_asked : datetime.date
        New editions that start later are left as they are, and nothing is told of them.

    Returns
    -------
    tuple of Event
        In the order of the inputs.
    tuple of str
        One line per new edition that has an analogue.
    """
    if not any(event.like for event in inputs.events):
        return inputs.events, ()
    runs, scales, notes = editions(inputs.events), dict[tuple[str, Edition], float](), dict[str, None]()
    for like, run in _new_editions(inputs.events, runs, last_known, last_asked):
        old = [one for one in runs if one.event == like and one.end <= last_known]
        if not old:
            notes[f"event '{run.event}': no past edition of '{like}' is known; it is forecast as its phases' kinds"] = (
                None
            )
            continue
        ratio = _ratio(inputs, old[-1], run)
        scales[like, run] = 1.0 if ratio is None else ratio
        notes[_note(run, old[-1], ratio)] = None
    return tuple(_scaled(event, scales) for event in inputs.events), tuple(notes)


def _new_editions(
    events: Iterable[Event], runs: Sequence[Edition], last_known: date, last_asked: date
) -> Iterator[tuple[str, Edition]]:
    """Yield the analogue's name and the edition of events that are not over and within what is asked for."""
    pairs = dict.fromkeys((event.event, event.like) for event in events if event.like)
    for name, like in pairs:
        for run in runs:
            if run.event == name and last_known < run.end and run.start <= last_asked:
                yield like, run


def _ratio(inputs: Inputs, old: Edition, new: Edition) -> float | None:
    """Return planned orders per day of a new edition relative to an old one's; None when not known."""
    spans = [_days_by_kind(inputs.events, run) for run in (old, new)]
    common = set(spans[0]) & set(spans[1])
    days = [sorted(set().union(*(span[kind] for kind in common or span))) for span in spans]
    if not all(days):
        return None
    total = planned_ratio(inputs, days[0], days[1], of_level=True)
    return None if total is None else total * len(days[0]) / len(days[1])


def _days_by_kind(events: Sequence[Event], run: Edition) -> dict[str, set[date]]:
    found: dict[str, set[date]] = {}
    for phase in phases_of([event for event in events if event.event == run.event]):
        if run.start <= phase.start <= run.end:
            length = (phase.end - phase.start).days + 1
            found.setdefault(phase.kind, set()).update(phase.start + timedelta(days=k) for k in range(length))
    return found


def _note(new: Edition, old: Edition, ratio: float | None) -> str:
    if ratio is None:
        return f"event '{new.event}' is taken as {old.name}: drivers.csv does not say the orders of both"
    return f"event '{new.event}' is taken as {old.name} x {ratio:.2f} by planned orders"


def _scaled(event: Event, scales: dict[tuple[str, Edition], float]) -> Event:
    for (like, run), scale in scales.items():
        if event.like == like and event.event == run.event and run.start <= event.start.date() <= run.end:
            return replace(event, scale=event.scale * scale)
    return event
