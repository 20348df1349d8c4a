"""Where meal and short breaks may lie in a shift: every legal pattern, as presence on the seat per interval."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import islice
from math import ceil, gcd

import numpy as np
from numpy.typing import NDArray

from scheduling.problem import RosterProblem
from wfm.plan import ShiftTemplate

__all__ = [
    "PATTERNS_MAX", "Pattern", "all_patterns", "fine_step", "legal_patterns", "meal_starts", "pause_envelope",
    "presence",
]  # fmt: skip

PATTERNS_MAX = 1500
_ALL_MAX = 20_000
_STRIDES = (1, 2, 3, 4, 6, 8)
FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Pattern:
    """Pauses of one shift in minutes after its start: ``meal`` and ``breaks`` as (start, end); no meal: None."""

    meal: tuple[int, int] | None
    breaks: tuple[tuple[int, int], ...]

    @property
    def pauses(self) -> tuple[tuple[int, int], ...]:
        """All pauses in order of time."""
        meal = () if self.meal is None else (self.meal,)
        return tuple(sorted((*meal, *self.breaks)))


def fine_step(problem: RosterProblem) -> int:
    """Return the step in minutes on which breaks start: the greatest common divisor of interval, meals and breaks."""
    lengths = (m for template in problem.templates for m in (template.meal_minutes, *template.break_minutes))
    return reduce(gcd, lengths, problem.grid.interval_minutes)


def legal_patterns(
    template: ShiftTemplate | None, minutes: int, phase: int, interval: int, step: int, stretch_hours_max: float
) -> tuple[Pattern, ...]:
    """Return the legal meal and break placements of a shift that differ in presence, at most ``PATTERNS_MAX``.

    Parameters
    ----------
    template : ShiftTemplate or None
        None: a shift without meal and breaks.
    minutes : int
        Length of the shift.
    phase : int
        Minutes by which the shift's start misses the interval grid (0 for shifts that we make).
    interval, step : int
        Interval of the plan and fine step for breaks, in minutes.
    stretch_hours_max : float
        Longest work without a pause.

    Returns
    -------
    tuple of Pattern
        Empty when no placement obeys the rules.
    """
    distinct: dict[bytes, Pattern] = {}
    for stride in _STRIDES:  # with many breaks there are too many placements: only every second, third, ... start then
        placed = all_patterns(template, minutes, phase, interval, step, stretch_hours_max, stride)
        legal = list(islice(placed, _ALL_MAX + 1))
        if len(legal) <= _ALL_MAX:
            break
    for pattern in legal:
        distinct.setdefault(presence(minutes, phase, interval, pattern.pauses).tobytes(), pattern)
    found = list(distinct.values())
    keep = np.linspace(0, len(found) - 1, min(len(found), PATTERNS_MAX)).round().astype(int)
    return tuple(found[number] for number in keep)


def all_patterns(
    template: ShiftTemplate | None, minutes: int, phase: int, interval: int, step: int, stretch_hours_max: float,
    stride: int = 1,
) -> Iterator[Pattern]:  # fmt: skip
    """Yield every legal placement, breaks at every ``stride``-th fine step; else as :func:`legal_patterns`."""
    if template is None:
        template = ShiftTemplate(id="-", start="00:00", hours=(1.0,))
    for meal in _meals(template, minutes, phase, interval):
        for breaks in _breaks(template, minutes, phase % step, step, stride, meal, ()):
            pattern = Pattern(meal, breaks)
            if _longest_stretch(pattern, minutes) <= stretch_hours_max * 60:
                yield pattern


def _meals(template: ShiftTemplate, minutes: int, phase: int, interval: int) -> Iterator[tuple[int, int] | None]:
    if template.meal_minutes == 0:
        yield None
        return
    first, last = template.meal_window
    for start in range(first + (-(first + phase)) % interval, last + 1, interval):
        if start > 0 and start + template.meal_minutes < minutes:
            yield start, start + template.meal_minutes


def meal_starts(template: ShiftTemplate, minutes: int, interval: int) -> list[int]:
    """Return the minutes after a shift's start at which its meal may begin; empty without a meal."""
    return [meal[0] for meal in _meals(template, minutes, 0, interval) if meal is not None]


def _breaks(
    template: ShiftTemplate, minutes: int, phase: int, step: int, stride: int, meal: tuple[int, int] | None,
    placed: tuple[tuple[int, int], ...],
) -> Iterator[tuple[tuple[int, int], ...]]:  # fmt: skip
    lengths = template.break_minutes
    if len(placed) == len(lengths):
        yield placed
        return
    clear, length = template.break_clear_minutes, lengths[len(placed)]
    earliest = (placed[-1][1] if placed else 0) + clear
    earliest += (-(earliest + phase)) % step
    for start in range(earliest, minutes - clear - length + 1, step * stride):
        if meal is None or start + length + clear <= meal[0] or start >= meal[1] + clear:
            yield from _breaks(template, minutes, phase, step, stride, meal, (*placed, (start, start + length)))


def _longest_stretch(pattern: Pattern, minutes: int) -> int:
    pauses = pattern.pauses
    ends = [*(start for start, _ in pauses), minutes]
    begins = [0, *(end for _, end in pauses)]
    return max(end - begin for begin, end in zip(begins, ends, strict=True))


def presence(minutes: int, phase: int, interval: int, away: Sequence[tuple[int, int]]) -> FloatArray:
    """Return the share of each interval that a shift is on seat, from the interval in which it starts on.

    Parameters
    ----------
    minutes, phase, interval : int
        Length of the shift, its start after the interval's start, length of an interval.
    away : sequence of (start, end)
        Pauses in minutes after the shift's start.

    Returns
    -------
    float array
        Values in [0, 1]; one per interval touched.
    """
    count = ceil((phase + minutes) / interval)
    edges = np.arange(count + 1, dtype=np.float64) * interval - phase

    def inside(start: float, end: float) -> FloatArray:
        overlap = np.minimum(edges[1:], end) - np.maximum(edges[:-1], start)
        return np.asarray(np.clip(overlap, 0.0, None), dtype=np.float64)

    seat = inside(0, minutes) - sum((inside(*pause) for pause in away), np.zeros(count))
    return np.asarray(seat / interval, dtype=np.float64)


def pause_envelope(
    template: ShiftTemplate | None, minutes: int, phase: int, interval: int, step: int, stretch_hours_max: float
) -> FloatArray:
    """Return presence with all pauses taken as early, and as late, as any legal placement allows: (2, intervals).

    Up to the end of each interval no legal placement takes more pause time than the first row, none less than the
    second. Found over all placements; with very many, over each pause alone, which is wider.
    """
    found = list(islice(all_patterns(template, minutes, phase, interval, step, stretch_hours_max), _ALL_MAX + 1))
    whole = presence(minutes, phase, interval, ())
    if not found:
        return np.stack((whole, whole))
    if len(found) > _ALL_MAX and template is not None:
        found = _single_pauses(template, minutes, phase, interval)
    taken = np.stack([np.cumsum(whole - presence(minutes, phase, interval, p.pauses)) for p in found])
    steps = np.diff(np.stack((taken.max(axis=0), taken.min(axis=0))), axis=1, prepend=0.0)
    return np.asarray(whole - steps, dtype=np.float64)


def _single_pauses(template: ShiftTemplate, minutes: int, phase: int, interval: int) -> list[Pattern]:
    """Return two placements, all pauses as early and as late as possible, each pause looked at alone."""
    meals = list(_meals(template, minutes, phase, interval))
    clear, lengths = template.break_clear_minutes, template.break_minutes
    early, late = [], []
    for number, length in enumerate(lengths):
        first = clear * (number + 1) + sum(lengths[:number])
        last = minutes - clear * (len(lengths) - number) - sum(lengths[number:])
        early.append((first, first + length))
        late.append((last, last + length))
    return [Pattern(meals[0], tuple(early)), Pattern(meals[-1], tuple(late))]
