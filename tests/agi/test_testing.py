from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from agi.testing import EOF, ScriptedAsterisk, Step, TranscriptError, by_byte, cut_at, parse_transcript, whole
from tests.agi.support import serving

if TYPE_CHECKING:
    from agi.channel import Channel

CALL = "< agi_network_script: flow/x\n<\n> ANSWER\n< 200 result=0\n> EOF\n"


async def answering(channel: Channel) -> None:
    await channel.answer()


@pytest.mark.parametrize("chunks", [whole, by_byte, cut_at(3, 9)])
async def test_a_transcript_is_played_in_any_pieces(chunks: object) -> None:
    assert callable(chunks)
    async with serving({"flow": answering}) as server:
        peer = ScriptedAsterisk(CALL, chunks)
        await peer.play(server.port)
        assert peer.heard == [b"ANSWER", EOF]


async def test_another_line_than_the_expected_is_told_with_both() -> None:
    async def verbose(channel: Channel) -> None:
        await channel.verbose("x", 1)

    async with serving({"flow": verbose}) as server:
        with pytest.raises(TranscriptError, match="ANSWER") as error:
            await ScriptedAsterisk(CALL).play(server.port)
    assert "VERBOSE" in str(error.value)


async def test_a_line_that_does_not_come_is_told() -> None:
    async def silent(channel: Channel) -> None:
        await channel.wait_hangup()

    async with serving({"flow": silent}) as server:
        with pytest.raises(TranscriptError, match="nothing came"):
            await ScriptedAsterisk(CALL, reply_s=0.05).play(server.port)


def test_bytes_and_backslashes_come_back() -> None:
    assert parse_transcript("< a\\\\b\\xe9\\\\n\n# x\n< EOF\n") == (Step(False, b"a\\b\xe9\\n"), Step(False, EOF))


def test_a_line_that_is_no_transcript_is_told_with_its_number() -> None:
    with pytest.raises(ValueError, match="line 2"):
        parse_transcript("# x\nhello\n")
