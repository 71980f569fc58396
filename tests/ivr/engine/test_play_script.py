from __future__ import annotations

import pytest

from ivr.engine import effects as fx
from ivr.engine.inputs import Keys, Spoken
from ivr.engine.play_script import Heard, PlayScript
from ivr.flow import model
from tests.ivr.engine.making import AT, FACTS, left, menu, on, single, to

CALLING = single(
    menu(k1=on("next")),
    model.Play("next", AT, "next-message", {}, to("end")),
    model.Hangup("silent", AT),
    model.Hangup("wrong", AT),
)


def test_a_play_that_goes_another_way_shows_both_sides() -> None:
    script = PlayScript(CALLING, "main", FACTS) << Heard("ask-message") >> Keys("1") << fx.HangUp()
    with pytest.raises(AssertionError) as caught:
        bool(script)
    shown = str(caught.value).splitlines()
    assert shown[0] == "the call took another way"
    assert shown[1].split() == ["expected", "|", "actual"]
    assert shown[3].startswith(" < Heard(messages=('ask-message',))")
    assert shown[4] == ">> Keys(keys='1', ended='length')"
    assert shown[5].startswith("!< HangUp()")
    assert "| Say(" in shown[5]


def test_an_effect_nobody_expected_is_a_mismatch_too() -> None:
    script = PlayScript(CALLING, "main", FACTS) >> Keys("1") << Heard("next-message")
    with pytest.raises(AssertionError, match=r"!< +\| Ask"):
        bool(script)


def test_an_expected_effect_that_never_came_is_a_mismatch_too() -> None:
    script = PlayScript(CALLING, "main", FACTS) << fx.Ask << fx.HangUp
    with pytest.raises(AssertionError, match=r"!< HangUp +\| *$"):
        bool(script)


def test_the_journey_is_part_of_the_play_when_asked_for() -> None:
    said = left("main", "next", "play", "said", "end")
    script = PlayScript(CALLING, "main", FACTS, traces=True) << fx.Ask >> Keys("1") << fx.Trace
    assert script << Heard("next-message") >> Spoken() << said << fx.HangUp()


def test_a_play_that_nobody_asserted_says_so() -> None:
    script = PlayScript(CALLING, "main", FACTS) << fx.HangUp()
    with pytest.raises(AssertionError, match="never asserted"):
        script.__del__()
    assert script._played is False
    script._played = True
