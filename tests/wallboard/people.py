"""People of a made-up wallboard, and clients that are signed in as one of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from aiohttp import CookieJar
from aiohttp.test_utils import TestClient, TestServer
from argon2 import PasswordHasher

from tests.wallboard.floor import made_up_flows, made_up_history, made_up_reports, settings
from wallboard.access.people import Person, Role
from wallboard.access.register import Register, Token, User
from wallboard.access.sessions import Session
from wallboard.access.tokens import hash_of
from wallboard.app import make_app
from wallboard.boards import Board, Tile
from wallboard.reception import RECEPTION

if TYPE_CHECKING:
    from pathlib import Path

    from aiohttp import web

    from store.engine import Store
    from tests.wallboard.conftest import Client
    from wallboard.settings import WallboardSettings

CHEAP = PasswordHasher(time_cost=1, memory_cost=7168, parallelism=1)
PASSWORD = "correct horse"
HASH = CHEAP.hash(PASSWORD)
SCREEN = "hotline_screen-of-the-lobby"
PROGRAM = "hotline_program-that-reads"
GENERAL = frozenset({"general"})
PEOPLE = {
    f"{role}{'' if queues is None else '-general'}": Person(
        f"{role}{'' if queues is None else '-general'}", role, queues
    )
    for role in Role
    for queues in (None, GENERAL)
}
BOARDS = {
    "all": Board("all", {"en": "All"}, ((Tile("1.1", "waiting"), Tile("1.2", "menus")),)),
    "general": Board("general", {"en": "General"}, ((Tile("1.1", "waiting"),),), queues=("general",)),
    "vip": Board("vip", {"en": "VIP"}, ((Tile("1.1", "waiting"),),), queues=("vip",), callers="hidden"),
}
REGISTER = Register(
    {name: User(person, HASH) for name, person in PEOPLE.items()},
    (
        Token("program", hash_of(PROGRAM), ("read",), GENERAL),
        Token("lobby", hash_of(SCREEN), board="vip"),
    ),
)


def told(folder: Path, **other: object) -> WallboardSettings:
    """Settings of a wallboard with these people."""
    made = replace(settings(folder / "feed.sock"), register=REGISTER, boards=BOARDS)
    return replace(made, **other)  # type: ignore[arg-type]  # fields of the settings


def served(made: WallboardSettings, store: Store) -> Client:
    """A browser that nobody has signed in with; it follows no redirects by itself where the test says so."""
    app = make_app(made, store, made_up_history(), made_up_flows(), made_up_reports())
    return TestClient(TestServer(app), cookie_jar=CookieJar(unsafe=True))


def signed_in(client: Client, person: Person) -> None:
    """Give a browser the session of somebody; the one it had before it has no more."""
    reception, moment = client.app[RECEPTION], datetime.now(UTC)
    user = reception.register.user(person.name)
    if user is None:
        session = Session("link", person.name, "", moment, moment, person=person)
    else:
        session = Session("password", person.name, user.mark, moment, moment)
    client.session.cookie_jar.clear()
    client.session.cookie_jar.update_cookies(
        {cookie_of(client): reception.sessions.begin(session)}, client.make_url("/")
    )


def as_person(app: web.Application, port: int, person: Person) -> dict[str, str]:
    """Headers of a page of ours, in a browser that somebody has just signed in with."""
    moment = datetime.now(UTC)
    secret = app[RECEPTION].sessions.begin(Session("link", person.name, "", moment, moment, person=person))
    return {"Cookie": f"hotline-{port}={secret}", "Origin": f"http://127.0.0.1:{port}"}


def cookie_of(client: Client) -> str:
    """The name of the session's cookie."""
    return f"hotline-{client.port}"


def origin_of(client: Client) -> dict[str, str]:
    """What a browser says of a page of ours."""
    return {"Origin": f"http://127.0.0.1:{client.port}"}
