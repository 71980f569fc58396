"""Signing in at an OpenID provider: one that tells the truth, one that lies, and one that is away."""

from __future__ import annotations

import base64
import json
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from joserfc.jwk import KeySet, OctKey
from pydantic import TypeAdapter, ValidationError
from yarl import URL

from ivr.config.people import UserName
from tests.wallboard.people import origin_of, served, told
from tests.wallboard.provider import CLIENT, KEY, OTHER, SECRET, Idp
from wallboard.access.openid import (
    GOOD_FOR_S,
    Journeys,
    Provider,
    ProviderError,
    endpoints_of,
    is_safe,
    person_of,
)
from wallboard.access.people import Person, Role
from wallboard.access.register import Register
from wallboard.access.sessions import Session
from wallboard.openid import OPEN_ID
from wallboard.reception import RECEPTION
from wallboard.sign_in import end_all_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from store.engine import Store
    from tests.wallboard.conftest import Client
    from tests.wallboard.floor import Bridge

ROLES = {"staff": Role.VIEWER, "leads": Role.SUPERVISOR, "it": Role.ADMIN}


@pytest.fixture
async def idp() -> AsyncIterator[Idp]:
    made = Idp()
    async with made.server:
        yield made


def provider(issuer: str, **more: Any) -> Provider:
    return Provider(issuer, CLIENT, SECRET, "Example ID", roles=ROLES, **more)


@pytest.fixture
async def board(tmp_path: Path, bridge: Bridge, store: Store, idp: Idp) -> AsyncIterator[Client]:
    made = told(tmp_path, openid=provider(idp.issuer), register=Register(issuer=idp.issuer))
    async with served(made, store) as client:
        await bridge.connected.wait()
        yield client


async def leave(client: Client, to: str = "boards/floor?tv") -> str:
    """Where the browser is sent."""
    answer = await client.get("/sign-in/openid", params={"to": to, "lang": "en"}, allow_redirects=False)
    assert answer.status == 303
    return answer.headers["Location"]


async def come_back(client: Client, address: str) -> tuple[str, URL]:
    """Go to the provider and come back: where the browser is led then, and the address it came back by."""
    async with client.session.get(URL(address, encoded=True), allow_redirects=False) as sent:
        returned = URL(sent.headers["Location"])
    answer = await client.get(returned.path_qs, allow_redirects=False)
    assert answer.status == 303
    return answer.headers["Location"], returned


async def who(client: Client) -> dict[str, Any] | None:
    answer = await client.get("/api/v1/me")
    found: dict[str, Any] | None = await answer.json() if answer.status == 200 else None
    return found


FAILED = "../../sign-in?openid=failed&lang=en"


async def test_whom_the_provider_knows_is_let_in_with_their_role(board: Client) -> None:
    page = await (await board.get("/sign-in?lang=en&to=boards%2Ffloor")).text()
    assert 'href="sign-in/openid?to=boards%2Ffloor&amp;lang=en">Sign in with Example ID</a>' in page
    assert "<form" not in page, "nobody has a password here"
    to, _ = await come_back(board, await leave(board))
    assert to == "../../boards/floor?tv"
    me = await who(board)
    assert me is not None
    assert (me["name"], me["role"], me["queues"], me["way"]) == (
        "mei (Example ID)", "viewer", None, "openid",
    )  # fmt: skip


async def test_what_is_asked_of_it_holds_no_secret_and_is_new_each_time(board: Client) -> None:
    first, second = [URL(await leave(board)).query for _ in range(2)]
    for name in ("state", "nonce", "code_challenge"):
        assert first[name] != second[name]
        assert len(first[name]) >= 43
    assert SECRET not in str(first)


async def test_discovery_and_keys_are_asked_for_once(board: Client, idp: Idp) -> None:
    for _ in range(3):
        await come_back(board, await leave(board))
    assert sorted(idp.asked) == ["discovery", "keys", "token", "token", "token"]


def unsigned() -> str:
    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    return f"{part({'alg': 'none'})}.{part({'sub': '7'})}."


LIES: dict[str, dict[str, Any]] = {
    "another issuer": {"claims": {"iss": "https://evil.example"}},
    "another client": {"claims": {"aud": "another"}},
    "one of two clients": {"claims": {"aud": [CLIENT, "another"]}},
    "given to another client": {"claims": {"azp": "another"}},
    "another nonce": {"claims": {"nonce": "x"}},
    "no nonce": {"claims": {"nonce": None}},
    "expired": {"claims": {"exp": int(time.time()) - 3600}},
    "never expires": {"claims": {"exp": None}},
    "expires in words": {"claims": {"exp": "tomorrow"}},
    "of a time to come": {"claims": {"iat": int(time.time()) + 7200}},
    "of no time": {"claims": {"iat": None}},
    "alg none": {"token": unsigned()},
    "signed with the client's secret": {
        "header": {"alg": "HS256"}, "signing": OctKey.import_key(SECRET + "x" * 20),
    },
    "an unknown key": {"signing": OTHER, "header": {"alg": "RS256", "kid": "two"}},
    "an unknown key by a known name": {"signing": OTHER},
    "no token": {"token": ["x"]},
    "no token at all": {"token": "x.y.z"},
    "nobody's role": {"person": {"sub": "7", "groups": ["strangers"]}},
    "no role": {"person": {"sub": "7"}},
    "a role of another kind": {"person": {"sub": "7", "groups": {"it": True}}},
}  # fmt: skip


@pytest.mark.parametrize("lie", LIES)
async def test_a_provider_that_lies_lets_nobody_in(
    board: Client, idp: Idp, lie: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in LIES[lie].items():
        setattr(idp, name, value)
    to, _ = await come_back(board, await leave(board))
    assert to == FAILED
    assert await who(board) is None
    said = capsys.readouterr().out
    assert said.count("openid_provider") + said.count("openid_refused") == 1
    assert SECRET not in said
    page = await (await board.get("/sign-in?openid=failed&lang=en")).text()
    assert "Example ID did not sign you in." in page


@pytest.mark.parametrize(
    "document",
    [
        {"issuer": "https://evil.example"}, {"issuer": None}, {"token_endpoint": "http://evil.example/token"},
        {"jwks_uri": 7}, {"authorization_endpoint": "javascript:alert(1)"}, {"authorization_endpoint": "http://["},
    ],
)  # fmt: skip
async def test_a_discovery_document_that_cannot_be_believed_sends_nobody_away(
    board: Client, idp: Idp, document: dict[str, Any]
) -> None:
    idp.document = document
    assert await leave(board) == "../sign-in?openid=failed&lang=en"


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b"[" * 200_000, b"x" * 1_000_000, b"\xff"], ids=lambda body: body[:3].hex()
)
async def test_an_answer_that_is_none_is_refused(board: Client, idp: Idp, body: bytes) -> None:
    idp.body = body
    assert await leave(board) == "../sign-in?openid=failed&lang=en"


async def test_a_provider_that_is_down_is_told_once_tried_seldom_and_disturbs_nobody(
    board: Client, idp: Idp, capsys: pytest.CaptureFixture[str]
) -> None:
    idp.status = 503
    for _ in range(5):
        assert await leave(board) == "../sign-in?openid=failed&lang=en"
    assert idp.asked == ["discovery"]
    assert capsys.readouterr().out.count("openid_provider") == 1
    assert (await board.get("/sign-in")).status == 200


async def test_a_provider_that_goes_while_somebody_is_there_is_told(board: Client, idp: Idp) -> None:
    address = await leave(board)
    async with board.session.get(URL(address, encoded=True), allow_redirects=False) as sent:
        returned = URL(sent.headers["Location"])
    await idp.server.close()
    answer = await board.get(returned.path_qs, allow_redirects=False)
    assert answer.headers["Location"] == FAILED
    assert await who(board) is None


async def test_a_new_key_of_the_provider_is_asked_for(board: Client, idp: Idp) -> None:
    await come_back(board, await leave(board))
    board.app[OPEN_ID]._keys_at -= 120.0  # as if two minutes had passed
    idp.signing, idp.header, idp.published = OTHER, {"alg": "RS256", "kid": "two"}, KeySet([KEY, OTHER])
    to, _ = await come_back(board, await leave(board, ""))
    assert to == "../../"
    assert idp.asked.count("keys") == 2


async def test_nobody_comes_back_twice_nor_in_another_browser_nor_without_having_left(board: Client) -> None:
    _, returned = await come_back(board, await leave(board))
    board.session.cookie_jar.clear()
    again = await board.get(returned.path_qs, allow_redirects=False)
    assert "openid=failed" in again.headers["Location"]
    async with board.session.get(URL(await leave(board), encoded=True), allow_redirects=False) as sent:
        elsewhere = URL(sent.headers["Location"])
    board.session.cookie_jar.clear()
    stolen = await board.get(elsewhere.path_qs, allow_redirects=False)
    assert "openid=failed" in stolen.headers["Location"], "an attacker's code in somebody else's browser"
    made_up = await board.get("/sign-in/openid/return?code=x&state=y", allow_redirects=False)
    assert "openid=failed" in made_up.headers["Location"]
    assert await who(board) is None


async def test_another_provider_in_the_settings_ends_what_the_old_one_began(board: Client) -> None:
    await come_back(board, await leave(board))
    assert await who(board) is not None
    board.app[RECEPTION].replace(Register(issuer="https://another.example"))
    assert await who(board) is None


async def test_signing_out_works_as_for_everybody(board: Client) -> None:
    await come_back(board, await leave(board))
    await board.post("/sign-out", headers=origin_of(board), allow_redirects=False)
    assert await who(board) is None


def test_who_is_away_for_too_long_is_forgotten_and_nobody_fills_the_memory() -> None:
    journeys = Journeys()
    state, cookie, _ = journeys.begin("", "en", 0.0)
    assert journeys.end(state, cookie, GOOD_FOR_S + 1) is None
    state, cookie, _ = journeys.begin("", "en", 0.0)
    for _ in range(1000):
        journeys.begin("", "en", 0.0)
    assert journeys.end(state, cookie, 1.0) is None
    assert len(journeys._pending) == 1000


@pytest.mark.parametrize(
    ("groups", "role", "queues"),
    [
        (["staff"], None, None),
        (["staff", "team-vip"], Role.VIEWER, {"vip"}),
        (["it", "staff", "team-vip", "team-sales"], Role.ADMIN, {"vip", "sales"}),
        (["leads", "all"], Role.SUPERVISOR, None),
        ("leads", None, None),
        (["team-vip"], None, None),
        (None, None, None),
        (7, None, None),
    ],
)
def test_claims_become_a_role_and_queues(groups: object, role: Role | None, queues: set[str] | None) -> None:
    named = {"team-vip": frozenset({"vip"}), "team-sales": frozenset({"sales"}), "all": None}
    found = person_of({"sub": "s", "email": "mei@example.com", "groups": groups}, provider("https://i", queues=named))
    theirs = None if queues is None else frozenset(queues)
    wanted = None if role is None else Person("mei@example.com (Example ID)", role, theirs)
    assert found == wanted


def test_a_name_is_short_and_there() -> None:
    claims = {"preferred_username": "x" * 1000, "groups": "staff"}
    assert person_of(claims, provider("https://i")) == Person(f"{'x' * 64} (Example ID)", Role.VIEWER)
    assert person_of({"sub": 7, "groups": "staff"}, provider("https://i")) == Person("? (Example ID)", Role.VIEWER)


@pytest.mark.parametrize("called", ["ling", " ling\n", "li\x1b[31mng", "\u202eling", "ling\0"])
def test_nobody_of_a_provider_has_the_name_of_a_user(called: str) -> None:
    found = person_of({"preferred_username": called, "groups": "staff"}, provider("https://i"))
    assert found is not None
    assert found.name.isprintable()
    assert found.name.endswith("ng (Example ID)")
    with pytest.raises(ValidationError):
        TypeAdapter(UserName).validate_python(found.name)


async def test_everywhere_is_everywhere_of_those_who_came_in_the_same_way(board: Client) -> None:
    moment, sessions = datetime.now(UTC), board.app[RECEPTION].sessions
    for way in ("password", "openid", "link"):
        sessions.begin(Session(way, "ling", "", moment, moment))
    assert end_all_of(board.app[RECEPTION], "Ling", "link") == 1
    assert [each["way"] for each in sessions.dump()] == ["password", "openid"]
    assert end_all_of(board.app[RECEPTION], "Ling") == 2


@pytest.mark.parametrize("document", [None, [], "x", {}])
def test_what_is_no_document_is_refused(document: object) -> None:
    with pytest.raises(ProviderError):
        endpoints_of(document, "https://i")


@pytest.mark.parametrize(
    ("address", "safe"),
    [
        ("https://id.example/x", True), ("http://127.0.0.1:8000/x", True), ("http://localhost/x", True),
        ("http://id.example/x", False), ("ftp://id.example", False), ("/x", False), ("https://", False),
    ],
)  # fmt: skip
def test_only_tls_leaves_this_machine(address: str, *, safe: bool) -> None:
    assert is_safe(address) is safe
