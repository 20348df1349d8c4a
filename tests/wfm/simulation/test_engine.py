"""The rules of play, on hand-made cases and against a second, slow simulator."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wfm.simulation.slow import SlowDesk
from tests.wfm.simulation.theory import poisson_runs, station
from wfm.plan import Queue
from wfm.simulation.engine import play
from wfm.simulation.model import CHAT, EMAIL, PHONE, Comebacks, Contacts, Desk, Seats, plain_contacts
from wfm.simulation.prepare import prepare_desk

INF = float("inf")


def desk_of(channels: Sequence[int], speed: Sequence[Sequence[float]], **changes: object) -> Desk:
    """Return a desk; chat queues hold 2 chats without slowdown, priorities are equal unless changed."""
    names = {PHONE: "phone", CHAT: "chat", EMAIL: "email"}
    queues = [
        Queue(id=f"q{i}", channel=names[channel], concurrency=2 if channel == CHAT else 1)
        for i, channel in enumerate(channels)
    ]
    return prepare_desk(queues, np.array(speed, dtype=np.float64))._replace(**changes)  # type: ignore[arg-type]


def contacts_of(*rows: tuple[int, float, float, float]) -> Contacts:
    """Return contacts from rows (queue, arrival, work, patience) in order of arrival."""
    table = np.array(rows, dtype=np.float64).reshape(-1, 4)
    queue = table[:, 0].astype(np.int64)
    return plain_contacts(queue, table[:, 1].copy(), table[:, 3].copy(), table[:, 2].copy())


def seats_of(*rows: tuple[float, int, int]) -> Seats:
    """Return comings and goings from rows (time, person, profile)."""
    table = np.array(rows, dtype=np.float64).reshape(-1, 3)
    return Seats(table[:, 0].copy(), table[:, 1].astype(np.int64), table[:, 2].astype(np.int64))


def test_email_waits_in_line_and_is_worked_off_one_by_one() -> None:
    """One person, three e-mails of 100 s: taken at 10, 110, 210 and finished at 110, 210, 310."""
    contacts = contacts_of((0, 10, 100, INF), (0, 20, 100, INF), (0, 30, 100, INF))
    out = play(desk_of([EMAIL], [[1.0]]), contacts, seats_of((0, 0, 0)), 1, 1000.0)
    assert out.answered.tolist() == [10.0, 110.0, 210.0]
    assert out.finished.tolist() == [110.0, 210.0, 310.0]


def test_email_with_the_earlier_deadline_comes_first() -> None:
    """Equal priority: due at 15 + 100 comes before due at 10 + 500."""
    desk = desk_of([EMAIL, EMAIL], [[1.0, 1.0]], allowance_seconds=np.array([500.0, 100.0]))
    contacts = contacts_of((0, 1, 50, INF), (0, 10, 50, INF), (1, 15, 50, INF))
    out = play(desk, contacts, seats_of((0, 0, 0)), 1, 1000.0)
    assert out.answered.tolist() == [1.0, 101.0, 51.0]


def test_live_contacts_come_before_email_but_never_interrupt_it() -> None:
    """The call at 20 waits for the e-mail begun at 10, then is served before the e-mail of 15."""
    contacts = contacts_of((1, 10, 50, INF), (1, 15, 50, INF), (0, 20, 30, INF))
    out = play(desk_of([PHONE, EMAIL], [[1.0, 1.0]]), contacts, seats_of((0, 0, 0)), 1, 1000.0)
    assert out.answered.tolist() == [10.0, 90.0, 60.0]


def test_who_leaves_finishes_the_contact_and_takes_no_new_one() -> None:
    """Shift end at 50 with a call until 100: it is finished; the waiting call is never answered."""
    contacts = contacts_of((0, 10, 90, INF), (0, 20, 10, INF))
    out = play(desk_of([PHONE], [[1.0]]), contacts, seats_of((0, 0, 0), (50, 0, -1)), 1, 1000.0)
    assert out.finished[0] == 100.0
    assert np.isnan(out.answered[1])


def test_who_comes_back_takes_the_contact_that_waits() -> None:
    """A break from 50 to 200: the call of 60 is answered at 200."""
    seats = seats_of((0, 0, 0), (50, 0, -1), (200, 0, 0))
    out = play(desk_of([PHONE], [[1.0]]), contacts_of((0, 60, 10, INF)), seats, 1, 1000.0)
    assert out.answered[0] == 200.0


def test_patience_ends_the_wait() -> None:
    """A caller with 30 s of patience behind a call until 100 leaves at 50."""
    contacts = contacts_of((0, 10, 90, INF), (0, 20, 10, 30))
    out = play(desk_of([PHONE], [[1.0]]), contacts, seats_of((0, 0, 0)), 1, 1000.0)
    assert out.abandoned[1] == 50.0
    assert np.isnan(out.finished[1])


def test_two_chats_share_a_person() -> None:
    """With speedup 1.5, two chats of 60 s from 0 run at 0.75 each: both end at 80."""
    desk = desk_of([CHAT], [[1.0]], speedup=np.array([[1.0, 1.5]]))
    out = play(desk, contacts_of((0, 1, 60, INF), (0, 1, 60, INF)), seats_of((0, 0, 0)), 1, 1000.0)
    assert out.finished == pytest.approx([81.0, 81.0])


def test_speed_shortens_the_work() -> None:
    """A person of speed 0.5 needs twice the time."""
    out = play(desk_of([PHONE], [[0.5]]), contacts_of((0, 10, 60, INF)), seats_of((0, 0, 0)), 1, 1000.0)
    assert out.finished[0] == 130.0


def test_chat_goes_to_the_least_busy_person() -> None:
    """The second chat goes to the idle person although the first has room."""
    contacts = contacts_of((0, 1, 60, INF), (0, 2, 60, INF))
    out = play(desk_of([CHAT], [[1.0]], speedup=np.ones((1, 2))), contacts, seats_of((0, 0, 0), (0, 1, 0)), 2, 1e3)
    assert out.finished.tolist() == [61.0, 62.0]


def test_a_call_pauses_the_chats() -> None:
    """Chat of 60 s begun at 1, call of 40 s at 20: the call ends at 60, the chat at 101; none starts beside it."""
    contacts = contacts_of((1, 1, 60, INF), (0, 20, 40, INF), (1, 30, 10, INF))
    desk = desk_of([PHONE, CHAT], [[1.0, 1.0]])
    out = play(desk, contacts, seats_of((0, 0, 0)), 1, 1000.0)
    assert out.answered.tolist() == [1.0, 20.0, 60.0]
    # From 60 on two chats share the person: 2 x throughput, so each goes on as if alone.
    assert out.finished.tolist() == [101.0, 60.0, 70.0]


def test_a_call_goes_to_an_idle_person_first() -> None:
    """With one person chatting and one idle, the idle one takes the call and the chat goes on."""
    contacts = contacts_of((1, 1, 60, INF), (0, 20, 40, INF))
    out = play(desk_of([PHONE, CHAT], [[1.0, 1.0]]), contacts, seats_of((0, 0, 0), (0, 1, 0)), 2, 1000.0)
    assert out.finished.tolist() == [61.0, 60.0]


def test_email_waits_for_an_idle_person_until_half_its_time_is_over() -> None:
    """Two chats until 41 and 201: the e-mail of 10 (100 s to go) is too young at 41 with deadline 200, not with 60."""
    contacts = contacts_of((0, 1, 40, INF), (0, 2, 199, INF), (1, 10, 100, INF))
    for deadline, answered in ((200.0, 201.0), (60.0, 41.0)):
        desk = desk_of([CHAT, EMAIL], [[1.0, 1.0]], allowance_seconds=np.array([0.0, deadline]))
        out = play(desk, contacts, seats_of((0, 0, 0)), 1, 1000.0)
        assert out.answered[2] == answered
        assert out.finished[1] == (201.0 if deadline == 200.0 else 301.0)


@pytest.mark.parametrize("patience", [60.0, np.inf])
def test_chat_for_one_is_a_phone(patience: float) -> None:
    """With one place, chats meet exactly the fate of calls."""
    rates = np.array([[100.0, 300.0, 50.0]])
    for channel_runs in zip(
        poisson_runs(*station(8, PHONE), rates, 200.0, [patience], runs=3),
        poisson_runs(*station(8, CHAT), rates, 200.0, [patience], runs=3),
        strict=True,
    ):
        (_, phone), (_, chat) = channel_runs
        assert all(np.array_equal(a, b, equal_nan=True) for a, b in zip(phone[:4], chat[:4], strict=True))


def with_comebacks(contacts: Contacts, rng: np.random.Generator) -> Contacts:
    """Return the contacts, of whom half may come back once, and the first of these once more."""
    n = len(contacts.arrival)
    origin = np.append(np.flatnonzero(rng.random(n) < 0.5), n)
    more = len(origin)
    again = np.full(n + more, -1)
    again[origin] = np.arange(more)
    grown = [np.append(column, rng.choice(column, more)) for column in contacts[:6]]
    grown[1][n:] = np.nan
    back = Comebacks(again, origin, rng.random(more) < 0.5, rng.random(more), rng.exponential(1.0, more))
    return Contacts._make((*grown, back, contacts.contained))


def random_case(seed: int) -> tuple[Desk, Contacts, Seats, int]:
    """Return a busy small desk: several channels, groups, speeds, priorities, comings and goings."""
    rng = np.random.default_rng(seed)
    queues, people, profiles, n = int(rng.integers(1, 5)), int(rng.integers(1, 6)), int(rng.integers(1, 5)), 120
    channels = rng.integers(0, 3, queues)
    speed = rng.choice([0.0, 0.7, 1.0], (profiles, queues))
    concurrency = np.where(channels == CHAT, rng.integers(1, 4, queues), 1)
    changes = {
        "priority": rng.integers(1, 3, queues),
        "concurrency": concurrency,
        "speedup": np.sort(rng.uniform(1.0, 2.5, (queues, 3)), axis=1),
        "allowance_seconds": np.where(channels == EMAIL, rng.uniform(100, 1000, queues), 0.0),
        "silent_seconds": rng.uniform(0.0, 200.0, queues),
        "redial_seconds": rng.uniform(10.0, 400.0, queues),
        "errors": rng.choice([0.0, 0.5], profiles),
        "routing": np.where(channels == CHAT, rng.integers(0, 2, queues), 0),
    }
    contacts = plain_contacts(
        rng.integers(0, queues, n),
        np.sort(rng.uniform(0, 3600, n)),
        np.where(channels == EMAIL, np.inf, 1.0)[rng.integers(0, queues, n)] * rng.exponential(100, n),
        rng.exponential(80, n),
    )._replace(silent=rng.random(n) < 0.5)
    contacts = with_comebacks(contacts, rng)
    rows = [(float(rng.uniform(0, 3600)), p, int(rng.integers(-1, profiles))) for p in range(people) for _ in range(6)]
    # At different moments: among people idle since the same moment, any order obeys the rules.
    starts = [(0.01 * p, p, int(rng.integers(0, profiles))) for p in range(people)]
    return desk_of(channels.tolist(), speed.tolist(), **changes), contacts, seats_of(*starts, *sorted(rows)), people


@given(st.integers(0, 10**6))
def test_equals_the_slow_simulator(seed: int) -> None:
    """On random desks every contact is answered, finished and abandoned at the same second by the same rules."""
    desk, contacts, seats, people = random_case(seed)
    fast = play(desk, contacts, seats, people, 4000.0)
    slow = SlowDesk(desk, contacts, seats, people).play(4000.0)
    for name in ("arrival", "answered", "finished", "abandoned", "repeat"):
        a, b = getattr(fast, name), getattr(slow, name)
        np.testing.assert_allclose(a, b, rtol=0, atol=1e-6, err_msg=name)


@given(st.integers(0, 10**6))
def test_every_contact_has_one_fate(seed: int) -> None:
    """Arrived = answered + abandoned + still waiting; nobody both leaves and is answered; times are in order."""
    desk, contacts, seats, people = random_case(seed)
    out = play(desk, contacts, seats, people, 4000.0)
    answered, left = np.isfinite(out.answered), np.isfinite(out.abandoned)
    assert not (answered & left).any()
    assert (out.answered[answered] >= out.arrival[answered]).all()
    done = np.isfinite(out.finished)
    assert (answered | ~done).all()
    assert (out.finished[done] >= out.answered[done]).all()
    still = ~answered & ~left & np.isfinite(out.arrival)
    assert (out.arrival + contacts.patience)[still].min(initial=INF) >= 4000.0
