"""What flows mean for Asterisk's files: how often a queue announces."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.app.switch import switch_of
from ivr.config.load import load_hotline
from ivr.flow.model import Announce, FlowSet, Queue
from tests.ivr.engine.making import AT, single

SMALL = Path(__file__).parents[1] / "fixtures" / "small"


def wait(name: str, every_ms: int | None, queue: str = "sales") -> Queue:
    return Queue(name, AT, queue, 0, 60_000, {}, {}, Announce("place", every_ms) if every_ms else None)


@pytest.mark.parametrize(
    ("flows", "every_s"),
    [
        (single(wait("a", None)), 0),
        (single(wait("a", 45_000)), 45),
        (single(wait("a", 45_000), wait("b", 30_500), wait("c", None)), 31),
        (single(wait("a", 45_000, queue="other")), 0),
    ],
)
def test_a_queue_announces_as_often_as_the_most_eager_of_its_steps(
    flows: FlowSet, every_s: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SMALL_AGENT_SECRET", "SMALL_AMI_SECRET"):
        monkeypatch.setenv(name, "secret")
    hotline = load_hotline(SMALL, {}).hotline
    assert hotline is not None
    [queue] = switch_of(hotline, SMALL, Path("/sounds"), flows).queues
    assert queue.announce_every_s == every_s


@pytest.mark.parametrize("listening", [False, True])
def test_the_ami_user_may_start_calls_only_where_supervisors_may_listen(
    listening: bool,  # noqa: FBT001 - one of the two
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("SMALL_AGENT_SECRET", "SMALL_AMI_SECRET"):
        monkeypatch.setenv(name, "secret")
    hotline = load_hotline(SMALL, {}).hotline
    assert hotline is not None
    assert not hotline.ami.listening, "nobody has said so"
    told = hotline.model_copy(update={"ami": hotline.ami.model_copy(update={"listening": listening})})
    assert switch_of(told, SMALL, Path("/sounds"), single(wait("a", None))).ami.may_originate is listening
