"""An RTP endpoint on loopback that listens like a person, presses keys and speaks.

It sends a packet every 20 ms as a telephone does (silence when nobody speaks), records what comes, and tells at any
moment which prompts were heard (`lab.listening`).
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
import time
import wave
from collections import deque
from typing import TYPE_CHECKING, Self

from lab.listening import Heard, PromptIndex, Recogniser, alaw_to_linear
from lab.ports import LOOPBACK
from lab.rtp import ALAW, FRAME, FRAME_MS, RATE, NotRtpError, Ordered, Packet, format_packet, key_press, parse_key
from lab.rtp import parse_packet as parse_rtp

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lab.sdp import Audio

_SILENCE = b"\xd5" * FRAME
_QUIET_S = 0.12
"""Without a packet for this long, what was playing is over."""


class NotHeardError(AssertionError):
    """What a test waited for was not heard in time; the message says what was."""


class Ear(asyncio.DatagramProtocol):
    """One end of one call's sound."""

    def __init__(self, index: PromptIndex | None = None, host: str = LOOPBACK) -> None:
        self._host = host
        self.port = 0
        """Where we listen, once open."""
        self.recorded = bytearray()
        """All sound received, A-law or µ-law as it came, without gaps for time in which nothing was sent."""
        self.keys: list[str] = []
        """Key presses received."""
        self._recogniser = Recogniser(index or PromptIndex())
        self._order = Ordered()
        self._began = time.monotonic()
        self._last_packet = 0.0
        self._last_key = -1
        self._transport: asyncio.DatagramTransport | None = None
        self._far: Audio | None = None
        self._codec = ALAW
        self._due: deque[tuple[float, Packet]] = deque()
        self._speech = bytearray()
        self._source = random.getrandbits(32)
        self._sequence = random.getrandbits(16)
        self._timestamp = random.getrandbits(32)
        self._talking: asyncio.Task[None] | None = None
        self._news = asyncio.Event()

    async def open(self) -> Self:
        """Begin to listen on a free port of loopback."""
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(
            lambda: self, local_addr=(self._host, 0), family=socket.AF_INET
        )
        self.port = self._transport.get_extra_info("sockname")[1]
        self._began = time.monotonic()
        self._talking = asyncio.create_task(self._talk(), name=f"ear {self.port}")
        return self

    async def close(self) -> None:
        """Stop. A second call does nothing."""
        if self._talking is not None:
            self._talking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._talking
            self._talking = None
        if self._transport is not None:
            self._transport.close()
            self._transport = None
        self._recogniser.silence()

    def connect(self, far: Audio) -> None:
        """Say where our packets go and in which payload types."""
        self._far = far
        if far.payload_types:
            self._codec = far.payload_types[0]

    @property
    def now_ms(self) -> int:
        """Milliseconds since we began to listen, the clock of everything heard."""
        return round((time.monotonic() - self._began) * 1000)

    @property
    def heard(self) -> list[Heard]:
        """Everything heard so far, in order."""
        return self._recogniser.heard()

    @property
    def packets_lost(self) -> int:
        """Packets that never came."""
        return self._order.lost

    def say(self, audio: bytes) -> None:
        """Speak A-law bytes, after what is still to be said."""
        self._speech += audio

    async def press(self, keys: str, hold_ms: int = 100, gap_ms: int = 80) -> None:
        """Press keys one after another; returns when the last has been let go.

        Args:
            keys: out of `0123456789*#ABCD`.
            hold_ms: how long each is held.
            gap_ms: pause behind each.
        """
        for key in keys:
            begin = time.monotonic()
            event_type = self._far.event_type if self._far else None
            if event_type is None:
                raise NotHeardError("the far end takes no telephone events (RFC 4733)")
            packets = key_press(
                key,
                hold_ms,
                sequence=0,  # numbered when sent
                timestamp=self._timestamp,
                source=self._source,
                payload_type=event_type,
            )
            self._due.extend((begin + at_ms / 1000, packet) for at_ms, packet in packets)
            await asyncio.sleep((hold_ms + gap_ms) / 1000)

    async def until(self, condition: Callable[[], bool], within_s: float) -> bool:
        """Wait until the condition holds, looked at whenever something is heard; whether it came to hold."""
        deadline = time.monotonic() + within_s
        while not condition():
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), left)
        return True

    def save_wav(self, path: Path) -> None:
        """Write what was heard (A-law) as a file a person can listen to."""
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes(alaw_to_linear(bytes(self.recorded)))

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Part of asyncio's protocol: nothing to do, `open` has the transport."""

    def datagram_received(self, data: bytes, addr: tuple[str | object, int]) -> None:
        """Part of asyncio's protocol: one packet."""
        del addr
        try:
            packet = parse_rtp(data)
        except NotRtpError:
            return
        self._last_packet = time.monotonic()
        now_ms = self.now_ms
        for ready in self._order.push(packet):
            if ready.payload_type == self._codec:
                self.recorded += ready.payload
                self._recogniser.feed(ready.payload, now_ms)
            else:
                self._take_key(ready)
        self._tell()

    def _take_key(self, packet: Packet) -> None:
        try:
            event = parse_key(packet.payload)
        except NotRtpError:  # comfort noise and the like
            return
        if packet.timestamp != self._last_key:
            self._last_key = packet.timestamp
            self.keys.append(event.key)

    def _tell(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    async def _talk(self) -> None:
        due = time.monotonic()
        while True:
            due += FRAME_MS / 1000
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            self._timestamp = (self._timestamp + FRAME) & 0xFFFFFFFF
            self._send_frame()
            if self._last_packet and time.monotonic() - self._last_packet > _QUIET_S:
                self._last_packet = 0.0
                self._recogniser.silence()
                self._tell()

    def _send_frame(self) -> None:
        """One packet of sound, or those of a key that are due: while a key is held there is no sound."""
        if self._due:
            now = time.monotonic()
            while self._due and self._due[0][0] <= now:
                self._send(self._due.popleft()[1])
            return
        audio = bytes(self._speech[:FRAME]).ljust(FRAME, b"\xd5") if self._speech else _SILENCE
        del self._speech[:FRAME]
        self._send(Packet(self._codec, 0, self._timestamp, self._source, audio))

    def _send(self, packet: Packet) -> None:
        far = self._far
        if far is None or not far.port or self._transport is None:
            return
        self._sequence = (self._sequence + 1) & 0xFFFF
        numbered = Packet(
            packet.payload_type, self._sequence, packet.timestamp, packet.source, packet.payload, marker=packet.marker
        )
        self._transport.sendto(format_packet(numbered), (far.host, far.port))
