"""A hotline around a single flow, so that a test can check a few lines; and the frame that makes steps a flow."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from textwrap import indent
from typing import TYPE_CHECKING

from dialplan.report import as_text
from dialplan.source import Span
from ivr.config.load import load_hotline
from ivr.flow.check import check_flows
from ivr.flow.defaults import FlowDefaults, TriesDefaults
from ivr.flow.known import Known, LookupFacts, TicketFacts
from ivr.flow.load import FlowReading, load_flow

if TYPE_CHECKING:
    from dialplan.diagnostics import Diagnostic

SMALL = Path(__file__).parents[1] / "fixtures" / "small"
"""A complete hotline, small."""

DEFAULTS = FlowDefaults(TriesDefaults(tries=3, after_ms=5_000), TriesDefaults(tries=3))
"""What the flow beside inherits; the flow under test inherits nothing."""

ENTRIES = ("main", "example", "again")
"""Flows that numbers lead to in tests."""


@cache
def known() -> Known:
    """What the small hotline defines around its flows."""
    loaded = load_hotline(SMALL, {})
    hotline, catalogue = loaded.hotline, loaded.catalogue
    assert hotline is not None
    return Known(
        languages=hotline.languages,
        entries=dict.fromkeys(ENTRIES),
        queues=frozenset(hotline.queues),
        schedules=frozenset(hotline.hours),
        scripts=frozenset({"echo-number"}),
        boxes=frozenset(hotline.voicemail),
        tickets={name: TicketFacts(each.takes, tuple(each.within_ms)) for name, each in hotline.tickets.items()},
        lookups={name: LookupFacts(each.takes, each.gives, each.as_of) for name, each in hotline.lookups.items()},
        messages={
            name: {place: frozenset(map(str, kinds)) for place, kinds in (catalogue.places(name) or {}).items()}
            for name in catalogue.names
        },
    )


def numbered() -> Known:
    """The same with places for its numbers: a number leads to a whole flow, and a caller is to hear something."""
    return replace(known(), entries=dict.fromkeys(ENTRIES, Span("hotline.yaml", 1, 1)))


def text_is_framed(data: bytes) -> bool:
    """Whether these are a few steps in a frame, of which nobody expects that they greet."""
    return data.startswith(b"# flows/example.yaml")


def framed(text: str) -> str:
    """Steps as a whole flow whose first step is its start; a whole flow as it is."""
    if text.startswith("# flows/"):
        return text + "\n"
    first = text.partition(":")[0]
    return f"# flows/example.yaml\nflow: example\nstart: {first}\nsteps:\n{indent(text, '  ')}\n"


def read(text: str | bytes) -> tuple[FlowReading, list[Diagnostic]]:
    """A flow beside the small hotline's `identify`, and everything wrong with it."""
    data = text.encode() if isinstance(text, str) else text
    first = data.splitlines()[0].decode(errors="replace") if data else ""
    name = first.removeprefix("# ") if first.startswith("# flows/") else "flows/example.yaml"
    reading = load_flow(data, name)
    beside = load_flow((SMALL / "flows" / "identify.yaml").read_bytes(), "flows/identify.yaml", DEFAULTS)
    assert not beside.diagnostics
    whole = first.startswith("# flows/") and not text_is_framed(data)
    found = [*reading.diagnostics, *check_flows([reading, beside], numbered() if whole else known())]
    return reading, [each for each in found if _place(each) != "flows/identify.yaml"]


def _place(diagnostic: Diagnostic) -> str | None:
    return diagnostic.span.file if diagnostic.span else diagnostic.file


def codes_of(steps: str) -> list[str]:
    """The codes some steps give, in the order of the file."""
    _, found = read(framed(steps))
    return [
        each.code
        for each in sorted(found, key=lambda each: (each.span.line, each.span.column) if each.span else (0, 0))
    ]


def told(steps: str) -> str:
    """What an admin reads about some steps."""
    reading, found = read(framed(steps))
    return as_text(found, {reading.source.name: reading.source})
