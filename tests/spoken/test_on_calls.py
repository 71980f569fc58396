"""The table heard in real calls: what Asterisk sends is matched sound by sound with what the rules say.

Thirty calls side by side, one for each ten values of each language; some forty seconds.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import pytest

from ivr.config.load import load_hotline
from lab.phone import Phone, State
from lab.rig import Plan, Rig
from tests.spoken.house import readings, write_hotline, write_values
from tests.spoken.matching import differences, expected

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lab.listening import Heard
    from tests.spoken.house import Reading

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(900)]

ENDS_S: Final = 240.0
"""A call of forty seconds, on a machine that is busy with other things."""
DRAINS_S: Final = 20.0
ROUNDS: Final = 3
"""A sound that halts because the machine did is no word of the speaker's: such a call is made again, twice at most."""


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """The hotline that reads the table."""
    folder = tmp_path_factory.mktemp("spoken")
    write_hotline(folder)
    with Rig(tmp_path_factory.mktemp("rig"), Plan(sample=folder, edits=())) as running:
        write_values(running.folder / "customers.db")
        yield running


async def test_the_whole_table_is_heard_fragment_by_fragment(rig: Rig) -> None:
    catalogue = load_hotline(rig.hotline, rig.environment).catalogue
    every = readings()
    heard: dict[str, list[Heard]] = {}
    again = list(every)
    for round_ in range(ROUNDS):
        calls = [
            listened(rig, one, round_ * 100 + at, sum(map(len, expected(one, catalogue))))
            for at, one in enumerate(again)
        ]
        heard |= {one.number: said for one, said in zip(again, await asyncio.gather(*calls), strict=True)}
        again = [one for one in again if not all(sound.complete for sound in heard[one.number])]
    wrong = [line for one in every for line in differences(one, heard[one.number], catalogue)]
    assert not wrong, "\n".join(wrong)
    assert sum(len(one.rows) for one in every) == 300


async def listened(rig: Rig, reading: Reading, at: int, sounds: int) -> list[Heard]:
    """What is heard in one call, to its end; of sound that came before the goodbye, some may be read after it."""
    async with Phone(rig.switch, number=f"1395557{at:04}", index=rig.index) as phone:
        await phone.call(reading.number)
        over = await phone.ear.until(lambda: phone.state is State.ENDED, ENDS_S)
        assert over, f"{reading.number} had not ended after {ENDS_S:.0f} s; heard: {phone.transcript}"
        await phone.ear.until(lambda: sum(one.complete for one in phone.heard) >= sounds, DRAINS_S)
        return phone.heard
