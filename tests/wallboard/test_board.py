"""The API and the live socket, against a made-up bridge over a real feed."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from aiohttp import WSServerHandshakeError

from ami_bridge.messages import Delta, Removed
from store.records import Callback
from store.rows import Visit, visit_id
from store.writer import Writer
from tests.wallboard.floor import NOW, ZONE, floor, waiting
from wallboard.app import STATIC
from wallboard.routes import HUB

if TYPE_CHECKING:
    from aiohttp import ClientWebSocketResponse

    from store.engine import Store
    from tests.wallboard.conftest import Client
    from tests.wallboard.floor import Bridge


async def told(socket: ClientWebSocketResponse, kind: str) -> dict[str, Any]:
    """The next message of one kind, within ten seconds."""
    async with asyncio.timeout(60):
        while True:
            message: dict[str, Any] = await socket.receive_json()
            if message["type"] == kind:
                return message


async def live_hello(board: Client) -> tuple[ClientWebSocketResponse, dict[str, Any]]:
    """A socket whose hello already holds the bridge's snapshot."""
    socket = await board.ws_connect("/api/v1/live")
    message = await told(socket, "hello")
    while not message["queues"]:
        message = await told(socket, "hello")
    return socket, message


async def test_a_browser_first_gets_everything_with_the_figures_worked_out(board: Client) -> None:
    _, hello = await live_hello(board)
    general = next(queue for queue in hello["queues"] if queue["name"] == "general")
    assert len(general["waiting"]) == 2
    assert general["titles"]["en"] == "General"
    assert general["figures"] == {
        "ended": 50,
        "sl_negative": 83.3,
        "sl_asterisk": 90.9,
        "connection_rate": 91.7,
        "abandonment": 8.3,
        "abandonment_all": 12.0,
        "short_abandonment": 4.0,
        "asa_s": 12.0,
        "talk_s": 120.0,
        "longest_wait_s": 74.0,
    }
    assert hello["standing"]["truth"] == "live"


async def test_a_change_comes_with_the_next_number_and_whole_objects(board: Client, bridge: Bridge) -> None:
    socket, hello = await live_hello(board)
    bridge.tell_queues(replace(bridge.snapshot.queues[1], waiting=(waiting("v9", NOW),)))
    change = await told(socket, "change")
    assert change["seq"] > hello["seq"]
    assert [queue["name"] for queue in change["queues"]] == ["vip"]
    assert change["queues"][0]["waiting"][0]["visit_id"] == "v9"


async def test_numbers_follow_one_another_without_a_gap(board: Client, bridge: Bridge) -> None:
    socket, hello = await live_hello(board)
    for number in range(20):
        bridge.tell_queues(replace(bridge.snapshot.queues[1], target=number / 100))
        bridge.tick()
    seqs = [(await socket.receive_json(timeout=10))["seq"] for _ in range(40)]
    assert seqs == list(range(hello["seq"] + 1, hello["seq"] + 41))


async def test_a_blind_bridge_is_shown_as_blind_since_its_own_time(board: Client, bridge: Bridge) -> None:
    socket, _ = await live_hello(board)
    since = datetime(2026, 11, 20, 2, 42, tzinfo=UTC)
    bridge.go_blind(since)
    change = await told(socket, "change")
    assert change["standing"] == {"truth": "blind", "since": "2026-11-20T02:42:00Z"}
    health = await board.get("/api/v1/health")
    assert health.status == 503


async def test_a_bridge_that_leaves_makes_the_numbers_lost_at_once(board: Client, bridge: Bridge) -> None:
    socket, _ = await live_hello(board)
    await bridge.leave()
    pulse = await told(socket, "pulse")
    assert pulse["standing"]["truth"] == "lost"


async def test_a_bridge_that_comes_back_gives_a_whole_new_picture(board: Client, bridge: Bridge) -> None:
    socket, _ = await live_hello(board)
    await bridge.leave()
    bridge.snapshot = replace(bridge.snapshot, queues=bridge.snapshot.queues[:1])
    await bridge.start()
    hello = await told(socket, "hello")
    assert [queue["name"] for queue in hello["queues"]] == ["general"]
    assert hello["standing"]["truth"] == "live"


@pytest.mark.parametrize(
    "line", [b"nonsense\n", b'{"type":"tick","node":"gz-1","seq":999,"at":"2026-11-20T00:00:00Z"}\n']
)
async def test_a_feed_that_cannot_be_followed_is_read_anew(board: Client, bridge: Bridge, line: bytes) -> None:
    socket, _ = await live_hello(board)
    bridge.say(line)
    assert (await told(socket, "hello"))["standing"]["truth"] == "live"


async def test_a_mistake_of_ours_is_logged_and_the_board_comes_back_by_itself(
    board: Client, bridge: Bridge, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    socket, _ = await live_hello(board)
    hub = board.app[HUB]
    hear, failed = hub.hear, asyncio.Event()

    def hear_once_wrongly(message: Any, now: datetime) -> None:
        if failed.is_set():
            hear(message, now)
            return
        failed.set()
        raise ZeroDivisionError

    monkeypatch.setattr(hub, "hear", hear_once_wrongly)
    bridge.tick()
    assert (await told(socket, "pulse"))["standing"]["truth"] == "lost"
    assert (await told(socket, "hello"))["standing"]["truth"] == "live"
    assert "ZeroDivisionError" in capsys.readouterr().out


async def test_a_viewer_who_speaks_is_shown_out(board: Client) -> None:
    socket, _ = await live_hello(board)
    await socket.send_str("hello?")
    async with asyncio.timeout(60):
        async for _ in socket:
            pass
    assert socket.close_code == 1008


async def test_queues_and_agents_say_how_true_they_are(board: Client) -> None:
    await live_hello(board)
    queues = await (await board.get("/api/v1/queues")).json()
    agents = await (await board.get("/api/v1/agents")).json()
    assert queues["standing"]["truth"] == agents["standing"]["truth"] == "live"
    assert [queue["name"] for queue in queues["queues"]] == ["general", "vip"]
    assert {agent["state"] for agent in agents["agents"]} >= {"available", "paused"}


async def test_an_agent_that_is_a_telephone_number_never_reaches_a_browser_whole(
    board: Client, bridge: Bridge, store: Store
) -> None:
    mobiles = ("13800138000", "13877778000")  # masked alike
    async with Writer(store) as writer:
        for number, mobile in enumerate(mobiles):
            writer.put(
                Visit(
                    id=visit_id("gz-1", f"m{number}", 1), node="gz-1", call_id=f"m{number}", channel_id=f"m{number}",
                    ordinal=1, queue="general", entered_at=NOW, caller="61234567", agent=mobile,
                    agent_name=f"Local/{mobile}@agents", interface=f"Local/{mobile}@agents", outcome="answered",
                    answered_at=NOW,
                )
            )  # fmt: skip
    socket, hello = await live_hello(board)
    agents = tuple(replace(floor().agents[0], id=mobile, name=f"Local/{mobile}@agents") for mobile in mobiles)
    bridge.tell(Delta(node="gz-1", seq=1, at=NOW, agents=agents))
    change = await told(socket, "change")
    ids = [agent["id"] for agent in change["agents"]]
    assert len(set(ids)) == len(mobiles)
    assert all(each.startswith("138****8000-") for each in ids)
    assert {agent["name"] for agent in change["agents"]} == {"Local/138****8000@agents"}
    for known, call_id in zip(ids, ("m0", "m1"), strict=True):
        visits = (await (await board.get("/api/v1/visits", params={"agent": known})).json())["visits"]
        assert [(visit["call_id"], visit["agent"]) for visit in visits] == [(call_id, known)], "its link still opens"
    listed = await (await board.get("/api/v1/agents")).text()
    bridge.tell(Delta(node="gz-1", seq=2, at=NOW, removed=Removed(agents=mobiles)))
    gone = await told(socket, "change")
    assert gone["removed"]["agents"] == ids
    for text in (str(change), listed, str(gone), str(hello)):
        assert not any(mobile in text for mobile in mobiles)


async def test_visits_come_newest_first_with_masked_numbers(board: Client, store: Store) -> None:
    async with Writer(store) as writer:
        for minute in (0, 1):
            entered = NOW + timedelta(minutes=minute)
            writer.put(
                Visit(
                    id=visit_id("gz-1", f"c{minute}", 1),
                    node="gz-1",
                    call_id=f"c{minute}",
                    channel_id=f"c{minute}",
                    ordinal=1,
                    queue="general",
                    entered_at=entered,
                    caller="8613800138000",
                    caller_name="王 8613800138000",
                )
            )
    page = await (await board.get("/api/v1/visits", params={"queue": "general", "limit": "1"})).json()
    assert [visit["call_id"] for visit in page["visits"]] == ["c1"]
    assert page["visits"][0]["caller"] == "861******8000"
    assert page["visits"][0]["caller_name"] == "王 861******8000"
    rest = await (await board.get("/api/v1/visits", params={"after": page["next"]})).json()
    assert [visit["call_id"] for visit in rest["visits"]] == ["c0"]


async def test_the_day_of_a_question_begins_at_the_hotlines_midnight(board: Client, store: Store) -> None:
    midnight = datetime.now(ZoneInfo(ZONE)).replace(hour=0, minute=0, second=0, microsecond=0)
    async with Writer(store) as writer:
        for name, entered in (("yesterday", midnight - timedelta(seconds=1)), ("today", midnight)):
            writer.put(
                Visit(id=name, node="n", call_id=name, channel_id=name, ordinal=1, queue="q", entered_at=entered)
            )
    page = await (await board.get("/api/v1/visits", params={"since": "today"})).json()
    assert [visit["id"] for visit in page["visits"]] == ["today"]
    page = await (await board.get("/api/v1/visits", params={"until": "today"})).json()
    assert [visit["id"] for visit in page["visits"]] == ["yesterday"]


async def test_a_call_is_told_on_one_time_line_with_masked_numbers(board: Client, store: Store) -> None:
    entered = Visit(
        id="v", node="gz-1", call_id="c", channel_id="c", ordinal=1, queue="general", entered_at=NOW,
        answered_at=NOW, agent="1001", ended_at=NOW + timedelta(seconds=9), outcome="answered", ended_by="transfer",
        transfer="attended", transferred_to="13800138000",
    )  # fmt: skip
    wish = Callback(
        id="b", node="gz-1", call_id="c", channel_id="c", queue="general", number_to_call="13900139001",
        asked_at=NOW + timedelta(seconds=10), entered_at=NOW, flow="main", flow_version="x", step="s",
    )  # fmt: skip
    async with Writer(store) as writer:
        writer.put(entered)
        writer.put(wish)
    told = await (await board.get("/api/v1/calls/c")).json()
    assert [(one["part"], one["what"]) for one in told["moments"]] == [
        ("queue", "entered"),
        ("agent", "answered"),
        ("queue", "over"),
        ("left", "callback"),
    ]
    assert told["moments"][2]["facts"]["transferred_to"] == "138****8000"
    assert told["moments"][3]["facts"]["number"] == "139****9001"
    unknown = await board.get("/api/v1/calls/nobody")
    assert (unknown.status, (await unknown.json())["error"]["code"]) == (404, "unknown_call")


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ({"quueue": "general"}, "did you mean 'queue'?"),
        ({"outcome": "abandonned"}, "did you mean 'abandoned'?"),
        ({"limit": "0"}, "a whole number from 1 to 1000"),
        ({"limit": "²"}, "a whole number from 1 to 1000"),
        ({"limit": "000009999999"}, "a whole number from 1 to 1000"),
        ({"since": "0001-01-01T00:00:00+14:00"}, "'today' or an instant with its offset"),
        ({"until": "9999-12-31T23:59:59-12:00"}, "'today' or an instant with its offset"),
        ({"since": "yesterday"}, "'today' or an instant with its offset"),
        ({"since": "2026-11-20T10:00:00"}, "'today' or an instant with its offset"),
        ({"since": "2026-11-20T10:00:00Z", "until": "2026-11-20T09:00:00Z"}, "'until' must be later"),
        ({"after": "forged"}, "unchanged"),
        ({"after": "MDAwMS0wMS0wMVQwMDowMDowMCsxNDowMCB4"}, "unchanged"),
    ],
)
async def test_a_wrong_question_is_answered_with_what_was_expected(
    board: Client, question: dict[str, str], answer: str
) -> None:
    response = await board.get("/api/v1/visits", params=question)
    assert response.status == 400
    error = (await response.json())["error"]
    assert error["code"] == "bad_question"
    assert answer in error["message"]


async def test_metrics_count_what_the_board_shows(board: Client) -> None:
    await live_hello(board)
    text = await (await board.get("/metrics")).text()
    assert "hotline_feed_live 1.0" in text
    assert 'hotline_queue_waiting{node="gz-1",queue="general"} 2.0' in text
    assert 'hotline_queue_ended_today{node="gz-1",outcome="abandoned",queue="general"} 6.0' in text
    assert "# TYPE hotline_queue_entered_today gauge" in text
    assert " counter\n" not in text, "nothing here only grows: midnight and queue_log make the day's numbers fall"
    assert 'hotline_queue_service_level_ratio{node="gz-1",queue="general",variant="sl_negative"} 0.833' in text


async def test_metrics_leave_out_numbers_that_are_not_live(board: Client, bridge: Bridge) -> None:
    socket, _ = await live_hello(board)
    await bridge.leave()
    await told(socket, "pulse")
    text = await (await board.get("/metrics")).text()
    assert "hotline_feed_live 0.0" in text
    assert "hotline_queue_waiting{" not in text


async def test_the_openapi_document_names_every_path_that_is_served(board: Client) -> None:
    document = await (await board.get("/api/v1/openapi.json")).json()
    served = {
        resource.canonical
        for resource in board.app.router.resources()
        if resource.canonical not in {"/", "/static", "/api/{rest}"}
    }
    with_a_provider = {"/sign-in/openid", "/sign-in/openid/return"}
    assert set(document["paths"]) == served | with_a_provider


async def test_a_full_house_and_what_is_known_of_a_caller_are_described(board: Client, store: Store) -> None:
    paths = (await (await board.get("/api/v1/openapi.json")).json())["paths"]
    assert "503" in paths["/api/v1/live"]["get"]["responses"]
    sent = Visit(
        id="v", node="gz-1", call_id="c", channel_id="c", ordinal=1, queue="general", entered_at=NOW, outcome="failed"
    )
    async with Writer(store) as writer:
        writer.put(sent)
    story = await (await board.get("/api/v1/calls/c")).json()
    described = paths["/api/v1/calls/{call_id}"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert set(story) == set(described["properties"])


async def test_what_is_sent_fits_its_own_description(board: Client) -> None:
    await live_hello(board)
    document = await (await board.get("/api/v1/openapi.json")).json()
    queue = (await (await board.get("/api/v1/queues")).json())["queues"][0]
    assert set(queue) == set(document["components"]["schemas"]["Queue"]["properties"])


async def test_a_visit_sent_fits_its_own_description(board: Client, store: Store) -> None:
    sent = Visit(
        id="v", node="gz-1", call_id="c", channel_id="c", ordinal=1, queue="general", entered_at=NOW, outcome="failed"
    )
    async with Writer(store) as writer:
        writer.put(sent)
    described = (await (await board.get("/api/v1/openapi.json")).json())["components"]["schemas"]["Visit"]
    (visit,) = (await (await board.get("/api/v1/visits")).json())["visits"]
    assert set(visit) == set(described["properties"])


async def test_a_foreign_host_name_is_refused(board: Client) -> None:
    response = await board.get("/api/v1/queues", headers={"Host": "evil.example"})
    assert response.status == 421


@pytest.mark.parametrize(
    ("header", "value", "status"),
    [
        ("Host", "[", 421),
        ("Host", "127.0.0.1:x", 421),
        ("Host", "localhost.evil.example", 421),
        ("Host", "[::1]:8088", 200),
        ("Origin", "null", 403),
        ("Origin", "http://[", 403),
        ("Origin", "http://127.0.0.1:x", 403),
    ],
)
async def test_a_host_or_origin_that_cannot_be_read_is_refused_and_no_error_of_ours(
    board: Client, header: str, value: str, status: int
) -> None:
    response = await board.get("/api/v1/queues", headers={header: value})
    assert response.status == status
    assert "Content-Security-Policy" in response.headers


async def test_a_socket_from_another_origin_is_refused(board: Client) -> None:
    with pytest.raises(WSServerHandshakeError) as refused:
        await board.ws_connect("/api/v1/live", headers={"Origin": "http://evil.example"})
    assert refused.value.status == 403


async def test_no_page_may_run_inline_script_or_ask_a_third_party(board: Client) -> None:
    for path in ("/", "/static/board.js", "/api/v1/queues", "/nowhere"):
        policy = (await board.get(path)).headers["Content-Security-Policy"]
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
    for page in STATIC.rglob("*.*"):
        if page.suffix in {".html", ".css", ".js"} and "vendor" not in page.parts:
            assert "http://" not in page.read_text("utf-8")
            assert "https://" not in page.read_text("utf-8")


async def test_an_unknown_path_of_the_api_says_where_the_description_is(board: Client) -> None:
    response = await board.get("/api/v1/queue")
    assert response.status == 404
    assert (await response.json())["error"]["code"] == "not_found"
