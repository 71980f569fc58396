"""RTP packets (RFC 3550), key presses in them (RFC 4733) and their order; pure."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ULAW = 0
"""Static payload type of G.711 µ-law (RFC 3551 table 4)."""
ALAW = 8
"""Static payload type of G.711 A-law (RFC 3551 table 4)."""
TELEPHONE_EVENT = 101
"""The dynamic payload type everybody uses for RFC 4733; we offer it so, the far end may answer another."""
RATE = 8000
"""Timestamp units in a second, for G.711 and its telephone events."""
FRAME_MS = 20
FRAME = RATE * FRAME_MS // 1000
"""Bytes, samples and timestamp units of one packet."""
KEYS = "0123456789*#ABCD"
"""Keys by event code (RFC 4733 table 3)."""

_HEADER = struct.Struct("!BBHII")
_EVENT = struct.Struct("!BBH")
_VERSION = 2
_END_PACKETS = 3


class NotRtpError(ValueError):
    """Bytes that are no RTP packet or no telephone event; the message says where they break the rule."""


@dataclass(frozen=True, slots=True)
class Packet:
    """One RTP packet without its extension and contributing sources."""

    payload_type: int
    """0 to 127."""
    sequence: int
    """0 to 65535, one more than the packet before."""
    timestamp: int
    """In units of 1/8000 s, 32 bits."""
    source: int
    """SSRC, 32 bits."""
    payload: bytes
    """Without padding."""
    marker: bool = False
    """First packet after silence, or of a key press."""


@dataclass(frozen=True, slots=True)
class KeyEvent:
    """The payload of one packet of a key press (RFC 4733 2.3)."""

    key: str
    """One of `KEYS`."""
    duration: int
    """So far, in timestamp units."""
    ended: bool = False
    """The key was let go."""
    volume: int = 10
    """In -dBm0, 0 to 63."""


def parse_packet(data: bytes) -> Packet:
    """Read one datagram.

    Raises:
        NotRtpError: too short, wrong version, or lengths beyond its end.
    """
    if len(data) < _HEADER.size:
        raise NotRtpError(f"{len(data)} bytes, an RTP header has {_HEADER.size}")
    first, second, sequence, timestamp, source = _HEADER.unpack_from(data)
    if first >> 6 != _VERSION:
        raise NotRtpError(f"version {first >> 6}, expected {_VERSION}")
    begin = _HEADER.size + 4 * (first & 0x0F)
    if first & 0x10:
        if len(data) < begin + 4:
            raise NotRtpError("header extension beyond the end")
        begin += 4 + 4 * int.from_bytes(data[begin + 2 : begin + 4])
    end = len(data) - (data[-1] if first & 0x20 else 0)
    if begin > end:
        raise NotRtpError("header or padding beyond the end")
    return Packet(second & 0x7F, sequence, timestamp, source, data[begin:end], marker=bool(second & 0x80))


def format_packet(packet: Packet) -> bytes:
    """The datagram of one packet."""
    second = packet.payload_type | (0x80 if packet.marker else 0)
    return _HEADER.pack(0x80, second, packet.sequence, packet.timestamp, packet.source) + packet.payload


def parse_key(payload: bytes) -> KeyEvent:
    """Read the payload of a telephone-event packet.

    Raises:
        NotRtpError: shorter than four bytes, or no key of a telephone.
    """
    if len(payload) < _EVENT.size:
        raise NotRtpError(f"{len(payload)} bytes, a telephone event has {_EVENT.size}")
    code, flags, duration = _EVENT.unpack_from(payload)
    if code >= len(KEYS):
        raise NotRtpError(f"event {code} is no key")
    return KeyEvent(KEYS[code], duration, ended=bool(flags & 0x80), volume=flags & 0x3F)


def format_key(event: KeyEvent) -> bytes:
    """The payload of one packet of a key press."""
    return _EVENT.pack(KEYS.index(event.key), (0x80 if event.ended else 0) | event.volume, event.duration)


def key_press(
    key: str, hold_ms: int, *, sequence: int, timestamp: int, source: int, payload_type: int, step_ms: int = FRAME_MS
) -> Iterator[tuple[int, Packet]]:
    """The packets of one key press, each with the milliseconds after the press at which it is due.

    One timestamp for all, the duration grows, the marker is on the first, the last one is sent three times with
    the end bit and its own sequence numbers (RFC 4733 2.5.1.2 to 2.5.1.4).
    """
    steps = max(1, round(hold_ms / step_ms))
    for step in range(1, steps + _END_PACKETS):
        ended = step >= steps
        at_ms = min(step, steps) * step_ms
        event = KeyEvent(key, at_ms * RATE // 1000, ended=ended)
        number = (sequence + step - 1) & 0xFFFF
        yield at_ms, Packet(payload_type, number, timestamp, source, format_key(event), marker=step == 1)


class Ordered:
    """Packets of one source put in order; a gap is given up when `patience` later packets have come."""

    def __init__(self, patience: int = 5) -> None:
        self._patience = patience
        self._next: int | None = None
        self._source: int | None = None
        self._held: dict[int, Packet] = {}
        self.lost = 0
        """Packets given up."""

    def push(self, packet: Packet) -> list[Packet]:
        """Take one packet, give those that are now in order. A late or repeated one is dropped."""
        if packet.source != self._source:
            self._source, self._next, self._held = packet.source, packet.sequence, {}
        assert self._next is not None  # noqa: S101  # set together with the source
        ahead = (packet.sequence - self._next) & 0xFFFF
        if ahead >= 0x8000:  # noqa: PLR2004  # half the circle: it is behind us
            return []
        self._held[packet.sequence] = packet
        ready = self._take()
        if len(self._held) > self._patience:
            nearest = min(self._held, key=self._distance)
            self.lost += self._distance(nearest)
            self._next = nearest
            ready += self._take()
        return ready

    def _distance(self, sequence: int) -> int:
        return (sequence - (self._next or 0)) & 0xFFFF

    def _take(self) -> list[Packet]:
        ready = []
        while self._next is not None and (packet := self._held.pop(self._next, None)) is not None:
            ready.append(packet)
            self._next = (self._next + 1) & 0xFFFF
        return ready
