"""Room for unplanned shrinkage, rounded exactly."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from wfm.arguments import number
from wfm.staffing.formulas import MOST, checked, shaped

__all__ = ["with_shrinkage"]

FloatArray = NDArray[np.float64]


@overload
def with_shrinkage(agents: float, shrinkage: float) -> int: ...
@overload
def with_shrinkage(agents: ArrayLike, shrinkage: float) -> NDArray[np.int64]: ...
def with_shrinkage(agents: ArrayLike, shrinkage: float) -> int | NDArray[np.int64]:
    """Return how many people to roster so that ``agents`` are on seat: ``ceil(agents / (1 - shrinkage))``.

    The numbers are taken as the decimals they are written as, so 21 agents at 0.3 are 30 (floating point says 31).

    Parameters
    ----------
    agents : float or array
        Agents needed on seat, finite, >= 0; parts of an agent are allowed. At most 1e12 people are rostered for them.
    shrinkage : float
        Share of rostered time that is lost, in [0, 1).

    Raises
    ------
    ValueError
        When an argument is out of its range.
    """
    present = 1 - _decimal(number("shrinkage", shrinkage, "[0, 1)"))
    array = checked("agents", agents)
    if np.any(array > float(MOST * present)):
        raise ValueError(
            f"agents: expected at most {MOST:g} people to roster, got {array.max():g} / {float(present):g}"
        )
    distinct, place = np.unique(array, return_inverse=True)
    rostered = np.array([-(-_decimal(value) // present) for value in distinct.tolist()], dtype=np.int64)
    result: int | NDArray[np.int64] = shaped(rostered[place].ravel(), array.shape)
    return result


def _decimal(value: Any) -> Fraction:
    return Fraction(repr(float(value)))
