"""Follows a log of Asterisk's: what was written since the last read, each fact once, through every way a log is turned.

Nothing is kept open between reads and nothing is written, so a read-only mount will do. A tail remembers where it is in
a ``Mark``; kept in the store and given back, a restarted bridge goes on at the very line. ``QueueLogTail`` follows
queue_log; of any other log its language must be given.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Generic

from ami_bridge.domain.events import LedgerLine
from ami_bridge.queue_log.files import BROKEN_PACKING, holds, look, open_log
from ami_bridge.queue_log.language import QUEUE_LOG, Fact
from ami_bridge.queue_log.lines import Odd
from ami_bridge.queue_log.place import Mark, Plan, Seen, Stretch, is_turned, mark_after, plan

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ami_bridge.queue_log.language import Language

READ_AT_ONCE: Final = 1 << 20
"""Bytes read in one go."""
MOST_AT_ONCE: Final = 20_000
"""Facts given out by one read, so that a long log costs neither memory nor a long silence."""
LOOK_BACK: Final = 16 << 20
"""Bytes of the log's end looked at by one who has no place yet: some 150,000 lines, more than a busy day."""


@dataclass(frozen=True, slots=True)
class Told(Generic[Fact]):
    """One fact, and the place behind its line."""

    line: Fact
    file: str
    offset: int
    raw: bytes = field(repr=False)
    lines: int = 0
    """How many lines its reader had read by then, this one among them."""
    set_aside: int = 0
    """How many of those were no facts."""

    @property
    def mark(self) -> Mark:
        """Where to go on once this fact is taken."""
        return mark_after(self.file, self.offset, self.raw)


@dataclass(slots=True)
class LogTail(Generic[Fact]):
    """Follows one file.

    Attributes:
        path: Where Asterisk writes it.
        language: What stands in it.
        mark: The place behind what was read; None before the first read of one who knows no place.
        lines: How many lines were read.
        set_aside: How many of them were no facts, by reason.
        last_odd: The latest of those, for the log.
        losses: How often the place was not found again, so that lines may be missing.
        olddir: Where else older pieces lie: logrotate's `olddir`.
        moved_to: The folder in which an older piece was found though nobody named it; None while there is none.
        odd: The lines set aside since somebody took them, each with the offset behind it.
    """

    path: Path
    language: Language[Fact]
    mark: Mark | None = None
    encoding: str = "gb18030"
    lines: int = 0
    set_aside: dict[str, int] = field(default_factory=dict)
    last_odd: Odd | None = None
    losses: int = 0
    olddir: Path | None = None
    moved_to: Path | None = None
    odd: list[tuple[int, Odd]] = field(default_factory=list)

    def read(self, most: int = MOST_AT_ONCE) -> list[Told[Fact]]:
        """The facts of the lines completed since the last read; ``most`` or a few more, the rest the next time.

        Raises:
            OSError: the file is there and cannot be read. (A missing one is empty: Asterisk makes it when needed.)
                Nothing is lost: the next read begins where this one did.
        """
        before = self.mark, self.lines, dict(self.set_aside), self.losses
        odd = len(self.odd)
        try:
            return self._read(most)
        except (OSError, *BROKEN_PACKING) as wrong:
            self.mark, self.lines, self.set_aside, self.losses = before
            del self.odd[odd:]
            raise wrong if isinstance(wrong, OSError) else OSError(f"{self.path}: {wrong}") from None

    def _read(self, most: int) -> list[Told[Fact]]:
        if self.mark is None:
            self.mark = self._beginning()
        mark = self.mark
        if mark is None:
            return []
        seen = self._seen(mark)
        found = plan(mark, seen, self.path.name)
        if found.lost:
            found = self._elsewhere(mark, seen) or found
        self.losses += found.lost
        told: list[Told[Fact]] = []
        for stretch in found.stretches:
            for facts in self._stretch(stretch):
                told.extend(facts)
                if len(told) >= most:
                    return told
        return told

    def _beginning(self) -> Mark | None:
        """A place to begin at: the log's end, as far back as a bridge may have to look."""
        try:
            found = look(self.path)
        except FileNotFoundError:
            return None
        if found.size <= LOOK_BACK:
            return Mark(found.file)
        with open_log(self.path) as file:
            file.seek(found.size - LOOK_BACK)
            cut = file.readline()
            return mark_after(found.file, file.tell(), cut)

    def _seen(self, mark: Mark) -> list[Seen]:
        try:
            current = look(self.path, mark)
        except FileNotFoundError:
            current = None
        if current is not None and (current.holds or (not mark.digest and current.file == mark.file)):
            return [current]  # as nearly always; the folder is looked through only when the log was turned
        return [*([current] if current else []), *self._turned(mark)]

    def _turned(self, mark: Mark) -> Iterator[Seen]:
        yield from self._turned_in(self.path.parent, mark)
        if self.olddir is not None and self.olddir != self.path.parent:
            yield from self._turned_in(self.olddir, mark)

    def _turned_in(self, folder: Path, mark: Mark) -> Iterator[Seen]:
        try:
            found = sorted(folder.iterdir())
        except (FileNotFoundError, NotADirectoryError):
            return
        for path in found:
            if path != self.path and is_turned(path.name, self.path.name):
                try:
                    seen = look(path, mark)
                except (OSError, *BROKEN_PACKING):
                    continue  # taken away, or half packed, while we looked
                yield seen if folder == self.path.parent else replace(seen, name=str(path.absolute()))

    def _elsewhere(self, mark: Mark, seen: list[Seen]) -> Plan | None:
        """The place found again in a folder below the log's own, by what stands there: an olddir nobody named."""
        for folder in sorted(one for one in self.path.parent.iterdir() if one.is_dir() and one != self.olddir):
            there = list(self._turned_in(folder, mark))
            if any(one.holds for one in there):
                self.moved_to = folder
                return plan(mark, [*seen, *there], self.path.name)
        return None

    def _stretch(self, stretch: Stretch) -> Iterator[list[Told[Fact]]]:
        """The facts line by line. The mark follows, and so stays in the old file until the new one has a line."""
        cutter = self.language.cutter(stretch.offset)
        with open_log(self.path.parent / stretch.name) as file:
            status = os.fstat(file.fileno())
            name = f"{status.st_dev:x}:{status.st_ino:x}"
            if self.mark is not None and not holds(file, self.mark, stretch.offset):
                return  # turned between the look and the read: looked at anew the next time
            file.seek(stretch.offset)
            while chunk := file.read(READ_AT_ONCE):
                for offset, line in cutter.feed(chunk):
                    yield self._facts(name, offset, line)
        if stretch.over:
            for offset, line in cutter.finish():
                yield self._facts(name, offset, line)

    def _facts(self, file: str, offset: int, line: bytes) -> list[Told[Fact]]:
        self.mark = mark_after(file, offset, line)
        self.lines += 1
        facts: list[Told[Fact]] = []
        for _, told in self.language.facts(line, self.encoding):
            if isinstance(told, Odd):
                self.set_aside[told.reason] = self.set_aside.get(told.reason, 0) + 1
                self.last_odd = told
                self.odd.append((offset, told))
            else:
                facts.append(Told(told, file, offset, line, self.lines, sum(self.set_aside.values())))
        return facts


class QueueLogTail(LogTail[LedgerLine]):
    """Follows one queue_log."""

    __slots__ = ()

    def __init__(self, path: Path, mark: Mark | None = None, olddir: Path | None = None) -> None:
        super().__init__(path, QUEUE_LOG, mark, olddir=olddir)
