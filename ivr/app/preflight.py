"""What would keep a part from serving, found before anything is started or made: secrets, sources, ports, sockets."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Literal

from ami_bridge.feed import FeedTaken, refuse_taken
from ivr.app.data import sources_of
from ivr.app.loading import place_of
from ivr.app.mistakes import MistakeError, cannot_listen
from ivr.app.opened import database_mistake
from ivr.app.switch import split
from ivr.config.secrets import SecretMissingError, resolve_secret
from ivr.services.addresses import BadSourceError, http_address, sql_address
from ivr.services.key_files import KeyFileError, refuse_readable_by_others
from ivr.services.sources import SqlSource
from store.errors import BadDatabaseUrl
from store.urls import parse_url

if TYPE_CHECKING:
    from collections.abc import Collection

    from ivr.app.loading import Ready

PartName = Literal["agi", "bridge", "wallboard"]
EVERY_PART: tuple[PartName, ...] = ("agi", "bridge", "wallboard")


def preflight(ready: Ready, parts: Collection[PartName]) -> None:
    """Refuse what these parts could not serve with. Nothing is made, and nothing stays open.

    Raises:
        MistakeError: an address, a secret, a key file, a port or the feed's socket cannot be used.
    """
    hotline = ready.hotline
    try:
        parse_url(ready.places.database_url)
    except BadDatabaseUrl as bad:  # the check has seen one that is written in clear or in a variable; not a file's
        raise database_mistake(ready, bad) from None
    if "bridge" in parts:
        _secret_of_ami(ready)
        _refuse_taken_feed(ready)
    if "agi" in parts:
        _refuse_unusable_sources(ready)
        _refuse_open_keys(ready)
        _refuse_busy(ready, "the AGI server", hotline.agi.listen, "agi")
    if "wallboard" in parts:
        _refuse_busy(ready, "the wallboard", hotline.wallboard.listen, "wallboard")


def _secret_of_ami(ready: Ready) -> None:
    try:
        resolve_secret(ready.hotline.ami.secret, ready.folder)
    except SecretMissingError as missing:
        raise MistakeError(str(missing)) from None


def _refuse_taken_feed(ready: Ready) -> None:
    try:
        refuse_taken(ready.places.feed)
    except FeedTaken:
        raise MistakeError(
            f"another bridge serves {ready.places.feed} already (is the hotline running twice?)"
        ) from None


def _refuse_unusable_sources(ready: Ready) -> None:
    try:
        for source in sources_of(ready.hotline, ready.folder):
            if isinstance(source, SqlSource):
                sql_address(source.name, source.url)
            else:
                http_address(source.name, source.base_url)
    except (SecretMissingError, BadSourceError) as wrong:
        raise MistakeError(str(wrong)) from None


def _refuse_open_keys(ready: Ready) -> None:
    try:
        for path in (ready.places.cursor_key, ready.places.memory_key):
            refuse_readable_by_others(path)
    except KeyFileError as wrong:
        raise MistakeError(str(wrong)) from None


def _refuse_busy(ready: Ready, what: str, listen: str, part: str) -> None:
    host, port = split(listen)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # As asyncio's servers do: connections that are still fading out do not count as somebody who listens.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except OSError as error:
            raise cannot_listen(what, listen, error, place_of(ready, part, "listen")) from None
