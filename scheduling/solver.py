"""Linear programs through OR-Tools' MathOpt, from sparse triplets; interruptible, with a bound proven by the duals."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from ortools.math_opt import model_pb2
from ortools.math_opt.python import mathopt
from ortools.util.python import solve_interrupter

__all__ = ["LinearProgram", "LpResult", "dual_bound", "lp_parameters", "mip_parameters", "simplex_parameters", "solve"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
_POLL_SECONDS = 0.1


@dataclass
class LinearProgram:
    """A minimisation built column block by column block and row block by row block."""

    cost: list[FloatArray] = field(default_factory=list)
    lower: list[FloatArray] = field(default_factory=list)
    upper: list[FloatArray] = field(default_factory=list)
    whole: list[NDArray[np.bool_]] = field(default_factory=list)
    row_lower: list[FloatArray] = field(default_factory=list)
    row_upper: list[FloatArray] = field(default_factory=list)
    entries: list[tuple[IntArray, IntArray, FloatArray]] = field(default_factory=list)
    columns: int = 0
    rows: int = 0

    def add_columns(
        self, count: int, cost: FloatArray | float, upper: FloatArray | float, whole: bool = False
    ) -> IntArray:
        """Add columns with lower bound 0; return their numbers. Every upper bound must be finite."""
        first = self.columns
        self.columns += count
        self.cost.append(np.broadcast_to(np.asarray(cost, dtype=np.float64), count))
        self.lower.append(np.zeros(count))
        self.upper.append(np.broadcast_to(np.asarray(upper, dtype=np.float64), count))
        self.whole.append(np.full(count, whole))
        return np.arange(first, self.columns, dtype=np.int64)

    def add_rows(self, count: int, lower: FloatArray | float, upper: FloatArray | float) -> IntArray:
        """Add rows ``lower <= a x <= upper``; return their numbers."""
        first = self.rows
        self.rows += count
        self.row_lower.append(np.broadcast_to(np.asarray(lower, dtype=np.float64), count))
        self.row_upper.append(np.broadcast_to(np.asarray(upper, dtype=np.float64), count))
        return np.arange(first, self.rows, dtype=np.int64)

    def put(self, rows: IntArray | int, columns: IntArray | int, values: FloatArray | float) -> None:
        """Add coefficients (broadcast together; those at the same place add up)."""
        r, c, v = np.broadcast_arrays(np.asarray(rows), np.asarray(columns), np.asarray(values, dtype=np.float64))
        if r.size:
            self.entries.append((r.ravel().astype(np.int64), c.ravel().astype(np.int64), v.ravel()))

    def matrix(self) -> tuple[IntArray, IntArray, FloatArray]:
        """Return (row, column, value) with duplicates summed and zeros left out, in row order."""
        if not self.entries:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0)
        rows, columns, values = (np.concatenate(part) for part in zip(*self.entries, strict=True))
        key, place = np.unique(rows * self.columns + columns, return_inverse=True)
        total = np.bincount(place, weights=values, minlength=len(key))
        keep = np.abs(total) > 1e-12
        return key[keep] // self.columns, key[keep] % self.columns, np.asarray(total[keep], dtype=np.float64)


@dataclass(frozen=True)
class LpResult:
    """Outcome of a solve: ``values`` (columns) and ``duals`` (rows) are None where the solver has none.

    ``bound`` is a proven lower bound of the minimum, -inf when there is none; ``reason`` says how it ended, in words.
    """

    values: FloatArray | None
    duals: FloatArray | None
    bound: float
    reason: str


def lp_parameters() -> mathopt.SolveParameters:
    """Return parameters for HiGHS' interior point method on a linear program.

    Without crossover: its duals give the bound, a vertex is not needed. Without presolve: restoring duals to what it
    took out needs a vertex, and HiGHS then calls the outcome unknown.
    """
    parameters = mathopt.SolveParameters()
    parameters.highs.string_options["solver"] = "ipm"
    parameters.highs.string_options["run_crossover"] = "off"
    parameters.highs.string_options["presolve"] = "off"
    parameters.highs.double_options["ipm_optimality_tolerance"] = 1e-5
    return parameters


def simplex_parameters() -> mathopt.SolveParameters:
    """Return parameters for HiGHS' simplex: a vertex, the same every time."""
    parameters = mathopt.SolveParameters()
    parameters.highs.string_options["solver"] = "simplex"
    return parameters


def mip_parameters(nodes: int, gap: float, seed: int) -> mathopt.SolveParameters:
    """Return parameters for HiGHS on a mixed-integer program: limited by nodes, never by the clock."""
    parameters = mathopt.SolveParameters(node_limit=nodes, relative_gap_tolerance=gap)
    parameters.highs.int_options["random_seed"] = seed % 2**31
    parameters.highs.double_options["mip_heuristic_effort"] = 0.0  # the bound is wanted, not a solution
    return parameters


def _model(program: LinearProgram) -> mathopt.Model:
    proto = model_pb2.ModelProto()
    proto.variables.ids.extend(range(program.columns))
    proto.variables.lower_bounds.extend(np.concatenate([*program.lower, np.zeros(0)]).tolist())
    proto.variables.upper_bounds.extend(np.concatenate([*program.upper, np.zeros(0)]).tolist())
    proto.variables.integers.extend(np.concatenate([*program.whole, np.zeros(0, dtype=np.bool_)]).tolist())
    proto.linear_constraints.ids.extend(range(program.rows))
    proto.linear_constraints.lower_bounds.extend(np.concatenate([*program.row_lower, np.zeros(0)]).tolist())
    proto.linear_constraints.upper_bounds.extend(np.concatenate([*program.row_upper, np.zeros(0)]).tolist())
    rows, columns, values = program.matrix()
    proto.linear_constraint_matrix.row_ids.extend(rows.tolist())
    proto.linear_constraint_matrix.column_ids.extend(columns.tolist())
    proto.linear_constraint_matrix.coefficients.extend(values.tolist())
    cost = np.concatenate([*program.cost, np.zeros(0)])
    used = np.flatnonzero(cost)
    proto.objective.linear_coefficients.ids.extend(used.tolist())
    proto.objective.linear_coefficients.values.extend(cost[used].tolist())
    return mathopt.Model.from_model_proto(proto)


def solve(program: LinearProgram, parameters: mathopt.SolveParameters, stop: Callable[[], bool]) -> LpResult:
    """Return the outcome of HiGHS on a program, or nothing proven once ``stop`` says so.

    The solver runs in a thread of its own: where it does not hear the interruption at once, it is left behind (a
    daemon thread ends with the process).
    """
    interrupter = solve_interrupter.SolveInterrupter()
    outcome: list[LpResult | BaseException] = []

    def work() -> None:
        try:
            outcome.append(_solve(program, parameters, interrupter))
        except BaseException as error:
            outcome.append(error)

    thread = threading.Thread(target=work, daemon=True, name="linear program")
    thread.start()
    while thread.is_alive():
        thread.join(_POLL_SECONDS)
        if thread.is_alive() and stop():
            interrupter.interrupt()
            thread.join(5 * _POLL_SECONDS)
            break
    if not outcome:
        return LpResult(None, None, -np.inf, "interrupted")
    if isinstance(outcome[0], BaseException):
        raise outcome[0]
    return outcome[0]


def _solve(
    program: LinearProgram, parameters: mathopt.SolveParameters, interrupter: solve_interrupter.SolveInterrupter
) -> LpResult:
    model = _model(program)
    try:
        result = mathopt.solve(model, mathopt.SolverType.HIGHS, params=parameters, interrupter=interrupter)
    except (AttributeError, RuntimeError) as error:  # this version's wrapper fails on some solver errors
        return LpResult(None, None, -np.inf, f"solver error: {error}")
    reason = result.termination.reason.value
    values = duals = None
    solution = result.solutions[0] if result.solutions else None
    if solution is not None and solution.primal_solution is not None:
        values = np.array(list(solution.primal_solution.variable_values.values()), dtype=np.float64)
    if solution is not None and solution.dual_solution is not None:
        duals = np.array(list(solution.dual_solution.dual_values.values()), dtype=np.float64)
    bound = -np.inf
    if duals is not None:
        bound = dual_bound(program, duals)
    elif np.concatenate([*program.whole, np.zeros(0, dtype=np.bool_)]).any():
        bound = float(result.termination.objective_bounds.dual_bound)
    return LpResult(values, duals, bound, reason)


def dual_bound(program: LinearProgram, duals: FloatArray) -> float:
    """Return the Lagrangian bound of any row duals: valid whatever they are, since every column is bounded.

    With reduced costs r = c - A'y the minimum is at least sum over rows of y times the side that its sign asks for plus
    sum over columns of min(r * lower, r * upper).
    """
    rows, columns, values = program.matrix()
    low, high = (np.concatenate([*part, np.zeros(0)]) for part in (program.row_lower, program.row_upper))
    y = np.where((duals > 0) & ~np.isfinite(low), 0.0, duals)
    y = np.where((y < 0) & ~np.isfinite(high), 0.0, y)
    reduced = np.concatenate([*program.cost, np.zeros(0)])
    reduced = reduced - np.bincount(columns, weights=values * y[rows], minlength=program.columns)
    lower, upper = (np.concatenate([*part, np.zeros(0)]) for part in (program.lower, program.upper))
    sides = np.where(y > 0, low, np.where(y < 0, high, 0.0))
    return float(y @ sides + np.minimum(reduced * lower, reduced * upper).sum())
