"""Real calls while versions come and go: what they ask with is rewritten before anybody imports it."""

from __future__ import annotations

import pytest

pytest.register_assert_rewrite("tests.calls.asking", "tests.calls.proof", "tests.calls.together")
