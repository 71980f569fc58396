"""The files of a log: plain or packed, looked at, opened, and put into the order they were written in."""

from __future__ import annotations

import bz2
import gzip
import lzma
import zlib
from typing import IO, TYPE_CHECKING, Final, cast

from ami_bridge.queue_log.place import Mark, Seen, digest_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

BROKEN_PACKING: Final = (EOFError, zlib.error, lzma.LZMAError)
"""What reading a packed file raises, beside OSError, when it is cut or no such file."""

_OPENERS: Final[Mapping[str, Callable[[Path], IO[bytes]]]] = {
    ".gz": lambda path: cast("IO[bytes]", gzip.open(path)),  # noqa: SIM115 - closed by who asked for it
    ".bz2": lambda path: cast("IO[bytes]", bz2.open(path)),  # noqa: SIM115 - closed by who asked for it
    ".xz": lambda path: cast("IO[bytes]", lzma.open(path)),  # noqa: SIM115 - closed by who asked for it
}


def open_log(path: Path) -> IO[bytes]:
    """The file for reading, unpacked on the way where its name says that it is packed.

    Raises:
        OSError: it cannot be opened.
    """
    opener = _OPENERS.get(path.suffix)
    return opener(path) if opener else path.open("rb")


def look(path: Path, mark: Mark | None = None) -> Seen:
    """What is to be known of a file before it is read, and whether the mark's last line stands in it.

    Raises:
        OSError, EOFError: it is not there, cannot be read, or is not packed as it says.
    """
    status = path.stat()
    found = False
    if mark is not None and mark.digest and (path.suffix in _OPENERS or status.st_size >= mark.offset):
        with open_log(path) as file:
            found = holds(file, mark, mark.offset)
    file_id = f"{status.st_dev:x}:{status.st_ino:x}"
    return Seen(path.name, file_id, status.st_size, status.st_mtime_ns, found)


def holds(file: IO[bytes], mark: Mark, offset: int) -> bool:
    """Whether the mark's last line stands right before ``offset``; so it always does at the beginning."""
    if offset == 0 or not mark.digest or offset != mark.offset:
        return True
    file.seek(offset - mark.size)
    return digest_of(file.read(mark.size)) == mark.digest
