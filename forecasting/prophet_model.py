"""Prophet on log day totals."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecasting.level import DaySeries, TooShortError, bounded

__all__ = ["ProphetLevel", "quiet_prophet"]

FloatArray = NDArray[np.float64]
_LEAST_DAYS = 42
_YEARLY_FROM_DAYS = 400
_MEMORY_DAYS = 1096
# The optimiser starts from given values; the seed is fixed all the same, should Stan ever draw.
_STAN_SEED = 1


class ProphetLevel:
    """Piecewise linear trend, weekly and (from 400 days on) yearly seasonality; events are taken out before."""

    name = "prophet"

    def forecast(self, series: DaySeries, horizon: int) -> FloatArray:
        """Return the level; raises :class:`TooShortError` below 42 known days."""
        import pandas as pd

        known = series.known[series.known >= series.days - _MEMORY_DAYS]
        if len(known) < _LEAST_DAYS:
            raise TooShortError(f"prophet needs {_LEAST_DAYS} known days, there are {len(known)}")
        first = pd.Timestamp(series.first)
        dates = first + pd.to_timedelta(np.arange(series.days + horizon), unit="D")
        logs = np.log1p(series.values[known])
        with quiet_prophet() as prophet:
            model = prophet(
                growth="linear",
                n_changepoints=15,
                yearly_seasonality=6 if series.days - int(known[0]) >= _YEARLY_FROM_DAYS else False,
                weekly_seasonality=True,
                daily_seasonality=False,
                uncertainty_samples=0,
            )
            model.fit(pd.DataFrame({"ds": dates[known], "y": logs}), seed=_STAN_SEED)
            fitted = model.predict(pd.DataFrame({"ds": dates}))["yhat"].to_numpy(dtype=np.float64)
        smear = float(np.expm1(logs).sum() / max(np.expm1(fitted[known]).sum(), 1e-9))
        return bounded(series, horizon, np.expm1(fitted[series.days :]) * np.clip(smear, 0.8, 1.25))


@contextmanager
def quiet_prophet() -> Iterator[Any]:
    """Give the library's class and hold back what the library has to say while it is used."""
    logging.getLogger("prophet.plot").disabled = True  # it complains about a missing plotting library
    with warnings.catch_warnings():
        # Prophet and cmdstanpy trip over deprecations of pandas and leave temporary files open; neither is ours.
        warnings.simplefilter("ignore")
        from prophet import Prophet

        # Only now: importing the library switches its loggers on again.
        for name in ("cmdstanpy", "prophet", "prophet.models"):
            logging.getLogger(name).disabled = True
        yield Prophet
