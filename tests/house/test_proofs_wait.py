"""A call is proved by what its rows say in the end, not by what they said after its first segment."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

import pytest

from store.rows import Journey
from tests.calls.conftest import NUMBER
from tests.calls.proof import Tally, Whose, journey_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.calls.conftest import House

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
IN_ONE_LINE = ["person: way 1", "vip_queue: handed over"]
IN_THE_OTHER = [*IN_ONE_LINE, "vip_queue: timed_out", "vip_overflow: handed over"]
ASKED = 5
"""Times until a wait is given up here."""


class Rows(Whose):
    """A call that waits: its journey is `queued` after each segment."""

    async def journeys(self, tally: Tally) -> list[Journey]:
        """One."""
        return [
            Journey(
                id="gz-1/1.1",
                node="gz-1",
                call_id="1.1",
                channel_id="1.1",
                number=NUMBER,
                flow="main",
                flow_version="v",
                started_at=tally.since,
                ended_at=tally.since,
                outcome="queued",
            )
        ]


@pytest.fixture
def ways(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What the database says of the way, each time it is asked; the last is said again and again."""
    told: list[list[str]] = []

    async def way_of(_house: House, _journey: Journey) -> list[str]:
        return told.pop(0) if len(told) > 1 else told[0]

    async def until(condition: Callable[[], Awaitable[bool]]) -> None:
        for _ in range(ASKED):
            if await condition():
                return
        raise AssertionError("not so")

    monkeypatch.setattr("tests.calls.proof.way_of", way_of)
    monkeypatch.setattr("tests.calls.proof.until", until)
    return told


async def test_rows_of_the_next_segment_are_waited_for(ways: list[list[str]]) -> None:
    ways += [IN_ONE_LINE, IN_ONE_LINE, IN_THE_OTHER]
    tally = Tally(cast("House", None), {}, NOON)
    journey = await journey_of(tally, Rows("13800138001"), IN_THE_OTHER, "queued")
    assert journey is not None
    assert ways == [IN_THE_OTHER]


async def test_a_journey_that_never_goes_so_is_told(ways: list[list[str]]) -> None:
    ways += [IN_ONE_LINE]
    tally = Tally(cast("House", None), {}, NOON)
    with pytest.raises(AssertionError, match=r"13800138001 went \['person: way 1', .*expected queued after .*overflow"):
        await journey_of(tally, Rows("13800138001"), IN_THE_OTHER, "queued")
