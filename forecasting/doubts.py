"""What a planner should know before trusting a forecast: events never seen, days that can't be true."""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from forecasting.past import Past
from forecasting.phases import OPENINGS

__all__ = ["odd_days", "unlearned_events"]

_WAYS_OUT = "priors.csv, `like` in events.csv or adjustments.csv can say more"


def unlearned_events(past: Past, origin: int, ahead: slice) -> tuple[str, ...]:
    """Return a warning for each event of the days ahead of which no sale was ever seen.

    Parameters
    ----------
    past : Past
        The history.
    origin : int
        Known days.
    ahead : slice
        Day numbers of the horizon.
    """
    seen = np.flatnonzero(np.isfinite(past.table.totals[:, :origin]).any(axis=0))
    first = int(seen[0]) if len(seen) else origin
    known = _sales(past, slice(first, origin)) | {prior.event for prior in past.inputs.priors}
    told = []
    for name in sorted(_sales(past, ahead) - known):
        how = "from other sales" if known else "as ordinary ones"
        told.append(f"event '{name}': no past edition in the history, its days are forecast {how}; {_WAYS_OUT}")
    return tuple(told)


def _sales(past: Past, days: slice) -> set[str]:
    return {phase.family for phase in past.calendar.phases_on(days) if phase.kind in OPENINGS}


def odd_days(past: Past, origin: int) -> tuple[str, ...]:
    """Return a warning for each queue with days too large to be true, which the forecast leaves out."""
    effects, told = past.effects(origin), []
    logs = np.log1p(past.table.totals[:, :origin])
    for number, queue in enumerate(past.inputs.plan.queue):
        high = np.flatnonzero(effects.outage[number] & (np.nan_to_num(logs[number] - effects.level[number]) > 0))
        if len(high):
            dates = ", ".join((past.table.first + timedelta(days=int(day))).isoformat() for day in high[:3])
            more = f" and {len(high) - 3} more" if len(high) > 3 else ""
            told.append(
                f"queue '{queue.id}': more than 25 times the ordinary contacts on {dates}{more}; left out, check it"
            )
    return tuple(told)
