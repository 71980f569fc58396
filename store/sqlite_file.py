"""One SQLite file for several processes: tried before it is opened for good, and every connection set up alike."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from typing import TYPE_CHECKING, Final

from sqlalchemy.util.concurrency import in_greenlet

from store.errors import StoreUnavailable

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.engine.interfaces import DBAPIConnection
    from sqlalchemy.pool import ConnectionPoolEntry

_PAUSE_S: Final = 0.02
_READERS_S: Final = 0.2
"""How long a log that is emptied waits for readers at a time: as long writers wait for it."""
_BETWEEN_S: Final = 1.0
"""Between two such times, so that writers get on."""


def prepare(file: Path, busy_timeout_s: float) -> None:
    """See that `file` can be opened and written as a database, and switch it to WAL; blocks, so call it in a thread.

    With the standard library and not with aiosqlite, whose thread speaks up on stderr when an opening fails and the
    event loop ends soon after: a user's mistake would show a traceback.

    Raises:
        StoreUnavailable: It is a folder, or its folder is missing.
        sqlite3.Error: Anything else SQLite says about it.
    """
    # SQLite's own message is "unable to open database file" for both of these.
    if file.is_dir():
        raise StoreUnavailable(f"the database file {file} is a folder; name a file in it")
    if not file.parent.is_dir():
        raise StoreUnavailable(f"the folder {file.parent} for the database file {file.name} does not exist; create it")
    with closing(sqlite3.connect(file, timeout=busy_timeout_s, isolation_level=None)) as connection:
        _switch_to_wal(connection, time.monotonic() + busy_timeout_s)
        connection.execute("BEGIN IMMEDIATE")  # a file that may only be read is found out here
        connection.execute("ROLLBACK")


def empty_log(file: Path, patience_s: float) -> bool:
    """Bring the log (`-wal`) into the file and cut it to nothing; whether that was so; blocks, so call it in a thread.

    Until then older states of changed rows can be read in both. Who reads such a state has to end first; writers are
    held up for moments only (https://www.sqlite.org/pragma.html#pragma_wal_checkpoint).

    Args:
        file: The database.
        patience_s: For how long it is tried.
    """
    deadline = time.monotonic() + patience_s
    with closing(sqlite3.connect(file, timeout=_READERS_S, isolation_level=None)) as connection:
        while True:
            try:
                busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            except sqlite3.OperationalError:
                busy = True
            if not busy or time.monotonic() > deadline:
                return not busy
            time.sleep(_BETWEEN_S)


def set_up(connection: DBAPIConnection, _entry: ConnectionPoolEntry, *, busy_timeout_s: float) -> None:
    """Give a new connection the settings this product relies on."""
    cursor = connection.cursor()
    try:
        cursor.execute(f"PRAGMA busy_timeout = {int(busy_timeout_s * 1000)}")
        cursor.execute("PRAGMA journal_mode = WAL")  # for a file that nobody prepared; else it is WAL already
        cursor.execute("PRAGMA synchronous = NORMAL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA secure_delete = ON")  # what goes is overwritten; not every build does it by itself
    finally:
        cursor.close()


def let_go(connection: DBAPIConnection, _entry: ConnectionPoolEntry, _error: BaseException | None) -> None:
    """Roll back before a connection is thrown away because its task was cancelled in the middle of a statement.

    Closing alone is not enough: SQLite keeps a closed connection, and its write lock with it, alive as long as Python
    has not collected the unfinished statement's cursor, and every other writer would wait out its busy timeout.
    """
    if not in_greenlet():
        return  # the garbage collector's doing: nothing holds the cursor any more
    try:
        connection.rollback()
    except sqlite3.Error:
        pass  # it is being thrown away


def _switch_to_wal(connection: sqlite3.Connection, deadline: float) -> None:
    # The switch needs the file alone for a moment, and SQLite does not wait for that, whatever the busy timeout; three
    # processes that open a new file together meet here.
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(_PAUSE_S)
        else:
            return
