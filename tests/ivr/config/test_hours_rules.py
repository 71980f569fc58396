"""Hours that can be read and cannot be meant."""

from __future__ import annotations

import pytest

from ivr.config.hours_rules import idle_rules, is_never_open
from ivr.config.model import Schedule


def schedule(**settings: object) -> Schedule:
    return Schedule.model_validate({"open": "Mo-Fr 09:00-18:00; Sa 09:00-12:00", **settings})


@pytest.mark.parametrize(
    ("settings", "never"),
    [
        ({}, False),
        ({"open": "Mo-Su off"}, True),
        ({"open": "Mo-Su 09:00-18:00; Mo-Su closed"}, True),
        ({"open": "off", "holidays": "CN"}, True),
        ({"open": "off", "holidays": "CN", "on_holidays": "10:00-12:00"}, False),
        ({"open": "off", "on_holidays": "10:00-12:00"}, True),
        ({"open": "off", "exceptions": {"2026-12-31": "closed"}}, True),
        ({"open": "off", "exceptions": {"2026-12-31": "09:00-10:00"}}, False),
    ],
)
def test_a_schedule_without_an_open_minute_is_found(settings: dict[str, object], never: bool) -> None:  # noqa: FBT001  # a value expected
    assert is_never_open(schedule(**settings)) is never


@pytest.mark.parametrize(
    ("settings", "where", "words"),
    [
        ({"open": "Sa 09:00-12:00; Mo-Su 09:00-18:00"}, ("open",), "'Sa 09:00-12:00' never counts"),
        ({"open": "Mo-Su 09:00-18:00; Mo-Fr 08:00-18:00; Sa,Su off"}, ("open",), "'Mo-Su 09:00-18:00' never counts"),
        ({"open": "Mo-Fr 09:00-18:00; Fr 09:00-18:00"}, ("open",), "say the same of Fr"),
        ({"open": "Mo-Fr 09:00-12:00,11:00-18:00"}, ("open",), "overlap"),
        ({"open": "Mo-Fr 22:00-02:00,01:00-03:00,23:00-23:30"}, ("open",), "overlap"),
        ({"exceptions": {"2026-12-31": "09:00-12:00,11:59-13:00"}}, ("exceptions", "2026-12-31"), "overlap"),
        ({"on_holidays": "10:00-12:00"}, ("on_holidays",), "no 'holidays' are named"),
        ({"on_working_weekends": "10:00-12:00"}, ("on_working_weekends",), "no 'holidays' are named"),
        ({"holidays": "DE", "on_working_weekends": "10:00-12:00"}, ("on_working_weekends",), "calendar of 'DE'"),
    ],
)
def test_a_rule_that_never_counts_is_told_at_its_place(
    settings: dict[str, object], where: tuple[str, ...], words: str
) -> None:
    [(path, message)] = idle_rules(schedule(**settings))
    assert path == where
    assert words in message


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"open": "24/7"},
        {"open": "Mo-Su 09:00-18:00; Su off"},
        {"open": "Mo-Fr 09:00-12:00,12:00-18:00"},
        {"open": "Fr-Mo 22:00-02:00; Su 20:00-02:00"},
        {"holidays": "CN", "on_holidays": "10:00-12:00", "on_working_weekends": "09:00-18:00"},
    ],
)
def test_hours_that_can_be_meant_are_left_alone(settings: dict[str, object]) -> None:
    assert list(idle_rules(schedule(**settings))) == []
