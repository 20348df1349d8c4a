"""The roster engine: from a problem to people's shifts with cost, proven bound and gap.

Two workers run side by side: one proves a lower bound (:mod:`scheduling.bounds`), one builds and betters a legal roster
(:mod:`scheduling.season`), which asks the first once, at a fixed point of its search, how many people to take on and
what an agent on seat is worth.
Neither depends on the clock, so the same seed gives the same roster.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from scheduling.bounds import Bound, prove_bound
from scheduling.conflicts import check_conflicts
from scheduling.costing import PlacedShift, scheduled_agents, shortage_cost
from scheduling.hires import hire_options, hires_of
from scheduling.options import shift_options
from scheduling.outcome import activities_of, earnings_of, placed_shifts, rostered
from scheduling.problem import RosterProblem
from scheduling.season import Advice, Season
from scheduling.tables import open_requirement
from scheduling.worker import Worker
from wfm.bound_prices import BoundPrices
from wfm.errors import InterruptedRunError, NoRosterError
from wfm.progress import Progress, Stop, never_stop, silent
from wfm.results import CostBreakdown, Hire, Roster, RosterStatus

__all__ = ["SearchLimits", "build"]

OPTIMAL_GAP = 1e-4
_POLL_SECONDS, _TELL_SECONDS = 0.1, 0.5
_MOVES_FROM, _MOVES_TIME = 0.8, 0.15  # of the search, single moves are the last part; their share of the time, measured
_ADVICE = 2  # the temperature of the climb whose prices and number of people to take on the search is told
_PATIENCE_SECONDS = 1.0
_SLACK = 1e-6


@dataclass(frozen=True)
class SearchLimits:
    """How long to search.

    Attributes
    ----------
    effort : float
        Deterministic effort: 1 is about two minutes for 200 people and four weeks.
    gap : float
        Gap to which integer programs of small plans are proven; the search itself uses up its effort, as the bound is
        proven beside it and stopping on it would make the roster depend on the machine.
    time_limit_seconds : float or None
        Wall clock; when it ends the search, the roster depends on the machine (status ``interrupted``).
    """

    effort: float = 1.0
    gap: float = 0.005
    time_limit_seconds: float | None = None


def build(
    problem: RosterProblem, limits: SearchLimits, seed: int, progress: Progress = silent, stop: Stop = never_stop
) -> Roster:
    """Return a legal roster with its cost and a proven lower bound of the cost of any legal roster.

    Parameters
    ----------
    problem : RosterProblem
        What is to be rostered.
    limits : SearchLimits
        How long to search.
    seed : int
        Same problem, limits (without a time limit) and seed: same roster.
    progress : Progress
        Told ``("roster", share, "cost ..., bound ..., gap ...")``.
    stop : Stop
        Once True, the best legal roster so far is returned with status ``interrupted``, within about two seconds. A
        time limit waits for the first roster.

    Raises
    ------
    NoRosterError
        When hard rules and published shifts or limits contradict each other.
    InterruptedRunError
        When stopped before there was any legal roster.
    """
    check_conflicts(problem)
    deadline = None if limits.time_limit_seconds is None else time.monotonic() + limits.time_limit_seconds

    options, hires = shift_options(problem), hire_options(problem)
    season = Season(problem, options, hires, limits.effort, seed)

    def over() -> bool:
        late = deadline is not None and time.monotonic() >= deadline
        return stop() or (late and np.isfinite(season.cost))  # the first run on a machine may compile that long

    required = open_requirement(problem)
    posted: list[Bound] = []
    prover = Worker(
        lambda halt: prove_bound(problem, options, hires, required, limits.effort, limits.gap, halt, posted.append)
    )

    def advice() -> Advice:
        """Wait for the proof of one temperature, always the same one: who is faster does not matter."""
        prover.wait_for_end(lambda: over() or len(posted) >= _ADVICE)
        proven = posted[_ADVICE - 1] if len(posted) >= _ADVICE else prover.result()
        if proven is None:
            return Advice()
        return Advice(proven.heads, proven.prices.seat if proven.prices is not None else None)

    builder = Worker(lambda halt: season.run(halt, advice))
    interrupted = _follow(prover, builder, season, progress, over, posted)
    bound = prover.result() or (posted[-1] if posted else Bound.trivial())
    builder.result()
    return _roster(problem, season, bound, interrupted)


def _follow(
    prover: Worker[Bound], builder: Worker[None], season: Season, progress: Progress, over: Callable[[], bool],
    posted: list[Bound],
) -> bool:  # fmt: skip
    """Wait for both workers and tell how far they are; return True when stopped before they were done."""
    told_at = float("-inf")
    while prover.running or builder.running:
        if over():
            builder.stop(_PATIENCE_SECONDS)
            prover.stop(_PATIENCE_SECONDS)
            return True
        if time.monotonic() >= told_at + _TELL_SECONDS:
            told_at = time.monotonic()
            proven = prover.result() or (posted[-1] if posted else None)
            message = _message(season.cost, proven.value if proven else None, builder.running)
            progress("roster", _time_done(season.share), message)
        builder.wait(_POLL_SECONDS) if builder.running else prover.wait(_POLL_SECONDS)
    return False


def _time_done(share: float) -> float:
    """Return the share of the time that a share of the search took: its last fifth, single moves, is quick.

    At most 0.99: the bound may take longer than the roster.
    """
    draws, moves = min(share, _MOVES_FROM), max(share - _MOVES_FROM, 0.0)
    rest = 1.0 - _MOVES_FROM
    return min(draws * (1.0 - _MOVES_TIME) / _MOVES_FROM + moves * _MOVES_TIME / rest, 0.99)


def _message(cost: float, bound: float | None, searching: bool) -> str:
    if not np.isfinite(cost):
        return "preparing (the first run on a machine compiles the search: half a minute)"
    if bound is None:
        told = f"cost {cost:,.0f}, bound not known yet"
    else:
        gap = (cost - bound) / cost if cost > 0 else 0.0
        told = f"cost {cost:,.0f}, bound {bound:,.0f}, gap {gap:.2%}"
    return told if searching else f"{told}; only the bound is still open"


def _roster(problem: RosterProblem, season: Season, bound: Bound, interrupted: bool) -> Roster:
    if interrupted and not np.isfinite(season.cost):
        raise InterruptedRunError("interrupted before there was a roster")
    search = season.best()
    people = search.index.people
    shifts = placed_shifts(problem, search)
    earned, unused = earnings_of(problem, people, shifts)
    hires = hires_of(problem, season.hires, people)
    scheduled = scheduled_agents(problem, people, shifts, search.index.requirement)
    scheduled += problem.requirement - search.index.requirement
    cost = CostBreakdown(
        wages=sum(e.wages for e in earned.values()),
        premium=sum(e.premium for e in earned.values()),
        hiring=sum(hire.cost for hire in hires),
        guaranteed_unused=unused,
        shortage=shortage_cost(problem, scheduled),
    )
    if season.breached(search):
        if interrupted:
            raise InterruptedRunError("interrupted before there was a roster within the limits on seats")
        raise NoRosterError(
            ["the published shifts of temporary staff pass the seats or the ratio to experienced people on seat"],
            ["withdraw published shifts of temporary staff, or raise seats_max or per_experienced_max"],
        )
    if bound.value > cost.total * (1.0 + _SLACK) + _SLACK:
        refuted = (f"the bound {bound.value:,.2f} lies above the cost: it is wrong and not used; please report this",)
        bound = Bound(0.0, bound.way, (*bound.notes, *refuted))
    proven = min(bound.value, cost.total)  # the bound of a proven optimum may stick out by rounding
    gap = (cost.total - proven) / cost.total if cost.total > 0 else 0.0
    return Roster(
        status=_status(gap, interrupted),
        grid=problem.grid,
        queues=problem.queues,
        shifts=tuple(rostered(problem, people[s.person], s, earned[s.person, s.day]) for s in _in_order(shifts)),
        activities=tuple(a for s in _in_order(shifts) for a in activities_of(problem, people[s.person], s)),
        hires=hires,
        scheduled=scheduled,
        cost=cost,
        bound=proven,
        gap=gap,
        way=f"weeks drawn person by person from a legal start, then single moves; bound by {bound.way}",
        notes=(
            *season.notes(search),
            *bound.notes,
            *(("stopped early: the best roster so far",) if interrupted else ()),
        ),
        prices=_with_heads(bound.prices, hires),
    )


def _with_heads(prices: BoundPrices | None, hires: tuple[Hire, ...]) -> BoundPrices | None:
    """Return the prices with how many people the roster takes on."""
    if prices is None:
        return None
    taken = Counter(hire.contract for hire in hires)
    return replace(prices, heads=tuple(replace(head, heads=taken[head.contract]) for head in prices.heads))


def _in_order(shifts: list[PlacedShift]) -> list[PlacedShift]:
    return sorted(shifts, key=lambda shift: (shift.person, shift.start))


def _status(gap: float, interrupted: bool) -> RosterStatus:
    if interrupted:
        return "interrupted"
    return "optimal" if gap <= OPTIMAL_GAP else "feasible"
