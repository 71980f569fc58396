"""Signing in and out, and everything that can be tried against it."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from aiohttp import WSMsgType, WSServerHandshakeError

from tests.wallboard.people import (
    CHEAP,
    PASSWORD,
    PEOPLE,
    PROGRAM,
    REGISTER,
    SCREEN,
    cookie_of,
    origin_of,
    served,
    signed_in,
    told,
)
from tests.wallboard.test_board import live_hello
from wallboard.access import passwords
from wallboard.access.origin import Whence
from wallboard.access.people import Person, Role
from wallboard.access.register import Register, User
from wallboard.access.sessions import Lasting
from wallboard.links import make_link, take_link
from wallboard.looking import SIGNED_OUT
from wallboard.reception import MOST_WAITING, RECEPTION, Refused

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from aiohttp import ClientResponse

    from store.engine import Store
    from tests.wallboard.conftest import Client
    from tests.wallboard.floor import Bridge

SAID = "That name and password do not belong together."


@pytest.fixture
async def board(tmp_path: Path, bridge: Bridge, store: Store) -> AsyncIterator[Client]:
    async with served(told(tmp_path, kept=tmp_path), store) as client:
        await bridge.connected.wait()
        yield client


async def try_in(client: Client, name: str, password: str = PASSWORD, **more: str) -> ClientResponse:
    form = {"name": name, "password": password, "lang": "en", **more}
    return await client.post("/sign-in", data=form, headers=origin_of(client), allow_redirects=False)


async def is_in(client: Client) -> bool:
    return (await client.get("/api/v1/me")).status == 200


async def test_a_name_and_its_password_let_in_and_lead_on(board: Client) -> None:
    asked = await board.get("/boards/floor?tv&lang=en", allow_redirects=False)
    assert (asked.status, asked.headers["Location"]) == (303, "../sign-in?to=boards%2Ffloor%3Ftv%26lang%3Den")
    page = await (await board.get("/sign-in?to=boards%2Ffloor%3Ftv%26lang%3Den")).text()
    assert 'name="to" value="boards/floor?tv&amp;lang=en"' in page
    answer = await try_in(board, "Viewer-GENERAL", to="boards/floor?tv&lang=en")
    assert (answer.status, answer.headers["Location"]) == (303, "./boards/floor?tv&lang=en")
    me = await (await board.get("/api/v1/me")).json()
    assert me == {
        "name": "viewer-general", "role": "viewer", "queues": ["general"], "way": "password",
        "may": ["look", "history"],
    }  # fmt: skip


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(board: Client) -> None:
    (cookie,) = (await try_in(board, "viewer")).cookies.values()
    assert (cookie.key, cookie["httponly"], cookie["samesite"], cookie["path"]) == (cookie_of(board), True, "Lax", "/")
    assert not cookie["domain"]
    assert not cookie["secure"], "which over http no browser would keep"


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("viewer", "wrong password"), ("nobody", PASSWORD), ("viewer", PASSWORD + " "), ("viewer", PASSWORD.upper()),
        ("<script>alert(1)</script>", PASSWORD), ("viewer\0", PASSWORD), ("' OR 1=1 --", PASSWORD), ("名", "密" * 20),
    ],
)  # fmt: skip
async def test_what_does_not_fit_is_refused_in_the_same_words(board: Client, name: str, password: str) -> None:
    answer = await try_in(board, name, password)
    page = await answer.text()
    assert answer.status == 401
    assert SAID in page
    assert page.count('aria-invalid="true"') == 2
    assert "<script>alert" not in page
    assert not answer.cookies
    assert not await is_in(board)


@pytest.mark.parametrize(
    "to",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "boards/../../x",
        "x\r\ny: z",
        "javascript:alert(1)",
        "boards/a/b",
    ],
)
async def test_nobody_is_led_elsewhere_after_signing_in(board: Client, to: str) -> None:
    assert (await try_in(board, "viewer", to=to)).headers["Location"] == "./"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"name=viewer",
        b"password=x",
        b"name=&password=",
        b"name=" + b"x" * 65 + b"&password=y",
        b"\xff=\xff&name=%FF",
    ],
)
async def test_half_a_form_is_told_as_such(board: Client, body: bytes) -> None:
    headers = {**origin_of(board), "Content-Type": "application/x-www-form-urlencoded"}
    answer = await board.post("/sign-in", data=body, headers=headers)
    assert answer.status == 400


@pytest.mark.parametrize(
    "kind",
    [
        "application/json",
        "multipart/form-data; boundary=x",
        "text/plain",
        "nonsense",
        "application/x-www-form-urlencoded; charset=klingon",
    ],
)
async def test_another_kind_of_body_is_half_a_form(board: Client, kind: str) -> None:
    headers = {**origin_of(board), "Content-Type": kind}
    assert (await board.post("/sign-in", data=b"--x--", headers=headers)).status == 400


async def test_ten_megabytes_are_refused_before_they_come(board: Client, capsys: pytest.CaptureFixture[str]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", board.port)
    origin = origin_of(board)["Origin"]
    head = f"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1:{board.port}\r\nOrigin: {origin}\r\nContent-Length: 10000000\r\n"
    writer.write(f"{head}Content-Type: application/x-www-form-urlencoded\r\n\r\n".encode())
    async with asyncio.timeout(60):
        answer = await reader.read(-1)
    writer.close()
    assert b" 413 " in answer.split(b"\r\n")[0]
    assert b"at most 4096 bytes" in answer
    assert capsys.readouterr().out.count("too_long") == 1


async def test_ten_megabytes_without_a_length_are_cut_off(board: Client) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(160):
            yield b"a" * 65_536

    headers = {**origin_of(board), "Content-Type": "application/x-www-form-urlencoded"}
    try:
        answer = await board.post("/sign-in", data=endless(), headers=headers)
    except OSError:
        return  # cut off while it was still sending
    assert answer.status == 413


@pytest.mark.parametrize("origin", [None, "null", "http://evil.example", "http://127.0.0.1:1", "http://["])
async def test_another_sites_page_can_neither_sign_in_nor_out(board: Client, origin: str | None) -> None:
    signed_in(board, PEOPLE["admin"])
    headers = {} if origin is None else {"Origin": origin}
    for path in ("/sign-in", "/sign-in/secret", "/sign-out", "/api/v1/people/admin/sign-out"):
        answer = await board.post(path, data={"name": "viewer", "password": PASSWORD}, headers=headers)
        assert (answer.status, (await answer.json())["error"]["code"]) == (403, "foreign_origin"), path
    assert await is_in(board)


async def test_a_socket_wants_a_session_and_our_own_page(board: Client) -> None:
    with pytest.raises(WSServerHandshakeError) as refused:
        await board.ws_connect("/api/v1/live")
    assert refused.value.status == 401
    signed_in(board, PEOPLE["viewer"])
    with pytest.raises(WSServerHandshakeError) as refused:
        await board.ws_connect("/api/v1/live", headers={"Origin": "http://evil.example"})
    assert refused.value.status == 403
    await board.ws_connect("/api/v1/live", headers=origin_of(board))


async def test_signing_out_ends_the_session_and_its_open_pages(board: Client) -> None:
    await try_in(board, "viewer")
    socket, _ = await live_hello(board)
    cookie = board.session.cookie_jar.filter_cookies(board.make_url("/"))[cookie_of(board)].value
    answer = await board.post("/sign-out", headers=origin_of(board), allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, "sign-in?out=1")
    async with asyncio.timeout(60):
        async for message in socket:
            assert message.type is WSMsgType.TEXT
    assert socket.close_code == SIGNED_OUT
    replayed = await board.get("/api/v1/queues", headers={"Cookie": f"{cookie_of(board)}={cookie}"})
    assert replayed.status == 401, "a request that was recorded is worth nothing afterwards"


async def test_signing_in_anew_gives_another_cookie_and_ends_the_old_one(board: Client) -> None:
    (first,) = (await try_in(board, "viewer")).cookies.values()
    (second,) = (await try_in(board, "viewer")).cookies.values()
    assert first.value != second.value
    board.session.cookie_jar.clear()
    assert (await board.get("/api/v1/me", headers={"Cookie": f"{first.key}={first.value}"})).status == 401
    assert len(board.app[RECEPTION].sessions) == 1


async def test_a_cookie_that_turns_up_in_another_browser_lets_nobody_in_any_more(
    board: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    await try_in(board, "viewer")
    assert await is_in(board)
    stolen = await board.get("/api/v1/me", headers={"User-Agent": "thief"})
    assert stolen.status == 401
    assert not await is_in(board)
    assert capsys.readouterr().out.count("session_from_another_browser") == 1


@pytest.mark.parametrize("cookie", ["", "x", "x" * 3000, "%00", '"quoted"', "ünï"])
async def test_a_made_up_cookie_is_none(board: Client, cookie: str) -> None:
    answer = await board.get("/api/v1/me", headers={"Cookie": f"{cookie_of(board)}={cookie}"})
    assert answer.status == 401


async def test_a_session_that_is_over_is_refused(tmp_path: Path, bridge: Bridge, store: Store) -> None:
    over = Lasting(timedelta(0), timedelta(0))
    async with served(told(tmp_path, lasting=over), store) as client:
        await bridge.connected.wait()
        assert (await try_in(client, "viewer")).status == 303
        assert not await is_in(client)


async def test_everywhere_is_everywhere_and_only_ones_own(board: Client) -> None:
    await try_in(board, "viewer")
    signed_in(board, PEOPLE["admin"])
    await try_in(board, "admin")
    sessions = board.app[RECEPTION].sessions
    signed_in(board, PEOPLE["admin"])
    assert len(sessions) == 3
    await board.post("/sign-out", data={"everywhere": "1"}, headers=origin_of(board), allow_redirects=False)
    assert [entry["name"] for entry in sessions.dump()] == ["viewer"]


async def test_an_admin_signs_somebody_out(board: Client) -> None:
    await try_in(board, "viewer")
    signed_in(board, PEOPLE["admin"])
    answer = await board.post("/api/v1/people/VIEWER/sign-out", headers=origin_of(board))
    assert await answer.json() == {"ended": 1}
    assert [entry["name"] for entry in board.app[RECEPTION].sessions.dump()] == ["admin"]


@pytest.mark.parametrize("change", ["removed", "password", "role", "queues"])
async def test_whoever_changes_in_the_settings_changes_at_once_on_open_pages(board: Client, change: str) -> None:
    await try_in(board, "supervisor")
    socket, _ = await live_hello(board)
    user = REGISTER.users["supervisor"]
    changed = {
        "removed": None,
        "password": replace(user, password_hash=CHEAP.hash("another one")),
        "role": replace(user, person=replace(user.person, role=Role.VIEWER)),
        "queues": replace(user, person=replace(user.person, queues=frozenset({"vip"}))),
    }[change]
    users = {name: each for name, each in {**REGISTER.users, "supervisor": changed}.items() if each is not None}
    board.app[RECEPTION].replace(Register(users, REGISTER.tokens))
    async with asyncio.timeout(60):
        async for _ in socket:
            pass
    assert socket.close_code == SIGNED_OUT
    told_me = await board.get("/api/v1/me")
    if change in {"removed", "password"}:
        assert told_me.status == 401
    else:
        me = await told_me.json()
        assert (me["role"], me["queues"]) == (("viewer", None) if change == "role" else ("supervisor", ["vip"]))


async def test_a_token_that_was_replaced_ends_what_it_opened(board: Client) -> None:
    mine = {"Authorization": f"Bearer {PROGRAM}"}
    socket = await board.ws_connect("/api/v1/live", headers=mine)
    await board.post("/sign-in/secret", data={"secret": SCREEN}, headers=origin_of(board))
    screen = await board.ws_connect("/api/v1/live")
    board.app[RECEPTION].replace(replace(REGISTER, tokens=()))
    for each in (socket, screen):
        async with asyncio.timeout(60):
            async for _ in each:
                pass
        assert each.close_code == SIGNED_OUT
    assert (await board.get("/api/v1/queues", headers=mine)).status == 401
    assert not await is_in(board)


async def test_too_many_tries_are_told_when_the_next_may_be_and_logged_once(
    board: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    board.app[RECEPTION].clock = lambda: 100.0  # however slow the machine is
    answers = [await try_in(board, f"name {number}") for number in range(13)]
    assert [answer.status for answer in answers] == [401] * 10 + [429] * 3
    told_off = await answers[-1].text()
    assert "Try again in" in told_off
    assert "aria-invalid" not in told_off, "nothing is wrong with what was typed"
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 7
    assert (await try_in(board, "viewer")).status == 429, "the right one, too: it is told nothing either"
    refused = await board.post("/sign-in/secret", data={"secret": "x"}, headers=origin_of(board))
    assert refused.status == 429
    said = capsys.readouterr().out
    assert said.count("too_many_sign_ins") == 1
    assert "name 3" not in said, "what nobody is called may be a password"


async def test_whoever_tries_a_name_too_often_locks_only_his_own_address_out(
    board: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    reception, told_at = board.app[RECEPTION], [100.0]
    reception.clock = lambda: told_at[0]
    monkeypatch.setattr(passwords, "is_password", lambda _, password: password == PASSWORD)

    async def outcome(address: str, password: str) -> str:
        found = await reception.check("viewer", password, Whence(address, "127.0.0.1", is_tls=False))
        return found.why if isinstance(found, Refused) else found.name

    assert [await outcome("198.51.100.9", "x") for _ in range(10)] == ["wrong"] * 10
    told_at[0] += 20.0  # the address may try again, but not this name
    assert [await outcome("198.51.100.9", PASSWORD) for _ in range(2)] == ["too_many"] * 2
    assert await outcome("192.0.2.7", PASSWORD) == "viewer", "its owner is elsewhere"
    told_at[0] += 600.0
    for number in range(10):
        assert [await outcome(f"198.51.100.{number}", "x") for _ in range(10)] == ["wrong"] * 10
    assert await outcome("192.0.2.7", PASSWORD) == "too_many", "there is an end to it from however many addresses"
    told_at[0] += 3.0
    assert await outcome("192.0.2.7", PASSWORD) == "viewer"


async def test_a_thousand_sign_ins_disturb_no_board(board: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """From as many addresses: no limit but the one on work. While one password is checked the boards go on."""
    reception, working, checked = board.app[RECEPTION], threading.Event(), list[str]()

    def is_password(_: str, password: str) -> bool:
        checked.append(password)
        return working.wait(60)

    monkeypatch.setattr(passwords, "is_password", is_password)
    monkeypatch.setattr(reception, "may_try", lambda _: None)
    signed_in(board, PEOPLE["viewer"])
    socket, _ = await live_hello(board)
    tries = [asyncio.create_task(try_in(board, f"name {number}")) for number in range(1000)]
    statuses = [(await each).status for each in tries[MOST_WAITING:]]
    assert statuses == [503] * (1000 - MOST_WAITING), "at once, without waiting for those who are checked"
    assert len(checked) == 1, "one at a time"
    assert (await board.get("/api/v1/queues")).status == 200
    async with asyncio.timeout(60):
        assert (await socket.receive_json())["type"] in {"pulse", "change"}
    working.set()
    assert {(await each).status for each in tries[:MOST_WAITING]} == {401}


async def test_a_name_nobody_has_is_checked_as_long_as_one_somebody_has(
    board: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []

    def is_password(kept: str, _: str) -> bool:
        checked.append(kept)
        return False

    monkeypatch.setattr(passwords, "is_password", is_password)
    await try_in(board, "nobody")
    await try_in(board, "viewer")
    assert checked == [passwords.NOBODYS, REGISTER.users["viewer"].password_hash]


async def test_a_link_lets_in_once(board: Client, tmp_path: Path) -> None:
    guest = Person("guest", Role.VIEWER, frozenset({"general"}))
    secret = make_link(tmp_path, guest, datetime.now(UTC) + timedelta(minutes=1))
    written = "".join(path.name + path.read_text() for path in tmp_path.glob("*.once"))  # noqa: ASYNC240 - one small file
    assert written
    assert secret not in written
    for status in (200, 401):
        answer = await board.post("/sign-in/secret", data={"secret": secret}, headers=origin_of(board))
        assert answer.status == status
    me = await (await board.get("/api/v1/me")).json()
    assert (me["name"], me["role"], me["queues"], me["way"]) == ("guest", "viewer", ["general"], "link")


def test_a_link_is_good_for_its_time_and_its_secret_alone(tmp_path: Path) -> None:
    now = datetime(2026, 11, 20, tzinfo=UTC)
    late, secret = (make_link(tmp_path, Person("g", Role.VIEWER), now + timedelta(minutes=n)) for n in (1, 2))
    assert take_link(tmp_path, late, now + timedelta(minutes=1)) is None
    assert take_link(tmp_path, late, now) is None, "and was used up by that"
    for other in ("", "x", "../" + secret, secret + "\0", "x" * 10_000):
        assert take_link(tmp_path, other, now) is None
    assert take_link(tmp_path, secret, now) == Person("g", Role.VIEWER)


async def test_sessions_outlive_a_restart(tmp_path: Path, bridge: Bridge, store: Store) -> None:
    made = told(tmp_path, kept=tmp_path)
    async with served(made, store) as client:
        await bridge.connected.wait()
        (cookie,) = (await try_in(client, "viewer")).cookies.values()
    assert cookie.value not in (tmp_path / "sessions.json").read_text()
    assert (tmp_path / "sessions.json").stat().st_mode & 0o077 == 0
    async with served(made, store) as client:
        same = {"Cookie": f"{cookie_of(client)}={cookie.value}"}  # the port, which is in its name, is another one
        assert (await client.get("/api/v1/me", headers=same)).status == 200


@pytest.mark.parametrize("kept", [b"", b"{", b"[1]", b"\xff"])
async def test_a_damaged_list_of_sessions_signs_everybody_out_and_stops_nothing(
    tmp_path: Path, bridge: Bridge, store: Store, kept: bytes
) -> None:
    (tmp_path / "sessions.json").write_bytes(kept)
    async with served(told(tmp_path, kept=tmp_path), store) as client:
        await bridge.connected.wait()
        assert not await is_in(client)
        assert (await try_in(client, "viewer")).status == 303
        assert await is_in(client)


async def test_with_nobody_configured_the_page_says_what_to_write(tmp_path: Path, bridge: Bridge, store: Store) -> None:
    async with served(told(tmp_path, register=Register()), store) as client:
        await bridge.connected.wait()
        page = await (await client.get("/sign-in?lang=en")).text()
        assert "Nobody can sign in yet." in page
        assert "hotline user hash" in page
        assert "<form" not in page
        assert (await try_in(client, "viewer")).status == 401
        assert (await client.get("/api/v1/queues")).status == 401


@pytest.mark.parametrize(
    ("accepted", "language", "title"),
    [
        ("en-GB,en;q=0.9", "en", "96956 hotline"),
        ("zh-CN", "zh-Hans", "96956 热线"),
        ("yue-HK,zh-HK", "zh-Hant", "96956 熱線"),
        ("fr", "zh-Hans", "96956 热线"),
    ],
)
async def test_the_page_speaks_the_browsers_language(board: Client, accepted: str, language: str, title: str) -> None:
    page = await (await board.get("/sign-in", headers={"Accept-Language": accepted})).text()
    assert f'<html lang="{language}">' in page
    assert f"<h1>{title}</h1>" in page
    asked = await (await board.get("/sign-in?lang=zh-Hant", headers={"Accept-Language": accepted})).text()
    assert '<html lang="zh-Hant">' in asked
    made_up = await (await board.get("/sign-in?lang=%22%3E%3Cscript%3E", headers={"Accept-Language": accepted})).text()
    assert "<script>" not in made_up


async def test_every_answer_forbids_what_a_page_of_ours_never_does(board: Client) -> None:
    for path in ("/sign-in", "/", "/api/v1/queues", "/api/v1/health", "/static/sign-in.css", "/nowhere"):
        headers = (await board.get(path, allow_redirects=False)).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"


async def test_a_stranger_is_told_that_the_database_is_away_and_not_where_it_is(
    board: Client, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    from store.errors import StoreUnavailable

    async def away(_: Store) -> None:
        raise StoreUnavailable("cannot reach 10.9.8.7:5432")

    monkeypatch.setattr(type(store), "check", away)
    told_stranger = await (await board.get("/api/v1/health")).json()
    assert told_stranger["database"] == "away"
    signed_in(board, PEOPLE["viewer"])
    assert "10.9.8.7" in (await (await board.get("/api/v1/health")).json())["database"]


PUBLIC = {"address": "https://ops.example/hotline", "proxies": ("127.0.0.1",)}
BY_PROXY = {"Host": "ops.example", "X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.7"}


async def test_behind_a_proxy_the_cookie_is_for_tls_and_this_host_alone(
    tmp_path: Path, bridge: Bridge, store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    async with served(told(tmp_path, **PUBLIC), store) as client:
        await bridge.connected.wait()
        form = {"name": "viewer", "password": PASSWORD}
        headers = {**BY_PROXY, "Origin": "https://ops.example"}
        answer = await client.post("/sign-in", data=form, headers=headers, allow_redirects=False)
        assert answer.status == 303
        assert answer.headers["Location"] == "./", "which is below any prefix"
        (cookie,) = answer.cookies.values()
        assert (cookie.key, cookie["secure"], cookie["path"], cookie["domain"]) == ("__Host-hotline", True, "/", "")
        mine = {**BY_PROXY, "Cookie": f"{cookie.key}={cookie.value}"}
        assert (await client.get("/api/v1/me", headers=mine)).status == 200
        in_clear = {**mine, "X-Forwarded-Proto": "http"}
        assert (await client.get("/api/v1/me", headers=in_clear)).status == 401, (
            "it is no cookie of a connection in clear"
        )
        assert (await client.get("/api/v1/me", headers={**mine, "Host": "evil.example"})).status == 421
        assert "address=192.0.2.7" in capsys.readouterr().out


async def test_without_proxies_nobody_is_believed_about_tls(board: Client) -> None:
    headers = {**origin_of(board), "X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.7"}
    answer = await board.post(
        "/sign-in", data={"name": "viewer", "password": PASSWORD}, headers=headers, allow_redirects=False
    )
    (cookie,) = answer.cookies.values()
    assert cookie.key == cookie_of(board)


async def test_users_without_a_password_hash_of_full_strength_work_as_any(board: Client) -> None:
    strong = User(Person("strong", Role.ADMIN), passwords.hash_password("a long password"))
    board.app[RECEPTION].replace(Register({"strong": strong}))
    assert (await try_in(board, "strong", "a long password")).status == 303
    assert (await try_in(board, "strong", "a long passwore")).status == 401
