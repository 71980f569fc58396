from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from dialplan.check import check
from dialplan.model import Agent, AgiServer, Ami, Member, Number, Queue, Rescue, Sip, Trunk
from tests.dialplan.surroundings import small_switch

if TYPE_CHECKING:
    from dialplan.diagnostics import Diagnostic


def found(**changes: Any) -> list[Diagnostic]:
    return check(replace(small_switch(), **changes))


def queue(**changes: Any) -> dict[str, tuple[Queue, ...]]:
    return {"queues": (Queue("service", **changes), *small_switch().queues[1:])}


def test_a_right_hotline_has_nothing_wrong() -> None:
    assert found() == []


@pytest.mark.parametrize(
    ("changes", "code", "word"),
    [
        ({"agents": (Agent("1001", "Chan, Mei", "x"), Agent("1002", "b", "y"))}, "D001", "Chan, Mei"),
        ({"agents": (Agent("1001", "a\nb", "x"), Agent("1002", "b", "y"))}, "D001", "U+000A"),
        ({"agents": (Agent("1001", "a", "x\ny"), Agent("1002", "b", "y"))}, "D001", "secret"),
        ({"agents": (Agent("1001", "a", ""), Agent("1002", "b", "y"))}, "D001", "empty"),
        ({"ami": Ami("x\r\nwrite = all")}, "D001", "secret"),
        ({"sounds_dir": "/a,b"}, "D001", "/a,b"),
        ({"sounds_dir": "relative"}, "D001", "relative"),
        ({"node": "gz]1"}, "D002", "gz]1"),
        ({"numbers": (Number("_X.", "main", "en"),)}, "D002", "_X."),
        ({"numbers": (Number("96956,1,System(x)", "main", "en"),)}, "D002", "System"),
        ({"numbers": (Number("96956", "${X}", "en"),)}, "D002", "${X}"),
        ({"numbers": (Number("96956", "main", "../x"),)}, "D002", "../x"),
        ({"trunks": (Trunk("global", ("203.0.113.7",)),)}, "D002", "global"),
        ({"trunks": (Trunk("a", ("203.0.113.7",), contact="sip:a;b"),)}, "D001", "sip:a;b"),
        ({"trunks": (Trunk("a", ()),)}, "D008", "names no host"),
        ({"trunks": (Trunk("a", ("carrier.example",)),)}, "D008", "carrier.example"),
        ({"trunks": (Trunk("a", ("203.0.113.7:99999",)),)}, "D008", "99999"),
        ({"rescue": Rescue("servise")}, "D003", "servise"),
        ({"rescue": Rescue("service", bye_sound="a,b")}, "D002", "a,b"),
        ({"agi": (AgiServer("localhost"),)}, "D008", "localhost"),
        ({"agi": ()}, "D008", "no AGI server"),
        ({"sip": Sip(port=70000)}, "D005", "70000"),
        ({"sip": Sip(rtp_first=11000, rtp_last=10000)}, "D005", "10000"),
        ({"ami": Ami("x", permit=("anywhere",))}, "D008", "anywhere"),
        ({"numbers": (Number("1", "a", "en"), Number("1", "b", "en"))}, "D004", "'1'"),
        (queue(strategy="ringal"), "D003", "ringal"),
        (queue(join_empty=("pausd",)), "D003", "pausd"),
        (queue(members=(Member("1003"),)), "D003", "1003"),
        (queue(members=(Member("1001"), Member("1001"))), "D004", "same agent"),
        (queue(ring_s=0), "D005", "ring_s"),
        (queue(extension="80a"), "D002", "80a"),
        (queue(extension="1001"), "D004", "1001"),
    ],
)
def test_each_mistake_is_told_by_its_code(changes: dict[str, Any], code: str, word: str) -> None:
    problems = [(problem.code, problem.message) for problem in found(**changes)]
    assert any(code == said and word in message for said, message in problems), problems


def test_asterisk_keeps_the_section_general_for_itself() -> None:
    problems = found(queues=(*small_switch().queues, Queue("General")))
    assert [problem.code for problem in problems] == ["D002"]
    assert problems[0].hint == "for instance 'General-service'"


@pytest.mark.parametrize("name", ["h", "s", "i", "t"])
def test_an_agent_is_not_called_as_asterisk_calls_its_own_extensions(name: str) -> None:
    assert "D002" in {problem.code for problem in found(agents=(*small_switch().agents, Agent(name, "x", "y")))}


def test_the_nearest_valid_name_is_offered() -> None:
    assert found(rescue=Rescue("servise"))[0].hint == "did you mean 'service'?"


def test_all_mistakes_come_at_once_and_name_the_file() -> None:
    problems = check(replace(small_switch(), node="", agi=(), rescue=Rescue("x")), "my/hotline.yaml")
    assert {problem.code for problem in problems} == {"D002", "D003", "D008"}
    assert {problem.file for problem in problems} == {"my/hotline.yaml"}


def test_secrets_show_in_no_message_and_no_repr() -> None:
    switch = replace(small_switch(), ami=Ami("top\nsecret"), agents=(Agent("1001", "a", "hid\nden"),))
    said = repr(switch) + "".join(map(repr, check(switch)))
    assert "top" not in said
    assert "hid" not in said


def test_ipv6_is_an_address_and_a_port_needs_brackets() -> None:
    good = Trunk("a", ("2001:db8::1", "[2001:db8::1]:5060", "2001:db8::/32", "203.0.113.7:5060"))
    assert found(trunks=(good,)) == []
