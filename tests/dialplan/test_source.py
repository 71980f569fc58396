from __future__ import annotations

from dialplan.source import Source, Span


def test_lines_are_counted_from_one_whatever_ends_them() -> None:
    source = Source("f", "a\r\nb\rc\nd\u2028e")
    assert [source.line(number) for number in range(6)] == [None, "a", "b", "c", "d\u2028e", None]


def test_a_span_reads_as_editors_expect_it() -> None:
    assert str(Span("flows/main.yaml", 31, 14, 9)) == "flows/main.yaml:31:14"
