"""Docs are executed: every code block of README and docs runs, and says what it claims to say.

In a page, in order and in one folder made for it:

* ``console`` blocks: each ``$ command`` runs in a shell and must leave with 0 (or with N behind ``# exit N``); a line
  below it must occur in what it printed, where ``...`` stands for anything;
* any block after ``<!-- file: NAME -->`` is written to that file;
* ``python`` blocks run;
* ``sh`` blocks hold ``make`` and install lines, which can't run inside the tests that ``make`` runs: every target
  must exist (a dry run knows it).
"""

from __future__ import annotations

import os
import re
import runpy
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(
    r"(?:<!-- file: (?P<file>\S+) -->\s*\n)?^```(?P<kind>\w*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL
)
EXIT = re.compile(r"\s+# exit (\d+)$")


@dataclass(frozen=True)
class Block:
    """One code block: its language, its text, and the file it is to be written to."""

    kind: str
    body: str
    file: str


def blocks(page: Path) -> Iterator[Block]:
    """Yield the code blocks of a page."""
    for match in BLOCK.finditer(page.read_text(encoding="utf-8")):
        yield Block(match["kind"], match["body"], match["file"] or "")


def commands(body: str) -> Iterator[tuple[str, int, list[str]]]:
    """Yield each command of a console block with its wanted exit code and the lines it must print."""
    command, code, said = "", 0, list[str]()
    for line in body.splitlines():
        if line.startswith("$ "):
            if command:
                yield command, code, said
            wanted = EXIT.search(line)
            command, code, said = EXIT.sub("", line[2:]), int(wanted[1]) if wanted else 0, []
        elif line.strip() and line.strip() != "...":
            said.append(line.strip())
    if command:
        yield command, code, said


def run_command(command: str, code: int, said: list[str], folder: Path) -> None:
    """Run one command of a page and compare what it printed."""
    env = dict(os.environ, PATH=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", COLUMNS="160")
    done = subprocess.run(command, shell=True, cwd=folder, env=env, capture_output=True, text=True, check=False)
    printed = done.stdout + done.stderr
    assert done.returncode == code, f"{command}\n{printed}"
    squeezed = " ".join(printed.split())
    for line in said:
        pattern = ".*?".join(re.escape(" ".join(part.split())) for part in line.split("..."))
        assert re.search(pattern, squeezed), f"{command}\nexpected: {line}\ngot:\n{printed}"


def run_block(block: Block, folder: Path) -> None:
    """Do what a block says."""
    if block.file:
        target = folder / block.file
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(block.body, encoding="utf-8")
    elif block.kind == "console":
        for command, code, said in commands(block.body):
            run_command(command, code, said, folder)
    elif block.kind == "python":
        subprocess.run([sys.executable, "-c", block.body], cwd=folder, check=True)
    elif block.kind == "sh":
        for line in block.body.splitlines():
            if line.startswith("make "):
                subprocess.run(["make", "--dry-run", *shlex.split(line)[1:]], cwd=ROOT, check=True, capture_output=True)
    else:
        assert block.kind == "text", f"a block that nothing executes: {block.kind or 'no language'}\n{block.body[:200]}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_code_block_runs(page: Path, tmp_path: Path) -> None:
    """A reader who copies the blocks of a page one after the other gets what the page shows."""
    beside = page.with_suffix("")
    if page.parent.name == "docs" and beside.is_dir():
        shutil.copytree(beside, tmp_path, dirs_exist_ok=True)
    for block in blocks(page):
        run_block(block, tmp_path)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_inside_the_docs_lead_somewhere(page: Path) -> None:
    """Relative links point to files that exist."""
    for link in re.findall(r"\]\((?!http|#|mailto)([^)#]+)", page.read_text(encoding="utf-8")):
        assert (page.parent / link).exists(), link


def test_every_command_is_in_the_docs() -> None:
    """Every command has help and is named in the page of commands."""
    import cli

    text = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    for command in cli.app.registered_commands:
        name = command.name or (command.callback.__name__ if command.callback else "")
        assert command.callback is not None
        assert command.callback.__doc__
        assert f"`wfm {name}" in text, name


def test_generated_pages_are_those_that_the_code_makes() -> None:
    """``commands.md`` and ``rules.md`` are what ``python docs/generate.py`` writes today."""
    made = runpy.run_path(str(ROOT / "docs" / "generate.py"))["pages"]()
    for path, text in made.items():
        assert path.read_text(encoding="utf-8") == text, f"{path.name} is behind the code: python docs/generate.py"


def test_every_key_of_the_plan_is_in_the_docs() -> None:
    """The page of the plan folder names every key that ``plan.toml`` may have."""
    from wfm import plan

    text = (ROOT / "docs" / "plan-folder.md").read_text(encoding="utf-8")
    parts = (getattr(plan, name) for name in plan.__all__)
    models = [part for part in parts if isinstance(part, type)]
    keys = {key for model in models for key in getattr(model, "model_fields", {})}
    sections = {"plan", "queue", "target", "contract", "shift", "temporary", "requirement", "simulation", "roster"}
    missing = {key for key in keys - sections if f"`{key}`" not in text and f"[{key}]" not in text}
    assert not missing - {"labour", "limits", "costs", "forecast"}
