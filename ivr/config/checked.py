"""Everything `hotline check` says: what loading shows, and recordings, which are else read when prompts are built."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from dialplan.diagnostics import Diagnostic, has_errors
from dialplan.source import Span
from ivr.config.load import load_hotline
from ivr.config.regular import read_regular, refuse_others, told
from ivr.prompts.catalogue import ALL
from ivr.prompts.recordings import find_recordings, unusable, wav_files
from ivr.prompts.wav import UnusableAudio, read_head

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from ivr.config.load import Loaded

_READABLE: Final = "a readable file of this folder"
_LARGEST_SCRIPT: Final = 1_000_000
"""Bytes; a script that talks to a caller has a few thousand."""


def check_hotline(folder: Path, environ: Mapping[str, str] | None = None) -> Loaded:
    """Read and check a hotline, its recordings included; nothing is raised.

    A recording's beginning is looked at, not its sound: silence is found when prompts are built.
    """
    loaded = load_hotline(folder, environ)
    loaded = replace(loaded, diagnostics=(*loaded.diagnostics, *_unreadable_scripts(folder)))
    place = folder / "prompts"
    if not any((place / name).is_dir() for name in (*loaded.catalogue.languages, ALL)):
        return loaded
    return replace(loaded, diagnostics=(*loaded.diagnostics, *_recordings(loaded, folder), *_no_files(folder, place)))


def _recordings(loaded: Loaded, folder: Path) -> Iterator[Diagnostic]:
    """P013 to P015: recordings that nobody would hear, or that cannot become a sound."""
    place = folder / "prompts"
    if not has_errors(each for each in loaded.diagnostics if each.code.startswith("P")):
        yield from find_recordings(loaded.catalogue, place)[1]  # else one may belong to a sentence with a mistake
    for path, shown in wav_files(loaded.catalogue, place):
        try:
            refuse_others(path, folder)
            with path.open("rb") as file:
                read_head(file, path.stat().st_size)
        except UnusableAudio as error:
            yield unusable(shown, str(error))
        except OSError as error:
            yield Diagnostic("C009", "error", None, f"the file cannot be read ({told(error)})", _READABLE, file=shown)


def _no_files(folder: Path, place: Path) -> Iterator[Diagnostic]:
    """What is called like a recording and is a pipe, a folder or a link to nowhere: it would be left out silently."""
    for path in sorted(place.glob("*/**/*.wav")):
        if not path.is_file():
            try:
                refuse_others(path, folder)
            except OSError as error:
                name = path.relative_to(folder).as_posix()
                yield Diagnostic(
                    "C009", "error", None, f"the file cannot be read ({told(error)})", _READABLE, file=name
                )


def _unreadable_scripts(folder: Path) -> Iterator[Diagnostic]:
    """C017: a script Python cannot read, which would fail while a caller waits."""
    for path in sorted((folder / "scripts").glob("*.py")):
        name = f"scripts/{path.name}"
        try:
            ast.parse(read_regular(path, folder, _LARGEST_SCRIPT))
        except OSError:
            continue  # told already
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            line = error.lineno if isinstance(error, SyntaxError) else None
            column = (error.offset or 1) if isinstance(error, SyntaxError) else 1
            said = error.msg if isinstance(error, SyntaxError) else str(error) or "nested too deeply"
            at = Span(name, line, max(1, column)) if line else None
            yield Diagnostic("C017", "error", at, f"Python cannot read it: {said}", "a script for Python 3", file=name)
