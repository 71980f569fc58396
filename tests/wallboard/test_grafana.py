"""The Grafana dashboard asks for metrics, labels and values there really are; every metric has its words."""

from __future__ import annotations

import itertools
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.wallboard.floor import NOW, floor, settings
from wallboard.boards import Board, Tile
from wallboard.hub import Hub
from wallboard.levels import Bound, Thresholds
from wallboard.metrics import exposition

ROOT = Path(__file__).parents[2]
DASHBOARD: dict[str, Any] = json.loads((ROOT / "examples" / "grafana" / "hotline.json").read_text("utf-8"))
PAGE = (ROOT / "docs" / "bridge.md").read_text("utf-8")
EXPRESSIONS = [(panel["title"], target) for panel in DASHBOARD["panels"] for target in panel["targets"]]
RED = Tile("1.1", "waiting", thresholds=Thresholds("higher", None, Bound(2)))


def families() -> dict[str, list[dict[str, str]]]:
    """Every metric with the labels of its samples, on a floor where everything has a number."""
    hub = Hub(replace(settings(Path("/nowhere")), boards={"floor": Board("floor", {}, ((RED, Tile("1.2", "free")),))}))
    base = floor()
    hub.hear(replace(base, queues=tuple(replace(queue, expected_wait_s=30.0) for queue in base.queues)), NOW)
    text = exposition(hub, lambda: NOW).decode()
    return {each.name: [sample.labels for sample in each.samples] for each in text_string_to_metric_families(text)}


FAMILIES = families()
GROUPS = re.compile(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)")
"""Where PromQL names labels outside a selector."""
KNOWN = frozenset(
    {
        "sum",
        "max",
        "min",
        "avg",
        "count",
        "rate",
        "increase",
        "topk",
        "clamp_min",
        "clamp_max",
        "by",
        "or",
        "and",
        "unless",
    }
)
"""Words of PromQL the dashboard may use; any other bare word would be a metric nobody exports."""


@pytest.mark.parametrize(("title", "target"), EXPRESSIONS, ids=lambda each: each if isinstance(each, str) else "")
def test_a_panel_asks_for_what_there_is(title: str, target: dict[str, Any]) -> None:
    asked = re.findall(r"\b(hotline_\w+)(?:\{([^}]*)\})?", target["expr"])
    assert asked, title
    for name, selector in asked:
        assert name in FAMILIES
        labels = FAMILIES[name][0]
        for label, operator, value in re.findall(r'(\w+)\s*(=~?)\s*"([^"]*)"', selector):
            assert label in labels
            if operator == "=":
                assert value in {sample[label] for sample in FAMILIES[name]}
    grouped = [label for group in GROUPS.findall(target["expr"]) for label in re.findall(r"\w+", group)]
    assert set(grouped) <= {label for name, _ in asked for label in FAMILIES[name][0]}
    known = grouped or [label for name, _ in asked for label in FAMILIES[name][0]]
    assert set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"])) <= set(known)


@pytest.mark.parametrize(("title", "target"), EXPRESSIONS, ids=lambda each: each if isinstance(each, str) else "")
def test_a_query_names_nothing_but_metrics_of_ours_and_words_of_promql(title: str, target: dict[str, Any]) -> None:
    bare = re.sub(r"\{[^}]*\}|\"[^\"]*\"|\[[^\]]*\]", "", GROUPS.sub("", target["expr"]))
    assert set(re.findall(r"[a-zA-Z_]\w*", bare)) <= FAMILIES.keys() | KNOWN, title


def test_variables_are_filled_from_labels_there_are() -> None:
    for variable in DASHBOARD["templating"]["list"]:
        if variable["type"] == "query":
            found = re.fullmatch(r"label_values\((\w+), (\w+)\)", variable["query"]["query"])
            assert found
            assert found[2] in FAMILIES[found[1]][0]
    used = set(re.findall(r"\$(\w+)", json.dumps([target["expr"] for _, target in EXPRESSIONS])))
    assert used <= {variable["name"] for variable in DASHBOARD["templating"]["list"]}


def test_panels_do_not_lie_over_one_another() -> None:
    places = [panel["gridPos"] for panel in DASHBOARD["panels"]]
    assert all(place["x"] + place["w"] <= 24 for place in places)
    for one, other in itertools.combinations(places, 2):
        beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        above = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert beside or above
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(places)


def test_every_metric_is_on_the_page_for_operators_and_has_labels_as_said() -> None:
    rows = re.findall(r"^\| ((?:`hotline_\w+`(?:, )?)+) \|", PAGE, re.MULTILINE)
    assert {name for row in rows for name in re.findall(r"`(\w+)`", row)} == set(FAMILIES)


def test_levels_and_menus_are_counted() -> None:
    text = text_string_to_metric_families(
        exposition(hub_of_red(), lambda: NOW).decode(),
    )
    samples = {(s.name, *sorted(s.labels.values())): s.value for family in text for s in family.samples}
    assert samples["hotline_board_level", "1.1", "floor"] == 2
    assert samples["hotline_callers_in_menus", "gz-1", "main"] == 1
    assert samples["hotline_queue_vip_waiting", "general", "gz-1"] == 1
    assert samples["hotline_queue_short_abandoned_today", "general", "gz-1"] == 2
    assert ("hotline_queue_asa_today_seconds", "gz-1", "vip") not in samples


def hub_of_red() -> Hub:
    hub = Hub(replace(settings(Path("/nowhere")), boards={"floor": Board("floor", {}, ((RED,),))}))
    hub.hear(floor(), NOW)
    return hub
