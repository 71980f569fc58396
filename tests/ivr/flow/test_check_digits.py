from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.flow.check_digits import CHECK_DIGITS

LUHN, IDENTITY = CHECK_DIGITS["luhn"].number_of, CHECK_DIGITS["gb11643"].number_of


@pytest.mark.parametrize(
    "number",
    [
        "4992739871 6",  # the patent's example (US 2950048)
        "4111 1111 1111 1111",  # the card of every test system
        "89860 0 00000 0000000 01",  # an ICCID of China Mobile's form (ITU-T E.118)
        "49015420323751 8",  # the IMEI of 3GPP TS 23.003
        "0000",
    ],
)
def test_numbers_with_a_luhn_digit_pass(number: str) -> None:
    plain = number.replace(" ", "")
    assert LUHN(plain) == plain


@pytest.mark.parametrize("number", ["49927398717", "4111111111111112", "", "*", "12*", "１８"])
def test_numbers_without_one_do_not(number: str) -> None:
    assert LUHN(number) in {None, ""}


@pytest.mark.parametrize(
    ("keys", "number"),
    [
        ("11010519491231002*", "11010519491231002X"),  # GB 11643-1999, annex: the two examples of the standard
        ("440524188001010014", "440524188001010014"),
    ],
)
def test_identity_numbers_pass_and_their_x_is_a_star_on_the_telephone(keys: str, number: str) -> None:
    assert IDENTITY(keys) == number


@pytest.mark.parametrize(
    "keys", ["110105194912310021", "44052418800101001*", "*10105194912310022", "44052418800101001#", "", "*"]
)
def test_other_identity_numbers_do_not(keys: str) -> None:
    assert IDENTITY(keys) is None


@given(st.text("0123456789", min_size=1, max_size=31), st.data())
def test_one_wrong_figure_is_always_found(head: str, data: st.DataObject) -> None:
    """What both schemes promise: a single wrong key never passes."""
    whole = next(head + last for last in "0123456789" if LUHN(head + last))
    place = data.draw(st.integers(0, len(whole) - 1))
    other = data.draw(st.sampled_from([key for key in "0123456789" if key != whole[place]]))
    assert LUHN(whole[:place] + other + whole[place + 1 :]) is None


@given(st.text("0123456789", min_size=17, max_size=17), st.data())
def test_one_wrong_figure_or_two_that_changed_places_are_found_in_an_identity_number(
    head: str, data: st.DataObject
) -> None:
    whole = next(head + last for last in "0123456789*" if IDENTITY(head + last))
    place = data.draw(st.integers(0, 16))
    other = data.draw(st.sampled_from([key for key in "0123456789" if key != whole[place]]))
    assert IDENTITY(whole[:place] + other + whole[place + 1 :]) is None
    swapped = whole[: place - 1] + whole[place] + whole[place - 1] + whole[place + 1 :] if place else whole
    assert (IDENTITY(swapped) is None) is (swapped != whole)
