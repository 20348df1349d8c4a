"""Tests of complete-or-nothing writing."""

import os
import stat
import sys
from pathlib import Path

import pytest

from data.write import write_all
from wfm.errors import InputError


def _content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_files_hold_exactly_what_was_given(tmp_path: Path) -> None:
    """Text goes out as UTF-8 without changing its line ends, bytes as they are; missing folders are made."""
    folder = tmp_path / "out" / "base"
    write_all(folder, {"a.csv": "名\n", "b.bin": b"\r\n\x00"})
    assert _content(folder) == {"a.csv": "名\n".encode(), "b.bin": b"\r\n\x00"}


def test_old_files_are_replaced_and_others_stay(tmp_path: Path) -> None:
    """A second run replaces its own files and leaves no temporary ones."""
    write_all(tmp_path, {"a.csv": "old", "other.csv": "kept"})
    write_all(tmp_path, {"a.csv": "new"})
    assert _content(tmp_path) == {"a.csv": b"new", "other.csv": b"kept"}


def test_failing_write_leaves_the_last_complete_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the disk is full at the second file, the first file's old content is still there and nothing else."""
    write_all(tmp_path, {"a.csv": "old", "b.csv": "old"})
    calls: list[int] = []

    def full_disk(handle: int) -> None:
        calls.append(handle)
        if len(calls) == 2:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(InputError, match="No space left"):
        write_all(tmp_path, {"a.csv": "new", "b.csv": "new"})
    assert _content(tmp_path) == {"a.csv": b"old", "b.csv": b"old"}


def test_failing_rename_is_undone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the last file can't be replaced (open in another program), those before it are put back."""
    write_all(tmp_path, {"a.csv": "old", "c.csv": "old"})
    replace = os.replace

    def locked(source: Path, target: Path) -> None:
        if Path(target).name == "c.csv":
            raise PermissionError(13, "Permission denied", str(source), None, str(target))
        replace(source, target)

    monkeypatch.setattr(os, "replace", locked)
    with pytest.raises(InputError, match=r"c\.csv"):
        write_all(tmp_path, {"a.csv": "new", "b.csv": "new", "c.csv": "new"})
    assert _content(tmp_path) == {"a.csv": b"old", "c.csv": b"old"}


def test_interruption_between_renames_is_undone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C in the middle of the renames leaves the last complete set too."""
    write_all(tmp_path, {"a.csv": "old", "b.csv": "old"})
    replace = os.replace

    def stopped(source: Path, target: Path) -> None:
        if str(source).endswith(".new.tmp") and Path(target).name == "b.csv":
            raise KeyboardInterrupt
        replace(source, target)

    monkeypatch.setattr(os, "replace", stopped)
    with pytest.raises(KeyboardInterrupt):
        write_all(tmp_path, {"a.csv": "new", "b.csv": "new"})
    assert _content(tmp_path) == {"a.csv": b"old", "b.csv": b"old"}


def test_a_folder_that_is_a_file_is_a_problem_of_the_input(tmp_path: Path) -> None:
    """The error names the folder and a way out instead of a traceback."""
    blocked = tmp_path / "out"
    blocked.write_text("a file")
    with pytest.raises(InputError) as error:
        write_all(blocked / "base", {"a.csv": "x"})
    assert str(blocked) in error.value.problems[0].file
    assert "--out" in error.value.problems[0].message
    assert blocked.read_text() == "a file"


def test_names_that_leave_the_folder_are_refused(tmp_path: Path) -> None:
    """Only plain file names are taken."""
    with pytest.raises(ValueError, match="plain file name"):
        write_all(tmp_path, {"../a.csv": "x"})


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX file modes")
def test_files_can_be_read_by_colleagues(tmp_path: Path) -> None:
    """Results get the usual mode of new files (umask), not the private one of temporary files."""
    write_all(tmp_path, {"a.csv": "x"})
    plain = tmp_path / "plain"
    plain.write_text("x")
    assert stat.S_IMODE((tmp_path / "a.csv").stat().st_mode) == stat.S_IMODE(plain.stat().st_mode)
