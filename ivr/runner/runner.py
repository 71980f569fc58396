"""One segment of a call, from the moment Asterisk hands it to us until we hand it back.

The runner decides nothing: it asks the engine, does what the engine wants, and tells it what came of it. Whatever goes
wrong here ends in the same way: the dialplan is not given its next word, or is told `rescue`, and brings the caller to
a person.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import structlog

from agi.errors import ChannelGone, CommandFailed, CommandRefused
from ivr.engine.effects import (
    TURNED_AWAY,
    Ask,
    AskHours,
    AskQueue,
    CallbackAsked,
    DialOut,
    Enqueue,
    HangUp,
    Leaving,
    LookUp,
    Record,
    Remember,
    Rescue,
    RunScript,
    Say,
    Surveyed,
    TicketOpened,
    Trace,
    TransferOut,
    Utterance,
)
from ivr.engine.giving_up import given_up
from ivr.engine.inputs import CallFacts, HungUp, Keys, Recorded, Returned, Schedule, ScriptEnded, Spoken, Started
from ivr.engine.machine import begin, step
from ivr.flow.model import END
from ivr.prompts.values import CannotSay
from ivr.runner.handover import COMING_BACK, NOT_SERVED, Last, is_vip, last_words, returned, talk_of
from ivr.runner.perform import Voice
from ivr.runner.ports import NothingClosed, QueueTerms, Talk, TicketKind
from ivr.runner.queue_state import queue_told
from ivr.services.sealing import CursorError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime, tzinfo
    from pathlib import Path

    from agi.channel import Channel
    from ivr.engine.cursor import Cursor
    from ivr.engine.effects import Effect
    from ivr.engine.inputs import Input
    from ivr.engine.machine import Move
    from ivr.runner import ports
    from ivr.runner.ports import Release

CHANNEL_LANGUAGE = "CHANNEL(language)"

log = structlog.get_logger("ivr.call")


@dataclass(frozen=True, slots=True)
class World:
    """Everything a segment needs from outside, built once at start."""

    releases: ports.Releases
    lookups: ports.Lookups
    memory: ports.Memory
    seal: ports.Seal
    journeys: ports.Journeys
    scripts: ports.Scripts
    mailbox: ports.Mailbox
    records: ports.Records
    lines: ports.Lines
    recordings: Path
    """Folder that Asterisk can write to, at the same path for Asterisk and for us."""
    now: Callable[[], datetime]
    """The wall clock, aware."""
    node: str
    """The Asterisk the calls are on."""
    zone: tzinfo
    """The hotline's time zone: what callers hear is told in it."""
    normalise: Callable[[str], str]
    """A calling number as the trunk gave it to E.164 without `+`, or empty when it is withheld."""
    closed: ports.Closures = field(default_factory=NothingClosed)
    """Numbers that are closed now."""


class UnknownVersionError(Exception):
    """A call came back that began on flows we no longer have."""

    def __init__(self, cursor: Cursor) -> None:
        super().__init__(f"version {cursor.version} is not kept any more")
        self.cursor = cursor


class Runner:
    """The route `flow/<name>` of the AGI server."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def serve(self, channel: Channel) -> None:
        """Lead one call through one segment."""
        with structlog.contextvars.bound_contextvars(call=channel.request.uniqueid):
            await _Segment(self._world, channel).run()


class _Segment:
    def __init__(self, world: World, channel: Channel) -> None:
        self._world = world
        self._channel = channel
        self._release: Release | None = None
        """The version the call began with, once it is known."""
        self._language = channel.request.language
        """The channel's, as Asterisk has it now."""
        self._served = False
        """Whether the caller comes from a talk and has not asked for anything new since."""
        self._talk: Talk | None = None
        """The talk in a queue the caller comes from; None until somebody wants to know."""

    async def run(self) -> None:
        """Lead the call until it leaves this segment."""
        try:
            cursor, release, told = await self._open()
        except CursorError as error:
            log.error("call_cannot_be_taken_up", why=str(error))
            await self._say_last(last_words(Rescue(str(error))))
            return
        except UnknownVersionError as error:
            log.error("call_cannot_be_taken_up", why=str(error))
            await self._give_up(error.cursor, "the flows this call began on are not kept any more")
            return
        except ChannelGone:
            return
        self._release = release
        self._served = told == Returned("answered")
        closed = self._world.closed.message(cursor.facts.number) if isinstance(told, Started) else None
        try:
            if closed is None:
                await self._lead(cursor, release, told)
            else:
                await self._turn_away(cursor, release, closed)
        except Exception:  # told by the server; the caller is rescued, and the version has to answer for it
            self._world.releases.failed(cursor.version, cursor.facts.linkedid)
            raise

    async def _turn_away(self, cursor: Cursor, release: Release, message: str) -> None:
        """A new call to a closed number: the message in every language, for none was chosen, and the end."""
        voice = Voice(self._channel, release.speech, self._world.recordings, self._world.zone)
        told = tuple(Utterance(message, {}, language) for language in release.flows.languages)
        now = self._world.now()
        flow = cursor.stack[0].flow
        left = Leaving(flow, TURNED_AWAY, "closed", "said", END, {"message": message})
        self._world.journeys.step(cursor, Trace(left, ordinal=1), now)
        try:
            await voice.say(Say(told, interruptible=False))
        except ChannelGone:
            pass  # he has heard enough
        except (CannotSay, CommandFailed, CommandRefused) as reason:
            log.error("cannot_say", step="closed", why=str(reason))
            await self._give_up(cursor, "the message of the closed number could not be said")
            return
        await self._finish(cursor, HangUp())

    async def _lead(self, cursor: Cursor, release: Release, told: Input) -> None:
        voice = Voice(self._channel, release.speech, self._world.recordings, self._world.zone)
        while True:
            now = self._world.now()
            move = step(release.flows, cursor, told, now)
            cursor = move.cursor
            if self._talk is None and any(isinstance(effect, Surveyed) for effect in move.effects):
                self._talk = await self._talked()
            last = self._keep_all(move, now)
            if isinstance(last, Last):
                await self._finish(cursor, last)
                return
            answer = await self._perform(voice, release, cursor, last)
            if isinstance(answer, Rescue):
                await self._give_up(cursor, answer.reason)
                return
            told = answer

    async def _open(self) -> tuple[Cursor, Release, Input]:
        """The call's cursor, the version it began with, and what to tell the engine first.

        Raises:
            CursorError: the cursor that came with the call is not ours.
            UnknownVersionError: the version it began with is not kept any more.
            ChannelGone: the caller hung up.
        """
        world, request = self._world, self._channel.request
        sealed, result = (*request.args, "", "")[:2]
        if sealed:
            cursor = world.seal.unseal(sealed, request.uniqueid)
            release = await world.releases.at(cursor.version)
            if release is None:
                raise UnknownVersionError(cursor)
            return cursor, release, returned(result)
        caller = world.normalise(request.callerid)
        linkedid = await self._channel.get_variable("CHANNEL(linkedid)") or request.uniqueid
        release = world.releases.begin(caller, linkedid)
        facts = CallFacts(
            number=request.dnid or request.extension,
            caller=caller,
            caller_name=request.callerid_name,
            uniqueid=request.uniqueid,
            linkedid=linkedid,
            remembered=await world.memory.recall(caller) if caller else {},
        )
        cursor = begin(release.flows, request.name, facts, release.flows.languages[0])
        world.journeys.begin(facts, cursor, world.now())
        return cursor, release, Started(facts)

    def _keep_all(self, move: Move, now: datetime) -> Effect:
        """Do what waits for nothing; the effect that waits, or ends the segment."""
        *records, last = move.effects
        for record in records:
            self._keep(move.cursor, record, now)
        return last

    def _keep(self, cursor: Cursor, effect: Effect, now: datetime) -> None:
        match effect:
            case Trace():
                self._world.journeys.step(cursor, effect, now)
            case Remember(at, key) if cursor.facts.caller:
                self._world.memory.remember(cursor.facts.caller, at, key)
            case Surveyed():
                self._world.records.survey(cursor, effect, self._talk or Talk())
            case CallbackAsked():
                self._world.records.callback(cursor, effect, now)
            case TicketOpened(kind=name):
                self._world.records.ticket(cursor, effect, self._promised(name), now)
            case _:
                pass  # a withheld number has nothing to be remembered by

    def _promised(self, ticket: str) -> TicketKind:
        """What this kind of ticket promised when the call began."""
        kinds = self._release.tickets if self._release is not None else {}
        return kinds.get(ticket, TicketKind({}))

    async def _perform(self, voice: Voice, release: Release, cursor: Cursor, effect: Effect) -> Input | Rescue:
        """Do what waits for an answer. A caller who leaves is an answer; what cannot be done is a rescue."""
        try:
            await self._set(self._language_of(cursor))
            answer = await self._act(voice, release, cursor, effect)
            if self._served and _pressed(answer):
                self._served = False
                await self._set(NOT_SERVED)
        except ChannelGone:
            return HungUp()
        except CannotSay as reason:
            log.error("cannot_say", step=cursor.place, why=str(reason))
            return Rescue("a sentence could not be said")
        except (CommandFailed, CommandRefused) as reason:
            log.error("asterisk_refused", step=cursor.place, why=str(reason))
            return Rescue("Asterisk refused a command")
        return answer

    async def _act(self, voice: Voice, release: Release, cursor: Cursor, effect: Effect) -> Input:
        match effect:
            case Say():
                return await voice.say(effect)
            case Ask():
                return await voice.ask(effect)
            case LookUp():
                return await voice.look_up(effect, self._world.lookups)
            case AskHours(schedule):
                return Schedule(release.hours.is_open(schedule, self._world.now()))
            case AskQueue(queue):
                terms = release.queues.get(queue, QueueTerms())
                return await queue_told(self._channel, queue, terms, self._world.lines)
            case Record():
                return await self._record(voice, cursor, effect)
            case RunScript(script, args):
                ok = await self._world.scripts.run(script, args, self._channel, cursor.version)
                return HungUp() if self._channel.hung_up else ScriptEnded(ok)
            case _:
                raise AssertionError(f"nothing performs {type(effect).__name__}")

    async def _record(self, voice: Voice, cursor: Cursor, effect: Record) -> Input:
        began = self._world.now()
        told, name, seconds = await voice.record(effect)
        if seconds <= 0:
            return told
        if effect.box is None:
            which = self._world.records.recording(cursor, f"{name}.wav", seconds, began)
            return Recorded(seconds, which, gone=isinstance(told, HungUp))
        self._world.mailbox.keep(cursor, effect.box, f"{name}.wav", seconds, began)
        return told

    async def _talked(self) -> Talk:
        """Whom the caller has just talked to: app_queue leaves the member on the channel, the dialplan the visit."""
        result = (*self._channel.request.args, "", "")[1]
        if not (result.startswith("queue:") and returned(result).outcome == "answered"):
            return Talk()
        try:
            interface = await self._channel.get_variable("MEMBERINTERFACE") or ""
            visit = await self._channel.get_variable("HL_VISIT") or ""
        except (ChannelGone, CommandFailed, CommandRefused):
            return Talk()
        return talk_of(interface, visit, self._world.node, self._channel.request.uniqueid)

    async def _finish(self, cursor: Cursor, last: Last) -> None:
        """Say the last words, with the cursor when the call will come back; then keep how the segment ended."""
        try:
            await self._say_last(self._words(cursor, last))
        except (CursorError, CommandFailed, CommandRefused) as reason:
            if isinstance(last, Rescue):
                raise  # nothing is said then, and the dialplan takes that for a rescue, too
            log.error("not_handed_over", step=cursor.place, why=str(reason))
            await self._give_up(cursor, "the call could not be handed over")
            return
        outcome = _outcome(last, gone=self._channel.hung_up)
        if outcome == "rescued":
            self._world.releases.failed(cursor.version, cursor.facts.linkedid)
        self._world.journeys.end(cursor, outcome, self._world.now())

    async def _give_up(self, cursor: Cursor, reason: str) -> None:
        """End the segment with a rescue the engine knows nothing of."""
        now = self._world.now()
        move = given_up(self._release.flows if self._release is not None else None, cursor, reason, now)
        self._keep_all(move, now)
        await self._finish(move.cursor, Rescue(reason))

    def _words(self, cursor: Cursor, last: Last) -> dict[str, str]:
        words = last_words(last)
        if isinstance(last, Enqueue):
            words = {**self._music_of(last.queue), **words}
        if isinstance(last, COMING_BACK):
            words = {**self._context_of(cursor), "HL_CURSOR": self._world.seal.seal(cursor), **words}
        return {**self._language_of(cursor), **words}

    def _language_of(self, cursor: Cursor) -> dict[str, str]:
        """The caller's language, where the channel has another: the dialplan's own sentences are chosen by it.

        It is told before anything else is done in that language: we may die at any moment after.
        """
        return {} if cursor.language == self._language else {CHANNEL_LANGUAGE: cursor.language}

    def _music_of(self, queue: str) -> dict[str, str]:
        """The music of the version the call began with: Asterisk's own files have that of the last one rendered."""
        terms = self._release.queues.get(queue) if self._release is not None else None
        return {"HL_MUSIC": terms.music} if terms is not None and terms.music else {}

    def _context_of(self, cursor: Cursor) -> dict[str, str]:
        """What the bridge is to know of a waiting caller."""
        return {
            "HL_LANGUAGE": cursor.language,
            "HL_VIP": "1" if is_vip(cursor) else "0",
            "HL_FLOWID": f"{cursor.stack[0].flow}@{cursor.version}",
        }

    async def _say_last(self, words: Mapping[str, str]) -> None:
        """Set the last words while the caller is there to be led by them."""
        try:
            await self._set(words)
        except ChannelGone:
            pass  # nobody is left to be led anywhere

    async def _set(self, words: Mapping[str, str]) -> None:
        for name, value in words.items():
            if not self._channel.hung_up:
                await self._channel.set_variable(name, value)
                if name == CHANNEL_LANGUAGE:
                    self._language = value


def _pressed(answer: Input) -> bool:
    """Whether the caller pressed a key."""
    return isinstance(answer, Keys) or (isinstance(answer, Spoken) and answer.key is not None)


def _outcome(last: Last, *, gone: bool) -> str:
    if gone:
        return "hung_up"
    match last:
        case Enqueue():
            return "queued"
        case DialOut():
            return "dialled"
        case TransferOut():
            return "transferred"
        case HangUp():
            return "finished"
        case Rescue():
            return "rescued"
