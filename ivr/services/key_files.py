"""A file that holds secret keys: made once, by whichever process comes first, and readable by its owner only."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class KeyFileError(RuntimeError):
    """A key file cannot be used. The text names the file and what to do, never what is in it."""


def keys_in(path: Path, make: Callable[[], bytes]) -> tuple[bytes, ...]:
    """The keys of a file, one per line, newest first; a missing file is made with one key from `make`.

    Several processes may come at once: the file appears whole or not at all, and all read the one that won. A new key
    is put in by writing it above the old one; what the old one made stays good until that line is taken out.

    Raises:
        KeyFileError: the file is empty, cannot be read or made, or others may read it.
    """
    try:
        if not path.exists():
            _make(path, make())
        refuse_readable_by_others(path)
        lines = path.read_bytes().split()
    except OSError as failure:
        raise KeyFileError(f"{path}: {failure.strerror or failure}") from failure
    if not lines:
        raise KeyFileError(f"{path}: an empty key file; remove it, and a new one is made")
    return tuple(lines)


def refuse_readable_by_others(path: Path) -> None:
    """Look at a key file's mode; one that is not there yet will be made rightly.

    Raises:
        KeyFileError: others may read it, or it cannot be looked at.
    """
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except FileNotFoundError:
        return
    except OSError as failure:
        raise KeyFileError(f"{path}: {failure.strerror or failure}") from failure
    if mode & 0o077:
        raise KeyFileError(f"{path}: others may read this key file (mode {mode:04o}); chmod 600 it")


def _make(path: Path, key: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # made with mode 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(key + b"\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(name, path)  # unlike rename, never replaces the key another process has begun to use
        except FileExistsError:
            pass  # another process was first: its key is ours
    finally:
        Path(name).unlink()
