"""Numbers that are closed by hand: one small file in the state folder, which outlives every process.

The bridge writes it, whole or not at all. The AGI server looks at it for each new call: a look is one `stat`, and the
file is read again when it is another one. What cannot be read changes nothing: what was known before holds.
"""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import structlog

from ami_bridge.acts.outcome import Told
from ami_bridge.messages import ClosedNumber
from ivr.app.owners import give
from ivr.publishing.book import sync

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from ivr.prompts.catalogue import Catalogue

_NOT_AS_WRITTEN: Final = (ValueError, KeyError, TypeError, AttributeError)
"""What a file of another form raises."""

log = structlog.get_logger("ivr.closed")


class ClosedFile:
    """The file.

    Args:
        path: where it is; it need not be there.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[int, int, int] | None = None
        self._known: Mapping[str, ClosedNumber] = {}
        self._trouble = ""

    def message(self, number: str) -> str | None:
        """What callers of a number hear instead of its flow; None while it is open."""
        found = self.look().get(number)
        return found.message if found is not None else None

    def look(self) -> Mapping[str, ClosedNumber]:
        """The closed numbers as the file has them now, or had them when it could be read last."""
        try:
            return self.read()
        except (OSError, *_NOT_AS_WRITTEN) as wrong:
            if str(wrong) != self._trouble:  # once: it is looked at for every call
                self._trouble = str(wrong)
                log.error("closed_numbers_unreadable", file=str(self._path), why=str(wrong))
            return self._known

    def read(self) -> Mapping[str, ClosedNumber]:
        """The closed numbers.

        Raises:
            OSError: the file cannot be read.
            ValueError, KeyError, TypeError, AttributeError: it is not as it was written.
        """
        try:
            stat = self._path.stat()
        except FileNotFoundError:
            self._seen, self._known, self._trouble = None, {}, ""
            return self._known
        seen = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
        if seen != self._seen:
            told: dict[str, Any] = json.loads(self._path.read_text("utf-8"))
            self._known = {number: _closed(number, said) for number, said in told.items()}
            self._seen, self._trouble = seen, ""
        return self._known

    def write(self, closed: Mapping[str, ClosedNumber]) -> None:
        """Have it on disk before this returns.

        Raises:
            OSError: it cannot be kept; the file is as it was.
        """
        told = {
            number: {"message": one.message, "who": one.who, "since": one.since.isoformat()}
            for number, one in sorted(closed.items())
        }
        staged = self._path.with_name(f".{self._path.name}.{secrets.token_hex(4)}")
        try:
            with staged.open("w", encoding="utf-8") as file:
                json.dump(told, file, ensure_ascii=False, indent=1)
                file.flush()
                os.fsync(file.fileno())
            give(staged, self._path.parent)
            staged.replace(self._path)
        finally:
            staged.unlink(missing_ok=True)
        sync(self._path.parent)


def _closed(number: str, said: Mapping[str, str]) -> ClosedNumber:
    since = datetime.fromisoformat(said["since"])
    return ClosedNumber(number=number, message=said["message"], who=said["who"], since=since)


@dataclass(frozen=True, slots=True)
class ClosedNumbers:
    """Which numbers may be closed, and which are: `ami_bridge.acts.own.Numbers` of one hotline.

    Attributes:
        file: where it is kept.
        numbers: the hotline's.
        messages: what may be said on a closed number.
    """

    file: ClosedFile
    numbers: Collection[str]
    messages: Collection[str]

    def closed(self) -> tuple[ClosedNumber, ...]:
        """Those that are closed now.

        Raises:
            OSError: it cannot be read.
        """
        try:
            return tuple(self.file.read().values())
        except _NOT_AS_WRITTEN as wrong:
            raise OSError(f"the file of closed numbers is not as it was written: {wrong}") from None

    def refusal(self, number: str, message: str | None) -> Told | None:
        """Why a number cannot be closed with that message (None: opened); None when it can."""
        if message is None and number in self.file.look():  # also one that was taken out of hotline.yaml meanwhile
            return None
        if number not in self.numbers:
            return Told("unknown_number", f"there is no number {number}; there are: {', '.join(sorted(self.numbers))}")
        if message is not None and message not in self.messages:
            expected = "expected one of prompts/*.yaml that is said without values"
            return Told("unknown_message", f"there is no message {message} to close a number with; {expected}")
        return None

    def close(self, number: str, message: str, who: str, at: datetime) -> None:
        """Close it, or give it another message.

        Raises:
            OSError: it cannot be kept; it is as before.
        """
        known = {one.number: one for one in self.closed()}
        self.file.write({**known, number: ClosedNumber(number=number, message=message, who=who, since=at)})

    def open(self, number: str) -> None:
        """Open it again.

        Raises:
            OSError: it cannot be kept; it is closed as before.
        """
        self.file.write({one.number: one for one in self.closed() if one.number != number})


def closing_messages(catalogue: Catalogue) -> tuple[str, ...]:
    """The messages a number may be closed with: those of every language that are said without values."""
    return tuple(name for name in catalogue.names if not catalogue.places(name) and _everywhere(catalogue, name))


def _everywhere(catalogue: Catalogue, name: str) -> bool:
    return all(name in messages for messages in catalogue.messages.values())
