"""What every answer carries, and what is refused before anything is looked at: nothing is open unless a table says so.

A page of another site in a visitor's browser must not reach us: the `Host` must be ours (a name rebound to 127.0.0.1 is
not), an `Origin` must be our own (browsers send it with WebSockets, and do not apply the same-origin rule to these
themselves: RFC 6455, section 10.2), and what changes something must come from a page of ours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from aiohttp import web

from wallboard import payloads
from wallboard.access.origin import is_meant, is_our_host, is_our_origin
from wallboard.carried import GRANT, PERSON
from wallboard.doors import is_open, may_enter
from wallboard.hub import Hub
from wallboard.reception import RECEPTION, bearer_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from wallboard.access.origin import Whence
    from wallboard.reception import Reception

HUB: Final = web.AppKey("hub", Hub)
HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    # with no-referrer browsers send `Origin: null` with a form (Fetch standard, "append a request Origin header")
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""No inline script, no third party, no framing."""
MOST_BODY_BYTES: Final = 4096
"""A sign-in is the longest thing anybody has to say."""


@web.middleware
async def guard(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Refuse what is not ours to answer; put the headers on whatever is answered."""
    try:
        response = _refusal(request) or await handler(request)
    except web.HTTPException as refused:
        refused.headers.update(HEADERS)
        raise
    if not response.prepared:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)  # a page of one style of its own says so itself
    return response


def refused(status: int, code: str, message: str) -> web.Response:
    """Every refusal of the API has this one shape."""
    return web.Response(
        text=payloads.text({"error": {"code": code, "message": message}}),
        content_type="application/json",
        status=status,
        headers={"Cache-Control": "no-store"},
    )


def _refusal(request: web.Request) -> web.StreamResponse | None:
    """The refusal of a request that is not let in; None lets it in, and says who it is."""
    reception = request.app[RECEPTION]
    where = reception.whence(request)
    return _from_elsewhere(request, reception, where) or _too_long(request, reception, where) or _entering(request)


def _from_elsewhere(request: web.Request, reception: Reception, where: Whence) -> web.Response | None:
    if not reception.may_connect(request.remote):
        reception.say("not_by_a_proxy", where)
        return refused(403, "not_by_the_proxy", "this wallboard is reached through its proxy")
    if not is_our_host(where.host, reception.public):
        reception.say("foreign_host", where)
        return refused(421, "foreign_host", "this wallboard does not go by that name")
    origin = request.headers.get("Origin")
    if origin is not None and not is_our_origin(origin, where, reception.public):
        reception.say("foreign_origin", where)
        return refused(403, "foreign_origin", "a page of another site may not read the board")
    is_program = bearer_of(request) is not None  # which no browser sends by itself
    if not is_program and not is_meant(request.method, request.headers, where, reception.public):
        reception.say("not_from_our_page", where)
        return refused(403, "foreign_origin", "only a page of this wallboard may send this")
    return None


def _too_long(request: web.Request, reception: Reception, where: Whence) -> web.Response | None:
    """Said before it has come: what is not read need not be kept, and the connection is closed behind it."""
    if (request.content_length or 0) <= MOST_BODY_BYTES:
        return None
    reception.say("too_long", where)
    answer = refused(413, "too_long", f"a request has at most {MOST_BODY_BYTES} bytes")
    answer.force_close()
    return answer


def _entering(request: web.Request) -> web.StreamResponse | None:
    resource = request.match_info.route.resource
    route = None if resource is None else resource.canonical
    grant = request.app[RECEPTION].grant_of(request, request.app[HUB].boards)
    if grant is not None:
        request[GRANT], request[PERSON] = grant, grant.person
    if is_open(request.method, route, request.path):
        return None
    if grant is None:
        return _to_sign_in(request, route)
    if route is not None and not may_enter(grant, request.method, route, request.match_info.get("name")):
        return refused(403, "not_yours", f"{grant.person.name} may not have this")
    return None  # nothing is there at all: the answer is the router's


def _to_sign_in(request: web.Request, route: str | None) -> web.StreamResponse:
    if route in {"/", "/boards/{name}"} and request.method in {"GET", "HEAD"}:
        up = "../" * (
            request.rel_url.raw_path.count("/") - 1
        )  # relative: whatever a proxy puts before our paths stays there
        to = request.path_qs.lstrip("/")
        address = f"{up}sign-in" + (f"?{urlencode({'to': to})}" if to else "")
        return web.Response(status=303, headers={"Location": address, "Cache-Control": "no-store"})
    answer = refused(401, "sign_in", "sign in first, or send a token: Authorization: Bearer …")
    answer.headers["WWW-Authenticate"] = "Bearer"
    return answer
