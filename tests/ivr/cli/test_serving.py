"""The commands that go on: what keeps them from starting is one line, and their end leaves nothing behind."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
from typing import TYPE_CHECKING

import pytest

from ami_bridge.testing import ScriptedManager
from tests.ivr.cli.machine import SECRETS, held_port, held_socket, until
from tests.ivr.cli.test_commands import one_line

if TYPE_CHECKING:
    from tests.ivr.cli.machine import Machine

PARTS = ("agi", "bridge", "wallboard")
TAKEN = "another program listens there already (is the hotline running twice?)"


# --- what is wrong in the hotline's files: the report, code 1 ---------------------------------------------------------

MISTAKES = {
    "no folder": (None, "", "there is no folder", "a hotline's folder"),
    "no flow": ("flows/main.yaml", "", "flows error C009", "at least one flow"),
    "broken flow": ("flows/main.yaml", "flow: [main\n", "flows/main.yaml:2:1 error", "expected"),
    "unknown queue": ("flows/main.yaml", "queue: sails", "flows/main.yaml:6:12 error", "did you mean 'sales'?"),
    "unknown message": ("flows/main.yaml", "play: welcom,", "flows/main.yaml:4:17 error", "did you mean 'welcome'?"),
    "no prompts": ("prompts/en.yaml", "", "prompts/en.yaml error C009", "a file prompts/en.yaml"),
}
REPLACED = {"unknown queue": "queue: sales", "unknown message": "play: welcome,"}


def spoil(machine: Machine, name: str) -> None:
    """Make this mistake in the hotline's files."""
    file, text, *_ = MISTAKES[name]
    if file is None:
        for path in sorted(machine.folder.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        machine.folder.rmdir()
    elif not text:
        (machine.folder / file).unlink()
    elif name in REPLACED:
        right = (machine.folder / file).read_text("utf-8")
        assert REPLACED[name] in right
        machine.write(file, right.replace(REPLACED[name], text))
    else:
        machine.write(file, text)


@pytest.mark.parametrize(
    ("command", "name"),
    [*(("up", name) for name in MISTAKES), *((part, "unknown queue") for part in (*PARTS, "prompts", "db upgrade"))],
)
async def test_a_mistake_in_the_files_is_reported_and_nothing_starts(machine: Machine, command: str, name: str) -> None:
    spoil(machine, name)
    ended = await machine.run(*command.split(), "{DIR}")
    assert (ended.code, ended.out) == (1, ""), ended
    assert MISTAKES[name][2] in ended.err
    assert MISTAKES[name][3] in ended.err
    assert "part_started" not in ended.err
    assert not (machine.state / "hotline.db").exists()


# --- what is wrong around them: one line, code 2 ----------------------------------------------------------------------


@pytest.mark.parametrize("command", ["agi", "up"])
async def test_a_busy_agi_port_is_one_line(machine: Machine, command: str) -> None:
    with held_port(machine.ports.agi):
        ended = await machine.run(command, "{DIR}")
        line = one_line(ended, 2)
    assert "part_started" not in ended.err
    where = f"127.0.0.1:{machine.ports.agi}"
    expected = f"{TAKEN}; change the environment variable HOTLINE_AGI_LISTEN"
    assert line == f"hotline: the AGI server cannot listen on {where}: {expected}"
    assert not (machine.state / "hotline.db").exists()


@pytest.mark.parametrize("command", ["wallboard", "up"])
async def test_a_busy_wallboard_port_is_one_line(machine: Machine, command: str) -> None:
    with held_port(machine.ports.web):
        ended = await machine.run(command, "{DIR}")
        line = one_line(ended, 2)
    assert "part_started" not in ended.err
    where = f"127.0.0.1:{machine.ports.web}"
    expected = f"{TAKEN}; change the environment variable HOTLINE_WALLBOARD_LISTEN"
    assert line == f"hotline: the wallboard cannot listen on {where}: {expected}"
    assert not (machine.state / "hotline.db").exists()


async def test_a_port_that_is_written_in_the_settings_is_told_by_its_line(machine: Machine) -> None:
    settings = (machine.folder / "hotline.yaml").read_text("utf-8")
    machine.write("hotline.yaml", settings + f"agi: {{listen: '127.0.0.1:{machine.ports.agi}'}}\n")
    with held_port(machine.ports.agi):
        line = one_line(await machine.run("agi", "{DIR}", without="HOTLINE_AGI_LISTEN"), 2)
    assert line.endswith(f"; change agi.listen in hotline.yaml, line {settings.count(chr(10)) + 1}")


@pytest.mark.parametrize("command", ["bridge", "up"])
async def test_a_second_bridge_is_one_line(machine: Machine, command: str) -> None:
    feed = machine.state / "feed.sock"
    with held_socket(feed):
        ended = await machine.run(command, "{DIR}")
        line = one_line(ended, 2)
        assert "part_started" not in ended.err
        assert feed.exists(), "the other's socket is left alone"
    assert line == f"hotline: another bridge serves {feed} already (is the hotline running twice?)"


@pytest.mark.parametrize("command", ["bridge", "up"])
async def test_a_wrong_ami_secret_is_one_line(machine: Machine, command: str) -> None:
    manager = ScriptedManager(secret="another")
    await manager.start(machine.ports.ami)
    try:
        line = one_line(await machine.run(command, "{DIR}"), 2)
    finally:
        await manager.stop()
    assert line == (
        f"hotline: the switch at 127.0.0.1:{machine.ports.ami} refused AMI user 'hotline' (Authentication failed); "
        "expected the secret of that section in manager.conf; ours comes from the environment variable TINY_AMI_SECRET"
    )


@pytest.mark.parametrize(
    ("command", "secret"),
    [
        ("bridge", "TINY_AMI_SECRET"),
        ("up", "TINY_AMI_SECRET"),
        ("agi", "TINY_CUSTOMERS_URL"),
        ("up", "TINY_CUSTOMERS_URL"),
    ],
)
async def test_a_missing_secret_is_one_line(machine: Machine, command: str, secret: str) -> None:
    ended = await machine.run(command, "{DIR}", without=secret)
    line = one_line(ended, 2)
    assert "part_started" not in ended.err
    assert not (machine.state / "hotline.db").exists()
    assert line == f"hotline: the environment variable {secret} is not set; expected: {secret} with the secret"


@pytest.mark.parametrize("command", ["agi", "up"])
async def test_a_source_of_data_that_is_none_is_told_by_its_variable(machine: Machine, command: str) -> None:
    ended = await machine.run(command, "{DIR}", TINY_CUSTOMERS_URL="wonder://u:wonderland@h/x")
    assert (ended.code, ended.out) == (1, "")
    assert "environment variable TINY_CUSTOMERS_URL error C016" in ended.err
    assert "the address begins with 'wonder'" in ended.err
    assert "part_started" not in ended.err
    assert not (machine.state / "hotline.db").exists()


async def test_a_source_of_data_in_a_file_is_one_line(machine: Machine) -> None:
    settings = (machine.folder / "hotline.yaml").read_text("utf-8")
    machine.write("hotline.yaml", settings.replace("{sql: {env: TINY_CUSTOMERS_URL}}", "{sql: {file: url}}"))
    machine.write("url", "wonder://u:wonderland@h/x\n")
    ended = await machine.run("up", "{DIR}")
    assert one_line(ended, 2).startswith("hotline: data source 'customers': the address begins with 'wonder'")
    assert "part_started" not in ended.err


async def test_unbuilt_sounds_are_one_line_with_what_builds_them(unbuilt: Machine) -> None:
    line = one_line(await unbuilt.run("agi", "{DIR}"), 2)
    assert line.startswith("hotline: 6 sound files are not built, ")
    assert line.endswith(f"; run: hotline prompts {unbuilt.folder}")
    assert not (unbuilt.state / "hotline.db").exists()


@pytest.mark.parametrize("command", ["agi", "up"])
async def test_a_key_that_others_may_read_is_one_line(machine: Machine, command: str) -> None:
    key = machine.state / "cursor.key"
    key.write_text("x", encoding="ascii")
    key.chmod(0o644)
    line = one_line(await machine.run(command, "{DIR}"), 2)
    assert line == f"hotline: {key}: others may read this key file (mode 0644); chmod 600 it"


@pytest.mark.parametrize("command", ["agi", "bridge", "wallboard", "up"])
async def test_a_state_folder_that_cannot_be_made_is_one_line(machine: Machine, command: str) -> None:
    blocked = machine.state.parent / "file"
    blocked.write_text("", encoding="ascii")
    line = one_line(await machine.run(command, "{DIR}", HOTLINE_STATE_DIR=str(blocked / "state")), 2)
    assert line == (
        f"hotline: {blocked / 'state'} cannot be used: Not a directory; change state_dir or HOTLINE_STATE_DIR"
    )


async def test_a_socket_path_too_long_for_the_system_is_one_line(machine: Machine) -> None:
    deep = machine.state.parent / ("x" * 110)
    line = one_line(await machine.run("bridge", "{DIR}", HOTLINE_STATE_DIR=str(deep)), 2)
    assert line.startswith(f"hotline: {deep / 'acts.sock'} cannot be used: ")
    assert "change state_dir" in line


async def test_an_unknown_log_level_is_one_line(machine: Machine) -> None:
    line = one_line(await machine.run("agi", "{DIR}", "--log", "loud"), 2)
    assert line == "hotline: unknown log level 'loud'; expected debug, info, warning, error"


async def test_a_database_of_a_newer_hotline_is_one_line(machine: Machine) -> None:
    await machine.run("db", "upgrade", "{DIR}")
    with sqlite3.connect(machine.state / "hotline.db") as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    line = one_line(await machine.run("up", "{DIR}"), 2)
    assert "has tables of a newer version (9999); install that version" in line


# --- the end ---------------------------------------------------------------------------------------------------------

READY = {"agi": '"serving"', "bridge": '"watching"', "wallboard": '"serving"'}


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("part", PARTS)
async def test_a_part_ends_in_order_when_it_is_told(machine: Machine, part: str, how: signal.Signals) -> None:
    async with machine.running(part, "{DIR}") as run:
        await run.says(READY[part])
        assert await run.end(how) == 0
    machine.expect_nothing_left(run.process.pid)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
async def test_the_whole_hotline_starts_with_one_command_and_ends_with_one(
    machine: Machine, how: signal.Signals
) -> None:
    manager = ScriptedManager(secret=SECRETS["TINY_AMI_SECRET"])
    await manager.start(machine.ports.ami)
    try:
        async with machine.running("up", "{DIR}") as run:
            await run.says("ready      http://127.0.0.1:")
            assert len(machine.processes()) == 4
            assert not machine.is_free(machine.ports.agi)
            assert not machine.is_free(machine.ports.web)
            assert (machine.state / "feed.sock").is_socket()
            assert await run.end(how) == 0
        assert [line for line in run.said if '"part_killed"' in line] == []
        machine.expect_nothing_left(run.process.pid)
    finally:
        await manager.stop()


@pytest.mark.parametrize("command", ["agi", "up"])
async def test_calls_are_led_on_the_fast_loop(machine: Machine, command: str) -> None:
    manager = ScriptedManager(secret=SECRETS["TINY_AMI_SECRET"])
    await manager.start(machine.ports.ami)
    try:
        async with machine.running(command, "{DIR}") as run:
            await run.says(READY["agi"] if command == "agi" else "ready      ")
            assert await run.end(signal.SIGTERM) == 0
    finally:
        await manager.stop()
    lines = [json.loads(line) for line in run.said if line.startswith("{")]
    (serving,) = [line for line in lines if line["event"] == "serving" and line.get("part") == "agi"]
    assert serving["loop"] == "uvloop"


async def test_a_hotline_that_is_told_to_end_while_it_starts_leaves_nothing(machine: Machine) -> None:
    async with machine.running("up", "{DIR}") as run:
        await run.says('"part_started"')
        assert await run.end(signal.SIGTERM) == 0
    machine.expect_nothing_left(run.process.pid)


async def test_nothing_outlives_a_hotline_that_is_killed(machine: Machine) -> None:
    async with machine.running("up", "{DIR}") as run:
        await run.says("ready      ")
        run.process.kill()
        await run.process.wait()
    await until(lambda: machine.processes() == [])
    assert machine.is_free(machine.ports.agi)
    async with machine.running("up", "{DIR}") as again:
        await again.says("ready      ")
        assert await again.end(signal.SIGTERM) == 0


async def test_a_part_that_is_killed_is_started_again(machine: Machine) -> None:
    def started(line: str) -> dict[str, object]:
        said: dict[str, object] = json.loads(line) if line.startswith("{") else {}
        return said if said.get("event") == "part_started" and said.get("of") == "wallboard" else {}

    async with machine.running("up", "{DIR}") as run:
        await run.says("ready      ")
        (first,) = [found for line in run.said if (found := started(line))]
        os.kill(int(str(first["pid"])), signal.SIGKILL)
        await until(lambda: len([line for line in run.said if started(line)]) == 2)
        await until(lambda: not machine.is_free(machine.ports.web))
        assert await run.end(signal.SIGTERM) == 0
    machine.expect_nothing_left(run.process.pid)


async def test_a_refusal_after_the_start_ends_nothing_and_is_told_once(machine: Machine) -> None:
    async with machine.running("bridge", "{DIR}") as run:
        await run.says('"watching"')
        manager = ScriptedManager(secret="another")
        await manager.start(machine.ports.ami)
        await run.says('"ami.login_refused"')
        assert run.process.returncode is None
        assert await run.end(signal.SIGTERM) == 0
        await manager.stop()
    assert sum('"ami.login_refused"' in line for line in run.said) == 1


async def test_a_restarted_bridge_waits_for_the_right_secret(machine: Machine) -> None:
    manager = ScriptedManager(secret="another")
    await manager.start(machine.ports.ami)
    async with machine.running("bridge", "{DIR}", HOTLINE_RESTARTED="1") as run:
        await run.says('"ami.login_refused"')
        await run.says('"watching"')
        assert await run.end(signal.SIGTERM) == 0
    await manager.stop()


async def test_an_asterisk_that_is_not_there_yet_is_waited_for(machine: Machine) -> None:
    async with machine.running("bridge", "{DIR}") as run:
        await run.says('"ami.down"')
        manager = ScriptedManager(secret=SECRETS["TINY_AMI_SECRET"])
        await manager.start(machine.ports.ami)
        async with asyncio.timeout(60):
            await manager.peer(deadline_s=60)
        await run.says('"ami.up"')
        assert await run.end(signal.SIGTERM) == 0
        await manager.stop()
