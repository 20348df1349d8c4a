"""The proof of a bound as a file: written with every digit, read back, and caught when somebody changes it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from data.prices_file import prices_csv, read_bound, read_claim
from data.result_tables import requirement_csv
from tests.data.read_folder import PLAN, inputs_of
from wfm.audit import audit, claim_text
from wfm.audit.bound import prove
from wfm.bound_prices import BoundPrices, HeadWorth, LimitPrice
from wfm.errors import InputError
from wfm.inputs import Inputs
from wfm.results import Requirement

HEADER = "kind,queue,start,contract,limit,heads,heads_max,price\n"
MORE = """[[contract]]
id = "temp"
kind = "outsourced"
cost_per_hour = 20
headcount = 3
cost_per_hire = 100
queues = ["phone"]
[limits.temporary]
headcount_max = 2
[costs]
shortage_per_agent_hour = 90
"""


@pytest.fixture
def inputs(tmp_path: Path) -> Inputs:
    """The tiny plan with people to be taken on and a limit on them."""
    return inputs_of(tmp_path / "plan", plan__toml=PLAN + MORE)


def bound_of(inputs: Inputs) -> tuple[BoundPrices, Requirement]:
    """Return prices, some of them 0, that claim what they prove, and the requirement."""
    grid, rng = inputs.plan.plan.grid, np.random.default_rng(5)
    queues = tuple(queue.id for queue in inputs.plan.queue)
    need = rng.integers(0, 4, (len(queues), grid.n)).astype(np.float64)
    requirement = Requirement(grid, queues, need, need, need)
    seat = np.where(need > 0, rng.random(need.shape) * 45.0, 0.0)
    limits = (LimitPrice("", "headcount_max", 1.0 / 3.0),)
    prices = BoundPrices(seat, limits, (HeadWorth("temp", 1, 3, 2.0 / 7.0),), 0.0)
    return replace(prices, value=prove(inputs, requirement, prices)), requirement


def write(folder: Path, inputs: Inputs, **summary: float) -> BoundPrices:
    """Write the files that the audit of a bound reads, and return the prices."""
    prices, requirement = bound_of(inputs)
    folder.mkdir(exist_ok=True)
    text = prices_csv(prices, requirement.grid, requirement.queues)
    (folder / "prices.csv").write_text(text, encoding="utf-8")
    (folder / "requirement.csv").write_text(requirement_csv(requirement), encoding="utf-8")
    content = {"cost": prices.value + 100.0, "bound": prices.value - 1.0, **summary}
    (folder / "summary.json").write_text(json.dumps(content), encoding="utf-8")
    return prices


def change(folder: Path, old: str, new: str) -> None:
    """Change prices.csv in one place."""
    text = (folder / "prices.csv").read_text(encoding="utf-8")
    assert old in text
    (folder / "prices.csv").write_text(text.replace(old, new, 1), encoding="utf-8")


def test_prices_come_back_to_the_last_digit(tmp_path: Path, inputs: Inputs) -> None:
    """What is read is what was written, and equal prices give equal bytes; prices of 0 need no rows."""
    prices = write(tmp_path / "out", inputs)
    found = read_bound(inputs, tmp_path / "out")
    assert found is not None
    np.testing.assert_array_equal(found.prices.seat, prices.seat)
    assert (found.prices.limits, found.prices.heads, found.prices.value) == (prices.limits, prices.heads, prices.value)
    assert (found.cost, found.bound) == (prices.value + 100.0, prices.value - 1.0)
    text = (tmp_path / "out" / "prices.csv").read_text(encoding="utf-8")
    queues = tuple(queue.id for queue in inputs.plan.queue)
    assert prices_csv(found.prices, inputs.plan.plan.grid, queues) == text
    assert text.count("\nseat,") == np.count_nonzero(prices.seat)
    assert text.startswith(HEADER + "bound,,,,,,,")


@pytest.mark.parametrize("text", [None, HEADER])
def test_no_prices_no_claim(tmp_path: Path, inputs: Inputs, text: str | None) -> None:
    """Without the file, or with its header only, there is nothing to prove."""
    if text is not None:
        (tmp_path / "prices.csv").write_text(text, encoding="utf-8")
    assert read_claim(inputs, tmp_path) is None
    assert prices_csv(None, inputs.plan.plan.grid, ("pre-sale", "phone")) == HEADER


def test_files_as_written_are_clean(tmp_path: Path, inputs: Inputs) -> None:
    """The bound is worked out again from the files alone."""
    prices = write(tmp_path / "out", inputs)
    claim = read_claim(inputs, tmp_path / "out")
    assert claim is not None
    assert claim.proven == pytest.approx(prices.value)
    assert audit(inputs, (), (), (), claim) == ()
    assert claim_text(claim) == f"bound {prices.value - 1.0:,.0f} re-derived from its prices"


def broken(inputs: Inputs, folder: Path) -> set[str]:
    """Return the rules that the claim in a folder breaks."""
    return {finding.rule for finding in audit(inputs, (), (), (), read_claim(inputs, folder))}


def test_an_inflated_claim_is_caught(tmp_path: Path, inputs: Inputs) -> None:
    """Prices and summary that claim fifty more than is proven are a finding; the summary alone would be a program's."""
    prices = write(tmp_path / "out", inputs, bound=bound_of(inputs)[0].value + 50.0)
    assert broken(inputs, tmp_path / "out") == set()
    change(tmp_path / "out", repr(prices.value), repr(prices.value + 50.0))
    assert broken(inputs, tmp_path / "out") == {"bound_proven"}


def test_a_bound_above_the_cost_is_caught(tmp_path: Path, inputs: Inputs) -> None:
    """Either the cost is stated too low or the bound is wrong."""
    write(tmp_path / "out", inputs, cost=bound_of(inputs)[0].value - 50.0)
    assert broken(inputs, tmp_path / "out") == {"bound_below_cost"}


@pytest.mark.parametrize("price", [-1.0, 45.5])
def test_a_price_outside_its_limits_is_caught(tmp_path: Path, inputs: Inputs, price: float) -> None:
    """A missing agent costs 45 for half an hour: nobody is worth more, and nobody less than nothing."""
    prices = write(tmp_path / "out", inputs)
    first = float(prices.seat[prices.seat > 0][0])
    change(tmp_path / "out", f",{first!r}\n", f",{price!r}\n")
    assert "prices_in_range" in broken(inputs, tmp_path / "out")


def test_every_problem_is_told_at_once(tmp_path: Path, inputs: Inputs) -> None:
    """File, line, what was expected and what was found, for every row that can't be used."""
    write(tmp_path / "out", inputs)
    rows = [
        "bound,,,,,,,12.5",
        "seat,fone,2025-10-20T07:00:00+08:00,,,,,1.0",
        "seat,phone,2025-10-20T07:10:00+08:00,,,,,1.0",
        "seat,phone,tomorrow,,,,,1.0",
        "seat,phone,2025-10-20T08:00:00+08:00,,,,,much",
        "price,phone,2025-10-20T08:00:00+08:00,,,,,1.0",
        "limit,,,temp,share_max,,,1.0",
        "head,,,temp,,1.5,3,1.0",
        "bound,,,,,,,12.5",
    ]
    (tmp_path / "out" / "prices.csv").write_text(HEADER + "\n".join(rows), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_bound(inputs, tmp_path / "out")
    assert [str(problem) for problem in caught.value.problems] == [
        "prices.csv:3 queue: unknown queue 'fone', did you mean 'phone'?",
        "prices.csv:4 start: expected the start of a 30-minute interval from 2025-10-20 to 2025-10-26, "
        "got '2025-10-20T07:10:00+08:00'",
        "prices.csv:5 start: expected a time like '2025-11-10 20:00' or '2025-11-10T12:00:00Z', got 'tomorrow'",
        "prices.csv:6 price: expected a number, got 'much'",
        "prices.csv:7 kind: expected one of bound, seat, limit, head, got 'price'",
        "prices.csv:8 limit: expected a limit that the plan sets (headcount_max of all temporary staff, "
        "dispatch_share_max of all temporary staff), got share_max of temp",
        "prices.csv:9 heads: expected a whole number of people, got '1.5'",
        "prices.csv:10: repeats line 2; keep one",
    ]


def test_a_proof_without_its_sum_or_requirement_is_refused(tmp_path: Path, inputs: Inputs) -> None:
    """Prices alone say neither what they prove nor of what."""
    write(tmp_path / "out", inputs)
    (tmp_path / "out" / "requirement.csv").unlink()
    (tmp_path / "out" / "summary.json").write_text('{"cost": "dear", "bound": null}', encoding="utf-8")
    (tmp_path / "out" / "prices.csv").write_text(HEADER + "limit,,,,headcount_max,,,1.0\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_bound(inputs, tmp_path / "out")
    told = [str(problem).split(";")[0].split(" in /")[0] for problem in caught.value.problems]
    assert told == [
        "prices.csv kind: expected one row of kind 'bound', got none",
        "requirement.csv: not found",
        "summary.json cost: expected a number, got 'dear'",
    ]
