"""Announcements put before the channels they are for, kept true, and taken away again."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from ami_bridge.announcer import Announcer
from ami_bridge.domain import events as ev
from ami_bridge.protocol.errors import LinkDown
from tests.ami_bridge.test_line import enters, two
from tests.ami_bridge.test_reducer import at, caller

if TYPE_CHECKING:
    from datetime import datetime

    from ami_bridge.domain.line import Words
    from ami_bridge.domain.model import State
    from tests.ami_bridge.replaying import Replay


@dataclass
class House:
    """A switch that does what it is asked, a voice that says everything, and a clock that stands."""

    replay: Replay = field(default_factory=two)
    now: datetime = field(default_factory=lambda: at(0))
    asked: list[tuple[str, str]] = field(default_factory=list)
    said: list[Words] = field(default_factory=list)
    mute: bool = False
    down: bool = False

    def __post_init__(self) -> None:
        self.know("complete")
        self.announcer = Announcer(self, self, lambda: self.now)

    def know(self, knowing: Any) -> None:
        self.replay.state = replace(self.replay.state, knowing=knowing)

    @property
    def state(self) -> State:
        return self.replay.state

    @state.setter
    def state(self, _state: State) -> None:
        raise AssertionError("the announcer only reads")

    async def ask(self, name: str, fields: dict[str, str]) -> Any:
        assert (name, fields["Variable"]) == ("Setvar", "CHANNEL(language)")
        if self.down:
            raise LinkDown("gone")
        self.asked.append((fields["Channel"], fields["Value"]))

    async def put(self, words: Words) -> str | None:
        self.said.append(words)
        return None if self.mute else f"zh-CN_{words.ahead}"

    async def look(self, s: float) -> list[tuple[str, str]]:
        self.now = at(s)
        before = len(self.asked)
        await self.announcer.look()
        return self.asked[before:]


async def test_a_caller_gets_his_announcement_once_and_his_own_language_back_when_it_has_begun() -> None:
    house = House()
    assert await house.look(30) == []
    assert await house.look(42.5) == [("c1", "zh-CN_0")]
    assert await house.look(44) == [("c2", "zh-CN_1")]
    assert await house.look(45) == []
    house.replay.take(ev.MusicStopped(at=at(45.3), channel_id="c1"))
    assert await house.look(46) == [("c1", "zh-CN")]
    house.replay.take(ev.MusicStopped(at=at(46.3), channel_id="c2"))
    assert await house.look(47) == [("c2", "zh-CN")]
    assert await house.look(80) == []
    assert await house.look(88) == [("c1", "zh-CN_0")]


async def test_what_lies_ready_follows_the_line() -> None:
    house = House()
    await house.look(44)
    house.replay.take(ev.HungUp(**caller(44.5, "c1")))
    assert await house.look(45) == [("c2", "zh-CN_0")]
    house.replay.take(enters(45.5, "c3", priority=10))
    assert await house.look(46) == [("c2", "zh-CN_1")]  # not heard yet: it may grow


async def test_while_the_bridge_does_not_know_nothing_is_announced() -> None:
    house = House()
    await house.look(44)
    house.know("catching_up")
    assert await house.look(45) == [("c1", "zh-CN"), ("c2", "zh-CN")]
    assert await house.look(46) == []
    house.know("complete")
    assert await house.look(47) == [("c1", "zh-CN_0"), ("c2", "zh-CN_1")]


async def test_what_cannot_be_said_or_set_is_tried_again_and_hurts_nobody() -> None:
    house = House(mute=True)
    assert await house.look(44) == []
    house.mute, house.down = False, True
    assert await house.look(45) == []
    house.down = False
    assert await house.look(46) == [("c1", "zh-CN_0"), ("c2", "zh-CN_1")]
