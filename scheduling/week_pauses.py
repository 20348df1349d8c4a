# mypy: disable-error-code="misc, untyped-decorator, no-any-return, no-untyped-def, no-untyped-call"
"""Compiled: where the pauses of a shift cost least, over all legal places but for the longest stretch of work."""

from __future__ import annotations

from scheduling.compiled import PART, PART_FAST, uniform

__all__ = ["NOWHERE", "least_loss", "pause_losses", "pauses_at_least", "placed_pauses"]

NOWHERE = 1e290
_TIE = 1e-6  # money: of places that cost the same, each is taken now and then


@PART
def pause_losses(ps, gain, random, low, high):
    """Write what a pause of each kind costs by where it begins, for a range of intervals."""
    top, fine = gain.shape[0] - 1, ps.fine
    for k in range(ps.kind_length.shape[0]):
        for a in range(low * fine, high * fine):
            left, t, off, total = ps.kind_length[k], a // fine, a % fine, _TIE * uniform(random)
            while left > 0:
                part = min(fine - off, left)
                if t >= high or ps.level[part] < 0:
                    total = NOWHERE
                    break
                total += gain[top, t] - gain[ps.level[part], t]
                left -= part
                t += 1
                off = 0
            ps.loss[k, a] = total


@PART
def _two(loss, b0, b1, l0, l1, clear, n, a0, m0, m1):
    """Return the least loss of two breaks beside a meal and where they begin."""
    run, best, at, first, second = NOWHERE, NOWHERE, 0, 0, 0
    for a in range(2 * clear + l0, n - clear - l1 + 1):
        x = a - clear - l0
        if (x + l0 + clear <= m0 or x >= m1 + clear) and loss[b0, a0 + x] < run:
            run, at = loss[b0, a0 + x], x
        if a + l1 + clear <= m0 or a >= m1 + clear:
            total = run + loss[b1, a0 + a]
            if total < best:
                best, first, second = total, at, a
    return best, first, second


@PART
def _one(loss, b0, l0, clear, n, a0, m0, m1):
    """Return the least loss of one break beside a meal and where it begins."""
    best, first = NOWHERE, 0
    for a in range(clear, n - clear - l0 + 1):
        if (a + l0 + clear <= m0 or a >= m1 + clear) and loss[b0, a0 + a] < best:
            best, first = loss[b0, a0 + a], a
    return best, first


@PART_FAST
def _smallest(row, first, last):
    best = NOWHERE
    for i in range(first, last):
        best = min(best, row[i])
    return best


@PART
def _breaks_at_least(ps, k, a0):
    """Return what the breaks of a shift cost at least, wherever its meal is."""
    n, clear, total = ps.length[k], ps.clear[k], 0.0
    for b in range(ps.break_count[k]):
        total += _smallest(ps.loss[ps.break_kind[k, b]], a0 + clear, a0 + n - clear - ps.breaks[k, b] + 1)
    return total


@PART
def pauses_at_least(ps, k, a0):
    """Return a loss that no pauses of a shift fall below, sooner found than the least one."""
    meal = 0.0
    if ps.meal_count[k] > 0:
        meal, row = NOWHERE, ps.loss[ps.meal_kind[k]]
        for m in range(ps.meal_count[k]):
            meal = min(meal, row[a0 + ps.meals[k, m]])
    return meal + _breaks_at_least(ps, k, a0)


@PART
def _least(ps, k, a0):
    """Return the least loss of all pauses of a shift that begins at fine step ``a0``, and the place in the table."""
    best, place = NOWHERE, -1
    n, clear, loss, wide = ps.length[k], ps.clear[k], ps.loss, ps.length[k] + 1
    breaks = _breaks_at_least(ps, k, a0)
    for m in range(max(1, ps.meal_count[k])):
        m0, m1, total = 10**6, -(10**6), 0.0
        if ps.meal_count[k] > 0:
            m0 = ps.meals[k, m]
            m1 = m0 + ps.kind_length[ps.meal_kind[k]]
            total = loss[ps.meal_kind[k], a0 + m0]
        if total + breaks >= best:
            continue
        more, first, second = 0.0, 0, 0
        b0, b1 = ps.break_kind[k, 0], ps.break_kind[k, 1]
        if ps.break_count[k] == 2:
            more, first, second = _two(loss, b0, b1, ps.breaks[k, 0], ps.breaks[k, 1], clear, n, a0, m0, m1)
        elif ps.break_count[k] == 1:
            more, first = _one(loss, b0, ps.breaks[k, 0], clear, n, a0, m0, m1)
        if total + more < best:
            best, place = total + more, (m * wide + first) * wide + second
    return best, place


@PART
def least_loss(ps, k, a0):
    """Return the least loss of all pauses of a shift that begins at fine step ``a0``; NOWHERE when there is none."""
    best, _ = _least(ps, k, a0)
    return best


@PART
def placed_pauses(ps, k, a0):
    """Return the pattern of least loss; -1 when the longest stretch of work forbids it."""
    _, place = _least(ps, k, a0)
    return ps.pattern[ps.first[k] + place] if place >= 0 else -1
