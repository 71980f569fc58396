"""Session descriptions (RFC 8866, RFC 3264), one audio stream of G.711 and telephone events; pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from lab.rtp import ALAW, RATE, TELEPHONE_EVENT, ULAW

if TYPE_CHECKING:
    from collections.abc import Sequence

Direction = Literal["sendrecv", "sendonly", "recvonly", "inactive"]
_DIRECTIONS: dict[str, Direction] = {
    "sendrecv": "sendrecv",
    "sendonly": "sendonly",
    "recvonly": "recvonly",
    "inactive": "inactive",
}
_NAMES = {ULAW: "PCMU", ALAW: "PCMA"}


class NotSdpError(ValueError):
    """A session description without the audio stream we need."""


@dataclass(frozen=True, slots=True)
class Audio:
    """The audio stream of one side."""

    host: str
    """Where it wants its packets."""
    port: int
    """0 when it wants none."""
    payload_types: tuple[int, ...]
    """In order of preference."""
    event_type: int | None
    """Payload type of its telephone events; None when it takes none."""
    direction: Direction = "sendrecv"
    """As seen from that side."""


def format_sdp(audio: Audio, version: int) -> str:
    """The description of our side; `version` grows with each one sent in a dialog."""
    types = [*audio.payload_types, *([audio.event_type] if audio.event_type is not None else [])]
    lines = [
        "v=0",
        f"o=- 1 {version} IN IP4 {audio.host}",
        "s=-",
        f"c=IN IP4 {audio.host}",
        "t=0 0",
        f"m=audio {audio.port} RTP/AVP {' '.join(map(str, types))}",
        *(f"a=rtpmap:{number} {_NAMES[number]}/{RATE}" for number in audio.payload_types),
    ]
    if audio.event_type is not None:
        lines += [f"a=rtpmap:{audio.event_type} telephone-event/{RATE}", f"a=fmtp:{audio.event_type} 0-15"]
    return "\r\n".join([*lines, "a=ptime:20", f"a={audio.direction}", ""])


def parse_sdp(text: str) -> Audio:
    """The first audio stream of a description.

    Raises:
        NotSdpError: there is none, or no address for it.
    """
    session, *media = re.split(r"(?m)^(?=m=)", text)
    for stream in media:
        found = re.match(r"m=audio (\d+)(?:/\d+)? \S+((?: \d+)+)", stream)
        if not found:
            continue
        address = re.search(r"(?m)^c=IN IP[46] (\S+)", stream) or re.search(r"(?m)^c=IN IP[46] (\S+)", session)
        if not address:
            raise NotSdpError("no address (c=) for the audio stream")
        event = re.search(r"(?mi)^a=rtpmap:(\d+) telephone-event/8000", stream)
        way = re.search(r"(?m)^a=(sendrecv|sendonly|recvonly|inactive)\s*$", stream + session)
        types = tuple(int(number) for number in found[2].split())
        return Audio(
            address[1],
            int(found[1]),
            tuple(number for number in types if number in _NAMES),
            int(event[1]) if event else None,
            _DIRECTIONS[way[1]] if way else "sendrecv",
        )
    raise NotSdpError("no audio stream (m=audio) in the description")


def our_audio(host: str, port: int, codecs: Sequence[int] = (ALAW,), direction: Direction = "sendrecv") -> Audio:
    """Our side's stream, telephone events included."""
    return Audio(host, port, tuple(codecs), TELEPHONE_EVENT, direction)
