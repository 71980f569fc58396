"""The answers about signing in and out."""

from __future__ import annotations

import asyncio
import math
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import structlog
from aiohttp import web

from wallboard import payloads, sign_in_page
from wallboard.access.permissions import Action
from wallboard.access.sessions import Session
from wallboard.carried import GRANT, PERSON
from wallboard.guard import refused
from wallboard.links import take_link
from wallboard.reception import RECEPTION, Refused, browser_of, now
from wallboard.routes import SETTINGS
from wallboard.sign_in_words import WORDS, language_of

if TYPE_CHECKING:
    from wallboard.access.grants import Way
    from wallboard.reception import Reception

_WHERE: Final = re.compile(r"(boards/[A-Za-z0-9_%-]{1,200})?(\?[A-Za-z0-9_=&%.,:+~*-]{0,1000})?")
"""Where somebody may be led after signing in: pages of ours, below our own address."""
_LONGEST_NAME: Final = 64

log = structlog.get_logger("wallboard.access")


async def show(request: web.Request) -> web.StreamResponse:
    """`GET /sign-in`."""
    to = where_to(request.query.get("to", ""))
    if request.get(GRANT) is not None and request[GRANT].way not in {"token", "kiosk"}:
        return _onward(to)
    page = _page(request, request.query.get("lang"), to)
    if request.query.get("out") is not None:
        page = replace(page, notice=WORDS[page.language]["signed_out"], is_problem=False)
    if request.query.get("openid") is not None and page.provider:
        page = replace(page, notice=WORDS[page.language]["openid_failed"].format(provider=page.provider))
    return _shown(page)


async def take(request: web.Request) -> web.StreamResponse:
    """`POST /sign-in`: a name and a password."""
    reception, where = request.app[RECEPTION], request.app[RECEPTION].whence(request)
    form = await _form(request)
    page = _page(request, form.get("lang"), where_to(form.get("to", "")))
    name, password = form.get("name", "").strip(), form.get("password", "")
    if not name or not password or len(name) > _LONGEST_NAME:
        return _shown(replace(page, notice=WORDS[page.language]["bad_form"]), 400)
    found = await reception.check(name, password, where)
    if isinstance(found, Refused):
        notice = WORDS[page.language][found.why].format(wait=math.ceil(found.wait_s))
        answer = _shown(
            replace(page, notice=notice, name=name, is_wrong=found.why == "wrong"),
            {"wrong": 401, "too_many": 429, "busy": 503}[found.why],
        )
        if found.wait_s:
            answer.headers["Retry-After"] = str(math.ceil(found.wait_s))
        return answer
    answer = _onward(page.to)
    begin(request, answer, found)
    return answer


async def take_secret(request: web.Request) -> web.StreamResponse:
    """`POST /sign-in/secret`: a one-time link's or a screen's, which its page has read from behind the `#`."""
    reception = request.app[RECEPTION]
    if (over := reception.may_try(reception.whence(request))) is not None:
        answer = refused(429, "too_many", f"too many tries; the next one in {math.ceil(over.wait_s)} s")
        answer.headers["Retry-After"] = str(math.ceil(over.wait_s))
        return answer
    form = await _form(request)
    session, to = await _of_secret(request, form.get("secret", "")), where_to(form.get("to", ""))
    if session is None:
        reception.say("secret_refused", reception.whence(request))
        return refused(401, "bad_secret", "this link or token is not good, or not any more")
    if session.way == "kiosk" and (screen := reception.register.kiosk(session.name)) is not None:
        query = to.partition("?")[2] or "tv"
        to = f"boards/{screen.board}?{query}"
    told = web.Response(text=payloads.text({"to": f"./{to}"}), content_type="application/json")
    begin(request, told, session)
    return told


async def _of_secret(request: web.Request, secret: str) -> Session | None:
    reception, kept = request.app[RECEPTION], request.app[SETTINGS].kept
    token = reception.register.token(secret)
    if token is not None:
        return Session("kiosk", token.name, token.mark, now(), now()) if token.board is not None else None
    person = None if kept is None else await asyncio.to_thread(take_link, kept, secret, now())
    return None if person is None else Session("link", person.name, "", now(), now(), person=person)


def begin(request: web.Request, answer: web.StreamResponse, session: Session) -> None:
    """Sign this browser in; whatever it was signed in with before is over."""
    reception = request.app[RECEPTION]
    where = reception.whence(request)
    cookie = reception.cookie(where)
    secret = reception.sessions.begin(replace(session, browser=browser_of(request)), request.cookies.get(cookie))
    answer.set_cookie(cookie, secret, path="/", secure=where.is_tls, httponly=True, samesite="Lax")
    log.info("signed_in", name=session.name, way=session.way, address=where.address)


async def leave(request: web.Request) -> web.StreamResponse:
    """`POST /sign-out`: of this browser, or with `everywhere` of all the same person's."""
    reception = request.app[RECEPTION]
    cookie = reception.cookie(reception.whence(request))
    secret = request.cookies.get(cookie, "")
    session = reception.sessions.find(secret, now())
    if session is not None and (await _form(request)).get("everywhere"):
        end_all_of(reception, session.name, session.way)
    reception.sessions.end(secret)
    answer = web.Response(status=303, headers={"Location": "sign-in?out=1", "Cache-Control": "no-store"})
    answer.del_cookie(cookie, path="/", secure=reception.whence(request).is_tls, httponly=True, samesite="Lax")
    log.info("signed_out", name=request[PERSON].name)
    return answer


async def sign_out_person(request: web.Request) -> web.Response:
    """`POST /api/v1/people/{name}/sign-out`: ends every session of somebody."""
    ended = end_all_of(request.app[RECEPTION], request.match_info["name"])
    log.info("signed_out_by", name=request.match_info["name"], by=request[PERSON].name, sessions=ended)
    return web.Response(text=payloads.text({"ended": ended}), content_type="application/json")


def end_all_of(reception: Reception, name: str, way: Way | None = None) -> int:
    """End every session of this name, of those who came in one way or all; how many there were."""
    return reception.sessions.end_where(
        lambda session: session.name.casefold() == name.casefold() and way in {None, session.way}
    )


async def me(request: web.Request) -> web.Response:
    """`GET /api/v1/me`: who is asking, and what they may."""
    grant = request[GRANT]
    queues = None if grant.person.queues is None else sorted(grant.person.queues)
    told = {
        "name": grant.person.name,
        "role": grant.person.role,
        "queues": queues,
        "way": grant.way,
        "may": [action for action in Action if grant.allows(action)],
    }
    return web.Response(
        text=payloads.text(told), content_type="application/json", headers={"Cache-Control": "no-store"}
    )


async def _form(request: web.Request) -> dict[str, str]:
    """The fields of a form; none where it is no form."""
    if request.content_type != "application/x-www-form-urlencoded":
        return {}
    try:
        fields = await request.post()
    except (ValueError, LookupError):  # no text in the charset it names, or none there is
        return {}
    return {name: value for name, value in fields.items() if isinstance(value, str)}


def where_to(asked: str) -> str:
    """Where somebody asked to be led, if that is a page of ours; else the first one."""
    return asked if _WHERE.fullmatch(asked) else ""


def _onward(to: str) -> web.Response:
    return web.Response(status=303, headers={"Location": f"./{to}", "Cache-Control": "no-store"})


def _page(request: web.Request, language: str | None, to: str) -> sign_in_page.Page:
    settings = request.app[SETTINGS]
    return sign_in_page.Page(
        language_of(language, request.headers.get("Accept-Language", "")),
        settings.title,
        to,
        has_users=bool(request.app[RECEPTION].register.users),
        provider=settings.openid.title if settings.openid is not None else "",
    )


def _shown(page: sign_in_page.Page, status: int = 200) -> web.Response:
    return web.Response(
        text=sign_in_page.html(page), content_type="text/html", status=status, headers={"Cache-Control": "no-store"}
    )
