"""From a sentence to sound files: the one thing the runner asks of this package while a caller waits."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ivr.prompts.compose import Fragment, compose, everything_said, sentence

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ivr.prompts.catalogue import Catalogue

FORMATS = (".wav", ".alaw", ".ulaw")
"""What each fragment is kept as: 8 kHz mono, so that Asterisk finds the channel's own codec and never transcodes."""


def fragment_path(sounds_dir: Path, fragment: Fragment) -> Path:
    """Where a fragment's files are, without their ending: what STREAM FILE and GET DATA want."""
    return sounds_dir / fragment.language / fragment.id


class Speech:
    """What the hotline can say, and which files say it."""

    def __init__(self, catalogue: Catalogue, sounds_dir: Path) -> None:
        self._catalogue = catalogue
        self._sounds_dir = Path(sounds_dir).absolute()

    def files(self, message: str, args: Mapping[str, object], language: str) -> tuple[str, ...]:
        """The sound files of a message in order, as absolute paths without ending. Touches no disk.

        Raises:
            CannotSay: no such message or language, or a value that is missing, of another kind or out of range.
        """
        fragments = compose(self._catalogue, message, args, language)
        return tuple(str(fragment_path(self._sounds_dir, fragment)) for fragment in fragments)

    def words(self, message: str, args: Mapping[str, object], language: str) -> str:
        """The same sentence as text, for flow tests, the simulator and the journey.

        Raises:
            CannotSay: as `files`.
        """
        return sentence(self._catalogue, message, args, language)

    def missing_files(self) -> tuple[str, ...]:
        """Every file of everything that can ever be said that is not on disk; empty when the prompts are built."""
        bases = (fragment_path(self._sounds_dir, fragment) for fragment in everything_said(self._catalogue))
        wanted = (base.with_name(base.name + ending) for base in bases for ending in FORMATS)
        return tuple(str(path) for path in wanted if not path.is_file())
