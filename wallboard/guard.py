"""What every answer carries, and what is refused before anything is looked at.

There is no sign-in yet, so the board serves this machine only. A page of another site in a browser on this machine must
not read it either: the `Host` must name loopback (a name rebound to 127.0.0.1 does not), a WebSocket's `Origin` must be
our own (browsers send it, and do not apply the same-origin rule to WebSockets themselves: RFC 6455, section 10.2).
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Final

from aiohttp import web
from yarl import URL

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""No inline script, no third party, no framing."""


@web.middleware
async def guard(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Refuse foreign hosts and origins; put the headers on whatever is answered."""
    if not _is_loopback(request.headers.get("Host", "")):
        raise web.HTTPMisdirectedRequest(text="this board serves its own machine only", headers=HEADERS)
    origin = request.headers.get("Origin")
    if origin is not None and _authority(origin) != request.headers.get("Host"):
        raise web.HTTPForbidden(text="this origin may not read the board", headers=HEADERS)
    try:
        response = await handler(request)
    except web.HTTPException as refused:
        refused.headers.update(HEADERS)
        raise
    if not response.prepared:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)  # a page of one style of its own says so itself
    return response


def _authority(origin: str) -> str | None:
    """Host and port an origin names; None for one that cannot be read."""
    try:
        return URL(origin).authority
    except ValueError:
        return None


def _is_loopback(host: str) -> bool:
    try:
        name = URL(f"http://{host}").host
    except ValueError:
        return False
    if not name:
        return False
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"
