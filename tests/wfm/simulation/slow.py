"""The rules of play once more, as plainly as they can be said: every person is looked at after every event."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from wfm.simulation.engine import RETURN_SECONDS
from wfm.simulation.model import CHAT, EMAIL, MOST_BUSY, PHONE, Contacts, Desk, Outcome, Seats


@dataclass
class Person:
    """One person: the speed profile (-1 = off the seat), open contacts, and since when in this state."""

    number: int
    profile: int = -1
    open: list[int] = field(default_factory=list)
    since: tuple[float, int] = (0.0, 0)


class SlowDesk:
    """A desk that is played in steps from event to event.

    ``changed``: who has just come, or finished something. Beside chats, e-mail is taken up at such a moment only.
    """

    def __init__(self, desk: Desk, contacts: Contacts, seats: Seats, people: int) -> None:
        self.desk, self.contacts, self.seats = desk, contacts, seats
        self.people = [Person(p) for p in range(people)]
        self.rest = contacts.work_seconds.copy()
        self.pace = np.ones(len(self.rest))
        self.waiting: list[int] = []
        self.steps = 0
        self.changed = -1
        n = len(self.rest)
        self.first = n - len(contacts.comebacks.origin)
        self.arrival = contacts.arrival.copy()
        self.phantoms: set[int] = set()
        self.wrong: set[int] = set()
        self.coming: list[tuple[float, int, bool]] = []
        never = [np.full(n, np.nan) for _ in range(3)]
        self.out = Outcome._make((self.arrival, *never, np.zeros(n, np.bool_), np.zeros((0, 3))))

    def channel(self, c: int) -> int:
        """Return the channel of a contact."""
        return int(self.desk.channel[self.contacts.queue[c]])

    def rank(self, c: int) -> tuple[bool, int, float]:
        """Return what contacts are served in the order of."""
        q = self.contacts.queue[c]
        due = self.arrival[c] + self.desk.allowance_seconds[q]
        return (self.channel(c) == EMAIL, int(self.desk.priority[q]), float(due))

    def rate(self, person: Person, c: int) -> float:
        """Return the work done per second on an open contact."""
        single = [o for o in person.open if self.channel(o) != CHAT]
        if single and single != [c]:
            return 0.0
        if c in self.phantoms:
            return 1.0
        q, k = self.contacts.queue[c], len(single) or sum(o not in self.phantoms for o in person.open)
        return float(self.pace[c] * self.desk.speedup[q, min(k, self.desk.concurrency[q]) - 1] / k)

    def serves(self, person: Person, c: int) -> bool:
        """Return whether a person on seat has the contact's queue."""
        return person.profile >= 0 and bool(self.desk.speed[person.profile, self.contacts.queue[c]] > 0)

    def may_take(self, person: Person, c: int, now: float) -> bool:
        """Return whether a person may start a contact now."""
        if not self.serves(person, c) or any(self.channel(o) != CHAT for o in person.open):
            return False
        if self.channel(c) == PHONE or not person.open:
            return True
        q = self.contacts.queue[c]
        if self.channel(c) == CHAT:
            return bool(len(person.open) < self.desk.concurrency[q])
        urgent = now >= self.arrival[c] + self.desk.allowance_seconds[q] / 2
        return bool(urgent and self.changed == person.number)

    def touch(self, person: Person, now: float) -> None:
        """Note that the person's state changed."""
        self.steps += 1
        person.since = (now, self.steps)

    def start(self, person: Person, c: int, now: float) -> None:
        """Let the person start a contact."""
        self.waiting.remove(c)
        person.open.append(c)
        self.touch(person, now)
        if np.isfinite(self.out.abandoned[c]):
            self.phantoms.add(c)
            self.rest[c] = self.desk.silent_seconds[self.contacts.queue[c]]
            return
        follower = self.follower(c)
        if follower >= 0 and self.contacts.comebacks.luck[follower] < self.desk.errors[person.profile]:
            self.wrong.add(c)
        self.pace[c] = self.desk.speed[person.profile, self.contacts.queue[c]]
        self.out.answered[c] = now

    def follower(self, c: int) -> int:
        """Return which comeback follows a contact, -1 for none."""
        return int(self.contacts.comebacks.again[c]) if len(self.contacts.comebacks.again) else -1

    def stop(self, person: Person, c: int, now: float) -> None:
        """Let the person end a contact."""
        person.open.remove(c)
        self.changed = person.number
        self.touch(person, now)
        if c in self.phantoms:
            return
        self.out.finished[c] = now
        if c in self.wrong:
            self.come_back(self.follower(c), now, RETURN_SECONDS, True)

    def give_up(self, c: int, now: float) -> None:
        """Let a contact give up; a silent one stays in line."""
        q = self.contacts.queue[c]
        self.out.abandoned[c] = now
        if not (self.contacts.silent[c] and self.channel(c) == CHAT):
            self.waiting.remove(c)
        follower = self.follower(c)
        if follower >= 0 and self.contacts.comebacks.redials[follower]:
            self.come_back(follower, now, float(self.desk.redial_seconds[q]), False)

    def come_back(self, follower: int, now: float, mean: float, wrong: bool) -> None:
        """Note that a comeback will happen."""
        self.coming.append((now + self.contacts.comebacks.pause[follower] * mean, self.first + follower, wrong))

    def match(self, now: float) -> None:
        """Start whatever can be started, best contact first, with the least busy person."""
        while True:
            for c in sorted(self.waiting, key=self.rank):
                able = [person for person in self.people if self.may_take(person, c, now)]
                if able:
                    busiest = self.desk.routing[self.contacts.queue[c]] == MOST_BUSY
                    sign = -1 if busiest else 1
                    self.start(min(able, key=lambda one: (sign * len(one.open), one.since)), c, now)
                    break
            else:
                return

    def gone_at(self, c: int) -> float:
        """Return when a waiting contact gives up, never when it has done so already."""
        return np.inf if np.isfinite(self.out.abandoned[c]) else float(self.arrival[c] + self.contacts.patience[c])

    def next_end(self) -> tuple[float, int, int]:
        """Return in how many seconds which person finishes which contact."""
        ends = [(self.rest[c], self.rate(p, c), p.number, c) for p in self.people for c in p.open]
        return min(((max(rest, 0) / rate, p, c) for rest, rate, p, c in ends if rate > 0), default=(np.inf, -1, -1))

    def play(self, horizon: float) -> Outcome:
        """Return the fate of every contact."""
        now, seat, arrived = 0.0, 0, 0
        while True:
            wait, p, c = self.next_end()
            times = {
                "seat": self.seats.time[seat] if seat < len(self.seats.time) else np.inf,
                "end": now + wait,
                "leave": min((self.gone_at(w) for w in self.waiting), default=np.inf),
                "arrive": self.arrival[arrived] if arrived < self.first else np.inf,
                "back": min(self.coming)[0] if self.coming else np.inf,
            }
            what = min(times, key=lambda name: times[name])
            if times[what] >= horizon:
                return self.out
            for person in self.people:
                for o in person.open:
                    self.rest[o] -= (times[what] - now) * self.rate(person, o)
            now, self.changed = float(times[what]), -1
            if what == "seat":
                self.changed = int(self.seats.person[seat])
                self.people[self.changed].profile = int(self.seats.profile[seat])
                self.touch(self.people[self.changed], now)
                seat += 1
            elif what == "end":
                self.stop(self.people[p], c, now)
            elif what == "leave":
                self.give_up(min(self.waiting, key=self.gone_at), now)
            elif what == "back":
                _, row, wrong = self.coming.pop(self.coming.index(min(self.coming)))
                self.arrival[row], self.out.repeat[row] = now, wrong
                self.waiting.append(row)
            else:
                self.waiting.append(arrived)
                arrived += 1
            self.match(now)
