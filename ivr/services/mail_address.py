"""Mail addresses, and what is said of mail that did not go out. Pure."""

from __future__ import annotations

from email.errors import MessageError
from email.headerregistry import Address


class NotSentError(Exception):
    """A letter did not go out: a code of `ivr.services.mail_codes`, and a sentence."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(f"{code}: {sentence}")
        self.code = code
        self.sentence = sentence


def address(told: str) -> str:
    """An address that somebody typed, seen to be one.

    Raises:
        NotSentError: It is none (M001).
    """
    stripped = told.strip()
    local, _, domain = stripped.rpartition("@")
    if local and domain and not any(sign.isspace() or sign in '<>,;:"()[]' for sign in stripped):
        try:
            return Address(addr_spec=stripped).addr_spec
        except (MessageError, ValueError, IndexError):  # the library's parser knows three words for "no address"
            pass
    shown = "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in told)
    raise NotSentError("M001", f"'{shown}' is no mail address; expected one such as name@example.com")
