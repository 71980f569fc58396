"""Each defect of panoramisk 1.4 (LIBRARIES: A1 … A27), seen on the stock class and gone in ours.

Every test runs twice. With ``stock`` it proves that the defect is real (and would tell us when a new panoramisk no
longer has it); with ``ours`` that the repair works.
"""

from __future__ import annotations

import asyncio
import contextlib
import copy
import gc
import io
import logging
import pickle
import time
import warnings
from typing import TYPE_CHECKING, Any

import pytest
from panoramisk import Manager, Message
from panoramisk.actions import Action
from panoramisk.ami_protocol import AMIProtocol

from ami_bridge.backlog import LinkLost, LinkUp
from ami_bridge.client import AmiLink, LinkSettings
from ami_bridge.protocol.errors import ActionRefusedHere, AmiError, LinkDown, LoginRefused
from ami_bridge.spoken import Heard, LinkProtocol, Request
from ami_bridge.testing import Fields, Peer, ScriptedManager, error, message, success
from tests.ami_bridge.conftest import SECRET, quick

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

both = pytest.mark.parametrize("kind", ["stock", "ours"])
SOON = 0.4
"""Seconds after which what has not come counts as never coming."""
PATIENCE = 20.0
"""Seconds in which what must come has come, on the slowest machine."""


class Rig:
    """A scripted switch and a client of either kind that is logged in to it."""

    def __init__(self, kind: str) -> None:
        self.stock = kind == "stock"
        self.switch = ScriptedManager(secret=SECRET)
        self.client: Any = None
        self.heard: list[Heard | Message] = []
        self.disconnects: list[Any] = []
        self.loop_errors: list[dict[str, Any]] = []
        self._tasks: list[asyncio.Task[Any]] = []

    async def start(self, *, expect_login: bool = True, **over: Any) -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: self.loop_errors.append(context))
        if not self.switch.port:
            await self.switch.start()
        if self.stock:
            config = {"ping_delay": 60, "reconnect_timeout": 1, **over}
            self.client = Manager(
                loop=asyncio.get_running_loop(),
                host="127.0.0.1",
                port=self.switch.port,
                username="hotline",
                secret=SECRET,
                on_disconnect=lambda _, why: self.disconnects.append(why),
                **config,
            )
            self.client.register_event("*", lambda _, event: self.heard.append(event))
            await self.client.connect()
        else:
            self.client = AmiLink(quick(self.switch.port, **over), events=("T", "OriginateResponse", "B"))
            self._tasks.append(self.client.connect())
            self._tasks.append(asyncio.get_running_loop().create_task(self._collect()))
        if expect_login:
            await self.switch.peer()
            await until(lambda: self.client.authenticated)

    async def _collect(self) -> None:
        while True:
            item = await self.client.backlog.take()
            if isinstance(item, bytes):
                self.heard.append(Heard.from_raw(item))
            elif isinstance(item, LinkLost):
                self.disconnects.append(item.reason)

    @property
    def peer(self) -> Peer:
        return self.switch.peers[-1]

    def events(self, name: str = "T") -> list[Any]:
        return [e for e in self.heard if e["Event"] == name]

    async def ask(self, fields: Fields, *, stock_answers: bool = False, **more: Any) -> Any:
        """The answer, or the name of what came instead of one; of ours it must come, of stock when we say so."""
        try:
            async with asyncio.timeout(SOON if self.stock and not stock_answers else PATIENCE):
                return await asyncio.shield(self.client.send_action(dict(fields), **more))
        except TimeoutError:
            return "never"

    async def stop(self) -> None:
        if self.client is not None:
            self.client.close()
            if self.stock:  # A13: keep the stock class from coming back
                self.client.connect = lambda *_, **__: None
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.switch.stop()
        await asyncio.sleep(0)


async def until(condition: Callable[[], object], within: float = 60.0) -> None:
    async with asyncio.timeout(within):
        while not condition():  # noqa: ASYNC110 - the stock class offers nothing to wait on
            await asyncio.sleep(0.005)


async def settled(rig: Rig) -> None:
    """Until the client has read everything sent so far: a sentinel event comes last."""
    rig.peer.tell(message(Event="B", Sentinel="yes"))
    with contextlib.suppress(TimeoutError):
        await until(lambda: rig.events("B"), within=1.0)


@pytest.fixture
async def rig(kind: str) -> AsyncIterator[Rig]:
    made = Rig(kind)
    log = logging.getLogger("panoramisk")
    before = log.level
    log.setLevel(logging.CRITICAL)
    yield made
    await made.stop()
    log.setLevel(before)


@both
async def test_a1_a_character_split_between_two_segments_arrives_whole(rig: Rig) -> None:
    await rig.start()
    event = message(Event="T", CallerIDName="陳大文")
    await rig.peer.tell_split(event, event.index("大".encode()) + 1)
    await until(rig.events)
    assert (rig.events()[0]["CallerIDName"] == "陳大文") is not rig.stock


@both
async def test_a2_an_error_in_a_callback_does_not_end_the_connection(rig: Rig) -> None:
    await rig.start()

    def broken(*_: Any) -> None:
        raise KeyError("oops")

    rig.client.register_event("B*", broken)
    rig.peer.tell(message(Event="Bad") + message(Event="T"))
    if rig.stock:
        await until(lambda: rig.disconnects)
    else:
        await until(rig.events)
        assert not rig.disconnects


@both
@pytest.mark.parametrize("name", ["Originate", "Atxfer", "PlayDTMF"])
async def test_a3_an_action_queued_without_async_resolves(rig: Rig, name: str) -> None:
    rig.switch.answers[name] = lambda asked: success(asked, f"{name} successfully queued")
    await rig.start()
    answer = await rig.ask({"Action": name, "Channel": "PJSIP/1"})
    assert (answer == "never") is rig.stock
    assert bool(rig.disconnects) is rig.stock


@both
async def test_a4_queue_add_resolves(rig: Rig) -> None:
    rig.switch.answers["QueueAdd"] = lambda asked: success(asked, "Added interface to queue")
    await rig.start()
    assert (await rig.ask({"Action": "QueueAdd", "Queue": "q", "Interface": "PJSIP/1"}) == "never") is rig.stock


@both
async def test_a5_an_error_ends_the_wait_for_a_list(rig: Rig) -> None:
    rig.switch.answers["QueueStatus"] = lambda asked: error(asked, "No such queue")
    await rig.start()
    assert (await rig.ask({"Action": "QueueStatus"}, as_list=True) == "never") is rig.stock


@both
async def test_a6_a_row_whose_name_ends_with_complete_does_not_end_a_list(rig: Rig) -> None:
    def rows(asked: Fields) -> bytes:
        action_id = asked["ActionID"]
        return (
            message(Response="Success", ActionID=action_id, EventList="start", Message="will follow")
            + message(Event="AgentComplete", ActionID=action_id)
            + message(Event="Row", ActionID=action_id)
            + message(Event="ListDone", ActionID=action_id, EventList="Complete")
        )

    rig.switch.answers["Agents"] = rows
    await rig.start()
    answer = await rig.ask({"Action": "Agents"}, stock_answers=True)
    assert (len(answer) < 4) is rig.stock


@both
async def test_a7_an_action_nobody_waits_for_is_forgotten(rig: Rig) -> None:
    rig.switch.answers["Slow"] = lambda _: b""
    await rig.start()
    for _ in range(20):
        future = rig.client.send_action({"Action": "Slow"})
        future.cancel()
    await asyncio.sleep(0)
    assert bool(rig.client.protocol.responses) is rig.stock


@both
async def test_a8_nothing_is_said_again_after_a_reconnect(rig: Rig) -> None:
    await rig.start()
    await rig.switch.stop()
    await until(lambda: rig.disconnects)
    asked = {"Action": "Originate", "Channel": "PJSIP/1", "Async": "true"}
    if rig.stock:
        rig.client.send_action(dict(asked))
    else:
        with pytest.raises(LinkDown):
            rig.client.send_action(dict(asked))
    await rig.switch.start()
    await rig.switch.peer(2)
    if rig.stock:
        await rig.switch.asked("Originate")
    else:
        await until(lambda: rig.client.authenticated)
        await rig.client.action("Ping")
        assert rig.switch.named("Originate") == []


@both
async def test_a9_an_action_while_down_ends_even_when_the_switch_never_says_fully_booted(rig: Rig) -> None:
    await rig.start()
    rig.switch.answers["Login"] = lambda asked: success(asked, "Authentication accepted")
    await rig.switch.stop()
    await until(lambda: rig.disconnects)
    try:
        waiting = rig.client.send_action({"Action": "CoreStatus"})
    except LinkDown:
        assert not rig.stock
        return
    await rig.switch.start()
    await rig.switch.peer(2)
    await asyncio.sleep(SOON)
    assert not waiting.done()
    assert rig.stock


@both
async def test_a10_a_login_cut_off_ends_with_a_reason(rig: Rig) -> None:
    rig.switch.answers["Login"] = lambda _: b""
    await rig.start(expect_login=False)
    if rig.stock:
        await rig.switch.asked("Login")
        first = rig.client.authenticated_future
        rig.peer.cut()
        await asyncio.sleep(SOON)
        assert not first.done()
    else:
        await rig.switch.asked("Login")
        pending = next(iter(rig.client.protocol.responses.values())).future
        rig.peer.cut()
        await until(pending.done)
        assert isinstance(pending.exception(), LinkDown)


@both
async def test_a11_a_refused_login_is_an_error_and_not_a_storm(rig: Rig) -> None:
    rig.switch.answers["Login"] = lambda asked: error(asked, "Authentication failed")
    if rig.stock:
        await rig.start(expect_login=False)
        await rig.switch.asked("Login")
        await asyncio.sleep(0.1)
        assert not rig.client.authenticated
        assert not rig.loop_errors
        return
    await rig.start(expect_login=False)
    with pytest.raises(LoginRefused, match=r"refused AMI user 'hotline' \(Authentication failed\)"):
        await rig._tasks[0]
    assert len(rig.switch.named("Login")) == 1


@both
async def test_a12_a_peer_that_no_longer_answers_is_noticed(rig: Rig) -> None:
    rig.switch.answers["Ping"] = lambda _: b""
    if rig.stock:
        await rig.start(ping_delay=0, ping_interval=0)
        rig.client.ping_interval = 0.05
        await rig.switch.asked("Ping", 4)
        assert not rig.disconnects
    else:
        await rig.start(ping_every_s=0.05, ping_answer_s=0.1)
        await until(lambda: rig.disconnects)
        assert rig.disconnects[0] == "no answer to a ping within 0.1 s"


@both
async def test_a13_close_is_the_end(rig: Rig) -> None:
    over: dict[str, Any] = {} if rig.stock else {"backoff_first_s": 0.3, "backoff_cap_s": 0.3}
    await rig.start(**over)
    await rig.switch.stop()
    await until(lambda: rig.disconnects)
    rig.client.close()
    before = len(rig.switch.peers)
    await rig.switch.start()
    if rig.stock:
        await rig.switch.connections(before + 1)
    else:
        await asyncio.wait_for(rig._tasks[0], 60)
        assert len(rig.switch.peers) == before


@both
async def test_a14_close_ends_every_wait(rig: Rig) -> None:
    rig.switch.answers["CoreStatus"] = lambda _: b""
    await rig.start()
    future = rig.client.send_action({"Action": "CoreStatus"})
    rig.client.close()
    await asyncio.sleep(0)
    assert future.done() is not rig.stock


@both
async def test_a14_asking_before_the_connection_names_the_reason(rig: Rig) -> None:
    client = Manager() if rig.stock else AmiLink(quick(5038))
    with pytest.raises(AttributeError if rig.stock else LinkDown):
        client.send_action({"Action": "Ping"})


@both
async def test_a15_a_line_end_in_a_value_is_no_second_action(rig: Rig) -> None:
    await rig.start()
    fields = {"Action": "QueuePause", "Reason": "lunch\r\n\r\nAction: Command\r\nCommand: core stop now"}
    if rig.stock:
        rig.client.send_action(fields)
        await rig.switch.asked("Command")
    else:
        with pytest.raises(ActionRefusedHere, match="Reason"):
            rig.client.send_action(fields)
        await rig.client.action("Ping")
        assert rig.switch.named("Command") == []


@both
async def test_a16_an_empty_last_header_is_kept(rig: Rig) -> None:
    await rig.start()
    rig.peer.tell(b"Event: T\r\nA: \r\nB:nospace\r\nAppData: \r\n\r\n")
    await until(rig.events)
    event = rig.events()[0]
    assert ("AppData" in event and event.get("B") == "nospace") is not rig.stock
    assert ("content" in event) is rig.stock


@both
def test_a16_a_message_can_be_copied_and_hides_no_header(kind: str) -> None:
    headers = {"Event": "X", "Items": "3"}
    event = Message(headers) if kind == "stock" else Heard(headers)
    assert hasattr(event, "no_such_header") is (kind == "stock")
    if kind == "stock":
        with pytest.raises((TypeError, RecursionError)):
            copy.deepcopy(event)
    else:
        assert dict(copy.deepcopy(event).items()) == headers
        assert dict(pickle.loads(pickle.dumps(event)).items()) == headers  # noqa: S301 - our own bytes


@both
async def test_a17_events_are_taken_in_order_by_one_consumer(rig: Rig) -> None:
    await rig.start()
    done: list[int] = []

    async def work(event: Any) -> None:
        number = int(event["N"])
        for _ in range(20 if number % 2 == 0 else 0):  # turns of the loop: the even ones take long
            await asyncio.sleep(0)
        done.append(number)

    rig.client.register_event("T", lambda _, event: work(event))
    rig.peer.tell(b"".join(message(Event="T", N=n) for n in range(6)))
    await until(lambda: len(rig.events()) == 6)
    if not rig.stock:
        for event in rig.events():
            await work(event)
    await until(lambda: len(done) == 6)
    assert (done == sorted(done)) is not rig.stock


async def test_a17_what_nobody_takes_is_bounded_and_the_loss_is_told(switch: ScriptedManager) -> None:
    link = AmiLink(quick(switch.port, backlog_messages=100), events=("T",))
    running = link.connect()
    try:
        peer = await switch.peer()
        await until(lambda: link.is_up)
        peer.tell(b"".join(message(Event="T", N=n) for n in range(1000)))
        await link.action("Ping")
        assert len(link.backlog) <= 102
        assert link.backlog.dropped > 0
    finally:
        link.close()
        await running


@both
def test_a18_one_big_message_in_small_segments_takes_linear_time(kind: str) -> None:
    async def feed(lines: int) -> float:
        protocol: AMIProtocol
        if kind == "stock":
            protocol = AMIProtocol()
            protocol.connection_made(asyncio.Transport())
            protocol.factory = type("Sink", (), {"dispatch": lambda *_: None, "save_stream": None})()
            protocol.encoding = "utf8"
        else:
            protocol = LinkProtocol(wanted=frozenset({b"T"}), variables=frozenset(), deliver=lambda _: None)
            protocol.data_received(b"Asterisk Call Manager/11.0.0\r\n")
        body = b"".join(b"Output: line %d of a long listing of nothing\r\n" % i for i in range(lines))
        big = b"Event: T\r\n" + body + b"\r\n"
        began = time.process_time()
        for at in range(0, len(big), 1460):
            protocol.data_received(big[at : at + 1460])
        return time.process_time() - began

    async def worst_ratio() -> float:
        small = min([await feed(1250) for _ in range(5)])
        return min([await feed(20000) for _ in range(2)]) / small

    ratio = asyncio.run(worst_ratio())
    assert (ratio > 60) is (kind == "stock"), ratio  # 16 times the size: 16 when linear, 256 when quadratic


@both
def test_a18_garbage_without_an_end_is_not_kept_for_ever(kind: str) -> None:
    async def fed() -> int:
        if kind == "stock":
            stock = AMIProtocol()
            stock.connection_made(asyncio.Transport())
            for _ in range(100):
                stock.data_received(b"x" * 65536)
            return len(stock.queue[0])
        ours = LinkProtocol(wanted=frozenset(), variables=frozenset(), deliver=lambda _: None)
        ours.data_received(b"Asterisk Call Manager/11.0.0\r\n")
        for _ in range(100):
            if ours.closed:
                break
            ours.data_received(b"x" * 65536)
        assert ours.lost.result() == "a message of more than 4194304 bytes"
        return ours._framing.held

    assert (asyncio.run(fed()) > 5_000_000) is (kind == "stock")


@both
async def test_a19_an_event_with_an_actions_id_reaches_the_events_too(rig: Rig) -> None:
    def originate(asked: Fields) -> bytes:
        response = message(Event="OriginateResponse", ActionID=asked["ActionID"], Response="Failure")
        return success(asked, "Originate successfully queued") + response

    rig.switch.answers["Originate"] = originate
    await rig.start()
    await rig.ask({"Action": "Originate", "Channel": "x", "Async": "true"})
    await settled(rig)
    assert bool(rig.events("OriginateResponse")) is not rig.stock


@both
@pytest.mark.parametrize("rows", [0, 1, 2])
async def test_a20_the_output_of_a_command_is_a_list_of_lines(rig: Rig, rows: int) -> None:
    def command(asked: Fields) -> bytes:
        head = message(Response="Success", ActionID=asked["ActionID"], Message="Command output follows")[:-2]
        return head + b"Output: row\r\n" * rows + b"\r\n"

    rig.switch.answers["Command"] = command
    await rig.start()
    answer = await rig.ask({"Action": "Command", "Command": "x"}, stock_answers=True)
    if rig.stock:
        assert isinstance(answer.output, list) is (rows == 2)
    else:
        assert answer.lines("Output") == ["row"] * rows


@both
async def test_a21_settings_as_text_are_refused_at_once(rig: Rig) -> None:
    if rig.stock:
        await rig.switch.start()
        ini = f"[asterisk]\nhost=127.0.0.1\nport={rig.switch.port}\nssl=False\n"
        client = Manager.from_config(io.StringIO(ini))
        client.loop = asyncio.get_running_loop()
        asyncio.get_running_loop().set_exception_handler(lambda _, context: rig.loop_errors.append(context))
        task = client.connect()
        await asyncio.wait([task])
        assert task.exception() is not None
        await asyncio.sleep(0)
        assert rig.loop_errors
        rig.loop_errors.clear()
        del task
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)  # the stock class leaks its socket
            gc.collect()
        return
    with pytest.raises(TypeError, match=r"ssl\.SSLContext"):
        LinkSettings(secret="x", tls="False")  # type: ignore[arg-type]  # the mistake under test
    with pytest.raises(ValueError, match="port must be a number"):
        LinkSettings(secret="x", port="5038")  # type: ignore[arg-type]  # the mistake under test


@both
async def test_a22_a_silent_server_is_given_up(rig: Rig) -> None:
    rig.switch._greeting = b""
    rig.switch.answers["Login"] = rig.switch.answers["Challenge"] = lambda _: b""
    if rig.stock:
        await rig.start(expect_login=False)
        await rig.switch.connections(1)
        await asyncio.sleep(SOON)
        assert len(rig.switch.peers) == 1
    else:
        await rig.start(expect_login=False, connect_s=0.1)
        await rig.switch.connections(3)


@both
async def test_a22_a_greeting_in_two_pieces_tells_the_version(rig: Rig) -> None:
    rig.switch._greeting = b"Asterisk Call Ma"
    held = rig.switch.answers["Challenge"] = rig.switch.answers["Login"] = lambda _: b""
    await rig.start(expect_login=False)
    await rig.switch.connections(1)
    await asyncio.sleep(0.05)
    rig.switch.answers.clear()
    del held
    rig.peer.tell(b"nager/11.0.0\r\n")
    if rig.stock:
        await asyncio.sleep(SOON)
        assert rig.client.protocol.version is None
    else:
        await until(lambda: rig.client.authenticated)
        assert rig.client.protocol.version == "11.0.0"


@both
def test_a23_an_event_is_told_by_its_exact_name_without_patterns(kind: str) -> None:
    async def seen() -> int:
        taken: list[object] = []
        if kind == "stock":
            manager = Manager(loop=asyncio.get_running_loop())
            manager.register_event("queuecallerjoin", lambda *_: taken.append(1))
            manager.dispatch(Message({"Event": "QueueCallerJoin"}))
            assert not hasattr(manager, "unregister_event")
            return len(taken)
        protocol = LinkProtocol(wanted=frozenset({b"QueueCallerJoin"}), variables=frozenset(), deliver=taken.append)
        protocol.data_received(b"Asterisk Call Manager/11.0.0\r\n")
        protocol.data_received(message(Event="QueueCallerJoin") + message(Event="Newexten"))
        assert protocol.skipped == 1
        return len(taken)

    assert asyncio.run(seen()) == (0 if kind == "stock" else 1)


@both
async def test_a24_values_never_reach_the_log(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("panoramisk").setLevel(logging.DEBUG)
    await rig.start()
    rig.switch.answers["DBPut"] = lambda _: b""
    fields = {"Action": "DBPut", "Family": "pin", "Key": "1", "Val": "4711-is-secret"}
    future = rig.client.send_action(fields)
    await rig.switch.asked("DBPut")
    await rig.switch.stop()
    await until(lambda: rig.disconnects)
    assert ("4711-is-secret" in caplog.text) is rig.stock
    assert SECRET not in caplog.text
    assert SECRET not in repr(quick(1))
    future.cancel()


async def test_a25_tls_is_a_context_and_the_name_to_expect_can_be_told() -> None:
    import ssl

    context = ssl.create_default_context()
    settings = LinkSettings(secret="x", tls=context, server_hostname="pbx.example")
    assert (settings.tls, settings.server_hostname) == (context, "pbx.example")


@both
async def test_a26_a_shutdown_is_told_in_words(rig: Rig) -> None:
    await rig.start()
    rig.peer.tell(message(Event="Shutdown", Shutdown="Cleanly", Restart="False"))
    await until(lambda: rig.disconnects)
    assert isinstance(rig.disconnects[0], Message) is rig.stock
    if not rig.stock:
        assert rig.disconnects == ["the switch shuts down"]


def test_a27_the_call_manager_is_not_used() -> None:
    """Its records are keyed by the second a call began in (call_manager.py:36); nothing of ours needs them."""
    import ami_bridge.client
    import ami_bridge.spoken

    for module in (ami_bridge.client, ami_bridge.spoken):
        assert not any("CallManager" in name for name in vars(module))


def test_ours_are_panoramisks_own_classes_and_nothing_of_panoramisk_is_patched() -> None:
    assert issubclass(AmiLink, Manager)
    assert issubclass(LinkProtocol, AMIProtocol)
    assert issubclass(Request, Action)
    assert issubclass(Heard, Message)
    assert issubclass(LoginRefused, AmiError)
    assert AMIProtocol.data_received.__module__ == "panoramisk.ami_protocol"
    assert LinkUp("11").version == "11"
