"""`wallboard` of `hotline.yaml`: where it listens, who may sign in, which programs and screens have a token."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping  # noqa: TC003 - pydantic reads the annotations
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, Field, ValidationInfo, WithJsonSchema, field_validator, model_validator
from yarl import URL

from ivr.config.kinds import STRICT, Listen, Name, SecretRef, Text, as_text, between, bounds, found, name_of, refuse

RoleName = Literal["viewer", "supervisor", "admin"]
ScopeName = Literal["read", "export", "metrics", "act"]
_USER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}")
_IDLE = (60_000, 30 * 86_400_000)
_LONGEST = (60_000, 90 * 86_400_000)


def _user_name(value: object) -> str:
    expected = "a name people type: ling, ling@example.com"
    name = as_text(value, expected)
    if not _USER.fullmatch(name):
        raise refuse("C003", found(value), expected)
    return name


def _queues(value: object) -> object:
    if value == []:
        raise refuse("C003", "found no queue", "at least one, or all")
    return None if value == "all" else [value] if isinstance(value, str) else value


def _network(value: object) -> str:
    expected = "an address or network of a proxy: 10.0.0.5, 10.0.0.0/24"
    text = as_text(value, expected)
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise refuse("C003", found(value), expected) from None
    return text


def _address(value: object) -> str:
    expected = "how browsers reach the wallboard: https://ops.example/hotline"
    text = as_text(value, expected)
    try:
        url = URL(text)
    except ValueError:
        raise refuse("C003", found(value), expected) from None
    if url.scheme not in {"http", "https"} or not url.host or url.user or url.query_string or url.fragment:
        raise refuse("C003", found(value), expected)
    return text.rstrip("/")


def _issuer(value: object) -> str:
    expected = "an issuer as it calls itself, with https: https://id.example/realms/ops"
    text = as_text(value, expected)
    try:
        url = URL(text)
        local = url.host is not None and (url.host == "localhost" or ipaddress.ip_address(url.host).is_loopback)
    except ValueError:
        local = False
    if not (text.startswith("https://") or (local and text.startswith("http://"))) or "?" in text or "#" in text:
        raise refuse("C003", found(value), expected)
    return text


Issuer = Annotated[
    str, BeforeValidator(_issuer), WithJsonSchema({"type": "string", "pattern": "^https?://", "format": "uri"})
]
UserName = Annotated[
    str, BeforeValidator(_user_name), WithJsonSchema({"type": "string", "pattern": f"^{_USER.pattern}$"})
]
_QueueName = Annotated[Name, name_of("queue")]
Queues = Annotated[
    Annotated[tuple[_QueueName, ...], Field(strict=False)] | None,
    BeforeValidator(_queues),
    WithJsonSchema({
        "anyOf": [{"const": "all"}, {"type": "string", "x-name-of": "queue"},
                  {"type": "array", "minItems": 1, "items": {"type": "string", "x-name-of": "queue"}}],
    }),
]  # fmt: skip
"""Names of queues; None, `all` in the file, is every queue."""
Network = Annotated[str, BeforeValidator(_network), WithJsonSchema({"type": "string", "examples": ["10.0.0.5"]})]
PublicAddress = Annotated[
    str, BeforeValidator(_address), WithJsonSchema({"type": "string", "pattern": "^https?://", "format": "uri"})
]


class _Part(BaseModel):
    """What every part of these settings is: frozen, and strict about its keys."""

    model_config = STRICT


class User(_Part):
    """Somebody who signs in with a password."""

    role: RoleName
    queues: Queues = None
    """The queues they see and act on."""
    password: SecretRef
    """Where the Argon2id hash of the password is (`hotline user hash`)."""


class Token(_Part):
    """A program, or a screen nobody signs in at."""

    scopes: Annotated[tuple[ScopeName, ...], Field(strict=False)] | None = None
    """What a program may do."""
    board: Name | None = None
    """The one board a screen shows."""
    queues: Queues = None
    """The queues a program is for; a screen's are its board's."""
    secret: SecretRef
    """Where the token's hash is (`hotline token new`)."""

    @model_validator(mode="after")
    def _one_use(self) -> Self:
        if (self.scopes is None) == (self.board is None):
            message = "found no 'scopes' and no 'board'" if self.scopes is None else "found both 'scopes' and 'board'"
            raise refuse("C003", message, "scopes of a program, or the board of a screen")
        if self.scopes == ():
            raise refuse("C003", "found no scope", "at least one of read, export, metrics, act")
        if self.board is not None and self.queues is not None:
            raise refuse("C003", "found 'queues' beside 'board'", "the board's own queues, said in its file")
        return self


class OpenId(_Part):
    """An OpenID provider people sign in at."""

    issuer: Issuer
    client_id: Text
    client_secret: SecretRef | None = None
    """None is a public client."""
    title: Text = "OpenID"
    """What people call it."""
    claim: Text = "groups"
    """The claim of the ID token that says what somebody is."""
    roles: Annotated[Mapping[Text, RoleName], Field(min_length=1)]
    """Value of the claim to role; of several the highest counts."""
    queues: Mapping[Text, Queues] | None = None
    """Value of the claim to queues; without it everybody is for every queue."""


class SessionTimes(_Part):
    """How long somebody stays signed in."""

    idle_ms: Annotated[int, BeforeValidator(between(*_IDLE)), WithJsonSchema(bounds(*_IDLE, "8h"))] = Field(
        8 * 3_600_000, alias="idle"
    )
    """Without anything asked for; an open page asks."""
    longest_ms: Annotated[int, BeforeValidator(between(*_LONGEST)), WithJsonSchema(bounds(*_LONGEST, "24h"))] = Field(
        24 * 3_600_000, alias="longest"
    )
    """In all."""


class Wallboard(_Part):
    """The page for ops."""

    proxies: Annotated[tuple[Network, ...], Field(strict=False)] = ()
    """Who may say in headers for whom a request is, and whether it came by TLS."""
    address: PublicAddress | None = None
    """How browsers reach it through a proxy; none is `http://` and `listen`."""
    listen: Listen = "127.0.0.1:8096"
    users: Mapping[UserName, User] = {}
    tokens: Mapping[Name, Token] = {}
    sessions: SessionTimes = SessionTimes()
    openid: OpenId | None = None

    @field_validator("address", mode="after")
    @classmethod
    def _believed_about_tls(cls, address: str | None, others: ValidationInfo) -> str | None:
        """Proxies that are wrong themselves are told as such."""
        if address is None or not address.startswith("https://") or others.data.get("proxies", True):
            return address
        expected = "'proxies' beside it, the addresses of the proxy that speaks TLS: proxies: [127.0.0.1]"
        raise refuse("C013", f"found {address} without 'proxies': nobody would be believed about TLS", expected)

    @field_validator("listen", mode="after")
    @classmethod
    def _reached_by_tls(cls, listen: str, others: ValidationInfo) -> str:
        host = listen.rsplit(":", 1)[0].strip("[]")
        if "address" not in others.data:
            return listen  # that is told already
        address = others.data["address"] or ""
        if ipaddress.ip_address(host).is_loopback or (others.data.get("proxies") and address.startswith("https://")):
            return listen
        expected = (
            "an address of this machine alone, 127.0.0.1:8096, or 'proxies' and an 'address' with https beside it"
        )
        raise refuse("C013", f"the wallboard would listen on {host}, and passwords go over it in clear", expected)
