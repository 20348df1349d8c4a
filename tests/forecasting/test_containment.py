"""Which share bots keep from people when: by phase, platform, hour, and after an opening."""

from __future__ import annotations

from datetime import date, datetime

import numpy as np
from numpy.typing import NDArray

from forecasting.containment import containment_of
from tests.forecasting import world
from wfm.grid import TimeGrid
from wfm.inputs import Event
from wfm.plan import Queue

GRID = TimeGrid("Asia/Shanghai", date(2025, 11, 9), 5, 60)


def event(name: str, phase: str, start: str, end: str, platform: str = "tmall") -> Event:
    """Return one phase; a start without ``T`` has no stated hour and lasts to the end of its last day."""
    text = end if "T" in end else f"{end}T23:59:59"
    first, last = (datetime.fromisoformat(one).replace(tzinfo=world.ZONE) for one in (start, text))
    return Event(name, platform, phase, first, last, "T" in start)


def shares(*events: Event, platform: str = "tmall", **phases: float) -> NDArray[np.float64]:
    """Return the shares (days, hours) of one queue whose bot keeps 0.45 on ordinary days."""
    queue = Queue(id="a", channel="chat", platform=platform, bot_containment=0.45, bot_containment_in=phases)
    made = containment_of([queue], events, GRID)
    assert made is not None
    return np.asarray(made[0].reshape(GRID.days, 24))


def test_without_phases_there_is_nothing_to_tell() -> None:
    """No queue names a phase: the queue's own share holds, and no array is made."""
    queue = Queue(id="a", channel="chat", bot_containment=0.45)
    assert containment_of([queue], [event("x", "main_day", "2025-11-11", "2025-11-11")], GRID) is None


def test_queues_without_phases_keep_their_share_beside_one_with() -> None:
    """The array holds every queue."""
    queues = [
        Queue(id="a", channel="chat", bot_containment=0.2),
        Queue(id="b", channel="chat", bot_containment_in={"main_day": 0.1}),
    ]
    made = containment_of(queues, [], GRID)
    assert made is not None
    assert (made == np.array([[0.2], [0.0]])).all()


def test_a_phase_without_hour_holds_for_its_days() -> None:
    """A main day from midnight to midnight, and not an hour more."""
    got = shares(event("x", "main_day", "2025-11-11", "2025-11-11"), main_day=0.3)
    assert (got[2] == 0.3).all()
    assert (np.delete(got, 2, axis=0) == 0.45).all()


def test_a_phase_with_hours_holds_from_hour_to_hour() -> None:
    """From 20:00 on the first day to 12:00 on the second; the interval in which it begins counts wholly."""
    got = shares(event("x", "sale_start", "2025-11-10T20:30", "2025-11-11T12:00"), sale_start=0.35)
    assert (got[1, :20] == 0.45).all()
    assert (got[1, 20:] == 0.35).all()
    assert (got[2, :12] == 0.35).all()
    assert (got[2, 12:] == 0.45).all()


def test_of_several_phases_the_lowest_holds() -> None:
    """The main day inside a wave, whatever their order; a phase may also raise the share of ordinary days."""
    wave, main = (event("x", name, "2025-11-10", "2025-11-11") for name in ("sale_wave1", "main_day"))
    assert (shares(wave, main, sale_wave1=0.4, main_day=0.3)[1:3] == 0.3).all()
    assert (shares(main, wave, sale_wave1=0.4, main_day=0.3)[1:3] == 0.3).all()
    assert (shares(wave, sale_wave1=0.6)[1:3] == 0.6).all()


def test_an_opening_lasts_six_hours() -> None:
    """A sale that opens at 20:00 keeps people asking until 02:00; deposits and days without hour open nothing."""
    sale = event("x", "balance_payment", "2025-11-10T20:00", "2025-11-12")
    got = shares(
        sale, event("y", "presale_deposit", "2025-11-12T20:00", "2025-11-12"),
        event("z", "main_day", "2025-11-13", "2025-11-13"), opening=0.2,
    )  # fmt: skip
    low = np.zeros((5, 24), dtype=bool)
    low[1, 20:] = low[2, :2] = True
    assert np.array_equal(got == 0.2, low)


def test_only_events_of_the_queues_platform_count() -> None:
    """Tmall hears of taobao's and everybody's events, not of JD's; a queue without platform hears of all."""
    jd, taobao, everywhere = (
        event("x", "main_day", f"2025-11-1{day}", f"2025-11-1{day}", name)
        for day, name in ((0, "jd"), (1, "taobao"), (2, "all"))
    )
    assert (shares(jd, taobao, everywhere, main_day=0.1)[:, 0] == [0.45, 0.45, 0.1, 0.1, 0.45]).all()
    assert (shares(jd, taobao, everywhere, platform="", main_day=0.1)[:, 0] == [0.45, 0.1, 0.1, 0.1, 0.45]).all()


def test_the_name_day_is_a_main_day() -> None:
    """11-11 inside a running wave is the main day of a platform whose calendar lists the wave alone."""
    got = shares(event("double11", "sale_wave2", "2025-11-01T20:00", "2025-11-12"), main_day=0.3)
    assert ((got == 0.3).all(axis=1) == [False, False, True, False, False]).all()


def test_the_first_day_of_the_lunar_year_is_no_sale() -> None:
    """The calendar marks it as a main day of the holiday; bots do no worse on it."""
    got = shares(event("chinese_new_year", "main_day", "2025-11-11", "2025-11-11", "all"), main_day=0.3)
    assert (got == 0.45).all()
