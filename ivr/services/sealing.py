"""A cursor as text that only we can read or make: it travels in a variable of the call, in somebody else's hands.

    CursorError
    ├── CursorTooLongError      the call knows more than fits into its variable
    ├── CursorForgedError       not made with a key of ours, or changed on the way, or cut
    ├── CursorExpiredError      made longer ago than any call lasts
    ├── CursorForeignError      made for another call
    └── CursorUnreadableError   made by us in a form this version does not read

JSON, deflated, then Fernet (AES-128-CBC and HMAC-SHA256, with the time of sealing), whose base64url text needs no
quoting anywhere; its `=` padding is left away.
"""

from __future__ import annotations

import json
import zlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from ivr.engine.cursor import read, write
from ivr.services.key_files import KeyFileError, keys_in

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ivr.engine.cursor import Cursor

LONGEST_SEALED: Final = 3000
"""Characters. AGI() takes the cursor as one argument; with the rest of the line it stays far below the 4096 bytes of a
substitution in the dialplan (`VAR_BUF_SIZE`, main/pbx_private.h) and the 8192 of an AGI line (res_agi.c:1519)."""

LARGEST_PLAIN: Final = 64 * 1024
"""Bytes of an opened cursor. Only our own key makes one; the bound is against a mistake, not an attacker."""

LONGEST_CALL: Final = timedelta(hours=24)
"""A sealed cursor is good for so long."""


class CursorError(ValueError):
    """A cursor cannot be sealed or opened. The text tells nothing that is in it."""


class CursorTooLongError(CursorError):
    """The call's variables do not fit between two segments."""

    def __init__(self, length: int) -> None:
        super().__init__(f"a sealed cursor of {length} characters; at most {LONGEST_SEALED} fit")
        self.length = length


class CursorForgedError(CursorError):
    """Sealed by somebody else, changed or cut."""


class CursorExpiredError(CursorError):
    """Sealed too long ago."""


class CursorForeignError(CursorError):
    """The cursor of another call."""


class CursorUnreadableError(CursorError):
    """Sealed by us, in a form or with values we do not read."""


class CursorSeal:
    """Seals and opens cursors.

    Args:
        keys: Fernet keys; the first seals, each opens.
        now: The wall clock.
        longest_call: How long a sealed cursor is good.
    """

    def __init__(
        self,
        *keys: bytes,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        longest_call: timedelta = LONGEST_CALL,
    ) -> None:
        self._fernet = MultiFernet([Fernet(key) for key in keys])
        self._now = now
        self._ttl_s = int(longest_call.total_seconds())

    @classmethod
    def of(cls, path: Path) -> CursorSeal:
        """The seal of a key file, which is made when it is not there.

        Raises:
            KeyFileError: the file cannot be used.
        """
        keys = keys_in(path, Fernet.generate_key)
        try:
            return cls(*keys)
        except ValueError:
            raise KeyFileError(f"{path}: not a key file of ours; remove it, and a new one is made") from None

    def seal(self, cursor: Cursor) -> str:
        """The cursor as letters, digits, `-` and `_`, without its sensitive values.

        Raises:
            CursorTooLongError: it is longer than `LONGEST_SEALED`.
            CursorUnreadableError: a variable holds what no flow may hold.
        """
        try:
            plain = json.dumps(write(cursor), ensure_ascii=False, separators=(",", ":"))
        except TypeError as odd:
            raise CursorUnreadableError(str(odd)) from odd
        sealed = self._fernet.encrypt_at_time(zlib.compress(plain.encode(errors="replace"), 9), self._seconds())
        text = sealed.decode().rstrip("=")
        if len(text) > LONGEST_SEALED:
            raise CursorTooLongError(len(text))
        return text

    def unseal(self, text: str, uniqueid: str | None = None) -> Cursor:
        """The cursor again.

        Args:
            text: What `seal` made.
            uniqueid: The channel that brings it; None when it is not known.

        Raises:
            CursorError: one of the tree above.
        """
        packed = self._opened(text)
        try:
            cursor = read(json.loads(_inflated(packed)))
        except (ValueError, zlib.error, AttributeError, RecursionError) as broken:
            raise CursorUnreadableError("a cursor in another form") from broken
        if uniqueid is not None and cursor.facts.uniqueid != uniqueid:
            raise CursorForeignError("the cursor of another call")
        return cursor

    def _opened(self, text: str) -> bytes:
        if not text.isascii() or len(text) > LONGEST_SEALED:
            raise CursorForgedError("not a cursor of ours")
        token = (text + "=" * (-len(text) % 4)).encode()
        try:
            # MultiFernet takes the first key that fits; the age is asked afterwards, so that the two can be told apart.
            packed = self._fernet.decrypt(token)
            sealed_at = self._fernet.extract_timestamp(token)
        except InvalidToken:
            raise CursorForgedError("not a cursor of ours") from None
        if self._seconds() - sealed_at > self._ttl_s:
            raise CursorExpiredError(f"a cursor older than {self._ttl_s} s")
        return packed

    def _seconds(self) -> int:
        return int(self._now().timestamp())


def _inflated(packed: bytes) -> str:
    inflater = zlib.decompressobj()
    plain = inflater.decompress(packed, LARGEST_PLAIN)
    if inflater.unconsumed_tail or not inflater.eof:
        raise ValueError("too large, or cut")
    return plain.decode()
