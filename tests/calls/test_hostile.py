"""Callers whose names and numbers are attacks: the call works, and what they sent is text everywhere."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import pytest

from lab.phone import Reflex
from tests.calls.asking import (
    CHOOSE,
    HOLD,
    WELCOME,
    all_is_quiet,
    length_of_the_log,
    mistakes_in_the_log,
    talking,
    to_the_queue,
)
from tests.calls.conftest import until
from tests.calls.proof import ANSWERED, Tally, proved

if TYPE_CHECKING:
    from tests.calls.conftest import House

pytestmark = pytest.mark.asterisk

AS_IT_IS = [
    '"quoted" \\ and (round)',
    "'); DROP TABLE visits; --",
    "${SHELL(touch /var/spool/asterisk/expanded)}",
    "$[1/0] ${HL_CURSOR}",
    '<script>alert("x")</script><img src=x onerror=alert(1)>',
    "a,b|c;d&e^f=g",
    "Action: Hangup\\r\\nChannel: /.*/",
    "名" * 60,
]
"""In Asterisk these have at most the 79 bytes a channel driver keeps, and SIP's own backslashes before `"` and `\\`."""
HEARD, WAY = (CHOOSE, WELCOME, HOLD), ("service_queue: handed over",)
NOT_UTF8 = "张伟".encode("gbk").decode(errors="surrogateescape")


async def test_a_name_is_text_everywhere_whatever_is_in_it(house: House) -> None:
    dialplan, log, tally = _dialplan(house), length_of_the_log(house), await Tally.of(house)
    names = [_as_asterisk_has_it(name) for name in AS_IT_IS]
    numbers = [f"1396666{index:04}" for index in range(len(AS_IT_IS))]
    async with AsyncExitStack() as calls:
        await calls.enter_async_context(house.agent("1001", Reflex.RING))
        phones = [
            await calls.enter_async_context(house.caller(number, name))
            for number, name in zip(numbers, AS_IT_IS, strict=True)
        ]
        await asyncio.gather(*(to_the_queue(phone) for phone in phones))
        await until(lambda: _all_wait(house, len(phones)))
        shown = {one["caller_name"] for one in (await house.queue("service"))["waiting"]}
        assert shown == set(names)
        await asyncio.gather(*(phone.hang_up() for phone in phones))
    for phone, name in zip(phones, names, strict=True):
        proven = await proved(
            tally, phone, heard=HEARD, way=WAY, outcome="queued", visits=["service: abandoned"], moves=None
        )
        assert proven.visit.caller_name == name
    told = await house.ask("/api/v1/visits?limit=100")
    assert {row["caller_name"] for row in told["visits"]} >= set(names)
    await tally.moves_by(dict.fromkeys(("entered", "abandoned", "short_abandoned"), len(AS_IT_IS)))
    await _nothing_happened(house, dialplan, log)


async def test_a_name_that_is_no_utf8_harms_nothing(house: House) -> None:
    dialplan, log, tally = _dialplan(house), length_of_the_log(house), await Tally.of(house)
    async with house.agent("1001") as agent, house.caller("13966661001", NOT_UTF8) as phone:
        await to_the_queue(phone)
        await talking(house, agent)
        await phone.hang_up()
    proven = await proved(
        tally, phone, heard=HEARD, way=WAY, outcome="queued", visits=["service: answered"], moves=ANSWERED
    )
    assert proven.visit.agent == "1001"
    json.dumps(proven.visit.caller_name).encode()
    await _nothing_happened(house, dialplan, log)


@pytest.mark.parametrize(
    ("agent_id", "user"),
    [
        ("1002", "13966662001%22%29%0d%0aAction:%20Logoff"),
        ("1003", "13966662002%24%7bSHELL%28touch%20%2fvar%2fspool%2fasterisk%2fexpanded%29%7d"),
        ("1004", "13966662003%3cscript%3e"),
        ("1005", "13966662004%2c1%7c2%263"),
        ("1006", "13966662005%27%3bDROP%20TABLE%20visits"),
    ],
    ids=["lines", "dollar", "script", "commas", "sql"],
)
async def test_a_number_that_is_none_harms_nothing(house: House, agent_id: str, user: str) -> None:
    dialplan, log, tally = _dialplan(house), length_of_the_log(house), await Tally.of(house)
    async with house.agent(agent_id) as agent, house.caller(user) as phone:
        await to_the_queue(phone)
        await talking(house, agent)
        await phone.hang_up()
    proven = await proved(
        tally, phone, heard=HEARD, way=WAY, outcome="queued", visits=["service: answered"], moves=ANSWERED, caller=""
    )
    assert proven.journey is not None
    assert proven.journey.caller == ""  # not a number, so nobody is remembered or looked up by it
    visit = await _visit_of(house, proven.journey.call_id)
    assert (visit["outcome"], visit["agent"]) == ("answered", agent_id)
    await _nothing_happened(house, dialplan, log)


def _as_asterisk_has_it(name: str) -> str:
    told = name.replace("\\", "\\\\").replace('"', '\\"')
    return told.encode()[:79].decode(errors="ignore")


async def _all_wait(house: House, count: int) -> bool:
    return len((await house.queue("service"))["waiting"]) == count


async def _visit_of(house: House, call_id: str) -> dict[str, object]:
    found: dict[str, object] = {}

    async def there() -> bool:
        rows = (await house.ask("/api/v1/visits?limit=100"))["visits"]
        found.update(next((row for row in rows if row["call_id"] == call_id and row["ended_at"]), {}))
        return bool(found)

    await until(there)
    return found


def _dialplan(house: House) -> str:
    return "".join(house.rig.asterisk.cli(f"dialplan show {name}") for name in ("hotline-run", "hotline-do"))


async def _nothing_happened(house: House, dialplan: str, log: int) -> None:
    """No command ran, no table is gone, the bridge is still logged in, nothing was complained about."""
    await all_is_quiet(house)
    assert not (house.rig.asterisk.spool / "expanded").exists()
    assert _dialplan(house) == dialplan
    assert [queue["name"] for queue in (await house.live())["queues"]] == ["service", "vip"]
    with sqlite3.connect(house.rig.state / "hotline.db") as database:
        assert database.execute("SELECT count(*) FROM visits").fetchone()[0] > 0
    # Asterisk escapes nothing in queue_log: a number with a line end breaks its own line there, which is told once.
    told = [line for line in mistakes_in_the_log(house, log) if '"bridge.queue_log_line_set_aside"' not in line]
    assert told == []
