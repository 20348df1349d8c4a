"""The event-driven simulator: contacts, people and routing in exact continuous time.

Rules of play
-------------
* Chats share a person, up to the arriving queue's ``concurrency``: with ``k`` open chats each chat of queue ``q``
  advances at ``speed * speedup_q(k) / k``.
* A call or an e-mail takes a person wholly; the person's open chats pause until it is done, and no other contact is
  started. (If calls had to wait for a person without chats they would starve: chats are refilled as they end.)
* A new contact goes to the person with the fewest open chats, among these to the one longest in that state; a new
  e-mail only to an idle person.
* A person with room takes the waiting contact of the best priority, then of the longest wait. E-mail (by priority,
  then deadline) comes after all live contacts that wait for that person; beside open chats it is taken up only once
  half of its time is over.
* A call or an e-mail that was started is finished without interruption.
* Who leaves the seat (break, meal, end of shift, absence) finishes the open contacts and takes no new one.
"""

from __future__ import annotations

import numpy as np

from wfm.simulation.compiled import compiled, part
from wfm.simulation.model import CHAT, EMAIL, PHONE, Contacts, Desk, Outcome, Seats
from wfm.simulation.state import Agenda, Lists, State, new_state

__all__ = ["URGENT_SHARE", "play"]

URGENT_SHARE = 0.5
"""Share of its time to the deadline after which an e-mail is worked on beside open chats."""


@part
def _rise(agenda: Agenda, i: int) -> None:
    item = agenda.heap[i]
    time = agenda.time[item]
    while i > 0:
        up = (i - 1) >> 1
        other = agenda.heap[up]
        if agenda.time[other] <= time:
            break
        agenda.heap[i] = other
        agenda.place[other] = i
        i = up
    agenda.heap[i] = item
    agenda.place[item] = i


@part
def _sink(agenda: Agenda, i: int) -> None:
    size = agenda.size[0]
    item = agenda.heap[i]
    time = agenda.time[item]
    while 2 * i + 1 < size:
        down = 2 * i + 1
        if down + 1 < size and agenda.time[agenda.heap[down + 1]] < agenda.time[agenda.heap[down]]:
            down += 1
        other = agenda.heap[down]
        if agenda.time[other] >= time:
            break
        agenda.heap[i] = other
        agenda.place[other] = i
        i = down
    agenda.heap[i] = item
    agenda.place[item] = i


@part
def _schedule(agenda: Agenda, item: int, time: float) -> None:
    i = agenda.place[item]
    if i < 0:
        i = agenda.size[0]
        agenda.size[0] = i + 1
        agenda.heap[i] = item
        agenda.place[item] = i
    agenda.time[item] = time
    _rise(agenda, i)
    _sink(agenda, agenda.place[item])


@part
def _cancel(agenda: Agenda, item: int) -> None:
    i = agenda.place[item]
    if i < 0:
        return
    agenda.size[0] -= 1
    last = agenda.heap[agenda.size[0]]
    agenda.place[item] = -1
    if last != item:
        agenda.heap[i] = last
        agenda.place[last] = i
        _rise(agenda, i)
        _sink(agenda, agenda.place[last])


@part
def _next_time(agenda: Agenda) -> float:
    return float(agenda.time[agenda.heap[0]]) if agenda.size[0] > 0 else np.inf


@part
def _append(lists: Lists, which: int, item: int) -> None:
    last = lists.tail[which]
    lists.home[item], lists.before[item], lists.after[item] = which, last, -1
    lists.tail[which] = item
    if last < 0:
        lists.head[which] = item
    else:
        lists.after[last] = item


@part
def _remove(lists: Lists, item: int) -> None:
    which = lists.home[item]
    if which < 0:
        return
    before, after = lists.before[item], lists.after[item]
    if before < 0:
        lists.head[which] = after
    else:
        lists.after[before] = after
    if after < 0:
        lists.tail[which] = before
    else:
        lists.before[after] = before
    lists.home[item] = -1


@part
def _rate(desk: Desk, state: State, q: int, c: int, opened: int) -> float:
    """Return the work that a contact gets per second on a person with so many open contacts."""
    level = min(opened, desk.concurrency[q])
    return float(state.pace[c] * desk.speedup[q, level - 1] / opened)


@part
def _advance(desk: Desk, contacts: Contacts, state: State, p: int, now: float) -> None:
    """Bring the open contacts of a person to the present: the call or e-mail alone, or else all chats."""
    opened, passed = state.opened[p], now - state.updated[p]
    first = opened - 1 if state.exclusive[p] else 0
    for i in range(first, opened):
        c = state.slots[p, i]
        state.rest[c] -= passed * _rate(desk, state, contacts.queue[c], c, opened - first)
    state.updated[p] = now


@part
def _plan_end(desk: Desk, contacts: Contacts, state: State, p: int, now: float) -> None:
    """Find the open contact that a person finishes next; `_advance` must have been called."""
    opened = state.opened[p]
    if opened == 0:
        _cancel(state.ends, p)
        return
    first = opened - 1 if state.exclusive[p] else 0
    best = np.inf
    for i in range(first, opened):
        c = state.slots[p, i]
        needed = max(state.rest[c], 0.0) / _rate(desk, state, contacts.queue[c], c, opened - first)
        if needed < best:
            best = needed
            state.next_slot[p] = i
    _schedule(state.ends, p, now + best)


@part
def _seat(desk: Desk, state: State, p: int, now: float) -> None:
    """Put a person who is free or chatting at the end of the list of those in the same state; others on none."""
    _remove(state.bench, p)
    if state.profile[p] >= 0 and not state.exclusive[p]:
        states = desk.speedup.shape[1] + 1
        state.since[p] = now
        _append(state.bench, desk.group[state.profile[p]] * states + state.opened[p], p)


@part
def _take(desk: Desk, contacts: Contacts, state: State, out: Outcome, p: int, c: int, now: float) -> None:
    """Let a person start a contact that waits in no line."""
    q = contacts.queue[c]
    _advance(desk, contacts, state, p, now)
    state.slots[p, state.opened[p]] = c
    state.opened[p] += 1
    state.exclusive[p] = desk.channel[q] != CHAT
    state.pace[c] = desk.speed[state.profile[p], q]
    out.answered[c] = now
    _plan_end(desk, contacts, state, p, now)
    _seat(desk, state, p, now)


@part
def _leave_line(state: State, c: int) -> None:
    _remove(state.lines, c)
    _cancel(state.leaves, c)


@part
def _before(desk: Desk, contacts: Contacts, a: int, b: int) -> bool:
    """Return whether contact ``a`` is served before ``b``: live, then priority, then wait (e-mail: deadline)."""
    qa, qb = contacts.queue[a], contacts.queue[b]
    if (desk.channel[qa] == EMAIL) != (desk.channel[qb] == EMAIL):
        return bool(desk.channel[qb] == EMAIL)
    if desk.priority[qa] != desk.priority[qb]:
        return bool(desk.priority[qa] < desk.priority[qb])
    due_a = contacts.arrival[a] + desk.allowance_seconds[qa]
    return bool(due_a < contacts.arrival[b] + desk.allowance_seconds[qb])


@part
def _may_start(desk: Desk, contacts: Contacts, c: int, chats: int, now: float) -> bool:
    """Return whether a person on no call or e-mail, with so many open chats, may start a waiting contact."""
    q = contacts.queue[c]
    if desk.channel[q] == PHONE or chats == 0:
        return True
    if desk.channel[q] == CHAT:
        return bool(chats < desk.concurrency[q])
    return bool(now >= contacts.arrival[c] + URGENT_SHARE * desk.allowance_seconds[q])


@part
def _next_waiting(desk: Desk, contacts: Contacts, state: State, p: int, now: float) -> int:
    """Return the waiting contact that a person on no call or e-mail takes now, -1 for none."""
    serves = desk.serves[desk.group[state.profile[p]]]
    best = -1
    for q in range(len(serves)):
        c = state.lines.head[q]
        if c < 0 or not serves[q] or not _may_start(desk, contacts, c, state.opened[p], now):
            continue
        if best < 0 or _before(desk, contacts, c, best):
            best = c
    return best


@part
def _fill(desk: Desk, contacts: Contacts, state: State, out: Outcome, p: int, now: float) -> None:
    """Let a person take waiting contacts as long as there is room."""
    while state.profile[p] >= 0 and not state.exclusive[p]:
        c = _next_waiting(desk, contacts, state, p, now)
        if c < 0:
            break
        _leave_line(state, c)
        _take(desk, contacts, state, out, p, c, now)


@part
def _find(desk: Desk, contacts: Contacts, state: State, c: int) -> int:
    """Return the person who takes a new contact now, -1 for none."""
    q = contacts.queue[c]
    states = desk.speedup.shape[1] + 1
    best, longest = -1, np.inf
    for chats in range(states if desk.channel[q] == PHONE else desk.concurrency[q]):
        for g in desk.groups_of[q]:
            if g < 0:
                break
            p = state.bench.head[g * states + chats]
            if p >= 0 and state.since[p] < longest:
                best, longest = p, state.since[p]
        if best >= 0:
            break
    return best


@part
def _arrive(desk: Desk, contacts: Contacts, state: State, out: Outcome, c: int) -> None:
    now = contacts.arrival[c]
    p = _find(desk, contacts, state, c)
    if p >= 0:
        _take(desk, contacts, state, out, p, c, now)
        return
    _append(state.lines, contacts.queue[c], c)
    if contacts.patience[c] < np.inf:
        _schedule(state.leaves, c, now + contacts.patience[c])


@part
def _finish(desk: Desk, contacts: Contacts, state: State, out: Outcome, p: int, now: float) -> None:
    _advance(desk, contacts, state, p, now)
    last = state.opened[p] - 1
    done = state.next_slot[p]
    out.finished[state.slots[p, done]] = now
    state.slots[p, done] = state.slots[p, last]
    state.opened[p] = last
    state.exclusive[p] = False
    _plan_end(desk, contacts, state, p, now)
    _seat(desk, state, p, now)
    _fill(desk, contacts, state, out, p, now)


@compiled
def _run(desk: Desk, contacts: Contacts, seats: Seats, state: State, out: Outcome, horizon_seconds: float) -> None:
    n = len(contacts.arrival)
    c, s = 0, 0
    while True:
        arrival = contacts.arrival[c] if c < n else np.inf
        seat = seats.time[s] if s < len(seats.time) else np.inf
        end, leave = _next_time(state.ends), _next_time(state.leaves)
        now = min(min(arrival, seat), min(end, leave))
        if now >= horizon_seconds:
            return
        if seat == now:
            p = seats.person[s]
            state.profile[p] = seats.profile[s]
            _seat(desk, state, p, now)
            _fill(desk, contacts, state, out, p, now)
            s += 1
        elif end == now:
            _finish(desk, contacts, state, out, state.ends.heap[0], now)
        elif leave == now:
            gone = state.leaves.heap[0]
            out.abandoned[gone] = now
            _leave_line(state, gone)
        else:
            _arrive(desk, contacts, state, out, c)
            c += 1


def play(desk: Desk, contacts: Contacts, seats: Seats, people: int, horizon_seconds: float) -> Outcome:
    """Return when each contact is answered, finished or abandoned within the horizon.

    Parameters
    ----------
    desk : Desk
        How people serve the queues.
    contacts : Contacts
        In order of arrival.
    seats : Seats
        In order of time; everybody is off the seat at the start.
    people : int
        ``seats.person`` counts from 0 to ``people - 1``.
    horizon_seconds : float
        Events at or after this moment don't happen.
    """
    n = len(contacts.arrival)
    out = Outcome(np.full(n, np.nan), np.full(n, np.nan), np.full(n, np.nan))
    _run(desk, contacts, seats, new_state(desk, contacts, people), out, horizon_seconds)
    return out
