"""Acts on each database: claimed by one, answered once, read by what is asked."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from store.act_rows import Act
from store.purging import purge
from store.queries.acts import act, acts, answer, claim, notes
from store.retention import Retention, rules

if TYPE_CHECKING:
    from store.engine import Store

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def an_act(key: str = "k1", minute: float = 0, **more: str) -> Act:
    plain = Act(
        id=key,
        node="gz-1",
        who="陈 <b>",
        role="supervisor",
        asked_at=NOON + timedelta(minutes=minute),
        act="pause",
        target="agent:1001",
        arguments='{"act":"pause"}',
        digest="d",
    )
    return replace(plain, **more)  # type: ignore[arg-type]  # texts only


async def done(store: Store, key: str, code: str = "done") -> None:
    await answer(store, key, at=NOON, code=code, words="as it is", seen="")


async def test_of_many_who_claim_one_key_at_once_one_has_it(store: Store) -> None:
    found = await asyncio.gather(*(claim(store, an_act(who=f"p{number}")) for number in range(8)))
    had = [one for one in found if one is not None]
    assert len(had) == 7
    assert len({one.who for one in had}) == 1
    assert had[0] == await act(store, "k1")


async def test_the_first_answer_stands(store: Store) -> None:
    await claim(store, an_act())
    await answer(store, "k1", at=NOON, code="done", words="first", seen="so")
    await answer(store, "k1", at=NOON, code="no_answer", words="second", seen="")
    found = await act(store, "k1")
    assert found is not None
    assert (found.code, found.words, found.seen, found.answered_at) == ("done", "first", "so", NOON)
    assert await claim(store, an_act()) == found


async def test_acts_are_found_by_what_is_asked_newest_first(store: Store) -> None:
    await claim(store, an_act("a", 1))
    await claim(store, an_act("b", 2, who="Wong", act="hang_up", target="visit:x"))
    await claim(store, an_act("c", 3))
    await done(store, "c", "already_so")
    assert [one.id for one in (await acts(store)).rows] == ["c", "b", "a"]
    assert [one.id for one in (await acts(store, who="Wong")).rows] == ["b"]
    assert [one.id for one in (await acts(store, kind="pause", target="agent:1001")).rows] == ["c", "a"]
    assert [one.id for one in (await acts(store, code="already_so")).rows] == ["c"]
    assert [one.id for one in (await acts(store, NOON + timedelta(minutes=2))).rows] == ["c", "b"]
    assert [one.id for one in (await acts(store, None, NOON + timedelta(minutes=2))).rows] == ["a"]
    page = await acts(store, limit=2)
    assert [one.id for one in (await acts(store, limit=2, after=page.next)).rows] == ["a"]


async def test_notes_that_were_sent_are_found_again(store: Store) -> None:
    for key, kind, minute in (("n1", "note", 1), ("n2", "note", 2), ("n3", "note", 3), ("t", "take_note_down", 4)):
        await claim(store, an_act(key, minute, act=kind, target="notes"))
    for key in ("n2", "n3", "t"):
        await done(store, key)
    found = await notes(store, "gz-1", NOON + timedelta(minutes=2))
    assert [one.id for one in found] == ["n2", "n3", "t"]
    assert await notes(store, "elsewhere", NOON) == ()


async def test_acts_past_their_time_go(store: Store) -> None:
    await claim(store, an_act("old", -60 * 24 * 3))
    await claim(store, an_act("young", 0))
    keep = Retention(acts=timedelta(days=2))
    (went,) = await purge(store, rules(keep, "gz-1", NOON))
    assert (went.table, went.rows) == ("acts", 1)
    assert [one.id for one in (await acts(store)).rows] == ["young"]
