"""The bundled event calendars: promotion phases with source and confidence, one CSV per calendar.

A calendar states clock times of its own country. They are moments, so a plan in another time zone sees them shifted.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

from wfm.errors import nearest
from wfm.inputs import Event

__all__ = ["calendar_names", "load_calendar"]

_FOLDER = Path(__file__).parent / "bundled" / "calendars"
_ZONES = {"cn": "Asia/Shanghai"}
_LAST_SECOND = time(23, 59, 59)


def calendar_names() -> tuple[str, ...]:
    """Return the names of the bundled calendars, sorted."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.csv")))


def load_calendar(name: str, timezone: str) -> tuple[Event, ...]:
    """Return the dated phases of a bundled calendar, in the order of the file.

    Parameters
    ----------
    name : str
        One of :func:`calendar_names`.
    timezone : str
        IANA zone in which the returned datetimes are expressed.

    Returns
    -------
    tuple of Event
        A date without an hour runs from 00:00:00 (``has_hour`` False) to 23:59:59 of the calendar's own zone. Rows
        without a start (cancelled or not yet known) say nothing about any day and are left out.

    Raises
    ------
    KeyError
        For an unknown name.
    """
    if name not in calendar_names():
        raise KeyError(f"unknown event calendar '{name}'" + nearest(name, calendar_names()))
    zone, target = ZoneInfo(_ZONES.get(name, timezone)), ZoneInfo(timezone)
    with (_FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(_event(row, zone, target) for row in csv.DictReader(file) if row["start"])


def _event(row: Mapping[str, str], zone: ZoneInfo, target: ZoneInfo) -> Event:
    end = row["end"] or row["start"]
    last = _moment(end, zone) if "T" in end else datetime.combine(_moment(end, zone).date(), _LAST_SECOND, zone)
    return Event(
        event=row["event"],
        platform=row["platform"],
        phase=row["phase"],
        start=_moment(row["start"], zone).astimezone(target),
        end=last.astimezone(target),
        has_hour="T" in row["start"],
        source=row["source"],
        confidence=row["confidence"],
    )


def _moment(text: str, zone: ZoneInfo) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)
