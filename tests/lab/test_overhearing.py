from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from lab.listening import PromptIndex
from lab.overhearing import Datagram, format_kept, overheard, read_ip, read_kept
from lab.rtp import ALAW, Packet, format_packet
from lab.sdp import format_sdp, our_audio
from lab.sip import Message, format_message
from tests.lab.conftest import tone

if TYPE_CHECKING:
    from collections.abc import Iterator

SWITCH, MEDIA = 5060, 20000
ONE, TWO = tone(300, 20), tone(800, 12)


def index() -> PromptIndex:
    known = PromptIndex()
    known.add("one", ONE)
    known.add("two", TWO)
    return known


def answer(number: str, port: int, at_s: float, call_id: str) -> Datagram:
    """Asterisk's 200 to a caller, and where the call's sound comes from."""
    headers = (("From", f'"A; B" <sip:{number}@127.0.0.1>;tag=1'), ("Call-ID", call_id), ("CSeq", "1 INVITE"))
    body = format_sdp(our_audio("127.0.0.1", port), 1)
    return Datagram(at_s, SWITCH, 40000, format_message(Message("", "", 200, "OK", headers, body)))


def sound(audio: bytes, port: int, at_s: float, source: int) -> Iterator[Datagram]:
    for number, at in enumerate(range(0, len(audio), 160)):
        packet = Packet(ALAW, number, at, source, audio[at : at + 160])
        yield Datagram(at_s + number / 50, port, MEDIA, format_packet(packet))


def told(datagrams: list[Datagram]) -> list[tuple[str, list[tuple[str, bool]]]]:
    in_time = sorted(datagrams, key=lambda one: one.at_s)
    calls = overheard(in_time, index(), switch_port=SWITCH, media_port=MEDIA)
    return [(call.number, [(one.name, one.complete) for one in call.heard]) for call in calls]


def test_calls_at_the_same_time_are_told_apart_by_the_port_their_sound_comes_from() -> None:
    datagrams = [answer("139001", 18000, 1.0, "a"), answer("139002", 18002, 1.1, "b")]
    datagrams += [*sound(ONE, 18000, 1.2, 1), *sound(TWO + ONE[: 160 * 5], 18002, 1.2, 2)]
    assert told(datagrams) == [("139001", [("one", True)]), ("139002", [("two", True), ("one", False)])]


def test_a_port_that_is_used_again_is_the_next_call() -> None:
    datagrams = [answer("139001", 18000, 1.0, "a"), *sound(ONE, 18000, 1.1, 1)]
    datagrams += [answer("139001", 18000, 3.0, "b"), *sound(TWO, 18000, 3.1, 2)]
    assert told(datagrams) == [("139001", [("one", True)]), ("139001", [("two", True)])]


def test_an_answer_that_is_said_again_is_no_other_call_and_what_is_no_answer_is_none() -> None:
    again = answer("139001", 18000, 1.5, "a")
    bye = again._replace(data=again.data.replace(b"1 INVITE", b"2 BYE"))
    ringing = answer("139002", 18002, 1.5, "b")
    ringing = ringing._replace(data=ringing.data.replace(b"200 OK", b"180 Ringing"))
    noise = Datagram(1.6, SWITCH, 40000, b"\r\n\r\n")
    datagrams = [answer("139001", 18000, 1.0, "a"), again, bye, ringing, noise, *sound(ONE, 18000, 1.1, 1)]
    assert told(datagrams) == [("139001", [("one", True)])]


def test_a_pause_ends_what_was_playing() -> None:
    datagrams = [answer("139001", 18000, 1.0, "a"), *sound(ONE[: 160 * 8], 18000, 1.1, 1)]
    [(_, heard)] = told([*datagrams, *sound(ONE, 18000, 3.0, 2)])
    assert heard == [("one", False), ("one", True)]


def test_what_is_kept_comes_back_and_a_cut_end_is_left_out() -> None:
    datagrams = [Datagram(1.25, 1, 2, b"abc"), Datagram(2.5, 3, 65535, b"")]
    kept = b"listening\n" + b"".join(map(format_kept, datagrams))
    assert list(read_kept(kept)) == datagrams
    assert list(read_kept(kept[:-1])) == datagrams[:1]
    assert list(read_kept(b"listening\n")) == []


def test_ports_and_content_are_read_out_of_a_packet_with_options() -> None:
    for options in (b"", b"\x01\x01\x01\x00"):
        head = bytes([0x45 + len(options) // 4]) + bytes(19) + options
        assert read_ip(head + struct.pack("!HHHH", 5060, 40000, 11, 0) + b"abc") == (5060, 40000, b"abc")
