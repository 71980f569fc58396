"""What an alarm watches and whom it tells, as `alarms.yaml` says it. Pure data; read from YAML by `ivr.alarms`.

A rule watches a condition of the system (`SYSTEM`) or a metric of queues (`METRICS`). Metrics are the figures of boards
(`wallboard.boards.FIGURES`) and those of the one file of metrics (`store.metrics.definitions`) that the day's counts of
the feed give; what each is worth now is worked out in `wallboard.alarms.worth`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal

from ami_bridge.messages import TodayCounts
from store.metrics.definitions import METRICS as DEFINED
from wallboard.boards import FIGURES
from wallboard.figures import tally_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wallboard.boards import Unit

Severity = Literal["yellow", "red"]

COUNTED: Final = frozenset(tally_of(TodayCounts()).counts)
"""The counts (`store.metrics.counts`) that the feed has of today."""
_UNITS: Final[Mapping[str, Unit]] = MappingProxyType({"share": "per_cent", "seconds": "seconds", "count": "count"})
METRICS: Final[Mapping[str, Unit]] = MappingProxyType(
    {name: figure.unit for name, figure in FIGURES.items()}
    | {name: _UNITS[each.unit] for name, each in DEFINED.items() if set(each.counts) <= COUNTED and name not in FIGURES}
)
"""Every metric of queues a rule can watch, with its unit; shares are per cent."""
OF_AGENTS: Final = frozenset({"free", "ringing", "talking", "wrap_up", "paused", "away"})
"""Metrics that say nothing of their own while many telephones are gone at once."""

NODE, AMI, DATABASE, TRUNK = "node_gone", "ami_gone", "database_gone", "trunk_gone"
NO_AGENTS, FAILED, PHONES = "no_agents", "failed_calls", "phones_gone"
SYSTEM: Final = (NODE, AMI, DATABASE, TRUNK, NO_AGENTS, FAILED, PHONES)
"""Conditions of the system, causes before what follows from them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule. Each of its subjects (a queue, a trunk, the node) is an alarm of its own."""

    name: str
    when: str
    """One of `SYSTEM` or `METRICS`."""
    severity: Severity = "red"
    over: float | None = None
    """A metric is bad above this, in its unit; for `failed_calls` per cent of the calls."""
    under: float | None = None
    """A metric is bad below this."""
    clear_at: float | None = None
    """The value, on the good side of the bound, at which it is good again; None is as soon as it is not bad."""
    for_s: float = 0.0
    """How long it must have been bad before the alarm fires."""
    clear_s: float = 0.0
    """How long it must have been good before the alarm is over."""
    queues: tuple[str, ...] | None = None
    """The queues it watches, one by one; None is all. Of `phones_gone`: whose agents' telephones."""
    trunks: tuple[str, ...] = ()
    """Of `trunk_gone`: names of trunks or of other addresses of record."""
    registrations: tuple[str, ...] = ()
    """Of `trunk_gone`: client URIs of registrations that this Asterisk keeps elsewhere."""
    hours: str = ""
    """The schedule of hotline.yaml outside of which it watches nothing; empty is always."""
    window_s: float = 300.0
    """Of `failed_calls` and `phones_gone`: the time looked back over."""
    count: int = 0
    """`failed_calls`: calls there must be in the window; `phones_gone`: telephones that make it bad, 0 is by share."""
    share: float | None = None
    """`phones_gone`: per cent of the telephones that make it bad."""
    to: tuple[str, ...] = ()
    """Senders it goes to; it is on the boards in any case."""
    repeat_s: float | None = None
    """How often it is told again while it stands; None is never."""
    sound: bool = False
    """Whether boards ring when it fires."""
    title: Mapping[str, str] = field(default_factory=dict)
    """What people see instead of the words of its condition, by language."""


@dataclass(frozen=True, slots=True)
class Secret:
    """Where a secret is; one of the two."""

    env: str = ""
    file: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """A POST of JSON."""

    name: str
    url: str | Secret
    secret: Secret | None = None
    """The key of the signature; None sends none."""
    timeout_s: float = 5.0
    tries: int = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A program, started without a shell."""

    name: str
    argv: tuple[str, ...]
    timeout_s: float = 20.0
    tries: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A letter, through the server that `mail` of hotline.yaml names."""

    name: str
    to: tuple[str, ...]
    timeout_s: float = 15.0
    tries: int = 4


Sender = Webhook | Command | Mail


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarms:
    """What is watched, and who is told."""

    rules: Mapping[str, Rule] = field(default_factory=dict)
    senders: Mapping[str, Sender] = field(default_factory=dict)
    at_most: int = 6
    """Messages a sender gets within a minute; what comes beyond is told together when the minute is over."""
    language: str = "en"
    """The language messages are written in: `zh-Hans`, `zh-Hant` or `en`."""


def built_in(trunks: tuple[str, ...]) -> dict[str, Rule]:
    """What is watched when nobody has written a rule of the kind: on the boards, told to nobody else."""
    rules = [
        Rule(name=NODE, when=NODE, for_s=30.0, clear_s=5.0),
        Rule(name=AMI, when=AMI, for_s=15.0, clear_s=5.0),
        Rule(name=DATABASE, when=DATABASE, for_s=15.0, clear_s=5.0),
    ]
    if trunks:
        rules.append(Rule(name=TRUNK, when=TRUNK, for_s=30.0, clear_s=10.0, trunks=trunks))
    return {rule.name: rule for rule in rules}
