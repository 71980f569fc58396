"""The API of acts: who asks, that it is an act, and the bridge's answer as it is."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from ami_bridge.acts import asked
from ami_bridge.acts.door import Door
from ami_bridge.acts.outcome import Answer
from ami_bridge.messages import ClosedNumber, Delta, News, Note
from store.act_rows import Act
from store.queries.acts import answer, claim
from tests.wallboard.floor import NOW, settings
from tests.wallboard.people import as_person
from wallboard import acting
from wallboard.access.people import Person, Role
from wallboard.acting import Acting
from wallboard.app import make_app
from wallboard.known_as import known_as

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from pathlib import Path

    from aiohttp import web

    from ami_bridge.acts.outcome import Code
    from ami_bridge.acts.spoken import Wish
    from store.engine import Store
    from tests.wallboard.floor import Bridge

    Client = TestClient[web.Request, web.Application]

SUPERVISOR = Person("Wong", Role.SUPERVISOR, frozenset({"general"}))
ADMIN = Person("陈 <script>", Role.ADMIN)
ADMIN_OF_GENERAL = Person("Ho", Role.ADMIN, frozenset({"general"}))
VIEWER = Person("guest", Role.VIEWER)
PAUSE = {"act": "pause", "agent": "1001", "reason": "lunch"}
KEY = {"Idempotency-Key": "0b7c1b1e-1111"}


@dataclass
class Desk:
    """Notes what is asked, and answers with a code."""

    code: Code = "done"
    wishes: list[Wish] = field(default_factory=list)
    stands_still: bool = False

    async def ask(self, wish: Wish) -> Answer:
        self.wishes.append(wish)
        if self.stands_still:
            await asyncio.Event().wait()
        return Answer(key=wish.key, code=self.code, words="call 13800138000", seen="1001: paused")


@dataclass
class House:
    client: Client
    desk: Desk
    person: list[Person | None]

    @property
    def signed_in(self) -> dict[str, str]:
        """Headers of the page of whoever asks."""
        port, person = self.client.port, self.person[0]
        assert port is not None
        return {} if person is None else as_person(self.client.app, port, person)

    async def post(self, body: Any = PAUSE, **headers: str) -> tuple[int, dict[str, Any]]:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        told = {"Content-Type": "application/json", **KEY, **self.signed_in, **headers}
        async with self.client.post("/api/v1/acts", data=data, headers=told) as said:
            return said.status, await said.json()

    async def get(self, path: str) -> tuple[int, dict[str, Any]]:
        async with self.client.get(path, headers=self.signed_in) as said:
            return said.status, await said.json()


@asynccontextmanager
async def opened(
    tmp_path: Path, store: Store, *, door: bool = True, phones: Mapping[str, str] | None = None, listening: bool = True
) -> AsyncIterator[House]:
    desk, person = Desk(), [SUPERVISOR]
    there = Acting(
        socket=tmp_path / "acts.sock",
        phones=phones or {"1009": "Supervisor"},
        listening=listening,
        numbers=("96956",),
        messages={"goodbye": {"en": "Goodbye."}},
    )
    app = make_app(settings(tmp_path / "feed.sock"), store, acting=there)
    entrance = Door(there.socket, desk)  # type: ignore[arg-type]  # all of a desk that a door needs
    if door:
        await entrance.open()
    try:
        async with TestClient(TestServer(app)) as client:
            yield House(client, desk, person)  # type: ignore[arg-type]  # may be None later
    finally:
        await entrance.close()


@pytest.fixture
async def house(tmp_path: Path, bridge: Bridge, store: Store) -> AsyncIterator[House]:
    async with opened(tmp_path, store) as made:
        await bridge.connected.wait()
        yield made


async def test_an_act_reaches_the_bridge_with_who_asks_and_its_key(house: House) -> None:
    status, told = await house.post()
    assert (status, told["code"], told["result"], told["repeated"]) == (200, "done", "done", False)
    assert told["words"] == "call 138****8000"
    (wish,) = house.desk.wishes
    assert wish.key == KEY["Idempotency-Key"]
    assert (wish.asker.name, wish.asker.role, wish.asker.queues) == ("Wong", "supervisor", frozenset({"general"}))
    assert wish.act == asked.PauseAgent(agent="1001", reason="lunch")


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("already_so", 200),
        ("agent_left", 409),
        ("not_your_queue", 403),
        ("unknown_agent", 404),
        ("key_reused", 422),
        ("asterisk_refused", 502),
        ("not_seen", 503),
        ("no_answer", 504),
    ],
)
async def test_each_answer_has_its_status(house: House, code: Code, status: int) -> None:
    house.desk.code = code
    assert (await house.post())[0] == status


async def test_nobody_does_nothing(house: House) -> None:
    house.person[0] = None
    for status, told in (await house.post(), await house.get("/api/v1/acts"), await house.get("/api/v1/acting")):
        assert (status, told["error"]["code"]) in {(401, "sign_in"), (403, "foreign_origin")}
    assert house.desk.wishes == []


@pytest.mark.parametrize(
    ("body", "headers", "status", "code"),
    [
        (PAUSE, {"Idempotency-Key": ""}, 400, "bad_key"),
        (PAUSE, {"Idempotency-Key": "short"}, 400, "bad_key"),
        (PAUSE, {"Idempotency-Key": "x" * 101}, 400, "bad_key"),
        (PAUSE, {"Content-Type": "text/plain"}, 415, "not_json"),
        (b"{", {}, 400, "bad_act"),
        (b"\xff\xfe", {}, 400, "bad_act"),
        ({"act": "dance"}, {}, 400, "bad_act"),
        ({"act": "pause", "agent": "1001", "queue": "a\r\nb"}, {}, 400, "bad_act"),
        ({"act": "note", "text": "x" * 281}, {}, 400, "bad_act"),
    ],
)
async def test_what_is_no_act_never_reaches_the_bridge(
    house: House, body: Any, headers: dict[str, str], status: int, code: str
) -> None:
    found, told = await house.post(body, **headers)
    assert (found, told["error"]["code"]) == (status, code)
    assert house.desk.wishes == []


async def test_a_body_beyond_all_bounds_is_not_read(house: House) -> None:
    async with house.client.post(
        "/api/v1/acts", data=b"x" * 5000, headers={"Content-Type": "application/json", **KEY, **house.signed_in}
    ) as said:
        assert said.status == 413


async def test_another_sites_page_has_nothing_done(house: House) -> None:
    told = {"Content-Type": "application/json", **KEY, **house.signed_in, "Origin": "http://evil.example"}
    async with house.client.post("/api/v1/acts", data=json.dumps(PAUSE), headers=told) as said:
        assert said.status == 403
    assert house.desk.wishes == []


async def test_without_a_bridge_nothing_was_done(tmp_path: Path, store: Store) -> None:
    async with opened(tmp_path, store, door=False) as house:
        status, told = await house.post()
    assert (status, told["code"]) == (503, "not_seen")


async def test_of_a_bridge_that_stands_still_it_is_not_known(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acting, "ANSWERED_WITHIN_S", 0.2)
    house.desk.stands_still = True
    status, told = await house.post()
    assert (status, told["code"], told["result"]) == (504, "no_answer", "unknown")


async def test_an_agent_known_by_a_mask_is_acted_on_by_his_own_id(house: House, bridge: Bridge) -> None:
    mobile = "13800138000"
    agents = (replace(bridge.snapshot.agents[0], id=mobile, name=mobile),)
    bridge.tell(Delta(node="gz-1", seq=bridge.snapshot.seq + 1, at=datetime.now(UTC), agents=agents))
    for _ in range(600):
        if known_as(mobile) in str(await house.get("/api/v1/agents")):
            break
        await asyncio.sleep(0.01)
    await house.post({**PAUSE, "agent": known_as(mobile)})
    assert house.desk.wishes[0].act == asked.PauseAgent(agent=mobile, reason="lunch")


async def test_what_a_page_offers_is_by_role(house: House) -> None:
    _, told = await house.get("/api/v1/acting")
    assert told["person"] == {"name": "Wong", "role": "supervisor", "queues": ["general"]}
    assert {"pause", "listen", "hang_up"} <= set(told["may"])
    assert "close_number" not in told["may"]
    assert "messages" not in told
    house.person[0] = ADMIN
    _, told = await house.get("/api/v1/acting")
    assert "close_number" in told["may"]
    assert (told["numbers"], told["messages"]) == (["96956"], {"goodbye": {"en": "Goodbye."}})
    house.person[0] = ADMIN_OF_GENERAL
    _, told = await house.get("/api/v1/acting")
    assert told["person"] == {"name": "Ho", "role": "admin", "queues": ["general"]}
    assert "close_number" not in told["may"]
    house.person[0] = VIEWER
    _, told = await house.get("/api/v1/acting")
    assert (told["person"]["role"], told["may"]) == ("viewer", [])


async def test_a_page_offers_the_telephones_of_ones_own_queues_where_there_is_listening(
    tmp_path: Path, bridge: Bridge, store: Store
) -> None:
    phones = {"1001": "陈", "1003": "VIP", "1009": "Supervisor"}
    of_vip = replace(bridge.snapshot.agents[0], id="1003", queues={"vip": 0})
    bridge.snapshot = replace(bridge.snapshot, agents=(*bridge.snapshot.agents, of_vip))
    for listening in (True, False):
        async with opened(tmp_path, store, phones=phones, listening=listening) as house:
            await bridge.connected.wait()
            for _ in range(6000):
                house.person[0] = ADMIN
                if "1003" in str(await house.get("/api/v1/agents")):
                    break
                await asyncio.sleep(0.01)
            _, told = await house.get("/api/v1/acting")
            assert told["phones"] == (phones if listening else {})
            house.person[0] = SUPERVISOR
            _, told = await house.get("/api/v1/acting")
            assert told["phones"] == ({"1001": "陈", "1009": "Supervisor"} if listening else {})


async def test_the_audit_is_read_by_what_is_asked(house: House, store: Store) -> None:
    for number, who in enumerate(("Wong", "Li", "Wong")):
        row = Act(
            id=f"key-{number}",
            node="gz-1",
            who=who,
            role="supervisor",
            asked_at=NOW + timedelta(minutes=number),
            act="pause",
            target="agent:1001",
            arguments='{"act": "pause", "reason": "<b>lunch</b>"}',
            digest="secret",
        )
        await claim(store, row)
    await answer(store, "key-2", at=NOW, code="agent_left", words="gone", seen="")
    _, told = await house.get("/api/v1/acts")
    assert [one["id"] for one in told["acts"]] == ["key-2", "key-0"], "of two queues one reads one's own"
    assert (told["acts"][0]["code"], told["acts"][0]["result"]) == ("agent_left", "refused")
    assert told["acts"][1]["result"] is None
    assert told["acts"][0]["arguments"] == {"act": "pause", "reason": "<b>lunch</b>"}
    assert "secret" not in str(told)
    house.person[0] = ADMIN
    assert len((await house.get("/api/v1/acts"))[1]["acts"]) == 3
    assert [one["id"] for one in (await house.get("/api/v1/acts?who=Li"))[1]["acts"]] == ["key-1"]
    assert [one["id"] for one in (await house.get("/api/v1/acts?code=agent_left"))[1]["acts"]] == ["key-2"]
    page = (await house.get("/api/v1/acts?limit=2"))[1]
    assert [one["id"] for one in (await house.get(f"/api/v1/acts?after={page['next']}"))[1]["acts"]] == ["key-0"]
    assert (await house.get("/api/v1/acts?whoo=Li"))[0] == 400
    house.person[0] = ADMIN_OF_GENERAL
    assert (await house.get("/api/v1/acts"))[1]["acts"] == []
    house.person[0] = VIEWER
    assert (await house.get("/api/v1/acts"))[0] == 403
    assert (await house.post())[0] == 403
    assert house.desk.wishes == []


async def test_an_agents_mobile_is_in_no_act_that_is_read(house: House, bridge: Bridge, store: Store) -> None:
    house.person[0] = ADMIN
    mobile, other = "13800138000", "13900139000"
    agents = (replace(bridge.snapshot.agents[0], id=mobile, name=mobile),)
    bridge.tell(Delta(node="gz-1", seq=bridge.snapshot.seq + 1, at=datetime.now(UTC), agents=agents))
    for _ in range(6000):
        if known_as(mobile) in str(await house.get("/api/v1/agents")):
            break
        await asyncio.sleep(0.01)
    visit = "gz-1/1732512345.78/1"
    said: list[tuple[str, str, dict[str, Any]]] = [
        ("a", f"agent:{mobile}", {"act": "listen", "agent": mobile, "phone": mobile}),
        ("b", f"agent:{other}", {"act": "pause", "agent": other, "reason": f"call {other}", "penalty": 1}),
        ("c", f"visit:{visit}", {"act": "promote_caller", "visit": visit}),
        ("d", "number:96956123", {"act": "open_number", "number": "96956123"}),
        ("e", "number:96956", {"act": "open_number", "number": "96956"}),
    ]
    for key, target, arguments in said:
        row = Act(
            id=key,
            node="gz-1",
            who="Li",
            role="supervisor",
            asked_at=NOW,
            act=arguments["act"],
            target=target,
            arguments=json.dumps(arguments),
            digest="secret",
        )
        await claim(store, row)
    _, told = await house.get("/api/v1/acts")
    assert mobile not in str(told)
    assert other not in str(told)
    by_id = {one["id"]: (one["target"], one["arguments"]) for one in told["acts"]}
    shown = known_as(mobile)
    assert by_id["a"] == (f"agent:{shown}", {"act": "listen", "agent": shown, "phone": shown})
    assert by_id["b"][1]["reason"] == "call 139****9000"
    assert by_id["c"] == (f"visit:{visit}", {"act": "promote_caller", "visit": visit})
    assert by_id["d"][0] == "number:96****23"
    assert by_id["e"][0] == "number:96956"
    _, told = await house.get(f"/api/v1/acts?target=agent:{shown}")
    assert [one["id"] for one in told["acts"]] == ["a"]


async def test_notes_and_closed_numbers_reach_every_screen(house: House, bridge: Bridge) -> None:
    later = NOW + timedelta(hours=1)
    note = Note(id="n1", text="<b>all hands</b>", who="Wong", since=NOW, until=later)
    closed = ClosedNumber(number="96956", message="emergency", who="陈", since=NOW)
    async with house.client.ws_connect("/api/v1/live", headers=house.signed_in) as socket:
        first = await socket.receive_json(timeout=60)
        assert first["news"] == {"notes": [], "closed": []}
        told = Delta(
            node="gz-1",
            seq=bridge.snapshot.seq + 1,
            at=datetime.now(UTC),
            news=News(notes=(note,), closed=(closed,)),
        )
        bridge.tell(told)
        while (message := await socket.receive_json(timeout=60)).get("news") is None:
            pass
        assert message["news"]["notes"][0]["text"] == "<b>all hands</b>"
        assert message["news"]["closed"][0]["number"] == "96956"
    async with house.client.ws_connect("/api/v1/live", headers=house.signed_in) as socket:
        assert len((await socket.receive_json(timeout=60))["news"]["notes"]) == 1
