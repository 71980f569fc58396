"""SIP messages (RFC 3261), as much as a telephone on loopback needs; pure."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

_COMPACT = {
    "v": "via",
    "f": "from",
    "t": "to",
    "i": "call-id",
    "m": "contact",
    "l": "content-length",
    "c": "content-type",
}
_VERSION = "SIP/2.0"
_STATUS = re.compile(rf"{re.escape(_VERSION)} ([1-6]\d\d)(?: (.*))?")
_REQUEST = re.compile(rf"([A-Za-z]+) (\S+) {re.escape(_VERSION)}")
_PARAM = re.compile(r'([\w.!%*+`\'~-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,;"]+))')
_HASHES = {"MD5": "md5", "SHA-256": "sha256"}


class NotSipError(ValueError):
    """Bytes that are no SIP message; the message says which line breaks the rule."""


@dataclass(frozen=True, slots=True)
class Message:
    """A request or a response."""

    method: str
    """Of a request; empty in a response."""
    uri: str
    """Of a request; empty in a response."""
    status: int
    """Of a response; 0 in a request."""
    reason: str
    """Of a response; empty in a request."""
    headers: tuple[tuple[str, str], ...]
    """Name as written and value, in order."""
    body: str = ""
    """The session description, mostly."""

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of one header, its short form included."""
        wanted = name.lower()
        return tuple(value for key, value in self.headers if _long(key) == wanted)

    def get(self, name: str) -> str:
        """The first value of one header, or an empty string."""
        values = self.all(name)
        return values[0] if values else ""

    @property
    def sequence(self) -> int:
        """The number in CSeq, 0 if there is none."""
        first = self.get("cseq").split(" ", 1)[0]
        return int(first) if first.isdecimal() else 0

    @property
    def answers(self) -> str:
        """The method in CSeq: what a response answers."""
        return self.get("cseq").partition(" ")[2].strip()

    @property
    def branch(self) -> str:
        """The transaction's id, from the topmost Via."""
        return parameter(self.get("via"), "branch")


def _long(name: str) -> str:
    lowered = name.strip().lower()
    return _COMPACT.get(lowered, lowered)


def parse_message(data: bytes) -> Message:
    """Read one datagram.

    Raises:
        NotSipError: no start line, a header without a colon, no blank line, a body shorter than promised.
    """
    head, blank, body = data.partition(b"\r\n\r\n")
    if not blank:
        raise NotSipError("no blank line behind the headers")
    lines = re.sub(r"\r\n[ \t]+", " ", head.decode(errors="replace")).split("\r\n")
    headers = []
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        if not colon or not name.strip():
            raise NotSipError(f"a header without a name: {line[:60]!r}")
        headers.append((name.strip(), value.strip()))
    method, uri, status, reason = _start(lines[0])
    found = Message(method, uri, status, reason, tuple(headers), body.decode(errors="replace"))
    promised = found.get("content-length")
    if promised.isdecimal() and int(promised) > len(body):
        raise NotSipError(f"{len(body)} bytes of body, {promised} promised")
    return found


def _start(line: str) -> tuple[str, str, int, str]:
    if found := _STATUS.fullmatch(line):
        return "", "", int(found[1]), found[2] or ""
    if found := _REQUEST.fullmatch(line):
        return found[1].upper(), found[2], 0, ""
    raise NotSipError(f"no request and no response: {line[:60]!r}")


def format_message(message: Message) -> bytes:
    """The datagram of a message; Content-Length is set here."""
    start = (
        f"{_VERSION} {message.status} {message.reason}"
        if message.status
        else f"{message.method} {message.uri} {_VERSION}"
    )
    body = message.body.encode()
    lines = [start, *(f"{name}: {value}" for name, value in message.headers if _long(name) != "content-length")]
    lines.append(f"Content-Length: {len(body)}")
    # Surrogates stand for bytes that are no UTF-8: some switches send a caller's name in GBK.
    return "\r\n".join(lines).encode(errors="surrogateescape") + b"\r\n\r\n" + body


def parameter(value: str, name: str) -> str:
    """One `;name=value` behind an address or a Via, or an empty string."""
    outside = re.sub(r'"(?:[^"\\]|\\.)*"|<[^>]*>', "", value)
    found = re.search(rf";\s*{re.escape(name)}\s*=\s*([^;,\s]+)", outside, re.IGNORECASE)
    return found[1] if found else ""


def address(value: str) -> str:
    """The URI in a From, To, Contact or Refer-To."""
    outside = re.sub(r'"(?:[^"\\]|\\.)*"', "", value)
    found = re.search(r"<([^>]*)>", outside)
    return found[1] if found else outside.split(";", 1)[0].strip()


def quoted(name: str) -> str:
    """A display name in quotes, `"` and backslash escaped; line ends, which cannot be (RFC 3261 25.1), dropped."""
    flat = name.replace("\r", "").replace("\n", "")
    return '"' + flat.replace("\\", "\\\\").replace('"', '\\"') + '"'


def reply(request: Message, status: int, reason: str, *, tag: str, contact: str = "", body: str = "") -> Message:
    """The response to a request, with our tag behind To."""
    to = request.get("to")
    if tag and status > 100 and not parameter(to, "tag"):  # noqa: PLR2004  # 100 carries no tag of ours
        to = f"{to};tag={tag}"
    headers = [("Via", via) for via in request.all("via")]
    headers += [("Record-Route", route) for route in request.all("record-route")]
    headers += [("From", request.get("from")), ("To", to), ("Call-ID", request.get("call-id"))]
    headers.append(("CSeq", request.get("cseq")))
    if contact:
        headers.append(("Contact", f"<{contact}>"))
    if body:
        headers.append(("Content-Type", "application/sdp"))
    return Message("", "", status, reason, tuple(headers), body)


def authorization(challenge: str, method: str, uri: str, *, user: str, password: str, cnonce: str) -> str:
    """The value of (Proxy-)Authorization that answers a digest challenge (RFC 8760, RFC 2617 with or without qop).

    Raises:
        NotSipError: not a digest, or of an algorithm we do not know.
    """
    if not challenge.lower().startswith("digest "):
        raise NotSipError(f"expected a digest challenge, found {challenge[:40]!r}")
    asked = {name.lower(): text or word for name, text, word in _PARAM.findall(challenge[7:])}
    algorithm = asked.get("algorithm", "MD5").upper()
    if algorithm not in _HASHES:
        raise NotSipError(f"digest algorithm {algorithm}, expected one of {', '.join(_HASHES)}")

    def digest(*parts: str) -> str:
        return hashlib.new(_HASHES[algorithm], ":".join(parts).encode()).hexdigest()

    realm, nonce = asked.get("realm", ""), asked.get("nonce", "")
    secret = digest(user, realm, password)
    fields = {"username": user, "realm": realm, "nonce": nonce, "uri": uri}
    bare = {"algorithm": algorithm}
    if "auth" in [one.strip() for one in asked.get("qop", "").split(",")]:
        fields["response"] = digest(secret, nonce, "00000001", cnonce, "auth", digest(method, uri))
        fields["cnonce"] = cnonce
        bare |= {"qop": "auth", "nc": "00000001"}
    else:
        fields["response"] = digest(secret, nonce, digest(method, uri))
    if "opaque" in asked:
        fields["opaque"] = asked["opaque"]
    return "Digest " + ", ".join(
        [f'{name}="{value}"' for name, value in fields.items()] + [f"{name}={value}" for name, value in bare.items()]
    )
