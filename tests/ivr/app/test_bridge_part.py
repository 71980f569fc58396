"""What `hotline bridge` tells when it cannot begin."""

from __future__ import annotations

import asyncio
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from ivr.app import bridge_part
from ivr.app.loading import load_ready
from ivr.app.mistakes import MistakeError
from store.errors import StoreUnavailable
from tests.ivr.flow.surroundings import SMALL

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("reading", ["load_past", "knowledge"])
async def test_a_database_gone_between_its_opening_and_the_first_question_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reading: str
) -> None:
    async def gone(*_: Any) -> None:
        raise StoreUnavailable("nothing listens there")

    monkeypatch.setenv("HOTLINE_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("SMALL_AMI_SECRET", "made-up")
    monkeypatch.setattr(bridge_part, reading, gone)
    monkeypatch.setattr(bridge_part, "preflight", lambda *_: None)
    folder = shutil.copytree(SMALL, tmp_path / "hotline")
    with pytest.raises(MistakeError, match="nothing listens there"):
        await bridge_part.run_bridge(load_ready(folder), asyncio.Event())
