"""What the day's contacts are made of: the ordinary level, and what each holiday, event phase and driver adds."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from forecasting.past import Past, with_effects
from wfm.results import ForecastPart

__all__ = ["parts_of"]

FloatArray = NDArray[np.float64]
BASELINE = "ordinary level"
HOLIDAYS, EVENTS = "public holidays", "events"


def parts_of(past: Past, origin: int, levels: FloatArray, ahead: slice) -> tuple[ForecastPart, ...]:
    """Return the parts of the days ahead: baseline, holidays, each driver's reasons, each event phase.

    Effects multiply, so contacts are given to causes one after the other, in that order: each part is what its cause
    adds to all before it. Phases that act on one day share what events add by their own effects.

    Parameters
    ----------
    past : Past
        The history.
    origin : int
        Known days.
    levels : float array (queues, days)
        Ordinary level of the days ahead.
    ahead : slice
        Their day numbers.

    Returns
    -------
    tuple of ForecastPart
        Contacts per day (queues, days) of each; their sum is the forecast's day total.
    """
    effects = past.effects(origin)
    holidays = with_effects(levels, effects.holidays[:, ahead])
    driven = effects.holidays[:, ahead] + (0.0 if effects.drivers is None else effects.drivers[:, ahead])
    with_orders = with_effects(levels, driven)
    everything = with_effects(levels, effects.total[:, ahead])
    parts = [ForecastPart("baseline", BASELINE, levels), ForecastPart("holiday", HOLIDAYS, holidays - levels)]
    parts += _drivers(past, origin, with_orders - holidays, ahead)
    parts += _phases(past, origin, everything - with_orders, ahead)
    return tuple(part for part in parts if part.kind == "baseline" or np.abs(part.contacts).max(initial=0.0) > 1e-9)


def _drivers(past: Past, origin: int, added: FloatArray, ahead: slice) -> list[ForecastPart]:
    fit = past.drivers(origin)
    if fit is None:
        return []
    return [
        ForecastPart("driver", name, share * added)
        for name, share in zip(fit.reasons, _shared(fit.relative[:, :, ahead]), strict=True)
    ]


def _phases(past: Past, origin: int, added: FloatArray, ahead: slice) -> list[ForecastPart]:
    """Return what each phase adds; what no phase explains (the last of rounding) is told apart."""
    calendar, coefficients = past.calendar, past.effects(origin).coefficients
    promoted = np.where(calendar.is_holiday, 0.0, coefficients)
    logs: dict[str, FloatArray] = {}
    for phase in calendar.phases_on(ahead):
        name = f"{phase.event} {phase.label or phase.kind}"
        logs[name] = logs.get(name, 0.0) + calendar.acting(promoted, calendar.of_phase(phase)[:, ahead])
    if not logs:
        return [ForecastPart("event", EVENTS, added)]
    shared = _shared(np.stack(list(logs.values())))
    parts = [ForecastPart("event", name, share * added) for name, share in zip(logs, shared, strict=True)]
    rest = added - np.sum([part.contacts for part in parts], axis=0)
    return [*parts, ForecastPart("event", EVENTS, rest)] if np.abs(rest).max(initial=0.0) > 1e-6 else parts


def _shared(effects: FloatArray) -> FloatArray:
    """Return the share of each cause (first axis) by the size of its effect; 0 where nothing acts."""
    size = np.abs(effects)
    shares: FloatArray = size / np.maximum(size.sum(axis=0), 1e-12)
    return shares
