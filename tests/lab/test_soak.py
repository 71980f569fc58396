"""The soak's own parts, without a call: what it would break, who would call, and that no difference passes it."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from lab.soak import __main__ as command
from lab.soak import people, switch, witnesses
from lab.soak.proof import Books, proved, spans
from lab.soak.relay import Relay
from lab.soak.trouble import BRISK, KINDS, Pace, breaks
from store.rows import AgentInterval, RingAttempt, Visit

SCENES = Path(__file__).parents[1] / "transcripts" / "cel"
T = datetime(2026, 11, 25, 3, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return T + timedelta(seconds=seconds)


def answered(channel: str = "1.1", ordinal: int = 1) -> Visit:
    return Visit(
        id=f"gz-1/{channel}/{ordinal}",
        node="gz-1",
        call_id=channel,
        channel_id=channel,
        ordinal=ordinal,
        queue="soak",
        entered_at=T,
        answered_at=after(2),
        ended_at=after(5),
        agent="2001",
        outcome="answered",
        rings=1,
    )


def turned_away(channel: str = "1.2") -> Visit:
    nobody = {"answered_at": None, "agent": None, "rings": 0, "outcome": "full"}
    return replace(answered(channel), queue="soak-full", ended_at=T, **nobody)  # type: ignore[arg-type] # fields of a row


RANG = RingAttempt(
    visit_id="gz-1/1.1/1",
    ordinal=1,
    node="gz-1",
    agent="2001",
    interface="PJSIP/2001",
    started_at=after(1),
    ended_at=after(2),
    result="answered",
)


def stretch(state: str, began: float, ended: float | None = None) -> AgentInterval:
    until = None if ended is None else after(ended)
    told: dict[str, Any] = {"state": state, "started_at": after(began), "ended_at": until}
    return AgentInterval(id=f"gz-1/2001/{began}", node="gz-1", agent="2001", **told)


STATES = (stretch("available", 0, 1), stretch("ringing", 1, 2), stretch("available", 2))


def books(**more: object) -> Books:
    log = witnesses.QueueLog(5, 1, Counter(answered=1), {"70000001"})
    refused = [witnesses.Refused(T.timestamp(), "1.2", "70000002", "soak-full", "full")]
    known = {"70000001": T.timestamp(), "70000002": T.timestamp()}
    whole = Books(
        visits=[answered(), turned_away()], attempts=[RANG], intervals=STATES, log=log, refused=refused, sipp=known
    )
    return replace(whole, **more)  # type: ignore[arg-type] # each test's own


def test_books_that_agree_are_found_to_agree() -> None:
    proof = proved(books())
    assert proof.wrong == []
    assert [(row.outcome, row.ledger, row.other) for row in proof.rows] == [
        ("answered", 1, 1),
        ("full", 1, 1),
        ("join_empty", 0, 0),
    ]


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"visits": [turned_away()], "attempts": []}, "the ledger has 0 visits, queue_log 1 entries"),
        ({"visits": [replace(answered(), outcome="abandoned"), turned_away()]}, "abandoned: 1 in the ledger, 0 in"),
        ({"visits": [replace(answered(), ended_at=None), turned_away()]}, "gz-1/1.1/1 is open"),
        ({"visits": [replace(answered(), ordinal=2), turned_away()]}, "the visits of 1.1 are numbered [2]"),
        ({"visits": [replace(answered(), next_visit_id="gz-1/1.9/1"), turned_away()]}, "which is not there"),
        ({"visits": [answered()]}, "1.2 was refused by soak-full (full); the ledger has it not"),
        ({"refused": []}, "gz-1/1.2/1 is full in the ledger; the dialplan saw no such thing"),
        ({"attempts": []}, "gz-1/1.1/1 rang 1 times, and is told as []"),
        ({"attempts": [replace(RANG, ended_at=None)]}, "gz-1/1.1/1 rings 2001 for ever"),
        ({"attempts": [replace(RANG, agent="2002")]}, "was answered by 2001, and its ringing by ['2002']"),
        ({"attempts": [RANG, replace(RANG, visit_id="x")]}, "ringing of x, which is not there"),
        ({"intervals": STATES[::2]}, "agent 2001: available until"),
        ({"intervals": STATES[:2]}, "agent 2001 is in no state since"),
        ({"sipp": {"70000003": 0.0}}, "caller 70000003 was answered, and came to no queue"),
    ],
)
def test_whatever_differs_is_told(more: dict[str, object], told: str) -> None:
    assert any(told in line for line in proved(books(**more)).wrong)


def test_who_was_refused_while_nobody_could_hear_is_in_the_ledger_all_the_same_and_counted() -> None:
    deaf = {"blind": [(T.timestamp() - 2, T.timestamp() + 2)]}
    assert (proved(books(**deaf)).wrong, proved(books(**deaf)).unheard) == ([], 1)
    assert "the ledger has it not" in proved(books(visits=[answered()], **deaf)).wrong[0]
    late = {"blind": [(T.timestamp() + 5, T.timestamp() + 9)]}
    assert proved(books(**late)).unheard == 0


def test_a_caller_whom_the_end_of_asterisk_cut_off_is_counted() -> None:
    ending = (T.timestamp() + 1, T.timestamp() + 3)
    proof = proved(books(sipp={"70000003": T.timestamp(), "70000004": T.timestamp() + 2}, crashes=[ending]))
    assert (proof.wrong, proof.cut_off) == ([], 2)
    assert "came to no queue" in proved(books(sipp={"70000005": ending[1] + 1}, crashes=[ending])).wrong[0]


def test_a_redirect_is_a_hang_up_to_the_log_alone() -> None:
    away = replace(answered(), answered_at=None, agent=None, outcome="withdrawn", rings=0, queue="soak-redirect")
    log = witnesses.QueueLog(2, 1, Counter(abandoned=1), {"70000001"})
    moved = {"visits": [away, turned_away()], "attempts": [], "log": log}
    assert proved(books(**moved, redirected={"1.1"})).wrong == []
    assert proved(books(**moved)).wrong != []


def test_a_blind_span_ends_with_the_first_snapshot_behind_it() -> None:
    assert spans([(10.0, 12.0), (11.0, 14.0), (30.0, 31.0)], [datetime.fromtimestamp(s, UTC) for s in (5, 13, 20)]) == [
        (10.0, 20.0),
        (30.0, float("inf")),
    ]


def test_the_same_seed_breaks_the_same_and_each_kind_soon() -> None:
    first, again, other = (list(islice(breaks(seed, BRISK), 40)) for seed in (7, 7, 8))
    assert first == again != other
    assert {one.kind for one in first[: len(KINDS)]} == set(KINDS)
    pace = Pace()
    assert all(pace.every[0] <= one.after_s <= pace.every[1] for one in islice(breaks(1, pace), 100))


def test_callers_go_everywhere_and_each_has_a_number_of_their_own() -> None:
    rows = list(people.callers(2000, 3))
    assert rows == list(people.callers(2000, 3))
    assert len({row[0] for row in rows}) == 2000
    assert {row[1] for row in rows} == {line.number for line in switch.LINES} == set(people.HABITS)


def test_every_agent_of_a_queue_has_a_phone() -> None:
    phones = {number for group in switch.GROUPS for number in group.numbers}
    assert {number for line in switch.LINES for number in line.members} <= phones
    assert len(phones) == sum(len(group.numbers) for group in switch.GROUPS)


def test_the_witnesses_are_read_as_they_are_written(tmp_path: Path) -> None:
    (tmp_path / "queue_log").write_text(
        "1|NONE|NONE|NONE|QUEUESTART|\n1|1.1|soak|NONE|ENTERQUEUE||70000001|1\n1|1.1|soak|Soak 2001|CONNECT|0|1.2|0\n"
        "2|1.3|soak|NONE|ENTERQUEUE||70000002|1\ncut of"
    )
    log = witnesses.queue_log([tmp_path / "queue_log"])
    assert (log.lines, log.entered, log.callers) == (5, 2, {"70000001", "70000002"})
    assert log.outcomes == Counter(answered=1, unknown_after_gap=1)
    (tmp_path / "messages.log.0").write_text(
        "[x] NOTICE[1][C-1]: Ext. 109:4 in @ soak: soak-left 1795575214 1.5 70000005 soak-full =FULL\n"
        "[x] NOTICE[1][C-1]: Ext. 100:4 in @ soak: soak-left 1795575214 1.6 70000006 soak =TIMEOUT\n"
    )
    (one,) = witnesses.refused(tmp_path)
    assert one == witnesses.Refused(1795575214.0, "1.5", "70000005", "soak-full", "full")
    (tmp_path / "calls.log").write_text("2026-11-25\t02:53:43.441462\t1795575223.441462 70000173 106 answered\n")
    assert witnesses.answered_callers(tmp_path / "calls.log") == {"70000173": 1795575223.441462}


def test_cel_is_a_witness_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "hotline.csv").write_bytes((SCENES / "asterisk-22.10.1-blind_queue.csv").read_bytes() + b"no record\n")
    told = witnesses.cel([tmp_path / "hotline.csv"])
    assert (len(told.joined), len(told.channels), told.lines) == (2, 3, 23)


@pytest.mark.parametrize(
    ("cel", "told"),
    [
        (witnesses.Cel(9, frozenset({"b1"}), frozenset({"1.1", "1.2"})), ""),
        (
            witnesses.Cel(9, frozenset(), frozenset({"1.1", "1.2"})),
            "answered: 1 in the ledger, 0 bridges of Queue()",
        ),
        (witnesses.Cel(9, frozenset({"b1", "b2"}), frozenset({"1.1", "1.2"})), "answered: 1 in the ledger, 2 bridges"),
        (witnesses.Cel(9, frozenset({"b1"}), frozenset({"1.1"})), "1.2 has visits in the ledger, and is not in CEL"),
    ],
)
def test_what_cel_counts_otherwise_is_told(cel: witnesses.Cel, told: str) -> None:
    wrong = proved(books(cel=cel)).wrong
    assert (told in "".join(wrong)) if told else not wrong


async def test_the_relay_breaks_in_the_middle_of_an_event_and_lets_nobody_in_for_a_while() -> None:
    async def switchboard(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                writer.write(b"Event: QueueCallerJoin\r\nQueue: soak\r\n\r\n")
                await writer.drain()
                await asyncio.sleep(0)
        except OSError:
            writer.transport.abort()

    server = await asyncio.start_server(switchboard, "127.0.0.1", 0)
    relay = Relay(server.sockets[0].getsockname()[1])
    await relay.open()
    reader, writer = await asyncio.open_connection("127.0.0.1", relay.port)
    await reader.readuntil(b"\r\n\r\n")
    cutting = asyncio.create_task(relay.cut(30.0))
    try:
        rest = await reader.read()
    except ConnectionResetError:
        rest = b""
    assert not rest.endswith(b"\r\n\r\n")
    refused, other = await asyncio.open_connection("127.0.0.1", relay.port)
    with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
        await refused.readexactly(1)
    cutting.cancel()
    await asyncio.gather(cutting, return_exceptions=True)
    for end in (writer, other):
        end.transport.abort()
    await relay.close()
    server.close()


@pytest.mark.parametrize("words", [["--rate", "0"], ["--visits", "0"], ["--folder", "lab"], ["--database", "oracle"]])
def test_wrong_words_are_told_in_one_line(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        command.main(words)
    assert ended.value.code == 2
    assert words[0] in capsys.readouterr().err.splitlines()[-1]
