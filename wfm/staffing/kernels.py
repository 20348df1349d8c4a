"""Compiled kernels for one queue: blocking, waiting, abandonment.

Everything here is dimensionless: time is counted in handle times, ``load`` is the offered load in erlangs,
``speed[k-1]`` what one agent gets done with k contacts open relative to one (``(1.0,)`` on the phone). With ``n``
agents and K levels

* below ``nK`` contacts the work is spread evenly: with ``k = x // n`` and ``r = x % n``, ``x`` contacts leave at rate
  ``d(x) = (n-r) speed[k-1] + r speed[k]`` (a birth-death chain; for K = 1 ``d(x) = x``: Erlang's model, exactly);
* beyond, they wait and are served at ``drain = n speed[K-1]``; those who wait leave at rate 1 / patience each.

The chain is cut at the state "all slots busy". What lies below enters through the blocking probability ``b`` only, a
sum of positive terms. What lies beyond is the wait ``V`` of an infinitely patient contact, whose density is
proportional to ``exp(h(u))``, ``h(u) = (load/theta)(1 - exp(-theta u)) - drain u`` (Baccelli and Hebuterne 1981; Zeltyn
and Mandelbaum 2005). ``h`` is concave, so every quantity is a ratio of integrals of a single smooth peak: they are done
by 16-point Gauss-Legendre panels that follow the peak, with the exponent taken relative to the peak so that nothing
cancels and nothing overflows. The cost does not grow with the number of agents or with patience.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from wfm.compiled import kernel

__all__ = [
    "FIELDS", "beyond_slots", "blocking", "blocking_many", "evaluate", "evaluate_many", "meets", "open_contacts",
    "open_contacts_many",
]  # fmt: skip

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

#: Order of what :func:`evaluate` returns.
FIELDS = (
    "p_wait", "asa", "sl_offered", "sl_answered", "sl_excl_short_ab", "sl_virtual", "sl_left_queue", "p_abandon",
    "occupancy", "wait_all", "wait_abandoned",
)  # fmt: skip
Values = tuple[float, float, float, float, float, float, float, float, float, float, float]

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(16)
_CUT = 45.0  # exp(-45) is 3e-20: what lies further down does not reach the last digit
_HUGE = 1e300
_LIGHT, _LARGE = 1e-150, 1e100  # a weight up to 1e100 times a rate up to 1e15 over a load from 1e-150 on is finite


@kernel
def excess(w: float) -> float:
    """Return ``exp(-w) - 1 + w`` without cancellation near 0."""
    if abs(w) > 0.25:
        return math.expm1(-w) + w
    term = 0.5 * w * w
    total = term
    for k in range(3, 14):
        term *= -w / k
        total += term
    return total


@kernel
def exponent(d: float, x: float, y: float) -> float:
    """Return ``h`` relative to its highest value (0 or less) at the distance ``d`` (in patiences) from its peak."""
    if y > x:
        return -x * excess(d)
    return (y - x) * d - y * excess(d)


@kernel
def add_panel(start: float, end: float, peak: float, x: float, y: float, split: float, sums: FloatArray) -> None:
    """Add the integrals over ``[start, end]`` (distances from the peak) to ``sums``; ``split`` is not inside."""
    half, middle = 0.5 * (end - start), 0.5 * (end + start)
    late = 1 if middle > split else 0
    for i in range(_NODES.size):
        d = middle + half * _NODES[i]
        f = half * _WEIGHTS[i] * math.exp(exponent(d, x, y))
        w = peak + d
        stays = math.exp(-w)
        sums[late] += f
        sums[2 + late] += f * stays
        sums[4] -= f * math.expm1(-w)
        sums[5] += f * stays * w
        sums[6] += f * (stays * excess(-w) if w < 1.0 else 1.0 - stays - stays * w)


@kernel
def panel_length(d: float, peak: float, x: float, y: float) -> float:
    """Return a length over which the exponent changes by about 10 and ``exp(-w)`` by less than half while it counts."""
    curvature = min(x, y) * math.exp(-d)
    slope = abs(curvature - x)
    if curvature < 1e-15 and d >= 0.0 and peak + d > 40.0:
        return 8.0 / x
    length = min(8.0 / slope if slope > 0.0 else math.inf, 0.7)
    return min(length, 4.0 / math.sqrt(curvature)) if curvature > 0.0 else length


@kernel
def wait_integrals(x: float, y: float, split: float) -> tuple[FloatArray, float]:
    """Return integrals over the wait ``w`` (in patiences) and the exponent's peak height over its value at 0.

    With ``f`` the unnormalised density of an infinitely patient contact's wait, scaled to 1 at its peak:
    0 ``f`` up to ``split``, 1 beyond; 2, 3 the same of ``f exp(-w)`` (still there when it is their turn);
    4 ``f (1 - exp(-w))`` (left before); 5 ``f w exp(-w)``; 6 ``f`` times the mean wait of those who leave.
    """
    sums = np.zeros(7)
    peak = math.log1p((y - x) / x) if y > x else 0.0
    split -= peak
    d = 0.0
    while exponent(d, x, y) > -_CUT:
        end = d + panel_length(d, peak, x, y)
        if d < split < end:
            end = split
        add_panel(d, end, peak, x, y, split, sums)
        d = end
    d = 0.0
    while d > -peak and exponent(d, x, y) > -_CUT:
        start = max(d - panel_length(d, peak, x, y), -peak)
        if start < split < d:
            start = split
        add_panel(start, d, peak, x, y, split, sums)
        d = start
    return sums, x * excess(-peak)


@kernel
def blocking(load: float, agents: int, speed: FloatArray) -> float:
    """Return the probability that all slots are busy when nobody may wait (Erlang B for a single level).

    ``1/b`` is the sum of ``prod_{i<j} d(N-i)/load`` over j = 0..N, all terms positive, stopped when a bound on the rest
    is below 1e-17 of the sum. Below 1e-300 the result is 0.
    """
    levels = speed.size
    if agents == 0:
        return 1.0
    if load <= 0.0:
        return 0.0
    if levels == 1:
        return blocking_single(load / speed[0], agents)
    rising = rising_levels(speed)
    total, term = 1.0, 1.0
    for busy in range(agents * levels, 0, -1):
        rate = drain_at(busy, agents, speed)
        term *= rate / load
        total += term
        if total > _HUGE:
            return 0.0
        if rate < load and busy <= agents * rising and term * rate < 1e-17 * total * (load - rate):
            break
    return 1.0 / total


@kernel
def rising_levels(speed: FloatArray) -> int:
    """Return up to how many open contacts each further one does not slow an agent down."""
    rising = 1
    while rising < speed.size and speed[rising] >= speed[rising - 1]:
        rising += 1
    return rising


@kernel
def highest_state(load: float, agents: int, speed: FloatArray) -> int:
    """Return the number of open contacts above which less than 1e-80 lies, at most all slots.

    Contacts leave at ``x slowest`` at least: fewer are open than a Poisson number with the mean ``load / slowest``.
    """
    slowest = speed[0]
    for k in range(1, speed.size):
        slowest = min(slowest, speed[k] / (k + 1))
    mean, slots = load / slowest, agents * speed.size
    enough = mean + 20.0 * math.sqrt(mean) + 200.0
    return int(enough) if enough < slots else slots


@kernel
def blocking_single(load: float, agents: int) -> float:
    """Return Erlang B: :func:`blocking` with one contact at a time, without the bookkeeping of levels."""
    total, term = 1.0, 1.0
    for busy in range(agents, 0, -1):
        term *= busy / load
        total += term
        if total > _HUGE:
            return 0.0
        if busy < load and term * busy < 1e-17 * total * (load - busy):
            break
    return 1.0 / total


@kernel
def blocking_many(load: FloatArray, agents: IntArray) -> FloatArray:
    """Return Erlang B of every entry."""
    out = np.empty(load.size)
    one = np.ones(1)
    for i in range(load.size):
        out[i] = blocking(load[i], agents[i], one)
    return out


@kernel
def open_contacts(load: float, agents: int, speed: FloatArray, p_wait: float) -> tuple[float, float]:
    """Return the share of agents with work and the mean open contacts per agent, given P(all slots busy).

    The states below "all slots busy" are weighted downwards from there, as far as they count; when the weights grow
    large they are scaled, so that a light load costs no digits. At the lightest nobody has more than one contact.
    """
    if load <= 0.0 or agents == 0:
        return 0.0, 0.0
    if load < _LIGHT:
        single = load / (speed[0] * agents)
        return single, single
    rising = rising_levels(speed)
    weight, total, engaged, contacts = 1.0, 0.0, 0.0, 0.0
    for busy in range(highest_state(load, agents, speed), 0, -1):
        rate = drain_at(busy, agents, speed)
        weight *= rate / load
        total += weight
        engaged += weight * min(busy - 1, agents)
        contacts += weight * (busy - 1)
        if total > _LARGE:
            weight, engaged, contacts, total = weight / total, engaged / total, contacts / total, 1.0
        if rate < load and busy <= agents * rising and weight * rate < 1e-17 * total * (load - rate):
            break
    below = (1.0 - p_wait) / (total * agents)
    return min(p_wait + below * engaged, 1.0), min(p_wait * speed.size + below * contacts, float(speed.size))


@kernel
def open_contacts_many(
    load: FloatArray, agents: IntArray, speed: FloatArray, p_wait: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return :func:`open_contacts` of every entry."""
    engaged, contacts = np.empty(load.size), np.empty(load.size)
    for i in range(load.size):
        engaged[i], contacts[i] = open_contacts(load[i], agents[i], speed, p_wait[i])
    return engaged, contacts


@kernel
def drain_at(busy: int, agents: int, speed: FloatArray) -> float:
    """Return ``d(x)``: the rate at which contacts finish when ``busy`` of them are spread evenly over the agents."""
    level = busy // agents
    extra = busy - level * agents
    rate = 0.0 if level == 0 else (agents - extra) * speed[level - 1]
    return rate + extra * speed[level] if extra > 0 else rate


@kernel
def patient(b: float, load: float, drain: float, within: float) -> Values:
    """Return the values without abandonment (Erlang C when ``drain`` is the number of agents)."""
    if drain <= load:
        return 1.0, math.inf, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, math.inf, 0.0
    spare = drain - load
    p_wait = min(b * drain / (spare + b * load), 1.0)
    level = 1.0 - p_wait * math.exp(-spare * within)
    asa = p_wait / spare
    return p_wait, asa, level, level, level, level, level, 0.0, load / drain, asa, 0.0


@kernel
def impatient(b: float, load: float, drain: float, patience: float, within: float) -> Values:
    """Return the values with exponential patience (Erlang A when ``drain`` is the number of agents)."""
    split = within / patience
    sums, height = wait_integrals(drain * patience, load * patience, split)
    weight = sums[0] + sums[1]
    inverse = math.exp(-height) / (drain * patience * weight)
    idle = (1.0 - b) * inverse / ((1.0 - b) * inverse + b)
    p_wait = b / ((1.0 - b) * inverse + b)
    per_wait = p_wait / weight
    stays = math.exp(-split)
    served = idle + per_wait * (sums[2] + sums[3])
    in_time = idle + per_wait * sums[2]
    not_short = idle + per_wait * (sums[2] + stays * sums[1])
    p_abandon = min(per_wait * sums[4], 1.0)
    return (
        min(p_wait, 1.0),
        per_wait * sums[5] * patience / served,
        min(in_time, 1.0),
        min(in_time / served, 1.0),
        min(in_time / not_short, 1.0),
        min(idle + per_wait * sums[0], 1.0),
        min(idle + per_wait * (sums[0] + (1.0 - stays) * sums[1]), 1.0),
        p_abandon,
        min(load * served / drain, 1.0),
        p_abandon * patience,
        sums[6] / sums[4] * patience if sums[4] > 0.0 else 0.0,
    )


@kernel
def no_patience(b: float, load: float, drain: float, within: float) -> Values:
    """Return the values when whoever would wait leaves at once (Erlang B)."""
    virtual = 1.0 - b * math.exp(-drain * within)
    return b, 0.0, 1.0 - b, 1.0, 1.0, virtual, 1.0, b, min(load * (1.0 - b) / drain, 1.0), 0.0, 0.0


@kernel
def nobody(patience: float, within: float) -> Values:
    """Return the values without any agent: nobody is answered, the patient wait for ever."""
    if patience == math.inf:
        return 1.0, math.inf, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, math.inf, 0.0
    left = 1.0 if patience == 0.0 else -math.expm1(-within / patience)
    return 1.0, math.inf, 0.0, 0.0, 0.0, 0.0, left, 1.0, 1.0, patience, patience


@kernel
def evaluate(load: float, agents: int, speed: FloatArray, patience: float, within: float) -> Values:
    """Return the values named in :data:`FIELDS`; times in handle times.

    Parameters
    ----------
    load : float
        Offered load in erlangs of contacts handled alone, >= 0.
    agents : int
        >= 0.
    speed : float array (levels,)
        Throughput of one agent by open contacts.
    patience, within : float
        Mean patience and target time in handle times, 0 to infinity.
    """
    if load <= 0.0:
        return 0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0
    if agents == 0:
        return nobody(patience, within)
    drain = agents * speed[-1]
    if patience == math.inf and drain <= load:
        return patient(1.0, load, drain, within)
    return beyond_slots(blocking(load, agents, speed), load, drain, patience, within)


@kernel
def beyond_slots(b: float, load: float, drain: float, patience: float, within: float) -> Values:
    """Return the values from the probability ``b`` that all slots are busy when nobody may wait; ``load`` above 0."""
    if patience == math.inf:
        return patient(b, load, drain, within)
    if drain * patience < 1e-290:
        return no_patience(b, load, drain, within)
    return impatient(b, load, drain, patience, within)


@kernel
def evaluate_many(
    load: FloatArray, agents: IntArray, speed: FloatArray, patience: FloatArray, within: FloatArray
) -> FloatArray:
    """Return :func:`evaluate` of every entry: shape (len(FIELDS), entries)."""
    out = np.empty((11, load.size))
    for i in range(load.size):
        values = evaluate(load[i], agents[i], speed, patience[i], within[i])
        for k in range(11):
            out[k, i] = values[k]
    return out


@kernel
def meets(field: int, goal: float, load: float, agents: int, speed: FloatArray, patience: float, within: float) -> bool:
    """Return whether ``agents`` reach the goal: at least for service levels, at most for everything else."""
    value = evaluate(load, agents, speed, patience, within)[field]
    return value >= goal if 2 <= field <= 6 else value <= goal
