"""Warnings on keys of queues and targets that do nothing where they stand."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.data.read_folder import PLAN, problems_of, warnings_of

CHAT, PHONE, TARGET = 'channel = "chat"\n', 'channel = "phone"\n', "share = 0.8\n"
TURNS = "aht_seconds = 300\nrounds = 5\nreply_seconds = 10\nconcurrency = 2\n"


def told(folder: Path, chat: str = "", phone: str = "", target: str = "", attained: str | None = None) -> list[str]:
    """Return the warnings about the queues of the tiny plan with keys added."""
    plan = PLAN.replace(CHAT, CHAT + chat).replace(PHONE, PHONE + phone).replace(TARGET, TARGET + target)
    return [line for line in warnings_of(folder, plan__toml=plan, attained__csv=attained) if "[[queue]]" in line]


@pytest.mark.parametrize(
    ("chat", "phone", "said"),
    [
        ("redial = 0.2\n", "",
         'plan.toml:10 [[queue]] 1 "pre-sale" redial: changes nothing without `patience_seconds`: nobody gives up'),
        ("silent_abandonment = 0.2\n", "",
         'plan.toml:10 [[queue]] 1 "pre-sale" silent_abandonment: changes nothing without `patience_seconds`: '
         "nobody gives up"),
        ('patience_seconds = 60\npatience_cv = 0.5\n', "",
         'plan.toml:11 [[queue]] 1 "pre-sale" patience_cv: is not used: a patience that is exponential always has 1; '
         "`patience_distribution` weibull, gamma or lognormal takes it"),
        ('patience_seconds = 60\npatience_cv = 0.5\npatience_distribution = "fixed"\n', "",
         'plan.toml:11 [[queue]] 1 "pre-sale" patience_cv: is not used: a patience that is fixed always has 0; '
         "`patience_distribution` weibull, gamma or lognormal takes it"),
        ("", "patience_seconds = 60\nsilent_abandonment = 0.2\n",
         'plan.toml:18 [[queue]] 2 "phone" silent_abandonment: changes nothing on a phone queue: '
         "only a chat can be left open"),
        ("", 'routing = "most_busy"\n',
         'plan.toml:17 [[queue]] 2 "phone" routing: changes nothing on a phone queue: '
         "nobody holds several contacts at once"),
        (TURNS + "concurrency_speedup = [1, 1.2]\n", "",
         'plan.toml:14 [[queue]] 1 "pre-sale" concurrency_speedup: [1, 1.2] is far from what `rounds` and '
         "`reply_seconds` give, [1, 1.9]; leave it out to use that"),
        ("concurrency = 2\nconcurrency_speedup = [2, 3]\n", "",
         'plan.toml:11 [[queue]] 1 "pre-sale" concurrency_speedup: begins with 2, but with one chat open the '
         "throughput relative to one is 1; begin with 1"),
        ("open = \"09:05-09:20\"\n", "",
         'plan.toml:10 [[queue]] 1 "pre-sale" open: no interval of 30 minutes starts while the queue is open, '
         "on any day of the plan: nobody is asked for it"),
        ("shrinkage = { unplanned = { absence = 0.05 }, whole_shift = [\"absense\"] }\n", "",
         'plan.toml:10 [[queue]] 1 "pre-sale" shrinkage whole_shift: \'absense\' is no category of `unplanned`, '
         "did you mean 'absence'?"),
    ],
)  # fmt: skip
def test_keys_of_a_queue_that_do_nothing(tmp_path: Path, chat: str, phone: str, said: str) -> None:
    """Each with its line, and nothing else."""
    assert told(tmp_path, chat, phone) == [said]


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ('clock = "open"\n',
         "clock: 'open' changes nothing on a chat queue, whose customers wait by the clock; it is for e-mail"),
        ("cap_seconds = 600\n", "cap_seconds: changes nothing for answered_within: it is about averages"),
        ('unanswered = "excluded"\n', "unanswered: changes nothing for answered_within: it is about averages"),
        ('[[queue.target]]\nmetric = "average_response"\nseconds = 9\nunanswered = "excluded"\n'
         "unanswered_seconds = 6\n",
         "unanswered_seconds: is not used: `unanswered` leaves the unanswered out"),
        ('[[queue.target]]\nmetric = "no_service"\nshare = 0.1\ndefinition = "sl_answered"\n',
         "definition: changes nothing for no_service: it is about answered_within"),
        ('[[queue.target]]\npack = "phone.answered_20s"\n',
         "pack: 'phone.answered_20s' is about calls, the queue's channel is chat"),
    ],
)  # fmt: skip
def test_keys_of_a_target_that_do_nothing(tmp_path: Path, target: str, said: str) -> None:
    """Each with its key, and nothing else."""
    assert [line.partition(" target ")[2][2:] for line in told(tmp_path, target=target)] == [said]


def test_a_pack_of_another_platform_is_told(tmp_path: Path) -> None:
    """A target of JD on a queue of Tmall; Taobao's are Tmall's own, and a queue of no platform may have any."""
    pack = '[[queue.target]]\npack = "{}"\nover = "day"\nshare = 0.8\n'
    said = "'jd.first_30s' is a target of jd, the queue's platform is 'tmall'"
    tmall = 'platform = "tmall"\n' + TURNS
    assert told(tmp_path, tmall, target=pack.format("jd.first_30s")) == [
        f'plan.toml:20 [[queue]] 1 "pre-sale" target 2 pack: {said}'
    ]
    assert told(tmp_path, tmall, target=pack.format("taobao.reply_3min")) == []
    assert told(tmp_path, "", target=pack.format("jd.first_30s")) == []


def test_keys_that_fit_are_not_told(tmp_path: Path) -> None:
    """Patience with a spread and redials, chats message by message, categories of shrinkage."""
    chat = (
        'patience_seconds = 200\npatience_distribution = "gamma"\npatience_cv = 0.5\nredial = 0.3\n'
        'silent_abandonment = 0.4\nrouting = "most_busy"\nshrinkage = { unplanned = { system = 0.02 } }\n'
    )
    assert (
        told(tmp_path, chat + TURNS + "concurrency_speedup = [1, 1.7]\n", "patience_seconds = 60\nredial = 0.3\n") == []
    )


def test_a_rolling_target_wants_the_past(tmp_path: Path) -> None:
    """Without attained.csv, with some of its days, with all of them."""
    head = 'plan.toml:14 [[queue]] 1 "pre-sale" target 1 over: attained.csv '
    rolling = 'over = "30_days"\n'
    assert told(tmp_path, target=rolling) == [
        head + "does not tell what the 29 days before the plan reached (date,queue,target,counted,value); "
        "the plan's days count alone"
    ]
    days = [f"2025-09-{day}" for day in range(21, 31)] + [f"2025-10-{day:02d}" for day in range(1, 20)]
    rows = [f"{day},pre-sale,1,100,0.9" for day in days]
    header = "date,queue,target,counted,value\n"
    assert told(tmp_path, target=rolling, attained=header + "\n".join(rows[1:-1])) == [
        head + "lacks 2 of the 29 days before the plan, first 2025-09-21; they count as if nobody had come"
    ]
    assert told(tmp_path, target=rolling, attained=header + "\n".join(rows)) == []


def test_a_target_that_counts_rounds_says_which(tmp_path: Path) -> None:
    """The pack that counts messages is named, as its key is not written in the plan."""
    text = PLAN.replace(TARGET, TARGET + '[[queue.target]]\npack = "taobao.reply_3min"\n')
    assert problems_of(tmp_path, plan__toml=text) == [
        "plan.toml:6 [[queue]] 1 \"pre-sale\": target 2 (taobao.reply_3min) with count 'round' "
        "needs rounds and reply_seconds"
    ]


def test_replies_that_take_longer_than_the_contacts_of_the_history(tmp_path: Path) -> None:
    """Five rounds of 70 s are more than the 300 s that the history has, five of 10 s are not."""
    chat = TURNS.replace("300", "400").replace("= 10", "= 70").replace("concurrency = 2\n", "")
    plan = PLAN.replace("seconds = 30", "seconds = 300").replace(CHAT, CHAT + chat)
    said = "5 rounds of 70 s take 350 s, but {} has a mean handle time of {} s; lower it to {} s, or the rounds"
    head = 'plan.toml:12 [[queue]] 1 "pre-sale" reply_seconds: '
    assert warnings_of(tmp_path / "a", plan__toml=plan) == [head + said.format("the history", 300, 60)]
    assert told(tmp_path / "b", TURNS) == []
    starts = [f"2025-10-{day} {half // 2:02d}:{half % 2 * 30:02d}" for day in range(20, 27) for half in range(48)]
    rows = [f"{start},{queue},2,{aht}" for queue, aht in (("pre-sale", 250), ("phone", 60)) for start in starts]
    own = "\n".join(["interval_start,queue,offered_mean,aht_seconds", *rows])
    plan += '[forecast]\nfile = "own.csv"\n'
    assert warnings_of(tmp_path / "c", plan__toml=plan, own__csv=own) == [
        head + said.format("the plan's own forecast", 250, 50)
    ]


def test_hours_that_are_paid_but_may_not_be_worked(tmp_path: Path) -> None:
    """A guarantee above the most that a week may hold is told at its line."""
    plan = PLAN.replace(
        "cost_per_hour = 30\n", "cost_per_hour = 30\nhours_per_week_guaranteed = {}\nhours_per_week_max = 20\n"
    )
    assert warnings_of(tmp_path / "a", plan__toml=plan.replace("{}", "40")) == [
        'plan.toml:22 [[contract]] 1 "ft" hours_per_week_guaranteed: 40 h are paid a week, but at most 20 may be '
        "worked (hours_per_week_max)"
    ]
    assert warnings_of(tmp_path / "b", plan__toml=plan.replace("{}", "20")) == []
