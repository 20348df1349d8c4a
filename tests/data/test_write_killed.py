"""What a kill (power cut, out of memory) leaves in the results folder: nothing can be undone any more then."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from data.write import write_all

NAMES = ("activities.csv", "roster.csv", "summary.json")
# A process that dies at a call of a function of `os`, while it writes new results over old ones.
DYING = """
import os, signal, sys
from pathlib import Path
from data.write import write_all

name, last, calls = sys.argv[2], int(sys.argv[3]), []
real = getattr(os, name)

def dying(*arguments, **options):
    calls.append(name)
    if len(calls) == last:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(*arguments, **options)

setattr(os, name, dying)
write_all(Path(sys.argv[1]), {file: "new" * 100_000 for file in sys.argv[4:]})
"""


def killed(folder: Path, call: str, number: int) -> list[str]:
    """Return the results after a process was killed at a call while it wrote new ones over old ones."""
    write_all(folder, dict.fromkeys(NAMES, "old" * 100000))
    done = subprocess.run([sys.executable, "-c", DYING, str(folder), call, str(number), *NAMES], check=False)
    assert done.returncode == -9
    return [(folder / name).read_text(encoding="utf-8") for name in NAMES]


@pytest.mark.parametrize(("call", "number"), [("fsync", 1), ("fsync", 3), ("link", 2), ("replace", 1)])
def test_a_kill_before_the_first_rename_leaves_the_last_results(tmp_path: Path, call: str, number: int) -> None:
    """While the new files are written, synced or the old ones kept aside: all old, all whole."""
    assert killed(tmp_path, call, number) == ["old" * 100_000] * 3


@pytest.mark.parametrize("number", [2, 3])
def test_a_kill_between_the_renames_leaves_whole_files(tmp_path: Path, number: int) -> None:
    """Each file is the old or the new one, never part of one; the next run replaces them all."""
    assert set(killed(tmp_path, "replace", number)) == {"old" * 100_000, "new" * 100_000}
    write_all(tmp_path, dict.fromkeys(NAMES, "next"))
    assert [(tmp_path / name).read_text(encoding="utf-8") for name in NAMES] == ["next"] * 3
