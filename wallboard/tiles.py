"""What the tiles of all boards are worth now, worked out once for everybody who looks. Pure; `now` is an argument.

A wait that goes on is told by the moment it began, and the page counts: so a tile is only told again when something
happened. Levels are those of the server: every screen turns red, and rings, at the same moment.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import timedelta
from operator import attrgetter
from typing import TYPE_CHECKING, Final

from wallboard import levels
from wallboard.boards import FIGURES
from wallboard.figures import Figures, figures, total

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from ami_bridge.messages import AgentState, AgentView, QueueView, Snapshot
    from wallboard.boards import Board, Tile

    Scope = tuple[str, ...] | None
    Told = Mapping[str, Mapping[str, Mapping[str, object]]]

DOING: Final[Mapping[str, frozenset[AgentState]]] = {
    "free": frozenset({"available"}),
    "ringing": frozenset({"ringing"}),
    "talking": frozenset({"on_queue_call", "on_other_call", "on_hold"}),
    "wrap_up": frozenset({"wrap_up"}),
    "paused": frozenset({"paused"}),
    "away": frozenset({"signed_off", "unreachable"}),
}
"""Figures that count agents, and the states they count."""


@dataclass(frozen=True, slots=True)
class Worth:
    """What one figure is worth."""

    value: float | None
    """In the figure's unit; None where there is none."""
    growing_since: datetime | None = None
    """Of a wait that goes on: when it began. The value is then the wait up to now."""


NOTHING: Final = Worth(None)
_state: Final = attrgetter("state")


class View:
    """A snapshot as tiles ask for it: each group of queues is added up once, however many tiles show it."""

    def __init__(self, snapshot: Snapshot, now: datetime) -> None:
        self._snapshot = snapshot
        self._now = now
        self._names = {queue.name for queue in snapshot.queues}
        self._figures: dict[Scope, Figures] = {}
        self._states: dict[Scope, Counter[AgentState]] = {}

    def worth(self, show: str, scope: Scope) -> Worth:
        """A figure of some queues; None is all. Of queues that the bridge does not know there is none: not nought."""
        if show == "in_menus":
            return Worth(len(self._snapshot.calls))
        if scope is not None and self._names.isdisjoint(scope):
            return NOTHING
        if show in DOING:
            if scope not in self._states:
                self._states[scope] = Counter(map(_state, self._agents(scope)))
            counts = self._states[scope]
            return Worth(sum(counts[each] for each in DOING[show]))
        if show in _OF_FIGURES:
            if scope not in self._figures:
                self._figures[scope] = figures(total(queue.today for queue in self._queues(scope)))
            return Worth(getattr(self._figures[scope], _OF_FIGURES[show]))
        if show == "longest_wait":
            began = min((who.entered_at for queue in self._queues(scope) for who in queue.waiting), default=None)
            return Worth(0.0 if began is None else max(0.0, (self._now - began).total_seconds()), began)
        return Worth(_OF_QUEUES[show](self._queues(scope)))

    def _queues(self, scope: Scope) -> Iterable[QueueView]:
        queues = self._snapshot.queues
        return queues if scope is None else (queue for queue in queues if queue.name in scope)

    def _agents(self, scope: Scope) -> Iterable[AgentView]:
        agents = self._snapshot.agents
        return agents if scope is None else (each for each in agents if not each.queues.keys().isdisjoint(scope))


_OF_FIGURES: Final[Mapping[str, str]] = {
    word: figure.metric for word, figure in FIGURES.items() if figure.metric in Figures.__slots__
}
_OF_QUEUES: Final[Mapping[str, Callable[[Iterable[QueueView]], float | None]]] = {
    "waiting": lambda queues: sum(len(queue.waiting) for queue in queues),
    "entered": lambda queues: sum(queue.today.entered for queue in queues),
    "answered": lambda queues: sum(queue.today.answered for queue in queues),
    "abandoned": lambda queues: sum(queue.today.abandoned for queue in queues),
    "expected_wait": lambda queues: max(
        (queue.expected_wait_s for queue in queues if queue.expected_wait_s is not None), default=None
    ),
}


@dataclass(slots=True)
class Tiles:
    """All tiles of all boards that show a figure, with their levels."""

    boards: Mapping[str, Board] = field(default_factory=dict)
    _states: dict[tuple[str, str], levels.State] = field(default_factory=dict)
    _told: dict[str, dict[str, Mapping[str, object]]] = field(default_factory=dict)
    _looked_at: datetime | None = None
    _first: dict[tuple[str, str], datetime] = field(default_factory=dict)
    """When each tile was looked at first; what was bad then may have been so for long."""

    def replace(self, boards: Mapping[str, Board]) -> None:
        """Other boards; a tile that is the same as before keeps its level, so that a saved file rings nothing anew.

        It keeps what was told of it, too: while the numbers are old nobody looks, and its level stands.
        """
        kept = {_key(board, tile) for board, tile in _figures_of(self.boards)} & {
            _key(board, tile) for board, tile in _figures_of(boards) if self._is_there(board, tile)
        }
        self._states = {key: state for key, state in self._states.items() if key in kept}
        self._first = {key: at for key, at in self._first.items() if key in kept}
        told = {
            name: {each: state for each, state in self._told.get(name, {}).items() if (name, each) in kept}
            for name in boards
        }
        self._told = {name: tiles for name, tiles in told.items() if tiles}
        self.boards = boards

    def look(self, snapshot: Snapshot, now: datetime) -> Told:
        """What has changed since the last look, by board and tile."""
        if self._looked_at is not None and now < self._looked_at:  # the clock was set back: levels must not wait for it
            self._states = {key: replace(levels.unseen(state), at=None) for key, state in self._states.items()}
        self._looked_at = now
        view = View(snapshot, now)
        changed: dict[str, dict[str, Mapping[str, object]]] = {}
        for board, tile in _figures_of(self.boards):
            worth = view.worth(tile.show, tile.queues)
            told = self._tell(board, tile, worth, now)
            if self._told.setdefault(board.name, {}).get(tile.id) != told:
                self._told[board.name][tile.id] = told
                changed.setdefault(board.name, {})[tile.id] = told
        return changed

    def look_away(self) -> None:
        """The numbers are old: how long a value has been bad is not counted on."""
        self._states = {key: levels.unseen(state) for key, state in self._states.items()}

    @property
    def all(self) -> Told:
        """Everything as it was told last."""
        return self._told

    def _tell(self, board: Board, tile: Tile, worth: Worth, now: datetime) -> Mapping[str, object]:
        state = levels.QUIET
        if tile.thresholds is not None:
            key = _key(board, tile)
            state = levels.step(tile.thresholds, self._states.get(key, levels.QUIET), worth.value, now)
            self._states[key] = state
            self._first.setdefault(key, now)
        bound = getattr(tile.thresholds, state.level, None)
        return {
            "metric": FIGURES[tile.show].metric,
            "value": None if worth.growing_since else worth.value,
            "growing_since": worth.growing_since,
            "level": state.level,
            "since": state.since,
            "sound": bound is not None and bound.sound,
            "found": self._is_found(board, tile, state),
        }

    def _is_found(self, board: Board, tile: Tile, state: levels.State) -> bool:
        """Whether the level is of a value that was bad at the first look: nobody here saw it become so."""
        bound = getattr(tile.thresholds, state.level, None)
        if bound is None or state.since is None:
            return False
        return state.since - timedelta(seconds=bound.for_s) <= self._first[_key(board, tile)]

    def _is_there(self, board: Board, tile: Tile) -> bool:
        old = self.boards.get(board.name)
        return old is not None and any(tile in page for page in old.pages)


def _figures_of(boards: Mapping[str, Board]) -> Iterable[tuple[Board, Tile]]:
    for board in boards.values():
        for page in board.pages:
            yield from ((board, tile) for tile in page if tile.show in FIGURES)


def _key(board: Board, tile: Tile) -> tuple[str, str]:
    return (board.name, tile.id)
