"""The schemas of a hotline as files, and the line in each of its own files that leads an editor to its schema."""

from __future__ import annotations

import json
import os
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from ivr.config.boards import FOLDER as BOARDS
from ivr.config.boards import names_of as names_on_boards
from ivr.config.dialogues import FOLDER as TESTS
from ivr.config.dialogues import load_dialogues
from ivr.config.dialogues import names_of as names_in_dialogues
from ivr.config.load import flow_defaults
from ivr.config.read import FILE
from ivr.flow.defaults import FlowDefaults
from ivr.schema.boards import boards_schema
from ivr.schema.dialogues import dialogues_schema
from ivr.schema.flow import flow_schema, verb_forms
from ivr.schema.names import names_of
from ivr.schema.prompts import prompts_schema
from ivr.schema.settings import settings_schema

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ivr.config.dialogues import Dialogues
    from ivr.config.load import Loaded
    from ivr.schema.outline import Schema

PLACE: Final = PurePosixPath(".hotline/schema")
"""Where the schemas of a hotline are, below its folder."""
KINDS: Final = ("flow", "hotline", "prompts", "dialogues", "board")
"""What `--print` can print."""
MARK: Final = "# yaml-language-server: $schema="
_IGNORED: Final = "# Made by hotline; nothing here needs to be kept.\n*\n"


def schemas(loaded: Loaded, tests: Dialogues | None = None) -> dict[str, Schema]:
    """Every schema of a hotline by the name of its file; none when its settings cannot be read.

    Args:
        loaded: the hotline.
        tests: its dialogues; they are read when they are not given.
    """
    defaults = flow_defaults(loaded.hotline.defaults) if loaded.hotline else FlowDefaults()
    names = names_of(loaded, defaults)
    if names is None:
        return {}
    verbs = verb_forms(names)
    made = {f"flows/{reading.name}.json": flow_schema(names, reading.name, verbs) for reading in loaded.readings}
    made["flow.json"] = flow_schema(names, verbs=verbs)
    made["hotline.json"] = settings_schema(names)
    made["prompts.json"] = prompts_schema(names)
    written = (tests or load_dialogues(loaded)).names
    made["dialogues.json"] = dialogues_schema(names_in_dialogues(loaded), names, written)
    made["board.json"] = boards_schema(names_on_boards(loaded), names)
    return made


def as_json(schema: Schema) -> str:
    """A schema as the text of its file."""
    return json.dumps(schema, ensure_ascii=False, indent=1) + "\n"


def write_schemas(loaded: Loaded, into: Path, tests: Dialogues | None = None) -> tuple[list[str], int]:
    """Write what has changed, take away what belongs to nothing any more.

    Returns:
        The names of the files that were written, and how many were right already.

    Raises:
        OSError: the folder cannot be written.
    """
    made = {name: as_json(schema) for name, schema in schemas(loaded, tests).items()}
    written = [name for name, text in made.items() if _write(into / name, text)]
    for path in (into / "flows").glob("*.json"):
        if f"flows/{path.name}" not in made:
            path.unlink()
    if into.as_posix().endswith(str(PLACE)):
        _write(into.parent / ".gitignore", _IGNORED)
    return sorted(written), len(made) - len(written)


def _write(path: Path, text: str) -> bool:
    """Put a text in its place, whole or not at all; False when it stands there already."""
    try:
        if path.read_text("utf-8") == text:
            return False
    except (OSError, UnicodeDecodeError):
        pass  # not there, or not ours: it is written
    path.parent.mkdir(parents=True, exist_ok=True)
    staged = path.with_name(f".{path.name}.{os.getpid()}")
    staged.write_text(text, "utf-8")
    staged.replace(path)
    return True


def header(name: str) -> str:
    """The line that leads an editor from a file of the hotline, `flows/main.yaml`, to its schema."""
    path = PurePosixPath(name)
    match path.parts:
        case ("hotline.yaml",):
            schema = "hotline.json"
        case ("flows", _):
            schema = f"flows/{path.stem}.json"
        case (folder, _) if folder == TESTS:
            schema = "dialogues.json"
        case (folder, _) if folder == BOARDS:
            schema = "board.json"
        case _:
            schema = "prompts.json"
    return f"{MARK}{'../' * (len(path.parts) - 1)}{PLACE}/{schema}"


def add_headers(folder: Path) -> list[str]:
    """Put the line into each file that has none; all other bytes stay. Returns the names of the files changed.

    Raises:
        OSError: a file cannot be read or written.
    """
    changed = []
    for path in _own_files(folder):
        data = path.read_bytes()
        name = path.relative_to(folder).as_posix()
        if MARK.partition(":")[0].encode() in data or _is_foreign(data):
            continue
        mark = b"\xef\xbb\xbf" if data.startswith(b"\xef\xbb\xbf") else b""
        ending = b"\r\n" if b"\r\n" in data else b"\n"
        staged = path.with_name(f".{path.name}.{os.getpid()}")
        staged.write_bytes(mark + header(name).encode() + ending + data[len(mark) :])
        staged.chmod(path.stat().st_mode)
        staged.replace(path)
        changed.append(name)
    return changed


def _is_foreign(data: bytes) -> bool:
    """Text in another encoding: `check` says so, nothing is put into it."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return True
    return False


def _own_files(folder: Path) -> Iterator[Path]:
    yield from (path for path in [folder / FILE] if path.is_file())
    for part in ("flows", "prompts", TESTS, BOARDS):
        yield from (path for path in sorted((folder / part).glob("*.yaml")) if path.is_file())
