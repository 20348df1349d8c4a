"""What a person counts for by week on seat."""

from __future__ import annotations

import pytest

from wfm.plan import Contract


def test_errors_cost_capacity_until_they_end() -> None:
    """Speed and errors run by week, each holds its last number; capacity is speed times what is right at once."""
    contract = Contract(id="temp", cost_per_hour=20, speed=(0.6, 0.8, 1.0), errors=(0.2, 0.1))
    assert contract.capacity_in_week(0) == pytest.approx(0.48)
    assert contract.capacity_in_week(1) == pytest.approx(0.72)
    assert contract.capacity_in_week(9) == pytest.approx(0.9)
    assert Contract(id="staff", cost_per_hour=20).capacity_in_week(3) == 1.0
