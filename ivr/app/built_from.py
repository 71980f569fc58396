"""What a running service was built from, and what Asterisk was: settings a new version does not change by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ivr.app.switch import announced_every
from ivr.config.version import NOT_HEARD

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ivr.config.model import Hotline
    from ivr.flow.model import FlowSet

STARTED_WITH: Final = (
    "node", "time_zone", "region", "data_sources", "lookups", "agi", "ami", "database_url", "state_dir",
)  # fmt: skip
"""Settings the running service was built from: a change of them waits for a restart."""
OF_A_VERSION: Final = tuple(name for name in STARTED_WITH if name not in NOT_HEARD)
"""Of these, those that are published; the others are this machine's, read when the service starts."""
RENDERED: Final = ("numbers", "queues", "agents", "trunks", "rescue", "sip", "queue_log")
"""Settings that are in Asterisk's files: `hotline render` brings them there."""


def changed(old: Hotline, new: Hotline, settings: Sequence[str]) -> tuple[str, ...]:
    """Which of these settings are others."""
    return tuple(name for name in settings if getattr(old, name) != getattr(new, name))


def rhythm(hotline: Hotline, old: FlowSet, new: FlowSet) -> tuple[str, ...]:
    """Queues in which Asterisk is to announce at other times: the one thing of flows that is in its files."""
    return tuple(name for name in hotline.queues if announced_every(name, old) != announced_every(name, new))
