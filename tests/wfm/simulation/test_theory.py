"""Where theory exists, it is the oracle: steady state after 4 hours of warm-up, within 3 standard errors over runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from scipy.special import gammainc

from tests.wfm.simulation.theory import HOUR, assert_near, birth_death, poisson_runs, station, waits
from wfm.queues import Queue
from wfm.simulation.model import CHAT, Seats
from wfm.simulation.prepare import prepare_desk
from wfm.staffing.patience import Patience

WARM_UP_HOURS = 4


def steady(
    agents: int, per_hour: Sequence[float], aht: float, patience: Sequence[float | Patience], hours: int,
    demand: Mapping[str, Any] | None = None, warm_up_hours: float = WARM_UP_HOURS, **desk: Any,
) -> list[dict[str, tuple[float, float, float]]]:  # fmt: skip
    """Return by run and queue: share that waits, share that abandons, mean wait; 40 runs."""
    rates = np.repeat(np.array(per_hour, dtype=np.float64)[:, None], hours, axis=1)
    runs = []
    for contacts, outcome in poisson_runs(*station(agents, **desk), rates, aht, patience, runs=40, **(demand or {})):
        wait = waits(outcome)
        of: dict[str, tuple[float, float, float]] = {}
        for q in range(len(per_hour)):
            # The last hour is left out, too: who still waits at the end has no wait yet.
            kept = (contacts.queue == q) & (outcome.arrival > warm_up_hours * HOUR)
            kept &= outcome.arrival < (hours - 1) * HOUR
            gone = np.isfinite(outcome.abandoned[kept])
            of[str(q)] = (float((wait[kept] > 0).mean()), float(gone.mean()), float(np.nanmean(wait[kept])))
        runs.append(of)
    return runs


@pytest.mark.parametrize(("agents", "per_hour", "aht"), [(1, 8.0, 300.0), (14, 200.0, 180.0), (40, 450.0, 280.0)])
def test_without_abandonment_it_is_erlang_c(agents: int, per_hour: float, aht: float) -> None:
    """M/M/n: share that waits and mean wait."""
    exact = birth_death(per_hour / HOUR, agents, aht)
    runs = steady(agents, [per_hour], aht, [np.inf], hours=150)
    assert_near([run["0"][0] for run in runs], exact.p_wait, "share that waits")
    assert_near([run["0"][2] for run in runs], exact.wait_seconds, "mean wait")
    assert all(run["0"][1] == 0.0 for run in runs)


@pytest.mark.parametrize(("agents", "load", "patience"), [(5, 4.0, 60.0), (10, 12.0, 120.0), (50, 52.0, 90.0)])
def test_with_exponential_patience_it_is_erlang_a(agents: int, load: float, patience: float) -> None:
    """M/M/n+M: share that waits, share that abandons and mean wait, light load to overload."""
    exact = birth_death(load / 300.0, agents, 300.0, patience)
    runs = steady(agents, [load * 12.0], 300.0, [patience], hours=120)
    for column, value in enumerate((exact.p_wait, exact.p_abandon, exact.wait_seconds)):
        assert_near([run["0"][column] for run in runs], value, f"column {column}")


@pytest.mark.parametrize(
    ("per_hour", "agents", "patience", "exact"),
    [
        (120, 10, Patience("weibull", 120.0, 2.0), (0.514980515101513, 0.132511176198908, 29.1787935568673)),
        (
            150,
            10,
            Patience("hyperexponential", 120.0, 1.0, (0.5, 0.5), (30.0, 210.0)),
            (0.591708117755398, 0.273433935713557, 20.1094778421708),
        ),
        (580, 50, Patience.of("lognormal", 120.0, 1.5), (0.347552947248935, 0.0521930389746595, 6.64665774249849)),
        (1250, 100, Patience.of("fixed", 120.0), (0.923584534207063, 0.0451255771284747, 72.1276864757658)),
    ],
)
def test_with_any_patience_it_is_the_exact_integral(
    per_hour: float, agents: int, patience: Patience, exact: tuple[float, float, float]
) -> None:
    """M/M/n+G, handle time 300 s, by Zeltyn and Mandelbaum's integrals (the mean of each patience is 120 s)."""
    runs = steady(agents, [per_hour], 300.0, [patience], hours=100)
    for column, value in enumerate(exact):
        assert_near([run["0"][column] for run in runs], value, f"column {column}")


def test_chat_without_slowdown_is_erlang_a_with_all_slots() -> None:
    """4 people with 3 chats each and constant handle time are 12 servers."""
    exact = birth_death(11.0 / 600.0, 12, 600.0, 120.0)
    runs = steady(4, [66.0], 600.0, [120.0], hours=200, channel=CHAT, speedup=(1.0, 2.0, 3.0))
    for column, value in enumerate((exact.p_wait, exact.p_abandon, exact.wait_seconds)):
        assert_near([run["0"][column] for run in runs], value, f"column {column}")


@pytest.mark.parametrize(
    ("agents", "aht_by_level", "per_hour", "patience", "exact"),
    [
        (10, (600.0, 705.8823529), 95.0, 120.0, (0.240055798491, 0.0858359107867, 10.3003092944)),
        (8, (600.0, 705.8823529, 720.0, 827.5862069), 170.0, 90.0, (0.517860460088, 0.209086347719, 18.8177712947)),
        (10, (600.0, 1200.0, 1800.0), 58.0, 120.0, (0.0664210790251, 0.0299811105145, 3.59773326174)),
    ],
)
def test_chat_slows_down_by_level(
    agents: int, aht_by_level: tuple[float, ...], per_hour: float, patience: float, exact: tuple[float, float, float]
) -> None:
    """Least-busy routing with a handle time by number of open chats: the exact Markov chain on people per level."""
    speedup = tuple((k + 1) * aht_by_level[0] / aht for k, aht in enumerate(aht_by_level))
    runs = steady(agents, [per_hour], 600.0, [patience], hours=250, channel=CHAT, speedup=speedup)
    for column, value in enumerate(exact):
        assert_near([run["0"][column] for run in runs], value, f"column {column}")


def test_most_busy_first_makes_more_of_them_wait() -> None:
    """The same people at the same load, filled up one after the other: 15.5 % wait instead of 6.6 % (flat speedup)."""
    runs = steady(10, [58.0], 600.0, [120.0], 250, channel=CHAT, speedup=(1.0, 1.0, 1.0), routing="most_busy")
    assert_near([run["0"][0] for run in runs], 0.155, "share that waits")


def test_a_bot_thins_the_stream_and_delays_it() -> None:
    """Poisson contacts that lose 40 % and come an exponential time later are Poisson again, at 60 % of the rate."""
    exact = birth_death(0.6 * 60.0 / HOUR, 5, 300.0, 120.0)
    bot = {"containment": np.full((1, 200), 0.4), "bot_seconds": np.array([60.0])}
    runs = steady(5, [60.0], 300.0, [120.0], hours=200, demand=bot)
    for column, value in enumerate((exact.p_wait, exact.p_abandon, exact.wait_seconds)):
        assert_near([run["0"][column] for run in runs], value, f"column {column}")


def test_redials_are_the_fixed_point_of_the_load() -> None:
    """Half of those who give up call again after 4 hours, long after: lambda' = lambda + p lambda' P(Ab)(lambda')."""
    rate = fresh = 50.0 / HOUR
    for _ in range(100):
        rate = fresh + 0.5 * rate * birth_death(rate, 5, 300.0, 120.0).p_abandon
    exact = birth_death(rate, 5, 300.0, 120.0)
    demand, pause = {"redial": np.array([0.5])}, 4 * HOUR
    runs = steady(5, [50.0], 300.0, [120.0], 300, demand, warm_up_hours=40, redial_seconds=pause)
    for column, value in enumerate((exact.p_wait, exact.p_abandon, exact.wait_seconds)):
        assert_near([run["0"][column] for run in runs], value, f"column {column}")


def test_contacts_handled_wrongly_come_back_as_new_work() -> None:
    """A fifth goes wrong, again and again: 0.2 / 0.8 comebacks for every contact, and load / 0.8 (waits of M/M/n)."""
    exact = birth_death(50.0 / HOUR / 0.8, 7, 300.0)
    waiting, again = [], []
    for contacts, out in poisson_runs(
        *station(7, errors=0.2), np.full((1, 200), 50.0), 300.0, [np.inf], runs=40, most_errors=0.2
    ):
        kept = (out.arrival > 20 * HOUR) & (out.arrival < 199 * HOUR)
        waiting.append(float((waits(out)[kept] > 0).mean()))
        again.append(float(out.repeat[kept].sum() / (~out.repeat[kept]).sum()))
        assert len(contacts.comebacks.origin) >= out.repeat.sum()
    assert_near(waiting, exact.p_wait, "share that waits")
    assert_near(again, 0.25, "comebacks per contact")


@pytest.mark.parametrize(
    ("skills", "reference"),
    [
        (3, ((0.43501, 0.00513), (0.72416, 0.03129), (0.32195, 0.00531))),
        (5, ((0.41309, 0.00447), (0.69478, 0.02949), (0.30448, 0.00456))),
    ],
)
def test_a_few_skills_do_nearly_as_well_as_all(skills: int, reference: tuple[tuple[float, float], ...]) -> None:
    """6 kinds of 14 erlangs, 90 people with neighbouring skills (Wallace and Whitt 2005; by another simulator)."""
    speed = np.array([[float((kind - first) % 6 < skills) for kind in range(6)] for first in range(6)])
    desk = prepare_desk([Queue(id=f"q{q}", channel="phone") for q in range(6)], speed)
    seats = Seats(np.zeros(90), np.arange(90), np.arange(90) % 6)
    found = []
    for _, out in poisson_runs(desk, seats, np.full((6, 120), 84.0), 600.0, [np.inf] * 6, runs=20):
        wait = waits(out)[(out.arrival > 20 * HOUR) & (out.arrival < 118 * HOUR)]
        found.append(((wait > 0).mean(), np.nanmean(wait) / 60.0, (wait > 30.0).mean()))
    mean, error = np.mean(found, axis=0), np.std(found, axis=0, ddof=1) / np.sqrt(len(found))
    for column, (value, its_error) in enumerate(reference):
        assert abs(mean[column] - value) <= 3 * np.hypot(error[column], its_error)


def test_priority_without_abandonment_has_the_closed_form() -> None:
    """W1 = C / (n mu (1 - s1)), W2 = W1 / (1 - s1 - s2): 10 people, 8 erlangs, 10 % VIP."""
    load, vip, n, aht = 8.0, 0.1, 10, 300.0
    first = birth_death(load / aht, n, aht).p_wait * aht / n / (1 - load * vip / n)
    runs = steady(n, [96.0 * vip, 96.0 * (1 - vip)], aht, [np.inf, np.inf], hours=300, priority=(1, 2))
    assert_near([run["0"][2] for run in runs], first, "VIP")
    assert_near([run["1"][2] for run in runs], first / (1 - load / n), "regular")


def test_priority_with_abandonment_is_the_exact_markov_chain() -> None:
    """10 people, 12 erlangs, 30 % VIP with patience 60 s, regular 180 s (values of a two-dimensional chain)."""
    runs = steady(10, [43.2, 100.8], 300.0, [60.0, 180.0], hours=200, priority=(1, 2))
    assert_near([run["0"][1] for run in runs], 0.243630817386, "VIP abandons")
    assert_near([run["1"][1] for run in runs], 0.230706339367, "regular abandons")
    assert_near([run["0"][2] for run in runs], 14.6178490432, "VIP waits")
    assert_near([run["1"][2] for run in runs], 41.527141086, "regular waits")


def test_number_in_system_is_poisson_when_patience_equals_handle_time() -> None:
    """Theta = mu, arrivals that jump tenfold: the number in system is Poisson(m(t)) whatever the staff.

    m' = lambda(t) - mu m from an empty desk, exact for rates that are constant by hour.
    """
    rates = np.array([[30.0, 60.0, 400.0, 120.0, 20.0]])
    mean, at_hour_end = 0.0, []
    for rate in rates[0]:
        steady_mean, kept = rate / HOUR * 900.0, np.exp(-HOUR / 900.0)
        mean = steady_mean + (mean - steady_mean) * kept
        at_hour_end.append(mean)
    counts = np.array(
        [
            [
                int(((c.arrival <= t) & ~(np.fmin(out.finished, out.abandoned) <= t)).sum())
                for t in np.arange(1, 6) * HOUR - 1e-3
            ]
            for c, out in poisson_runs(*station(20), rates, 900.0, [900.0], runs=2000)
        ]
    )
    for hour, exact in enumerate(at_hour_end):
        assert_near([float(value) for value in counts[:, hour]], exact, f"mean after hour {hour + 1}")
        assert_near(
            [float(value) for value in (counts[:, hour] - exact) ** 2], exact, f"variance after hour {hour + 1}"
        )


def test_the_share_delayed_is_that_of_a_poisson_number() -> None:
    """Theta = mu and staff that only grows: P(delay)(t) = P(Poisson(m(t)) >= s(t)), hour by hour.

    Exact while nobody leaves the seat: who does finishes the contact first, which the formula does not know.
    """
    per_hour, staff, aht = np.array([120.0, 300.0, 260.0, 500.0]), (14, 32, 32, 52), 400.0
    desk, _ = station(1)
    steps = np.diff((0, *staff))
    seats = Seats(np.repeat(np.arange(4) * HOUR, steps), np.arange(staff[-1]), np.zeros(staff[-1], np.int64))
    # Waiting contacts over those expected: a mean of the runs' shares would weigh quiet runs too much.
    delayed = np.array(
        [
            np.histogram(c.arrival[out.answered != c.arrival], np.arange(5) * HOUR)[0] / per_hour
            for c, out in poisson_runs(desk, seats, per_hour[None], aht, [aht], runs=600)
        ]
    )
    mean = 0.0
    for hour in range(4):
        steady_mean = per_hour[hour] / HOUR * aht
        seconds = np.arange(0.5, HOUR)
        load = steady_mean + (mean - steady_mean) * np.exp(-seconds / aht)
        mean = steady_mean + (mean - steady_mean) * np.exp(-HOUR / aht)
        exact = float(gammainc(staff[hour], load).mean())
        assert_near([float(value) for value in delayed[:, hour]], exact, f"hour {hour + 1}")
