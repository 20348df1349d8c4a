"""The ways in which inner loops become machine code (numba): kept on disk, without the interpreter's lock.

``kernel`` is for mathematics: IEEE arithmetic (``1 / 0`` is infinite), may allocate arrays. ``compiled`` and ``part``
are for simulators: with numba's reference counting off and every part inlined, passing dozens of arrays from call to
call costs nothing, ten times the speed; the price: such functions must not allocate arrays. ``kept`` is for packages
with options of their own.

Kept code is used again as long as no file of the packages that hold such functions changes: by itself numba looks at
the function's own file only, and would run old code of what it calls. Where neither the folder of the source nor the
user's cache folder can be written, functions are compiled anew in every process.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, TypeVar

from numba import njit
from numba.core.caching import IndexDataCacheFile

__all__ = ["compiled", "kept", "kernel", "part", "stamp"]

Function = TypeVar("Function", bound=Callable[..., Any])

_LEAN = {"nogil": True, "_nrt": False}
_PACKAGES = ("wfm.audit", "wfm.simulation", "wfm.staffing")


def kernel(function: Function) -> Function:
    """Return a function of arrays and numbers as machine code; it may allocate."""
    return kept(function, {"nogil": True, "error_model": "numpy"})


def compiled(function: Function, packages: tuple[str, ...] = _PACKAGES) -> Function:
    """Return a function to be called from Python as machine code; it must not allocate arrays."""
    return kept(function, _LEAN, packages)


def part(function: Function, fastmath: bool = False) -> Function:
    """Return a function that only compiled functions call: no entry from Python, copied into its callers.

    It must not allocate arrays; with ``fastmath`` its sums may be reordered for speed.
    """
    bare = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True, "forceinline": True}
    options = {**_LEAN, **bare, "fastmath": fastmath}
    return njit(**options)(function)  # type: ignore[no-any-return]


def kept(function: Function, options: Mapping[str, Any], packages: tuple[str, ...] = _PACKAGES) -> Function:
    """Return a function as machine code that is used again until a file of ``packages`` changes.

    Parameters
    ----------
    function : callable
        Of arrays and numbers.
    options : mapping
        Of ``numba.njit``, without ``cache``.
    packages : tuple of str
        All packages whose compiled functions it calls or whose constants it reads.
    """
    try:
        code = njit(cache=True, **options)(function)
        _watch(code, packages)
    except RuntimeError:
        code = njit(**options)(function)
    return code  # type: ignore[no-any-return]


@cache
def stamp(packages: tuple[str, ...] = _PACKAGES) -> str:
    """Return a hash of the sources that machine code is made from."""
    digest = hashlib.sha256()
    for package in packages:
        for file in sorted(files(package).iterdir(), key=lambda file: file.name):
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


def _watch(code: Any, packages: tuple[str, ...]) -> None:
    if not hasattr(code, "_cache"):  # numba is switched off: this is the function itself
        return
    kept = code._cache._cache_file
    code._cache._cache_file = _Kept(kept._cache_path, kept._index_name.removesuffix(".nbi"), stamp(packages))
