from __future__ import annotations

from ivr.config.environment import OVERRIDES, override


def test_a_variable_takes_the_place_of_a_setting_and_leaves_the_rest() -> None:
    settings: dict[str, object] = {"node": "a", "ami": {"host": "h", "user": "u"}}
    result = override(
        settings, {"HOTLINE_NODE": "b", "HOTLINE_AMI_PORT": "5039", "HOTLINE_SIP_LISTEN": "127.0.0.1:5070"}
    )
    assert result.settings == {
        "node": "b", "ami": {"host": "h", "user": "u", "port": 5039}, "sip": {"listen": "127.0.0.1:5070"}
    }  # fmt: skip
    assert result.by[("ami", "port")] == "HOTLINE_AMI_PORT"
    assert settings == {"node": "a", "ami": {"host": "h", "user": "u"}}


def test_an_empty_variable_changes_nothing() -> None:
    assert override({"node": "a"}, dict.fromkeys(OVERRIDES, "")).settings == {"node": "a"}


def test_a_database_address_is_kept_as_a_place_and_not_as_a_value() -> None:
    result = override({}, {"HOTLINE_DATABASE_URL": "postgresql://u:secret@h/d"})
    assert result.settings == {"database_url": {"env": "HOTLINE_DATABASE_URL"}}


def test_a_setting_of_the_wrong_shape_is_left_for_the_check() -> None:
    assert override({"ami": "nonsense"}, {"HOTLINE_AMI_HOST": "h"}).settings == {"ami": "nonsense"}
