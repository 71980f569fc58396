"""The wallboard's pictures follow what new calls begin with: what is published, or in development what is saved."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from ivr.app import flow_pictures
from ivr.app.flow_pictures import DrawnFlows, follow
from ivr.config.load import load_hotline

if TYPE_CHECKING:
    from ivr.app.loading import Ready
    from ivr.flow.model import FlowSet
    from ivr.prompts.catalogue import Catalogue

SAMPLE = Path(__file__).parents[3] / "examples" / "cable-tv"


class Told(DrawnFlows):
    """Says when it was given flows."""

    def __init__(self, flows: FlowSet, catalogue: Catalogue) -> None:
        super().__init__(flows, catalogue)
        self.taken = asyncio.Event()

    def take(self, flows: FlowSet, catalogue: Catalogue) -> None:
        super().take(flows, catalogue)
        self.taken.set()


@pytest.mark.parametrize("reload", [True, False])
async def test_pictures_follow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, reload: bool) -> None:
    folder, published = tmp_path / "hotline", tmp_path / "published"
    shutil.copytree(SAMPLE, folder, ignore=shutil.ignore_patterns(".hotline", "recordings"))
    loaded = load_hotline(folder)
    assert loaded.flows is not None
    pictures, stop = Told(loaded.flows, loaded.catalogue), asyncio.Event()
    before = await pictures.drawn()

    def live(of: Path) -> Ready:
        found = load_hotline(of)
        return cast("Ready", SimpleNamespace(flows=found.flows, catalogue=found.catalogue))

    monkeypatch.setattr(flow_pictures, "load_live", live)
    monkeypatch.setattr(flow_pictures, "LOOK_EVERY_S", 0.05)
    ready = cast("Ready", SimpleNamespace(folder=folder, places=SimpleNamespace(published=published)))
    task = asyncio.create_task(follow(ready, pictures, stop, reload=reload))
    flow = folder / "flows" / "balance.yaml"
    text = flow.read_text("utf-8")

    async def told_again() -> None:
        """A watch begins a moment after its task: what is changed before that is changed once more."""
        number = 0
        while not done.is_set():
            number += 1
            if reload:
                flow.write_text(f"{text}\n# {number}\n", encoding="utf-8")
            else:
                published.mkdir(exist_ok=True)
                (published / f"{number:06}.json").write_text("{}")
            await asyncio.sleep(0.2)

    done = asyncio.Event()
    changed = text.replace("tell:", "say_it:").replace("then: tell", "then: say_it")
    assert changed != text
    text = changed
    flow.write_text(changed, encoding="utf-8")
    other = load_hotline(folder)
    assert other.flows is not None, other.diagnostics
    assert other.flows.version != before.version
    telling = asyncio.create_task(told_again())
    await asyncio.wait_for(pictures.taken.wait(), 60)
    done.set()
    stop.set()
    await asyncio.gather(telling, task)
    assert (await pictures.drawn()).version == other.flows.version
    assert "say_it" in (await pictures.drawn()).flows["balance"].steps
