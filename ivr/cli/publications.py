"""`hotline publish`, `hotline rollback`, `hotline versions`."""

from __future__ import annotations

import getpass
import json
import os
import re
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import typer

from ami_bridge.messages import mask
from dialplan.diagnostics import did_you_mean
from ivr.app import publishing
from ivr.app.live import load_live
from ivr.app.logs import set_up_logs
from ivr.app.mistakes import MistakeError
from ivr.app.standing import running
from ivr.cli.publish_difference import difference
from ivr.publishing.records import First

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ivr.app.loading import Ready
    from ivr.app.publishing import Done
    from ivr.app.standing import Running
    from ivr.publishing.records import Publication

FORMS: Final = ("text", "json")
LONGEST_WHY: Final = 200
_SHARE: Final = re.compile(r"(\d{1,3}(?:\.\d{1,2})?)\s?%")
_DONE: Final = {"publish": "published", "first": "goes first", "rollback": "taken back", "taken-back": "taken back"}


@dataclass(frozen=True, slots=True)
class Wishes:
    """What was asked for on the command line."""

    why: str
    share: str | None = None
    numbers: tuple[str, ...] = ()
    tolerance: str = "5%"
    who: str | None = None


def publish(folder: Path, wishes: Wishes) -> None:
    """Publish a folder, and say each step.

    Raises:
        MistakeError: it is not fit to be published, or a wish is none; what was live stays live.
    """
    signed = _signed(wishes.why, wishes.who)
    share = _share("--first", wishes.share) if wishes.share is not None else 0.0
    if wishes.share is not None and not share:
        raise MistakeError(f"--first: {wishes.share} is no call at all; expected a share such as 5%")
    tolerance = _share("--tolerate", wishes.tolerance)
    ready = publishing.fit_to_publish(folder, _tell)
    first = None
    if wishes.share is not None or wishes.numbers:
        callers = publishing.caller_hashes(ready, wishes.numbers)
        first = First("", share, callers, tuple(map(mask, wishes.numbers)), tolerance)
    changes = difference(ready, publishing.live_version(ready.places))
    for number, change in enumerate(changes):
        _tell("" if number else "changed", change)
    _say(publishing.publish(ready, first, signed, changes), folder)


def rollback(folder: Path, to: str | None, why: str, who: str | None) -> None:
    """Go back, and say where to.

    Raises:
        MistakeError: there is nothing to go back to.
    """
    set_up_logs("error", "rollback")
    signed, ready = _signed(why, who), load_live(folder)
    if to is not None:
        to = _known(to, publishing.records(ready.places))
    _say(publishing.rollback(ready, to, signed), folder)


def versions(folder: Path, form: str) -> None:
    """Print what was published, the youngest first.

    Raises:
        MistakeError: it cannot be read, or the form is none.
    """
    if form not in FORMS:
        raise MistakeError(f"unknown format '{form}'; expected {', '.join(FORMS)}")
    set_up_logs("error", "versions")
    ready = load_live(folder)
    published, now = publishing.records(ready.places), running(ready.places)
    if form == "json":
        told = [{**asdict(each), "when": each.when.isoformat()} for each in reversed(published)]
        typer.echo(json.dumps({"running": now and asdict(now), "records": told}, ensure_ascii=False, indent=2))
        return
    typer.echo(as_text(published, now, ready, publishing.broken(ready.places)))


def as_text(published: Sequence[Publication], now: Running | None, ready: Ready, broken: Sequence[Path] = ()) -> str:
    """The standing in a line or two, then a line for each act."""
    zone = ZoneInfo(ready.hotline.time_zone)
    if not published:
        state = f"the service runs version {now.live}" if now else "the service begins with the folder as it is"
        return f"nothing was published yet; {state}"
    last = published[-1]
    lines = [f"live       {last.live}{'' if now else '   the service is not running; this is what it starts with'}"]
    if last.first is not None:
        lines.append(f"first      {last.first.version}   {_those(last.first)}")
    if now is not None and (now.problem or now.live != last.live):
        lines.append(f"running    {now.live}   {now.problem or 'the last act is not taken up yet'}")
    lines.append("")
    lines += [f"{path.name} is not as it was written; nothing goes by it" for path in broken]
    for each in reversed(published):
        when = f"{each.when.astimezone(zone):%Y-%m-%d %H:%M}"
        lines.append(f"{each.number:>4}  {when}  {_DONE[each.act]:<10}  {each.version}  {each.who}: {each.why}")
        lines += [f"      {change}" for change in each.difference]
    return "\n".join(lines)


def _say(done: Done, folder: Path) -> None:
    record = done.record
    match record.act:
        case "first" if record.first is not None:
            words = f"{record.version} for {_those(record.first)}; all others stay on {record.live}"
        case "rollback" if record.version != record.live and record.before == record.live:
            words = f"{record.version} from the calls that had it; all new calls begin with {record.live}"
        case "rollback":
            words = f"{record.version}; new calls begin with {record.live} again"
        case _:
            was = f" instead of {record.before}" if record.before not in {"", record.live} else ""
            words = f"{record.version}: new calls begin with it{was}"
    _tell(_DONE[record.act], words)
    if done.dropped:
        _tell("", f"{done.dropped} goes first no more")
    if done.render:
        others = " and ".join(done.render)
        _tell("render", f"Asterisk still has {others} as {record.before} had them; {_how_to_render(record, folder)}")
    if done.running:
        _tell("", "calls in progress end on the version they began with")
    else:
        _tell("", "the service is not running; this is what it starts with")


def _how_to_render(record: Publication, folder: Path) -> str:
    """Asterisk's files are made from the folder, which a rollback does not change."""
    if record.act == "rollback":
        return f"make the folder say what is live again, then run: hotline render {folder}"
    return f"run: hotline render {folder}"


def _those(first: First) -> str:
    share = [f"{first.share:.2%} of new calls".replace(".00%", "%")] if first.share else []
    return " and ".join([*share, *([f"calls from {', '.join(first.shown)}"] if first.shown else [])])


def _tell(word: str, sentence: str) -> None:
    typer.echo(f"{word:<10} {sentence}")


def _signed(why: str, who: str | None) -> publishing.Signed:
    why = " ".join(why.split())
    if not why or len(why) > LONGEST_WHY or not why.isprintable():
        raise MistakeError(f"--why: expected a few words, 1 to {LONGEST_WHY} characters")
    name = " ".join((who if who is not None else _user()).split())
    if not name or not name.isprintable():
        raise MistakeError("--by: expected a name")
    return publishing.Signed(name[:80], why, datetime.now(UTC))


def _user() -> str:
    """Who types: the one behind sudo, if any."""
    try:
        return os.environ.get("SUDO_USER") or getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def _share(option: str, said: str) -> float:
    found = _SHARE.fullmatch(said.strip())
    if found is None or float(found[1]) > 100:  # noqa: PLR2004 - per cent
        raise MistakeError(f"{option}: '{said}' is no share; expected one such as 5% or 0.5%, at most 100%")
    return float(found[1]) / 100


def _known(version: str, published: Sequence[Publication]) -> str:
    names = sorted({name for each in published for name in (each.version, each.live, each.before) if name})
    matching = [name for name in names if name.startswith(version)] if version else []
    if len(matching) == 1:
        return matching[0]
    if matching:
        raise MistakeError(f"'{version}' may be {' or '.join(matching)}")
    near = did_you_mean(version, names)
    raise MistakeError(f"no version '{version}' was published; " + (near or f"expected one of {', '.join(names)}"))
