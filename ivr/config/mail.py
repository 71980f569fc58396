"""The mail server of `hotline.yaml`."""

from __future__ import annotations

import ipaddress
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, Field, model_validator

from ivr.config.kinds import STRICT, SecretRef, Text, refuse
from ivr.services.mail_address import NotSentError, address

_PORTS = {"starttls": 587, "tls": 465, "none": 25}


def _address(told: str) -> str:
    try:
        return address(told)
    except NotSentError:
        raise refuse("C003", f"'{told}' is no mail address", "one address: hotline@example.com") from None


class Mail(BaseModel):
    """Through which server mail goes out."""

    model_config = STRICT

    server: Text
    """Name or address of the SMTP server."""
    port: int | None = Field(None, ge=1, le=65_535)
    """None is the usual one: 587 of starttls, 465 of tls, 25 of none."""
    security: Literal["starttls", "tls", "none"] = "starttls"
    sender: Annotated[Text, AfterValidator(_address)]
    """The address letters come from."""
    user: Text | None = None
    password: SecretRef | None = None
    ca_file: Text | None = None
    """Certificates that are trusted besides the system's."""

    @property
    def at_port(self) -> int:
        """The port that is meant."""
        return self.port or _PORTS[self.security]

    @model_validator(mode="after")
    def _belong_together(self) -> Self:
        if (self.user is None) != (self.password is None):
            raise refuse("C003", "'user' and 'password' go together", "both, or neither")
        if self.password is not None and self.security == "none" and not _is_loopback(self.server):
            expected = "security: starttls, or tls; in clear only to this machine"
            raise refuse("C003", "the password would go over the network in clear", expected)
        return self


def _is_loopback(server: str) -> bool:
    try:
        return ipaddress.ip_address(server).is_loopback
    except ValueError:
        return server == "localhost"
