"""Every way out of a queue without an answer, for real: AMI calls most an abandon, and each is something else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ami_bridge.domain.states import Phase
from tests.traps.stage import Played, Theatre, check_rows, until
from tests.traps.switch import Switch

if TYPE_CHECKING:
    from tests.traps.stage import Call, Stage

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(400)]

SWITCH = Switch(
    queues={
        "abandon": "",
        "ringing": "",
        "late": "",
        "lateringing": "timeout=15",
        "key": "",
        "keyringing": "timeout=15",
        "withdraw": "",
        "redirect": "",
        "full": "maxlen=1",
        "door": "joinempty=no",
        "doorpaused": "joinempty=paused,unavailable,invalid,penalty",
        "left": "leavewhenempty=paused,unavailable,invalid",
        "vain": "timeout=1",
        "slow": "",
        "slowgone": "",
        "slowcut": "",
        "again": "",
    },
)


async def abandon(stage: Stage) -> None:
    call = await stage.call("abandon")
    await call.waits()
    await call.hang_up()


async def ringing(stage: Stage) -> None:
    await stage.member("ringing", "rings-ringing1")
    call = await stage.call("ringing")
    await until(lambda: stage.agent_is("rings-ringing1", "ringing"), "nobody rang")
    await call.hang_up()


async def late(stage: Stage) -> None:
    call = await stage.call("late", LONGEST=1)
    await call.is_over()


async def lateringing(stage: Stage) -> None:
    await stage.member("lateringing", "rings-late1")
    call = await stage.call("lateringing", LONGEST=2)
    await call.is_over()


async def key(stage: Stage) -> None:
    call = await stage.call("key", "presses-9-1")
    await call.is_over()


async def keyringing(stage: Stage) -> None:
    await stage.member("keyringing", "rings-key1")
    call = await stage.call("keyringing", "presses-9-1")
    await call.is_over()


async def withdraw(stage: Stage) -> None:
    call = await stage.call("withdraw")
    await call.waits()
    await stage.act("QueueWithdrawCaller", Queue="withdraw", Caller=await call.name(), WithdrawInfo="moved")


async def redirect(stage: Stage) -> None:
    call = await stage.call("redirect")
    await call.waits()
    await stage.act("Redirect", Channel=call.channel, Context="keys", Exten="9", Priority="1")


async def full(stage: Stage) -> None:
    first = await stage.call("full")
    await first.waits()
    second = await stage.call("full")
    await second.is_over()
    await first.hang_up()


async def door(stage: Stage) -> None:
    call = await stage.call("door")
    await call.is_over()


async def doorpaused(stage: Stage) -> None:
    await stage.member("doorpaused", "rings-door1", Paused="true", Reason="lunch")
    call = await stage.call("doorpaused")
    await call.is_over()


async def left(stage: Stage) -> None:
    await stage.member("left", "rings-left1")
    call = await stage.call("left")
    await until(lambda: stage.agent_is("rings-left1", "ringing"), "nobody rang")
    await stage.act("QueuePause", Interface="Local/rings-left1@agents/n", Paused="true", Reason="lunch")
    await call.is_over()


async def vain(stage: Stage) -> None:
    await stage.member("vain", "rings-vain1")
    await stage.member("vain", "busy-vain2")
    await stage.member("vain", "refuses-vain3")
    call = await stage.call("vain", LONGEST=4)
    await call.is_over()


async def between(stage: Stage, call: Call) -> None:
    """Until the caller has left the line, and is in no talk yet."""
    phases = {Phase.LEFT, Phase.TALKING}  # on a busy machine the moment may be over when it is seen
    await until(
        lambda: any(v.row.caller == call.number and v.phase in phases for v in stage.bridges[0].state.visits.values()),
        "nobody left the line",
    )


async def slow(stage: Stage) -> None:
    await stage.member("slow", "talks-3-slow1")
    call = await stage.call("slow", GOSUB="slow")
    await call.is_over()


async def slowgone(stage: Stage) -> None:
    await stage.member("slowgone", "stays-slow2")
    call = await stage.call("slowgone", GOSUB="slow")
    await between(stage, call)
    await call.hang_up()


async def slowcut(stage: Stage) -> None:
    """The connection is cut in the moment in which the caller is in neither list."""
    await stage.member("slowcut", "talks-3-slow3")
    call = await stage.call("slowcut", GOSUB="slow")
    await between(stage, call)
    for bridge in stage.bridges:
        bridge.link.protocol.end("cut by the test")
    await call.is_over()


async def again(stage: Stage) -> None:
    """Out of the line by time, and in again on the same channel."""
    call = await stage.call("again", LONGEST=1, AFTER="again")
    await call.is_over(2)
    await stage.member("again", "stays-again1")
    await until(lambda: call.visits[-1].answered_at is not None, "never answered")
    await call.hang_up()


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Played:
    scenes = (
        abandon, ringing, late, lateringing, key, keyringing, withdraw, redirect, full, door, doorpaused, left, vain,
        slow, slowgone, slowcut, again,
    )  # fmt: skip
    return Theatre(tmp_path_factory.mktemp("waits"), SWITCH).play({scene.__name__: scene for scene in scenes})


EXPECTED = {
    "abandon": ("abandoned", "caller", None),
    "ringing": ("abandoned", "caller", None),
    "late": ("timed_out", "system", None),
    "lateringing": ("timed_out", "system", None),
    "key": ("left_by_key", "caller", None),
    "keyringing": ("left_by_key", "caller", None),
    "withdraw": ("withdrawn", "system", None),
    "redirect": ("withdrawn", "system", None),
    "door": ("join_empty", "system", None),
    "doorpaused": ("join_empty", "system", None),
    "left": ("leave_empty", "system", None),
    "vain": ("timed_out", "system", None),
    "slow": ("answered", "agent", "talks-3-slow1"),
    "slowgone": ("answered", "caller", "stays-slow2"),
    "slowcut": ("answered", "agent", "talks-3-slow3"),
}


def test_the_rows_hold_together_and_equal_the_log(told: Played) -> None:
    check_rows(told)
    logged = [visit for visit in told.visits if visit.outcome not in {"full", "join_empty"}]
    assert told.verdict.visits == len(logged) == len(told.visits) - 3  # of those refused at the door the log is silent


@pytest.mark.parametrize("queue", EXPECTED)
def test_each_way_out_has_its_outcome(told: Played, queue: str) -> None:
    assert told.outcomes(queue) == [EXPECTED[queue]]


@pytest.mark.parametrize("queue", EXPECTED)
def test_ami_alone_knows_it_too(told: Played, queue: str) -> None:
    assert told.by_ami_alone(queue) == [EXPECTED[queue]]


def test_a_second_caller_of_a_full_queue_was_turned_away(told: Played) -> None:
    assert told.outcomes("full") == [("abandoned", "caller", None), ("full", "system", None)]
    assert told.by_ami_alone("full") == told.outcomes("full")


def test_asterisk_calls_most_of_them_an_abandon(told: Played) -> None:
    """The trap itself: by the log ABANDON means a hang-up or a redirect, and AMI's event nearly anything."""
    assert {queue: told.verbs(queue)[-1] for queue in ("abandon", "late", "key", "withdraw", "redirect", "left")} == {
        "abandon": "ABANDON",
        "late": "EXITWITHTIMEOUT",
        "key": "EXITWITHKEY",
        "withdraw": "WITHDRAW",
        "redirect": "ABANDON",
        "left": "EXITEMPTY",
    }


def test_each_ringing_is_told_with_its_end(told: Played) -> None:
    rung = {queue: told.rung(told.of(queue)[0]) for queue in ("ringing", "lateringing", "keyringing", "left")}
    assert rung == {
        "ringing": [("rings-ringing1", "cancelled")],
        "lateringing": [("rings-late1", "no_answer")],
        "keyringing": [("rings-key1", "cancelled")],
        "left": [("rings-left1", "no_answer")],
    }
    vain = told.rung(told.of("vain")[0])
    assert set(vain) == {("rings-vain1", "no_answer"), ("busy-vain2", "busy"), ("refuses-vain3", "refused")}
    assert len(vain) % 3 == 0


def _logged_wait(told: Played, queue: str) -> int:
    """Seconds, as CONNECT has them."""
    [line] = [line for line in told.log.splitlines() if f"|{queue}|" in line and "|CONNECT|" in line]
    return int(line.split("|")[5])


def test_a_caller_between_the_line_and_the_talk_is_not_lost(told: Played) -> None:
    """Leave comes two seconds before Connect; the connection to AMI was cut in between."""
    [through], [cut] = told.of("slow"), told.of("slowcut")
    for visit in (through, cut):
        assert visit.wait_s is not None
        assert visit.wait_s > 2
        assert abs(visit.wait_s - _logged_wait(told, visit.queue)) < 2
        assert visit.talk_s is not None
        assert visit.talk_s > 1


def test_a_caller_queued_again_at_once_makes_visits_that_are_not_mixed_up(told: Played) -> None:
    *before, last = told.of("again")
    assert len(before) >= 2
    assert {visit.outcome for visit in before} == {"timed_out"}
    assert all((visit.wait_s or 0) > 0.9 for visit in before)
    waited = [int(line.split("|")[7]) for line in told.log.splitlines() if "|again|NONE|EXITWITHTIMEOUT|" in line]
    assert all(abs((visit.wait_s or 0) - counted) < 2 for visit, counted in zip(before, waited, strict=True))
    assert [visit.next_visit_id for visit in before] == [visit.id for visit in (*before[1:], last)]
    assert (last.outcome, last.ended_by, last.agent) == ("answered", "caller", "stays-again1")
    assert told.by_ami_alone("again") == told.outcomes("again")
