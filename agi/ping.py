"""The route that proves the server is alive: one line to whoever asks, then the end.

A probe sends a header block with ``agi_network_script: ping``, reads one line and closes. From a dialplan it works as
well: ``AGI(agi://host/ping)``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agi.channel import Channel

PROBE = b"agi_network: yes\nagi_network_script: ping\n\n"
"""What a probe sends."""

PONG = b'VERBOSE "pong" 4\n'
"""What it gets."""


async def ping(channel: Channel) -> None:
    """Answer a probe. That it closes without an answer is expected (``ChannelGone`` ends a route quietly)."""
    await channel.verbose("pong", 4)
