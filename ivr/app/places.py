"""Where one hotline keeps its things on this machine: everything below its state folder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ivr.app.owners import give, make_private
from ivr.config.secrets import resolve_address

if TYPE_CHECKING:
    from pathlib import Path

    from ivr.config.model import Hotline


@dataclass(frozen=True, slots=True)
class Places:
    """Absolute paths, and the database's address."""

    state: Path
    """The folder itself."""
    database_url: str
    """May hold a password."""

    @property
    def sounds(self) -> Path:
        """Built prompts; Asterisk reads them at this same path."""
        return self.state / "sounds"

    @property
    def recordings(self) -> Path:
        """Voicemail; Asterisk writes it at this same path."""
        return self.state / "recordings"

    @property
    def feed(self) -> Path:
        """The Unix socket from the bridge to the wallboard."""
        return self.state / "feed.sock"

    @property
    def acts(self) -> Path:
        """The Unix socket over which the wallboard asks the bridge for supervisors' acts."""
        return self.state / "acts.sock"

    @property
    def closed(self) -> Path:
        """Which numbers are closed by hand (`ivr.app.closed_numbers`)."""
        return self.state / "closed.json"

    @property
    def spool(self) -> Path:
        """Rows that wait for a database that is away, a folder for each process."""
        return self.state / "spool"

    @property
    def versions(self) -> Path:
        """A copy of each version that ever took a call."""
        return self.state / "versions"

    @property
    def published(self) -> Path:
        """What was published, a file for each act (`ivr.publishing.book`)."""
        return self.state / "published"

    @property
    def running(self) -> Path:
        """What the AGI server has taken up of that (`ivr.app.standing`)."""
        return self.state / "running.json"

    @property
    def running_lock(self) -> Path:
        """Held by the AGI server that says so."""
        return self.state / "running.lock"

    @property
    def cursor_key(self) -> Path:
        """The key that seals cursors between two segments of a call."""
        return self.state / "cursor.key"

    @property
    def memory_key(self) -> Path:
        """The key that calling numbers are hashed with."""
        return self.state / "memory.key"

    @property
    def wallboard(self) -> Path:
        """Who is signed in at the wallboard, and links that let somebody in once."""
        return self.state / "wallboard"

    def make(self) -> None:
        """Make the folders that are missing.

        Raises:
            OSError: they cannot be made.
        """
        for folder in (self.state, self.sounds, self.recordings):
            if not folder.is_dir():
                folder.mkdir(parents=True, exist_ok=True)
                give(folder, folder.parent)
        make_private(self.versions)

    def give_all(self) -> None:
        """Give what root has made while publishing to the service.

        Raises:
            OSError: it cannot be given.
        """
        for made in (self.sounds, self.versions, self.published, self.memory_key):
            if made.exists():
                give(made, self.state)


def places(hotline: Hotline, folder: Path) -> Places:
    """Where the hotline of this folder keeps its things; a relative `state_dir` is below the folder.

    Raises:
        SecretMissingError: the database's address is not where the hotline says it is.
    """
    state = (folder / hotline.state_dir).resolve()
    if hotline.database_url is None:
        return Places(state, f"sqlite:///{state / 'hotline.db'}")
    return Places(state, resolve_address(hotline.database_url, folder))
