"""The event-driven simulator: contacts, people and routing in exact continuous time.

Rules of play
-------------
* Chats share a person, up to the arriving queue's ``concurrency``: with ``k`` open chats each chat of queue ``q``
  advances at ``speed * speedup_q(k) / k``.
* A call or an e-mail takes a person wholly; the person's open chats pause until it is done, and no other contact is
  started. (If calls had to wait for a person without chats they would starve: chats are refilled as they end.)
* A new contact goes to the person with the fewest open chats (a chat of a queue routed ``most_busy``: with the most
  that still have room), among these to the one longest in that state; a new e-mail only to an idle person.
* A person with room takes the waiting contact of the best priority, then of the longest wait. E-mail (by priority,
  then deadline; by the calendar, what is late before it opens counts from the opening) comes after all live contacts
  that wait for that person; beside open chats it is taken up only once half of its time is over.
* A call or an e-mail that was started is finished without interruption.
* Who leaves the seat (break, meal, end of shift, absence) finishes the open contacts and takes no new one.
* Who gives up leaves the line at the end of the patience. Who does so silently in a chat stays in line as a phantom: it
  counts as abandoned, but the person who takes it up keeps a slot for ``silent_seconds`` of talking to nobody. A
  phantom does no harm to the pace of the person's other chats; a call pauses it as them.
* Who gives up may call again, and a contact handled wrongly comes back after 30 minutes on average (exponential, both).
  Where the queue is shut then, the pause starts again at its next opening. A wrong answer shows only later: a contact
  that comes back is new work of the same size and may go wrong again.
"""

from __future__ import annotations

import numpy as np

from wfm.compiled import compiled, part
from wfm.simulation.agenda import append, pop, push, remove, schedule
from wfm.simulation.model import CHAT, EMAIL, MOST_BUSY, PHONE, Contacts, Desk, Outcome, Seats
from wfm.simulation.state import BENCHES, State, new_state

__all__ = ["RETURN_SECONDS", "URGENT_SHARE", "play"]

URGENT_SHARE = 0.5
"""Share of its time to the deadline after which an e-mail is worked on beside open chats."""
RETURN_SECONDS = 1800.0
"""Mean time after which a contact that was handled wrongly comes back."""


@part
def _rate(desk: Desk, state: State, q: int, p: int, i: int, shared: int) -> float:
    """Return the work that a person's contact gets per second when so many share the person."""
    pace = state.pace[p, i]
    if pace == 0.0:
        return 1.0
    if shared == 1:
        return float(pace * desk.speedup[q, 0])
    return float(pace * desk.speedup[q, min(shared, desk.concurrency[q]) - 1] / shared)


@part
def _advance(desk: Desk, contacts: Contacts, state: State, p: int, now: float) -> None:
    """Bring the open contacts of a person to the present: the call or e-mail alone, or else all chats."""
    opened, passed = state.opened[p], now - state.updated[p]
    state.updated[p] = now
    if opened == 0 or passed == 0.0:
        return
    talking = opened - state.phantoms[p]
    state.chatted[p] += passed * talking
    first, shared = (opened - 1, 1) if state.exclusive[p] else (0, talking)
    for i in range(first, opened):
        state.rest[p, i] -= passed * _rate(desk, state, contacts.queue[state.slots[p, i]], p, i, shared)


@part
def _plan_end(desk: Desk, contacts: Contacts, state: State, p: int, now: float) -> None:
    """Find the open contact that a person finishes next; `_advance` must have been called."""
    opened = state.opened[p]
    if opened == 0:
        schedule(state.ends, p, np.inf)
        return
    first, shared = (opened - 1, 1) if state.exclusive[p] else (0, opened - state.phantoms[p])
    best = np.inf
    for i in range(first, opened):
        q = contacts.queue[state.slots[p, i]]
        needed = max(state.rest[p, i], 0.0) / _rate(desk, state, q, p, i, shared)
        if needed < best:
            best = needed
            state.next_slot[p] = i
    schedule(state.ends, p, now + best)


@part
def _sit(desk: Desk, state: State, p: int, now: float) -> None:
    """Put a person who is free or chatting at the end of the list of those in the same state; others on none."""
    old = state.bench.home[p]
    if old >= 0:
        remove(state.bench, p)
        if state.bench.head[old] < 0:
            state.room[old // BENCHES] &= ~(1 << (old % BENCHES))
    if state.profile[p] >= 0 and not state.exclusive[p]:
        state.since[p] = now
        group, opened = desk.group[state.profile[p]], state.opened[p]
        append(state.bench, group * BENCHES + opened, p)
        state.room[group] |= 1 << opened


@part
def _start(desk: Desk, contacts: Contacts, state: State, out: Outcome, p: int, c: int, now: float) -> None:
    """Let a person start a contact that waits in no line; `_advance` must have been called."""
    q, i, profile = contacts.queue[c], state.opened[p], state.profile[p]
    state.slots[p, i] = c
    state.opened[p] = i + 1
    if out.abandoned[c] == out.abandoned[c]:
        state.phantoms[p] += 1
        state.pace[p, i], state.rest[p, i] = 0.0, desk.silent_seconds[q]
        return
    state.exclusive[p] = desk.channel[q] != CHAT
    state.pace[p, i], state.rest[p, i] = desk.speed[profile, q], contacts.work_seconds[c]
    out.answered[c] = now
    if len(contacts.comebacks.again) > 0:
        follower = contacts.comebacks.again[c]
        state.wrong[p, i] = follower >= 0 and contacts.comebacks.luck[follower] < desk.errors[profile]
    if len(out.level) > 0:
        state.mark[p, i] = state.chatted[p]
        out.level[c, 0], out.level[c, 2] = state.opened[p] - state.phantoms[p], state.pace[p, i]


@part
def _stop(contacts: Contacts, state: State, out: Outcome, p: int, now: float) -> None:
    """Let a person end the contact whose turn it is; `_advance` must have been called."""
    done, last = state.next_slot[p], state.opened[p] - 1
    c, pace, wrong, mark = state.slots[p, done], state.pace[p, done], state.wrong[p, done], state.mark[p, done]
    state.slots[p, done], state.rest[p, done] = state.slots[p, last], state.rest[p, last]
    state.pace[p, done], state.wrong[p, done] = state.pace[p, last], state.wrong[p, last]
    state.mark[p, done] = state.mark[p, last]
    state.opened[p] = last
    state.exclusive[p] = False
    if pace == 0.0:
        state.phantoms[p] -= 1
        return
    out.finished[c] = now
    if len(out.level) > 0 and now > out.answered[c]:
        out.level[c, 1] = (state.chatted[p] - mark) / (now - out.answered[c])
    if wrong:
        follower = contacts.comebacks.again[c]
        push(state.coming, 2 * follower + 1, now + contacts.comebacks.pause[follower] * RETURN_SECONDS)


@part
def _head(desk: Desk, contacts: Contacts, state: State, out: Outcome, q: int, now: float) -> int:
    """Return the first contact of a line, -1 for none; those that gave up by now leave it unless they are silent."""
    c = state.head[q]
    while c >= 0:
        gone = out.arrival[c] + contacts.patience[c]
        if gone >= now:
            break
        out.abandoned[c] = gone
        if contacts.silent[c] and desk.channel[q] == CHAT:
            break
        c = state.after[c]
        state.head[q] = c
    return int(c)


@part
def _due(desk: Desk, q: int, arrival: float) -> float:
    """Return the moment by which waiting contacts are compared: that of the deadline of e-mail, else the arrival."""
    due = arrival + desk.allowance_seconds[q]
    if desk.restarts[q] and arrival >= 0.0:
        t = int(arrival / desk.interval_seconds)
        shut = desk.shut_seconds[q, min(t, desk.shut_seconds.shape[1] - 1)]
        opening = t * desk.interval_seconds + shut
        if shut > 0.0 and opening >= due:
            return float(opening + desk.allowance_seconds[q])
    return float(due)


@part
def _queue_up(desk: Desk, state: State, out: Outcome, q: int, c: int) -> None:
    """Put a contact into the line: behind all that are due no later, which is the end but for e-mail by night."""
    tail = state.tail[q]
    if state.head[q] < 0:
        state.head[q], state.tail[q], state.after[c] = c, c, -1
        return
    if not desk.restarts[q] or _due(desk, q, out.arrival[tail]) <= _due(desk, q, out.arrival[c]):
        state.after[tail], state.tail[q], state.after[c] = c, c, -1
        return
    due, place, following = _due(desk, q, out.arrival[c]), -1, state.head[q]
    while _due(desk, q, out.arrival[following]) <= due:
        place, following = following, state.after[following]
    state.after[c] = following
    if place < 0:
        state.head[q] = c
    else:
        state.after[place] = c


@part
def _before(desk: Desk, contacts: Contacts, out: Outcome, a: int, b: int) -> bool:
    """Return whether contact ``a`` is served before ``b``: live, then priority, then wait (e-mail: deadline)."""
    qa, qb = contacts.queue[a], contacts.queue[b]
    if (desk.channel[qa] == EMAIL) != (desk.channel[qb] == EMAIL):
        return bool(desk.channel[qb] == EMAIL)
    if desk.priority[qa] != desk.priority[qb]:
        return bool(desk.priority[qa] < desk.priority[qb])
    return _due(desk, qa, out.arrival[a]) < _due(desk, qb, out.arrival[b])


@part
def _may_start(desk: Desk, q: int, arrival: float, chats: int, now: float) -> bool:
    """Return whether a person on no call or e-mail, with so many open chats, may start a contact that waits."""
    if desk.channel[q] == PHONE or chats == 0:
        return True
    if desk.channel[q] == CHAT:
        return bool(chats < desk.concurrency[q])
    return bool(now >= arrival + URGENT_SHARE * desk.allowance_seconds[q])


@part
def _next_waiting(desk: Desk, contacts: Contacts, state: State, out: Outcome, p: int, now: float) -> int:
    """Return the waiting contact that a person on no call or e-mail takes now, -1 for none."""
    group = desk.group[state.profile[p]]
    best = -1
    for q in range(len(state.head)):
        if state.head[q] < 0 or not desk.serves[group, q]:
            continue
        c = _head(desk, contacts, state, out, q, now)
        if c < 0 or not _may_start(desk, q, out.arrival[c], state.opened[p], now):
            continue
        if best < 0 or _before(desk, contacts, out, c, best):
            best = c
    return best


@part
def _settle(desk: Desk, contacts: Contacts, state: State, out: Outcome, p: int, now: float) -> None:
    """Let a person whose state has changed take waiting contacts as long as there is room."""
    while state.profile[p] >= 0 and not state.exclusive[p]:
        c = _next_waiting(desk, contacts, state, out, p, now)
        if c < 0:
            break
        state.head[contacts.queue[c]] = state.after[c]
        _start(desk, contacts, state, out, p, c, now)
    _plan_end(desk, contacts, state, p, now)
    _sit(desk, state, p, now)


@part
def _level(desk: Desk, state: State, q: int) -> int:
    """Return how many open chats the people have to whom a new contact goes, -1 when nobody has room."""
    room = 0
    for g in desk.groups_of[q]:
        if g < 0:
            break
        room |= state.room[g]
    if desk.channel[q] != PHONE:
        room &= (1 << desk.concurrency[q]) - 1
    if room == 0:
        return -1
    level = 0
    if desk.routing[q] == MOST_BUSY:
        while room > 1:
            room >>= 1
            level += 1
        return level
    while room & 1 == 0:
        room >>= 1
        level += 1
    return level


@part
def _find(desk: Desk, state: State, q: int) -> int:
    """Return the person who takes a new contact of a queue now, -1 for none."""
    level = _level(desk, state, q)
    if level < 0:
        return -1
    best, longest = -1, np.inf
    for g in desk.groups_of[q]:
        if g < 0:
            break
        p = state.bench.head[g * BENCHES + level]
        if p >= 0 and state.since[p] < longest:
            best, longest = p, state.since[p]
    return best


@part
def _arrive(desk: Desk, contacts: Contacts, state: State, out: Outcome, c: int, now: float) -> None:
    q = contacts.queue[c]
    p = _find(desk, state, q)
    if p >= 0:
        _advance(desk, contacts, state, p, now)
        _start(desk, contacts, state, out, p, c, now)
        _plan_end(desk, contacts, state, p, now)
        _sit(desk, state, p, now)
        return
    _queue_up(desk, state, out, q, c)
    if len(contacts.comebacks.again) > 0:
        follower = contacts.comebacks.again[c]
        if follower >= 0 and contacts.comebacks.redials[follower]:
            pause = contacts.comebacks.pause[follower] * desk.redial_seconds[q]
            push(state.coming, 2 * follower, now + contacts.patience[c] + pause)


@part
def _come_back(desk: Desk, contacts: Contacts, state: State, out: Outcome, now: float) -> None:
    """Let the next comeback happen, unless its origin was answered after all or the queue is shut."""
    entry = pop(state.coming)
    follower, wrong = entry >> 1, entry & 1 == 1
    origin = contacts.comebacks.origin[follower]
    if not wrong and out.answered[origin] == out.answered[origin]:
        return
    q = contacts.queue[origin]
    t = int(now / desk.interval_seconds)
    if desk.shut_seconds[q, t] > 0.0:
        pause = contacts.comebacks.pause[follower] * (RETURN_SECONDS if wrong else desk.redial_seconds[q])
        push(state.coming, entry, t * desk.interval_seconds + desk.shut_seconds[q, t] + pause)
        return
    c = len(out.arrival) - len(contacts.comebacks.origin) + follower
    out.arrival[c], out.repeat[c] = now, wrong
    _arrive(desk, contacts, state, out, c, now)


@part
def _close(contacts: Contacts, state: State, out: Outcome, horizon_seconds: float) -> None:
    """Note who of those still in line gave up before the end."""
    for q in range(len(state.head)):
        c = state.head[q]
        while c >= 0:
            gone = out.arrival[c] + contacts.patience[c]
            if gone < horizon_seconds:
                out.abandoned[c] = gone
            c = state.after[c]


@compiled
def _run(desk: Desk, contacts: Contacts, seats: Seats, state: State, out: Outcome, horizon_seconds: float) -> None:
    n = len(contacts.arrival) - len(contacts.comebacks.origin)
    c, s = 0, 0
    while True:
        arrival = contacts.arrival[c] if c < n else np.inf
        seat = seats.time[s] if s < len(seats.time) else np.inf
        end = state.ends.time[0]
        back = state.coming.time[0] if state.coming.size[0] > 0 else np.inf
        now = min(min(arrival, seat), min(end, back))
        if now >= horizon_seconds:
            break
        if end == now and seat > now:
            p = state.ends.item[0]
            if state.opened[p] > 1:
                _advance(desk, contacts, state, p, now)
            else:  # what ends has nothing left to do
                state.chatted[p] += now - state.updated[p]
                state.updated[p] = now
            _stop(contacts, state, out, p, now)
            _settle(desk, contacts, state, out, p, now)
        elif arrival == now and seat > now:
            _arrive(desk, contacts, state, out, c, now)
            c += 1
        elif seat == now:
            p = seats.person[s]
            _advance(desk, contacts, state, p, now)
            state.profile[p] = seats.profile[s]
            _settle(desk, contacts, state, out, p, now)
            s += 1
        else:
            _come_back(desk, contacts, state, out, now)
    _close(contacts, state, out, horizon_seconds)


def play(
    desk: Desk, contacts: Contacts, seats: Seats, people: int, horizon_seconds: float, levels: bool = False
) -> Outcome:
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
    levels : bool
        Record how many chats people had open: what messages are drawn from. Else ``level`` is empty.
    """
    n = len(contacts.arrival)
    out = Outcome(
        contacts.arrival.copy(), np.full(n, np.nan), np.full(n, np.nan), np.full(n, np.nan), np.zeros(n, np.bool_),
        np.zeros((n if levels else 0, 3)),
    )  # fmt: skip
    _run(desk, contacts, seats, new_state(desk, contacts, people), out, horizon_seconds)
    return out
