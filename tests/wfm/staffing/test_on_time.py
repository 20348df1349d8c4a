"""The fluid that judges deferred work, against mail by mail in line."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wfm.staffing.deferred import due_after
from wfm.staffing.on_time import Fluid

WORTH = 0.5


@given(
    data=st.data(), size=st.integers(1, 24), span=st.integers(1, 8), backlog=st.integers(0, 20),
    clock=st.sampled_from(["calendar", "open"]), restarts=st.booleans(),
)  # fmt: skip
def test_what_is_on_time_piece_by_piece(
    data: st.DataObject, size: int, span: int, backlog: int, clock: str, restarts: bool
) -> None:
    """One second of work after the other, first due first: as much is in time as the fluid says."""
    work = np.array(data.draw(st.lists(st.integers(0, 12), min_size=size, max_size=size)))
    is_open = np.array(data.draw(st.lists(st.booleans(), min_size=size, max_size=size)))
    agents = np.array(data.draw(st.lists(st.integers(0, 15), min_size=size, max_size=size))) * is_open
    line_due = due_after(is_open, 1, span, clock)  # type: ignore[arg-type]
    due = due_after(is_open, 1, span, clock, restarts=restarts)  # type: ignore[arg-type]
    period = np.arange(size) % 3 - 1
    waiting, in_time, done_late = [(-1, -1)] * backlog, np.zeros(2), np.zeros(2)
    for now in range(size):
        waiting += [(int(line_due[now]), now)] * int(work[now])
        waiting.sort()
        for _, arrival in waiting[: agents[now]]:
            if arrival >= 0 and period[arrival] >= 0:
                (in_time if now < due[arrival] else done_late)[period[arrival]] += 1
        waiting = waiting[agents[now] :]
    open_late = np.zeros(2)
    for _, arrival in waiting:
        if arrival >= 0 and period[arrival] >= 0 and due[arrival] <= size:
            open_late[period[arrival]] += 1
    line = np.argsort(line_due, kind="stable")
    fluid = Fluid.of(np.array([work, 2 * work], dtype=np.float64), line, float(backlog))
    good, total = fluid.on_time(agents.astype(np.float64), due, period, np.full(size, WORTH))
    periods = int(period.max(initial=-1)) + 1
    assert good[0] == pytest.approx(WORTH * in_time[:periods])
    assert total[0] == pytest.approx(WORTH * (in_time + done_late + open_late)[:periods])
    assert (good <= total + 1e-9).all()


def test_the_line_at_the_opening_is_by_deadline() -> None:
    """What came late in the night is due before what came early and is late anyway: two agents save it."""
    work = np.array([[4.0, 0.0, 0.0, 2.0, 0.0, 0.0, 0.0]])
    is_open = np.arange(7) >= 4
    due = due_after(is_open, 1, 2)
    assert due.tolist() == [6, 6, 6, 5, 6, 7, 8]
    capacity = np.where(is_open, 2.0, 0.0)
    line = np.argsort(due, kind="stable")
    good, total = Fluid.of(work, line).on_time(capacity, due, np.array([0, 0, 0, 1, 1, 1, 1]), np.ones(7))
    assert good.tolist() == [[2.0, 2.0]]
    assert total.tolist() == [[4.0, 2.0]]
