"""A reference OpenID provider on loopback: it does what the standard says, and lies where a test wants it to."""

from __future__ import annotations

import base64
import hashlib
import time
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

CLIENT, SECRET = "hotline", "client-secret"
KEY = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})
OTHER = RSAKey.generate_key(2048, {"kid": "two", "use": "sig", "alg": "RS256"})


class Idp:
    """The provider; each of its answers can be bent."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.person: dict[str, Any] = {"sub": "7", "preferred_username": "mei", "groups": ["staff"]}
        self.claims: dict[str, Any] = {}
        """In the place of what is true."""
        self.header: dict[str, Any] = {"alg": "RS256", "kid": "one"}
        self.signing: Any = KEY
        self.published = KeySet([KEY])
        self.document: dict[str, Any] = {}
        self.status = 200
        self.token: Any = None
        """In the place of the whole ID token."""
        self.body: bytes | None = None
        """In the place of every answer."""
        self._codes: dict[str, dict[str, str]] = {}
        app = web.Application()
        app.add_routes(
            [
                web.get("/.well-known/openid-configuration", self._describe),
                web.get("/authorize", self._authorize),
                web.post("/token", self._token),
                web.get("/keys", self._keys),
            ]
        )
        self.server = TestServer(app)

    @property
    def issuer(self) -> str:
        return str(self.server.make_url("/")).rstrip("/")

    async def _describe(self, _: web.Request) -> web.Response:
        self.asked.append("discovery")
        told = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
        }
        return self._answered({**told, **self.document})

    async def _authorize(self, request: web.Request) -> web.Response:
        """Whoever comes is signed in already."""
        asked = dict(request.query)
        assert (asked["response_type"], asked["client_id"], asked["code_challenge_method"]) == ("code", CLIENT, "S256")
        assert "openid" in asked["scope"].split()
        code = f"code-{len(self._codes)}"
        self._codes[code] = asked
        raise web.HTTPFound(f"{asked['redirect_uri']}?code={code}&state={asked['state']}")

    async def _token(self, request: web.Request) -> web.Response:
        self.asked.append("token")
        form = await request.post()
        asked = self._codes.pop(str(form["code"]), None)
        right = f"Basic {base64.b64encode(f'{CLIENT}:{SECRET}'.encode()).decode()}"
        challenge = hashlib.sha256(str(form["code_verifier"]).encode()).digest()
        if (
            asked is None
            or request.headers.get("Authorization") != right
            or form["redirect_uri"] != asked["redirect_uri"]
            or base64.urlsafe_b64encode(challenge).rstrip(b"=").decode() != asked["code_challenge"]
        ):
            return web.json_response({"error": "invalid_grant"}, status=400)
        claims = {
            "iss": self.issuer, "aud": CLIENT, "exp": int(time.time()) + 300, "iat": int(time.time()),
            "nonce": asked["nonce"], **self.person, **self.claims,
        }  # fmt: skip
        claims = {name: value for name, value in claims.items() if value is not None}
        token = self.token if self.token is not None else jwt.encode(self.header, claims, self.signing)
        return self._answered({"access_token": "a", "token_type": "Bearer", "id_token": token})

    async def _keys(self, _: web.Request) -> web.Response:
        self.asked.append("keys")
        return self._answered(dict(self.published.as_dict(private=False)))

    def _answered(self, told: dict[str, Any]) -> web.Response:
        if self.body is not None:
            return web.Response(body=self.body, content_type="application/json", status=self.status)
        return web.json_response(told, status=self.status)
