from __future__ import annotations

import re
from pathlib import Path

import pytest

import ivr.prompts
from dialplan.source import Source
from ivr.prompts import load_catalogue
from ivr.prompts.codes import CODES
from ivr.prompts.compose import sentence
from tests.ivr.prompts.test_compose import BALANCE

PAGE = Path(__file__).parents[3] / "docs" / "prompts.md"
ABOUT_TEXTS = sorted(code for code, doc in CODES.items() if doc.language == "yaml")


def files(example: str) -> dict[str, Source]:
    """An example's files: each begins with a comment that names it, or it is one Chinese file (English, if it is)."""
    cut = re.split(r"^# prompts/(\S+)\.yaml\n", example, flags=re.MULTILINE)
    if len(cut) == 1:
        cut = ["", "zh-CN" if re.search("[\u4e00-\u9fff]", example) else "en", example]
    return {name: Source(f"prompts/{name}.yaml", text) for name, text in zip(cut[1::2], cut[2::2], strict=True)}


def test_every_code_in_use_is_documented_and_every_documented_one_in_use() -> None:
    folder = Path(ivr.prompts.__file__).parent
    used: set[str] = set()
    for module in folder.glob("*.py"):
        if module.name != "codes.py":
            used |= set(re.findall(r'"(P\d{3})"', module.read_text(encoding="utf-8")))
    assert used == set(CODES)


@pytest.mark.parametrize("code", ABOUT_TEXTS)
def test_the_bad_example_gives_its_code_and_the_good_one_none(code: str) -> None:
    _, wrong = load_catalogue(files(CODES[code].bad))
    assert code in {one.code for one in wrong}
    assert load_catalogue(files(CODES[code].good))[1] == ()


def test_the_examples_of_the_page_for_admins_are_right() -> None:
    examples = re.findall(r"^```yaml\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    texts = {name: source for example in examples for name, source in files(example).items()}
    assert sorted(texts) == ["all", "en", "zh-CN"]
    loaded, wrong = load_catalogue(texts)
    assert wrong == ()
    assert sentence(loaded, "your-balance", BALANCE, "zh-CN").startswith("您的话费余额是一百二十三元四角五分")


def test_every_code_shows_what_is_wrong_and_right() -> None:
    for doc in CODES.values():
        assert doc.bad.strip() != doc.good.strip()
        assert doc.explanation.endswith(".")
        assert not doc.title.endswith(".")


def test_every_code_is_in_the_page_for_admins() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert {code for code in CODES if f"| {code} |" not in page} == set()
