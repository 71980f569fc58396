"""Signing in at an OpenID provider: the questions put to it, and the two routes."""

from __future__ import annotations

import asyncio
import json
import time
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

import aiohttp
from aiohttp import web

from wallboard import sign_in
from wallboard.access.openid import (
    Journeys,
    ProviderError,
    asking,
    claims_of,
    discovery_of,
    endpoints_of,
    keys_of,
    person_of,
)
from wallboard.access.sessions import Session
from wallboard.reception import RECEPTION, now
from wallboard.sign_in_words import language_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from joserfc.jwk import KeySet

    from wallboard.access.openid import Endpoints, Pending, Provider
    from wallboard.access.people import Person

WITHIN_S: Final = 10.0
"""How long the provider may take for an answer."""
MOST_BYTES: Final = 262_144
"""Of an answer."""
FRESH_S: Final = 3600.0
"""How long its discovery document and its keys are kept."""
ANEW_S: Final = 60.0
"""An unknown key makes us ask for the keys anew, this often at most; so often a provider that is away is tried."""
COOKIE: Final = "openid"
_BACK: Final = "sign-in/openid/return"
_LONGEST: Final = 2048


class OpenId:
    """One provider, as it is known now."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self.journeys = Journeys()
        self._lock = asyncio.Lock()
        self._endpoints: Endpoints | None = None
        self._keys: KeySet | None = None
        self._asked_at = -FRESH_S
        self._keys_at = -FRESH_S
        self._away = ""

    async def endpoints(self) -> Endpoints:
        """What it says of itself.

        Raises:
            ProviderError: it is away, or lies; within the next `ANEW_S` without being asked again.
        """
        async with self._lock:
            moment = time.monotonic()
            if self._endpoints is None or moment - self._asked_at >= FRESH_S:
                if self._away and moment - self._asked_at < ANEW_S:
                    raise ProviderError(self._away)
                self._asked_at, issuer = moment, self.provider.issuer
                try:
                    self._endpoints = endpoints_of(await _asked("GET", discovery_of(issuer)), issuer)
                    self._away = ""
                except ProviderError as wrong:
                    self._endpoints, self._away = None, str(wrong)
                    raise
            return self._endpoints

    async def person(self, code: str, pending: Pending, back: str) -> Person | None:
        """Whom a code stands for; None is somebody who has no role here.

        Raises:
            ProviderError: the provider is away, or lies.
        """
        endpoints, provider = await self.endpoints(), self.provider
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
            "client_id": provider.client_id,
            "code_verifier": pending.verifier,
        }
        answer = await _asked("POST", endpoints.token, form, provider.authorization)
        token = answer.get("id_token") if isinstance(answer, dict) else None
        try:
            claims = claims_of(token, await self._known_keys(endpoints), provider, pending.nonce, time.time())
        except ProviderError:
            if time.monotonic() - self._keys_at < ANEW_S:
                raise
            claims = claims_of(
                token, await self._known_keys(endpoints, anew=True), provider, pending.nonce, time.time()
            )
        return person_of(claims, provider)

    async def _known_keys(self, endpoints: Endpoints, *, anew: bool = False) -> KeySet:
        async with self._lock:
            if self._keys is None or anew or time.monotonic() - self._keys_at >= FRESH_S:
                self._keys_at = time.monotonic()
                self._keys = keys_of(await _asked("GET", endpoints.keys))
            return self._keys


OPEN_ID: Final = web.AppKey("open_id", OpenId)


async def _asked(
    method: str, address: str, form: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
) -> object:
    """The JSON of one answer; redirects are not followed, and what it holds is never told."""
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=WITHIN_S)) as session,
            session.request(method, address, data=form, headers=headers, allow_redirects=False) as answer,
        ):
            if answer.status != web.HTTPOk.status_code:
                raise ProviderError(f"it answered with status {answer.status}")
            body = await answer.content.read(MOST_BYTES + 1)
            while len(body) <= MOST_BYTES and (more := await answer.content.read(MOST_BYTES + 1 - len(body))):
                body += more
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as away:
        raise ProviderError(f"it cannot be reached ({type(away).__name__})") from None
    if len(body) > MOST_BYTES:
        raise ProviderError("its answer has no end")
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise ProviderError("its answer is no JSON") from None


async def start(request: web.Request) -> web.StreamResponse:
    """`GET /sign-in/openid`: sends somebody to the provider."""
    reception, openid = request.app[RECEPTION], request.app[OPEN_ID]
    where = reception.whence(request)
    language = language_of(request.query.get("lang"), request.headers.get("Accept-Language", ""))
    if reception.may_try(where) is not None:
        return _failed(language, "../sign-in")
    try:
        endpoints = await openid.endpoints()
    except ProviderError as wrong:
        reception.say("openid_provider", where, why=str(wrong))
        return _failed(language, "../sign-in")
    to = sign_in.where_to(request.query.get("to", ""))
    state, cookie, pending = openid.journeys.begin(to, language, time.monotonic())
    address = asking(openid.provider, endpoints, _back(request), state, pending)
    answer = web.Response(status=303, headers={"Location": address, "Cache-Control": "no-store"})
    name = f"{reception.cookie(where)}-{COOKIE}"
    answer.set_cookie(name, cookie, path="/", secure=where.is_tls, httponly=True, samesite="Lax", max_age=600)
    return answer


async def back(request: web.Request) -> web.StreamResponse:
    """`GET /sign-in/openid/return`: somebody comes back from the provider."""
    reception, openid = request.app[RECEPTION], request.app[OPEN_ID]
    where = reception.whence(request)
    cookie = f"{reception.cookie(where)}-{COOKIE}"
    state, code = request.query.get("state", ""), request.query.get("code", "")
    pending = openid.journeys.end(state, request.cookies.get(cookie, ""), time.monotonic())
    language = pending.language if pending else language_of(None, request.headers.get("Accept-Language", ""))
    answer: web.StreamResponse = _failed(language, "../../sign-in")
    if pending is None:
        reception.say("openid_refused", where, why="nobody was sent there from this browser")
    elif not 0 < len(code) <= _LONGEST:
        reception.say("openid_refused", where, why="the provider gave no code")
    else:
        try:
            person = await openid.person(code, pending, _back(request))
        except ProviderError as wrong:
            reception.say("openid_provider", where, why=str(wrong))
        else:
            if person is None:
                reception.say("openid_refused", where, why="no role here is theirs")
            else:
                address = f"../../{pending.to}"
                answer = web.Response(status=303, headers={"Location": address, "Cache-Control": "no-store"})
                session = Session("openid", person.name, openid.provider.issuer, now(), now(), person=person)
                sign_in.begin(request, answer, session)
    answer.del_cookie(cookie, path="/", secure=where.is_tls, httponly=True, samesite="Lax")
    return answer


def _failed(language: str, page: str) -> web.Response:
    address = f"{page}?{urlencode({'openid': 'failed', 'lang': language})}"
    return web.Response(status=303, headers={"Location": address, "Cache-Control": "no-store"})


def _back(request: web.Request) -> str:
    reception = request.app[RECEPTION]
    return f"{reception.public or reception.whence(request).origin}/{_BACK}"
