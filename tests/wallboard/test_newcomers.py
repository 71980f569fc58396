"""Whoever comes new has everything at once: within twice what the bare transfer of the same snapshot takes."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from aiohttp.test_utils import TestClient, TestServer

from ami_bridge.messages import Delta
from bench.feed import Floor
from bench.feed_servers import TOKEN
from bench.newcomers import bare, first_message, in_turn
from tests.wallboard.floor import NOW, SIGNED_IN, Bridge, floor, settings
from tests.wallboard.inbox import Inbox
from tests.wallboard.test_board import live_hello
from wallboard import hub as hub_module
from wallboard.access.register import Token
from wallboard.access.tokens import hash_of
from wallboard.app import make_app
from wallboard.hub import SAME_MOMENT, Hub

if TYPE_CHECKING:
    import pytest

    from store.engine import Store

TIMES = 100
ROUNDS = 5


async def test_a_newcomer_has_everything_within_twice_the_time_its_snapshot_takes(
    tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A ratio of the shortest of many, in turn, in one process: what else the machine does lengthens the rest."""
    monkeypatch.setattr(hub_module, "SAME_MOMENT", timedelta(seconds=-1))  # each as if it came alone
    bridge = Bridge(tmp_path / "feed.sock", Floor(100, 1000).snapshot)
    await bridge.start()
    told = settings(tmp_path / "feed.sock")
    tokens = (*told.register.tokens, Token("bench", hash_of(TOKEN), ("read",)))
    app = make_app(replace(told, register=replace(told.register, tokens=tokens)), store)
    async with TestClient(TestServer(app), headers=SIGNED_IN) as client:
        reader, _ = await live_hello(client)
        await reader.close()
        assert client.port is not None
        _, text = await first_message(client.port, packed=False)
        async with bare(text) as transfer:
            took = await in_turn(client.port, transfer, TIMES)
            for _ in range(ROUNDS):  # the lowest of more, where another program had the machine all the time
                if took["board"].lowest < 2 * took["bare"].lowest:
                    break
                more = await in_turn(client.port, transfer, TIMES)
                took = {name: min(took[name], more[name], key=lambda each: each.lowest) for name in took}
    await bridge.leave()
    assert len(json.loads(text)["agents"]) == 1000
    assert took["board"].lowest < 2 * took["bare"].lowest
    assert took["board, packed"].size * 4 < took["board"].size


def test_all_who_come_at_once_are_given_one_snapshot_and_whoever_comes_after_a_change_another() -> None:
    hub = Hub(settings(Path("/nowhere")))
    hub.hear(floor(), NOW)
    first, second = (Inbox(hub.join(NOW + timedelta(milliseconds=n))) for n in (0, 60))
    assert first.message() is second.message()
    changed = replace(floor().queues[0], target=0.123)
    hub.hear(Delta(node="gz-1", seq=1, at=NOW, queues=(changed,)), NOW + timedelta(milliseconds=70))
    third = Inbox(hub.join(NOW + timedelta(milliseconds=80))).next()
    assert third["queues"][0]["target"] == 0.123
    assert third["seq"] == second.next()["seq"]
    later = Inbox(hub.join(NOW + timedelta(milliseconds=81) + SAME_MOMENT)).next()
    assert later["at"] > third["at"], "the time it is told is true"
