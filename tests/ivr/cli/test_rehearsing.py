"""`hotline test` and `hotline try` as they are typed: what is printed, what is written, the exit codes."""

from __future__ import annotations

import io
import json
import os
import pty
import select
import shutil
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from rich.console import Console
from typer.testing import CliRunner

from ivr.app.mistakes import MistakeError
from ivr.cli import rehearsing
from ivr.cli.main import app
from ivr.cli.phone_screen import picture
from ivr.cli.trying import Wishes, _trial
from ivr.rehearsal.masking import masked
from tests.ivr.rehearsal.surroundings import SAMPLE

if TYPE_CHECKING:
    from click.testing import Result

PIN = "4711"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(SAMPLE, tmp_path / "hotline")
    return tmp_path / "hotline"


def run(*words: str | Path, typed: str = "") -> Result:
    result = CliRunner().invoke(app, [str(word) for word in words], input=typed)
    assert result.exception is None or isinstance(result.exception, SystemExit | MistakeError), result.exc_info
    return result  # type: ignore[return-value]  # typer's result is click's


def change(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / name
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


# --- test ------------------------------------------------------------------------------------------------------------


def test_the_sample_passes_with_every_way_taken(folder: Path) -> None:
    done = run("test", folder, "--min-coverage", "100")
    assert done.exit_code == 0
    assert "coverage   109 of 109 ways taken (100.0 %), 43 of 43 steps" in done.output
    assert "tests/greeting.yaml" in done.output
    assert "never taken" not in done.output


def test_a_call_that_goes_another_way_is_told_with_place_and_way_and_ends_with_1(folder: Path) -> None:
    change(
        folder,
        "flows/balance.yaml",
        "{when: identity.verified, then: read}",
        "{when: not identity.verified, then: read}",
    )
    done = run("test", folder, "-k", "balance in Mandarin")
    assert done.exit_code == 1
    assert "tests/balance.yaml:16:15 failed  a customer hears the balance in Mandarin" in done.output
    assert "= expected: to hear 'your-balance'" in done.output
    assert "found:    heard 'pin-not-right'" in done.output
    assert "balance.check_pin  found" in done.output
    assert PIN not in done.output, "keys of an entry are masked, also in the lines shown"


def test_too_little_coverage_ends_with_1_and_proposes_a_dialogue_that_passes(folder: Path) -> None:
    for path in (folder / "tests").glob("*.yaml"):
        if path.name != "faults.yaml":
            path.unlink()
    done = run("test", folder, "--min-coverage", "90")
    assert done.exit_code == 1
    assert "at least 90 % are wanted" in done.output
    assert "  and 61 more" in done.output
    assert "  main.recognise       then 1 (when customer.tier == 'vip')\n" in done.output
    head, _, rest = done.output.partition("to be put into tests/\n")
    assert "a dialogue for main.language: key 2, " in head
    text = "".join(f"{line[2:]}\n" for line in rest.partition("\n\n")[0].splitlines())
    (folder / "tests" / "proposed.yaml").write_text(text, "utf-8")
    again = run("test", folder)
    assert again.exit_code == 0
    assert "tests/proposed.yaml    1 passed" in again.output
    assert "main.language       key 2\n" not in again.output


def test_mistakes_in_the_files_end_with_2_and_are_the_ones_check_tells(folder: Path) -> None:
    change(folder, "tests/person.yaml", "queued: vip", "queued: vpi")
    done = run("test", folder)
    assert isinstance(done.exception, MistakeError)
    assert done.exception.exit_code == 2
    assert "tests/person.yaml:150:15 error T005  unknown queue 'vpi'" in str(done.exception)
    checked = run("check", folder)
    assert checked.exit_code == 1
    assert "did you mean 'vip'?" in checked.output
    assert checked.output.rstrip().endswith("in 2 flows, 37 messages, 3 languages, 88 dialogues, 2 boards")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("-k", "nobody at all of that name"), "no dialogue has 'nobody at all of that name' in its name"),
        (("--format", "xml"), "unknown format 'xml'; expected text, json"),
        (("--junit", "/nowhere/at/all.xml"), "/nowhere/at/all.xml cannot be written"),
    ],
)
def test_what_cannot_be_run_is_one_line_and_2(folder: Path, words: tuple[str, ...], told: str) -> None:
    done = run("test", folder, *words)
    assert isinstance(done.exception, MistakeError)
    assert (done.exception.exit_code, str(done.exception).startswith(told)) == (2, True)


def test_a_hotline_without_dialogues_is_told_so(folder: Path) -> None:
    shutil.rmtree(folder / "tests")
    done = run("test", folder)
    assert isinstance(done.exception, MistakeError)
    assert str(done.exception) == f"there are no dialogues; expected files {folder / 'tests'}/*.yaml"


def test_json_tells_every_dialogue_and_every_way(folder: Path) -> None:
    told = json.loads(run("test", folder, "--format", "json", "-k", "Mandarin").output)
    assert told["failed"] == 0
    assert told["dialogues"] == len(told["results"]) == 4
    assert told["coverage"]["ways"] == len(told["coverage"]["taken"]) == 109
    assert told["proposal"]["dialogue"].startswith("main.")
    assert "main.language: key 1" in told["results"][1]["steps"]


def test_junit_has_a_suite_for_each_file_and_a_case_for_each_dialogue(folder: Path, tmp_path: Path) -> None:
    change(folder, "tests/faults.yaml", "says: 您的故障报告已收到", "says: 您的故障报告没收到")
    report = tmp_path / "report.xml"
    assert run("test", folder, "--junit", report).exit_code == 1
    root = ET.fromstring(report.read_text("utf-8"))  # noqa: S314 - we have just written it
    assert (root.get("tests"), root.get("failures")) == ("88", "1")
    assert [suite.get("name") for suite in root] == [
        f"tests/{n}.yaml" for n in ("balance", "callback", "faults", "greeting", "person")
    ]
    [failed] = [case for suite in root for case in suite if case.find("failure") is not None]
    assert (failed.get("file"), failed.get("name")) == ("tests/faults.yaml", "a fault is described and noted")


def test_keys_of_an_entry_are_masked_and_single_keys_are_not() -> None:
    assert masked("    - press: 4711#  # the PIN") == "    - press: •••••  # the PIN"
    assert masked('    - press: "#"') == '    - press: "#"'


def test_watching_plays_again_when_a_file_changes(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    changes = iter([{("modified", "x")}])
    monkeypatch.setattr("watchfiles.watch", lambda *_a, **_k: iter([one] if (one := next(changes, None)) else []))
    rehearsing.watch(folder, rehearsing.Wishes(words="fault"))
    said = capsys.readouterr()
    assert said.out.count("0 failed") == 2
    assert "waiting for changes" in said.err


def test_only_files_of_a_hotline_matter_to_watching() -> None:
    assert rehearsing._matters("modified", "/x/flows/main.yaml")
    assert not rehearsing._matters("modified", "/x/tests/.main.yaml.swp")


# --- try, in a pipe --------------------------------------------------------------------------------------------------

TRIED = """\
the world is that of 'a customer hears the balance in Mandarin'
  call from 13800138000 to 96956, Fri 2026-11-20 10:00:00
» 普通话请按1。 廣東話請按2。 For English, press 3.
> 1
    main.language: key 1
    main.recognise: found
» 欢迎致电96956热线。
    main.greet: said
    main.open_now: open
» 查询话费余额请按1，报告故障请按2，转换语言请按9，人工服务请按0。
> 1
    main.main_menu: key 1
    main.balance: entered
    balance.known: way 1
» 请输入服务密码，以井号键结束。
> hang up
    balance.ask_pin: hung up
  the call has ended: hung up
"""


def test_a_call_in_a_pipe_is_the_same_each_time_and_as_the_page_says() -> None:
    assert run("try", SAMPLE, "--from", "13800138000", typed="1\n1\n").output == TRIED
    page = (Path(__file__).parents[3] / "docs" / "testing-flows.md").read_text("utf-8")
    assert TRIED in page


def test_a_pin_is_shown_nowhere() -> None:
    said = run("try", SAMPLE, "--from", "13800138000", typed=f"1\n1\n{PIN}#\nstate\n").output
    assert "  step                   main.anything_else\n" in said
    assert "  main.customer.account  755001234\n" in said
    assert PIN not in said
    assert "> •••••\n" in said
    assert "您的话费余额是一百二十三元四角五分" in said


def test_the_backend_the_clock_the_caller_and_the_queue_are_in_ones_hand() -> None:
    said = run(
        "try",
        SAMPLE,
        "--from",
        "13800138001",
        typed="backend check_pin down\n1\n1\n1357#\n0\nback timed_out\nback answered\nwait 4s\nagain\n"
        "clock 2026-11-20 23:00\nfrom 13944440000\n1\nspeak 3s\n#\nquit\n",
    ).output
    assert "  check_pin: down\n" in said
    assert "对不起，暂时无法查询余额。" in said
    assert "  the call waits for somebody in queue 'vip'\n" in said
    assert "    main.vip_queue: timed_out\n" in said
    assert "  the call has ended: finished\n" in said
    assert said.count("call from 13800138001") == 2
    assert "main.language: remembered 1" in said, "the same caller calls again"
    assert "现在是非服务时间" in said
    assert "    main.say_closed: recorded\n" in said


def test_a_line_its_key_and_what_is_kept_are_told_in_words() -> None:
    said = run(
        "try",
        SAMPLE,
        "--from",
        "13944440000",
        typed="1\n0\nqueue service {ahead: 2, expected_wait: 170s}\nwait 45s\n5\n1\n1\n"
        "again\n0\nback answered\n4\nquit\n",
    ).output
    assert (
        "  queue service: 2 ahead, expected wait 170s\n» 您前面还有两位客户。多数客户在三分钟内接通。"
        in said.replace("> wait 45s\n", "")
    )
    assert "  the call waits for somebody in queue 'service', or key 1\n" in said
    assert "  a key was pressed where none is taken: main.service_queue\n" in said
    assert "> 1\n    main.service_queue: key 1\n" in said
    noted = "kept: callback (queue service, number 8613944440000, reason nobody free, not after 1d)"
    assert said.count(noted) == 1
    assert said.count("  kept: survey (satisfied unanswered)\n") == 1
    assert said.count("  kept: survey (satisfied 4)\n") == 1


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("queue sevice unknown", "unknown queue 'sevice'; did you mean 'service'?"),
        ("queue service {ahed: 2}", "unknown figure 'ahed'; did you mean 'ahead'?"),
        ("bakend slow", "unknown command 'bakend'; did you mean 'backend'?"),
        ("backend check_pni down", "unknown lookup 'check_pni'; did you mean 'check_pin'?"),
        ("backend check_pin {verifid: true}", "'check_pin' gives no 'verifid'; did you mean 'verified'?"),
        ("wait 4", "expected a whole number with its unit"),
        ("clock tomorrow", 'expected a moment: "2026-11-20 10:00"'),
        ("back answerd", "unknown outcome 'answerd'; did you mean 'answered'?"),
        ("back answered", "the call is in no queue and with no other telephone"),
        ("speak 3s", "nobody records the caller now"),
    ],
)
def test_a_mistyped_word_is_told_in_one_line(typed: str, told: str) -> None:
    said = run("try", SAMPLE, "--from", "13800138000", typed=f"{typed}\n").output
    assert f"! {told}" in said


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--like", "a VIP is greeted as on"), ""),
        (("--like", "nothing of the kind"), "no dialogue is called 'nothing of the kind'"),
        (("--to", "96957"), "unknown number '96957'; expected 96956"),
        (("--clock", "noon"), "--clock: found 'noon'"),
    ],
)
def test_wishes_that_cannot_be_met_are_told(words: tuple[str, ...], told: str) -> None:
    done = run("try", SAMPLE, *words)
    if not told:
        assert "the world is that of 'a VIP is greeted as one'" in done.output
        return
    assert isinstance(done.exception, MistakeError)
    assert str(done.exception).startswith(told)


# --- try, on a terminal ----------------------------------------------------------------------------------------------


def test_the_screen_shows_the_sentence_the_step_and_what_is_known_without_what_is_sensitive() -> None:
    trial, whose = _trial(SAMPLE, Wishes(caller="13800138000"))
    lines = trial.begin()
    for keys in ("1", "1", "4711"):
        lines += trial.do(keys)
    lines += trial.do("backend account_balance slow")
    lines += trial.do("#")
    for width in (120, 80):
        console = Console(width=width, height=40, record=True, file=io.StringIO())
        console.print(picture(trial, lines, "wait 4", whose, (width, 40)), height=40)
        shown = console.export_text()
        assert "对不起，暂时无法查询余额。" in shown
        assert "> wait 4" in shown
        assert PIN not in shown
        if width == 120:
            assert "main.offer_person" in shown
            assert "main.customer.account 755001234" in shown
            assert "account_balance    slow" in shown


def test_sensitive_variables_are_hidden_while_they_are_known() -> None:
    trial, _ = _trial(SAMPLE, Wishes(caller="13800138000"))
    trial.begin()
    trial.do("backend check_pin {verified: false, locked: false}")
    for keys in ("1", "1", "4711#"):
        trial.do(keys)
    assert dict(trial.variables())["balance.pin"] == "••••"
    assert PIN not in repr(trial.variables())


def test_keys_act_at_once_on_a_real_terminal() -> None:
    child, terminal = pty.fork()
    if child == 0:
        words = [sys.executable, "-m", "ivr.cli.main", "try", str(SAMPLE), "--from", "13800138001"]
        os.environ["TERM"] = "xterm"
        os.chdir(Path(__file__).parents[3])
        os.execv(words[0], words)  # noqa: S606 - the child of the terminal
    seen = b""

    def until(words: str) -> None:
        nonlocal seen
        deadline = time.monotonic() + 30
        while words.encode() not in seen:
            assert time.monotonic() < deadline, seen[-2000:]
            if select.select([terminal], [], [], 0.1)[0]:
                seen += os.read(terminal, 65536)

    until("For English, press 3.")
    os.write(terminal, b"1")
    until("尊敬的贵宾客户")
    os.write(terminal, b"quit\r")
    _, status = os.waitpid(child, 0)
    os.close(terminal)
    assert os.waitstatus_to_exitcode(status) == 0
