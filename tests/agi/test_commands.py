from __future__ import annotations

import pytest

from agi import commands
from agi.encoding import Command
from agi.errors import CommandRefused

WIRE: list[tuple[Command, str]] = [
    (commands.Answer(), "ANSWER"),
    (commands.Hangup(), "HANGUP"),
    (commands.Hangup("PJSIP/a-1"), 'HANGUP "PJSIP/a-1"'),
    (commands.ChannelStatus(), "CHANNEL STATUS"),
    (commands.StreamFile("my file", "12#", 80), 'STREAM FILE "my file" "12#" 80'),
    (commands.GetData("menu", 0, 4), 'GET DATA "menu" 0 4'),
    (commands.GetData(), 'GET DATA "" 0 1023'),
    (commands.Read(("a", "b/c"), 0, 4), 'EXEC "Read" "AGI_KEYS,a&b/c,4"'),
    (commands.Read(("a",), 2500, 4), 'EXEC "Read" "AGI_KEYS,a,4,,,2.5"'),
    (commands.GetOption("menu", "12", 500), 'GET OPTION "menu" "12" 500'),
    (commands.GetOption("menu", "12"), 'GET OPTION "menu" "12"'),
    (commands.WaitForDigit(-1), "WAIT FOR DIGIT -1"),
    (commands.RecordFile("/v/1", "wav", "#", 60000), 'RECORD FILE "/v/1" "wav" "#" 60000 0 "BEEP"'),
    (commands.RecordFile("/v/1", beep=False, silence_s=3), 'RECORD FILE "/v/1" "wav" "#" -1 0 "s=3"'),
    (commands.SetVariable("CHANNEL(language)", "yue"), 'SET VARIABLE "CHANNEL(language)" "yue"'),
    (commands.GetVariable("X"), 'GET VARIABLE "X"'),
    (commands.GetFullVariable("${X}", "SIP/1"), 'GET FULL VARIABLE "${X}" "SIP/1"'),
    (commands.Exec("Playback", "a&b"), 'EXEC "Playback" "a&b"'),
    (commands.Gosub("sub", "s", "1", "a,b"), 'GOSUB "sub" "s" "1" "a,b"'),
    (commands.Verbose("hi", 4), 'VERBOSE "hi" 4'),
    (commands.Noop(), "NOOP"),
    (commands.DatabaseGet("f", "k"), 'DATABASE GET "f" "k"'),
    (commands.DatabasePut("f", "k", "v"), 'DATABASE PUT "f" "k" "v"'),
    (commands.DatabaseDel("f", "k"), 'DATABASE DEL "f" "k"'),
    (commands.SetMusic(on=True, music_class="jazz"), 'SET MUSIC "on" "jazz"'),
    (commands.SetMusic(on=False), 'SET MUSIC "off"'),
    (commands.Say("NUMBER", 7, "#"), 'SAY NUMBER "7" "#"'),
    (commands.Say("DATETIME", 0, "", ("HM", "UTC")), 'SAY DATETIME "0" "" "HM" "UTC"'),
]

DEAD = "EXEC, GET VARIABLE, GET FULL VARIABLE, SET VARIABLE, VERBOSE, NOOP, DATABASE GET, DATABASE PUT, DATABASE DEL"


@pytest.mark.parametrize(("command", "line"), WIRE)
def test_a_command_is_this_line(command: Command, line: str) -> None:
    assert command.encode() == line.encode() + b"\n"


def test_every_command_is_in_the_table_above() -> None:
    assert {type(command) for command, _ in WIRE} == {
        found
        for found in vars(commands).values()
        if isinstance(found, type) and issubclass(found, Command) and found is not Command
    }


@pytest.mark.parametrize(("command", "line"), WIRE)
def test_what_works_on_a_dead_channel_is_what_asterisk_lists(command: Command, line: str) -> None:
    expected = any(line.startswith(verb) for verb in DEAD.split(", ")) and not isinstance(command, commands.Read)
    assert command.lives_on is expected


@pytest.mark.parametrize(
    "command",
    [
        commands.StreamFile("a", "1,2"),
        commands.GetOption("a", "x"),
        commands.GetData("a", 0, 0),
        commands.GetData("a", 0, 1024),
        commands.Read(("a&b", "c")),
        commands.Read(("a,b", "c")),
        commands.Read(("", "c")),
        commands.Read(("${EVIL}", "c")),
        commands.RecordFile("a", escape_keys="?"),
        commands.Say("DIGITS", "1", "?"),
    ],
)
def test_what_makes_no_sense_is_refused(command: Command) -> None:
    with pytest.raises(CommandRefused):
        command.encode()
