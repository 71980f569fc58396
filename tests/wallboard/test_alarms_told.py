"""Who may not see a queue is not told of its alarms; what is nobody's queue is everybody's."""

from __future__ import annotations

from wallboard.alarms_told import theirs_of
from wallboard.audience import Audience


def test_an_audience_is_told_of_its_own_queues_and_of_what_is_no_queues() -> None:
    told: dict[str, list[dict[str, object]]] = {
        "firing": [{"id": "a", "queue": "vip"}, {"id": "b", "queue": "sales"}, {"id": "c", "queue": None}],
        "senders": [{"name": "ops"}],
    }
    theirs = theirs_of(told, Audience(queues=frozenset({"sales"})))
    assert theirs == {"firing": told["firing"][1:], "senders": told["senders"]}
    assert theirs_of(told, Audience()) == told
