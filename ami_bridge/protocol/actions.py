"""Actions into bytes, and only such bytes as Asterisk reads as one action.

Asterisk reads action lines into 1,024 bytes and throws away the whole action if a line is longer
(manager.c:285, 7220-7250); nothing can carry a line end, so a value that holds one is refused, never escaped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from ami_bridge.protocol.errors import ActionRefusedHere

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MAX_LINE: Final = 1022
"""Bytes of one ``Name: value`` line without its line end."""

MAX_LINES: Final = 128
"""Lines Asterisk keeps of one action (``AST_MAX_MANHEADERS``, manager.h)."""

Fields: TypeAlias = "Mapping[str, str | int | bool | Iterable[str]]"
"""An action's fields; an iterable repeats the header (``Variable``), a bool becomes ``true`` or ``false``."""


def lines_of(fields: Fields) -> list[str]:
    """The lines of an action, checked.

    Raises:
        ActionRefusedHere: a name or value AMI cannot carry. The message does not repeat the value (it may be secret).
    """
    lines: list[str] = []
    for name, value in fields.items():
        values = [value] if isinstance(value, str | int) else value
        for one in values:
            text = str(one).lower() if isinstance(one, bool) else str(one)
            lines.append(_line(name, text))
    if len(lines) > MAX_LINES:
        raise ActionRefusedHere(f"{len(lines)} lines in one action, Asterisk keeps {MAX_LINES}")
    return lines


def _line(name: str, text: str) -> str:
    if not name or not name.isascii() or ":" in name or any(c in name for c in "\r\n\0 "):
        raise ActionRefusedHere(f"{name!r} is no header name")
    line = f"{name}: {text}"
    if any(c in text for c in "\r\n\0"):
        raise ActionRefusedHere(f"the value of {name} holds a line end or NUL")
    size = len(line.encode("utf-8", "surrogatepass"))
    if size > MAX_LINE:
        raise ActionRefusedHere(f"{name} is {size} bytes long, Asterisk reads {MAX_LINE}")
    return line


def encode(fields: Fields) -> bytes:
    """One action, ready for the socket.

    Raises:
        ActionRefusedHere: as ``lines_of``.
    """
    return ("\r\n".join(lines_of(fields)) + "\r\n\r\n").encode("utf-8", "replace")
