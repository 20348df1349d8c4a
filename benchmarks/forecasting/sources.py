"""The reference series as plan folders, and the windows that are forecast."""

from __future__ import annotations

import csv
import gzip
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from benchmarks.forecasting.folders import Series

__all__ = ["SITE_SHARE", "bank", "bank_weeks", "holiday", "network", "sites"]

# Sites with fewer days of parcels than this are left out, as in the reference's own measure.
SITE_SHARE = 0.98


def bank(source: Path, closures: bool = True) -> Series:
    """Return the bank's calls by half hour; rows of a single 5-minute bin are left out.

    ``closures`` lists the days without any call as days off, as a planner knows the days on which the house is closed.
    """
    with (source / "bank_calls_us" / "bank_calls_30min.csv").open(encoding="utf-8") as file:
        rows = [(row["datetime"], "calls", float(row["calls"])) for row in csv.DictReader(file) if row["n5min"] == "6"]
    week = ", ".join(f'{day} = "07:00-21:00"' for day in ("mon", "tue", "wed", "thu", "fri"))
    series = Series("bank-calls", rows, "America/New_York", open=f"{{ {week} }}")
    if closures:
        days = {stamp[:10] for stamp, _, _ in rows}
        first, last = date.fromisoformat(min(days)), date.fromisoformat(max(days))
        dates = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        closed = [day for day in dates if day.weekday() < 5 and day.isoformat() not in days]
        series.tables["holidays"] = [("date", "type", "name"), *((day, "holiday", "closed") for day in closed)]
    return series


def bank_weeks(series: Series, count: int = 12) -> list[date]:
    """Return the Mondays of the last full weeks."""
    last = max(date.fromisoformat(stamp[:10]) for stamp, _, _ in series.rows)
    monday = last - timedelta(days=last.weekday())
    if last.weekday() < 4:
        monday -= timedelta(days=7)
    return [monday - timedelta(days=7 * back) for back in reversed(range(count))]


def holiday(source: Path) -> Series:
    """Return the booking centre's calls by day."""
    with (source / "holiday_calls_daily" / "calls_reservations_daily.csv").open(encoding="utf-8") as file:
        rows = [(row["date"], "calls", float(row["calls"])) for row in csv.DictReader(file)]
    return Series("holiday-calls", rows, "Europe/London")


def network(source: Path) -> Series:
    """Return the network's parcels by day, moved by the events of all platforms."""
    with (source / "jd_logistics" / "network_daily.csv").open(encoding="utf-8") as file:
        rows = [(row["date"], "parcels", float(row["parcels"])) for row in csv.DictReader(file)]
    return Series("jd-network", rows, "Asia/Shanghai", calendars='"cn"')


def sites(source: Path) -> Series:
    """Return the parcels of the sites that nearly always have some, one queue a site."""
    with gzip.open(source / "jd_logistics" / "sites_outbound_daily.csv.gz", "rt", encoding="utf-8") as file:
        table = list(csv.DictReader(file))
    names = [name for name in table[0] if name != "date"]
    values = np.array([[float(row[name] or 0) for name in names] for row in table])
    kept = [n for n, share in zip(names, (values > 0).mean(axis=0), strict=True) if share > SITE_SHARE]
    rows = [(row["date"], name, float(row[name])) for name in kept for row in table if row[name]]
    return Series("jd-sites", rows, "Asia/Shanghai", calendars='"cn"')
