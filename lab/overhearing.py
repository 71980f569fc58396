"""What callers of SIPp hear: SIPp keeps no sound, so a process that may look on keeps what Asterisk sends it.

    with Overhearing(folder, switch_port=ports.sip, media_port=20000) as overhearing:
        …                                   # callers(…, media_port=20000)
    calls = overhearing.calls(rig.index)    # each with its number and what was heard

Only datagrams on loopback between these ports are kept. A raw socket wants root (or sudo), as SIPp's own keys do.
"""

from __future__ import annotations

import socket
import struct
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Self

from lab.inside import ProgramError, Watched, privileged
from lab.listening import Recogniser
from lab.ports import LOOPBACK
from lab.rtp import ALAW, NotRtpError, Ordered, parse_packet
from lab.sdp import NotSdpError, parse_sdp
from lab.sip import NotSipError, address, parse_message

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lab.listening import Heard, PromptIndex

_WATCH = Path(__file__).with_name("watch.sh")
_RECORD = struct.Struct("!dHHH")
"""Seconds, port it came from, port it went to, bytes; the bytes follow."""
_READY = b"listening\n"
_READY_S = 10.0
_BUFFER = 1 << 24
_RCVBUFFORCE = 33
"""SO_RCVBUFFORCE of Linux (asm-generic/socket.h), a buffer beyond the limit for all; Python has no name for it."""
_QUIET_S = 0.12
"""Without a packet for this long, what was playing is over (as `lab.ear`)."""
_OK = 200


class Datagram(NamedTuple):
    """One datagram on loopback."""

    at_s: float
    """By a clock that only goes on."""
    source: int
    """UDP port it came from."""
    target: int
    """UDP port it went to."""
    data: bytes


@dataclass(frozen=True, slots=True)
class Overheard:
    """One answered call."""

    number: str
    """The calling number."""
    began_s: float
    """When it was answered, by the clock of `Datagram`."""
    heard: list[Heard]
    """Every stretch of a prompt that was sent to the caller, in order."""


class Overhearing:
    """Keeps what is sent to the callers, from entering to leaving.

    Args:
        folder: where it is kept.
        switch_port: Asterisk's own SIP port.
        media_port: the port the callers take their sound at, one for all.

    Raises:
        ProgramError: we may not look on.
    """

    def __init__(self, folder: Path, *, switch_port: int, media_port: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._switch_port, self._media_port = switch_port, media_port
        self._kept = folder / "overheard"
        self._kept.touch(0o600)
        program = [sys.executable, "-m", "lab.overhearing", str(self._kept.resolve()), str(switch_port)]
        root = Path(__file__).resolve().parent.parent
        command = privileged(["env", f"--chdir={root}", "sh", str(_WATCH), *program, str(media_port)])
        self._watched = Watched(command, folder / "overhearing.log", Path(sys.executable).name)

    def __enter__(self) -> Self:
        deadline = time.monotonic() + _READY_S
        while self._kept.stat().st_size < len(_READY):
            if not self._watched.running or time.monotonic() > deadline:
                self._watched.end()
                raise ProgramError(f"nothing can be overheard\n{self._watched.said()}")
            time.sleep(0.02)
        return self

    def __exit__(self, *_: object) -> None:
        self._watched.end()

    def calls(self, index: PromptIndex) -> list[Overheard]:
        """Every call that was answered, in the order they were, with what its caller heard."""
        datagrams = list(read_kept(self._kept.read_bytes()))
        return overheard(datagrams, index, switch_port=self._switch_port, media_port=self._media_port)


def overheard(
    datagrams: Sequence[Datagram], index: PromptIndex, *, switch_port: int, media_port: int
) -> list[Overheard]:
    """Calls out of datagrams; pure. A call's sound comes from the port that its answer names, until another's does."""
    answers = list(_answers(one for one in datagrams if one.source == switch_port))
    calls = []
    for at, (began_s, number, port) in enumerate(answers):
        until_s = next((later for later, _, other in answers[at + 1 :] if other == port), float("inf"))
        sound = (one for one in datagrams if (one.source, one.target) == (port, media_port))
        heard = _heard((one for one in sound if began_s <= one.at_s < until_s), index)
        calls.append(Overheard(number, began_s, heard))
    return calls


def _answers(datagrams: Iterable[Datagram]) -> Iterator[tuple[float, str, int]]:
    """Of every call: when it was answered, who called, and the port its sound comes from."""
    seen = set()
    for one in datagrams:
        try:
            message = parse_message(one.data)
            if (message.status, message.answers) != (_OK, "INVITE") or message.get("call-id") in seen:
                continue
            port = parse_sdp(message.body).port
        except (NotSipError, NotSdpError):
            continue
        seen.add(message.get("call-id"))
        number = address(message.get("from")).removeprefix("sip:").partition("@")[0]
        yield one.at_s, number, port


def _heard(sound: Iterable[Datagram], index: PromptIndex) -> list[Heard]:
    recogniser, order = Recogniser(index), Ordered()
    began = last = None
    for one in sound:
        began = one.at_s if began is None else began
        if last is not None and one.at_s - last > _QUIET_S:
            recogniser.silence()
        last = one.at_s
        try:
            packets = order.push(parse_packet(one.data))
        except NotRtpError:  # a key that is sent back and the like
            continue
        for packet in packets:
            if packet.payload_type == ALAW:
                recogniser.feed(packet.payload, round((one.at_s - began) * 1000))
    recogniser.silence()
    return recogniser.heard()


def read_kept(kept: bytes) -> Iterator[Datagram]:
    """Datagrams out of a file; the last may be cut, and is left out then."""
    at = len(_READY)
    while at + _RECORD.size <= len(kept):
        at_s, source, target, size = _RECORD.unpack_from(kept, at)
        at += _RECORD.size
        if at + size > len(kept):
            return
        yield Datagram(at_s, source, target, kept[at : at + size])
        at += size


def format_kept(one: Datagram) -> bytes:
    """A datagram as `read_kept` reads it."""
    return _RECORD.pack(one.at_s, one.source, one.target, len(one.data)) + one.data


def read_ip(packet: bytes) -> tuple[int, int, bytes]:
    """Ports and content of a UDP datagram in IPv4 (RFC 791 3.1, RFC 768)."""
    begin = (packet[0] & 0x0F) * 4
    source, target, size = struct.unpack_from("!HHH", packet, begin)
    return source, target, packet[begin + 8 : begin + size]


def _keep(path: Path, switch_port: int, media_port: int) -> None:
    """Until we are ended: a raw socket is given a copy of every datagram that arrives (raw(7))."""
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_UDP) as ear, path.open("r+b", buffering=0) as to:
        ear.setsockopt(socket.SOL_SOCKET, _RCVBUFFORCE, _BUFFER)
        ear.bind((LOOPBACK, 0))
        to.write(_READY)
        while True:
            source, target, data = read_ip(ear.recv(65_535))
            if source == switch_port or target == media_port:
                to.write(format_kept(Datagram(time.monotonic(), source, target, data)))


if __name__ == "__main__":
    _keep(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
