"""Recordings taken in: each checked, trimmed, levelled and put where the build looks for it, or all refused."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from dialplan.diagnostics import Diagnostic, has_errors
from ivr.prompts.audio import for_telephone, read_wav, to_wav
from ivr.prompts.recordings import find_recordings, unusable
from ivr.prompts.wav import UnusableAudio

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ivr.prompts.catalogue import Catalogue
    from ivr.prompts.compose import Fragment
    from ivr.prompts.recordings import Recording

_WIDE: Final = 0x2E80
"""Characters from here on (CJK) are a syllable each."""
_SYLLABLE_S: Final = (0.1, 0.9)
"""Seconds a syllable of Chinese takes at least and at most; hurried and slow readers lie well within."""
_LETTER_S: Final = (0.025, 0.35)
"""The same of a letter or figure in other writing."""
_SPARE_S: Final = 1.5
"""Added to the most: a breath, a pause."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of a folder of recordings."""

    written: tuple[str, ...]
    """Files below `prompts`, new or other than before."""
    unchanged: int
    diagnostics: tuple[Diagnostic, ...]
    """With an error among them nothing was written."""


def import_recordings(catalogue: Catalogue, incoming: Path, prompts: Path, level_db: float) -> Imported:
    """Take in a folder that is laid out as `prompts` is: `en/welcome.wav`, `zh-CN/words/两.wav`.

    Args:
        catalogue: the hotline's sentences.
        incoming: the recordings; nothing in it is changed.
        prompts: the hotline's `prompts` folder.
        level_db: the level speech is brought to, in dB below full scale.

    Raises:
        OSError: something cannot be read or written.
    """
    found, diagnostics = find_recordings(catalogue, incoming)
    problems = list(diagnostics)
    ready: dict[str, bytes] = {}
    for said, recording in found.items():
        content = _converted(said, recording, level_db, problems)
        if content is not None:
            ready[recording.path.relative_to(incoming).as_posix()] = content
    if has_errors(problems):
        return Imported((), 0, tuple(problems))
    return _written(ready, prompts, problems)


def _converted(said: Fragment, recording: Recording, level_db: float, problems: list[Diagnostic]) -> bytes | None:
    try:
        signal, rate = read_wav(recording.path.read_bytes())
        sound = for_telephone(signal, rate, level_db=level_db)
    except UnusableAudio as error:
        problems.append(unusable(recording.name, str(error)))
        return None
    shortest, longest = seconds_for(said.text)
    if not shortest <= sound.seconds <= longest:
        message = f"cannot be used: {sound.seconds:.1f} s of speech for '{said.text}'"
        expected = f"{shortest:.1f} to {longest:.1f} s for these words"
        problems.append(Diagnostic("P014", "error", None, message, expected, file=recording.name))
    return to_wav(sound.samples)


def seconds_for(text: str) -> tuple[float, float]:
    """How long somebody takes to say this, at least and at most."""
    wide = sum(one.isalnum() and ord(one) >= _WIDE for one in text)
    narrow = sum(one.isalnum() and ord(one) < _WIDE for one in text)
    least, most = (wide * a + narrow * b for a, b in zip(_SYLLABLE_S, _LETTER_S, strict=True))
    return round(least, 2), round(most + _SPARE_S, 2)


def _written(ready: Mapping[str, bytes], prompts: Path, problems: list[Diagnostic]) -> Imported:
    written = []
    for name, content in sorted(ready.items()):
        path = prompts / name
        if path.is_file() and path.read_bytes() == content:
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            draft.write_bytes(content)
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
        written.append(name)
    return Imported(tuple(written), len(ready) - len(written), tuple(problems))
