from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agi import commands
from agi.encoding import Written
from agi.errors import CommandRefused
from agi.replies import Reply
from agi.request import AgiRequest
from agi.session import MAX_HEADER_BYTES, MAX_STRAY_LINES, Ended, Event, HungUp, Session
from agi.states import State
from agi.testing import by_byte, whole
from tests.agi.replay import TRANSCRIPTS, replay, said, steps

if TYPE_CHECKING:
    from agi.encoding import Command

HEADER = b"agi_network: yes\nagi_network_script: flow/main\nagi_uniqueid: 1.1\n\n"


def opened() -> Session:
    session = Session()
    (event,) = session.receive_data(HEADER)
    assert isinstance(event, AgiRequest)
    return session


def asked(command: Command, answer: bytes) -> list[Event]:
    session = opened()
    session.send(command)
    return session.receive_data(answer)


@pytest.mark.parametrize("name", TRANSCRIPTS)
def test_a_transcript_means_the_same_whole_and_byte_by_byte(name: str) -> None:
    first = replay(name, whole)
    assert repr(replay(name, by_byte).events) == repr(first.events)
    assert isinstance(first.events[-1], Ended)
    if name != "forged-caller-name":
        asked_for = sum(step.ours for step in steps(name)) - (steps(name)[-1].ours)
        assert sum(isinstance(event, Reply) for event in first.events) == asked_for
        assert first.events[-1] == Ended(None, opened=True)


@pytest.mark.parametrize("name", TRANSCRIPTS)
def test_a_transcript_with_trailing_bytes_says_nothing_new(name: str) -> None:
    expected = repr(replay(name, whole).events)
    for tail in (b"HANGUP", b"200 result=1 (late", b"\xff\xfe\x00", b"520-"):
        played = replay(name, whole, tail=tail)
        assert repr(played.events) == expected
        assert played.session.receive_data(tail + b"\n") == []
        assert played.session.state is State.OVER


@pytest.mark.parametrize("name", TRANSCRIPTS)
def test_a_transcript_cut_anywhere_ends_once_and_gives_a_prefix(name: str) -> None:
    expected = [event for event in replay(name, whole).events if not isinstance(event, Ended)]
    # every header block is like the first one's; what follows is not
    start = 0 if name == "normal-call" else said(name).index(b"\n\n")
    for offset in range(start, len(said(name))):
        events = replay(name, whole, stop_after=offset).events
        assert isinstance(events[-1], Ended)
        assert sum(isinstance(event, Ended) for event in events) == 1
        found = events[:-1]
        # the last event may be cut short: a value or a block that ended early is dropped, never half reported
        assert found == expected[: len(found)]


def test_the_forged_header_of_a_real_asterisk_opens_no_call() -> None:
    (event,) = replay("forged-caller-name", whole).events
    assert isinstance(event, Ended)
    assert event.error is not None
    assert "line break" in str(event.error)


def test_a_hangup_line_is_never_an_answer() -> None:
    assert asked(commands.Noop(), b"HANGUP\n200 result=0\n") == [HungUp(), Reply(200, "0")]


def test_a_hangup_line_in_a_value_belongs_to_the_value() -> None:
    (event,) = asked(commands.GetVariable("V"), b"200 result=1 (a\nHANGUP\nb)\n")
    assert event == Reply(200, "1", "a\nHANGUP\nb")


def test_lines_of_a_value_that_come_late_answer_nothing() -> None:
    session = opened()
    session.send(commands.GetVariable("V"))
    assert session.receive_data(b"200 result=1 (a)\nb)\n") == [Reply(200, "1", "a")]
    session.send(commands.Noop())
    assert session.receive_data(b"c\n200 result=0\n") == [Reply(200, "0")]


def test_a_usage_block_glued_to_its_end_is_read_to_it() -> None:
    (event,) = asked(commands.Noop(), b"520-Invalid.\nUsage: x520 End of proper usage.\n")
    assert event == Reply(520, text="Invalid.", usage=("Usage: x",))


def test_trying_is_not_the_answer() -> None:
    assert asked(commands.Noop(), b"100 result=0 Trying...\n200 result=0 Gosub complete\n") == [Reply(200, "0")]


def test_a_second_command_before_the_answer_is_refused_and_changes_nothing() -> None:
    session = opened()
    session.send(commands.Noop())
    with pytest.raises(CommandRefused, match="WAITING"):
        session.send(commands.Noop())
    assert session.receive_data(b"200 result=0\n") == [Reply(200, "0")]


def test_a_command_that_cannot_be_encoded_changes_nothing() -> None:
    session = opened()
    with pytest.raises(CommandRefused):
        session.send(commands.Verbose("a\nb"))
    assert session.state is State.READY


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"GET / HTTP/1.1\r\n", "not an agi_ header"),
        (b"\x16\x03\x01\x02\n", "not an agi_ header"),
        (b"agi_network: yes\n\n", "names no script"),
        (b"\n", "names no script"),
        (b"agi_x: " + b"a" * MAX_HEADER_BYTES, "header block is longer"),
        (b"agi_x: 1\n" * 9000, "header block is longer"),
    ],
)
def test_a_peer_that_does_not_speak_agi_is_a_fault(data: bytes, reason: str) -> None:
    (event,) = Session().receive_data(data)
    assert isinstance(event, Ended)
    assert not event.opened
    assert reason in str(event.error)


def test_a_flood_of_lines_is_a_fault() -> None:
    session = opened()
    events = session.receive_data(b"x\n" * (MAX_STRAY_LINES + 1))
    assert [type(event) for event in events] == [Ended]
    assert session.receive_data(b"x\n") == []


def test_a_reply_without_end_is_a_fault() -> None:
    events = asked(commands.GetVariable("V"), b"200 result=1 (" + b"\n" * 300_000)
    assert isinstance(events[-1], Ended)
    assert "longer" in str(events[-1].error)


@given(st.lists(st.binary(max_size=40), max_size=20))
def test_garbage_never_raises_and_ends_at_most_once(chunks: list[bytes]) -> None:
    session = opened()
    session.send(Written("GET VARIABLE X"))
    events = [event for chunk in chunks for event in session.receive_data(chunk)] + session.receive_eof()
    assert sum(isinstance(event, Ended) for event in events) == 1
    assert isinstance(events[-1], Ended)


@given(st.text(alphabet=st.characters(exclude_characters="\n\r\0", codec="utf-8")))
def test_any_value_on_one_line_comes_back(value: str) -> None:
    (event,) = asked(commands.GetVariable("V"), f"200 result=1 ({value})\n".encode())
    assert event == Reply(200, "1", value)
