"""Asterisk reloaded, killed and restarted while callers wait, are rung for and talk."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from tests.traps.stage import Played, Theatre, check_rows, until
from tests.traps.switch import Switch

if TYPE_CHECKING:
    from tests.traps.stage import Stage

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(400)]

BEFORE = {
    "rwait": "",
    "rring": "member=Local/rings-rring1@agents/n,0,客服rring1",
    "rtalk": "member=Local/talks-3-rtalk1@agents/n,0,客服rtalk1",
    "rgone": "",
    "kwait": "",
    "kring": "timeout=15\nmember=Local/rings-kring1@agents/n,0,客服kring1",
    "ktalk": "member=Local/stays-ktalk1@agents/n,0,客服ktalk1",
    "kagain": "",
    "nwait": "",
    "nring": "timeout=15\nmember=Local/rings-nring1@agents/n,0,客服nring1",
    "ntalk": "member=Local/stays-ntalk1@agents/n,0,客服ntalk1",
    "nagain": "member=Local/talks-1-nagain1@agents/n,0,客服nagain1",
}
AFTER = {
    **{name: more for name, more in BEFORE.items() if name != "rgone"},
    "rwait": "member=Local/talks-1-rwait1@agents/n,0,客服rwait1",
    "rtalk": "member=Local/talks-1-rtalk2@agents/n,0,客服rtalk2",
}


async def reloaded(stage: Stage) -> None:
    """A queue gets its first member, one loses the member who talks, one is taken away with a caller in it."""
    waiting, ringing, talking, gone = [await stage.call(name) for name in ("rwait", "rring", "rtalk", "rgone")]
    await waiting.waits()
    await gone.waits()
    await talking.talks()
    await until(lambda: stage.agent_is("rings-rring1", "ringing"), "nobody rang")
    (stage.asterisk.etc / "queues.conf").write_text(Switch(queues=AFTER).queues_conf())
    for command in ("queue reload all", "module reload app_queue.so", "queue reload members"):
        await asyncio.to_thread(stage.asterisk.cli, command)
    await waiting.is_over()
    await talking.is_over()
    await ringing.hang_up()
    await gone.hang_up()
    await gone.is_over()


async def some_calls(stage: Stage, letter: str) -> None:
    for name in ("wait", "ring", "talk"):
        await stage.call(f"{letter}{name}")
    await until(lambda: stage.agent_is(f"rings-{letter}ring1", "ringing"), "nobody rang")
    await until(lambda: stage.agent_is(f"stays-{letter}talk1", "on_queue_call"), "nobody talks")
    await stage.has_read_the_log()


async def back(stage: Stage, before: int) -> None:
    """Until all three connections are up again, and both bridges have looked round."""
    await until(lambda: stage.link.is_up, "no AMI")
    await until(
        lambda: all(
            bridge.state.knowing == "complete" and bridge.link.is_up and stage.snapshots(bridge) > before
            for bridge in stage.bridges
        ),
        "no snapshot",
    )


async def killed(stage: Stage) -> None:
    """A power cut."""
    await some_calls(stage, "k")
    before = max(map(stage.snapshots, stage.bridges))
    await asyncio.to_thread(stage.asterisk.kill)
    await asyncio.to_thread(stage.asterisk.start)
    await back(stage, before)
    await stage.member("kagain", "talks-1-kagain1")
    call = await stage.call("kagain")
    await call.is_over()


async def restarted(stage: Stage) -> None:
    """`core restart now`: every call is hung up, the process begins anew."""
    await some_calls(stage, "n")
    before = max(map(stage.snapshots, stage.bridges))
    await asyncio.to_thread(stage.asterisk.cli, "core restart now")
    await back(stage, before)
    call = await stage.call("nagain")
    await call.is_over()


async def story(stage: Stage) -> None:
    for part in (reloaded, killed, restarted):
        await part(stage)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Played:
    return Theatre(tmp_path_factory.mktemp("restarts"), Switch(queues=BEFORE)).play({"story": story})


EXPECTED: dict[str, tuple[str, str | None, str | None]] = {
    "rwait": ("answered", "agent", "talks-1-rwait1"),
    "rring": ("abandoned", "caller", None),
    "rtalk": ("answered", "agent", "talks-3-rtalk1"),
    "rgone": ("abandoned", "caller", None),
    "kwait": ("unknown_after_gap", None, None),
    "kring": ("unknown_after_gap", None, None),
    "ktalk": ("answered", None, "stays-ktalk1"),
    "kagain": ("answered", "agent", "talks-1-kagain1"),
    "nwait": ("abandoned", "caller", None),
    "nring": ("abandoned", "caller", None),
    "ntalk": ("answered", "caller", "stays-ntalk1"),
    "nagain": ("answered", "agent", "talks-1-nagain1"),
}
"""r: a reload, k: a kill, n: `core restart now`, in which Asterisk says of each call that the caller hung up."""


def test_the_rows_hold_together_and_equal_the_log(told: Played) -> None:
    check_rows(told)
    assert told.verdict.visits == len(told.visits) == len(EXPECTED)


@pytest.mark.parametrize("queue", EXPECTED)
def test_each_visit_has_its_outcome(told: Played, queue: str) -> None:
    assert told.outcomes(queue) == [EXPECTED[queue]]


@pytest.mark.parametrize("queue", [queue for queue in EXPECTED if queue[0] != "n"])
def test_ami_alone_knows_it_too(told: Played, queue: str) -> None:
    assert told.by_ami_alone(queue) == [EXPECTED[queue]]


def test_an_agent_taken_out_by_a_reload_is_on_his_call_to_its_end(told: Played) -> None:
    [visit] = told.of("rtalk")
    [talk] = [one for one in told.stretches if (one.agent, one.state) == ("talks-3-rtalk1", "on_queue_call")]
    assert (talk.started_at, talk.ended_at) == (visit.answered_at, visit.ended_at)
