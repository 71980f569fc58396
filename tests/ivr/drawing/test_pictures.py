"""`hotline draw`: what stands in the files, for people, for browsers and for whoever shows live calls on them."""

from __future__ import annotations

import os
import re
import shutil
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from typer.testing import CliRunner

from ivr.app.mistakes import MistakeError
from ivr.cli.drawing import draw
from ivr.cli.main import app
from ivr.drawing.flowchart import LONGEST, SHAPES, START, Chart, chart_of, cut
from ivr.drawing.jumps import FARTHEST, with_jumps
from ivr.drawing.mermaid import mermaid
from ivr.drawing.svg import svg
from ivr.engine.machine import VERBS
from ivr.flow.load import load_flow
from ivr.rehearsal.edges import Edge, edges_of
from ivr.rehearsal.run import rehearse
from tests.ivr.rehearsal.surroundings import SAMPLE, sample

if TYPE_CHECKING:
    from dialplan.source import Span
    from ivr.flow.model import FlowSet

SVG = "{http://www.w3.org/2000/svg}"


def flows() -> FlowSet:
    return sample()[0].house.flows


def link(at: Span) -> str:
    return f"{at.file}#L{at.line}"


def chart(flow: str, *, coverage: bool = False) -> Chart:
    taken = {(edge.step, edge.way): 1 for edge in edges_of(flows()) if edge.flow == flow} if coverage else None
    return chart_of(flows().flows[flow], lambda message: f"<{message}> & more", taken)


def drawn(told: Chart) -> ET.Element:
    return ET.fromstring(svg(told, link))  # noqa: S314 - a picture of our own


def made(steps: str) -> Chart:
    reading = load_flow(f"flow: made\nstart: s0\nsteps:\n{steps}".encode(), "flows/made.yaml")
    assert reading.flow is not None
    return chart_of(reading.flow, lambda _: "")


def long_way(steps: int) -> Chart:
    """Plays one after the other; from the first, a key leads to the last."""
    menu = "  s0:\n    menu: m\n    keys: {1: s1, 2: last}\n    no_input: {after: 5s, tries: 1, then: s1}\n"
    menu += "    wrong_input: {tries: 1, then: s1}\n"
    plays = [f"  s{n}: {{play: m, then: {f's{n + 1}' if n + 1 < steps else 'last'}}}\n" for n in range(1, steps)]
    return made(f"{menu}{''.join(plays)}  last: {{hangup: m}}\n")


@pytest.mark.parametrize("flow", ["main", "balance"])
def test_every_step_is_there_with_its_place_and_its_words(flow: str) -> None:
    root = drawn(chart(flow))
    for step in flows().flows[flow].steps.values():
        node = root.find(f".//{SVG}g[@id='node-{flow}-{step.name}']")
        assert node is not None, step.name
        anchor, title = node.find(f"{SVG}a"), node.find(f"{SVG}title")
        assert anchor is not None
        assert anchor.get("href") == f"flows/{flow}.yaml#L{step.at.line}"
        assert title is not None
        assert str(title.text).startswith(f"{step.name}: {VERBS[type(step)].word}")
        assert next(text.text for text in anchor.iter(f"{SVG}text")) == step.name


@pytest.mark.parametrize("flow", ["main", "balance"])
def test_every_way_is_there(flow: str) -> None:
    root = drawn(chart(flow, coverage=True))
    shown = {each.get("id") for each in root.iter() if each.get("data-way")}
    ways = [edge for edge in edges_of(flows()) if edge.flow == flow and edge.way not in {"return", "hang up"}]
    assert {f"way-{flow}-{edge.step}-{edge.way.replace(' ', '_').replace('*', '_')}" for edge in ways} <= shown


def test_ids_are_there_once() -> None:
    ids = Counter(each.get("id") for each in drawn(chart("main")).iter() if each.get("id"))
    assert [name for name, times in ids.items() if times > 1] == []


def test_the_same_flow_gives_the_same_bytes() -> None:
    assert svg(chart("main"), link) == svg(chart("main"), link)


def test_it_is_light_dark_and_for_paper() -> None:
    told = svg(chart("balance"), link)
    assert "@media (prefers-color-scheme: dark)" in told
    assert "@media print" in told
    assert set(re.findall(r"\.(\w+) \.box", told)) >= set(SHAPES.values())


def test_every_verb_has_a_shape() -> None:
    assert set(SHAPES) == set(VERBS)


def test_coverage_stands_on_each_way_and_marks_what_is_not_taken() -> None:
    told = chart_of(flows().flows["balance"], lambda _: "", {("known", "then 1"): 29})
    root = drawn(told)
    taken, untaken = (root.find(f".//{SVG}text[@id='way-balance-known-then_{n}']") for n in (1, 2))
    assert taken is not None
    assert untaken is not None
    assert (taken.text, taken.get("class")) == ("account · 29×", "label")
    assert (untaken.text, untaken.get("class")) == ("else · 0×", "label untaken")


def test_a_way_to_the_step_itself_is_a_loop_with_its_word() -> None:
    told = made("  s0:\n    menu: m\n    keys: {1: s0, 2: bye}\n    no_input: {after: 5s, tries: 1, then: bye}\n"
                "    wrong_input: {tries: 1, then: bye}\n  bye: {hangup: m}\n")  # fmt: skip
    assert [label.text for label in told.boxes["s0"].loops] == ["key 1"]
    assert drawn(told).find(f".//{SVG}text[@id='way-made-s0-key_1']") is not None


def test_a_line_that_would_be_too_long_ends_in_a_sign_that_leads_there() -> None:
    assert with_jumps(long_way(FARTHEST), START).boxes.keys() == long_way(FARTHEST).boxes.keys()
    root = drawn(long_way(FARTHEST + 3))
    signs = [each for each in root.iter(f"{SVG}g") if (each.get("id") or "").startswith("jump-")]
    assert [each.get("data-step") for each in signs] == ["last"]
    assert [each.get("href") for each in signs[0].iter(f"{SVG}a")] == ["#node-made-last"]
    edge = root.find(f".//{SVG}g[@id='edge-made-s0-last']")
    assert edge is not None
    assert edge.get("data-to") == "last"


def test_mermaid_has_every_step_and_quotes_nothing_of_its_own() -> None:
    told = mermaid(chart("main"), link)
    assert told.startswith("flowchart TD\n")
    assert told.count("click ") == len(flows().flows["main"].steps)
    assert "<main-menu>" not in told
    assert "#lt;main-menu#gt; #amp; more" in told


def test_long_texts_are_cut_at_the_cell() -> None:
    assert cut("您好" * 40, LONGEST) == "您好" * 8 + "…"
    assert cut("a\x1b[31m\nb", LONGEST) == "a [31m b"


# --- as it is typed --------------------------------------------------------------------------------------------------


def test_files_are_written_once(tmp_path: Path) -> None:
    folder = tmp_path / "hotline"
    shutil.copytree(SAMPLE, folder)
    first = CliRunner().invoke(app, ["draw", str(folder)])
    again = CliRunner().invoke(app, ["draw", str(folder)])
    assert (first.exit_code, again.exit_code) == (0, 0)
    assert [line.split()[0] for line in first.output.splitlines()] == ["written"] * 4
    assert [line.split()[0] for line in again.output.splitlines()] == ["unchanged"] * 4
    pictures = sorted(path.name for path in (folder / ".hotline" / "pictures").iterdir())
    assert pictures == ["balance.mmd", "balance.svg", "main.mmd", "main.svg"]
    assert 'href="../../flows/main.yaml#L6"' in (folder / ".hotline" / "pictures" / "main.svg").read_text("utf-8")


def test_one_flow_in_one_form_with_coverage(tmp_path: Path) -> None:
    draw(SAMPLE, tmp_path, "svg", "balance", coverage=True)
    assert [path.name for path in tmp_path.iterdir()] == ["balance.svg"]
    assert 'class="label untaken"' not in (tmp_path / "balance.svg").read_text("utf-8")


@pytest.mark.parametrize(
    ("form", "flow", "words"),
    [
        ("png", None, "unknown format 'png'; expected svg, mermaid"),
        (None, "mian", "there is no flow 'mian'; did you mean 'main'?"),
    ],
)
def test_what_cannot_be_drawn_is_told(form: str | None, flow: str | None, words: str, tmp_path: Path) -> None:
    with pytest.raises(MistakeError) as mistake:
        draw(SAMPLE, tmp_path, form, flow, coverage=False)
    assert str(mistake.value) == words


def test_a_hotline_with_mistakes_is_not_drawn(tmp_path: Path) -> None:
    with pytest.raises(MistakeError) as mistake:
        draw(tmp_path, tmp_path, None, None, coverage=False)
    assert mistake.value.exit_code == 1


def test_where_nothing_can_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("", "utf-8")
    with pytest.raises(MistakeError, match="cannot be written"):
        draw(SAMPLE, tmp_path / "taken", None, None, coverage=False)


def test_edges_are_those_of_coverage() -> None:
    told = chart("balance")
    shown = {(each.source, label.way) for each in told.links for label in each.labels}
    shown |= {(name, way) for name, box in told.boxes.items() for way in box.own_ways}
    shown |= {(name, label.way) for name, box in told.boxes.items() for label in box.loops}
    assert {Edge("balance", step, way) for step, way in shown} == {
        edge for edge in edges_of(flows()) if edge.flow == "balance"
    }


# --- pictures of the docs, and of a long flow ------------------------------------------------------------------------


def said(message: str) -> str:
    """What the sample says, in its first language."""
    written = sample()[0].house.catalogue.written
    return " ".join(text for _, text in {**written["all"], **written["zh-CN"]}.get(message, ()))


def pictures() -> dict[str, str]:
    stage, dialogues = sample()
    played = rehearse(stage.house, dialogues)
    taken = {(edge.step, edge.way): n for edge, n in played.coverage.taken.items() if edge.flow == "balance"}
    long = load_flow((Path(__file__).parent / "sixty.yaml").read_bytes(), "flows/sixty.yaml").flow
    assert long is not None

    def there(at: Span) -> str:
        return f"../../examples/cable-tv/{at.file}#L{at.line}"

    return {
        "flow-main.svg": svg(chart_of(flows().flows["main"], said), there),
        "flow-balance-coverage.svg": svg(chart_of(flows().flows["balance"], said, taken), there),
        "flow-sixty.svg": svg(chart_of(long, said), lambda at: f"../../tests/ivr/drawing/sixty.yaml#L{at.line}"),
    }


@pytest.mark.parametrize("name", ["flow-main.svg", "flow-balance-coverage.svg", "flow-sixty.svg"])
def test_the_pictures_of_the_docs_are_those_that_are_drawn(name: str) -> None:
    path = Path(__file__).parents[3] / "docs" / "pictures" / name
    drawn_now = pictures()[name]
    if os.environ.get("HOTLINE_WRITE_GOLDEN"):
        path.write_text(drawn_now, encoding="utf-8")
    assert drawn_now == path.read_text("utf-8")
