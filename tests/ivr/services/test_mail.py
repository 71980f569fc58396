"""Mail through a real SMTP server on loopback: what arrives, by which way, and what is said when it does not."""

from __future__ import annotations

import asyncio
import socket
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from ivr.services.mail import Attachment, Letter, Server, message, send
from ivr.services.mail_address import NotSentError, address
from tests.ivr.services.postbox import certificate, password_of, postbox

if TYPE_CHECKING:
    from pathlib import Path

    from tests.ivr.services.postbox import Postbox

AT = datetime(2026, 11, 25, 7, 0, tzinfo=UTC)
PAGE = Attachment(name="queues-2026-11-24.html", kind="text/html", body="<p>接通率</p>".encode())
LETTER = Letter(
    to=("ops@example.com", "boss@example.com"), subject="96956 热线：队列", text="接通率 59.8 %\n", language="zh-CN",
    attachments=[PAGE],
)  # fmt: skip


def through(box: Postbox, **changes: Any) -> Server:
    given: dict[str, Any] = {"host": "127.0.0.1", "port": box.port, "security": "none", "sender": "hotline@example.com"}
    return Server(**(given | changes))


async def sent(server: Server, letter: Letter = LETTER, patience_s: float = 60.0) -> None:
    await asyncio.to_thread(send, letter, server, AT, patience_s)


async def test_a_letter_arrives_as_it_was_written() -> None:
    async with postbox() as box:
        await sent(through(box))
    (letter,) = box.letters
    assert box.envelopes == [("hotline@example.com", ["ops@example.com", "boss@example.com"])]
    assert letter["Subject"] == "96956 热线：队列"
    assert letter["To"] == "ops@example.com, boss@example.com"
    assert letter["Date"] == "Wed, 25 Nov 2026 07:00:00 +0000"
    assert (letter["Content-Language"], letter["Auto-Submitted"]) == ("zh-CN", "auto-generated")
    assert letter["Message-ID"].endswith("@example.com>")
    body = letter.get_body(("plain",))
    assert body is not None
    assert body.get_content().splitlines() == ["接通率 59.8 %"]
    (attached,) = letter.iter_attachments()
    assert attached.get_filename() == "queues-2026-11-24.html"
    assert attached.get_content() == "<p>接通率</p>"


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_a_password_goes_by_tls_alone(tmp_path: Path, security: str) -> None:
    context, pem = certificate(tmp_path)
    async with postbox(context, at_once=security == "tls") as box:
        await sent(through(box, security=security, ca_file=str(pem), user="hotline", password="s3cret-"))
    assert box.in_tls == [True]
    assert password_of(box) == ["hotline", "s3cret-"]


@pytest.mark.parametrize(
    ("how", "changes", "said"),
    [
        ({"offers": ()}, {"security": "starttls"}, "M004: {} offers no STARTTLS; nothing is sent in clear"),
        ({"says": {"AUTH": "535 no such\tuser"}}, {"user": "hotlin", "password": "pw-1"},
         "M005: {} does not let hotlin in: 535 no such user"),
        ({"says": {"MAIL": "550 not yours"}}, {}, "M006: {} takes nothing from hotline@example.com: 550 not yours"),
        ({"says": {"RCPT": "550 nobody"}}, {},
         "M006: {} takes nothing for ops@example.com (550 nobody), boss@example.com (550 nobody)"),
        ({"says": {"RCPT TO:<boss@": "550 nobody"}}, {},
         "M006: {} takes nothing for boss@example.com (550 nobody); it went to ops@example.com"),
        ({"says": {".": "552 too large"}}, {}, "M006: {} refuses the letter: 552 too large"),
        ({"says": {"DATA": "451 later"}}, {}, "M006: {} refuses the letter: 451 later"),
        ({"hangs_up_at": "MAIL"}, {}, "M003: {} hung up in the middle of it"),
        ({}, {"user": "hotline", "password": "pw-1ß"}, "M005: {}: a user or password with other than ASCII"),
        ({"offers": ()}, {"user": "hotline", "password": "pw-1"}, "M006: {} cannot do what is needed: "),
    ],
)  # fmt: skip
async def test_what_does_not_work_is_told_in_one_sentence(
    how: dict[str, Any], changes: dict[str, Any], said: str
) -> None:
    async with postbox(**how) as box:
        with pytest.raises(NotSentError) as failed:
            await sent(through(box, **changes))
    expected = said.format(f"127.0.0.1:{box.port}")
    assert str(failed.value).startswith(expected)
    assert "\n" not in str(failed.value)
    assert "pw-1" not in str(failed.value)


async def test_a_certificate_nobody_knows_is_not_trusted(tmp_path: Path) -> None:
    context, _ = certificate(tmp_path)
    async with postbox(context) as box:
        with pytest.raises(NotSentError, match=r"^M004: the certificate of 127\.0\.0\.1:\d+ is not trusted: "):
            await sent(through(box, security="starttls"))
    assert box.letters == []


async def test_tls_from_the_start_where_there_is_none_is_told() -> None:
    async with postbox() as box:
        with pytest.raises(NotSentError, match=r"^M004: 127\.0\.0\.1:\d+ speaks no TLS as it is asked to"):
            await sent(through(box, security="tls"))


@pytest.mark.parametrize(("name", "why"), [("none.pem", "No such file"), ("text.pem", "it is no PEM file")])
async def test_certificates_that_cannot_be_read_are_named(tmp_path: Path, name: str, why: str) -> None:
    (tmp_path / "text.pem").write_text("hello", "utf-8")
    context, _ = certificate(tmp_path)
    async with postbox(context) as box:
        with pytest.raises(NotSentError, match=f"^M004: the certificates .*{name} cannot be read: {why}"):
            await sent(through(box, security="starttls", ca_file=str(tmp_path / name)))


async def test_a_server_that_is_away_is_told() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # bound and not listening: nobody else gets it meanwhile
        away = Server(host="127.0.0.1", port=held.getsockname()[1], security="none", sender="hotline@example.com")
        with pytest.raises(NotSentError, match=r"^M003: 127\.0\.0\.1:\d+ cannot be reached: Connection refused$"):
            await sent(away)


async def test_a_server_that_says_nothing_is_given_up() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        deaf = Server(host="127.0.0.1", port=silent.getsockname()[1], security="none", sender="hotline@example.com")
        with pytest.raises(NotSentError, match=r"^M003: .* cannot be reached: it does not answer$"):
            await sent(deaf, patience_s=0.2)


@pytest.mark.parametrize("told", ["ops@example.com", " ops@example.com ", "root@localhost", "o.p+s@example.co.uk"])
def test_an_address_is_one(told: str) -> None:
    assert address(told) == told.strip()


@pytest.mark.parametrize(
    "told", ["", "ops", "ops@", "@example.com", "a b@example.com", "a@b@example.com", "Ops <ops@example.com>",
             "a@example.com,b@example.com", "a@example.com\nBcc: b@example.com", "a@\u0000b"],
)  # fmt: skip
def test_what_is_no_address_is_none(told: str) -> None:
    with pytest.raises(NotSentError, match=r"^M001: .* is no mail address; expected one such as name@example\.com$"):
        address(told)


def test_a_subject_ends_no_header_early() -> None:
    made = message(Letter(to=("a@b.c",), subject="one\r\nBcc: x@y.z", text=""), "h@b.c", AT)
    assert made["Subject"] == "one Bcc: x@y.z"
    assert made["Bcc"] is None
