"""What `hotline test` tells programs: JSON, and the XML that build servers read (JUnit)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from ivr.rehearsal.player import Played
    from ivr.rehearsal.run import Advice, Rehearsal

_HEAD = '<?xml version="1.0" encoding="utf-8"?>'
_ALLOWED = {0x9, 0xA, 0xD}


def as_json(rehearsal: Rehearsal, advice: Advice, min_coverage: float) -> str:
    """One JSON object with a line end."""
    coverage = rehearsal.coverage
    told = {
        "dialogues": len(rehearsal.played),
        "failed": len(rehearsal.failed),
        "coverage": {
            "per_cent": round(coverage.per_cent, 2),
            "wanted_per_cent": min_coverage,
            "ways": len(coverage.edges),
            "ways_taken": len(coverage.edges) - len(coverage.missed),
            "steps": coverage.steps,
            "steps_taken": coverage.steps_taken,
            "taken": [
                {"flow": edge.flow, "step": edge.step, "way": edge.way, "times": coverage.taken[edge]}
                for edge in coverage.edges
            ],
        },
        "proposal": None
        if advice.proposal is None
        else {
            "flow": advice.proposal.edge.flow,
            "step": advice.proposal.edge.step,
            "way": advice.proposal.edge.way,
            "dialogue": advice.proposal.text,
        },
        "results": [_record(played) for played in rehearsal.played],
    }
    return json.dumps(told, ensure_ascii=False, indent=2) + "\n"


def as_junit(rehearsal: Rehearsal, took_s: float) -> str:
    """A JUnit report: a suite for each file, a case for each dialogue."""
    root = ET.Element("testsuites", tests=str(len(rehearsal.played)), failures=str(len(rehearsal.failed)))
    files = dict.fromkeys(played.dialogue.at.file for played in rehearsal.played)
    each_s = f"{took_s / max(1, len(rehearsal.played)):.6f}"
    for file in files:
        own = [played for played in rehearsal.played if played.dialogue.at.file == file]
        failures = sum(not played.passed for played in own)
        suite = ET.SubElement(root, "testsuite", name=file, tests=str(len(own)), failures=str(failures), errors="0")
        for played in own:
            at = played.dialogue.at
            case = ET.SubElement(
                suite,
                "testcase",
                name=_clean(played.dialogue.name),
                classname=file,
                file=file,
                line=str(at.line),
                time=each_s,
            )
            _add_failure(case, played)
    ET.indent(root)
    return f"{_HEAD}\n{ET.tostring(root, encoding='unicode')}\n"


def _add_failure(case: ET.Element, played: Played) -> None:
    failure = played.failure
    if failure is None:
        return
    told = ET.SubElement(case, "failure", message=_clean(f"expected {failure.expected}"))
    lines = [str(failure.at or played.dialogue.at), f"expected: {failure.expected}", f"found: {failure.found}"]
    lines += [f"hint: {failure.hint}"] if failure.hint else []
    lines += [f"{trace.flow}.{trace.step}: {trace.outcome}" for trace in played.traces]
    told.text = _clean("\n".join(lines))


def _record(played: Played) -> dict[str, object]:
    failure, at = played.failure, played.dialogue.at
    return {
        "name": played.dialogue.name,
        "file": at.file,
        "line": at.line,
        "passed": played.passed,
        "ending": played.ending,
        "steps": [f"{trace.flow}.{trace.step}: {trace.outcome}" for trace in played.traces],
        "failure": None
        if failure is None
        else {
            "file": (failure.at or at).file,
            "line": (failure.at or at).line,
            "column": (failure.at or at).column,
            "expected": failure.expected,
            "found": failure.found,
            "hint": failure.hint,
        },
    }


def _clean(text: str) -> str:
    """Text without the control characters XML has no place for."""
    return "".join(c if ord(c) >= 0x20 or ord(c) in _ALLOWED else "�" for c in text)  # noqa: PLR2004  - the space
