"""The hotline's data sources and lookups as the services want them, with their secrets fetched."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from ivr.config.kinds import SecretRef
from ivr.config.secrets import resolve_address, resolve_secret
from ivr.runner.ports import QueueTerms, TicketKind
from ivr.services.sources import Field, HttpLookup, HttpSource, SqlLookup, SqlSource

if TYPE_CHECKING:
    from pathlib import Path

    from ivr.config import model
    from ivr.config.model import Hotline
    from ivr.services.sources import Lookup, Source


def sources_of(hotline: Hotline, folder: Path) -> tuple[Source, ...]:
    """Where data lies.

    Raises:
        SecretMissingError: an address or a header is not where the hotline says it is.
    """
    return tuple(_source(name, source, hotline.time_zone, folder) for name, source in hotline.data_sources.items())


def lookups_of(hotline: Hotline) -> tuple[Lookup, ...]:
    """What may be asked."""
    return tuple(_lookup(name, lookup) for name, lookup in hotline.lookups.items())


def tickets_of(hotline: Hotline) -> dict[str, TicketKind]:
    """What each kind of ticket promises."""
    return {
        name: TicketKind({colour: timedelta(milliseconds=ms) for colour, ms in kind.within_ms.items()})
        for name, kind in hotline.tickets.items()
    }


def queues_of(hotline: Hotline) -> dict[str, QueueTerms]:
    """What each queue is to those who wait in it."""
    return {name: QueueTerms(queue.max_length, queue.music) for name, queue in hotline.queues.items()}


def _source(name: str, source: model.DataSource, zone: str, folder: Path) -> Source:
    if source.sql is not None:
        return SqlSource(name, resolve_address(source.sql, folder), zone)
    if source.http is None:
        raise AssertionError("a checked source has sql or http")
    headers = {
        header: resolve_secret(value, folder) if isinstance(value, SecretRef) else value
        for header, value in source.headers.items()
    }
    return HttpSource(name, resolve_address(source.http, folder), headers, zone)


def _lookup(name: str, lookup: model.Lookup) -> Lookup:
    takes = tuple(lookup.takes)
    gives = tuple(Field(field, kind) for field, kind in lookup.gives.items())
    if lookup.sql is not None:
        return SqlLookup(name, lookup.source, lookup.sql, takes, gives, lookup.as_of)
    if lookup.post is not None:
        return HttpLookup(name, lookup.source, lookup.post, takes, gives, lookup.as_of, "POST")
    return HttpLookup(name, lookup.source, lookup.get or "", takes, gives, lookup.as_of)
