"""Files that are complete or not there: written beside their target, flushed to disk, and only then all renamed."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from wfm.errors import InputError, Problem

__all__ = ["check_writable", "write_all"]


def check_writable(folder: Path) -> None:
    """Raise InputError when results can't be written into ``folder``, made or not: told before the work, not after."""
    at = folder
    while not at.exists() and at != at.parent:
        at = at.parent
    if not at.is_dir():
        raise InputError([_problem(folder, NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(at)))])
    if not os.access(at, os.W_OK | os.X_OK):
        raise InputError([_problem(folder, PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(at)))])


def write_all(folder: Path, files: Mapping[str, str | bytes]) -> None:
    """Write ``files`` (name -> content; text as UTF-8) into ``folder``, all or none.

    Every file is first written and synced under a temporary name in the same folder; the renames come last. When
    one of them fails, those before it are undone, so the folder holds the last complete set. No temporary file stays.

    Raises
    ------
    InputError
        When the folder can't be made or a file in it can't be written.
    ValueError
        When a name is not a plain file name.
    """
    for name in files:
        if Path(name).name != name:
            raise ValueError(f"expected a plain file name, got '{name}'")
    staged: dict[Path, Path] = {}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            target = folder / name
            staged[target] = _beside(target, "new")
            _write_synced(staged[target], content.encode() if isinstance(content, str) else content)
        _replace_all(staged)
        _sync_folder(folder)
    except OSError as error:
        raise InputError([_problem(folder, error)]) from error
    finally:
        for temporary in staged.values():
            temporary.unlink(missing_ok=True)


def _problem(folder: Path, error: OSError) -> Problem:
    reason = error.strerror or str(error)
    blamed = error.filename2 or error.filename or folder
    name = Path(os.fsdecode(blamed)).name
    message = (
        f"can't write the results here ({reason}: {name}); nothing was changed. Choose another folder with --out, free "
        "some space, or close the file in other programs"
    )
    return Problem(str(folder), 0, "", message)


def _beside(target: Path, role: str) -> Path:
    # A leading dot keeps the file out of listings; the process number keeps two runs apart.
    return target.with_name(f".{target.name}.{os.getpid()}.{role}.tmp")


def _write_synced(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _replace_all(staged: Mapping[Path, Path]) -> None:
    kept = {target: _beside(target, "old") for target in staged if target.exists()}
    done: list[Path] = []
    try:
        for target, old in kept.items():
            _keep(target, old)
        for target, temporary in staged.items():
            os.replace(temporary, target)
            done.append(target)
    except BaseException:
        _undo(done, kept)
        raise
    finally:
        for old in kept.values():
            old.unlink(missing_ok=True)


def _undo(done: list[Path], kept: Mapping[Path, Path]) -> None:
    for target in done:
        if target in kept:
            os.replace(kept[target], target)
        else:
            target.unlink(missing_ok=True)


def _keep(target: Path, old: Path) -> None:
    try:
        os.link(target, old)
    except OSError:  # file systems without hard links
        shutil.copy2(target, old)


def _sync_folder(folder: Path) -> None:
    # Makes the renames themselves survive a power cut; Windows can't open folders and needs no such call.
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
