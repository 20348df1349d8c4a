"""The chain: history to forecast to requirement to roster to attainment to findings, with time and memory per step."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, TypeVar

from scenarios.overlay import Scale
from scenarios.scaling import scale_absence, scale_forecast
from wfm.inputs import Inputs
from wfm.progress import Progress, Stop, never_stop, silent
from wfm.results import Attainment, Finding, Forecast, Requirement, Roster

if TYPE_CHECKING:
    from wfm.simulation.simulate import RosterView

__all__ = ["STEPS", "ChainResult", "Effort", "Step", "replay", "run"]

Step = Literal["forecast", "staff", "roster", "simulate", "audit"]
STEPS: tuple[Step, ...] = ("forecast", "staff", "roster", "simulate", "audit")
T = TypeVar("T")


@dataclass(frozen=True)
class Effort:
    """How hard to try: ``time_limit_seconds`` caps the roster step by the clock (bytes may then differ)."""

    jobs: int = 1
    time_limit_seconds: float | None = None


@dataclass(frozen=True)
class ChainResult:
    """What the steps gave; None for steps that did not run.

    ``interrupted`` tells that the user stopped the run after there was a roster: the best so far when the roster step
    was stopped, else the finished one without what comes after it. A time limit that ends the search is none.
    ``seconds`` and ``peak_memory_mb`` are measured per step; the peak is that of the process up to the step's end.
    """

    inputs: Inputs
    forecast: Forecast | None = None
    requirement: Requirement | None = None
    roster: Roster | None = None
    attainment: Attainment | None = None
    findings: tuple[Finding, ...] | None = None
    seconds: dict[str, float] = field(default_factory=dict)
    peak_memory_mb: dict[str, float] = field(default_factory=dict)
    interrupted: bool = False


def run(
    inputs: Inputs,
    seed: int,
    *,
    until: Step = "audit",
    scale: Scale | None = None,
    effort: Effort | None = None,
    progress: Progress = silent,
    stop: Stop = never_stop,
    forecast: Forecast | None = None,
) -> ChainResult:
    """Return the results of all steps up to ``until``.

    Parameters
    ----------
    inputs : Inputs
        The plan and its tables, before the scenario's factors.
    seed : int
        Seeds every random draw; the same inputs and seed give the same results.
    until : str
        Last step to run.
    scale : Scale, optional
        Factors of a scenario.
    effort : Effort, optional
        Workers and time limit.
    progress, stop
        How steps tell what they do, and learn that the user wants them to stop. A stop cuts the roster step short and
        leaves out the simulation; a KeyboardInterrupt in a later step leaves that step out.
    forecast : Forecast, optional
        A forecast of the same inputs made before (adjusted, not yet scaled): the forecast step is left out. What its
        bots contain is found again, so the scenarios that share it may differ in that.

    Raises
    ------
    NoRosterError
        When hard rules contradict each other.
    InputError
        When a step finds that the input can't be used.
    """
    chain = _Chain(scale_absence(inputs, scale or Scale()), seed, scale or Scale(), effort or Effort(), progress, stop)
    if forecast is not None:
        chain.result = replace(chain.result, forecast=chain.ready(forecast))
    for step in STEPS[: STEPS.index(until) + 1]:
        chain.take(step)
    return chain.result


def replay(
    inputs: Inputs,
    played: RosterView,
    seed: int,
    *,
    scale: Scale | None = None,
    effort: Effort | None = None,
    progress: Progress = silent,
) -> ChainResult:
    """Return what a roster made before attains against the forecast of these inputs.

    Parameters
    ----------
    inputs : Inputs
        The plan and its tables, before the scenario's factors.
    played : RosterView
        Shifts, activities and hires, for example read back from files.
    seed : int
        Seeds every random draw.
    scale, effort, progress
        As for :func:`run`.
    """
    from wfm.simulation.simulate import simulate

    before = run(inputs, seed, until="staff", scale=scale, effort=effort, progress=progress)
    progress("simulate", 0.0)
    began = time.perf_counter()
    attainment = simulate(before.inputs, _given(before.forecast), played, seed, progress=progress)
    before.seconds["simulate"] = time.perf_counter() - began
    progress("simulate", 1.0)
    return replace(before, attainment=attainment)


class _Chain:
    def __init__(self, inputs: Inputs, seed: int, scale: Scale, effort: Effort, progress: Progress, stop: Stop) -> None:
        self.result = ChainResult(inputs)
        self.seed, self.scale, self.effort, self.progress, self.stop = seed, scale, effort, progress, stop

    def take(self, step: Step) -> None:
        """Run one step on the results so far."""
        if step == "forecast" and self.result.forecast is not None:
            return
        if step == "simulate" and (self.result.interrupted or not _has_volume(self.result.forecast)):
            return
        actions: dict[Step, Callable[[], ChainResult]] = {
            "forecast": self._forecast,
            "staff": self._staff,
            "roster": self._roster,
            "simulate": self._simulate,
            "audit": self._audit,
        }
        self.progress(step, 0.0)
        began = time.perf_counter()
        try:
            result = actions[step]()
        except KeyboardInterrupt:
            if self.result.roster is None:
                raise
            self.result = replace(self.result, interrupted=True)
            return
        result.seconds[step] = time.perf_counter() - began
        peak = peak_memory_mb()
        if peak is not None:
            result.peak_memory_mb[step] = peak
        self.result = result
        self.progress(step, 1.0)

    def _forecast(self) -> ChainResult:
        inputs = self.result.inputs
        if inputs.own_forecast is None and inputs.own_requirement is not None and inputs.history.rows == 0:
            return replace(self.result, forecast=self.ready(no_forecast(inputs)))
        if inputs.own_forecast is not None:
            from forecasting.own import from_table

            made = from_table(inputs, self.seed)
        else:
            from forecasting.forecast import forecast

            made = forecast(inputs, self.seed, self.progress, self.effort.jobs)
        return replace(self.result, forecast=self.ready(with_adjustments(made, inputs, self.seed)))

    def ready(self, made: Forecast) -> Forecast:
        """Return a forecast with the share that bots contain and with the scenario's factors."""
        from forecasting.containment import containment_of

        inputs = self.result.inputs
        contained = containment_of(inputs.plan.queue, inputs.events, made.grid)
        return scale_forecast(replace(made, containment=contained), self.scale, self.seed)

    def _staff(self) -> ChainResult:
        from wfm.staffing import requirement as staffing

        inputs, made = self.result.inputs, _given(self.result.forecast)
        if inputs.own_requirement is not None:
            return replace(self.result, requirement=staffing.from_table(inputs))
        return replace(self.result, requirement=staffing.requirement(inputs, made, self.seed, self.progress))

    def _roster(self) -> ChainResult:
        from scheduling.build import SearchLimits, build
        from scheduling.problem import from_inputs

        options = self.result.inputs.plan.roster
        limits = SearchLimits(options.effort, options.gap, self.effort.time_limit_seconds)
        problem = from_inputs(self.result.inputs, _given(self.result.requirement))
        roster = build(problem, limits, self.seed, self.progress, self.stop)
        return replace(self.result, roster=roster, interrupted=self.stop())

    def _simulate(self) -> ChainResult:
        from wfm.simulation.simulate import simulate

        attainment = simulate(
            self.result.inputs,
            _given(self.result.forecast),
            _given(self.result.roster),
            self.seed,
            progress=self.progress,
        )
        return replace(self.result, attainment=attainment)

    def _audit(self) -> ChainResult:
        from wfm.audit import audit, claim_of

        inputs, roster = self.result.inputs, _given(self.result.roster)
        claim = None
        if roster.prices is not None:
            claim = claim_of(inputs, _given(self.result.requirement), roster.prices, roster.cost.total, roster.bound)
        findings = audit(inputs, roster.shifts, roster.activities, roster.hires, claim)
        return replace(self.result, findings=findings)


def with_adjustments(made: Forecast, inputs: Inputs, seed: int) -> Forecast:
    """Return a forecast with the planner's adjustments, where the plan has any and doesn't switch them off."""
    if not inputs.adjustments or not inputs.plan.forecast.adjustments:
        return made
    import numpy as np

    from forecasting.adjust import adjusted
    from wfm.opening import open_intervals

    # Mail arrives at closed hours too, where the forecast has some.
    may_come = [
        open_intervals(made.grid, queue) | ((rate > 0) & (queue.channel == "email"))
        for queue, rate in zip(inputs.plan.queue, made.rate, strict=True)
    ]
    return adjusted(made, inputs.adjustments, np.stack(may_come), seed)


def no_forecast(inputs: Inputs) -> Forecast:
    """Return a forecast of zero contacts, for a plan that brings its requirement and no history."""
    import numpy as np

    grid = inputs.plan.plan.grid
    queues = tuple(queue.id for queue in inputs.plan.queue)
    zeros = np.zeros((len(queues), grid.n))
    notes = ["the plan brings its own requirement and no history: no contacts are forecast, no targets are simulated"]
    if inputs.adjustments and inputs.plan.forecast.adjustments:
        notes.append("adjustments.csv changes nothing: there is no forecast that it could be laid over")
    return Forecast(grid, queues, np.zeros((1, *zeros.shape), np.float32), zeros, zeros + 1.0, warnings=tuple(notes))


def _has_volume(forecast: Forecast | None) -> bool:
    return forecast is not None and bool((forecast.rate > 0).any())


def _given(value: T | None) -> T:
    if value is None:
        raise RuntimeError("a step ran before the step that it builds on")
    return value


def peak_memory_mb() -> float | None:
    """Return the largest resident memory of this process so far, in MiB; None where the system can't tell."""
    try:
        import resource
    except ImportError:  # Windows has no such module
        return None
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return float(used / (1024.0 * 1024.0 if sys.platform == "darwin" else 1024.0))
