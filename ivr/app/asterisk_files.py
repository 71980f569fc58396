"""The hotline written into Asterisk's configuration folder."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from dialplan.render import GENERATED, install
from dialplan.render import render as render_generated
from dialplan.report import as_text
from ivr.app.cel_file import cel_file
from ivr.app.mistakes import MistakeError
from ivr.app.switch import switch_of
from ivr.config.secrets import SecretMissingError

if TYPE_CHECKING:
    from pathlib import Path

    from dialplan.folder import Outcome
    from ivr.app.loading import Ready


def write_asterisk_files(ready: Ready, folder: Path, *, only_generated: bool) -> tuple[tuple[str, ...], int]:
    """Write the generated folder, and beside it the configuration we ship unless that is not wanted.

    Returns:
        The files written, relative to `folder`, and how many were right already.

    Raises:
        MistakeError: a secret is missing, a value cannot be written, or a hand-written file is in the way.
    """
    try:
        switch = switch_of(ready.hotline, ready.folder, ready.places.sounds, ready.flows)
    except SecretMissingError as missing:
        raise MistakeError(str(missing)) from None
    generated = _sure(ready, render_generated(switch, folder / GENERATED))
    written = [f"{GENERATED}/{name}" for name in generated.written]
    unchanged = len(generated.unchanged)
    if not only_generated:
        shipped = _sure(ready, install(folder))
        written += shipped.written
        unchanged += len(shipped.unchanged)
        _make_room(cel_file(ready.hotline).parent)
    return tuple(written), unchanged


def _make_room(folder: Path) -> None:
    """Make the folder Asterisk writes its channel events to, where its logs are on this machine and we may.

    Asterisk does not make it, and complains of every event while it is missing (cdrel_custom/writers.c, 22.10.1).
    """
    logs = folder.parent
    if folder.exists() or not logs.is_dir():
        return
    owner = logs.stat()
    try:
        folder.mkdir(mode=0o750)
    except OSError:
        return  # docs/asterisk.md says how to make it by hand
    try:
        os.chown(folder, owner.st_uid, owner.st_gid)
        folder.chmod(stat.S_IMODE(owner.st_mode))
    except OSError:
        folder.rmdir()  # ours alone, it would be no use to Asterisk


def _sure(ready: Ready, outcome: Outcome) -> Outcome:
    if outcome.refused:
        raise MistakeError(as_text(outcome.diagnostics, ready.loaded.sources).rstrip("\n"), 1)
    return outcome
