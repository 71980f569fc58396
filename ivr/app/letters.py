"""Alarms by mail: through the hotline's own mail server, in a thread, for what speaks SMTP blocks."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from ivr.app.mailing import server_of
from ivr.app.mistakes import MistakeError
from ivr.services.mail import Letter, send
from ivr.services.mail_address import NotSentError
from wallboard.alarms.delivering import NotDeliveredError

if TYPE_CHECKING:
    from ivr.app.loading import Ready
    from wallboard.alarms.messages import Message
    from wallboard.alarms.rules import Mail

MOST_SUBJECT: Final = 200
"""Characters of a headline that become the subject; the letter has it whole."""
_MAY_PASS: Final = frozenset({"M003", "M006"})
"""A server that cannot be reached, or does not take the letter now, may do so later."""


class Written:
    """A letter to some people."""

    def __init__(self, sender: Mail, ready: Ready) -> None:
        self._sender = sender
        self._ready = ready

    async def deliver(self, message: Message) -> str:
        """See `wallboard.alarms.delivering.Way`."""
        try:
            server = server_of(self._ready)
        except MistakeError as missing:
            raise NotDeliveredError(str(missing), again=False) from None
        letter = letter_of(message, self._sender, self._ready)
        try:
            # the thread ends with its own patience; nobody waits for it longer
            async with asyncio.timeout(2 * self._sender.timeout_s):
                await asyncio.to_thread(send, letter, server, datetime.now(UTC), self._sender.timeout_s)
        except TimeoutError:
            raise NotDeliveredError(f"not taken within {2 * self._sender.timeout_s:g} s") from None
        except NotSentError as failed:
            raise NotDeliveredError(str(failed), again=failed.code in _MAY_PASS) from None
        return f"taken by {server.place}"


def letter_of(message: Message, sender: Mail, ready: Ready) -> Letter:
    """The headline as its subject, and everything a program would get below the text."""
    facts = [f"{name}: {value}" for name, value in message.facts.items() if value]
    head = message.text.splitlines()[0]
    hotline = ready.hotline
    text = "\n".join([message.text, "", *facts, f"hotline: {hotline.name}", f"node: {hotline.node}", ""])
    return Letter(to=sender.to, subject=f"[{hotline.name}] {head[:MOST_SUBJECT]}", text=text)
