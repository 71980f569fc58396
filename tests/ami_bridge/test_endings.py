"""Which journeys the bridge ends for a service that cannot."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from ami_bridge.domain import events as ev
from ami_bridge.endings import Endings
from store.engine import open_store
from store.queries.journeys import journeys
from store.rows import journey_id
from store.writer import Writer
from tests.ami_bridge.test_reducer import at, caller
from tests.ami_bridge.test_resync import channel, shot
from tests.store.databases import migrated
from tests.store.samples import a_journey

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from store.engine import Store


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    url = f"sqlite:///{tmp_path}/hotline.db"
    await migrated(url)
    opened = await open_store(url)
    yield opened
    await opened.close()


async def begun(store: Store, *channels: str, s: float = 0) -> None:
    async with Writer(store) as writer:
        for one in channels:
            known = journey_id("gz-1", one)
            writer.put(a_journey(id=known, call_id=one, channel_id=one, started_at=at(s)))


async def ends(store: Store) -> dict[str, tuple[object, object]]:
    return {one.channel_id: (one.outcome, one.ended_at) for one in (await journeys(store)).rows}


def gone(s: float, channel: str = "c1", place: str = "hotline-run,s") -> ev.HungUp:
    return ev.HungUp(**caller(s, channel, place=place))


@pytest.mark.parametrize(
    ("place", "outcome"),
    [("hotline-run,s", "lost"), ("hotline-rescue,s", "rescued"), ("hotline-bye,served", "rescued")],
)
async def test_a_journey_is_ended_a_moment_after_its_caller_is_gone(store: Store, place: str, outcome: str) -> None:
    await begun(store, "c1", "c2")
    endings = Endings(store, "gz-1")
    endings.hear(gone(10, place=place))
    await endings.write(at(11))
    assert await ends(store) == {"c1": (None, None), "c2": (None, None)}, "the service has its moment"
    with capture_logs() as logs:
        await endings.write(at(12))
        await endings.write(at(13))
    assert await ends(store) == {"c1": (outcome, at(10)), "c2": (None, None)}
    assert [line["event"] for line in logs] == ["journey_ended_for_its_service"]


async def test_a_snapshot_ends_the_journeys_that_have_no_channel(store: Store) -> None:
    await begun(store, "c1", "c2")
    await begun(store, "too-young", s=59)
    endings = Endings(store, "gz-1")
    endings.hear(gone(58, "c1", "hotline-rescue,s"))
    endings.hear(shot(60, channels=(channel("c2"),)))
    await endings.write(at(61))
    await begun(store, "c3", s=0)
    await endings.write(at(62))
    expected = {"c1": ("rescued", at(58)), "c2": (None, None), "c3": ("lost", at(60)), "too-young": (None, None)}
    assert await ends(store) == expected
    await begun(store, "c4", s=0)
    await endings.write(at(63))
    assert (await ends(store))["c4"] == (None, None), "a snapshot is compared once"


async def test_channels_without_a_number_of_ours_are_nobodys_journeys(store: Store) -> None:
    await begun(store, "c1")
    endings = Endings(store, "gz-1")
    endings.hear(replace(gone(10), tags=ev.Tags()))
    await endings.write(at(20))
    assert await ends(store) == {"c1": (None, None)}


async def test_a_database_that_is_away_is_tried_again(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    await begun(store, "c1")
    endings = Endings(store, "gz-1")
    endings.hear(gone(10))
    with monkeypatch.context() as away, capture_logs() as logs:
        away.setattr("ami_bridge.endings.end_journeys", _refuse)
        await endings.write(at(20))
        await endings.write(at(21))
    assert [line["event"] for line in logs] == ["journeys_not_ended"], "said once"
    await endings.write(at(22))
    assert await ends(store) == {"c1": ("lost", at(10))}


async def _refuse(*_: object) -> None:
    raise OSError("no such host")


async def test_late_rows_of_a_killed_service_open_no_journey_for_longer_than_a_minute(store: Store) -> None:
    await begun(store, "c1")
    endings = Endings(store, "gz-1")
    endings.hear(gone(10))
    await endings.write(at(12))
    late = a_journey(id=journey_id("gz-1", "c1"), call_id="c1", channel_id="c1", started_at=at(0))
    async with Writer(store) as writer:
        writer.put(replace(late, ended_at=at(5), outcome="queued"))
        await writer.flush()
        writer.put(replace(late, last_step="rate"))
    assert await ends(store) == {"c1": (None, None)}
    await endings.write(at(73))
    assert await ends(store) == {"c1": ("lost", at(10))}
