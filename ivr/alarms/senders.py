"""The senders of `alarms.yaml`: a webhook, a command or a letter, read key by key."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from dialplan.diagnostics import Diagnostic
from ivr.alarms.fields import FILE, seconds, secret, slots_of
from ivr.flow.yaml_reader import Scalar, Sequence
from wallboard.alarms.rules import Command, Mail, Webhook

if TYPE_CHECKING:
    from ivr.alarms.fields import Known
    from ivr.boards.fields import Notes, Slots
    from ivr.flow.yaml_reader import Node
    from wallboard.alarms.rules import Secret, Sender

WAYS: Final = ("webhook", "command", "mail")
TIMEOUT_MS: Final = (100, 120_000)
MOST_TRIES: Final = 10
_FORM: Final = "{webhook: https://…}, {command: [/path/of/program, …]} or {mail: [ops@example.com]}"
_ADDRESS: Final = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+")
PLACES: Final = frozenset({"change", "rule", "subject", "severity", "text", "id"})
"""What a command's argument may name in braces."""
_BRACES: Final = re.compile(r"\{([^{}]*)\}")


def read_senders(notes: Notes, node: Node | None, known: Known) -> dict[str, Sender]:
    """Every sender without a mistake, by its name."""
    slots = None if node is None else slots_of(notes, node, "senders", "names and ways: {ops: {webhook: …}}")
    if slots is None:
        return {}
    found: dict[str, Sender] = {}
    for name in slots.written():
        node = slots.node(name)
        sender = None if node is None else _sender(notes, name, node)
        if sender is not None:
            found[name] = sender
        if isinstance(sender, Mail) and known.mail is False and node is not None:
            message = f"the sender '{name}' mails, and no mail server is named"
            expected = "in hotline.yaml: mail: {server: smtp.example.com, sender: hotline@example.com}"
            notes.diagnostics.append(Diagnostic("A008", "warning", node.span, message, expected=expected, file=FILE))
    return found


def _sender(notes: Notes, name: str, node: Node) -> Sender | None:
    slots = slots_of(notes, node, "a sender", _FORM)
    if slots is None:
        return None
    ways = [way for way in WAYS if slots.node(way) is not None]
    if len(ways) != 1:
        message = f"the sender '{name}' has {' and '.join(ways)}" if ways else f"the sender '{name}' has no way to tell"
        notes.error("A008", node.span, message, f"one of {_FORM}")
        slots.node("secret"), slots.node("timeout"), slots.node("tries")
        slots.finish()
        return None
    (way,) = ways
    timeout, tries = slots.node("timeout"), slots.node("tries")
    patience = seconds(notes, timeout, *TIMEOUT_MS, {"webhook": 5.0, "command": 20.0, "mail": 15.0}[way])
    count = notes.whole(tries, 1, MOST_TRIES, 1) if tries is not None else {"command": 1}.get(way, 4)
    value = slots.node(way)
    before = len(notes.diagnostics)
    if value is None:
        return None
    sender: Sender | None
    if way == "webhook":
        sender = _webhook(slots, name, value, patience, count)
    else:
        slots.finish()
        sender = (
            Command(name=name, argv=_argv(notes, value), timeout_s=patience, tries=count)
            if way == "command"
            else Mail(name=name, to=_addresses(notes, value), timeout_s=patience, tries=count)
        )
    return sender if len(notes.diagnostics) == before else None


def _webhook(slots: Slots, name: str, value: Node, patience: float, count: int) -> Webhook | None:
    notes, key = slots.notes, slots.node("secret")
    slots.finish()
    url: str | Secret | None
    if isinstance(value, Scalar):
        url = notes.text(value, "https://…, {env: NAME} or {file: path}")
        problem = None if url is None else url_problem(url)
        if problem is not None:
            code = "A010" if "password" in problem else "A008"
            notes.error(code, value.span, problem, "https://host/path, {env: NAME} or {file: path}")
    else:
        url = secret(notes, value)
    if url is None:
        return None
    signed = secret(notes, key) if key is not None else None
    return Webhook(name=name, url=url, secret=signed, timeout_s=patience, tries=count)


def url_problem(url: str) -> str | None:
    """Why a text is no address a webhook can be sent to; None for one that is."""
    try:
        parts = urlsplit(url)
        there = bool(parts.hostname) and parts.scheme in {"http", "https"} and (parts.port or 1) > 0
    except ValueError:
        there = False
    if not there:
        return "this is no address of a webhook"
    return "a password is written in this address" if parts.username or parts.password else None


def _argv(notes: Notes, node: Node) -> tuple[str, ...]:
    if not isinstance(node, Sequence) or not node.items:
        notes.error("A008", node.span, "a command is a list", "[/path/of/program, its, arguments]")
        return ()
    found = tuple(text for item in node.items if (text := notes.text(item, "a text")) is not None)
    for item, text in zip(node.items, found, strict=False):
        for named in _BRACES.findall(text):
            if named not in PLACES:
                notes.unknown("A008", item.span, "place", named, sorted(PLACES))
    return found


def _addresses(notes: Notes, node: Node) -> tuple[str, ...]:
    items = node.items if isinstance(node, Sequence) else (node,)
    found = []
    for item in items:
        text = notes.text(item, "an address: ops@example.com")
        if text is not None and not _ADDRESS.fullmatch(text):
            notes.error("A008", item.span, f"'{text}' is no address of a letter", "ops@example.com")
        elif text is not None:
            found.append(text)
    if not items:
        notes.error("A008", node.span, "nobody is written to", "mail: [ops@example.com]")
    return tuple(found)
