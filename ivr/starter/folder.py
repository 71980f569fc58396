"""The files of a new hotline, and how they come into its folder: never over anything that is there."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any, Final

from pydantic import TypeAdapter, ValidationError

from ivr.app.mistakes import MistakeError
from ivr.config.kinds import Dialled, Language, Name
from ivr.prompts.catalogue import ALL
from ivr.prompts.tokens import GRAMMARS, can_speak, primary
from ivr.schema.files import header
from ivr.starter.words import AGAIN, CHOICES, SENTENCES, TITLES

if TYPE_CHECKING:
    from collections.abc import Iterator

_FILES: Final = Path(__file__).parent / "files"
_PATTERNS: Final = ("hotline.yaml", "flows/main.yaml", "tests/main.yaml", "boards/floor.yaml", "README.md")
_IGNORED: Final = "# Made on each machine.\n.hotline/\nsecrets/\nvar/\n"
_SECRETS: Final = ("agent-1001", "agent-1002", "ami")
_MOST_LANGUAGES: Final = 8
"""Keys 1 to 8 choose a language, 9 leads back to them."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a new hotline is to be."""

    name: str
    languages: tuple[str, ...]
    number: str


def wanted(folder: Path, languages: str, number: str) -> Wanted:
    """What the words of the command line ask for; the hotline is called like its folder.

    Raises:
        MistakeError: a language cannot be spoken, or the number cannot be dialled.
    """
    tongues = tuple(dict.fromkeys(each.strip() for each in languages.split(",") if each.strip()))
    for tongue in tongues:
        if not (_is(Language, tongue) and can_speak(tongue)):
            spoken = ", ".join(GRAMMARS)
            raise MistakeError(f"'{tongue}' cannot be spoken; expected tags that begin with {spoken}: zh-CN,yue-HK,en")
    if not 0 < len(tongues) <= _MOST_LANGUAGES:
        raise MistakeError(f"{len(tongues)} languages; expected from 1 to {_MOST_LANGUAGES}: zh-CN,en")
    if not _is(Dialled, number):
        raise MistakeError(f"'{number}' cannot be dialled; expected digits: 96956")
    name = folder.resolve().name
    return Wanted(name if _is(Name, name) else "my-hotline", tongues, number)


def _is(kind: Any, text: str) -> bool:
    try:
        TypeAdapter(kind).validate_python(text)
    except ValidationError:
        return False
    return True


def files(new: Wanted) -> dict[str, str]:
    """Every file of a new hotline by its name, with the line that leads editors to its schema."""
    several = len(new.languages) > 1
    words = {
        "name": new.name,
        "number": new.number,
        "languages": ", ".join(new.languages),
        "first_language": "       # the first is spoken until the caller has chosen" if several else "",
        "hotline_titles": _titles(new, 0),
        "queue_titles": _titles(new, 1),
        "start": "language" if several else "greet",
        "choose": "".join(_choosing(new)) if several else "",
        "again": "      9: language\n" if several else "",
        "chosen": "    - expect: choose-language\n    - press: 1\n" if several else "",
    }
    made = {name: Template((_FILES / name).read_text("utf-8")).substitute(words) for name in _PATTERNS}
    made |= {f"prompts/{language}.yaml": _sentences(language, several=several) for language in new.languages}
    if several:
        offered = "".join(f"  - {tag}: {_offer(tag, key)}\n" for key, tag in enumerate(new.languages, 1))
        made[f"prompts/{ALL}.yaml"] = f"# One message that is itself in several languages.\nchoose-language:\n{offered}"
    checked = ("hotline.yaml", "flows", "prompts", "tests", "boards")
    made = {name: f"{header(name)}\n{text}" if name.startswith(checked) else text for name, text in made.items()}
    made |= {f"secrets/{name}": f"{secrets.token_urlsafe(24)}\n" for name in _SECRETS}
    return {**made, ".gitignore": _IGNORED}


def _titles(new: Wanted, index: int) -> str:
    return ", ".join(f"{language}: {TITLES[primary(language)][index]}" for language in new.languages)


def _choosing(new: Wanted) -> Iterator[str]:
    """The menu of languages."""
    yield "  language:\n    menu: choose-language\n    remember: caller                 # not asked again\n    keys:\n"
    for key, language in enumerate(new.languages, 1):
        yield f"      {key}: {{set: {{language: {language}}}, then: greet}}\n"
    yield "    no_input: {tries: 2, then: greet}\n    wrong_input: {then: greet}\n\n"


def _offer(language: str, key: int) -> str:
    return CHOICES[primary(language)].format(key=key)


def _sentences(language: str, *, several: bool) -> str:
    tongue = primary(language)
    again = AGAIN[tongue] if several else ""
    lines = [f"{name}: {text.format(again=again)}\n" for name, text in SENTENCES[tongue].items()]
    return "".join([f"# {TITLES[tongue][0]}: {language}\n", *lines])


def create(folder: Path, made: dict[str, str]) -> None:
    """Write the files of a new hotline; secrets can be read by their owner alone.

    Raises:
        MistakeError: something is there already, or the folder cannot be written. Nothing has been changed then, unless
            the disk itself failed.
    """
    there = [name for name in sorted(made) if (folder / name).exists() or (folder / name).is_symlink()]
    if there:
        more = f" (and {len(there) - 1} more)" if len(there) > 1 else ""
        raise MistakeError(f"{folder / there[0]} is there already{more}, nothing was written; name a new folder", 1)
    try:
        for name, text in made.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8") as file:
                path.chmod(0o600 if name.startswith("secrets/") else 0o644)
                file.write(text)
    except OSError as error:
        raise MistakeError(f"{error.filename or folder} cannot be made: {error.strerror or error}", 1) from None
