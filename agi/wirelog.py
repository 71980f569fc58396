"""Commands and replies as text that may be logged: no value, no key, no stranger's text.

A command shows its verb, the name of what it touches and how long its values are. A reply shows its status, its result
only for commands that say theirs is harmless (``Command.tells``), and of the parentheses nothing but the words Asterisk
itself puts there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from agi import commands

if TYPE_CHECKING:
    from agi.encoding import Command
    from agi.replies import Reply

_OWN_WORDS = frozenset({"timeout", "dtmf", "hangup", "writefile", "randomerror", "waitfor"})


def shown_command(command: Command) -> str:
    """``STREAM FILE beep``, ``SET VARIABLE HL_CURSOR (412 characters)``."""
    match command:
        case commands.SetVariable(name=name, value=value):
            shown = f"{name} ({len(value)} characters)"
        case commands.GetVariable(name=name):
            shown = name
        case commands.StreamFile(name=name) | commands.GetData(name=name) | commands.GetOption(name=name):
            shown = name
        case commands.Read(files=files):
            shown = f"Read {'&'.join(files)}"
        case commands.RecordFile(name=name):
            shown = name
        case commands.Exec(application=application, options=options):
            shown = f"{application} ({len(options)} characters)"
        case commands.DatabaseGet(family=family) | commands.DatabasePut(family=family):
            shown = f"{family} (…)"
        case _:
            shown = ""
    return f"{command.wire_verb()} {shown}".rstrip()


def shown_reply(command: Command, reply: Reply) -> str:
    """``200 result=0``, ``200 result=… (timeout)``, ``511``."""
    if reply.status != 200:  # noqa: PLR2004  # AGI's own number for success
        return str(reply.status)
    result = reply.result if command.tells else "…"
    words = "" if reply.data is None else f" ({reply.data if _is_own(command, reply.data) else '…'})"
    return f"200 result={result}{words}"


def _is_own(command: Command, data: str) -> bool:
    """Whether the parentheses hold a word of Asterisk's, not a stranger's."""
    return not command.reads_text and data in _OWN_WORDS
