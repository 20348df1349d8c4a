"""Random numbers without a state: hashes of what they are for.

The hash is splitmix64's finalizer (Steele, Lea and Flood 2014) over a key and a running number.
"""

from __future__ import annotations

import numpy as np

from wfm.simulation.compiled import part

__all__ = ["mix", "uniform"]

_WEYL = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31, _S11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)


@part
def mix(key: np.uint64, number: np.uint64) -> np.uint64:
    """Return the key of one of a key's children."""
    bits = key + _WEYL * (number + np.uint64(1))
    bits = (bits ^ (bits >> _S30)) * _FIRST
    bits = (bits ^ (bits >> _S27)) * _SECOND
    return bits ^ (bits >> _S31)


@part
def uniform(key: np.uint64, number: int) -> float:
    """Return a number strictly between 0 and 1."""
    return (float(mix(key, np.uint64(number)) >> _S11) + 0.5) * (1.0 / 9007199254740992.0)
