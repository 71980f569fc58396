from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lab.asterisk import AsteriskProcess, Setup
from lab.listening import PromptIndex, linear_to_alaw
from lab.ports import Ports, claim_ports
from lab.rootfs import find_rootfs

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

PASSWORD = "phone-secret-1"
_CONF = Path(__file__).parents[2] / "asterisk-conf"


def tone(hertz: float, frames: int, *, lead: int = 0) -> bytes:
    """A-law sound that nobody else makes: a tone that climbs slowly, after `lead` silent frames."""
    steps = range(frames * 160)
    samples = [round(9000 * math.sin(2 * math.pi * (hertz + at / 97) * at / 8000)) for at in steps]
    return b"\xd5" * (160 * lead) + linear_to_alaw(samples)


@dataclass(frozen=True, slots=True)
class Line:
    """A running switch with its prompts."""

    asterisk: AsteriskProcess
    ports: Ports
    index: PromptIndex

    @property
    def switch(self) -> tuple[str, int]:
        return "127.0.0.1", self.ports.sip


def endpoint(number: str) -> str:
    return f"""
[{number}]
type=endpoint
context=phones
disallow=all
allow=alaw
auth={number}
aors={number}
direct_media=no
[{number}]
type=auth
auth_type=digest
username={number}
password={PASSWORD}
[{number}]
type=aor
max_contacts=1
remove_existing=yes
"""


def config_files(ports: Ports, sounds: Path) -> dict[str, str]:
    """The smallest house a phone can call: whoever comes from loopback, and registered phones 1001 and 1002."""
    return {
        "generated/rtp-general.conf": f"rtpstart={ports.rtp_start}\nrtpend={ports.rtp_end}\n",
        "generated/manager-general.conf": f"port={ports.ami}\n",
        "generated/pjsip-transport.conf": f"[udp]\ntype=transport\nprotocol=udp\nbind=127.0.0.1:{ports.sip}\n",
        "generated/pjsip-hotline.conf": (
            endpoint("1001")
            + endpoint("1002")
            + "[callers]\ntype=endpoint\ncontext=callers\ndisallow=all\nallow=alaw\ndirect_media=no\n"
            "[callers]\ntype=identify\nendpoint=callers\nmatch=127.0.0.1\n"
        ),
        "generated/extensions-hotline.conf": f"""
[phones]
exten => _X.,1,Goto(callers,${{EXTEN}},1)
[callers]
exten => 100,1,Answer()
 same => n,Playback({sounds}/climb)
 same => n,Playback({sounds}/odd&{sounds}/climb)
 same => n,Hangup()
exten => 200,1,Answer()
 same => n,Read(PRESSED,{sounds}/climb,4,,1,8)
 same => n,Set(DB(pressed/${{CALLERID(num)}})=${{PRESSED}})
 same => n,Set(DB(name/${{CALLERID(num)}})=${{CALLERID(name)}})
 same => n,Hangup()
exten => 1001,1,Dial(PJSIP/1001,20)
 same => n,Set(DB(dialled/1001)=${{DIALSTATUS}})
 same => n,Hangup()
exten => 300,1,Answer()
 same => n,Wait(30)
""",
    }


def modules() -> str:
    """The shipped list and the applications this house uses beside."""
    shipped = (_CONF / "modules.conf").read_text()
    return shipped + "\nload = app_read.so\nload = res_pjsip_endpoint_identifier_ip.so\n"


def start_line(folder: Path, root: Path | None = None) -> Generator[Line]:
    block = claim_ports()
    sounds = folder / "sounds"
    sounds.mkdir(parents=True)
    index = PromptIndex()
    # `odd` is no whole number of packets long: what follows it begins in the middle of one.
    for name, audio in (("climb", tone(300, 60, lead=4)), ("odd", tone(700, 30) + b"\xd5" * 77)):
        (sounds / f"{name}.alaw").write_bytes(audio)
        index.add(name, audio, text=f"{name} in words", language="en")
    files = config_files(block.ports, sounds) | {"modules.conf": modules()}
    setup = Setup(folder=folder / "asterisk", config=[_CONF], files=files, read=[sounds], root=root)
    try:
        with AsteriskProcess(setup) as asterisk:
            yield Line(asterisk, block.ports, index)
    finally:
        block.close()


@pytest.fixture(scope="session")
def rootfs() -> Path:
    root = find_rootfs()
    if root is None:
        pytest.skip("no Asterisk: lab/rootfs.sh builds one")
    return root


@pytest.fixture(scope="session")
def line(tmp_path_factory: pytest.TempPathFactory, rootfs: Path) -> Iterator[Line]:
    yield from start_line(tmp_path_factory.mktemp("line"), rootfs)
