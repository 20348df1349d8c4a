"""Proven lower bounds of the cost."""

from __future__ import annotations

import numpy as np

from scheduling.multi_activity.problem import ActivityProblem, Person

__all__ = ["least_periods", "volume_bound"]


def least_periods(problem: ActivityProblem, person: Person) -> int:
    """Return the fewest periods in whole shifts that give a person its least minutes."""
    floor = -(-person.least_minutes // problem.period_minutes)
    shifts = -(-floor // problem.longest)
    return max(floor, shifts * problem.shortest)


def volume_bound(problem: ActivityProblem) -> int:
    """Return the cost of the work that nobody asked for, spread as evenly as possible.

    All work is somewhere: the excess over ``most`` is at least what people's least minutes are more than ``most`` in
    total. Squares being convex, it costs least in equal shares: with E periods over n cells, E = q n + r, it is
    (n - r) q^2 + r (q + 1)^2.
    """
    work = sum(least_periods(problem, person) for person in problem.people)
    excess = max(work - int(problem.most.sum()), 0)
    cells = int(np.prod(problem.most.shape))
    each, rest = divmod(excess, cells)
    return (cells - rest) * each**2 + rest * (each + 1) ** 2
