"""A capture file of silence for SIPp to send; pure."""

from __future__ import annotations

import struct

from lab.rtp import ALAW, FRAME, FRAME_MS, Packet, format_packet

_ETHERNET = b"\x02\0\0\0\0\x01\x02\0\0\0\0\x02\x08\0"
_PORT = 4000
_SOURCE = 0x5E1F


def silence_capture(length_ms: int) -> bytes:
    """A pcap file (Ethernet, IPv4, UDP) of A-law silence in RTP; SIPp puts its own addresses and ports in."""
    parts = [struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65_535, 1)]
    for number in range(length_ms // FRAME_MS):
        rtp = format_packet(Packet(ALAW, number, number * FRAME, _SOURCE, b"\xd5" * FRAME, marker=number == 0))
        udp = struct.pack("!HHHH", _PORT, _PORT, 8 + len(rtp), 0) + rtp
        ip = struct.pack("!BBHHHBBHII", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, 0x7F000001, 0x7F000001) + udp
        frame = _ETHERNET + ip
        at_us = number * FRAME_MS * 1000
        parts.append(struct.pack("<IIII", at_us // 1_000_000, at_us % 1_000_000, len(frame), len(frame)) + frame)
    return b"".join(parts)
