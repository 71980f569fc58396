from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialplan.check import check
from dialplan.conf import ConfFile
from dialplan.folder import MARKER
from dialplan.model import Agent, Number, Queue, Rescue
from dialplan.render import GENERATED, SHIPPED_MARKER, Places, install, render, rendered, shipped_folder
from tests.dialplan.surroundings import small_switch

GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize("name", sorted(rendered(small_switch())))
def test_each_generated_file_is_as_reviewed(name: str) -> None:
    """After a wanted change: `python -m tests.dialplan.regenerate`, then read the difference."""
    assert rendered(small_switch())[name].text == (GOLDEN / name).read_text(encoding="utf-8")


def test_no_golden_file_is_left_over() -> None:
    assert {path.name for path in GOLDEN.iterdir()} == set(rendered(small_switch()))


def test_a_second_render_touches_nothing(tmp_path: Path) -> None:
    first = render(small_switch(), tmp_path / GENERATED)
    before = {path.name: path.stat() for path in (tmp_path / GENERATED).iterdir()}
    second = render(small_switch(), tmp_path / GENERATED)
    after = {path.name: path.stat() for path in (tmp_path / GENERATED).iterdir()}
    assert set(first.written) == set(second.unchanged) == set(before)
    assert second.written == ()
    assert {name: (stat.st_mtime_ns, stat.st_ino) for name, stat in before.items()} == {
        name: (stat.st_mtime_ns, stat.st_ino) for name, stat in after.items()
    }


def test_only_what_changed_is_written(tmp_path: Path) -> None:
    render(small_switch(), tmp_path)
    changed = replace(small_switch(), numbers=(Number("95598", "main", "en"),))
    assert render(changed, tmp_path).written == ("extensions-hotline.conf",)


def test_a_hotline_with_mistakes_writes_nothing(tmp_path: Path) -> None:
    outcome = render(replace(small_switch(), rescue=Rescue("nowhere")), tmp_path / GENERATED)
    assert outcome.refused
    assert not (tmp_path / GENERATED).exists()


def test_secrets_are_for_owner_and_group_only(tmp_path: Path) -> None:
    render(small_switch(), tmp_path)
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert {name for name, mode in modes.items() if mode == 0o640} == {"manager-hotline.conf", "pjsip-hotline.conf"}
    assert set(modes.values()) == {0o640, 0o644}
    for path in tmp_path.iterdir():
        holds = any(secret in path.read_text("utf-8") for secret in ("ami\\;secret", "s\\;e#c"))
        assert holds == (modes[path.name] == 0o640)


HOSTILE = st.text(max_size=30) | st.sampled_from(
    ["a\n[general]", "x\r\nexten => s,1,System(id)", "a;b", "a]\n", "${SHELL(id)}", "a,1,System(x)", "\u2028#exec x"]
)


@settings(max_examples=60, deadline=None)
@given(HOSTILE)
def test_nothing_an_admin_writes_becomes_a_line_of_its_own(hostile: str) -> None:
    plain = small_switch()
    changes: dict[str, Any] = {
        "agents": (Agent("1001", hostile, hostile), Agent("1002", "b", "c")),
        "numbers": (Number("96956", hostile, "en"), plain.numbers[1]),
        "queues": (replace(plain.queues[0], music=hostile), Queue(hostile), *plain.queues[2:]),
        "ami": replace(plain.ami, secret=hostile),
        "sounds_dir": hostile,
    }
    for field, value in changes.items():
        switch = replace(plain, **{field: value})
        if check(switch):
            continue
        for name, text in rendered(switch).items():
            assert _shape(text.text) == _shape(rendered(plain)[name].text) or field == "queues"
            assert not ConfFile(name, text=text.text.replace("(+)", "")).diagnostics


def _shape(text: str) -> list[str]:
    """What begins each line: a section, a setting's name, a step of the dialplan."""
    return [re.split(r"[=\[]", line)[0].strip() for line in text.splitlines()]


def test_the_shipped_configuration_is_readable_and_marked() -> None:
    for path in shipped_folder().glob("*.conf"):
        assert path.read_text("utf-8").startswith(SHIPPED_MARKER + "\n"), path.name
        assert not ConfFile(path).diagnostics, path.name


def test_installing_adds_the_places_and_keeps_what_an_admin_made_his_own(tmp_path: Path) -> None:
    (tmp_path / "rtp.conf").write_text("[general]\nrtpstart = 20000\n")
    outcome = install(tmp_path, Places(etc=str(tmp_path), run="/run/x"))
    assert outcome.kept == ("rtp.conf",)
    assert (tmp_path / "rtp.conf").read_text() == "[general]\nrtpstart = 20000\n"
    directories = ConfFile(tmp_path / "asterisk.conf").resolved()["directories"]
    assert directories == [("astetcdir", str(tmp_path)), ("astrundir", "/run/x")]
    assert install(tmp_path, Places(etc=str(tmp_path), run="/run/x")).written == ()


def test_nothing_listens_beyond_loopback_unless_told(tmp_path: Path) -> None:
    install(tmp_path)
    assert ("bindaddr", "127.0.0.1") in ConfFile(tmp_path / "manager.conf").resolved()["general"]
    assert ("enabled", "no") in ConfFile(tmp_path / "http.conf").resolved()["general"]
    modules = ConfFile(tmp_path / "modules.conf").resolved()["modules"]
    assert ("autoload", "no") in modules
    assert not {value for _, value in modules} & {"chan_iax2.so", "res_ari.so", "app_system.so", "func_shell.so"}
    assert MARKER not in (tmp_path / "manager.conf").read_text("utf-8")
