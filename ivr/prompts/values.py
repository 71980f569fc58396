"""What a sentence can be filled with, and the one error for what cannot be said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Money:
    """An amount as a data source reported it; never a float, so that a caller never hears a rounded balance."""

    amount: Decimal
    """In whole units of the currency: `Decimal("123.45")` is a hundred and twenty-three yuan and forty-five fen."""
    currency: str
    """ISO 4217: `CNY`, `HKD` or `USD`."""

    def __str__(self) -> str:
        """The amount as written in tests and logs: `123.45 CNY`."""
        return f"{self.amount} {self.currency}"


class CannotSay(Exception):  # noqa: N818 - it reads as what happened, and is what the runner's `except` line says
    """A message cannot be spoken with these values: the caller is better served by a person than by nonsense.

    The text names the message, the place and what was expected, never the value itself: it may be a caller's secret.
    """

    def __init__(self, reason: str, *, message: str | None = None, language: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.message = message
        self.language = language

    def __str__(self) -> str:
        """`your-balance (zh-CN): place 'amount': …`, as far as it is known."""
        if self.message is None:
            return self.reason
        return f"{self.message} ({self.language}): {self.reason}"

    def within(self, message: str, language: str) -> CannotSay:
        """The same error, told with the message that could not be said."""
        return CannotSay(self.reason, message=message, language=language)
