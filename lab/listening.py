"""Which prompt a caller is hearing, told from the bytes of the RTP alone; pure.

Asterisk sends a file that is in the channel's codec bit by bit, 160 bytes a packet from its beginning, so a packet's
payload says which file it is from and where in it. When a file's length is no multiple of 160 the smoother joins its
rest with the next file's beginning (`res_rtp_asterisk.c`, ast_smoother); the search then finds the new alignment.
"""

from __future__ import annotations

import bisect
import functools
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lab.rtp import FRAME, FRAME_MS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

_QUIET = 80
"""Loudest sample (of 32767) of a frame that counts as silence."""
_NOISE_FRAMES = 10
"""Frames of unknown sound in a row that are told: 200 ms, more than a click."""

_LOST_FRAMES = 10
"""Frames of a prompt that a busy machine may lose, 200 ms, and a tenth of it; more is another prompt, or a cut one."""


def _alaw_sample(code: int) -> int:
    """ITU-T G.711 A-law byte to a 16-bit sample."""
    code ^= 0x55
    exponent, mantissa = (code & 0x70) >> 4, code & 0x0F
    size = (mantissa << 4) + 8 if exponent == 0 else ((mantissa << 4) + 0x108) << (exponent - 1)
    return size if code & 0x80 else -size


_LOUD = bytes(1 if abs(_alaw_sample(code)) > _QUIET else 0 for code in range(256))


_SAMPLES = tuple(_alaw_sample(code).to_bytes(2, "little", signed=True) for code in range(256))


def alaw_to_linear(audio: bytes) -> bytes:
    """A-law bytes as 16-bit little-endian samples."""
    return b"".join(_SAMPLES[code] for code in audio)


def linear_to_alaw(samples: Iterable[int]) -> bytes:
    """16-bit samples as A-law bytes, each the nearest there is."""
    return bytes(_nearest(sample) for sample in samples)


_IN_ORDER = sorted((_alaw_sample(code), code) for code in range(256))
"""Every sample there is, the lowest first, and the byte that stands for it."""


@functools.cache
def _nearest(sample: int) -> int:
    above = bisect.bisect(_IN_ORDER, (sample,))
    around = _IN_ORDER[max(0, above - 1) : above + 1]
    return min((abs(value - sample), code) for value, code in around)[1]


def is_silent(frame: bytes) -> bool:
    """Whether an A-law frame holds nothing a person would hear."""
    return 1 not in frame.translate(_LOUD)


def plain(text: str) -> str:
    """Letters and digits only, in lower case, so that punctuation and spaces between fragments do not matter."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(char for char in folded if unicodedata.category(char)[0] in "LNM")


@dataclass(frozen=True, slots=True)
class Prompt:
    """One sound file, known by its content."""

    name: str
    """Its file's name without folder and ending, or whatever the test calls it."""
    language: str
    """BCP 47 tag, or empty."""
    text: str
    """What it says."""
    frames: tuple[bytes, ...] = field(repr=False)
    """Its A-law bytes, 160 each; a shorter rest is left out."""
    first: int
    """Index of the first frame that is not silent."""
    last: int
    """Index of the last frame that is not silent, -1 when all are."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One stretch of one prompt, or of unknown sound, in a caller's ear."""

    prompt: Prompt | None
    """Which; None for sound that is in no known file (music, a ringing tone, a voice)."""
    started_ms: int
    """When its first audible frame came, in milliseconds since the listening began."""
    frames: int
    """How many frames of it were heard, silent ones inside included."""
    first: int
    """The first frame of the file heard."""
    last: int
    """The last frame of the file heard."""
    holes: int = 0
    """Frames missing in between."""

    @property
    def name(self) -> str:
        """The prompt's name, `?` for unknown sound."""
        return self.prompt.name if self.prompt else "?"

    @property
    def text(self) -> str:
        """What was said, `?` for unknown sound."""
        return self.prompt.text if self.prompt else "?"

    @property
    def language(self) -> str:
        """The language it was said in, empty for unknown sound."""
        return self.prompt.language if self.prompt else ""

    @property
    def ended_ms(self) -> int:
        """When its last frame had been heard."""
        return self.started_ms + (self.frames + self.holes) * FRAME_MS

    @property
    def complete(self) -> bool:
        """Whether the file was heard from its first audible frame to its last; packets lost on the way are no end."""
        prompt = self.prompt
        if prompt is None or self.first > prompt.first or self.last < prompt.last:
            return False
        return self.holes <= min(_LOST_FRAMES, len(prompt.frames) // 10)


class PromptIndex:
    """Every known prompt, by the content of its frames."""

    def __init__(self) -> None:
        self.prompts: list[Prompt] = []
        self._where: dict[bytes, list[tuple[Prompt, int]]] = {}
        self._seen: set[Path] = set()

    def add(self, name: str, audio: bytes, *, language: str = "", text: str = "") -> Prompt:
        """Make one prompt known by its A-law bytes."""
        frames = tuple(audio[at : at + FRAME] for at in range(0, len(audio) - FRAME + 1, FRAME))
        audible = [at for at, frame in enumerate(frames) if not is_silent(frame)]
        first, last = (audible[0], audible[-1]) if audible else (0, -1)
        prompt = Prompt(name, language, text or name, frames, first, last)
        self.prompts.append(prompt)
        for at in audible:
            self._where.setdefault(frames[at], []).append((prompt, at))
        return prompt

    def add_folder(self, folder: Path, texts: Mapping[str, str] | None = None) -> int:
        """Make every `.alaw` file below a folder known, each once; how many were new.

        Args:
            folder: its first level names the language, as Asterisk wants it.
            texts: what each file says, by its name without ending; the name itself where it is missing.
        """
        new = [path for path in sorted(folder.rglob("*.alaw")) if path not in self._seen]
        for path in new:
            self._seen.add(path)
            language = path.relative_to(folder).parts[0] if path.parent != folder else ""
            self.add(path.stem, path.read_bytes(), language=language, text=(texts or {}).get(path.stem, ""))
        return len(new)

    def places(self, frame: bytes) -> list[tuple[Prompt, int]]:
        """Where this frame occurs; nowhere when it is silent or unknown."""
        return self._where.get(frame, [])


@dataclass(slots=True)
class _Run:
    """Frames in a row that all fit the same file or files."""

    candidates: list[tuple[Prompt, int, int]]
    """Prompt, the frame where the run began in it, and the last frame that fitted."""
    started_ms: int
    frames: int = 1
    holes: int = 0

    def follow(self, frame: bytes) -> bool:
        """Whether some candidate goes on with this frame; the others are dropped."""
        going_on = [
            (prompt, first, last + 1)
            for prompt, first, last in self.candidates
            if last + 1 < len(prompt.frames) and prompt.frames[last + 1] == frame
        ]
        if not going_on:
            return False
        self.candidates = going_on
        self.frames += 1
        return True

    def best(self) -> Heard:
        """What was heard: of several files that all fit, the one that ended here, else the shortest."""
        ended = [one for one in self.candidates if one[2] >= one[0].last]
        prompt, first, last = min(ended or self.candidates, key=lambda one: (len(one[0].frames), one[1]))
        return Heard(prompt, self.started_ms, self.frames, first, last, self.holes)

    def settled(self) -> bool:
        """Whether the file has been heard to its last audible frame and no longer file can be meant."""
        return all(last >= prompt.last for prompt, _, last in self.candidates)


class Recogniser:
    """The bytes a caller hears, in order, into stretches of prompts."""

    def __init__(self, index: PromptIndex) -> None:
        self._index = index
        self._rest = b""
        self._run: _Run | None = None
        self._left: list[tuple[Prompt, int, int]] = []
        """What the last run that ended may have been: a beginning that several files share is any of them."""
        self._noise: list[int] = []
        self.finished: list[Heard] = []
        """Stretches that are over, in order."""

    @property
    def current(self) -> Heard | None:
        """What is being heard now, told as soon as only one prompt can be meant."""
        run = self._run
        if run is None or (len({one[0] for one in run.candidates}) > 1 and not run.settled()):
            return None
        return run.best()

    def heard(self) -> list[Heard]:
        """Everything so far, the current stretch last."""
        return [*self.finished, *([self.current] if self.current else [])]

    def feed(self, audio: bytes, now_ms: int) -> None:
        """Take the next bytes; `now_ms` is when their first one came."""
        began = now_ms - len(self._rest) * 1000 // 8000
        data = self._rest + audio
        at = 0
        while len(data) - at >= FRAME:
            step = self._one(data, at, began + at * 1000 // 8000)
            if step == 0:
                break
            at += step
        self._rest = data[at:]

    def silence(self) -> None:
        """Nothing came for a while: what was going on is over."""
        if self._rest and self._run is None:
            self._one(self._rest.ljust(2 * FRAME, b"\xd5"), 0, 0)
        self._rest = b""
        self._end_run()
        self._end_noise()

    def _one(self, data: bytes, at: int, at_ms: int) -> int:
        """Deal with the frame at `at`; how many bytes were used, 0 when more are needed to tell."""
        frame = data[at : at + FRAME]
        if self._run is not None:
            if self._run.follow(frame):
                return FRAME
            self._end_run()
        if places := self._index.places(frame):
            self._begin(places, at_ms)
            return FRAME
        if is_silent(frame):
            self._end_noise()
            return FRAME
        if len(data) - at < 2 * FRAME:
            return 0
        for shift in range(1, FRAME):
            if places := self._index.places(data[at + shift : at + shift + FRAME]):
                self._begin(places, at_ms, shifted=True)
                return shift + FRAME
        self._noise.append(at_ms)
        return FRAME

    def _begin(self, places: list[tuple[Prompt, int]], at_ms: int, *, shifted: bool = False) -> None:
        self._end_noise()
        # A beginning that shares a packet with silence may look silent: its frame was heard all the same.
        run = _Run(
            [
                (prompt, place - 1 if shifted and place == prompt.first + 1 else place, place)
                for prompt, place in places
            ],
            at_ms,
        )
        before = self.finished[-1] if self.finished else None
        # A lost packet: the same prompt goes on a few frames later, not before it should. A late one (a busy machine
        # sends nothing for a while): it goes on with the very next frame, whenever that is.
        if before is not None and before.prompt is not None and not before.complete:
            late = round((at_ms - before.ended_ms) / FRAME_MS)
            joined = [
                (place - last - 1, (prompt, first, place))
                for prompt, place in places
                for was, first, last in self._left
                if was is prompt
            ]
            fitting = [hole for hole, _ in joined if 0 <= hole <= min(_LOST_FRAMES, late + 1)]
            if fitting:
                self.finished.pop()
                going_on = [one for hole, one in joined if hole == min(fitting)]
                run = _Run(going_on, before.started_ms, before.frames + 1)
                run.holes = before.holes + min(fitting)
        self._run = run

    def _end_run(self) -> None:
        if self._run is not None:
            self.finished.append(self._run.best())
            self._left = self._run.candidates
            self._run = None

    def _end_noise(self) -> None:
        noise, self._noise = self._noise, []
        if len(noise) >= _NOISE_FRAMES:
            self.finished.append(Heard(None, noise[0], len(noise), 0, len(noise) - 1))


def transcript(heard: list[Heard]) -> str:
    """What was said from beginning to end, as a test compares it; a cut prompt and unknown sound break the row."""
    return "".join(_words(heard))


def _words(heard: list[Heard]) -> Iterator[str]:
    for one in heard:
        yield plain(one.text) if one.complete else "|"
