"""The command line: parse, call, print. Heavy parts are imported inside the command that needs them."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ParamSpec

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from data.folder import Loaded
    from scenarios.chain import ChainResult, Step
    from scenarios.compare import Candidate
    from scenarios.overlay import Variant

# One thread for linear algebra, set before numpy is imported: our matrices are small, threads only wait for each other,
# and the number of threads would change the last bits of sums.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

P = ParamSpec("P")
FORMATS = ("table", "csv", "json")
EXIT_INPUT, EXIT_NO_ROSTER, EXIT_MISSED, EXIT_INTERRUPTED = 1, 3, 4, 130

app = typer.Typer(
    help="Plan customer-service staff for e-commerce peaks: forecast, requirement, roster, risk.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

PlanArg = Annotated[Path, typer.Argument(help="Plan folder.", show_default="the current folder")]
ScenarioOpt = Annotated[str, typer.Option("--scenario", help="Scenario file in PLAN/scenarios, without .toml.")]
OutOpt = Annotated[Path | None, typer.Option("--out", help="Folder for results.", show_default="PLAN/out/SCENARIO")]
SeedOpt = Annotated[int, typer.Option("--seed", min=0, help="Seed of every random draw.")]
JobsOpt = Annotated[int, typer.Option("--jobs", min=1, max=64, help="Parallel workers.")]
LimitOpt = Annotated[
    float | None,
    typer.Option("--time-limit", min=1.0, help="Seconds for the roster step; results may then differ between runs."),
]
FormatOpt = Annotated[str, typer.Option("--format", help="What goes to stdout: table, csv or json.")]
LangOpt = Annotated[str, typer.Option("--lang", help="Language of report and exports: en or zh.")]
QuietOpt = Annotated[bool, typer.Option("--quiet", help="No progress, no tables.")]
StrictOpt = Annotated[bool, typer.Option("--strict", help="Exit 4 when a target or requirement is missed.")]
RosterOpt = Annotated[
    Path | None, typer.Option("--roster", help="roster.csv to use.", show_default="that of the results folder")
]
DebugOpt = Annotated[bool, typer.Option("--debug", help="Show a traceback on internal errors.")]


def _console(*, stderr: bool = False) -> Console:
    from rich.console import Console

    return Console(stderr=stderr, highlight=False, soft_wrap=stderr)


def _say(lines: Iterable[object]) -> None:
    console = _console(stderr=True)
    for line in lines:
        console.print(line)


def guarded(command: Callable[P, None]) -> Callable[P, None]:
    """Turn errors into lines and exit codes; a traceback only with ``--debug``."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        from wfm.errors import WfmError

        try:
            command(*args, **kwargs)
        except WfmError as error:
            _say(_error_lines(error))
            raise typer.Exit(error.exit_code) from None
        except KeyboardInterrupt:
            _say(["interrupted: nothing was written"])
            raise typer.Exit(EXIT_INTERRUPTED) from None
        except BrokenPipeError:
            sys.stderr.close()
            raise typer.Exit(0) from None
        except (typer.Exit, typer.Abort, typer.BadParameter):
            raise
        except Exception as error:
            if kwargs.get("debug"):
                raise
            _say([f"internal error: {type(error).__name__}: {error}", "run again with --debug for the details"])
            raise typer.Exit(EXIT_INPUT) from None

    return run


def _error_lines(error: Exception) -> Iterable[object]:
    from data.terminal import problem_lines
    from wfm.errors import InputError, NoRosterError

    if isinstance(error, InputError):
        return [*problem_lines(error.problems), _plural(len(error.problems), "problem") + "; nothing was written"]
    if isinstance(error, NoRosterError):
        conflicts = [f"no roster can obey the hard rules: {conflict}" for conflict in error.conflicts]
        return [*conflicts, *(f"way out: {way}" for way in error.ways_out), "nothing was written"]
    return [str(error)]


def _plural(count: int, noun: str) -> str:
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


def _checked(value: str, allowed: tuple[str, ...], option: str) -> str:
    if value not in allowed:
        raise typer.BadParameter(f"expected one of {', '.join(allowed)}, got '{value}'", param_hint=option)
    return value


def _variant(plan: Path, scenario: str) -> Variant:
    from data.scenario_files import ScenarioFiles, located
    from scenarios.overlay import resolve

    with located(plan):
        return resolve(scenario, ScenarioFiles(plan))


def _load(plan: Path, variant: Variant, *, quiet: bool) -> Loaded:
    from data.folder import load
    from data.terminal import problem_lines

    loaded = load(plan, variant.apply, variant.files)
    if not quiet:
        _say(problem_lines(loaded.warnings))
    return loaded


def _run(
    plan: Path, scenario: str, seed: int, jobs: int, time_limit: float | None, quiet: bool, until: Step
) -> ChainResult:
    from data.progress import Teller
    from scenarios.chain import Effort, run

    variant = _variant(plan, scenario)
    inputs = _load(plan, variant, quiet=quiet).inputs
    with Teller(_console(stderr=True), quiet) as teller:
        effort = Effort(jobs, time_limit)
        return run(inputs, seed, until=until, scale=variant.scale, effort=effort, progress=teller, stop=teller.stop)


def _write(plan: Path, scenario: str, out: Path | None, files: dict[str, str | bytes], *, quiet: bool) -> Path:
    from data.write import write_all

    folder = out or plan / "out" / scenario
    write_all(folder, files)
    if not quiet:
        _say([f"wrote {', '.join(sorted(files))} to {folder}"])
    return folder


def _show(result: ChainResult, files: dict[str, str | bytes], main: str, form: str, *, quiet: bool) -> None:
    """Print results to stdout: tables for people, or the main file as CSV, or the summary as JSON."""
    if form in ("csv", "json"):
        sys.stdout.write(str(files[main] if form == "csv" else files["summary.json"]))
    elif not quiet:
        from data.terminal import result_parts

        console = _console()
        for part in result_parts(result.inputs, result.forecast, result.requirement, result.roster, result.attainment):
            console.print(part)


def _finish(result: ChainResult, *, strict: bool) -> None:
    """Leave with the exit code that the result asks for."""
    from scenarios.compare import short_hours

    if result.interrupted:
        _say(["interrupted: the best roster found so far was written"])
        raise typer.Exit(EXIT_INTERRUPTED)
    missed = result.attainment is not None and not all(target.met for target in result.attainment.targets)
    short = (
        result.roster is not None
        and result.requirement is not None
        and short_hours(result.requirement, result.roster) > 0.5
    )
    if strict and (missed or short):
        _say(["a target or a requirement is missed (--strict)"])
        raise typer.Exit(EXIT_MISSED)


def _files(result: ChainResult, scenario: str, seed: int) -> dict[str, str | bytes]:
    from data.outputs import result_files

    return result_files(result, scenario, seed)


def _step(
    plan: Path, scenario: str, out: Path | None, seed: int, jobs: int, time_limit: float | None, form: str, quiet: bool,
    strict: bool, until: Step, main_file: str,
) -> None:  # fmt: skip
    """Run the chain up to a step, write its files, show its results."""
    _checked(form, FORMATS, "--format")
    result = _run(plan, scenario, seed, jobs, time_limit, quiet, until)
    files = _files(result, scenario, seed)
    _write(plan, scenario, out, files, quiet=quiet)
    _show(result, files, main_file, form, quiet=quiet)
    _finish(result, strict=strict)


def _candidates(plan: Path, names: list[str], *, quiet: bool) -> list[Candidate]:
    from data.scenario_files import ScenarioFiles
    from scenarios.compare import Candidate

    wanted = names or ["base", *(name for name in ScenarioFiles(plan) if name != "base")]
    variants = [_variant(plan, name) for name in wanted]
    loaded = [_load(plan, variant, quiet=quiet or index > 0) for index, variant in enumerate(variants)]
    return [Candidate(v.name, one.inputs, v.scale) for v, one in zip(variants, loaded, strict=True)]


@app.command()
@guarded
def init(
    folder: Annotated[Path, typer.Argument(help="Folder to make.")],
    sample: Annotated[
        str | None, typer.Option("--sample", help="double11, 618 or hotline; a small blank plan without.")
    ] = None,
    seed: SeedOpt = 1,
    debug: DebugOpt = False,
) -> None:
    """Write a ready, commented plan folder."""
    from data.samples import blank, sample_names, write_sample

    if sample is None:
        blank(folder)
    else:
        write_sample(_checked(sample, sample_names(), "--sample"), folder, seed)
    _say([f"wrote a plan to {folder}; next: wfm check {folder}, then wfm plan {folder}"])


@app.command()
@guarded
def check(
    plan: PlanArg = Path(),
    scenario: ScenarioOpt = "base",
    strict: StrictOpt = False,
    debug: DebugOpt = False,
) -> None:
    """Validate every input, list all problems at once, and report data quality."""
    from data.folder import load
    from data.quality import quality
    from data.terminal import problem_lines

    variant = _variant(plan, scenario)
    loaded = load(plan, variant.apply, variant.files)
    notes = [*loaded.warnings, *quality(loaded.inputs)]
    console = _console()
    for line in problem_lines(notes):
        console.print(line, soft_wrap=True)
    inputs = loaded.inputs
    size = ((len(inputs.plan.queue), "queue"), (len(inputs.agents), "agent"), (inputs.history.rows, "history row"))
    told = ", ".join(_plural(count, noun) for count, noun in size)
    console.print(f"{inputs.plan.plan.name}: {told}; no errors, {_plural(len(notes), 'warning')}", soft_wrap=True)
    if strict and notes:
        raise typer.Exit(EXIT_MISSED)


@app.command()
@guarded
def forecast(
    plan: PlanArg = Path(),
    scenario: ScenarioOpt = "base",
    out: OutOpt = None,
    seed: SeedOpt = 1,
    jobs: JobsOpt = 1,
    form: FormatOpt = "table",
    quiet: QuietOpt = False,
    debug: DebugOpt = False,
) -> None:
    """History, events and drivers to contacts per queue and interval."""
    _step(plan, scenario, out, seed, jobs, None, form, quiet, False, "forecast", "forecast.csv")


@app.command()
@guarded
def staff(
    plan: PlanArg = Path(),
    scenario: ScenarioOpt = "base",
    out: OutOpt = None,
    seed: SeedOpt = 1,
    jobs: JobsOpt = 1,
    form: FormatOpt = "table",
    quiet: QuietOpt = False,
    debug: DebugOpt = False,
) -> None:
    """Forecast to the agents on seat that the targets need."""
    _step(plan, scenario, out, seed, jobs, None, form, quiet, False, "staff", "requirement.csv")


@app.command()
@guarded
def roster(
    plan: PlanArg = Path(),
    scenario: ScenarioOpt = "base",
    out: OutOpt = None,
    seed: SeedOpt = 1,
    jobs: JobsOpt = 1,
    time_limit: LimitOpt = None,
    form: FormatOpt = "table",
    quiet: QuietOpt = False,
    strict: StrictOpt = False,
    debug: DebugOpt = False,
) -> None:
    """Requirement, people, rules and limits to shifts with meals and breaks."""
    _step(plan, scenario, out, seed, jobs, time_limit, form, quiet, strict, "roster", "roster.csv")


@app.command("plan")
@guarded
def plan_command(
    plan: PlanArg = Path(),
    scenario: ScenarioOpt = "base",
    out: OutOpt = None,
    seed: SeedOpt = 1,
    jobs: JobsOpt = 1,
    time_limit: LimitOpt = None,
    form: FormatOpt = "table",
    lang: LangOpt = "en",
    quiet: QuietOpt = False,
    strict: StrictOpt = False,
    debug: DebugOpt = False,
) -> None:
    """Do everything in one go: forecast, requirement, roster, simulation, audit, report."""
    from data.outputs import report_file

    _checked(lang, ("en", "zh"), "--lang")
    _checked(form, FORMATS, "--format")
    result = _run(plan, scenario, seed, jobs, time_limit, quiet, "audit")
    files = _files(result, scenario, seed) | report_file(result, scenario, seed, lang)
    folder = _write(plan, scenario, out, files, quiet=quiet)
    _show(result, files, "roster.csv", form, quiet=quiet)
    if not quiet:
        _say([f"report  {folder / 'report.html'}", f"rosters {folder / 'roster.csv'}"])
    _finish(result, strict=strict)


@app.command()
@guarded
def simulate(
    plan: PlanArg = Path(),
    scenario: ScenarioOpt = "base",
    out: OutOpt = None,
    roster_file: RosterOpt = None,
    seed: SeedOpt = 1,
    jobs: JobsOpt = 1,
    form: FormatOpt = "table",
    quiet: QuietOpt = False,
    strict: StrictOpt = False,
    debug: DebugOpt = False,
) -> None:
    """Play a roster against sampled demand and say which targets hold."""
    from data.progress import Teller
    from data.roster_in import load_roster
    from scenarios.chain import Effort, replay

    _checked(form, FORMATS, "--format")
    variant = _variant(plan, scenario)
    inputs = _load(plan, variant, quiet=quiet).inputs
    shifts = load_roster(inputs, roster_file or (out or plan / "out" / scenario) / "roster.csv")
    with Teller(_console(stderr=True), quiet) as teller:
        result = replay(inputs, shifts, seed, scale=variant.scale, effort=Effort(jobs), progress=teller)
    files = _files(result, scenario, seed)
    _write(plan, scenario, out, files, quiet=quiet)
    _show(result, files, "targets.csv", form, quiet=quiet)
    _finish(result, strict=strict)


@app.command()
@guarded
def audit(
    plan: PlanArg = Path(),
    scenario: ScenarioOpt = "base",
    out: OutOpt = None,
    roster_file: RosterOpt = None,
    form: FormatOpt = "table",
    quiet: QuietOpt = False,
    strict: StrictOpt = False,
    debug: DebugOpt = False,
) -> None:
    """Re-derive every hard rule and limit from the files alone."""
    from data.result_tables import audit_csv
    from data.roster_in import load_roster
    from data.terminal import findings_table
    from wfm.audit import audit as audit_roster

    inputs = _load(plan, _variant(plan, scenario), quiet=quiet).inputs
    found = load_roster(inputs, roster_file or (out or plan / "out" / scenario) / "roster.csv")
    findings = audit_roster(inputs, found.shifts, found.activities, found.hires)
    files: dict[str, str | bytes] = {"audit.csv": audit_csv(findings)}
    _write(plan, scenario, out, files, quiet=quiet)
    if _checked(form, ("table", "csv"), "--format") == "csv":
        sys.stdout.write(str(files["audit.csv"]))
    elif not quiet:
        _console().print(
            findings_table(findings) if findings else f"audit: {len(found.shifts):,} shifts, nothing found"
        )
    if strict and findings:
        raise typer.Exit(EXIT_MISSED)


@app.command()
@guarded
def backtest(
    plan: PlanArg = Path(),
    scenario: ScenarioOpt = "base",
    out: OutOpt = None,
    seed: SeedOpt = 1,
    jobs: JobsOpt = 1,
    form: FormatOpt = "table",
    quiet: QuietOpt = False,
    debug: DebugOpt = False,
) -> None:
    """Measure every model on held-back weeks and on past editions of each event."""
    from data.progress import Teller
    from data.result_tables import backtest_csv
    from data.terminal import backtest_table
    from forecasting.backtest import backtest as run_backtest

    inputs = _load(plan, _variant(plan, scenario), quiet=quiet).inputs
    with Teller(_console(stderr=True), quiet) as teller:
        rows = run_backtest(inputs, seed, teller, jobs)
    files: dict[str, str | bytes] = {"backtest.csv": backtest_csv(rows)}
    _write(plan, scenario, out, files, quiet=quiet)
    if _checked(form, ("table", "csv"), "--format") == "csv":
        sys.stdout.write(str(files["backtest.csv"]))
    elif not quiet:
        _console().print(backtest_table(rows))


@app.command()
@guarded
def compare(
    plan: PlanArg = Path(),
    names: Annotated[list[str] | None, typer.Argument(help="Scenarios.", show_default="base and all")] = None,
    out: OutOpt = None,
    seed: SeedOpt = 1,
    jobs: JobsOpt = 1,
    time_limit: LimitOpt = None,
    form: FormatOpt = "table",
    lang: LangOpt = "en",
    quiet: QuietOpt = False,
    debug: DebugOpt = False,
) -> None:
    """Run scenarios and lay them side by side."""
    from data.outputs import comparison_files
    from data.progress import Teller
    from data.terminal import comparison_table
    from scenarios.chain import Effort
    from scenarios.compare import compare as compare_candidates

    _checked(form, ("table", "csv"), "--format")
    candidates = _candidates(plan, names or [], quiet=quiet)
    with Teller(_console(stderr=True), quiet) as teller:
        results = compare_candidates(candidates, seed, effort=Effort(jobs, time_limit), progress=teller)
    rows = [row.as_dict() for row, _ in results]
    for row, result in results:
        _write(plan, row.scenario, out / row.scenario if out else None, _files(result, row.scenario, seed), quiet=True)
    files = comparison_files(rows, lang)
    _write(plan, "", out, files, quiet=quiet)
    if form == "csv":
        sys.stdout.write(str(files["comparison.csv"]))
    elif not quiet:
        _console().print(comparison_table(rows, candidates[0].inputs.plan.plan.currency))


@app.command()
@guarded
def explain(plan: PlanArg = Path(), scenario: ScenarioOpt = "base", seed: SeedOpt = 1, debug: DebugOpt = False) -> None:
    """Say which rules and limits conflict, or else which ones bind in the roster."""
    result = _run(plan, scenario, seed, 1, None, False, "roster")
    from data.terminal import explain_lines

    for line in explain_lines(result.inputs, result.requirement, result.roster):
        _console().print(line)


@app.command()
@guarded
def export(
    plan: PlanArg = Path(),
    to: Annotated[str, typer.Option("--to", help="hr-matrix or hr-long.")] = "hr-matrix",
    scenario: ScenarioOpt = "base",
    out: OutOpt = None,
    roster_file: RosterOpt = None,
    lang: LangOpt = "zh",
    quiet: QuietOpt = False,
    debug: DebugOpt = False,
) -> None:
    """Write rosters for other systems: Excel and CSV that HR can load."""
    from data.export import FORMATS as KINDS
    from data.export import export as export_roster
    from data.roster_in import load_roster

    _checked(to, tuple(KINDS), "--to")
    inputs = _load(plan, _variant(plan, scenario), quiet=True).inputs
    found = load_roster(inputs, roster_file or (out or plan / "out" / scenario) / "roster.csv")
    files: dict[str, str | bytes] = dict(export_roster(inputs, found.shifts, found.activities, found.hires, to, lang))
    _write(plan, scenario, out, files, quiet=quiet)


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
