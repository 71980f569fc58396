"""The pictures of the flows for the wallboard: drawn once for each version, when somebody first looks."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

import structlog
from watchfiles import awatch

from ivr.app.live import load_live
from ivr.app.mistakes import MistakeError
from ivr.config.load import load_hotline
from ivr.drawing.flowchart import chart_of
from ivr.drawing.svg import svg
from ivr.engine.machine import VERBS
from ivr.flow.model import Subflow
from ivr.prompts.catalogue import ALL
from ivr.publishing.book import Book
from wallboard.flows import Drawn, FlowPicture

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from watchfiles import Change

    from dialplan.source import Span
    from ivr.app.loading import Ready
    from ivr.flow.model import Flow, FlowSet
    from ivr.prompts.catalogue import Catalogue

LOOK_EVERY_S: Final = 2.0
"""How often it is looked whether something was published: nobody watches a picture change sooner."""

log = structlog.get_logger("hotline.flows")


class DrawnFlows:
    """Draws what it was given last; a version that was drawn is not drawn again."""

    def __init__(self, flows: FlowSet, catalogue: Catalogue) -> None:
        self._flows, self._catalogue = flows, catalogue
        self._drawn: Drawn | None = None
        self._turn = asyncio.Lock()

    def take(self, flows: FlowSet, catalogue: Catalogue) -> None:
        """Other flows from now on; of the same version, nothing is drawn anew."""
        if flows.version == self._flows.version:
            return
        self._flows, self._catalogue, self._drawn = flows, catalogue, None

    async def drawn(self) -> Drawn:
        """Every flow as it is now; drawing is left to a thread."""
        async with self._turn:
            if self._drawn is None:
                self._drawn = await asyncio.to_thread(draw_all, self._flows, self._catalogue)
            return self._drawn


async def follow(ready: Ready, pictures: DrawnFlows, stop: asyncio.Event, *, reload: bool) -> None:
    """Draw what new calls begin with until `stop`: what is published, or with `reload` what is saved and right."""
    try:
        async for _ in _saves(ready.folder, stop) if reload else _publications(Book(ready.places.published), stop):
            found = await asyncio.to_thread(_saved if reload else _live, ready.folder)
            if found is not None:
                pictures.take(*found)
    except OSError as error:  # the folder is gone, or the system watches no more: pictures stay as they are
        log.error("flows_not_watched", why=str(error))


async def _saves(folder: Path, stop: asyncio.Event) -> AsyncIterator[None]:
    async for _ in awatch(folder, watch_filter=_is_text, stop_event=stop):
        yield


async def _publications(book: Book, stop: asyncio.Event) -> AsyncIterator[None]:
    """Each time something was published; the folder of the records is made with the first."""
    seen = await asyncio.to_thread(book.last_number)
    while not stop.is_set():
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), LOOK_EVERY_S)
        number = await asyncio.to_thread(book.last_number)
        if number != seen:
            seen = number
            yield


def _saved(folder: Path) -> tuple[FlowSet, Catalogue] | None:
    loaded = load_hotline(folder)
    return (loaded.flows, loaded.catalogue) if loaded.is_sound and loaded.flows is not None else None


def _live(folder: Path) -> tuple[FlowSet, Catalogue] | None:
    try:
        ready = load_live(folder)
    except MistakeError as mistake:  # whoever takes calls tells of it at length
        log.error("flows_not_drawn", why=str(mistake).splitlines()[-1])
        return None
    return ready.flows, ready.catalogue


def _is_text(_: Change, name: str) -> bool:
    return name.endswith(".yaml") and "/." not in name


def draw_all(flows: FlowSet, catalogue: Catalogue) -> Drawn:
    """Every flow, its steps links to the callers who went through them."""
    words = words_of(catalogue)
    called = {step.flow for flow in flows.flows.values() for step in flow.steps.values() if isinstance(step, Subflow)}
    pictures = {
        name: FlowPicture(
            svg(chart_of(flow, words), _link(flow), styled=False),
            {step.name: VERBS[type(step)].word for step in flow.steps.values()},
        )
        for name, flow in sorted(flows.flows.items(), key=lambda one: one[0] in called)  # whence calls come first
    }
    return Drawn(flows.version, pictures)


def words_of(catalogue: Catalogue) -> Callable[[str], str]:
    """What a message says in the language that is spoken first."""
    written = catalogue.written
    first = catalogue.languages[0] if catalogue.languages else ALL
    said = {**written.get(ALL, {}), **written.get(first, {})}
    return lambda message: " ".join(text for _, text in said.get(message, ()))


def _link(flow: Flow) -> Callable[[Span], str]:
    """Where a step is opened on the wallboard; the flow's own beginning is no step."""
    step_at = {step.at: step.name for step in flow.steps.values()}

    def link(at: Span) -> str:
        step = step_at.get(at)
        return "" if step is None else f"#step/{quote(f'{flow.name}/{step}', safe='')}"

    return link
