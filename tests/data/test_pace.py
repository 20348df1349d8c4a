"""What is left of a step, from the shares that it told."""

from __future__ import annotations

import pytest

from data.pace import Pace, time_left


def pace(*marks: tuple[float, float]) -> Pace:
    """Return the pace of a step that began at 0 and told (seconds, share done)."""
    made = Pace(0.0)
    for now, done in marks:
        made.mark(now, done)
    return made


def test_an_even_step_goes_on_as_it_went() -> None:
    """Half in 30 seconds leaves 30."""
    even = pace(*((float(second), second / 60) for second in range(31)))
    assert even.seconds_left(30.0) == pytest.approx(30.0)


def test_a_step_that_stands_still_is_told_to_take_longer_but_not_for_ever() -> None:
    """At most at half the pace since the beginning."""
    stalled = pace(*((float(second), second / 60) for second in range(31)))
    assert 30.0 < (stalled.seconds_left(40.0) or 0.0) <= 80.0
    assert stalled.seconds_left(60.0) == pytest.approx(120.0)


def test_preparation_counts_for_nothing() -> None:
    """A minute of compiling before the first share does not slow the rest."""
    assert pace((60.0, 0.0), (70.0, 0.5)).seconds_left(70.0) == pytest.approx(10.0)


def test_the_pace_of_late_counts() -> None:
    """A step that slows down is told to take longer than its mean pace says, by half of the difference in pace."""
    slow = pace((10.0, 0.5), *((10.0 + second, 0.5 + second / 200) for second in range(1, 31)))
    assert slow.seconds_left(40.0) == pytest.approx(0.35 / (0.5 * 0.65 / 40 + 0.5 / 200), rel=0.05)


@pytest.mark.parametrize(("now", "done"), [(2.0, 0.5), (60.0, 0.0), (60.0, 0.01), (60.0, 0.99), (60.0, 1.0)])
def test_nothing_is_told_too_early_or_at_the_end(now: float, done: float) -> None:
    """In the first seconds and before a fiftieth is done nothing is known; at the end nothing is worth telling."""
    assert pace((now, done)).seconds_left(now) is None


@pytest.mark.parametrize(
    ("seconds", "limit", "words"),
    [
        (None, None, ""), (0.2, None, "about 1 s left"), (7.4, None, "about 7 s left"), (43.0, None, "about 45 s left"),
        (100.0, None, "about 2 min left"), (7000.0, None, "about 1.9 h left"), (40.0, 60.0, "about 40 s left"),
        (400.0, 60.0, "at most 60 s left"), (None, 60.0, "at most 60 s left"),
    ],
)  # fmt: skip
def test_no_more_is_told_than_the_time_limit_leaves(seconds: float | None, limit: float | None, words: str) -> None:
    """In seconds, minutes or hours; a limit that comes first is told as such."""
    assert time_left(seconds, limit) == words
