from __future__ import annotations

from bench.cpu import Spread
from bench.table import Figures, headline, render

OURS = [
    {"asterisk": 30.0, "agi": 12.0, "bridge": 6.0, "wallboard": 0.5},
    {"asterisk": 40.0, "agi": 20.0, "bridge": 8.0, "wallboard": 0.5},
    {"asterisk": 32.0, "agi": 13.0, "bridge": 7.0, "wallboard": 0.5},
]
PLAIN = [
    {"asterisk": 28.0, "agi": 0.0, "bridge": 3.0, "wallboard": 0.5},
    {"asterisk": 30.0, "agi": 0.0, "bridge": 3.0, "wallboard": 0.5},
    {"asterisk": 25.0, "agi": 0.0, "bridge": 3.0, "wallboard": 0.5},
]
FIGURES = Figures(OURS, PLAIN, [{"asterisk": 20.0}, {"asterisk": 24.0}])


def test_the_one_number_is_the_call_path_by_asterisk_alone_block_by_block() -> None:
    assert headline(FIGURES) == Spread(1.8, 1.5, 2.0)


def test_the_bridge_is_no_part_of_the_one_number() -> None:
    dearer = Figures([{**block, "bridge": 900.0} for block in OURS], PLAIN)
    assert headline(dearer) == headline(FIGURES)


def test_the_table_shows_every_process_with_median_and_range() -> None:
    rows = {line.split("|")[1].strip(): line for line in render(FIGURES).splitlines() if line.startswith("|")}
    assert [cell.strip() for cell in rows["Asterisk"].split("|")[2:-1]] == [
        "32.0 (30.0 to 40.0)",
        "28.0 (25.0 to 30.0)",
        "22.0 (20.0 to 24.0)",
    ]
    assert "13.0 (12.0 to 20.0)" in rows["AGI server"]
    assert "7.0 (6.0 to 8.0)" in rows["bridge: history, live numbers"]
    assert "45.0 (42.0 to 60.0)" in rows["Asterisk + AGI server"]
    assert "52.5 (48.5 to 68.5)" in rows["everything"]


def test_a_process_that_did_not_run_has_a_dash_and_not_a_nought() -> None:
    bridge = next(line for line in render(FIGURES).splitlines() if line.startswith("| bridge"))
    assert bridge.split("|")[-2].strip() == "–"


def test_the_ratios_stand_below_the_table() -> None:
    assert "Asterisk + AGI server / Asterisk in plain dialplan: **1.80 (1.50 to 2.00)**" in render(FIGURES)


def test_against_a_machine_without_the_service_the_medians_are_compared_and_said_to_be_no_neighbours() -> None:
    assert "no service runs: 2.39 (medians, not neighbours)" in render(FIGURES)  # 52.5 by 22.0


def test_all_rows_have_the_same_width_and_the_table_is_markdown() -> None:
    rows = [line for line in render(FIGURES).splitlines() if line.startswith("|")]
    assert len({len(row) for row in rows}) == 1
    assert set(rows[1]) <= set("|-: ")
    assert {row.count("|") for row in rows} == {5}


def test_without_a_run_of_its_own_the_column_of_plain_dialplan_alone_is_left_out() -> None:
    assert "no service" not in render(Figures(OURS, PLAIN))
