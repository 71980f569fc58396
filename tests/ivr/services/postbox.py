"""A small SMTP server on loopback that does as a test wants: takes letters, refuses, hangs up, speaks TLS or does not.

`aiosmtpd` is no part of this: its last release knows Python up to 3.12 and warns on 3.14. What is needed of RFC 5321
is six verbs.
"""

from __future__ import annotations

import asyncio
import base64
import ssl
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from ipaddress import ip_address
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from email.message import EmailMessage
    from pathlib import Path


@dataclass
class Postbox:
    """What came in, and how it answers."""

    port: int = 0
    says: Mapping[str, str] = field(default_factory=dict)
    """Answers to verbs (`RCPT TO:<a@b.c>`, `DATA`, `AUTH`, `.`) that are not the usual ones, by how they begin."""
    offers: tuple[str, ...] = ("STARTTLS", "AUTH PLAIN")
    hangs_up_at: str = ""
    letters: list[EmailMessage] = field(default_factory=list)
    envelopes: list[tuple[str, list[str]]] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    """Every line of a client but those of letters; a password is in it as it was sent."""
    in_tls: list[bool] = field(default_factory=list)
    """Of each letter, whether it came by TLS."""


@asynccontextmanager
async def postbox(
    context: ssl.SSLContext | None = None, *, at_once: bool = False, **how: object
) -> AsyncIterator[Postbox]:
    """A server, until the block ends; with `at_once` it speaks TLS from the start."""
    box = Postbox(**how)  # type: ignore[arg-type]  # by name, as a test wants them

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await _converse(box, reader, writer, context)
        except (ConnectionError, ssl.SSLError, asyncio.IncompleteReadError):
            pass  # the client has said what it thinks of it
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context if at_once else None)
    box.port = server.sockets[0].getsockname()[1]
    async with server:
        yield box


_USUAL = {"AUTH": "235 in", "STARTTLS": "220 go", "DATA": "354 go", "QUIT": "221 bye"}


async def _converse(
    box: Postbox, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, context: ssl.SSLContext | None
) -> None:
    async def say(line: str) -> None:
        writer.write(f"{line}\r\n".encode())
        await writer.drain()

    sender = ""
    to: list[str] = []
    await say("220 postbox")
    while line := (await reader.readline()).decode().rstrip("\r\n"):
        verb, told = line.split(" ")[0].upper(), line.upper()
        box.heard.append(line)
        if box.hangs_up_at and told.startswith(box.hangs_up_at):
            return
        other = next((said for begin, said in box.says.items() if told.startswith(begin.upper())), None)
        if verb == "EHLO":
            in_tls = writer.get_extra_info("ssl_object") is not None
            offered = [one for one in box.offers if one != "STARTTLS" or not in_tls]
            await say("\r\n".join(f"250-{one}" for one in ("postbox", *offered)))
        await say(other or _USUAL.get(verb, "250 ok"))
        if verb == "MAIL":
            sender, to = line.partition("<")[2].partition(">")[0], []
        elif verb == "RCPT" and other is None:
            to.append(line.partition("<")[2].partition(">")[0])
        elif verb == "STARTTLS":
            assert context is not None
            await writer.start_tls(context)
        elif verb == "DATA" and other is None:
            body = await reader.readuntil(b"\r\n.\r\n")
            if "." not in box.says:
                _keep(box, sender, to, body[:-3], in_tls=writer.get_extra_info("ssl_object") is not None)
            await say(box.says.get(".", "250 taken"))


def _keep(box: Postbox, sender: str, to: list[str], body: bytes, *, in_tls: bool) -> None:
    letter = message_from_bytes(body, policy=policy.default)
    box.letters.append(letter)
    box.envelopes.append((sender, to))
    box.in_tls.append(in_tls)


def password_of(box: Postbox) -> list[str]:
    """User and password as AUTH PLAIN said them."""
    (line,) = [one for one in box.heard if one.startswith("AUTH PLAIN ")]
    return base64.b64decode(line.split(" ")[2]).decode().split("\0")[1:]


def certificate(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """A server's context with a certificate for 127.0.0.1 that nobody knows, and that certificate as a file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "postbox")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=2))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, both = folder / "postbox.pem", folder / "postbox-key.pem"
    pem.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    both.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, both)
    return context, pem
