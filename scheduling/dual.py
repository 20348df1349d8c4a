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

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scheduling.dual_kernel import Classes, Weeks, day_costs, price_weeks, seat_use, shifts_worked
from scheduling.dual_pauses import Pauses, Placed, price_options
from scheduling.dual_weeks import person_days, person_weeks, stretches
from scheduling.hire_rows import hire_limits
from scheduling.hires import HireOption, hire_fee, hired_person
from scheduling.options import ShiftOptions
from scheduling.patterns import fine_step, meal_starts
from scheduling.pause_shapes import filled
from scheduling.problem import RosterProblem
from scheduling.tables import skills_of
from wfm.bound_prices import BoundPrices, HeadWorth, LimitPrice

__all__ = ["Dual"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
# Temperatures of the choice of a queue, of pauses and of hires, as shares of that of shifts; cold pauses are exact.
QUEUE_HEAT = 0.3
PAUSE_HEAT = 0.5
HIRE_HEAT = 10.0
PAUSES_EXACT = 0.02
COLDEST = 1e-6
_WEEK_SIZE = 1000  # steps of pricing a week, as against those of placing pauses


class Dual:
    """The dual function; prices are one vector: queues by interval, then limits on heads, then stretches of days.

    Parameters
    ----------
    problem, options, hires : RosterProblem, ShiftOptions, sequence of HireOption
        What is to be rostered.
    required : float array (queues, intervals)
        Agents wanted, less those of shifts before the plan.
    spread : callable
        Works as ``map``; that of a pool of threads has an evaluation done by two at a time, to the same bytes.

    Attributes
    ----------
    upper : float array
        Most that each price may be; the least is 0.
    taken : float array (hires,)
        How many people the last evaluation takes on of each hire option.
    size : int
        Steps of an evaluation, about: what its time grows with.
    each : float array (hires,)
        What one of them costs at the prices of the last evaluation; below 0: so much is one worth.
    """

    def __init__(
        self, problem: RosterProblem, options: ShiftOptions, hires: Sequence[HireOption], required: FloatArray,
        spread: Callable[..., Iterable[Any]] = map,
    ) -> None:  # fmt: skip
        self.problem, self.required, self.spread = problem, required, spread
        people = [*problem.people, *(hired_person(problem, hire, 1) for hire in hires)]
        skill, self.speeds = skills_of(problem, people)
        days = person_days(problem, options, people, skill)
        self.runs = stretches(problem, days)
        self.mine = person_weeks(problem, people, days, self.runs)
        self.classes = days.classes
        self.hours = np.unique(options.paid)
        self.hire_kind, self.hire_active = days.kind[len(problem.people) :], self.runs.active[len(problem.people) :]
        self.fine = problem.grid.interval_minutes // fine_step(problem)
        self.placed, self.pauses = _placed(problem, options), _pauses(problem, options)
        self.steps = max(problem.grid.n * self.fine, int((self.placed.begin + self.placed.length).max()) + 1)
        self.used = _used(self.classes, days.of_day, len(self.speeds))
        meals = np.where(self.pauses.shape < 0, 1, np.maximum(self.pauses.meal_count[self.pauses.shape], 1))
        self.skill_parts = _halves((self.used * self.placed.length).sum(axis=(1, 2)))
        self.week_parts = _halves(np.ones(len(self.mine.count)))
        self.size = int((self.used * meals * self.placed.length).sum()) + _WEEK_SIZE * len(self.mine.count)
        self.fee = np.array([hire_fee(problem, hire) for hire in hires], dtype=np.float64)
        self.heads = np.array([hire.heads_max for hire in hires], dtype=np.float64)
        self.taken: FloatArray = np.zeros(len(self.heads))
        self.each: FloatArray = np.zeros(len(self.heads))
        self.hires, self.limits = tuple(hires), hire_limits(problem, hires)
        price = np.repeat(problem.shortage_price * problem.interval_hours, required.shape[1])
        dearest = float(problem.shortage_price.max(initial=0.0)) * 24.0
        self.upper = np.concatenate([
            np.where(required.ravel() > 0, price, 0.0), self.limits.dearest, np.full(self.runs.right.size, dearest)
        ])  # fmt: skip

    def start(self) -> FloatArray:
        """Return prices to start from: a third of the shortage price where somebody is wanted."""
        prices = self.upper / 3.0
        prices[self.required.size :] = 0.0
        return prices

    def __call__(self, prices: FloatArray, temperature: float) -> tuple[float, FloatArray]:
        """Return the smoothed dual value, which is a valid bound, and its gradient."""
        heat = max(temperature, COLDEST)
        queue, limit, run = np.split(prices, [self.required.size, self.required.size + len(self.limits.right)])
        queue = queue.reshape(self.required.shape)
        worth, share = _soft_max(self.speeds[:, :, None] * queue[None], self.speeds, heat * QUEUE_HEAT)
        seat = np.zeros((len(worth), self.steps))
        seat[:, : worth.shape[1] * self.fine] = np.repeat(worth / self.fine, self.fine, axis=1)
        pause_heat = heat * PAUSE_HEAT if heat > PAUSES_EXACT else 0.0
        value = self._price_options(seat, pause_heat)
        cost = day_costs(self.classes, value, len(self.hours), heat)
        money, chosen = self._price_weeks(cost, heat, (self.mine.prices @ run).reshape(-1, 7))
        total, weight = self._take_on(money, limit, run, heat)
        total += float((queue * self.required).sum())
        chosen *= weight[:, None, None]
        shifts = shifts_worked(self.mine.weeks, chosen, self.classes, value, cost, heat)
        seats = self._seat_use(shifts, seat, pause_heat)[:, : worth.shape[1] * self.fine]
        on_seat = seats.reshape(*worth.shape, self.fine).mean(axis=2)
        served = np.einsum("gqt,gt,gq->qt", share, on_seat, self.speeds)
        worked = self.mine.prices.T @ chosen.sum(axis=2).ravel()
        slope = np.concatenate([
            (self.required - served).ravel(), self.limits.table @ self.taken - self.limits.right,
            worked - self._days_in_row(),
        ])  # fmt: skip
        return total, slope

    def _price_options(self, seat: FloatArray, heat: float) -> FloatArray:
        def part(at: slice) -> FloatArray:
            return np.asarray(price_options(seat[at], self.placed, self.pauses, self.used[at], heat))

        return np.concatenate(list(self.spread(part, self.skill_parts)))

    def _price_weeks(self, cost: FloatArray, heat: float, extra: FloatArray) -> tuple[FloatArray, FloatArray]:
        def part(at: slice) -> tuple[FloatArray, FloatArray]:
            every = self.mine.weeks
            weeks = Weeks(every.first[at], every.classes[at], every.forced[at], every.terms[at])
            money, chosen = price_weeks(weeks, cost, self.hours, self.problem.holiday, self._rules, heat, extra[at])
            return money, chosen

        money, chosen = zip(*self.spread(part, self.week_parts), strict=True)
        return np.concatenate(money), np.concatenate(chosen)

    def _seat_use(self, shifts: FloatArray, seat: FloatArray, heat: float) -> FloatArray:
        def part(at: slice) -> FloatArray:
            return np.asarray(seat_use(shifts[at], seat[at], self.placed, self.pauses, heat))

        return np.concatenate(list(self.spread(part, self.skill_parts)))

    def proof(self, prices: FloatArray, temperature: float) -> BoundPrices:
        """Return the prices in the words of the plan, with the bound that they prove."""
        value, _ = self(prices, temperature)
        first = self.required.size
        limits = zip(self.limits.names, prices[first : first + len(self.limits.names)].tolist(), strict=True)
        heads = zip(self.hires, self.each.tolist(), strict=True)
        return BoundPrices(
            seat=prices[:first].reshape(self.required.shape).copy(),
            limits=tuple(LimitPrice(contract, limit, price) for (contract, limit), price in limits),
            heads=tuple(
                HeadWorth(self.problem.contracts[hire.contract].id, 0, hire.heads_max, max(0.0, -each))
                for hire, each in heads
            ),
            value=value,
        )

    @property
    def _rules(self) -> FloatArray:
        rules = self.problem.rules
        return np.array([
            rules.normal_hours_per_day, rules.normal_hours_per_week, 7.0 - rules.days_off_per_week_min
        ])  # fmt: skip

    def _take_on(self, money: FloatArray, limit: FloatArray, run: FloatArray, heat: float) -> tuple[float, FloatArray]:
        """Return what all people cost, constants of limits and stretches included, and how often each week is worked.

        Hires are taken on (``taken``) by what they cost: the fee and their weeks.
        """
        weight = np.where(self.mine.hire < 0, self.mine.count, 0.0)
        total = float(money @ weight - limit @ self.limits.right - run @ self.runs.right.ravel())
        table = run.reshape(self.runs.right.shape)
        for number, (kind, active) in enumerate(zip(self.hire_kind.tolist(), self.hire_active, strict=True)):
            weeks = self.mine.hire == number
            each = self.fee[number] + float(money[weeks].sum()) + float(limit @ self.limits.table[:, number])
            each -= float(active @ table[kind]) * (self.runs.days - 1.0)
            self.each[number] = each
            self.taken[number], gain = _soft_take(each, self.heads[number], heat * HIRE_HEAT)
            total += gain
            weight[weeks] = self.taken[number]
        return total, weight

    def _days_in_row(self) -> FloatArray:
        """Return how many days of each stretch may be worked, over all people: those named and those taken on."""
        right = self.runs.right.copy()
        np.add.at(right, self.hire_kind, self.hire_active * self.taken[:, None] * (self.runs.days - 1.0))
        return right.ravel()


def _halves(load: FloatArray) -> list[slice]:
    """Return two slices of about the same load, one where there is nothing to cut."""
    done = np.cumsum(load)
    cut = int(np.searchsorted(done, done[-1] / 2.0)) + 1 if len(load) else 0
    return [slice(0, cut), slice(cut, len(load))] if 0 < cut < len(load) else [slice(0, len(load))]


def _used(classes: Classes, of_day: IntArray, skills: int) -> BoolArray:
    """Return which options somebody of a skill may work on a day: (skills, days, options)."""
    used = np.zeros((skills, of_day.shape[1], classes.wage.shape[2]), dtype=np.bool_)
    for day in range(of_day.shape[1]):
        for c in np.unique(of_day[of_day[:, day] >= 0, day]).tolist():
            used[classes.skill[c], day, classes.options[classes.first[c] : classes.first[c + 1]]] = True
    return used


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


def _placed(problem: RosterProblem, options: ShiftOptions) -> Placed:
    """Return the options on the fine grid; what a published shift off the grid touches counts whole."""
    step = fine_step(problem)
    phase = options.start.max(axis=0, initial=0) % step
    return Placed(np.where(options.start >= 0, options.start // step, -1), -(-(phase + options.minutes) // step))


def _pauses(problem: RosterProblem, options: ShiftOptions) -> Pauses:
    """Return the pauses of each shape of shift; published ones are worth more without theirs, so they have none."""
    step, interval = fine_step(problem), problem.grid.interval_minutes
    seen: dict[tuple[int, int], int] = {}
    shape = np.full(options.count, -1, dtype=np.int64)
    for s in np.flatnonzero(options.owner < 0).tolist():
        shape[s] = seen.setdefault((int(options.template[s]), int(options.minutes[s])), len(seen))
    templates = [problem.templates[t] for t, _ in seen]
    meals = [meal_starts(problem.templates[t], minutes, interval) for t, minutes in seen]
    breaks = [template.break_minutes for template in templates]
    return Pauses(
        shape=shape,
        meals=filled(meals) // step,
        meal_count=np.array([len(row) for row in meals], dtype=np.int64),
        meal_length=np.array([t.meal_minutes // step for t in templates], dtype=np.int64),
        breaks=filled(breaks) // step,
        break_count=np.array([len(row) for row in breaks], dtype=np.int64),
        clear=np.array([t.break_clear_minutes // step for t in templates], dtype=np.int64),
    )
