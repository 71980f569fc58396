"""The records of publishing on disk: a file each, written whole or not at all, never changed again.

A record's number is its file's name. Whoever links the name first has it; a second one learns that somebody was faster.
"""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import asdict, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from ivr.publishing.records import MOST_BACK, First, Publication

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_NAME: Final = "{:06}.json"
_FIELDS: Final = tuple(field.name for field in fields(Publication))
_FIELDS_OF_FIRST: Final = tuple(field.name for field in fields(First))


class TakenError(Exception):
    """Somebody else has published meanwhile."""


class BrokenRecordError(Exception):
    """Records are there, and none of them can be read; the text names one."""


class Book:
    """The records of one hotline.

    Args:
        folder: where they are; made with the first.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def records(self) -> tuple[Publication, ...]:
        """All that are whole, in order; `broken` names the others.

        Raises:
            BrokenRecordError: there are some, and none is whole.
            OSError: the folder cannot be read.
        """
        numbers = self._numbers()
        return self._whole(numbers, [record for number in numbers if (record := self._read(number)) is not None])

    def last(self) -> Publication | None:
        """The youngest that is whole, which decides; None when nothing was ever published.

        Raises:
            BrokenRecordError, OSError: as `records`.
        """
        numbers = self._numbers()
        youngest = next((record for number in reversed(numbers) if (record := self._read(number)) is not None), None)
        return next(iter(self._whole(numbers, [youngest] if youngest else [])), None)

    def broken(self) -> tuple[Path, ...]:
        """Records that are not as they were written, in order: nothing goes by them.

        Raises:
            OSError: the folder cannot be read.
        """
        return tuple(self._path(number) for number in self._numbers() if self._read(number) is None)

    def last_number(self) -> int:
        """Its number, 0 when there is none: cheap enough to be asked twice a second.

        Raises:
            OSError: the folder cannot be read.
        """
        return max(self._numbers(), default=0)

    def older(self, before: datetime) -> list[int]:
        """The numbers of records made before that, without the last twenty: these may be gone back to.

        Raises:
            BrokenRecordError, OSError: as `records`.
        """
        return [record.number for record in self.records()[:-MOST_BACK] if record.when < before]

    def forget(self, number: int) -> None:
        """Remove a record; one that is not there is no mistake.

        Raises:
            OSError: it cannot be removed.
        """
        self._path(number).unlink(missing_ok=True)

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
            self._path(record.number).hardlink_to(staged)
        except FileExistsError:
            raise TakenError(record.number) from None
        finally:
            staged.unlink(missing_ok=True)
        sync(self._folder)

    def _numbers(self) -> Sequence[int]:
        try:
            names = os.listdir(self._folder)  # noqa: PTH208 - names are all that is wanted
        except FileNotFoundError:
            return ()
        return sorted(int(name[:-5]) for name in names if name.endswith(".json") and name[:-5].isdecimal())

    def _whole(self, numbers: Sequence[int], found: Sequence[Publication]) -> tuple[Publication, ...]:
        if numbers and not found:
            raise BrokenRecordError(
                f"{self._path(numbers[-1])} is not as it was written, and there is none to go by; "
                "move it away to begin anew"
            )
        return tuple(found)

    def _path(self, number: int) -> Path:
        return self._folder / _NAME.format(number)

    def _read(self, number: int) -> Publication | None:
        """One record; None when it is not as it was written."""
        try:
            return _record(json.loads(self._path(number).read_text("utf-8")))
        except (ValueError, TypeError, KeyError, AttributeError):
            return None


def _record(told: dict[str, Any]) -> Publication:
    """What was written, without what only a newer program knows."""
    known = {name: told[name] for name in _FIELDS if name in told}
    first = known["first"]
    if first is not None:
        first = {name: first[name] for name in _FIELDS_OF_FIRST if name in first}
        first = First(**{**first, "callers": tuple(first["callers"]), "shown": tuple(first["shown"])})
    when = datetime.fromisoformat(known["when"])
    return Publication(**{**known, "first": first, "when": when, "difference": tuple(known["difference"])})


def sync(path: Path) -> None:
    """Have a file's content, or a folder's names, on disk before this returns.

    Raises:
        OSError: it cannot be.
    """
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
