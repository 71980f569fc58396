"""Records what a real Asterisk says on AMI, and what it writes in queue_log, for the replays in tests/ami_bridge.

Run an Asterisk on the files in ``tests/transcripts/asterisk/`` (it listens on 127.0.0.1 only), then:

    python tests/transcripts/record_ami.py PORT SECRET QUEUE_LOG VERSION

One pair of files per scene: ``ami/asterisk-VERSION-SCENE.txt`` (the bytes received, greeting included; nothing we sent,
so no secret) and ``ami/asterisk-VERSION-SCENE.queue_log``.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

HERE = Path(__file__).parent / "ami"
DEADLINE_S = 14


class Scene:
    """One connection to Asterisk: says actions, keeps every byte that comes back."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self.heard = b""
        self.seen = 0

    def say(self, action: str, **fields: str) -> None:
        """Sends one action."""
        lines = [f"Action: {action}", *(f"{k.replace('_', '')}: {v}" for k, v in fields.items())]
        self.writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())

    async def until(self, *words: str) -> None:
        """Reads until one message after those already awaited holds all the words."""
        async with asyncio.timeout(DEADLINE_S):
            while True:
                end = self.heard.find(b"\r\n\r\n", self.seen)
                if end < 0:
                    more = await self.reader.read(65536)
                    if not more:
                        raise EOFError("Asterisk closed the connection")
                    self.heard += more
                    continue
                message = self.heard[self.seen : end].decode(errors="replace")
                self.seen = end + 4
                if all(w in message for w in words):
                    return

    def call(self, queue: str, longest_s: int, who: str, name: str = '陳大文 \\"<b>') -> None:
        """A caller enters a queue."""
        self.say(
            "Originate",
            Channel=f"Local/q-{queue}-{longest_s}@callers",
            Context="people",
            Exten=who,
            Priority="1",
            CallerID=f'"{name}" <13800138000>',
            Async="true",
        )

    def member(self, queue: str, exten: str, **more: str) -> None:
        """Adds an agent."""
        self.say("QueueAdd", Queue=queue, Interface=f"Local/{exten}@agents", MemberName=f"客服{exten}", **more)

    def no_member(self, queue: str, exten: str) -> None:
        """Removes an agent."""
        self.say("QueueRemove", Queue=queue, Interface=f"Local/{exten}@agents")


GONE = "Event: Hangup"


async def answered(s: Scene) -> None:
    s.member("normal", "1001", Penalty="1")
    await s.until("QueueMemberAdded")
    s.call("normal", 30, "wait20")
    await s.until("AgentComplete")
    await s.until("Event: Hangup", "Local/q-normal")
    s.no_member("normal", "1001")
    await s.until("QueueMemberRemoved")


async def caller_ends(s: Scene) -> None:
    s.member("normal", "1201")
    s.call("normal", 30, "wait2")
    await s.until("AgentComplete")
    s.no_member("normal", "1201")
    await s.until("QueueMemberRemoved")


async def abandoned(s: Scene) -> None:
    s.call("normal", 30, "wait1")
    await s.until("QueueCallerAbandon")
    await s.until("Event: Hangup", "Local/q-normal")


async def abandoned_while_ringing(s: Scene) -> None:
    s.member("normal", "1101")
    s.call("normal", 30, "wait2")
    await s.until("QueueCallerAbandon")
    await s.until("Event: Hangup", "Local/q-normal")
    s.no_member("normal", "1101")
    await s.until("QueueMemberRemoved")


async def timed_out(s: Scene) -> None:
    s.call("normal", 2, "wait20")
    await s.until("QUEUESTATUS", "TIMEOUT")
    await s.until("Event: Hangup", "Local/q-normal")


async def ring_no_answer(s: Scene) -> None:
    s.member("short", "1101")
    s.call("short", 6, "wait20")
    await s.until("AgentRingNoAnswer")
    await s.until("AgentRingNoAnswer")
    await s.until("Event: Hangup", "Local/q-short")
    s.no_member("short", "1101")
    await s.until("QueueMemberRemoved")


async def join_empty(s: Scene) -> None:
    s.call("empty", 30, "wait20")
    await s.until("QUEUESTATUS")
    await s.until("Event: Hangup", "Local/q-empty")


async def leave_empty(s: Scene) -> None:
    s.member("leaver", "1001", Paused="true", Reason="午餐")
    await s.until("QueueMemberAdded")
    s.call("leaver", 30, "wait20")
    await s.until("QUEUESTATUS", "LEAVEEMPTY")
    await s.until("Event: Hangup", "Local/q-leaver")
    s.no_member("leaver", "1001")
    await s.until("QueueMemberRemoved")


async def left_by_key(s: Scene) -> None:
    s.call("normal", 30, "dtmf")
    await s.until("QueueCallerLeave")
    await s.until("Event: Hangup", "Local/q-normal")


async def full(s: Scene) -> None:
    s.call("tiny", 30, "wait4")
    await s.until("QueueCallerJoin")
    s.call("tiny", 30, "wait20")
    await s.until("QUEUESTATUS", "FULL")
    await s.until("QueueCallerAbandon")
    await s.until("Event: Hangup", "Local/q-tiny")


async def withdrawn(s: Scene) -> None:
    s.call("normal", 30, "wait20")
    await s.until("QueueCallerJoin")
    head = s.heard[: s.seen].rstrip(b"\r\n")
    message = head[head.rfind(b"\r\n\r\n") :].decode()
    channel = next(line[9:] for line in message.split("\r\n") if line.startswith("Channel: "))
    s.say("QueueWithdrawCaller", Queue="normal", Caller=channel, WithdrawInfo="moved")
    await s.until("QUEUESTATUS")
    await s.until("Event: Hangup", "Local/q-normal")


async def pause(s: Scene) -> None:
    s.member("normal", "1001")
    s.member("vip", "1001")
    await s.until("QueueMemberAdded", "vip")
    s.say("QueuePause", Interface="Local/1001@agents", Paused="true", Reason="lunch")
    await s.until("QueueMemberPause", "vip")
    s.say("QueuePause", Interface="Local/1001@agents", Paused="true", Reason="training")
    await s.until("QueueMemberPause", "vip")
    s.say("QueuePause", Interface="Local/1001@agents", Paused="false")
    await s.until("QueueMemberPause", "vip")
    s.say("QueuePenalty", Interface="Local/1001@agents", Penalty="3")
    await s.until("QueueMemberPenalty", "vip")
    s.no_member("normal", "1001")
    s.no_member("vip", "1001")
    await s.until("QueueMemberRemoved", "vip")


async def two_queues(s: Scene) -> None:
    s.member("normal", "1001")
    s.member("vip", "1001")
    await s.until("QueueMemberAdded", "vip")
    s.call("vip", 30, "wait20")
    await s.until("AgentComplete")
    await s.until("Event: Hangup", "Local/q-vip")
    s.no_member("normal", "1001")
    s.no_member("vip", "1001")
    await s.until("QueueMemberRemoved", "vip")


async def blind_transfer(s: Scene) -> None:
    s.member("normal", "1201")
    s.call("normal", 30, "wait20")
    await s.until("AgentConnect")
    head = s.heard[: s.seen].rstrip(b"\r\n")
    message = head[head.rfind(b"\r\n\r\n") :].decode()
    channel = next(line[13:] for line in message.split("\r\n") if line.startswith("DestChannel: "))
    await asyncio.sleep(1)
    s.say("BlindTransfer", Channel=channel, Context="xfer", Exten="vip")
    await s.until("QueueCallerJoin")
    s.member("vip", "1001")
    await s.until("AgentComplete", "Queue: vip")
    await s.until("Event: Hangup", "Local/q-normal")
    s.no_member("normal", "1201")
    s.no_member("vip", "1001")
    await s.until("QueueMemberRemoved", "vip")


async def lists(s: Scene) -> None:
    s.member("normal", "1001", Penalty="2")
    s.member("vip", "1101", Paused="true", Reason="lunch")
    await s.until("QueueMemberAdded", "vip")
    s.call("normal", 30, "wait6")
    s.call("normal", 30, "wait6")
    await s.until("AgentConnect")
    for action, end in (
        ("QueueStatus", "QueueStatusComplete"),
        ("QueueSummary", "QueueSummaryComplete"),
        ("CoreShowChannels", "CoreShowChannelsComplete"),
        ("DeviceStateList", "DeviceStateListComplete"),
        ("CoreStatus", "CoreStartupTime"),
        ("CoreSettings", "AsteriskVersion"),
        ("Ping", "Pong"),
    ):
        s.say(action, ActionID=f"t-{action}")
        await s.until(end)
    s.say("Status", ActionID="t-Status")
    await s.until("StatusComplete")
    s.say("QueueStatus", ActionID="t-none", Queue="nosuch")
    await s.until("QueueStatusComplete")
    s.say("NoSuchAction", ActionID="t-bad")
    await s.until("Error")
    await s.until("AgentComplete")
    await s.until("AgentComplete")
    s.no_member("normal", "1001")
    s.no_member("vip", "1101")
    await s.until("QueueMemberRemoved", "vip")


async def replies(s: Scene) -> None:
    s.say("QueueAdd", ActionID="r1", Queue="vip", Interface="Local/1001@agents")
    await s.until("ActionID: r1")
    s.say("QueueAdd", ActionID="r2", Queue="vip", Interface="Local/1001@agents")
    await s.until("ActionID: r2")
    s.say("QueueRemove", ActionID="r3", Queue="vip", Interface="Local/1001@agents")
    await s.until("ActionID: r3")
    s.say("Originate", ActionID="r4", Channel="Local/wait1@people", Application="Wait", Data="1")
    await s.until("ActionID: r4")
    s.say("Originate", ActionID="r5", Channel="Local/nosuch@nowhere", Application="Wait", Data="1", Async="true")
    await s.until("OriginateResponse")
    s.say("Command", ActionID="r6", Command="core show version")
    await s.until("ActionID: r6")
    s.say("UserEvent", ActionID="r7", UserEvent="Probe", Text="空", Empty="")
    await s.until("UserEvent", "Probe")


async def refused(s: Scene) -> None:
    s.say("Login", Username="hotline", Secret="wrong", ActionID="l1")
    await s.until("Authentication failed")


SCENES: tuple[Callable[[Scene], Awaitable[None]], ...] = (
    answered,
    caller_ends,
    abandoned,
    abandoned_while_ringing,
    timed_out,
    ring_no_answer,
    join_empty,
    leave_empty,
    left_by_key,
    full,
    withdrawn,
    pause,
    two_queues,
    blind_transfer,
    lists,
    replies,
    refused,
)


def _read(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else b""


async def record(port: int, secret: str, queue_log: Path, version: str, only: list[str]) -> None:
    """Plays every scene and writes its files."""
    for scene in SCENES:
        if only and scene.__name__ not in only:
            continue
        before = len(_read(queue_log))
        s = Scene(*await asyncio.open_connection("127.0.0.1", port))
        if scene is not refused:
            s.say("Login", Username="hotline", Secret=secret, ActionID="login-1")
            await s.until("FullyBooted")
        try:
            await scene(s)
        except (TimeoutError, EOFError) as wrong:
            print(scene.__name__, "FAILED", repr(wrong))  # noqa: T201 - speaks to the person who records
        await asyncio.sleep(0.7)  # the last events and queue_log lines
        try:
            async with asyncio.timeout(0.3):
                s.heard += await s.reader.read(1 << 20)
        except TimeoutError:
            pass
        name = f"asterisk-{version}-{scene.__name__}"
        (HERE / f"{name}.txt").write_bytes(s.heard)
        (HERE / f"{name}.queue_log").write_bytes(_read(queue_log)[before:])
        s.writer.close()
        print(scene.__name__, len(s.heard))  # noqa: T201 - speaks to the person who records


if __name__ == "__main__":
    asyncio.run(record(int(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), sys.argv[4], sys.argv[5:]))
