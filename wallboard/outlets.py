"""Where a viewer's messages leave: straight onto its socket while that takes them, later when it does not.

aiohttp's own way is a task for each viewer that wakes for each message, builds the frame's header again and hands it
to the kernel apart from the body. Here the hub writes one frame, made once for all, to each transport that is not
behind; only a viewer that is behind has its task woken. The rest of the protocol stays aiohttp's: handshake, pings,
close.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from wallboard.frames import WINDOW_BITS

if TYPE_CHECKING:
    from aiohttp import web

    from wallboard.frames import Message
    from wallboard.hub import Outlet, Viewer

MOST_BUFFERED: Final = 64 * 1024
"""Bytes that may wait in a transport before its viewer is behind: where asyncio pauses a writer, too
(`asyncio.transports._FlowControlMixin`, uvloop's `UVStream`), so that `drain` waits when we do."""
_AGAIN_S: Final = 0.05
"""How long to wait where a transport says it can take more but took nothing."""


def outlet(request: web.Request, socket: web.WebSocketResponse) -> Outlet:
    """Where messages for this viewer leave; the socket must be prepared."""
    transport = request.transport
    packed = socket.compress == WINDOW_BITS

    def write(message: Message) -> bool:
        if transport is None or transport.is_closing() or socket.closed:
            return True  # nobody is there to take it any more; the viewer is about to leave
        if transport.get_write_buffer_size() > MOST_BUFFERED:
            return False
        transport.write(message.frame(packed=packed))
        return True

    return write


async def catch_up(request: web.Request, viewer: Viewer) -> None:
    """Hand on what waits for a viewer that fell behind, whenever its socket takes more, until cancelled.

    Raises:
        ConnectionError: the viewer is gone.
    """
    while True:
        await viewer.behind()
        await request.writer.drain()
        if not viewer.flush():
            await asyncio.sleep(_AGAIN_S)
