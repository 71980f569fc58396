"""The records of publishing on disk: a file each, written whole or not at all, never changed again.

A record's number is its file's name. Whoever links the name first has it; a second one learns that somebody was faster.
"""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from ivr.publishing.records import First, Publication

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_NAME: Final = "{:06}.json"


class TakenError(Exception):
    """Somebody else has published meanwhile."""


class BrokenRecordError(Exception):
    """A record cannot be read; the text names the file."""


class Book:
    """The records of one hotline.

    Args:
        folder: where they are; made with the first.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def records(self) -> tuple[Publication, ...]:
        """All, in order.

        Raises:
            BrokenRecordError: one is not what was written.
            OSError: the folder cannot be read.
        """
        return tuple(self._read(number) for number in self._numbers())

    def last(self) -> Publication | None:
        """The youngest, that decides; None when nothing was ever published.

        Raises:
            BrokenRecordError, OSError: as `records`.
        """
        numbers = self._numbers()
        return self._read(numbers[-1]) if numbers else None

    def last_number(self) -> int:
        """Its number, 0 when there is none: cheap enough to be asked twice a second.

        Raises:
            OSError: the folder cannot be read.
        """
        return max(self._numbers(), default=0)

    def add(self, record: Publication) -> None:
        """Keep one more, on disk before this returns.

        Raises:
            TakenError: there is one of that number.
            OSError: it cannot be kept, and nothing of it is.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        staged = self._folder / f".{record.number}.{secrets.token_hex(4)}"
        text = json.dumps({**asdict(record), "when": record.when.isoformat()}, ensure_ascii=False, indent=1)
        try:
            with staged.open("w", encoding="utf-8") as file:
                file.write(text + "\n")
                file.flush()
                os.fsync(file.fileno())
            (self._folder / _NAME.format(record.number)).hardlink_to(staged)
        except FileExistsError:
            raise TakenError(record.number) from None
        finally:
            staged.unlink(missing_ok=True)
        _sync(self._folder)

    def _numbers(self) -> Sequence[int]:
        try:
            names = os.listdir(self._folder)  # noqa: PTH208 - names are all that is wanted
        except FileNotFoundError:
            return ()
        return sorted(int(name[:-5]) for name in names if name.endswith(".json") and name[:-5].isdecimal())

    def _read(self, number: int) -> Publication:
        path = self._folder / _NAME.format(number)
        try:
            return _record(json.loads(path.read_text("utf-8")))
        except (ValueError, TypeError, KeyError):
            raise BrokenRecordError(
                f"{path} is not as it was written; move it away to go by the one before it"
            ) from None


def _record(told: dict[str, Any]) -> Publication:
    first = told["first"]
    if first is not None:
        first = First(**{**first, "callers": tuple(first["callers"]), "shown": tuple(first["shown"])})
    when = datetime.fromisoformat(told["when"])
    return Publication(**{**told, "first": first, "when": when, "difference": tuple(told["difference"])})


def _sync(folder: Path) -> None:
    """A name is on disk when its folder is."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
