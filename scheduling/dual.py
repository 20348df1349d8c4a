"""The dual of the roster problem: a proven lower bound for any prices of an agent on seat.

Let ``pi[q, t]`` be what one agent on queue q in interval t is worth, between 0 and the price of a missing one. For any
such prices no legal roster costs less than

    D(pi) = sum of pi * requirement
          + sum over people and calendar weeks of the cheapest week  (wages - what it covers at these prices)
          + sum over people who may be taken on of  heads * min(0, fee + their cheapest weeks)
          + prices of limits on heads

(weak duality: missing agents cost at least ``pi`` each, and nobody is worth more than the dearest queue held). The
cheapest week of a person is exact in leave, shifts, meal and breaks, hours and days per week, overtime and guaranteed
hours; that a stretch of too many days in a row has a day off is priced; rest between shifts, the longest stretch
without a pause, overtime per month and seat limits are left out, which only lowers the bound.

Each minimum is smoothed to a soft minimum of temperature ``T``, never above it (Nesterov 2005), so that a quasi-Newton
method can climb; at a small ``T`` the value is the exact one up to ``T log(choices)``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from scheduling.dual_kernel import Weeks, price_weeks, seat_use
from scheduling.dual_pauses import price_options
from scheduling.hire_rows import hire_limits
from scheduling.hires import HireOption, hired_person
from scheduling.options import ShiftOptions, allowed_options
from scheduling.patterns import fine_step, meal_starts
from scheduling.problem import PREMIUM_KINDS, Person, RosterProblem
from scheduling.tables import guaranteed_hours, skills_of
from scheduling.wages import shift_wage

__all__ = ["Dual"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
# Temperatures of the choice of a queue and of pauses, as shares of that of shifts; below the last pauses are exact.
QUEUE_HEAT = 0.3
PAUSE_HEAT = 0.5
PAUSES_EXACT = 0.02
COLDEST = 1e-6


@dataclass(frozen=True)
class _Shapes:
    """Pauses of each kind of shift in fine steps: meal starts, meal length, break lengths, clear time."""

    of_option: IntArray
    meals: IntArray
    meal_count: IntArray
    meal_length: IntArray
    breaks: IntArray
    break_count: IntArray
    clear: IntArray


class Dual:
    """The dual function; prices are one vector: queues by interval, then limits on heads, then stretches of days."""

    def __init__(
        self, problem: RosterProblem, options: ShiftOptions, hires: Sequence[HireOption], required: FloatArray
    ) -> None:
        self.problem, self.options, self.hires, self.required = problem, options, tuple(hires), required
        self.people = [*problem.people, *(hired_person(problem, hire, 1) for hire in hires)]
        skill, self.speeds = skills_of(problem, self.people)
        self.fine = problem.grid.interval_minutes // fine_step(problem)
        self.shapes = _shapes(problem, options)
        step = fine_step(problem)
        self.begin = np.where(options.start >= 0, options.start // step, -1)
        self.length = -(-options.minutes // step)
        self.tail = int(self.begin.max(initial=0) + self.length.max(initial=0)) + self.fine
        self._kinds()
        self._classes(skill)
        self._runs()
        self._weeks()
        self.fee = np.array([_fee(problem, hire) for hire in hires], dtype=np.float64)
        self.heads = np.array([hire.heads_max for hire in hires], dtype=np.float64)
        self.limits, self.limit_right, limit_max = hire_limits(problem, hires)
        price = np.repeat(problem.shortage_price * problem.interval_hours, required.shape[1])
        dearest = float(problem.shortage_price.max(initial=0.0)) * 24.0
        self.upper = np.concatenate([
            np.where(required.ravel() > 0, price, 0.0), limit_max, np.full(self.run_right.size, dearest)
        ])  # fmt: skip
        self.taken: FloatArray = np.zeros(len(self.heads))

    def _kinds(self) -> None:
        """Find the kinds of people: same contract, speeds, protection and open shifts; hires are kinds of their own."""
        seen: dict[tuple[object, ...], int] = {}
        self.kind = np.zeros(len(self.people), dtype=np.int64)
        for p, person in enumerate(self.people):
            row = allowed_options(self.problem, self.options, person)
            hired = person.employee_id not in self.problem.known_ids
            key = (person.contract, person.no_night, person.speed, row.tobytes(), hired)
            self.kind[p] = seen.setdefault(key, len(seen))
        self.kinds = len(seen)

    def _classes(self, skill: IntArray) -> None:
        """Find the classes of person-days: same skill, contract and open shifts; published shifts are their own."""
        problem, options = self.problem, self.options
        seen: dict[tuple[object, ...], int] = {}
        self.of_day = np.full((len(self.people), problem.days), -1, dtype=np.int64)
        self.forced = np.zeros(self.of_day.shape, dtype=np.bool_)
        rows: list[BoolArray] = []
        where: list[tuple[int, int, bool]] = []
        spans = {(int(p), int(np.argmax(options.start[:, s]))): s for s, p in enumerate(options.owner) if p >= 0}
        for p, person in enumerate(self.people):
            row = allowed_options(problem, options, person)
            for day in range(problem.days):
                mine, span = row, spans.get((p, day))
                if span is not None:
                    mine = np.arange(options.count) == span
                    self.forced[p, day] = True
                elif not person.available(day) or any(s.day == day for s in person.fixed):
                    continue
                full = (int(skill[p, day]), int(self.kind[p]), span)
                if full not in seen:
                    seen[full] = len(rows)
                    rows.append(mine)
                    where.append((int(skill[p, day]), person.contract, person.no_night and span is None))
                self.of_day[p, day] = seen[full]
        allowed = np.array(rows, dtype=np.bool_).reshape(len(rows), options.count)
        self.class_skill = np.array([w[0] for w in where], dtype=np.int64)
        self.class_first = np.cumsum([0, *allowed.sum(axis=1)]).astype(np.int64)
        self.class_options = np.nonzero(allowed)[1].astype(np.int64)
        self.class_no_night = np.array([w[2] for w in where], dtype=np.bool_)
        wages = [shift_wage(problem, options, c) for c in range(len(problem.contracts))]
        self.class_wage = np.stack([wages[w[1]] for w in where]) if where else np.zeros((0, problem.days, 0))
        self.used = np.zeros((len(self.speeds), options.count), dtype=np.bool_)
        for number, row in enumerate(allowed):
            self.used[self.class_skill[number]] |= row
        self.hours = np.unique(options.paid)
        self.hour_class = np.searchsorted(self.hours, options.paid).astype(np.int64)

    def _runs(self) -> None:
        """Find who could work through each stretch of one day more than may be worked in a row.

        In such a stretch one day is off; its price is one per kind of person and stretch, and counts for those only
        who are not off anyway.
        """
        problem = self.problem
        self.run_days = problem.rules.consecutive_days_max + 1
        stretches = max(0, problem.days - self.run_days + 1)
        open_days = self.of_day >= 0
        self.run_active = np.zeros((len(self.people), stretches), dtype=np.bool_)
        for v in range(stretches):
            self.run_active[:, v] = open_days[:, v : v + self.run_days].all(axis=1)
        named = len(problem.people)
        self.run_right = np.zeros((self.kinds, stretches))
        np.add.at(self.run_right, self.kind[:named], self.run_active[:named] * (self.run_days - 1.0))

    def _weeks(self) -> None:
        """Gather the distinct weeks of people with how many people have them; those of hires stay apart."""
        problem, seen = self.problem, {}
        rows: list[tuple[int, int, tuple[int, ...], tuple[bool, ...], tuple[float, ...], tuple[int, ...]]] = []
        count: list[float] = []
        hire: list[int] = []
        named = len(problem.people)
        self.week_of = np.zeros((len(self.people), problem.weeks), dtype=np.int64)
        for p, person in enumerate(self.people):
            for week in range(problem.weeks):
                days = problem.days_of_week(week)
                classes = tuple(self.of_day[p, days.start : days.stop].tolist())
                forced = tuple(self.forced[p, days.start : days.stop].tolist())
                active = tuple(np.flatnonzero(self.run_active[p, max(0, days.start - self.run_days + 1) : days.stop]))
                row = (
                    days.start, int(self.kind[p]), classes, forced, _terms(problem, person, week),
                    tuple(int(v) + max(0, days.start - self.run_days + 1) for v in active),
                )  # fmt: skip
                owner = p - named if p >= named else -1
                if (row, owner) not in seen:
                    seen[row, owner] = len(rows)
                    rows.append(row)
                    count.append(0.0)
                    hire.append(owner)
                count[seen[row, owner]] += 1.0
                self.week_of[p, week] = seen[row, owner]
        wide = np.full((len(rows), 7), -1, dtype=np.int64)
        held = np.zeros((len(rows), 7), dtype=np.bool_)
        for number, (_, _, classes, forced, _, _) in enumerate(rows):
            wide[number, : len(classes)] = classes
            held[number, : len(classes)] = forced
        self.week_count, self.week_hire = np.array(count), np.array(hire, dtype=np.int64)
        self.weeks = Weeks(
            np.array([row[0] for row in rows], dtype=np.int64), wide, held,
            np.array([row[4] for row in rows], dtype=np.float64).reshape(len(rows), 5),
        )  # fmt: skip

        self._run_rows(rows)

    def _run_rows(
        self, rows: Sequence[tuple[int, int, tuple[int, ...], tuple[bool, ...], tuple[float, ...], tuple[int, ...]]]
    ) -> None:
        """Write which (week, day) each stretch's price falls on: a sparse matrix over (weeks x 7, stretches)."""
        place, stretch = [], []
        for number, (first, kind, classes, _, _, active) in enumerate(rows):
            for v in active:
                for day in range(max(first, v), min(first + len(classes), v + self.run_days)):
                    place.append(7 * number + day - first)
                    stretch.append(kind * self.run_right.shape[1] + v)
        shape = (7 * len(rows), max(1, self.run_right.size))
        self.run_matrix = csr_array(
            (np.ones(len(place)), (np.array(place, dtype=np.int64), np.array(stretch, dtype=np.int64))), shape=shape
        )

    def start(self) -> FloatArray:
        """Return prices to start from: a third of the shortage price where somebody is wanted."""
        prices = self.upper / 3.0
        prices[self.required.size :] = 0.0
        return prices

    def __call__(self, prices: FloatArray, temperature: float) -> tuple[float, FloatArray]:
        """Return the smoothed dual value, which is a valid bound, and its gradient."""
        temperature = max(temperature, COLDEST)
        problem, size = self.problem, self.required.size
        limits = len(self.limit_right)
        queue, limit = prices[:size].reshape(self.required.shape), prices[size : size + limits]
        run = prices[size + limits :]
        extra = np.zeros(7 * len(self.week_count)) if not run.size else np.asarray(self.run_matrix @ run)
        extra = extra.reshape(-1, 7)
        worth, share = _soft_max(self.speeds[:, :, None] * queue[None], self.speeds, temperature * QUEUE_HEAT)
        seat = np.repeat(worth / self.fine, self.fine, axis=1)
        seat = np.concatenate([seat, np.zeros((len(seat), max(0, self.tail - seat.shape[1])))], axis=1)
        shapes = self.shapes
        pause_heat = temperature * PAUSE_HEAT if temperature > PAUSES_EXACT else 0.0
        value, pause = price_options(
            seat, self.begin, self.length, self.used, shapes.of_option, shapes.meals, shapes.meal_count,
            shapes.meal_length, shapes.breaks, shapes.break_count, shapes.clear, pause_heat,
        )  # fmt: skip
        rules = problem.rules
        money, chosen = price_weeks(
            self.weeks, value, self.class_skill, self.class_first, self.class_options, self.class_no_night,
            self.class_wage, self.hour_class, self.hours, self.options.night, self.begin, problem.holiday,
            np.array([rules.normal_hours_per_day, rules.normal_hours_per_week, 7.0 - rules.days_off_per_week_min]),
            temperature, np.where(self.week_hire >= 0, 1.0, self.week_count), extra,
        )  # fmt: skip
        named = self.week_hire < 0
        total = float((queue * self.required).sum() + (money * self.week_count)[named].sum() - limit @ self.limit_right)
        total -= float(run @ self.run_right.ravel())
        run_slope = -self.run_right.ravel()
        table = run.reshape(self.run_right.shape)
        weight = np.ones(len(money))
        for number in range(len(self.hires)):
            mine = self.week_hire == number
            each = self.fee[number] + float(money[mine].sum()) + float(limit @ self.limits[:, number])
            p = len(problem.people) + number
            free = self.run_active[p] * (self.run_days - 1.0)
            each -= float(free @ table[self.kind[p]])
            self.taken[number], gain = _soft_take(each, self.heads[number], temperature * 10)
            total += gain
            weight[mine] = self.taken[number]
            first = self.kind[p] * self.run_right.shape[1]
            run_slope[first : first + len(free)] -= free * self.taken[number]
        seats = seat_use(
            self.weeks, chosen, weight, value, pause, self.class_skill, self.class_first, self.class_options,
            self.class_no_night, self.class_wage, self.hour_class, self.hours, self.options.night, self.begin,
            self.length, shapes.of_option, shapes.meals, shapes.meal_count, shapes.meal_length, shapes.breaks,
            shapes.break_count, shapes.clear, temperature, seat.shape[1], seat, pause_heat,
        )  # fmt: skip
        slots = self.required.shape[1]
        used = seats[:, : slots * self.fine].reshape(len(seats), slots, self.fine).sum(axis=2) / self.fine
        served = np.einsum("gqt,gt,gq->qt", share, used, self.speeds)
        worked = (chosen.sum(axis=2) * weight[:, None]).ravel()
        if run.size:
            run_slope += self.run_matrix.T @ worked
        slope = np.concatenate([
            (self.required - served).ravel(), self.limits @ self.taken - self.limit_right, run_slope
        ])  # fmt: skip
        return total, slope


def _fee(problem: RosterProblem, hire: HireOption) -> float:
    contract = problem.contracts[hire.contract]
    return hire.cost + hire.training_in_horizon * contract.training_hours_per_day * contract.cost_per_hour


def _terms(problem: RosterProblem, person: Person, week: int) -> tuple[float, ...]:
    """Return cap on hours, guaranteed hours, rate, rest-day premium, whether overtime is allowed, hours and days used.

    What the past has used of the first week is left out: it can only make the week dearer.
    """
    contract = problem.contracts[person.contract]
    premium = problem.rules.rest_day_pay - 1.0 if contract.kind in PREMIUM_KINDS else 0.0
    hired = week < 0 or person.employee_id not in problem.known_ids
    return (
        min(problem.week_hours_max(person), 168.0), 0.0 if hired else guaranteed_hours(problem, person, week),
        contract.cost_per_hour, premium, 0.0 if person.no_overtime else 1.0,
    )  # fmt: skip


def _soft_max(offers: FloatArray, speeds: FloatArray, temperature: float) -> tuple[FloatArray, FloatArray]:
    """Return what a seat is worth per skill and interval (never below the dearest queue), and the shares of queues."""
    held = speeds[:, :, None] > 0
    offers = np.where(held, offers, -np.inf)
    any_held = held.any(axis=1)
    best = np.where(any_held, offers.max(axis=1), 0.0)
    weight = np.where(held, np.exp((offers - best[:, None, :]) / temperature), 0.0)
    total = weight.sum(axis=1)
    worth = best + temperature * np.log(np.maximum(total, 1.0))
    return np.where(any_held, worth, 0.0), weight / np.maximum(total, 1e-300)[:, None, :]


def _soft_take(value: float, heads: float, temperature: float) -> tuple[float, float]:
    """Return heads taken and their money: all or none by the sign of the value, smoothed."""
    level = value / temperature
    money = -temperature * float(np.logaddexp(0.0, -level)) * heads
    return heads / (1.0 + float(np.exp(np.clip(level, -500, 500)))), money


def _shapes(problem: RosterProblem, options: ShiftOptions) -> _Shapes:
    step, interval = fine_step(problem), problem.grid.interval_minutes
    seen: dict[tuple[int, int], int] = {}
    of_option = np.full(options.count, -1, dtype=np.int64)
    for s in range(options.count):
        if options.owner[s] < 0:
            of_option[s] = seen.setdefault((int(options.template[s]), int(options.minutes[s])), len(seen))
    meals = [meal_starts(problem.templates[t], m, interval) for t, m in seen]
    templates = [problem.templates[t] for t, _ in seen]
    deepest = max((len(m) for m in meals), default=0)
    most = max((len(t.break_minutes) for t in templates), default=0)
    meal_table = np.zeros((len(seen), max(1, deepest)), dtype=np.int64)
    break_table = np.zeros((len(seen), max(1, most)), dtype=np.int64)
    for number, (starts, template) in enumerate(zip(meals, templates, strict=True)):
        meal_table[number, : len(starts)] = [start // step for start in starts]
        break_table[number, : len(template.break_minutes)] = [length // step for length in template.break_minutes]
    return _Shapes(
        of_option, meal_table, np.array([len(m) for m in meals], dtype=np.int64),
        np.array([t.meal_minutes // step for t in templates], dtype=np.int64), break_table,
        np.array([len(t.break_minutes) for t in templates], dtype=np.int64),
        np.array([t.break_clear_minutes // step for t in templates], dtype=np.int64),
    )  # fmt: skip
