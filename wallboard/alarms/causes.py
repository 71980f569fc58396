"""What each rule sees of each subject, causes first. Pure; `now` is an argument.

Where a cause stands, what follows from it cannot be seen and is `unseen`: of a node that is gone nobody knows AMI,
trunks and queues; of an Asterisk that does not answer nobody knows trunks and queues; of a database that is away nobody
knows how calls ended; and that nobody serves a queue is no news while many telephones went at once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from wallboard.alarms import rules as on
from wallboard.alarms.machine import Sight
from wallboard.alarms.phones import Phones
from wallboard.alarms.worth import Worths

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from ami_bridge.messages import QueueView, Snapshot
    from wallboard.alarms.machine import Alarm
    from wallboard.alarms.rules import Rule
    from wallboard.watch import Standing

Key = tuple[str, str]
"""Rule and subject."""

UNSEEN: Final = Sight(look="unseen")
GOOD: Final = Sight(look="good")
BAD: Final = Sight(look="bad")
DATABASE_SUBJECT, ALL_PHONES, ALL_CALLS = "database", "phones", "calls"
_HALF: Final = 2
_PER_CENT: Final = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Calls:
    """How the calls ended whose flow was over within a window."""

    ended: int
    failed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """All there is to see at one moment."""

    now: datetime
    node: str
    standing: Standing
    snapshot: Snapshot | None
    database: bool | None = None
    """Whether the database answers; None before it was asked."""
    calls: Mapping[str, Calls] = field(default_factory=dict)
    """By rule, of the rules about failed calls; what is not in it nobody knows."""
    is_open: Callable[[str], bool] = lambda _: True
    """Whether a schedule is open now."""


def sights(
    rules: Mapping[str, Rule], seen: Seen, alarms: Mapping[Key, Alarm], phones: Mapping[str, Phones]
) -> dict[Key, Sight]:
    """What every rule sees of every subject at this moment.

    Args:
        rules: by name.
        seen: what there is to see.
        alarms: as they stood after the look before.
        phones: by rule, of the rules about telephones; after this look (`phones_after`).
    """
    found: dict[Key, Sight] = {}
    many = {rule.name for rule in rules.values() if rule.when == on.PHONES}
    for rule in rules.values():
        for subject, sight in _seen_by(rule, seen, alarms, phones):
            found[rule.name, subject] = sight
    away = [key for key, sight in found.items() if key[0] in many and (sight.look == "bad" or _stands(alarms, key))]
    if away:
        for key in found:
            if rules[key[0]].when in {on.NO_AGENTS, *on.OF_AGENTS} and _same_queues(rules, away, key[1]):
                found[key] = UNSEEN
    return found


def phones_after(rules: Mapping[str, Rule], seen: Seen, phones: Mapping[str, Phones]) -> dict[str, Phones]:
    """The telephones each rule about them watches, after this look."""
    watching = [rule for rule in rules.values() if rule.when == on.PHONES]
    if not _is_known(seen) or seen.snapshot is None:
        return {rule.name: phones.get(rule.name, Phones()) for rule in watching}
    agents, now = seen.snapshot.agents, seen.now
    return {
        rule.name: phones.get(rule.name, Phones()).look(agents, rule.queues, rule.window_s, now) for rule in watching
    }


def _stands(alarms: Mapping[Key, Alarm], key: Key) -> bool:
    return key in alarms and alarms[key].fires


def _same_queues(rules: Mapping[str, Rule], away: list[Key], queue: str) -> bool:
    return any(rules[name].queues is None or queue in (rules[name].queues or ()) for name, _ in away)


def _is_known(seen: Seen) -> bool:
    return seen.snapshot is not None and seen.standing.truth in {"live", "catching_up"}


def _seen_by(
    rule: Rule, seen: Seen, alarms: Mapping[Key, Alarm], phones: Mapping[str, Phones]
) -> Iterator[tuple[str, Sight]]:
    match rule.when:
        case on.NODE:
            yield seen.node, BAD if seen.standing.truth == "lost" else GOOD
        case on.AMI:
            yield (
                seen.node,
                UNSEEN if seen.standing.truth == "lost" else BAD if seen.standing.truth == "blind" else GOOD,
            )
        case on.DATABASE:
            yield DATABASE_SUBJECT, UNSEEN if seen.database is None else GOOD if seen.database else BAD
        case on.TRUNK:
            yield from ((name, _trunk(name, seen)) for name in (*rule.trunks, *rule.registrations))
        case on.FAILED:
            yield ALL_CALLS, _failed(rule, seen)
        case on.PHONES:
            yield ALL_PHONES, _phones(rule, seen, phones.get(rule.name, Phones()), alarms)
        case _:
            yield from _of_queues(rule, seen, alarms)


def _trunk(name: str, seen: Seen) -> Sight:
    if not _is_known(seen) or seen.snapshot is None:
        return UNSEEN
    state = next((each.state for each in seen.snapshot.trunks if each.name == name), "unknown")
    return UNSEEN if state == "unknown" else GOOD if state == "reachable" else BAD


def _failed(rule: Rule, seen: Seen) -> Sight:
    calls = seen.calls.get(rule.name)
    if not seen.database or calls is None:
        return UNSEEN
    share = _PER_CENT * calls.failed / calls.ended if calls.ended else 0.0
    if calls.ended < rule.count and share > 0:  # too few to judge by: nothing begins, and nothing is over
        return Sight(look="between", value=share, of=rule.over)
    return _held_against(rule, share)


def _phones(rule: Rule, seen: Seen, phones: Phones, alarms: Mapping[Key, Alarm]) -> Sight:
    if not _is_known(seen):
        return UNSEEN
    if rule.hours and not seen.is_open(rule.hours):
        return GOOD
    # while it stands, what went when it began counts on, however long ago: it is over when they are back
    stands = _stands(alarms, (rule.name, ALL_PHONES))
    gone = len(phones.gone) if stands else phones.within(rule.window_s, seen.now)
    watched = len(phones.there) + len(phones.gone)
    least = float(rule.count) if rule.share is None else max(watched * rule.share / _PER_CENT, float(rule.count))
    look = Sight(look="bad" if gone and gone >= least else "good", value=float(gone), of=float(watched))
    if look.look == "good" and gone * _HALF > least:
        return Sight(look="between", value=look.value, of=look.of)
    return look


def _of_queues(rule: Rule, seen: Seen, alarms: Mapping[Key, Alarm]) -> Iterator[tuple[str, Sight]]:
    """One alarm per queue. While nobody can see, those there were before are unseen."""
    if not _is_known(seen) or seen.snapshot is None:
        yield from ((subject, UNSEEN) for name, subject in alarms if name == rule.name)
        return
    closed = bool(rule.hours) and not seen.is_open(rule.hours)
    worths = Worths(seen.snapshot, seen.now)
    for queue in seen.snapshot.queues:
        if rule.queues is not None and queue.name not in rule.queues:
            continue
        if closed:
            yield queue.name, GOOD
        elif rule.when == on.NO_AGENTS:
            yield queue.name, _nobody(queue)
        else:
            value = worths.of(rule.when, queue.name)
            yield queue.name, GOOD if value is None else _held_against(rule, value)


def _nobody(queue: QueueView) -> Sight:
    doing = queue.members
    signed_in = doing.available + doing.ringing + doing.talking + doing.wrap_up + doing.paused
    return Sight(look="good" if signed_in else "bad", value=float(signed_in), of=float(signed_in + doing.away))


def _held_against(rule: Rule, value: float) -> Sight:
    """Bad beyond the bound; good at the value at which it is over, or as soon as it is not bad."""
    over, under, clear = rule.over, rule.under, rule.clear_at
    bad = (over is not None and value > over) or (under is not None and value < under)
    bound = over if over is not None else under
    if bad:
        return Sight(look="bad", value=value, of=bound)
    over_at = bound if clear is None else clear
    if over_at is None:
        return Sight(look="good", value=value, of=bound)
    is_good = value <= over_at if over is not None else value >= over_at
    return Sight(look="good" if is_good else "between", value=value, of=bound)
