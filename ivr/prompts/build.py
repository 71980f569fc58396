"""Everything a hotline can say, made into sound files before the first call.

Each fragment's sound is remembered with a key of all it was made from, and its file is named by it: a second build
finds the keys unchanged and does nothing, and no file is ever overwritten by one that sounds otherwise. A call in
progress goes on with the wording, the recording and the voice it began with.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import threading
import time
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from dialplan.diagnostics import Diagnostic, has_errors
from ivr.prompts.audio import REVISION, Sound, for_telephone, read_wav
from ivr.prompts.compose import Fragment, everything_said
from ivr.prompts.made import (
    DRAFT,
    BrokenMadeError,
    Made,
    put_whole,
    read_draft,
    read_made,
    replace_changed,
    write_made,
)
from ivr.prompts.recordings import Recording, find_recordings, unusable
from ivr.prompts.sounds import FORMATS, fragment_name
from ivr.prompts.synthesis import SpeechSettings, SynthesisError, engine_version, synthesise
from ivr.prompts.wav import UnusableAudio

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from ivr.prompts.catalogue import Catalogue

INDEX = "index.tsv"
"""For people and tests: language, id, milliseconds, where it came from, text."""
_NAME_DIGITS: Final = 24
"""Hex digits of a file's name. Sounds of before, named by their words alone, have 20."""
USED_AGAIN_AFTER_S: Final = 6 * 3600.0
"""A sound of this age that a build finds is made to look young: it is not removed while its version is being kept."""
_BYTES_A_MS: Final = 8
"""G.711 has 8,000 bytes a second."""
_COMMAS, _STOPS = "，,、；;：:", "。.！!？?…"
_COMMA_S, _STOP_S = 0.12, 0.25


State = Literal["missing", "stale", "recorded", "voice"]
"""No sound yet; a sound of other words, another voice or another recording; a person's; the machine's."""


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did."""

    total: int
    """Fragments the hotline can say."""
    made: int
    """Of these, made now."""
    kept: int
    """Of these, found as they should be."""
    recorded: int
    """Of these, spoken by a person."""
    speech_ms: int
    """Milliseconds of sound in all."""
    diagnostics: tuple[Diagnostic, ...] = ()
    """What is wrong with recordings; with an error, what it concerns was not made."""

    @property
    def complete(self) -> bool:
        """Whether every sentence can be said."""
        return not has_errors(self.diagnostics)


@dataclass(slots=True)
class _Work:
    """One build's belongings."""

    sounds_dir: Path
    settings: SpeechSettings
    recordings: Mapping[Fragment, Recording]
    made: dict[str, Made]
    diagnostics: list[Diagnostic] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


def build_prompts(
    catalogue: Catalogue,
    sounds_dir: Path,
    settings: SpeechSettings | None = None,
    recordings: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
    *,
    record: Path | None = None,
) -> BuildReport:
    """Make every missing or outdated sound file.

    Args:
        catalogue: sentences that were loaded without an error.
        sounds_dir: where Asterisk finds them; made if missing.
        settings: engine, voices and level.
        recordings: the hotline's `prompts` folder, with `<lang>/<message>.wav` and `<lang>/words/<word>.wav`.
        progress: called with (made so far, to make) from any thread, beginning with (0, n); not at all when there is
            nothing to do.
        record: a version's own record of its sounds. What it names stays as it is, whatever would be made now; where it
            does not exist, the version was kept before versions had one, and the sounds named by their words alone are
            its own. None is the draft's: what is outdated is made anew, and `index.tsv` is written.

    Raises:
        EngineMissing: something has to be synthesised and the program is not installed.
        SynthesisError: the engine failed; what was made before is kept.
        OSError: `sounds_dir` cannot be written.
    """
    settings = settings or SpeechSettings()
    wanted = everything_said(catalogue)
    found, diagnostics = find_recordings(catalogue, recordings)
    made = read_draft(sounds_dir) if record is None else _of_version(record, sounds_dir, wanted)
    work = _Work(sounds_dir, settings, found, made, list(diagnostics))
    keys = {} if record is not None and all(_is_there(work, fragment) for fragment in wanted) else _keys(work, wanted)
    todo = [
        fragment
        for fragment in wanted
        if not (record is not None and _is_there(work, fragment)) and not _is_made(work, fragment, keys[fragment])
    ]
    try:
        if todo:
            _make_all(work, [(fragment, keys[fragment]) for fragment in todo], progress)
    finally:
        _write_records(work, wanted, record)
    there = [work.made[name] for fragment in wanted if (name := fragment_name(fragment)) in work.made]
    return BuildReport(
        total=len(wanted),
        made=len(todo) - (len(wanted) - len(there)),
        kept=len(wanted) - len(todo),
        recorded=sum(fragment in found for fragment in wanted),
        speech_ms=sum(one.ms for one in there),
        diagnostics=tuple(work.diagnostics),
    )


def states(
    catalogue: Catalogue, sounds_dir: Path, settings: SpeechSettings | None = None, recordings: Path | None = None
) -> Mapping[Fragment, tuple[State, int]]:
    """What a build would find: everything that can be said, each with its state and how many milliseconds it lasts.

    Args: as `build_prompts`.

    Raises:
        EngineMissing: whether a sound of the machine's voice is out of date cannot be told without the program.
    """
    wanted = everything_said(catalogue)
    found, _ = find_recordings(catalogue, recordings)
    work = _Work(sounds_dir, settings or SpeechSettings(), found, read_draft(sounds_dir))
    keys = _keys(work, wanted)
    return {fragment: _state(work, fragment, keys[fragment]) for fragment in wanted}


def _state(work: _Work, fragment: Fragment, key: str) -> tuple[State, int]:
    was = work.made.get(fragment_name(fragment))
    if _is_made(work, fragment, key):
        return ("recorded" if fragment in work.recordings else "voice"), work.made[fragment_name(fragment)].ms
    if was is None or not _has_sound(work, fragment, was.file):
        return "missing", 0
    return "stale", was.ms


def pauses(text: str) -> tuple[float, float]:
    """Seconds of silence a fragment brings along for its punctuation, before and after.

    "，截至" begins with a comma: the caller hears a pause, as a reader would make it. Nothing is added behind a full
    stop, since it ends the sentence and nobody should wait for it.
    """
    before = _COMMA_S if text[0] in _COMMAS else _STOP_S if text[0] in _STOPS else 0.0
    return before, _COMMA_S if text[-1] in _COMMAS else 0.0


def _keys(work: _Work, wanted: tuple[Fragment, ...]) -> dict[Fragment, str]:
    """All that a sound is made from, as one hash for each fragment."""
    settings = work.settings
    by_machine = any(fragment not in work.recordings for fragment in wanted)
    engine = [*settings.engine.command, engine_version(settings.engine)] if by_machine else []
    keys = {}
    for fragment in wanted:
        made_from: list[object] = [REVISION, settings.level_db, pauses(fragment.text)]
        if recording := work.recordings.get(fragment):
            made_from.append(hashlib.sha256(recording.path.read_bytes()).hexdigest())
        else:
            spoken = settings.pronounced(fragment.text, fragment.language)
            made_from += [engine, asdict(settings.voice(fragment.language)), fragment.language, spoken]
        keys[fragment] = hashlib.sha256(json.dumps(made_from).encode()).hexdigest()[:32]
    return keys


def _of_version(record: Path, sounds_dir: Path, wanted: tuple[Fragment, ...]) -> dict[str, Made]:
    """What a version says its sentences with, as far as it is known."""
    try:
        made = read_made(record)
    except BrokenMadeError:
        return {}
    if made is not None:
        return made
    work = _Work(sounds_dir, SpeechSettings(), {}, {})
    by_words = [fragment for fragment in wanted if _has_sound(work, fragment, fragment.id)]
    return {fragment_name(each): Made("", _ms(work, each, each.id), "kept", each.id) for each in by_words}


def _is_made(work: _Work, fragment: Fragment, key: str) -> bool:
    """Whether its sound is there as it would be made now: in the record, or as a file of just this name."""
    made = work.made.get(fragment_name(fragment))
    if made is not None and made.key == key and _is_there(work, fragment):
        return True
    file = _file(fragment, key)
    if not _has_sound(work, fragment, file):
        return False
    recording = work.recordings.get(fragment)
    source = recording.name if recording else "voice"
    work.made[fragment_name(fragment)] = Made(key, _ms(work, fragment, file), source, file)
    return True


def _is_there(work: _Work, fragment: Fragment) -> bool:
    made = work.made.get(fragment_name(fragment))
    return made is not None and _has_sound(work, fragment, made.file)


def _file(fragment: Fragment, key: str) -> str:
    """A sound's name: what it says, and all it was made from."""
    return hashlib.sha256(f"{fragment.language}\0{fragment.text}\0{key}".encode()).hexdigest()[:_NAME_DIGITS]


def _ms(work: _Work, fragment: Fragment, file: str) -> int:
    return (work.sounds_dir / fragment.language / f"{file}.alaw").stat().st_size // _BYTES_A_MS


def _make_all(work: _Work, todo: list[tuple[Fragment, str]], progress: Callable[[int, int], None] | None) -> None:
    for language in {fragment.language for fragment, _ in todo}:
        _make_folder(work.sounds_dir / language)
    done = 0

    def make(fragment: Fragment, key: str) -> None:
        nonlocal done
        _make(work, fragment, key)
        with work.lock:
            done += 1
            if progress:
                progress(done, len(todo))

    if progress:
        progress(0, len(todo))
    with ThreadPoolExecutor(max(1, work.settings.processes), "speech") as pool:
        futures = [pool.submit(make, fragment, key) for fragment, key in todo]
        finished, _ = wait(futures, return_when=FIRST_EXCEPTION)
        for future in futures:
            future.cancel()
        for future in finished:
            future.result()


def _make(work: _Work, fragment: Fragment, key: str) -> None:
    recording = work.recordings.get(fragment)
    try:
        data = recording.path.read_bytes() if recording else synthesise(work.settings, fragment.text, fragment.language)
        before, after = pauses(fragment.text)
        signal, rate = read_wav(data)
        sound = for_telephone(signal, rate, level_db=work.settings.level_db, pause_before_s=before, pause_after_s=after)
    except UnusableAudio as error:
        if recording is None:
            engine = work.settings.engine.command[0]
            raise SynthesisError(f"{engine} cannot say '{fragment.text}' in {fragment.language}: {error}") from None
        _refuse(work, fragment, recording, str(error))
        return
    file, ms = _file(fragment, key), round(sound.seconds * 1000)
    _write_sound(work, fragment, sound, file)
    with work.lock:
        work.made[fragment_name(fragment)] = Made(key, ms, recording.name if recording else "voice", file)


def _refuse(work: _Work, fragment: Fragment, recording: Recording, reason: str) -> None:
    """A recording that cannot be used is not replaced by the machine's voice behind the admin's back."""
    with work.lock:
        work.diagnostics.append(unusable(recording.name, reason))
        work.made.pop(fragment_name(fragment), None)


def _write_sound(work: _Work, fragment: Fragment, sound: Sound, file: str) -> None:
    for ending, content in sound.files().items():
        put_whole(work.sounds_dir / fragment.language / f"{file}{ending}", content)


def _write_records(work: _Work, wanted: tuple[Fragment, ...], record: Path | None) -> None:
    _make_folder(work.sounds_dir)
    names = [name for fragment in wanted if (name := fragment_name(fragment)) in work.made]
    _keep_young(work, wanted)
    write_made(record or work.sounds_dir / DRAFT, {name: work.made[name] for name in names})
    if record is not None:
        return
    lines = [
        f"{fragment.language}\t{one.file}\t{one.ms}\t{one.source}\t{fragment.text}"
        for fragment in sorted(wanted, key=lambda one: (one.language, one.text))
        if (one := work.made.get(fragment_name(fragment)))
    ]
    replace_changed(work.sounds_dir / INDEX, "\n".join(["language\tid\tms\tsource\ttext", *lines, ""]).encode())


def _keep_young(work: _Work, wanted: tuple[Fragment, ...]) -> None:
    """Have what is used again look as if it were made now (`USED_AGAIN_AFTER_S`)."""
    old = time.time() - USED_AGAIN_AFTER_S
    for fragment in wanted:
        if (one := work.made.get(fragment_name(fragment))) is None:
            continue
        for path in _paths(work, fragment, one.file):
            with contextlib.suppress(OSError):  # another user's, or lost meanwhile
                if path.stat().st_mtime < old:
                    os.utime(path)


def _make_folder(path: Path) -> None:
    """A folder Asterisk's own user can look into, whatever our umask; one that is there stays as it is."""
    if not path.is_dir():
        if not path.parent.is_dir():
            _make_folder(path.parent)
        path.mkdir(exist_ok=True)
        path.chmod(0o755)


def _paths(work: _Work, fragment: Fragment, file: str) -> list[Path]:
    return [work.sounds_dir / fragment.language / f"{file}{ending}" for ending in FORMATS]


def _has_sound(work: _Work, fragment: Fragment, file: str) -> bool:
    return all(_has_content(path) for path in _paths(work, fragment, file))


def _has_content(path: Path) -> bool:
    try:
        return path.stat().st_size > 0
    except OSError:
        return False
