"""Verdicts on yesterday's calls, held against the same calls made once more on the changed flows."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dialplan.report import as_text
from ivr.config.dialogues import load_dialogues
from ivr.config.load import load_hotline
from ivr.rehearsal.house import House, house_of
from ivr.rehearsal.player import play
from ivr.rehearsal.replay import PASSED, Passed, Verdict, Version, replayed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ivr.engine.effects import Trace
    from ivr.flow.model import FlowSet
    from ivr.rehearsal.model import Dialogue

SAMPLE = Path(__file__).parents[3] / "examples" / "cable-tv"
NOW = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Change:
    """One edit of the sample, and how many of its calls it must be known to change or to leave alone, at least."""

    file: str
    old: str
    new: str
    elsewhere: int = 0
    same: int = 0
    undecided: int = 0


CHANGES = {
    "nothing": Change("main.yaml", "flow: main", "flow: main", same=88),
    "a key goes elsewhere": Change("main.yaml", "2: {then: report_fault}", "2: {then: person}", elsewhere=3, same=60),
    "a key is taken away": Change("main.yaml", "      2: {then: report_fault}\n", "", elsewhere=3, same=60),
    "a sentence more": Change(
        "main.yaml", "greet:     {play: welcome, then: open_now}",
        "greet:     {play: welcome, then: once_more}\n  once_more: {play: welcome, then: open_now}", same=88,
    ),
    "a sentence less": Change(
        "main.yaml", "{when: customer.tier == 'vip', set: {vip: true}, then: greet_vip}",
        "{when: customer.tier == 'vip', set: {vip: true}, then: open_now}", same=88,
    ),
    "another queue": Change(
        "main.yaml", "  service_queue:\n    queue: service\n", "  service_queue:\n    queue: vip\n",
        elsewhere=20, same=30,
    ),
    "a condition of a branch": Change(
        "main.yaml", "{when: customer.tier == 'vip', then: vip_queue}",
        "{when: customer.tier == 'gold', then: vip_queue}", undecided=20, same=30,
    ),
    "a subflow comes back with something else": Change(
        "balance.yaml", "{return: {outcome: told}}", "{return: {outcome: heard}}", undecided=3, same=60,
    ),
    "silence leads elsewhere": Change(
        "main.yaml", "no_input:    {after: 5s, tries: 3, message: no-key, then: person}",
        "no_input:    {after: 5s, tries: 3, message: no-key, then: goodbye}", elsewhere=1, same=60,
    ),
    "a late lookup ends the call": Change(
        "balance.yaml", "on_timeout: unavailable", "on_timeout: not_told", same=80,
    ),
}  # fmt: skip


@cache
def sample() -> tuple[House, tuple[Dialogue, ...]]:
    return _house(SAMPLE)


def _house(folder: Path) -> tuple[House, tuple[Dialogue, ...]]:
    loaded = load_hotline(folder)
    found = load_dialogues(loaded)
    assert loaded.hotline is not None
    assert loaded.flows is not None, as_text(loaded.diagnostics, loaded.sources)
    return house_of(loaded.hotline, loaded.flows, loaded.catalogue), found.dialogues


def journey(traces: Sequence[Trace], at: datetime) -> list[Passed]:
    return [Passed(one.flow, one.step, one.outcome, one.to or None, at) for one in traces]


def answers(flows: FlowSet, traces: Sequence[Trace]) -> list[tuple[str, str]]:
    """The steps of a call that waited for somebody, as they were called, and for whom."""
    found = []
    for one in traces:
        step = flows.flows[one.flow].steps[one.step]
        if not isinstance(step, PASSED) and one.outcome != "hung up":
            found.append((f"{one.flow}.{one.step}", str(getattr(step, "queue", ""))))
    return found


def verdict_on(dialogue: Dialogue, traces: Sequence[Trace], new: House) -> Verdict:
    at = dialogue.surroundings.clock or NOW
    version = Version(new.flows, new.numbers, new.is_open)
    return replayed(dialogue.surroundings.number, journey(traces, at), sample()[0].flows, version)


@pytest.mark.parametrize("name", CHANGES)
def test_a_verdict_is_what_the_call_does_when_it_is_made_again(tmp_path: Path, name: str) -> None:
    change = CHANGES[name]
    folder = tmp_path / "changed"
    shutil.copytree(SAMPLE, folder)
    path = folder / "flows" / change.file
    text = path.read_text("utf-8")
    assert change.old in text
    path.write_text(text.replace(change.old, change.new), "utf-8")
    (old, dialogues), (new, _) = sample(), _house(folder)
    counted = {"same": 0, "elsewhere": 0, "undecided": 0}
    for dialogue in dialogues:
        before, after = play(old, dialogue), play(new, dialogue)
        verdict = verdict_on(dialogue, before.traces, new)
        counted[verdict.kind] += 1
        was, now = answers(old.flows, before.traces), answers(new.flows, after.traces)
        if after.failure is not None:  # the talk ended where it went another way than written
            was = was[: len(now)] if verdict.kind == "same" else was
        if verdict.kind == "same":
            assert now == was, (dialogue.name, verdict)
        elif verdict.kind == "elsewhere":
            assert now != was, (dialogue.name, verdict)
    for kind in ("same", "elsewhere", "undecided"):
        assert counted[kind] >= getattr(change, kind), counted
    assert counted["undecided"] == 0 or change.undecided, counted


def test_opening_hours_are_worked_out_for_the_moment_of_the_call() -> None:
    house, _ = sample()
    line = [
        Passed("main", "language", "key 1", "recognise", NOW),
        Passed("main", "recognise", "missing", "greet", NOW),
        Passed("main", "greet", "said", "open_now", NOW),
        Passed("main", "open_now", "open", "main_menu", NOW),
        Passed("main", "main_menu", "hung up", "end", NOW),
    ]
    closed = Version(house.flows, house.numbers, lambda _, at: at > NOW)
    verdict = replayed("96956", line, house.flows, closed)
    assert (verdict.kind, verdict.at) == ("elsewhere", "main.open_now")
    assert verdict.why.endswith("was main.main_menu")
    later = [Passed(one.flow, one.step, one.outcome, one.to, NOW + timedelta(seconds=1)) for one in line]
    assert replayed("96956", later, house.flows, closed).kind == "same"


def test_what_cannot_be_known_is_said() -> None:
    house, _ = sample()
    version = Version(house.flows, house.numbers, house.is_open)
    line = [Passed("main", "language", "key 1", "recognise", NOW)]
    assert replayed("96956", line, None, version).why == "the version it went through is not kept any more"
    assert replayed("96956", [], house.flows, version).kind == "same"
    rescued = [*line, Passed("main", "recognise", "rescued", None, NOW)]
    assert replayed("96956", rescued, house.flows, version).why == "the call was rescued there"
    nobody = Version(house.flows, {"96956": "gone"}, house.is_open)
    assert replayed("96956", line, house.flows, nobody).kind == "elsewhere"
    strange = [Passed("main", "language", "sang", "recognise", NOW)]
    assert replayed("96956", strange, house.flows, version).kind == "undecided"
