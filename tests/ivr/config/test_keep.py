"""`keep`: what is kept for how long, and what the check says of slips in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.ivr.config.test_codes import changed, with_settings

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("keep: {visit: 90d}", ("C001", "keep has no 'visit'", "did you mean 'visits'?")),
        (
            "keep_evidence: 14d",
            ("C001", "the hotline has no 'keep_evidence'", "it is written 'keep: {evidence: 14d}' now"),
        ),
        ("keep: {visits: 7d}", ("C006", "found '7d'", None)),
        ("keep: {surveys: for ever}", ("C006", "found 'for ever'", "did you mean forever?")),
        ("keep: {numbers: 90}", ("C006", "found '90'", None)),
        ("keep: {evidence: forever}", ("C006", "found 'forever'", None)),
        ("keep: {journeys: 30d}", ("C003", "steps are kept 90d, the journeys they are of 30d", None)),
        ("keep: {steps: forever}", ("C003", "steps are kept forever, the journeys they are of 400d", None)),
    ],
)
def test_a_slip_is_told_with_its_place(tmp_path: Path, written: str, told: tuple[str, str, str | None]) -> None:
    (found,) = with_settings(tmp_path, changed(written)).diagnostics
    assert (found.code, found.message, found.hint) == told
    assert found.span is not None


def test_what_is_kept_makes_no_new_version_of_the_flows(tmp_path: Path) -> None:
    loaded = [
        with_settings(tmp_path / name, changed(settings))
        for name, settings in (("a", "keep: {numbers: 90d}"), ("b", "keep: {journeys: forever, steps: forever}"))
    ]
    assert [one.diagnostics for one in loaded] == [(), ()]
    first, second = (one.flows.version for one in loaded if one.flows)
    assert first == second
