"""Whether a target of deferred work holds on the forecast's paths."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from wfm.grid import TimeGrid
from wfm.rolling import Past, rolled
from wfm.staffing.chances import reached_in, safe_share
from wfm.staffing.deferred import due_after
from wfm.staffing.live import QueueDemand
from wfm.staffing.on_time import Fluid

__all__ = ["MailJudge"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

#: Agent seconds in an interval that are more than any work.
_PLENTY = 1e12


@dataclass(frozen=True)
class MailJudge:
    """A target of an e-mail queue, judged by contacts on every future, the work as a fluid.

    Attributes
    ----------
    fluid : Fluid
        The work of all futures, in line.
    due, restarted : int arrays (intervals,)
        Before which interval work is due; the same where the clock of what can't be on time starts at the opening.
    period : int array (intervals,)
        The span, a day for 30 days, in which arrivals count; -1 for none.
    worth : float array (intervals,)
        Contacts per second of work.
    kept, counted : float arrays (futures, periods)
        Contacts that bots keep, where they count; all contacts that count.
    past : Past, optional
        Of a target over 30 days; None for others.
    exempt_below, goal, wanted : float
        Spans with fewer contacts are not assessed; share; in which share of the futures it is to be reached.
    asked : bool array (spans,)
        Spans that must hold.
    reachable : bool array (spans,)
        Where enough people would hold the goal. Elsewhere ``restarted`` is judged by, for want of better.
    behind : bool
        Whether the past of 30 days is beyond repair: then the plan's own days are judged.
    """

    fluid: Fluid
    due: IntArray
    restarted: IntArray
    period: IntArray
    worth: FloatArray
    kept: FloatArray
    counted: FloatArray
    past: Past | None
    exempt_below: int
    goal: float
    wanted: float
    asked: BoolArray
    reachable: BoolArray
    behind: bool = False

    @classmethod
    def of(cls, demand: QueueDemand, grid: TimeGrid, number: int, line: IntArray, backlog: float) -> MailJudge:
        """Return the judge of a target, which spans it asks for and which of them are within reach."""
        target, interval = demand.queue.target[number], demand.minutes * 60.0
        seconds, goal = target.seconds or 0.0, target.share or 0.0
        rolling = target.over == "30_days"
        place = {"interval": np.arange(grid.n), "horizon": np.zeros(grid.n, dtype=np.int64)}
        period = np.where(demand.windows[number], place.get(target.over, grid.day_index), -1)
        spans = int(period.max(initial=-1)) + 1
        kept = demand.contained if target.bots == "included" else np.zeros(demand.counts.shape)
        wanted = 0.5 if target.confidence is None else safe_share(target.confidence, len(demand.counts))
        judge = cls(
            fluid=Fluid.of(demand.counts * demand.aht_seconds, line, backlog),
            due=due_after(demand.is_open, interval, seconds, target.clock, restarts=False),
            restarted=due_after(demand.is_open, interval, seconds, target.clock),
            period=period,
            worth=1.0 / demand.aht_seconds,
            kept=_by_period(kept, period),
            counted=_by_period(demand.counts + kept, period),
            past=demand.pasts[number] if rolling else None,
            exempt_below=target.exempt_below,
            goal=goal,
            wanted=wanted,
            asked=np.ones(spans, dtype=np.bool_),
            reachable=np.ones(spans, dtype=np.bool_),
        )  # fmt: skip
        return judge._within_reach(np.where(demand.is_open, _PLENTY, 0.0))

    def _within_reach(self, plenty: FloatArray) -> MailJudge:
        """Return the judge that knows what is within reach of any staff, and asks for no more."""
        judge = self
        days = self.asked.size
        if self.past is not None and days > 0:
            past = Past(self.past.uppers[:days], self.past.lowers[:days])
            judge = replace(self, past=past, asked=past.asked(self.goal, 1.0))
            last_is_behind = past.uppers[-1] < self.goal * past.lowers[-1] - 1e-9
            if last_is_behind and not judge.holds(judge.attained(plenty))[-1]:
                judge = replace(judge, past=Past.none(days), asked=np.arange(days) == days - 1, behind=True)
        return replace(judge, reachable=judge.holds(judge.attained(plenty)))

    def attained(self, capacity: FloatArray) -> FloatArray:
        """Return the share that each span reaches in as many futures as wanted; infinite where it is not assessed."""
        reached = self._attained(capacity, self.due)
        if self.reachable.all():
            return reached
        return np.where(self.reachable, reached, self._attained(capacity, self.restarted))

    def holds(self, attained: FloatArray) -> BoolArray:
        """Return which spans hold, given what they attain; those that are not asked for do."""
        return (attained >= self.goal - 1e-9) | ~self.asked

    def _attained(self, capacity: FloatArray, due: IntArray) -> FloatArray:
        good, total = self.fluid.on_time(capacity, due, self.period, self.worth)
        up, low, counted = good + self.kept, total + self.kept, self.counted
        if self.past is not None:
            up, low = rolled(up) + self.past.uppers, rolled(low) + self.past.lowers
            counted = rolled(counted) + self.past.lowers
        share = np.full(up.shape, np.inf)
        np.divide(up, low, out=share, where=(low > 0) & (counted >= self.exempt_below))
        return reached_in(share, self.wanted)


def _by_period(values: NDArray[np.generic], period: IntArray) -> FloatArray:
    """Return sums by period, (futures, periods), of values by interval; -1 is no period."""
    out = np.zeros((len(values), int(period.max(initial=-1)) + 1))
    kept = period >= 0
    np.add.at(out.T, period[kept], values[:, kept].T)
    return out
