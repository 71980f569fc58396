"""Whose the files are that an admin makes: the service's, also when he types `sudo hotline publish`.

The service runs as a user of its own, to whom the state folder belongs. What root makes there would be root's, and
could be neither replaced nor read by the service.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

PRIVATE: Final = 0o700
"""Flows and records are nobody else's business; sounds are Asterisk's, too."""
_ROOT: Final = 0


def make_private(folder: Path) -> None:
    """Make a folder that only its owner looks into; one that is there stays as it is.

    Raises:
        OSError: it cannot be made.
    """
    if folder.is_dir():
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(mode=PRIVATE, exist_ok=True)
    give(folder, folder.parent)


def give(what: Path, like: Path) -> None:
    """Give files that root has made to the owner and group of `like`, with all below; nothing as another user.

    Raises:
        OSError: they cannot be given.
    """
    if os.geteuid() != _ROOT:
        return
    user, group = _owner(like)
    if user == _ROOT:
        return
    _give(what, user, group)
    for folder, folders, files in os.walk(what):
        for name in (*folders, *files):
            _give(Path(folder) / name, user, group)


def _give(path: Path, user: int, group: int) -> None:
    if _owner(path)[0] == _ROOT:  # another's stays his
        os.chown(path, user, group, follow_symlinks=False)


def _owner(path: Path) -> tuple[int, int]:
    told = path.lstat()
    return told.st_uid, told.st_gid
