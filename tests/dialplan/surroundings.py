"""A small hotline that uses every part of the model."""

from __future__ import annotations

from dialplan.model import (
    Agent,
    AgiServer,
    Ami,
    Member,
    Number,
    Queue,
    Rescue,
    Sip,
    Switch,
    Trunk,
)


def small_switch() -> Switch:
    return Switch(
        node="gz-1",
        numbers=(Number("96956", "main", "zh-CN"), Number("96957", "main", "en")),
        queues=(
            Queue("service", (Member("1001"), Member("1002", 1)), wrap_up_s=5, announce_every_s=45, extension="8001"),
            Queue("客服", (Member("1002"),), join_empty=(), leave_empty=(), max_len=5, auto_pause=True),
        ),
        agents=(Agent("1001", "陈美玲", 's;e#c"r\\et'), Agent("1002", "李志强", "second", ("g722", "alaw"))),
        trunks=(
            Trunk("carrier", ("203.0.113.7", "198.51.100.0/28", "127.0.0.1:5080"), contact="sip:203.0.113.7:5060"),
        ),
        rescue=Rescue("service", longest_s=120),
        ami=Ami("ami;secret", permit=("127.0.0.1/32",)),
        agi=(AgiServer(), AgiServer("192.0.2.9", 4574)),
        sip=Sip("192.0.2.1", external_address="203.0.113.99", local_nets=("192.0.2.0/24",)),
    )
