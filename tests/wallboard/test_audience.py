"""What somebody who is for some queues is shown: live, in the API and in the history."""

from __future__ import annotations

import json
from collections import deque
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ami_bridge.messages import Delta, Removed
from store.records import Callback, Survey
from store.rows import Journey, JourneyStep, RingAttempt, Visit
from store.writer import Writer
from tests.wallboard.floor import NOW, floor, made_up_history, made_up_reports
from tests.wallboard.people import BOARDS, PEOPLE, SCREEN, origin_of, served, signed_in, told
from tests.wallboard.test_board import live_hello
from wallboard.audience import EVERYBODY, Audience
from wallboard.fragments import Fragments
from wallboard.history import NotUnderstoodError
from wallboard.hub import Hub
from wallboard.payloads import OF_ALL_QUEUES

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from ami_bridge.messages import AgentView, Snapshot
    from store.engine import Store
    from tests.wallboard.conftest import Client
    from tests.wallboard.floor import Bridge
    from wallboard.frames import Message
    from wallboard.hub import Viewer

VIP = Audience(frozenset({"vip"}), menus=False)


@pytest.fixture
async def board(tmp_path: Path, bridge: Bridge, store: Store) -> AsyncIterator[Client]:
    async with served(told(tmp_path), store) as client:
        await bridge.connected.wait()
        yield client


def agent(queues: dict[str, int], **more: Any) -> AgentView:
    return replace(floor().agents[0], id="2001", name="甲", queues=queues, **more)


def crowded() -> Snapshot:
    both = agent({"general": 0, "vip": 1}, queue="general", caller="138****8000")
    return replace(floor(), agents=(*floor().agents, both))


def hub() -> Hub:
    made = Hub(told(Path("/nowhere")))
    made.hear(crowded(), NOW)
    return made


class Heard:
    """What came out of a viewer's outlet, in order."""

    def __init__(self, viewer: Viewer) -> None:
        self.viewer = viewer
        self._came: deque[Message] = deque()
        viewer.open(self._take)

    def _take(self, message: Message) -> bool:
        self._came.append(message)
        return True

    def next(self) -> Message:
        """The next message."""
        return self._came.popleft()

    def told(self) -> dict[str, Any]:
        """The next message, read."""
        message: dict[str, Any] = json.loads(self.next().text)
        return message


def test_a_newcomer_gets_their_queues_and_whoever_works_there() -> None:
    hello = Heard(hub().join(NOW, VIP)).told()
    assert [queue["name"] for queue in hello["queues"]] == ["vip"]
    assert [each["id"] for each in hello["agents"]] == ["2001"]
    assert hello["calls"] == []
    assert list(hello["boards"]) == list(hello["board_titles"]) == ["vip"]
    assert list(hello["tiles"]) == ["vip"]
    assert hello["overall"]["today"]["entered"] == 0, "and figures of these alone"
    shown = hello["agents"][0]
    assert (shown["state"], shown["queue"], shown["caller"], shown["queues"]) == ("on_queue_call", "", "", {"vip": 1})
    assert "138****8000" not in json.dumps(hello)
    assert "general" not in json.dumps(hello)


def test_what_counts_all_queues_of_an_agent_is_not_told_of_one_who_also_works_elsewhere() -> None:
    counts = {"reason": "call 13800138000", "answered": 7, "missed": 2, "talk_sum_s": 90.0}
    both, own = agent({"general": 0, "vip": 1}, **counts), replace(agent({"vip": 0}, **counts), id="2002")
    made = Hub(told(Path("/nowhere")))
    made.hear(replace(floor(), agents=(both, own)), NOW)
    shared, theirs = Heard(made.join(NOW, VIP)).told()["agents"]
    assert {name: shared[name] for name in counts} == {"reason": "", **dict.fromkeys(OF_ALL_QUEUES)}
    assert [theirs[name] for name in OF_ALL_QUEUES] == [7, 2, 90.0]
    assert theirs["reason"]
    everything = Heard(made.join(NOW)).told()["agents"]
    assert [each["answered"] for each in everything] == [7, 7]


def test_changes_are_theirs_too_and_who_leaves_their_queues_is_gone() -> None:
    board = hub()
    viewer, everybody = Heard(board.join(NOW, VIP)), Heard(board.join(NOW))
    viewer.told(), everybody.told()
    elsewhere = agent({"general": 0})
    stranger = replace(floor().agents[0], state="paused")
    gone = Removed(agents=("1003",), queues=("general",), calls=("c1",))
    board.hear(Delta(node="gz-1", seq=1, at=NOW, agents=(elsewhere, stranger), removed=gone), NOW)
    change = viewer.told()
    assert (change["agents"], change["queues"], change["calls"]) == ([], [], [])
    assert change["removed"] == {"queues": [], "agents": ["2001"], "calls": []}
    assert [each["id"] for each in everybody.told()["agents"]] == ["2001", "1001"]
    board.hear(Delta(node="gz-1", seq=2, at=NOW, agents=(agent({"vip": 0}),)), NOW)
    assert [each["id"] for each in viewer.told()["agents"]] == ["2001"], "and is there again"


def test_a_message_is_made_once_for_an_audience_however_many_look(monkeypatch: pytest.MonkeyPatch) -> None:
    board, made = hub(), list[Audience]()
    viewers = [Heard(board.join(NOW, audience)) for audience in (EVERYBODY, VIP) for _ in range(50)]
    change = Fragments.change

    def counted(texts: Fragments, head: Any, delta: Any) -> bytes:
        made.append(texts.audience)
        return change(texts, head, delta)

    monkeypatch.setattr(Fragments, "change", counted)
    board.hear(Delta(node="gz-1", seq=1, at=NOW, queues=(crowded().queues[1],)), NOW)
    assert sorted(made, key=str) == sorted([EVERYBODY, VIP], key=str)
    first = [[viewer.next(), viewer.next()][1] for viewer in viewers]
    assert len({id(message) for message in first}) == 2, "the very same bytes"
    for viewer in viewers:
        board.leave(viewer.viewer)
    assert list(board._made) == [EVERYBODY], "what nobody looks at is not kept"


def test_numbers_follow_one_another_without_a_gap_for_each_audience() -> None:
    board = hub()
    viewer = Heard(board.join(NOW, VIP))
    first = viewer.told()["seq"]
    for seq in range(1, 6):
        board.hear(Delta(node="gz-1", seq=seq, at=NOW, queues=(crowded().queues[0],)), NOW)
    assert [viewer.told()["seq"] for _ in range(5)] == list(range(first + 1, first + 6))


async def test_a_screen_whose_board_hides_callers_is_sent_none(board: Client) -> None:
    await board.post("/sign-in/secret", data={"secret": SCREEN}, headers=origin_of(board))
    _, hello = await live_hello(board)
    assert [queue["name"] for queue in hello["queues"]] == ["vip"]
    assert list(hello["boards"]) == ["vip"]
    assert "****" not in json.dumps(hello)


def test_hidden_callers_are_hidden_in_lines_talks_and_menus() -> None:
    hidden, snapshot = Audience(callers="hidden"), crowded()
    shown = (hidden.queue(snapshot.queues[0]), *map(hidden.agent, snapshot.agents), *map(hidden.call, snapshot.calls))
    assert len(snapshot.queues[0].waiting) == 2
    assert "****" not in repr(shown)


async def test_the_api_lists_what_is_theirs(board: Client) -> None:
    signed_in(board, PEOPLE["viewer-general"])
    await live_hello(board)
    assert [each["name"] for each in (await (await board.get("/api/v1/queues")).json())["queues"]] == ["general"]
    agents = (await (await board.get("/api/v1/agents")).json())["agents"]
    assert {each["id"] for each in agents} == {each.id for each in floor().agents}
    assert [each["name"] for each in (await (await board.get("/api/v1/boards")).json())["boards"]] == ["general"]
    for name in BOARDS:
        assert (await board.get(f"/api/v1/boards/{name}")).status == (200 if name == "general" else 404), name


async def written(store: Store) -> None:
    now = datetime.now(UTC)
    async with Writer(store) as writer:
        for name, queue in (("g", "general"), ("v", "vip")):
            writer.put(
                Visit(
                    id=name, node="gz-1", call_id=name, channel_id=name, ordinal=1, queue=queue, outcome="abandoned",
                    entered_at=now - timedelta(minutes=20), ended_at=now, caller="13800138000",
                    caller_name="王 13800138000", wait_s=30.0, agent="13877778000",
                )
            )  # fmt: skip


async def test_the_history_holds_their_queues_alone(board: Client, store: Store) -> None:
    await written(store)
    signed_in(board, PEOPLE["supervisor-general"])
    visits = (await (await board.get("/api/v1/visits")).json())["visits"]
    assert [each["id"] for each in visits] == ["g"]
    assert (await (await board.get("/api/v1/visits", params={"queue": "vip"})).json())["visits"] == []
    assert (await board.get("/api/v1/calls/g")).status == 200
    assert (await board.get("/api/v1/calls/v")).status == 404
    trends = await (await board.get("/api/v1/trends")).json()
    assert list(trends["queues"]) == ["general"]
    assert trends["overall"] == trends["queues"]["general"]
    words = {"from": "today", "metrics": "entered"}
    figures = await (await board.get("/api/v1/history", params=words)).json()
    assert "vip" not in json.dumps(figures)
    refused = await board.get("/api/v1/history", params={**words, "queue": "vip"})
    assert refused.status == 400
    report = await (await board.get("/api/v1/history/report.csv", params=words)).text()
    assert "general" in report
    assert "vip" not in report


async def test_of_a_call_they_are_told_their_own_queues_part(board: Client, store: Store) -> None:
    at = datetime.now(UTC) - timedelta(minutes=20)
    of: dict[str, Any] = {"node": "gz-1", "call_id": "c", "channel_id": "c"}
    row: dict[str, Any] = {
        "outcome": "answered",
        "ended_by": "caller",
        "entered_at": at,
        "answered_at": at,
        "ended_at": at,
    }
    asked: dict[str, Any] = {"flow": "main", "flow_version": "1", "step": "ask", "asked_at": at}
    async with Writer(store) as writer:
        for name, queue, agent_name, follows in (("g", "general", "Ann", "v"), ("v", "vip", "Secretive", None)):
            of_visit: dict[str, Any] = {
                "queue": queue,
                "agent": agent_name,
                "agent_name": agent_name,
                "next_visit_id": follows,
            }
            writer.put(Visit(id=f"gz-1/{name}", ordinal=1, **of, **row, **of_visit))
            writer.put(
                RingAttempt(
                    visit_id=f"gz-1/{name}", ordinal=1, node="gz-1", agent=agent_name, interface="PJSIP/1",
                    started_at=at, ended_at=at, result="answered",
                )
            )  # fmt: skip
            told_of: dict[str, Any] = {"agent": agent_name, "visit_id": f"gz-1/{name}", "answers": "{}"}
            writer.put(Survey(id=name, survey=f"of {queue}", **of, **asked, **told_of))
            wants: dict[str, Any] = {"queue": queue, "number_to_call": "13800138000", "entered_at": at}
            writer.put(Callback(id=name, **of, **asked, **wants))
        writer.put(
            Journey(
                id="gz-1/c", number="96956", flow="main", flow_version="1", started_at=at, ended_at=at,
                outcome="finished", **of,
            )
        )  # fmt: skip
        writer.put(
            JourneyStep(
                journey_id="gz-1/c", ordinal=1, node="gz-1", segment=1, flow="main", step="to_vip", verb="queue",
                outcome="answered", at=at,
            )
        )  # fmt: skip
    signed_in(board, PEOPLE["supervisor"])
    whole = await (await board.get("/api/v1/calls/c")).text()
    assert "Secretive" in whole
    assert "to_vip" in whole
    signed_in(board, PEOPLE["supervisor-general"])
    for name in ("c", "gz-1/g", "gz-1/v"):
        answer = await board.get(f"/api/v1/calls/{name.replace('/', '%2F')}")
        part = await answer.text()
        assert [word for word in ("Secretive", "vip", "gz-1/v") if word in part.replace('"vip":false', "")] == [], name
        happened = {each["what"] for each in json.loads(part)["moments"]}
        assert happened == {"began", "entered", "rung", "rang", "answered", "over", "survey", "callback", "finished"}


async def test_a_report_is_of_their_queues_alone_and_none_that_is_of_every_queue_is_theirs(
    board: Client, store: Store
) -> None:
    await written(store)
    signed_in(board, PEOPLE["supervisor-general"])
    for kind in ("queues", "hours"):
        report = await (await board.get(f"/api/v1/reports/{kind}", params={"metrics": "entered"})).json()
        assert "vip" not in json.dumps(report)
        assert sum(row["entered"] for row in report["rows"]) == 1, kind
        assert (await board.get(f"/api/v1/reports/{kind}", params={"queue": "vip"})).status == 400
    for kind in ("agents", "calls"):
        assert (await board.get(f"/api/v1/reports/{kind}")).status == 403


async def test_who_has_no_queue_has_no_figures(store: Store) -> None:
    await written(store)
    nobodys: frozenset[str] = frozenset()
    with pytest.raises(NotUnderstoodError):
        await made_up_reports().told(store, "queues", {"metrics": "entered"}, datetime.now(UTC), nobodys)
    words = {"from": "today", "metrics": "entered"}
    past = await made_up_history().told(store, words, datetime.now(UTC), nobodys)
    assert "general" not in json.dumps(past, default=str)


@pytest.mark.parametrize(
    ("who", "caller"),
    [
        ("viewer", "138****8000"),
        ("supervisor", "13800138000"),
        ("supervisor-general", "13800138000"),
        ("admin", "13800138000"),
    ],
)
async def test_numbers_are_whole_for_whom_the_table_says(board: Client, store: Store, who: str, caller: str) -> None:
    await written(store)
    signed_in(board, PEOPLE[who])
    (visit,) = (await (await board.get("/api/v1/visits", params={"queue": "general"})).json())["visits"]
    call = await (await board.get("/api/v1/calls/g")).json()
    assert (visit["caller"], visit["caller_name"], call["caller"]) == (caller, f"王 {caller}", caller)
    assert "13877778000" not in json.dumps((visit, call)), "an agent's is never whole"
