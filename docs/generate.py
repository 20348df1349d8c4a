"""Writes the pages that are made from the code: ``commands.md`` and ``rules.md``.

Run ``python docs/generate.py`` after a change; a test fails when a page is behind the code.
"""

from __future__ import annotations

from pathlib import Path

import typer.main
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

import cli
from data.packs import labour_rules, pack_names
from wfm.audit import RULES
from wfm.rules import LabourRules

HERE = Path(__file__).parent


def commands_page() -> str:
    """Return the page of commands, from the command line's own help."""
    group = typer.main.get_command(cli.app)
    assert isinstance(group, TyperGroup)
    lines = [
        "# Commands",
        "",
        "Made from the commands' own help by `python docs/generate.py`. `PLAN` is a plan folder; results go to",
        "`PLAN/out/SCENARIO/`. Results are printed to stdout, progress and warnings to stderr.",
        "",
        "| exit code | means |",
        "|---|---|",
        "| 0 | done |",
        "| 1 | bad input: every problem on its own line |",
        "| 2 | wrong usage |",
        "| 3 | no roster can obey the hard rules: the conflict and the ways out are printed |",
        "| 4 | with `--strict`: done, but a target or requirement is missed (`check`: there are warnings) |",
        "| 130 | interrupted: the best roster found so far is written |",
    ]
    for name, command in group.commands.items():
        assert isinstance(command, TyperCommand)
        lines += ["", f"## `wfm {name}`", "", (command.help or "").strip(), "", *_options(command)]
    return "\n".join(lines) + "\n"


def _options(command: TyperCommand) -> list[str]:
    lines = ["| option | means |", "|---|---|"]
    for parameter in command.params:
        if isinstance(parameter, TyperArgument):
            name = (parameter.metavar or parameter.name or "").upper()
            lines.append(f"| `{name}` | {parameter.help or ''} |")
        elif isinstance(parameter, TyperOption):
            shown = parameter.show_default if isinstance(parameter.show_default, str) else parameter.default
            default = "" if shown in (None, False) else f" Default: {shown}."
            lines.append(f"| `{parameter.opts[0]}` | {parameter.help or ''}{default} |")
    return lines


def rules_page() -> str:
    """Return the page of rules and limits: what the audit checks, and the values of the bundled packs."""
    lines = [
        "# Rules and limits",
        "",
        "Made from the code by `python docs/generate.py`. **Not legal advice**: the packs are a reading of the law's",
        "text; provinces and contracts add to it. Any value can be overridden in `[labour]` of `plan.toml`.",
        "",
        "## What every roster is checked for",
        "",
        "`wfm audit` re-derives each rule from the files, with code of its own.",
        "",
        "| rule | says |",
        "|---|---|",
        *(f"| `{rule}` | {text} |" for rule, text in RULES.items()),
    ]
    for pack in pack_names():
        rules, sources = labour_rules([pack], {})
        lines += ["", f"## Pack `{pack}`", "", "| key | value | policy default | source |", "|---|---|---|---|"]
        defaults = LabourRules()
        for key in LabourRules.model_fields:
            value, default = _shown(getattr(rules, key)), _shown(getattr(defaults, key))
            lines.append(f"| `{key}` | {value} | {default} | {sources.get(key, 'policy')} |")
    return "\n".join(lines) + "\n"


def _shown(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def pages() -> dict[Path, str]:
    """Return every generated page with its text."""
    return {HERE / "commands.md": commands_page(), HERE / "rules.md": rules_page()}


if __name__ == "__main__":
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")
