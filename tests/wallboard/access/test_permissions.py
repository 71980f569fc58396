"""The role matrix, cell by cell: role × action × queue, and what a token's scopes leave of it."""

from __future__ import annotations

import pytest

from wallboard.access.grants import SCOPES, Grant
from wallboard.access.people import Person, Role
from wallboard.access.permissions import TABLE, Action, may
from wallboard.access.register import Token, of_program

SAID = """
            viewer  supervisor  admin
look        own     own         own
history     own     own         own
flows       every   every       every
numbers     no      own         own
export      no      own         own
act         no      own         own
metrics     no      every       every
people      no      no          every
"""
"""The table as docs/access.md tells it, written a second time: a cell changed by a slip is seen here."""
ROWS = [line.split() for line in SAID.strip().splitlines()[1:]]
CELLS = [
    (role, Action(row[0]), reach) for row in ROWS for role, reach in zip(Role, row[1:], strict=True)
]  # fmt: skip


def test_the_table_says_something_of_every_role_and_action() -> None:
    assert {(role, action) for role, action, _ in CELLS} == {(role, action) for role in Role for action in Action}
    assert {role: dict(actions) for role, actions in TABLE.items()} == {
        role: {action: reach for of, action, reach in CELLS if of is role} for role in Role
    }


@pytest.mark.parametrize(("role", "action", "reach"), CELLS)
def test_each_cell_is_as_it_is_said(role: Role, action: Action, reach: str) -> None:
    of_all, of_sales, of_none = (Person("p", role, queues) for queues in (None, frozenset({"sales"}), frozenset[str]()))
    allowed = {
        "all": may(of_all, action),
        "all, of sales": may(of_all, action, "sales"),
        "sales": may(of_sales, action),
        "sales, of sales": may(of_sales, action, "sales"),
        "sales, of vip": may(of_sales, action, "vip"),
        "none, of sales": may(of_none, action, "sales"),
    }
    assert allowed == {
        "all": reach != "no",
        "all, of sales": reach != "no",
        "sales": reach == "own",
        "sales, of sales": reach == "own",
        "sales, of vip": False,
        "none, of sales": False,
    }


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("action", Action)
def test_a_token_may_what_its_scope_names_and_nothing_else(scope: str, action: Action) -> None:
    named = {"read": {"look", "history", "flows"}, "export": {"export"}, "act": {"act"}, "metrics": {"metrics"}}[scope]
    grant = of_program(Token("t", "", (scope,)))
    assert grant.allows(action) == (action in named)


def test_a_token_of_some_queues_is_held_to_them() -> None:
    grant = of_program(Token("t", "", ("read", "act", "metrics"), frozenset({"sales"})))
    assert grant.allows(Action.ACT, "sales")
    assert not grant.allows(Action.ACT, "vip")
    assert not grant.allows(Action.METRICS), "which are of every queue"


def test_a_grant_never_gives_more_than_the_role() -> None:
    grant = Grant(Person("v", Role.VIEWER), "password", frozenset(Action))
    assert [action for action in Action if grant.allows(action)] == [Action.LOOK, Action.HISTORY, Action.FLOWS]
