from __future__ import annotations

import pytest

from dialplan.source import Source
from ivr.prompts import Catalogue, load_catalogue
from ivr.prompts.message import Kind
from tests.ivr.prompts.hotline import EN, catalogue, sources

ALONE = "has a place 'amuont', which the others have not"


def wrong(texts: dict[str, Source]) -> list[tuple[str, str, str, str | None]]:
    """Code, place, message and hint of everything that is wrong."""
    _, diagnostics = load_catalogue(texts)
    return [(one.code, one.place, one.message, one.hint) for one in diagnostics]


def test_a_complete_hotline_has_every_message_in_every_language() -> None:
    loaded = catalogue()
    assert loaded.languages == ("zh-CN", "yue-HK", "en")
    assert loaded.names == ("choose-language", "identify.ask-pin", "identify.welcome", "queue-position", "your-balance")
    assert all(set(messages) == set(loaded.names) for messages in loaded.messages.values())


def test_places_are_told_with_their_kinds() -> None:
    loaded = catalogue()
    moment = frozenset({Kind.DATE, Kind.TIME})
    assert loaded.places("your-balance") == {"amount": frozenset({Kind.MONEY}), "as_of": moment}
    assert loaded.places("identify.welcome") == {"tier": frozenset({Kind.SELECT}), "agent": frozenset({Kind.TEXT})}
    assert loaded.places("choose-language") == {}
    assert loaded.places("no-such") is None


def test_a_message_of_several_languages_speaks_each_part_in_its_own() -> None:
    message = catalogue().messages["zh-CN"]["choose-language"]
    assert [section.language for section in message.sections] == ["zh-CN", "yue-HK", "en"]
    assert message.shared


def test_a_missing_message_is_told_with_where_it_is() -> None:
    cut = EN.replace("  ask-pin: Don't hurry. Enter your PIN, then press hash.\n", "")
    assert wrong(sources(en=cut)) == [
        ("P003", "prompts/en.yaml", "'identify.ask-pin' is missing", "it is in prompts/zh-CN.yaml:4:12")
    ]


def test_a_misspelt_name_is_told_as_the_nearest() -> None:
    slipped = EN.replace("your-balance:", "your-balence:")
    found = wrong(sources(en=slipped))
    assert ("P003", "prompts/en.yaml", "'your-balance' is missing", "did you mean 'your-balence'?") in found


def test_a_message_with_a_mistake_is_not_told_as_missing_too() -> None:
    broken = EN.replace("{amount, money}", "{amount, mony}")
    assert [code for code, *_ in wrong(sources(en=broken))] == ["P006"]


def test_a_file_that_is_no_yaml_is_told_once() -> None:
    assert [code for code, *_ in wrong(sources(en="a: ["))] == ["P001"]


def test_places_that_differ_between_languages_are_told() -> None:
    slipped = EN.replace("{amount, money}", "{amuont, money}")
    assert wrong(sources(en=slipped)) == [
        ("P009", "prompts/en.yaml:1:32", f"'your-balance' {ALONE}", "did you mean 'amount'?")
    ]


@pytest.mark.parametrize("language", ["zh-CN", "yue-HK", "en"])
def test_the_odd_one_out_is_blamed_at_its_own_place(language: str) -> None:
    texts = sources()
    source = texts[language]
    texts[language] = Source(source.name, source.text.replace("{amount, money}", "{amuont, money}"))
    (found,) = wrong(texts)
    line = next(number for number, text in enumerate(source.text.splitlines(), 1) if "{amount" in text)
    assert found[1].startswith(f"prompts/{language}.yaml:{line}:")
    assert found[2:] == (f"'your-balance' {ALONE}", "did you mean 'amount'?")


@pytest.mark.parametrize(
    ("given", "blamed"), [({"amount"}, "zh-CN"), ({"amuont"}, "en"), (set(), "en"), ({"x"}, "en"), (None, "en")]
)
def test_between_two_languages_the_flows_decide(given: set[str] | None, blamed: str) -> None:
    texts = {
        "zh-CN": Source("prompts/zh-CN.yaml", "b: 余额{amuont, money}"),
        "en": Source("prompts/en.yaml", "b: Balance {amount, money}"),
    }
    _, found = load_catalogue(texts, None if given is None else {"b": given})
    assert [one.span.file for one in found if one.span] == [texts[blamed].name]


def test_a_place_one_language_leaves_out_is_told_at_its_message() -> None:
    texts = sources(en=EN.replace("{amount, money}", "money"))
    hint = "it does in prompts/zh-CN.yaml:1:15"
    assert wrong(texts) == [("P009", "prompts/en.yaml:1:15", "'your-balance' does not use place 'amount'", hint)]


def test_a_place_of_another_kind_is_told() -> None:
    other = EN.replace("{amount, money}", "{amount, number}")
    assert wrong(sources(en=other)) == [
        (
            "P009",
            "prompts/en.yaml:1:32",
            "'your-balance' takes 'amount' as number",
            "as money in prompts/zh-CN.yaml:1:15",
        )
    ]


def test_a_number_may_choose_the_wording_in_one_language_only() -> None:
    texts = {
        "zh-CN": Source("prompts/zh-CN.yaml", "n: 还有{n, number, count}位"),
        "en": Source("prompts/en.yaml", "n: '{n, plural, one {one caller} other {# callers}}'"),
    }
    assert wrong(texts) == []


def test_a_shared_message_is_not_written_again() -> None:
    found = wrong(sources(en=EN + "choose-language: Press 3\n"))
    assert found == [
        (
            "P002",
            "prompts/en.yaml:8:1",
            "'choose-language' is already shared by all languages",
            "it is in prompts/all.yaml:2:12",
        )
    ]


def test_a_shared_message_needs_the_language_of_each_part() -> None:
    assert wrong(sources(all="choose-language: Press 1"))[0][:3] == (
        "P004",
        "prompts/all.yaml:1:1",
        "'choose-language': 'all' has no language of its own",
    )


def test_a_language_without_grammar_is_refused_where_it_is_named() -> None:
    assert wrong({"fr": Source("prompts/fr.yaml", "a: Bonjour")})[0][:3] == (
        "P011",
        "prompts/fr.yaml",
        "language 'fr' cannot be spoken",
    )
    assert wrong({"en": Source("prompts/en.yaml", "a:\n  - fr: Bonjour")})[0][:3] == (
        "P011",
        "prompts/en.yaml:2:9",
        "'a': language 'fr' cannot be spoken",
    )


def test_chinese_characters_in_english_are_refused() -> None:
    assert wrong({"en": Source("prompts/en.yaml", "a: Welcome to 珠江")}) == [
        ("P012", "prompts/en.yaml:1:4", "'a' has '珠' in its English", None)
    ]


def test_chinese_may_hold_latin_words() -> None:
    assert wrong({"zh-CN": Source("prompts/zh-CN.yaml", "a: 欢迎VIP客户")}) == []


def test_no_files_make_an_empty_catalogue() -> None:
    assert load_catalogue({}) == (Catalogue({}), ())


@pytest.mark.parametrize("name", ["zh-CN", "yue-HK", "en"])
def test_a_single_language_needs_no_other(name: str) -> None:
    assert not wrong({name: sources()[name]})
