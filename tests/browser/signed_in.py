"""A browser that somebody has signed in with, without the sign-in page."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from wallboard.access.people import Person, Role
from wallboard.access.sessions import Session
from wallboard.reception import RECEPTION

if TYPE_CHECKING:
    from aiohttp import web
    from playwright.async_api import BrowserContext

SUPERVISOR = Person("陈主管", Role.SUPERVISOR)


async def sign_in(context: BrowserContext, app: web.Application, address: str, person: Person = SUPERVISOR) -> None:
    """Give the browser the cookie of a session that this wallboard knows."""
    moment = datetime.now(UTC)
    secret = app[RECEPTION].sessions.begin(Session("link", person.name, "", moment, moment, person=person))
    port = address.rstrip("/").rpartition(":")[2]
    await context.add_cookies([{"name": f"hotline-{port}", "value": secret, "url": address, "httpOnly": True}])
