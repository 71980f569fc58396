"""What no single value of `hotline.yaml` can show: names that exist elsewhere, readable hours, questions that fit."""

from __future__ import annotations

import re
import string
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from dialplan.diagnostics import Diagnostic, did_you_mean, nearest
from ivr.config.hours import ScheduleError, timetable
from ivr.config.hours_rules import idle_rules, is_never_open
from ivr.prompts.speech_fields import SPEECH_FIELDS
from ivr.services.sources import Field, HttpLookup, SqlLookup, faults

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping
    from datetime import date

    from dialplan.source import Span
    from ivr.config.model import Hotline, Lookup, Schedule
    from ivr.config.readable import Readable
    from ivr.flow.known import Known

    Place = Callable[..., Span | None]

_SQL_PLACE = re.compile(r"(?<![:\w]):([A-Za-z_]\w*)")
_SQL_QUOTED = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|/\*.*?\*/", re.DOTALL)
_SECRET_HEADER = re.compile(r"authori[sz]ation|cookie|token|secret|passw|api-?key|signature|credential", re.IGNORECASE)
_PATH_PLACE = re.compile(r"\{([A-Za-z_]\w*)\}")


def setting_rules(
    readable: Readable,
    place: Place,
    flows: Collection[str],
    known: Known,
) -> Iterator[Diagnostic]:
    """Everything wrong with the settings of one hotline as a whole.

    Args:
        readable: the settings that are sound in themselves.
        place: where a value stands in the file, by its path.
        flows: names of the flows there are.
        known: the messages there are.
    """
    hotline = readable.hotline
    yield from unknown_names(readable, place, flows)
    if readable.whole("languages"):
        yield from unknown_languages(hotline, place)
    yield from unreadable_hours(hotline, place)
    yield from unfitting_lookups(hotline, place)
    if readable.whole("agents"):
        yield from lonely_queues(hotline, place)
    yield from messages_of_its_own(hotline, place, known)
    yield from shared_names(hotline, place)
    yield from former_names(hotline, place)
    yield from speech_command(hotline, place)
    yield from secret_headers(readable.written, place)


def unknown_names(readable: Readable, place: Place, flows: Collection[str]) -> Iterator[Diagnostic]:
    """C004: a flow, queue or data source that is mentioned and not there."""
    hotline, queues, sources = readable.hotline, readable.names["queues"], readable.names["data_sources"]
    for number, flow in hotline.numbers.items():
        yield from _unknown("flow", flow, flows, place("numbers", number))
    for agent_id, agent in hotline.agents.items():
        for queue in agent.queues:
            yield from _unknown("queue", queue, queues, place("agents", agent_id, "queues", queue, "[key]"))
    if readable.whole("rescue"):
        yield from _unknown("queue", hotline.rescue.queue, queues, place("rescue", "queue"))
    for name, lookup in hotline.lookups.items():
        yield from _unknown("data source", lookup.source, sources, place("lookups", name, "source"))


def unknown_languages(hotline: Hotline, place: Place) -> Iterator[Diagnostic]:
    """C005: a title or voice in a language the hotline does not speak, a language given twice."""
    seen = set()
    for index, language in enumerate(hotline.languages):
        if language in seen:
            message = f"the language '{language}' is given twice"
            yield Diagnostic("C005", "error", place("languages", index), message, "each language once")
        seen.add(language)
    paths: list[tuple[object, ...]] = [("title", language) for language in hotline.title]
    paths += [("queues", name, "title", tag) for name, queue in hotline.queues.items() for tag in queue.title]
    paths += [("voicemail", name, "title", tag) for name, box in hotline.voicemail.items() for tag in box.title]
    paths += [("tickets", name, "title", tag) for name, kind in hotline.tickets.items() for tag in kind.title]
    paths += [("prompts", "voices", language) for language in hotline.prompts.voices]
    for path in paths:
        if path[-1] not in seen:
            message = f"the hotline does not speak '{path[-1]}'"
            expected = f"one of {', '.join(hotline.languages)}"
            hint = did_you_mean(str(path[-1]), sorted(seen))
            yield Diagnostic("C005", "error", place(*path, "[key]"), message, expected, hint)


def unreadable_hours(hotline: Hotline, place: Place) -> Iterator[Diagnostic]:
    """C007: opening hours that are none."""
    for name, schedule in hotline.hours.items():
        try:
            timetable(schedule)
        except ScheduleError as error:
            at = place("hours", name, *_blamed(str(error), schedule.exceptions))
            expected = "hours as in OpenStreetMap: Mo-Fr 09:00-18:00; Sa 09:00-12:00"
            yield Diagnostic("C007", "error", at, str(error), expected)
        else:
            yield from _unmeant_hours(name, schedule, place)


def _unmeant_hours(name: str, schedule: Schedule, place: Place) -> Iterator[Diagnostic]:
    """C020: hours that never come; C021: a rule of them that never counts."""
    if is_never_open(schedule):
        message = f"'{name}' is never open"
        expected = "at least one open minute in its week, its holidays or its exceptions"
        yield Diagnostic("C020", "error", place("hours", name, "open"), message, expected)
    for path, message in idle_rules(schedule):
        yield Diagnostic("C021", "warning", place("hours", name, *path), message, "each rule with days of its own")


def _blamed(error: str, exceptions: Mapping[date, str]) -> tuple[str, ...]:
    """The setting of a schedule that a complaint quotes."""
    for day, hours in exceptions.items():
        if f"'{hours}'" in error:
            return ("exceptions", str(day))
    return ("holidays",) if "holidays of" in error else ("open",)


def unfitting_lookups(hotline: Hotline, place: Place) -> Iterator[Diagnostic]:
    """C008: a question that does not fit its source or its arguments, or that will not be asked when it comes to it."""
    for name, lookup in hotline.lookups.items():
        found = tuple(_unfitting(name, lookup, hotline, place))
        yield from found or _refused_later(name, lookup, place)


def _refused_later(name: str, lookup: Lookup, place: Place) -> Iterator[Diagnostic]:
    """What whoever asks the question would refuse it for, at the latest when a caller waits for the answer."""
    gives = tuple(Field(field, kind) for field, kind in lookup.gives.items())
    takes = tuple(lookup.takes)
    if lookup.sql is not None:
        question: SqlLookup | HttpLookup = SqlLookup(name, lookup.source, lookup.sql, takes, gives, lookup.as_of)
    else:
        question = HttpLookup(name, lookup.source, lookup.get or lookup.post or "", takes, gives, lookup.as_of)
    kind = "sql" if lookup.sql is not None else "get" if lookup.get is not None else "post"
    for fault in faults(question):
        expected = (
            "one SELECT … = :argument; a colon that is text is written \\:"
            if kind == "sql"
            else "/v1/accounts/{account}"
        )
        yield Diagnostic("C008", "error", place("lookups", name, kind), fault, expected)


def _unfitting(name: str, lookup: Lookup, hotline: Hotline, place: Place) -> Iterator[Diagnostic]:
    source = hotline.data_sources.get(lookup.source)
    kind = "sql" if lookup.sql is not None else "get" if lookup.get is not None else "post"
    at = place("lookups", name, kind)
    if source is not None and (source.sql is not None) != (kind == "sql"):
        message = f"'{lookup.source}' is a data source for {'sql' if source.sql is not None else 'http'}"
        yield Diagnostic("C008", "error", at, message, "sql" if source.sql is not None else "get or post")
    used = used_arguments(lookup)
    for argument in sorted(used - set(lookup.takes)):
        message = f"the question uses '{argument}', which it does not take"
        hint = did_you_mean(argument, lookup.takes)
        yield Diagnostic("C008", "error", at, message, f"takes: {{{argument}: text}}", hint)
    for argument in lookup.takes:
        if kind == "sql" and argument not in used:
            message = f"the question never uses '{argument}'"
            at_key = place("lookups", name, "takes", argument, "[key]")
            yield Diagnostic("C008", "error", at_key, message, f":{argument} in the SELECT")
    if kind != "sql" and not (lookup.get or lookup.post or "").startswith("/"):
        yield Diagnostic("C008", "error", at, "the path does not begin with '/'", "/v1/accounts/{account}")


def used_arguments(lookup: Lookup) -> set[str]:
    """The arguments a lookup's question names."""
    if lookup.sql is not None:
        return set(_SQL_PLACE.findall(_SQL_QUOTED.sub(" ", lookup.sql)))
    return set(_PATH_PLACE.findall(lookup.get or lookup.post or ""))


def in_address(lookup: Lookup) -> frozenset[str]:
    """The arguments of a lookup that stand in its address: of `get` all, of `post` those of the path."""
    if lookup.sql is not None:
        return frozenset()
    return frozenset(lookup.takes) if lookup.get is not None else frozenset(used_arguments(lookup))


def lonely_queues(hotline: Hotline, place: Place) -> Iterator[Diagnostic]:
    """C014: a queue nobody serves."""
    served = {queue for agent in hotline.agents.values() for queue in agent.queues}
    for name in hotline.queues:
        if name not in served:
            message = f"no agent serves the queue '{name}'"
            yield Diagnostic("C014", "warning", place("queues", name, "[key]"), message, "an agent with it in 'queues'")


def messages_of_its_own(hotline: Hotline, place: Place, known: Known) -> Iterator[Diagnostic]:
    """C015: a message the hotline says by itself that is not there, or wants values nobody can give."""
    if known.messages is None:
        return
    messages = known.messages
    said = {
        ("rescue", "message"): hotline.rescue.message,
        ("rescue", "busy"): hotline.rescue.busy,
        ("rescue", "goodbye"): hotline.rescue.goodbye,
        ("defaults", "no_input", "message"): hotline.defaults.no_input.message,
        ("defaults", "wrong_input", "message"): hotline.defaults.wrong_input.message,
    }
    for path, name in said.items():
        if name is None or name in known.unreadable_messages:
            continue
        if name not in messages:
            message, hint = f"unknown message '{name}'", did_you_mean(name, messages)
            yield Diagnostic("C015", "error", place(*path), message, "a message of prompts/", hint)
        elif messages[name]:
            message = f"'{name}' wants {', '.join(sorted(messages[name]))}, which nobody gives it here"
            yield Diagnostic("C015", "error", place(*path), message, "a message without places")


def shared_names(hotline: Hotline, place: Place) -> Iterator[Diagnostic]:
    """C012: two that Asterisk could not tell apart, by what they are dialled, called or shown."""
    named = [("extension", id_, ("agents", id_, "[key]")) for id_ in hotline.agents]
    named += [
        ("extension", queue.extension, ("queues", name, "extension"))
        for name, queue in hotline.queues.items()
        if queue.extension
    ]
    named += [("telephone or trunk", id_, ("agents", id_, "[key]")) for id_ in hotline.agents]
    named += [("telephone or trunk", name, ("trunks", name, "[key]")) for name in hotline.trunks]
    named += [("queue", name.casefold(), ("queues", name, "[key]")) for name in hotline.queues]
    named += [("agent's name", agent.name, ("agents", id_, "name")) for id_, agent in hotline.agents.items()]
    seen: dict[tuple[str, str], tuple[str, ...]] = {}
    for kind, name, path in named:
        first = seen.setdefault((kind, name), path)
        if first is not path:
            at = place(*first)
            where = f" (line {at.line})" if at else ""
            message = f"the {kind} '{name}' is that of {'.'.join(first[:2])}{where} already"
            yield Diagnostic("C012", "error", place(*path), message, "one of its own")


def former_names(hotline: Hotline, place: Place) -> Iterator[Diagnostic]:
    """C025: a former name that somebody has now, or that two have had."""
    for kind, table in (("queues", hotline.queues), ("agents", hotline.agents)):
        had: dict[str, str] = {}
        for name, one in table.items():
            for old in one.formerly:
                at = place(kind, name, "formerly")
                if old in table:
                    message = f"{kind[:-1]} '{name}' was formerly '{old}', which is the name of one now"
                    yield Diagnostic("C025", "error", at, message, "a name nobody has any more")
                elif had.setdefault(old, name) != name:
                    message = f"'{old}' is a former name of '{had[old]}' already"
                    yield Diagnostic("C025", "error", at, message, "a name that one alone has had")


def secret_headers(written: Mapping[str, Any], place: Place) -> Iterator[Diagnostic]:
    """C010: an HTTP header that is there to carry a secret, with the secret in clear; also beside other mistakes."""
    for name, source in _mapping(written.get("data_sources")).items():
        for header, value in _mapping(_mapping(source).get("headers")).items():
            if isinstance(value, (str, int, Decimal)) and _SECRET_HEADER.search(header):
                at = place("data_sources", name, "headers", header)
                hint = "and change it: it has been in a file"
                yield Diagnostic("C010", "error", at, "a secret is written here", "{env: NAME} or {file: path}", hint)


def speech_command(hotline: Hotline, place: Place) -> Iterator[Diagnostic]:
    """C018: a speech command with something in braces that nobody gives it, or without a place for the sound."""
    command, known = hotline.prompts.command, f"one of {{{'}, {'.join(SPEECH_FIELDS)}}}"
    if command is None:
        return
    wrong, named = [], set()
    for index, word in enumerate(command):
        at = place("prompts", "command", index)
        try:
            fields = [name for _, name, _, _ in string.Formatter().parse(word) if name is not None]
        except ValueError:
            wrong.append(Diagnostic("C018", "error", at, f"'{word}' has a brace alone", "{{ for a brace that is meant"))
            continue
        named.update(fields)
        for name in fields:
            if name not in SPEECH_FIELDS:
                near = "output" if name == "wav_file" else nearest(name, SPEECH_FIELDS)
                hint = f"did you mean '{{{near}}}'?" if near else None
                wrong.append(Diagnostic("C018", "error", at, f"unknown '{{{name}}}'", known, hint))
    yield from wrong
    if "output" not in named and not wrong:
        message = "the command has no '{output}': where would the sound go?"
        yield Diagnostic("C018", "error", place("prompts", "command", "[key]"), message, "'{output}' among its words")


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _unknown(kind: str, name: str, names: Collection[str] | None, at: Span | None) -> Iterator[Diagnostic]:
    if names is not None and name not in names:
        hint = did_you_mean(name, sorted(names))
        few = None if hint or not names else f"one of {', '.join(sorted(names))}"
        yield Diagnostic("C004", "error", at, f"unknown {kind} '{name}'", few, hint)
