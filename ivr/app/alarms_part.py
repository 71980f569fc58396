"""The alarms of a running hotline: what is watched and who is told, put together for the process that serves boards."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import structlog

from dialplan.report import as_text
from ivr.app.letters import Written
from ivr.app.timetables import Timetables
from ivr.config.alarms import load_alarms
from ivr.config.kinds import SecretRef
from ivr.config.secrets import SecretMissingError, resolve_secret
from wallboard.alarms.delivering import NotDeliveredError, PostedJson, StartedProgram
from wallboard.alarms.messages import From
from wallboard.alarms.rules import Command, Secret, Webhook
from wallboard.alarms.sending import Sending
from wallboard.alarms.watching import AlarmWatch

if TYPE_CHECKING:
    from pathlib import Path

    from ivr.app.loading import Ready
    from ivr.config.load import Loaded
    from store.engine import Store
    from wallboard.alarms.delivering import Way
    from wallboard.alarms.messages import Message
    from wallboard.alarms.rules import Alarms, Sender
    from wallboard.hub import Hub

FILE = "alarms.json"

log = structlog.get_logger("alarms")


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)


def alarms_of(loaded: Loaded) -> Alarms:
    """The alarms of a folder. A mistake in the file is told with its report, and the system watched all the same."""
    found = load_alarms(loaded)
    if not found.is_sound:
        sys.stderr.write(as_text(found.diagnostics, found.sources))
        log.error("alarms_with_mistakes", file="alarms.yaml", watched=sorted(found.alarms.rules))
    return found.alarms


def watched_trunks(alarms: Alarms) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Addresses of record and registrations that the bridge has to look after."""
    rules = alarms.rules.values()
    names = dict.fromkeys(name for rule in rules for name in rule.trunks)
    return tuple(names), tuple(dict.fromkeys(name for rule in rules for name in rule.registrations))


def from_of(ready: Ready, alarms: Alarms) -> From:
    """Whose messages they are."""
    return From(ready.hotline.name, ready.hotline.node, alarms.language)


def way_of(sender: Sender, ready: Ready) -> Way:
    """How a sender's messages leave the house; one whose secret is missing says so whenever it is to deliver."""
    try:
        match sender:
            case Webhook():
                url = sender.url if isinstance(sender.url, str) else _secret(sender.url, ready.folder)
                key = None if sender.secret is None else _secret(sender.secret, ready.folder)
                return PostedJson(url, key, sender.timeout_s)
            case Command():
                return StartedProgram(sender.argv, sender.timeout_s)
            case _:
                return Written(sender, ready)
    except SecretMissingError as missing:
        return Unable(str(missing))


class Unable:
    """A sender that lacks something."""

    def __init__(self, why: str) -> None:
        self._why = why

    async def deliver(self, _: Message) -> str:
        """See `Way`: it never arrives."""
        raise NotDeliveredError(self._why, again=False)


def _secret(place: Secret, folder: Path) -> str:
    return resolve_secret(SecretRef(env=place.env) if place.env else SecretRef(file=place.file), folder)


def watch_of(ready: Ready, hub: Hub, store: Store) -> AlarmWatch:
    """The watch, ready to run."""
    alarms, hotline = alarms_of(ready.loaded), ready.hotline
    tables = Timetables(hotline.hours, ZoneInfo(hotline.time_zone))
    senders = {
        name: Sending(name, way_of(sender, ready), sender.tries, alarms.at_most, now)
        for name, sender in alarms.senders.items()
    }
    return AlarmWatch(
        alarms,
        hub,
        store,
        senders,
        of=from_of(ready, alarms),
        kept=ready.places.state / FILE,
        is_open=tables.is_open,
        clock=now,
    )
