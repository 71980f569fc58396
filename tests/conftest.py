"""For every test: examples without a time limit, and marks on tests that start a database server or whole programs."""

from __future__ import annotations

import gc
import os
import shutil
import sys
import tempfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from tests.left_behind import nothing_left_behind, nothing_left_behind_by_a_file

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["nothing_left_behind", "nothing_left_behind_by_a_file"]

# Machines are noisy, and no test asserts a time. The gate tries the same examples each time; at home they are new ones.
settings.register_profile(
    "hotline",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    print_blob=True,
    derandomize="CI" in os.environ,
)
settings.load_profile("hotline")


# Where the environment says that no compiled code is kept, each worker and each process a test starts would compile the
# whole product anew. Tests keep it, as any installed hotline does.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


PROGRAMS = (
    "tests/ivr/cli/test_serving.py",
    "tests/ivr/cli/test_commands.py",
    "tests/ivr/app/test_supervisor.py",
    "tests/ivr/app/test_running.py",
    "tests/ivr/cli/test_publishing.py",
    "tests/ivr/cli/test_reloading.py",
    "tests/ivr/cli/test_newcomer.py",
    "tests/ivr/cli/test_workbook_opened.py",
    "tests/house/test_missing_parts.py",
)
"""Files whose tests start the hotline's own processes, as a user does, pytest, as a developer does, or LibreOffice."""


LONGEST = (
    "tests/publishing/test_under_calls.py",
    "tests/ivr/cli/test_serving.py",
    "tests/calls/test_keys.py",
    "tests/ledger/test_soak.py",
    "tests/calls/test_dialogues.py",
    "tests/ivr/cli/test_commands.py",
    "tests/ledger/test_cel.py",
    "tests/calls/test_queue.py",
    "tests/calls/test_queue_line.py",
    "tests/ledger/test_ledger_agents.py",
    "tests/calls/test_kill.py",
    "tests/browser/test_opening_numbers.py",
    "tests/lab/test_demo.py",
    "tests/browser/test_board_made_up.py",
    "tests/calls/test_ledger.py",
    "tests/browser/test_boards_in_a_browser.py",
    "tests/ivr/cli/test_publishing.py",
    "tests/calls/test_sipp.py",
    "tests/calls/test_ami_cut.py",
    "tests/acts/test_callers_acted_on.py",
    "tests/acts/test_in_a_browser.py",
    "tests/acts/test_listening.py",
    "tests/acts/test_agents_acted_on.py",
)
"""The longest files of the real suite, longest first: begun last, one of them held up everything at the end."""


_CACHE = pytest.StashKey[str]()


def pytest_configure(config: pytest.Config) -> None:
    """Verdicts of tests are kept in a folder of their own, not in the user's."""
    config.stash[_CACHE] = os.environ["XDG_CACHE_HOME"] = tempfile.mkdtemp(prefix="hotline-tests-")


def pytest_unconfigure(config: pytest.Config) -> None:
    """And go with them."""
    shutil.rmtree(config.stash[_CACHE], ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that run PostgreSQL or whole programs belong to the real parts: the fast suite leaves them out.

    The longest files come first; xdist keeps that order with --no-loadscope-reorder.
    """
    ranks = {file: rank for rank, file in enumerate(LONGEST)}
    items.sort(key=lambda item: ranks.get(item.nodeid.split("::", 1)[0], len(ranks)))
    for item in items:
        if item.nodeid.split("::", 1)[0] in PROGRAMS:
            item.add_marker(pytest.mark.program)
        chosen = getattr(item, "callspec", None)
        given = set(chosen.params.values()) if chosen is not None and _all_hashable(chosen.params.values()) else set()
        if "postgresql" in given or "postgres" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.postgres)


def pytest_collection_finish() -> None:
    """What was imported and collected stays to the end: no look for garbage passes over it again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)  # a seventh of the suite's time went into looking, with Python's 700


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI nothing may be skipped: what cannot run there is a failure."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") == "true" and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _all_hashable(values: Iterable[object]) -> bool:
    try:
        set(values)
    except TypeError:
        return False
    return True
