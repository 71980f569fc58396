"""How often somebody may try; time is an argument."""

from __future__ import annotations

import pytest

from wallboard.access.limits import Limit, Tries, address_key

LIMIT = Limit(3, 10.0)


def test_so_many_at_once_and_then_one_every_so_often() -> None:
    tries = Tries(LIMIT)
    assert [tries.take("a", 0.0).allowed for _ in range(5)] == [True, True, True, False, False]
    assert not tries.take("a", 9.9).allowed
    assert tries.take("a", 10.0).allowed
    assert not tries.take("a", 10.0).allowed
    assert [tries.take("a", 1000.0).allowed for _ in range(4)] == [True, True, True, False], "never more are saved up"


def test_how_long_to_wait_is_said_and_enough() -> None:
    tries = Tries(LIMIT)
    for _ in range(3):
        tries.take("a", 5.0)
    wait = tries.take("a", 7.0).wait_s
    assert wait == pytest.approx(8.0)
    assert tries.take("a", 7.0 + wait + 1e-6).allowed


def test_a_flood_is_told_once_and_the_next_one_again() -> None:
    tries = Tries(LIMIT)
    told = [tries.take("a", 0.0).is_first for _ in range(1000)]
    assert told.count(True) == 1
    assert tries.take("a", 30.0).allowed
    told = [tries.take("a", 30.0).is_first for _ in range(1000)]
    assert told.count(True) == 1


def test_one_address_does_not_use_up_anothers() -> None:
    tries = Tries(LIMIT)
    for _ in range(10):
        tries.take("a", 0.0)
    assert tries.take("b", 0.0).allowed


def test_slips_are_forgotten_for_whoever_proved_who_they_are() -> None:
    tries = Tries(LIMIT)
    for _ in range(3):
        tries.take("a", 0.0)
    tries.forgive("a")
    assert tries.take("a", 0.0).allowed


def test_memory_is_bounded_and_whoever_tried_last_is_remembered() -> None:
    tries = Tries(LIMIT, most_keys=100)
    for _ in range(4):
        tries.take("attacker", 0.0)
    for number in range(1000):
        tries.take(f"name {number}", 0.0)
        assert not tries.take("attacker", 0.0).allowed


def test_a_clock_that_goes_back_saves_nothing_up() -> None:
    tries = Tries(LIMIT)
    for _ in range(3):
        tries.take("a", 100.0)
    assert not tries.take("a", 0.0).allowed


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::9", "2001:db8:1:2::/64"),
        ("", "?"),
        ("<script>", "?"),
    ],
)
def test_an_address_is_counted_with_all_that_one_customer_has(address: str, key: str) -> None:
    assert address_key(address) == key
