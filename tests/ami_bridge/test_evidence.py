"""The lines kept as evidence: enough to argue a number by, and nothing a caller typed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from ami_bridge.domain import events as ev
from ami_bridge.evidence import of_event, of_line
from ami_bridge.protocol.wire import Framing
from ami_bridge.spoken import Heard
from ami_bridge.translate import event_of
from tests.ami_bridge.replaying import FOLDER, ledger
from tests.ami_bridge.test_queue_log_history import lines
from tests.ami_bridge.test_transcripts import EXPECTED

if TYPE_CHECKING:
    from store.rows import EvidenceLine

NOWHERE = datetime(2000, 1, 1, tzinfo=UTC)


def kept(scene: str) -> list[EvidenceLine]:
    raw = (FOLDER / f"asterisk-22.10.1-{scene}.txt").read_bytes()
    found: list[EvidenceLine] = []
    known: set[str] = set()
    for heard in (Heard.from_raw(message) for message in Framing().feed(raw)):
        event = event_of(heard, NOWHERE)
        if event is None or event.at == NOWHERE:
            continue
        if isinstance(event, ev.Joined):
            known.add(event.channel_id)
        line = of_event(heard, event, "gz-1", known)
        if line is not None:
            found.append(line)
    told = [of_line(line, "gz-1") for line in ledger(scene) if isinstance(line, ev.LedgerLine)]
    return found + [line for line in told if line is not None]


@pytest.mark.parametrize("scene", [scene for scene in EXPECTED if scene != "pause"])
def test_every_scene_leaves_its_lines_and_no_number_in_clear(scene: str) -> None:
    found = kept(scene)
    assert found
    for line in found:
        assert "13800138000" not in line.text
        assert "CallerIDName" not in line.text
    assert len({line.id for line in found}) == len(found)


def test_an_answered_call_reads_as_it_went() -> None:
    told = [line.text.split()[0] for line in kept("answered") if line.source == "ami"]
    assert told == [
        "QueueCallerJoin",
        "AgentCalled",
        "DialEnd",
        "QueueCallerLeave",
        "AgentConnect",
        "AgentComplete",
        "VarSet",
        "VarSet",
        "Hangup",
    ]


def test_the_key_a_caller_pressed_is_in_no_line() -> None:
    for line in kept("left_by_key"):
        assert "Exten" not in line.text
        if line.source == "queue_log" and "EXITWITHKEY" in line.text:
            assert line.text.endswith("|EXITWITHKEY|*|1|1|0")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("0 c q NONE ENTERQUEUE '' 13800138000 1", "ENTERQUEUE||138****8000|1"),
        ("0 c q Ann BLINDTRANSFER 13900139000 out 1 2 1", "BLINDTRANSFER|139****9000|out|1|2|1"),
        ("0 c q NONE DID 4006008000", "DID|400****000"),
        ("0 c q Ann CONNECT 3 1795301781.2 1", "CONNECT|3|1795301781.2|1"),
    ],
)
def test_numbers_in_the_log_are_masked_and_channels_are_not(text: str, shown: str) -> None:
    (line,) = (of_line(line, "gz-1") for line in lines(text))
    assert line is not None
    assert line.text.partition("|")[2].split("|", 3)[3] == shown


def test_agents_and_the_switch_are_no_callers() -> None:
    told = lines("0 NONE NONE NONE QUEUESTART; 0 c q Ann PAUSE lunch")
    assert [of_line(line, "gz-1") for line in told] == [None, None]


def test_lines_of_one_second_keep_their_order() -> None:
    told = lines("0 c q NONE ENTERQUEUE '' 1 1; 0 c q Ann CONNECT 0 a 0")
    found = [of_line(line, "gz-1", place) for place, line in enumerate(told)]
    first, then = (line.at for line in found if line is not None)
    assert first < then
