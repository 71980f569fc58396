"""Where we are in a log that is rotated, copied away, truncated, packed, and read again after a restart.

A place is known by content: the offset, and a digest of the line read last, which must stand right before it. So it is
found again in a renamed file, in a copy (logrotate's ``copytruncate``), in a packed one, and not in a new file that
happens to have the old one's inode or length.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

PACKED: Final = (".gz", ".bz2", ".xz")
_TURNED: Final = re.compile(r"[.-][0-9][0-9.TZ:_-]*")
"""What rotation adds to the name: ``.0`` and ``.1795301529`` (Asterisk), ``.1``, ``-20261121`` (logrotate)."""


@dataclass(frozen=True, slots=True)
class Mark:
    """The place behind the last line taken.

    Attributes:
        file: Which file, as the system names it (device and inode); a hint, since both are used again.
        offset: Bytes before the place.
        size: Bytes of the last line.
        digest: Its digest; empty at the very beginning of a file.
    """

    file: str
    offset: int = 0
    size: int = 0
    digest: str = ""


def mark_after(file: str, offset: int, line: bytes) -> Mark:
    """The place behind a line that ends at ``offset``."""
    return Mark(file, offset, len(line), digest_of(line))


def digest_of(line: bytes) -> str:
    """What a line is known again by."""
    return blake2b(line, digest_size=12).hexdigest()


@dataclass(frozen=True, slots=True)
class Seen:
    """One file found in the log's folder.

    Attributes:
        name: Its name.
        file: Which file, as in `Mark`.
        size: Its length in bytes, unpacked; for a packed one whatever is known to be less.
        changed: When it was last written, in nanoseconds.
        holds: Whether the mark's last line stands right before the mark's offset in it.
    """

    name: str
    file: str
    size: int
    changed: int
    holds: bool = False


@dataclass(frozen=True, slots=True)
class Stretch:
    """A file to be read from an offset to its end.

    Attributes:
        name: The file's name.
        offset: Where to begin.
        over: Whether nobody writes to it any more, so that an unfinished line stays one.
    """

    name: str
    offset: int
    over: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be read, in order.

    Attributes:
        stretches: File by file, oldest first.
        lost: Whether the place was not found again: what stood between it and these files is not to be had.
    """

    stretches: tuple[Stretch, ...]
    lost: bool = False


def is_turned(name: str, log: str) -> bool:
    """Whether ``name`` is an older piece of ``log``, by how rotation names them."""
    return name.startswith(log) and _TURNED.fullmatch(unpacked(name)[len(log) :]) is not None


def unpacked(name: str) -> str:
    """The name without the ending of a packed file."""
    return next((name.removesuffix(end) for end in PACKED if name.endswith(end)), name)


def plan(mark: Mark, seen: Iterable[Seen], log: str) -> Plan:
    """What to read, for one who stands at ``mark``, of the files found; ``log`` is the name Asterisk writes to.

    While a renamed file has no successor with anything in it, Asterisk still writes to the renamed one: until
    ``logger reload`` it keeps the file open.
    """
    files = list(seen)
    current = next((one for one in files if one.name == log), None)
    base = _found_again(mark, files, current)
    if base is None:
        whole = () if current is None else (Stretch(current.name, 0, over=False),)
        return Plan(whole, lost=mark.digest != "")
    if base is current:
        return Plan((Stretch(base.name, mark.offset, over=False),))
    turned = [(base.name, mark.offset), *((one.name, 0) for one in _after(base, files, current))]
    if current is not None and current.size > 0:
        return Plan((*(Stretch(*one, over=True) for one in turned), Stretch(current.name, 0, over=False)))
    return Plan((*(Stretch(*one, over=True) for one in turned[:-1]), Stretch(*turned[-1], over=False)))


def _found_again(mark: Mark, files: list[Seen], current: Seen | None) -> Seen | None:
    if not mark.digest:  # at the beginning of a file nothing was read of
        same = [one for one in files if one.file == mark.file and one.size >= mark.offset]
        return next((one for one in same if one is current), same[0] if same else None)
    holding = [one for one in files if one.holds]
    # the file itself before a copy of it, the one written to before a turned one
    holding.sort(key=lambda one: (one.file != mark.file, one is not current, one.name))
    return holding[0] if holding else None


def _after(base: Seen, files: list[Seen], current: Seen | None) -> list[Seen]:
    """The turned files written after ``base``, oldest first; one that is being packed counts once."""
    found: dict[str, Seen] = {}
    for one in sorted(files, key=lambda one: (one.changed, one.name)):
        later = one is not current and one is not base and not one.holds and one.changed >= base.changed
        if later and one.size > 0 and unpacked(one.name) != unpacked(base.name):
            found.setdefault(unpacked(one.name), one)
    return list(found.values())
