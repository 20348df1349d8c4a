"""Where theory exists, it is the oracle: steady state after 4 hours of warm-up, within 3 standard errors over runs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from tests.wfm.simulation.theory import HOUR, assert_near, birth_death, poisson_runs, station, waits
from wfm.simulation.model import CHAT

WARM_UP_HOURS = 4


def steady(
    agents: int, per_hour: Sequence[float], aht: float, patience: Sequence[float], hours: int, **desk: object
) -> list[dict[str, tuple[float, float, float]]]:
    """Return by run and queue: share that waits, share that abandons, mean wait; 40 runs."""
    rates = np.repeat(np.array(per_hour, dtype=np.float64)[:, None], hours, axis=1)
    runs = []
    for contacts, outcome in poisson_runs(*station(agents, **desk), rates, aht, patience, runs=40):  # type: ignore[arg-type]
        wait = waits(outcome)
        of: dict[str, tuple[float, float, float]] = {}
        for q in range(len(per_hour)):
            # The last hour is left out, too: who still waits at the end has no wait yet.
            kept = (contacts.queue == q) & (contacts.arrival > WARM_UP_HOURS * HOUR)
            kept &= contacts.arrival < (hours - 1) * HOUR
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
