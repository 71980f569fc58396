r"""Record real AGI traffic: ``python tests/transcripts/agi/record.py FOLDER [NAME…]``, one file per scenario.

A real Asterisk (the lab's) calls a bare TCP server that plays one script per call and notes every byte. The callers are
``Local`` channels, so no SIP is needed. A transcript has one line per line on the wire: ``< `` from Asterisk, ``> ``
from us, ``# `` a remark, and ``< EOF`` or ``> EOF`` at the end; other bytes than printable ASCII are ``\xNN``.

``RECORD_PORT`` is the port to serve on, ``LAB_ROOT`` the root folder of the lab's Asterisk if not the shared one,
``RECORD_LOG=1`` prints Asterisk's log and command table, ``RECORD_HIDE`` names folders laid over Asterisk's own: with a
documentation folder without ``<agi>`` elements its usage errors become one line.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from lab.asterisk import AsteriskProcess, Setup

REPLY_S = 12.0
"""Longest wait for anything, in seconds; longer than every timeout in the scripts."""

EXTENSIONS = """
[agi]
exten => _[a-z].,1,Set(TIMEOUT(response)=2)
 same => n,Set(TIMEOUT(digit)=1)
 same => n,Set(CALLERID(name)=陈大文 "VIP" (x))
 same => n,Set(CALLERID(num)=13800138000)
 same => n,Set(LINES=${{SHELL(printf 'one\\ntwo (2)\\nthree')}})
 same => n,AGI(agi://127.0.0.1:{port}/flow/${{EXTEN}}?lang=yue,first,two words)
 same => n,NoOp(AGISTATUS=${{AGISTATUS}})
 same => n,Hangup()
[quiet]
exten => _[a-z].,1,Set(AGISIGHUP=no)
 same => n,Goto(agi,${{EXTEN}},1)
[leave]
exten => _[a-z].,1,Set(AGIEXITONHANGUP=yes)
 same => n,Goto(agi,${{EXTEN}},1)
[forge]
exten => _[a-z].,1,Answer()
 same => n,Set(CALLERID(name)=${{SHELL(printf 'Eve\\nagi_arg_1: forged\\n\\n200 result=1 (forged)')}})
 same => n,AGI(agi://127.0.0.1:{port}/flow/${{EXTEN}},real)
 same => n,Hangup()
[gbk]
exten => _[a-z].,1,Answer()
 same => n,Set(CALLERID(name)=${{SHELL(printf '\\263\\302')}})
 same => n,AGI(agi://127.0.0.1:{port}/flow/${{EXTEN}})
 same => n,Hangup()
[dead]
exten => _[a-z].,1,Set(WHAT=${{EXTEN}})
 same => n,Hangup()
exten => h,1,AGI(agi://127.0.0.1:{port}/flow/${{WHAT}})
[keys]
exten => _k.,1,Wait(1.5)
 same => n,SendDTMF(${{EXTEN:1}},200,120)
 same => n,Wait(30)
exten => hang,1,Wait(2)
 same => n,Hangup()
exten => wait,1,Wait(60)
[sub]
exten => s,1,Set(SUBBED=${{ARG1}})
 same => n,Return()
"""

CONFIG = {
    "asterisk.conf": "[options]\nverbose = 3\nlive_dangerously = yes\n",
    "logger.conf": "[general]\n[logfiles]\nfull => notice,warning,error,verbose(3)\n",
    "modules.conf": (
        "[modules]\nautoload=no\n"
        + "".join(
            f"load = {name}.so\n"
            for name in [
                "pbx_config",
                "res_agi",
                "res_clioriginate",
                "res_timing_timerfd",
                "res_speech",
                "app_playback",
                "app_read",
                "app_senddtmf",
                "app_stack",
                "func_base64",
                "func_callerid",
                "func_channel",
                "func_shell",
                "func_timeout",
                "func_strings",
                "func_uri",
                "codec_gsm",
                "codec_ulaw",
                "format_gsm",
                "format_pcm",
                "format_wav",
                "res_musiconhold",
                "bridge_simple",
                "app_record",
                "func_logic",
            ]
        )
    ),
    "musiconhold.conf": "[default]\nmode=files\ndirectory=moh\n",
}


class Wire:
    """One call's wire, noting what passes."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self.notes: list[str] = []

    def remark(self, text: str) -> None:
        self.notes.append(f"# {text}")

    def _note(self, side: str, data: bytes) -> None:
        text = data.decode("latin-1").replace("\\", "\\\\")
        self.notes.append(f"{side} " + re.sub(r"[^ -~]", lambda found: f"\\x{ord(found[0]):02x}", text))

    async def line(self, timeout_s: float = REPLY_S) -> bytes:
        """The next line from Asterisk, without its newline; empty at the end, which is noted."""
        data = await asyncio.wait_for(self._reader.readline(), timeout_s)
        if not data:
            self.notes.append("< EOF")
            return b""
        self._note("<", data.removesuffix(b"\n"))
        return data.removesuffix(b"\n") or b"\n"

    async def header(self) -> None:
        while (await self.line()) not in {b"\n", b""}:
            pass

    def send(self, text: str) -> None:
        self._note(">", text.encode())
        self._writer.write(text.encode() + b"\n")

    async def ask(self, text: str) -> bytes:
        """Send a command and wait for the line that ends its answer."""
        self.send(text)
        while True:
            line = await self.line()
            if (
                not line
                or (re.match(rb"\d{3} ", line) and not line.startswith(b"100"))
                or line.endswith(b"proper usage.")
            ):
                return line

    async def rest(self, quiet_s: float = 0.7) -> None:
        """Whatever else arrives until nothing does for a while."""
        try:
            while await self.line(quiet_s):
                pass
        except TimeoutError:
            pass

    def close(self) -> None:
        if not self.notes[-1].startswith("< EOF"):
            self.notes.append("> EOF")
        self._writer.close()


async def normal(wire: Wire) -> None:
    for text in (
        "ANSWER",
        'SET VARIABLE "GREETING" "say \\"hi\\" \\\\ \xe4\xbd\xa0"'.encode("latin-1").decode(),
        'GET VARIABLE "GREETING"',
        'STREAM FILE "beep" "" 0',
        'STREAM FILE "no-such-file" "" 0',
        "CHANNEL STATUS",
        'CHANNEL STATUS "Local/nobody@nowhere"',
        "WAIT FOR DIGIT 200",
        'SAY DIGITS "12" ""',
        'SAY NUMBER "7" ""',
        'GET OPTION "beep" "12" 200',
        'CONTROL STREAM FILE "beep" "" 3000 "#" "*" "" 0',
        'DATABASE PUT "fam" "key" "a (b) c"',
        'DATABASE GET "fam" "key"',
        'DATABASE DEL "fam" "key"',
        'DATABASE GET "fam" "key"',
        'DATABASE DEL "fam" "key"',
        'EXEC "NoOp" "x"',
        'EXEC "NoSuchApplication" ""',
        'GOSUB "sub" "s" "1" "from agi"',
        'GET VARIABLE "SUBBED"',
        'GOSUB "sub" "nobody" "1"',
        'SET MUSIC "on"',
        'SET MUSIC "off"',
        'VERBOSE "hello" 4',
        "NOOP",
        "HANGUP",
    ):
        await wire.ask(text)
    await wire.rest()


async def variables(wire: Wire) -> None:
    await wire.ask("ANSWER")
    for value in (
        'a \\"quoted\\" one',
        "ends with )",
        "hangup",
        "",
        "(in) (two)",
        "200 result=1 (x)",
        " blanks ",
        "a\\\\b",
    ):
        await wire.ask(f'SET VARIABLE "V" "{value}"')
        await wire.ask('GET VARIABLE "V"')
    for name in ("NOT_SET", "CALLERID(name)", "CHANNEL(language)", "TIMEOUT(digit)"):
        await wire.ask(f'GET VARIABLE "{name}"')
    wire.remark("a value with line breaks, raw and then by BASE64_ENCODE")
    wire.send('GET VARIABLE "LINES"')
    await wire.rest()
    await wire.ask('GET FULL VARIABLE "${BASE64_ENCODE(${LINES})}"')
    wire.send('GET FULL VARIABLE "${LINES}"')
    await wire.rest()
    await wire.ask('GET FULL VARIABLE "${CALLERID(num)} ${NOT_SET}"')
    await wire.ask('GET FULL VARIABLE "${BASE64_ENCODE(${CALLERID(name)})}"')
    await wire.ask('GET FULL VARIABLE "${BASE64_ENCODE(${NOT_SET})}"')
    await wire.ask('GET FULL VARIABLE "${NOT_SET}"')


async def stream_then_dead(wire: Wire) -> None:
    await wire.ask("ANSWER")
    await wire.ask('STREAM FILE "demo-congrats" "" 0')
    await wire.rest()
    for text in (
        'SET VARIABLE "A" "b"',
        'GET VARIABLE "A"',
        'STREAM FILE "beep" "" 0',
        "CHANNEL STATUS",
        'VERBOSE "x" 4',
        "NOOP",
        'EXEC "NoOp" ""',
        'DATABASE GET "a" "b"',
        "ANSWER",
        "HANGUP",
        'GET DATA "beep" 0 4',
        'SET MUSIC "on"',
    ):
        await wire.ask(text)
    await wire.rest()


async def idle(wire: Wire) -> None:
    await wire.ask("ANSWER")
    wire.remark("idle until the caller hangs up")
    await wire.line()
    await wire.ask('VERBOSE "x" 4')
    await wire.rest()


async def quiet(wire: Wire) -> None:
    await wire.ask("ANSWER")
    wire.remark("AGISIGHUP=no: nothing is said about the hang-up")
    await wire.ask('STREAM FILE "demo-congrats" "" 0')
    await wire.rest()
    await wire.ask("CHANNEL STATUS")
    await wire.rest()


async def leave(wire: Wire) -> None:
    await wire.ask("ANSWER")
    wire.remark("AGIEXITONHANGUP=yes: Asterisk closes when the caller hangs up")
    await wire.ask('STREAM FILE "demo-congrats" "" 0')
    await wire.rest()


async def leave_idle(wire: Wire) -> None:
    await wire.ask("ANSWER")
    wire.remark("AGIEXITONHANGUP=yes, idle")
    await wire.line()
    await wire.rest()


async def usage(wire: Wire) -> None:
    await wire.ask("ANSWER")
    for text in ("WAIT FOR DIGIT", "NOSUCH COMMAND", "GET DATA", "DATABASE GET", "STREAM FILE"):
        await wire.ask(text)
        await wire.rest(0.2)
    await wire.ask("NOOP")


async def _get_data(wire: Wire, *texts: str) -> None:
    await wire.ask("ANSWER")
    for text in texts:
        await wire.ask(text)
    await wire.rest()


async def none(wire: Wire) -> None:
    await _get_data(wire, 'GET DATA "beep" 0 4', 'GET DATA "beep" 300 4', 'GET DATA "no-such-file" 300 4')


async def one(wire: Wire) -> None:
    await _get_data(wire, 'GET DATA "beep" 0 4')


async def barge(wire: Wire) -> None:
    await _get_data(wire, 'GET DATA "demo-congrats" 0 2')


async def joined(wire: Wire) -> None:
    wire.remark("GET DATA does not split at &: a file of that name is looked for, and not found")
    await _get_data(wire, 'GET DATA "beep&beep" 0 4', "CHANNEL STATUS")


async def _read(wire: Wire, options: str) -> None:
    await wire.ask("ANSWER")
    await wire.ask(f'EXEC "Read" "KEYS,{options}"')
    await wire.ask('GET FULL VARIABLE "${READSTATUS}:${KEYS}"')
    await wire.rest()


async def read(wire: Wire) -> None:
    await _read(wire, "beep&beep&beep,4")


async def read_barge(wire: Wire) -> None:
    await _read(wire, "demo-congrats&demo-congrats,2")


async def read_missing(wire: Wire) -> None:
    await _read(wire, "no-such-file&beep,2,,1,1")


async def gone(wire: Wire) -> None:
    await _get_data(wire, 'GET DATA "demo-congrats" 0 2', "NOOP")


async def record(wire: Wire) -> None:
    await wire.ask("ANSWER")
    await wire.ask('RECORD FILE "/tmp/r1" "wav" "#" 400 0 BEEP')
    await wire.ask('RECORD FILE "/tmp/r2" "wav" "12#" 9000 0')
    await wire.ask('RECORD FILE "/nowhere/r3" "wav" "#" 400 0')
    await wire.ask('RECORD FILE "/tmp/r4" "nosuchformat" "#" 400 0')
    await wire.rest()


async def record_gone(wire: Wire) -> None:
    await wire.ask("ANSWER")
    await wire.ask('RECORD FILE "/tmp/r4" "wav" "#" 9000 0')
    await wire.rest()
    await wire.ask("NOOP")


async def digit(wire: Wire) -> None:
    await wire.ask("ANSWER")
    await wire.ask("WAIT FOR DIGIT 8000")
    await wire.ask('STREAM FILE "demo-congrats" "0123456789*#" 0')
    await wire.rest()


async def dead(wire: Wire) -> None:
    for text in ("NOOP", 'GET VARIABLE "WHAT"', 'STREAM FILE "beep" "" 0', "CHANNEL STATUS"):
        await wire.ask(text)
    await wire.rest()


async def forge(wire: Wire) -> None:
    await wire.line()
    await wire.rest(0.5)
    await wire.ask("NOOP")


async def gbk(wire: Wire) -> None:
    await wire.ask("NOOP")


Script = Callable[[Wire], Awaitable[None]]
SCRIPTS: dict[str, tuple[str, str, Script]] = {
    "normal-call": ("agi", "wait", normal),
    "variables": ("agi", "wait", variables),
    "hangup-in-stream-file": ("agi", "hang", stream_then_dead),
    "hangup-idle": ("agi", "hang", idle),
    "hangup-agisighup-no": ("quiet", "hang", quiet),
    "hangup-agiexitonhangup": ("leave", "hang", leave),
    "hangup-agiexitonhangup-idle": ("leave", "hang", leave_idle),
    "wrong-usage": ("agi", "wait", usage),
    "get-data-timeout": ("agi", "wait", none),
    "get-data-full": ("agi", "k1234", one),
    "get-data-terminated": ("agi", "k12#", one),
    "get-data-empty": ("agi", "k#", one),
    "get-data-partial": ("agi", "k12", one),
    "get-data-barge-in": ("agi", "k12", barge),
    "get-data-hangup": ("agi", "hang", gone),
    "get-data-joined": ("agi", "wait", joined),
    "read-timeout": ("agi", "wait", read),
    "read-full": ("agi", "k1234", read),
    "read-terminated": ("agi", "k12#", read),
    "read-empty": ("agi", "k#", read),
    "read-partial": ("agi", "k12", read),
    "read-barge-in": ("agi", "k12", read_barge),
    "read-hangup": ("agi", "hang", read_barge),
    "read-missing-file": ("agi", "wait", read_missing),
    "record-file": ("agi", "k1", record),
    "record-file-hangup": ("agi", "hang", record_gone),
    "keys": ("agi", "k12", digit),
    "dead-channel": ("dead", "wait", dead),
    "forged-caller-name": ("forge", "wait", forge),
    "gbk-caller-name": ("gbk", "wait", gbk),
}


async def play(asterisk: AsteriskProcess, port: int, names: list[str]) -> dict[str, list[str]]:
    """Every script once, one after the other."""
    done: asyncio.Queue[list[str]] = asyncio.Queue()
    script: Script = normal

    async def call(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        wire = Wire(reader, writer)
        try:
            if script is not forge:
                await wire.header()
            await script(wire)
        except (TimeoutError, ConnectionError) as error:
            wire.remark(f"{type(error).__name__}")
        wire.close()
        done.put_nowait(wire.notes)

    server = await asyncio.start_server(call, "127.0.0.1", port)
    notes: dict[str, list[str]] = {}
    for name, (context, other, chosen) in SCRIPTS.items():
        script = chosen
        if names and name not in names:
            continue
        await asyncio.to_thread(asterisk.cli, f"channel originate Local/{name}@{context}/n extension {other}@keys")
        notes[name] = await asyncio.wait_for(done.get(), 90)
        await asyncio.to_thread(asterisk.cli, "channel request hangup all")
        print(f"{name}: {len(notes[name])} lines", flush=True)  # noqa: T201  # a tool that talks to a person
    server.close()
    return notes


def main(folder: Path, names: list[str]) -> None:
    port = int(os.environ.get("RECORD_PORT", "14573"))
    with tempfile.TemporaryDirectory(prefix="agi-record-") as own:
        files = CONFIG | {"extensions.conf": EXTENSIONS.format(port=port)}
        root = os.environ.get("LAB_ROOT")
        # an empty folder of the same name hides Asterisk's documentation, which makes its usage errors one line
        hidden = tuple(Path(path) for path in os.environ.get("RECORD_HIDE", "").split())
        setup = Setup(Path(own), (), files, root=Path(root) if root else None, read=hidden)
        with AsteriskProcess(setup) as asterisk:
            version = re.search(r"Asterisk (\d+\.\d+\.\d+)", asterisk.cli("core show version"))
            notes = asyncio.run(play(asterisk, port, names))
            if os.environ.get("RECORD_LOG"):
                print((asterisk.log / "full").read_text(errors="replace")[-20000:])  # noqa: T201  # asked for
                print(asterisk.cli("agi show commands"))  # noqa: T201  # asked for
    found = version[1] if version else "unknown"
    for name, lines in notes.items():
        head = f"# Asterisk {found}, {name}"
        (folder / f"asterisk-{found}-{name}.txt").write_text("\n".join([head, *lines]) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
