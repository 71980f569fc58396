from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from icu4py.messageformat import MessageFormat

from dialplan.source import Source, Span
from ivr.prompts.catalogue import Catalogue, load_catalogue
from ivr.prompts.compose import compose, everything_said, sentence
from ivr.prompts.tokens import grammar
from ivr.prompts.values import CannotSay, Money
from ivr.prompts.values_alone import KINDS, VALUE, message_of, with_values

if TYPE_CHECKING:
    from collections.abc import Mapping

AT = Span("flows/main.yaml", 1, 1)
LANGUAGES = ("zh-CN", "yue-HK", "en")
ALL = [message_of(kind, style) for kind, styles in KINDS.items() for style in ("", *styles)]
CATALOGUE = with_values(Catalogue({language: {} for language in LANGUAGES}), dict.fromkeys(ALL, AT))
MORNING = dt.datetime(2026, 11, 20, 9, 5, tzinfo=dt.UTC)

SAID: Mapping[tuple[str, str, object], tuple[str, str, str]] = {
    ("number", "", 2): ("二", "二", "two"),
    ("number", "", Decimal("2.5")): ("二点五", "二點五", "two point five"),
    ("number", "", 2002): ("两千零二", "兩千零二", "two thousand two"),
    ("count", "", 2): ("两", "兩", "two"),
    ("count", "", 12): ("十二", "十二", "twelve"),
    ("count", "", Decimal("2.5")): ("二点五", "二點五", "two point five"),
    ("digits", "", "012#"): ("零一二井号", "零一二井號", "zero one two hash"),
    ("digits", "phone", "0120X"): ("零幺二零X", "零一二零X", "oh one two oh X"),
    ("money", "", Money(Decimal("2.05"), "CNY")): ("两元零五分", "兩元零五分", "two yuan and five fen"),
    ("money", "", Money(Decimal("1.22"), "HKD")): (
        "一港元二角二分", "一港元二毫二分", "one Hong Kong dollar and twenty-two cents",
    ),
    ("date", "", dt.date(2026, 2, 22)): (
        "二〇二六年二月二十二日", "二〇二六年二月二十二日", "the twenty-second of February, two thousand twenty-six",
    ),
    ("date", "short", MORNING): ("十一月二十日", "十一月二十日", "the twentieth of November"),
    ("date", "weekday", MORNING): ("星期五", "星期五", "Friday"),
    ("time", "", MORNING): ("九点零五分", "九點零五分", "nine oh five a.m."),
    ("duration", "", 1): ("一秒", "一秒", "one second"),
    ("duration", "", 150): ("两分钟三十秒", "兩分鐘三十秒", "two minutes and thirty seconds"),
    ("duration", "", 2 * 86_400 + 3600): ("两天一小时", "兩日一小時", "two days and one hour"),
    ("duration", "minutes", 61): ("两分钟", "兩分鐘", "two minutes"),
}  # fmt: skip


@pytest.mark.parametrize(("kind", "style", "value"), SAID, ids=str)
def test_a_value_is_said_by_the_rules_of_its_language(kind: str, style: str, value: object) -> None:
    heard = [sentence(CATALOGUE, message_of(kind, style), {VALUE: value}, language) for language in LANGUAGES]
    assert tuple(heard) == SAID[kind, style, value]


def test_every_kind_is_in_the_table() -> None:
    assert {kind for kind, _, _ in SAID} == set(KINDS)


def test_all_that_is_said_is_made_beforehand() -> None:
    made = set(everything_said(CATALOGUE))
    for kind, style, value in SAID:
        for language in LANGUAGES:
            assert set(compose(CATALOGUE, message_of(kind, style), {VALUE: value}, language)) <= made


def test_a_hotline_makes_the_words_of_the_kinds_it_says_and_no_others() -> None:
    few = with_values(Catalogue({"en": {}}), {message_of("digits"): AT})
    assert len(everything_said(few)) == 14
    assert everything_said(with_values(few, {})) == everything_said(few)


@pytest.mark.parametrize(
    ("kind", "value"), [("money", 5), ("digits", "a"), ("duration", -1), ("date", "x"), ("number", None)]
)
def test_what_cannot_be_said_says_so(kind: str, value: object) -> None:
    with pytest.raises(CannotSay):
        compose(CATALOGUE, message_of(kind), {VALUE: value}, "en")


def test_no_sentence_of_a_file_can_have_the_name_of_one() -> None:
    _, mistakes = load_catalogue({"en": Source("prompts/en.yaml", '"=money": Nothing.\n')})
    assert [each.code for each in mistakes] == ["P002"]


@pytest.mark.parametrize(("language", "locale"), [("zh", "zh"), ("yue", "yue_HK"), ("en", "en")])
@pytest.mark.parametrize(("unit", "seconds"), [("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1)])
@pytest.mark.parametrize("count", [1, 2, 22])
def test_the_units_of_a_duration_are_icus(language: str, locale: str, unit: str, seconds: int, count: int) -> None:
    """ICU's long units, with our words for the number in the place of figures.

    Two are not: CLDR has 秒钟 in `zh`, which is said of one span alone; behind minutes it is 秒 (两分钟三十秒), and so
    always here. And its 天 in `yue` is Mandarin's word; Cantonese says 兩日.
    """
    ours = {("zh", "second"): ("秒钟", "秒"), ("yue", "day"): ("天", "日")}
    written = str(MessageFormat(f"{{n,number,::unit/{unit} unit-width-full-name}}", locale).format({"n": count}))
    theirs = written.removeprefix(str(count)).strip()
    cldrs, said = ours.get((language, unit), (theirs, theirs))
    assert theirs == cldrs
    assert grammar(language).duration(count * seconds, "") == (*grammar(language).count(count), said)
