"""From where a request comes, and who is believed about it."""

from __future__ import annotations

import ipaddress

import pytest
from multidict import CIMultiDict

from wallboard.access.origin import Whence, authority, is_meant, is_our_host, is_our_origin, whence

PROXIES = (ipaddress.ip_network("10.0.0.0/24"),)
HERE = "127.0.0.1:8096"
PUBLIC = "https://ops.example/hotline"


def test_what_anybody_writes_into_a_header_is_not_believed() -> None:
    claimed = CIMultiDict({
        "Host": HERE, "X-Forwarded-For": "192.0.2.1", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "ops.example",
    })  # fmt: skip
    assert whence("198.51.100.9", claimed, PROXIES) == Whence("198.51.100.9", HERE, is_tls=False)
    assert whence("127.0.0.1", claimed, PROXIES) == Whence("127.0.0.1", HERE, is_tls=False)


@pytest.mark.parametrize(
    ("chain", "address"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("203.0.113.66, 192.0.2.1", "192.0.2.1"),
        ("203.0.113.66, 192.0.2.1, 10.0.0.9", "192.0.2.1"),
        ("10.0.0.8, 10.0.0.9", "10.0.0.8"),
        ("", "10.0.0.5"),
        (" , ", "10.0.0.5"),
        ("nonsense", "nonsense"),
        ("192.0.2.1:4711", "192.0.2.1"),
        ("192.0.2.1, 10.0.0.9:4711", "192.0.2.1"),
        ("[2001:db8::7]:4711", "2001:db8::7"),
        ("[2001:db8::7]", "2001:db8::7"),
        ("2001:db8::7", "2001:db8::7"),
    ],
)
def test_of_a_chain_the_nearest_that_is_no_proxy_of_ours_counts(chain: str, address: str) -> None:
    assert whence("10.0.0.5", CIMultiDict({"Host": HERE, "X-Forwarded-For": chain}), PROXIES).address == address


def test_what_a_proxy_writes_on_a_line_of_its_own_counts_and_not_the_clients_line_before_it() -> None:
    clients = [("X-Forwarded-For", "203.0.113.66"), ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "ops.example")]
    proxys = [("X-Forwarded-For", "192.0.2.1"), ("X-Forwarded-Proto", "http"), ("X-Forwarded-Host", "other.example")]
    told = CIMultiDict([("Host", HERE), *clients, *proxys])
    assert whence("10.0.0.5", told, PROXIES) == Whence("192.0.2.1", "other.example", is_tls=False)


def test_a_proxy_says_that_it_was_tls_and_for_which_host() -> None:
    told = CIMultiDict({"Host": HERE, "X-Forwarded-Proto": "http, https", "X-Forwarded-Host": "ops.example"})
    assert whence("10.0.0.5", told, PROXIES) == Whence("10.0.0.5", "ops.example", is_tls=True)
    assert whence("::ffff:10.0.0.5", told, PROXIES).is_tls, "an IPv4 address in an IPv6 socket"


@pytest.mark.parametrize(
    ("host", "ours"),
    [
        (HERE, True), ("localhost:8096", True), ("[::1]", True), ("ops.example", True), ("OPS.example", True),
        ("ops.example:8096", False), ("evil.example", False), ("localhost.evil.example", False), ("", False),
        ("[", False), ("127.0.0.1:x", False),
    ],
)  # fmt: skip
def test_a_host_is_ours_or_it_is_not(host: str, *, ours: bool) -> None:
    assert is_our_host(host, PUBLIC) is ours


def test_without_a_public_address_only_this_machine_is_meant() -> None:
    assert not is_our_host("ops.example", "")


@pytest.mark.parametrize(
    ("origin", "ours"),
    [
        (f"http://{HERE}", True), ("https://ops.example", True), (f"https://{HERE}", False),
        ("http://ops.example", False), ("https://ops.example.evil.example", False), ("null", False), ("", False),
        ("http://[", False), (f"http://{HERE}/", False),
    ],
)  # fmt: skip
def test_an_origin_is_ours_to_the_letter(origin: str, *, ours: bool) -> None:
    assert is_our_origin(origin, Whence("127.0.0.1", HERE, is_tls=False), PUBLIC) is ours


@pytest.mark.parametrize(
    ("public", "told"),
    [
        ("https://ops.example/a", "ops.example"),
        ("https://ops.example:8443", "ops.example:8443"),
        ("https://[2001:db8::1]/x", "[2001:db8::1]"),
    ],
)
def test_an_authority_is_as_browsers_write_it(public: str, told: str) -> None:
    assert authority(public) == told


@pytest.mark.parametrize(
    ("method", "headers", "meant"),
    [
        ("GET", {}, True),
        ("HEAD", {"Origin": "https://evil.example"}, True),
        ("POST", {}, False),
        ("POST", {"Origin": f"http://{HERE}"}, True),
        ("POST", {"Origin": "null"}, False),
        ("POST", {"Origin": "https://evil.example"}, False),
        ("POST", {"Origin": "https://evil.example", "Sec-Fetch-Site": "same-origin"}, False),
        ("POST", {"Sec-Fetch-Site": "same-origin"}, True),
        ("POST", {"Sec-Fetch-Site": "same-site"}, False),
        ("POST", {"Sec-Fetch-Site": "none"}, False),
        ("DELETE", {}, False),
        ("PATCH", {"Sec-Fetch-Site": "cross-site"}, False),
    ],
)
def test_only_a_page_of_ours_can_mean_a_change(method: str, headers: dict[str, str], *, meant: bool) -> None:
    assert is_meant(method, headers, Whence("127.0.0.1", HERE, is_tls=False), "") is meant
