"""Effects of events and holidays on the day's contacts, in logs, by ridge regression pooled over queues and editions.

The local level of each queue is a kernel mean of its ordinary days. What special days have above it is explained by
the calendar's columns in two steps: effects common to all queues, then what a queue does differently. Every step
shrinks: kinds of phases to all openings, an event's own phases to their kind, a queue to all queues (the variance
components of a random-effects model, solved as a ridge).

Peaks need not grow as the ordinary level does. What an event adds is taken to be proportional to ``level ** growth``,
with the growth exponent in [0, 1] read off the past (see :mod:`forecasting.growth`): 1 keeps last year's ratio, 0 last
year's number. Past uplifts are first carried to today's level by it, so that effects ahead need no correction.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from forecasting.calendar_features import EVENING_BEFORE, WEEKEND, CalendarFeatures
from forecasting.edition_rows import EDITION_SD, EditionRows
from forecasting.growth import Growth, carried, estimate
from forecasting.local_level import local_level, robust_sd
from forecasting.ridge import Designs, Factored, own_parts, pooled

__all__ = ["Effects", "fit_effects", "with_drivers"]

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

# Prior sd of a log effect by column level: all openings, kind of phase, kind within one event.
_COMMON_SD = (1.0, 0.5, 0.4)
_QUEUE_SD = (0.2, 0.1, 0.1)
# Prior sd of how much stronger a queue reacts to events than all queues together (0.3 = 30 %).
_STRENGTH_SD = 0.3
# What the first full day loses to the evening on which a sale opened, against an opening at midnight; how far that and
# the difference of event days on weekends may be from what is expected.
_EVENING_LOG, _CORRECTION_SD = -0.08, 0.03
_ROUNDS = 3
_WEAK_WEIGHT, _STRONG_WEIGHT = 0.3, 0.02
# Days of this weight or less don't tell how far days stray from the level.
_TELLING_WEIGHT = 0.5
# A day of more than 25 times the ordinary contacts is a slip of the pen, not the largest sale.
_ABSURD_LOG = float(np.log(25.0))
# An ordinary day that far below its level (in logs, and in robust sd) is an outage, not demand.
_OUTAGE_LOG, _OUTAGE_SD = 0.6, 5.0
_TODAY_DAYS = 28
_UNKNOWN_GROWTH = Growth(0.5, 0.35)


@dataclass(frozen=True)
class Effects:
    """What the calendar does to each queue's day.

    Attributes
    ----------
    events, holidays : float arrays (queues, days)
        Log effects over the whole calendar, past and future.
    outage : bool array (queues, known days)
        Days that are left out as outages, or as slips of the pen.
    special_sd : float array (queues,)
        Standard deviation of the log residuals of strong days.
    level : float array (queues, known days)
        Smoothed log level without weekday, event and holiday.
    growth : Growth
        The growth exponent that the effects rest on.
    coefficients : float array (queues, columns)
        Log effect of each column of the calendar at today's level.
    drivers : float array (queues, days) or None
        Log effect of planned orders and the like.
    planned : float array (queues, days) or 0.0
        What the planner's factors add to ``events`` (it is part of them).
    """

    events: FloatArray
    holidays: FloatArray
    outage: BoolArray
    special_sd: FloatArray
    level: FloatArray
    growth: Growth
    coefficients: FloatArray
    drivers: FloatArray | None = None
    planned: FloatArray | float = 0.0

    @property
    def total(self) -> FloatArray:
        """Events, holidays and drivers together."""
        calendar = self.events + self.holidays
        return calendar if self.drivers is None else calendar + self.drivers


def fit_effects(
    totals: FloatArray, calendar: CalendarFeatures, growth: Growth | None = None, more: EditionRows | None = None
) -> Effects:
    """Return the effects learned from day totals.

    Parameters
    ----------
    totals : float array (queues, known days)
        Contacts per day, NaN where unknown; the first day is the calendar's first.
    calendar : CalendarFeatures
        Features of the past and of the days ahead.
    growth : Growth, optional
        Growth exponent to use; estimated from the totals when not given.
    more : EditionRows, optional
        What is known of editions outside the history: it counts as the history's own days of events do.
    """
    known = totals.shape[1]
    logs = np.log1p(totals)
    weekdays = (np.arange(known) + calendar.first.weekday()) % 7
    past = Designs.of(calendar.kinds[1], [x[:known] for x in calendar.designs])
    told = past.above(more.design) if more else past
    weight = _start_weights(calendar, known) * np.isfinite(logs)
    rows = calendar.weak[:, :known] & np.isfinite(logs)
    effect = np.zeros_like(logs)
    coefficients = np.zeros((len(totals), len(calendar.columns)))
    outage = np.zeros(logs.shape, dtype=bool)
    believed = growth or _UNKNOWN_GROWTH
    for number in range(_ROUNDS):
        level, seasonal = local_level(logs - effect, weight * ~outage, weekdays, _TELLING_WEIGHT)
        rest = logs - level - seasonal
        today = _today(level, logs)
        change = today - level
        precision = _precision(rest - effect, rows & ~outage, weight > _WEAK_WEIGHT, totals)
        if growth is None and number == _ROUNDS - 1:
            common = _of_the_business(change, today, logs)
            grown = float((common * precision).sum() / max(precision.sum(), 1e-12))
            believed = estimate(_likelihood(rest, common, past, precision, calendar), grown)
        seen = carried(rest, change, believed.mean), precision
        coefficients = _ridge(told, *(more.beside(*seen, today, believed.mean) if more else seen), calendar)
        effect = carried(past.fitted(coefficients), -change, believed.mean)
        outage = _outages(rest - effect, np.isfinite(logs)) | (np.nan_to_num(rest) > _ABSURD_LOG)
    return _as_effects(calendar, coefficients, outage, rest, effect, level, believed)


def with_drivers(alone: Effects, log_effect: FloatArray, trust: FloatArray) -> Effects:
    """Return effects that are a mean of what the calendar's events and what the drivers say, in logs.

    The calendar's effects are not fitted on what drivers leave: both speak of the same peaks, and the mean of the two
    errs less than either. Holidays keep their whole effect: drivers don't know of them, and where orders fall on a
    holiday that brings fewer contacts, it is the holiday once more. The planner's factors act in full.

    Parameters
    ----------
    alone : Effects
        Of the calendar alone.
    log_effect : float array (queues, days)
        Of the drivers alone.
    trust : float array (queues,)
        Share of the drivers in the mean, 0 where there is none.
    """
    share = trust[:, None]
    beside = np.where(alone.holidays < 0, np.maximum(log_effect, 0.0), log_effect)
    learned = (1 - share) * (alone.events - alone.planned)
    return replace(alone, events=learned + alone.planned, drivers=share * beside)


def _today(level: FloatArray, logs: FloatArray) -> FloatArray:
    """Return the log level of the last weeks with contacts: shape (queues, 1)."""
    seen = np.isfinite(logs)
    recent = seen & (seen[:, ::-1].cumsum(axis=1)[:, ::-1] <= _TODAY_DAYS)
    today: FloatArray = (level * recent).sum(axis=1, keepdims=True) / np.maximum(recent.sum(axis=1, keepdims=True), 1)
    return today


def _of_the_business(change: FloatArray, today: FloatArray, logs: FloatArray) -> FloatArray:
    """Return how far all queues together have moved to today, weighed by their contacts: shape as ``change``.

    Only queues that had contacts by then count. The growth exponent is read off this alone: where contacts shift from
    one queue to another their peaks go with them, which says nothing of how peaks grow.
    """
    weight = np.expm1(np.maximum(today, 0.0)) * (np.isfinite(logs).cumsum(axis=1) > 0)
    mean = (change * weight).sum(axis=0) / np.maximum(weight.sum(axis=0), 1e-12)
    return np.repeat(mean[None], len(change), axis=0)


def _as_effects(
    calendar: CalendarFeatures,
    coefficients: FloatArray,
    outage: BoolArray,
    rest: FloatArray,
    effect: FloatArray,
    level: FloatArray,
    growth: Growth,
) -> Effects:
    known = rest.shape[1]
    promoted = np.where(calendar.is_holiday, 0.0, coefficients)
    holidays = calendar.acting(coefficients - promoted)
    planned = _planner_scale(calendar, promoted)
    events = calendar.acting(promoted) + planned
    # In the past the effect is what it was at its own level; holidays keep theirs, the event takes the rest.
    events[:, :known] = np.where(calendar.weak[:, :known], effect - holidays[:, :known], 0.0)
    left = rest - effect
    strong = calendar.strong[:, :known] & np.isfinite(left) & ~outage
    spread = [float(np.sqrt(np.mean(r[s] ** 2))) if s.sum() >= 5 else 0.3 for r, s in zip(left, strong, strict=True)]
    return Effects(events, holidays, outage, np.array(spread), level, growth, coefficients, planned=planned)


def _planner_scale(calendar: CalendarFeatures, coefficients: FloatArray) -> FloatArray:
    """Return what the planner's factors add to the log effect.

    Phases that multiply contacts by ``m`` multiply them by ``1 + scale * (m - 1)`` instead, at least by 0.05. Those of
    one factor are taken together: a queue of no platform hears of an event from all of them, in parts of one uplift.
    """
    added = np.zeros((len(coefficients), calendar.days))
    for scale in sorted({phase.scale for phase in calendar.phases} - {1.0}):
        cells = [calendar.of_phase(phase) for phase in calendar.phases if phase.scale == scale]
        part = calendar.acting(coefficients, np.maximum.reduce(cells))
        added += np.log(np.maximum(1 + scale * np.expm1(part), 0.05)) - part
    return added


def _start_weights(calendar: CalendarFeatures, known: int) -> FloatArray:
    weak, strong = calendar.weak[:, :known], calendar.strong[:, :known]
    return np.where(strong, _STRONG_WEIGHT, np.where(weak, _WEAK_WEIGHT, 1.0))


def _outages(rest: FloatArray, seen: BoolArray) -> BoolArray:
    limit = np.array([max(_OUTAGE_LOG, _OUTAGE_SD * robust_sd(r[s])) for r, s in zip(rest, seen, strict=True)])
    return seen & (np.nan_to_num(rest) < -limit[:, None])


def _precision(rest: FloatArray, rows: BoolArray, ordinary: BoolArray, totals: FloatArray) -> FloatArray:
    """Return the weight of each day in the fit, 0 where it does not count: shape (queues, days).

    A day's log uplift strays by the queue's ordinary noise, by what editions differ, and by counting.
    """
    noise = np.array([robust_sd(r[o]) for r, o in zip(rest, ordinary, strict=True)])[:, None]
    variance = noise**2 + EDITION_SD**2 + 1 / np.maximum(np.nan_to_num(totals), 1.0)
    return np.where(rows, 1 / variance, 0.0)


def _priors(calendar: CalendarFeatures) -> tuple[FloatArray, FloatArray]:
    """Return the prior precisions of common effects and of a queue's own deviations: shapes (columns,)."""
    levels = np.array([column.level for column in calendar.columns], dtype=np.int64)
    corrects = np.array([column.part in {EVENING_BEFORE, WEEKEND} for column in calendar.columns], dtype=bool)
    common = np.where(corrects, _CORRECTION_SD, np.array(_COMMON_SD)[levels])
    own = np.where(corrects, _CORRECTION_SD, np.array(_QUEUE_SD)[levels])
    return common**-2.0, own**-2.0


def _likelihood(
    rest: FloatArray, change: FloatArray, past: Designs, precision: FloatArray, calendar: CalendarFeatures
) -> Callable[[float], FloatArray]:
    """Return the log likelihood of each queue's special days as a function of the growth exponent, up to a constant.

    By Laplace's method: the effects that fit best are found on the carried uplifts, where the model is linear; what
    they leave is counted where it was seen, at the level of its day, together with their prior. The level that they are
    carried to is the mean one of the past editions: at any other the prior would side with an exponent.
    """
    common, own = _priors(calendar)
    weighted = (precision * np.nan_to_num(change)).sum(axis=1, keepdims=True)
    change = change - weighted / np.maximum(precision.sum(axis=1, keepdims=True), 1e-12)
    ridge = Factored(past, precision, 1 / (1 / common + 1 / own))

    def of(exponent: float) -> FloatArray:
        explained, penalty = ridge.fit(carried(rest, change, exponent))
        left = np.where(precision > 0, rest - carried(explained, -change, exponent), 0.0)
        return np.asarray(-0.5 * ((precision * left**2).sum(axis=1) + penalty), dtype=np.float64)

    return of


def _ridge(past: Designs, rest: FloatArray, precision: FloatArray, calendar: CalendarFeatures) -> FloatArray:
    """Return coefficients (queues, columns): common ones plus each queue's own deviation."""
    if not len(calendar.columns) or not (precision > 0).any():
        return np.zeros((len(rest), len(calendar.columns)))
    common_prior, queue_prior = _priors(calendar)
    expected = _expected(calendar)
    beyond = rest - past.fitted(np.tile(expected, (len(rest), 1)))
    common = expected + pooled(past, beyond, precision, common_prior)
    return common + own_parts(past, rest, precision, common, queue_prior, _STRENGTH_SD)


def _expected(calendar: CalendarFeatures) -> FloatArray:
    """Return what is expected of each column before any evidence: shape (columns,)."""
    return np.array([_EVENING_LOG if column.part == EVENING_BEFORE else 0.0 for column in calendar.columns])
