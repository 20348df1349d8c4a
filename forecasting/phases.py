"""Event phases in the forecaster's words: which kind, on which platforms, which day of the phase."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from wfm.inputs import Event
from wfm.platforms import EVERY_PLATFORM, platform_group

__all__ = ["OPENINGS", "Edition", "Phase", "editions", "kind_of_phase", "phases_of"]

_KINDS = {
    "sale_wave1": "sale", "sale_start": "sale", "balance_payment": "sale", "sale": "sale",
    "sale_wave2": "wave", "sale_wave3": "wave",
    "presale_deposit": "deposit", "presale_start": "deposit",
    "main_day": "main", "climax": "main",
    "warmup": "warmup", "presale_warmup": "warmup", "warmup_sale": "warmup",
    "whole_event": "season", "category_days": "quiet", "extension": "extension", "after_sales_wave": "after",
}  # fmt: skip
# Parcel records, deadlines and suspended targets say nothing of contacts; New Year is handled with the holidays.
_SILENT_PHASES = frozenset({
    "logistics_peak", "delivery_peak", "kpi_suspension", "shipping_deadline", "price_protection_end", "public_holiday",
    "intraday_peak",
})  # fmt: skip
_SILENT_EVENTS = frozenset({"chinese_new_year"})
# The day that gave the event its name draws buyers even where a calendar lists only the wave around it.
_NAME_DAYS = {"double11": (11, 11), "618": (6, 18), "double12": (12, 12), "festival38": (3, 8), "festival99": (9, 9)}
OPENINGS = frozenset({"sale", "wave", "main", "deposit"})
EVENING = 12.0
_EDITION_GAP = timedelta(days=30)


@dataclass(frozen=True)
class Phase:
    """One phase of one edition on one platform group; ``hour`` is the local clock hour of the start, None unknown."""

    event: str
    platform: str
    kind: str
    start: date
    end: date
    hour: float | None
    scale: float = 1.0
    label: str = ""
    like: str = ""

    @property
    def family(self) -> str:
        """Name of the event whose editions it is learned from: its own, or that of its analogue."""
        return self.like or self.event

    @property
    def evening(self) -> bool:
        """Whether it opens in the second half of the day, so that its first full day is the day after."""
        return self.hour is not None and self.hour >= EVENING

    def days(self) -> Iterator[tuple[date, str]]:
        """Yield each day that the phase can move, with the name of its part (``eve``, ``part``, ``full1``, ...)."""
        if self.kind in OPENINGS:
            yield from self._opening_days()
        elif self.kind == "after":
            yield from self._tail_days()
        else:
            yield from self._inner_days(self.start)
            yield self.start, "first"
        if self.kind != "after" and (self.end - self.start).days >= 4:
            yield self.end, "last"

    def _opening_days(self) -> Iterator[tuple[date, str]]:
        full = self.start + timedelta(days=1 if self.evening else 0)
        yield full - timedelta(days=1), "part" if self.evening else "eve"
        last = 2 if self.kind == "deposit" else 13
        for offset in range(last + 1):
            yield full + timedelta(days=offset), _opening_part(offset)
        yield from self._inner_days(full + timedelta(days=3))

    def _tail_days(self) -> Iterator[tuple[date, str]]:
        for offset in range((self.end - self.start).days + 1):
            yield self.start + timedelta(days=offset), f"tail{min(offset // 3, 4)}"

    def _inner_days(self, first: date) -> Iterator[tuple[date, str]]:
        for offset in range((self.end - first).days + 1):
            yield first + timedelta(days=offset), "in"


def _opening_part(offset: int) -> str:
    if offset < 3:
        return f"full{offset + 1}"
    return "days4" if offset < 6 else "days7" if offset < 9 else "days10"


@dataclass(frozen=True)
class Edition:
    """One run of an event, first and last day over all platforms and phases.

    ``name`` is like ``double11 2024``, or ``flashsale 2024-06-12`` (its first day) where a year saw several.
    """

    event: str
    year: int
    start: date
    end: date
    name: str


def editions(events: Iterable[Event]) -> tuple[Edition, ...]:
    """Return the editions in the calendar by first day; phases of one event less than a month apart are one edition."""
    spans: dict[str, list[tuple[date, date]]] = {}
    for event in _speaking(events):
        spans.setdefault(event.event, []).append((event.start.date(), event.end.date()))
    found = [run for name, days in spans.items() for run in _named(name, list(_clusters(sorted(days))))]
    return tuple(sorted(found, key=lambda run: (run.start, run.event)))


def phases_of(events: Sequence[Event]) -> tuple[Phase, ...]:
    """Return the phases that move contacts, with name days added and double openings joined, by start day."""
    speaking = list(_speaking(events))
    phases = _without_twins([_phase(event) for event in speaking])
    phases += _name_days(phases, editions(speaking))
    return tuple(sorted(phases, key=lambda p: (p.start, p.event, p.platform, p.kind, p.end, p.label)))


def kind_of_phase(name: str) -> str:
    """Return the kind that a phase's name in a calendar stands for (``sale_start``: ``sale``); a kind is its own."""
    return "main" if name == "name_day" else _KINDS.get(name, name)


def _speaking(events: Iterable[Event]) -> Iterator[Event]:
    for event in events:
        if event.phase not in _SILENT_PHASES and event.event not in _SILENT_EVENTS:
            yield event


def _named(event: str, runs: list[tuple[date, date]]) -> Iterator[Edition]:
    years = [end.year for _, end in runs]
    for start, end in runs:
        label = str(end.year) if years.count(end.year) == 1 else start.isoformat()
        yield Edition(event, end.year, start, end, f"{event} {label}")


def _clusters(spans: list[tuple[date, date]]) -> Iterator[tuple[date, date]]:
    start, end = spans[0]
    for first, last in spans[1:]:
        if first - end > _EDITION_GAP:
            yield start, end
            start, end = first, last
        end = max(end, last)
    yield start, end


def _kind(event: Event) -> str:
    """Return the kind of a phase; a climax that opens days before the name day is a wave that leads up to it."""
    kind = _KINDS.get(event.phase, event.phase)
    if kind == "main" and event.event in _NAME_DAYS:
        name_day = date(event.start.year, *_NAME_DAYS[event.event])
        if not timedelta(0) <= name_day - event.start.date() <= timedelta(days=1):
            return "wave"
    return kind


def _phase(event: Event) -> Phase:
    start: datetime = event.start
    return Phase(
        event.event,
        platform_group(event.platform),
        _kind(event),
        start.date(),
        max(event.end.date(), start.date()),
        start.hour + start.minute / 60 if event.has_hour else None,
        event.scale,
        event.phase,
        event.like,
    )


def _without_twins(phases: list[Phase]) -> list[Phase]:
    """Return phases without those that open with another one of the same kind (balance and sale at one hour)."""
    kept: dict[tuple[str, str, str, date], Phase] = {}
    for phase in phases:
        key = (phase.event, phase.platform, phase.kind, phase.start)
        twin = kept.get(key)
        # The planner's factor on either of them is meant for the opening that they share.
        scale = phase.scale if twin is None or twin.scale == 1.0 else twin.scale
        longer = phase if twin is None or phase.end > twin.end else twin
        kept[key] = replace(longer, scale=scale)
    return list(kept.values())


def _name_days(phases: list[Phase], runs: tuple[Edition, ...]) -> list[Phase]:
    added: list[Phase] = []
    for run in runs:
        if run.event not in _NAME_DAYS:
            continue
        day = date(run.year, *_NAME_DAYS[run.event])
        mine = [phase for phase in phases if phase.event == run.event and run.start <= phase.start <= run.end]
        stated = {phase.platform for phase in mine if phase.kind == "main" and phase.start <= day <= phase.end}
        if not run.start <= day <= run.end + timedelta(days=1) or EVERY_PLATFORM in stated:
            continue
        # A calendar that lists fewer platforms this year does not mean that the others let the day pass.
        groups = sorted({phase.platform for phase in phases if phase.event == run.event} - stated)
        added += [_name_day(run.event, group, day, mine) for group in groups]
    return added


def _name_day(event: str, platform: str, day: date, phases: Iterable[Phase]) -> Phase:
    """Return the name day as a phase; where a wave opens the evening before, the day opens with it."""
    eve = day - timedelta(days=1)
    for phase in phases:
        if phase.kind in OPENINGS and phase.platform == platform and phase.evening and phase.start == eve:
            return Phase(event, platform, "main", eve, day, phase.hour, phase.scale, "name_day")
    return Phase(event, platform, "main", day, day, None, 1.0, "name_day")
