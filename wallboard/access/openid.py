"""Signing in at an OpenID provider: what is asked of it, and what its answer is worth. Pure; time is an argument.

Authorization code with PKCE. Sources: OpenID Connect Core 1.0 (3.1.3.7, what a client must check of an ID token;
15.5.2, `nonce`), Discovery 1.0 (4.3, the issuer must be the one asked), RFC 7636 (PKCE), RFC 8725 (which algorithms are
taken is ours to say), RFC 9700 (the state is bound to the browser).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote_plus, urlencode

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from yarl import URL

from wallboard.access.origin import is_loopback
from wallboard.access.people import Person, Role
from wallboard.access.sessions import digest_of

if TYPE_CHECKING:
    from collections.abc import Mapping

ALGORITHMS: Final = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519"]
"""Signatures by a key only the provider has. Neither `none`, nor HMAC, which the client's secret can make."""
LEEWAY_S: Final = 60.0
"""How far two clocks may be apart."""
GOOD_FOR_S: Final = 600.0
"""How long somebody may take at the provider."""
MOST_PENDING: Final = 1000
_LONGEST_NAME: Final = 64
_LONGEST_TITLE: Final = 32


class ProviderError(Exception):
    """The provider is away, or what it says cannot be believed; the text says why, and holds no secret."""


@dataclass(frozen=True, slots=True)
class Provider:
    """One OpenID provider, and what its claims mean here."""

    issuer: str
    client_id: str
    client_secret: str = field(default="", repr=False)
    """Empty for a public client, which PKCE is enough for."""
    title: str = "OpenID"
    """What people call it."""
    claim: str = "groups"
    """The claim of the ID token that says what somebody is: a text or a list of texts."""
    roles: Mapping[str, Role] = field(default_factory=dict)
    """Value of the claim to role; of several the highest counts, and whoever has none is not let in."""
    queues: Mapping[str, frozenset[str] | None] | None = None
    """Value of the claim to queues, None being every queue; without it everybody is for every queue."""

    @property
    def authorization(self) -> dict[str, str]:
        """The header that tells the provider who we are (RFC 6749, section 2.3.1); none for a public client."""
        if not self.client_secret:
            return {}
        pair = f"{quote_plus(self.client_id)}:{quote_plus(self.client_secret)}"
        return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}


@dataclass(frozen=True, slots=True)
class Endpoints:
    """What a provider's discovery document says."""

    authorization: str
    token: str
    keys: str


@dataclass(frozen=True, slots=True)
class Pending:
    """Somebody who is at the provider."""

    nonce: str
    verifier: str
    browser: str
    """Digest of the cookie of the browser that was sent there."""
    to: str
    language: str
    until_s: float


class Journeys:
    """Everybody who is at the provider, by the digest of their `state`. Each comes back once."""

    def __init__(self) -> None:
        self._pending: OrderedDict[str, Pending] = OrderedDict()

    def begin(self, to: str, language: str, now_s: float) -> tuple[str, str, Pending]:
        """The state, the cookie, and what is remembered."""
        state, cookie, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(4))
        pending = Pending(nonce, verifier, digest_of(cookie), to, language, now_s + GOOD_FOR_S)
        self._pending[digest_of(state)] = pending
        while len(self._pending) > MOST_PENDING:
            self._pending.popitem(last=False)
        return state, cookie, pending

    def end(self, state: str, cookie: str, now_s: float) -> Pending | None:
        """Whoever comes back with this state, in the browser that was sent; None is nobody we sent."""
        pending = self._pending.pop(digest_of(state), None)
        if pending is None or now_s > pending.until_s or not hmac.compare_digest(digest_of(cookie), pending.browser):
            return None
        return pending


def discovery_of(issuer: str) -> str:
    """Where the provider describes itself."""
    return f"{issuer.rstrip('/')}/.well-known/openid-configuration"


def endpoints_of(document: object, issuer: str) -> Endpoints:
    """What the discovery document says.

    Raises:
        ProviderError: it is another issuer's, or leads out of TLS.
    """
    if not isinstance(document, dict):
        raise ProviderError("its discovery document is no object")
    if document.get("issuer") != issuer:
        raise ProviderError("its discovery document is another issuer's")
    found = []
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        address = document.get(name)
        if not isinstance(address, str) or not is_safe(address):
            raise ProviderError(f"its {name} is no https address")
        found.append(address)
    return Endpoints(*found)


def is_safe(address: str) -> bool:
    """Whether an address may be asked: by TLS, or on this machine."""
    try:
        url = URL(address)
    except ValueError:
        return False
    return bool(url.host) and (url.scheme == "https" or (url.scheme == "http" and is_loopback(url.host or "")))


def asking(provider: Provider, endpoints: Endpoints, back: str, state: str, pending: Pending) -> str:
    """The address somebody is sent to."""
    challenge = base64.urlsafe_b64encode(hashlib.sha256(pending.verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": back,
        "scope": "openid profile email",
        "state": state,
        "nonce": pending.nonce,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    between = "&" if "?" in endpoints.authorization else "?"
    return f"{endpoints.authorization}{between}{urlencode(asked)}"


def keys_of(document: object) -> KeySet:
    """The provider's keys.

    Raises:
        ProviderError: there are none that can be read.
    """
    try:
        return KeySet.import_key_set(document)  # type: ignore[arg-type]  # whatever is no key set it refuses
    except (JoseError, ValueError, TypeError, KeyError, AttributeError):
        raise ProviderError("its keys cannot be read") from None


def claims_of(token: object, keys: KeySet, provider: Provider, nonce: str, now_s: float) -> Mapping[str, Any]:
    """The claims of an ID token that holds good.

    Args:
        token: What the provider gave.
        keys: The provider's.
        provider: Who is to have issued it.
        nonce: Of the one who was sent there.
        now_s: Seconds since 1970.

    Raises:
        ProviderError: it does not hold good.
    """
    if not isinstance(token, str):
        raise ProviderError("it gave no ID token")
    try:
        claims = jwt.decode(token, keys, algorithms=ALGORITHMS).claims
    except (JoseError, ValueError, TypeError, KeyError):
        raise ProviderError("its ID token is not signed by a key of its own") from None
    if claims.get("iss") != provider.issuer:
        raise ProviderError("its ID token is another issuer's")
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if provider.client_id not in audiences:
        raise ProviderError("its ID token is for another client")
    if claims.get("azp", provider.client_id) != provider.client_id or (len(audiences) > 1 and "azp" not in claims):
        raise ProviderError("its ID token was given to another client")
    if not _is_number(claims.get("exp")) or claims["exp"] + LEEWAY_S < now_s:
        raise ProviderError("its ID token has expired")
    if not _is_number(claims.get("iat")) or claims["iat"] - LEEWAY_S > now_s:
        raise ProviderError("its ID token is of a time to come")
    given = claims.get("nonce")
    if not isinstance(given, str) or not hmac.compare_digest(given.encode(), nonce.encode()):
        raise ProviderError("its ID token answers another question")
    return claims


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def person_of(claims: Mapping[str, Any], provider: Provider) -> Person | None:
    """Who somebody is here; None is nobody whom the roles name."""
    told = claims.get(provider.claim)
    values = [each for each in (told if isinstance(told, list) else [told]) if isinstance(each, str)]
    roles = [provider.roles[value] for value in values if value in provider.roles]
    if not roles:
        return None
    queues: frozenset[str] | None = None
    if provider.queues is not None:
        named = [provider.queues[value] for value in values if value in provider.queues]
        if not named:
            return None
        queues = None if None in named else frozenset().union(*(each for each in named if each is not None))
    written = (claims.get(name) for name in ("preferred_username", "email", "sub"))
    name = next((shown for each in written if isinstance(each, str) and (shown := _shown(each))), "?")
    return Person(name_of(name, provider), max(roles, key=list(Role).index), queues)


def name_of(name: str, provider: Provider) -> str:
    """What somebody of a provider is called here: `ling (Example ID)`.

    What they did is read, and their sessions are ended, by name. No user of hotline.yaml can have this one, which has a
    space in it: whoever may choose what the provider calls them is not taken for somebody else.
    """
    return f"{name[:_LONGEST_NAME]} ({_shown(provider.title)[:_LONGEST_TITLE]})"


def _shown(told: str) -> str:
    """Without what is not printable: a name is written into logs and onto pages."""
    return "".join(each for each in told if each.isprintable()).strip()
