"""The hotline's prompts built, and the few sounds the dialplan plays by itself while the service is away."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from ivr.app.mistakes import MistakeError
from ivr.app.switch import RESCUE_SOUNDS
from ivr.prompts.build import BuildReport, build_prompts, replaced
from ivr.prompts.compose import everything_said
from ivr.prompts.sounds import FORMATS, Speech
from ivr.prompts.synthesis import ESPEAK, VOICES, SpeechSettings, SynthesisError, Voice, engine_from_template
from ivr.prompts.values import CannotSay

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ivr.app.loading import Ready


def build(ready: Ready, progress: Callable[[int, int], None] | None = None) -> BuildReport:
    """Make every sound file of the hotline, and those the dialplan plays; does nothing where nothing changed.

    Raises:
        MistakeError: a speech engine is missing or failed, or the sounds folder cannot be written.
    """
    report = build_sentences(ready, progress)
    put_rescue_sounds(ready)
    return report


def build_sentences(ready: Ready, progress: Callable[[int, int], None] | None = None) -> BuildReport:
    """Make every sound file the flows say.

    Of what was published only what is missing is made, in the machine's voice: the recordings beside the folder are the
    draft's. A sound keeps its name when another voice speaks it, so it would be live at once.

    Raises:
        MistakeError: as `build`.
    """
    is_published = ready.source != ready.folder
    recordings = None if is_published else ready.folder / "prompts"
    try:
        return build_prompts(
            ready.catalogue, ready.places.sounds, settings(ready), recordings, progress, missing_only=is_published
        )
    except SynthesisError as failed:
        raise MistakeError(str(failed)) from None
    except OSError as error:
        raise _cannot_write(ready, error) from None


def put_rescue_sounds(ready: Ready) -> None:
    """Copy what the rescue path says to the names the dialplan knows: it cannot ask us which file says it.

    Raises:
        MistakeError: the sounds folder cannot be written, or a rescue message is no plain sentence.
    """
    try:
        _put_rescue_sounds(ready)
    except OSError as error:
        raise _cannot_write(ready, error) from None


def refuse_replaced(draft: Ready, live: Ready) -> None:
    """Refuse a draft whose sounds would take the place of those the live version says, before it is published.

    Raises:
        MistakeError: one would; or the speech engine is missing.
    """
    said = set(everything_said(live.catalogue))
    try:
        others = replaced(draft.catalogue, draft.places.sounds, settings(draft), draft.folder / "prompts")
    except SynthesisError as failed:
        raise MistakeError(str(failed)) from None
    except OSError as error:
        raise _cannot_write(draft, error) from None
    if heard := [fragment for fragment in others if fragment in said]:
        more = f" and {len(heard) - 1} more" if len(heard) > 1 else ""
        raise MistakeError(
            f"callers of the live version would at once hear '{heard[0].text}' ({heard[0].language}){more} spoken by "
            "another recording, voice or engine, before anything is published; if they may, run: "
            f"hotline prompts {draft.folder}; then publish"
        )


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
    missing = Speech(ready.catalogue, ready.places.sounds).missing_files()
    if missing:
        raise MistakeError(
            f"{len(missing)} sound files are not built, {missing[0]} first; run: hotline prompts {ready.folder}"
        )


def _put_rescue_sounds(ready: Ready) -> None:
    rescue = ready.hotline.rescue
    spoken = (
        (RESCUE_SOUNDS.hold_sound, rescue.message),
        (RESCUE_SOUNDS.busy_sound, rescue.busy),
        (RESCUE_SOUNDS.bye_sound, rescue.goodbye),
    )
    speech = Speech(ready.catalogue, ready.places.sounds)
    for language in ready.hotline.languages:
        for name, message in spoken:
            if message is not None:
                _put_sound(ready.places.sounds / language / name, _only_file(speech, message, language))


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


def _put_sound(target: Path, source: str) -> None:
    for ending in FORMATS:
        wanted, there = target.with_name(target.name + ending), source + ending
        staged = wanted.with_name(f".{wanted.name}")
        shutil.copyfile(there, staged)
        staged.replace(wanted)
