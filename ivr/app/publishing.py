"""Publishing, step by step: checked, rehearsed, spoken, kept, written down, taken up.

Whatever goes wrong on the way, what was live stays live.
"""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final

from dialplan.diagnostics import has_errors
from dialplan.report import as_text
from ivr.app import speech
from ivr.app.built_from import OF_A_VERSION, RENDERED, changed, rhythm
from ivr.app.copies import ChangedMeanwhileError, keep, read_copy, why_unread
from ivr.app.live import at_version
from ivr.app.loading import Ready, ready_of
from ivr.app.mistakes import MistakeError, cannot_use
from ivr.app.old_sounds import remove_abandoned
from ivr.app.owners import make_private
from ivr.app.standing import running
from ivr.config.checked import check_hotline
from ivr.config.dialogues import load_dialogues
from ivr.config.version import NOT_HEARD
from ivr.publishing.book import Book, BrokenRecordError, TakenError
from ivr.publishing.records import NothingBeforeError, Publication, undo
from ivr.rehearsal.house import house_of
from ivr.rehearsal.run import rehearse
from ivr.services.calling_number import normalise
from ivr.services.key_files import KeyFileError
from ivr.services.remembered import hashed, memory_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from ivr.app.places import Places
    from ivr.app.standing import Running
    from ivr.publishing.records import First

STANDS: Final = "it is what the next start begins with; hotline rollback takes it back"
"""What becomes of a record that the running service does not go by."""
TAKEN_UP_WITHIN_S: Final = 15.0
"""The service looks twice a second and reads a version in less than one; a busy machine gets its time."""


@dataclass(frozen=True, slots=True)
class Signed:
    """Who does it, why and when."""

    who: str
    why: str
    when: datetime


@dataclass(frozen=True, slots=True)
class Done:
    """What came of it."""

    record: Publication
    running: bool
    """Whether a service runs, and has taken it up."""
    dropped: str = ""
    """The version that went first until now, and does so no more."""
    render: tuple[str, ...] = ()
    """Settings that are otherwise in Asterisk's files."""


def fit_to_publish(folder: Path, tell: Callable[[str, str], None]) -> Ready:
    """A folder whose files are right, whose dialogues go as written and whose sentences have their sounds.

    Args:
        folder: the hotline's.
        tell: is told each step that was passed: a word, and a sentence.

    Raises:
        MistakeError: it is not fit; nothing was changed but sounds that were made.
    """
    loaded = check_hotline(folder)
    found = load_dialogues(loaded)
    problems = (*loaded.diagnostics, *found.diagnostics)
    if loaded.hotline is None or loaded.flows is None or has_errors(problems):
        raise MistakeError(as_text(problems, {**loaded.sources, **found.sources}, scope=loaded.scope).rstrip("\n"), 1)
    tell("checked", loaded.scope)
    rehearsal = rehearse(house_of(loaded.hotline, loaded.flows, loaded.catalogue), found.dialogues)
    if rehearsal.failed:
        count = len(rehearsal.played)
        raise MistakeError(
            f"{len(rehearsal.failed)} of {count} dialogues go another way than written; see: hotline test {folder}", 1
        )
    tell(
        "rehearsed",
        f"{len(rehearsal.played)} dialogues, each as written" if rehearsal.played else "no dialogue is there",
    )
    ready = ready_of(loaded)
    report = speech.build_sentences(ready)
    if not report.complete:
        raise MistakeError(as_text(report.diagnostics, loaded.sources).rstrip("\n"), 1)
    speech.refuse_unbuilt(ready)
    tell("spoken", _made(report.made, report.total))
    return ready


def _made(count: int, total: int) -> str:
    if not count:
        return "every sound was there"
    return f"{count} sound{'s' if count > 1 else ''} made" + (", all others were there" if count < total else "")


def publish(ready: Ready, first: First | None, signed: Signed, difference: Sequence[str]) -> Done:
    """Let new calls begin with this version, or some of them.

    Raises:
        MistakeError: somebody else publishes, the service would need a restart, or it cannot be kept; or it is written
            down, and the running service does not take it up.
    """
    version = ready.flows.version
    with _alone(ready.places) as book:
        remove_abandoned(ready.places.sounds, ready.places.published)
        last, now = (records(ready.places) or (None,))[-1], running(ready.places)
        before = last.live if last else now.live if now else ""
        whole = read_copy(ready.places.versions / version) is not None  # one that is not is put right by publishing it
        if last is not None and last.live == version and (first is not None or last.first is None) and whole:
            raise MistakeError(f"version {version} is live already; nothing was changed")
        if first is not None and not before:
            raise MistakeError("nothing is live yet that other calls could begin with; publish without --first")
        _refuse_restart(ready, now)
        if first is not None:
            _refuse_others_first(ready, before)
        ready = _kept(ready)
        if last is None and before:
            _refuse_gone(ready, before)
        record = Publication(
            number=_next(book, ready.places),
            act="publish" if first is None else "first",
            version=version,
            live=version if first is None else before,
            first=first and replace(first, version=version),
            before=before,
            who=signed.who,
            why=signed.why,
            when=signed.when,
            difference=tuple(difference),
        )
        done = _written(book, record, ready)
        was_first = last.first.version if last and last.first else ""
        render = _to_render(ready, before, RENDERED if first is None else ())
        return replace(done, dropped=was_first if was_first != version else "", render=render)


def rollback(ready: Ready, to: str | None, signed: Signed) -> Done:
    """Take back the version that goes first; with none, go back to the version that was live before, or to `to`.

    Raises:
        MistakeError: there is nothing to go back to, or it is not kept any more.
    """
    with _alone(ready.places) as book:
        published = records(ready.places)
        if not published:
            raise MistakeError("nothing was ever published; nothing was changed")
        last = published[-1]
        try:
            live = to or (last.live if last.first else undo(published))
        except NothingBeforeError:
            raise MistakeError(f"version {last.live} is the first that was live; there is nothing before it") from None
        if last.first is not None and live == last.first.version:
            raise MistakeError(f"version {live} goes first now; hotline publish gives it to all")
        if live == last.live and last.first is None:
            raise MistakeError(f"version {live} is live already; nothing was changed")
        older = _refuse_gone(ready, live)
        speech.build_sentences(older)  # what was lost meanwhile; most often nothing
        speech.refuse_unbuilt(older)
        _refuse_restart(older, running(ready.places))
        record = replace(
            last,
            number=_next(book, ready.places),
            act="rollback",
            version=last.first.version if last.first else last.live,
            live=live,
            first=None,
            before=last.live,
            who=signed.who,
            why=signed.why,
            when=signed.when,
            difference=(),
        )
        render = _to_render(older, last.live, [name for name in RENDERED if name not in NOT_HEARD])
        return replace(_written(book, record, older), render=render)


def caller_hashes(ready: Ready, numbers: Sequence[str]) -> tuple[str, ...]:
    """Calling numbers as the service knows them: keyed hashes.

    Raises:
        MistakeError: one is no telephone number, or the key cannot be read.
    """
    try:
        key = partial(hashed, memory_key(ready.places.memory_key))
    except KeyFileError as wrong:
        raise MistakeError(str(wrong)) from None
    told = {number: normalise(number, region=ready.hotline.region or "ZZ") for number in numbers}
    if wrong_ones := [number for number, caller in told.items() if not caller]:
        raise MistakeError(
            f"'{wrong_ones[0]}' is no telephone number; expected one such as 13800138000 or +85291234567"
        )
    return tuple(key(caller) for caller in told.values())


def live_version(where: Places) -> str:
    """The version new calls begin with now; empty when nothing was published and nothing runs.

    Raises:
        MistakeError: the records cannot be read.
    """
    published = records(where)
    if published:
        return published[-1].live
    now = running(where)
    return now.live if now else ""


@contextmanager
def _alone(where: Places) -> Iterator[Book]:
    """One who publishes at a time."""
    _refuse_full(lambda: make_private(where.published), where)
    try:
        descriptor = os.open(where.published / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise cannot_use(where.published, error) from None
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise MistakeError(
                "somebody else is publishing just now; look at hotline versions, then try again"
            ) from None
        yield Book(where.published)
    finally:
        os.close(descriptor)


def records(where: Places) -> tuple[Publication, ...]:
    """Everything that was published, in order.

    Raises:
        MistakeError: it cannot be read, or nothing of it is whole.
    """
    try:
        return Book(where.published).records()
    except OSError as error:
        raise cannot_use(where.published, error) from None
    except BrokenRecordError as broken:
        raise MistakeError(str(broken)) from None


def broken(where: Places) -> tuple[Path, ...]:
    """Records that are not as they were written.

    Raises:
        MistakeError: they cannot be read.
    """
    try:
        return Book(where.published).broken()
    except OSError as error:
        raise cannot_use(where.published, error) from None


def _next(book: Book, where: Places) -> int:
    """The number of the record to be written: also behind one that cannot be read."""
    try:
        return book.last_number() + 1
    except OSError as error:
        raise cannot_use(where.published, error) from None


def _kept(ready: Ready) -> Ready:
    """The same, out of its copy: with the sounds of this text and these recordings, whatever becomes of the folder."""
    copy = ready.places.versions / ready.flows.version
    _refuse_full(lambda: _keep(ready, copy), ready.places)
    kept = replace(ready, source=copy)
    speech.build_sentences(kept)
    return kept


def _keep(ready: Ready, copy: Path) -> None:
    try:
        keep(ready.source, copy)
    except ChangedMeanwhileError:
        raise MistakeError(
            f"{ready.folder} was saved while it was being published; nothing was changed, publish again"
        ) from None


def _refuse_full(write: Callable[[], None], where: Places) -> None:
    try:
        write()
    except OSError as error:
        raise cannot_use(where.state, error) from None


def _refuse_restart(ready: Ready, now: Running | None) -> None:
    """A version that asks other data than the service was built for is for its next start."""
    started = at_version(ready, now.started_with) if now is not None else None
    if started is None:
        return
    if needing := changed(started.hotline, ready.hotline, OF_A_VERSION):
        raise MistakeError(
            f"a change of {' and '.join(needing)} needs a restart of the running service: end it, publish, and start "
            "it again; calls that wait or talk are not disturbed"
        )


def _refuse_others_first(ready: Ready, live: str) -> None:
    """A version that goes first runs beside the live one, in one service, behind one dialplan."""
    beside = at_version(ready, live)
    if beside is not None and (others := changed(beside.hotline, ready.hotline, (*OF_A_VERSION, "numbers"))):
        raise MistakeError(
            f"a version that goes first has the same {' and '.join(others)} as the live one, {live}; publish it "
            "without --first and --first-for"
        )


def _to_render(ready: Ready, before: str, settings: Sequence[str]) -> tuple[str, ...]:
    """What Asterisk's files have of the version before, and this one has otherwise."""
    was = read_copy(ready.places.versions / before) if before.isalnum() else None
    if was is None or was.hotline is None or was.flows is None:
        return ()
    announced = rhythm(ready.hotline, was.flows, ready.flows)
    return (*changed(was.hotline, ready.hotline, settings), *(f"announcements in {queue}" for queue in announced))


def _refuse_gone(ready: Ready, version: str) -> Ready:
    older = at_version(ready, version)
    if older is None:
        why = why_unread(ready.places.versions / version) if version.isalnum() else "is not kept here"
        raise MistakeError(f"version {version} {why}; hotline versions shows what was published")
    return older


def _written(book: Book, record: Publication, ready: Ready) -> Done:
    """Keep the record; of the version that is live by it is what the dialplan says from then on, and not before."""
    if record.first is not None:
        _add(book, record, ready.places)
    else:
        with speech.rescue_sounds_laid_ready(ready) as put:
            _add(book, record, ready.places)
            put()
    return Done(record, _taken_up(record, ready.places))


def _add(book: Book, record: Publication, where: Places) -> None:
    try:
        where.give_all()  # before the service is to read it
        book.add(record)
        where.give_all()
    except TakenError:
        raise MistakeError(
            "the service has just taken a version back; look at hotline versions, then try again"
        ) from None
    except OSError as error:
        raise cannot_use(where.published, error) from None


def _taken_up(record: Publication, where: Places) -> bool:
    """Wait for the running service to go by it.

    Raises:
        MistakeError: it does not.
    """
    until = time.monotonic() + TAKEN_UP_WITHIN_S
    while time.monotonic() < until:
        now = running(where)
        if now is None:
            return False
        if now.number >= record.number:
            if now.problem:
                raise MistakeError(
                    f"written down, but the running service has not taken it up: {now.problem}; {STANDS}"
                )
            return True
        time.sleep(0.05)
    raise MistakeError(
        f"written down, but the running service has not taken it up within {TAKEN_UP_WITHIN_S:.0f} s (see its log); "
        f"{STANDS}"
    )
