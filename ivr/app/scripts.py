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
    """The scripts of one folder."""

    def __init__(self, folder: Path, bounds: Bounds | None = None) -> None:
        self.serve = ScriptHost(folder, bounds)
        """The route `script/<name>`."""

    async def run(self, script: str, args: tuple[str, ...], channel: Channel) -> bool:
        """Run it on this call; False when there is none of that name, it failed, or too many run."""
        flow_request = channel.request
        channel.request = replace(flow_request, script=f"script/{script}", args=args)
        try:
            return await self.serve.run(channel)
        except ScriptError as wrong:
            log.error("script_not_run", why=str(wrong))
            return False
        finally:
            channel.request = flow_request
