"""What a report that is mailed says in its subject and its text, in the hotline's language. Pure."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from ivr.reports.tables import clock_of, printable, shown, span_in_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ivr.reports.tables import Table

_EN: Final[Mapping[str, str]] = MappingProxyType(
    {
        "subject": "{hotline}: {report}, {span}",
        "hello": "The report of {report} of {hotline}, {span}, is attached: {file}.",
        "all": "All together:",
        "rows": "It has {count} rows.",
        "notes": "To read it, one must know:",
        "queues": "queues", "agents": "agents", "hours": "hours of the day", "calls": "calls in the flows",
        "abandoned": "callers who gave up", "flows": "steps of the flows", "exceptions": "exceptions to the plan",
    }
)  # fmt: skip
_HANS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "subject": "{hotline}：{report}，{span}",
        "hello": "附件 {file} 是{hotline}的{report}报表，时间范围 {span}。",
        "all": "合计：",
        "rows": "共 {count} 行。",
        "notes": "阅读须知：",
        "queues": "队列", "agents": "坐席", "hours": "分时", "calls": "流程来电",
        "abandoned": "放弃来电", "flows": "流程步骤", "exceptions": "排班例外",
    }
)  # fmt: skip
_HANT: Final[Mapping[str, str]] = MappingProxyType(
    {
        "subject": "{hotline}：{report}，{span}",
        "hello": "附件 {file} 是{hotline}的{report}報表，時間範圍 {span}。",
        "all": "合計：",
        "rows": "共 {count} 行。",
        "notes": "閱讀須知：",
        "queues": "隊列", "agents": "專員", "hours": "分時", "calls": "流程來電",
        "abandoned": "放棄來電", "flows": "流程步驟", "exceptions": "排班例外",
    }
)  # fmt: skip
_TRADITIONAL: Final = ("yue", "zh-HK", "zh-TW", "zh-MO", "zh-Hant")


def words_for(language: str) -> Mapping[str, str]:
    """The words of a language by its BCP 47 tag; English for one there are none of."""
    if language.startswith(_TRADITIONAL):
        return _HANT
    return _HANS if language.split("-", maxsplit=1)[0] in {"zh", "cmn"} else _EN


def subject_of(table: Table, hotline: str, language: str) -> str:
    """The subject: whose report, which, of when."""
    words = words_for(language)
    said = words["subject"].format(hotline=hotline, report=words[table.title], span=span_in_words(table.span))
    return printable(said)


def text_of(table: Table, hotline: str, language: str, files: Sequence[str]) -> str:
    """The text: what is attached, the figures of all together under their metrics' names, and what must be known."""
    words = words_for(language)
    told = words["hello"].format(
        hotline=hotline, report=words[table.title], span=span_in_words(table.span), file=", ".join(files)
    )
    parts = [printable(told), ""]
    if table.total is not None:
        clock = clock_of(table.span)
        cells = [
            (column.name, shown(cell, column.kind, clock))
            for column, cell in zip(table.columns, table.total, strict=True)
            if column.kind not in {"text", "instant"}
        ]
        wide = max((len(name) for name, _ in cells), default=0)
        parts += [words["all"], *(f"  {name:<{wide}}  {value}" for name, value in cells)]
    else:
        parts += [words["rows"].format(count=f"{len(table.rows):,}")]
    if table.notes:
        parts += ["", words["notes"], *(f"  - {printable(note)}" for note in table.notes)]
    return "\n".join([*parts, ""])
