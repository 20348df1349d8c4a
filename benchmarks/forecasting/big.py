"""A made-up plan of real size: many queues, two years of half hours, promotions; for the time that a forecast takes."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from benchmarks.forecasting.folders import STAFF

__all__ = ["write_big"]

ZONE = ZoneInfo("Asia/Shanghai")
FIRST, DAYS, SLOTS = date(2023, 10, 9), 728, 48
PLATFORMS = ("tmall", "jd", "pdd", "douyin", "")
PLAN = """\
[plan]
name = "big"
timezone = "Asia/Shanghai"
start = {start}
days = 28
interval_minutes = 30
known_until = {known}
synthetic = true
event_calendars = ["cn"]
labour_rules = []

[forecast]
paths = 500
models = [{models}]
"""
QUEUE = '\n[[queue]]\nid = "q{number:03}"\nchannel = "chat"\nplatform = "{platform}"\naht_seconds = 300\n'


def write_big(folder: Path, queues: int, models: tuple[str, ...], seed: int = 1) -> int:
    """Write the plan folder; return the number of history rows."""
    folder.mkdir(parents=True, exist_ok=True)
    start = FIRST + timedelta(days=DAYS + 7)
    head = PLAN.format(start=start, known=start - timedelta(days=8), models=", ".join(f'"{name}"' for name in models))
    names = [QUEUE.format(number=n, platform=PLATFORMS[n % len(PLATFORMS)]) for n in range(queues)]
    (folder / "plan.toml").write_text(head + STAFF + "".join(names), encoding="utf-8")
    served = ";".join(f"q{number:03}" for number in range(queues))
    agents = f"employee_id,name,contract,team,queues\nA1,Agent A1,staff,T1,{served}\n"
    (folder / "agents.csv").write_text(agents, encoding="utf-8")
    rng = np.random.default_rng(seed)
    midnight = datetime.combine(FIRST, time(0), ZONE)
    stamps = [(midnight + timedelta(minutes=30 * k)).strftime("%Y-%m-%d %H:%M") for k in range(DAYS * SLOTS)]
    shape = 1.2 + np.sin(2 * np.pi * (np.arange(SLOTS) - 16) / SLOTS)
    lift = np.ones(DAYS)
    for peak in (date(2023, 11, 11), date(2024, 6, 18), date(2024, 11, 11), date(2025, 6, 18)):
        lift[(peak - FIRST).days : (peak - FIRST).days + 3] = (4.0, 2.5, 1.6)
    with (folder / "history.csv").open("w", encoding="utf-8") as file:
        file.write("interval_start,queue,offered,aht_seconds\n")
        for number in range(queues):
            level = rng.lognormal(6.5, 0.8) * (1 + 0.15 * np.arange(DAYS) / 365)
            day = level * lift * np.exp(0.08 * rng.standard_normal(DAYS)) * (1 + 0.1 * (np.arange(DAYS) % 7 > 4))
            counts = rng.poisson(day[:, None] * shape / shape.sum()).ravel()
            file.writelines(f"{s},q{number:03},{c},300\n" for s, c in zip(stamps, counts, strict=True))
    return queues * DAYS * SLOTS
