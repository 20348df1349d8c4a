"""Checks targets for what can be told without a forecast: that one never counts, always holds, or can never hold."""

from __future__ import annotations

from collections.abc import Iterator

from data.planfile import KeyPath, PlanFile
from wfm.alone import reached_alone
from wfm.errors import Problem
from wfm.grid import parse_window
from wfm.opening import open_intervals
from wfm.plan import Plan, Queue, Target
from wfm.queues import DAY
from wfm.simulation.measures import RESPONSE_CAP_SECONDS

__all__ = ["check_targets"]

_WITHIN = ("answered_within", "resolved_within")
_LOST = ("abandoned", "no_service")
_EMAIL = "email"
Said = tuple[str, str]


def check_targets(plan: Plan, file: PlanFile) -> list[Problem]:
    """Return what is certain of the targets whatever comes and whoever serves.

    A target that nobody can reach is an error where the staffing step would have to, else a warning.
    """
    found: list[Problem] = []
    severity = "error" if plan.requirement.file is None else "warning"
    for place, queue in enumerate(plan.queue):
        for number, target in enumerate(queue.target):
            path: KeyPath = ("queue", place, "target", number)
            never = list(_never_holds(target, queue))
            idle = () if never else (*_never_counts(target, queue, plan), *_always_holds(target, queue, plan))
            found += [file.problem((*path, key), text, severity) for key, text in never]
            found += [file.problem((*path, key), text, "warning") for key, text in idle]
    return found


def _never_holds(target: Target, queue: Queue) -> Iterator[Said]:
    """Yield the key that asks too much and the way out."""
    found = _unreachable(target, queue)
    if found is not None:
        key, reason = found
        value = getattr(target, key)
        yield key, f"{target.metric} with {key} {value:g} can't be reached by any number of agents; {reason}"
    elif queue.channel != _EMAIL and target.bots == "excluded" and target.over != "30_days":
        yield from _slow_replies(target, queue)


def _unreachable(target: Target, queue: Queue) -> Said | None:
    """Return the key and the way out: randomly arriving contacts sometimes wait, whoever serves."""
    email = queue.channel == _EMAIL
    if target.metric in _LOST:
        asked = target.share == 0 and not email and (target.metric == "no_service" or queue.patience_seconds)
        return ("share", "ask at least 0.001") if asked else None
    if target.seconds == 0 and (target.metric == "resolved_within" or email) and target.share != 0:
        return "seconds", "the work itself takes time: allow the handle time and more"
    if target.metric == "average_response":
        return ("seconds", "ask at least 0.1") if target.seconds == 0 else None
    return ("share", "ask at most 0.999") if target.share == 1 and not email else None


def _slow_replies(target: Target, queue: Queue) -> Iterator[Said]:
    """Yield that replies take too long even where everybody holds one chat at a time: the requirement refuses it."""
    best = reached_alone(target, queue)
    if best is None or target.sign * (best - target.goal) >= 0.0:
        return
    way = "by any number of agents, with one chat at a time; allow more time, or lower `reply_seconds`"
    if target.metric == "average_response":
        yield "seconds", f"a reply takes {best:g} s on average, so {target.seconds:g} s can't be reached {way}"
        return
    who = "customers get every reply" if target.count == "customer" else "replies come"
    asked = f"within {target.seconds:g} s, so {target.share:.1%} can't be reached {way}"
    yield "seconds", f"{best:.1%} of the {who} {asked}"


def _never_counts(target: Target, queue: Queue, plan: Plan) -> Iterator[Said]:
    """Yield that no contact arrives in the clock window: mail comes at any hour, all others while the queue is open.

    A bot's dialogue may carry a contact beyond the closing: then nothing is certain.
    """
    grid = plan.plan.grid
    inside = grid.window_mask(parse_window(target.window))
    if not inside.any():
        text = f"no interval of {grid.interval_minutes} minutes starts in {target.window}: the target never counts"
        yield "window", f"{text}; let the window begin on the interval grid"
    elif queue.channel != _EMAIL and not queue.bot_seconds:
        is_open = open_intervals(grid, queue)
        if not is_open.any() or (inside & is_open).any():  # Of a queue that never opens the queue itself is told.
            return
        text = f"the queue is closed in {target.window} on every day of the plan: the target never counts"
        yield "window", f"{text}; give hours in which the queue is open"


def _always_holds(target: Target, queue: Queue, plan: Plan) -> Iterator[Said]:
    """Yield why a target tells nothing, as it holds whatever happens."""
    if target.metric in _WITHIN and target.share == 0:
        yield "share", f"{target.metric} of at least 0 % always holds; give the share that you want"
    elif target.metric in _LOST and target.share == 1:
        yield "share", f"{target.metric} of at most 100 % always holds; give the share that may be lost at most"
    elif target.over == "30_days":  # What the past days reached counts too.
        return
    elif target.metric == "abandoned" and (queue.channel == _EMAIL or queue.patience_seconds is None):
        why = "senders of e-mail do not hang up" if queue.channel == _EMAIL else "without `patience_seconds`"
        yield "metric", f"always holds: nobody gives up ({why})"
    elif target.metric == "average_response":
        yield from _capped(target, queue)
    elif target.metric == "answered_within" and (target.seconds or 0.0) >= plan.plan.days * DAY:
        yield from _beyond(target, queue, plan.plan.days)


def _capped(target: Target, queue: Queue) -> Iterator[Said]:
    """Yield that the most with which a response enters an average is not above what is allowed."""
    spare = None if queue.channel == _EMAIL else RESPONSE_CAP_SECONDS
    cap, seconds = target.cap_seconds or spare, target.seconds or 0.0
    counted = queue.channel != _EMAIL and queue.patience_seconds is not None and target.unanswered == "counted"
    if cap is None or cap > seconds or (counted and (target.unanswered_seconds or 0.0) > seconds):
        return
    given = "`cap_seconds`" if target.cap_seconds else "unless `cap_seconds` says otherwise"
    text = f"an average of at most {seconds:g} s always holds: no response enters it with more than {cap:g} s"
    yield "seconds", f"{text} ({given})"


def _beyond(target: Target, queue: Queue, days: int) -> Iterator[Said]:
    """Yield that no answer can come too late: the plan ends before."""
    stays = queue.patience_seconds is None or target.definition != "sl_offered"
    if queue.channel != _EMAIL and stays:
        length = "1 day" if days == 1 else f"{days} days"
        yield "seconds", f"{target.seconds:g} s are not shorter than the plan ({length}): the target always holds"
