"""Announcements of a line as sound files, each made once for all who are told the same: `sounds/line/<language>_<id>/`.

Asterisk looks for `sounds/line/place` in the folder of the channel's language, and where that folder is not there, in
those of the part before the `_`, in which there is never one (`main/file.c`, `fileexists_core`; tried on 22.10.1).
"""

from __future__ import annotations

import asyncio
import hashlib
import shutil
from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING, Final

import structlog

from dialplan.model import LINE_SOUND
from ivr.prompts.values import CannotSay

if TYPE_CHECKING:
    from ami_bridge.domain.line import Words
    from ivr.runner.ports import Kept

MOST_KEPT: Final = 300
"""Announcements on disk, the latest used: more than lie ready at one time, some 30 MB."""
ENDINGS: Final = (".alaw", ".ulaw")
"""Telephone codecs as they come from the wire: such files may be put one behind the other byte by byte."""

log = structlog.get_logger("ivr.line")


class LineVoice:
    """Puts announcements together from the hotline's prompts.

    Args:
        releases: The hotline by version: a caller hears the sentences of the one the call began with.
        sounds: The folder of sounds. What an earlier run left in its `line` is removed: nobody hears old numbers.

    Raises:
        OSError: the folder cannot be emptied or made.
    """

    def __init__(self, releases: Kept, sounds: Path) -> None:
        self._releases = releases
        self._folder = (sounds / LINE_SOUND).parent
        self._made: OrderedDict[str, None] = OrderedDict()
        self.clear()
        self._folder.mkdir(parents=True)

    def clear(self) -> None:
        """Remove all of them: from now on nothing is announced."""
        shutil.rmtree(self._folder, ignore_errors=True)
        self._made.clear()

    async def put(self, words: Words) -> str | None:
        """Have it where Asterisk finds it; the channel language that leads there, None when it cannot be said."""
        release = await self._releases.at(words.flow_version)
        if release is None:
            return None
        args = {"ahead": words.ahead, **({} if words.wait_s is None else {"wait": words.wait_s})}
        try:
            files = release.speech.files(words.message, args, words.language)
        except CannotSay as reason:
            log.error("cannot_announce", why=str(reason))
            return None
        language = f"{words.language}_{hashlib.sha256('&'.join(files).encode()).hexdigest()[:12]}"
        if language not in self._made:
            try:
                await asyncio.to_thread(_join, files, self._folder / language / Path(LINE_SOUND).name)
            except OSError as error:
                log.error("announcement_not_written", why=str(error))
                return None
        self._made[language] = None
        self._made.move_to_end(language)
        while len(self._made) > MOST_KEPT:
            shutil.rmtree(self._folder / self._made.popitem(last=False)[0], ignore_errors=True)
        return language


def _join(files: tuple[str, ...], target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    for ending in ENDINGS:
        staged = target.with_name(f".{target.name}{ending}")
        staged.write_bytes(b"".join(Path(file + ending).read_bytes() for file in files))
        staged.replace(target.with_name(target.name + ending))
