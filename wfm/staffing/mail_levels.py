"""The smallest factors on the days' volumes with which a target of deferred work holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wfm.grid import TimeGrid
from wfm.staffing.correction import fewest
from wfm.staffing.mail_judge import MailJudge

__all__ = ["found_levels"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
#: Returns the agents of the plan for a level of each day.
Staffed = Callable[[IntArray], FloatArray]

#: Levels of the factor on a day's mean volume. All expected work is done, whatever a target allows: else it piles up.
_HIGHEST = 80
#: By how much days that do not hold are raised at a time.
_STEP = 4
#: By how much days are lowered from the level that holds on all, step by step.
_DOWN = (32, 16, 8, 4, 2, 1)
#: Where no staffing holds: what more of it may gain at most, relative to the goal.
_EASE = 0.01


def found_levels(
    judge: MailJudge, staffed: Staffed, interval_seconds: float, grid: TimeGrid, over: str
) -> tuple[IntArray, bool]:
    """Return the levels by day, and whether the target holds with them wherever it was asked to.

    Where no level holds, those beyond which more people help next to nothing.
    """

    def attained(levels: IntArray) -> FloatArray:
        return judge.attained(staffed(levels) * interval_seconds)

    goals = np.where(judge.asked, judge.goal, -np.inf)

    def common(goals: FloatArray) -> int | None:
        def holds(level: int) -> bool:
            return bool((attained(np.full(grid.days, level, dtype=np.int64)) >= goals - 1e-9).all())

        return fewest(holds, 0, 0, _HIGHEST)

    level = common(goals)
    holds = level is not None
    if level is None:
        best = attained(np.full(grid.days, _HIGHEST, dtype=np.int64))
        goals = np.where(best < goals - 1e-9, best - _EASE * np.abs(goals), goals)
        level = common(goals)
    levels = np.full(grid.days, _HIGHEST if level is None else level, dtype=np.int64)
    if over in ("horizon", "30_days"):
        return levels, holds
    day_of = grid.day_index[: goals.size] if over == "interval" else np.arange(goals.size)
    # Days alike are best lowered together, from a level that holds; a day that stands out is best raised by itself.
    alike, apart = _ByDay(attained, goals, day_of, levels), _ByDay(attained, goals, day_of, 0 * levels)
    alike.lower_all()
    found = [alike.levels]
    if apart.raise_all():
        apart.lower_all()
        found.append(apart.levels)
    return min(found, key=lambda one: float((staffed(one) ** 2).sum())), holds


@dataclass
class _ByDay:
    """A level for each day, all days looked at together."""

    attained: Callable[[IntArray], FloatArray]
    goals: FloatArray
    day_of: IntArray
    levels: IntArray

    def raise_all(self) -> bool:
        """Raise the first days that do not hold until all do, and return whether they do.

        The day before is raised, too: what is in the way may be its late mail. So a day that follows one that does not
        hold has to wait.
        """
        while (short := self._short(self.levels)).any():
            first = short & ~np.append(False, short[:-1])
            raised = first | np.append(first[1:], False)
            if (self.levels[raised] >= _HIGHEST).all():
                return False
            self.levels = np.minimum(self.levels + _STEP * raised, _HIGHEST)
        return True

    def lower_all(self) -> None:
        """Lower each day as far as all still hold: all alike at first, then every other day at a time."""
        day = np.arange(self.levels.size)
        for groups in ((day >= 0,), (day % 2 == 1, day % 2 == 0)):
            for step in _DOWN:
                before = None
                while before is None or not np.array_equal(before, self.levels):
                    before = self.levels
                    for group in groups:
                        self._lower(group & (self.levels >= step), step)

    def _lower(self, chosen: BoolArray, step: int) -> None:
        """Lower the chosen days, but for those that no longer hold then or keep the next days from holding."""
        while chosen.any():
            short = self._short(self.levels - step * chosen)
            if not short.any():
                self.levels = self.levels - step * chosen
                return
            kept = chosen & ~short & ~np.append(short[1:], False)
            if np.array_equal(kept, chosen):  # it is later days that miss them
                return
            chosen = kept

    def _short(self, levels: IntArray) -> BoolArray:
        """Return which days do not hold."""
        misses = self.attained(levels) < self.goals - 1e-9
        return np.asarray(np.bincount(self.day_of, weights=misses, minlength=self.levels.size) > 0)
