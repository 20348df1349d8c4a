"""Who gives up, silently or to call again; whose answer was wrong; and who waits before the plan begins."""

from __future__ import annotations

import numpy as np
import pytest

from tests.wfm.simulation.builders import make_forecast, make_inputs
from tests.wfm.simulation.test_engine import contacts_of, desk_of, seats_of
from tests.wfm.simulation.theory import HOUR, poisson_runs, station
from wfm.simulation.draws import draw_contacts
from wfm.simulation.engine import RETURN_SECONDS, play
from wfm.simulation.model import CHAT, PHONE, Comebacks, Contacts
from wfm.simulation.prepare import prepare_demand

INF = float("inf")


def with_comeback(contacts: Contacts, origin: int, redials: bool, luck: float, pause: float) -> Contacts:
    """Return the contacts with one more (like the last row) that comes if its origin fails."""
    n = len(contacts.arrival)
    again = np.full(n + 1, -1)
    again[origin] = 0
    grown = [np.append(column, column[-1]) for column in contacts[:6]]
    grown[1][-1] = np.nan
    back = Comebacks(again, np.array([origin]), np.array([redials]), np.array([luck]), np.array([pause]))
    return Contacts._make((*grown, back, contacts.contained))


def test_a_phantom_keeps_a_slot_for_its_silence() -> None:
    """The chat of 2 gives up silently at 12, its turn comes at 101: the one behind it waits 30 s longer."""
    desk = desk_of([CHAT], [[1.0]], concurrency=np.array([1]), silent_seconds=np.array([30.0]))
    contacts = contacts_of((0, 1, 100, INF), (0, 2, 50, 10), (0, 3, 50, INF))
    loud = play(desk, contacts, seats_of((0, 0, 0)), 1, 1000.0)
    silent = play(desk, contacts._replace(silent=np.array([False, True, False])), seats_of((0, 0, 0)), 1, 1000.0)
    assert loud.answered[2] == 101.0
    assert silent.answered[2] == 131.0
    for out in (loud, silent):
        assert out.abandoned[1] == 12.0
        assert np.isnan([out.answered[1], out.finished[1]]).all()


def test_a_phantom_does_not_slow_the_other_chats() -> None:
    """Beside a phantom from 41 to 71 a chat runs as if alone: 40 s of work left at 41 are 10 s at 71.

    Before and after it two chats run at half the pace: the first ends at 41, the other at 71 + 2 x 10.
    """
    desk = desk_of([CHAT], [[1.0]], speedup=np.ones((1, 2)), silent_seconds=np.array([30.0]))
    contacts = contacts_of((0, 1, 20, INF), (0, 1, 60, INF), (0, 2, 50, 10), (0, 50, 10, INF))
    contacts = contacts._replace(silent=np.array([False, False, True, False]))
    out = play(desk, contacts, seats_of((0, 0, 0)), 1, 1000.0)
    assert out.finished[0] == 41.0
    assert out.answered[3] == 71.0
    assert out.finished[1] == pytest.approx(91.0)


def test_who_left_before_the_end_counts_even_if_nobody_looked() -> None:
    """Nobody is ever on seat: patience of 10 s is over, patience of 2,000 s is not."""
    out = play(desk_of([PHONE], [[1.0]]), contacts_of((0, 1, 9, 10), (0, 2, 9, 2000)), seats_of(), 1, 1000.0)
    assert out.abandoned[0] == 11.0
    assert np.isnan(out.abandoned[1])


def test_who_gives_up_may_call_again() -> None:
    """Gives up at 12, calls again 100 s later; who was answered in time never does."""
    desk = desk_of([PHONE], [[1.0]], redial_seconds=np.array([50.0]))
    for patience, came in ((10.0, 112.0), (INF, np.nan), (200.0, np.nan)):
        contacts = with_comeback(contacts_of((0, 1, 100, INF), (0, 2, 10, patience)), 1, True, 1.0, 2.0)
        out = play(desk, contacts, seats_of((0, 0, 0)), 1, 1000.0)
        np.testing.assert_equal(out.arrival[2], came)
        np.testing.assert_equal(out.answered[2], came)
        assert not out.repeat.any()


def test_a_newcomers_mistake_comes_back() -> None:
    """Share of errors 0.3: the contact with luck 0.2 comes back after one mean, that of 0.4 not."""
    for luck, came in ((0.2, 110.0 + RETURN_SECONDS), (0.4, np.nan)):
        desk = desk_of([PHONE], [[1.0]], errors=np.array([0.3]))
        contacts = with_comeback(contacts_of((0, 10, 100, INF)), 0, False, luck, 1.0)
        out = play(desk, contacts, seats_of((0, 0, 0)), 1, 9000.0)
        np.testing.assert_equal(out.arrival[1], came)
        assert out.repeat.tolist() == [False, luck == 0.2]


def test_who_comes_back_when_the_queue_is_shut_waits_for_its_opening() -> None:
    """Gives up at 11, would call at 111 in a shut interval (100-200): calls 100 s after the opening at 300."""
    shut = np.array([[0.0, 200.0, 100.0, 0.0, 0.0]])
    desk = desk_of([PHONE], [[1.0]], redial_seconds=np.array([100.0]), interval_seconds=100.0, shut_seconds=shut)
    contacts = with_comeback(contacts_of((0, 1, 100, 10)), 0, True, 1.0, 1.0)
    out = play(desk, contacts, seats_of(), 1, 500.0)
    assert out.arrival[1] == 400.0
    closed_for_good = desk._replace(shut_seconds=np.array([[0.0, INF, INF, INF, INF]]))
    assert np.isnan(play(closed_for_good, contacts, seats_of(), 1, 500.0).arrival[1])


def test_shares_of_those_who_may_come_back_are_as_asked() -> None:
    """Of 40,000: 30 % may redial and 10 % have bad luck, independently, and their followers alike."""
    rates = np.full((1, 4), 10_000.0)
    (contacts, _), *_ = poisson_runs(
        *station(1), rates, 1.0, [1.0], runs=1, redial=np.array([0.3]), most_errors=0.1, silent=np.array([0.25])
    )
    back = contacts.comebacks
    first = len(contacts.arrival) - len(back.origin)
    chance = 1 - 0.7 * 0.9
    assert (back.again[:first] >= 0).mean() == pytest.approx(chance, abs=4 * np.sqrt(chance / first))
    assert (back.again[first:] >= 0).mean() == pytest.approx(chance, abs=4 * np.sqrt(chance / len(back.origin)))
    assert back.redials.sum() / len(contacts.arrival) == pytest.approx(0.3, abs=0.01)
    assert contacts.silent.mean() == pytest.approx(0.25, abs=0.01)
    assert back.pause.mean() == pytest.approx(1.0, abs=0.03)
    assert (back.again[back.origin] == np.arange(len(back.origin))).all()


def test_backlog_waits_at_the_start() -> None:
    """Three e-mails, two hours old: in line before the first new one, and worked on first."""
    inputs = make_inputs([{"id": "q", "channel": "email", "backlog": 3, "backlog_age_seconds": 7200}])
    offered = np.zeros((1, 48), np.float32)
    offered[0, 0] = 2
    demand = prepare_demand(make_forecast(inputs, offered[None], 60.0), list(inputs.plan.queue))
    contacts = draw_contacts(demand, offered, 1, 0)
    assert contacts.arrival[:3].tolist() == [-7200.0] * 3
    assert (contacts.arrival[3:] >= 0).all()
    out = play(desk_of([CHAT], [[1.0]], concurrency=np.array([1])), contacts, seats_of((0, 0, 0)), 1, 9000.0)
    assert out.answered[0] == 0.0
    assert (np.diff(out.answered) > 0).all()


def test_old_callers_are_those_who_have_not_given_up() -> None:
    """Exponential patience forgets: 60 s on, the backlog is as patient as new callers; none has given up before."""
    queue = {"id": "q", "channel": "phone", "patience_seconds": 100, "backlog": 20_000, "backlog_age_seconds": 60}
    inputs = make_inputs([queue])
    offered = np.zeros((1, 48), np.float32)
    demand = prepare_demand(make_forecast(inputs, offered[None], 60.0), list(inputs.plan.queue))
    left = draw_contacts(demand, offered, 1, 0).patience - 60.0
    assert left.min() >= 0.0
    assert left.mean() == pytest.approx(100.0, abs=4 * 100 / np.sqrt(20_000))


def test_comebacks_are_new_contacts_for_the_staff_too() -> None:
    """With redials more work reaches the people: the same callers, and more of them get through late."""
    rates = np.full((1, 30), 60.0)
    answered = []
    for share in (0.0, 0.9):
        desk, seats = station(4, redial_seconds=HOUR)
        runs = poisson_runs(desk, seats, rates, 300.0, [30.0], runs=5, redial=np.array([share]))
        answered.append(sum(int(np.isfinite(out.answered).sum()) for _, out in runs))
    assert answered[1] > 1.05 * answered[0]
