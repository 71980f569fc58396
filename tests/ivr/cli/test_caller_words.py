"""`hotline caller`: what an admin types about one caller, reads, and gets as an exit code."""

from __future__ import annotations

import json
import stat
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from store.engine import open_store
from store.queries.visits import visits
from store.rows import Journey, Voicemail
from tests.ivr.cli.test_commands import one_line
from tests.ivr.cli.test_keeping_words import OLD, filled
from tests.store.samples import a_visit

if TYPE_CHECKING:
    from pathlib import Path

    from store.rows import Row
    from tests.ivr.cli.machine import Machine

NUMBER = "13800138000"


def a_call() -> list[Row]:
    """A call of long ago, whose caller left two messages: one here, one at another Asterisk."""
    return [
        a_visit(1, caller=NUMBER, entered_at=OLD, ended_at=OLD, outcome="abandoned"),
        Journey(
            id="t-1/1", node="t-1", call_id="1", channel_id="1", number="100", flow="main", flow_version="v",
            started_at=OLD, ended_at=OLD, caller=NUMBER,
        ),
        *(
            Voicemail(
                id=f"{node}/m", node=node, call_id="1", box="b", path=f"{node}.wav", recorded_at=OLD, seconds=2,
                caller=NUMBER,
            )
            for node in ("t-1", "t-2")
        ),
    ]  # fmt: skip


@pytest.mark.parametrize("command", ["caller export", "caller erase"])
async def test_every_word_explains_itself_within_80_columns(unbuilt: Machine, command: str) -> None:
    ended = await unbuilt.run_here(*command.split(), "--help")
    assert ended.out.startswith(f"Usage: hotline {command} [OPTIONS] {{DIR}} {{NUMBER}}")
    assert max(map(len, ended.out.splitlines())) <= 80


async def test_a_caller_is_given_out_and_erased(unbuilt: Machine, tmp_path: Path) -> None:
    await filled(unbuilt, *a_call())
    message = unbuilt.state / "recordings" / "t-1.wav"
    message.write_bytes(b"RIFF")
    into = tmp_path / "export.json"

    given = await unbuilt.run_here("caller", "export", "{DIR}", NUMBER, "--to", str(into))
    assert (given.code, given.err) == (0, "")
    assert given.out == f"written    {into}: 4 rows (1 journeys, 1 visits, 2 voicemails), 2 files\n"
    assert stat.S_IMODE(into.stat().st_mode) == 0o600
    told = json.loads(into.read_text("utf-8"))
    assert (told["number"], told["stored_as"], told["files"][0]) == (NUMBER, [NUMBER], str(message))
    assert told["rows"]["visits"][0]["caller"] == NUMBER

    erased = await unbuilt.run_here("caller", "erase", "{DIR}", NUMBER, "--yes")
    assert (erased.code, erased.err) == (0, "")
    assert erased.out.splitlines() == [
        "erased     4 rows (1 journeys, 1 visits, 2 voicemails), 1 file",
        "left       t-2: t-2.wav: remove this file by hand",
    ]
    assert not message.exists()
    again = await unbuilt.run_here("caller", "erase", "{DIR}", NUMBER, "--yes")
    assert again.out == "erased     0 rows, 0 files\n"
    shown = await unbuilt.run_here("report", "abandoned", "{DIR}", "--from", "2001-02-03", "--to", "2001-02-04")
    assert "masked" in shown.out
    assert "138" not in shown.out


async def test_nobody_is_erased_while_he_calls(unbuilt: Machine) -> None:
    now = datetime.now(UTC)
    ended = a_visit(2, caller=NUMBER, entered_at=now, ended_at=now - timedelta(minutes=1), outcome="abandoned")
    await filled(unbuilt, *a_call(), ended)
    refused = await unbuilt.run_here("caller", "erase", "{DIR}", NUMBER, "--yes")
    assert one_line(refused, 2).startswith("hotline: a call of this number goes on, or ended less than ten minutes ago")
    store = await open_store(f"sqlite:///{unbuilt.state / 'hotline.db'}")
    assert {row.caller for row in (await visits(store)).rows} == {NUMBER}
    await store.close()


async def test_slips_are_one_line(unbuilt: Machine, tmp_path: Path) -> None:
    await filled(unbuilt)
    for words, said in (
        (
            ("erase", "{DIR}", NUMBER),
            "an erasure cannot be taken back and has to be confirmed; say it again with --yes",
        ),
        (("erase", "{DIR}", "Mei", "--yes"), "'Mei' is no calling number; expected one such as 13800138000 or +85261"),
        (("export", "{DIR}", NUMBER, "--to", str(tmp_path)), f"{tmp_path} is there already; expected a new file"),
        (("export", "{DIR}", NUMBER, "--to", f"{tmp_path}/no/x"), f"{tmp_path}/no/x cannot be written: No such file"),
    ):
        assert one_line(await unbuilt.run_here("caller", *words), 2).startswith(f"hotline: {said}")
