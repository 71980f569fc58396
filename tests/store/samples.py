"""Rows to test with: hand-made ones with everything filled, and hypothesis strategies for any."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Literal, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from store import records, rows
from store.backlog import key_of
from store.columns import storable
from store.rows import OUTCOMES, RingAttempt, Row, Visit

if TYPE_CHECKING:
    from collections.abc import Iterable

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)

TRICKY = ["", "陈美玲", "a\"b')\r\n<script>", "Z", "a", "ä", "\U0001f4de", "\x00", "\ud800", "%_\\"]
"""Texts that have broken databases: quotes, markup, NUL, a lone surrogate, letters that collations move."""


def at(seconds: float) -> datetime:
    """That many seconds after noon."""
    return NOON + timedelta(seconds=seconds)


def a_visit(ordinal: int = 1, **changes: Any) -> Visit:
    """A waiting visit of channel `1763000000.7`, changed as said."""
    plain = Visit(
        id=rows.visit_id("gz-1", "1763000000.7", ordinal),
        node="gz-1",
        call_id="1763000000.7",
        channel_id="1763000000.7",
        ordinal=ordinal,
        queue="general",
        entered_at=NOON,
    )
    return dataclasses.replace(plain, **changes)


def a_ring(ordinal: int = 1, **changes: Any) -> RingAttempt:
    """A ringing of 1001 for the first visit, changed as said."""
    plain = RingAttempt(
        visit_id=a_visit().id,
        ordinal=ordinal,
        node="gz-1",
        agent="1001",
        interface="PJSIP/1001",
        started_at=at(1),
    )
    return dataclasses.replace(plain, **changes)


def a_step(ordinal: int, **changes: Any) -> rows.JourneyStep:
    """One step of the journey of the first visit's call."""
    plain = rows.JourneyStep(
        journey_id="gz-1/1763000000.7",
        ordinal=ordinal,
        node="gz-1",
        segment=1,
        flow="main",
        step=f"step{ordinal}",
        verb="say",
        outcome="ok",
        at=at(ordinal),
    )
    return dataclasses.replace(plain, **changes)


def a_journey(**changes: Any) -> rows.Journey:
    """The journey of the first visit's call."""
    plain = rows.Journey(
        id=rows.journey_id("gz-1", "1763000000.7"),
        node="gz-1",
        call_id="1763000000.7",
        channel_id="1763000000.7",
        number="96956",
        flow="main",
        flow_version="sha256:ab",
        started_at=NOON,
    )
    return dataclasses.replace(plain, **changes)


OF_A_CALL: dict[str, Any] = {
    "node": "gz-1",
    "channel_id": "1763000000.7",
    "flow": "main",
    "flow_version": "sha256:ab",
    "step": "s",
}


def a_survey(number: int) -> records.Survey:
    """A survey of one question, every second of them after a talk with 1001."""
    return records.Survey(
        id=records.record_id("gz-1", "1763000000.7", "main.rate", number),
        call_id="1763000000.7" if number % 2 else f"c{number}",
        survey="after-talk",
        asked_at=at(number),
        answers='{"helpful": 5}',
        agent="1001" if number % 2 else None,
        visit_id=a_visit().id if number % 2 else None,
        **OF_A_CALL,
    )


def a_callback(number: int) -> records.Callback:
    """A wish to be called back."""
    return records.Callback(
        id=records.callback_id("gz-1", f"{number}", "vip"),
        call_id="1763000000.7" if number % 2 else f"c{number}",
        queue=("vip", "general")[number % 2],
        number_to_call="8613800138000",
        asked_at=at(number // 2),
        entered_at=at(-number),
        not_after=at(86_400),
        **OF_A_CALL,
    )


def a_ticket(number: int) -> records.Ticket:
    """A ticket, every second of them red."""
    return records.Ticket(
        id=records.record_id("gz-1", "1763000000.7", "main.fault", number),
        call_id="1763000000.7",
        kind="fault",
        colour=("yellow", "red")[number % 2],
        opened_at=at(number),
        fields='{"account": "755001234"}',
        due_at=at(3600),
        recording=f"r{number}",
        **OF_A_CALL,
    )


def a_recording(number: int) -> records.Recording:
    """What a caller said."""
    return records.Recording(
        id=f"r{number}",
        call_id="1763000000.7" if number % 2 else f"c{number}",
        path=f"r{number}.wav",
        recorded_at=at(number),
        seconds=7.25,
        **OF_A_CALL,
    )


def instants() -> st.SearchStrategy[datetime]:
    """Aware instants within an hour or two of noon, in several zones, on and between seconds."""
    return st.builds(
        lambda s, us, zone: (NOON + timedelta(seconds=s, microseconds=us)).astimezone(zone),
        st.integers(0, 5000),
        st.sampled_from([0, 1, 500_000, 999_999]),
        st.sampled_from([UTC, datetime.now().astimezone().tzinfo, NOON.astimezone().tzinfo]),
    )


def any_row(kind: type[Row] | None = None) -> st.SearchStrategy[Row]:
    """Any row, with few enough keys that repeats are common."""
    kinds = [kind] if kind else list(rows.ROW_TYPES)
    return st.one_of(*(st.builds(one, **_fields(one)) for one in kinds))


def last_versions(put: Iterable[Row]) -> dict[type[Row], dict[object, Row]]:
    """What the tables must hold after these puts: the last row of each key, as it can be stored."""
    tables: dict[type[Row], dict[object, Row]] = {kind: {} for kind in rows.ROW_TYPES}
    for row in put:
        stored = as_stored(row)
        tables[type(row)][key_of(stored)] = stored
    return tables


def as_stored(row: Row) -> Row:
    """The row as the database gives it back: texts cleaned, instants in UTC."""
    changes: dict[str, Any] = {}
    for name in row.__slots__:
        value = getattr(row, name)
        if isinstance(value, str):
            changes[name] = storable(value)
        elif isinstance(value, datetime):
            changes[name] = value.astimezone(UTC)
    return dataclasses.replace(row, **changes)


def _fields(kind: type[Row]) -> dict[str, st.SearchStrategy[Any]]:
    hints = get_type_hints(kind, localns={"datetime": datetime}, globalns=vars(rows) | {"datetime": datetime})
    return {name: _values(name, hint) for name, hint in hints.items()}


def _values(name: str, hint: Any) -> st.SearchStrategy[Any]:
    if get_origin(hint) in (Union, UnionType):
        return st.one_of(*(st.none() if one is NoneType else _values(name, one) for one in get_args(hint)))
    if get_origin(hint) is Literal:
        return st.sampled_from(get_args(hint))
    if name in {"id", "visit_id", "journey_id", "call_id", "node", "queue", "agent", "caller_key", "box", "step"}:
        return st.sampled_from(["a", "b", "Z", "ä"])
    if name in {"ordinal", "segment"}:
        return st.integers(1, 2)
    return {
        str: st.one_of(st.sampled_from(TRICKY), st.text(max_size=8)),
        int: st.integers(-(2**31), 2**31 - 1),
        float: st.floats(0, 5000, width=32),
        bool: st.booleans(),
        datetime: instants(),
    }[hint]


def a_days_visits(count: int) -> list[Visit]:
    """Visits of three queues with every outcome, waits and talks, several in one instant."""
    made: list[Visit] = []
    for number in range(count):
        outcome = None if number % 11 == 10 else OUTCOMES[number % len(OUTCOMES)]
        entered = at(number // 3)
        wait = None if outcome is None else float(number % 40)
        answered = outcome == "answered"
        talking = answered and number % 4 == 0
        made.append(
            a_visit(
                number + 1,
                call_id=f"call-{number % 7}",
                queue=("general", "vip", "Ä-queue")[number % 3],
                node=("gz-1", "gz-2")[number % 2],
                entered_at=entered,
                wait_s=wait,
                answered_at=entered + timedelta(seconds=wait or 0) if answered else None,
                ended_at=None if outcome is None or talking else entered + timedelta(seconds=100),
                talk_s=60.5 if answered and not talking else None,
                agent=("1001", "1002")[number % 2] if answered else None,
                outcome=outcome,
            ),
        )
    return made
