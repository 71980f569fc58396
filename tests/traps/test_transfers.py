"""Transfers of queued callers for real: blind and attended, by feature code and by REFER, inside, across and out."""

from __future__ import annotations

from contextlib import asynccontextmanager
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from lab.phone import Phone, Reflex, State
from lab.ports import AGENTS, LOOPBACK
from tests.traps.stage import Played, Theatre, check_rows, name_of, until
from tests.traps.switch import Switch

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from store.rows import Visit
    from tests.traps.stage import Call, Stage

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(400)]

SIP = ("res_sorcery_config", "res_sorcery_memory", "res_sorcery_astdb", "res_pjproject", "res_pjsip",
       "res_pjsip_session", "res_pjsip_sdp_rtp", "res_pjsip_caller_id", "res_pjsip_refer", "res_pjsip_rfc3326",
       "res_pjsip_dtmf_info", "res_pjsip_nat", "res_pjsip_acl", "res_pjsip_pubsub", "res_pjsip_registrar",
       "res_pjsip_endpoint_identifier_user", "res_pjsip_header_funcs", "res_rtp_asterisk", "chan_pjsip",
       "bridge_native_rtp", "codec_a_mu", "codec_resample", "func_pjsip_aor", "func_pjsip_contact")  # fmt: skip

EXTENSIONS = """
[phones]
exten => _7XXX,1,Answer()
 same => n,Queue(${EXTEN},c,,,60)
 same => n,Hangup()
exten => _8XXX,1,Wait(0.2)
 same => n,Answer()
 same => n,Wait(90)
 same => n,Hangup()
"""

HOW = ("codeblind", "referblind", "codeattended", "referattended", "codewaiting", "referwaiting")
"""By feature code or REFER; blind, attended, or attended and completed while the caller-to-be still waits."""
WHERE = ("inside", "across", "out")
"""Back into the same queue, into another queue, to somebody who is in no queue."""
NAMES = [f"{how}-{where}" for how in HOW for where in WHERE if (how[-7:], where) != ("waiting", "out")]
NAMES += ["codewaiting-gone", "referwaiting-gone"]
SCENES = {name: number for number, name in enumerate(NAMES, 1)}
FIRST = {name: f"71{number:02}" for name, number in SCENES.items()}
"""The queue a caller is in at first."""
SECOND = {name: f"72{number:02}" for name, number in SCENES.items()}
"""The other queue."""
BY_CODE = {queue for name, queue in FIRST.items() if name.startswith(("codeattended", "codewaiting"))}
AGENT = {name: f"10{number:02}" for name, number in SCENES.items()}

PJSIP = """\
[global]
type=global
endpoint_identifier_order=username
[system]
type=system
disable_tcp_switch=yes
[udp]
type=transport
protocol=udp
bind={bind}
"""
ENDPOINT = """\
[{number}]
type=endpoint
context=phones
disallow=all
allow=alaw
aors={number}
dtmf_mode=rfc4733
direct_media=no
rewrite_contact=yes
[{number}]
type=aor
max_contacts=2
"""


def switch(port: int) -> Switch:
    endpoints = "".join(ENDPOINT.format(number=number) for number in AGENT.values())
    return Switch(
        queues=dict.fromkeys((*FIRST.values(), *SECOND.values()), ""),
        modules=SIP,
        extensions=EXTENSIONS,
        files={
            "pjsip.conf": PJSIP.format(bind=f"{LOOPBACK}:{port}") + endpoints,
            "rtp.conf": "[general]\nstrictrtp=no\nicesupport=no\n",
            # a number that can be no longer is dialled at once, so the bounds cost nothing
            "features.conf": "[general]\ntransferdigittimeout=30\nfeaturedigittimeout=5000\natxferdropcall=no\n"
            "[featuremap]\nblindxfer=#1\natxfer=*2\n",
        },
    )


@asynccontextmanager
async def talking(stage: Stage, name: str) -> AsyncIterator[tuple[Phone, Call]]:
    """An agent's phone and the caller it talks to."""
    number = AGENT[name]
    async with Phone((LOOPBACK, stage.sip), number=number, host=AGENTS) as phone:
        phone.reflex = Reflex.ANSWER
        await phone.register()
        await stage.member(FIRST[name], f"PJSIP/{number}")
        call = await stage.call(FIRST[name], OPTIONS="tc", _TRANSFER_CONTEXT="phones")
        await phone.reaches(State.TALKING, within_s=60)
        await call.talks()
        await stage.act("QueuePause", Interface=f"PJSIP/{number}", Paused="true", Reason="transfers")
        if "waiting" not in name:
            await colleagues(stage, name)
        await call.is_bridged_to(f"PJSIP/{number}")
        yield phone, call


def colleague(name: str, *, inside: bool) -> str:
    """Who takes the call next: where the agent asks him first, he talks until he is told to hang up."""
    talks = "stays" if "attended" in name else "talks-2"
    return f"{talks}-{name.replace('-', '')}{'x' if inside else 'y'}"


async def colleagues(stage: Stage, name: str) -> None:
    await stage.member(FIRST[name], colleague(name, inside=True))
    await stage.member(SECOND[name], colleague(name, inside=False))


def target(name: str) -> str:
    where = name.rpartition("-")[2]
    return {"inside": FIRST[name], "across": SECOND[name], "gone": SECOND[name], "out": "8001"}[where]


def handed_on(stage: Stage, name: str) -> bool:
    """Whether AMI has told that the first talk was given to somebody else."""
    visits = stage.bridges[0].state.visits.values()
    return any(visit.row.queue == FIRST[name] and visit.row.transfer is not None for visit in visits)


async def asks(stage: Stage, name: str, call: Call) -> str:
    """Until the one who is asked is there: in line, or in talk with somebody, or answered; the first talk's agent."""
    if target(name) != "8001":

        def asked() -> Visit | None:
            fits = (v for v in stage.kept.values() if v.queue == target(name) and v.channel_id != call.channel)
            return next(fits, None)

        await until(lambda: asked() is not None, f"{name}: nobody entered the line for the caller")
        if "attended" in name:
            await until(lambda: bool((visit := asked()) and visit.answered_at), f"{name}: nobody took the question")
            visit = asked()
            assert visit is not None
            await stage.is_bridged(visit.channel_id, "Local/stays-")
    [agent] = [v.agent_channel_id for v in stage.bridges[0].state.visits.values() if v.row.id == call.visits[0].id]
    return agent


async def play(stage: Stage, name: str) -> None:
    how = name.partition("-")[0]
    async with talking(stage, name) as (phone, call):
        if how == "codeblind":
            await phone.press(f"#1{target(name)}")
        elif how == "referblind":
            await phone.transfer(target(name))
        elif how in {"codeattended", "codewaiting"}:
            await phone.press(f"*2{target(name)}")
            agent = await asks(stage, name, call)
            await stage.is_bridged(agent, f"Local/{target(name)}@phones")
            await phone.hang_up()
        else:
            async with Phone((LOOPBACK, stage.sip), number=AGENT[name], host=AGENTS) as second:
                await second.call(target(name), within_s=60)
                await asks(stage, name, call)
                await phone.join(second)
                assert await phone.is_sent_on() == 200, name
                await phone.hang_up()
                await second.hang_up()
        await until(lambda: handed_on(stage, name), f"{name}: not transferred")
        if how == "codewaiting":
            await call.is_bridged_to(f"Local/{target(name)}@phones")
        await goes_on(stage, name, call)
        await until(call.gone, f"{name}: still on the line")


async def goes_on(stage: Stage, name: str, call: Call) -> None:
    """What the caller does then, and what others do with him."""
    how, _, where = name.partition("-")
    if where in {"gone", "out"}:
        await call.hang_up()
    elif how.endswith("waiting"):
        await colleagues(stage, name)
    elif how.endswith("attended"):
        await stage.agent_hangs_up(colleague(name, inside=where == "inside"))


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Played:
    theatre = Theatre(tmp_path_factory.mktemp("transfers"), lambda ports: switch(ports.sip))
    return theatre.play({name: partial(play, name=name) for name in SCENES})


def visits_of(told: Played, name: str) -> list[Visit]:
    """The transferred caller's visits, in the order of entry."""
    return sorted(told.of(FIRST[name]) + told.of(SECOND[name]), key=lambda visit: visit.entered_at)


def expected_of(told: Played, name: str) -> list[tuple[str, str, str, str | None]]:
    """Queue, outcome, who ended it, agent."""
    how, _, where = name.partition("-")
    first = (FIRST[name], "answered", "transfer", AGENT[name])
    if where == "out":
        return [first]
    if where == "gone":
        return [first, (SECOND[name], "abandoned", "caller", None)]
    inside = where == "inside"
    by, asked = "agent", colleague(name, inside=inside)
    if how == "referattended":
        # the REFER takes the agent's leg out of the second talk, and Asterisk follows it no more: to it the leg has
        # hung up or is sent on, now and then both, and then it was the transfer
        sent_on = f"|{name_of(asked)}|ATTENDEDTRANSFER|"
        by = "transfer" if sent_on in told.log else "caller"
    return [first, (FIRST[name] if inside else SECOND[name], "answered", by, asked)]


def seen(visits: list[Visit]) -> list[tuple[str, str | None, str | None, str | None]]:
    """The same of rows. By code the agent hangs up to end the transfer, and Asterisk, when busy, says that."""
    rows: list[tuple[str, str | None, str | None, str | None]] = [
        (v.queue, v.outcome, v.ended_by, v.agent) for v in visits
    ]
    hung_up = rows and rows[0][0] in BY_CODE and rows[0][2] == "agent"
    return [(*rows[0][:2], "transfer", rows[0][3]), *rows[1:]] if hung_up else rows


def test_the_rows_hold_together_and_equal_the_log(told: Played) -> None:
    check_rows(told)
    assert told.verdict.visits == len(told.visits) == sum(len(expected_of(told, name)) for name in SCENES)


@pytest.mark.parametrize("name", SCENES)
def test_a_transfer_ends_the_first_talk_and_the_next_visit_is_a_row_of_its_own(told: Played, name: str) -> None:
    assert seen(visits_of(told, name)) == expected_of(told, name)


@pytest.mark.parametrize("name", SCENES)
def test_the_follow_on_visit_is_linked(told: Played, name: str) -> None:
    visits = visits_of(told, name)
    assert [visit.next_visit_id for visit in visits] == [*(visit.id for visit in visits[1:]), None]


@pytest.mark.parametrize("name", SCENES)
def test_ami_alone_knows_it_too(told: Played, name: str) -> None:
    mine = [v for v in told.by_ami if v.queue in {FIRST[name], SECOND[name]}]
    assert seen(mine) == expected_of(told, name)
    assert [v.next_visit_id for v in mine] == [*(v.id for v in mine[1:]), None]


@pytest.mark.parametrize("name", [name for name in SCENES if "attended" not in name])
def test_the_first_talk_is_over_before_the_next_one_begins(told: Played, name: str) -> None:
    talks = [visit for visit in visits_of(told, name) if visit.answered_at is not None]
    assert all(
        one.ended_at and after.answered_at and one.ended_at <= after.answered_at for one, after in pairwise(talks)
    )


@pytest.mark.parametrize("name", SCENES)
def test_the_first_agent_is_free_again(told: Played, name: str) -> None:
    """Paused for the test, after a talk of this queue and of no other."""
    day = told.day_of(AGENT[name])
    assert ("on_queue_call", FIRST[name]) in day
    assert ("on_queue_call", SECOND[name]) not in day
    assert day[-1][0] in {"paused", "signed_off"}


def test_asterisk_tells_of_an_attended_transfer_in_three_ways(told: Played) -> None:
    """Into a bridge by feature code; by REFER a pair of Local channels, or, while the other still waits, its place."""
    transfers = [line.split("|") for line in told.log.splitlines() if "|ATTENDEDTRANSFER|" in line]
    ways = {columns[2]: columns[5] for columns in transfers}
    for name, queue in FIRST.items():
        if name.startswith(("codeattended", "codewaiting")):
            assert ways.get(queue, "BRIDGE") == "BRIDGE", name
        elif name in {"referattended-inside", "referattended-across"}:
            assert ways[queue] == "LINK", name
        elif name.startswith("refer") and "blind" not in name:
            assert ways[queue] == "APP", name
