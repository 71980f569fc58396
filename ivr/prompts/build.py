"""Everything a hotline can say, made into sound files before the first call.

Each fragment's sound is remembered with a key of all it was made from; a second build finds the keys unchanged and does
nothing. Files are replaced atomically and never deleted: a call in progress goes on with the wording it began with.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Literal

from dialplan.diagnostics import Diagnostic, has_errors
from ivr.prompts.audio import REVISION, Sound, for_telephone, read_wav
from ivr.prompts.compose import Fragment, everything_said
from ivr.prompts.recordings import Recording, find_recordings, unusable
from ivr.prompts.sounds import FORMATS, fragment_path
from ivr.prompts.synthesis import SpeechSettings, SynthesisError, engine_version, synthesise
from ivr.prompts.wav import UnusableAudio

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from ivr.prompts.catalogue import Catalogue

INDEX = "index.tsv"
"""For people and tests: language, id, milliseconds, where it came from, text."""
_MADE = "made.json"
"""For the next build: fragment to its key and length."""
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


@dataclass(frozen=True, slots=True)
class _Made:
    key: str
    ms: int
    source: str


@dataclass(slots=True)
class _Work:
    """One build's belongings."""

    sounds_dir: Path
    settings: SpeechSettings
    recordings: Mapping[Fragment, Recording]
    made: dict[str, _Made]
    diagnostics: list[Diagnostic] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


def build_prompts(
    catalogue: Catalogue,
    sounds_dir: Path,
    settings: SpeechSettings | None = None,
    recordings: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
    *,
    missing_only: bool = False,
) -> BuildReport:
    """Make every missing or outdated sound file.

    Args:
        catalogue: sentences that were loaded without an error.
        sounds_dir: where Asterisk finds them; made if missing.
        settings: engine, voices and level.
        recordings: the hotline's `prompts` folder, with `<lang>/<message>.wav` and `<lang>/words/<word>.wav`.
        progress: called with (made so far, to make) from any thread, beginning with (0, n); not at all when there is
            nothing to do.
        missing_only: leave what is there as it is, whatever it was made from.

    Raises:
        EngineMissing: something has to be synthesised and the program is not installed.
        SynthesisError: the engine failed; what was made before is kept.
        OSError: `sounds_dir` cannot be written.
    """
    settings = settings or SpeechSettings()
    wanted = everything_said(catalogue)
    found, diagnostics = find_recordings(catalogue, recordings)
    work = _Work(sounds_dir, settings, found, _read_made(sounds_dir), list(diagnostics))
    keys = _keys(work, wanted)
    is_done = _is_there if missing_only else _is_made
    todo = [fragment for fragment in wanted if not is_done(work, fragment, keys[fragment])]
    try:
        if todo:
            _make_all(work, [(fragment, keys[fragment]) for fragment in todo], progress)
    finally:
        _write_records(work, wanted)
    there = [work.made[name] for fragment in wanted if (name := _name(fragment)) in work.made]
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
    work = _Work(sounds_dir, settings or SpeechSettings(), found, _read_made(sounds_dir))
    keys = _keys(work, wanted)
    return {fragment: _state(work, fragment, keys[fragment]) for fragment in wanted}


def _state(work: _Work, fragment: Fragment, key: str) -> tuple[State, int]:
    made = work.made.get(_name(fragment))
    if made is None or not all(_has_content(path) for path in _paths(work, fragment)):
        return "missing", 0
    if made.key != key:
        return "stale", made.ms
    return ("recorded" if fragment in work.recordings else "voice"), made.ms


def replaced(
    catalogue: Catalogue, sounds_dir: Path, settings: SpeechSettings, recordings: Path | None
) -> tuple[Fragment, ...]:
    """What a build would make anew under the same name: another recording, voice, level or engine speaks it.

    Raises:
        EngineMissing: something is synthesised and the program is not installed.
    """
    wanted = everything_said(catalogue)
    work = _Work(sounds_dir, settings, find_recordings(catalogue, recordings)[0], _read_made(sounds_dir))
    keys = _keys(work, wanted)
    there = [fragment for fragment in wanted if _is_there(work, fragment, "")]
    return tuple(fragment for fragment in there if not _is_made(work, fragment, keys[fragment]))


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


def _is_made(work: _Work, fragment: Fragment, key: str) -> bool:
    made = work.made.get(_name(fragment))
    return made is not None and made.key == key and _is_there(work, fragment, key)


def _is_there(work: _Work, fragment: Fragment, _: str) -> bool:
    return all(_has_content(path) for path in _paths(work, fragment))


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
    _write_sound(work, fragment, sound)
    with work.lock:
        work.made[_name(fragment)] = _Made(key, round(sound.seconds * 1000), recording.name if recording else "voice")


def _refuse(work: _Work, fragment: Fragment, recording: Recording, reason: str) -> None:
    """A recording that cannot be used is not replaced by the machine's voice behind the admin's back."""
    with work.lock:
        work.diagnostics.append(unusable(recording.name, reason))
        work.made.pop(_name(fragment), None)


def _write_sound(work: _Work, fragment: Fragment, sound: Sound) -> None:
    base = fragment_path(work.sounds_dir, fragment)
    for ending, content in sound.files().items():
        _replace(base.with_name(base.name + ending), content)


def _write_records(work: _Work, wanted: tuple[Fragment, ...]) -> None:
    _make_folder(work.sounds_dir)
    made = {name: asdict(one) for name, one in sorted(work.made.items())}
    _replace_changed(work.sounds_dir / _MADE, json.dumps(made, ensure_ascii=False, indent=0).encode())
    lines = [
        f"{fragment.language}\t{fragment.id}\t{one.ms}\t{one.source}\t{fragment.text}"
        for fragment in sorted(wanted, key=lambda one: (one.language, one.text))
        if (one := work.made.get(_name(fragment)))
    ]
    _replace_changed(work.sounds_dir / INDEX, "\n".join(["language\tid\tms\tsource\ttext", *lines, ""]).encode())


def _read_made(sounds_dir: Path) -> dict[str, _Made]:
    """What earlier builds made; nothing when their record is missing or damaged, and all is made again."""
    try:
        record = json.loads((sounds_dir / _MADE).read_bytes())
        return {name: _Made(str(one["key"]), int(one["ms"]), str(one["source"])) for name, one in record.items()}
    except (FileNotFoundError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _make_folder(path: Path) -> None:
    """A folder Asterisk's own user can look into, whatever our umask; one that is there stays as it is."""
    if not path.is_dir():
        if not path.parent.is_dir():
            _make_folder(path.parent)
        path.mkdir(exist_ok=True)
        path.chmod(0o755)


def _replace_changed(path: Path, content: bytes) -> None:
    """Replace a file unless it holds this already."""
    if not path.is_file() or path.read_bytes() != content:
        _replace(path, content)


def _replace(path: Path, content: bytes) -> None:
    """Whole or not at all, and readable by Asterisk's own user."""
    draft = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}")
    try:
        draft.write_bytes(content)
        draft.chmod(0o644)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _paths(work: _Work, fragment: Fragment) -> list[Path]:
    base = fragment_path(work.sounds_dir, fragment)
    return [base.with_name(base.name + ending) for ending in FORMATS]


def _has_content(path: Path) -> bool:
    try:
        return path.stat().st_size > 0
    except OSError:
        return False


def _name(fragment: Fragment) -> str:
    return f"{fragment.language}/{fragment.id}"
