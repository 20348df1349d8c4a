"""A forecast that the plan brings itself."""

from __future__ import annotations

import numpy as np
import pytest

from forecasting.forecast import forecast
from forecasting.own import from_table
from tests.forecasting import world
from wfm.inputs import Inputs, SeriesTable

Z90 = 1.2815515655446004


def own(**values: float) -> Inputs:
    """Return inputs with a constant own forecast for all queues and intervals."""
    plan = world.plan(forecast={"paths": 2000})
    shape = (3, plan.plan.grid.n)
    table = SeriesTable({name: np.full(shape, value) for name, value in values.items()})
    return world.inputs(history=world.empty(), plan=plan, own_forecast=table)


def test_means_alone_are_poisson() -> None:
    """Without quantiles variance equals mean; handle times are taken over; the model is called the plan's own."""
    found = from_table(own(offered_mean=30.0, aht_seconds=180.0), seed=3)
    assert abs(found.paths.mean() - 30) < 0.1
    assert abs(found.paths[:, 0].var(axis=0).mean() / 30 - 1) < 0.05
    assert (found.aht_seconds == 180).all()
    assert {choice.model for choice in found.models} == {"own"}
    assert found.warnings == ()


def test_quantiles_widen_the_days() -> None:
    """A band of +-40 around 100 comes back as the paths' 10 % and 90 % quantiles, about."""
    found = from_table(own(offered_mean=100.0, offered_p10=60.0, offered_p90=140.0, aht_seconds=180.0), seed=3)
    low, high = (float(found.quantile(share).mean()) for share in (0.1, 0.9))
    assert abs(low - 62) < 5
    assert abs(high - 140) < 6
    days = found.paths[:, 0].reshape(2000, 14, 24)
    assert np.corrcoef(days[:, 0, 0], days[:, 0, 12])[0, 1] > 0.7


def test_gaps_are_zero_and_said() -> None:
    """Intervals without a number count as none, missing handle times as the queue's; both are told."""
    inputs = own(offered_mean=10.0)
    assert inputs.own_forecast is not None
    inputs.own_forecast.values["offered_mean"][1, :24] = np.nan
    found = from_table(inputs, seed=1)
    assert (found.paths[:, 1, :24] == 0).all()
    assert (found.aht_seconds[2] == 240).all()
    assert any("'chat-b'" in text and "count as 0" in text for text in found.warnings)
    assert any("240 s used" in text for text in found.warnings)


def test_forecast_uses_the_plans_own_numbers() -> None:
    """The main entry takes them without asking for a history."""
    inputs = own(offered_mean=5.0, aht_seconds=100.0)
    assert forecast(inputs, seed=4).paths.tobytes() == from_table(inputs, seed=4).paths.tobytes()


def test_wrong_shape_or_nothing_is_refused() -> None:
    """The numbers must be on the plan's grid."""
    with pytest.raises(ValueError, match="got none"):
        from_table(world.inputs(), seed=1)
    wrong = SeriesTable({"offered_mean": np.ones((3, 5))})
    with pytest.raises(ValueError, match="shape"):
        from_table(world.inputs(own_forecast=wrong), seed=1)
