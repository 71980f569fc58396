"""Rules about settings as a whole, and about parts of them, beyond the one example each code has."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ivr.config.model import Lookup
from ivr.config.read import known_keys
from ivr.config.rules import used_arguments
from tests.ivr.config.test_codes import changed, with_settings

if TYPE_CHECKING:
    from pathlib import Path


def lookup(question: str, source: str = "customers", extra: str = "") -> str:
    """The small hotline's lookups, with another question for the customer."""
    return (
        "lookups:\n  balance:\n    source: billing\n    get: /accounts/{account}/balance\n    takes: {account: text}\n"
        f"    gives: {{amount: money, as_of: datetime}}\n    as_of: as_of\n"
        f"  customer:\n    source: {source}\n{question}"
        f"    takes: {{number: text}}\n    gives: {{account: text, tier: text}}\n{extra}"
    )


def codes(tmp_path: Path, part: str) -> list[str]:
    return [each.code for each in with_settings(tmp_path, changed(part)).diagnostics]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ('[say, "{output}"]', []),
        ('[say, "{output}", "{{literally}}"]', []),
        ('[say, "--to={wav_file}"]', [("unknown '{wav_file}'", "did you mean '{output}'?")]),
        ('[say, "{ouput}"]', [("unknown '{ouput}'", "did you mean '{output}'?")]),
        ('[say, "{output}", "{}"]', [("unknown '{}'", None)]),
        ('[say, "{voice}"]', [("the command has no '{output}': where would the sound go?", None)]),
        ('[say, "{output"]', [("'{output' has a brace alone", None)]),
    ],
)
def test_a_speech_command_names_what_it_is_given(
    tmp_path: Path, words: str, told: list[tuple[str, str | None]]
) -> None:
    found = with_settings(tmp_path, changed(f"prompts:\n  command: {words}\n")).diagnostics
    assert [(each.message, each.hint) for each in found] == told
    assert {each.code for each in found} <= {"C018"}
    assert all(each.span is not None and each.span.file == "hotline.yaml" for each in found)


PEOPLE = "wallboard:\n  users: {ling: {role: viewer, password: {env: A}}}\n"
OPENID = "wallboard:\n  openid:\n    issuer: https://id.example\n    client_id: hotline\n"
TWO_QUEUES = 'queues: {sales: {title: {en: S}, extension: "7001"}, Sales: {title: {en: S}, extension: "7001"}}'
AGENT = '"1001": {name: 陈美玲, queues: {sales: 0}, secret: {env: A}}'
HEADERS = (
    "data_sources:\n  customers: {sql: {env: A}}\n  billing:\n    http: https://billing.example\n    headers: {HEADER}"
)
RIGHT = "    sql: SELECT account, tier FROM c WHERE phone = :number\n"


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        (lookup(RIGHT), []),
        (lookup("    sql: SELECT account, tier FROM c WHERE phone = :nunber\n"), ["C008", "C008"]),
        (lookup("    sql: SELECT account, tier FROM c\n"), ["C008"]),
        (lookup("    sql: \"SELECT 'x :other' AS tier, :number::text AS account -- :third\"\n"), ["C008"] * 3),
        (lookup(RIGHT, source="billing"), ["C008"]),
        (lookup("    get: /c/{number}\n"), ["C008"]),
        (lookup("    get: c/{number}\n", source="billing"), ["C008"]),
        (lookup("    post: /c\n", source="billing"), []),
        (lookup("    get: /c\n    post: /c\n", source="billing"), ["C003"]),
        (lookup(""), ["C003"]),
        (lookup(RIGHT, source="custmers"), ["C004"]),
        (lookup(RIGHT, extra="    as_of: tier\n"), ["C003"]),
        (lookup(RIGHT, extra="    as_of: nothing\n"), ["C003"]),
    ],
)
def test_a_lookup_is_a_question_that_fits(tmp_path: Path, part: str, expected: list[str]) -> None:
    assert codes(tmp_path, part) == expected


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ("sip: {rtp_first: 12000, rtp_last: 10000}", ["C003"]),
        ("sip: {listen: localhost:5060}", ["C003"]),
        ("sip: {listen: 127.0.0.1:70000}", ["C003"]),
        ('sip: {listen: "[::1]:5060"}', []),
        ('wallboard: {listen: "[::1]:8096"}', ["C024"]),
        ("wallboard: {users: {ling: {role: viewr, password: {env: A}}}}", ["C003"]),
        ("wallboard: {users: {ling: {role: viewer, password: wonderland}}}", ["C010"]),
        ("wallboard: {users: {ling: {role: viewer}}}", ["C002"]),
        ("wallboard: {users: {ling: {role: viewer, queues: [sails], password: {env: A}}}}", ["C004"]),
        ("wallboard: {users: {ling: {role: viewer, queues: all, password: {env: A}}}}", []),
        ("wallboard: {users: {ling: {role: viewer, queues: sales, password: {env: A}}}}", []),
        ("wallboard: {users: {ling: {role: viewer, queues: [], password: {env: A}}}}", ["C003"]),
        ('wallboard: {users: {"<b>": {role: viewer, password: {env: A}}}}', ["C003"]),
        (f"{PEOPLE}  tokens: {{a: {{scopes: [reed], secret: {{env: A}}}}}}", ["C003"]),
        (f"{PEOPLE}  tokens: {{a: {{scopes: [], secret: {{env: A}}}}}}", ["C003"]),
        (f"{PEOPLE}  tokens: {{a: {{scopes: [read], board: floor, secret: {{env: A}}}}}}", ["C003"]),
        (f"{PEOPLE}  tokens: {{a: {{board: flor, secret: {{env: A}}}}}}", ["C004"]),
        (f"{PEOPLE}  sessions: {{idle: 8}}", ["C006"]),
        (f"{PEOPLE}  proxies: [localhost]", ["C003"]),
        (f"{PEOPLE}  address: ops.example", ["C003"]),
        (f"{PEOPLE}  address: https://me:secret@ops.example", ["C003"]),
        (f"{PEOPLE}  address: https://ops.example", ["C013"]),
        (f"{PEOPLE}  address: https://ops.example\n  proxies: []", ["C013"]),
        (f"{PEOPLE}  address: https://ops.example\n  listen: 0.0.0.0:8096", ["C013"]),
        (f"{PEOPLE}  address: https://ops.example\n  proxies: [localhost]", ["C003"]),
        (f"{PEOPLE}  address: https://ops.example\n  proxies: [127.0.0.1]", []),
        (f"{PEOPLE}  address: http://ops.example", []),
        (f"{OPENID}    roles: {{it: admin}}", []),
        (f"{OPENID}    roles: {{it: admin}}\n    queues: {{it: [sails]}}", ["C004"]),
        (f"{OPENID}    roles: {{it: king}}", ["C003"]),
        (f"{OPENID}    roles: {{}}", ["C003"]),
        ("wallboard:\n  openid: {issuer: http://id.example, client_id: h, roles: {it: admin}}", ["C003"]),
        ('wallboard: {listen: "[::]:8096"}', ["C013"]),
        ("agi: {servers: [127.0.0.1:4573, 127.0.0.1:4574]}", []),
        ("agi: {servers: [agi.example:4573]}", ["C003"]),
        ("data_sources: {billing: {http: https://billing.example}, customers: {}}", ["C003"]),
        ("data_sources: {billing: {http: https://b.example}, customers: {sql: {env: A}, http: {env: B}}}", ["C003"]),
        ("languages: [zh-CN, en, en]", ["C005"]),
        ("languages: [zh-CN, english]", ["C003"]),
        ("languages: []", ["C003"]),
        ('numbers: {"10 010": main}', ["C003"]),
        ('queues: {sales: {title: {en: S}, extension: "1001"}}', ["C012"]),
        (TWO_QUEUES, ["C014", "C012", "C012"]),
        ('trunks: {"1001": {host: 127.0.0.1}}', ["C003"]),
        ("trunks: {a1: {host: 127.0.0.1}}\nagents: {a1: {name: 陈, queues: {sales: 0}, secret: {env: A}}}", ["C012"]),
        (f"agents: {{{AGENT}, {AGENT.replace('1001', '1002')}}}", ["C012"]),
        (HEADERS.replace("HEADER", "Authorization: Bearer wonderland"), ["C010"]),
        (HEADERS.replace("HEADER", "X-Api-Key: {env: A}"), []),
        (HEADERS.replace("HEADER", "Accept-Language: zh-CN"), []),
        ("rescue: {queue: sails, message: rescue}", ["C004"]),
        ("rescue: {queue: sales, message: rescu}", ["C015"]),
        ("ami: {secret: {env: A, file: b}}", ["C003"]),
        ("ami: {secret: {env: not a name}}", ["C003"]),
        ("ami: {secret: 12345}", ["C010"]),
        ("ami: {secret: [a]}", ["C003"]),
        ("database_url: sqlite", ["C003"]),
        ("database_url: postgresql://user@db.example/hotline", []),
        ("trunks: {carrier: {host: []}}", ["C003"]),
    ],
)
def test_settings_have_their_forms(tmp_path: Path, part: str, expected: list[str]) -> None:
    assert codes(tmp_path, part) == expected


def test_an_agent_of_an_unknown_queue_is_told_at_the_queue(tmp_path: Path) -> None:
    agent = 'agents: {"1001": {name: 陈美玲, queues: {sales: 0, sails: 1}, secret: {env: A}}}'
    (found,) = with_settings(tmp_path, changed(agent)).diagnostics
    assert (found.code, found.hint) == ("C004", "did you mean 'sales'?")
    assert found.span is not None
    assert found.span.column == agent.index("sails") + 1


def test_all_mistakes_of_one_part_come_at_once(tmp_path: Path) -> None:
    part = "queues: {sales: {titel: x, ring: 12, strategy: rrmemori, max_length: -1, autopause: maybe}}"
    found = with_settings(tmp_path, changed(part)).diagnostics
    assert sorted(each.code for each in found) == ["C001", "C002", "C003", "C003", "C003", "C006"]
    assert all(each.span is not None for each in found)


def test_keys_of_any_depth_are_known_for_hints() -> None:
    assert "ring" in known_keys(("queues", "sales"))
    assert known_keys(("queues", "sales", "service_level")) == ["answer_within", "target"]
    assert known_keys(("data_sources", "x", "headers", "y", "place")) == ["env", "file"]
    assert "numbers" in known_keys(())


def test_arguments_of_a_path_are_those_in_braces() -> None:
    asked = Lookup.model_validate({"source": "s", "get": "/a/{b}/{c}", "takes": {}, "gives": {"x": "text"}})
    assert used_arguments(asked) == {"b", "c"}


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("{within: {yellow: 1d}}", []),
        (
            "{title: {en: Fault}, takes: {account: text, amount: money}, within: {yellow: 1d, red: 4h, black: 30min}}",
            [],
        ),
        ("{}", ["C002"]),
        ("{within: {}}", ["C003"]),
        ("{within: {yellow: 1}}", ["C006"]),
        ("{within: {yellow: 2000d}}", ["C006"]),
        ("{takes: {account: words}, within: {yellow: 1d}}", ["C003"]),
        ("{title: {fr: Panne}, within: {yellow: 1d}}", ["C005"]),
        ("{colour: red, within: {yellow: 1d}}", ["C001"]),
    ],
)
def test_a_kind_of_ticket_promises_something(tmp_path: Path, kind: str, expected: list[str]) -> None:
    assert codes(tmp_path, f"tickets:\n  fault: {kind}\n") == expected
