"""The hotline's classic AGI scripts: as a route of their own, and as a step of a flow."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import structlog

from agi.script_thread import Bounds, ScriptError
from agi.scripts import ScriptHost

if TYPE_CHECKING:
    from pathlib import Path

    from agi.channel import Channel

log = structlog.get_logger("ivr.script")


class ScriptFolder:
    """The scripts of one folder, and of the versions that calls in progress began with.

    Args:
        folder: the hotline's own.
        bounds: what one script may take.
        versions: where each version's copy is (`ivr.app.releases`).
    """

    def __init__(self, folder: Path, bounds: Bounds | None = None, versions: Path | None = None) -> None:
        self._versions = versions
        self.serve = ScriptHost(folder, bounds)
        """The route `script/<name>`."""

    async def run(self, script: str, args: tuple[str, ...], channel: Channel, version: str) -> bool:
        """Run that version's on this call; False when there is none of that name, it failed, or too many run."""
        flow_request = channel.request
        channel.request = replace(flow_request, script=f"script/{script}", args=args)
        try:
            return await self.serve.run(channel, self._of(version))
        except ScriptError as wrong:
            log.error("script_not_run", why=str(wrong))
            return False
        finally:
            channel.request = flow_request

    def _of(self, version: str) -> Path | None:
        """A version's scripts; None for the hotline's own folder, when there is no copy."""
        if self._versions is None or not version.isalnum():
            return None
        copy = self._versions / version
        return copy / "scripts" if copy.is_dir() else None
