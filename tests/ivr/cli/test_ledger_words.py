"""`hotline ledger`: what an admin types, reads, and gets as an exit code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.ivr.cli.test_commands import one_line

if TYPE_CHECKING:
    from tests.ivr.cli.machine import Machine

BEGAN = 1795301529
CEL = Path(__file__).parents[2] / "transcripts" / "cel"


def log_of(folder: Path, *lines: str) -> Path:
    """A queue_log of the short form ``seconds|channel|queue|agent|VERB|data``."""
    path = folder / "queue_log"
    whole = [f"{BEGAN + int(line.partition('|')[0])}|{line.partition('|')[2]}\n" for line in lines]
    path.write_text("".join(whole), "utf-8")
    return path


TALK = (
    "0|c.1|sales|NONE|ENTERQUEUE||13800138000|1",
    "5|c.1|sales|Ann|CONNECT|5|a.1|2",
    "30|c.1|sales|Ann|COMPLETEAGENT|5|25|1",
)
GAVE_UP = ("40|c.2|sales|NONE|ENTERQUEUE||13900139000|1", "49|c.2|sales|NONE|ABANDON|1|1|9")
SINCE = ("--since", "2026-11-01")


@pytest.mark.parametrize("command", ["ledger verify", "ledger import", "ledger evidence", "ledger call"])
async def test_every_word_explains_itself_within_80_columns(unbuilt: Machine, command: str) -> None:
    ended = await unbuilt.run_here(*command.split(), "--help")
    assert ended.out.startswith(f"Usage: hotline {command} [OPTIONS] {{DIR}}")
    assert max(map(len, ended.out.splitlines())) <= 80


async def test_a_log_is_compared_taken_in_and_compared_again(unbuilt: Machine, tmp_path: Path) -> None:
    log = log_of(tmp_path, *TALK, *GAVE_UP, "50|c.3|sales|Ann|CONECT|1")
    unbuilt.environ["HOTLINE_QUEUE_LOG"] = str(log)
    aside = "(6 lines read, set aside: 1 because its verb is not known here)"
    no_cel = f"no CEL here ({tmp_path}/cel-custom/hotline.csv): calls were not compared"

    before = await unbuilt.run_here("ledger", "verify", "{DIR}", *SINCE)
    assert (before.code, before.err) == (1, "")
    assert before.out.splitlines() == [
        "visit      field  ledger     queue_log",
        "t-1/c.1/?  visit  not there  sales, answered",
        "t-1/c.2/?  visit  not there  sales, abandoned",
        "",
        f"2 differences in 2 of 2 visits since 2026-11-01 00:00 {aside}",
        "`hotline ledger import` takes in what the ledger has not",
        no_cel,
    ]

    taken = await unbuilt.run_here("ledger", "import", "{DIR}", str(log))
    assert taken.code == 0
    assert taken.out.splitlines() == [
        "2 visits in 6 lines of 1 file: 2 new, 0 put right, 0 there already",
        "what 1 agent did was worked out of it",
        f"set aside: 1 because its verb is not known here; kept in {unbuilt.state}/set-aside/t-1",
    ]
    (kept,) = (unbuilt.state / "set-aside" / "t-1").iterdir()
    assert kept.read_text("utf-8").endswith(f" unknown_verb {BEGAN + 50}|c.3|sales|Ann|CONECT|*\n")
    again = await unbuilt.run_here("ledger", "import", "{DIR}", str(log))
    assert (again.code, again.out) == (0, "nothing new in 1 file since the last import\n")

    after = await unbuilt.run_here("ledger", "verify", "{DIR}", *SINCE)
    agents = "no difference in what 1 agent did, nor in their 1 place in queues"
    whole = f"no difference in 2 visits since 2026-11-01 00:00 {aside}\n{agents}\n{no_cel}\n"
    assert (after.code, after.out) == (0, whole)
    told = json.loads((await unbuilt.run_here("ledger", "verify", "{DIR}", *SINCE, "--format", "json")).out)
    assert (told["node"], told["visits"], told["differences"]) == ("t-1", 2, [])
    assert (told["set_aside"], told["cel"]) == ({"unknown_verb": 1}, None)

    shown = await unbuilt.run_here("ledger", "evidence", "{DIR}", "t-1/c.1/1")
    assert shown.out.splitlines() == [
        "t-1/c.1/1  138****8000  sales  answered",
        "rests on: queue_log: COMPLETEAGENT",
        "",
        "2026-11-22 06:52:09.000  =          entered sales, place 1",
        "2026-11-22 06:52:12.000  =          1001 is rung (attempt 1)",
        "2026-11-22 06:52:14.000  =          1001: answered",
        "2026-11-22 06:52:14.000  =          answered by 1001 Ann after 5 s",
        "2026-11-22 06:52:39.000  =          over: answered, by agent",
        "",
        "no line is kept of it: it is older than keep.evidence, or was imported",
    ]
    called = await unbuilt.run_here("ledger", "call", "{DIR}", "t-1/c.1/1")
    assert called.out.splitlines() == [
        "c.1  2026-11-22  138****8000",
        "",
        "06:52:09.000  queue  entered sales, place 1",
        "06:52:12.000  agent  1001 is rung (attempt 1)",
        "06:52:14.000  agent  1001: answered",
        "06:52:14.000  agent  1001 Ann answered after 5.0 s",
        "06:52:39.000  queue  sales is over: answered, by agent, talk 25.0 s",
    ]
    assert (await unbuilt.run_here("ledger", "call", "{DIR}", "c.1")).out == called.out


async def test_calls_are_compared_with_cel_in_words_that_name_each(unbuilt: Machine, tmp_path: Path) -> None:
    unbuilt.environ["HOTLINE_QUEUE_LOG"] = str(log_of(tmp_path, "50|NONE|NONE|NONE|QUEUESTART|"))
    (tmp_path / "cel-custom").mkdir()
    cel = tmp_path / "cel-custom" / "hotline.csv"
    cel.write_bytes((CEL / "asterisk-22.10.1-menu.csv").read_bytes() + b'"HANGUP","1795\n')
    ended = await unbuilt.run_here("ledger", "verify", "{DIR}", *SINCE)
    assert (ended.code, ended.err) == (1, "")
    said = ended.out.splitlines()
    assert said[0].startswith("no difference in 0 visits since ")
    assert said[1].startswith("call 1795574792.16 (139****0009, 2026-11-25 ")
    assert said[1].endswith("): CEL has it; the ledger does not")
    assert said[2:3] == [""]
    assert said[3].startswith("1 difference in 1 of 1 call CEL tells of since 2026-11-25 ")
    assert said[3].endswith("(6 lines read, set aside: 1 because the line is cut, or of another mapping than ours)")
    told = json.loads((await unbuilt.run_here("ledger", "verify", "{DIR}", *SINCE, "--format", "json")).out)["cel"]
    assert (told["calls"], told["set_aside"], told["differences"][0]["what"]) == (1, {"cut": 1}, "call")
    assert "13922220009" not in ended.out + json.dumps(told)
    # logs named by hand are of who knows which Asterisk: its CEL must be named, too
    named = await unbuilt.run_here("ledger", "verify", "{DIR}", *SINCE, "--log", str(tmp_path / "queue_log"))
    assert (named.code, named.out.splitlines()[1].split(":")[0]) == (0, "calls were not compared")
    nowhere = await unbuilt.run_here("ledger", "verify", "{DIR}", *SINCE, "--cel", str(tmp_path / "nowhere.csv"))
    assert "nowhere.csv: No such file" in one_line(nowhere, 2)


async def test_what_cannot_be_done_is_told_in_one_line(unbuilt: Machine, tmp_path: Path) -> None:
    unbuilt.environ["HOTLINE_QUEUE_LOG"] = str(tmp_path / "nowhere" / "queue_log")
    assert "there is no" in one_line(await unbuilt.run_here("ledger", "verify", "{DIR}"), 2)
    assert "does not understand 'soon'" in one_line(
        await unbuilt.run_here("ledger", "verify", "{DIR}", "--since", "soon"), 2
    )
    assert "there is no file" in one_line(await unbuilt.run_here("ledger", "import", "{DIR}", str(tmp_path / "q")), 2)
    assert "there is no visit t-1/x/1" in one_line(await unbuilt.run_here("ledger", "evidence", "{DIR}", "t-1/x/1"), 2)
    assert "there is no call t-1/x/1" in one_line(await unbuilt.run_here("ledger", "call", "{DIR}", "t-1/x/1"), 2)
    odd = await unbuilt.run_here("ledger", "verify", "{DIR}", "--format", "xml")
    assert "expected text, json" in one_line(odd, 2)


async def test_the_log_of_another_asterisk_needs_a_name_of_its_own(unbuilt: Machine, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    mine = log_of(tmp_path, *TALK, *GAVE_UP)
    other = log_of(tmp_path / "other", "0|x.1|sales|NONE|ENTERQUEUE||1|1", "70|x.1|sales|NONE|ABANDON|1|1|70")
    assert (await unbuilt.run_here("ledger", "import", "{DIR}", str(mine))).code == 0
    refused = await unbuilt.run_here("ledger", "import", "{DIR}", str(other))
    assert refused.code == 2
    assert refused.err.splitlines()[-1].endswith("give it a name of its own with --node")
    assert (await unbuilt.run_here("ledger", "import", "{DIR}", str(other), "--node", "t-2")).code == 0
