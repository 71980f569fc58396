"""The link against a switch that follows a script, and breaks it."""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING

import pytest

from ami_bridge.backlog import LinkLost, LinkUp
from ami_bridge.client import AmiLink, try_login
from ami_bridge.protocol.errors import (
    ActionFailed,
    ActionRefusedHere,
    AmiError,
    AnswerOverdue,
    LinkDown,
    LoginRefused,
    PeerError,
)
from ami_bridge.spoken import Heard
from ami_bridge.testing import Fields, ScriptedManager, error, listing, message, success
from tests.ami_bridge.conftest import quick

if TYPE_CHECKING:
    from collections.abc import Callable

    Linked = Callable[..., AmiLink]


async def up(link: AmiLink) -> None:
    """Takes the link's word that it is up."""
    async with asyncio.timeout(60):
        assert isinstance(await link.backlog.take(), LinkUp)


async def taken(link: AmiLink) -> str | Heard | LinkUp:
    """The next item: the reason of a loss, a message, or the news that it is up."""
    async with asyncio.timeout(60):
        item = await link.backlog.take()
    if isinstance(item, LinkLost):
        return item.reason
    assert isinstance(item, bytes | LinkUp)
    return Heard.from_raw(item) if isinstance(item, bytes) else item


async def test_it_logs_in_without_sending_the_secret(switch: ScriptedManager, linked: Linked) -> None:
    await up(linked())
    login = switch.named("Login")[0]
    assert "Secret" not in login
    assert login["AuthType"] == "MD5"
    assert "s3cret" not in repr(switch.actions)


async def test_a_list_comes_whole_and_its_rows_are_no_events(switch: ScriptedManager, linked: Linked) -> None:
    switch.answers["QueueStatus"] = lambda asked: listing(asked, message(Event="T", Queue="a"), message(Event="X"))
    link = linked()
    await up(link)
    reply = await link.action("QueueStatus")
    assert [row.text("Event") for row in reply.rows] == ["T", "X"]
    assert reply.first.text("EventList") == "start"
    assert len(link.backlog) == 0


async def test_an_event_that_comes_before_its_actions_answer_is_an_event(
    switch: ScriptedManager, linked: Linked
) -> None:
    def originate(asked: Fields) -> bytes:
        early = message(Event="OriginateResponse", ActionID=asked["ActionID"], Reason="4")
        return early + success(asked, "Originate successfully queued")

    switch.answers["Originate"] = originate
    link = linked(events=("OriginateResponse",))
    await up(link)
    reply = await link.action("Originate", {"Channel": "x"})
    assert reply.first.text("Message") == "Originate successfully queued"
    heard = await taken(link)
    assert isinstance(heard, Heard)
    assert heard.text("Reason") == "4"


async def test_an_error_is_named_with_the_switchs_own_words(switch: ScriptedManager, linked: Linked) -> None:
    switch.answers["QueueAdd"] = lambda asked: error(asked, "Unable to add interface: Already there")
    link = linked()
    await up(link)
    with pytest.raises(ActionFailed, match="QueueAdd: Unable to add interface: Already there"):
        await link.action("QueueAdd", {"Queue": "q", "Interface": "PJSIP/1"})


async def test_an_answer_that_does_not_come_is_overdue_and_forgotten(switch: ScriptedManager, linked: Linked) -> None:
    switch.answers["Originate"] = lambda _: b""
    link = linked()
    await up(link)
    with pytest.raises(AnswerOverdue, match=r"Originate: no answer within 0\.05 s"):
        await link.action("Originate", {"Channel": "PJSIP/1"}, timeout_s=0.05)
    assert link.protocol.responses == {}
    # the late answer finds nobody and harms nobody
    late = switch.named("Originate")[0]
    (await switch.peer()).tell(success(late, "Originate successfully queued"))
    assert (await link.action("Ping")).first.text("Ping") == "Pong"


async def test_a_cut_fails_who_waits_and_nothing_is_said_again(switch: ScriptedManager, linked: Linked) -> None:
    switch.answers["Originate"] = lambda _: b""
    link = linked()
    await up(link)
    waiting = asyncio.get_running_loop().create_task(link.action("Originate", {"Channel": "PJSIP/1"}))
    await switch.asked("Originate")
    (await switch.peer()).cut()
    with pytest.raises(LinkDown):
        await waiting
    assert isinstance(await taken(link), str)
    await up(link)
    await link.action("Ping")
    assert len(switch.named("Originate")) == 1


async def test_asking_while_down_fails_at_once(switch: ScriptedManager, linked: Linked) -> None:
    link = linked()
    await up(link)
    await switch.stop()
    await taken(link)
    with pytest.raises(LinkDown, match="QueueStatus: not connected to the switch"):
        await link.action("QueueStatus")


async def test_a_cut_in_the_middle_of_an_event_invents_nothing(switch: ScriptedManager, linked: Linked) -> None:
    link = linked()
    await up(link)
    peer = await switch.peer()
    peer.tell(message(Event="T", N=1) + message(Event="T", N=2)[:-3])
    first = await taken(link)
    assert isinstance(first, Heard)
    peer.cut()
    assert isinstance(await taken(link), str)
    await up(link)
    (await switch.peer(2)).tell(message(Event="T", N=3))
    third = await taken(link)
    assert isinstance(third, Heard)
    assert (first.text("N"), third.text("N")) == ("1", "3")


@pytest.mark.parametrize("cut", range(0, 60, 3))
async def test_an_event_may_be_split_anywhere(switch: ScriptedManager, linked: Linked, cut: int) -> None:
    link = linked()
    await up(link)
    event = message(Event="T", CallerIDName="陳大文", Empty="")
    await (await switch.peer()).tell_split(event, min(cut, len(event)))
    heard = await taken(link)
    assert isinstance(heard, Heard)
    assert heard.headers == {"Event": "T", "CallerIDName": "陳大文", "Empty": ""}


async def test_a_name_that_is_not_utf8_loses_a_character_and_nothing_else(
    switch: ScriptedManager, linked: Linked
) -> None:
    link = linked()
    await up(link)
    (await switch.peer()).tell(b"Event: T\r\nCallerIDName: \xb3\xc2X\r\nN: 1\r\n\r\n" + message(Event="T", N=2))
    heard = await taken(link)
    assert isinstance(heard, Heard)
    assert heard.text("CallerIDName").endswith("X")
    assert heard.text("N") == "1"


@pytest.mark.parametrize("greeting", [b"SSH-2.0-OpenSSH_9\r\n", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x00" * 300])
async def test_something_that_is_no_asterisk_is_named(greeting: bytes) -> None:
    async with ScriptedManager(secret="s3cret", greeting=greeting) as other:
        with pytest.raises(AmiError, match="no AMI greeting"):
            await try_login(quick(other.port))


async def test_a_message_beyond_all_bounds_ends_the_connection(switch: ScriptedManager, linked: Linked) -> None:
    link = linked()
    await up(link)
    (await switch.peer()).tell(b"Event: T\r\n" + b"X: y\r\n" * 900_000)
    assert await taken(link) == "a message of more than 4194304 bytes"
    await up(link)


async def test_a_wrong_secret_is_one_clear_error(switch: ScriptedManager) -> None:
    expected = (
        rf"the switch at 127\.0\.0\.1:{switch.port} refused AMI user 'hotline' \(Authentication failed\); "
        r"expected the secret of that section in manager\.conf"
    )
    with pytest.raises(LoginRefused, match=expected):
        await try_login(quick(switch.port, secret="wrong"))
    link = AmiLink(quick(switch.port, secret="wrong"))
    with pytest.raises(LoginRefused):
        await link.run()
    assert len(switch.named("Login")) == 2


async def test_a_secret_changed_later_is_said_once_and_tried_slowly(
    switch: ScriptedManager, linked: Linked, capsys: pytest.CaptureFixture[str]
) -> None:
    link = linked(refused_every_s=0.05)
    await up(link)
    switch.answers["Login"] = lambda asked: error(asked, "Authentication failed")
    (await switch.peer()).cut()
    await switch.asked("Login", 4)
    assert capsys.readouterr().out.count("ami.login_refused") == 1
    del switch.answers["Login"]
    assert isinstance(await taken(link), str)
    await up(link)
    assert link.refusals == 0


async def test_a_slow_login_is_given_up(switch: ScriptedManager) -> None:
    switch.answers["Login"] = lambda _: b""
    with pytest.raises(AnswerOverdue, match="Login"):
        await try_login(quick(switch.port, login_s=0.05))


async def test_a_silent_server_is_no_switch(switch: ScriptedManager) -> None:
    switch._greeting = b""
    with pytest.raises(PeerError, match=r"no AMI greeting within 0\.05 s"):
        await try_login(quick(switch.port, connect_s=0.05))


async def test_a_dead_peer_is_noticed_within_a_ping(switch: ScriptedManager, linked: Linked) -> None:
    link = linked(ping_every_s=0.05, ping_answer_s=0.1)
    await up(link)
    switch.answers["Ping"] = lambda _: b""
    assert await taken(link) == "no answer to a ping within 0.1 s"
    del switch.answers["Ping"]
    await up(link)


async def test_it_comes_back_when_the_switch_does(switch: ScriptedManager, linked: Linked) -> None:
    link = linked()
    await up(link)
    await switch.stop()
    assert isinstance(await taken(link), str)
    await switch.start()
    await up(link)


def test_the_pauses_double_up_to_the_cap_and_are_spread() -> None:
    async def delays() -> list[float]:
        link = AmiLink(quick(5038, backoff_first_s=0.5, backoff_cap_s=15.0), chance=random.Random(1))
        return [link._delay(n) for n in range(1, 2000)]

    found = asyncio.run(delays())
    assert all(0.25 <= d <= 15.0 for d in found)
    assert found[0] <= 0.5
    assert len({round(d, 6) for d in found[10:]}) > 1000


async def test_variables_nobody_wants_are_not_even_parsed(switch: ScriptedManager, linked: Linked) -> None:
    link = linked(events=("VarSet",), variables=("QUEUESTATUS", "HL_NUMBER"))
    await up(link)
    (await switch.peer()).tell(
        message(Event="VarSet", Channel="x", Variable="DIALEDTIME", Value="1")
        + message(Event="VarSet", Channel="x", Variable="__HL_NUMBER", Value="96956")
        + message(Event="VarSet", Channel="x", Variable="QUEUESTATUS", Value="TIMEOUT")
        + message(Event="Newexten")
    )
    values = [await taken(link), await taken(link)]
    assert [v.text("Value") for v in values if isinstance(v, Heard)] == ["96956", "TIMEOUT"]
    await link.action("Ping")
    assert link.protocol.skipped >= 2


async def test_a_link_that_keeps_trying_is_not_ended_by_a_refusal(
    switch: ScriptedManager, linked: Linked, capsys: pytest.CaptureFixture[str]
) -> None:
    switch.answers["Login"] = lambda asked: error(asked, "Authentication failed")
    link = linked(refused_every_s=0.05)
    link.keeps_trying = True
    await switch.connections(3)
    assert capsys.readouterr().out.count("ami.login_refused") == 1
    del switch.answers["Login"]
    await up(link)


async def test_what_ami_cannot_carry_is_refused_before_it_is_sent(switch: ScriptedManager, linked: Linked) -> None:
    link = linked()
    await up(link)
    with pytest.raises(ActionRefusedHere):
        await link.action("QueuePause", {"Reason": "x" * 1023})
    await link.action("Ping")
    assert switch.named("QueuePause") == []


@pytest.mark.parametrize("action", ["Challenge", "Login"])
async def test_a_switch_that_is_shutting_down_has_not_refused_the_secret_and_is_tried_again_soon(
    switch: ScriptedManager, linked: Linked, action: str, capsys: pytest.CaptureFixture[str]
) -> None:
    switch.answers[action] = lambda asked: error(asked, "Asterisk is shutting down")
    link = linked(refused_every_s=3600)  # nor does it end the link at its first try
    await switch.asked(action, 2)
    del switch.answers[action]
    await up(link)
    assert "login_refused" not in capsys.readouterr().out


@pytest.mark.parametrize("name", ["QueueAdd", "Originate"])
async def test_single_answers_with_misleading_words_resolve(switch: ScriptedManager, linked: Linked, name: str) -> None:
    def answer(asked: Fields) -> bytes:
        return success(asked, "Added interface to queue; successfully queued; will follow")

    switch.answers[name] = answer
    link = linked()
    await up(link)
    assert (await link.action(name, {"Queue": "q"})).rows == ()
