"""Whether the languages of a hotline agree on a message's places, and which of them is the odd one out when not.

Every language that has the message is a voice, and so are the flows that say it, by the values they give. A place most
voices have is right; where they are even, the first language decides. What is blamed stands at its own line.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from dialplan.diagnostics import Diagnostic, nearest
from ivr.prompts.message import Choice, Kind, Place

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from dialplan.source import Span
    from ivr.prompts.message import Message

    Given = Mapping[str, Collection[str]]
    """Message to the names flows give it values by; a message no flow says is not in it."""

_ALIKE: Final = {
    Kind.PLURAL: "number",
    Kind.NUMBER: "number",
    Kind.SELECT: "text",
    Kind.DATE: "moment",
    Kind.TIME: "moment",
}
"""What a value must be; a number may choose a wording in one language and only be spoken in another."""
_EXPECTED: Final = "the same places in every language"


def differing(messages: Mapping[str, Mapping[str, Message]], given: Given) -> Iterator[Diagnostic]:
    """P009: each place of each message that one language has and most have not, or the other way round.

    Args:
        messages: language to name to message; the first language decides where voices are even.
        given: what the flows give.
    """
    for name in dict.fromkeys(name for own in messages.values() for name in own):
        if _is_plain(messages, name):
            continue
        forms = _forms(messages, name)
        if all(form.places == forms[0].places for form in forms):
            continue
        agreed = _agreed(forms, given.get(name))
        for form in forms:
            yield from _odd(form, forms, agreed)


def agreed_places(messages: Mapping[str, Mapping[str, Message]], name: str, given: Given) -> dict[str, frozenset[Kind]]:
    """What a flow must give to say a message, with the kinds of each value: without what is blamed on a language."""
    if _is_plain(messages, name):
        return {}
    forms = _forms(messages, name)
    agreed = _agreed(forms, given.get(name))
    found: dict[str, frozenset[Kind]] = {}
    for place in agreed:
        kinds = _agreed_kinds(forms, place)
        like = [form.places[place] for form in forms if place in form.places and _value_kinds(form, place) == kinds]
        found[place] = frozenset().union(*like)
    return found


def _is_plain(messages: Mapping[str, Mapping[str, Message]], name: str) -> bool:
    """Whether no file's form of the message has a place, as most messages have none."""
    return not any(name in own and own[name].places for own in messages.values())


def _forms(messages: Mapping[str, Mapping[str, Message]], name: str) -> list[Message]:
    """The message as each file writes it; one that all languages share is one form."""
    return list({own[name].at: own[name] for own in messages.values() if name in own}.values())


def _agreed(forms: list[Message], given: Collection[str] | None) -> list[str]:
    voices: list[Collection[str]] = [form.places for form in forms]
    written = dict.fromkeys(place for form in forms for place in form.places)
    if given and not written.keys().isdisjoint(given):  # flows that give nothing of it have no say in its spelling
        voices.append(given)
    votes = Counter(place for voice in voices for place in voice)
    return [
        place
        for place in written
        if 2 * votes[place] > len(voices) or (2 * votes[place] == len(voices) and place in forms[0].places)
    ]


def _agreed_kinds(forms: list[Message], place: str) -> frozenset[str]:
    """How most take a value; of equally many the first."""
    return Counter(_value_kinds(form, place) for form in forms if place in form.places).most_common(1)[0][0]


def _odd(form: Message, forms: list[Message], agreed: list[str]) -> Iterator[Diagnostic]:
    missing = [place for place in agreed if place not in form.places]
    for place in form.places:
        at = _where(form, place)
        if place not in agreed:
            near = nearest(place, missing)
            if near is not None:
                missing.remove(near)
            hint = f"did you mean '{near}'?" if near else f"not so in {_other(forms, form).at}"
            text = f"'{form.name}' has a place '{place}', which the others have not"
            yield Diagnostic("P009", "error", at, text, _EXPECTED, hint)
        elif (here := _value_kinds(form, place)) != (there := _agreed_kinds(forms, place)):
            model = next(each for each in forms if place in each.places and _value_kinds(each, place) == there)
            text = f"'{form.name}' takes '{place}' as {_listed(here)}"
            yield Diagnostic("P009", "error", at, text, _EXPECTED, f"as {_listed(there)} in {model.at}")
    for place in missing:
        model = next(each for each in forms if place in each.places)
        text = f"'{form.name}' does not use place '{place}'"
        yield Diagnostic("P009", "error", form.at, text, _EXPECTED, f"it does in {model.at}")


def _other(forms: list[Message], form: Message) -> Message:
    return next((each for each in forms if each is not form), form)


def _where(form: Message, place: str) -> Span:
    return next(part.at for part in form.walk() if isinstance(part, Place | Choice) and part.name == place)


def _value_kinds(form: Message, place: str) -> frozenset[str]:
    return frozenset(_ALIKE.get(kind, str(kind)) for kind in form.places[place])


def _listed(kinds: frozenset[str]) -> str:
    return " and ".join(sorted(kinds))
