from __future__ import annotations

import pytest

from agi import results
from agi.errors import PeerError
from agi.replies import Reply
from agi.results import Collected, Ended, Recorded, RecordingEnd


@pytest.mark.parametrize(
    ("reply", "collected"),
    [
        (Reply(200, "1234"), Collected("1234", Ended.KEYS)),
        (Reply(200, ""), Collected("", Ended.EMPTY)),
        (Reply(200, "", "timeout"), Collected("", Ended.TIMEOUT)),
        (Reply(200, "12", "timeout"), Collected("12", Ended.TIMEOUT)),
    ],
)
def test_get_data_tells_keys_timeout_and_an_empty_entry_apart(reply: Reply, collected: Collected) -> None:
    assert results.collected(reply) == collected


@pytest.mark.parametrize(
    ("data", "collected"),
    [
        ("OK:1234", Collected("1234", Ended.KEYS)),
        ("OK:", Collected("", Ended.EMPTY)),
        ("TIMEOUT:12", Collected("12", Ended.TIMEOUT)),
        ("TIMEOUT:", Collected("", Ended.TIMEOUT)),
        ("HANGUP:", None),
        ("ERROR:", None),
        (":", None),
    ],
)
def test_read_tells_the_same_apart(data: str, collected: Collected | None) -> None:
    assert results.read(Reply(200, "1", data)) == collected


@pytest.mark.parametrize(
    ("reply", "recorded"),
    [
        (Reply(200, "35", "dtmf", 800), Recorded(RecordingEnd.KEY, "#", 800)),
        (Reply(200, "0", "timeout", 1600), Recorded(RecordingEnd.TIMEOUT, "", 1600)),
        (Reply(200, "-1", "hangup", 800), Recorded(RecordingEnd.HANGUP, "", 800)),
        (Reply(200, "-1", "writefile"), Recorded(RecordingEnd.FAILED, "", 0)),
        (Reply(200, "-1", "randomerror", 8), Recorded(RecordingEnd.FAILED, "", 8)),
    ],
)
def test_a_recording_tells_why_it_ended(reply: Reply, recorded: Recorded) -> None:
    assert results.recorded(reply) == recorded


@pytest.mark.parametrize("result", ["x", "", "200", "7", "33"])
def test_a_result_that_is_no_key_is_the_peers_fault(result: str) -> None:
    with pytest.raises(PeerError, match="VERB") as error:
        results.key(Reply(200, result), "VERB")
    assert result not in str(error.value) or not result


def test_keys_do_not_show_in_a_repr() -> None:
    assert "4711" not in repr(Collected("4711", Ended.KEYS))


def test_an_unset_variable_is_none_and_an_empty_one_is_empty() -> None:
    assert results.text(Reply(200, "0")) is None
    assert results.text(Reply(200, "1", "")) == ""
