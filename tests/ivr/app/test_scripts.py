"""Classic scripts as steps of a flow: the flow must learn how they ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from agi.script_thread import Bounds
from ivr.app.scripts import ScriptFolder
from tests.agi.support import calling, serving

if TYPE_CHECKING:
    from pathlib import Path

    from agi.channel import Channel

TOP = "import sys\nfrom asterisk.agi import AGI\nagi = AGI()\n"


async def outcome_of(folder: Path, *talk: str, name: str = "s", args: tuple[str, ...] = ()) -> bool:
    """Run a script as a step of a flow, and play Asterisk for it."""
    scripts, told = ScriptFolder(folder), []

    async def route(channel: Channel) -> None:
        before = channel.request
        told.append(await scripts.run(name, args, channel, ""))
        assert channel.request is before, "the flow's own request is there again"

    async with serving({"flow": route}) as server, calling(server) as peer:
        for line in talk:
            if line.startswith("> "):
                assert await peer.hear() == line[2:]
            else:
                peer.say(line[2:])
        await peer.ended()
    (ok,) = told
    return ok


@pytest.mark.parametrize(
    ("script", "ok"),
    [
        ("agi.answer()", True),
        ("agi.answer()\nsys.exit()", True),
        ("agi.answer()\nsys.exit(0)", True),
        ("agi.answer()\nsys.exit(1)", False),
        ("agi.answer()\nsys.exit('no customer')", False),
        ("agi.answer()\nsys.exit(['odd'])", False),
        ("agi.answer()\nraise ValueError('4711')", False),
        ("agi.answer()\n{}['x']", False),
    ],
)
async def test_a_flow_learns_whether_its_script_did_its_work(tmp_path: Path, script: str, ok: bool) -> None:  # noqa: FBT001 - pytest hands parameters over by name
    (tmp_path / "s.py").write_text(TOP + script, encoding="utf-8")
    assert await outcome_of(tmp_path, "> ANSWER", "< 200 result=0") is ok


async def test_arguments_of_the_step_are_those_of_the_script(tmp_path: Path) -> None:
    (tmp_path / "s.py").write_text(TOP + "agi.verbose(sys.argv[1], 1)", encoding="utf-8")
    assert await outcome_of(tmp_path, '> VERBOSE "4 711" 1', "< 200 result=1", args=("4 711",))


@pytest.mark.parametrize("name", ["not-there", "../s", "broken"])
async def test_a_script_that_cannot_be_run_is_not_ok(tmp_path: Path, name: str) -> None:
    (tmp_path / "broken.py").write_text("def", encoding="utf-8")
    assert not await outcome_of(tmp_path, name=name)


async def test_a_hangup_is_an_ordinary_end_of_a_script(tmp_path: Path) -> None:
    (tmp_path / "s.py").write_text(TOP + "agi.stream_file('beep')", encoding="utf-8")
    assert await outcome_of(tmp_path, '> STREAM FILE "beep" "" 0', "< 200 result=-1 endpos=0", "< HANGUP")


async def test_a_script_too_many_sends_its_flow_to_on_error(tmp_path: Path) -> None:
    (tmp_path / "s.py").write_text(TOP, encoding="utf-8")
    scripts, told = ScriptFolder(tmp_path, Bounds(at_once=0)), []

    async def route(channel: Channel) -> None:
        told.append(await scripts.run("s", (), channel, ""))
        await channel.noop()

    with capture_logs() as logs:
        async with serving({"flow": route}) as server, calling(server) as peer:
            assert await peer.hear() == "NOOP", "the call itself goes on"
    assert told == [False]
    assert [(entry["event"], entry["why"]) for entry in logs] == [
        (
            "script_not_run",
            "script 's': 0 scripts are running, and no more may at a time (0 of them outlived their calls)",
        )
    ]
