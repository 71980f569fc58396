from __future__ import annotations

import copy
import inspect
import pickle
from dataclasses import FrozenInstanceError, dataclass, field, replace

import pytest

from dialplan.made_quickly import made_quickly


@dataclass(frozen=True, slots=True)
class Slow:
    name: str
    length: int = 1
    parts: dict[str, int] = field(default_factory=dict)
    note: str = field(default="", compare=False, repr=False)


@made_quickly
@dataclass(frozen=True, slots=True)
class Quick:
    name: str
    length: int = 1
    parts: dict[str, int] = field(default_factory=dict)
    note: str = field(default="", compare=False, repr=False)


ARGUMENTS = [
    (("a",), {}),
    (("a", 2), {}),
    (("a", 2, {"b": 1}, "c"), {}),
    ((), {"name": "a", "parts": {"b": 1}}),
    (("a",), {"note": "c"}),
]


@pytest.mark.parametrize(("given", "named"), ARGUMENTS)
def test_it_is_made_of_the_same_arguments_and_is_the_same(given: tuple[object, ...], named: dict[str, object]) -> None:
    quick, slow = Quick(*given, **named), Slow(*given, **named)  # type: ignore[arg-type]  # drawn, some of it wrong
    assert repr(quick) == repr(slow).replace("Slow", "Quick")
    assert (quick.name, quick.length, quick.parts, quick.note) == (slow.name, slow.length, slow.parts, slow.note)
    assert type(quick) is Quick
    assert quick == Quick(*given, **named)  # type: ignore[arg-type]  # drawn, some of it wrong
    assert list(inspect.signature(Quick).parameters) == ["name", "length", "parts", "note"]


def test_what_is_made_by_default_is_made_anew_each_time() -> None:
    assert Quick("a").parts is not Quick("a").parts


def test_it_is_frozen_from_the_start_of_its_life() -> None:
    quick = Quick("a")
    with pytest.raises(FrozenInstanceError):
        quick.name = "b"  # type: ignore[misc]  # it must refuse
    with pytest.raises(FrozenInstanceError):
        del quick.name
    with pytest.raises((AttributeError, TypeError)):
        quick.other = 1  # type: ignore[attr-defined]  # it must refuse


def test_it_is_replaced_copied_and_pickled_as_any_dataclass() -> None:
    quick = Quick("a", parts={"b": 1})
    assert replace(quick, length=3) == Quick("a", 3, {"b": 1})
    assert copy.copy(quick) == copy.deepcopy(quick) == pickle.loads(pickle.dumps(quick)) == quick  # noqa: S301 - our own bytes


@pytest.mark.parametrize("wrong", [((), {}), (("a", 1, {}, "", 5), {}), (("a",), {"name": "b"}), (("a",), {"x": 1})])
def test_wrong_arguments_are_refused_as_python_does(wrong: tuple[tuple[object, ...], dict[str, object]]) -> None:
    given, named = wrong
    with pytest.raises(TypeError, match=r"__init__\(\)"):
        Quick(*given, **named)  # type: ignore[arg-type]  # drawn, some of it wrong


def test_a_class_that_it_does_not_fit_is_refused_at_once() -> None:
    with pytest.raises(TypeError, match="has a base class"):

        @made_quickly
        @dataclass(frozen=True, slots=True)
        class Longer(Slow):
            more: int = 0

    with pytest.raises(TypeError, match="a field that is not a plain argument"):

        @made_quickly
        @dataclass(frozen=True, slots=True)
        class Named:
            more: int = field(default=0, kw_only=True)


def test_what_is_worked_out_at_the_end_is_there_and_as_frozen() -> None:
    @made_quickly
    @dataclass(frozen=True, slots=True)
    class Counted:
        name: str
        length: int = field(init=False)

        def __post_init__(self) -> None:
            object.__setattr__(self, "length", len(self.name))

    assert (Counted("abc"), Counted("abc").length) == (Counted("abc"), 3)
    with pytest.raises(FrozenInstanceError):
        Counted("abc").length = 1  # type: ignore[misc]  # it must refuse
