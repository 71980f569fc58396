"""The switch the traps are played on: a dialplan of made-up people, queues by hand, as few modules as it takes.

Callers and most agents are Local channels that run a line of dialplan, so a call costs no SIP and no sound. An agent's
extension says what he does: `talks-2-anna` answers and hangs up after two seconds, `rings-bob` never answers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lab.asterisk import AsteriskProcess, Setup

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from lab.ports import Ports

SECRET = "s3cret"

EXTENSIONS = """\
[general]
static=yes
autofallthrough=yes

; A caller: he enters the queue of that name, and what comes after it is in AFTER.
[callers]
exten => _[0-9a-z]!,1,Answer()
 same => n,Set(__HL_NUMBER=96956)
 same => n,Set(HL_QUEUE=${EXTEN})
 same => n,Queue(${EXTEN},${OPTIONS},,${ANNOUNCE},${LONGEST},,${GOSUB})
 same => n,Set(HL_RESULT=queue:${QUEUESTATUS})
 same => n,GotoIf($["${AFTER}" != ""]?callers,${AFTER},1)
 same => n,Wait(0.2)
 same => n,Hangup()

; The person who holds the caller's telephone.
[people]
exten => stays,1,Answer()
 same => n,Wait(90)
 same => n,Hangup()
exten => _stays-.,1,Answer()
 same => n,Wait(${EXTEN:6})
 same => n,Hangup()
exten => _presses-X-.,1,Answer()
 same => n(on),Wait(${EXTEN:10})
 same => n,SendDTMF(${EXTEN:8:1})
 same => n,Goto(on)

; Where keys of callers who wait lead.
[keys]
exten => 9,1,Set(HL_RESULT=key:9)
 same => n,Wait(0.2)
 same => n,Hangup()

; Agents. In a pattern `n` is a digit, so it stands in brackets.
[agents]
exten => _talks-.,1,Wait(0.2)
 same => n,Answer()
 same => n,Wait(${CUT(EXTEN,-,2)})
 same => n,Hangup()
exten => _stays-.,1,Wait(0.2)
 same => n,Answer()
 same => n,Wait(90)
exten => _ri[n]gs-.,1,Ringing()
 same => n,Wait(90)
exten => _busy-.,1,Busy()
exten => _refuses-.,1,Congestion()
exten => _pho[n]e-.,1,Dial(PJSIP/${EXTEN:6})
exten => _through-.,1,Dial(Local/${EXTEN:8}@agents,60)

; Runs between the line and the talk, on the agent's channel.
[slow]
exten => s,1,Wait(2)
 same => n,Return()
"""

MODULES = """\
[modules]
autoload=no
load=res_timing_timerfd.so
load=pbx_config.so
load=app_queue.so
load=app_dial.so
load=app_stack.so
load=app_userevent.so
load=app_verbose.so
load=app_playback.so
load=app_exec.so
load=app_senddtmf.so
load=bridge_simple.so
load=bridge_softmix.so
load=bridge_holding.so
load=bridge_builtin_features.so
load=bridge_builtin_interval_features.so
load=codec_ulaw.so
load=codec_alaw.so
load=codec_gsm.so
load=format_gsm.so
load=format_wav.so
load=format_pcm.so
load=func_channel.so
load=func_callerid.so
load=func_strings.so
load=func_logic.so
load=func_cut.so
load=func_global.so
load=func_devstate.so
load=res_musiconhold.so
load=res_manager_devicestate.so
"""

QUEUES = """\
[general]
persistentmembers=no
shared_lastcall=yes
autofill=yes
log_membername_as_agent=no
{general}
[base](!)
strategy=ringall
timeout=5
retry=1
wrapuptime=0
joinempty=yes
leavewhenempty=no
ringinuse=no
context=keys
"""

MANAGER = """\
[general]
enabled=yes
bindaddr=127.0.0.1
port={port}
timestampevents=yes
channelvars=HL_LANGUAGE,HL_VIP,HL_FLOWID,HL_NUMBER,HL_QUEUE,HL_PRIORITY
[hotline]
secret={secret}
read=all
write=all
writetimeout=5000
"""

LOGGER = """\
[general]
queue_log=yes
queue_log_to_file=yes
queue_adaptive_realtime=no
[logfiles]
messages.log => notice,warning,error
"""


@dataclass(frozen=True, slots=True)
class Switch:
    """What is special about one file's switch."""

    queues: Mapping[str, str] = field(default_factory=dict)
    """Settings of each queue, beyond those of `base`; lines joined by newlines."""
    general: str = ""
    """More of queues.conf's [general]."""
    modules: tuple[str, ...] = ()
    """More modules."""
    extensions: str = ""
    """More dialplan."""
    files: Mapping[str, str] = field(default_factory=dict)
    """More files of Asterisk's configuration."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """What Asterisk finds in its environment."""

    def queues_conf(self) -> str:
        """queues.conf."""
        queues = (f"[{name}](base)\n{more}\n" for name, more in self.queues.items())
        return QUEUES.format(general=self.general) + "".join(queues)

    def process(self, folder: Path, ports: Ports) -> AsteriskProcess:
        """The Asterisk, not started yet."""
        files = {
            "extensions.conf": EXTENSIONS + self.extensions,
            "modules.conf": MODULES + "".join(f"load={name}.so\n" for name in self.modules),
            "queues.conf": self.queues_conf(),
            "manager.conf": MANAGER.format(port=ports.ami, secret=SECRET),
            "logger.conf": LOGGER,
            **self.files,
        }
        return AsteriskProcess(Setup(folder, [], files, environment=self.environment))
