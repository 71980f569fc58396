"""Which file says a stretch of speech: the record a build leaves, one for the draft and one for each version.

A sound file is named by the hash of all it was made from, and is never overwritten: another recording or another voice
of the same words is another file beside it. Which of them a caller hears is told by the record of the version the call
began with.
"""

from __future__ import annotations

import json
import os
import threading
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

DRAFT: Final = "draft.json"
"""In the folder of sounds: what the last build of the hotline's folder made."""
_BEFORE: Final = "made.json"
"""The same, as it was written while a sound was still named by its words alone."""


class BrokenMadeError(Exception):
    """A record is there and cannot be read."""


@dataclass(frozen=True, slots=True)
class Made:
    """One sound."""

    key: str
    """Hash of all it was made from."""
    ms: int
    source: str
    """The recording's name, or `voice`."""
    file: str
    """Its name in the folder of its language, without an ending."""


def read_made(path: Path) -> dict[str, Made] | None:
    """A record: `<language>/<id of the words>` to what says them; None when there is none.

    Raises:
        BrokenMadeError: it is not as it was written.
        OSError: it cannot be read.
    """
    try:
        told = json.loads(path.read_bytes())
        return {name: _made(name, one) for name, one in told.items()}
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise BrokenMadeError(f"{path} is not as it was written") from None


def read_draft(sounds_dir: Path) -> dict[str, Made]:
    """What the last build made; nothing when its record is missing or damaged, whereupon it is found out anew."""
    for name in (DRAFT, _BEFORE):
        try:
            found = read_made(sounds_dir / name)
        except (BrokenMadeError, OSError):
            return {}
        if found is not None:
            return found
    return {}


def write_made(path: Path, made: Mapping[str, Made]) -> None:
    """Write a record, whole or not at all; a file that says so already stays as it is.

    Raises:
        OSError: it cannot be written.
    """
    told = {name: asdict(one) for name, one in sorted(made.items())}
    replace_changed(path, json.dumps(told, ensure_ascii=False, indent=0).encode())


def replace_changed(path: Path, content: bytes) -> None:
    """Replace a file unless it holds this already.

    Raises:
        OSError: it cannot be written.
    """
    if not path.is_file() or path.read_bytes() != content:
        put_whole(path, content)


def put_whole(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, and readable by Asterisk's own user.

    Raises:
        OSError: it cannot be written.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}")
    try:
        draft.write_bytes(content)
        draft.chmod(0o644)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _made(name: str, told: Mapping[str, object]) -> Made:
    by_words = name.rpartition("/")[2]
    return Made(str(told["key"]), int(str(told["ms"])), str(told["source"]), str(told.get("file", by_words)))
