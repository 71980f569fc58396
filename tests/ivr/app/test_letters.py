"""Alarms by mail: one letter through the hotline's server, and what went wrong in one sentence."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from ivr.app.letters import Written
from ivr.app.loading import load_ready
from tests.ivr.flow.surroundings import SMALL
from tests.ivr.services.postbox import postbox
from wallboard.alarms.delivering import NotDeliveredError
from wallboard.alarms.messages import From, trial
from wallboard.alarms.rules import Mail

if TYPE_CHECKING:
    from pathlib import Path

    from ivr.app.loading import Ready

TOLD = trial("ops", From("small", "gz-1", "zh-Hans"), datetime(2026, 11, 25, 2, 0, tzinfo=UTC))
OPS = Mail(name="ops", to=("ops@example.com", "boss@example.com"), timeout_s=60.0)


def ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mail: str) -> Ready:
    folder = tmp_path / "small"
    shutil.copytree(SMALL, folder)
    monkeypatch.setenv("HOTLINE_STATE_DIR", str(tmp_path / "state"))
    with (folder / "hotline.yaml").open("a", encoding="utf-8") as file:
        file.write(mail)
    return load_ready(folder)


def through(port: int) -> str:
    return f"\nmail: {{server: 127.0.0.1, port: {port}, security: none, sender: hotline@example.com}}\n"


async def test_one_letter_goes_to_everybody_with_the_headline_for_its_subject(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with postbox() as box:
        house = ready(tmp_path, monkeypatch, through(box.port))
        assert await Written(OPS, house).deliver(TOLD) == f"taken by 127.0.0.1:{box.port}"
    [letter] = box.letters
    assert box.envelopes == [("hotline@example.com", ["ops@example.com", "boss@example.com"])]
    assert letter["Subject"] == "[small] 测试：告警消息可以送达"
    assert letter.get_content().splitlines()[:3] == ["测试：告警消息可以送达", "", "change: test"]
    assert f"id: {TOLD.id}" in letter.get_content()


async def test_a_letter_that_is_refused_may_get_through_later_and_one_without_a_server_never(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with postbox(says={"MAIL": "451 later"}) as box:
        house = ready(tmp_path, monkeypatch, through(box.port))
        with pytest.raises(NotDeliveredError, match="M006") as failed:
            await Written(OPS, house).deliver(TOLD)
    assert failed.value.again
    shutil.rmtree(tmp_path / "small")
    with pytest.raises(NotDeliveredError, match="no mail server is set") as failed:
        await Written(OPS, ready(tmp_path, monkeypatch, "")).deliver(TOLD)
    assert not failed.value.again
