"""Rosters of people who change between activities inside a shift.

Chains of simulated annealing, each over rosters that keep every rule of people and shifts; people missing have a price.
A chain cools down in rounds, every round twice as long as the one before, and starts the next from where it is; at the
end of a round it warms its best roster up a few times, not so far as to lose it. It ends when the cost meets the proven
bound, or the effort is spent.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from scheduling.multi_activity.bounds import stretch_bound, volume_bound
from scheduling.multi_activity.chain import Chain, new_chain
from scheduling.multi_activity.problem import ActivityProblem, ActivityRoster

__all__ = ["ActivityLimits", "ActivityProgress", "schedule_activities"]

# Temperatures in units of cost: one person too many for one period costs 1. The first round only wants a good roster
# soon, the later ones begin hot enough to forget it.
_HOT_FIRST, _HOT, _WARM, _COLD = 1.2, 1.8, 1.0, 0.2
_SLOW, _CYCLES = 2 / 3, 4  # share of a later round that cools down once; the rest warms the best roster up again
_SHORT = 5.0  # price of one person missing for one period
_MOVES = 2000  # of the first round, for each person and calendar day
_LARGE = 10_000  # periods times activities beyond which the linear bound takes minutes and is left out
_SLICE = 4000  # moves between two looks at the clock and at the wish to stop


@dataclass(frozen=True)
class ActivityLimits:
    """When to end.

    Parameters
    ----------
    rounds : int
        Rounds of cooling, 1 or more; each takes twice the effort of the one before.
    chains : int
        Searches side by side, 1 or more, each in a thread of its own; the best one counts.
    seconds : float or None
        Time limit. Rounds that would not fit cool down faster, so the roster then depends on the machine.
    """

    rounds: int = 4
    chains: int = 2
    seconds: float | None = None

    def __post_init__(self) -> None:
        if self.rounds < 1 or self.chains < 1 or (self.seconds is not None and self.seconds <= 0):
            raise ValueError("expected 1 or more rounds and chains, and more than 0 seconds or None")


@dataclass(frozen=True)
class ActivityProgress:
    """How far it is: round (from 1), share of it done, and the best roster so far."""

    round: int
    share: float
    shortage: int
    cost: int
    bound: int


def schedule_activities(
    problem: ActivityProblem,
    limits: ActivityLimits | None = None,
    seed: int = 0,
    progress: Callable[[ActivityProgress], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> ActivityRoster:
    """Return the best roster found: every rule of people and shifts holds, ``shortage`` says whether the cover does.

    Parameters
    ----------
    problem : ActivityProblem
        What is asked for.
    limits : ActivityLimits, optional
        Effort. Without a time limit, problem, limits and seed give the same roster on every run.
    seed : int
        Seed of the random numbers, 0 or more.
    progress : callable, optional
        Told now and then how far it is.
    stop : callable, optional
        Asked now and then whether to end; the best roster so far is returned.

    Raises
    ------
    NoRosterError
        Somebody can have no tour at all, whatever the others do.
    """
    return _Search(problem, limits or ActivityLimits(), seed, progress, stop or (lambda: False)).result()


def _temperature(number: int, share: float) -> tuple[int, float]:
    """Return the part of a round (0: cooling down once, then the cycles) and the temperature in it."""
    if number == 0:
        return 0, _HOT_FIRST * (_COLD / _HOT_FIRST) ** share
    if share < _SLOW:
        return 0, _HOT * (_COLD / _HOT) ** (share / _SLOW)
    cycle = (share - _SLOW) / (1.0 - _SLOW) * _CYCLES
    return 1 + int(cycle), _WARM * (_COLD / _WARM) ** (cycle % 1.0)


class _Search:
    """The rounds over all chains; after every slice the chains wait for each other, so that the order is the same."""

    def __init__(
        self,
        problem: ActivityProblem,
        limits: ActivityLimits,
        seed: int,
        progress: Callable[[ActivityProgress], None] | None,
        stop: Callable[[], bool],
    ) -> None:
        self._began = time.monotonic()
        self._problem, self._limits, self._progress, self._stop = problem, limits, progress, stop
        self._bound = volume_bound(problem)
        self._short = _SHORT
        self._moves = 0
        self._interrupted = False
        self._chains = [new_chain(problem, seed, number) for number in range(limits.chains)] if problem.people else []

    def result(self) -> ActivityRoster:
        """Search and return the best roster."""
        if not self._chains:
            return ActivityRoster((), 0, int(self._problem.least.sum()), self._bound, 0, False)
        with ThreadPoolExecutor(self._limits.chains) as pool:
            list(pool.map(lambda chain: chain.fill(self._problem, self._short, _HOT_FIRST), self._chains))
            for number in range(self._limits.rounds):
                if self._best().value <= (0, self._bound) or self._interrupted:
                    break
                self._round(pool, number)
                if number == 0 and self._best().value != (0, self._bound) and self._problem.least.size <= _LARGE:
                    self._bound = max(self._bound, stretch_bound(self._problem, self._over))
        best = self._best()
        shortage, cost = best.value
        tours = best.tours(self._problem)
        return ActivityRoster(tours, cost, shortage, self._bound, self._moves, self._interrupted)

    def _best(self) -> Chain:
        return min(self._chains, key=lambda chain: chain.value)

    def _over(self) -> bool:
        """Return whether someone or the clock wants an end."""
        self._interrupted = self._interrupted or self._stop() or self._left() <= 0.0
        return self._interrupted

    def _left(self) -> float:
        """Return the seconds left."""
        limit = self._limits.seconds
        return float("inf") if limit is None else self._began + limit - time.monotonic()

    def _round(self, pool: ThreadPoolExecutor, number: int) -> None:
        """Cool all chains down once."""
        wanted = _MOVES * len(self._problem.people) * self._problem.days * 2**number
        done, began, budget = 0, time.monotonic(), self._left()
        share, part = 0.0, 0
        while share < 1.0 and not self._over() and self._best().value > (0, self._bound):
            now, heat = _temperature(number, share)
            if now > part:
                part = now
                for chain in self._chains:
                    chain.go_back()
            moves = min(_SLICE, wanted - done)
            list(pool.map(lambda chain, n=moves, t=heat: chain.run(n, self._short, t), self._chains))
            done += moves
            self._moves += moves * len(self._chains)
            spent = (time.monotonic() - began) / budget if budget < float("inf") else 0.0
            share = max(done / wanted, spent)
            self._tell(number, share)
        if self._best().value[0] > 0:
            self._short *= 2.0  # the next round minds missing people more

    def _tell(self, number: int, share: float) -> None:
        if self._progress is not None:
            shortage, cost = self._best().value
            self._progress(ActivityProgress(number + 1, min(share, 1.0), shortage, cost, self._bound))
