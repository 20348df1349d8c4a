"""The two ways in which functions of the simulator become machine code."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import Any, TypeVar

from numba import njit
from numba.core.caching import IndexDataCacheFile

__all__ = ["compiled", "part", "stamp"]

Function = TypeVar("Function", bound=Callable[..., Any])

# With numba's reference counting off and every part inlined, passing dozens of arrays from call to call costs nothing:
# ten times the speed. The price: compiled functions must not allocate arrays.
_OPTIONS = {"nogil": True, "_nrt": False}


def compiled(function: Function) -> Function:
    """Return a function to be called from Python as machine code that runs without the interpreter's lock.

    The code is kept on disk and used again as long as no file of this package changes; where neither the folder of the
    source nor the user's cache folder can be written, numba raises and the function is compiled anew in every process.
    """
    try:
        code = njit(cache=True, **_OPTIONS)(function)
        _watch_package(code)
    except RuntimeError:
        code = njit(**_OPTIONS)(function)
    return code  # type: ignore[no-any-return]


def part(function: Function) -> Function:
    """Return a function that only compiled functions call: no entry from Python, copied into its callers."""
    options = {**_OPTIONS, "no_cpython_wrapper": True, "no_cfunc_wrapper": True, "forceinline": True}
    return njit(**options)(function)  # type: ignore[no-any-return]


@cache
def stamp() -> str:
    """Return a hash of the package's sources."""
    digest = hashlib.sha256()
    for file in sorted(files(__package__).iterdir(), key=lambda file: file.name):
        if file.name.endswith(".py"):
            digest.update(file.read_bytes())
    return digest.hexdigest()


class _Kept(IndexDataCacheFile):  # type: ignore[misc]
    """Numba's record of kept code; one that an earlier version left, with classes that are gone, counts as empty."""

    def _load_index(self) -> Any:
        try:
            return super()._load_index()
        except (AttributeError, ImportError, TypeError):
            return {}


def _watch_package(code: Any) -> None:
    """Let kept code depend on all files of the package: by itself numba looks at the function's own file only."""
    kept = code._cache._cache_file
    code._cache._cache_file = _Kept(kept._cache_path, kept._index_name.removesuffix(".nbi"), stamp())
