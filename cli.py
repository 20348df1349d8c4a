"""The command line: parse, call, print. Heavy parts are imported inside the command that needs them."""

from __future__ import annotations

import contextlib
import functools
import io
import json
import math
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, is_dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Annotated, ParamSpec


def _untold(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Say in a line that somebody pressed Ctrl-C while the program was still starting."""
    if issubclass(kind, KeyboardInterrupt):
        sys.stderr.write("interrupted: nothing was written\n")
    else:
        sys.__excepthook__(kind, error, trace)


sys.excepthook = _untold  # before the imports that take time

import typer

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from data.folder import Loaded
    from scenarios.chain import ChainResult, Step
    from scenarios.compare import Candidate
    from scenarios.overlay import Variant
    from wfm.errors import Problem

# One thread for linear algebra, set before numpy is imported: our matrices are small, threads only wait for each other,
# and the number of threads would change the last bits of sums.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

P = ParamSpec("P")
FORMATS = ("table", "csv", "json")
LANGUAGES = ("en", "zh")
EXIT_INPUT, EXIT_MISSED, EXIT_INTERRUPTED = 1, 4, 130

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
NoAdjustOpt = Annotated[bool, typer.Option("--no-adjustments", help="Leave adjustments.csv out.")]
ExplainOpt = Annotated[
    bool, typer.Option("--explain", help="Show what each queue's days are made of, the models, and how peaks grow.")
]
AgainstOpt = Annotated[
    str | None,
    typer.Option(
        "--against", help="prophet: measure Prophet with default settings too, none: don't.",
        show_default="prophet where it is among the plan's models",
    ),
]  # fmt: skip
ReviewOpt = Annotated[
    Path | None,
    typer.Option("--review", help="Compare the forecast that was written with what came: a file like history.csv."),
]
RosterOpt = Annotated[
    Path | None, typer.Option("--roster", help="roster.csv to use.", show_default="that of the results folder")
]
DebugOpt = Annotated[bool, typer.Option("--debug", help="Show a traceback on internal errors.")]


def _console(*, stderr: bool = False) -> Console:
    from rich.console import Console

    class Passing(Console):
        def on_broken_pipe(self) -> None:  # Rich would leave with 1; ours is told like any other error.
            raise BrokenPipeError

    return Passing(stderr=stderr, highlight=False, soft_wrap=stderr)


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
        except BrokenPipeError:  # Whoever reads our output has seen enough; the results were written.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(0) from None
        except (typer.Exit, typer.Abort, typer.BadParameter):
            raise
        except Exception as error:
            if kwargs.get("debug"):
                raise
            if isinstance(error, OSError) and error.strerror:
                _say([f"can't read or write {error.filename or 'the output'}: {error.strerror}"])
                raise typer.Exit(EXIT_INPUT) from None
            _say([f"internal error: {type(error).__name__}: {error}", "run again with --debug for the details"])
            raise typer.Exit(EXIT_INPUT) from None

    return run


@contextlib.contextmanager
def _finishing() -> Iterator[None]:
    """Let a Ctrl-C wait until the results are written and shown: they took long to make."""
    pressed: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _frame: pressed.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if pressed:
        _say(["interrupted: the results had been made and were written"])
        raise typer.Exit(EXIT_INTERRUPTED)


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


def _variant(plan: Path, scenario: str, *, adjustments: bool = True) -> Variant:
    from data.scenario_files import ScenarioFiles, located
    from scenarios.overlay import resolve

    with located(plan):
        return replace(resolve(scenario, ScenarioFiles(plan)), adjustments=adjustments)


def _load(plan: Path, variant: Variant, *, quiet: bool) -> Loaded:
    from data.folder import load
    from data.terminal import problem_lines

    loaded = load(plan, variant.apply, variant.files)
    if not quiet:
        _say(problem_lines(loaded.warnings))
    return loaded


def _run(
    plan: Path, scenario: str, seed: int, jobs: int, time_limit: float | None, quiet: bool, until: Step, *,
    adjustments: bool = True,
) -> ChainResult:  # fmt: skip
    from data.progress import Teller
    from scenarios.chain import Effort, run

    variant = _variant(plan, scenario, adjustments=adjustments)
    inputs = _load(plan, variant, quiet=quiet).inputs
    with Teller(_console(stderr=True), quiet, time_limit=time_limit) as teller:
        effort = Effort(jobs, time_limit)
        done = run(inputs, seed, until=until, scale=variant.scale, effort=effort, progress=teller, stop=teller.stop)
    told = [text for made in (done.forecast, done.requirement) if made is not None for text in made.warnings]
    if not quiet:
        _say(f"warning: {text}" for text in told)
    return done


def _folder(plan: Path, scenario: str, out: Path | None) -> Path:
    """Return the folder for results, refused before the work when nothing can be written there."""
    from data.write import check_writable
    from wfm.errors import InputError, Problem

    folder = out or plan / "out" / scenario
    if folder.resolve() == plan.resolve():
        text = f"expected another folder than the plan's for results, got {folder}: inputs could be written over"
        raise InputError([Problem("", 0, "--out", text)])
    if plan.is_dir():  # else the plan is what is wrong
        check_writable(folder)
    return folder


def _write(folder: Path, files: dict[str, str | bytes], *, quiet: bool) -> Path:
    from data.write import write_all

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


def _show_explained(
    result: ChainResult, files: dict[str, str | bytes], main: str, form: str, *, quiet: bool
) -> None:  # fmt: skip
    """Print to stdout what the forecast is made of, in place of its summary."""
    from data.forecast_explained import explained, explained_rows

    made = result.forecast
    if made is None or (quiet and form == "table"):
        return
    if form == "csv":
        sys.stdout.write(str(files["forecast_parts.csv"]))
    elif form == "json":
        _show_rows(form, "", explained_rows(made), lambda: "", quiet)
    else:
        for part in explained(result.inputs, made):
            _console().print(part)


def _show_rows(form: str, csv_text: str, rows: Sequence[object], table: Callable[[], object], quiet: bool) -> None:
    """Print rows to stdout: as a table or text for people, as CSV, or as JSON objects."""
    from rich.text import Text

    if form == "csv":
        sys.stdout.write(csv_text)
    elif form == "json":
        objects = [_json_row(row) for row in rows]
        sys.stdout.write(json.dumps(objects, ensure_ascii=False, indent=2, allow_nan=False) + "\n")
    elif not quiet:
        shown = table()
        _console().print(shown, soft_wrap=isinstance(shown, Text))  # lines are left whole, tables fit the terminal


def _json_row(row: object) -> object:
    """Return a row as JSON takes it: numbers that do not exist are null."""
    fields = asdict(row) if is_dataclass(row) and not isinstance(row, type) else row
    if not isinstance(fields, dict):
        return fields
    return {key: None if isinstance(v, float) and not math.isfinite(v) else v for key, v in fields.items()}


def _finish(result: ChainResult, *, strict: bool) -> None:
    """Leave with the exit code that the result asks for."""
    from scenarios.compare import short_hours

    if result.interrupted:
        best = result.roster is not None and result.roster.status == "interrupted"
        what = "the best roster found so far" if best else "the roster, without what comes after it,"
        _say([f"interrupted: {what} was written"])
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
    strict: bool, until: Step, main_file: str, *, adjustments: bool, show: Callable[..., None] = _show,
) -> None:  # fmt: skip
    """Run the chain up to a step, write its files, show its results."""
    _checked(form, FORMATS, "--format")
    folder = _folder(plan, scenario, out)
    result = _run(plan, scenario, seed, jobs, time_limit, quiet, until, adjustments=adjustments)
    with _finishing():
        files = _files(result, scenario, seed)
        _write(folder, files, quiet=quiet)
        show(result, files, main_file, form, quiet=quiet)
    _finish(result, strict=strict)


def _review(plan: Path, scenario: str, out: Path | None, came: Path, form: str, *, quiet: bool) -> None:
    """Compare the forecast that was written with what came; write and show what it missed and why."""
    from data.review_in import read_actuals, read_written
    from data.review_out import review_files, review_rows, review_text
    from forecasting.review import actuals_of, next_priors
    from forecasting.review import review as look_back

    _checked(form, FORMATS, "--format")
    folder = _folder(plan, scenario, out)
    inputs = _load(plan, _variant(plan, scenario), quiet=quiet).inputs
    written = read_written(folder, inputs)
    found = look_back(inputs, written, actuals_of(inputs, *read_actuals(plan, came, inputs)))
    priors = next_priors(inputs, written, found)
    files = review_files(found, priors)
    _write(folder, files, quiet=quiet)
    _show_rows(form, str(files["review.csv"]), review_rows(found), lambda: review_text(found, priors), quiet)


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
    form: FormatOpt = "table",
    quiet: QuietOpt = False,
    strict: StrictOpt = False,
    debug: DebugOpt = False,
) -> None:
    """Validate every input, list all problems at once, and report data quality."""
    from data.quality import quality
    from data.result_tables import problems_csv

    _checked(form, FORMATS, "--format")
    loaded = _load(plan, _variant(plan, scenario), quiet=True)
    notes = [*loaded.warnings, *quality(loaded.inputs)]
    _show_rows(form, problems_csv(notes), notes, lambda: _sound(loaded, notes), quiet)
    if strict and notes:
        raise typer.Exit(EXIT_MISSED)


def _sound(loaded: Loaded, notes: Sequence[Problem]) -> Text:
    """Return what ``wfm check`` says of a plan that can be used."""
    from rich.text import Text

    from data.terminal import problem_lines

    inputs = loaded.inputs
    size = ((len(inputs.plan.queue), "queue"), (len(inputs.agents), "agent"), (inputs.history.rows, "history row"))
    told = ", ".join(_plural(count, noun) for count, noun in size)
    summary = f"{inputs.plan.plan.name}: {told}; no errors, {_plural(len(notes), 'warning')}"
    return Text("\n").join([*problem_lines(notes), Text(summary)])


@app.command()
@guarded
def forecast(
    plan: PlanArg = Path(),
    scenario: ScenarioOpt = "base",
    out: OutOpt = None,
    seed: SeedOpt = 1,
    jobs: JobsOpt = 1,
    no_adjustments: NoAdjustOpt = False,
    explain: ExplainOpt = False,
    review: ReviewOpt = None,
    form: FormatOpt = "table",
    quiet: QuietOpt = False,
    debug: DebugOpt = False,
) -> None:
    """History, events and drivers to contacts per queue and interval."""
    if review is not None:
        _review(plan, scenario, out, review, form, quiet=quiet)
        return
    _step(
        plan, scenario, out, seed, jobs, None, form, quiet, False, "forecast", "forecast.csv",
        adjustments=not no_adjustments, show=_show_explained if explain else _show,
    )  # fmt: skip


@app.command()
@guarded
def staff(
    plan: PlanArg = Path(),
    scenario: ScenarioOpt = "base",
    out: OutOpt = None,
    seed: SeedOpt = 1,
    jobs: JobsOpt = 1,
    no_adjustments: NoAdjustOpt = False,
    form: FormatOpt = "table",
    quiet: QuietOpt = False,
    debug: DebugOpt = False,
) -> None:
    """Forecast to the agents on seat that the targets need."""
    _step(
        plan, scenario, out, seed, jobs, None, form, quiet, False, "staff", "requirement.csv",
        adjustments=not no_adjustments,
    )  # fmt: skip


@app.command()
@guarded
def roster(
    plan: PlanArg = Path(),
    scenario: ScenarioOpt = "base",
    out: OutOpt = None,
    seed: SeedOpt = 1,
    jobs: JobsOpt = 1,
    time_limit: LimitOpt = None,
    no_adjustments: NoAdjustOpt = False,
    form: FormatOpt = "table",
    quiet: QuietOpt = False,
    strict: StrictOpt = False,
    debug: DebugOpt = False,
) -> None:
    """Requirement, people, rules and limits to shifts with meals and breaks."""
    _step(
        plan, scenario, out, seed, jobs, time_limit, form, quiet, strict, "roster", "roster.csv",
        adjustments=not no_adjustments,
    )  # fmt: skip


@app.command("plan")
@guarded
def plan_command(
    plan: PlanArg = Path(),
    scenario: ScenarioOpt = "base",
    out: OutOpt = None,
    seed: SeedOpt = 1,
    jobs: JobsOpt = 1,
    time_limit: LimitOpt = None,
    no_adjustments: NoAdjustOpt = False,
    form: FormatOpt = "table",
    lang: LangOpt = "en",
    quiet: QuietOpt = False,
    strict: StrictOpt = False,
    debug: DebugOpt = False,
) -> None:
    """Do everything in one go: forecast, requirement, roster, simulation, audit, report."""
    from data.backtest_files import recorded
    from data.outputs import report_file

    _checked(lang, LANGUAGES, "--lang")
    _checked(form, FORMATS, "--format")
    folder = _folder(plan, scenario, out)
    result = _run(plan, scenario, seed, jobs, time_limit, quiet, "audit", adjustments=not no_adjustments)
    with _finishing():
        record = recorded(folder, result.inputs)
        files = _files(result, scenario, seed) | report_file(result, scenario, seed, lang, record)
        _write(folder, files, quiet=quiet)
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
    no_adjustments: NoAdjustOpt = False,
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
    folder = _folder(plan, scenario, out)
    variant = _variant(plan, scenario, adjustments=not no_adjustments)
    inputs = _load(plan, variant, quiet=quiet).inputs
    shifts = load_roster(inputs, roster_file or folder / "roster.csv")
    with Teller(_console(stderr=True), quiet) as teller:
        result = replay(inputs, shifts, seed, scale=variant.scale, effort=Effort(jobs), progress=teller)
    with _finishing():
        files = _files(result, scenario, seed)
        _write(folder, files, quiet=quiet)
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
    """Re-derive every hard rule and limit, and the bound of the cost, from the files alone."""
    from rich.text import Text

    from data.prices_file import read_claim
    from data.result_tables import audit_csv
    from data.roster_in import load_roster
    from data.terminal import findings_text
    from wfm.audit import audit as audit_roster
    from wfm.audit import claim_text

    _checked(form, FORMATS, "--format")
    folder = _folder(plan, scenario, out)
    inputs = _load(plan, _variant(plan, scenario), quiet=quiet).inputs
    path = roster_file or folder / "roster.csv"
    found, claim = load_roster(inputs, path), read_claim(inputs, path.parent)
    findings = audit_roster(inputs, found.shifts, found.activities, found.hires, claim)
    files: dict[str, str | bytes] = {"audit.csv": audit_csv(findings)}
    _write(folder, files, quiet=quiet)
    told = findings_text(findings) if findings else Text(f"audit: {len(found.shifts):,} shifts, nothing found")
    proof = "" if claim is None else f"\n{claim_text(claim)}"
    _show_rows(form, str(files["audit.csv"]), findings, lambda: Text.assemble(told, proof), quiet)
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
    against: AgainstOpt = None,
    form: FormatOpt = "table",
    lang: LangOpt = "en",
    quiet: QuietOpt = False,
    debug: DebugOpt = False,
) -> None:
    """Measure the forecast and every model on held-back weeks and on past editions of each event."""
    from data.backtest_files import backtest_files
    from data.progress import Teller
    from data.terminal_backtest import backtest_table
    from forecasting.backtest import backtest as run_backtest

    _checked(form, FORMATS, "--format")
    _checked(lang, LANGUAGES, "--lang")
    wanted = None if against is None else _checked(against, ("prophet", "none"), "--against") == "prophet"
    folder = _folder(plan, scenario, out)
    inputs = _load(plan, _variant(plan, scenario), quiet=quiet).inputs
    with Teller(_console(stderr=True), quiet) as teller:
        made = run_backtest(inputs, seed, teller, jobs, prophet_default=wanted)
    files = backtest_files(made, inputs, scenario, seed, lang)
    _write(folder, files, quiet=quiet)
    _show_rows(form, str(files["backtest.csv"]), made.rows, lambda: backtest_table(made.rows), quiet)


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

    _checked(form, FORMATS, "--format")
    _checked(lang, LANGUAGES, "--lang")
    folder = _folder(plan, "", out)
    candidates = _candidates(plan, names or [], quiet=quiet)
    with Teller(_console(stderr=True), quiet, stoppable=False) as teller:
        results = compare_candidates(candidates, seed, effort=Effort(jobs, time_limit), progress=teller)
    with _finishing():
        rows = [row.as_dict() for row, _ in results]
        for row, result in results:
            _write(folder / row.scenario, _files(result, row.scenario, seed), quiet=True)
        files = comparison_files(rows, lang)
        _write(folder, files, quiet=quiet)
        currency = candidates[0].inputs.plan.plan.currency
        _show_rows(form, str(files["comparison.csv"]), rows, lambda: comparison_table(rows, currency), quiet)


@app.command()
@guarded
def explain(plan: PlanArg = Path(), scenario: ScenarioOpt = "base", seed: SeedOpt = 1, debug: DebugOpt = False) -> None:
    """Say which rules and limits conflict, or else which ones bind in the roster."""
    result = _run(plan, scenario, seed, 1, None, False, "roster")
    from data.terminal import explain_lines

    for line in explain_lines(result.inputs, result.requirement, result.roster):
        _console().print(line)
    if result.interrupted:
        _say(["interrupted: this tells of the best roster found so far"])
        raise typer.Exit(EXIT_INTERRUPTED)


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
    _checked(lang, LANGUAGES, "--lang")
    folder = _folder(plan, scenario, out)
    inputs = _load(plan, _variant(plan, scenario), quiet=True).inputs
    found = load_roster(inputs, roster_file or folder / "roster.csv")
    files: dict[str, str | bytes] = dict(export_roster(inputs, found.shifts, found.activities, found.hires, to, lang))
    _write(folder, files, quiet=quiet)


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # Chinese names must not stop a run on an ASCII terminal.
            stream.reconfigure(errors="backslashreplace")
    app()


if __name__ == "__main__":
    main()
