"""Progress told in lines: how far, and how long a steady step will still take."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from data.progress import Teller


def lines(monkeypatch: pytest.MonkeyPatch, step: str, *reports: tuple[float, float, str]) -> list[str]:
    """Return what is printed when a step reports (seconds since the start, share done, message)."""
    file, clock = io.StringIO(), [0.0]
    monkeypatch.setattr("time.monotonic", lambda: clock[0])
    teller = Teller(Console(file=file, width=120), quiet=False)
    for seconds, done, message in reports:
        clock[0] = seconds
        teller(step, done, message)
    return [line.split(maxsplit=2)[2] for line in file.getvalue().splitlines()]


def test_a_steady_step_tells_what_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """A quarter in 20 seconds leaves a minute; nothing is said before a twentieth is done, nor at the end."""
    reports = ((0.0, 0.0, ""), (10.0, 0.02, "a"), (20.0, 0.25, "b"), (60.0, 0.25, "c"), (80.0, 1.0, ""))
    assert lines(monkeypatch, "backtest", *reports) == [
        "backtest       0%", "backtest       2%  a", "backtest      25%  b, about 60 s left",
        "backtest      25%  c, about 3 min left", "backtest     100%",
    ]  # fmt: skip


def test_a_search_tells_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """How far the roster step is says nothing of when it ends."""
    assert lines(monkeypatch, "roster", (0.0, 0.0, ""), (20.0, 0.5, "x")) == [
        "roster         0%",
        "roster        50%  x",
    ]
