"""Publishing with the real processes: what new calls hear, what old ones end on, and what is refused."""

from __future__ import annotations

import asyncio
import fcntl
import json
import shutil
import signal
from typing import TYPE_CHECKING, Any

from tests.ivr.cli.machine import FLOW, SENTENCES, SETTINGS, until
from tests.ivr.cli.test_reloading import TWO_MESSAGES, Call

if TYPE_CHECKING:
    from tests.ivr.cli.machine import Ended, Machine

MINE = "13800138000"
"""Who calls in these tests."""


async def heard(machine: Machine) -> list[str]:
    """What a new caller hears."""
    async with Call(machine) as call:
        return await call.to_the_end()


async def fails(machine: Machine) -> None:
    """A call whose first sentence Asterisk refuses to play."""
    async with Call(machine) as call:
        await call.to_the_first_sound()
        await call.to_the_end(first=b"510 Invalid or unknown command\n")


async def published(machine: Machine, *more: str, why: str = "as asked") -> Ended:
    return await machine.run_here("publish", "{DIR}", "--why", why, "--by", "Lin", *more)


async def standing(machine: Machine) -> dict[str, Any]:
    ended = await machine.run_here("versions", "{DIR}", "--format", "json")
    assert ended.code == 0, ended.err
    told: dict[str, Any] = json.loads(ended.out)
    return told


async def test_a_published_version_is_what_new_calls_hear_and_a_rollback_takes_it_back(machine: Machine) -> None:
    async with machine.running("agi", "{DIR}") as run:
        await run.says('"serving"')
        before = await heard(machine)
        async with Call(machine) as old:
            await old.to_the_first_sound()
            machine.write("flows/main.yaml", TWO_MESSAGES)
            assert await heard(machine) == before, "a folder that is saved is not yet published"
            ended = await published(machine, why="another sentence")
            assert (ended.code, ended.err) == (0, ""), ended.err
            words = [line.split()[0] for line in ended.out.splitlines()]
            assert words[:4] == ["checked", "rehearsed", "spoken", "changed"]
            assert words[-2:] == ["published", "calls"]
            assert "`greet`" in ended.out
            assert (await standing(machine))["records"][0]["difference"], "what changed is kept"
            assert len(await heard(machine)) == len(before) + 1
            assert await old.to_the_end() == before, "a call in progress ends on its version"
        back = await machine.run_here("rollback", "{DIR}", "--why", "nobody liked it")
        assert back.code == 0, back.err
        assert await heard(machine) == before
        again = await machine.run_here("rollback", "{DIR}", "--why", "once more")
        assert again.code == 2
        assert "is the first that was live; there is nothing before it" in again.err
        assert await run.end(signal.SIGTERM) == 0
    told = (await machine.run_here("versions", "{DIR}")).out
    assert "Lin: another sentence" in told
    assert told.startswith("live ")
    assert "not running" in told


async def test_what_was_published_is_what_a_restart_begins_with_whatever_the_folder_holds(machine: Machine) -> None:
    assert (await published(machine)).code == 0
    machine.write("flows/main.yaml", TWO_MESSAGES)
    async with machine.running("agi", "{DIR}") as run:
        await run.says('"folder_is_a_draft"')
        await run.says('"serving"')
        assert len(await heard(machine)) == 1
        assert await run.end(signal.SIGTERM) == 0
    machine.write("flows/main.yaml", FLOW.replace("play: welcome", "play: nothing-like-it"))
    async with machine.running("agi", "{DIR}") as run:
        await run.says('"serving"')
        assert len(await heard(machine)) == 1, "a mistake in a draft stops no restart"
        assert await run.end(signal.SIGTERM) == 0


async def test_a_version_that_fails_is_taken_back_by_itself(machine: Machine) -> None:
    async with machine.running("agi", "{DIR}") as run:
        await run.says('"serving"')
        before = await heard(machine)
        machine.write("flows/main.yaml", TWO_MESSAGES)
        ended = await published(machine, "--first-for", MINE)
        assert "goes first" in ended.out, ended.err
        assert "138****8000" in ended.out
        assert len(await heard(machine)) == len(before) + 1
        await fails(machine)
        assert len(await heard(machine)) == len(before) + 1, "one call may fail"
        await fails(machine)
        assert await heard(machine) == before
        book = machine.state / "published"
        await until((book / "000002.json").exists)
        last = (await standing(machine))["records"][0]
        assert (last["act"], last["who"], last["first"]) == ("taken-back", "the service", None)
        assert last["why"].startswith("2 of 4 calls failed")
        assert MINE not in "".join(path.read_text("utf-8") for path in book.glob("*.json"))
        assert MINE not in "\n".join(run.said)
        assert await run.end(signal.SIGTERM) == 0


async def test_a_share_goes_first_until_all_do(machine: Machine) -> None:
    async with machine.running("agi", "{DIR}") as run:
        await run.says('"serving"')
        machine.write("flows/main.yaml", TWO_MESSAGES)
        assert (await published(machine, "--first", "100%")).code == 0
        assert len(await heard(machine)) == 2
        now = await standing(machine)
        assert now["running"]["first"] == now["records"][0]["first"]["version"] != now["running"]["live"]
        assert (await published(machine)).code == 0
        now = await standing(machine)
        assert (now["running"]["first"], len(await heard(machine))) == (None, 2)
        assert await run.end(signal.SIGTERM) == 0


async def test_what_is_not_fit_is_not_published(machine: Machine) -> None:
    machine.write("flows/main.yaml", FLOW.replace("play: welcome", "play: welcom"))
    ended = await published(machine)
    assert ended.code == 1
    assert "flows/main.yaml:4:17 error F017" in ended.err
    machine.write("flows/main.yaml", FLOW)
    machine.write("tests/all.yaml", "dialogues:\n  - name: hears nonsense\n    steps:\n      - expect: rescue\n")
    ended = await published(machine)
    assert ended.code == 1, ended.out + ended.err
    assert "dialogues" in ended.err
    assert not (machine.state / "published").exists()
    assert (await machine.run_here("versions", "{DIR}")).out.startswith("nothing was published yet")


async def test_what_the_running_service_was_not_built_for_is_refused(machine: Machine) -> None:
    async with machine.running("agi", "{DIR}") as run:
        await run.says('"serving"')
        machine.write("hotline.yaml", SETTINGS.replace("SELECT tier", "SELECT tier AS tier"))
        ended = await published(machine)
        assert (ended.code, "a change of lookups needs a restart" in ended.err) == (2, True), ended.err
        assert await run.end(signal.SIGTERM) == 0
    ended = await published(machine)
    assert "the service is not running; this is what it starts with" in ended.out, ended.err


async def test_two_at_once_are_one_after_the_other(machine: Machine) -> None:
    (machine.state / "published").mkdir(parents=True)
    with (machine.state / "published" / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ended = await published(machine)
    assert (ended.code, ended.err.count("\n")) == (2, 1)
    assert "somebody else is publishing just now" in ended.err
    words = ("publish", "{DIR}", "--why", "as asked", "--by", "Lin")
    one, other = await asyncio.gather(*(machine.run(*words, alone=False) for _ in "12"))
    assert 0 in {one.code, other.code}
    assert len((await standing(machine))["records"]) == 1, "the same version is not published twice"


async def test_wishes_that_are_none_are_told(machine: Machine) -> None:
    for words, said in (
        (("--first", "many"), "--first: 'many' is no share; expected one such as 5%"),
        (("--first", "120%"), "at most 100%"),
        (("--first", "5%"), "nothing is live yet that other calls could begin with"),
        (("--first-for", "anonymous"), "'anonymous' is no telephone number"),
        (("--by", " "), "--by: expected a name"),
    ):
        ended = await published(machine, *words)
        assert ended.code == 2, words
        assert said in ended.err
    assert (await published(machine, why=" ")).err.startswith("hotline: --why: expected a few words")
    assert (await machine.run_here("rollback", "{DIR}", "--why", "x")).err == (
        "hotline: nothing was ever published; nothing was changed\n"
    )
    first = await published(machine)
    version = json.loads((machine.state / "published" / "000001.json").read_text())["live"]
    assert version in first.out
    assert f"version {version} is live already" in (await published(machine)).err
    ended = await machine.run_here("rollback", "{DIR}", "--to", version[:-1] + "x", "--why", "x")
    assert f"did you mean '{version}'?" in ended.err


async def test_a_version_whose_copy_is_gone_is_not_gone_back_to(machine: Machine) -> None:
    assert (await published(machine)).code == 0
    first = json.loads((machine.state / "published" / "000001.json").read_text())["live"]
    machine.write("prompts/en.yaml", SENTENCES.replace("Welcome.", "Good day."))
    assert (await published(machine)).code == 0
    shutil.rmtree(machine.state / "versions" / first)
    ended = await machine.run_here("rollback", "{DIR}", "--why", "x")
    assert (ended.code, f"version {first} is not kept here" in ended.err) == (2, True)
    assert (await standing(machine))["records"][0]["number"] == 2
