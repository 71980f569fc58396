"""The hotline's prompts built, and the few sounds the dialplan plays by itself while the service is away.

Sounds are of a version: its copy has a record which file says what. The hotline's folder, which is a draft as soon as
something was published, has a record of its own beside the sounds.
"""

from __future__ import annotations

import os
import secrets
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

import structlog

from ivr.app.copies import SOUNDS
from ivr.app.live import at_version, load_live
from ivr.app.mistakes import MistakeError, cannot_use
from ivr.app.standing import running
from ivr.app.switch import RESCUE_SOUNDS
from ivr.prompts.build import BuildReport, build_prompts
from ivr.prompts.compose import everything_said
from ivr.prompts.made import BrokenMadeError, read_draft, read_made, write_made
from ivr.prompts.sounds import FORMATS, Speech, fragment_name
from ivr.prompts.synthesis import ESPEAK, VOICES, SpeechSettings, SynthesisError, Voice, engine_from_template
from ivr.prompts.values import CannotSay
from ivr.publishing.book import Book

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator
    from pathlib import Path

    from ivr.app.loading import Ready
    from ivr.app.places import Places
    from ivr.prompts.catalogue import Catalogue
    from ivr.prompts.made import Made

log = structlog.get_logger("ivr.speech")


def speech_of(ready: Ready) -> Speech:
    """What it says, and with which sounds: those of its version's copy, or those its folder was built with last."""
    if ready.source == ready.folder:
        return Speech(ready.catalogue, ready.places.sounds)
    return speech_at(ready.source, ready.catalogue, ready.places.sounds)


def speech_at(copy: Path, catalogue: Catalogue, sounds: Path) -> Speech:
    """The same of a kept version; one from before versions had a record finds each sound under the id of its words."""
    try:
        made = read_made(copy / SOUNDS)
    except (BrokenMadeError, OSError) as broken:
        log.error("record_of_sounds_is_broken", version=copy.name, why=str(broken))
        made = None
    return Speech(catalogue, sounds, made or {})


def carry(ready: Ready, copy: Path) -> None:
    """Have a kept version say what its folder says, with the same sounds, from now on.

    Raises:
        OSError: it cannot be written.
    """
    if ready.source == ready.folder:
        write_made(copy / SOUNDS, _said(ready, read_draft(ready.places.sounds)))


def _said(ready: Ready, made: dict[str, Made]) -> dict[str, Made]:
    names = {fragment_name(fragment) for fragment in everything_said(ready.catalogue)}
    return {name: one for name, one in made.items() if name in names}


def build_draft(ready: Ready, progress: Callable[[int, int], None] | None = None) -> BuildReport:
    """Make what the hotline's folder says, and nothing that callers hear now is another.

    What the dialplan plays is the live version's: it is put where it is missing, and renewed while nothing is live.

    What root makes so is the service's all the same.

    Raises:
        MistakeError: as `build`.
    """
    try:
        return _build_draft(ready, progress)
    finally:
        try:
            ready.places.give_all()
        except OSError as error:
            raise _cannot_write(ready, error) from None


def _build_draft(ready: Ready, progress: Callable[[int, int], None] | None) -> BuildReport:
    report = build_sentences(ready, progress)
    if not report.complete:
        return report
    make_lost(ready)
    if _is_free(ready.places):
        put_rescue_sounds(ready)
        return report
    live = load_live(ready.folder)
    build_sentences(live)
    put_rescue_sounds(live, only_missing=True)
    return report


def _is_free(where: Places) -> bool:
    """Whether nobody's calls begin with another version than the folder's: nothing was published, and nothing runs."""
    try:
        return Book(where.published).last_number() == 0 and running(where) is None
    except OSError as error:
        raise cannot_use(where.published, error) from None


def build(ready: Ready, progress: Callable[[int, int], None] | None = None) -> BuildReport:
    """Make every sound file of the hotline, what kept versions have lost, and what the dialplan plays.

    Raises:
        MistakeError: a speech engine is missing or failed, or the sounds folder cannot be written.
    """
    report = build_sentences(ready, progress)
    make_lost(ready)
    put_rescue_sounds(ready)
    return report


def make_lost(ready: Ready) -> None:
    """Make what kept versions lack of their sounds, each from its own recordings.

    Calls of them may be in progress, or begin with one that goes first. One whose sounds cannot be made is told in the
    log and hinders nothing.
    """
    for version in _lacking(ready.places):
        kept = at_version(ready, version)
        try:
            report = build_sentences(kept) if kept is not None else None
        except MistakeError as failed:
            log.error("lost_sounds_not_made", version=version, why=str(failed))
            continue
        if report is not None and report.made:
            log.info("lost_sounds_made", version=version, sounds=report.made)


def _lacking(where: Places) -> Iterator[str]:
    """Versions that have no record yet, or whose record cannot be read or names a sound that is not there."""
    there = {str(path) for path in where.sounds.glob("*/*") if path.suffix in FORMATS}
    for copy in sorted(where.versions.iterdir()):
        if not (copy / SOUNDS).exists() or lost(copy, where.sounds, there):
            yield copy.name


def lost(copy: Path, sounds: Path, there: Container[str] | None = None) -> bool:
    """Whether a kept version's record cannot be read, or names a sound that is not there.

    Args:
        copy: the version's.
        sounds: the folder of sounds.
        there: the sounds there are, where they have been looked for.
    """
    try:
        made = read_made(copy / SOUNDS) or {}
    except (BrokenMadeError, OSError):
        return True
    bases = (str(sounds / name.partition("/")[0] / one.file) for name, one in made.items())
    paths = (base + ending for base in bases for ending in FORMATS)
    return not all(os.path.isfile(path) if there is None else path in there for path in paths)  # noqa: PTH113 - thousands


def build_sentences(ready: Ready, progress: Callable[[int, int], None] | None = None) -> BuildReport:
    """Make every sound file the flows say: as the folder has it now, or what a kept version lacks of its own.

    No sound takes another's place, so nobody who is calling hears a difference.

    Raises:
        MistakeError: as `build`.
    """
    record = None if ready.source == ready.folder else ready.source / SOUNDS
    try:
        return build_prompts(
            ready.catalogue, ready.places.sounds, settings(ready), ready.source / "prompts", progress, record=record
        )
    except SynthesisError as failed:
        raise MistakeError(str(failed)) from None
    except OSError as error:
        raise _cannot_write(ready, error) from None


def put_rescue_sounds(ready: Ready, *, only_missing: bool = False) -> None:
    """Copy what the rescue path says to the names the dialplan knows: it cannot ask us which file says it.

    Args:
        ready: the version whose messages they are.
        only_missing: leave those that are there.

    Raises:
        MistakeError: the sounds folder cannot be written, or a rescue message is no plain sentence.
    """
    with rescue_sounds_laid_ready(ready, only_missing=only_missing) as put:
        put()


@contextmanager
def rescue_sounds_laid_ready(ready: Ready, *, only_missing: bool = False) -> Iterator[Callable[[], None]]:
    """The same in two steps: all are copied, and what is handed over puts them in their places, which takes no room.

    Without that step those that are there stay.

    Raises:
        MistakeError: as `put_rescue_sounds`.
    """
    laid: dict[Path, Path] = {}

    def put() -> None:
        try:
            for staged, wanted in laid.items():
                staged.replace(wanted)
        except OSError as error:
            raise _cannot_write(ready, error) from None

    try:
        try:
            for wanted, source in _rescue_sounds(ready, only_missing=only_missing):
                staged = wanted.with_name(f".{wanted.name}.{secrets.token_hex(4)}")
                laid[staged] = wanted
                shutil.copyfile(source, staged)
        except OSError as error:
            raise _cannot_write(ready, error) from None
        yield put
    finally:
        for staged in laid:
            staged.unlink(missing_ok=True)


def _cannot_write(ready: Ready, error: OSError) -> MistakeError:
    return MistakeError(f"{ready.places.sounds} cannot be written: {error.strerror or error}")


def settings(ready: Ready) -> SpeechSettings:
    """The engine and voices the hotline wants.

    Raises:
        MistakeError: the speech command of `prompts` cannot be used.
    """
    wanted = ready.hotline.prompts
    try:
        engine = ESPEAK if wanted.command is None else engine_from_template(wanted.command)
    except ValueError as wrong:
        raise MistakeError(f"hotline.yaml: prompts: {wrong}", 1) from None
    return SpeechSettings(engine, {**VOICES, **{language: Voice(name) for language, name in wanted.voices.items()}})


def refuse_unbuilt(ready: Ready) -> None:
    """Refuse to take calls while a sentence has no sound.

    Raises:
        MistakeError: files are missing.
    """
    missing = speech_of(ready).missing_files()
    if missing:
        raise MistakeError(
            f"{len(missing)} sound files are not built, {missing[0]} first; run: hotline prompts {ready.folder}"
        )


def _rescue_sounds(ready: Ready, *, only_missing: bool) -> Iterator[tuple[Path, str]]:
    """The files the dialplan plays, each with the one it is a copy of."""
    rescue = ready.hotline.rescue
    spoken = (
        (RESCUE_SOUNDS.hold_sound, rescue.message),
        (RESCUE_SOUNDS.busy_sound, rescue.busy),
        (RESCUE_SOUNDS.bye_sound, rescue.goodbye),
    )
    speech = speech_of(ready)
    for language in ready.hotline.languages:
        for name, message in spoken:
            target = ready.places.sounds / language / name
            if message is not None and not (only_missing and _is_put(target)):
                source = _only_file(speech, message, language)
                yield from ((target.with_name(target.name + ending), source + ending) for ending in FORMATS)


def _only_file(speech: Speech, message: str, language: str) -> str:
    try:
        files = speech.files(message, {}, language)
    except CannotSay as reason:
        raise MistakeError(f"hotline.yaml: rescue: {reason}; expected a message without places", 1) from None
    if len(files) != 1:
        raise MistakeError(
            f"hotline.yaml: rescue: '{message}' is more than one sound file; expected a plain sentence", 1
        )
    return files[0]


def _is_put(target: Path) -> bool:
    return all(target.with_name(target.name + ending).is_file() for ending in FORMATS)
