"""Writes the pages that are made from the code: ``commands.md``, ``rules.md`` and ``platform-targets.md``.

Run ``python docs/generate.py`` after a change; a test fails when a page is behind the code.
"""

from __future__ import annotations

from pathlib import Path

import typer.main
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

import cli
from data.packs import labour_rules, pack_names
from data.platform_packs import TargetPack, platforms
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


TARGETS_HEAD = """\
# Platform targets

Made from `data/bundled/platforms` by `python docs/generate.py`. How selling platforms measure the service of their
shops, as targets that a plan takes over by name:

```text
[[queue.target]]
pack = "jd.first_30s"
confidence = 0.9      # any key beside `pack` wins over the pack's
```

**None of this is the platforms' own word.** It was read from merchant sites, vendors, exports and public programs, each
named below with the year of which it speaks; what is inferred says so. Platforms change these rules: compare with your
backend and put other numbers beside `pack`. Where no threshold is official, the plan must give `share` (or `seconds`).
A pack does not depend on the queue's `platform`, which says whose events move the queue; `wfm check` tells when the two
differ.

`count`: `round` is every reply to a message, `customer` a customer with all messages of a day answered in time; both
need `rounds` and `reply_seconds` of the queue. `30_days` takes the past days from
[`attained.csv`](plan-folder.md#targets-over-30-days). All keys are explained in
[the plan folder](plan-folder.md#queuetarget)."""

NOT_MODELLED = """
## What the sources name and no target expresses

* JD: share of sessions that become messages (留言), below 50 % a month: the plan has no contacts outside opening hours.
* Taobao: rounds of 0 seconds, which Tmall leaves out of its average; rounds in which a person sends what a bot wrote.
* Douyin: answers that are judged perfunctory, and dissatisfaction. JD, Kuaishou: ratings.
"""


def targets_page() -> str:
    """Return the page of platform targets, from the bundled packs."""
    lines = [TARGETS_HEAD]
    for platform in platforms():
        lines += ["", f"## {platform.title} {platform.title_zh}", "", platform.notice, ""]
        lines += ["| `pack` | promise | details | as of | read from |", "|---|---|---|---|---|"]
        lines += [_target_row(pack) for pack in platform.targets]
        lines += ["", *(f"* `{pack.name}`: {pack.notice}{_advice(pack)}" for pack in platform.targets if pack.notice)]
    return "\n".join(lines) + "\n" + NOT_MODELLED


def _target_row(pack: TargetPack) -> str:
    shown = [f"`{key} = {_toml(value)}`" for key, value in pack.keys.items() if key not in ("metric", *_PROMISE)]
    cells = (f"`{pack.name}`<br>{pack.title}<br>{pack.title_zh}", _promise(pack), "<br>".join(shown), pack.as_of)
    return f"| {' | '.join(cells)} | {pack.source} |"


_PROMISE = ("seconds", "share")


def _promise(pack: TargetPack) -> str:
    """Return the metric and its threshold; what the plan must give as an ellipsis."""
    keys = [key for key in _PROMISE if key in pack.keys or key == pack.missing]
    numbers = (f"`{key} = {'...' if key == pack.missing else _toml(pack.keys[key])}`" for key in keys)
    return "<br>".join((f"`{pack.keys['metric']}`", *numbers))


def _toml(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else f"{value:g}"


def _advice(pack: TargetPack) -> str:
    return f" For orientation: {pack.advice}." if pack.advice else ""


def pages() -> dict[Path, str]:
    """Return every generated page with its text."""
    made = {"commands.md": commands_page(), "rules.md": rules_page(), "platform-targets.md": targets_page()}
    return {HERE / name: text for name, text in made.items()}


if __name__ == "__main__":
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")
