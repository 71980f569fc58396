"""Who may not see a queue is not told of its alarms; what is nobody's queue is everybody's."""

from __future__ import annotations

import json

import pytest

from wallboard.alarms_told import theirs_of
from wallboard.audience import Audience

ALARM = {"subject": "gz-1", "text": {"en": "gz-1 is gone"}}
LIMITED = [Audience(queues=frozenset({"sales"})), Audience(board="lobby")]
ACCOUNT = "sip:13800138000@carrier.example"


def test_an_audience_is_told_of_its_own_queues_and_of_what_is_no_queues() -> None:
    told: dict[str, list[dict[str, object]]] = {
        "firing": [
            {**ALARM, "id": name, "queue": queue} for name, queue in (("a", "vip"), ("b", "sales"), ("c", None))
        ],
        "senders": [{"name": "ops"}],
    }
    theirs = theirs_of(told, Audience(queues=frozenset({"sales"})))
    assert theirs == {"firing": told["firing"][1:], "senders": told["senders"]}
    assert theirs_of(told, Audience()) == told


@pytest.mark.parametrize("audience", LIMITED)
def test_what_a_sender_said_is_not_for_who_is_limited(audience: Audience) -> None:
    trouble = {"name": "ops", "why": "550 no such user ops@corp.example", "since": "now"}
    told = {"senders": [trouble]}
    assert theirs_of(told, audience) == {"senders": [{"name": "ops", "since": "now"}]}
    assert theirs_of(told, Audience()) == told


@pytest.mark.parametrize("audience", LIMITED)
def test_a_trunks_account_is_masked_and_not_told_to_who_is_limited(audience: Audience) -> None:
    trunk = {
        "id": f"carrier/{ACCOUNT}/20261125T020015",
        "subject": ACCOUNT,
        "queue": None,
        "text": {"en": f"{ACCOUNT} ✗"},
    }
    told = {"firing": [trunk], "watched": [{"subject": ACCOUNT, "queue": None}]}
    theirs = theirs_of(told, audience)
    assert theirs == {
        "firing": [
            {
                "id": "carrier/sip:…@carrier.example/20261125T020015",
                "subject": "sip:…@carrier.example",
                "queue": None,
                "text": {"en": "sip:…@carrier.example ✗"},
            }
        ],
        "watched": [{"subject": "sip:…@carrier.example", "queue": None}],
    }
    everybodys = json.dumps(theirs_of(told, Audience()))
    assert "13800138000" not in everybodys
    assert "138****8000@carrier.example" in everybodys
    assert "20261125T020015" in everybodys
