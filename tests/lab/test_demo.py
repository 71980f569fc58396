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

from lab.crowd import crowd

if TYPE_CHECKING:
    from collections.abc import Callable

REPOSITORY = Path(__file__).parents[2]


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


def start(folder: Path) -> tuple[subprocess.Popen[str], str]:
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
        if found := re.search(r"wallboard is at (http://127\.0\.0\.1:\d+)/", line):
            return demo, found[1]
    raise AssertionError("the demo did not become ready:\n" + "".join(told))


def until(condition: Callable[[], object], within_s: float, what: str) -> None:
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.5)


def entered(web: str) -> int:
    with urllib.request.urlopen(f"{web}/api/v1/queues", timeout=5) as answer:  # noqa: S310  # our own http://
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
    demo, web = start(folder)
    with demo:
        refused = subprocess.run(
            [sys.executable, "-m", "lab.demo", "--folder", str(folder)],
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            check=False,
        )
        assert refused.returncode == 2
        assert "runs already" in refused.stdout
        until(lambda: entered(web) > 0, 60, "no caller reached a queue")
        assert left_behind(folder) != []
        demo.send_signal(signal.SIGINT)
        try:
            assert demo.wait(40) == 0
        finally:
            demo.kill()  # does nothing to one that has ended
    assert left_behind(folder) == []
    demo, web = start(folder)
    with demo:
        before = entered(web)
        demo.send_signal(signal.SIGKILL)  # not even time to clean up
    assert before > 0, "the history of the day is kept between runs"
    until(lambda: not left_behind(folder), 20, f"left: {left_behind(folder)}")
