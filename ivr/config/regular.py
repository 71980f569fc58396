"""Files of a hotline's folder, read so that nothing can hold up or mislead whoever reads them."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

_KINDS: Final = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


class NotAFileError(OSError):
    """There is something of this name, and it is no file of this folder."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what
        """What it is, in the words of a message: `it is a pipe`."""


def read_regular(path: Path, within: Path, most: int) -> bytes:
    """The bytes of a file below `within`, at most `most` of them.

    A pipe would be waited for and a device may have no end, so neither is opened. A link that leads out of the folder
    is refused: a hotline is one folder, and its report must not show files of the machine it is checked on.

    Raises:
        NotAFileError: it is no file, or not one of this folder.
        OSError: it is not there, or cannot be read.
    """
    refuse_others(path, within)
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(descriptor, "rb") as file:  # noqa: PTH123 - of a descriptor, which is asked once more what it is
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise NotAFileError("it is no file")
        return file.read(most)


def told(error: OSError) -> str:
    """Why a file cannot be read, in a few words."""
    return error.what if isinstance(error, NotAFileError) else error.strerror or type(error).__name__


def refuse_others(path: Path, within: Path) -> None:
    """Raise for what is no file of this folder, without opening it.

    Raises:
        NotAFileError: it is no file, or not one of this folder.
        OSError: it is not there.
    """
    mode = path.stat().st_mode
    if not stat.S_ISREG(mode):
        raise NotAFileError(f"it is {_KINDS.get(stat.S_IFMT(mode), 'no file')}")
    if not path.resolve().is_relative_to(within.resolve()):
        raise NotAFileError("it leads out of the hotline's folder")
