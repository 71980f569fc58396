"""A hotline folder, loaded to be run: sound, or a mistake with the whole report."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dialplan.report import as_text
from ivr.app.mistakes import MistakeError, cannot_use
from ivr.app.places import Places, places
from ivr.config.environment import OVERRIDES
from ivr.config.load import load_hotline
from ivr.config.secrets import SecretMissingError
from ivr.flow.yaml_reader import Mapping

if TYPE_CHECKING:
    from pathlib import Path

    from ivr.config.load import Loaded
    from ivr.config.model import Hotline
    from ivr.flow.model import FlowSet
    from ivr.prompts.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class Ready:
    """A hotline that may take calls."""

    folder: Path
    source: Path
    """Where the text of its version is: the folder, or the kept copy of what was published."""
    hotline: Hotline
    flows: FlowSet
    catalogue: Catalogue
    places: Places
    loaded: Loaded


def load_ready(folder: Path) -> Ready:
    """Load a folder that is to be run, and make its state folders.

    Raises:
        MistakeError: it has errors, or something it needs is missing.
    """
    return ready_of(load_hotline(folder))


def ready_of(loaded: Loaded) -> Ready:
    """The same for a folder that has been loaded.

    Raises:
        MistakeError: it has errors, or something it needs is missing.
    """
    folder = loaded.folder
    if loaded.hotline is None or loaded.flows is None:
        report = as_text(loaded.diagnostics, loaded.sources, scope=loaded.scope)
        raise MistakeError(report.rstrip("\n"), exit_code=1)
    try:
        where = places(loaded.hotline, folder)
    except SecretMissingError as missing:
        raise MistakeError(str(missing)) from None
    try:
        where.make()
    except OSError as error:
        raise cannot_use(where.state, error) from None
    return Ready(folder, folder, loaded.hotline, loaded.flows, loaded.catalogue, where, loaded)


def place_of(ready: Ready, *path: str) -> str:
    """Where a setting comes from, for the end of a sentence: a variable, a line, or the file it could be put into."""
    variable = next((name for name, where in OVERRIDES.items() if where == path and os.environ.get(name)), None)
    if variable is not None:
        return f"the environment variable {variable}"
    node, line = ready.loaded.root, None
    for key in path:
        entry = node.find(key) if isinstance(node, Mapping) else None
        node, line = (entry.value, entry.value.span.line) if entry else (None, None)
    return f"{'.'.join(path)} in hotline.yaml" + (f", line {line}" if line else "")
