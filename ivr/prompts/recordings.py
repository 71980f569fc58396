"""Recordings beside the sentences: whose voice is used instead of the machine's, and which files belong to nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dialplan.diagnostics import Diagnostic, did_you_mean
from ivr.prompts.catalogue import ALL
from ivr.prompts.compose import Fragment, everything_said, fragment, spoken_text
from ivr.prompts.message import Literal, Message
from ivr.prompts.wav import USABLE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from ivr.prompts.catalogue import Catalogue

_WORDS = "words"
_OTHER_AUDIO = frozenset({".mp3", ".ogg", ".flac", ".m4a", ".aac", ".opus", ".wma", ".gsm", ".aif", ".aiff"})


@dataclass(frozen=True, slots=True)
class Recording:
    """One file that says one fragment."""

    path: Path
    name: str
    """As admins know it: `prompts/zh-CN/greeting.wav`."""


def find_recordings(
    catalogue: Catalogue, folder: Path | None
) -> tuple[Mapping[Fragment, Recording], tuple[Diagnostic, ...]]:
    """Every recording of a hotline's prompts folder, by what it says.

    Args:
        catalogue: the sentences.
        folder: the hotline's `prompts`; None or a missing one holds no recordings.
    """
    found: dict[Fragment, Recording] = {}
    diagnostics: list[Diagnostic] = []
    if folder is None or not folder.is_dir():
        return found, ()
    for language in (*catalogue.languages, ALL):
        paths = tuple(_audio_files(folder / language))
        names = _sayable(catalogue, language) if paths else {}
        for path in paths:
            relative = path.relative_to(folder / language).as_posix()
            shown = f"{folder.name}/{language}/{relative}"
            said = names.get(relative[:-4]) if path.suffix.lower() == ".wav" else None
            if said is None:
                diagnostics.append(_nobody_hears(shown, relative, path.suffix.lower(), names))
            elif said in found and found[said].path.read_bytes() != path.read_bytes():
                text = f"it says the same as {found[said].name}, in another recording"
                diagnostics.append(Diagnostic("P015", "error", None, text, "one recording for one text", file=shown))
            else:
                found.setdefault(said, Recording(path, shown))
    return found, tuple(diagnostics)


def recording_names(catalogue: Catalogue) -> Mapping[Fragment, str]:
    """Everything that can be said to the file that says it, below `prompts`: `en/welcome.wav`, `en/words/two.wav`.

    Of several names the message's own comes before one of its stretches, and this before the words'.
    """
    found: dict[Fragment, tuple[int, str]] = {}
    for language in (*catalogue.languages, ALL):
        for name, said in _sayable(catalogue, language).items():
            stem, dot, number = name.rpartition(".")
            rank = 2 if name.startswith(f"{_WORDS}/") else 1 if dot and stem and number.isdigit() else 0
            if said not in found or rank < found[said][0]:
                found[said] = rank, f"{language}/{name}.wav"
    return {said: name for said, (_, name) in found.items()}


def wav_files(catalogue: Catalogue, folder: Path) -> Iterator[tuple[Path, str]]:
    """Every WAV file of the prompts folder with its name, whether or not anything is said with it.

    Args:
        catalogue: the sentences, as far as they could be read.
        folder: the hotline's `prompts`.
    """
    for language in (*catalogue.languages, ALL):
        for path in _audio_files(folder / language):
            if path.suffix.lower() == ".wav":
                yield path, f"{folder.name}/{path.relative_to(folder).as_posix()}"


def unusable(shown: str, reason: str) -> Diagnostic:
    """P014: a recording that cannot become a sound."""
    return Diagnostic("P014", "error", None, f"cannot be used: {reason}", USABLE, file=shown)


def _audio_files(folder: Path) -> Iterator[Path]:
    """What looks like sound, in a stable order."""
    if folder.is_dir():
        for path in sorted(folder.rglob("*")):
            if path.suffix.lower() in _OTHER_AUDIO | {".wav"} and path.is_file():
                yield path


def _sayable(catalogue: Catalogue, language: str) -> dict[str, Fragment]:
    """Name of a recording without its ending, to what it says."""
    names: dict[str, Fragment] = {}
    if language != ALL:
        for said in everything_said(catalogue):
            if said.language == language:
                names[f"{_WORDS}/{said.text}"] = said
    for message in _messages(catalogue, language):
        stretches = [
            fragment(spoken, tongue)
            for tongue, part in message.walk_with_language()
            if isinstance(part, Literal) and (spoken := spoken_text(part.text))
        ]
        for number, stretch in enumerate(stretches, 1):
            names.setdefault(f"{message.name}.{number}", stretch)
        if len(stretches) == 1 and not message.places:
            names[message.name] = stretches[0]
    return names


def _messages(catalogue: Catalogue, language: str) -> list[Message]:
    if language != ALL:
        return [message for message in catalogue.messages[language].values() if not message.shared]
    shared = {name: message for own in catalogue.messages.values() for name, message in own.items() if message.shared}
    return list(shared.values())


def _nobody_hears(shown: str, relative: str, suffix: str, names: Mapping[str, Fragment]) -> Diagnostic:
    stem = relative[: -len(suffix)]
    if suffix != ".wav":
        hint = f"did you mean it as '{stem}.wav'? Convert it to WAV" if stem in names else "only WAV files are used"
        return Diagnostic("P013", "warning", None, "not a WAV file: nobody would hear it", hint=hint, file=shown)
    if f"{stem}.1" in names:
        count = sum(1 for name in names if name.rpartition(".")[0] == stem and name.rpartition(".")[2].isdigit())
        hint = f"'{stem}' has values or several stretches: record '{stem}.1.wav'" + (
            f" to '{stem}.{count}.wav'" if count > 1 else ""
        )
    else:
        hint = did_you_mean(stem, (name for name in names if not name.startswith(f"{_WORDS}/"))) or ""
    return Diagnostic("P013", "warning", None, "belongs to nothing that is said", hint=hint or None, file=shown)
