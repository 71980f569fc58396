r"""The dialplan of a hotline: a call as a row of segments, and the way to a person that needs nobody's service.

A segment is one visit to the service (`hotline-run`). The service's last word is HL_NEXT: what Asterisk does next by
itself (`hotline-do`), and after that the next segment begins. Who waits or talks is in Asterisk's hands alone.

What ends a segment, and where the caller goes (each line was tried on Asterisk 22.10.1):

| what happened to the service           | AGISTATUS | HL_NEXT | caller not served yet         | right after a talk |
| -------------------------------------- | --------- | ------- | ----------------------------- | ------------------ |
| said what comes next                   | SUCCESS   | set     | `hotline-do`                  | `hotline-do`       |
| refuses, or no answer in 2 s           | FAILURE   | empty   | next server, then rescue queue| goodbye            |
| dies in the middle                     | SUCCESS   | empty   | rescue queue                  | goodbye            |
| stalls; the bridge redirects the call  | –         | empty   | rescue queue                  | goodbye            |
| said something unknown                 | SUCCESS   | odd     | rescue queue                  | goodbye            |
| sends the call round more than allowed | –         | –       | rescue queue                  | goodbye            |
| the caller hung up                     | HANGUP    | –       | the call is over              | the call is over   |

The rescue queue ends in the goodbye when somebody talked to the caller, and in the word that all lines are busy when it
is empty, full, unknown or took too long. A last word whose sound is missing becomes the congestion tone. No arrow leads
back: the rescue queue is entered once, and no key leads out of it, so there is no loop, and never silence.

"Served" is HL_SERVED=yes: set when an agent hung up first in the queue (QUEUESTATUS=CONTINUE, option `c`) or a dialled
party answered, cleared when the caller enters the next wait. A flow that goes on after a talk with something new may
clear it itself.

HL_AGI is the address of the server asked last: while the caller is in `hotline-run`, of the one that leads the call.
The application does not tell: an EXEC of the server leaves its own name and arguments there (`ami_bridge.watchdog`).

Two channel variables decide how AGI ends. AGIEXITONHANGUP=yes makes Asterisk leave the service at once when the channel
is hung up *or redirected* (a redirect is a soft hang-up to `run_agi`); without it a redirected caller stays with a
stalled service for ever. AGISIGHUP stays at its default, so the service still reads a line `HANGUP` before the
connection closes. Source: res_agi.c `run_agi`, `agi_exec_full` (22.10.1).

Nothing a caller sends (caller-ID, SIP headers) is ever expanded here, so quotes, brackets or `${…}` in it mean nothing.
What the service sets is filtered where it becomes an argument.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dialplan.text import line_value

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dialplan.model import AgiServer, Number, Rescue, Switch

NUMBERS = "hotline-numbers"
"""Context of the trunks: one extension for each number."""
RUN = "hotline-run"
"""Context of one segment."""
DO = "hotline-do"
"""Context of what Asterisk does between two segments."""
RESCUE = "hotline-rescue"
"""Context the bridge redirects stranded callers to (extension `s`)."""
BYE = "hotline-bye"
"""Context of the last words."""
AGENTS = "hotline-agents"
"""Context of the agents' telephones."""

PLACE_DIGITS = 4
"""Of a place in QUEUE_WITHDRAW_INFO: the queue's name comes behind (`ami_bridge.acts.on_callers`)."""

KEYS = "hotline-keys"
"""Context app_queue looks into when a waiting caller presses a key."""
KEY = "hotline-key"
"""Context of a key that led out of a queue."""
LISTEN = "hotline-listen"
"""Context of a supervisor's telephone that listens to a talk."""
SPYING = {"listen": "uqES", "whisper": "uqESw", "barge": "uqESB"}
"""Extension by extension, ChanSpy's options: one channel exactly, no beep, an end with its end; and who hears us.

No `d`, `X`, `c` or `x`: no key of the telephone opens the microphone or leads to another talk. Source: app_chanspy.c
and `core show application ChanSpy` (22.10.1)."""

RESCUES = 3
"""How often one call may enter the rescue queue: again only when an agent there sent the caller on in vain."""

_KEYS_SWITCH = f"eswitch => Loopback/@{KEY}/_[x${{HL_KEYS}}]"
_DIGITS = "0-9"
_QUEUE = r"A-Za-z0-9_.\-"
"""What may stand in a queue's name."""
_DESTINATION = r"A-Za-z0-9/@:+.*#_\-"
r"""What may stand in a dialled destination: `PJSIP/1001`, `PJSIP/13800138000@trunk`. No comma, so no Dial option.

FILTER takes a bare `-` for a range, at the end as well, and then drops every `-` of the value; `\-` is the character.
Source: func_strings.c `filter` (22.10.1, tried)."""


def agi_url(server: AgiServer) -> str:
    """Where this server is asked for flows, without the flow's name: `agi://127.0.0.1:4573/flow/`."""
    return f"agi://{agi_address(server)}/flow/"


def agi_address(server: AgiServer) -> str:
    """The server as HL_AGI names it, by which the bridge knows whose callers are stranded: `[2001:db8::1]:4573`."""
    host = f"[{server.host}]" if ":" in server.host else server.host
    return f"{host}:{server.port}"


def extensions(switch: Switch) -> str:
    """The text of `extensions-hotline.conf`, without the marker. The switch has passed `dialplan.check`."""
    parts = [
        _context(NUMBERS, "Numbers callers dial.", (_number(number) for number in switch.numbers)),
        _context(RUN, "One segment: the service says what comes next.", [_run(switch)]),
        _context(DO, "What Asterisk does by itself between two segments.", _do(switch)),
        _context(RESCUE, "A person, without the service.", [_rescue(switch.rescue, switch.sounds_dir)]),
        _context(BYE, "Last words.", _bye(switch.rescue, switch.sounds_dir)),
        _context(AGENTS, "What agents can dial and transfer to: each other and queues.", _agents(switch)),
        _keys(),
        _context(KEY, "A key led out of a queue.", map(_key, "0123456789*#")),
        _context(LISTEN, "A supervisor listens. Nobody can dial this; the bridge sends telephones here.", _listening()),
    ]
    return "\n".join(parts)


def _context(name: str, purpose: str, blocks: Iterable[list[str]]) -> str:
    lines = [f"[{name}]", f"; {purpose}"]
    for first, *rest in blocks:
        lines.append(f"exten => {line_value(first)}")
        lines += [f" same => {line_value(step)}" for step in rest]
    return "\n".join(lines) + "\n"


def _number(number: Number) -> list[str]:
    return [
        f"{number.extension},1,Set(__HL_NUMBER={number.extension})",
        f"n,Set(HL_FLOW={number.flow})",
        "n,Set(HL_SEGMENT=0)",
        f"n,Set(CHANNEL(language)={number.language})",
        "n,Answer()",
        f"n,Goto({RUN},s,1)",
    ]


def _run(switch: Switch) -> list[str]:
    lines = [
        "s,1,MSet(HL_NEXT=,HL_QUEUE=,HL_PRIORITY=,HL_LONGEST=,HL_TO=,HL_RING=,HL_KEYS=,HL_ANNOUNCE=,HL_MUSIC=,HL_PLACE=,HL_FROM=)",
        _own_language(),
        "n,Set(HL_SEGMENT=$[0${HL_SEGMENT} + 1])",
        f"n,GotoIf($[${{HL_SEGMENT}} > {switch.most_segments}]?{RESCUE},s,1)",
        "n,Set(AGIEXITONHANGUP=yes)",
    ]
    for position, server in enumerate(switch.agi):
        if position:
            # A service that spoke and then failed is not asked again elsewhere: the caller would hear it all twice.
            lines.append('n,GotoIf($["${AGISTATUS}${HL_NEXT}" != "FAILURE"]?asked)')
        lines += [
            f"n,Set(HL_AGI={agi_address(server)})",
            f"n,AGI({agi_url(server)}${{HL_FLOW}},${{HL_CURSOR}},${{HL_RESULT}})",
        ]
    return [
        *lines,
        f'n(asked),GotoIf($["${{HL_NEXT}}" = ""]?{RESCUE},s,1)',
        f"n,Goto({DO},${{HL_NEXT}},1)",
    ]


def _do(switch: Switch) -> Iterable[list[str]]:
    yield [
        "queue,1,MSet(HL_SERVED=,HL_VISIT=$[0${HL_VISIT} + 1])",
        f"n,Set(QUEUE_PRIO=${{FILTER({_DIGITS},${{HL_PRIORITY}})}})",
        f"n,Set(HL_LONGEST=${{FILTER({_DIGITS},${{HL_LONGEST}})}})",
        f"n,Set(HL_LONGEST={_or_else('HL_LONGEST', switch.longest_wait_s)})",
        _own_music(),
        "n,MSet(QUEUESTATUS=,QUEUE_WITHDRAW_INFO=)",
        "n,Queue(${HL_QUEUE},c,,,${HL_LONGEST},,,,${HL_PLACE})",
        "n,Set(HL_PLACE=)",
        *moved_on(),
        *log_refusal("${HL_QUEUE}"),
        # Whom a supervisor sent to a queue that turns him away has not lost his place.
        f'n,GotoIf($["${{HL_FROM}}" != ""]?{DO},back,1)',
        'n(let_in),Set(HL_SERVED=${IF($["${QUEUESTATUS}" = "CONTINUE"]?yes)})',
        "n,Set(HL_RESULT=queue:${QUEUESTATUS})",
        f"n,Goto({RUN},s,1)",
    ]
    yield [
        "dial,1,Set(HL_SERVED=)",
        f"n,Set(HL_TO=${{FILTER({_DESTINATION},${{HL_TO}})}})",
        f"n,Set(HL_RING=${{FILTER({_DIGITS},${{HL_RING}})}})",
        f"n,Set(HL_RING={_or_else('HL_RING', switch.ring_s)})",
        "n,Set(DIALSTATUS=)",
        "n,Dial(${HL_TO},${HL_RING},g)",
        'n,Set(HL_SERVED=${IF($["${DIALSTATUS}" = "ANSWER"]?yes)})',
        "n,Set(HL_RESULT=dial:${DIALSTATUS})",
        f"n,Goto({RUN},s,1)",
    ]
    # Without `g` an answered call ends with its talk; what comes back was not answered.
    yield [
        "transfer,1,Set(HL_SERVED=)",
        f"n,Set(HL_TO=${{FILTER({_DESTINATION},${{HL_TO}})}})",
        f"n,Set(HL_RING=${{FILTER({_DIGITS},${{HL_RING}})}})",
        f"n,Set(HL_RING={_or_else('HL_RING', switch.ring_s)})",
        "n,Set(DIALSTATUS=)",
        "n,Dial(${HL_TO},${HL_RING})",
        "n,Set(HL_RESULT=transfer:${DIALSTATUS})",
        f"n,Goto({RUN},s,1)",
    ]
    yield [
        "moved,1,Set(HL_FROM=${HL_QUEUE})",
        f"n,Set(HL_PLACE=${{FILTER({_DIGITS},${{QUEUE_WITHDRAW_INFO:0:{PLACE_DIGITS}}})}})",
        f"n,Set(HL_QUEUE=${{FILTER({_QUEUE},${{QUEUE_WITHDRAW_INFO:{PLACE_DIGITS}}})}})",
        'n,GotoIf($["${HL_FLOW}" = ""]?inside)',
        f"n,Goto({DO},queue,1)",
        f"n(inside),Queue(${{HL_QUEUE}},c,,,{switch.longest_wait_s},,,,${{HL_PLACE}})",
        "n,Hangup()",
    ]
    yield ["back,1,MSet(HL_QUEUE=${HL_FROM},HL_FROM=,HL_PLACE=1)", f"n,Goto({DO},queue,1)"]
    yield ["hangup,1,Hangup()"]
    yield [f"rescue,1,Goto({RESCUE},s,1)"]
    yield [f"i,1,Goto({RESCUE},s,1)"]


def _rescue(rescue: Rescue, sounds_dir: str) -> list[str]:
    lines = [
        "s,1,Answer()",
        _own_language(),
        "n,MSet(HL_KEYS=,HL_ANNOUNCE=,HL_MUSIC=)",
        "n,Set(CHANNEL(musicclass)=)",
        f'n,GotoIf($["${{HL_SERVED}}" = "yes"]?{BYE},served,1)',
    ]
    if not rescue.queue:
        return [*lines, f"n,Goto({BYE},busy,1)"]
    return [
        *lines,
        "n,Set(HL_RESCUES=$[0${HL_RESCUES} + 1])",
        f"n,GotoIf($[${{HL_RESCUES}} > {RESCUES}]?{BYE},busy,1)",
        f"n,Playback({_sound(sounds_dir, rescue.hold_sound)})",
        # Of a caller turned away at the door only QUEUESTATUS tells, and HL_QUEUE of which queue.
        f"n,MSet(HL_QUEUE={rescue.queue},HL_PRIORITY={rescue.priority},QUEUE_PRIO={rescue.priority})",
        "n,Set(HL_VISIT=$[0${HL_VISIT} + 1])",
        "n,MSet(QUEUESTATUS=,QUEUE_WITHDRAW_INFO=)",
        f"n,Queue({rescue.queue},c,,,{rescue.longest_s})",
        *moved_on(),
        *log_refusal(rescue.queue),
        f'n(let_in),GotoIf($["${{QUEUESTATUS}}" = "CONTINUE"]?{BYE},served,1)',
        f"n,Goto({BYE},busy,1)",
    ]


def _bye(rescue: Rescue, sounds_dir: str) -> Iterable[list[str]]:
    for name, sound in (("served", rescue.bye_sound), ("busy", rescue.busy_sound)):
        yield [
            f"{name},1,Playback({_sound(sounds_dir, sound)})",
            'n,GotoIf($["${PLAYBACKSTATUS}" = "SUCCESS"]?over)',
            "n,PlayTones(congestion)",
            "n,Wait(3)",
            "n(over),Hangup()",
        ]


def _agents(switch: Switch) -> Iterable[list[str]]:
    """A caller who is transferred here goes on with his flow after the talk; an agent's own call just ends."""
    for agent in switch.agents:
        yield [
            f"{agent.id},1,Dial(PJSIP/{agent.id},{switch.ring_s},g)",
            'n,GotoIf($["${HL_FLOW}" = ""]?over)',
            f'n,GotoIf($["${{DIALSTATUS}}" != "ANSWER"]?{RESCUE},s,1)',
            "n,Set(HL_SERVED=yes)",
            "n,Set(HL_RESULT=queue:CONTINUE)",
            f"n,Goto({RUN},s,1)",
            "n(over),Hangup()",
        ]
    for queue in switch.queues:
        if queue.extension:
            yield [
                f'{queue.extension},1,GotoIf($["${{HL_FLOW}}" = ""]?inside)',
                f"n,MSet(HL_QUEUE={queue.name},HL_PRIORITY=,HL_LONGEST=,HL_KEYS=,HL_ANNOUNCE=,HL_MUSIC=,HL_PLACE=,HL_FROM=)",
                f"n,Goto({DO},queue,1)",
                "n(inside),MSet(QUEUESTATUS=,QUEUE_WITHDRAW_INFO=)",
                f"n,Queue({queue.name},c,,,{switch.longest_wait_s})",
                *moved_on(),
                "n(let_in),Hangup()",
            ]


def _keys() -> str:
    """Which keys exist there is decided for each caller at each press: those in HL_KEYS, and no others.

    app_queue asks the queue's context whether there is such an extension (`valid_exit`). A switch that is evaluated for
    the channel (`eswitch`) hands the question on to pbx_loopback, which takes only what its pattern lets through; the x
    makes an empty HL_KEYS a pattern that matches no key. Tried on 22.10.1: a key that is not in HL_KEYS does nothing.
    """
    return f"[{KEYS}]\n; Keys that lead out of a queue: those of the step the caller waits in.\n{_KEYS_SWITCH}\n"


def _key(key: str) -> list[str]:
    """A key leads back to the flow. In the rescue queue, which the flow does not know, HL_KEYS is empty."""
    return [f"{key},1,Set(HL_RESULT=queue:KEY:{key})", f"n,Goto({RUN},s,1)"]


def moved_on() -> list[str]:
    """A caller whom a supervisor took out of the line goes to the one that QUEUE_WITHDRAW_INFO names.

    In it are his place there, in four digits, and the queue's name.

    The place is the one his wait gives him there (Queue()'s last argument; 22 has it ninth, and 20, where the ninth is
    a rule, does without). The flow takes up where it would after any queue. Whoever was withdrawn without such a word
    goes on as always. Source: app_queue.c `request_withdraw_caller_from_queue` (22.10.1, tried).
    """
    return [f'n,GotoIf($["${{QUEUESTATUS}}" = "WITHDRAW" & "${{QUEUE_WITHDRAW_INFO}}" != ""]?{DO},moved,1)']


def _listening() -> Iterable[list[str]]:
    """HL_SPIED is the channel listened to: set by the bridge, never by anybody who calls."""
    for mode, options in SPYING.items():
        yield [f"{mode},1,Answer()", f"n,ChanSpy(${{HL_SPIED}},{options})", "n,Hangup()"]


def log_refusal(queue: str) -> list[str]:
    """A caller turned away at the door gets a line in queue_log: Asterisk writes none itself. `let_in` comes behind.

    QUEUESTATUS is empty before, so it is this queue's. The caller's number is not in it: his own words are never
    expanded. Source: app_queue.c, `queue_exec` logs nothing when `join_queue` refuses, `ql_exec` is QueueLog().
    """
    refused = '"${QUEUESTATUS}" = "FULL" | "${QUEUESTATUS}" = "JOINEMPTY" | "${QUEUESTATUS}" = "JOINUNAVAIL"'
    return [
        f"n,GotoIf($[!({refused})]?let_in)",
        f"n,QueueLog({queue},${{UNIQUEID}},NONE,${{QUEUESTATUS}})",
    ]


def _own_language() -> str:
    """The caller's own language again: for the announcements of a line the bridge puts another word after it."""
    return 'n,Set(CHANNEL(language)=${IF($["${HL_LANGUAGE}" = ""]?${CHANNEL(language)}:${HL_LANGUAGE})})'


def _own_music() -> str:
    """The music on hold of the version the call began with; the queue's own when there is none to tell.

    A class that is set on the channel goes before the queue's, and an unknown one does not (res_musiconhold.c,
    `local_ast_moh_start`): queues.conf has the class of the version that was rendered last.
    """
    return "n,Set(CHANNEL(musicclass)=${HL_MUSIC})"


def _or_else(variable: str, default: int) -> str:
    """The variable's value, or the default when it is empty."""
    return f'${{IF($["${{{variable}}}" = ""]?{default}:${{{variable}}})}}'


def _sound(sounds_dir: str, sound: str) -> str:
    return f"{sounds_dir.rstrip('/')}/${{CHANNEL(language)}}/{sound}"
