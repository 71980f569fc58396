"""Who looks at the live feeds, how many of one account may, and how one whose session is over is shown out."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import structlog

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiohttp import web

    from wallboard.access.grants import Grant

SIGNED_OUT: Final = 4401
"""How a live feed is closed whose viewer is signed out (RFC 6455, section 7.4.2, leaves 4000 to 4999 to us)."""
GOODBYE_S: Final = 2.0
"""How long a viewer may take to read that; then its connection is cut. Nobody else waits for it."""
MOST_OF_A_SESSION: Final = 50
"""Pages of one browser that look at a time."""
MOST_OF_AN_ACCOUNT: Final = 200
"""Of all sessions of one person, one program or one screen's token: a wall of televisions."""

log = structlog.get_logger("wallboard.access")


class TooManyError(Exception):
    """One account has as many live feeds open as it may."""


@dataclass(frozen=True, slots=True)
class Looker:
    """With what somebody looks at one live feed."""

    grant: Grant
    """What it was worth when the feed was opened."""
    secret: str = field(default="", repr=False)
    """Of the session; empty with a token."""
    mark: str = ""
    """Of the token; empty with a session."""


class Looking:
    """All live feeds that are open. One event loop."""

    def __init__(self) -> None:
        self._open: dict[web.WebSocketResponse, tuple[Looker, asyncio.Transport | None]] = {}
        self._of: Counter[tuple[str, str]] = Counter()
        """How many of each session and of each account."""
        self.most_of_a_session = MOST_OF_A_SESSION
        self.most_of_an_account = MOST_OF_AN_ACCOUNT
        self._goodbyes: set[asyncio.Task[None]] = set()

    def begin(self, socket: web.WebSocketResponse, looker: Looker, transport: asyncio.Transport | None) -> None:
        """One more looks.

        Raises:
            TooManyError: it would be more than one session, or one account, may have.
        """
        session, account = _keys(looker)
        if self._of[account] >= self.most_of_an_account or (
            looker.secret and self._of[session] >= self.most_of_a_session
        ):
            raise TooManyError
        self._of.update((session, account))
        self._open[socket] = (looker, transport)

    def end(self, socket: web.WebSocketResponse) -> None:
        """One looks no more."""
        looker, _ = self._open.pop(socket, (None, None))
        for key in () if looker is None else _keys(looker):
            self._of[key] -= 1
            if not self._of[key]:
                del self._of[key]

    def show_out(self, stands: Callable[[Looker], bool]) -> None:
        """Close each feed that stands no more. Waits for none of them: one that does not read must hold up no other."""
        for socket, (looker, transport) in tuple(self._open.items()):
            if not stands(looker):
                self.end(socket)
                task = asyncio.create_task(_goodbye(socket, transport), name="wallboard.goodbye")
                self._goodbyes.add(task)
                task.add_done_callback(self._goodbyes.discard)


def _keys(looker: Looker) -> tuple[tuple[str, str], tuple[str, str]]:
    """Of the session, and of the account."""
    return ("session", looker.secret), (looker.grant.way, looker.grant.person.name)


async def _goodbye(socket: web.WebSocketResponse, transport: asyncio.Transport | None) -> None:
    """Say goodbye, and cut the connection in a moment: aiohttp waits for a transport without a bound."""
    if transport is not None:
        asyncio.get_running_loop().call_later(GOODBYE_S, transport.abort)
    try:
        await socket.close(code=SIGNED_OUT, message=b"signed out", drain=False)
    except Exception as error:  # noqa: BLE001 - whatever became of it, it is cut in a moment
        log.warning("goodbye_not_said", why=type(error).__name__)
