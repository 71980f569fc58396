"""A viewer's other end, without a socket: it takes every message, and its reader asks for them one by one."""

from __future__ import annotations

import json
from collections import deque
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wallboard.frames import Message
    from wallboard.hub import Viewer


class Inbox:
    """What a viewer was told and nobody has read yet; what waited for it comes first."""

    def __init__(self, viewer: Viewer) -> None:
        self._messages: deque[Message] = deque()
        viewer.open(self._take)

    def next(self) -> Any:
        """The next message."""
        return json.loads(self.message().text)

    def message(self) -> Message:
        """The same as it was told."""
        return self._messages.popleft()

    def _take(self, message: Message) -> bool:
        self._messages.append(message)
        return True
