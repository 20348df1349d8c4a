"""The problem as flat arrays for the compiled search: :class:`Tables` never changes, :class:`State` is the roster."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scheduling.hires import hire_cost
from scheduling.options import ShiftOptions, allowed_options
from scheduling.patterns import Pattern, presence
from scheduling.problem import PREMIUM_KINDS, Person, RosterProblem, week_speeds
from scheduling.queue_weights import QueueBlock, queue_blocks
from scheduling.wages import past_overtime

__all__ = ["Index", "Tables", "build_tables", "guaranteed_hours", "open_requirement", "skills_of"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
NEVER = 10**8


class Tables(NamedTuple):
    """Arrays that the search reads. ``E`` extended days = ``pre`` days of the past, then the horizon.

    Weights of queues (``smax`` columns, :mod:`scheduling.queue_weights`) lie in blocks: within a block the missing
    agents are the largest, over its weights, of the weighted requirement less the best use of everybody.
    ``block_price`` is money per missing agent-interval.
    """

    pre: int
    opt_template: IntArray
    opt_paid: FloatArray
    opt_minutes: IntArray
    opt_pattern: IntArray
    opt_patterns: IntArray
    opt_start: IntArray
    opt_slot: IntArray
    opt_night: BoolArray
    pat_len: IntArray
    pat_seat: FloatArray
    pat_any: IntArray
    pat_all: IntArray
    allowed: BoolArray
    cand: IntArray
    cand_first: IntArray
    kind: IntArray
    no_night: BoolArray
    available: BoolArray
    latest: IntArray
    locked: BoolArray
    skill: IntArray
    smax: NDArray[np.float32]
    block_first: IntArray
    block_price: FloatArray
    rate: FloatArray
    premium: BoolArray
    holiday_pay: FloatArray
    overtime_ok: BoolArray
    holiday: BoolArray
    training: BoolArray
    week_first: IntArray
    week_cap: FloatArray
    guaranteed: FloatArray
    month: IntArray
    month_cap: FloatArray
    wish: FloatArray
    pools: IntArray
    pool_seats: FloatArray
    pool_ratio: FloatArray
    pool_cost: FloatArray
    experienced: BoolArray
    rules: FloatArray
    day_slot: IntArray
    interval: int


@dataclass(frozen=True)
class Index:
    """What the numbers in :class:`Tables` mean.

    ``span_option`` maps (person, day) of published shifts to options; ``blocks`` hold the columns of ``smax``.
    """

    people: tuple[Person, ...]
    options: ShiftOptions
    patterns: tuple[Pattern, ...]
    span_option: dict[tuple[int, int], int]
    requirement: FloatArray
    blocks: tuple[QueueBlock, ...]

    @property
    def weights(self) -> FloatArray:
        """Weights of queues: (columns of ``smax``, queues)."""
        none = np.zeros((0, len(self.requirement)))
        return np.concatenate([none, *(block.weights for block in self.blocks)])


def skills_of(problem: RosterProblem, people: Sequence[Person]) -> tuple[IntArray, FloatArray]:
    """Return the skill class of each person and day (people, days), and the speeds of each (classes, queues)."""
    seen: dict[tuple[float, ...], int] = {}
    number = np.zeros((len(people), problem.days), dtype=np.int64)
    for p, person in enumerate(people):
        for day in range(problem.days):
            speeds = week_speeds(problem, person, day)
            number[p, day] = seen.setdefault(speeds, len(seen))
    return number, np.array(list(seen) or [(0.0,) * len(problem.queues)], dtype=np.float64)


def late_from_before(problem: RosterProblem) -> list[tuple[Person, int]]:
    """Return (person, end minute) of published shifts of the past that reach into the horizon."""
    return [(p, span.end) for p in problem.people for span in p.past if span.end > 0]


def build_tables(
    problem: RosterProblem, options: ShiftOptions, people: tuple[Person, ...], extra: Sequence[Sequence[float]] = ()
) -> tuple[Tables, Index]:
    """Return the search tables for a set of people (named ones and hires), with extra weights of queues."""
    patterns, first, count = _pattern_table(options)
    skill, speeds = skills_of(problem, people)
    blocks = tuple(queue_blocks(problem, speeds, extra))
    index = Index(people, options, tuple(patterns), options.published, open_requirement(problem), blocks)
    smax = (speeds[:, None, :] * index.weights[None]).max(axis=2, initial=0.0).astype(np.float32)
    kinds, kind = _kinds(problem, options, people)
    cand = [np.flatnonzero(row) for row in kinds]
    pat_len, seat, any_, all_ = _presence(problem, patterns, _distinct(problem, options))
    locked = np.zeros((len(people), problem.days), dtype=np.bool_)
    for place in [*options.published, *((p, span.day) for p, person in enumerate(people) for span in person.fixed)]:
        locked[place] = True
    pools, seats, ratio, cost = _pools(problem, people)
    left = _overtime_left(problem, people)
    tables = Tables(
        pre=_past_days(problem),
        opt_template=options.template, opt_paid=options.paid, opt_minutes=options.minutes,
        opt_pattern=first, opt_patterns=count, opt_start=options.start,
        opt_slot=options.start // problem.grid.interval_minutes, opt_night=options.night,
        pat_len=pat_len, pat_seat=seat, pat_any=any_, pat_all=all_,
        allowed=kinds, cand=np.concatenate([*cand, np.zeros(0, dtype=np.int64)]).astype(np.int64),
        cand_first=np.cumsum([0, *(len(c) for c in cand)]).astype(np.int64), kind=kind,
        no_night=np.array([p.no_night for p in people], dtype=np.bool_),
        available=_available(problem, people, left),
        latest=_latest_end(problem, people), locked=locked, skill=skill, smax=smax,
        block_first=np.cumsum([0, *(len(block.weights) for block in blocks)]).astype(np.int64),
        block_price=np.array([block.price * problem.interval_hours for block in blocks], dtype=np.float64),
        **_money(problem, people), **_calendar(problem, people), month_cap=np.maximum(left, 0.0),
        wish=_wish(problem, people),
        pools=pools, pool_seats=seats, pool_ratio=ratio, pool_cost=cost,
        experienced=np.array([problem.contracts[p.contract].kind == "employee" for p in people], dtype=np.bool_),
        rules=_rules(problem), day_slot=_day_slots(problem), interval=problem.grid.interval_minutes,
    )  # fmt: skip
    return tables, index


def open_requirement(problem: RosterProblem) -> FloatArray:
    """Return the requirement left after shifts of the evening before: their people serve their queues evenly."""
    left = problem.requirement.copy()
    for person, end in late_from_before(problem):
        speeds = np.array(week_speeds(problem, person, -1))
        held = speeds > 0
        share = presence(end, 0, problem.grid.interval_minutes, ())[: left.shape[1]]
        if held.any():
            left[:, : len(share)] -= np.outer(np.where(held, speeds, 0.0) / held.sum(), share)
    return np.clip(left, 0.0, None)


def _pattern_table(options: ShiftOptions) -> tuple[list[Pattern], IntArray, IntArray]:
    patterns: list[Pattern] = []
    seen: dict[int, int] = {}
    first = np.zeros(options.count, dtype=np.int64)
    for number, legal in enumerate(options.patterns):
        if id(legal) not in seen:
            seen[id(legal)] = len(patterns)
            patterns.extend(legal)
        first[number] = seen[id(legal)]
    count = np.array([len(legal) for legal in options.patterns], dtype=np.int64)
    return patterns, first, count


def _distinct(problem: RosterProblem, options: ShiftOptions) -> list[tuple[int, int, int]]:
    """Return (minutes, phase, number of patterns) of each stretch of the pattern table."""
    seen: dict[int, tuple[int, int, int]] = {}
    phase = options.start.max(axis=0, initial=0) % problem.grid.interval_minutes
    for minutes, late, legal in zip(options.minutes.tolist(), phase.tolist(), options.patterns, strict=True):
        seen.setdefault(id(legal), (minutes, late, len(legal)))
    return list(seen.values())


def _presence(
    problem: RosterProblem, patterns: list[Pattern], shape: list[tuple[int, int, int]]
) -> tuple[IntArray, FloatArray, IntArray, IntArray]:
    interval = problem.grid.interval_minutes
    length = [(minutes, phase) for minutes, phase, count in shape for _ in range(count)]
    widest = max(((m + phase) // interval + 2 for m, phase in length), default=1)
    seat, duty = np.zeros((len(patterns), widest)), np.zeros((len(patterns), widest))
    count = np.zeros(len(patterns), dtype=np.int64)
    for number, (pattern, (minutes, phase)) in enumerate(zip(patterns, length, strict=True)):
        row = presence(minutes, phase, interval, pattern.pauses)
        count[number] = len(row)
        seat[number, : len(row)] = row
        meal = () if pattern.meal is None else (pattern.meal,)
        duty[number, : len(row)] = presence(minutes, phase, interval, meal)
    return count, seat, (duty > 1e-9).astype(np.int64), (duty > 1 - 1e-9).astype(np.int64)


def _kinds(problem: RosterProblem, options: ShiftOptions, people: Sequence[Person]) -> tuple[BoolArray, IntArray]:
    seen: dict[bytes, int] = {}
    rows: list[BoolArray] = []
    kind: list[int] = []
    for person in people:
        row = allowed_options(problem, options, person)
        key = row.tobytes()
        if key not in seen:
            seen[key] = len(rows)
            rows.append(row)
        kind.append(seen[key])
    return np.array(rows, dtype=np.bool_).reshape(len(rows), options.count), np.array(kind, dtype=np.int64)


def _latest_end(problem: RosterProblem, people: Sequence[Person]) -> IntArray:
    """Return the latest end of a shift that starts on a day: before a day of leave, and on the last day employed."""
    latest = np.full((len(people), problem.days), NEVER, dtype=np.int64)
    for p, person in enumerate(people):
        for day in range(problem.days):
            for ahead in (day + 1, day + 2):
                if ahead in person.off or ahead > person.employed_to:
                    latest[p, day] = problem.minute_at(ahead, 0)
                    break
    return latest


def _past_days(problem: RosterProblem) -> int:
    return 7 * (1 + (problem.rules.consecutive_days_max + 6) // 7) + problem.grid.start.weekday()


def _money(problem: RosterProblem, people: Sequence[Person]) -> dict[str, Any]:
    contracts = [problem.contracts[p.contract] for p in people]
    plain = problem.rules.holiday_pay
    return {
        "rate": np.array([c.cost_per_hour for c in contracts], dtype=np.float64),
        "premium": np.array([c.kind in PREMIUM_KINDS for c in contracts], dtype=np.bool_),
        "holiday_pay": np.array([1.0 if c.kind == "outsourced" else plain for c in contracts], dtype=np.float64),
        "overtime_ok": np.array([not p.no_overtime for p in people], dtype=np.bool_),
        "guaranteed": np.array(
            [[guaranteed_hours(problem, p, w) for w in range(problem.weeks)] for p in people], dtype=np.float64
        ).reshape(len(people), problem.weeks),
    }


def guaranteed_hours(problem: RosterProblem, person: Person, week: int) -> float:
    """Return the guaranteed hours of a person in a calendar week, in proportion to the days employed and not off."""
    hours = problem.contracts[person.contract].hours_per_week_guaranteed
    inside = [d for d in problem.days_of_week(week) if person.employed_from <= d <= person.employed_to]
    return hours * len([d for d in inside if d not in person.off]) / 7.0


def _calendar(problem: RosterProblem, people: Sequence[Person]) -> dict[str, Any]:
    pre = _past_days(problem)
    training = np.zeros((len(people), pre + problem.days), dtype=np.bool_)
    cap = np.array([[problem.week_hours_max(p)] * problem.weeks for p in people], dtype=np.float64)
    for p, person in enumerate(people):
        published = (span.day for span in (*person.past, *person.fixed) if span.training)
        for day in (d for d in (*person.training, *published) if -pre <= d):
            training[p, pre + day] = True
    holiday = [d in problem.past_holidays for d in range(-pre, 0)] + problem.holiday.tolist()
    first = [max(0, 7 * w - problem.grid.start.weekday() + pre) for w in range(problem.weeks)]
    return {
        "holiday": np.array(holiday, dtype=np.bool_),
        "training": training,
        "week_first": np.array([*first, pre + problem.days], dtype=np.int64),
        "week_cap": cap.reshape(len(people), problem.weeks),
        "month": problem.month_of_day,
    }


def _overtime_left(problem: RosterProblem, people: Sequence[Person]) -> FloatArray:
    """Return the overtime left per person and month: that of published shifts before the plan is taken off."""
    months = int(problem.month_of_day[-1]) + 1
    left = np.full((len(people), months), problem.rules.overtime_hours_per_month_max)
    for p, person in enumerate(people):
        if person.past:
            left[p, 0] -= past_overtime(problem, person)
    return left


def _available(problem: RosterProblem, people: Sequence[Person], left: FloatArray) -> BoolArray:
    """Return who may start a shift on which day; nobody may in a month whose overtime the past has passed already."""
    days = np.array([[p.available(d) for d in range(problem.days)] for p in people], dtype=np.bool_)
    return np.asarray(days.reshape(len(people), problem.days) & (left >= -1e-9)[:, problem.month_of_day])


def _wish(problem: RosterProblem, people: Sequence[Person]) -> FloatArray:
    """Return the reward of each template (last column: no work) per person and day."""
    none = len(problem.templates)
    wish = np.zeros((len(people), problem.days, none + 1), dtype=np.float64)
    for p, day, template, weight in problem.wishes:
        if template < 0:
            wish[p, day, :none] += weight
        else:
            wish[p, day, template] += weight
    return wish


def _pools(problem: RosterProblem, people: Sequence[Person]) -> tuple[IntArray, FloatArray, FloatArray, FloatArray]:
    """Return the two pools of each person (all temps, the own contract; -1 none) and the limits of each pool.

    What hires cost before the plan is taken off the money: the search books wages alone.
    """
    limits = [problem.limits, *(c.limits for c in problem.contracts)]
    pools = np.array([[0 if p.temporary else -1, 1 + p.contract] for p in people], dtype=np.int64).reshape(-1, 2)
    none = float(NEVER)
    rows = [
        [
            none if x.seats_max is None else float(x.seats_max),
            none if x.per_experienced_max is None else float(x.per_experienced_max),
            np.inf if x.cost_max is None else float(x.cost_max),
        ]
        for x in limits
    ]
    bound = np.array(rows, dtype=np.float64)
    unlimited = np.flatnonzero((bound >= none).all(axis=1))
    pools[np.isin(pools, unlimited)] = -1
    for p, person in list(enumerate(people))[len(problem.people) :]:
        bound[pools[p][pools[p] >= 0], 2] -= hire_cost(problem, person)
    return pools, bound[:, 0].copy(), bound[:, 1].copy(), bound[:, 2].copy()


def _day_slots(problem: RosterProblem) -> IntArray:
    """Return the first interval of each day, and behind the last the end of the horizon."""
    first = [problem.grid.slots_of_day(day).start for day in range(problem.days)]
    return np.array([*first, problem.grid.n], dtype=np.int64)


def _rules(problem: RosterProblem) -> FloatArray:
    r = problem.rules
    return np.array(
        [
            r.normal_hours_per_day, r.normal_hours_per_week, r.overtime_hours_per_day_max, r.overtime_pay,
            r.rest_day_pay, r.rest_hours_between_shifts_min * 60, r.consecutive_days_max, 7 - r.days_off_per_week_min,
        ]
    )  # fmt: skip
