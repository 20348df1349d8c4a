"""Time 10,000 searches for the smallest number of agents against pyworkforce, in one process.

Usage: ``python -m benchmarks.staffing.searches [COUNT]``. pyworkforce is not a dependency: ``pip install pyworkforce``.
Loads from 1 to 2,000 erlangs, evenly spread in the logarithm, handle times of 1 to 15 minutes, 80 % within 20 s.
Compiling is not timed. The integers must be the same; where they are not, both are checked by a sum written out here.
"""

from __future__ import annotations

import importlib
import math
import platform
import sys
import time
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wfm.staffing import required_agents

SHARE, WITHIN, PATIENCE = 0.8, 20.0, 120.0
FloatArray = NDArray[np.float64]


def mixed(count: int, seed: int = 20_241_111) -> tuple[FloatArray, FloatArray]:
    """Return arrivals per hour and handle times in seconds of mixed sizes."""
    random = np.random.default_rng(seed)
    load = np.exp(random.uniform(0.0, math.log(2000.0), count))
    aht = np.exp(random.uniform(math.log(60.0), math.log(900.0), count))
    return load * 3600.0 / aht, aht


def theirs(erlang_c: Any, arrivals: float, aht: float) -> int:
    """Return pyworkforce's number of agents; its unit is the minute, its ``asa`` the target time."""
    queue = erlang_c(transactions=arrivals, aht=aht / 60.0, asa=WITHIN / 60.0, interval=60, shrinkage=0.0)
    return int(queue.required_positions(service_level=SHARE, max_occupancy=1.0)["raw_positions"])


def level(load: float, agents: int, aht: float) -> float:
    """Return Erlang C's service level by the plain recursion for Erlang B, sharing no code with the engine."""
    if agents <= load:
        return 0.0
    b = 1.0
    for n in range(1, agents + 1):
        b = load * b / (n + load * b)
    wait = agents * b / (agents - load * (1.0 - b))
    return 1.0 - wait * math.exp(-(agents - load) * WITHIN / aht)


def timed(patience: float | None, arrivals: FloatArray, aht: FloatArray) -> tuple[float, NDArray[np.int64]]:
    """Return the best of five times, and the numbers of agents."""
    seconds, found = math.inf, np.zeros(0, dtype=np.int64)
    for _ in range(5):
        start = time.perf_counter()
        found = required_agents(arrivals, aht, SHARE, WITHIN, patience)
        seconds = min(seconds, time.perf_counter() - start)
    return seconds, found


def machine() -> str:
    """Return processor, cores and Python."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    name = names[0] if names else platform.processor() or platform.machine()
    return f"{name}, {len(names) or '?'} cores seen, Python {platform.python_version()}, numpy {np.__version__}"


def explain(ours: NDArray[np.int64], other: NDArray[np.int64], arrivals: FloatArray, aht: FloatArray) -> bool:
    """Print each difference with the service levels around it; return whether ours is right in all of them."""
    right = True
    for i in np.flatnonzero(ours != other):
        load, n, m = arrivals[i] * aht[i] / 3600.0, int(ours[i]), int(other[i])
        at, before = level(load, n, aht[i]), level(load, n - 1, aht[i])
        right &= at >= SHARE > before
        print(f"  load {load:.6f}: ours {n} ({at:.6f}, one less {before:.6f}), pyworkforce {m}")
    return right


def main() -> None:
    """Print both times, the ratio, and every difference; exit 1 when a difference is ours."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    erlang_c = importlib.import_module("pyworkforce.queuing").ErlangC
    arrivals, aht = mixed(count)
    for patience in (None, PATIENCE):
        required_agents(arrivals[:2], aht[:2], SHARE, WITHIN, patience)
    erlang_seconds, ours = timed(None, arrivals, aht)
    impatient_seconds, _ = timed(PATIENCE, arrivals, aht)
    start = time.perf_counter()
    other = np.array([theirs(erlang_c, a, h) for a, h in zip(arrivals.tolist(), aht.tolist(), strict=True)])
    seconds = time.perf_counter() - start
    print(f"{datetime.now():%Y-%m-%d %H:%M}, {machine()}, pyworkforce {version('pyworkforce')}")
    print(f"{count} searches, share {SHARE} within {WITHIN:g} s, loads {(arrivals * aht).min() / 3600:.2f} to", end=" ")
    print(f"{(arrivals * aht).max() / 3600:.0f} erlangs")
    print(f"pyworkforce, Erlang C  {seconds:9.4f} s")
    print(f"Erlang C               {erlang_seconds:9.4f} s  {seconds / erlang_seconds:6.0f} times as fast")
    print(
        f"Erlang A, {PATIENCE:g} s        {impatient_seconds:9.4f} s  {seconds / impatient_seconds:6.0f} times as fast"
    )
    print(f"{int((ours == other).sum())} of {count} integers are the same")
    if not explain(ours, other, arrivals, aht):
        sys.exit(1)


if __name__ == "__main__":
    main()
