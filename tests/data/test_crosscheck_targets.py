"""Targets that never count, always hold or can never hold are told before anything runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.data.read_folder import PLAN, problems_of, warnings_of

OLD = 'metric = "answered_within"\nseconds = 30\nshare = 0.8\n'
CHAT = 'channel = "chat"\n'
TURNS = "aht_seconds = 300\nrounds = 5\nreply_seconds = 20\n"
HEAD = '[[queue]] 1 "pre-sale" target 1 '


def plan_with(target: str, queue: str = CHAT) -> str:
    """Return the tiny plan with another first target on another first queue."""
    return PLAN.replace(OLD, target).replace(CHAT, queue)


def warned(folder: Path, target: str, queue: str = CHAT) -> list[str]:
    """Return the warnings about targets, without their place."""
    lines = warnings_of(folder, plan__toml=plan_with(target, queue))
    return [line.partition(HEAD)[2] for line in lines if " target " in line]


DAYTIME = CHAT + 'open = "09:00-21:00"\n'
NIGHT = OLD + 'window = "22:00-06:00"\n'
LOST = 'metric = "abandoned"\nshare = {}\n'
AVERAGE = 'metric = "average_response"\nseconds = {}\n'


@pytest.mark.parametrize(
    ("target", "queue", "said"),
    [
        (NIGHT, DAYTIME,
         "window: the queue is closed in 22:00-06:00 on every day of the plan: the target never counts; "
         "give hours in which the queue is open"),
        (OLD + 'window = "09:05-09:25"\n', CHAT, "window: no interval of 30 minutes starts in 09:05-09:25: the target "
         "never counts; let the window begin on the interval grid"),
        (OLD.replace("0.8", "0.0"), CHAT,
         "share: answered_within of at least 0 % always holds; give the share that you "
         "want"),
        (LOST.format("1.0"), CHAT + "patience_seconds = 60\n",
         "share: abandoned of at most 100 % always holds; give the "
         "share that may be lost at most"),
        ('metric = "no_service"\nshare = 1.0\n', CHAT,
         "share: no_service of at most 100 % always holds; give the share "
         "that may be lost at most"),
        (LOST.format("0.05"), CHAT, "metric: always holds: nobody gives up (without `patience_seconds`)"),
        (LOST.format("0.05"), 'channel = "email"\npatience_seconds = 60\n',
         "metric: always holds: nobody gives up (senders of e-mail do not hang up)"),
        (AVERAGE.format(600), CHAT,
         "seconds: an average of at most 600 s always holds: no response enters it with more "
         "than 600 s (unless `cap_seconds` says otherwise)"),
        (AVERAGE.format(40) + "cap_seconds = 30\n", CHAT,
         "seconds: an average of at most 40 s always holds: no response "
         "enters it with more than 30 s (`cap_seconds`)"),
        (OLD.replace("30", "604800"), CHAT,
         "seconds: 604800 s are not shorter than the plan (7 days): the target always "
         "holds"),
    ],
)  # fmt: skip
def test_targets_that_tell_nothing(tmp_path: Path, target: str, queue: str, said: str) -> None:
    """One line each, with the key and the way out."""
    assert warned(tmp_path, target, queue) == [said]


@pytest.mark.parametrize(
    ("target", "queue"),
    [
        (NIGHT, CHAT),
        (NIGHT, DAYTIME.replace("09:00-21:00", "18:00-02:00")),
        (NIGHT, DAYTIME + "bot_seconds = 7200\n"),
        (NIGHT.replace("30", "7200"), DAYTIME.replace("chat", "email")),
        (OLD + 'window = "09:05-09:35"\n', CHAT),
        (LOST.format("0.05"), CHAT + "patience_seconds = 60\n"),
        (AVERAGE.format(599), CHAT),
        (AVERAGE.format(40000), 'channel = "email"\n'),
        (AVERAGE.format(700) + "unanswered_seconds = 900\n", CHAT + "patience_seconds = 60\n"),
        (OLD.replace("30", "604800"), CHAT + "patience_seconds = 60\n"),
        (OLD.replace("30", "259200"), 'channel = "email"\n'),
    ],
)
def test_targets_that_may_be_met_or_missed_are_not_told(tmp_path: Path, target: str, queue: str) -> None:
    """Windows that touch open hours, mail that comes at night, averages below the cap, limits that can be missed."""
    assert warned(tmp_path, target, queue) == []


@pytest.mark.parametrize(
    ("target", "queue", "said"),
    [
        ('metric = "no_service"\nshare = 0.0\n', CHAT,
         "share: no_service with share 0 can't be reached by any number of agents; ask at least 0.001"),
        ('metric = "resolved_within"\nseconds = 0\nshare = 0.5\n', CHAT,
         "seconds: resolved_within with seconds 0 can't be reached by any number of agents; the work itself takes "
         "time: allow the handle time and more"),
        (OLD.replace("30", "0"), 'channel = "email"\n',
         "seconds: answered_within with seconds 0 can't be reached by any number of agents; the work itself takes "
         "time: allow the handle time and more"),
        (AVERAGE.format(15), CHAT + TURNS,
         "seconds: a reply takes 20 s on average, so 15 s can't be reached by any number of agents, with one chat at a "
         "time; allow more time, or lower `reply_seconds`"),
        (OLD + 'count = "customer"\n', CHAT + TURNS,
         "seconds: 41.0% of the customers get every reply within 30 s, so 80.0% can't be reached by any number of "
         "agents, with one chat at a time; allow more time, or lower `reply_seconds`"),
        (OLD + 'count = "round"\n', CHAT + TURNS,
         "seconds: 77.7% of the replies come within 30 s, so 80.0% can't be reached by any number of agents, with one "
         "chat at a time; allow more time, or lower `reply_seconds`"),
    ],
)  # fmt: skip
def test_targets_that_nobody_can_reach(tmp_path: Path, target: str, queue: str, said: str) -> None:
    """Refused, as the requirement would be; a warning where the plan brings its own."""
    (line,) = problems_of(tmp_path / "a", plan__toml=plan_with(target, queue))
    assert line.partition(HEAD)[2] == said
    starts = [f"2025-10-{day} {half // 2:02d}:{half % 2 * 30:02d}" for day in range(20, 27) for half in range(48)]
    rows = [f"{start},{name},2" for name in ("pre-sale", "phone") for start in starts]
    own = "\n".join(["interval_start,queue,agents_required", *rows]) + "\n"
    plan = plan_with(target, queue) + '[requirement]\nfile = "own.csv"\n'
    assert [line for line in warnings_of(tmp_path / "b", plan__toml=plan, own__csv=own) if line.endswith(said)]


@pytest.mark.parametrize("more", ['bots = "included"\n', 'over = "30_days"\n', "seconds = 33\n"])
def test_replies_that_may_be_made_up_for_are_left_to_the_requirement(tmp_path: Path, more: str) -> None:
    """What bots answer at once and what was good before the plan count too; a little more time is enough."""
    target = OLD.replace("seconds = 30\n", "") + ("" if "seconds" in more else "seconds = 30\n") + more
    assert not [line for line in warned(tmp_path, target, CHAT + TURNS) if "can't be reached" in line]
