"""Compiled kernels for one queue whose contacts have any patience: M/M/n+G (Zeltyn and Mandelbaum 2005).

Times are seconds, ``arrival`` and ``drain`` rates per second: contacts that come, and that all agents together finish
while somebody waits. The wait ``V`` of an infinitely patient contact has a density proportional to ``exp(h(u))``,
``h(u) = arrival * (integral of G up to u) - drain * u`` with G the share still willing to wait (Baccelli and Hebuterne
1981). ``h`` is concave. The integrals (their J, J1, J(t), ...) are taken panel by panel from the peak outwards; the
exponent is integrated along, relative to the peak, so that nothing overflows and no large numbers are subtracted.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from wfm.compiled import kernel
from wfm.staffing.kernels import Values, blocking, no_patience, nobody, patient
from wfm.staffing.searching import next_try, start_of
from wfm.staffing.survival import NODES, ORDER, RUNNING, WEIGHTS

__all__ = ["general_many", "general_search_many"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

_CUT = 45.0  # exp(-45) is 3e-20: what lies further down does not reach the last digit
_RISE, _MOST_STEPS = 2.0, 20_000  # it never rises from its peak, but where patience is unlike all that panels resolve
_OVERFULL = 1.0 + 1e-6
_SHARP = 1e9  # widths of the peak from 0 to it; beyond, floating point can't resolve it
_DROP = 12.0  # the most by which the exponent may change on one panel of 16 points


@kernel
def series(coefficients: FloatArray, x: float) -> float:
    """Return the Legendre series at ``x`` in [-1, 1] (Clenshaw's recurrence)."""
    after, last = 0.0, 0.0
    for k in range(ORDER - 1, 0, -1):
        after, last = coefficients[k] + (2 * k + 1) / (k + 1) * x * after - (k + 1) / (k + 2) * last, after
    return float(coefficients[0] + x * after - 0.5 * last)


@kernel
def panel_of(edges: FloatArray, u: float) -> int:
    """Return the panel that holds ``u``, the number of panels behind the last edge."""
    return min(int(np.searchsorted(edges, u, side="right")) - 1, edges.size - 1)


@kernel
def at(edges: FloatArray, table: FloatArray, u: float) -> tuple[float, float]:
    """Return G and F at ``u``."""
    panel = panel_of(edges, u)
    if panel == edges.size - 1:
        return 0.0, 1.0
    x = (2.0 * u - edges[panel] - edges[panel + 1]) / (edges[panel + 1] - edges[panel])
    return max(series(table[0, panel], x), 0.0), min(max(series(table[1, panel], x), 0.0), 1.0)


@kernel
def fill(edges: FloatArray, table: FloatArray, panel: int, start: float, length: float, nodes: FloatArray) -> None:
    """Write G and F at the Gauss points of ``[start, start + length]``, inside one panel, to ``nodes`` (2, 16)."""
    if panel == edges.size - 1:
        nodes[0, :] = 0.0
        nodes[1, :] = 1.0
        return
    width = edges[panel + 1] - edges[panel]
    if length >= width:
        nodes[0, :] = table[2, panel]
        nodes[1, :] = table[3, panel]
        return
    low = 2.0 * (start - edges[panel]) / width - 1.0
    for i in range(ORDER):
        x = low + length / width * (1.0 + NODES[i])
        nodes[0, i] = max(series(table[0, panel], x), 0.0)  # a series may swing below 0 where the share is 1e-40
        nodes[1, i] = max(series(table[1, panel], x), 0.0)


@kernel
def slopes(arrival: float, drain: float, nodes: FloatArray, slope: FloatArray) -> float:
    """Write ``h'`` at the points to ``slope`` and return the mean: ``h`` changes by so much per second."""
    mean = 0.0
    for i in range(ORDER):
        gone = nodes[1, i]
        slope[i] = (arrival - drain) - arrival * gone if gone < 0.5 else arrival * nodes[0, i] - drain
        mean += 0.5 * WEIGHTS[i] * slope[i]
    return mean


@kernel
def add(
    start: float,
    length: float,
    late: int,
    h: float,
    lost: float,
    nodes: FloatArray,
    slope: FloatArray,
    sums: FloatArray,
) -> None:
    """Add the integrals over a panel on which ``h`` and the integral of F start at ``h`` and ``lost``."""
    half = 0.5 * length
    for i in range(ORDER):
        rise, more = 0.0, 0.0
        for j in range(ORDER):
            rise += RUNNING[i, j] * slope[j]
            more += RUNNING[i, j] * nodes[1, j]
        u = start + half * (1.0 + NODES[i])
        f = half * WEIGHTS[i] * math.exp(min(h + half * rise, 0.0))
        stays, gone = nodes[0, i], nodes[1, i]
        sums[late] += f
        sums[2 + late] += f * stays
        sums[4] += f * gone
        sums[5] += f * stays * u
        sums[6] += f * max(u * gone - (lost + half * more), 0.0)


@kernel
def fitting(
    room: float,
    arrival: float,
    drain: float,
    edges: FloatArray,
    table: FloatArray,
    panel: int,
    at_end: float,
    forward: bool,
    nodes: FloatArray,
    slope: FloatArray,
) -> tuple[float, float]:
    """Return the longest panel within ``room`` on which ``h`` changes by at most ``_DROP``, and its mean slope."""
    length = room
    while True:
        fill(edges, table, panel, at_end if forward else at_end - length, length, nodes)
        mean = slopes(arrival, drain, nodes, slope)
        change = abs(mean) * length
        if not change > _DROP:
            return length, mean
        length *= max(math.sqrt(0.8 * _DROP / change), 1e-3)


@kernel
def forwards(
    arrival: float,
    drain: float,
    edges: FloatArray,
    table: FloatArray,
    peak: float,
    lost: float,
    split: float,
    sums: FloatArray,
) -> None:
    """Add everything behind the peak to ``sums``."""
    nodes, slope = np.empty((2, ORDER)), np.empty(ORDER)
    u, h, panel, steep = peak, 0.0, panel_of(edges, peak), 0.0
    for _ in range(_MOST_STEPS):
        if not -_CUT < h < _RISE:
            break
        end = edges[panel + 1] if panel < edges.size - 1 else math.inf
        if u >= end:
            panel += 1
            continue
        if u < split < end:
            end = split
        room = min(end - u, 0.9 * _DROP / (drain if panel == edges.size - 1 else steep))
        length, mean = fitting(room, arrival, drain, edges, table, panel, u, True, nodes, slope)
        if not u + length > u:
            break
        add(u, length, 0 if u < split else 1, h, lost, nodes, slope, sums)
        lost += 0.5 * length * (WEIGHTS @ nodes[1])
        h += mean * length
        u = end if length >= end - u else u + length
        steep = abs(min(slope[ORDER - 1], 0.0))  # abs: a room of 1 / -0.0 would lead backwards


@kernel
def backwards(
    arrival: float,
    drain: float,
    edges: FloatArray,
    table: FloatArray,
    peak: float,
    lost: float,
    split: float,
    sums: FloatArray,
) -> float:
    """Add everything before the peak to ``sums``; return ``h`` where the sum was cut, at 0 if it was not."""
    nodes, slope = np.empty((2, ORDER)), np.empty(ORDER)
    u, h, panel, steep = peak, 0.0, panel_of(edges, peak), 0.0
    for _ in range(_MOST_STEPS):
        if not (u > 0.0 and -_CUT < h < _RISE):
            break
        start = edges[panel]
        if u <= start:
            panel -= 1
            continue
        if start < split < u:
            start = split
        room = min(u - start, 0.9 * _DROP / steep)
        length, mean = fitting(room, arrival, drain, edges, table, panel, u, False, nodes, slope)
        if not u - length < u:
            break
        h -= mean * length
        lost = max(lost - 0.5 * length * (WEIGHTS @ nodes[1]), 0.0)
        u = start if length >= u - start else u - length
        add(u, length, 1 if u >= split else 0, h, lost, nodes, slope, sums)
        steep = abs(max(slope[0], 0.0))
    return h


@kernel
def peak_of(arrival: float, drain: float, edges: FloatArray, table: FloatArray) -> float:
    """Return where ``h`` is highest: where as many stay as can be served."""
    if arrival <= drain:
        return 0.0
    low, high = 0, edges.size - 1
    while high - low > 1:
        middle = (low + high) // 2
        if arrival * series(table[0, middle], -1.0) > drain:
            low = middle
        else:
            high = middle
    left, right = -1.0, 1.0
    for _ in range(48):
        x = 0.5 * (left + right)
        if arrival * series(table[0, low], x) > drain:
            left = x
        else:
            right = x
    return float(edges[low] + 0.5 * (1.0 + right) * (edges[low + 1] - edges[low]))


@kernel
def lost_by(u: float, edges: FloatArray, table: FloatArray, lost: FloatArray) -> float:
    """Return the integral of F up to ``u``."""
    panel = panel_of(edges, u)
    if panel == edges.size - 1:
        return float(lost[panel] + u - edges[panel])
    nodes = np.empty((2, ORDER))
    fill(edges, table, panel, edges[panel], u - edges[panel], nodes)
    return float(lost[panel] + 0.5 * (u - edges[panel]) * (WEIGHTS @ nodes[1]))


@kernel
def mean_of(edges: FloatArray, table: FloatArray, lost: FloatArray) -> float:
    """Return the mean patience: the last edge less what is lost, or where that loses digits the integral of G."""
    if edges[-1] - lost[-1] > 1e-3 * edges[-1]:
        return float(edges[-1] - lost[-1])
    mean = 0.0
    for panel in range(edges.size - 1):
        mean += 0.5 * (edges[panel + 1] - edges[panel]) * (WEIGHTS @ table[2, panel])
    return mean


@kernel
def fluid(wait: float, wait_all: float, served: float, within: float, gone: float) -> Values:
    """Return the values where everybody meets the same ``wait``: the peak is too sharp for numbers to tell apart."""
    in_time = 1.0 if within >= wait else 0.0
    left = 1.0 - served
    abandoned = max(wait_all - served * wait, 0.0) / left if left > 0.0 else 0.0
    gone = 1.0 if within >= wait else gone
    return 1.0, wait, served * in_time, in_time, in_time, in_time, gone, left, 1.0, wait_all, abandoned


@kernel
def impatient_any(
    b: float, arrival: float, drain: float, within: float, edges: FloatArray, table: FloatArray, lost: FloatArray
) -> Values:
    """Return the values with a patience given by panels; ``b`` is the blocking probability without a queue."""
    sums = np.zeros(7)
    peak = peak_of(arrival, drain, edges, table)
    lost_at_peak = lost_by(peak, edges, table, lost)
    if peak > _SHARP * math.sqrt((edges[-1] - lost[-1]) / arrival):
        return fluid(peak, peak - lost_at_peak, drain / arrival, within, at(edges, table, within)[1])
    forwards(arrival, drain, edges, table, peak, lost_at_peak, within, sums)
    height = -backwards(arrival, drain, edges, table, peak, lost_at_peak, within, sums)
    weight = sums[0] + sums[1]
    stays, gone = at(edges, table, within)
    if weight <= 0.0:  # sharper than the spacing of floats at the peak
        return fluid(peak, peak - lost_at_peak, drain / arrival, within, gone)
    inverse = math.exp(-height) / (drain * weight)
    idle = (1.0 - b) * inverse / ((1.0 - b) * inverse + b)
    p_wait = b / ((1.0 - b) * inverse + b)
    per_wait = p_wait / weight
    served = max(idle + per_wait * (sums[2] + sums[3]), 1e-300)
    if arrival * served > drain * _OVERFULL:  # more than can be: the panels don't resolve what happens at the peak
        return fluid(peak, peak - lost_at_peak, drain / arrival, within, gone)
    in_time = min(idle + per_wait * sums[2], served)
    not_short = max(idle + per_wait * (sums[2] + stays * sums[1]), 1e-300)
    return (
        min(p_wait, 1.0),
        per_wait * sums[5] / served,
        min(in_time, 1.0),
        min(in_time / served, 1.0),
        min(in_time / not_short, 1.0),
        min(idle + per_wait * sums[0], 1.0),
        min(idle + per_wait * (sums[0] + gone * sums[1]), 1.0),
        min(per_wait * sums[4], 1.0),
        min(arrival * served / drain, 1.0),
        per_wait * (sums[5] + sums[6]),
        sums[6] / sums[4] if sums[4] > 0.0 else 0.0,
    )


@kernel
def general(
    arrival: float,
    aht: float,
    agents: int,
    speed: FloatArray,
    within: float,
    edges: FloatArray,
    table: FloatArray,
    lost: FloatArray,
) -> Values:
    """Return the values named in :data:`wfm.staffing.kernels.FIELDS`; times in seconds.

    ``edges``, ``table``, ``lost`` are those of :class:`wfm.staffing.survival.Survival`; no edges: nobody gives up.
    """
    load = arrival * aht
    if load <= 0.0:
        return 0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0
    drain = agents * speed[-1] / aht
    if edges.size == 0:
        if agents == 0:
            return nobody(math.inf, within)
        b = 1.0 if drain <= arrival else blocking(load, agents, speed)
        return patient(b, arrival, drain, within)
    if agents == 0:
        gone, mean = at(edges, table, within)[1], mean_of(edges, table, lost)
        return 1.0, math.inf, 0.0, 0.0, 0.0, 0.0, min(max(gone, 0.0), 1.0), 1.0, 1.0, mean, mean
    b = blocking(load, agents, speed)
    if drain * (edges[-1] - lost[-1]) < 1e-290:
        return no_patience(b, arrival, drain, within)
    return impatient_any(b, arrival, drain, within, edges, table, lost)


@kernel
def general_many(
    arrival: FloatArray,
    aht: FloatArray,
    agents: IntArray,
    speed: FloatArray,
    within: FloatArray,
    edges: FloatArray,
    table: FloatArray,
    lost: FloatArray,
) -> FloatArray:
    """Return :func:`general` of every entry: shape (11, entries)."""
    out = np.empty((11, arrival.size))
    for i in range(arrival.size):
        values = general(arrival[i], aht[i], agents[i], speed, within[i], edges, table, lost)
        for k in range(11):
            out[k, i] = values[k]
    return out


@kernel
def general_search_many(
    field: int,
    goal: FloatArray,
    arrival: FloatArray,
    aht: FloatArray,
    speed: FloatArray,
    within: FloatArray,
    edges: FloatArray,
    table: FloatArray,
    lost: FloatArray,
) -> IntArray:
    """Return the smallest number of agents that meets each (reachable) goal; each search starts from the one before."""
    out = np.empty(arrival.size, dtype=np.int64)
    full_before, found = 0.0, 0
    for i in range(arrival.size):
        full = arrival[i] * aht[i] / speed[-1]
        n, step = start_of(full, full_before, found)
        low, high = -1, -1
        while high < 0 or high - low > 1:
            value = general(arrival[i], aht[i], n, speed, within[i], edges, table, lost)[field]
            if value >= goal[i] if 2 <= field <= 6 else value <= goal[i]:
                high = n
            else:
                low = n
            n = next_try(low, high, step)
            step *= 2
        out[i], full_before, found = high, full, high
    return out
