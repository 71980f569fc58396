"""Callers on the pictures of the flows: `/api/v1/flows…` and `/api/v1/journeys`."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from store.metrics.ways import WayTaken
from store.rows import Journey, JourneyStep
from store.writer import Writer
from tests.wallboard.floor import made_up_flows
from wallboard.flows import callers, traffic

if TYPE_CHECKING:
    from store.engine import Store
    from tests.wallboard.conftest import Client
    from tests.wallboard.floor import Bridge

HOSTILE = "<script>alert(1)</script> & <b>"


async def fill(store: Store) -> None:
    """The caller of the floor (c1) in the menu, and one whose call is over."""
    now = datetime.now(UTC)
    async with Writer(store) as writer:
        for number, over in ((1, False), (2, True)):
            writer.put(
                Journey(
                    id=f"j{number}", node="gz-1", call_id=f"c{number}", channel_id=f"c{number}", number="96956",
                    flow="main", flow_version="v", started_at=now - timedelta(seconds=number), caller="13800138000",
                    last_step="main.main_menu", ended_at=now if over else None, outcome="finished" if over else None,
                )
            )  # fmt: skip
            writer.put(
                JourneyStep(
                    journey_id=f"j{number}", ordinal=1, node="gz-1", segment=1, flow="main", step="greet", verb="play",
                    outcome="said", at=now, to_step="main_menu" if number == 1 else HOSTILE,
                )
            )  # fmt: skip


def test_callers_are_counted_by_step_and_who_is_nowhere_is_told() -> None:
    assert callers(["a", "b", "c"], {"a": "main.menu", "b": "main.menu", "gone": "main.x"}) == {
        "callers": [{"flow": "main", "step": "menu", "callers": 2}],
        "elsewhere": 1,
    }


def test_ways_are_counted_over_versions_and_outcomes() -> None:
    ways = [
        WayTaken("f", "v1", "s", "menu", "key 1", "t", 2),
        WayTaken("f", "v2", "s", "menu", "key 2", "t", 3),
        WayTaken("f", "v2", "s", "menu", "hung up", "", 1),
    ]
    assert traffic(ways) == [
        {"flow": "f", "step": "s", "to": None, "times": 1},
        {"flow": "f", "step": "s", "to": "t", "times": 5},
    ]


async def test_where_callers_are_comes_from_the_feed_and_the_journeys(
    board: Client, store: Store, bridge: Bridge
) -> None:
    assert bridge.snapshot.calls
    await fill(store)
    told = await (await board.get("/api/v1/flows/now")).json()
    assert told["callers"] == [{"flow": "main", "step": "main_menu", "callers": 1}], "c2 has hung up: the feed knows"
    assert told["elsewhere"] == 0
    assert {(way["step"], way["to"]) for way in told["ways"]} == {("greet", "main_menu"), ("greet", HOSTILE)}
    described = (await (await board.get("/api/v1/openapi.json")).json())["paths"]["/api/v1/flows/now"]["get"]
    schema = described["responses"]["200"]["content"]["application/json"]["schema"]
    assert set(told) == set(schema["properties"])


async def test_the_flows_whence_calls_come_are_first_and_each_has_its_picture(board: Client) -> None:
    listed = await (await board.get("/api/v1/flows")).json()
    assert [flow["name"] for flow in listed["flows"]] == ["main", "balance"]
    assert {"name": "greet", "verb": "play"} in listed["flows"][0]["steps"]
    response = await board.get("/api/v1/flows/main/picture.svg")
    assert response.content_type == "image/svg+xml"
    text = await response.text()
    assert "<style" not in text, "the page's policy allows none"
    assert "#step/main%2Fgreet" in text
    missing = await board.get("/api/v1/flows/nothing/picture.svg")
    assert (missing.status, (await missing.json())["error"]["code"]) == (404, "unknown_flow")


async def test_a_version_is_drawn_once_and_another_one_when_it_is_taken() -> None:
    flows = made_up_flows()
    first = await flows.drawn()
    assert await flows.drawn() is first
    other = made_up_flows(HOSTILE)
    flows.take(replace(other._flows, version="next"), other._catalogue)
    second = await flows.drawn()
    flows.take(flows._flows, other._catalogue)
    assert await flows.drawn() is second, "the same version is not drawn again"
    assert (second.version, first.version != second.version) == ("next", True)
    texts = [one.text or "" for one in ET.fromstring(second.flows["main"].svg).iter()]  # noqa: S314 - it is our own
    assert any(HOSTILE[:20] in text for text in texts), "a message is text in the picture, and nothing else"
    assert "<script" not in second.flows["main"].svg


async def test_the_journeys_through_a_step_are_told_with_their_callers_masked(board: Client, store: Store) -> None:
    await fill(store)
    since = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    query = {"flow": "main", "step": "greet", "since": since}
    told = await (await board.get("/api/v1/journeys", params=query)).json()
    assert [row["call_id"] for row in told["journeys"]] == ["c1", "c2"]
    assert {row["caller"] for row in told["journeys"]} == {"138****8000"}
    described = (await (await board.get("/api/v1/openapi.json")).json())["paths"]["/api/v1/journeys"]["get"]
    schema = described["responses"]["200"]["content"]["application/json"]["schema"]
    assert set(told["journeys"][0]) == set(schema["properties"]["journeys"]["items"]["properties"])


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("flow=main", "'step' is missing, expected the name of a step"),
        ("flow=main&stepp=greet", "unknown word 'stepp', expected one of flow, step, since, limit, after; did you"),
        ("flow=main&step=greet&limit=0", "'limit' is '0', expected a whole number from 1 to 1000"),
        ("flow=main&step=greet&after=x", "`after` must be the `next` of an earlier page"),
    ],
)
async def test_a_slip_is_told(board: Client, query: str, said: str) -> None:
    response = await board.get(f"/api/v1/journeys?{query}")
    assert response.status == 400
    assert said in (await response.json())["error"]["message"]
