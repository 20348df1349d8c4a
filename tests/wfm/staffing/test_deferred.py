"""Deferred work against brute force over all windows and an earliest-deadline-first replay."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import linprog

from wfm.staffing import constant_staff, deferred_requirement
from wfm.staffing.deferred import Clock, backlog_due, binding_window, due_after, whole_staff

works = st.lists(st.integers(0, 40), min_size=1, max_size=30)
TICKETS = (20, 10, 6, 4, 4, 6, 15, 40, 80, 120, 140, 130, 110, 120, 130, 125, 120, 110, 130, 160, 170, 140, 90, 40)


def replay(agents: NDArray[np.float64], work: NDArray[np.float64], due: NDArray[np.int64]) -> list[int]:
    """Return the intervals whose work is not done before its due interval, working earliest deadline first."""
    left, late = work.astype(float).copy(), []
    for now in range(work.size):
        capacity = float(agents[now])
        for i in sorted(range(now + 1), key=lambda i: due[i]):
            done = min(left[i], capacity)
            left[i], capacity = left[i] - done, capacity - done
        late += [i for i in range(now + 1) if due[i] == now + 1 and left[i] > 1e-6]
    return late


def densest(work: list[int], is_open: list[bool], span: int) -> float:
    """Return the smallest constant staff by looking at every window."""
    best = 0.0
    for start in range(len(work)):
        for end in range(start + span, len(work) + 1):
            inside, hours = sum(work[start : end - span + 1]), sum(is_open[start:end])
            if inside:
                best = max(best, inside / hours if hours else math.inf)
    return best


@given(work=works, span=st.integers(1, 10), data=st.data())
def test_constant_staff_is_the_densest_window(work: list[int], span: int, data: st.DataObject) -> None:
    """The maximum over windows equals brute force."""
    is_open = data.draw(st.lists(st.booleans(), min_size=len(work), max_size=len(work)))
    assert constant_staff(work, 1, is_open, span) == pytest.approx(densest(work, is_open, span))


@given(work=works, span=st.integers(1, 10), data=st.data())
def test_peak_is_the_least_possible_and_all_is_done_in_time(work: list[int], span: int, data: st.DataObject) -> None:
    """Replayed earliest deadline first nothing is late; the peak equals the densest window where no window breaks."""
    is_open = np.array(data.draw(st.lists(st.booleans(), min_size=len(work), max_size=len(work))))
    arriving = np.array(work, dtype=float)
    got = deferred_requirement(arriving, 1, is_open, span)
    due = due_after(is_open, 1, span)
    assert replay(got.agents, arriving, due) == []
    assert (got.agents[~is_open] == 0).all()
    assert (got.agents >= 0).all()
    if not got.broken:
        assert got.agents.max() == pytest.approx(densest(work, is_open.tolist(), span))
    whole = whole_staff(got.agents, arriving, 1.0)
    assert replay(whole, arriving, due) == []
    assert (whole == np.floor(whole)).all()
    assert whole.max() <= math.ceil(got.agents.max() - 1e-9)


def least_peak(load: list[tuple[int, int, float]], is_open: NDArray[np.bool_]) -> float:
    """Return the least peak with which triples of arrival, due interval and work are done in time, by an LP."""
    load = [(first, due, work) for first, due, work in load if due <= is_open.size and work > 0]
    ways = [(k, t) for k, (first, due, _) in enumerate(load) for t in range(first, due) if is_open[t]]
    if not ways:
        return 0.0
    all_done, not_above = np.zeros((len(load), len(ways) + 1)), np.zeros((is_open.size, len(ways) + 1))
    not_above[:, -1] = -1.0
    for way, (k, t) in enumerate(ways):
        all_done[k, way], not_above[t, way] = 1.0, 1.0
    cost = np.append(np.zeros(len(ways)), 1.0)
    found = linprog(cost, not_above, np.zeros(is_open.size), all_done, [work for _, _, work in load])
    assert found.fun is not None
    return float(found.fun)


@given(
    blocks=st.lists(st.tuples(st.booleans(), st.integers(1, 5)), min_size=1, max_size=6), span=st.integers(1, 9),
    clock=st.sampled_from(["calendar", "open"]), backlog=st.integers(0, 40), data=st.data(),
)  # fmt: skip
def test_peak_is_that_of_a_linear_program_over_closed_stretches(
    blocks: list[tuple[bool, int]], span: int, clock: Clock, backlog: int, data: st.DataObject
) -> None:
    """Nights closed for longer than the deadline or not: no staffing that does all in time has a lower peak."""
    is_open = np.array([there for there, length in blocks for _ in range(length)])
    work = np.array(data.draw(st.lists(st.integers(0, 40), min_size=is_open.size, max_size=is_open.size)), dtype=float)
    due = due_after(is_open, 1, span, clock)
    left = data.draw(st.integers(0, span if is_open[0] else 0))
    old_due = int(backlog_due(is_open, 1, np.array([float(left)]), clock)[0])
    got = deferred_requirement(work, 1, is_open, span, clock, float(backlog), float(left))
    load = [(i, int(due[i]), float(amount)) for i, amount in enumerate(work)] + [(0, old_due, float(backlog))]
    assert got.agents.max() == pytest.approx(least_peak(load, is_open), abs=1e-6)


@given(work=works, span=st.integers(1, 8), data=st.data())
def test_broken_stretches_are_those_that_nobody_can_save(work: list[int], span: int, data: st.DataObject) -> None:
    """An interval is reported exactly when its work is due inside the horizon and no interval until then is open."""
    is_open = data.draw(st.lists(st.booleans(), min_size=len(work), max_size=len(work)))
    got = deferred_requirement(work, 1, is_open, span)
    reported = {i for first, last in got.broken for i in range(first, last)}
    expected = {i for i in range(len(work)) if work[i] and i + span <= len(work) and not any(is_open[i : i + span])}
    assert reported == expected


def test_published_day_of_tickets() -> None:
    """2,020 tickets a day at 240 s: 11.33 agents for 1 h, 7.10 for 4 h, 5.70 for 8 h, the average 5.61 for 12 h."""
    work, always = np.array(TICKETS) * 240.0, np.ones(24, dtype=bool)
    staff = [constant_staff(work, 3600, always, hours * 3600, repeats=True) for hours in (1, 4, 8, 12)]
    assert staff == pytest.approx([34 / 3, 7.104166667, 5.70, 2020 * 240 / 86400], abs=5e-3)
    day = (np.arange(24) >= 9) & (np.arange(24) < 23)
    assert constant_staff(work, 3600, day, 12 * 3600, repeats=True) == pytest.approx(9.619047619, abs=1e-8)
    assert constant_staff(work, 3600, day, 3600, repeats=True) == math.inf


def test_even_work_is_spread_evenly() -> None:
    """One burst at the opening is spread straight over its deadline; steady work is done as it comes."""
    burst = deferred_requirement([800, 0, 0, 0, 0, 0], 100, [True] * 6, 400)
    assert burst.agents == pytest.approx([2, 2, 2, 2, 0, 0])
    steady = deferred_requirement([100.0] * 50, 100, [True] * 50, 100)
    assert steady.agents == pytest.approx(np.ones(50))


def test_closed_nights_move_work_to_the_opening_hours() -> None:
    """What comes at night and is due by the morning's second hour is done in the first hours; no time is invented."""
    is_open = [False] * 4 + [True] * 4
    got = deferred_requirement([0, 0, 60, 0, 0, 0, 0, 0], 60, is_open, 240)
    assert got.agents == pytest.approx([0, 0, 0, 0, 0.5, 0.5, 0, 0])
    assert got.broken == ()
    late = deferred_requirement([60, 0, 0, 0, 0, 0, 0, 0], 60, is_open, 120)
    assert late.broken == ((0, 1),)
    assert late.agents == pytest.approx([0, 0, 0, 0, 0.5, 0.5, 0, 0])


def test_nothing_to_do_and_nobody_there() -> None:
    """No work needs nobody; work without any open interval is reported; bad arguments are refused."""
    assert constant_staff([0, 0], 60, [False, False], 60) == 0
    assert deferred_requirement([5, 5, 5], 60, [False] * 3, 60).broken == ((0, 3),)
    assert constant_staff([5, 0], 60, [False, False], 60, repeats=True) == math.inf
    for work, seconds, mask, deadline in (
        ([-1], 60, [True], 60), ([1], 0, [True], 60), ([1, 2], 60, [True], 60), ([1], 60, [True], -1),
    ):  # fmt: skip
        with pytest.raises(ValueError, match="expected"):
            deferred_requirement(work, seconds, mask, deadline)


def test_binding_windows_of_the_published_day() -> None:
    """The hour that binds; none when the average does; the first that breaks when nothing helps."""
    work, hour = np.array(TICKETS) * 240.0, np.arange(24)
    always, day, office = hour >= 0, (hour >= 9) & (hour < 23), (hour >= 9) & (hour < 18)
    assert binding_window(work, 3600, always, 3600, repeats=True) == (20, 21)
    assert binding_window(work, 3600, always, 12 * 3600, repeats=True) is None
    assert binding_window(work, 3600, day, 3600, repeats=True) == (0, 1)
    assert binding_window(work, 3600, day, 12 * 3600, repeats=True) is None
    assert binding_window(work, 3600, office, 12 * 3600, repeats=True) == (18, 30)
    assert binding_window([0, 0], 3600, [True, True], 3600) is None
    assert binding_window([0, 5], 60, [False, False], 60, repeats=True) == (1, 2)


def test_published_backlog() -> None:
    """200 cases to clear in 5 days of 5.5 productive hours, 80 more a day, 25 minutes each: 120 / 13.2 = 9.09."""
    day = 5.5 * 3600
    got = constant_staff([80 * 1500] * 5, day, [True] * 5, day, backlog_seconds=200 * 1500, backlog_due_seconds=5 * day)
    assert got == pytest.approx(120 / 13.2, rel=1e-12)
    assert math.ceil(got) == 10


def test_open_clock_stands_still_at_night() -> None:
    """Two open hours may lie on two days; nothing is broken; the calendar's deadline would be at night."""
    is_open = np.array([True, True, False, False, True, True])
    assert due_after(is_open, 60, 120, "open")[:5].tolist() == [2, 5, 6, 6, 6]
    assert due_after(is_open, 60, 120, "open")[5] > 6
    got = deferred_requirement([0, 60, 0, 0, 0, 0], 60, is_open, 120, "open")
    assert got.agents == pytest.approx([0, 0.5, 0, 0, 0.5, 0])
    assert got.broken == ()
    assert constant_staff([0, 0, 60, 0, 0, 0], 60, is_open, 60, clock="open") == 1
    assert constant_staff([0, 0, 60, 0, 0, 0], 60, is_open, 60) == math.inf
    assert constant_staff([0, 0, 60, 0, 0, 0], 60, is_open, 60, repeats=True, clock="open") == 1
    with pytest.raises(ValueError, match="clock"):
        due_after(is_open, 60, 120, "sidereal")  # type: ignore[arg-type]


def densest_due(load: list[tuple[int, int, float]], is_open: list[bool]) -> float:
    """Return the smallest constant staff for triples of arrival, due interval and work, by looking at all windows."""
    best, size = 0.0, len(is_open)
    for start in range(size):
        for end in range(start + 1, size + 1):
            inside = sum(work for arrival, due, work in load if arrival >= start and due <= end)
            hours = sum(is_open[start:end])
            if inside:
                best = max(best, inside / hours if hours else math.inf)
    return best


@given(
    work=st.lists(st.integers(0, 40), min_size=1, max_size=16), span=st.integers(1, 8), data=st.data(),
    clock=st.sampled_from(["calendar", "open"]),
    backlog=st.lists(st.tuples(st.integers(1, 60), st.integers(-3, 12)), max_size=4),
)  # fmt: skip
def test_backlog_and_clock_against_all_windows_and_a_replay(
    work: list[int], span: int, data: st.DataObject, clock: Clock, backlog: list[tuple[int, int]]
) -> None:
    """Constant staff equals brute force over windows; the staffing by interval leaves nothing late, also rounded up."""
    is_open = data.draw(st.lists(st.booleans(), min_size=len(work), max_size=len(work)))
    mask, arriving = np.array(is_open), np.array(work, dtype=float)
    parts, left = [float(amount) for amount, _ in backlog] or [0.0], [float(time) for _, time in backlog] or [0.0]
    part_due = backlog_due(mask, 1, np.array(left), clock).tolist()
    due = due_after(mask, 1, span, clock)
    raw = due if clock == "open" else np.arange(len(work)) + span
    load = [(i, int(raw[i]), float(amount)) for i, amount in enumerate(work)]
    load += [(0, when, amount) for when, amount in zip(part_due, parts, strict=True)]
    got = constant_staff(work, 1, is_open, span, False, clock, parts, left)
    assert got == pytest.approx(densest_due(load, is_open))
    window = binding_window(work, 1, is_open, span, False, clock, parts, left)
    if window is not None:
        inside = sum(amount for arrival, when, amount in load if arrival >= window[0] and when <= window[1])
        hours = sum(is_open[window[0] : window[1]])
        assert (inside / hours if hours else math.inf) == pytest.approx(got)
    staff = deferred_requirement(work, 1, is_open, span, clock, parts, left)
    assert staff.overdue_seconds == sum(amount for amount, time in backlog if time <= 0)
    everything = np.concatenate([parts, arriving])
    deadline = np.concatenate([part_due, due])
    arrival = np.concatenate([np.zeros(len(parts)), np.arange(len(work))])
    whole = whole_staff(staff.agents, arriving, 1.0, sum(parts))
    for agents in (staff.agents, whole):
        remaining = everything.copy()
        for now in range(len(work)):
            capacity = float(agents[now])
            for i in np.lexsort((arrival, deadline)):
                if arrival[i] <= now:
                    done = min(remaining[i], capacity)
                    remaining[i], capacity = remaining[i] - done, capacity - done
            assert not any(remaining[(deadline == now + 1)] > 1e-6)
    assert (staff.agents[~mask] == 0).all()


def test_a_pattern_without_end_has_no_backlog() -> None:
    """A backlog at the start of an endless pattern, or without a finite time, is refused."""
    with pytest.raises(ValueError, match="no backlog"):
        constant_staff([1, 1], 60, [True, True], 60, repeats=True, backlog_seconds=5)
    with pytest.raises(ValueError, match="backlog_due_seconds"):
        constant_staff([1, 1], 60, [True, True], 60, backlog_seconds=5, backlog_due_seconds=math.inf)
