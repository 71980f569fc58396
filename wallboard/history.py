"""What the wallboard asks of the history, and what it is told. Who counts is given to it: the roof reads the settings.

The reports of the command line are made by the same code, which the wallboard must not know (import contracts); so it
states here what it needs, and `ivr.app.history_part` gives it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from store.engine import Store
    from store.metrics import Tally
    from wallboard.payloads import Json

SheetForm: TypeAlias = Literal["csv", "xlsx", "html"]
FORMS: Final[tuple[SheetForm, ...]] = ("csv", "xlsx", "html")


class NotUnderstoodError(ValueError):
    """A question that cannot be answered: a stable code (docs/diagnostics.md, R…), and one sentence."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Sheet:
    """A report as a file.

    Attributes:
        body: Its bytes.
        content_type: Its MIME type.
        name: What it is called when it is kept.
        style: The content of its one `style` element, to the letter; empty where it has none.
    """

    body: bytes
    content_type: str
    name: str
    style: str = ""


class Reports(Protocol):
    """The reports of the command line, asked by the words of a query string. Raises `NotUnderstoodError`."""

    async def told(
        self, store: Store, report: str, words: Mapping[str, str], now: datetime, queues: frozenset[str] | None = None
    ) -> Json:
        """The answer of `GET /api/v1/reports/{report}`, of these queues; None is all."""
        ...

    async def adherence(self, store: Store, since: datetime, now: datetime) -> Mapping[str, Tally]:
        """What each agent did against his plan since then, by agent; nothing where there is no plan."""
        ...


class History(Protocol):
    """Figures of the past, asked by the words of a query string. Each raises `NotUnderstoodError`."""

    def choices(self) -> list[dict[str, str]]:
        """Every metric there is to choose from."""
        ...

    async def told(
        self, store: Store, words: Mapping[str, str], now: datetime, queues: frozenset[str] | None = None
    ) -> Json:
        """The answer of `GET /api/v1/history`, of these queues; None is all."""
        ...

    async def sheet(
        self,
        store: Store,
        words: Mapping[str, str],
        form: SheetForm,
        now: datetime,
        queues: frozenset[str] | None = None,
    ) -> Sheet:
        """The same as a report."""
        ...
