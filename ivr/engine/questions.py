"""Menus and collected digits: asking, asking again, and giving up.

Silence and wrong keys are two different troubles, each with its own words, its own tries and its own way on. The
counts live in the frame and begin anew when the step is entered anew; the flow's bound on steps ends every loop.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ivr.engine.effects import Ask
from ivr.engine.inputs import Keys, Silence
from ivr.engine.turn import Go, Onward, Turn
from ivr.flow.check_digits import CHECK_DIGITS
from ivr.flow.model import Collect, Menu

if TYPE_CHECKING:
    from ivr.flow.model import Tries

FIRST_KEY_MS: Final = 5000
"""How long a menu waits for a key where `no_input` does not say."""


def enter_menu(turn: Turn, menu: Menu) -> Onward:
    """Ask, unless this calling number has chosen before and has not come back to choose anew."""
    if menu.remember is not None:
        way = menu.keys.get(key := turn.cursor.facts.remembered.get(turn.place, ""))
        # Coming here again in the same call is how a caller changes the choice: then it is asked.
        if turn.first_visit() and way is not None and turn.is_open(way):
            return turn.take(way, f"remembered {key}")
    return _ask(turn, menu)


def answer_menu(turn: Turn, menu: Menu, heard: Keys | Silence) -> Onward:
    """Take the key's way, and remember it where the menu says so."""
    if isinstance(heard, Silence):
        return _no_input(turn, menu)
    way = menu.keys.get(heard.keys)
    if way is None or not turn.is_open(way):
        return _wrong_input(turn, menu)
    if menu.remember is not None:
        turn.remember(heard.keys)
    return turn.take(way, f"key {heard.keys}")


def enter_collect(turn: Turn, collect: Collect) -> Onward:
    """Ask for the digits."""
    return _ask(turn, collect)


def answer_collect(turn: Turn, collect: Collect, heard: Keys | Silence) -> Onward:
    """Keep the digits as a variable; too few or too many of them, or a wrong check digit, are a wrong input."""
    if isinstance(heard, Silence):
        return _no_input(turn, collect)
    turn.by_place = False  # digits of a caller are remembered nowhere
    keys = heard.keys.partition(collect.terminator)[0] if collect.terminator else heard.keys
    number = keys if collect.min_length <= len(keys) <= collect.max_length else None
    if number is not None and collect.check_digit is not None:
        number = CHECK_DIGITS[collect.check_digit].number_of(number)
    if number is None:
        return _wrong_input(turn, collect)
    turn.set_variable(collect.into, number, sensitive=collect.sensitive)
    # How many digits a PIN has is itself worth knowing to someone: only open entries are counted.
    return turn.way(collect.then, "collected", {} if collect.sensitive else {"keys": str(len(keys))})


def _ask(turn: Turn, question: Menu | Collect, first_said: str | None = None) -> Ask:
    if isinstance(question, Menu):
        most, next_key_ms, terminator, sensitive = 1, 0, "", False
        first_key_ms = FIRST_KEY_MS if question.no_input.after_ms is None else question.no_input.after_ms
    else:
        most, first_key_ms, next_key_ms = _most_keys(question), question.first_digit_ms, question.inter_digit_ms
        terminator, sensitive = question.terminator, question.sensitive
    asked = turn.utter(question.message, question.args)
    return Ask(
        utterances=(asked,) if first_said is None else (turn.utter(first_said, question.args), asked),
        max_keys=most,
        first_key_ms=first_key_ms,
        next_key_ms=next_key_ms,
        terminator=terminator,
        sensitive=sensitive,
        typed_ahead=turn.take_typed_ahead(most, terminator),
    )


def _most_keys(collect: Collect) -> int:
    """How many keys an entry takes off the line, its terminator among them.

    Where the length varies, callers are told to end with `#`, and who gives as many keys as there may be does it too.
    If the entry ended one key earlier, that `#` would cut off what is said next, or count as the answer to it.
    """
    ends_by_key = bool(collect.terminator) and collect.min_length < collect.max_length
    return collect.max_length + 1 if ends_by_key else collect.max_length


def _no_input(turn: Turn, question: Menu | Collect) -> Onward:
    return _ask_again(turn, question, question.no_input, turn.miss(silent=True), "no input")


def _wrong_input(turn: Turn, question: Menu | Collect) -> Onward:
    return _ask_again(turn, question, question.wrong_input, turn.miss(silent=False), "wrong input")


def _ask_again(turn: Turn, question: Menu | Collect, tries: Tries, missed: int, outcome: str) -> Onward:
    turn.drop_typed_ahead()
    if missed >= tries.tries:
        return Go(tries.then, outcome, {"tries": str(missed)})
    return _ask(turn, question, first_said=tries.message)
