"""The dialplan and the shipped configuration on a real Asterisk, with a service that fails in every way it can."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

import pytest

from dialplan.model import AgiServer, Ami, Number, Queue, Rescue, Sip
from dialplan.render import install, rendered, shipped_folder
from lab.asterisk import AsteriskProcess, Setup
from lab.ports import claim_ports
from lab.rootfs import find_rootfs
from tests.dialplan.surroundings import small_switch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lab.ports import Ports

pytestmark = pytest.mark.asterisk

PEOPLE = """
[test-agent]
exten => talk,1,Answer()
 same => n,Wait(3)
 same => n,Hangup()
exten => never,1,Wait(60)
[test-caller]
exten => listen,1,Answer()
 same => n,Wait(60)
exten => brief,1,Answer()
 same => n,Wait(1)
 same => n,Hangup()
exten => keys,1,Answer()
 same => n,Wait(3)
 same => n,SendDTMF(2*)
 same => n,Wait(1)
 same => n,SendDTMF(1)
 same => n,Wait(60)
exten => hash,1,Answer()
 same => n,Wait(1)
 same => n,SendDTMF(#)
 same => n,Wait(60)
"""

T = TypeVar("T")

COUNTS = (
    "${{QUEUE_EXISTS({queue})}},${{QUEUE_WAITING_COUNT({queue})}},"
    "${{QUEUE_MEMBER({queue},logged)}},${{QUEUE_MEMBER({queue},ready)}}"
)
"""As `ivr.runner.queue_state` asks."""

TO_QUEUE = ("SET VARIABLE HL_QUEUE open", "SET VARIABLE HL_CURSOR abc", "SET VARIABLE HL_NEXT queue")


class Service:
    """A FastAGI service that says given lines in each segment, and then closes, dies or stands still."""

    def __init__(self, port: int, *segments: tuple[str, ...], stays: bool = False) -> None:
        """Listen on `port`; `stays` keeps the connection open without a word after the last line."""
        self.arguments: list[tuple[str, str]] = []
        self.told: list[str] = []
        """What Asterisk answered, line by line."""
        self.heard: list[bytes] = []
        self._segments, self._stays = segments, stays
        self._open: list[socket.socket] = []
        self._server = socket.create_server(("127.0.0.1", port))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Refuse from now on."""
        with contextlib.suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        for connection in self._open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._thread.join(5)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            self._open.append(connection)
            with connection, connection.makefile("rb") as lines, contextlib.suppress(OSError):
                self._segment(connection, iter(lines.readline, b""))

    def _segment(self, connection: socket.socket, lines: Iterator[bytes]) -> None:
        header: dict[str, str] = {}
        for line in iter(lambda: next(lines, b"\n"), b"\n"):
            name, _, value = line.decode().rstrip("\n").partition(": ")
            header[name] = value
        self.arguments.append((header.get("agi_arg_1", ""), header.get("agi_arg_2", "")))
        spoken = self._segments[min(len(self.arguments), len(self._segments)) - 1] if self._segments else ()
        for command in spoken:
            connection.sendall(f"{command}\n".encode())
            self.told.append(next(lines, b"").decode().strip())
        if self._stays:
            self.heard += list(lines)
            self.heard.append(b"")


class House:
    """A switch on our own configuration, and a caller in it."""

    def __init__(self, asterisk: AsteriskProcess, ports: Ports) -> None:
        self.asterisk, self.ports = asterisk, ports
        self.boot_log = (asterisk.log / "messages.log").read_text()
        self._verbose = asterisk.log / "verbose.log"
        self._since = 0

    def call(self, caller: str = "listen") -> None:
        self._since = self._verbose.stat().st_size
        self.asterisk.cli(f"channel originate Local/96956@hotline-numbers/n extension {caller}@test-caller")

    def where(self) -> list[tuple[str, str, str]]:
        """Channel, extension@context and application of each channel that is in our dialplan."""
        rows = [row.split("!") for row in self.asterisk.cli("core show channels concise").splitlines()]
        return [(row[0], f"{row[2]}@{row[1]}", row[5]) for row in rows if len(row) > 5 and row[0].endswith(";2")]

    def await_place(self, extension: str, application: str) -> str:
        """The channel of this call that stands there, or stood there: the switch says so, however late we look."""
        began = re.compile(rf'Executing \[{re.escape(extension)}:\d+\] {application}\("(?P<channel>[^"]+)"')

        def found() -> str:
            at = began.search(self.told())
            return at["channel"] if at else ""

        return wait_for(found, lambda: f"nobody in {application} at {extension}: {self.told()}")

    def await_nobody(self) -> None:
        """Until nobody is in our dialplan any more."""
        wait_for(lambda: not self.where(), lambda: str(self.where()))

    def told(self) -> str:
        """What the switch said of the calls since the last one began."""
        return self._verbose.read_bytes()[self._since :].decode("utf-8", "replace")

    def end_all(self) -> None:
        self.asterisk.cli("channel request hangup all")
        wait_for(lambda: not self.asterisk.cli("core show channels concise").strip(), lambda: str(self.where()))


def wait_for(condition: Callable[[], T], why: Callable[[], str]) -> T:
    """What a condition comes to; a minute is for a machine that stands still, not for the switch."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if value := condition():
            return value
        time.sleep(0.05)
    raise AssertionError(why())


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    root = find_rootfs()
    if root is None:
        pytest.skip("no Asterisk: lab/rootfs.sh builds one")
    folder = tmp_path_factory.mktemp("dialplan")
    block = claim_ports()
    ports = block.ports
    switch = replace(
        small_switch(),
        numbers=(Number("96956", "main", "en"),),
        queues=(
            Queue("service", join_empty=(), leave_empty=()),
            Queue("open", join_empty=(), leave_empty=()),
            *small_switch().queues[1:],
        ),
        rescue=Rescue("service", longest_s=3),
        ami=Ami("secret;one", port=ports.ami),
        agi=(AgiServer(port=ports.agi), AgiServer(port=ports.spare[0])),
        sip=Sip(port=ports.sip, rtp_first=ports.rtp_start, rtp_last=ports.rtp_end),
        sounds_dir=str(folder / "sounds"),
        longest_wait_s=2,
        most_segments=10,
    )
    install(folder / "etc")
    files = {f"generated/{name}": text.text for name, text in rendered(switch).items()}
    files["extensions.conf"] = (shipped_folder() / "extensions.conf").read_text() + PEOPLE
    files["logger.conf"] = (shipped_folder() / "logger.conf").read_text() + "verbose.log = verbose(3)\n"
    files["modules.conf"] = (
        shipped_folder() / "modules.conf"
    ).read_text() + "load = res_clioriginate.so\nload = app_senddtmf.so\n"
    try:
        with AsteriskProcess(Setup(folder / "asterisk", [folder / "etc"], files, root=root)) as asterisk:
            yield House(asterisk, ports)
    finally:
        block.close()


@pytest.fixture
def house(running: House) -> Iterator[House]:
    yield running
    running.end_all()


@pytest.fixture
def serve(house: House) -> Iterator[Callable[..., Service]]:
    started: list[Service] = []

    def start(*segments: tuple[str, ...], stays: bool = False, second: bool = False) -> Service:
        port = house.ports.spare[0] if second else house.ports.agi
        started.append(Service(port, *segments, stays=stays))
        return started[-1]

    yield start
    for service in started:
        service.close()


def test_the_shipped_configuration_loads_without_an_error_or_a_warning(running: House) -> None:
    assert "modules will be loaded" in running.boot_log
    assert [line for line in running.boot_log.splitlines() if "ERROR" in line or "WARNING" in line] == []
    assert "李志强" in running.asterisk.cli("queue show 客服")
    assert "127.0.0.1:5080" in running.asterisk.cli("pjsip show identifies")
    assert "call,agent,reporting" in running.asterisk.cli("manager show user hotline")


def test_a_refused_connection_leads_to_the_rescue_queue_and_then_to_a_last_word(house: House) -> None:
    house.call()
    house.await_place("s@hotline-rescue", "Queue")
    house.await_place("busy@hotline-bye", "Wait")


def test_a_second_server_is_asked_when_the_first_refuses(house: House, serve: Callable[..., Service]) -> None:
    service = serve(TO_QUEUE, second=True)
    house.call()
    house.await_place("queue@hotline-do", "Queue")
    assert service.arguments == [("", "")]


def test_a_service_that_dies_in_the_middle_leads_to_the_rescue_queue(
    house: House, serve: Callable[..., Service]
) -> None:
    serve(("VERBOSE one 1",))
    house.call()
    house.await_place("s@hotline-rescue", "Queue")


def test_a_caller_is_taken_from_a_stalled_service_at_once(house: House, serve: Callable[..., Service]) -> None:
    serve((), stays=True)
    house.call()
    channel = house.await_place("s@hotline-run", "AGI")
    house.asterisk.cli(f"channel redirect {channel} hotline-rescue,s,1")
    house.await_place("s@hotline-rescue", "Queue")


def test_a_caller_who_hangs_up_is_heard_by_the_service(house: House, serve: Callable[..., Service]) -> None:
    service = serve((), stays=True)
    house.call("brief")
    wait_for(lambda: b"" in service.heard, lambda: str(service.heard))
    assert service.heard[0] == b"HANGUP\n"


def test_an_unknown_word_leads_to_the_rescue_queue(house: House, serve: Callable[..., Service]) -> None:
    serve(("SET VARIABLE HL_NEXT fly",))
    house.call()
    house.await_place("s@hotline-rescue", "Queue")


def test_a_wait_that_ran_out_goes_back_to_the_service(house: House, serve: Callable[..., Service]) -> None:
    service = serve(TO_QUEUE, ("SET VARIABLE HL_NEXT hangup",))
    house.call()
    house.await_place("queue@hotline-do", "Queue")
    wait_for(lambda: len(service.arguments) == 2, lambda: str(service.arguments))
    assert service.arguments[1] == ("abc", "queue:TIMEOUT")


def test_a_wait_that_ran_out_without_a_service_leads_to_the_rescue_queue(
    house: House, serve: Callable[..., Service]
) -> None:
    service = serve((*TO_QUEUE[:2], "SET VARIABLE HL_LONGEST 6", TO_QUEUE[2]))
    house.call()
    house.await_place("queue@hotline-do", "Queue")
    service.close()
    house.await_place("s@hotline-rescue", "Queue")


def test_after_a_talk_without_a_service_the_caller_hears_goodbye(house: House, serve: Callable[..., Service]) -> None:
    service = serve(TO_QUEUE)
    house.asterisk.cli("queue add member Local/talk@test-agent/n to open")
    try:
        house.call()
        wait_for(lambda: service.arguments, lambda: "never asked")
        house.await_place("queue@hotline-do", "Queue")
        service.close()
        house.await_place("served@hotline-bye", "Wait")
    finally:
        house.asterisk.cli("queue remove member Local/talk@test-agent/n from open")


def with_keys(keys: str) -> tuple[str, ...]:
    return (*TO_QUEUE[:2], f"SET VARIABLE HL_KEYS {keys}", "SET VARIABLE HL_LONGEST 30", TO_QUEUE[2])


@pytest.mark.parametrize(("keys", "caller", "told"), [("13", "keys", "1"), ("#2", "hash", "#")])
def test_a_key_of_the_step_leads_out_of_the_queue_and_others_do_nothing(
    house: House, serve: Callable[..., Service], keys: str, caller: str, told: str
) -> None:
    service = serve(with_keys(keys), ("SET VARIABLE HL_NEXT hangup",))
    house.call(caller)
    wait_for(lambda: len(service.arguments) == 2, lambda: str(service.arguments))
    assert service.arguments[1] == ("abc", f"queue:KEY:{told}")


def test_keys_of_one_step_are_not_those_of_the_next(house: House, serve: Callable[..., Service]) -> None:
    service = serve(with_keys("1"), TO_QUEUE, ("SET VARIABLE HL_NEXT hangup",))
    house.call("keys")  # its only 1 leads out of the first wait; in the second there is no key at all
    wait_for(lambda: len(service.arguments) == 3, lambda: str(service.arguments))
    assert [result for _, result in service.arguments[1:]] == ["queue:KEY:1", "queue:TIMEOUT"]


def test_no_key_leads_out_of_the_rescue_queue(house: House, serve: Callable[..., Service]) -> None:
    serve(("SET VARIABLE HL_KEYS 12", "SET VARIABLE HL_NEXT rescue"))
    house.call("keys")
    house.await_place("s@hotline-rescue", "Queue")
    house.await_place("busy@hotline-bye", "Wait")


def test_the_callers_own_language_is_spoken_again_after_the_announcements_of_a_line(
    house: House, serve: Callable[..., Service]
) -> None:
    service = serve(
        (*TO_QUEUE[:2], "SET VARIABLE HL_LANGUAGE zh-CN", 'SET VARIABLE "CHANNEL(language)" zh-CN_5f', TO_QUEUE[2]),
        ("GET VARIABLE CHANNEL(language)", "SET VARIABLE HL_NEXT hangup"),
    )
    house.call()
    wait_for(lambda: len(service.told) == 7, lambda: str(service.told))
    assert service.told[5] == "200 result=1 (zh-CN)"


@pytest.mark.parametrize(("queue", "told"), [("open", "1,0,0,0"), ("nosuch", "0,0,0,0")])
def test_a_queue_tells_its_counts_and_one_that_is_not_there_that_it_is_not(
    house: House, serve: Callable[..., Service], queue: str, told: str
) -> None:
    service = serve((f'GET FULL VARIABLE "{COUNTS.format(queue=queue)}"', "SET VARIABLE HL_NEXT hangup"))
    house.call()
    wait_for(lambda: len(service.told) == 2, lambda: str(service.told))
    assert service.told[0] == f"200 result=1 ({told})"


def transferring(to: str) -> tuple[str, ...]:
    return (f"SET VARIABLE HL_TO {to}", "SET VARIABLE HL_CURSOR abc", "SET VARIABLE HL_NEXT transfer")


def test_a_transfer_that_is_answered_ends_with_its_talk(house: House, serve: Callable[..., Service]) -> None:
    service = serve(transferring("Local/talk@test-agent/n"))
    house.call()
    house.await_place("transfer@hotline-do", "Dial")
    house.await_nobody()
    assert len(service.arguments) == 1


def test_a_transfer_that_nobody_takes_comes_back_to_the_flow(house: House, serve: Callable[..., Service]) -> None:
    service = serve(transferring("PJSIP/nosuch"), ("SET VARIABLE HL_NEXT hangup",))
    house.call()
    wait_for(lambda: len(service.arguments) == 2, lambda: str(service.arguments))
    assert service.arguments[1] == ("abc", "transfer:CHANUNAVAIL")


def test_a_failed_transfer_without_a_service_leads_to_the_rescue_queue(
    house: House, serve: Callable[..., Service]
) -> None:
    service = serve(
        (*transferring("Local/never@test-agent/n")[:2], "SET VARIABLE HL_RING 6", "SET VARIABLE HL_NEXT transfer")
    )
    house.call()
    house.await_place("transfer@hotline-do", "Dial")
    service.close()
    house.await_place("s@hotline-rescue", "Queue")


def test_a_flow_that_runs_in_circles_ends_at_a_person(house: House, serve: Callable[..., Service]) -> None:
    service = serve(("SET VARIABLE HL_QUEUE nosuch", "SET VARIABLE HL_NEXT queue"))
    house.call()
    house.await_place("s@hotline-rescue", "Queue")
    assert len(service.arguments) == 10
    assert service.arguments[-1] == ("", "queue:UNKNOWN")


def test_a_long_cursor_comes_back_whole(house: House, serve: Callable[..., Service]) -> None:
    cursor = "c" * 3000
    service = serve((*TO_QUEUE[:1], f"SET VARIABLE HL_CURSOR {cursor}", TO_QUEUE[2]), ("SET VARIABLE HL_NEXT hangup",))
    house.call()
    wait_for(lambda: len(service.arguments) == 2, lambda: "did not come back")
    assert service.arguments[1] == (cursor, "queue:TIMEOUT")
