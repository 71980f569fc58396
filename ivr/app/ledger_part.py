"""`hotline ledger`: the history held against Asterisk's own log, and years of it taken in."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from ami_bridge.domain.model import Rules
from ami_bridge.queue_log.aside import forget_in, make_folder, open_for_owner
from ami_bridge.queue_log.reading import pieces
from ami_bridge.reconcile.importing import AT_FULL_SPEED, AnotherAsteriskError, Import, Progress
from ami_bridge.reconcile.keeping import SETTLED
from ami_bridge.reconcile.names import AgentNames
from ami_bridge.reconcile.verifying import Verdict, verify
from ami_bridge.reconcile.verifying_calls import CallVerdict, House, verify_calls
from ivr.app.cel_file import cel_file
from ivr.app.mistakes import MistakeError
from ivr.app.opened import opened_store
from store.queries.bridge import bridge_state
from store.queries.journeys import call
from store.queries.ledger import agent_names, evidence_of_channels
from store.queries.visits import visit
from store.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ami_bridge.queue_log.reading import LogFile
    from ivr.app.loading import Ready
    from store.engine import Store
    from store.queries.journeys import CallStory
    from store.queries.visits import VisitStory
    from store.rows import EvidenceLine

AS_FRESH_AS: Final = timedelta(seconds=5)
"""Visits over more lately than this are not compared: their rows take a moment to be written."""
AROUND: Final = timedelta(seconds=3)
"""How long before and after a visit lines still belong to it: the log has whole seconds, a hang-up comes last."""
_AGENT_CHANNEL: Final = re.compile(r"\bDestUniqueid=(\S+)")
_SPAN: Final = re.compile(r"(\d{1,5})(min|h|d|w)")
_UNIT: Final = {"min": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def moment(said: str, zone: str, now: datetime) -> datetime:
    """What `--since` means: a span back from now, or a local date or time of the hotline.

    Raises:
        MistakeError: it is neither.
    """
    span = _SPAN.fullmatch(said)
    if span is not None:
        return now - timedelta(**{_UNIT[span[2]]: int(span[1])})
    try:
        told = datetime.fromisoformat(said)
    except ValueError:
        raise MistakeError(
            f"--since does not understand '{said}'; expected a span such as 90min, 24h, 7d or 2w, "
            "or a local date or time such as 2026-11-21 or 2026-11-21T09:30"
        ) from None
    return (told if told.tzinfo is not None else told.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)


async def run_verify(
    ready: Ready, since: datetime, node: str | None, log: Sequence[Path], cel: Sequence[Path]
) -> tuple[Verdict, CallVerdict | None]:
    """Compare the ledger with queue_log, and with CEL where there is one (None where there is none).

    Raises:
        MistakeError: a log or the database cannot be read.
    """
    name = node or ready.hotline.node
    elsewhere = node not in {None, ready.hotline.node} or bool(log)
    try:
        olddir = ready.hotline.queue_log_olddir
        files = list(log) or pieces(Path(ready.hotline.queue_log), since, Path(olddir) if olddir else None)
        if not files:
            raise MistakeError(
                f"there is no {ready.hotline.queue_log} with anything since then; "
                "queue_log in hotline.yaml (or HOTLINE_QUEUE_LOG) says where Asterisk writes it"
            )
        events = list(cel) or ([] if elsewhere else pieces(cel_file(ready.hotline), since))
        until = datetime.now(UTC) - AS_FRESH_AS
        async with opened_store(ready) as store:
            names = await _names(ready, store, name)
            verdict = await verify(store, name, files, names, since=since, until=until)
            if not events:
                return verdict, None
            house = House(name, names, queue_extensions(ready))
            return verdict, await verify_calls(store, events, house, since=since, until=until)
    except OSError as wrong:
        raise _unreadable(wrong) from None


def queue_extensions(ready: Ready) -> dict[str, str]:
    """The queue behind each extension that agents transfer to."""
    return {queue.extension: name for name, queue in ready.hotline.queues.items() if queue.extension}


async def run_import(
    ready: Ready, files: Sequence[Path], node: str | None, tell: Callable[[Progress], None]
) -> tuple[Progress, Path]:
    """Take files of queue_log into the ledger; how it went, and where lines that were no facts are kept.

    Raises:
        MistakeError: a file cannot be read or is of another Asterisk, or the database cannot be had.
    """
    name = node or ready.hotline.node
    keep_for = ready.hotline.keep.evidence
    aside = _AsideFolder(ready.places.state / "set-aside" / name, keep_for)
    async with opened_store(ready) as store, Writer(store, tempo=AT_FULL_SPEED) as writer:
        now = datetime.now(UTC)
        watched = await bridge_state(store, name) is not None
        until = now - SETTLED if watched else now + timedelta(days=36_500)
        taking = Import(store, writer, name, await _names(ready, store, name), aside, until, tell)
        try:
            return await taking.run(files), aside.folder
        except AnotherAsteriskError as another:
            raise MistakeError(f"{another}; give it a name of its own with --node") from None
        except OSError as wrong:
            raise _unreadable(wrong) from None


async def evidence_of(ready: Ready, visit_id: str) -> tuple[VisitStory, tuple[EvidenceLine, ...]]:
    """A visit with its ringing, and the lines kept of its caller and agent while it went on.

    Raises:
        MistakeError: there is no such visit, or the database cannot be had.
    """
    async with opened_store(ready) as store:
        story = await visit(store, visit_id)
        if story is None:
            raise MistakeError(
                f"there is no visit {visit_id}; expected the id of one, as `hotline ledger verify` and "
                "/api/v1/visits show it: node/channel/ordinal"
            )
        row = story.visit
        mine = await evidence_of_channels(store, row.node, [row.channel_id])
        agents = {found[1] for line in mine if (found := _AGENT_CHANNEL.search(line.text))}
        theirs = await evidence_of_channels(store, row.node, agents) if agents else ()
    begin, end = row.entered_at - AROUND, (row.ended_at or datetime.now(UTC)) + AROUND
    lines = sorted((*mine, *theirs), key=lambda line: (line.at, line.source))
    return story, tuple(line for line in lines if begin <= line.at <= end)


async def call_of(ready: Ready, named: str) -> tuple[str, CallStory]:
    """A call by its id or by the id of one of its visits, and everything known of it.

    Raises:
        MistakeError: there is no such call, or the database cannot be had.
    """
    async with opened_store(ready) as store:
        of_visit = await visit(store, named) if "/" in named else None
        call_id = of_visit.visit.call_id if of_visit else named
        story = await call(store, call_id)
        if story.is_empty:
            raise MistakeError(
                f"there is no call {named}; expected a call's id (Asterisk's linkedid, such as 1795301781.1) or the id "
                "of a visit, as /api/v1/visits shows both"
            )
    return call_id, story


@dataclass(slots=True)
class _AsideFolder:
    """One file for each log: when, offset, reason, and the line, masked; as `AsideFile` keeps them."""

    folder: Path
    keep_for: timedelta

    def open(self, log: LogFile, offset: int) -> IO[bytes]:
        """The file of one log; lines from the offset on are dropped from it, they come again."""
        if not self.keep_for:
            return Path(os.devnull).open("ab")
        make_folder(self.folder)
        path = self.folder / f"{log.path.name}.{log.head[:8]}.lines"
        forget_in(path, datetime.now(UTC) - self.keep_for)
        lines = path.read_bytes().splitlines(keepends=True) if path.exists() else []
        file = open_for_owner(path)
        file.truncate(0)
        file.writelines(line for line in lines if int(line.split(b" ", 2)[1]) <= offset)
        return file


async def _names(ready: Ready, store: Store, node: str) -> AgentNames:
    hotline = ready.hotline
    agents = {agent_id: agent.name for agent_id, agent in hotline.agents.items()}
    rules = Rules(node=node, zone=ZoneInfo(hotline.time_zone), agents=agents)
    return AgentNames(rules, await agent_names(store, node))


def _unreadable(wrong: OSError) -> MistakeError:
    where = f"{wrong.filename}: " if wrong.filename else ""
    return MistakeError(f"the log cannot be read: {where}{wrong.strerror or wrong}")
