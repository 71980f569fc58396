"""What goes on in a call between two inputs, whatever it is: the acts of a caller, and a clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from ivr.engine.inputs import HungUp

if TYPE_CHECKING:
    from ivr.engine.inputs import Input
    from ivr.rehearsal.call import Call


class Doing:
    """What an effect has begun; nothing by itself."""

    goes_on: ClassVar[bool] = True
    """Whether time passes while the caller only listens; not where it is somebody's turn to act."""

    def __init__(self, call: Call) -> None:
        self.call = call
        self.due_ms: int | None = None
        """When something happens by itself, on the call's clock."""

    def begin(self) -> Input | None:
        """What is known at once, if anything is."""
        return None

    def listen(self) -> Input | None:
        """The next thing that is to be heard."""
        return None

    @property
    def is_speaking(self) -> bool:
        """Whether there is something left to be heard before time counts."""
        return False

    @property
    def waits(self) -> str:
        """What the call waits for, in words."""
        return "an answer"

    def key(self, key: str) -> Input | None:
        """A key was pressed; dropped, unless said otherwise."""
        self.call.dropped(key)
        return None

    def expire(self) -> Input | None:
        """The time of `due_ms` has come."""
        return None

    def hang_up(self) -> Input | None:
        """The caller leaves; what the engine is told of it, if it is."""
        return HungUp()
