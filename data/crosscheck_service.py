"""Checks queues and targets for keys that do nothing where they stand, and targets for what they can't know."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from data.planfile import KeyPath, PlanFile
from data.platform_packs import target_packs
from wfm.errors import Problem, nearest
from wfm.inputs import Inputs
from wfm.opening import open_intervals
from wfm.plan import Plan, Queue, Shrinkage, Target
from wfm.platforms import platform_group
from wfm.queues import MOST_LOST, ROLLING_DAYS
from wfm.turns import speedup_of

__all__ = ["check_attained", "check_replies", "check_service"]

FloatArray = NDArray[np.float64]
_SPEEDUP_DIFFERS = 0.2
_NEEDS_PATIENCE = ("redial", "silent_abandonment", "patience_distribution", "patience_cv")
_PHONE = "phone"


def check_service(plan: Plan, file: PlanFile) -> list[Problem]:
    """Return warnings on keys of queues and targets that change nothing, or say something else than they seem to."""
    found: list[Problem] = []
    for place, queue in enumerate(plan.queue):
        path: KeyPath = ("queue", place)
        notes = [
            *_closed(queue, plan), *_patience(queue), *_chat_only(queue), *_one_open(queue), *_rounds(queue),
            *_whole_shifts(queue),
        ]  # fmt: skip
        found += [file.problem((*path, *key), text, "warning") for key, text in notes]
        found += _absences(queue, file)
        for number, target in enumerate(queue.target):
            hints = [*_clock(target, queue), *_averages(target), *_definition(target), *_platform(target, queue)]
            found += [file.problem((*path, "target", number, key), text, "warning") for key, text in hints]
    return found


def _absences(queue: Queue, file: PlanFile) -> Iterator[Problem]:
    """Yield that a scenario's factor on absence would lose more of a queue's time than may be lost."""
    now = queue.lost_share
    planned = sum(queue.shrinkage.planned.values()) if isinstance(queue.shrinkage, Shrinkage) else 0.0
    asked = planned + (now - planned) * file.absence
    if file.absence > 1.0 and asked > MOST_LOST + 1e-9:
        most = (MOST_LOST - planned) / (now - planned)
        text = (
            f"would lose {asked:.0%} of the time of queue '{queue.id}' ({now:.0%} without it); {MOST_LOST:.0%} are "
            f"lost instead, as with a factor of {most:.3g}"
        )
        yield file.scaled("absence", text)


def _closed(queue: Queue, plan: Plan) -> Iterator[tuple[KeyPath, str]]:
    grid = plan.plan.grid
    if not open_intervals(grid, queue).any():
        text = (
            f"no interval of {grid.interval_minutes} minutes starts while the queue is open, on any day of the plan: "
        )
        yield ("open",), text + "nobody is asked for it"


def _one_open(queue: Queue) -> Iterator[tuple[KeyPath, str]]:
    given = queue.concurrency_speedup
    if given and given[0] != 1.0:
        text = f"begins with {given[0]:g}, but with one chat open the throughput relative to one is 1; begin with 1"
        yield ("concurrency_speedup",), text


def _patience(queue: Queue) -> Iterator[tuple[KeyPath, str]]:
    if queue.patience_seconds is None:
        for key in _NEEDS_PATIENCE:
            if key in queue.model_fields_set and getattr(queue, key):
                yield (key,), "changes nothing without `patience_seconds`: nobody gives up"
    elif queue.patience_cv is not None and queue.patience_distribution in ("exponential", "fixed"):
        spread = "1" if queue.patience_distribution == "exponential" else "0"
        text = f"is not used: a patience that is {queue.patience_distribution} always has {spread}; "
        yield ("patience_cv",), text + "`patience_distribution` weibull, gamma or lognormal takes it"


def _chat_only(queue: Queue) -> Iterator[tuple[KeyPath, str]]:
    if queue.channel == "chat":
        return
    if queue.silent_abandonment:
        yield ("silent_abandonment",), f"changes nothing on a {queue.channel} queue: only a chat can be left open"
    if "routing" in queue.model_fields_set:
        yield ("routing",), f"changes nothing on a {queue.channel} queue: nobody holds several contacts at once"


def _rounds(queue: Queue) -> Iterator[tuple[KeyPath, str]]:
    if queue.reply_seconds is None or not queue.concurrency_speedup:
        return
    derived = speedup_of(queue.reply_seconds, queue.think_seconds, queue.concurrency)
    pairs = zip(queue.concurrency_speedup, derived, strict=True)
    if any(abs(given - follows) > _SPEEDUP_DIFFERS * follows for given, follows in pairs):
        text = f"{_listed(queue.concurrency_speedup)} is far from what `rounds` and `reply_seconds` give, "
        yield ("concurrency_speedup",), f"{text}{_listed(derived)}; leave it out to use that"


def _listed(numbers: tuple[float, ...]) -> str:
    return "[" + ", ".join(f"{number:.2g}" for number in numbers) + "]"


def _whole_shifts(queue: Queue) -> Iterator[tuple[KeyPath, str]]:
    if not isinstance(queue.shrinkage, Shrinkage) or "whole_shift" not in queue.shrinkage.model_fields_set:
        return
    for name in queue.shrinkage.whole_shift:
        if name not in queue.shrinkage.unplanned:
            hint = nearest(name, queue.shrinkage.unplanned)
            yield ("shrinkage", "whole_shift"), f"'{name}' is no category of `unplanned`{hint}"


def _clock(target: Target, queue: Queue) -> Iterator[tuple[str, str]]:
    if target.clock == "open" and queue.channel != "email":
        text = f"'open' changes nothing on a {queue.channel} queue, whose customers wait by the clock; it is for e-mail"
        yield "clock", text


def _averages(target: Target) -> Iterator[tuple[str, str]]:
    if target.metric == "average_response":
        if target.unanswered == "excluded" and target.unanswered_seconds is not None:
            yield "unanswered_seconds", "is not used: `unanswered` leaves the unanswered out"
        return
    for key in ("cap_seconds", "unanswered_seconds", "unanswered"):
        if getattr(target, key) != Target.model_fields[key].default:
            yield key, f"changes nothing for {target.metric}: it is about averages"


def _definition(target: Target) -> Iterator[tuple[str, str]]:
    if target.definition != "sl_offered" and target.metric != "answered_within":
        yield "definition", f"changes nothing for {target.metric}: it is about answered_within"


def _platform(target: Target, queue: Queue) -> Iterator[tuple[str, str]]:
    pack = target_packs().get(target.pack)
    if pack is None:
        return
    if (pack.platform == _PHONE) != (queue.channel == _PHONE):
        about = "calls" if pack.platform == _PHONE else f"chats and tickets of {pack.platform}"
        yield "pack", f"'{target.pack}' is about {about}, the queue's channel is {queue.channel}"
    elif pack.platform != _PHONE and queue.platform and platform_group(pack.platform) != platform_group(queue.platform):
        yield "pack", f"'{target.pack}' is a target of {pack.platform}, the queue's platform is '{queue.platform}'"


def check_replies(inputs: Inputs, file: PlanFile) -> list[Problem]:
    """Return a warning for each queue whose replies alone take longer than its contacts did, or are forecast to."""
    found: list[Problem] = []
    for place, queue in enumerate(inputs.plan.queue):
        if queue.rounds is None or queue.reply_seconds is None:
            continue
        work, (mean, where) = queue.rounds * queue.reply_seconds, _handle_time(inputs, place)
        if mean < work:
            text = (
                f"{queue.rounds:g} rounds of {queue.reply_seconds:g} s take {work:g} s, but {where} has a mean handle "
                f"time of {mean:.0f} s; lower it to {mean / queue.rounds:.3g} s, or the rounds"
            )
            found.append(file.problem(("queue", place, "reply_seconds"), text, "warning"))
    return found


def _handle_time(inputs: Inputs, place: int) -> tuple[float, str]:
    """Return a queue's mean handle time by contacts, and where it stands; NaN where nothing tells it."""
    queue, own, history = inputs.plan.queue[place], inputs.own_forecast, inputs.history
    if own is not None:
        missing = np.full(inputs.plan.plan.grid.n, np.nan)
        weight, seconds = (
            own.values[name][place] if name in own.values else missing for name in ("offered_mean", "aht_seconds")
        )
        return _mean(weight, seconds), "the plan's own forecast"
    if queue.id not in history.queues:
        return np.nan, ""
    rows = history.queue == history.queues.index(queue.id)
    weight = np.where(np.isfinite(history.handled[rows]), history.handled[rows], history.offered[rows])
    return _mean(weight, history.aht_seconds[rows]), "the history"


def _mean(weight: FloatArray, seconds: FloatArray) -> float:
    known = (weight > 0) & (seconds > 0)
    return float(np.average(seconds[known], weights=weight[known])) if known.any() else float("nan")


def check_attained(inputs: Inputs, file: PlanFile) -> list[Problem]:
    """Return a warning for each rolling target of which days before the plan are not known."""
    start, found = inputs.plan.plan.start, list[Problem]()
    past = ROLLING_DAYS - 1
    for place, queue in enumerate(inputs.plan.queue):
        for number, target in enumerate(queue.target):
            if target.over != "30_days":
                continue
            key = (queue.id, number + 1)
            days = {one.date for one in inputs.attained if (one.queue, one.target) == key}
            if len(days) < past:
                path: KeyPath = ("queue", place, "target", number, "over")
                first = next(
                    day for day in (start - timedelta(days=back) for back in range(past, 0, -1)) if day not in days
                )
                found.append(file.problem(path, _unknown_past(len(days), past, f"{first}"), "warning"))
    return found


def _unknown_past(known: int, past: int, first: str) -> str:
    if not known:
        text = f"attained.csv does not tell what the {past} days before the plan reached"
        return f"{text} (date,queue,target,counted,value); the plan's days count alone"
    missing = past - known
    lacks = f"lacks {missing} of the {past} days before the plan, first {first}"
    return f"attained.csv {lacks}; they count as if nobody had come"
