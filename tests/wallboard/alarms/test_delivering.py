"""One message through a webhook and a command: signed, bounded, and what went wrong said in one sentence."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import os
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wallboard.alarms.receiving import PATIENCE_S, Receiver
from tests.wallboard.alarms.seeing import START
from wallboard.alarms.delivering import MOST_TOLD, NotDeliveredError, PostedJson, StartedProgram, filled
from wallboard.alarms.messages import From, trial

if TYPE_CHECKING:
    from pathlib import Path

TOLD = trial("ops", From("热线", "gz-1", "zh-Hans"), START)


async def test_a_webhook_gets_one_post_signed_over_time_and_body() -> None:
    async with Receiver() as ops:
        assert await PostedJson(ops.url, "a key", PATIENCE_S).deliver(TOLD) == "answered with status 200"
    [(headers, body)] = ops.requests
    assert json.loads(body) == TOLD.document
    at, _, signed = headers["X-Hotline-Signature"].partition(",v1=")
    message = at.removeprefix("t=").encode() + b"." + body
    assert hmac.compare_digest(signed, hmac.new(b"a key", message, hashlib.sha256).hexdigest())
    assert headers["X-Hotline-Alarm"] == TOLD.id


@pytest.mark.parametrize(("status", "again"), [(500, True), (503, True), (429, True), (404, False), (302, False)])
async def test_a_status_that_is_no_success_is_none_and_says_whether_to_try_again(status: int, again: bool) -> None:  # noqa: FBT001 - a fact of the table
    async with Receiver() as ops:
        ops.answers = [status]
        with pytest.raises(NotDeliveredError, match=f"status {status}") as failed:
            await PostedJson(ops.url, None, PATIENCE_S).deliver(TOLD)
    assert failed.value.again is again
    assert len(ops.requests) == 1  # a redirect is not followed
    assert "X-Hotline-Signature" not in ops.requests[0][0]


async def test_a_server_that_does_not_answer_is_not_waited_for_and_one_that_is_not_there_neither() -> None:
    async with Receiver() as ops:
        ops.answers = [0]
        with pytest.raises(NotDeliveredError, match=r"no answer within 0\.2 s"):
            await PostedJson(ops.url, None, 0.2).deliver(TOLD)
    with pytest.raises(NotDeliveredError, match="Connect") as failed:
        await PostedJson(ops.url, None, PATIENCE_S).deliver(TOLD)
    assert ops.url not in str(failed.value)  # an address may be a secret itself


def program(tmp_path: Path, text: str) -> tuple[str, ...]:
    (tmp_path / "it.py").write_text(text)
    return (sys.executable, str(tmp_path / "it.py"))


async def test_a_command_gets_arguments_environment_and_document_as_data_and_none_of_our_secrets(
    tmp_path: Path,
) -> None:
    text = (
        "import json, os, sys\n"
        "told = [sys.argv[1:], dict(os.environ), json.load(sys.stdin)]\n"
        f"open({str(tmp_path / 'out')!r}, 'w').write(json.dumps(told))"
    )
    evil = trial("ops; touch /tmp/x `id` $(id) {text}", From("h", "gz-1"), START)
    argv = (*program(tmp_path, text), "{rule}", "a {change} of {subject}", "{other}", "{")
    environ = {"PATH": os.environ["PATH"], "HOTLINE_AMI_SECRET": "hunter2"}
    assert await StartedProgram(argv, PATIENCE_S, environ).deliver(evil) == "ended with 0"
    arguments, told, document = json.loads((tmp_path / "out").read_text())
    assert arguments == ["ops; touch /tmp/x `id` $(id) {text}", "a test of gz-1", "{other}", "{"]
    assert told["HOTLINE_ALARM_RULE"] == "ops; touch /tmp/x `id` $(id) {text}"
    assert told["HOTLINE_ALARM_TEXT"] == "TEST: alarms get through"
    assert "hunter2" not in told.values()
    assert document == evil.document


async def test_a_command_that_fails_says_what_it_said_as_far_as_a_line_goes(tmp_path: Path) -> None:
    argv = program(tmp_path, "import sys\nprint('no paper\\n' * 100_000)\nsys.exit(3)")
    with pytest.raises(NotDeliveredError, match=r"^ended with 3: no paper no paper") as failed:
        await StartedProgram(argv, PATIENCE_S).deliver(TOLD)
    assert len(str(failed.value)) <= MOST_TOLD + 1


async def test_a_command_that_is_not_there_is_not_tried_again() -> None:
    with pytest.raises(NotDeliveredError, match="No such file") as failed:
        await StartedProgram(("/nowhere/at/all",), PATIENCE_S).deliver(TOLD)
    assert not failed.value.again


async def test_a_command_whose_time_is_up_is_killed_with_all_it_has_started(tmp_path: Path) -> None:
    """The child's child holds a pipe: its end is the proof that nobody holds it any more."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    text = (
        "import subprocess, sys, time\n"
        f"held = open({str(pipe)!r}, 'w')\n"
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(3600)'], stdout=held)\n"
        "held.write('here')\n"
        "held.close()\n"
        "time.sleep(3600)"
    )
    try:
        running = asyncio.create_task(StartedProgram(program(tmp_path, text), 4.0).deliver(TOLD))
        async with asyncio.timeout(PATIENCE_S):
            with pytest.raises(NotDeliveredError, match="not done within 4 s, and killed"):
                await running
            os.set_blocking(reading, True)
            said = b""
            while data := await asyncio.to_thread(os.read, reading, 100):
                said += data
        assert said in {b"here", b""}
    finally:
        os.close(reading)


async def test_a_command_that_does_not_read_and_ends_at_once_has_delivered() -> None:
    assert await StartedProgram(("true",), PATIENCE_S).deliver(TOLD) == "ended with 0"


@given(st.text(), st.text())
def test_what_is_put_into_an_argument_is_not_looked_at_again(before: str, value: str) -> None:
    argument = before.replace("{", "(").replace("}", ")") + "{text}"
    assert filled(argument, {"text": value}) == argument.removesuffix("{text}") + value
