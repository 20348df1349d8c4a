"""An independent way to the same numbers: the chain of states, solved directly, and one tagged contact's path."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.linalg import expm


@dataclass(frozen=True)
class Seen:
    """What the chain gives, in the units of its rates."""

    p_wait: float
    p_abandon: float
    mean_wait: float
    served_in_time: float
    gone_in_time: float
    virtual_in_time: float


def solve(
    arrival: float, serve: Callable[[int], float], slots: int, leave: float, within: float, waiting: int = 120
) -> Seen:
    """Return the steady state of ``slots`` places and ``waiting`` more, all who wait leaving at rate ``leave``."""
    death = [serve(min(x, slots)) + max(x - slots, 0) * leave for x in range(1, slots + waiting + 1)]
    p = np.concatenate([[1.0], np.cumprod(arrival / np.array(death))])
    p /= p.sum()
    busy, queued = p[slots:], np.arange(waiting + 1)
    gone = float((busy * queued).sum() * leave / arrival)
    served, left = tagged(serve(slots), leave, leave, within, waiting)
    virtual, _ = tagged(serve(slots), leave, 0.0, within, waiting)
    free = 1.0 - busy.sum()
    return Seen(
        p_wait=float(busy.sum()),
        p_abandon=gone,
        mean_wait=float((busy * queued).sum() / arrival),
        served_in_time=float(free + busy @ served),
        gone_in_time=float(busy @ left),
        virtual_in_time=float(free + busy @ virtual),
    )


def tagged(drain: float, leave: float, own: float, within: float, waiting: int) -> tuple[np.ndarray, np.ndarray]:
    """Return P(served) and P(left) by time ``within`` of a contact with 0..waiting others ahead of it in the queue."""
    size = waiting + 3
    served, left = waiting + 1, waiting + 2
    q = np.zeros((size, size))
    for ahead in range(waiting + 1):
        q[ahead, ahead - 1 if ahead else served] += drain + ahead * leave
        q[ahead, left] += own
        q[ahead, ahead] = -q[ahead].sum()
    by_then = expm(q * within)
    return by_then[: waiting + 1, served], by_then[: waiting + 1, left]
