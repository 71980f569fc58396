from __future__ import annotations

import datetime as dt
import zoneinfo
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.prompts import CannotSay, Catalogue, Money
from ivr.prompts.compose import compose, everything_said, sentence
from tests.ivr.prompts.hotline import catalogue, one

HOTLINE = catalogue()
ALL_SAID = frozenset(everything_said(HOTLINE))
SHANGHAI = zoneinfo.ZoneInfo("Asia/Shanghai")
BALANCE = {"amount": Money(Decimal("123.45"), "CNY"), "as_of": dt.datetime(2026, 11, 20, 9, 58, tzinfo=SHANGHAI)}


@pytest.mark.parametrize(
    ("message", "args", "language", "heard"),
    [
        (
            "your-balance",
            BALANCE,
            "zh-CN",
            "您的话费余额是一百二十三元四角五分，截至二〇二六年十一月二十日九点五十八分。",
        ),
        (
            "your-balance",
            BALANCE,
            "yue-HK",
            "您的話費餘額是一百二十三元四角五分，截至二〇二六年十一月二十日九點五十八分。",
        ),
        (
            "your-balance",
            BALANCE,
            "en",
            (
                "Your balance is one hundred twenty-three yuan, four jiao and five fen, as of the twentieth of "
                "November, two thousand twenty-six, nine fifty-eight a.m."
            ),
        ),
        ("queue-position", {"ahead": 0}, "zh-CN", "您前面还有零位客户，马上为您接通。"),
        ("queue-position", {"ahead": 2}, "zh-CN", "您前面还有两位客户。"),
        ("queue-position", {"ahead": 12}, "yue-HK", "您前面仲有十二位客戶。"),
        ("queue-position", {"ahead": 0}, "en", "You are next."),
        ("queue-position", {"ahead": 1}, "en", "There is one caller before you."),
        ("queue-position", {"ahead": Decimal(2)}, "en", "There are two callers before you."),
        ("identify.ask-pin", {}, "en", "Don't hurry. Enter your PIN, then press hash."),
        ("identify.welcome", {"tier": "vip", "agent": "May Chan"}, "en", "Hello, dear VIP, this is May Chan."),
        ("identify.welcome", {"tier": None, "agent": "李强"}, "zh-CN", "您好，李强为您服务。"),
        ("choose-language", {}, "en", "普通话请按1。 廣東話請按2。 For English, press 3."),
    ],
)
def test_a_sentence_is_said_as_its_language_says_it(
    message: str, args: dict[str, object], language: str, heard: str
) -> None:
    assert sentence(HOTLINE, message, args, language) == heard


def test_fragments_are_the_stretches_and_words_in_order() -> None:
    fragments = compose(HOTLINE, "your-balance", BALANCE, "zh-CN")
    said = [
        "您的话费余额是",
        "一百",
        "二十三",
        "元",
        "四角",
        "五分",
        "，截至",
        "二〇二六年",
        "十一月",
        "二十日",
        "九点",
        "五十八分",
    ]
    assert [fragment.text for fragment in fragments] == said
    assert {fragment.language for fragment in fragments} == {"zh-CN"}


def test_a_part_in_another_language_has_that_languages_fragments() -> None:
    fragments = compose(HOTLINE, "choose-language", {}, "en")
    assert [(one.language, one.text) for one in fragments] == [
        ("zh-CN", "普通话请按1。"),
        ("yue-HK", "廣東話請按2。"),
        ("en", "For English, press 3."),
    ]


def test_the_same_words_in_two_languages_are_two_files() -> None:
    mandarin, cantonese = (compose(HOTLINE, "queue-position", {"ahead": 12}, tag)[1] for tag in ("zh-CN", "yue-HK"))
    assert mandarin.text == cantonese.text == "十二"
    assert mandarin.id != cantonese.id


def test_punctuation_alone_is_written_but_not_said() -> None:
    loaded = one("a: '{n, number}...'")
    assert [fragment.text for fragment in compose(loaded, "a", {"n": 3}, "en")] == ["three"]
    assert sentence(loaded, "a", {"n": 3}, "en") == "three..."


def args_of(message: str) -> st.SearchStrategy[dict[str, object]]:
    """Values a flow may hand over."""
    moments = st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2099, 12, 31), timezones=st.just(SHANGHAI))  # noqa: DTZ001 - hypothesis wants naive bounds
    amounts = st.decimals(-10_000_000, 10_000_000, places=2).map(lambda amount: Money(amount, "CNY"))
    values: dict[str, dict[str, st.SearchStrategy[object]]] = {
        "your-balance": {"amount": amounts, "as_of": moments},
        "queue-position": {"ahead": st.integers(0, 5000)},
    }
    return st.fixed_dictionaries(values[message])


@given(
    st.sampled_from(["your-balance", "queue-position"]).flatmap(lambda name: st.tuples(st.just(name), args_of(name)))
)
def test_whatever_is_said_was_made_before_the_call(said: tuple[str, dict[str, object]]) -> None:
    for language in HOTLINE.languages:
        fragments = compose(HOTLINE, said[0], said[1], language)
        assert fragments
        assert ALL_SAID.issuperset(fragments)


def every_kind(language: str = "en") -> Catalogue:
    return one(
        "m: x {v, money}\nd: x {v, date}\nt: x {v, time}\nn: x {v, number}\nc: x {v, number, count}\nk: x {v, digits}\n"
        "u: x {v, duration}\nw: x {v, text, one | two}\np: 'x {v, plural, =0 {none} one {one} other {#}}'\n"
        "s: 'x {v, select, a {A} true {yes} other {B}}'\n",
        language,
    )


@pytest.mark.parametrize(
    ("message", "value", "heard"),
    [
        ("d", dt.date(2026, 1, 2), "x the second of January, two thousand twenty-six"),
        ("t", dt.time(9, 5), "x nine oh five a.m."),
        ("n", 1.5, "x one point five"),
        ("c", Decimal("2.00"), "x two"),
        ("p", Decimal("2.5"), "x two point five"),
        ("p", Decimal("1.0"), "x one"),
        ("k", "0755", "x zero seven five five"),
        ("u", 90, "x one minute and thirty seconds"),
        ("u", dt.timedelta(minutes=2), "x two minutes"),
        ("u", 59.6, "x one minute"),
        ("w", "two", "x two"),
        ("s", "a", "x A"),
        ("s", "z", "x B"),
        ("s", True, "x yes"),
        ("s", 7, "x B"),
    ],
)
def test_a_value_is_taken_as_its_place_says(message: str, value: object, heard: str) -> None:
    assert sentence(every_kind(), message, {"v": value}, "en") == heard


@pytest.mark.parametrize(
    ("message", "value", "reason"),
    [
        ("m", 5, "place 'v': a value that is not money, but int"),
        ("m", Money(Decimal("1e30"), "CNY"), "place 'v': a number beyond"),
        ("m", Money(Decimal(1), "EUR"), "place 'v': a currency other than"),
        ("d", "2026-01-02", "place 'v': a value that is not date, but str"),
        ("t", dt.date(2026, 1, 2), "place 'v': a value that is not time, but date"),
        ("n", "5", "place 'v': a value that is not a number, but str"),
        ("n", True, "place 'v': a value that is not a number, but bool"),
        ("n", float("nan"), "place 'v': not a finite number"),
        ("c", 1.5, "place 'v': a count that is not a whole number"),
        ("k", 755, "place 'v': a value that is not digits, but int"),
        ("u", -1, "place 'v': a duration outside"),
        ("u", float("inf"), "place 'v': a duration outside"),
        ("u", Decimal("1e400000"), "place 'v': a duration outside"),
        ("p", Decimal("1e400000"), "place 'v': a number beyond"),
        ("w", "three", "place 'v': a value that is not one of the declared texts"),
        ("w", 3, "place 'v': a value that is not one of the declared texts"),
        ("p", "3", "place 'v': a value that is not a number, but str"),
        ("p", 10**13, "place 'v': a number beyond"),
        ("n", None, "place 'v': no value"),
        ("p", None, "place 'v': no value"),
    ],
)
def test_what_cannot_be_said_is_a_named_error_and_never_nonsense(message: str, value: object, reason: str) -> None:
    with pytest.raises(CannotSay) as refused:
        compose(every_kind(), message, {"v": value}, "en")
    assert str(refused.value).startswith(f"{message} (en): {reason}")
    with pytest.raises(CannotSay):
        sentence(every_kind(), message, {"v": value}, "en")


def test_an_unknown_message_language_or_missing_value_is_named() -> None:
    with pytest.raises(CannotSay, match=r"^no-such \(en\): no such message$"):
        compose(HOTLINE, "no-such", {}, "en")
    with pytest.raises(CannotSay, match="no such language; there are zh-CN, yue-HK, en"):
        compose(HOTLINE, "your-balance", BALANCE, "fr")
    with pytest.raises(CannotSay, match="place 'as_of': no value"):
        compose(HOTLINE, "your-balance", {"amount": BALANCE["amount"]}, "en")


def test_values_that_are_not_asked_for_do_no_harm() -> None:
    assert compose(HOTLINE, "identify.ask-pin", {"x": object()}, "en")


def test_only_words_of_the_kinds_in_use_are_made() -> None:
    few = everything_said(one("a: Hello\nb: Key {d, digits}"))
    assert len(few) == 2 + 14
