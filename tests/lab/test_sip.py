from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.sdp import Audio, NotSdpError, format_sdp, our_audio, parse_sdp
from lab.sip import (
    Message,
    NotSipError,
    address,
    authorization,
    format_message,
    parameter,
    parse_message,
    quoted,
    reply,
)

token = st.from_regex(r"[A-Za-z][A-Za-z0-9-]{0,12}", fullmatch=True)
value = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), max_size=30)
headers = st.lists(st.tuples(token.filter(lambda name: name.lower() not in {"l", "content-length"}), value), max_size=6)


@given(st.from_regex(r"[A-Z]{1,10}", fullmatch=True), headers, st.text(max_size=60))
def test_a_request_survives_the_wire(method: str, given_headers: list[tuple[str, str]], body: str) -> None:
    sent = Message(method, "sip:96956@127.0.0.1", 0, "", tuple(given_headers), body)
    back = parse_message(format_message(sent))
    assert (back.method, back.uri, back.body) == (sent.method, sent.uri, sent.body)
    assert back.headers[:-1] == sent.headers


@given(st.binary(max_size=200))
def test_any_datagram_is_a_message_or_refused(data: bytes) -> None:
    try:
        message = parse_message(data)
    except NotSipError:
        return
    assert bool(message.status) != bool(message.method)


@given(st.integers(0, 300))
def test_a_message_cut_anywhere_is_refused_or_whole_in_its_head(end: int) -> None:
    data = format_message(Message("INVITE", "sip:1@h", 0, "", (("Call-ID", "x"),), "v=0\r\n"))
    cut = data[:end]
    if end >= len(data):
        assert parse_message(cut).body == "v=0\r\n"
    else:
        with pytest.raises(NotSipError):
            parse_message(cut)


def test_folded_and_short_headers_are_read() -> None:
    data = b"SIP/2.0 200 OK\r\nv: SIP/2.0/UDP h;branch=z9\r\nf: <sip:a@b>\r\n ;tag=1\r\ni: id\r\nCSeq: 7 INVITE\r\n\r\n"
    message = parse_message(data)
    assert (message.status, message.reason) == (200, "OK")
    assert message.get("From") == "<sip:a@b> ;tag=1"
    assert (message.branch, message.get("call-id"), message.sequence, message.answers) == ("z9", "id", 7, "INVITE")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"INVITE sip:a SIP/2.0\r\n", "no blank line"),
        (b"GET / HTTP/1.1\r\n\r\n", "no request"),
        (b"SIP/2.0 999 X\r\n\r\n", "no request"),
        (b"BYE sip:a SIP/2.0\r\nnothing\r\n\r\n", "without a name"),
        (b"BYE sip:a SIP/2.0\r\nContent-Length: 9\r\n\r\nv=0", "9 promised"),
    ],
)
def test_a_broken_message_is_told_by_its_fault(data: bytes, reason: str) -> None:
    with pytest.raises(NotSipError, match=reason):
        parse_message(data)


@pytest.mark.parametrize("name", ['a"b', "a\\", "<sip:x@y>;tag=evil", "陈美玲", 'x" <sip:z@z>;tag=1'])
def test_a_display_name_cannot_leave_its_quotes(name: str) -> None:
    header = f"{quoted(name)} <sip:1@h>;tag=t"
    assert address(header) == "sip:1@h"
    assert parameter(header, "tag") == "t"


def test_line_ends_in_a_display_name_make_no_header() -> None:
    assert quoted("a\r\nX-Evil: 1") == '"aX-Evil: 1"'


def test_the_digest_of_the_rfc_is_computed() -> None:
    # RFC 2617 section 3.5, the famous example.
    challenge = (
        'Digest realm="testrealm@host.com", qop="auth,auth-int", '
        'nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41"'
    )
    proof = authorization(
        challenge, "GET", "/dir/index.html", user="Mufasa", password="Circle Of Life", cnonce="0a4f113b"
    )
    assert 'response="6629fae49393a05397450978507c4ef1"' in proof
    assert 'opaque="5ccc069c403ebaf9f0171e9517f40e41"' in proof


@pytest.mark.parametrize("challenge", ["Basic realm=x", 'Digest realm="x", nonce="y", algorithm=SHA-512-256'])
def test_a_challenge_we_cannot_answer_is_refused(challenge: str) -> None:
    with pytest.raises(NotSipError):
        authorization(challenge, "INVITE", "sip:x", user="u", password="p", cnonce="c")


def test_a_reply_keeps_the_vias_and_adds_one_tag() -> None:
    request = Message(
        "INVITE",
        "sip:x",
        0,
        "",
        (("Via", "a"), ("Via", "b"), ("From", "<sip:f>"), ("To", "<sip:t>"), ("CSeq", "1 INVITE")),
    )
    answered = reply(request, 200, "OK", tag="mine")
    assert answered.all("via") == ("a", "b")
    assert parameter(answered.get("to"), "tag") == "mine"
    assert parameter(reply(request, 100, "Trying", tag="mine").get("to"), "tag") == ""


def test_a_description_survives_the_wire() -> None:
    ours = our_audio("127.0.0.2", 4000, direction="sendonly")
    assert parse_sdp(format_sdp(ours, 3)) == ours


def test_the_stream_s_own_address_and_the_first_audio_count() -> None:
    text = (
        "v=0\r\nc=IN IP4 10.0.0.1\r\nm=video 1 RTP/AVP 96\r\nm=audio 4002/1 RTP/AVP 0 8 110\r\n"
        "c=IN IP4 10.0.0.2\r\na=rtpmap:110 telephone-event/8000\r\n"
    )
    assert parse_sdp(text) == Audio("10.0.0.2", 4002, (0, 8), 110, "sendrecv")


@pytest.mark.parametrize("text", ["", "v=0\r\nm=video 1 RTP/AVP 96\r\n", "m=audio 1 RTP/AVP 8\r\n"])
def test_a_description_without_sound_is_refused(text: str) -> None:
    with pytest.raises(NotSdpError):
        parse_sdp(text)
