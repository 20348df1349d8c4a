"""What the formulas say a target needs: a steady queue at the modified offered load of every cell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wfm.plan import Queue, Target
from wfm.staffing.chat import speeds
from wfm.staffing.general import (
    required_agents_general,
    required_for_abandonment_general,
    required_for_average_wait_general,
)
from wfm.staffing.inversion import required_losses, required_shares, required_waits
from wfm.staffing.patience import Patience, patience_of
from wfm.staffing.varying import cell_loads

__all__ = ["CELL_MINUTES", "Formula", "slot_seconds"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Way = Callable[..., IntArray | int]

#: Length of a cell in a calm interval; where the load changes by more than a quarter inside an interval, a minute.
CELL_MINUTES = 5
_STEEP = 1.25


def slot_seconds(queue: Queue, aht_seconds: FloatArray) -> FloatArray:
    """Return how long a contact keeps its slot where agents hold as many as they may."""
    speed = speeds(queue.speedup)
    return np.asarray(aht_seconds * speed.size / speed[-1], dtype=np.float64)


@dataclass(frozen=True)
class Formula:
    """The agents that one target of a queue needs in every interval, for the expected load times a factor.

    Attributes
    ----------
    queue : Queue
    target : Target
    aht_seconds : float array (intervals,)
    kept : float array (intervals,)
        Share of the contacts that bots keep and that count as answered at once; zeros where they do not count.
    minute_loads : float array (intervals, minutes)
        Mean open contacts in every minute if nobody waited.
    highest : bool
        Whether the cell that needs most decides; else the mean over the interval's cells, rounded up.
    fine : bool
        Whether cells of five minutes (one where the load changes fast) and the shape of patience count; else whole
        intervals (five minutes) and exponential patience: enough to start a search and to span its family.
    """

    queue: Queue
    target: Target
    aht_seconds: FloatArray
    kept: FloatArray
    minute_loads: FloatArray
    highest: bool
    fine: bool = True

    @classmethod
    def of(
        cls, queue: Queue, target: Target, volume: FloatArray, slope: FloatArray, aht_seconds: FloatArray,
        kept: FloatArray, minutes: int, highest: bool, fine: bool = True,
    ) -> Formula:  # fmt: skip
        """Return the formula for a volume of contacts per interval, of which bots ``kept`` a share besides."""
        loads = cell_loads(volume, slope, slot_seconds(queue, aht_seconds), minutes, queue.bot_seconds)
        credit = kept if target.bots == "included" else np.zeros(kept.size)
        return cls(queue, target, aht_seconds, credit, loads, highest, fine)

    def agents(self, factor: float = 1.0, first: int = 0, last: int | None = None) -> IntArray:
        """Return the agents of the intervals ``first`` to before ``last``.

        Raises
        ------
        UnreachableTargetError
            Where no number of agents reaches the target.
        """
        loads = self.minute_loads[first:last] * factor
        aht, kept = self.aht_seconds[first:last], self.kept[first:last]
        calm, fast = (CELL_MINUTES, 1) if self.fine else (loads.shape[1], CELL_MINUTES)
        out = self._decide(self._needed(_joined(loads, calm), aht, kept))
        steep = np.flatnonzero(loads.max(axis=1) > _STEEP * np.maximum(loads.min(axis=1), 1.0))
        if steep.size:
            out[steep] = self._decide(self._needed(_joined(loads[steep], fast), aht[steep], kept[steep]))
        return out

    def calmest(self) -> IntArray:
        """Return the agents that the calmest cell of every interval needs: whoever comes needs at least these."""
        cells = _joined(self.minute_loads, CELL_MINUTES)
        return np.asarray(self._needed(cells, self.aht_seconds, self.kept).min(axis=1), dtype=np.int64)

    def _decide(self, needed: IntArray) -> IntArray:
        if self.highest:
            return np.asarray(needed.max(axis=1), dtype=np.int64)
        return np.asarray(np.ceil(needed.mean(axis=1) - 1e-9), dtype=np.int64)

    def _needed(self, loads: FloatArray, aht: FloatArray, kept: FloatArray) -> IntArray:
        """Return the agents of a steady queue with each of these loads: shape of ``loads``."""
        handle = np.repeat(aht[:, None], loads.shape[1], axis=1)
        per_hour = loads * 3600.0 / slot_seconds(self.queue, handle)
        credit = np.repeat(kept[:, None], loads.shape[1], axis=1)
        return np.asarray(self._steady(per_hour, handle, credit), dtype=np.int64).reshape(loads.shape)

    def _steady(self, per_hour: FloatArray, aht: FloatArray, kept: FloatArray) -> IntArray | int:
        target, queue = self.target, self.queue
        # With the shape of patience or with its mean: the same three questions, asked in the same order of arguments.
        ways: tuple[Way, Way, Way] = (required_waits, required_losses, required_shares)
        patience: Patience | float | None = queue.patience_seconds
        if self.fine and patience is not None and queue.patience_distribution != "exponential":
            patience = patience_of(queue)
            ways = (
                required_for_average_wait_general, required_for_abandonment_general, required_agents_general,
            )  # fmt: skip
        waits, losses, shares = ways
        speed = speeds(queue.speedup)
        # What bots keep is answered at once, so that the rest may be slower by as much.
        seconds = (target.seconds or 0.0) / (1.0 - kept)
        lost = np.minimum((target.share or 0.0) / (1.0 - kept), 1.0)
        if target.metric == "average_response":
            return waits(per_hour, aht, seconds, patience, "answered", speed)
        if target.metric == "abandoned":
            return losses(per_hour, aht, lost, patience, speed)
        if target.metric == "no_service":
            return shares(per_hour, aht, 1.0 - lost, 0.0, patience, "sl_virtual", speed)
        share = np.maximum(((target.share or 0.0) - kept) / (1.0 - kept), 0.0)
        return shares(per_hour, aht, share, self._within(aht), patience, target.definition, speed)

    def _within(self, aht: FloatArray) -> FloatArray:
        """Return in how many seconds contacts must be answered."""
        handled = slot_seconds(self.queue, aht) if self.target.metric == "resolved_within" else 0.0
        return np.maximum((self.target.seconds or 0.0) - handled, np.zeros(aht.shape))


def _joined(loads: FloatArray, minutes: int) -> FloatArray:
    """Return the mean load of every cell of some minutes: shape (intervals, cells)."""
    cells = loads.reshape(len(loads), loads.shape[1] // minutes, minutes)
    return np.asarray(cells.mean(axis=2), dtype=np.float64)
