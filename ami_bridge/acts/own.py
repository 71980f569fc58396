"""The acts that Asterisk has no part in: notes on the boards, and closed numbers."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol, TypeAlias

from ami_bridge.acts import asked
from ami_bridge.acts.asker import barred
from ami_bridge.acts.outcome import Told
from ami_bridge.messages import News, Note, mask_name

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from ami_bridge.acts.spoken import Wish
    from ami_bridge.messages import ClosedNumber
    from store.act_rows import Act as ActRow

OwnAct: TypeAlias = asked.SendNote | asked.TakeNoteDown | asked.CloseNumber | asked.OpenNumber
MOST_NOTES = 5
"""Notes on a board at the same time; the oldest goes for a sixth."""


def note_id(key: str) -> str:
    """What screens know a note by: with its act's key itself, whoever looks could ask what became of the act."""
    return hashlib.sha256(key.encode()).hexdigest()[:32]


class Numbers(Protocol):
    """Which numbers are closed, kept where a restart of anything finds it again."""

    def closed(self) -> tuple[ClosedNumber, ...]:
        """Those that are closed now.

        Raises:
            OSError: it cannot be read.
        """

    def refusal(self, number: str, message: str | None) -> Told | None:
        """Why a number cannot be closed with that message (None: opened); None when it can."""

    def close(self, number: str, message: str, who: str, at: datetime) -> None:
        """Close it, or give it another message.

        Raises:
            OSError: it cannot be kept; it is open as before.
        """

    def open(self, number: str) -> None:
        """Open it again.

        Raises:
            OSError: it cannot be kept; it is closed as before.
        """


class OwnActs:
    """Notes and closed numbers, as they are now."""

    def __init__(self, numbers: Numbers) -> None:
        self._numbers = numbers
        self.news = News()

    def take_up(self, sent: Iterable[ActRow], now: datetime) -> None:
        """What an earlier run of the bridge left: its notes, by the audit, and the numbers it closed.

        Raises:
            OSError: the closed numbers cannot be read.
        """
        notes: dict[str, Note] = {}
        for row in sent:
            said = json.loads(row.arguments)
            if row.act == "take_note_down":
                taken = said.get("note", "")
                notes.pop(taken, None)
                notes.pop(note_id(taken), None)
            elif row.act == "note":
                until = row.asked_at + timedelta(minutes=said["minutes"])
                notes[note_id(row.id)] = Note(
                    id=note_id(row.id), text=said["text"], who=row.who, since=row.asked_at, until=until
                )
        self.news = News(notes=tuple(notes.values())[-MOST_NOTES:], closed=self._numbers.closed())
        self.pass_time(now)

    def pass_time(self, now: datetime) -> None:
        """Notes whose time is over go."""
        notes = tuple(note for note in self.news.notes if note.until > now)
        if notes != self.news.notes:
            self.news = replace(self.news, notes=notes)

    def do(self, wish: Wish, act: OwnAct, now: datetime) -> Told:
        """Do it, and tell what came of it."""
        told = barred(wish.asker, act)
        if told is not None:
            return told
        match act:
            case asked.SendNote():
                until = now + timedelta(minutes=act.minutes)
                note = Note(id=note_id(wish.key), text=mask_name(act.text), who=wish.asker.name, since=now, until=until)
                self.news = replace(self.news, notes=(*self.news.notes, note)[-MOST_NOTES:])
                return Told("done", f"every board shows it until {until:%H:%M} UTC")
            case asked.TakeNoteDown():
                left = tuple(note for note in self.news.notes if note.id not in {act.note, note_id(act.note)})
                if left == self.news.notes:
                    return Told("already_so", "no board shows this note any more")
                self.news = replace(self.news, notes=left)
                return Told("done", "no board shows it any more")
            case asked.CloseNumber() | asked.OpenNumber():
                try:
                    return self._switch(wish, act, now)
                except OSError as wrong:
                    return Told("not_kept", f"nothing was done: {wrong}")

    def _switch(self, wish: Wish, act: asked.CloseNumber | asked.OpenNumber, now: datetime) -> Told:
        message = act.message if isinstance(act, asked.CloseNumber) else None
        told = self._numbers.refusal(act.number, message)
        if told is not None:
            return told
        there = next((one for one in self._numbers.closed() if one.number == act.number), None)
        if message is None:
            if there is None:
                return Told("already_so", f"{act.number} is open already")
            self._numbers.open(act.number)
        elif there is not None and there.message == message:
            since = f"{there.since:%d %b %Y, %H:%M:%S} UTC"  # in digits alone it would be masked as a number
            return Told("already_so", f"{act.number} is closed already, since {since}, by {there.who}")
        else:
            self._numbers.close(act.number, message, wish.asker.name, now)
        self.news = replace(self.news, closed=self._numbers.closed())
        if message is None:
            return Told("done", f"{act.number} is open: new callers have its flow again")
        return Told("done", f"{act.number} is closed: new callers hear {message}, calls in progress go on")
