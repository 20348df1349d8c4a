"""Scenarios side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass

from scenarios.chain import ChainResult, Effort, run
from scenarios.overlay import Scale
from wfm.errors import NoRosterError
from wfm.inputs import Inputs
from wfm.plan import Plan
from wfm.progress import Progress, silent
from wfm.results import Attainment, Forecast, Requirement, Roster, TargetResult

__all__ = ["Candidate", "ComparisonRow", "compare", "comparison_row"]


@dataclass(frozen=True)
class Candidate:
    """One scenario, ready to run."""

    name: str
    inputs: Inputs
    scale: Scale


@dataclass(frozen=True)
class ComparisonRow:
    """One scenario in figures a manager decides by; money in the plan's currency, hours of people.

    ``agents_short_hours`` is the missing capacity against the requirement with shrinkage; ``worst_target`` names the
    target with the lowest probability to be met; ``gap`` is the roster's, ``seconds`` the whole run.
    """

    scenario: str
    cost: float
    hours: float
    overtime_hours: float
    temps_hired: int
    temp_hours: float
    agents_short_hours: float
    worst_target: str
    probability_all_met: float | None
    gap: float
    seconds: float

    def as_dict(self) -> dict[str, object]:
        """Return the row as a plain mapping in column order."""
        return asdict(self)


def compare(
    candidates: Sequence[Candidate], seed: int, *, effort: Effort | None = None, progress: Progress = silent
) -> tuple[tuple[ComparisonRow, ChainResult], ...]:
    """Return a row and the full result per scenario, in the order given.

    Scenarios that give the forecaster the same inputs share one forecast; all use the same seed, so the same futures
    are played against every roster.

    Parameters
    ----------
    candidates : sequence of Candidate
        The scenarios.
    seed : int
        Seeds every random draw.
    effort : Effort, optional
        ``jobs`` scenarios run at the same time, each in a process of its own.
    progress : Progress
        Told once per finished scenario.

    Raises
    ------
    NoRosterError
        When the hard rules of a scenario contradict each other; the conflict names the scenario.
    """
    limits = effort or Effort()
    forecasts = _shared_forecasts(candidates, seed, limits, progress)
    tasks = [(one, seed, limits, forecast) for one, forecast in zip(candidates, forecasts, strict=True)]
    results: list[ChainResult] = []
    if limits.jobs > 1 and len(tasks) > 1:
        with ProcessPoolExecutor(min(limits.jobs, len(tasks))) as pool:
            for result in pool.map(_run_one, tasks):
                results.append(result)
                progress("compare", len(results) / len(tasks), candidates[len(results) - 1].name)
    else:
        for one, _, _, forecast in tasks:
            progress("compare", len(results) / len(tasks), one.name)
            results.append(_run_named(one, seed, limits, forecast, progress))
    rows = [comparison_row(one.name, result) for one, result in zip(candidates, results, strict=True)]
    return tuple(zip(rows, results, strict=True))


def comparison_row(name: str, result: ChainResult) -> ComparisonRow:
    """Return the figures of one scenario; needs requirement and roster."""
    if result.roster is None or result.requirement is None:
        raise ValueError("a scenario can be compared only after the roster step")
    roster, temps = result.roster, _temporary(result.inputs.plan)
    return ComparisonRow(
        scenario=name,
        cost=round(roster.cost.spent, 2),
        hours=round(sum(shift.paid_hours for shift in roster.shifts), 2),
        overtime_hours=round(sum(shift.overtime_hours for shift in roster.shifts), 2),
        temps_hired=len(roster.hires),
        temp_hours=round(sum(shift.paid_hours for shift in roster.shifts if shift.contract in temps), 2),
        agents_short_hours=round(short_hours(result.requirement, roster), 2),
        worst_target=worst_target(result.attainment),
        probability_all_met=None if result.attainment is None else result.attainment.probability_all_met,
        gap=roster.gap,
        seconds=round(sum(result.seconds.values()), 1),
    )


def short_hours(requirement: Requirement, roster: Roster) -> float:
    """Return the hours of agents missing against the requirement with shrinkage, over all queues and intervals."""
    missing = (requirement.agents_with_shrinkage - roster.scheduled).clip(min=0.0)
    return float(missing.sum() * requirement.grid.interval_minutes / 60.0)


def worst_target(attainment: Attainment | None) -> str:
    """Return the target least likely to be met as ``queue metric seconds period (probability)``, ``""`` without any."""
    if attainment is None or not attainment.targets:
        return ""
    worst = min(attainment.targets, key=_likelihood)
    seconds = "" if worst.seconds is None else f" {worst.seconds:g} s"
    return f"{worst.queue} {worst.metric}{seconds} {worst.period} ({worst.probability_met:.0%})"


def _likelihood(target: TargetResult) -> tuple[float, float, str, str]:
    shortfall = abs(target.expected - target.goal) / max(abs(target.goal), 1e-9)
    return (target.probability_met, -shortfall, target.queue, target.period)


def _temporary(plan: Plan) -> frozenset[str]:
    return frozenset(contract.id for contract in plan.contract if contract.is_temporary)


def _shared_forecasts(
    candidates: Sequence[Candidate], seed: int, limits: Effort, progress: Progress
) -> list[Forecast | None]:
    """Make the forecast once per distinct set of inputs that reach the forecaster, unscaled."""
    made: list[tuple[tuple[object, ...], Forecast]] = []
    shared: list[Forecast | None] = []
    for one in candidates:
        key = _forecast_key(one.inputs)
        found = next((forecast for known, forecast in made if known == key), None)
        if found is None:
            found = run(one.inputs, seed, until="forecast", effort=limits, progress=progress).forecast
            if found is not None:
                made.append((key, found))
        shared.append(found)
    return shared


def _forecast_key(inputs: Inputs) -> tuple[object, ...]:
    """What reaches the forecaster: bots, targets and shrinkage come later in the chain.

    Contracts do by their speeds, which past handle times are cleared of.
    """
    later: Mapping[str, object] = {
        "bot_containment": 0.0,
        "bot_containment_in": {},
        "shrinkage": 0.0,
        "target": (),
        "concurrency": 1,
        "concurrency_speedup": (),
        "priority": 5,
        "patience_seconds": None,
        "shortage_cost_per_hour": None,
    }
    queues = tuple(queue.model_copy(update=dict(later)) for queue in inputs.plan.queue)
    history = (inputs.history.rows, inputs.history.offered.tobytes(), inputs.history.start.tobytes())
    own = inputs.own_forecast.values if inputs.own_forecast is not None else {}
    given = tuple((name, values.tobytes()) for name, values in sorted(own.items()))
    tables = (inputs.events, inputs.drivers, inputs.adjustments, inputs.priors, inputs.agents)
    speeds = tuple((contract.id, contract.speed, contract.training_days) for contract in inputs.plan.contract)
    options = (inputs.plan.forecast, inputs.plan.driver, speeds)
    return (inputs.plan.plan, queues, *options, history, *tables, given)


def _run_one(task: tuple[Candidate, int, Effort, Forecast | None]) -> ChainResult:
    one, seed, limits, forecast = task
    return _run_named(one, seed, Effort(jobs=1, time_limit_seconds=limits.time_limit_seconds), forecast, silent)


def _run_named(one: Candidate, seed: int, limits: Effort, forecast: Forecast | None, progress: Progress) -> ChainResult:
    try:
        return run(one.inputs, seed, scale=one.scale, effort=limits, progress=progress, forecast=forecast)
    except NoRosterError as error:
        conflicts = [f"scenario '{one.name}': {conflict}" for conflict in error.conflicts]
        raise NoRosterError(conflicts, error.ways_out) from None
