import asyncio
import logging
from collections import deque
from typing import Any

from .actions import Action
from .message import Message

class AMIProtocol(asyncio.Protocol):
    transport: Any
    closed: bool
    queue: deque[str]
    responses: dict[str, Action]
    factory: Any
    version: str | None
    log: logging.Logger
    encoding: str
    config: dict[str, Any]
    def connection_made(self, transport: asyncio.BaseTransport) -> None: ...
    def send(self, data: Any, as_list: bool | None = ...) -> asyncio.Future[Any]: ...
    def data_received(self, data: bytes) -> None: ...
    def handle_message(self, message: Message) -> None: ...
    def connection_lost(self, exc: Any) -> None: ...
    def close(self) -> None: ...
