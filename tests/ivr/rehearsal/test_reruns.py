"""Each kind of change to the flows: what a replay says of yesterday's calls is what they do when made once more."""

from __future__ import annotations

import shutil
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pytest

from dialplan.report import as_text
from ivr.compare.comparing import steps_called
from ivr.compare.edition import edition_of
from ivr.config.load import load_hotline
from ivr.rehearsal.house import House, house_of
from ivr.rehearsal.replay import Passed, Version, replayed
from tests.ivr.rehearsal.changes import CHANGES
from tests.ivr.rehearsal.reruns import as_it_was, made_again, recorded
from tests.ivr.rehearsal.surroundings import SAMPLE, sample

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ivr.config.load import Loaded
    from ivr.rehearsal.model import Dialogue
    from ivr.rehearsal.replay import Verdict
    from tests.ivr.rehearsal.changes import Change
    from tests.ivr.rehearsal.reruns import Made, Recording

LEAST: Final = 30


@dataclass(frozen=True)
class Call:
    """One of yesterday's, and how it went."""

    dialogue: Dialogue
    recording: Recording
    before: Made
    onward: Made
    """The same once more on its own flows: where it was going when it was cut off."""

    @property
    def number(self) -> str:
        return self.dialogue.surroundings.number


@pytest.fixture(scope="module")
def yesterday() -> tuple[Call, ...]:
    """The calls of the sample's dialogues."""
    stage, dialogues = sample()
    with pytest.MonkeyPatch.context() as patch:
        recordings = [recorded(patch, stage.house, dialogue) for dialogue in dialogues]
    return tuple(
        Call(
            dialogue,
            recording,
            as_it_was(recording, stage.house),
            made_again(recording, stage.house, dialogue.surroundings.number),
        )
        for dialogue, recording in zip(dialogues, recordings, strict=True)
    )


def changed(folder: Path, change: Change) -> Loaded:
    shutil.copytree(SAMPLE, folder)
    for name, old, new in change.edits:
        path = folder / name
        if old:
            text = path.read_text("utf-8")
            assert old in text, (name, old)
            path.write_text(text.replace(old, new), "utf-8")
        elif new.startswith("flows/"):
            path.rename(folder / new)
        else:
            path.write_text(new, "utf-8")
    loaded = load_hotline(folder, {})
    assert loaded.flows is not None, as_text(loaded.diagnostics, loaded.sources)
    return loaded


def house(loaded: Loaded) -> House:
    assert loaded.hotline is not None
    assert loaded.flows is not None
    return house_of(loaded.hotline, loaded.flows, loaded.catalogue)


def verdict_on(call: Call, new: House, called: Mapping[str, str]) -> Verdict:
    stage, _ = sample()
    moments = {place: at for place, _, _, at in reversed(call.recording.told)}
    began = call.recording.told[0][3]
    line = [
        Passed(one.flow, one.step, one.outcome, one.to or None, moments.get(f"{one.flow}.{one.step}", began))
        for one in call.recording.traces
    ]
    return replayed(call.number, line, stage.house.flows, Version(new.flows, new.numbers, new.is_open), called)


def may_be(call: Call, after: Made, called: Mapping[str, str]) -> set[str]:
    """What a verdict may be, by the call that was made again; one thing, but for calls that were cut off on a way."""
    was, onward = (_now_called(made, called) for made in (call.before, call.onward))
    if after.asked[: len(was)] != was:
        return {"elsewhere"}
    if call.before.ended:
        return {"same" if after.asked == was and after.ended else "elsewhere"}
    behind = len(was) + 1
    return {"same"} if after.asked[:behind] == onward[:behind] else {"same", "elsewhere"}


def _now_called(made: Made, called: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(" ".join([called.get(place, place), *queue]) for place, *queue in map(str.split, made.asked))


def test_the_table_has_enough_kinds_and_calls(yesterday: tuple[Call, ...]) -> None:
    assert len(CHANGES) >= LEAST
    assert len(yesterday) >= 80


@pytest.mark.parametrize("name", CHANGES)
def test_a_verdict_is_what_the_call_does_when_it_is_made_again(
    tmp_path: Path, yesterday: tuple[Call, ...], name: str
) -> None:
    change = CHANGES[name]
    loaded = changed(tmp_path / "changed", change)
    new = house(loaded)
    called = steps_called(edition_of(load_hotline(SAMPLE, {})), edition_of(loaded))
    counted: Counter[str] = Counter()
    for call in yesterday:
        verdict, after = verdict_on(call, new, called), made_again(call.recording, new, call.number, called)
        counted[verdict.kind] += 1
        if verdict.kind != "undecided":
            assert verdict.kind in may_be(call, after, called), (call.dialogue.name, verdict, call.before, after)
    assert counted["elsewhere"] >= change.elsewhere, counted
    assert counted["undecided"] <= change.undecided, counted
    assert change.elsewhere or not counted["elsewhere"] or change.undecided, counted
