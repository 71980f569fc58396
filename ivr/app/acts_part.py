"""The bridge's desk for supervisors, put together: where acts are kept, and which numbers may be closed."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from ami_bridge.acts.desk import Desk
from ami_bridge.acts.door import Door
from ami_bridge.acts.own import OwnActs
from ami_bridge.bridge import utc_now
from ami_bridge.feed import FeedTaken, refuse_taken
from ivr.app.closed_numbers import ClosedFile, ClosedNumbers, closing_messages
from ivr.app.mistakes import MistakeError, cannot_use
from ivr.app.opened import database_mistake
from store.errors import StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from ami_bridge.bridge import Bridge
    from ivr.app.loading import Ready
    from store.engine import Store


@asynccontextmanager
async def desk_open(ready: Ready, bridge: Bridge, store: Store) -> AsyncIterator[None]:
    """Supervisors' acts are taken for as long as the block runs.

    Raises:
        MistakeError: the file of closed numbers or the socket cannot be used, or the database is away.
    """
    where, hotline = ready.places, ready.hotline
    numbers = ClosedNumbers(ClosedFile(where.closed), hotline.numbers, closing_messages(ready.catalogue))
    desk = Desk(bridge, store, OwnActs(numbers), utc_now, may_listen=hotline.ami.listening)
    try:
        refuse_taken(where.acts)  # first: another bridge's acts under way are not to be told as interrupted
        await desk.open()
    except StoreUnavailable as away:
        raise database_mistake(ready, away) from None
    except FeedTaken:
        raise MistakeError(f"another bridge serves {where.acts} already (is the hotline running twice?)") from None
    except OSError as wrong:
        raise cannot_use(where.closed, wrong) from None
    door = Door(where.acts, desk)
    try:
        await door.open()
    except OSError as wrong:
        raise cannot_use(where.acts, wrong) from None
    ageing = asyncio.create_task(desk.run(), name="notes")
    try:
        yield
    finally:
        ageing.cancel()
        await door.close()
        await desk.close()
