"""The hotline's database, opened for one process."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from ivr.app.loading import place_of
from ivr.app.mistakes import MistakeError
from ivr.config.kinds import SecretRef
from store.engine import open_store
from store.errors import BadDatabaseUrl, SchemaMismatch, StoreUnavailable
from store.migrate import upgrade

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from ivr.app.loading import Ready
    from store.engine import Store
    from store.migrate import Upgrade

WRONG = (BadDatabaseUrl, StoreUnavailable, SchemaMismatch)
"""What can be wrong with a database, each told in one sentence without its password."""


async def upgraded(ready: Ready) -> Upgrade:
    """Bring the database to the schema this program knows.

    Raises:
        MistakeError: its address is wrong, it does not answer, or a newer program has been at it.
    """
    try:
        return await upgrade(ready.places.database_url)
    except WRONG as wrong:
        raise database_mistake(ready, wrong) from None


@asynccontextmanager
async def opened_store(ready: Ready) -> AsyncIterator[Store]:
    """The database, at the schema this program knows; closed at the end.

    Raises:
        MistakeError: its address is wrong, it does not answer, or a newer program has been at it.
    """
    await upgraded(ready)
    try:
        store = await open_store(ready.places.database_url)
    except WRONG as wrong:
        raise database_mistake(ready, wrong) from None
    try:
        yield store
    finally:
        await store.close()


def database_mistake(ready: Ready, wrong: Exception) -> MistakeError:
    """The sentence, with the place where the address is set."""
    match ready.hotline.database_url:
        case None:
            place = place_of(ready, "state_dir")
        case SecretRef() as ref:
            place = f"the {ref}"
        case _:
            place = place_of(ready, "database_url")
    return MistakeError(f"{wrong} (the address is set by {place})")
