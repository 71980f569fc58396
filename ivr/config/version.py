"""The version of what callers hear: the same content is the same version, on every machine and in every layout."""

from __future__ import annotations

import hashlib
import json
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from ivr.flow.yaml_reader import Mapping, plain

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping as Table

    from ivr.flow.load import FlowReading
    from ivr.flow.yaml_reader import Node
    from ivr.prompts.catalogue import Catalogue

NOT_HEARD: Final = frozenset(
    {
        "hotline",
        "title",
        "node",
        "agents",
        "trunks",
        "agi",
        "ami",
        "wallboard",
        "sip",
        "database_url",
        "state_dir",
        "queue_log",
        "queue_log_olddir",
        "keep",
    }
)
"""Settings a caller cannot tell: a change of them is no new version of the flows."""
RETIRED: Final = frozenset({"keep_evidence"})
"""The same, of earlier versions of hotline: what was published with them is what it was."""
_DIGITS: Final = 12
"""Hex digits that are kept: 48 bits, enough for every version a hotline will ever have."""


def version_of(
    settings: Node | None,
    readings: Iterable[FlowReading],
    catalogue: Catalogue,
    scripts: Table[str, bytes],
    recordings: Table[str, str],
) -> str:
    """First 12 hex digits of a SHA-256 over everything that decides what callers hear.

    Comments, quotes, indents and line ends make no difference; sentences, scripts, recordings, every value and their
    order do. Which program a machine speaks with, and its own version, is not among it: one folder is one version.

    Args:
        settings: `hotline.yaml`.
        readings: the flows.
        catalogue: the sentences.
        scripts: classic scripts and what they read, by name.
        recordings: what is said by a person, and a hash of how (`ivr.config.recorded`).
    """
    heard = plain(settings) if isinstance(settings, Mapping) else {}
    content = {
        "settings": {name: value for name, value in heard.items() if name not in NOT_HEARD | RETIRED}
        if isinstance(heard, dict)
        else {},
        "flows": {reading.name: plain(reading.root) if reading.root else None for reading in readings},
        "prompts": catalogue.written,
        "scripts": {name: hashlib.sha256(data).hexdigest() for name, data in scripts.items()},
    }
    if recordings:  # without any a version has the same name as before recordings were part of it
        content["recordings"] = dict(sorted(recordings.items()))
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), default=_number)
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]


def _number(value: object) -> str:
    if isinstance(value, Decimal):
        return f"decimal {value}"
    raise TypeError(type(value).__name__)
