"""Mail of this hotline: through the server of its settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ivr.app.mistakes import MistakeError
from ivr.config.secrets import SecretMissingError, resolve_secret
from ivr.services.mail import Letter, Server, send
from ivr.services.mail_address import NotSentError, address

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from ivr.app.loading import Ready


_NO_SERVER: Final = (
    "no mail server is set; expected in hotline.yaml: mail: {server: smtp.example.com, sender: hotline@example.com}"
)


def addresses(told: Sequence[str]) -> tuple[str, ...]:
    """Addresses that somebody typed, each once.

    Raises:
        MistakeError: One of them is none (M001).
    """
    try:
        return tuple(dict.fromkeys(address(one) for one in told))
    except NotSentError as wrong:
        raise MistakeError(str(wrong)) from None


def server_of(ready: Ready) -> Server:
    """The mail server of a hotline, with its secret.

    Raises:
        MistakeError: None is set (M002), or its secret is missing.
    """
    mail = ready.hotline.mail
    if mail is None:
        raise MistakeError(str(NotSentError("M002", _NO_SERVER)))
    try:
        password = "" if mail.password is None else resolve_secret(mail.password, ready.folder)
    except SecretMissingError as missing:
        raise MistakeError(f"the password of the mail server: {missing}") from None
    return Server(
        host=mail.server,
        port=mail.at_port,
        security=mail.security,
        sender=mail.sender,
        ca_file=None if mail.ca_file is None else str(ready.folder / mail.ca_file),
        user=mail.user or "",
        password=password,
    )


def mail(ready: Ready, letter: Letter, now: datetime) -> None:
    """Send a letter.

    Raises:
        MistakeError: It did not go out, or not to everybody (M002 to M006).
    """
    try:
        send(letter, server_of(ready), now)
    except NotSentError as failed:
        raise MistakeError(str(failed)) from None
