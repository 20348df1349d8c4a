"""Random numbers without a state: hashes of what they are for.

The hash is splitmix64's finalizer (Steele, Lea and Flood 2014) over a key and a running number. Exponential numbers
come from a ziggurat (Marsaglia and Tsang 2000), which needs a logarithm for one number in a hundred only.
"""

from __future__ import annotations

import math

import numpy as np

from wfm.compiled import part

__all__ = ["exponential", "mix", "uniform"]

_WEYL = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31, _S11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)

_LAYERS = 256
_TAIL, _AREA = 7.69711747013104972, 0.0039496598225815571993  # where the tail starts; area of a layer


def _edges() -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Return how far the layers of the ziggurat reach, the widest first."""
    edges = [_AREA * math.exp(_TAIL), _TAIL]
    while len(edges) < _LAYERS:
        edges.append(-math.log(_AREA / edges[-1] + math.exp(-edges[-1])))
    return np.array([*edges, 0.0])


_EDGES = _edges()
_HEIGHTS = np.exp(-_EDGES)


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


@part
def exponential(key: np.uint64, number: int) -> float:
    """Return an exponential number of mean 1."""
    bits = mix(key, np.uint64(number))
    while True:
        layer = int(bits & np.uint64(_LAYERS - 1))
        x = float(bits >> _S11) * (1.0 / 9007199254740992.0) * _EDGES[layer]
        if x < _EDGES[layer + 1]:
            return float(x)
        if layer == 0:
            return _TAIL - math.log(uniform(bits, 0))
        height = _HEIGHTS[layer] + uniform(bits, 1) * (_HEIGHTS[layer + 1] - _HEIGHTS[layer])
        if height < math.exp(-x):
            return float(x)
        bits = mix(bits, np.uint64(2))
