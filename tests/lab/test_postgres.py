from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lab.postgres import PostgresMissingError, find_programs

STARTER = """
import time
from lab.postgres import new_postgres
server = new_postgres()
server.start()
print(server.folder, server._process.pid, flush=True)
time.sleep(60)
"""


@pytest.mark.postgres
def test_a_server_ends_and_tidies_up_though_its_starter_was_killed_outright() -> None:
    try:
        find_programs()
    except PostgresMissingError as error:
        if os.environ.get("CI", "").lower() == "true":
            raise
        pytest.skip(str(error))
    with subprocess.Popen([sys.executable, "-c", STARTER], stdout=subprocess.PIPE, text=True) as starter:
        assert starter.stdout is not None
        folder, pid = starter.stdout.readline().split()
        os.kill(int(pid), 0)
        starter.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 20
    while (Path(folder).exists() or Path(f"/proc/{pid}").exists()) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not Path(folder).exists()
    assert not Path(f"/proc/{pid}").exists()
