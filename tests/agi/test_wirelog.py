from __future__ import annotations

import pytest

from agi import commands
from agi.encoding import Command, Written
from agi.replies import Reply
from agi.wirelog import shown_command, shown_reply
from tests.agi.test_commands import WIRE

SECRET = "4711"
HOLDING: list[Command] = [
    commands.SetVariable("V", SECRET),
    commands.DatabasePut("f", SECRET, SECRET),
    commands.DatabaseGet("f", SECRET),
    commands.Say("DIGITS", SECRET),
    commands.Exec("Dial", f"PJSIP/{SECRET}"),
    commands.Verbose(SECRET),
    commands.Gosub("sub", "s", "1", SECRET),
    Written(f'SET VARIABLE "V" "{SECRET}"'),
]


@pytest.mark.parametrize("command", HOLDING)
def test_a_value_is_not_shown(command: Command) -> None:
    assert SECRET not in shown_command(command)


@pytest.mark.parametrize("command", [command for command, _ in WIRE] + HOLDING)
def test_keys_and_texts_in_a_reply_are_not_shown(command: Command) -> None:
    text = shown_reply(command, Reply(200, "1" if command.tells else SECRET, SECRET))
    assert SECRET not in text
    assert shown_command(command).startswith(command.wire_verb())


def test_what_helps_to_understand_a_call_is_shown() -> None:
    assert shown_command(commands.StreamFile("zh-CN/welcome")) == "STREAM FILE zh-CN/welcome"
    assert shown_reply(commands.Answer(), Reply(200, "-1")) == "200 result=-1"
    assert shown_reply(commands.GetData("m"), Reply(200, "", "timeout")) == "200 result=… (timeout)"
    assert shown_reply(commands.GetVariable("m"), Reply(200, "1", "timeout")) == "200 result=… (…)"
    assert shown_reply(commands.Noop(), Reply(511, text="x")) == "511"
