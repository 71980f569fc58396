"""What a mailed report says, in each language of the hotline."""

from __future__ import annotations

import pytest

from ivr.reports.letters import subject_of, text_of, words_for
from ivr.reports.tables import Column, Table
from tests.reports.test_against_the_slow_way import span_of

TABLE = Table(
    title="queues",
    span=span_of("2026-11-21", "Asia/Shanghai"),
    columns=(
        Column("queue", "text"),
        Column("entered", "count"),
        Column("sl_negative", "share"),
        Column("asa_s", "seconds"),
    ),
    rows=(("sales", 3, 0.5, 4.0),),
    total=("all", 1003, 0.471, None),
    notes=("within 20 s is in time\x07",),
)


@pytest.mark.parametrize(
    ("language", "subject", "first"),
    [
        ("en", "Water: queues, ", "The report of queues of Water, "),
        ("zh-CN", "Water：队列，", "附件 q.html 是Water的队列报表，"),
        ("yue-HK", "Water：隊列，", "附件 q.html 是Water的隊列報表，"),
        ("zh-TW", "Water：隊列，", "附件 q.html 是Water的隊列報表，"),
        ("de", "Water: queues, ", "The report of queues of Water, "),
    ],
)
def test_it_speaks_the_hotlines_language(language: str, subject: str, first: str) -> None:
    assert subject_of(TABLE, "Water", language).startswith(subject)
    text = text_of(TABLE, "Water", language, ["q.html"])
    assert text.startswith(first)
    assert "\x07" not in text
    assert [line.split() for line in text.splitlines() if line.startswith("  ") and "-" not in line] == [
        ["entered", "1,003"],
        ["sl_negative", "47.1", "%"],
        ["asa_s", "–"],
    ]


def test_every_report_has_its_name_in_every_language() -> None:
    for language in ("en", "zh-CN", "yue"):
        assert words_for(language).keys() == words_for("en").keys()
