"""A running bridge tells its board of what the reconciler put right, and writes down what it did not see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ami_bridge.bridge import Bridge
from ami_bridge.past import load_past
from ami_bridge.queue_log.history import visits_of
from store.queries.agent_history import gaps
from store.queries.bridge import bridge_state
from tests.ami_bridge.test_bridge import Watcher, running, settings
from tests.ami_bridge.test_corrections import TRUE, WRONG
from tests.ami_bridge.test_keeping import STAFFED, reconciling
from tests.ami_bridge.test_queue_log_history import at, lines

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from ami_bridge.testing import ScriptedManager


async def test_a_visit_put_right_moves_the_days_counts_on_the_feed_without_a_restart(
    tmp_path: Path, switch: ScriptedManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ami_bridge.bridge.RECONCILE_EVERY_S", 0.02)
    async with reconciling(tmp_path, WRONG) as reconciler:
        past = await load_past(reconciler.store, "gz-1", STAFFED.zone, at(60))
        told = settings(tmp_path, switch.port, queue_log=tmp_path / "queue_log")
        bridge = Bridge(told, reconciler.writer, past=past, reconciler=reconciler, clock=lambda: at(60))
        async with running(bridge):
            watcher = await Watcher.of(tmp_path / "feed.sock")
            before = await watcher.until(lambda s: any(queue.name == "q" for queue in s.queues))
            assert [(q.today.answered, q.today.abandoned) for q in before.queues if q.name == "q"] == [(0, 1)]
            bridge._unchecked.extend(visits_of(lines(TRUE)))
            await watcher.until(lambda s: any(queue.today.answered == 1 for queue in s.queues if queue.name == "q"))
            watcher.close()


async def test_a_connection_that_breaks_is_a_gap_in_the_history_from_that_moment_on(
    tmp_path: Path, switch: ScriptedManager
) -> None:
    async with reconciling(tmp_path) as reconciler:
        bridge = Bridge(settings(tmp_path, switch.port), reconciler.writer)
        async with running(bridge):
            watcher = await Watcher.of(tmp_path / "feed.sock")
            await watcher.until(lambda s: s.knowledge.state == "complete")
            (await switch.peer()).cut()
            await watcher.until(lambda s: s.knowledge.state != "complete")
            await watcher.until(lambda s: s.knowledge.state == "complete")
            watcher.close()
        await reconciler.writer.flush()
        gap, *rest = await gaps(reconciler.store, "gz-1")
        assert (gap.cause, gap.settled) == ("ami", False)
        assert gap.until is not None
        assert gap.until >= gap.since
        # and maybe the one that begins with our own end
        assert [(one.cause, one.until) for one in rest] in ([], [("bridge", None)])
        diary = await bridge_state(reconciler.store, "gz-1")
        assert diary is not None
        assert diary.seen_until is not None
        assert diary.seen_until >= gap.since
