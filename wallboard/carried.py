"""What a request carries once it is let in."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from wallboard.access.grants import Grant
from wallboard.access.people import Person

PERSON: Final = web.RequestKey("person", Person)
"""Who sent the request. Set by the middleware (`wallboard.guard`) on every request that is let in, by nobody else."""
GRANT: Final = web.RequestKey("grant", Grant)
"""The same with what the way they came by allows."""
