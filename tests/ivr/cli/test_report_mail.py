"""`hotline report … --mail-to`: what arrives, and what an admin or cron reads when it does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.ivr.cli.test_commands import one_line
from tests.ivr.cli.test_report_words import DAY, filled
from tests.ivr.services.postbox import certificate, password_of, postbox

if TYPE_CHECKING:
    from pathlib import Path

    from tests.ivr.cli.machine import Machine
    from tests.ivr.services.postbox import Postbox

TO = ("--mail-to", "ops@example.com", "--mail-to", "boss@example.com")


def through(machine: Machine, box: Postbox, more: str = "security: none") -> None:
    settings = machine.folder / "hotline.yaml"
    mail = f"\nmail: {{server: 127.0.0.1, port: {box.port}, sender: hotline@example.com, {more}}}\n"
    settings.write_text(settings.read_text("utf-8") + mail, "utf-8")


async def test_a_report_goes_out_as_a_page_with_its_sums_in_the_text(unbuilt: Machine) -> None:
    await filled(unbuilt)
    async with postbox() as box:
        through(unbuilt, box)
        ended = await unbuilt.run_here("report", "queues", "{DIR}", *DAY, *TO)
    assert (ended.code, ended.out) == (0, "")
    assert ended.err == "sent       queues-2026-11-21.html to ops@example.com, boss@example.com\n"
    ((sender, to),) = box.envelopes
    assert (sender, to) == ("hotline@example.com", ["ops@example.com", "boss@example.com"])
    (letter,) = box.letters
    assert "2026-11-21 00:00 until 2026-11-22 00:00, Asia/Shanghai" in letter["Subject"]
    text = letter.get_body(("plain",))
    assert text is not None
    said = text.get_content()
    assert "queues-2026-11-21.html" in said
    assert any(line.split() == ["sl_negative", "50.0", "%"] for line in said.splitlines())
    (page,) = letter.iter_attachments()
    assert page.get_content_type() == "text/html"
    assert page.get_content().startswith("<!doctype html>")


async def test_a_workbook_by_tls_with_a_password_and_a_copy_in_a_file(unbuilt: Machine, tmp_path: Path) -> None:
    await filled(unbuilt)
    context, pem = certificate(tmp_path)
    (unbuilt.folder / "mail.pem").write_bytes(pem.read_bytes())
    (unbuilt.folder / "smtp-password").write_text("s3cret\n", "utf-8")
    into = tmp_path / "agents.xlsx"
    async with postbox(context) as box:
        through(unbuilt, box, "ca_file: mail.pem, user: hotline, password: {file: smtp-password}")
        words = (*DAY, *TO, "--format", "xlsx", "--output", str(into))
        ended = await unbuilt.run_here("report", "agents", "{DIR}", *words)
    assert (ended.code, box.in_tls, password_of(box)) == (0, [True], ["hotline", "s3cret"])
    (workbook,) = box.letters[0].iter_attachments()
    assert workbook.get_filename() == "agents-2026-11-21.xlsx"
    assert workbook.get_content() == into.read_bytes()
    assert "s3cret" not in ended.err + ended.out


@pytest.mark.parametrize("report", ["abandoned", "hours", "calls", "flows", "exceptions"])
async def test_every_report_can_be_mailed(unbuilt: Machine, report: str) -> None:
    await filled(unbuilt)
    async with postbox() as box:
        through(unbuilt, box)
        ended = await unbuilt.run_here("report", report, "{DIR}", *DAY, *TO, "--format", "csv")
    assert (ended.code, ended.out) == (0, "")
    (attached,) = box.letters[0].iter_attachments()
    assert attached.get_filename() == f"{report}-2026-11-21.csv"


async def test_without_a_server_nothing_is_worked_out_and_that_is_said(unbuilt: Machine) -> None:
    ended = await unbuilt.run_here("report", "queues", "{DIR}", *DAY, *TO)
    assert one_line(ended, 2).startswith(
        "hotline: M002: no mail server is set; expected in hotline.yaml: mail: {server"
    )


async def test_an_address_that_is_none_is_told_first(unbuilt: Machine) -> None:
    ended = await unbuilt.run_here("report", "queues", "{DIR}", "--mail-to", "ops.example.com")
    assert one_line(ended, 2) == (
        "hotline: M001: 'ops.example.com' is no mail address; expected one such as name@example.com"
    )


async def test_a_refusal_is_the_exit_code_of_cron(unbuilt: Machine) -> None:
    await filled(unbuilt)
    async with postbox(says={"RCPT TO:<boss@": "550 no such user"}) as box:
        through(unbuilt, box)
        ended = await unbuilt.run_here("report", "queues", "{DIR}", *DAY, *TO)
    said = f"127.0.0.1:{box.port} takes nothing for boss@example.com (550 no such user); it went to ops@example.com"
    assert one_line(ended, 2) == f"hotline: M006: {said}"


async def test_a_password_that_is_not_there_is_told_by_its_place(unbuilt: Machine) -> None:
    async with postbox() as box:
        through(unbuilt, box, "user: hotline, password: {env: NO_SUCH_SMTP_PASSWORD}")
        ended = await unbuilt.run_here("report", "queues", "{DIR}", *DAY, *TO)
    assert "the password of the mail server: the environment variable NO_SUCH_SMTP_PASSWORD is not set" in (
        one_line(ended, 2)
    )


@pytest.mark.parametrize(
    ("mail", "said"),
    [
        ("server: smtp.example.com, sender: hotline", "'hotline' is no mail address"),
        ("server: smtp.example.com, sender: a@b.example, user: a", "'user' and 'password' go together"),
        (
            "server: smtp.example.com, sender: a@b.example, security: none, user: a, password: {env: X}",
            "the password would go over the network in clear",
        ),
        ("server: smtp.example.com, sender: a@b.example, securty: tls", "did you mean 'security'"),
    ],
)
async def test_settings_that_do_not_fit_are_told_by_check(unbuilt: Machine, mail: str, said: str) -> None:
    settings = unbuilt.folder / "hotline.yaml"
    settings.write_text(f"{settings.read_text('utf-8')}\nmail: {{{mail}}}\n", "utf-8")
    checked = await unbuilt.run_here("check", "{DIR}")
    assert checked.code == 1
    assert said in checked.out
