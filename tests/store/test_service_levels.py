from __future__ import annotations

from store.service_levels import Judged, ServiceLevels, service_levels


def test_ciscos_own_example_gives_ciscos_numbers() -> None:
    # 70 answered within, 10 abandoned within, 20 exceeded: 77.8 %, 70 %, 80 % (Cisco ICM CTI server guide).
    levels = service_levels(
        Judged(ended=100, answered=90, answered_within=70, abandoned=10, abandoned_within=10, short_abandoned=0),
    )
    assert levels.sl_ignore_abandoned == 70 / 90
    assert levels.sl_negative == 0.70
    assert levels.sl_positive == 0.80
    assert levels.sl_asterisk == 70 / 90
    assert levels.sl_asterisk2 == 0.80


def test_short_abandons_count_neither_for_nor_against_the_default() -> None:
    levels = service_levels(
        Judged(ended=10, answered=5, answered_within=4, abandoned=5, abandoned_within=5, short_abandoned=2),
    )
    assert levels.sl_negative == 0.5


def test_with_nothing_to_judge_no_level_is_claimed() -> None:
    nothing = Judged(ended=0, answered=0, answered_within=0, abandoned=0, abandoned_within=0, short_abandoned=0)
    assert service_levels(nothing) == ServiceLevels(
        sl_negative=None,
        sl_asterisk=None,
        sl_asterisk2=None,
        sl_ignore_abandoned=None,
        sl_positive=None,
    )
