from __future__ import annotations

import datetime as dt
import re
import shutil
from pathlib import Path

import pytest

from dialplan.report import as_text
from ivr.config.checked import check_hotline
from ivr.config.load import Loaded, load_hotline
from ivr.flow.model import Voicemail
from ivr.prompts.compose import compose, everything_said
from ivr.prompts.values_alone import VALUE, message_of
from tests.ivr.config.test_codes import changed, with_settings
from tests.ivr.flow.surroundings import SMALL
from tests.ivr.prompts.machine import recording


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the small hotline."""
    return Path(shutil.copytree(SMALL, tmp_path / "hotline"))


def load(folder: Path, **environ: str) -> Loaded:
    return load_hotline(folder, environ)


def told(loaded: Loaded) -> str:
    return as_text(loaded.diagnostics, loaded.sources, scope=loaded.scope)


def version(folder: Path) -> str:
    loaded = load(folder)
    assert loaded.flows is not None, told(loaded)
    return loaded.flows.version


def test_a_whole_hotline_is_read() -> None:
    loaded = load(SMALL)
    assert loaded.diagnostics == ()
    assert loaded.hotline is not None
    assert loaded.flows is not None
    assert loaded.is_sound
    assert sorted(loaded.flows.flows) == ["identify", "main"]
    assert loaded.scope == "2 flows, 13 messages, 2 languages"
    queue = loaded.hotline.queues["sales"]
    assert (queue.ring_ms, queue.service_level.answer_within_ms, queue.service_level.target) == (12_000, 20_000, 80)
    assert loaded.hotline.agents["1001"].name == "陈美玲"
    assert loaded.hotline.agi_servers == ("127.0.0.1:4573",)


def test_the_sample_hotline_is_right() -> None:
    loaded = load(Path(__file__).parents[3] / "examples" / "cable-tv")
    assert loaded.is_sound, told(loaded)


def test_a_folder_that_is_not_there_is_one_mistake(tmp_path: Path) -> None:
    loaded = load(tmp_path / "nowhere")
    assert [each.code for each in loaded.diagnostics] == ["C009"]
    assert loaded.hotline is None


def test_an_empty_folder_lacks_its_settings(tmp_path: Path) -> None:
    loaded = load(tmp_path)
    assert [(each.code, each.file) for each in loaded.diagnostics] == [("C009", "hotline.yaml")]


def test_a_file_with_nearly_the_right_name_is_pointed_at(folder: Path) -> None:
    (folder / "hotline.yaml").rename(folder / "hotline.yml")
    assert any(each.hint == "did you mean 'hotline.yml'?" for each in load(folder).diagnostics)


def test_a_missing_language_file_and_a_spare_one_are_told(folder: Path) -> None:
    (folder / "prompts" / "en.yaml").rename(folder / "prompts" / "fr.yaml")
    found = {(each.code, each.file, each.severity) for each in load(folder).diagnostics}
    assert ("C009", "prompts/en.yaml", "error") in found
    assert ("C005", "prompts/fr.yaml", "warning") in found


def test_a_flow_with_another_ending_is_told_to_be_left_out(folder: Path) -> None:
    (folder / "flows" / "more.yml").write_text("flow: more\n", encoding="utf-8")
    assert [(each.code, each.severity) for each in load(folder).diagnostics] == [("C009", "warning")]


@pytest.mark.parametrize("name", ["flows/more.yaml", "prompts/en.yaml", "scripts/more.py"])
def test_a_folder_in_the_place_of_a_file_is_told_once(folder: Path, name: str) -> None:
    (folder / name).unlink(missing_ok=True)
    (folder / name).mkdir()
    found = [(each.code, each.file, each.message) for each in load(folder).diagnostics]
    assert found == [("C009", name, "the file cannot be read (it is a folder)")]


def test_a_hotline_without_flows_is_told_what_is_not_there(folder: Path) -> None:
    for file in (folder / "flows").iterdir():
        file.unlink()
    empty = {each.message for each in load(folder).diagnostics if each.file == "flows"}
    (folder / "flows").rmdir()
    missing = {each.message for each in load(folder).diagnostics if each.file == "flows"}
    assert (empty, missing) == ({"this folder has no flow in it"}, {"there is no folder of flows"})


def test_without_a_flow_there_is_no_hotline(folder: Path) -> None:
    shutil.rmtree(folder / "flows")
    loaded = load(folder)
    assert {each.code for each in loaded.diagnostics} == {"C004", "C009"}
    assert loaded.flows is None


def test_mistakes_of_every_file_come_at_once(folder: Path) -> None:
    for name, right, wrong in [
        ("hotline.yaml", "ring: 12s", "ring: 12"),
        ("flows/main.yaml", "open: menu", "open: mneu"),
        ("prompts/en.yaml", "{amount, money}", "{amount, mony}"),
    ]:
        path = folder / name
        path.write_text(path.read_text(encoding="utf-8").replace(right, wrong, 1), encoding="utf-8")
    files = {each.span.file for each in load(folder).diagnostics if each.span}
    assert files >= {"hotline.yaml", "flows/main.yaml"}


RECORDINGS = {
    "zh-CN/rescue.wav": (b"this is a text", ("P014", "error", "cannot be used: not a PCM WAV file")),
    "en/rescue.wav": (recording(seconds=0.02), ("P014", "error", "cannot be used: 0.02 s long")),
    "en/recsue.wav": (recording(), ("P013", "warning", "belongs to nothing that is said")),
    "en/rescue.mp3": (b"ID3", ("P013", "warning", "not a WAV file: nobody would hear it")),
    "zh-CN/goodbye.wav": (recording(), None),
}


@pytest.mark.parametrize("name", RECORDINGS)
def test_a_recording_is_looked_at_before_any_sound_is_made(folder: Path, name: str) -> None:
    data, expected = RECORDINGS[name]
    path = folder / "prompts" / name
    path.parent.mkdir()
    path.write_bytes(data)
    loaded = check_hotline(folder, {})
    assert loaded.is_sound is (expected is None or expected[1] == "warning")
    told_so = [(each.code, each.severity, each.message) for each in loaded.diagnostics]
    assert [each.file for each in loaded.diagnostics] == ([f"prompts/{name}"] if expected else [])
    assert all(found[:2] == expected[:2] and found[2].startswith(expected[2]) for found in told_so if expected)


def test_a_recording_of_a_broken_message_belongs_to_it(folder: Path) -> None:
    (folder / "prompts" / "en").mkdir()
    (folder / "prompts" / "en" / "your-balance.1.wav").write_bytes(recording())
    rewritten(folder / "prompts" / "en.yaml", "{amount, money}", "{amount, mony}")
    assert {each.code for each in check_hotline(folder, {}).diagnostics} == {"P006"}


BREAKS = {
    "hotline.yaml": ("region: CN", "regoin: CN"),
    "flows/main.yaml": ("queue: sales", "queue: sails"),
    "prompts/en.yaml": ("{amount, money}", "{amount, mony}"),
}


def test_a_mistake_in_the_settings_hides_none_of_the_other_files(folder: Path) -> None:
    for name, (right, wrong) in BREAKS.items():
        rewritten(folder / name, right, wrong)
    loaded = load(folder)
    assert [(each.code, each.span.file if each.span else None) for each in loaded.diagnostics] == [
        ("C001", "hotline.yaml"),
        ("P006", "prompts/en.yaml"),
        ("F014", "flows/main.yaml"),
    ], told(loaded)
    assert loaded.scope == "2 flows, 13 messages, 2 languages"
    assert (loaded.hotline, loaded.flows) == (None, None)


@pytest.mark.parametrize(
    ("right", "wrong", "expected"),
    [
        ("queues:\n", "queus:\n", ["C001", "C002"]),
        ("lookups:\n", "lookup:\n", ["C001"]),
        ("hours:\n", "hors:\n", ["C001"]),
        ("voicemail:\n", "voicemial:\n", ["C001"]),
        ("numbers:\n", "nubmers:\n", ["C001", "C002"]),
        ("languages: [zh-CN, en]", "languages: [zh-CN, english]", ["C003"]),
        ("languages: [zh-CN, en]", "language: [zh-CN, en]", ["C001", "C002"]),
        ("    open: ", "    opens: ", ["C001", "C002"]),
        ("    takes: {number: text}", "    takes: {number: words}", ["C003"]),
        ("    title: {zh-CN: 销售, en: Sales}\n", "", ["C002"]),
        ("  billing:\n", "  biling:\n", ["C004"]),
        ("queue: sales, message: rescue", "queue: sales, message: rescue, mesage: x", ["C001"]),
        ("ami: {secret: {env: SMALL_AMI_SECRET}}", "ami: {port: 5038}", ["C002"]),
        ("queues: {sales: 0}", "queues: [sales]", ["C003"]),
        ("hotline: small", "- hotline", ["Y005"]),
    ],
)
def test_a_table_that_cannot_be_read_makes_no_name_unknown(
    folder: Path, right: str, wrong: str, expected: list[str]
) -> None:
    rewritten(folder / "hotline.yaml", right, wrong)
    loaded = load(folder)
    assert sorted(each.code for each in loaded.diagnostics) == expected, told(loaded)


def test_the_rules_over_all_settings_look_at_those_that_can_be_read(folder: Path) -> None:
    rewritten(folder / "hotline.yaml", "region: CN", "regoin: CN")
    rewritten(folder / "hotline.yaml", '"10010": main', '"10010": mian')
    rewritten(folder / "hotline.yaml", "Mo-Fr 09:00-18:00;", "Mo-Fx 09:00-18:00;")
    rewritten(folder / "hotline.yaml", "message: rescue", "message: recsue")
    codes = [each.code for each in load(folder).diagnostics if each.code.startswith("C")]
    assert codes == ["C001", "C004", "C007", "C015"]


def rewritten(path: Path, right: str, wrong: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert right in text
    path.write_text(text.replace(right, wrong, 1), encoding="utf-8")


def test_without_any_message_file_not_each_sentence_is_missed(folder: Path) -> None:
    (folder / "prompts").rename(folder / "prompt")
    assert {each.code for each in load(folder).diagnostics} == {"C009"}


def test_a_flow_that_cannot_be_read_does_not_make_others_unused(folder: Path) -> None:
    main = folder / "flows" / "main.yaml"
    main.write_text(main.read_text(encoding="utf-8").replace("flow: main", "flow main"), encoding="utf-8")
    assert {each.code for each in load(folder).diagnostics} == {"Y005"}


def test_a_secret_in_a_header_is_masked_where_it_is_told(tmp_path: Path) -> None:
    source = (
        "data_sources:\n  customers: {sql: {env: A}}\n  billing: {http: https://b.example, headers: {X-Token: wonder}}"
    )
    told_so = told(with_settings(tmp_path, changed(source)))
    assert "C010" in told_so
    assert "wonder" not in told_so


def test_a_secret_in_a_header_is_masked_beside_any_other_mistake(tmp_path: Path) -> None:
    source = "data_sources:\n  billing: {htp: https://b.example, headers: {X-Token: wonder, X-Secret: 1234}}"
    told_so = told(with_settings(tmp_path, changed(source)))
    assert told_so.count("C010") == 2
    assert "wonder" not in told_so
    assert "1234" not in told_so


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_slip_in_one_language_is_one_mistake_at_its_own_place(folder: Path, language: str) -> None:
    rewritten(folder / "prompts" / f"{language}.yaml", "{amount, money}", "{amunt, money}")
    loaded = load(folder)
    assert [(each.code, each.span.file if each.span else None, each.hint) for each in loaded.diagnostics] == [
        ("P009", f"prompts/{language}.yaml", "did you mean 'amount'?")
    ], told(loaded)


def test_a_broken_message_is_not_also_called_unknown(folder: Path) -> None:
    for path in (folder / "prompts").glob("*.yaml"):
        path.write_text(path.read_text(encoding="utf-8").replace("{amount, money}", "{amount, mony}"), encoding="utf-8")
    codes = {each.code for each in load(folder).diagnostics}
    assert codes
    assert all(code.startswith("P") for code in codes)


def test_a_secret_in_clear_is_nowhere_in_the_report_or_the_result(tmp_path: Path) -> None:
    settings = changed("ami: {secret: wonderland}\ndatabase_url: postgresql://u:wonderland@h/d")
    loaded = with_settings(tmp_path, settings)
    assert [each.code for each in loaded.diagnostics] == ["C010", "C010"]
    assert "wonderland" not in told(loaded) + repr(loaded)


def test_this_machine_may_differ_by_its_environment() -> None:
    loaded = load(SMALL, HOTLINE_NODE="gz-2", HOTLINE_AMI_PORT="5039", HOTLINE_STATE_DIR="/srv/state")
    assert loaded.hotline is not None
    assert (loaded.hotline.node, loaded.hotline.ami.port, loaded.hotline.state_dir) == ("gz-2", 5039, "/srv/state")


def test_a_wrong_variable_is_told_by_its_name() -> None:
    found = load(SMALL, HOTLINE_AMI_PORT="many", HOTLINE_WALLBOARD_LISTEN="0.0.0.0:8096").diagnostics
    assert {(each.code, each.file) for each in found} == {
        ("C003", "environment variable HOTLINE_AMI_PORT"),
        ("C013", "environment variable HOTLINE_WALLBOARD_LISTEN"),
    }


def test_the_version_is_of_what_callers_hear(folder: Path) -> None:
    before = version(folder)
    assert len(before) == 12
    settings, flow = folder / "hotline.yaml", folder / "flows" / "main.yaml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(
        "# a comment\n"
        + text.replace("node: test-1", 'node:   "gz-9"').replace("陈美玲", "李志强").replace("\n", "\r\n"),
        encoding="utf-8",
    )
    flow.write_text("# a comment\n" + flow.read_text(encoding="utf-8"), encoding="utf-8")
    assert version(folder) == before


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("hotline.yaml", "longest_steps: 100", "longest_steps: 90"),
        ("hotline.yaml", "Mo-Fr 09:00", "Mo-Fr 08:00"),
        ("flows/main.yaml", "10min", "9min"),
        ("prompts/en.yaml", "Hello.", "Good day."),
        ("scripts/echo-number.py", "matters", "counts"),
    ],
)
def test_whatever_callers_hear_makes_a_new_version(folder: Path, name: str, right: str, wrong: str) -> None:
    before = version(folder)
    path = folder / name
    path.write_text(path.read_text(encoding="utf-8").replace(right, wrong), encoding="utf-8")
    assert version(folder) != before


def test_a_hotline_cannot_be_changed_once_read() -> None:
    hotline = load(SMALL).hotline
    assert hotline is not None
    with pytest.raises(ValueError, match="frozen"):
        hotline.node = "other"


@pytest.mark.parametrize(
    "settings", [b"", b"- a", b"text", b"\xff", b"a: [", b"hotline: 3", b"queues: {}\nami: 3\nhours: [1]"]
)
def test_no_settings_make_it_raise(tmp_path: Path, settings: bytes) -> None:
    loaded = with_settings(tmp_path, settings)
    assert not loaded.is_sound
    assert told(loaded)


def test_what_a_flow_says_alone_is_part_of_what_is_made_before_the_first_call(folder: Path) -> None:
    before = everything_said(load(folder).catalogue)
    main = folder / "flows" / "main.yaml"
    main.write_text(
        main.read_text("utf-8").replace(
            "{play: welcome, then: open_now}",
            "{play: welcome, then: clock}\n  clock: {say: now, as: time, then: open_now}",
        ),
        "utf-8",
    )
    loaded = load(folder)
    assert loaded.is_sound, told(loaded)
    assert loaded.scope == "2 flows, 13 messages, 2 languages"
    made = everything_said(loaded.catalogue)
    at_nine = dt.datetime(2026, 11, 20, 9, 5, tzinfo=dt.UTC)
    for language in loaded.catalogue.languages:
        heard = compose(loaded.catalogue, message_of("time"), {VALUE: at_nine}, language)
        assert set(heard) <= set(made)
    assert set(before) <= set(made)


def test_no_recording_of_a_box_is_longer_than_the_box_says_whatever_a_step_says(folder: Path) -> None:
    def longest(box: str) -> int:
        settings = folder / "hotline.yaml"
        text = settings.read_text("utf-8")
        settings.write_text(re.sub(r"messages: \{longest: \w+\}", f"messages: {{longest: {box}}}", text), "utf-8")
        flows = load(folder).flows
        assert flows is not None
        step = flows.flows["main"].steps["record"]
        assert isinstance(step, Voicemail)
        return step.longest_ms

    assert longest("45s") == 45_000
    assert longest("5min") == 120_000, "the step's own"
