"""What tells one log from another: how its bytes are cut into lines, and what a line says.

Following a file through rotation (`tail`), reading whole ones (`reading`) and knowing one's place (`place`) are the
same for every log Asterisk appends to: queue_log, and the csv of its channel events.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Generic, Protocol, TypeVar

from ami_bridge.queue_log.lines import LineCutter, parse_line, split_glued

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from ami_bridge.domain.events import LedgerLine
    from ami_bridge.queue_log.lines import Odd


class Dated(Protocol):
    """Whatever a line says, it says when."""

    @property
    def at(self) -> datetime:
        """When it happened."""


Fact = TypeVar("Fact", bound=Dated)


class Cutter(Protocol):
    """Cuts bytes, as they come, into whole lines; each with the offset behind it."""

    def feed(self, chunk: bytes) -> list[tuple[int, bytes]]:
        """The lines these bytes complete."""

    def finish(self) -> list[tuple[int, bytes]]:
        """What is unfinished, when nothing can follow any more."""


@dataclass(frozen=True, slots=True)
class Language(Generic[Fact]):
    """One log's.

    Attributes:
        cutter: A cutter for bytes that begin at an offset.
        facts: What one line says, with what it says where it is none; ``encoding`` is tried where it is not UTF-8.
    """

    cutter: Callable[[int], Cutter]
    facts: Callable[[bytes, str], Sequence[tuple[bytes, Fact | Odd]]]


def _told(line: bytes, encoding: str) -> list[tuple[bytes, LedgerLine | Odd]]:
    return [(one, parse_line(one, encoding=encoding)) for one in split_glued(line)]


QUEUE_LOG: Final[Language[LedgerLine]] = Language(LineCutter, _told)
