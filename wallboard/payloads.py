"""What a browser and an API client are given: the bridge's views with the figures worked out, as plain JSON data. Pure.

One message is made once for all viewers. A browser gets `hello` (everything), then `change` (whole objects that replace
those of the same key, and keys that are gone) and `pulse` (nothing changed; this is how things stand), numbered
without a gap by the wallboard itself. Whoever misses one connects again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import asdict, fields
from functools import cache
from typing import TYPE_CHECKING, Final, TypeAlias

from pydantic_core import to_json

from ami_bridge.messages import mask_name
from wallboard.figures import CONNECTION_TARGET, common_target, figures, total
from wallboard.known_as import known_as

if TYPE_CHECKING:
    from datetime import datetime

    from ami_bridge.messages import AgentView, CallView, Delta, News, QueueView
    from wallboard.audience import Audience
    from wallboard.boards import Board
    from wallboard.settings import WallboardSettings
    from wallboard.tiles import Told
    from wallboard.watch import Standing, Watch

Json: TypeAlias = Mapping[str, object]

OF_ALL_QUEUES: Final = ("answered", "missed", "talk_sum_s")
"""What of an agent counts the whole of his day, whichever queue it was for."""


def queue(view: QueueView, settings: WallboardSettings) -> Json:
    """One queue with its titles by language and its figures."""
    return {
        **_fields(view),
        "titles": dict(settings.queue_titles.get(view.name, {})),
        "figures": figures(view.today),
    }


def agent(view: AgentView, audience: Audience) -> Json:
    """One agent as an audience is shown him; one that is a telephone number is masked (`wallboard.known_as`).

    Of one who also works in queues that are not theirs `OF_ALL_QUEUES` is null.
    """
    counts = {} if audience.sees_all_of(view) else dict.fromkeys(OF_ALL_QUEUES)
    return {**_fields(audience.agent(view)), "id": known_as(view.id), "name": mask_name(view.name), **counts}


def call(view: CallView) -> Json:
    """One caller in a flow."""
    return _fields(view)


def overall(queues: Sequence[QueueView]) -> Json:
    """All these queues as one: the tiles at the top of the board."""
    today = total(view.today for view in queues)
    target = common_target((view.target, figures(view.today), view.today) for view in queues)
    return {"today": asdict(today), "figures": asdict(figures(today)), "target": target}


def standing(now_standing: Standing) -> Json:
    """How true the numbers are."""
    return {"truth": now_standing.truth, "since": now_standing.since}


def hello(watch: Watch, settings: WallboardSettings, whole: Json | None, seq: int, now: datetime) -> Json:
    """Everything but the objects (`wallboard.fragments`) and the boards, for a browser that has just come.

    `whole` is all queues as one (`overall`), worked out by the caller once for all.
    """
    snapshot = watch.snapshot
    return {
        "type": "hello",
        "seq": seq,
        "at": now,
        "title": dict(settings.title),
        "time_zone": settings.time_zone,
        "connection_target": CONNECTION_TARGET,
        "standing": standing(watch.standing(now)),
        "node": snapshot.node if snapshot else None,
        "overall": whole,
        "version": settings.page_version,
        "news": _news(snapshot.news) if snapshot else None,
    }


def change(delta: Delta, watch: Watch, whole: Json | None, seq: int, now: datetime) -> Json:
    """What one delta of the bridge changed, but the objects themselves; `watch` and `whole` are those after it."""
    news = {} if delta.news is None else {"news": _news(delta.news)}
    return {
        **news,
        "type": "change",
        "seq": seq,
        "at": now,
        "standing": standing(watch.standing(now)),
        "overall": whole,
        "removed": {**asdict(delta.removed), "agents": [known_as(agent) for agent in delta.removed.agents]},
    }


def _news(news: News) -> Json:
    """Notes and closed numbers: the same for everybody who looks."""
    return asdict(news)


def pulse(now_standing: Standing, seq: int, now: datetime) -> Json:
    """Nothing changed; this is how things stand."""
    return {"type": "pulse", "seq": seq, "at": now, "standing": standing(now_standing)}


def with_tiles(message: Json, tiles: Told) -> Json:
    """A message, with the tiles of boards that have changed. A pulse has some, too: a level begins as time passes."""
    return {**message, "tiles": tiles} if tiles else message


def board(shown: Board) -> Json:
    """One board's definition, as its page draws it."""
    return asdict(shown) | {"digest": digest(shown)}


def board_entry(shown: Board) -> Json:
    """One board in the list of all."""
    address = f"/boards/{shown.name}"
    return {
        "name": shown.name,
        "title": dict(shown.title),
        "queues": shown.queues,
        "pages": len(shown.pages),
        "address": address,
        "tv": f"{address}?tv",
    }


def digest(shown: Board) -> str:
    """Changes when the board does."""
    return hashlib.sha256(text(asdict(shown)).encode()).hexdigest()[:16]


def text(payload: object) -> str:
    """As JSON text; instants as ISO 8601, those in UTC with a Z."""
    return encoded(payload).decode()


def encoded(payload: object) -> bytes:
    """The same as UTF-8. pydantic's encoder takes a third of the time of the standard library's."""
    return to_json(payload, fallback=_plain)


def _fields(view: object) -> dict[str, object]:
    """The fields of a dataclass as they are; what is inside them is taken apart when it is written."""
    return {name: getattr(view, name) for name in _names(type(view))}  # type: ignore[arg-type]  # mypy holds `object` for unhashable


@cache
def _names(kind: Hashable) -> tuple[str, ...]:
    return tuple(each.name for each in fields(kind))  # type: ignore[arg-type]  # the type of a dataclass


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} has no JSON form here")
