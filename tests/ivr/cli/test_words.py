"""The words themselves: `hotline --help` and a misspelt command answer at once."""

from __future__ import annotations

import subprocess
import sys


def test_the_words_alone_load_nothing_that_does_the_work() -> None:
    ask = "import sys, ivr.cli.main; print(*(name for name in sys.modules if name.startswith(('ivr', 'store', 'ami'))))"
    loaded = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True).stdout.split()
    assert set(loaded) == {
        "ivr",
        "ivr.app",
        "ivr.app.mistakes",
        "ivr.cli",
        "ivr.cli.alarms",
        "ivr.cli.caller",
        "ivr.cli.database",
        "ivr.cli.hours",
        "ivr.cli.ledger",
        "ivr.cli.main",
        "ivr.cli.people",
        "ivr.cli.publish_words",
        "ivr.cli.report",
    }
