"""The program `hotline`: its version and a check of what has not changed are told at once, the rest by `ivr.cli.main`.

Typer and pydantic take a tenth of a second to import, several times what a kept verdict takes to be found and shown.
"""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ivr.cli.verdicts import kept_verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ivr.cli.verdicts import Verdict

FORMS: Final = ("text", "json", "github")
BRIEF: Final = frozenset({"check", "test", "try"})
"""Words that load a hotline, say something and end."""
SELDOM: Final = 50_000
"""New objects after which a brief word looks for garbage. What it imports and loads is none: looking every 700 objects,
as Python does by itself, took an eighth of the start of `hotline try`."""
SCHEMAS: Final = Path(".hotline") / "schema"
"""`ivr.schema.files.PLACE`, without what it imports."""


def main() -> None:
    """The program."""
    code = answered(sys.argv[1:])
    if code is not None:
        sys.exit(code)
    if BRIEF.intersection(sys.argv[1:2]):
        gc.set_threshold(SELDOM)
    from ivr.cli.main import main as typed

    typed()


def answered(words: Sequence[str]) -> int | None:
    """Print the version or the kept verdict these words ask for, and the exit code; None for all others."""
    match list(words):
        case ["--version"]:
            sys.stdout.write(f"{version_told()}\n")
            return 0
        case ["check", folder]:
            form = "text"
        case ["check", folder, "--format", form] | ["check", "--format", form, folder]:
            pass
        case _:
            return None
    if folder.startswith("-") or form not in FORMS:
        return None
    place = Path(folder)
    verdict = kept_verdict(place, schemas=place / SCHEMAS, environ=os.environ)
    if verdict is None:
        return None
    try:
        sys.stdout.write(shown(verdict, form, color=sys.stdout.isatty()))
        sys.stdout.flush()
    except BrokenPipeError:  # whoever reads has seen enough; Python must not complain of it once more at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except UnicodeEncodeError:
        return None  # told by whoever knows how
    return 1 if verdict.errors else 0


def version_told() -> str:
    """The program and its version."""
    from importlib.metadata import version

    return f"hotline {version('hotline')}"


def shown(verdict: Verdict, form: str, *, color: bool) -> str:
    """A verdict as it is printed."""
    match form:
        case "json":
            return verdict.json + "\n"
        case "github":
            return verdict.github + ("\n" if verdict.github else "")
        case _:
            return (verdict.colored if color else verdict.text) + "\n"


if __name__ == "__main__":
    main()
