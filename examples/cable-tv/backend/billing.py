"""The sample operator's billing system, small but real: an HTTP service the hotline asks for PIN checks and balances.

    python billing.py --port 8097 --customers customers.db

A figure's moment is the current minute. Three wrong PINs lock an account for five
minutes. `POST /faults {"delay_s": 5}` (or `{"fail": true}`) makes it late or broken, for tests and for practice;
`{"answers": {"755001234": {"check": [{"status": 500}, {"body": {"verified": true, "locked": false}, "after_s": 1}]}}}`
has one account's next questions (`check`, `balance`) answered so, the last answer again and again.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import hmac
import os
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiohttp import web

PINS = {
    "755001234": "4711",
    "755001235": "1357",
    "755001236": "2468",
    "755001237": "8642",
    "755001238": "1122",
    "852001239": "9090",
}
BALANCES = {
    "755001234": "123.45",
    "755001235": "1050.00",
    "755001236": "0.05",
    "755001237": "20002.20",
    "755001238": "2.00",
    "852001239": "101.01",
}
WRONG_PINS_TO_LOCK = 3
LOCKED_FOR = timedelta(minutes=5)


class Billing:
    """Accounts, wrong-PIN counts, and the faults somebody asked for."""

    def __init__(self, token: str) -> None:
        self._token = token
        self._wrong: dict[str, int] = {}
        self._locked_until: dict[str, datetime] = {}
        self._delay_s = 0.0
        self._fail = False
        self._answers: dict[str, dict[str, list[dict[str, object]]]] = {}
        self._waiting = 0
        self.balances = dict(BALANCES)

    @web.middleware
    async def guard(self, request: web.Request, handler) -> web.StreamResponse:  # noqa: ANN001 - aiohttp names the type privately
        """Ask for the token, and be as late or as broken as told."""
        given = request.headers.get("Authorization", "")
        if not hmac.compare_digest(given, self._token):
            raise web.HTTPUnauthorized
        if request.path == "/faults":
            return await handler(request)
        self._waiting += 1
        try:
            await asyncio.sleep(self._delay_s)
            if self._fail:
                raise web.HTTPInternalServerError
            return await handler(request)
        finally:
            self._waiting -= 1

    async def faults(self, request: web.Request) -> web.Response:
        """Be late, be broken, or be well again; asked with GET, tell which, and how many requests wait."""
        if request.method == "POST":
            wish = await request.json()
            self._delay_s = float(wish.get("delay_s", 0))
            self._fail = bool(wish.get("fail", False))
            self._answers = wish.get("answers", {})
        return web.json_response({"delay_s": self._delay_s, "fail": self._fail, "waiting": self._waiting})

    async def check(self, request: web.Request) -> web.Response:
        """Is this the account's PIN? Locked after three wrong ones."""
        account = request.match_info["account"]
        if wished := self._wished(account, "check"):
            return await answered(wished)
        pin = str((await request.json()).get("pin", ""))
        now = datetime.now(UTC)
        if self._locked_until.get(account, now) > now:
            return web.json_response({"verified": False, "locked": True})
        right = hmac.compare_digest(digest(pin), digest(PINS.get(account, ""))) and account in PINS
        self._wrong[account] = 0 if right else self._wrong.get(account, 0) + 1
        locked = self._wrong[account] >= WRONG_PINS_TO_LOCK
        if locked:
            self._locked_until[account] = now + LOCKED_FOR
            self._wrong[account] = 0
        return web.json_response({"verified": right, "locked": locked})

    async def balance(self, request: web.Request) -> web.Response:
        """The balance, and the moment it was true."""
        account = request.match_info["account"]
        if wished := self._wished(account, "balance"):
            return await answered(wished)
        amount = self.balances.get(account)
        if amount is None:
            raise web.HTTPNotFound
        as_of = datetime.now(UTC).replace(second=0, microsecond=0)
        return web.json_response({"amount": f"{amount} CNY", "as_of": as_of.isoformat()})

    def _wished(self, account: str, question: str) -> dict[str, object] | None:
        answers = self._answers.get(account, {}).get(question, [])
        return answers.pop(0) if len(answers) > 1 else next(iter(answers), None)


async def answered(wished: dict[str, object]) -> web.Response:
    """An answer that somebody asked for."""
    await asyncio.sleep(float(str(wished.get("after_s", 0))))
    return web.json_response(wished.get("body"), status=int(str(wished.get("status", 200))))


def digest(pin: str) -> bytes:
    """PINs are compared as digests of one length, so that the time taken tells nothing."""
    return hashlib.sha256(pin.encode()).digest()


def make_customers(path: Path) -> None:
    """Create the customers' database from the SQL beside this file."""
    with sqlite3.connect(path) as connection:
        connection.executescript((Path(__file__).parent / "customers.sql").read_text("utf-8"))


def main() -> None:
    """Serve on loopback until told to stop."""
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--port", type=int, default=8097)
    words.add_argument("--customers", type=Path, required=True, help="SQLite file to create")
    given = words.parse_args()
    make_customers(given.customers)
    billing = Billing(os.environ["HOTLINE_BILLING_TOKEN"])
    app = web.Application(middlewares=[billing.guard], client_max_size=4096)
    app.add_routes(
        [
            web.get("/faults", billing.faults),
            web.post("/faults", billing.faults),
            web.post("/v1/accounts/{account}/check", billing.check),
            web.get("/v1/accounts/{account}/balance", billing.balance),
        ]
    )
    web.run_app(app, host="127.0.0.1", port=given.port, print=None)


if __name__ == "__main__":
    main()
