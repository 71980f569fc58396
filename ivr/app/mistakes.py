"""What a person did wrong or has to mend, told in one line; the command line prints it and ends with its exit code."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class MistakeError(Exception):
    """Something outside the program has to be mended first.

    Attributes:
        exit_code: 1 for what is wrong in the hotline's files, 2 for what is wrong around them.
    """

    def __init__(self, message: str, exit_code: int = 2) -> None:
        super().__init__(message)
        self.exit_code = exit_code


def cannot_listen(what: str, address: str, error: OSError, setting: str) -> MistakeError:
    """A port or socket that cannot be had, with who may have it and what to change: `setting` says where it is set."""
    if error.errno == errno.EADDRINUSE:
        why = "another program listens there already (is the hotline running twice?)"
    elif error.errno in {errno.EACCES, errno.EPERM}:
        why = "this user may not listen there"
    elif error.errno == errno.EADDRNOTAVAIL:
        why = "this machine has no such address"
    else:
        why = error.strerror or str(error)
    return MistakeError(f"{what} cannot listen on {address}: {why}; change {setting}")


def cannot_use(folder: Path, error: OSError) -> MistakeError:
    """A folder that cannot be made or written."""
    return MistakeError(f"{folder} cannot be used: {error.strerror or error}; change state_dir or HOTLINE_STATE_DIR")
