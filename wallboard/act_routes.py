"""`/api/v1/acts`: having something done, and what was done. `/api/v1/acting`: what may be done, and by whom.

A viewer does nothing. A supervisor and an admin act on the queues that are theirs; an admin of every queue closes
numbers. What is allowed on what is decided by the bridge, against what it sees; here only who asks, and that it is an
act at all.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from aiohttp import web

from ami_bridge.acts import asked
from ami_bridge.acts.outcome import RESULT_OF, Answer
from ami_bridge.acts.spoken import LONGEST_KEY, Wish
from ami_bridge.messages import mask_name
from store.errors import StoreUnavailable
from store.queries.acts import acts
from store.queries.pages import BadCursorError
from wallboard.access.people import Person, Role
from wallboard.access.permissions import Action
from wallboard.act_questions import read_act_question
from wallboard.acting import Acting, BridgeAwayError, ask, asker_of, for_the_bridge
from wallboard.carried import GRANT, PERSON
from wallboard.known_as import agent_known_as, known_as
from wallboard.queries import BadQuestionError
from wallboard.routes import HUB, STORE, as_json, day_start, problem

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from store.act_rows import Act as ActRow
    from wallboard.payloads import Json

ACTING: Final = web.AppKey("acting", Acting)
KEY: Final = "Idempotency-Key"
"""The header, as drafted by the IETF (draft-ietf-httpapi-idempotency-key-header)."""
_KEY: Final = re.compile(rf"[!-~]{{8,{LONGEST_KEY}}}")
STATUS: Final[Mapping[str, HTTPStatus]] = {
    "not_allowed": HTTPStatus.FORBIDDEN,
    "not_your_queue": HTTPStatus.FORBIDDEN,
    "listening_off": HTTPStatus.FORBIDDEN,
    "unknown_agent": HTTPStatus.NOT_FOUND,
    "unknown_queue": HTTPStatus.NOT_FOUND,
    "unknown_number": HTTPStatus.NOT_FOUND,
    "unknown_message": HTTPStatus.NOT_FOUND,
    "unknown_phone": HTTPStatus.NOT_FOUND,
    "key_reused": HTTPStatus.UNPROCESSABLE_ENTITY,
    "not_seen": HTTPStatus.SERVICE_UNAVAILABLE,
    "not_kept": HTTPStatus.SERVICE_UNAVAILABLE,
    "asterisk_refused": HTTPStatus.BAD_GATEWAY,
    "phone_away": HTTPStatus.BAD_GATEWAY,
    "no_answer": HTTPStatus.GATEWAY_TIMEOUT,
    "interrupted": HTTPStatus.GATEWAY_TIMEOUT,
}
"""Of the other codes, what is done or was so already is 200, and what is refused 409."""


async def do(request: web.Request) -> web.Response:
    """`POST /api/v1/acts`: one act, once."""
    person = request[PERSON]
    if request.content_type != "application/json":
        return problem(415, "not_json", f"the body is {request.content_type}; expected application/json")
    key = request.headers.get(KEY, "")
    if not _KEY.fullmatch(key):
        expected = f"expected 8 to {LONGEST_KEY} visible ASCII characters, new for each act: a UUID"
        return problem(400, "bad_key", f"the header {KEY} is missing or no key; {expected}")
    try:
        act = asked.read_act(await request.read())
    except asked.NoActError as wrong:
        return problem(400, "bad_act", str(wrong))
    wish = Wish(key, asker_of(person), for_the_bridge(act, _agents(request)))
    try:
        return answered(await ask(request.app[ACTING].socket, wish))
    except BridgeAwayError as away:
        if away.asked_already:
            words = f"whether it was done is not known: {away}; the same key may be asked again, and is done once"
            return answered(Answer(key=key, code="no_answer", words=words))
        return answered(Answer(key=key, code="not_seen", words=f"nothing was done: {away}"))


def _agents(request: web.Request) -> list[str]:
    snapshot = request.app[HUB].watch.snapshot
    return [each.id for each in snapshot.agents] if snapshot else []


def answered(answer: Answer) -> web.Response:
    """An answer as the API gives it; numbers of telephones in it are masked."""
    told = {**asdict(answer), "words": mask_name(answer.words), "seen": mask_name(answer.seen), "result": answer.result}
    refused = HTTPStatus.OK if answer.result in {"done", "nothing"} else HTTPStatus.CONFLICT
    return as_json(told, STATUS.get(answer.code, refused))


async def list_acts(request: web.Request) -> web.Response:
    """`GET /api/v1/acts`: the audit, newest first. Whoever is for some queues reads their own acts."""
    person = request[PERSON]
    try:
        question = read_act_question(request.query, day_start(request.app))
        page = await acts(
            request.app[STORE],
            question.since,
            question.until,
            who=question.who if _reads_all(person) else person.name,
            kind=question.act,
            target=_target(question.target, _agents(request)),
            code=question.code,
            limit=question.limit,
            after=question.after,
        )
    except (BadQuestionError, BadCursorError) as wrong:
        return problem(400, "bad_question", str(wrong))
    except StoreUnavailable as away:
        return problem(503, "store_unavailable", str(away))
    there = request.app.get(ACTING)
    own = frozenset(there.numbers) if there is not None else frozenset()
    return as_json({"acts": [told_of(row, own) for row in page.rows], "next": page.next})


def _reads_all(person: Person) -> bool:
    return person.queues is None


def _target(asked_for: str | None, agents: Iterable[str]) -> str | None:
    """The target by the agent's own id, where it was asked for by what browsers know him by."""
    kind, _, name = (asked_for or "").partition(":")
    return f"agent:{agent_known_as(name, agents)}" if kind == "agent" else asked_for


def told_of(row: ActRow, numbers: Collection[str] = ()) -> Json:
    """One act of the audit; numbers of telephones in it are masked, but for `numbers`, which are the hotline's own."""
    said = asdict(row)
    del said["digest"]
    result = None if row.code is None else RESULT_OF.get(row.code, "refused")  # type: ignore[call-overload]  # any text
    masked = {name: mask_name(said[name]) for name in ("words", "seen") if said[name] is not None}
    arguments = {name: _shown(name, one, numbers) for name, one in json.loads(row.arguments).items()}
    kind, _, name = row.target.partition(":")
    target = f"{kind}:{_shown(kind, name, numbers)}" if name else row.target
    return {**said, **masked, "target": target, "arguments": arguments, "result": result}


def _shown(name: str, told: object, numbers: Collection[str]) -> object:
    """A field of an act, as it is shown; ids of visits and notes are of our making, and are no numbers of people."""
    if not isinstance(told, str) or name in {"act", "visit", "note"} or (name == "number" and told in numbers):
        return told
    return known_as(told) if name in {"agent", "phone"} else mask_name(told)


async def acting(request: web.Request) -> web.Response:
    """`GET /api/v1/acting`: what a page offers to whoever looks at it."""
    person, there = request[PERSON], request.app.get(ACTING)
    if there is None or not request[GRANT].allows(Action.ACT):
        return as_json({"person": _named(person), "may": []})
    may = [*_SUPERVISORS, *(("listen",) if there.listening else ())]
    told: dict[str, object] = {"person": _named(person), "may": may, "phones": _phones(request, there)}
    if person.role is Role.ADMIN and person.queues is None:
        told["may"] = [*may, "close_number", "open_number"]
        told |= {"numbers": there.numbers, "messages": {name: dict(texts) for name, texts in there.messages.items()}}
    return as_json(told)


def _phones(request: web.Request, there: Acting) -> Mapping[str, str]:
    """The telephones that whoever asks may listen on: their queues', and those of no queue."""
    person, snapshot = request[PERSON], request.app[HUB].watch.snapshot
    if not there.listening:
        return {}
    if person.queues is None:
        return dict(there.phones)
    others = (
        {one.id for one in snapshot.agents if one.queues and not person.queues & one.queues.keys()}
        if snapshot
        else set(there.phones)
    )
    return {phone: name for phone, name in there.phones.items() if phone not in others}


_SUPERVISORS: Final = (
    "pause",
    "unpause",
    "add_member",
    "remove_member",
    "set_penalty",
    "sign_off",
    "move_caller",
    "promote_caller",
    "hang_up",
    "note",
    "take_note_down",
)


def _named(person: Person) -> Json:
    queues = None if person.queues is None else sorted(person.queues)
    return {"name": person.name, "role": person.role.value, "queues": queues}
