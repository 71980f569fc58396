r"""Values and names on their way into Asterisk's files: nothing an admin or a caller writes may become a line.

Asterisk's reader knows no quoting. A line ends at CR or LF, a comment begins at `;` unless a backslash stands before
it, and only that one backslash is taken away again (main/config.c `process_text_line` and the loop over COMMENT_META
before it). So line breaks are refused, `;` is escaped, and whatever has a meaning inside the dialplan (comma, dollar,
quote, brackets) is refused where a value goes there.
"""

from __future__ import annotations

import unicodedata

_NEVER = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Unicode categories that never stand in a value: control characters, half surrogates, line separators."""

_LIST_MEANING = frozenset(',"\\|()<>[]{}$;`')
"""Characters with a meaning in a member line, a caller-ID, the dialplan or `queue_log` (`|`)."""

_LONGEST_NAME = 64
"""Characters of a name; Asterisk's own names have 80 bytes. Source: include/asterisk/channel.h AST_MAX_CONTEXT."""

_LONGEST_VALUE = 1024
"""Characters of a value; Asterisk reads lines of 8192 bytes. Source: main/config.c `config_text_file_load`."""

_NAME_MARKS = frozenset("-_.")
"""What a name may have beside letters and digits."""


class UnwritableError(ValueError):
    """A value that Asterisk's files cannot carry; the message says why, in words for the admin."""


def line_value(value: str | int) -> str:
    """The right-hand side of a setting.

    Raises:
        UnwritableError: the value has a line break or another control character, is too long, or begins or ends with
            a blank, which Asterisk would drop.
    """
    text = str(value)
    problem = value_problem(text)
    if problem:
        raise UnwritableError(problem)
    return text.replace(";", "\\;")


def value_problem(text: str) -> str | None:
    """Why `text` cannot be a setting's value, or None."""
    for character in text:
        if unicodedata.category(character) in _NEVER:
            return f"has the character U+{ord(character):04X}, which would end or garble a line"
    if text != text.strip():
        return "begins or ends with a blank"
    if len(text) > _LONGEST_VALUE:
        return f"has {len(text)} characters; at most {_LONGEST_VALUE} fit"
    return None


def shown_name_problem(text: str) -> str | None:
    """Why `text` cannot be a name shown to people (an agent's), which stands in comma-separated lists, or None."""
    problem = value_problem(text)
    if problem:
        return problem
    if not text:
        return "is empty"
    bad = next((character for character in text if character in _LIST_MEANING), None)
    return f"has the character {bad}, which means something to Asterisk there" if bad else None


def name_problem(text: str, *, ascii_only: bool = False) -> str | None:
    """Why `text` cannot be a name (queue, flow, agent, trunk), or None.

    Args:
        text: the name.
        ascii_only: for names that become part of a SIP address.
    """
    if not text:
        return "is empty"
    if len(text) > _LONGEST_NAME:
        return f"has {len(text)} characters; at most {_LONGEST_NAME} fit"
    bad = next((character for character in text if not _in_name(character, ascii_only=ascii_only)), None)
    if bad is not None:
        shown = bad if bad.isprintable() else f"U+{ord(bad):04X}"
        return f"has the character '{shown}'"
    return None if text[0].isalnum() else f"begins with '{text[0]}'"


def _in_name(character: str, *, ascii_only: bool) -> bool:
    if ascii_only and not character.isascii():
        return False
    return character.isalnum() or character in _NAME_MARKS or unicodedata.category(character) in {"Mn", "Mc"}
