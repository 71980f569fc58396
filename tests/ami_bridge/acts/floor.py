"""A floor with two queues, as a supervisor's act finds it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ami_bridge.acts.asker import Asker
from ami_bridge.acts.sight import Sight
from ami_bridge.domain import events as ev
from tests.ami_bridge.replaying import RULES, T0, Replay, fresh
from tests.ami_bridge.test_reducer import at, caller, join, member, ringing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ami_bridge.domain.events import ChannelSeen

ADMIN = Asker("陈", "admin")
ADMIN_OF_NORMAL = Asker("Ho", "admin", frozenset({"normal"}))
OF_NORMAL = Asker("Wong", "supervisor", frozenset({"normal"}))
OF_VIP = Asker("Ng", "supervisor", frozenset({"vip"}))
OF_BOTH = Asker("Yu", "supervisor", frozenset({"normal", "vip"}))
OF_ALL = Asker("Li", "supervisor")
VIEWER = Asker("guest", "viewer")
STAFF = replace(RULES, agents={"1001": "客服1001", "1002": "客服1002", "1009": "Supervisor"})
SEEN = ev.SnapshotTaken(at=T0, queues=("normal", "vip"), members=(), waiting=(), channels=())


def floor(*more: ev.Event, staffed: bool = True) -> Replay:
    """1001 in both queues by hotline.yaml, 1002 in `normal` by a supervisor; nobody waits."""
    replay = fresh(rules=STAFF).take(SEEN)
    if staffed:
        replay.take_all(
            [
                member(0, membership="static"),
                member(0, queue="vip", membership="static", penalty=2),
                member(0, "1002", membership="dynamic"),
            ]
        )
    return replay.take_all(more)


def talk(agent: str = "1001", channel: str = "c1", queue: str = "normal", s: float = 1) -> list[ev.Event]:
    """A caller who talks to an agent."""
    told = ringing(s + 2, channel, agent, queue)
    return [
        join(s, channel, queue),
        ev.Rang(**ringing(s + 1, channel, agent, queue)),
        ev.Left(**caller(s + 2, channel), queue=queue),
        ev.Connected(**told),
    ]


def channel(name: str, channel_id: str, bridge: str = "", application: str = "", data: str = "") -> ChannelSeen:
    return ev.ChannelSeen(
        channel=name,
        channel_id=channel_id,
        call_id="c1",
        caller="",
        caller_name="",
        application=application,
        data=data,
        bridge_id=bridge,
        since=T0,
        tags=ev.Tags(),
    )


CALLER = channel("PJSIP/trunk-00000001", "c1", "b1", "Queue")
PHONE = channel("PJSIP/1001-00000002", "a-1001", "b1", "AppQueue")


def sight(
    replay: Replay,
    channels: Iterable[ChannelSeen] = (CALLER, PHONE),
    *,
    may_listen: bool = True,
    began: Mapping[str, str] | None = None,
) -> Sight:
    return Sight(replay.state, at(60), tuple(channels), may_listen=may_listen, began=began or {})
