from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.prompts import CannotSay, Money
from ivr.prompts.spoken.grammar import DIGITS, LARGEST, LONGEST_S, YEARS
from ivr.prompts.tokens import GRAMMARS, can_speak, grammar, plural_form, plural_forms, vocabulary

languages = st.sampled_from(sorted(GRAMMARS))
wholes = st.integers(-LARGEST, LARGEST) | st.integers(-10_000, 10_000)
days = st.dates(dt.date(YEARS.start, 1, 1), dt.date(YEARS.stop - 1, 12, 31))
VOCABULARY = {language: grammar(language).vocabulary() for language in GRAMMARS}


@given(languages, wholes)
def test_a_number_yields_only_words_of_the_vocabulary(language: str, value: int) -> None:
    assert set(grammar(language).number(value)) <= VOCABULARY[language]["number"]
    assert set(grammar(language).count(value)) <= VOCABULARY[language]["count"]


@given(languages, st.integers(-(10**12), 10**12), st.integers(0, 6))
def test_a_decimal_yields_only_words_of_the_vocabulary(language: str, digits: int, places: int) -> None:
    value = Decimal(digits).scaleb(-places)
    if abs(value) <= LARGEST:
        assert set(grammar(language).number(value)) <= VOCABULARY[language]["number"]


@given(languages, wholes, st.integers(0, 99), st.sampled_from(["CNY", "HKD", "USD"]))
def test_an_amount_yields_only_words_of_the_vocabulary(language: str, whole: int, cents: int, currency: str) -> None:
    amount = Money(Decimal(f"{whole}.{cents:02}"), currency)
    assert set(grammar(language).money(amount)) <= VOCABULARY[language]["money"]


@pytest.mark.parametrize("language", GRAMMARS)
@pytest.mark.parametrize("currency", ["CNY", "HKD", "USD"])
def test_every_hundredth_of_small_amounts_is_in_the_vocabulary(language: str, currency: str) -> None:
    for hundredths in range(-300, 20_000):
        words = grammar(language).money(Money(Decimal(hundredths).scaleb(-2), currency))
        assert set(words) <= VOCABULARY[language]["money"], hundredths


@given(languages, days, st.sampled_from(["long", "short", "weekday"]))
def test_a_date_yields_only_words_of_the_vocabulary(language: str, day: dt.date, style: str) -> None:
    assert set(grammar(language).date(day, style)) <= VOCABULARY[language]["date"]


@pytest.mark.parametrize("language", GRAMMARS)
def test_every_minute_of_the_day_is_in_the_vocabulary_and_no_two_are_said_alike(language: str) -> None:
    said = {grammar(language).time(dt.time(minute // 60, minute % 60)) for minute in range(1440)}
    assert len(said) == 1440
    assert {word for words in said for word in words} <= VOCABULARY[language]["time"]


@given(languages, st.integers(0, LONGEST_S), st.sampled_from(["", "minutes"]))
def test_a_duration_yields_only_words_of_the_vocabulary(language: str, seconds: int, style: str) -> None:
    assert set(grammar(language).duration(seconds, style)) <= VOCABULARY[language]["duration"]


@given(languages, st.text(DIGITS, min_size=1, max_size=30), st.sampled_from(["", "phone"]))
def test_digits_yield_one_word_each_of_the_vocabulary(language: str, keys: str, style: str) -> None:
    said = grammar(language).digits(keys, style)
    assert len(said) == len(keys)
    assert set(said) <= VOCABULARY[language]["digits"]


@pytest.mark.parametrize("language", GRAMMARS)
def test_no_two_whole_numbers_are_said_alike(language: str) -> None:
    numbers = [*range(20_000), *(10**power + step for power in range(5, 12) for step in range(100))]
    assert len({grammar(language).number(number) for number in numbers}) == len(set(numbers))


def test_a_vocabulary_is_small_enough_to_record() -> None:
    assert {language: len(vocabulary(language)) < 700 for language in ("zh-CN", "yue-HK", "en")} == {
        "zh-CN": True,
        "yue-HK": True,
        "en": True,
    }


def test_a_language_without_grammar_is_named() -> None:
    assert can_speak("zh-CN")
    assert not can_speak("fr")
    with pytest.raises(CannotSay, match="'fr' has no grammar; there are zh, yue, en"):
        vocabulary("fr")


def test_plural_forms_are_those_of_cldr() -> None:
    assert plural_forms("en") == ("one", "other")
    assert plural_forms("zh-CN") == plural_forms("yue-HK") == ("other",)
    assert [plural_form("en", number) for number in (0, 1, 2)] == ["other", "one", "other"]
    assert plural_form("zh-CN", 1) == "other"
