"""The AGI server's side of publishing, in one process: what it takes up, what it says, and what hinders it."""

from __future__ import annotations

import asyncio
import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from ivr.app import published
from ivr.app.copies import SOUNDS
from ivr.app.loading import load_ready
from ivr.app.published import PublishedReleases
from ivr.app.releases import KeptReleases
from ivr.app.standing import Standing, running
from ivr.prompts.made import Made, write_made
from ivr.publishing.book import Book, TakenError
from ivr.publishing.records import First, Publication
from tests.ivr.cli.machine import until
from tests.ivr.flow.surroundings import SMALL

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ivr.app.loading import Ready
    from ivr.publishing.records import Act

MINE = "8613800138000"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOTLINE_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setattr(published, "LOOK_EVERY_S", 0.01)
    shutil.copytree(SMALL, tmp_path / "hotline")
    return tmp_path / "hotline"


@pytest.fixture
def house(folder: Path) -> House:
    return House(folder)


class House:
    """A hotline with two versions, the second in its folder, and the service that was started with the first."""

    def __init__(self, folder: Path) -> None:
        self.old = load_ready(folder)
        self.kept = KeptReleases(self.old)
        self.releases = self.service()
        self.folder = folder
        self.new = self.changed("en.yaml", "welcome: Hello.", "welcome: Good day.", "prompts")
        self.book = Book(self.old.places.published)
        self.stop = asyncio.Event()

    def service(self) -> PublishedReleases:
        """One more server of the same state folder."""
        return PublishedReleases(self.kept, self.old.places, str)

    def changed(self, name: str, was: str, now: str, under: str = ".") -> Ready:
        path = self.folder / under / name
        text = path.read_text("utf-8")
        assert was in text
        path.write_text(text.replace(was, now), "utf-8")
        ready = load_ready(self.folder)
        KeptReleases(ready)
        return ready

    def record(self, number: int, *, live: Ready | None = None, first: Ready | None = None) -> Publication:
        live = live or self.old
        what = First(first.flows.version, callers=(MINE,)) if first else None
        act: Act = "first" if first else "publish"
        version = (first or live).flows.version
        now = datetime(2026, 11, 25, tzinfo=UTC)
        return Publication(number, act, version, live.flows.version, what, "", "Lin", "as asked", now)

    def began(self, call: str, caller: str = "") -> str:
        return self.releases.begin(caller, call).flows.version

    async def following(self, look: Callable[[], bool]) -> None:
        """Follow until it looks so, then end in order."""
        following = asyncio.create_task(self.releases.follow(self.stop))
        try:
            await until(look)
        finally:
            self.stop.set()
            await following

    def seen(self, number: int) -> Callable[[], bool]:
        return lambda: (now := running(self.old.places)) is not None and now.number == number


async def test_what_is_published_is_taken_up_and_said(house: House) -> None:
    house.book.add(house.record(1, live=house.new))
    await house.following(house.seen(1))
    assert house.began("1") == house.new.flows.version
    assert running(house.old.places) is None, "it has ended"


async def test_what_cannot_be_said_is_said_at_a_later_look(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk, of which nobody is told twice a second."""
    fails, tell, failed = 5, Standing.tell, 0

    def full(standing: Standing, now: object) -> None:
        nonlocal failed
        failed += 1
        if failed <= fails:
            raise OSError(28, "No space left on device")
        tell(standing, now)  # type: ignore[arg-type]  # what was given

    monkeypatch.setattr(Standing, "tell", full)
    house.book.add(house.record(1, live=house.new))
    with capture_logs() as logs:
        await house.following(house.seen(1))
    told = [line for line in logs if line["event"] == "publishing_is_hindered"]
    assert [line["why"] for line in told] == ["[Errno 28] No space left on device"]
    assert house.began("1") == house.new.flows.version


async def test_a_lock_that_cannot_be_opened_hinders_nothing_but_saying(house: House) -> None:
    house.old.places.running_lock.mkdir()
    house.book.add(house.record(1, live=house.new))
    with capture_logs() as logs:
        await house.following(lambda: house.began("1") == house.new.flows.version)
    assert [line["event"] for line in logs].count("publishing_is_hindered") == 1


async def test_a_second_server_follows_as_the_first_does_and_says_it_when_that_one_has_ended(house: House) -> None:
    other, stop = house.service(), asyncio.Event()
    following = asyncio.create_task(house.releases.follow(house.stop))
    await until(house.seen(0))
    second = asyncio.create_task(other.follow(stop))
    house.book.add(house.record(1, live=house.new))
    await until(lambda: other.begin("", "1").flows.version == house.new.flows.version)
    await until(house.seen(1))
    house.stop.set()
    await following
    await until(house.seen(1))
    stop.set()
    await second
    assert running(house.old.places) is None


async def test_a_record_of_a_version_taken_back_waits_until_there_is_room(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.book.add(house.record(1, first=house.new))
    add, refused = Book.add, 0

    def full(book: Book, record: Publication) -> None:
        nonlocal refused
        refused += 1
        if refused < 4:
            raise OSError(28, "No space left on device")
        add(book, record)

    following = asyncio.create_task(house.releases.follow(house.stop))
    await until(house.seen(1))
    monkeypatch.setattr(Book, "add", full)
    with capture_logs() as logs:
        for call in ("1", "2"):
            assert house.began(call, MINE) == house.new.flows.version
            house.releases.failed(house.new.flows.version, call)
        assert house.began("3", MINE) == house.old.flows.version
        await until(lambda: (now := running(house.old.places)) is not None and now.first is None)
        await until(house.seen(2))
    house.stop.set()
    await following
    assert refused == 4
    assert [line["event"] for line in logs].count("publishing_is_hindered") == 1
    last = house.book.last()
    assert last is not None
    assert (last.number, last.act, last.live) == (2, "taken-back", house.old.flows.version)


async def test_who_publishes_before_it_is_written_that_a_version_was_taken_back_has_decided(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.book.add(house.record(1, first=house.new))
    await house.releases.take_up()
    house.book.add(house.record(2, live=house.new))
    add = Book.add

    def taken(book: Book, record: Publication) -> None:
        assert record.number == 2
        add(book, record)

    monkeypatch.setattr(Book, "add", taken)
    for call in ("1", "2"):
        house.began(call, MINE)
        house.releases.failed(house.new.flows.version, call)
    assert house.began("3", MINE) == house.old.flows.version
    await house.following(house.seen(2))
    assert house.began("4") == house.new.flows.version
    with pytest.raises(TakenError):
        add(house.book, house.record(2))


async def test_calls_that_began_before_count_on_neither_side(house: House) -> None:
    """A talk of an hour ago that comes back and fails says nothing of either version."""
    house.began("old")
    house.book.add(house.record(1, first=house.new))
    await house.releases.take_up()
    for call in ("1", "2"):
        house.began(call, MINE)
    house.releases.failed(house.old.flows.version, "old")
    for call in ("1", "2"):
        house.releases.failed(house.new.flows.version, call)
    assert house.began("3", MINE) == house.old.flows.version


async def test_a_broken_youngest_record_is_told_once_and_the_one_before_decides(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks, number = 0, Book.last_number

    def counted(book: Book) -> int:
        nonlocal looks
        looks += 1
        return number(book)

    monkeypatch.setattr(Book, "last_number", counted)
    house.book.add(house.record(1, live=house.new))
    (house.old.places.published / "000002.json").write_text("{")
    with capture_logs() as logs:
        following = asyncio.create_task(house.releases.follow(house.stop))
        await until(house.seen(2))
        await until(lambda: looks > 20)
        house.book.add(house.record(3, live=house.old))
        await until(house.seen(3))
        house.stop.set()
        await following
    told = [line["why"] for line in logs if line["event"] == "publication_not_taken_up"]
    assert told == ["record 2 is not as it was written; number 1 decides"]
    assert [line["number"] for line in logs if line["event"] == "publication_taken_up"] == [1, 3]


async def test_a_version_with_other_data_than_the_service_was_built_for_is_not_taken_up(house: House) -> None:
    tokyo = house.changed("hotline.yaml", "time_zone: Asia/Shanghai", "time_zone: Asia/Tokyo")
    house.book.add(house.record(1, live=tokyo))
    with capture_logs() as logs:
        await house.following(house.seen(1))
    told = [line["why"] for line in logs if line["event"] == "publication_not_taken_up"]
    assert told == [
        f"version {tokyo.flows.version} has other time_zone than the service was built for: it needs a restart"
    ]
    assert house.began("1") == house.old.flows.version


async def test_a_version_that_lacks_sounds_is_not_taken_up(house: House) -> None:
    """Its callers would hear silence; they begin with what they began with until now."""
    record = house.old.places.versions / house.new.flows.version / SOUNDS
    write_made(record, {"en/words": Made("key", 100, "voice", "nothing")})
    house.book.add(house.record(1, first=house.new))
    with capture_logs() as logs:
        await house.following(house.seen(1))
    (why,) = [line["why"] for line in logs if line["event"] == "publication_not_taken_up"]
    assert why.startswith(f"version {house.new.flows.version} lacks sounds: run hotline prompts")
    assert house.began("c1", MINE) == house.old.flows.version
