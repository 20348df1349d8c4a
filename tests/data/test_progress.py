"""Progress on terminals and in plain lines: how far, what was reached, and how long it will still take."""

from __future__ import annotations

import io
import signal

import pytest
from rich.console import Console

from data.progress import Teller

FIGURES = "cost 1,042,029, bound 1,005,754, gap 3.48%"
PREPARING = "preparing (the first run on a machine compiles the search: half a minute)"
Report = tuple[float, float, str]


def told(
    monkeypatch: pytest.MonkeyPatch, console: Console, step: str, *reports: Report, time_limit: float | None = None
) -> Teller:
    """Return a teller whom a step told (seconds since the start, share done, message)."""
    clock = [0.0]
    monkeypatch.setattr("data.progress.time.monotonic", lambda: clock[0])
    teller = Teller(console, quiet=False, time_limit=time_limit)
    for seconds, done, message in reports:
        clock[0] = seconds
        teller(step, done, message)
    return teller


def lines(
    monkeypatch: pytest.MonkeyPatch, step: str, *reports: Report, time_limit: float | None = None
) -> list[str]:  # fmt: skip
    """Return what is printed where there is no terminal."""
    file = io.StringIO()
    told(monkeypatch, Console(file=file, width=120), step, *reports, time_limit=time_limit)
    return [line.split(maxsplit=2)[2] for line in file.getvalue().splitlines()]


def shown(monkeypatch: pytest.MonkeyPatch, width: int, *reports: Report, time_limit: float | None = None) -> list[str]:
    """Return what a terminal of a width shows of the roster step in the end."""
    console = Console(file=io.StringIO(), width=width, force_terminal=True, force_interactive=True)
    bars = told(monkeypatch, console, "roster", *reports, time_limit=time_limit).bars
    assert bars is not None
    page = Console(file=io.StringIO(), width=width)
    with page.capture() as capture:
        page.print(bars.get_renderable())
    return capture.get().splitlines()


def test_the_search_tells_cost_bound_gap_and_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """Preparing is said at once; what it took counts for nothing in the time left."""
    reports = ((0.0, 0.0, ""), (1.0, 0.0, PREPARING), (40.0, 0.0, PREPARING), (60.0, 0.25, FIGURES), (120.0, 1.0, ""))
    assert lines(monkeypatch, "roster", *reports) == [
        "roster         0%", f"roster         0%  {PREPARING}", f"roster        25%  {FIGURES}, about 60 s left",
        "roster       100%",
    ]  # fmt: skip


def test_a_short_step_gives_two_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its start and its end; the message at the end is not told beside it."""
    reports = ((0.0, 0.0, ""), (1.0, 0.5, "1 of 2 queues"), (2.0, 1.0, "2 of 2 queues"), (2.0, 1.0, ""))
    assert lines(monkeypatch, "staff", *reports) == ["requirement    0%", "requirement  100%"]


def test_lines_are_few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten minutes of two reports a second give a line per tenth; a step that hardly moves gives one a minute."""
    even = [(tick / 2, tick / 1200, f"cost {tick}") for tick in range(1200)]
    assert len(lines(monkeypatch, "roster", *even)) <= 12
    stalled = [(tick / 2, 0.3, f"cost {tick}") for tick in range(1200)]
    assert len(lines(monkeypatch, "roster", *stalled)) <= 11


def test_other_steps_tell_what_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each counts from its own beginning."""
    assert lines(monkeypatch, "backtest", (100.0, 0.0, ""), (120.0, 0.25, "b"))[1:] == [
        "backtest      25%  b, about 60 s left"
    ]


def test_a_time_limit_caps_what_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """Known from the start; the pace counts once it says less."""
    reports = ((0.0, 0.0, ""), (20.0, 0.1, "a"), (50.0, 0.9, "b"))
    assert lines(monkeypatch, "roster", *reports, time_limit=60.0) == [
        "roster         0%  at most 60 s left", "roster        10%  a, at most 40 s left",
        "roster        90%  b, about 4 s left",
    ]  # fmt: skip


@pytest.mark.parametrize("width", [80, 160])
def test_a_terminal_shows_all_of_it_without_a_cut(monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    """One line with the bar and the time left, one below it with what was reached, on narrow terminals too."""
    bar, note = shown(monkeypatch, width, (0.0, 0.0, ""), (30.0, 0.25, FIGURES))
    assert bar.startswith("roster ")
    assert " 25% " in bar
    assert bar.rstrip().endswith("about 2 min left")
    assert note.strip() == FIGURES
    assert shown(monkeypatch, width, (0.0, 0.0, ""), (1.0, 0.0, PREPARING))[1].strip() == PREPARING


def test_a_terminal_that_can_not_move_its_cursor_gets_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """TERM=dumb: bars would be printed once, at the end."""
    file = io.StringIO()
    console = Console(file=file, soft_wrap=True, force_terminal=True, _environ={"TERM": "dumb"})
    assert told(monkeypatch, console, "roster", (0.0, 0.0, ""), (1.0, 0.0, PREPARING)).bars is None
    assert PREPARING in file.getvalue()


def test_quiet_says_nothing() -> None:
    """Neither lines nor bars."""
    file = io.StringIO()
    with Teller(Console(file=file, force_terminal=True), quiet=True) as teller:
        teller("roster", 0.0)
        teller("roster", 0.5, FIGURES)
    assert file.getvalue() == ""


def test_the_first_ctrl_c_asks_the_roster_step_to_stop_and_the_second_stops_it() -> None:
    """The bars say that it was heard; before the roster step there is nothing to keep."""
    console = Console(file=io.StringIO(), force_terminal=True, force_interactive=True)
    with Teller(console, quiet=False) as teller:
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        teller("roster", 0.0)
        signal.raise_signal(signal.SIGINT)
        assert teller.stop()
        assert teller.bars is not None
        assert "stopping with the best roster so far" in teller.bars.note
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
