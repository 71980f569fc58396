from __future__ import annotations

from tests.dialplan.surroundings import small_switch


def test_an_agent_is_found_by_his_id() -> None:
    agent = small_switch().agent("1002")
    assert agent is not None
    assert agent.name == "李志强"
    assert small_switch().agent("9999") is None


def test_no_secret_is_in_a_repr() -> None:
    assert "second" not in repr(small_switch())
    assert "ami;secret" not in repr(small_switch())
