from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lab import demo
from lab.crowd import crowd
from lab.inside import ProgramError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def signals_as_they_were() -> Iterator[None]:
    """The demo hears signals as if the process were its own; what ends pytest ends it again after the test."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, heard in before.items():
        signal.signal(number, heard)


def test_the_crowd_is_bounded_mixed_and_knows_what_a_key_costs() -> None:
    people = crowd(400, seed=1)
    assert len(people) == 400
    rows = [caller.row() for caller in people]
    assert {len(row) for row in rows} == {11}
    assert not any(";" in field or '"' in field for row in rows for field in row)
    again = Counter(caller.number for caller in people).most_common(1)[0]
    first, second = [caller for caller in people if caller.number == again[0]][:2]
    assert first.presses[0].keys in {"1", "2", "3"}
    assert not second.presses or second.presses[0].wait_ms > 5000
    assert all(caller.presses[0].wait_ms >= 2000 for caller in people if caller.presses)


def test_a_folder_that_cannot_be_made_is_told_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert demo.main(["--folder", "/proc/nope"]) == 2
    (told,) = capsys.readouterr().out.splitlines()
    assert told.startswith("demo     /proc/nope cannot be used (")
    assert told.endswith("); give another --folder")


def test_an_asterisk_that_is_not_installed_is_told_before_anything_is_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(demo, "build_rootfs", lambda: pytest.fail("built a root for an Asterisk that is not there"))
    assert demo.main(["--folder", str(tmp_path / "demo"), "--asterisk", "system"]) == 1
    assert capsys.readouterr().out.startswith("demo     failed: no program 'asterisk' on this machine")


class NoRig:
    """A hotline that is ended by Ctrl-C before it began."""

    def __init__(self, *_: object) -> None:
        """As a rig."""

    def start(self) -> None:
        raise KeyboardInterrupt

    def stop(self) -> None:
        """Ends."""


class StuckRig(NoRig):
    def stop(self) -> None:
        raise ProgramError("asterisk does not end")


@pytest.mark.parametrize(
    ("rig", "code", "said"),
    [(NoRig, 0, "ended; nothing was left running"), (StuckRig, 1, "ended; some of it may run still")],
)
def test_the_last_word_is_true(
    rig: type, code: int, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(demo, "say", told.append)
    monkeypatch.setattr(demo, "Rig", rig)
    monkeypatch.setattr(demo, "build_rootfs", lambda: None)
    assert demo.main(["--folder", str(tmp_path)]) == code
    assert told[-1] == said


def start(folder: Path) -> tuple[subprocess.Popen[str], str, urllib.request.OpenerDirector]:
    # As from a script with `&`: with Ctrl-C ignored from the beginning.
    command = ["sh", "-c", 'trap "" INT; exec "$@"', "sh", sys.executable, "-m", "lab.demo", "--folder", str(folder)]
    demo = subprocess.Popen(
        command,
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert demo.stdout is not None
    told = []
    for line in demo.stdout:
        told.append(line)
        if found := re.search(r"wallboard is at (http://127\.0\.0\.1:\d+)/sign-in#once=(\S+)", line):
            return demo, found[1], signed_in(found[1], found[2])
    raise AssertionError("the demo did not become ready:\n" + "".join(told))


def until(condition: Callable[[], object], within_s: float, what: str) -> None:
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.5)


def signed_in(web: str, secret: str) -> urllib.request.OpenerDirector:
    """A browser that has used the address the demo prints."""
    opened = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    handed_in = urllib.request.Request(f"{web}/sign-in/secret", f"secret={secret}".encode(), {"Origin": web})  # noqa: S310 - our own http://
    opened.open(handed_in, timeout=60).close()
    return opened


def entered(web: str, browser: urllib.request.OpenerDirector) -> int:
    with browser.open(f"{web}/api/v1/queues", timeout=5) as answer:
        return sum(queue["today"]["entered"] for queue in json.load(answer)["queues"])


def left_behind(folder: Path) -> list[str]:
    """Processes that name the folder, or have it mounted, and mounts on it."""
    found = [line for line in Path("/proc/mounts").read_text().splitlines() if str(folder) in line]
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_text().replace("\0", " ") + (process / "mountinfo").read_text()
        except OSError:
            continue
        if str(folder) in words:
            found.append(f"{process.name} {words[:200]}")
    return found


@pytest.mark.asterisk
@pytest.mark.timeout(240)
@pytest.mark.usefixtures("rootfs")
def test_the_demo_shows_calls_ends_without_a_trace_and_starts_again(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    shown, web, browser = start(folder)
    with shown:
        refused = subprocess.run(
            [sys.executable, "-m", "lab.demo", "--folder", str(folder)],
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            check=False,
        )
        assert refused.returncode == 2
        assert "runs already" in refused.stdout
        until(lambda: entered(web, browser) > 0, 60, "no caller reached a queue")
        assert left_behind(folder) != []
        shown.send_signal(signal.SIGINT)
        try:
            assert shown.wait(40) == 0
        finally:
            shown.kill()  # does nothing to one that has ended
    assert left_behind(folder) == []
    shown, web, browser = start(folder)
    with shown:
        before = entered(web, browser)
        shown.send_signal(signal.SIGKILL)  # not even time to clean up
    assert before > 0, "the history of the day is kept between runs"
    until(lambda: not left_behind(folder), 20, f"left: {left_behind(folder)}")
