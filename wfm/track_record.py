"""What backtests give back: the accuracy of past forecasts. Pure data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

__all__ = ["Backtest", "BacktestDays", "BacktestRow"]

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class BacktestRow:
    """Accuracy of one model on one held-back window, for one queue and one kind of days.

    Attributes
    ----------
    queue, model : str
        ``all`` for all queues together.
    window : str
        Dates of the weeks, or the edition.
    kind : str
        ``weeks``, ``edition`` or ``peak_days``.
    wape, bias : float
        Of day totals, as shares.
    actual, forecast : float
        Contacts in the window.
    lead : str
        Days ahead that the row covers (``1-7``), empty for all of the window.
    day_type : str
        ``all``, ``ordinary``, ``event`` or ``holiday``.
    slot_wape, mase, quantile_loss, slot_coverage, day_coverage : float
        WAPE of slots; mean absolute scaled error of day totals; weighted quantile loss of day totals; shares of slots
        and of day totals inside the 80 % band. NaN where a model gives no band or slots.
    """

    queue: str
    model: str
    window: str
    kind: str
    wape: float
    bias: float
    actual: float
    forecast: float
    lead: str = ""
    day_type: str = "all"
    slot_wape: float = float("nan")
    mase: float = float("nan")
    quantile_loss: float = float("nan")
    slot_coverage: float = float("nan")
    day_coverage: float = float("nan")


@dataclass(frozen=True)
class BacktestDays:
    """The days of one held-back window, all queues together: what came and what was forecast.

    ``actual``, ``mean``, ``low`` and ``high`` (80 % band), and ``plain`` (mean of the last eight same weekdays as they
    were) are contacts per day, NaN on days of which no queue is known.
    """

    window: str
    kind: str
    first: date
    actual: FloatArray
    mean: FloatArray
    low: FloatArray
    high: FloatArray
    plain: FloatArray


@dataclass(frozen=True)
class Backtest:
    """The record of the forecast: accuracy by queue, model and window, and the days behind it."""

    rows: tuple[BacktestRow, ...]
    days: tuple[BacktestDays, ...]
