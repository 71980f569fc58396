"""Sending mail through one SMTP server: reports send with it, and whatever else has something to say by mail.

It knows nothing of reports: a `Letter` goes to a `Server`, or a `NotSentError` says why it did not, in one sentence
with a code (docs/diagnostics.md, M…). It blocks; who has a loop to keep sends in a thread. Nothing is tried again here:
a cron job that failed says so, and the server that took a letter keeps trying itself.

RFC 5321 (SMTP), RFC 3207 (STARTTLS), RFC 8314 (TLS from the start, port 465).
"""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from ivr.services.mail_address import NotSentError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

Security: TypeAlias = Literal["starttls", "tls", "none"]
PATIENCE_S: Final = 30.0
"""How long the server may take for one answer. RFC 5321 allows minutes; nobody waits so long for a report."""
_LONGEST_SAID: Final = 200
"""Characters of a server's own words that are repeated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """The SMTP server, and as whom we speak to it.

    Attributes:
        host: Its name or address.
        port: 587 is usual for `starttls`, 465 for `tls`.
        security: `starttls` goes over to TLS before anything is said, `tls` begins with it, `none` speaks in clear.
        ca_file: Certificates that are trusted besides the system's; None for none.
        user: Whom to log in as; empty does not log in.
        password: His password.
        sender: The address letters come from.
    """

    host: str
    port: int
    security: Security
    sender: str
    ca_file: str | None = None
    user: str = ""
    password: str = field(default="", repr=False)

    @property
    def place(self) -> str:
        """It, as messages name it."""
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """One file of a letter: its name, its MIME type (`text/html`), its bytes; of a text these are UTF-8."""

    name: str
    kind: str
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What is to be sent."""

    to: Sequence[str]
    subject: str
    text: str
    language: str = ""
    """BCP 47, for `Content-Language`; empty says none."""
    attachments: Sequence[Attachment] = ()


def message(letter: Letter, sender: str, at: datetime) -> EmailMessage:
    """The letter as it goes over the wire; `at` is when it was written."""
    made = EmailMessage()
    made["From"] = sender
    made["To"] = ", ".join(letter.to)
    made["Subject"] = " ".join(letter.subject.split())  # no line of a header ends early
    made["Date"] = format_datetime(at)
    made["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    made["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday answers to a report
    made.set_content(letter.text)
    for one in letter.attachments:
        kind, _, subtype = one.kind.partition("/")
        params = {"charset": "utf-8"} if kind == "text" else {}
        made.add_attachment(one.body, maintype=kind, subtype=subtype, filename=one.name, params=params)
    if letter.language:  # after the parts: the library hands `Content-…` of a whole on to its first part
        made["Content-Language"] = letter.language
    return made


def send(letter: Letter, server: Server, at: datetime, patience_s: float = PATIENCE_S) -> None:
    """Send a letter and wait until the server has taken it for everybody it is for.

    Raises:
        NotSentError: The server cannot be reached (M003), is not whom it should be or speaks no TLS (M004), takes no
            login (M005), or refuses the sender, somebody it is for, or the letter (M006).
    """
    made = message(letter, server.sender, at)
    try:
        with _connected(server, patience_s) as smtp:
            if server.user:
                _plain_enough(server)
                smtp.login(server.user, server.password)
            refused = smtp.send_message(made, from_addr=server.sender, to_addrs=list(letter.to))
    except (smtplib.SMTPException, OSError) as error:
        raise _failure(server, error) from None
    if refused:
        others = ", ".join(one for one in letter.to if one not in refused)
        raise NotSentError("M006", f"{server.place} takes nothing for {_whom(refused)}; it went to {others}")


def _plain_enough(server: Server) -> None:
    """The library sends user and password as ASCII alone."""
    if not (server.user.isascii() and server.password.isascii()):
        raise NotSentError("M005", f"{server.place}: a user or password with other than ASCII letters cannot be sent")


def _failure(server: Server, error: smtplib.SMTPException | OSError) -> NotSentError:
    """What went wrong, told by what is to be mended."""
    place = server.place
    match error:
        case smtplib.SMTPAuthenticationError():
            return NotSentError("M005", f"{place} does not let {server.user} in: {_said(error)}")
        case smtplib.SMTPSenderRefused():
            return NotSentError("M006", f"{place} takes nothing from {server.sender}: {_said(error)}")
        case smtplib.SMTPRecipientsRefused():
            return NotSentError("M006", f"{place} takes nothing for {_whom(error.recipients)}")
        case smtplib.SMTPServerDisconnected() if not isinstance(error.__context__, TimeoutError):
            return NotSentError("M003", f"{place} hung up in the middle of it")
        case smtplib.SMTPResponseException():
            return NotSentError("M006", f"{place} refuses the letter: {_said(error)}")
        case TimeoutError() | smtplib.SMTPServerDisconnected():
            return NotSentError("M003", f"{place} cannot be reached: it does not answer")
        case smtplib.SMTPException():  # no login, or no letters of other scripts: the library says which
            return NotSentError("M006", f"{place} cannot do what is needed: {error}")
        case _:
            why = error.strerror or str(error) or type(error).__name__
            return NotSentError("M003", f"{place} cannot be reached: {why}")


def _connected(server: Server, patience_s: float) -> smtplib.SMTP:
    trust = None if server.security == "none" else _trust(server)
    try:
        if server.security == "tls":
            return smtplib.SMTP_SSL(server.host, server.port, timeout=patience_s, context=trust)
        smtp = smtplib.SMTP(server.host, server.port, timeout=patience_s)
        if server.security == "starttls":
            try:
                smtp.starttls(context=trust)
            except (smtplib.SMTPException, OSError):
                smtp.close()
                raise
    except ssl.SSLCertVerificationError as error:
        raise NotSentError(
            "M004", f"the certificate of {server.place} is not trusted: {error.verify_message}"
        ) from None
    except smtplib.SMTPNotSupportedError:
        raise NotSentError("M004", f"{server.place} offers no STARTTLS; nothing is sent in clear") from None
    except ssl.SSLError as error:
        said = error.reason or str(error)
        raise NotSentError("M004", f"{server.place} speaks no TLS as it is asked to ({said}); see `security`") from None
    return smtp


def _trust(server: Server) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if server.ca_file is not None:
        try:
            context.load_verify_locations(server.ca_file)
        except ssl.SSLError:
            raise NotSentError("M004", f"the certificates {server.ca_file} cannot be read: it is no PEM file") from None
        except OSError as error:
            raise NotSentError("M004", f"the certificates {server.ca_file} cannot be read: {error.strerror}") from None
    return context


def _said(error: smtplib.SMTPResponseException) -> str:
    return _plain(error.smtp_code, error.smtp_error)


def _plain(code: int, said: bytes | str) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    shown = "".join(sign if sign.isprintable() else " " for sign in text)
    return f"{code} {' '.join(shown.split())[:_LONGEST_SAID]}"


def _whom(refused: dict[str, tuple[int, bytes]]) -> str:
    return ", ".join(f"{who} ({_plain(code, said)})" for who, (code, said) in refused.items())
