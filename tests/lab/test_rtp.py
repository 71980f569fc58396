from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.rtp import (
    KEYS,
    KeyEvent,
    NotRtpError,
    Ordered,
    Packet,
    format_key,
    format_packet,
    key_press,
    parse_key,
    parse_packet,
)

packets = st.builds(
    Packet,
    payload_type=st.integers(0, 127),
    sequence=st.integers(0, 0xFFFF),
    timestamp=st.integers(0, 0xFFFFFFFF),
    source=st.integers(0, 0xFFFFFFFF),
    payload=st.binary(max_size=320),
    marker=st.booleans(),
)


@given(packets)
def test_a_packet_survives_the_wire(packet: Packet) -> None:
    assert parse_packet(format_packet(packet)) == packet


@given(st.binary(max_size=64))
def test_any_datagram_is_a_packet_or_refused(data: bytes) -> None:
    try:
        packet = parse_packet(data)
    except NotRtpError:
        return
    assert len(packet.payload) <= len(data) - 12


def test_sources_extension_and_padding_are_left_out() -> None:
    header = bytes([0x80 | 0x20 | 0x10 | 2, 8]) + bytes(10) + b"AAAABBBB"
    extension = b"\xbe\xde\x00\x01EEEE"
    assert parse_packet(header + extension + b"sound" + b"\x00\x00\x03").payload == b"sound"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\x80\x08", "2 bytes"),
        (b"\x40" + bytes(11), "version 1"),
        (b"\x8f" + bytes(11), "beyond the end"),
        (b"\x90" + bytes(11), "extension"),
        (b"\xa0" + bytes(10) + b"\xff", "beyond the end"),
    ],
)
def test_a_broken_packet_is_told_by_its_fault(data: bytes, reason: str) -> None:
    with pytest.raises(NotRtpError, match=reason):
        parse_packet(data)


@given(st.builds(KeyEvent, st.sampled_from(KEYS), st.integers(0, 0xFFFF), st.booleans(), st.integers(0, 63)))
def test_a_key_event_survives_the_wire(event: KeyEvent) -> None:
    assert parse_key(format_key(event)) == event


def test_the_dialled_digit_of_the_rfc_has_its_durations_and_flags() -> None:
    # RFC 4733, section 5: a digit held for 200 ms, an update every 50 ms: 400, 800, 1200, 1600 units, the last one
    # with the end bit and twice repeated; one timestamp, the marker on the first packet only.
    sent = [
        packet for _, packet in key_press("9", 200, sequence=1, timestamp=0, source=7, payload_type=101, step_ms=50)
    ]
    events = [parse_key(packet.payload) for packet in sent]
    assert [(event.duration, event.ended) for event in events] == [
        (400, False),
        (800, False),
        (1200, False),
        (1600, True),
        (1600, True),
        (1600, True),
    ]
    assert [packet.marker for packet in sent] == [True, False, False, False, False, False]
    assert [packet.sequence for packet in sent] == [1, 2, 3, 4, 5, 6]
    assert {packet.timestamp for packet in sent} == {0}
    assert {event.key for event in events} == {"9"}
    # Section 2.3: event, E bit and volume 10, duration in network order.
    assert sent[3].payload == bytes([9, 0x80 | 10, 0x06, 0x40])


def test_the_shortest_press_has_a_packet_and_its_repetitions() -> None:
    sent = list(key_press("#", 1, sequence=0xFFFF, timestamp=5, source=7, payload_type=96))
    assert [packet.sequence for _, packet in sent] == [0xFFFF, 0, 1]
    assert all(parse_key(packet.payload).ended for _, packet in sent)


@pytest.mark.parametrize("payload", [b"\x01\x0a\x00", bytes([16, 10, 0, 0])])
def test_what_is_no_key_is_refused(payload: bytes) -> None:
    with pytest.raises(NotRtpError):
        parse_key(payload)


def numbered(start: int, count: int) -> list[Packet]:
    return [Packet(8, (start + step) & 0xFFFF, step, 1, bytes([step])) for step in range(count)]


@given(st.integers(0, 0xFFFF), st.integers(1, 40), st.randoms(use_true_random=False))
def test_neighbours_that_overtake_each_other_come_out_in_order(start: int, count: int, random: object) -> None:
    sent = numbered(start, count)
    shuffled = [sent[0]]
    for at in range(1, count, 3):
        some = sent[at : at + 3]
        random.shuffle(some)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
        shuffled += some
    order = Ordered()
    assert [packet for one in shuffled for packet in order.push(one)] == sent
    assert order.lost == 0


def test_a_lost_packet_is_given_up_after_a_few_and_counted() -> None:
    sent = numbered(65_530, 12)
    order = Ordered(patience=3)
    out = [packet for one in [*sent[:4], *sent[6:]] for packet in order.push(one)]
    assert out == [*sent[:4], *sent[6:]]
    assert order.lost == 2


def test_a_repeated_packet_and_a_new_source_are_told_apart() -> None:
    sent = numbered(10, 3)
    order = Ordered()
    assert [packet for one in [*sent, sent[1]] for packet in order.push(one)] == sent
    other = Packet(8, 9, 0, 2, b"")
    assert order.push(other) == [other]
