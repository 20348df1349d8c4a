"""The two ways in which functions of the simulator become machine code."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from numba import njit

__all__ = ["compiled", "part"]

Function = TypeVar("Function", bound=Callable[..., Any])

# With numba's reference counting off, passing dozens of arrays from call to call costs nothing: ten times the speed.
# The price: compiled functions must not allocate arrays.
_OPTIONS = {"nogil": True, "_nrt": False}


def compiled(function: Function) -> Function:
    """Return a function to be called from Python as machine code that runs without the interpreter's lock.

    The code is kept on disk; where neither the folder of the source nor the user's cache folder can be written, numba
    raises and the function is compiled anew in every process. The cache looks at the function's own file only, so its
    parts must be in the same module.
    """
    try:
        code = njit(cache=True, **_OPTIONS)(function)
    except RuntimeError:
        code = njit(**_OPTIONS)(function)
    return code  # type: ignore[no-any-return]


def part(function: Function) -> Function:
    """Return a function that only compiled functions of the same module call: no entry from Python, no cache."""
    options = {**_OPTIONS, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    return njit(**options)(function)  # type: ignore[no-any-return]
