"""`hotline diff`: two versions of a hotline, from folders or from git, compared by what they mean."""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
import tarfile
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from dialplan.report import as_text
from ivr.app.mistakes import MistakeError
from ivr.cli.diff_forms import as_json, as_markdown, report
from ivr.cli.rehearsal_text import Colors
from ivr.compare.comparing import compare
from ivr.compare.edition import edition_of
from ivr.config.dialogues import load_dialogues
from ivr.config.load import load_hotline
from ivr.config.regular import read_regular
from ivr.config.script_files import script_names
from ivr.prompts.catalogue import ALL

if TYPE_CHECKING:
    from ivr.compare.edition import Edition

FORMS: Final = ("text", "json", "markdown")
_GIT: Final = "git:"
_GIT_S: Final = 60
"""Seconds git may take for one answer."""
_LARGEST: Final = 100_000_000
"""Bytes of one recording or script that are looked at."""


def diff(old: str, new: str, form: str) -> int:
    """Print what is different; 0 when nothing is, else 1.

    Raises:
        MistakeError: one of the two cannot be read or has mistakes, or there is no such format (exit code 2).
    """
    if form not in FORMS:
        raise MistakeError(f"unknown format '{form}'; expected {', '.join(FORMS)}")
    with ExitStack() as stack:
        before, after = (edition(_folder(one, other, stack), one) for one, other in ((old, new), (new, old)))
        found = compare(before, after)
    match form:
        case "json":
            typer.echo(as_json(found), nl=False)
        case "markdown":
            typer.echo(as_markdown(found, (old, new)), nl=False)
        case _:
            typer.echo(report(found, (old, new), Colors(on=sys.stdout.isatty())), nl=False)
    return 0 if found.is_empty else 1


def edition(folder: Path, named: str) -> Edition:
    """A hotline of a folder, with its scripts, recordings and dialogues.

    Raises:
        MistakeError: it has mistakes, or something of it cannot be read.
    """
    loaded = load_hotline(folder)
    if not loaded.is_sound:
        errors = [each for each in loaded.diagnostics if each.severity == "error"]
        told = as_text(errors, loaded.sources, color=sys.stderr.isatty()).rstrip("\n")
        raise MistakeError(f"nothing was compared, {named} has mistakes\n{told}")
    dialogues = load_dialogues(loaded)  # mistakes in them are told by `check` and `test`; the others serve
    scripts = {name: _digest(path, folder) for name, path in script_names(folder / "scripts").items()}
    recordings = {
        (language, path.relative_to(place).as_posix()): _digest(path, folder)
        for language in (*loaded.catalogue.languages, ALL)
        for place in (folder / "prompts" / language,)
        for path in sorted(place.rglob("*.wav"))
    }
    return edition_of(loaded, dialogues, scripts, recordings)


def _digest(path: Path, folder: Path) -> str:
    try:
        return hashlib.sha256(read_regular(path, folder, _LARGEST)).hexdigest()
    except OSError as error:
        raise MistakeError(f"{path} cannot be read: {error.strerror or error}") from None


# --- folders, and folders of git -------------------------------------------------------------------------------------


def _folder(named: str, other: str, stack: ExitStack) -> Path:
    """The folder that is meant: a folder, `git:REV` (the other one as it was then), or `REV:DIR` as git writes it."""
    if Path(named).is_dir():
        return Path(named)
    if named.startswith(_GIT):
        if not Path(other).is_dir():
            raise MistakeError(f"{named} means the other folder as it was then; found {other}; expected a folder")
        prefix = _git(Path(other), "rev-parse", "--show-prefix").decode().strip()
        return _unpacked(Path(other), f"{_revision(named.removeprefix(_GIT))}:{prefix}", named, stack)
    revision, colon, folder = named.partition(":")
    if colon and folder:
        return _unpacked(Path(), f"{_revision(revision)}:{folder}", named, stack)
    raise MistakeError(f"{named} is no folder; expected a hotline's, git:REV, or REV:DIR")


def _revision(text: str) -> str:
    if not text or text.startswith("-"):
        raise MistakeError(f"'{text}' is no revision; expected one of git's: HEAD~1, v1.2, a branch")
    return text


def _unpacked(repository: Path, tree: str, named: str, stack: ExitStack) -> Path:
    """A tree of git, unpacked into a folder that goes with the stack."""
    place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hotline-diff-")))
    top = Path(_git(repository, "rev-parse", "--show-toplevel").decode().strip())
    packed = _git(top, "archive", "--format=tar", tree)
    try:
        with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
            for member in archive:
                _put(archive, member, place)
    except (tarfile.TarError, OSError) as error:
        raise MistakeError(f"{named} cannot be unpacked: {error}") from None
    return place


def _put(archive: tarfile.TarFile, member: tarfile.TarInfo, place: Path) -> None:
    """One file of an archive; links are left out, as a hotline's files are none."""
    content = archive.extractfile(member) if member.isfile() else None
    path = place / member.name
    if content is None or not path.resolve().is_relative_to(place.resolve()):
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.read())


def _git(folder: Path, *words: str) -> bytes:
    command = ("git", "-C", str(folder), *words)
    try:
        done = subprocess.run(command, capture_output=True, timeout=_GIT_S, check=False)  # noqa: S603 - a fixed word, no shell
    except (OSError, subprocess.TimeoutExpired) as error:
        raise MistakeError(f"git cannot be asked: {error}") from None
    if done.returncode != 0:
        told = done.stderr.decode(errors="replace").strip().splitlines() or ["no reason given"]
        raise MistakeError(f"git {words[0]} {words[-1]}: {told[-1]}")
    return done.stdout
