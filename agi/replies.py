"""What Asterisk answers, line by line, without judging what it means.

A reply line is three digits, a blank or ``-``, and text. ``100`` means "still busy, more follows"; ``520-`` opens a
block of usage lines that ``520 `` ends; everything else is complete in itself. The text of a 200 is ``result=…``,
then perhaps something in parentheses, then perhaps ``endpos=…``. **The parentheses stay raw here**: for GET VARIABLE
they hold whatever somebody put into the variable (``hangup``, ``)``, a newline), for GET DATA the word ``timeout``;
only the verb knows.

Source: res_agi.c:4219-4280 (status lines), 3400-3485 (raw values); see docs/protocol-agi.md.
"""

from __future__ import annotations

from dataclasses import dataclass

_STATUS_DIGITS = 3


@dataclass(frozen=True, slots=True)
class Reply:
    """One complete answer to one command."""

    status: int
    """200, 510, 511, 520, or whatever three digits came."""
    result: str = ""
    """What follows ``result=`` up to the first blank; empty where nothing does (``200 result=``)."""
    data: str | None = None
    """The text in parentheses, raw; None without parentheses."""
    end_samples: int | None = None
    """``endpos=``: where playing or recording stopped, in samples; None when not told."""
    text: str = ""
    """The whole text of a reply that is not a 200; for a 520 block its first line."""
    usage: tuple[str, ...] = ()
    """The usage lines of a 520 block."""


def status_of(line: str) -> tuple[int, str, str] | None:
    """Status, separator (blank, ``-`` or nothing) and text of a reply line; None when the line is none."""
    digits = line[:_STATUS_DIGITS]
    if len(digits) < _STATUS_DIGITS or not (digits.isascii() and digits.isdigit()):
        return None
    separator = line[_STATUS_DIGITS : _STATUS_DIGITS + 1]
    if separator not in {" ", "-", ""}:
        return None
    return int(digits), separator, line[_STATUS_DIGITS + 1 :]


def is_open_text(text: str) -> bool:
    """Whether a 200's text opened a parenthesis that this line does not close, so that the value goes on.

    Only meaningful for commands that read raw text. Asterisk always writes ``)`` as the very last character of such a
    reply, so a value with a ``)`` in its middle is no end; a value with ``)`` before a newline looks complete, and
    nothing on the wire can tell: read such values with ``Channel.get_text``.
    """
    head, opened, _ = text.partition(" (")
    return bool(opened) and head.startswith("result=") and not text.endswith(")")


def success(text: str, *, raw: bool) -> Reply | None:
    """A 200's text as a reply; None when it has no ``result=``.

    ``raw`` says that the parentheses hold somebody's text: then they reach to the last ``)`` of the reply.
    """
    if not text.startswith("result="):
        return None
    result, _, rest = text[7:].partition(" ")
    if not rest:
        return Reply(200, result)
    data: str | None = None
    if rest.startswith("("):
        end = rest.rfind(")") if raw else rest.find(")")
        if end < 0:
            end = len(rest)
        data, rest = rest[1:end], rest[end + 1 :]
    return Reply(200, result, data, _end_samples(rest))


def _end_samples(rest: str) -> int | None:
    """The number behind ``endpos=``; None without one."""
    _, found, number = rest.partition("endpos=")
    number = number.partition(" ")[0]
    return int(number) if found and number.isascii() and number.removeprefix("-").isdigit() else None
