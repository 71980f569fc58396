"""One hotline for the acts: an always open one, in which supervisors may listen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lab.rig import ALWAYS_OPEN, Plan, Rig
from tests.acts.stage import Board, board
from tests.calls.conftest import STEADY, House

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

EDITS = (
    ALWAYS_OPEN,
    *STEADY,
    ("hotline.yaml", "user: hotline, secret", "user: hotline, listening: true, secret"),
    ("hotline.yaml", "wrap_up: 5s", "wrap_up: 1s"),
)


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with Rig(tmp_path_factory.mktemp("acts"), Plan(edits=EDITS, log="debug")) as running:
        yield running


@pytest.fixture
def house(rig: Rig) -> House:
    return House(rig)


@pytest.fixture
async def desk(rig: Rig) -> AsyncIterator[Board]:
    """A wallboard with an admin before it."""
    async with board(rig) as made:
        yield made
