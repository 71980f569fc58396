"""A board: what one screen shows, as its file in `boards/` says it. Pure; read from YAML by `ivr.boards`.

A tile shows a figure or a view. A figure is a number of some queues and may have thresholds; a view is a list or a
picture. What each figure is worth now is worked out in `wallboard.tiles`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wallboard.levels import Thresholds, Worse

Unit = Literal["count", "seconds", "per_cent"]
Theme = Literal["dark", "light"]
Callers = Literal["masked", "hidden"]


@dataclass(frozen=True, slots=True)
class Figure:
    """What kind of number a figure is."""

    metric: str
    """Its name in `store.metrics` (docs/metrics.md): a metric's over today, or a figure of this moment."""
    unit: Unit
    worse: Worse | None
    """Which way is bad; None where it depends on who looks, and a threshold has to say."""


FIGURES: Final[Mapping[str, Figure]] = MappingProxyType({
    "waiting": Figure("waiting_now", "count", "higher"),
    "longest_wait": Figure("longest_waiting_s", "seconds", "higher"),
    "expected_wait": Figure("expected_wait_s", "seconds", "higher"),
    "entered": Figure("entered", "count", None),
    "answered": Figure("answered", "count", None),
    "abandoned": Figure("abandoned", "count", "higher"),
    "connection_rate": Figure("connection_rate", "per_cent", "lower"),
    "abandonment": Figure("abandonment", "per_cent", "higher"),
    "service_level": Figure("sl_negative", "per_cent", "lower"),
    "service_level_asterisk": Figure("sl_asterisk", "per_cent", "lower"),
    "asa": Figure("asa_s", "seconds", "higher"),
    "longest_today": Figure("longest_wait_s", "seconds", "higher"),
    "talk_time": Figure("talk_s", "seconds", None),
    "free": Figure("agents_available", "count", "lower"),
    "ringing": Figure("agents_ringing", "count", None),
    "talking": Figure("agents_talking", "count", None),
    "wrap_up": Figure("agents_wrap_up", "count", "higher"),
    "paused": Figure("agents_paused", "count", "higher"),
    "away": Figure("agents_away", "count", "higher"),
    "in_menus": Figure("callers_in_menus", "count", None),
})  # fmt: skip
"""Every figure a tile can show by its short word, in the order people are offered them."""
WORD_OF: Final[Mapping[str, str]] = MappingProxyType(
    {figure.metric: word for word, figure in FIGURES.items() if figure.metric != word}
)
"""A metric's own name, where the short word is another: a file may say either."""
VIEWS: Final = ("queues", "agents", "menus", "seats", "clock")
"""What else a tile can show."""
COLUMNS: Final = (1, 8)
DEFAULT_COLUMNS: Final = 4
WIDE: Final[Mapping[str, int]] = MappingProxyType({"queues": 2, "agents": 2, "menus": 2, "seats": 2})
"""Columns a view takes when its tile does not say; a figure takes one."""


@dataclass(frozen=True, slots=True)
class Seat:
    """One place of a seat map: an agent's, a label, or nothing (a gangway)."""

    agent: str = ""
    """The agent's number in hotline.yaml; empty is no agent's place."""
    label: Mapping[str, str] = field(default_factory=dict)
    """What is written there, by language; empty is nothing."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a seat map."""

    seats: tuple[Seat, ...] = ()
    heading: Mapping[str, str] = field(default_factory=dict)
    """A line of text in the place of seats, by language."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One tile of a page."""

    id: str
    """Where it is: `1.3` is the third tile of the first page. The feed tells levels under it."""
    show: str
    """One of `FIGURES` or `VIEWS`."""
    title: Mapping[str, str] = field(default_factory=dict)
    """By language; empty is the figure's own name."""
    queues: tuple[str, ...] | None = None
    """The queues it counts; None is all there are."""
    wide: int = 1
    """Columns it takes."""
    thresholds: Thresholds | None = None
    rows: tuple[Row, ...] = ()
    """Of a seat map."""


@dataclass(frozen=True, slots=True)
class Board:
    """One board."""

    name: str
    """The name of its file, and its address: `/boards/NAME`."""
    title: Mapping[str, str]
    pages: tuple[tuple[Tile, ...], ...]
    queues: tuple[str, ...] | None = None
    """The queues it shows; None is all there are."""
    columns: int = DEFAULT_COLUMNS
    language: str = ""
    """One of the hotline's; empty leaves it to the browser."""
    theme: Theme | None = None
    """None leaves it to the browser."""
    callers: Callers = "masked"
    """Whether callers' numbers are shown with their middle hidden, or not at all."""
    rotate_s: float | None = None
    """Seconds each page stands; None does not turn."""

    @property
    def queues_shown(self) -> frozenset[str] | None:
        """Every queue that some tile shows; None is all there are."""
        shown = [tile.queues if tile.queues is not None else self.queues for page in self.pages for tile in page]
        if any(queues is None for queues in shown):
            return None
        return frozenset(queue for queues in shown for queue in queues or ())

    @property
    def shows_menus(self) -> bool:
        """Whether it lists callers who are in no queue yet."""
        return any(tile.show == "menus" for page in self.pages for tile in page)
