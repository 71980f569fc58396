"""The commands that do something and end: what they print, what they leave, their exit codes."""

from __future__ import annotations

import json
from importlib.metadata import version
from typing import TYPE_CHECKING

import pytest

from dialplan.folder import MARKER
from tests.ivr.cli.machine import Ended

if TYPE_CHECKING:
    from pathlib import Path

    from tests.ivr.cli.machine import Machine

COMMANDS = (
    "check", "test", "try", "render", "prompts", "up", "agi", "bridge", "wallboard", "db upgrade", "schema",
)  # fmt: skip


def tree(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Every file below a folder, with its content and the time it was written."""
    return {
        str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file()
    }


def one_line(ended: Ended, code: int) -> str:
    """The one line a mistake is told in."""
    assert (ended.code, ended.out) == (code, ""), ended
    assert len(ended.told) == 1, ended.err
    return ended.told[0]


# --- words -----------------------------------------------------------------------------------------------------------


async def test_the_version_is_the_packages(unbuilt: Machine) -> None:
    ended = await unbuilt.run("--version")
    assert (ended.code, ended.out, ended.err) == (0, f"hotline {version('hotline')}\n", "")


async def test_the_list_of_commands_tells_each_in_a_whole_sentence(unbuilt: Machine) -> None:
    for words in (("--help",), ("db", "--help"), ("ledger", "--help")):
        ended = await unbuilt.run(*words)
        assert ended.code == 0
        listed = ended.out.partition("Commands:\n")[2].splitlines()
        assert listed
        assert all(line.endswith(".") and not line.endswith("...") for line in listed)


@pytest.mark.parametrize("command", COMMANDS)
async def test_every_command_explains_itself_within_80_columns(unbuilt: Machine, command: str) -> None:
    ended = await unbuilt.run(*command.split(), "--help")
    assert ended.code == 0
    assert ended.out.startswith(f"Usage: hotline {command} [OPTIONS] {{DIR}}\n")
    meant = "The new folder;" if command == "init" else "The hotline's folder, with its hotline.yaml."
    assert meant in ended.out
    assert max(map(len, ended.out.splitlines())) <= 80


@pytest.mark.parametrize("words", [("chek", "x"), ("check",), ("check", "{DIR}", "--frmat", "json"), ("db", "upgrad")])
async def test_a_misspelt_command_is_told_with_the_nearest(unbuilt: Machine, words: tuple[str, ...]) -> None:
    ended = await unbuilt.run(*words)
    assert ended.code == 2
    assert "Usage: hotline" in ended.err


# --- check -----------------------------------------------------------------------------------------------------------


async def test_a_sound_hotline_is_found_sound(unbuilt: Machine) -> None:
    said = "0 errors, 0 warnings in 1 flow, 2 messages, 1 language\n"
    assert await unbuilt.run("check", "{DIR}") == Ended(0, said, "")
    assert json.loads((await unbuilt.run("check", "{DIR}", "--format", "json")).out)["diagnostics"] == []
    assert (await unbuilt.run("check", "{DIR}", "--format", "github")).out == ""


async def test_a_mistake_is_told_with_place_nearest_name_and_code_1(unbuilt: Machine) -> None:
    text = (unbuilt.folder / "flows/main.yaml").read_text("utf-8")
    unbuilt.write("flows/main.yaml", text.replace("queue: sales", "queue: sails"))
    told = await unbuilt.run("check", "{DIR}")
    assert (told.code, told.err) == (1, "")
    assert "flows/main.yaml:6:12" in told.out
    assert "did you mean 'sales'?" in told.out
    found = json.loads((await unbuilt.run("check", "{DIR}", "--format", "json")).out)
    (one,) = found["diagnostics"]
    assert (one["file"], one["line"], one["severity"]) == ("flows/main.yaml", 6, "error")
    github = (await unbuilt.run("check", "{DIR}", "--format", "github")).out
    assert github.startswith("::error file=")
    assert "line=6" in github


async def test_a_warning_alone_is_no_error(unbuilt: Machine) -> None:
    settings = (unbuilt.folder / "hotline.yaml").read_text("utf-8")
    unbuilt.write("hotline.yaml", settings.replace("queues: {sales: 0}", "queues: {}"))
    ended = await unbuilt.run("check", "{DIR}")
    assert (ended.code, "0 errors, 1 warning" in ended.out) == (0, True)


async def test_an_unknown_format_is_told_in_one_line(unbuilt: Machine) -> None:
    line = one_line(await unbuilt.run("check", "{DIR}", "--format", "xml"), 2)
    assert line == "hotline: unknown format 'xml'; expected text, json, github"


async def test_check_leaves_nothing_behind(unbuilt: Machine) -> None:
    await unbuilt.run("check", "{DIR}")
    assert not unbuilt.state.exists()


# --- render ----------------------------------------------------------------------------------------------------------


async def test_a_second_render_writes_nothing(unbuilt: Machine) -> None:
    first = await unbuilt.run("render", "{DIR}")
    before = tree(unbuilt.state)
    second = await unbuilt.run("render", "{DIR}")
    assert (first.code, second.code) == (0, 0)
    assert "written    " in first.out
    assert second.out.startswith("0 written, ")
    assert tree(unbuilt.state) == before


async def test_room_is_made_for_asterisks_channel_events_where_its_logs_are(unbuilt: Machine, tmp_path: Path) -> None:
    logs = tmp_path / "log"
    unbuilt.environ["HOTLINE_QUEUE_LOG"] = str(logs / "queue_log")
    assert (await unbuilt.run("render", "{DIR}")).code == 0
    assert not logs.exists()
    logs.mkdir(mode=0o755)
    assert (await unbuilt.run("render", "{DIR}")).code == 0
    room, beside = (logs / "cel-custom").stat(), logs.stat()
    assert (room.st_mode, room.st_uid, room.st_gid) == (beside.st_mode, beside.st_uid, beside.st_gid)


async def test_a_folder_of_ones_own_gets_the_generated_part_only_when_that_is_wanted(
    unbuilt: Machine, tmp_path: Path
) -> None:
    await unbuilt.run("render", "{DIR}", "--into", str(tmp_path / "etc"), "--only-generated")
    assert [path.name for path in (tmp_path / "etc").iterdir()] == ["generated"]
    await unbuilt.run("render", "{DIR}", "--into", str(tmp_path / "etc"))
    assert (tmp_path / "etc" / "asterisk.conf").is_file()


async def test_a_hand_written_file_is_never_touched(unbuilt: Machine, tmp_path: Path) -> None:
    own = tmp_path / "etc" / "generated" / "queues-hotline.conf"
    own.parent.mkdir(parents=True)
    own.write_text("; mine\n[sales]\n", encoding="utf-8")
    ended = await unbuilt.run("render", "{DIR}", "--into", str(tmp_path / "etc"))
    assert ended.code == 1
    assert "D006" in ended.err
    assert MARKER in ended.err, "what would make it ours"
    assert tree(tmp_path / "etc").keys() == {"generated/queues-hotline.conf"}, "nothing beside it was written"
    assert own.read_text("utf-8") == "; mine\n[sales]\n"


@pytest.mark.parametrize("secret", ["TINY_AMI_SECRET", "TINY_AGENT_SECRET"])
async def test_a_secret_that_render_needs_is_named(unbuilt: Machine, secret: str) -> None:
    line = one_line(await unbuilt.run("render", "{DIR}", without=secret), 2)
    assert line == f"hotline: the environment variable {secret} is not set; expected: {secret} with the secret"
    assert not (unbuilt.state / "asterisk").exists()


# --- prompts ---------------------------------------------------------------------------------------------------------


async def test_a_second_build_of_the_prompts_does_nothing(machine: Machine) -> None:
    before = tree(machine.state / "sounds")
    ended = await machine.run("prompts", "{DIR}")
    assert ended.code == 0
    assert "2 sounds in" in ended.out
    assert " 0 made, 2 kept" in ended.out
    after = tree(machine.state / "sounds")
    assert {name: text for name, (text, _) in after.items()} == {name: text for name, (text, _) in before.items()}


async def test_a_missing_speech_engine_is_told_with_its_package(unbuilt: Machine, tmp_path: Path) -> None:
    line = one_line(await unbuilt.run("prompts", "{DIR}", PATH=str(tmp_path)), 2)
    assert line.startswith("hotline: the speech engine 'espeak-ng' is not installed")
    assert "apt install espeak-ng" in line
    assert tree(unbuilt.state / "sounds") == {}


# --- db upgrade ------------------------------------------------------------------------------------------------------


async def test_a_database_is_upgraded_once(unbuilt: Machine) -> None:
    first, second = [await unbuilt.run("db", "upgrade", "{DIR}") for _ in range(2)]
    assert (first.code, first.out.startswith("upgraded from nothing to ")) == (0, True)
    assert (second.code, second.out.startswith("already at ")) == (0, True)


NO_DATABASES = {
    "engine": ("mysql://u:wonderland@db/x", "begins with 'mysql'"),
    "nonsense": ("::wonderland::", "cannot be read"),
    "option": ("postgresql://u:wonderland@127.0.0.1:1/x?colour=red", "unknown option 'colour'"),
}


@pytest.mark.parametrize("name", NO_DATABASES)
@pytest.mark.parametrize("command", ["check", "up", "db upgrade"])
async def test_an_address_of_no_database_is_told_by_its_variable(machine: Machine, command: str, name: str) -> None:
    url, said = NO_DATABASES[name]
    ended = await machine.run(*command.split(), "{DIR}", HOTLINE_DATABASE_URL=url)
    told = ended.out + ended.err
    assert (ended.code, said in told) == (1, True)
    assert "environment variable HOTLINE_DATABASE_URL error C016" in told
    assert "part_started" not in told


async def test_an_address_of_no_database_is_told_by_its_line(machine: Machine) -> None:
    settings = (machine.folder / "hotline.yaml").read_text("utf-8")
    machine.write("hotline.yaml", settings + "database_url: mysql://h/x\n")
    told = await machine.run("check", "{DIR}")
    line = settings.count("\n") + 1
    assert (told.code, f"hotline.yaml:{line}:15 error C016" in told.out) == (1, True)


BAD_DATABASES = {
    "folder": ("sqlite:////nowhere/at/all/x.db", "/nowhere/at/all"),
    "port": ("postgresql://u:wonderland@127.0.0.1:1/x", "127.0.0.1:1"),
}


@pytest.mark.parametrize(
    ("command", "name"),
    [
        *(("db upgrade", name) for name in BAD_DATABASES),
        ("agi", "port"),
        ("bridge", "port"),
        ("wallboard", "port"),
        ("up", "port"),
    ],
)
async def test_a_database_that_cannot_be_used_is_one_line_without_its_password(
    machine: Machine, command: str, name: str
) -> None:
    url, said = BAD_DATABASES[name]
    line = one_line(await machine.run(*command.split(), "{DIR}", HOTLINE_DATABASE_URL=url), 2)
    assert said in line
    assert line.endswith("(the address is set by the environment variable HOTLINE_DATABASE_URL)")
