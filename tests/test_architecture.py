"""The house stays in order: imports go one way, and the way in is light."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAY_IMPORT = {
    "wfm": {"wfm"},
    "forecasting": {"wfm", "forecasting"},
    "scheduling": {"wfm", "scheduling"},
    "data": {"wfm", "data"},
    "scenarios": {"wfm", "forecasting", "scheduling", "scenarios"},
    "cli": {"wfm", "forecasting", "scheduling", "scenarios", "data"},
}
OUTSIDE_THE_CORE = {"ortools", "prophet", "statsmodels", "pandas", "typer", "rich", "openpyxl", "pyarrow", "pathlib"}
HEAVY = ("prophet", "statsmodels", "ortools", "numba", "pandas")


def sources(room: str) -> list[Path]:
    """Return the files of a room."""
    return [ROOT / "cli.py"] if room == "cli" else sorted((ROOT / room).rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    """Yield the top-level names that a file imports, anywhere in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module.split(".")[0]


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_imports_between_rooms_go_one_way(room: str) -> None:
    """No room imports a room above or beside it."""
    forbidden = set(MAY_IMPORT) - MAY_IMPORT[room]
    found = {(path.name, name) for path in sources(room) for name in imported(path) if name in forbidden}
    assert not found


def test_the_core_knows_neither_disk_nor_terminal_nor_solver() -> None:
    """``wfm`` is pure: no file, no table library, no solver, no forecaster."""
    found = {(path.name, name) for path in sources("wfm") for name in imported(path) if name in OUTSIDE_THE_CORE}
    assert not found


def test_only_the_command_line_prints() -> None:
    """``print`` and ``sys.stdout`` appear in no room."""
    for room in set(MAY_IMPORT) - {"cli"}:
        for path in sources(room):
            text = path.read_text(encoding="utf-8")
            assert "sys.stdout" not in text, path
            calls = (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call))
            assert not any(isinstance(call.func, ast.Name) and call.func.id == "print" for call in calls), path


def test_help_imports_nothing_heavy() -> None:
    """``wfm --help`` answers without prophet, statsmodels, ortools, numba or pandas."""
    code = (
        "import sys, cli\n"
        "from typer.testing import CliRunner\n"
        "assert CliRunner().invoke(cli.app, ['--help']).exit_code == 0\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("room", ["forecasting", "scheduling", "scenarios", "data"])
def test_nothing_calls_the_global_random_state(room: str) -> None:
    """Random numbers come from a generator with a seed, never from global state."""
    for path in sources(room):
        text = path.read_text(encoding="utf-8")
        assert "np.random.seed" not in text, path
        assert "import random" not in text, path
