"""The hotline written into Asterisk's configuration folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dialplan.render import GENERATED, install
from dialplan.render import render as render_generated
from dialplan.report import as_text
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
    return tuple(written), unchanged


def _sure(ready: Ready, outcome: Outcome) -> Outcome:
    if outcome.refused:
        raise MistakeError(as_text(outcome.diagnostics, ready.loaded.sources).rstrip("\n"), 1)
    return outcome
