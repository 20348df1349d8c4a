"""The planted demand of the samples: what the truth says, and that the history follows it."""

import itertools
from datetime import date, timedelta

import numpy as np
import pytest

from data.samples import ground_truth, sample_names
from data.samples.demand import DAY_NOISE, Truth, sample_events
from data.samples.phases import CURVES, log_multiple
from data.samples.shapes import HOURLY, KERNEL, WEEKDAY, slot_profile
from data.samples.specs import SPECS
from wfm.grid import TimeGrid


@pytest.fixture(scope="module")
def double11() -> Truth:
    """The truth of the big sample."""
    return ground_truth("double11", 1)


def _day(truth: Truth, queue: str, day: date) -> float:
    values = truth.day_multiple()
    return float(values[truth.queues.index(queue), (day - truth.grid.start).days])


@pytest.mark.parametrize("name", sorted(HOURLY))
@pytest.mark.parametrize("weekend", [False, True])
def test_profiles_share_out_a_whole_day_inside_opening(name: str, weekend: bool) -> None:
    """Shares are not negative, sum to 1, and are 0 where the queue is closed, for 15 and 30 minutes."""
    for minutes in (15, 30):
        share = slot_profile(name, (540, 1260), minutes, weekend)
        assert share.sum() == pytest.approx(1.0)
        assert share.min() >= 0
        assert share[: 540 // minutes].sum() == 0
        assert share[1260 // minutes :].sum() == 0


def test_factors_and_kernel_are_normalised() -> None:
    """Weekday factors average 1; the after-sales kernel shares out all contacts of an order, none on the day itself."""
    for factors in WEEKDAY.values():
        assert np.mean(factors) == pytest.approx(1.0)
    assert sum(KERNEL) == pytest.approx(1.0)
    assert KERNEL[0] == 0


@pytest.mark.parametrize("name", sample_names())
def test_same_seed_same_draws_other_seed_same_truth(name: str) -> None:
    """Two calls with one seed are equal; another seed draws other contacts from the same expectation."""
    first, again, other = ground_truth(name, 3), ground_truth(name, 3), ground_truth(name, 4)
    assert np.array_equal(first.sampled, again.sampled)
    assert np.array_equal(first.sampled_aht, again.sampled_aht, equal_nan=True)
    assert not np.array_equal(first.sampled, other.sampled)
    assert np.array_equal(first.expected, other.expected)


@pytest.mark.parametrize("name", sample_names())
def test_draws_average_to_the_truth(name: str) -> None:
    """Over all days the contacts drawn are within 3 % of the expected ones, for every queue: noise has mean 1."""
    truth = ground_truth(name, 1)
    ratio = truth.history_sampled.sum(axis=1) / truth.history_expected.sum(axis=1)
    assert np.all(np.abs(ratio - 1) < 0.03), ratio


def test_day_noise_has_the_documented_spread_and_memory(double11: Truth) -> None:
    """The log ratio of drawn to expected days has the planted deviation (7 %) and lag-one correlation (0.7)."""
    row = double11.queues.index("tmall-presale")
    log = np.log(double11.by_day(double11.sampled)[row] / double11.by_day(double11.expected)[row])
    assert log.std() == pytest.approx(DAY_NOISE["sd"], rel=0.25)
    assert np.corrcoef(log[1:], log[:-1])[0, 1] == pytest.approx(DAY_NOISE["rho"], abs=0.12)


def test_growth_is_recoverable_from_ordinary_days(double11: Truth) -> None:
    """The same ordinary week a year later has the documented growth, but for the season and weekday of 52 weeks."""
    for queue, growth in double11.parameters["growth"].items():  # type: ignore[attr-defined]
        days = double11.by_day(double11.ordinary)[double11.queues.index(queue)]
        start = (date(2024, 7, 8) - double11.grid.start).days
        ratio = days[start : start + 7].sum() / days[start - 364 : start - 357].sum()
        assert ratio == pytest.approx(1 + growth, rel=0.01)


def test_double11_peaks_are_where_the_readme_says(double11: Truth) -> None:
    """Three times the ordinary day and more: the day after each spot opening of the year, and 11-11."""
    assert double11.peak_days("double11-2022") == (date(2022, 11, 1), date(2022, 11, 11))
    assert double11.peak_days("double11-2023") == (date(2023, 11, 1), date(2023, 11, 11))
    assert double11.peak_days("double11-2024") == (date(2024, 10, 22), date(2024, 11, 11))
    assert double11.peak_days("double11-2025") == (date(2025, 10, 21), date(2025, 11, 11))


def test_peaks_get_flatter_from_edition_to_edition(double11: Truth) -> None:
    """The multiple of 11-11 on Tmall falls each year from 4.2 (2022), and stays above 3.5."""
    multiples = [_day(double11, "tmall-presale", date(year, 11, 11)) for year in (2022, 2023, 2024, 2025)]
    assert multiples[0] == pytest.approx(4.2, abs=0.05)
    assert all(a > b > 3.5 for a, b in itertools.pairwise(multiples))


def test_the_opening_hour_is_the_height_of_the_opening_night(double11: Truth) -> None:
    """On 20 October 2025 Tmall's rush starts at 20:00: over 8 times the usual half hour, and 19:00 is not above 2.

    At 18:00-18:30 the run-up begins, at noon nothing acts but the warm-up.
    """
    row = double11.queues.index("tmall-presale")
    grid = double11.plan_grid
    ordinary = double11.ordinary[row, -grid.n :]
    multiple = double11.plan_expected[row] / ordinary
    first = slice(0, 48)
    assert int(np.argmax(multiple[first])) == 40
    assert multiple[40] > 8
    assert 1 < multiple[38] < 2
    assert multiple[24] < 1.3


def test_after_sales_follow_the_orders_by_some_days(double11: Truth) -> None:
    """After 11-11 the after-sale chat is highest on day 2 to 4, and e-mail with it; on the day itself it is not."""
    for queue in ("aftersale", "email"):
        after = [_day(double11, queue, date(2024, 11, 11) + timedelta(days=k)) for k in range(10)]
        assert 2 <= int(np.argmax(after)) <= 4
        assert after[0] < after[2]


def test_chinese_new_year_dips(double11: Truth) -> None:
    """On the first day of the lunar year 2025 every queue has less than 60 % of a usual Wednesday; Tmall 45-55 %."""
    days = double11.by_day(double11.ordinary)
    first, later = ((day - double11.grid.start).days for day in (date(2025, 1, 29), date(2025, 2, 19)))
    ratio = days[:, first] / days[:, later]
    assert np.all(ratio < 0.6)
    assert 0.45 < ratio[double11.queues.index("tmall-presale")] < 0.55


def test_a_phase_without_an_hour_has_no_rush() -> None:
    """The curve of an opening is capped when the calendar states a date only, and nothing runs up to it."""
    hours = np.array([-1.0, 0.1, 0.7, 5.0, 30.0, 100.0])
    assert CURVES["opening"].at(hours, True).tolist() == [1.4, 10, 6, 3.4, 2.4, 1.3]
    assert CURVES["opening"].at(hours, False).tolist() == [1.0, 3.4, 3.4, 3.4, 2.4, 1.3]


def test_the_strongest_phase_counts_and_platforms_are_apart() -> None:
    """JD's phases don't act on Tmall; two phases at once act like the stronger one."""
    grid = TimeGrid("Asia/Shanghai", date(2024, 10, 21), 3, 30)
    events = sample_events(SPECS["double11"])
    tmall = [event for event in events if event.platform == "tmall"]
    jd = [event for event in events if event.platform == "jd"]
    both = log_multiple(events, "tmall", 1.0, grid.starts)
    assert np.array_equal(log_multiple([*tmall, *jd], "tmall", 1.0, grid.starts), both)
    assert np.array_equal(
        log_multiple([*tmall, *tmall], "tmall", 1.0, grid.starts), log_multiple(tmall, "tmall", 1.0, grid.starts)
    )
    assert not np.array_equal(log_multiple(events, "jd", 1.0, grid.starts), both)


@pytest.mark.parametrize("name", sample_names())
def test_the_plan_on_a_finer_grid_keeps_the_days(name: str) -> None:
    """The plan's expected contacts are on the plan's own grid, and sum to those of its days."""
    truth = ground_truth(name, 1)
    days = truth.by_day(truth.expected)[:, -truth.plan_grid.days :].sum()
    assert truth.plan_expected.shape == (len(truth.queues), truth.plan_grid.n)
    assert truth.plan_grid.interval_minutes == SPECS[name].interval_minutes
    assert truth.plan_expected.sum() == pytest.approx(days)
    assert truth.plan_actual.sum() == pytest.approx(truth.plan_expected.sum(), rel=0.2)


def test_an_unknown_sample_names_the_valid_ones() -> None:
    """A sample that doesn't exist raises KeyError with the nearest name."""
    with pytest.raises(KeyError, match="double11"):
        ground_truth("double12", 1)
