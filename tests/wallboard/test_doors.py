"""Every route of the app: closed before sign-in, and after it open to exactly those whom the table names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.wallboard.people import PEOPLE, PROGRAM, SCREEN, origin_of, served, signed_in, told
from wallboard.access.openid import Provider
from wallboard.access.permissions import Action, may
from wallboard.app import STATIC
from wallboard.doors import ASSETS, DOORS, KIOSK, OPEN, SIGNED_IN

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from store.engine import Store
    from tests.wallboard.conftest import Client
    from tests.wallboard.floor import Bridge

FILLED = {"{name}": "general", "{call_id}": "c", "{form}": "csv", "{report}": "queues", "{rest}": "nothing"}
OPENED = {
    ("GET", "/sign-in"), ("POST", "/sign-in"), ("POST", "/sign-in/secret"), ("GET", "/api/v1/health"),
    ("GET", "/sign-in/openid"), ("GET", "/sign-in/openid/return"),
}  # fmt: skip
"""What the task allows before sign-in, written a second time."""


@pytest.fixture
async def board(tmp_path: Path, bridge: Bridge, store: Store) -> AsyncIterator[Client]:
    away = Provider("http://127.0.0.1:1", "hotline")
    async with served(told(tmp_path, openid=away), store) as client:
        await bridge.connected.wait()
        yield client


def path_of(route: str) -> str:
    for name, filled in FILLED.items():
        route = route.replace(name, filled)
    return f"{route}/board.js" if route == "/static" else route


def routes_of(client: Client) -> set[tuple[str, str]]:
    return {
        (route.method, route.resource.canonical)
        for route in client.app.router.routes()
        if route.resource is not None and route.method != "HEAD"
    }


async def test_every_route_has_a_door_and_every_door_a_route(board: Client) -> None:
    doors = [*OPEN, *SIGNED_IN, *DOORS]
    assert len(doors) == len(set(doors)), "each route is in one table"
    assert set(doors) == routes_of(board)
    assert set(doors) >= KIOSK
    assert OPEN == OPENED


async def test_nothing_is_served_before_sign_in_but_the_sign_in_page_and_health(board: Client) -> None:
    found: dict[tuple[str, str], int] = {}
    for method, route in routes_of(board):
        for sent in {method, "HEAD"} if method == "GET" else {method}:
            answer = await board.request(sent, path_of(route), headers=origin_of(board), allow_redirects=False)
            if answer.status == 303:
                assert answer.headers["Location"].lstrip("./").startswith("sign-in")
                assert await answer.read() == b""
            if answer.status == 303 and (method, route) not in OPENED:
                continue
            if (method, route) in OPENED:
                found[method, route] = answer.status
            else:
                assert answer.status == 401, (sent, route)
                assert sent == "HEAD" or (await answer.json())["error"]["code"] == "sign_in"
    assert found.keys() == OPENED


async def test_of_all_files_only_those_of_the_sign_in_page_are_served_before(board: Client) -> None:
    served_files = set()
    for file in STATIC.rglob("*"):
        if file.is_file():
            path = f"/static/{file.relative_to(STATIC)}"
            if (await board.get(path)).status == 200:
                served_files.add(path)
    assert (
        served_files
        == ASSETS
        == {"/static/palette.css", "/static/sign-in.css", "/static/sign-in.js", "/static/icon.svg"}
    )


@pytest.mark.parametrize(
    "path", ["/nowhere", "/static/../app.py", "/static/%2e%2e/app.py", "//", "/static/", "/api/v2"]
)
async def test_what_is_not_there_is_not_told_to_strangers(board: Client, path: str) -> None:
    from yarl import URL

    answer = await board.session.get(URL(f"http://127.0.0.1:{board.port}{path}", encoded=True), allow_redirects=False)
    assert answer.status == 401


@pytest.mark.parametrize("who", PEOPLE)
async def test_the_matrix_cell_by_cell_at_each_door(board: Client, who: str) -> None:
    """403 where the table says no, and something else where it says yes."""
    for (method, route), action in DOORS.items():
        if method == "POST":
            continue  # its own test, below
        signed_in(board, PEOPLE[who])
        answer = await board.request(method, path_of(route), allow_redirects=False)
        allowed = may(PEOPLE[who], action)
        assert (answer.status == 403) is not allowed, (who, route, answer.status)
        assert answer.status != 401


@pytest.mark.parametrize("who", PEOPLE)
async def test_only_an_admin_of_every_queue_signs_others_out(board: Client, who: str) -> None:
    signed_in(board, PEOPLE[who])
    answer = await board.post("/api/v1/people/nobody/sign-out", headers=origin_of(board))
    assert answer.status == (200 if who == "admin" else 403)
    assert may(PEOPLE[who], Action.PEOPLE) is (who == "admin")


async def test_a_program_has_its_scopes_and_no_page_can_use_its_token_by_itself(board: Client) -> None:
    mine = {"Authorization": f"Bearer {PROGRAM}"}
    for path, status in (
        ("/api/v1/queues", 200),
        ("/api/v1/visits", 200),
        ("/api/v1/history/report.csv", 403),
        ("/metrics", 403),
        ("/api/v1/flows", 403),
        ("/api/v1/me", 200),
    ):
        assert (await board.get(path, headers=mine)).status == status, path
    assert (await board.post("/api/v1/people/x/sign-out", headers=mine)).status == 403


@pytest.mark.parametrize(
    "written",
    [
        "Bearer wrong", "Bearer", f"bearer {PROGRAM}x", f"Bearer {SCREEN}", "Bearer " + "x" * 3000,
    ],
)  # fmt: skip
async def test_a_token_that_is_not_good_lets_nobody_in_though_a_session_would(board: Client, written: str) -> None:
    signed_in(board, PEOPLE["admin"])
    answer = await board.get("/api/v1/queues", headers={"Authorization": written})
    assert answer.status == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"


async def test_a_proxys_own_password_is_no_token_and_excuses_nothing(board: Client) -> None:
    signed_in(board, PEOPLE["admin"])
    basic = {"Authorization": "Basic dTpw"}
    assert (await board.get("/api/v1/queues", headers=basic)).status == 200
    assert (await board.post("/api/v1/people/x/sign-out", headers=basic)).status == 403, "a page of ours must send it"
    board.session.cookie_jar.clear()
    assert (await board.get("/api/v1/queues", headers={"Authorization": f"Basic {PROGRAM}"})).status == 401


async def test_a_screen_sees_its_one_board_and_nothing_else(board: Client) -> None:
    entered = await board.post(
        "/sign-in/secret", data={"secret": SCREEN, "to": "boards/vip?tv"}, headers=origin_of(board)
    )
    assert (await entered.json())["to"] == "./boards/vip?tv"
    for method, route in sorted(routes_of(board) - OPENED - {("POST", "/sign-out")}):
        answer = await board.request(method, path_of(route), headers=origin_of(board), allow_redirects=False)
        assert answer.status == (
            200 if route in {"/static", "/api/v1/me"} else 426 if route.endswith("live") else 403
        ), route
    assert (await board.get("/boards/vip")).status == 200
    assert (await board.get("/api/v1/boards/vip")).status == 200
    assert (await board.get("/nowhere")).status == 404


async def test_a_route_that_somebody_forgets_to_put_into_a_table_is_open_to_nobody(
    tmp_path: Path, bridge: Bridge, store: Store
) -> None:
    from aiohttp import web

    client = served(told(tmp_path), store)

    async def forgotten(_: web.Request) -> web.Response:
        return web.Response(text="the crown jewels")

    client.app.router.add_get("/forgotten", forgotten)
    async with client:
        await bridge.connected.wait()
        assert (await client.get("/forgotten")).status == 401
        signed_in(client, PEOPLE["admin"])
        assert (await client.get("/forgotten")).status == 403
