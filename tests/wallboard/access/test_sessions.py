"""Sessions begin, last, end and are written down; time is an argument."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from wallboard.access import sessions as module
from wallboard.access.people import Person, Role
from wallboard.access.sessions import Lasting, Session, Sessions, digest_of

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
LING = Session("password", "ling", "mark", NOW, NOW)
LASTING = Lasting(timedelta(hours=8), timedelta(hours=24))


def test_a_secret_finds_its_session_and_no_other_does() -> None:
    sessions = Sessions(LASTING)
    secret = sessions.begin(LING)
    assert sessions.find(secret, NOW) == LING
    assert sessions.find(secret + "x", NOW) is None
    assert sessions.find("", NOW) is None
    assert sessions.find("\udcff\0", NOW) is None
    assert len(secret) >= 43


def test_whoever_asks_for_nothing_is_signed_out_and_whoever_asks_stays() -> None:
    sessions = Sessions(LASTING)
    idle, busy = sessions.begin(LING), sessions.begin(LING)
    assert sessions.find(busy, NOW + timedelta(hours=7)) is not None
    assert sessions.peek(idle, NOW + timedelta(hours=7)) is not None, "looked at, not seen"
    later = NOW + timedelta(hours=8)
    assert sessions.find(idle, later) is None
    assert sessions.find(busy, later) is not None


def test_nobody_stays_longer_than_may_be_however_busy() -> None:
    sessions = Sessions(LASTING)
    secret = sessions.begin(LING)
    for hour in range(24):
        assert sessions.find(secret, NOW + timedelta(hours=hour)) is not None
    assert sessions.find(secret, NOW + timedelta(hours=24)) is None
    assert sessions.find(secret, NOW + timedelta(hours=23)) is None, "over is over"


def test_signing_in_anew_ends_the_session_before() -> None:
    sessions = Sessions(LASTING)
    before = sessions.begin(LING)
    after = sessions.begin(LING, before)
    assert (sessions.find(before, NOW), sessions.find(after, NOW)) == (None, LING)
    assert after != before


def test_a_person_is_signed_out_everywhere_at_once() -> None:
    sessions = Sessions(LASTING)
    secrets = [sessions.begin(LING), sessions.begin(LING), sessions.begin(replace(LING, name="wei"))]
    assert sessions.end_where(lambda session: session.name == "ling") == 2
    assert [sessions.find(secret, NOW) is None for secret in secrets] == [True, True, False]


def test_a_clock_that_was_set_back_makes_no_session_last() -> None:
    sessions = Sessions(LASTING)
    secret = sessions.begin(replace(LING, began=NOW + timedelta(days=300), seen=NOW + timedelta(days=300)))
    assert sessions.find(secret, NOW) is None


def test_there_are_never_more_than_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 3)
    sessions = Sessions(LASTING)
    old = sessions.begin(replace(LING, seen=NOW))
    others = [sessions.begin(replace(LING, seen=NOW + timedelta(minutes=n))) for n in range(1, 4)]
    assert len(sessions) == 3
    assert sessions.find(old, NOW) is None
    assert all(sessions.find(each, NOW + timedelta(minutes=3)) for each in others)


def test_what_is_written_down_brings_sessions_back_and_signs_nobody_in() -> None:
    sessions = Sessions(LASTING)
    guest = Session("link", "guest", "", NOW, NOW, "b", Person("guest", Role.VIEWER, frozenset({"sales"})))
    secrets = [sessions.begin(LING), sessions.begin(guest)]
    written = sessions.dump()
    assert not any(secret in str(written) for secret in secrets)
    again = Sessions(LASTING)
    again.load(written, NOW)
    assert [again.find(secret, NOW) for secret in secrets] == [LING, guest]
    assert again.find(str(written[0]["digest"]), NOW) is None
    late = Sessions(LASTING)
    late.load(written, NOW + timedelta(hours=9))
    assert len(late) == 0


@pytest.mark.parametrize(
    "broken",
    [
        None, {}, "text", [None], [{}], [{"digest": "d"}],
        [{"digest": "d", "way": "token", "name": "n", "mark": "", "browser": "", "person": None,
          "began": NOW.isoformat(), "seen": NOW.isoformat()}],
        [{"digest": "d", "way": "password", "name": "n", "mark": "", "browser": "", "person": None,
          "began": "2026-11-20T06:00:00", "seen": "2026-11-20T06:00:00"}],
        [{"digest": "d", "way": "link", "name": "n", "mark": "", "browser": "",
          "person": {"name": "n", "role": "king", "queues": None}, "began": NOW.isoformat(), "seen": NOW.isoformat()}],
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_left_out(broken: object) -> None:
    sessions = Sessions(LASTING)
    sessions.load(broken, NOW)
    assert len(sessions) == 0


def test_a_digest_is_of_the_whole_secret() -> None:
    assert digest_of("a") != digest_of("a ")
