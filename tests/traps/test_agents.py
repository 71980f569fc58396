"""What agents do to the figures, for real: two calls at once, wrap-up shared, pauses, dumps, joining and leaving."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from tests.traps.stage import Played, Theatre, check_rows, interface, until
from tests.traps.switch import Switch

if TYPE_CHECKING:
    from tests.traps.stage import Stage

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(400)]

SWITCH = Switch(
    queues={
        "twice": "ringinuse=yes",
        "twicering": "timeout=15",
        "twicering2": "timeout=15",
        "shared": "wrapuptime=3",
        "shared2": "wrapuptime=3",
        "pauses": "",
        "auto": "autopause=yes\ntimeout=1",
        "dump": "timeout=15",
        "joins": "",
        "leavestalking": "",
        "leavesringing": "timeout=15",
        "changes": "",
        "local": "",
        "localplain": "",
    },
)


async def twice(stage: Stage) -> None:
    """One agent takes a second call while the first goes on; the second one ends first."""
    await stage.member("twice", "stays-twice1")
    first = await stage.call("twice")
    await first.talks()
    await asyncio.sleep(1)
    second = await stage.call("twice")
    await second.talks()
    await asyncio.sleep(1)
    await second.hang_up()
    await second.is_over()
    await asyncio.sleep(1)
    await first.hang_up()
    await first.is_over()


async def twicering(stage: Stage) -> None:
    """One agent's telephone is rung by two queues at the same time, and takes neither."""
    for queue in ("twicering", "twicering2"):
        await stage.member(queue, "rings-twice2")
    calls = await asyncio.gather(stage.call("twicering"), stage.call("twicering2"))
    await until(lambda: stage.agent_is("rings-twice2", "ringing"), "nobody rang")
    await asyncio.sleep(1)
    for call in calls:
        await call.hang_up()


async def shared(stage: Stage) -> None:
    """After a call of the one queue an agent rests in the other, too."""
    for queue in ("shared", "shared2"):
        await stage.member(queue, "talks-1-shared1")
    first = await stage.call("shared")
    await first.is_over()
    second = await stage.call("shared2")
    await second.is_over()


async def pauses(stage: Stage) -> None:
    await stage.member("pauses", "rings-pauses1")
    for reason in ("lunch", "training"):
        await stage.act("QueuePause", Interface=interface("rings-pauses1"), Paused="true", Reason=reason)
        await asyncio.sleep(0.3)
    await stage.act("QueuePause", Interface=interface("rings-pauses1"), Paused="false")
    await until(lambda: stage.agent_is("rings-pauses1", "available"), "still paused")


async def auto(stage: Stage) -> None:
    await stage.member("auto", "rings-auto1")
    call = await stage.call("auto", LONGEST=3)
    await until(lambda: stage.agent_is("rings-auto1", "paused"), "not paused by itself")
    await call.is_over()


async def dump(stage: Stage) -> None:
    """The agent hangs up while he hears what comes before the caller; the caller waits on."""
    await stage.member("dump", "talks-0.5-dump1")
    call = await stage.call("dump", ANNOUNCE="queue-thankyou")
    await until(lambda: any("AGENTDUMP" in line for line in stage.log_of("dump")), "nobody was dumped")
    await stage.no_member("dump", "talks-0.5-dump1")
    await stage.member("dump", "talks-12-dump2")
    await call.talks()
    await call.hang_up()


async def joins(stage: Stage) -> None:
    call = await stage.call("joins")
    await call.waits()
    await asyncio.sleep(0.5)
    await stage.member("joins", "talks-1-joins1")
    await call.is_over()


async def leavestalking(stage: Stage) -> None:
    await stage.member("leavestalking", "talks-3-leaves1")
    call = await stage.call("leavestalking")
    await call.talks()
    await stage.no_member("leavestalking", "talks-3-leaves1")
    await call.is_over()


async def leavesringing(stage: Stage) -> None:
    await stage.member("leavesringing", "rings-leaves2")
    call = await stage.call("leavesringing")
    await until(lambda: stage.agent_is("rings-leaves2", "ringing"), "nobody rang")
    await stage.no_member("leavesringing", "rings-leaves2")
    await asyncio.sleep(0.5)
    await call.hang_up()


async def changes(stage: Stage) -> None:
    """Out of the queue and in again, paused, with another penalty, all during one talk."""
    await stage.member("changes", "talks-3-changes1")
    call = await stage.call("changes")
    await call.talks()
    await stage.no_member("changes", "talks-3-changes1")
    await stage.member("changes", "talks-3-changes1", Penalty="3", Paused="true", Reason="back office")
    await call.is_over()


async def local(stage: Stage) -> None:
    """A member behind two Local channels: the line he is called by is not the one he talks on."""
    await stage.member("local", "through-talks-2-local1")
    call = await stage.call("local")
    await call.is_over()


async def localplain(stage: Stage) -> None:
    """The same where Asterisk may take the Local channels out of the way of the talk (no /n)."""
    await stage.act(
        "QueueAdd", Queue="localplain", Interface="Local/through-talks-2-local2@agents", MemberName="客服local2"
    )
    call = await stage.call("localplain")
    await call.is_over()


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Played:
    scenes = (
        twice, twicering, shared, pauses, auto, dump, joins, leavestalking, leavesringing, changes, local, localplain,
    )  # fmt: skip
    return Theatre(tmp_path_factory.mktemp("agents"), SWITCH).play({scene.__name__: scene for scene in scenes})


EXPECTED: dict[str, list[tuple[str, str, str | None]]] = {
    "twice": [("answered", "caller", "stays-twice1")] * 2,
    "twicering": [("abandoned", "caller", None)],
    "twicering2": [("abandoned", "caller", None)],
    "shared": [("answered", "agent", "talks-1-shared1")],
    "shared2": [("answered", "agent", "talks-1-shared1")],
    "auto": [("timed_out", "system", None)],
    "dump": [("answered", "caller", "talks-12-dump2")],
    "joins": [("answered", "agent", "talks-1-joins1")],
    "leavestalking": [("answered", "agent", "talks-3-leaves1")],
    "leavesringing": [("abandoned", "caller", None)],
    "changes": [("answered", "agent", "talks-3-changes1")],
    "local": [("answered", "agent", "through-talks-2-local1")],
    "localplain": [("answered", "agent", "through-talks-2-local2")],
}


def test_the_rows_hold_together_and_equal_the_log(told: Played) -> None:
    check_rows(told)
    assert told.verdict.visits == len(told.visits) == sum(len(visits) for visits in EXPECTED.values())


@pytest.mark.parametrize("queue", EXPECTED)
def test_each_visit_has_its_outcome(told: Played, queue: str) -> None:
    assert told.outcomes(queue) == EXPECTED[queue]


@pytest.mark.parametrize("queue", EXPECTED)
def test_ami_alone_knows_it_too(told: Played, queue: str) -> None:
    assert told.by_ami_alone(queue) == EXPECTED[queue]


def test_an_agent_with_two_calls_is_on_a_call_until_the_last_one_is_over(told: Played) -> None:
    first, second = told.of("twice")
    assert first.answered_at is not None
    assert second.answered_at is not None
    assert second.ended_at is not None
    assert first.answered_at < second.answered_at < second.ended_at < (first.ended_at or second.ended_at)
    day = told.day_of("stays-twice1")
    assert [state for state, _ in day if state in {"on_queue_call", "wrap_up"}] == ["on_queue_call"]
    [talk] = [one for one in told.stretches if (one.agent, one.state) == ("stays-twice1", "on_queue_call")]
    assert (talk.started_at, talk.ended_at) == (first.answered_at, first.ended_at)


def test_a_telephone_rung_by_two_queues_rings_once(told: Played) -> None:
    assert told.rung(told.of("twicering")[0]) + told.rung(told.of("twicering2")[0]) == [
        ("rings-twice2", "cancelled")
    ] or (told.rung(told.of("twicering")[0]), told.rung(told.of("twicering2")[0])) == (
        [("rings-twice2", "cancelled")],
        [("rings-twice2", "cancelled")],
    )
    assert [state for state, _ in told.day_of("rings-twice2")].count("ringing") == 1


def test_a_rest_counts_in_the_agents_other_queue(told: Played) -> None:
    [first], [second] = told.of("shared"), told.of("shared2")
    assert first.ended_at is not None
    assert second.answered_at is not None
    rested = (second.answered_at - first.ended_at).total_seconds()
    assert 2 < rested < 30  # three seconds of rest, and what a busy machine takes to ring


def test_a_pause_over_a_pause_is_two_stretches_and_no_end_between(told: Played) -> None:
    assert told.day_of("rings-pauses1") == [
        ("available", None),
        ("paused", "lunch"),
        ("paused", "training"),
        ("available", None),
    ]
    assert told.verbs("pauses") == ["ADDMEMBER", "PAUSE", "PAUSE", "UNPAUSE"]


def test_a_pause_by_asterisk_itself_has_its_reason(told: Played) -> None:
    assert told.day_of("rings-auto1")[-1] == ("paused", "Auto-Pause")


def test_a_dumped_caller_waits_on(told: Played) -> None:
    [visit] = told.of("dump")
    rung = told.rung(visit)
    assert rung[0] == ("talks-0.5-dump1", "no_answer")
    assert rung[-1] == ("talks-12-dump2", "answered")
    assert ("on_queue_call", "dump") not in told.day_of("talks-0.5-dump1")
    assert "AGENTDUMP" in told.verbs("dump")


def test_an_agent_who_leaves_in_mid_call_is_on_that_call_to_its_end(told: Played) -> None:
    [visit] = told.of("leavestalking")
    [talk] = [one for one in told.stretches if (one.agent, one.state) == ("talks-3-leaves1", "on_queue_call")]
    assert (talk.started_at, talk.ended_at) == (visit.answered_at, visit.ended_at)
    assert told.day_of("talks-3-leaves1")[-1] == ("signed_off", None)
    assert told.day_of("talks-3-changes1")[-1] == ("paused", "back office")
    assert told.day_of("rings-leaves2")[-1] == ("signed_off", None)


def test_a_talk_through_local_channels_is_told_like_any_other(told: Played) -> None:
    for queue in ("local", "localplain"):
        [visit] = told.of(queue)
        assert visit.talk_s is not None
        assert 1.5 < visit.talk_s < 5
        assert told.verbs(queue) == ["ADDMEMBER", "ENTERQUEUE", "CONNECT", "COMPLETEAGENT"]
