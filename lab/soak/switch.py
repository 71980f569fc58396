"""The queues of a soak, and how Asterisk is told of them: beside a rendered hotline, in files of its own. Pure.

Callers come from an address of their own, so that they reach the queues without the hotline's flow, and press keys by
SIP INFO: no sound is needed, which lets two cores bear ten calls a second.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from dialplan.extensions import log_refusal
from dialplan.render import shipped_folder

if TYPE_CHECKING:
    from collections.abc import Mapping

CALLERS: Final = "127.0.0.3"
"""Where the soak's callers live."""
CONTEXT: Final = "soak"
LEFT: Final = "soak-left"
"""First word of what the dialplan writes into messages.log when a caller comes out of a queue."""
_LEFT_AS: Final = f"{LEFT} ${{EPOCH}} ${{CHANNEL(uniqueid)}} ${{CALLERID(num)}}"
ANNOUNCEMENT: Final = "120"
"""A number behind which nobody is: a second of silence."""


@dataclass(frozen=True, slots=True)
class Group:
    """Agents whose phones behave alike.

    Attributes:
        numbers: Their numbers.
        queue: The hotline's queue they belong to, in `hotline.yaml`; empty: only in queues of the soak's own file.
    """

    numbers: tuple[str, ...]
    queue: str = ""


def _numbers(first: int, count: int) -> tuple[str, ...]:
    return tuple(str(number) for number in range(first, first + count))


QUICK: Final = Group(_numbers(2001, 14), "soak")
SHARED: Final = Group(_numbers(2021, 12))
"""As quick; behind the queues where something more happens."""
PATIENT: Final = Group(_numbers(2041, 7))
"""Their talks are ended by the caller."""
DEAF: Final = Group(_numbers(2051, 8))
"""They never answer."""
BUSY: Final = Group(("2061",))
"""The phone says busy."""
GROUPS: Final = (QUICK, SHARED, PATIENT, DEAF, BUSY)


@dataclass(frozen=True, slots=True)
class Line:
    """One number of the soak: what stands behind it."""

    number: str
    queue: str
    longest_s: int
    members: tuple[str, ...] = ()
    settings: Mapping[str, str] | None = None
    then: str = ""
    """The number a caller is sent to whom nobody answered."""


LINES: Final = (
    Line("100", "soak", 20, then="102"),
    Line("101", "soak-patient", 20, PATIENT.numbers),
    Line("102", "soak-deaf", 2, DEAF.numbers[:3], {"context": "soak-keys"}),
    Line("103", "soak-deaf", 30),
    Line("104", "soak-deaf", 30),
    Line("105", "soak-withdraw", 30, DEAF.numbers[3:4]),
    Line("106", "soak-redirect", 30, DEAF.numbers[4:5]),
    Line("107", "soak-empty", 30, (), {"joinempty": "no"}),
    Line("108", "soak-leave", 30, DEAF.numbers[5:6], {"joinempty": "paused", "leavewhenempty": "paused"}),
    Line("109", "soak-full", 4, DEAF.numbers[6:7], {"maxlen": "2"}),
    Line("110", "soak-busy", 20, (*BUSY.numbers, *SHARED.numbers[:3])),
    Line("111", "soak-transfer", 20, SHARED.numbers[3:9]),
    Line("112", "soak-ringall", 20, SHARED.numbers[9:12], {"strategy": "ringall"}),
    Line("113", "soak-twice", 1, DEAF.numbers[7:8], then="100"),
)

_QUEUE: Final = {
    "strategy": "rrmemory",
    "timeout": "3",
    "retry": "1",
    "wrapuptime": "0",
    "joinempty": "yes",
    "leavewhenempty": "no",
    "ringinuse": "no",
    "musicclass": "none-at-all",
}


def files() -> dict[str, str]:
    """What Asterisk's folder has instead of the files we ship: those, and the soak's own behind them."""
    own = {"queues.conf": queues(), "extensions.conf": extensions(), "pjsip.conf": _ENDPOINT}
    shipped = shipped_folder()
    told = {name: f"{(shipped / name).read_text('utf-8')}\n{text}" for name, text in own.items()}
    return told | {"features.conf": _FEATURES}


def queues() -> str:
    """The queues that are not the hotline's."""
    sections: list[str] = []
    for line in LINES:
        if line.queue == QUICK.queue or f"[{line.queue}]" in "".join(sections):
            continue
        settings = [f"{name} = {value}" for name, value in {**_QUEUE, **(line.settings or {})}.items()]
        members = [f"member = PJSIP/{number},0,{name_of(number)},PJSIP/{number}" for number in line.members]
        sections.append("\n".join([f"[{line.queue}]", *settings, *members, ""]))
    return "\n".join(sections)


def extensions() -> str:
    """The numbers; after each queue the dialplan tells how the caller came out, a witness of its own."""
    parts = [f"[{CONTEXT}]"]
    for line in LINES:
        parts += [
            f"exten => {line.number},1,Answer()",
            f" same => n,MSet(__HL_NUMBER={line.number},HL_QUEUE={line.queue},QUEUESTATUS=)",
            f" same => n,Queue({line.queue},ct,,,{line.longest_s})",
            *(f" same => {step}" for step in log_refusal(line.queue)),
            f" same => n(let_in),Log(NOTICE,{_LEFT_AS} {line.queue} =${{QUEUESTATUS}})",
            *([f' same => n,GotoIf($["${{QUEUESTATUS}}" = "TIMEOUT"]?{line.then},1)'] if line.then else []),
            " same => n,Hangup()",
        ]
    parts += [f"exten => {ANNOUNCEMENT},1,Answer()", " same => n,Wait(1)", " same => n,Hangup()"]
    parts += ["[soak-keys]", f"exten => 1,1,Goto({CONTEXT},{ANNOUNCEMENT},1)"]
    return "\n".join([*parts, ""])


def name_of(number: str) -> str:
    """An agent's name."""
    return f"Soak {number}"


def hotline_edits() -> tuple[tuple[str, str, str], ...]:
    """Changes to the sample's settings: the queue `soak`, and every agent."""
    queue = (
        "queues:\n  soak:\n    title: {zh-CN: 耐久, yue-HK: 耐久, en: Soak}\n    strategy: rrmemory\n    ring: 3s\n"
        "    wrap_up: 1s\n    max_length: 100\n    service_level: {answer_within: 20s, target: 80}\n"
        "    short_abandon: 5s\n"
    )
    people = [
        f'  "{number}": {{name: {name_of(number)}, queues: {{{f"{group.queue}: 0" if group.queue else ""}}}, '
        "secret: {env: HOTLINE_AGENT_SECRET}}"
        for group in GROUPS
        for number in group.numbers
    ]
    return (
        ("hotline.yaml", "queues:\n", queue),
        ("hotline.yaml", "agents:\n", "\n".join(["agents:", *people, ""])),
        ("hotline.yaml", "ring: 12s", "ring: 4s"),
    )


_ENDPOINT: Final = f"""
[soak]
type = endpoint
context = {CONTEXT}
disallow = all
allow = alaw
identify_by = ip
dtmf_mode = info
direct_media = no
rtp_symmetric = yes
force_rport = yes
rewrite_contact = yes
allow_transfer = no
trust_id_inbound = yes

[soak-callers]
type = identify
endpoint = soak
match = {CALLERS}
"""
_FEATURES: Final = """[general]
transferdigittimeout = 3
atxfernoanswertimeout = 15

[featuremap]
atxfer => *2
"""
