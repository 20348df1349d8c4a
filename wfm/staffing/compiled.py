"""One way to compile: numba, cached on disk, with IEEE arithmetic (``1 / 0`` is infinite) and without the GIL."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

__all__ = ["compiled"]

F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F) -> F:
    """Return ``function`` compiled to machine code on first use; the type seen by checkers stays."""
    return cast(F, numba.njit(cache=True, nogil=True, error_model="numpy")(function))
