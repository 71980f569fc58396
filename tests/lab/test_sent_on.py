"""What the switch tells a telephone of a transfer it asked for (NOTIFY, RFC 3515)."""

from __future__ import annotations

import pytest

from lab.phone import Phone
from lab.sip import Message

HEADERS = (
    ("Via", "SIP/2.0/UDP 127.0.0.1:9"),
    ("From", "<sip:1001@127.0.0.1>;tag=a"),
    ("To", "<sip:1001@127.0.0.1>;tag=b"),
    ("Call-ID", "c"),
    ("CSeq", "7 NOTIFY"),
    ("Event", "refer"),
    ("Content-Type", "message/sipfrag;version=2.0"),
)


@pytest.mark.parametrize(
    ("told", "status"),
    [
        (["SIP/2.0 100 Trying"], 0),
        (["SIP/2.0 100 Trying", "SIP/2.0 200 OK"], 200),
        (["SIP/2.0 603 Decline"], 603),
        (["", "a=rtpmap", "SIP/2.0 x y"], 0),
    ],
)
async def test_a_telephone_is_told_how_its_transfer_went(told: list[str], status: int) -> None:
    async with Phone(("127.0.0.1", 9), number="1001") as phone:
        for body in told:
            phone.on_request(Message("NOTIFY", "sip:1001@127.0.0.1", 0, "", HEADERS, body))
        assert phone.sent_on == status
        if status:
            assert await phone.is_sent_on() == status
        else:
            with pytest.raises(TimeoutError, match="was not told of its transfer"):
                await phone.is_sent_on(within_s=0)
