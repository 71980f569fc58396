"""The desk: every act once, one after the other on one target, kept before and answered after."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from ami_bridge.acts import asked, desk
from ami_bridge.acts.desk import Desk
from ami_bridge.acts.door import Door
from ami_bridge.acts.outcome import Told
from ami_bridge.acts.own import OwnActs
from ami_bridge.acts.spoken import Wish, read_answer, write_wish
from ami_bridge.client import Reply
from ami_bridge.feed import FeedTaken
from ami_bridge.messages import ClosedNumber, News
from ami_bridge.protocol.errors import ActionFailed, AnswerOverdue, LinkDown
from ami_bridge.spoken import Heard
from store import migrate
from store.engine import open_store
from store.errors import StoreUnavailable
from store.queries import acts as kept
from tests.ami_bridge.acts.floor import ADMIN, ADMIN_OF_NORMAL, OF_ALL, OF_NORMAL, OF_VIP, STAFF, VIEWER, floor, talk
from tests.ami_bridge.replaying import T0
from tests.ami_bridge.test_reducer import join, member

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from ami_bridge.acts.asker import Asker
    from ami_bridge.domain import events as ev
    from ami_bridge.domain.model import State
    from store.engine import Store
    from tests.ami_bridge.replaying import Replay


@dataclass
class Asterisk:
    """Does what it is told, after a while, and sends the events of it."""

    floor: Replay = field(default_factory=floor)
    said: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    meet: asyncio.Barrier | None = None
    """Answers only when as many ask at once as are to meet."""
    stands_still: bool = False
    gate: asyncio.Event | None = None
    """What is said of 1001, or of a channel, is answered once it is open."""
    fails: Exception | None = None
    deaf: bool = False
    """Answers, and nothing comes of it."""
    is_up: bool = True
    news: News = field(default_factory=News)
    channels: tuple[Heard, ...] = ()
    now: datetime = T0 + timedelta(seconds=60)
    rings: tuple[Heard, ...] = ()
    """The channels a call that is started makes."""

    @property
    def state(self) -> State:
        return self.floor.state

    async def ask(self, name: str, fields: Any = None) -> Reply:
        if name == "CoreShowChannels":
            return Reply(Heard({"Response": "Success"}), self.channels)
        self.said.append((name, dict(fields)))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        for _ in range(5):
            await asyncio.sleep(0)
        if self.meet is not None:
            await self.meet.wait()
        if self.gate is not None and "1001" in fields.get("Interface", "1001"):
            await self.gate.wait()
        if self.stands_still:
            await asyncio.Event().wait()
        self.at_once -= 1
        if name == "Originate":
            self.channels, self.rings = (*self.channels, *self.rings), ()
        if self.fails is not None:
            raise self.fails
        if name == "QueuePause" and not self.deaf:
            asyncio.get_running_loop().call_soon(self._pause, dict(fields))
        return Reply(Heard({"Response": "Success"}))

    def _pause(self, fields: dict[str, Any]) -> None:
        paused, reason = fields["Paused"] == "true", fields.get("Reason", "")
        agent = fields["Interface"].partition("/")[2]
        self.now += timedelta(seconds=1)
        s = (self.now - T0).total_seconds()
        for queue in self.state.agents[agent].members:
            if fields.get("Queue", queue) == queue:
                self.floor.take(member(s, agent, queue, paused=paused, pause_reason=reason, membership="static"))

    def tell(self, event: ev.BroughtForward) -> None:
        self.floor.take(event)

    def show(self, news: News) -> None:
        self.news = news


@dataclass
class Kept:
    """Closed numbers, in memory."""

    of: dict[str, ClosedNumber] = field(default_factory=dict)
    broken: bool = False

    def closed(self) -> tuple[ClosedNumber, ...]:
        return tuple(self.of.values())

    def refusal(self, number: str, message: str | None) -> Told | None:
        if number != "96956":
            return Told("unknown_number", f"there is no number {number}")
        return Told("unknown_message", f"there is no message {message}") if message == "hullo" else None

    def close(self, number: str, message: str, who: str, at: datetime) -> None:
        if self.broken:
            raise OSError("no space left")
        self.of[number] = ClosedNumber(number=number, message=message, who=who, since=at)

    def open(self, number: str) -> None:
        del self.of[number]


@dataclass
class House:
    """A desk, and everything around it."""

    switch: Asterisk
    store: Store
    numbers: Kept

    def closed(self) -> list[str]:
        """As boards show it."""
        return [one.number for one in self.switch.news.closed]

    def desk(self) -> Desk:
        """A new one: a bridge that has just begun."""
        return Desk(self.switch, self.store, OwnActs(self.numbers), lambda: self.switch.now, may_listen=True)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    url = f"sqlite:///{tmp_path / 'hotline.db'}"
    await migrate.upgrade(url)
    store = await open_store(url)
    yield House(Asterisk(), store, Kept())
    await store.close()


async def said(switch: Asterisk) -> None:
    """Wait until Asterisk is asked for something."""
    while not switch.said:  # noqa: ASYNC110 - the fake has no event, and the loop's next turn is soon
        await asyncio.sleep(0)


PAUSE = asked.PauseAgent(agent="1001", reason="lunch")
UNPAUSE = asked.UnpauseAgent(agent="1001")


def wish(key: str, act: asked.Act = PAUSE, asker: Asker = ADMIN) -> Wish:
    return Wish(key, asker, act)


async def test_an_act_is_done_kept_and_answered_with_what_is_seen(house: House) -> None:
    told = await house.desk().ask(wish("k"))
    assert (told.code, told.result, told.repeated) == ("done", "done", False)
    assert "paused (lunch)" in told.seen
    row = await kept.act(house.store, "k")
    assert row is not None
    assert (row.who, row.role, row.act, row.target) == ("陈", "admin", "pause", "agent:1001")
    assert (row.code, row.words, row.seen) == ("done", told.words, told.seen)
    assert row.answered_at is not None


async def test_a_key_seen_before_gets_the_first_answer_and_nothing_is_done_again(house: House) -> None:
    here = house.desk()
    first = await here.ask(wish("k"))
    again = await here.ask(wish("k"))
    assert again == replace(first, repeated=True)
    assert len(house.switch.said) == 1


async def test_also_after_a_restart(house: House) -> None:
    first = await house.desk().ask(wish("k"))
    after = house.desk()
    await after.open()
    assert await after.ask(wish("k")) == replace(first, repeated=True)
    assert len(house.switch.said) == 1


async def test_also_while_the_first_is_under_way(house: House) -> None:
    here = house.desk()
    told = await asyncio.gather(*(here.ask(wish("k")) for _ in range(5)))
    assert [one.repeated for one in told].count(False) == 1
    assert {one.code for one in told} == {"done"}
    assert len(house.switch.said) == 1


@pytest.mark.parametrize(
    "other", [wish("k", UNPAUSE), wish("k", replace(PAUSE, reason="training")), wish("k", asker=OF_ALL)]
)
async def test_a_key_is_of_one_act_of_one_person(house: House, other: Wish) -> None:
    here = house.desk()
    await here.ask(wish("k"))
    told = await here.ask(other)
    assert (told.code, told.result) == ("key_reused", "refused")
    assert not any(one in told.words for one in ("陈", "1001", "pause")), "of whose act it is nothing is told"
    assert len(house.switch.said) == 1
    assert (await house.desk().ask(other)).code == "key_reused"


async def test_two_supervisors_at_once_the_second_sees_what_the_first_did(house: House) -> None:
    here = house.desk()
    one, two = await asyncio.gather(here.ask(wish("a")), here.ask(wish("b", asker=OF_ALL)))
    assert (one.code, two.code) == ("done", "already_so")
    assert len(house.switch.said) == 1
    one, two = await asyncio.gather(here.ask(wish("c", UNPAUSE)), here.ask(wish("d", PAUSE, OF_ALL)))
    assert (one.code, two.code) == ("done", "done")
    assert [fields["Paused"] for _, fields in house.switch.said] == ["true", "false", "true"]
    assert house.switch.most_at_once == 1


async def test_while_one_act_on_an_agent_is_under_way_the_next_is_not_begun(house: House) -> None:
    here, house.switch.gate = house.desk(), asyncio.Event()
    first = asyncio.create_task(here.ask(wish("a")))
    await said(house.switch)
    second = asyncio.create_task(here.ask(wish("b", replace(PAUSE, reason="training"), OF_ALL)))
    for number in range(4):  # others' acts come and go meanwhile
        act = replace(PAUSE if number % 2 == 0 else UNPAUSE, agent="1002")
        assert (await here.ask(wish(f"other-{number}", act))).code == "done"
    assert [fields["Reason"] for _, fields in house.switch.said if "1001" in fields["Interface"]] == ["lunch"]
    assert await kept.act(house.store, "b") is None
    house.switch.gate.set()
    assert [(await first).code, (await second).code] == ["done", "done"]
    assert [fields["Reason"] for _, fields in house.switch.said if "1001" in fields["Interface"]] == [
        "lunch",
        "training",
    ]


async def test_acts_on_two_agents_do_not_wait_for_each_other(house: House) -> None:
    here = house.desk()
    house.switch.meet = asyncio.Barrier(2)
    await asyncio.gather(here.ask(wish("a")), here.ask(wish("b", replace(PAUSE, agent="1002"))))
    assert house.switch.most_at_once == 2


async def test_of_an_answer_that_never_comes_it_is_said_that_it_is_not_known(house: House) -> None:
    house.switch.fails = AnswerOverdue("QueuePause: no answer within 10 s")
    here = house.desk()
    told = await here.ask(wish("k"))
    assert (told.code, told.result) == ("no_answer", "unknown")
    assert "no answer within 10 s" in told.words
    assert "not said again" in told.words
    assert "1001" in told.seen
    house.switch.fails = None
    assert await here.ask(wish("k")) == replace(told, repeated=True)
    assert len(house.switch.said) == 1


async def test_a_line_that_broke_meanwhile_is_no_reason_to_say_it_again(house: House) -> None:
    house.switch.fails = LinkDown("the connection is gone")
    assert (await house.desk().ask(wish("k"))).code == "no_answer"


async def test_what_asterisk_refuses_is_told_in_its_words(house: House) -> None:
    house.switch.fails = ActionFailed("QueuePause", "Interface not found")
    told = await house.desk().ask(wish("k"))
    assert (told.code, told.result) == ("asterisk_refused", "failed")
    assert "Interface not found" in told.words


async def test_without_the_switch_nothing_is_said(house: House) -> None:
    house.switch.is_up = False
    assert (await house.desk().ask(wish("k"))).code == "not_seen"
    assert house.switch.said == []


async def test_what_is_answered_and_not_seen_holds_nobody_up(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "SEEN_WITHIN_S", 0.2)
    house.switch.deaf = True
    told = await house.desk().ask(wish("k"))
    assert told.code == "done"
    assert "available" in told.seen or "signed_off" in told.seen


async def test_an_act_cut_off_by_the_service_s_end_is_told_as_not_known(house: House) -> None:
    house.switch.stands_still = True
    here = house.desk()
    asking = asyncio.create_task(here.ask(wish("k")))
    await said(house.switch)
    await here.close(grace_s=0.0)
    with pytest.raises(asyncio.CancelledError):
        await asking
    house.switch.stands_still = False
    after = house.desk()
    await after.open()
    told = await after.ask(wish("k"))
    assert (told.code, told.result, told.repeated) == ("interrupted", "unknown", True)
    assert len(house.switch.said) == 1


async def test_who_leaves_before_the_answer_has_it_done_all_the_same(house: House) -> None:
    here = house.desk()
    asking = asyncio.create_task(here.ask(wish("k")))
    await said(house.switch)
    asking.cancel()
    told = await here.ask(wish("k"))
    assert (told.code, told.repeated) == ("done", True)


async def test_what_cannot_be_kept_is_not_done(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(*_: Any) -> None:
        raise StoreUnavailable("the database is away")

    monkeypatch.setattr(desk, "claim", away)
    told = await house.desk().ask(wish("k"))
    assert told.code == "not_kept"
    assert house.switch.said == []


async def test_a_database_that_leaves_meanwhile_does_not_make_the_answer_another(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: Any, **__: Any) -> None:
        raise StoreUnavailable("the database is away")

    here = house.desk()
    monkeypatch.setattr(desk, "answer", away)
    first = await here.ask(wish("k"))
    assert first.code == "done"
    monkeypatch.setattr(desk, "claim", away)
    assert await here.ask(wish("k")) == replace(first, repeated=True)


async def test_who_may_not_is_in_the_audit_too(house: House) -> None:
    assert (await house.desk().ask(wish("k", asker=VIEWER))).code == "not_allowed"
    row = await kept.act(house.store, "k")
    assert row is not None
    assert (row.who, row.code) == ("guest", "not_allowed")


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (replace(PAUSE, agent="1002"), "unknown_agent"),
        (replace(PAUSE, queue="normal"), "not_your_queue"),
        (asked.RemoveMember(agent="1001", queue="vip"), "static_member"),
        (asked.HangUp(visit="gz-1/c1/1"), "caller_gone"),
    ],
)
async def test_who_is_refused_is_told_why_and_not_what_is_seen(house: House, act: asked.Act, code: str) -> None:
    house.switch.floor = floor(join(1))
    told = await house.desk().ask(wish("k", act, OF_VIP))
    assert (told.code, told.seen) == (code, "")
    row = await kept.act(house.store, "k")
    assert row is not None
    assert row.seen == ""


async def test_who_is_for_some_queues_is_told_of_these(house: House) -> None:
    told = await house.desk().ask(wish("k", asker=OF_VIP))
    assert (told.code, "in vip penalty" in told.seen) == ("done", True)
    assert "normal" not in told.seen + told.words


async def test_numbers_in_reasons_and_notes_are_masked_in_the_audit(house: House) -> None:
    here = house.desk()
    await here.ask(wish("p", replace(PAUSE, reason="call 13800138000 back")))
    await here.ask(wish("n", asked.SendNote(text="ring 13800138000 <b>now</b>")))
    for key in ("p", "n"):
        row = await kept.act(house.store, key)
        assert row is not None
        assert "13800138000" not in row.arguments
        assert "138****8000" in row.arguments
    said_so = await kept.act(house.store, "p")
    assert said_so is not None
    assert "call 138****8000 back" in (said_so.words or "")
    assert "call 138****8000 back" in (said_so.seen or "")
    (note,) = house.switch.news.notes
    assert note.text == "ring 138****8000 <b>now</b>"


async def test_notes_come_back_after_a_restart_until_their_time(house: House) -> None:
    here = house.desk()
    await here.ask(wish("n1", asked.SendNote(text="short", minutes=1), OF_NORMAL))
    await here.ask(wish("n2", asked.SendNote(text="long", minutes=60), OF_NORMAL))
    await here.ask(wish("n3", asked.SendNote(text="taken down", minutes=60), OF_NORMAL))
    await here.ask(wish("t", asked.TakeNoteDown(note="n3")))
    house.switch.now += timedelta(minutes=2)
    await house.desk().open()
    assert [(note.text, note.who) for note in house.switch.news.notes] == [("long", "Wong")]
    assert (await here.ask(wish("t2", asked.TakeNoteDown(note="n3")))).code == "already_so"


async def test_a_note_is_on_screens_by_another_name_than_its_key_and_goes_by_either(house: House) -> None:
    here = house.desk()
    for key in ("note-key-1", "note-key-2"):
        await here.ask(wish(key, asked.SendNote(text="all hands", minutes=60)))
    one, two = (note.id for note in house.switch.news.notes)
    assert not {one, two} & {"note-key-1", "note-key-2"}
    assert (await here.ask(wish("t1", asked.TakeNoteDown(note=one)))).code == "done"
    await house.desk().open()
    assert [note.id for note in house.switch.news.notes] == [two]
    assert (await here.ask(wish("t2", asked.TakeNoteDown(note="note-key-2")))).code == "done"
    await house.desk().open()
    assert house.switch.news.notes == ()


async def test_numbers_are_closed_and_opened_by_an_admin_of_every_queue_alone(house: House) -> None:
    here = house.desk()
    close = asked.CloseNumber(number="96956", message="emergency")
    assert (await here.ask(wish("1", close, OF_ALL))).code == "not_allowed"
    some = await here.ask(wish("some", close, ADMIN_OF_NORMAL))
    assert (some.code, "admin of every queue" in some.words) == ("not_allowed", True)
    assert (await here.ask(wish("2", close))).code == "done"
    assert [(one.number, one.message, one.who) for one in house.switch.news.closed] == [("96956", "emergency", "陈")]
    assert (await here.ask(wish("3", close))).code == "already_so"
    await house.desk().open()
    assert house.closed() == ["96956"]
    assert (await here.ask(wish("4", asked.OpenNumber(number="96956")))).code == "done"
    assert house.closed() == []
    assert (await here.ask(wish("5", asked.OpenNumber(number="96956")))).code == "already_so"
    assert (await here.ask(wish("6", replace(close, number="1")))).code == "unknown_number"
    assert (await here.ask(wish("7", replace(close, message="hullo")))).code == "unknown_message"
    house.numbers.broken = True
    told = await here.ask(wish("8", close))
    assert (told.code, "no space left" in told.words) == ("not_kept", True)


async def test_a_fault_of_ours_is_an_answer_and_no_second_try(house: House) -> None:
    house.switch.fails = RuntimeError("a slip")
    here = house.desk()
    told = await here.ask(wish("k"))
    assert (told.code, told.result) == ("interrupted", "unknown")
    house.switch.fails = None
    assert (await here.ask(wish("k"))).repeated
    assert len(house.switch.said) == 1


async def test_a_caller_brought_forward_stands_at_the_head_of_our_line(house: House) -> None:
    house.switch.floor = floor(join(1), join(2, "c2"))
    house.switch.channels = (
        Heard({"Channel": "PJSIP/t-2", "Uniqueid": "c2", "Linkedid": "c2", "Duration": "00:00:01"}),
    )
    told = await house.desk().ask(wish("k", asked.PromoteCaller(visit="gz-1/c2/1")))
    assert told.code == "done"
    assert house.switch.state.visits["gz-1/c2/1"].row.priority == 3


def talking(*names: str) -> tuple[Heard, ...]:
    return tuple(
        Heard({"Channel": name, "Uniqueid": name, "Linkedid": "x", "BridgeId": "b", "Duration": "00:00:01"})
        for name in names
    )


async def test_a_microphone_is_opened_by_who_had_the_telephone_rung(house: House) -> None:
    spying = {"Channel": "PJSIP/1009-03", "Uniqueid": "s", "Linkedid": "s", "Duration": "00:00:01"}
    spying |= {"Application": "ChanSpy", "ApplicationData": "PJSIP/1001-01,uqES"}
    house.switch.channels, house.switch.rings = talking("PJSIP/1001-01", "PJSIP/1002-02"), (Heard(spying),)
    here, whisper = house.desk(), asked.Listen(agent="1001", phone="1009", mode="whisper")
    assert (await here.ask(wish("1", replace(whisper, mode="listen"), OF_ALL))).code == "done"
    assert (await here.ask(wish("2", whisper))).code == "not_allowed"
    assert (await house.desk().ask(wish("3", whisper, OF_ALL))).code == "not_allowed", "a new bridge knows nobody"
    assert [name for name, _ in house.switch.said] == ["Originate"]
    assert (await here.ask(wish("4", whisper, OF_ALL))).code == "done"
    assert [name for name, _ in house.switch.said] == ["Originate", "Setvar", "Redirect"]


@pytest.mark.parametrize(
    "two",
    [
        (asked.HangUp(visit="gz-1/c1/1"), asked.HangUp(agent="1001")),
        (asked.HangUp(agent="1001"), asked.HangUp(visit="gz-1/c1/1")),
        (asked.HangUp(visit="gz-1/c1/1"), PAUSE),
        (asked.Listen(agent="1001", phone="1009"), asked.Listen(agent="1002", phone="1009")),
        (asked.PromoteCaller(visit="gz-1/c3/1"), asked.PromoteCaller(visit="gz-1/c4/1")),
    ],
)
async def test_acts_on_what_hangs_together_are_done_one_after_the_other(
    house: House, monkeypatch: pytest.MonkeyPatch, two: tuple[asked.Act, asked.Act]
) -> None:
    for name in ("SEEN_WITHIN_S", "RINGS_WITHIN_S"):
        monkeypatch.setattr(desk, name, 0.05)
    house.switch.floor = floor(*talk(), *(join(9, name) for name in ("c2", "c3", "c4")))
    phones = talking("PJSIP/1001-01", "PJSIP/1002-02")
    callers = [
        {"Channel": f"PJSIP/t-{one}", "Uniqueid": one, "Linkedid": one, "Duration": "1"} for one in ("c1", "c3", "c4")
    ]
    house.switch.channels = (*phones, *map(Heard, callers))
    here = house.desk()
    house.switch.gate = asyncio.Event()
    first = asyncio.create_task(here.ask(wish("first", two[0])))
    await said(house.switch)
    second = asyncio.create_task(here.ask(wish("second", two[1])))
    for number in range(4):  # others' acts come and go meanwhile
        assert (await here.ask(wish(f"other-{number}", asked.SendNote(text="hello")))).code == "done"
    assert await kept.act(house.store, "second") is None
    assert len(house.switch.said) == 1
    house.switch.gate.set()
    await asyncio.gather(first, second)
    assert len(house.switch.said) == 2
    if two[0].act == "promote_caller":
        assert len({fields["Priority"] for _, fields in house.switch.said}) == 2


async def test_a_telephone_that_does_not_ring_is_told(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "RINGS_WITHIN_S", 0.2)
    monkeypatch.setattr(desk, "LOOK_AT_CHANNELS_S", 0.01)
    house.switch.channels = tuple(
        Heard({"Channel": name, "Uniqueid": name, "Linkedid": "x", "BridgeId": "b", "Duration": "00:00:01"})
        for name in ("PJSIP/1001-01", "PJSIP/1002-02")
    )
    told = await house.desk().ask(wish("k", asked.Listen(agent="1001", phone="1009")))
    assert (told.code, told.result) == ("phone_away", "failed")
    assert [name for name, _ in house.switch.said] == ["Originate"]


# -- the door


async def ask_at(path: Path, line: bytes) -> bytes:
    reader, writer = await asyncio.open_unix_connection(path)
    writer.write(line)
    answer = await reader.read()
    writer.close()
    return answer


@pytest.fixture
async def door(house: House, tmp_path: Path) -> AsyncIterator[Door]:
    made = Door(tmp_path / "acts.sock", house.desk())
    await made.open()
    yield made
    await made.close()


async def test_an_act_is_asked_for_over_the_socket(house: House, door: Door) -> None:
    told = read_answer(await ask_at(door.path, write_wish(wish("k", asker=OF_NORMAL))))
    assert (told.key, told.code) == ("k", "done")
    assert door.path.stat().st_mode & 0o777 == 0o660
    assert [fields.get("Queue") for _, fields in house.switch.said] == ["normal"]


@pytest.mark.parametrize(
    "line",
    [b"\n", b"hello\n", b"[]\n", b'{"key": "k"}\n', write_wish(wish("")), write_wish(wish("x" * 200)), b"\xff\xfe\n"],
)
async def test_what_is_no_wish_is_refused_and_the_door_stays_open(house: House, door: Door, line: bytes) -> None:
    assert read_answer(await ask_at(door.path, line)).result == "refused"
    assert house.switch.said == []
    assert read_answer(await ask_at(door.path, write_wish(wish("k")))).code == "done"


async def test_a_line_beyond_all_bounds_is_let_go(house: House, door: Door) -> None:
    reader, writer = await asyncio.open_unix_connection(door.path)
    writer.write(b"x" * 100_000)
    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        await reader.readexactly(1)
    writer.close()
    assert house.switch.said == []


async def test_a_second_bridge_does_not_take_the_socket_over(house: House, door: Door) -> None:
    with pytest.raises(FeedTaken):
        await Door(door.path, house.desk()).open()


def test_the_node_of_the_tests_has_its_staff() -> None:
    assert set(STAFF.agents) == {"1001", "1002", "1009"}
