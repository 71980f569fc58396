"""From a sentence to sound files: the one thing the runner asks of this package while a caller waits."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ivr.prompts.compose import Fragment, compose, everything_said, sentence
from ivr.prompts.made import read_draft

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ivr.prompts.catalogue import Catalogue
    from ivr.prompts.made import Made

FORMATS = (".wav", ".alaw", ".ulaw")
"""What each fragment is kept as: 8 kHz mono, so that Asterisk finds the channel's own codec and never transcodes."""


def fragment_name(fragment: Fragment) -> str:
    """What a record of sounds (`ivr.prompts.made`) has a fragment under."""
    return f"{fragment.language}/{fragment.id}"


class Speech:
    """What the hotline can say, and which files say it.

    Args:
        catalogue: the sentences.
        sounds_dir: where their sounds are.
        made: which file says what; None is what the last build of the folder left. What is not in it is looked for
            under the id of its words, as the sounds of versions are that were kept before they had a record.
    """

    def __init__(self, catalogue: Catalogue, sounds_dir: Path, made: Mapping[str, Made] | None = None) -> None:
        self._catalogue = catalogue
        self._sounds_dir = Path(sounds_dir).absolute()
        found = read_draft(self._sounds_dir) if made is None else made
        self._files = {name: one.file for name, one in found.items()}

    def files(self, message: str, args: Mapping[str, object], language: str) -> tuple[str, ...]:
        """The sound files of a message in order, as absolute paths without ending. Touches no disk.

        Raises:
            CannotSay: no such message or language, or a value that is missing, of another kind or out of range.
        """
        fragments = compose(self._catalogue, message, args, language)
        return tuple(str(self._base(fragment)) for fragment in fragments)

    def words(self, message: str, args: Mapping[str, object], language: str) -> str:
        """The same sentence as text, for flow tests, the simulator and the journey.

        Raises:
            CannotSay: as `files`.
        """
        return sentence(self._catalogue, message, args, language)

    def missing_files(self) -> tuple[str, ...]:
        """Every file of everything that can ever be said that is not on disk; empty when the prompts are built."""
        bases = (self._base(fragment) for fragment in everything_said(self._catalogue))
        wanted = (base.with_name(base.name + ending) for base in bases for ending in FORMATS)
        return tuple(str(path) for path in wanted if not path.is_file())

    def _base(self, fragment: Fragment) -> Path:
        return self._sounds_dir / fragment.language / self._files.get(fragment_name(fragment), fragment.id)
