"""What can be wrong with a database, each in one plain sentence that a user may see; passwords never appear.

StoreError            anything below
├── BadDatabaseUrl    the address itself is wrong; nothing was tried
├── StoreUnavailable  the address is right, the database does not serve us (now)
└── SchemaMismatch    it serves, but its tables are older or newer than this program
"""

from __future__ import annotations

from typing import ClassVar


class StoreError(Exception):
    """A database that cannot be used as asked; `code` is stable and may be looked up in the documentation."""

    code: ClassVar[str] = "store"


class BadDatabaseUrl(StoreError):  # noqa: N818  the name says what is bad; it is shown and caught as a fact
    """The database address cannot be understood or names an engine or driver that is not here."""

    code = "store-url"


class StoreUnavailable(StoreError):  # noqa: N818  a state of the database, not a mistake of the program
    """The database could not be reached, opened or written."""

    code = "store-unavailable"


class SchemaMismatch(StoreError):  # noqa: N818  a state of the database, not a mistake of the program
    """The database's tables do not belong to this version of the program."""

    code = "store-schema"
