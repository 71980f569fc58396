"""Framing and parsing, on what real Asterisks said and on what nobody should say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ami_bridge.protocol.errors import PeerError
from ami_bridge.protocol.headers import _SHAPES, MOST_KINDS, MOST_SHAPES, parse, parse_lines, read
from ami_bridge.protocol.wire import GREETING, MAX_MESSAGE, Framing, event_name
from tests.ami_bridge.conftest import TRANSCRIPTS

if TYPE_CHECKING:
    from pathlib import Path

HELLO = GREETING + b"11.0.0\r\n"
transcript = pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda p: p.stem)


def test_there_are_transcripts() -> None:
    assert len(TRANSCRIPTS) >= 15


@transcript
def test_a_transcript_fed_whole_gives_every_message(path: Path) -> None:
    data = path.read_bytes()
    framing = Framing()
    messages = framing.feed(data)
    assert framing.version == "11.0.0"
    assert framing.held == 0
    assert len(messages) == data.count(b"\r\n\r\n")
    for raw in messages:
        headers = parse(raw)
        assert "" not in headers
        assert ("Event" in headers) != ("Response" in headers) or headers["Event"] == "OriginateResponse"
        assert event_name(raw) == (str(headers["Event"]).encode() if raw.startswith(b"Event") else None)


@transcript
def test_a_transcript_fed_byte_by_byte_gives_the_same(path: Path) -> None:
    data = path.read_bytes()
    framing = Framing()
    pieces = [m for i in range(len(data)) for m in framing.feed(data[i : i + 1])]
    assert pieces == Framing().feed(data)


@transcript
def test_a_tail_waits_for_its_end(path: Path) -> None:
    data = path.read_bytes()
    framing = Framing()
    assert framing.feed(data + b"Event: Hangup\r\nUniq") == Framing().feed(data)
    assert framing.feed(b"ueid: 1.2\r\n\r\n") == [b"Event: Hangup\r\nUniqueid: 1.2"]


@transcript
def test_a_transcript_cut_anywhere_invents_no_message(path: Path) -> None:
    data = path.read_bytes()[:12_000]  # every kind of message is in there; all offsets of it
    whole = Framing().feed(data)
    for cut in range(len(data)):
        framing = Framing()
        head = framing.feed(data[:cut])
        assert head == whole[: len(head)]
        assert head + framing.feed(data[cut:]) == whole


LINE_ENDS = st.lists(st.sampled_from([b"\r\n", b"\r\n", b"\r", b"\n", b"A: 1"]), max_size=12).map(b"".join)
"""Bytes in which line ends stand beside each other, as random ones hardly ever have them."""


@given(st.one_of(st.binary(max_size=400), LINE_ENDS), st.lists(st.integers(0, 400), max_size=5))
def test_any_bytes_in_any_pieces_frame_alike_or_are_refused(data: bytes, cuts: list[int]) -> None:
    whole = Framing()
    expected = whole.feed(HELLO + data)
    pieces = Framing()
    got = pieces.feed(HELLO)
    last = 0
    for cut in [*sorted(c % (len(data) + 1) for c in cuts), len(data)]:
        got += pieces.feed(data[last:cut])
        last = cut
    assert got == expected
    for raw in got:
        parse(raw)


@given(
    st.dictionaries(
        st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=12),
        st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), max_size=40),
        min_size=1,
        max_size=10,
    )
)
def test_headers_come_back_as_they_were_written(headers: dict[str, str]) -> None:
    raw = "\r\n".join(f"{name}: {value}" for name, value in headers.items()).encode()
    assert parse(raw) == headers


NAMES = st.sampled_from(["Event", "A", "B", "ChanVariable", "Value", ""])
LINES = st.one_of(
    st.tuples(NAMES, st.sampled_from([": ", ":", ""]), st.text(st.sampled_from("ab: \r\n陈"), max_size=5)).map("".join),
    st.sampled_from(["Event: X", "A: 1", "ChanVariable: HL_VIP=1", "ChanVariable: ", "\udcff"]),
)


@given(st.lists(st.lists(LINES, max_size=6), max_size=6))
def test_what_is_read_by_shape_is_what_is_read_line_by_line(events: list[list[str]]) -> None:
    _SHAPES.clear()
    for lines in events * 2:
        raw = "\r\n".join(["Event: X", *lines]).encode("utf-8", "surrogateescape")
        said, expected = read(raw), parse_lines(raw)[0]
        assert parse(raw) == expected
        assert list(parse(raw)) == list(expected)
        for name in ("Event", "A", "ChanVariable", "Value", "", "absent"):
            assert (said.text(name), said.lines(name)) == (expected.text(name), expected.lines(name))


def test_no_more_shapes_are_kept_than_asterisk_has() -> None:
    _SHAPES.clear()
    for number in range(2 * MOST_KINDS):
        parse(b"Event: K%d\r\nA: 1" % number)
    for number in range(2 * MOST_SHAPES):
        parse(b"Event: K1\r\nB%d: 1" % number)
    assert (len(_SHAPES), len(_SHAPES[b"K1"])) == (MOST_KINDS, MOST_SHAPES)
    _SHAPES.clear()


@transcript
def test_a_transcript_is_read_by_shape_as_line_by_line(path: Path) -> None:
    messages = Framing().feed(path.read_bytes())
    assert [parse(raw) for raw in messages * 2] == [parse_lines(raw)[0] for raw in messages * 2]


def test_odd_lines_are_kept_and_repeated_headers_become_lists() -> None:
    raw = b"Event: X\r\nV: 1\r\nV: 2\r\nV: 3\r\nEmpty: \r\nBare:\r\nGlued:x\r\nno header at all"
    assert parse(raw) == {
        "Event": "X",
        "V": ["1", "2", "3"],
        "Empty": "",
        "Bare": "",
        "Glued": "x",
        "": "no header at all",
    }


@pytest.mark.parametrize("start", [b"SSH-2.0-x\r\n", b"\r\n", b"asterisk call manager/1\r\n", b"A" * 30])
def test_no_greeting_no_ami(start: bytes) -> None:
    with pytest.raises(PeerError, match="no AMI greeting"):
        Framing().feed(start)


def test_an_endless_greeting_is_refused() -> None:
    with pytest.raises(PeerError, match="endless"):
        Framing().feed(GREETING + b"1" * 300)


def test_a_message_without_an_end_is_refused_at_the_bound() -> None:
    framing = Framing()
    framing.feed(HELLO)
    framing.feed(b"x" * MAX_MESSAGE)
    with pytest.raises(PeerError, match=str(MAX_MESSAGE)):
        framing.feed(b"x")


def test_spare_line_ends_between_messages_are_nothing() -> None:
    assert Framing().feed(HELLO + b"\r\n\r\n\r\nEvent: X\r\n\r\n\r\n\r\n") == [b"Event: X"]


@pytest.mark.parametrize("spare", range(5))
def test_spare_line_ends_that_come_with_a_message_are_no_header_of_it(spare: int) -> None:
    framing = Framing()
    framing.feed(HELLO)
    [raw] = framing.feed(b"Event: X\r\nA: 1\r\n\r\n" + spare * b"\r\n")
    assert parse(raw) == {"Event": "X", "A": "1"}
    assert framing.feed(b"Event: Y\r\n\r\n") == [b"Event: Y"]
