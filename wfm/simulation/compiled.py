"""The two ways in which functions of the simulator become machine code."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from numba import njit

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
    for file in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _watch_package(code: Any) -> None:
    """Let kept code depend on all files of the package: by itself numba looks at the function's own file only.

    The stamp is part of the file's name: what an earlier version kept cannot even be read by this one. It is removed.
    """
    kept = code._cache._cache_file
    base = kept._index_name.removesuffix(".nbi")
    mine = f"{base}-{stamp()[:16]}"
    code._cache._cache_file = type(kept)(kept._cache_path, mine, stamp())
    name, version = base.split("-")[0], base.rsplit(".", 1)[-1]
    for file in Path(kept._cache_path).glob(f"{name}-*.{version}*.nb?"):
        if not file.name.startswith(mine):
            with suppress(OSError):
                file.unlink()
