"""What `hotline check` said, kept under everything that decides it: a second time without change is quick.

A verdict is kept in this user's cache folder (`$XDG_CACHE_HOME/hotline/check`, else `~/.cache/hotline/check`), under a
hash over the bytes of every file that is read, this program, Python, every installed library, time zones and the
variables that set something. It holds the finished reports, in which secrets are masked. Nothing here imports what
a check itself needs: that is where the time goes.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from ivr.config.regular import read_regular, refuse_others

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

MOST_KEPT: Final = 200
"""Verdicts on disk, the youngest."""
PARTS: Final = ("flows", "prompts", "scripts", "tests", "boards")
"""The folders of a hotline that are read, with everything in them."""
FILES: Final = ("hotline.yaml", "alarms.yaml")
"""And the files beside them."""
_OUR_PACKAGES: Final = ("ivr", "dialplan", "store", "wallboard")
_ROOT: Final = Path(__file__).resolve().parents[2]
_VARIABLES: Final = "HOTLINE_"
_NAME: Final = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_LARGEST_SETTINGS: Final = 1_000_001
_ZONES: Final = "/usr/share/zoneinfo:/usr/lib/zoneinfo:/usr/share/lib/zoneinfo:/etc/zoneinfo"
"""Where Python looks for time zones when nothing else is said. Source: `zoneinfo.TZPATH` of CPython on Unix."""
_DIGEST: Final = 64
"""Hex digits of a SHA-256."""


class Verdict(NamedTuple):
    """One check's reports, finished."""

    text: str
    colored: str
    json: str
    github: str
    errors: bool


def verdict_for(folder: Path, make: Callable[[], Verdict], *, schemas: Path, environ: Mapping[str, str]) -> Verdict:
    """The verdict on a folder as it is now: the kept one, or a new one, which is kept.

    What changes while it is being checked is not kept. A cache that cannot be read or written is done without.

    Args:
        folder: the hotline's folder.
        make: checks it, and brings the editors' schemas up to date.
        schemas: where those are: when they are not those of this verdict, there is something to do.
        environ: the variables of this process.
    """
    before = fingerprint(folder, environ)
    kept = _read(_key(before, schemas))
    if kept is not None:
        return kept
    verdict = make()
    if fingerprint(folder, environ) == before:
        _keep(_key(before, schemas), verdict)
    return verdict


def kept_verdict(folder: Path, *, schemas: Path, environ: Mapping[str, str]) -> Verdict | None:
    """The verdict that is kept for a folder as it is now, if there is one."""
    return _read(_key(fingerprint(folder, environ), schemas))


def cache_folder() -> Path:
    """Where verdicts are kept."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    return Path(base if base.startswith("/") else Path.home() / ".cache") / "hotline" / "check"


def fingerprint(folder: Path, environ: Mapping[str, str]) -> str:
    """A hash over everything a verdict on this folder depends on."""
    found = hashlib.sha256()
    for line in (*_program(), str(folder), *_variables(folder, environ), *_files(folder)):
        found.update(f"{line}\0".encode("utf-8", "surrogateescape"))
    return found.hexdigest()


def _program() -> Iterator[str]:
    """This program, Python, every library by the name of its record (which has its version in it), time zones."""
    yield f"{sys.version} {sys.platform} {os.uname().release}"
    for path in (_ROOT / package for package in _OUR_PACKAGES):
        yield from _stamps(path, ".py")
    for place in (each for each in sys.path if each.endswith("-packages")):
        try:
            yield from sorted(name for name in os.listdir(place) if name.endswith(".dist-info"))  # noqa: PTH208 - a name is all that is wanted
        except OSError:
            continue
    for zones in os.environ.get("PYTHONTZPATH", _ZONES).split(os.pathsep):
        yield f"{zones} {_stamp(Path(zones))}"


def _variables(folder: Path, environ: Mapping[str, str]) -> Iterator[str]:
    """What sets something, and what `{env: NAME}` may mean: each variable whose name is written in the settings.

    A backslash may hide a name from those who do not read YAML; with one in the file every variable counts.
    """
    try:
        text = read_regular(folder / "hotline.yaml", folder, _LARGEST_SETTINGS).decode("utf-8", "replace")
    except OSError:
        text = ""
    written = None if "\\" in text else frozenset(_NAME.findall(text))
    for name, value in sorted(environ.items()):
        if name.startswith(_VARIABLES) or written is None or name in written:
            yield f"{name}={value}"


def _files(folder: Path) -> Iterator[str]:
    """Every name in the folder, and what is in every file that is read."""
    try:
        yield from sorted(os.listdir(folder))  # noqa: PTH208 - a name is all that is wanted
    except OSError as error:
        yield str(error.errno)
    yield from (_content(folder / each, folder) for each in FILES)
    for part in PARTS:
        for place, folders, names in os.walk(folder / part):
            folders.sort()
            for name in sorted([*names, *folders]):
                path = Path(place, name)
                yield f"{path.relative_to(folder)} {_content(path, folder)}"


def _content(path: Path, folder: Path) -> str:
    """What a file holds; of what is no file, what it is."""
    try:
        refuse_others(path, folder)
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        return f"{error} {error.errno}"


def _stamps(folder: Path, ending: str) -> Iterator[str]:
    for place, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            if name.endswith(ending):
                yield f"{place}/{name} {_stamp(Path(place, name))}"


def _stamp(path: Path) -> str:
    try:
        found = path.stat()
    except OSError:
        return ""
    return f"{found.st_size} {found.st_mtime_ns}"


def _key(found: str, schemas: Path) -> str:
    """With the schemas as they lie there: a verdict goes with those it has seen written."""
    stamps = "\n".join(_stamps(schemas, ".json"))
    return hashlib.sha256(f"{found}\n{schemas.is_dir()}\n{stamps}".encode()).hexdigest()


def _read(key: str) -> Verdict | None:
    """A kept verdict; None when there is none, or what is there is not what was written."""
    try:
        data = (cache_folder() / key).read_text("utf-8")
        digest, body = data[:_DIGEST], data[_DIGEST:]
        if hashlib.sha256(f"{key}{body}".encode()).hexdigest() == digest:
            return Verdict(**json.loads(body))
    except (OSError, ValueError, TypeError, RuntimeError):
        return None  # RuntimeError: this user has no home
    return None


def _keep(key: str, verdict: Verdict) -> None:
    body = json.dumps(verdict._asdict())
    digest = hashlib.sha256(f"{key}{body}".encode()).hexdigest()
    try:
        place = cache_folder()
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        staged = place / f".{key}.{os.getpid()}"
        staged.write_text(digest + body, "utf-8")
        staged.replace(place / key)
        for old in sorted(place.iterdir(), key=_age)[:-MOST_KEPT]:
            old.unlink(missing_ok=True)
    except (OSError, RuntimeError):
        return


def _age(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
