"""The requirement of e-mail: what targets ask is reached, mail by mail, without needless peaks."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from tests.wfm.simulation.builders import START
from tests.wfm.staffing.test_promise import answered
from tests.wfm.staffing.test_requirement import FloatArray, forecast_of, inputs_of
from wfm.inputs import Attained
from wfm.results import Requirement
from wfm.staffing.requirement import requirement

HOUR, DAYS, AHT = 3600, 7, 300.0


def mail(*, opening: Any = "09:00-21:00", backlog: int = 0, age: float = 0.0, **goal: Any) -> dict[str, Any]:
    """Return an e-mail queue, by default with a target of 80 % within four hours by the calendar, by day."""
    target = {"metric": "resolved_within", "seconds": 4 * HOUR, "share": 0.8, **goal}
    return {
        "id": "q", "channel": "email", "open": opening, "target": [target], "backlog": backlog,
        "backlog_age_seconds": age,
    }  # fmt: skip


def staffed(
    queue: dict[str, Any], volumes: FloatArray, past: tuple[Attained, ...] = (), mean: FloatArray | None = None
) -> Requirement:
    """Return the requirement for futures of whole contacts; their mean is the forecast's unless told otherwise."""
    inputs = replace(inputs_of(queue, days=volumes.shape[1] // 48, method="simulation"), attained=past)
    forecast = forecast_of(inputs, volumes.mean(axis=0) if mean is None else mean, aht=AHT)
    return requirement(inputs, replace(forecast, paths=volumes[:, None].astype(np.float32)), 1)


def by_day(needed: Requirement) -> FloatArray:
    """Return the agents by day and half-hour."""
    return np.asarray(needed.agents_required[0].reshape(-1, 48), dtype=np.float64)


def poisson(mean: Any, days: int = DAYS, futures: int = 80, seed: int = 5) -> FloatArray:
    """Return Poisson contacts by future and half-hour."""
    volume = np.broadcast_to(mean, (days * 48,))
    return np.random.default_rng(seed).poisson(volume, (futures, volume.size)).astype(np.float64)


HOURS = (np.arange(DAYS * 48) % 48) / 2
CURVE = 10 * (0.3 + 1.2 * ((HOURS >= 8) & (HOURS < 23)))


@pytest.mark.parametrize(("share", "confidence"), [(0.8, 0.5), (0.75, 0.9)])
def test_what_is_late_before_the_opening_counts_as_late(share: float, confidence: float) -> None:
    """A fifth of the mail can't be on time whatever the staff: the rest makes up for it as far as the target needs."""
    factor = np.exp(0.1 * np.random.default_rng(4).standard_normal((160, DAYS))).repeat(48, axis=1)
    results = answered(mail(share=share, confidence=confidence), CURVE * factor, 240.0, days=DAYS)
    held = [result.probability_met for result in results]
    assert min(held) >= confidence - 0.1
    assert np.mean(held) >= confidence - 0.05


def test_a_target_out_of_reach_is_told_and_staffed_all_the_same() -> None:
    """Two hours for 90 % when the night is a third of the mail: no staff can; nights count from the opening."""
    needed = staffed(mail(seconds=2 * HOUR, share=0.9), poisson(CURVE))
    assert any("no staff holds the target on 7 of 7 days" in line for line in needed.warnings)
    assert by_day(needed)[2].max() <= 2.5 * CURVE[:48].sum() * AHT / 1800 / 24


def test_mail_outside_the_window_is_no_reason_for_people_all_day() -> None:
    """Mail of the night does not count but is in line first: people are needed for it at the opening, not all day."""
    queue = mail(opening="09:00-18:00", window="09:00-18:00", seconds=2 * HOUR, share=0.95, confidence=0.9)
    factor = np.exp(0.1 * np.random.default_rng(4).standard_normal((160, DAYS))).repeat(48, axis=1)
    volumes = 10.0 * factor
    found = by_day(staffed(queue, np.rint(volumes)))
    assert found.sum() <= 1.3 * volumes.mean(axis=0).sum() * AHT / 1800
    assert found[3, 18:22].mean() > 4 * found[3, 24:36].mean()
    assert min(result.probability_met for result in answered(queue, volumes, AHT, days=DAYS)) >= 0.8


@pytest.mark.parametrize("age", [0.5, 23.0, 40.0])
def test_an_old_backlog_is_no_peak_at_the_opening(age: float) -> None:
    """What waits at the start counts in no target: late already or not, it is done on the first day without a peak."""
    found = by_day(staffed(mail(seconds=24 * HOUR, backlog=600, age=age * HOUR), poisson(10.0)))
    work = (600 + 18 * 10) * AHT / 1800  # with what has come by 09:00
    assert found[0].sum() >= work
    assert found[0].max() <= 1.4 * (work + 300 * AHT / 1800) / 24


def test_what_a_target_allows_to_be_late_is_late_behind_a_backlog() -> None:
    """Two in five may be late: nobody has to clear 277 old ones in the first half-hour for the sake of the next ten."""
    found = by_day(staffed(mail(seconds=2 * HOUR, share=0.5, clock="open", backlog=277), poisson(10.0)))
    assert found[0].max() <= 0.5 * 277 * AHT / 1800


def test_a_deadline_longer_than_the_plan_does_not_let_work_pile_up() -> None:
    """48 open hours are twelve days of four hours: the week's work is done in the week, but for the last day."""
    found = by_day(staffed(mail(opening="08:00-12:00", seconds=48 * HOUR, clock="open"), poisson(10.0)))
    assert found.sum() >= (DAYS - 1) * 48 * 10 * AHT / 1800
    assert found.max() <= 1.4 * 48 * 10 * AHT / 1800 / 8


def test_days_that_are_sure_need_nobody_for_those_that_are_not() -> None:
    """Only the fourth day's volume is uncertain: only it, and the morning after, get more people."""
    factor = np.ones((200, DAYS))
    factor[:, 3] = np.exp(0.4 * np.random.default_rng(2).standard_normal(200))
    queue = mail(clock="open", confidence=0.95, share=0.9)
    sure, unsure = (
        by_day(staffed(queue, np.rint(10 * spread).repeat(48, axis=1), mean=np.full(DAYS * 48, 10.0)))
        for spread in (np.ones((200, DAYS)), factor)
    )
    assert unsure[3].sum() > 1.4 * sure[3].sum()
    assert np.abs(unsure.sum(axis=1) - sure.sum(axis=1))[[0, 1, 5, 6]].max() <= 0.05 * sure[3].sum()


def test_where_nothing_holds_the_best_tried_stands() -> None:
    """In one future of ten ten times as much comes: no staffing tried holds 99 %, and the most useful one stands."""
    factor = np.where(np.arange(100) % 10 == 0, 10.0, 1.0)[:, None]
    volumes = np.rint(10 * factor * np.ones(DAYS * 48))
    queue = mail(seconds=2 * HOUR, clock="open", share=0.99, confidence=0.99)
    plain = staffed(mail(seconds=2 * HOUR, clock="open", share=0.99), volumes)
    found = staffed(queue, volumes)
    assert any("more people than these would help next to nothing" in line for line in found.warnings)
    assert found.agents_required.sum() > 3 * plain.agents_required.sum()


def test_targets_count_contacts_not_work() -> None:
    """Long mails by night are late, but few: nine in ten are on time when a third of the work is not."""
    inputs = inputs_of(mail(share=0.9, opening="04:00-24:00", seconds=HOUR), days=DAYS, method="simulation")
    volume = np.where(HOURS < 4, 2.0, 8.0)  # of 336 mails a day 14 come when they can't be on time
    forecast = forecast_of(inputs, volume)
    aht = np.where(HOURS < 4, 3000.0, 300.0)[None]
    needed = requirement(inputs, replace(forecast, aht_seconds=aht), 1)
    assert not any("too much is late" in line for line in needed.warnings)


def test_thirty_days_with_their_past() -> None:
    """A bad past raises the staff as far as its last day needs; beyond repair the plan's own days reach the goal."""
    factor = np.exp(0.3 * np.random.default_rng(4).standard_normal((80, DAYS))).repeat(48, axis=1)
    volumes = np.rint(10 * factor)
    queue = mail(over="30_days", clock="open", share=0.9, confidence=0.9)
    found = []
    for value in (1.0, 0.88, 0.2):
        past = tuple(Attained(START - timedelta(days=back), "q", 1, 480.0, value) for back in range(1, 30))
        found.append(staffed(queue, volumes, past))
    easy, hard, lost = (one.agents_required.sum() for one in found)
    assert hard > easy
    assert lost >= easy
    assert not any("so far behind" in line for line in found[0].warnings + found[1].warnings)
    assert any("so far behind" in line for line in found[2].warnings)


def test_what_has_no_meaning_for_mail_is_told() -> None:
    """A target on abandonment is left out, and said to be; the mail is done by the next day as without a target."""
    queue = mail()
    bare = {**queue, "target": []}
    lost = {**queue, "target": [{"metric": "abandoned", "share": 0.05}]}
    told = staffed(lost, poisson(10.0))
    assert [line for line in told.warnings if "'abandoned' has no meaning for e-mail" in line and "left out" in line]
    mean = poisson(10.0)
    assert np.array_equal(told.agents_required, staffed(bare, mean).agents_required)
