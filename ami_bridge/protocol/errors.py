"""What can go wrong between us and a switch.

::

    AmiError
    ├── ActionRefusedHere   we were asked to say something AMI cannot carry (our caller's mistake)
    ├── PeerError           what came back is not AMI (the other side's mistake); the connection ends
    ├── LoginRefused        the switch knows neither the user nor the secret; said once, tried again slowly
    ├── LinkDown            no connection, or it broke before the answer came; nothing is sent again by itself
    ├── AnswerOverdue       the action went out, no answer in time; whether it was done is not known
    └── ActionFailed        the switch answered with an error
"""

from __future__ import annotations


class AmiError(Exception):
    """Anything between us and a switch."""


class ActionRefusedHere(AmiError):  # noqa: N818 - an act that was refused, named as such
    """A field holds CR, LF or NUL, or is longer than Asterisk reads; nothing was sent."""


class PeerError(AmiError):
    """The other side does not speak AMI: no greeting, or a message beyond all bounds."""


class LoginRefused(AmiError):  # noqa: N818 - a fact about the switch, not about our code
    """The switch refused user and secret (``Authentication failed``), or this address (ACL)."""


class LinkDown(AmiError):  # noqa: N818 - a fact about the link
    """There is no connection, or it broke before the answer came. Nothing is replayed."""


class AnswerOverdue(AmiError):  # noqa: N818 - a fact about the answer
    """No answer within the time allowed; the action may or may not have been done."""


class ActionFailed(AmiError):  # noqa: N818 - a fact the switch told us
    """The switch answered ``Response: Error``; ``message`` holds its words."""

    def __init__(self, action: str, message: str) -> None:
        super().__init__(f"{action}: {message or 'no reason given'}")
        self.action = action
        self.message = message
