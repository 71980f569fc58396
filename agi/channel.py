"""One live call, as verbs to await.

A verb called while another runs waits for its turn. Hang-up is an event: ``hung_up`` turns true and ``wait_hangup()``
returns. A verb that needs a living channel then raises ``ChannelGone``, the running one included; verbs that Asterisk
still allows on a dead channel (variables, database, verbose, exec) go on working until the connection ends.
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING

from agi import commands, results
from agi.errors import ChannelGone, CommandFailed, Gone, PeerError, UnknownCommand
from agi.results import Collected, Ended
from agi.turns import Turns

if TYPE_CHECKING:
    from agi.encoding import Command
    from agi.results import ChannelState, Played, Recorded


class Channel(Turns):
    """A call that is ours to lead until we let it go. Made by the server; a route gets it as its only argument.

    Every verb raises ``CommandRefused`` for what cannot be sent, ``ChannelGone`` when there is no channel to act on,
    ``CommandFailed`` when Asterisk refuses, and ``PeerError`` when its answer makes no sense.
    """

    # ---- playing and collecting

    async def answer(self) -> None:
        """Answer the call if it is not up yet."""
        await self._simple(commands.Answer())

    async def stream_file(self, name: str, escape_keys: str = "", offset_samples: int = 0) -> Played:
        """Play one file until its end or until one of ``escape_keys``.

        Raises:
            CommandFailed: there is no such file (the channel lives).
        """
        command = commands.StreamFile(name, escape_keys, offset_samples)
        return results.played(await self._alive(command), command.verb)

    async def get_data(
        self, *files: str, timeout_ms: int = 0, max_keys: int = commands.MAX_KEYS, secret: bool = False
    ) -> Collected:
        """Play files and collect keys from the first sound on, inside Asterisk, so that no key is lost.

        With ``timeout_ms=0`` the clocks are TIMEOUT(response), from the end of the last file to the first key, and
        TIMEOUT(digit), between keys. ``#`` ends the entry. Without a file only the keys are collected. A hang-up raises
        ``ChannelGone``.

        One file is GET DATA. Several are the application Read (needs app_read), because GET DATA of Asterisk 22 does
        not split ``a&b``. Read leaves the keys in a channel variable and in Asterisk's verbose log; with ``secret``
        they never get there: the files but the last are played by STREAM FILE, and what follows the first key is
        collected by GET DATA.
        """
        if len(files) <= 1:
            command = commands.GetData(files[0] if files else "", timeout_ms, max_keys)
            return results.collected(await self._alive(command))
        if secret:
            return await self._get_secret(files, timeout_ms, max_keys)
        return await self._read(commands.Read(files, timeout_ms, max_keys))

    async def _read(self, command: commands.Read) -> Collected:
        """Several files and keys by the application Read."""
        await self._alive(command)
        found = results.read(await self.execute(commands.GetFullVariable(command.outcome)))
        if found is None:
            await self._gone_or_failed(command)
        return found

    async def _get_secret(self, files: tuple[str, ...], timeout_ms: int, max_keys: int) -> Collected:
        """Several files and keys that must not enter a variable.

        Between two commands Asterisk drops keys; the gap is one exchange with us, far below the 80 ms that two keys
        of a telephone are apart.
        """
        for name in files[:-1]:
            first = (await self.stream_file(name, commands.KEYS)).key
            if first == "#":
                return Collected("", Ended.EMPTY)
            if first and max_keys == 1:
                return Collected(first, Ended.KEYS)
            if first:
                rest = await self.get_data(timeout_ms=timeout_ms, max_keys=max_keys - 1)
                ended = Ended.KEYS if rest.ended is Ended.EMPTY else rest.ended
                return Collected(first + rest.keys, ended)
        return await self.get_data(files[-1], timeout_ms=timeout_ms, max_keys=max_keys)

    async def get_option(self, name: str, escape_keys: str, timeout_ms: int = 0) -> Played:
        """Play one file, then wait for one of ``escape_keys``; ``key`` is empty when none came."""
        command = commands.GetOption(name, escape_keys, timeout_ms)
        return results.played(await self._alive(command), command.verb)

    async def wait_for_digit(self, timeout_ms: int) -> str:
        """The next key, or empty after ``timeout_ms``."""
        command = commands.WaitForDigit(timeout_ms)
        return results.key(await self._alive(command), command.verb)

    async def record_file(self, command: commands.RecordFile) -> Recorded:
        """Record the caller. A hang-up ends a recording and is reported in it, not raised: the recording is kept."""
        return results.recorded(await self.execute(command))

    async def say(self, command: commands.Say) -> str:
        """Say something with Asterisk's own voice; the key that stopped it, or empty."""
        return results.key(await self._alive(command), command.wire_verb())

    async def say_digits(self, digits: str, escape_keys: str = "") -> str:
        """Say each digit."""
        return await self.say(commands.Say("DIGITS", digits, escape_keys))

    async def say_number(self, number: int, escape_keys: str = "") -> str:
        """Say a whole number."""
        return await self.say(commands.Say("NUMBER", number, escape_keys))

    async def say_alpha(self, text: str, escape_keys: str = "") -> str:
        """Spell a text."""
        return await self.say(commands.Say("ALPHA", text, escape_keys))

    async def say_phonetic(self, text: str, escape_keys: str = "") -> str:
        """Spell a text with the phonetic alphabet."""
        return await self.say(commands.Say("PHONETIC", text, escape_keys))

    async def say_date(self, epoch_s: int, escape_keys: str = "") -> str:
        """Say the date of a moment, in seconds since 1970 UTC."""
        return await self.say(commands.Say("DATE", epoch_s, escape_keys))

    async def say_time(self, epoch_s: int, escape_keys: str = "") -> str:
        """Say the time of day of a moment, in seconds since 1970 UTC."""
        return await self.say(commands.Say("TIME", epoch_s, escape_keys))

    async def say_datetime(self, epoch_s: int, escape_keys: str = "", *, pattern: str = "", zone: str = "") -> str:
        """Say a moment, in seconds since 1970 UTC, by Asterisk's ``pattern`` in a time zone."""
        more = (pattern, zone) if zone else (pattern,) if pattern else ()
        return await self.say(commands.Say("DATETIME", epoch_s, escape_keys, more))

    async def set_music(self, music_class: str = "") -> None:
        """Start music on hold while further commands run."""
        await self._simple(commands.SetMusic(on=True, music_class=music_class))

    async def stop_music(self) -> None:
        """Stop what ``set_music`` started."""
        await self._simple(commands.SetMusic(on=False))

    # ---- variables and the database; these outlive a hang-up

    async def set_variable(self, name: str, value: str) -> None:
        """Set a channel variable or write a dialplan function."""
        await self._simple(commands.SetVariable(name, value))

    async def get_variable(self, name: str) -> str | None:
        """A variable's raw value; None when it is not set.

        A value that contains a line break can be misread (the wire has no escape for it): use ``get_text`` for
        whatever a stranger may have written.
        """
        return results.text(await self.execute(commands.GetVariable(name)))

    async def get_full_variable(self, expression: str, channel: str = "") -> str | None:
        """An expression such as ``${X}${Y}``, evaluated on this channel or on the one named.

        None when Asterisk has none.
        """
        return results.text(await self.execute(commands.GetFullVariable(expression, channel)))

    async def get_text(self, name: str) -> str:
        """A variable's value whatever it contains, carried as BASE64 (needs func_base64); empty when it is not set."""
        encoded = await self.get_full_variable(f"${{BASE64_ENCODE(${{{name}}})}}")
        try:
            return base64.b64decode(encoded or "", validate=True).decode("utf-8", "replace")
        except binascii.Error:
            raise PeerError("GET FULL VARIABLE: BASE64_ENCODE did not answer in BASE64") from None

    async def database_get(self, family: str, key: str) -> str | None:
        """A value of Asterisk's database; None when there is none."""
        return results.text(await self.execute(commands.DatabaseGet(family, key)))

    async def database_put(self, family: str, key: str, value: str) -> None:
        """Write a value of Asterisk's database.

        Raises:
            CommandFailed: Asterisk could not.
        """
        await self._one(commands.DatabasePut(family, key, value))

    async def database_del(self, family: str, key: str) -> bool:
        """Delete a value of Asterisk's database.

        False when Asterisk could not. Asterisk 22 says True without a value too.
        """
        return (await self.execute(commands.DatabaseDel(family, key))).result == "1"

    # ---- the dialplan and the channel

    async def exec(self, application: str, options: str = "") -> int:
        """Run a dialplan application and return its result (0 is success, -1 what the application calls a failure).

        Asterisk does not expand ``${}`` in ``options`` here.

        Raises:
            UnknownCommand: Asterisk has no such application.
            ChannelGone: the caller hung up meanwhile.
        """
        command = commands.Exec(application, options)
        result = results.number(await self.execute(command), command.verb)
        if result == -2:  # noqa: PLR2004  # handle_exec's "could not find application"
            raise UnknownCommand(command.verb, f"Asterisk has no application {application!r}")
        if result == -1 and not await self.still_there():
            raise ChannelGone(self._gone or Gone.HANGUP)
        return result

    async def gosub(self, context: str, extension: str, priority: str, argument: str = "") -> None:
        """Run a dialplan subroutine until its Return."""
        await self._simple(commands.Gosub(context, extension, priority, argument))

    async def hangup(self) -> None:
        """Hang up."""
        await self.execute(commands.Hangup())

    async def channel_status(self, channel: str = "") -> ChannelState | None:
        """The state of this channel, or of the one named; None when there is no such channel."""
        command = commands.ChannelStatus(channel)
        value = results.number(await self.execute(command), command.verb)
        return results.ChannelState(value) if value >= 0 else None

    async def verbose(self, message: str, level: int = 1) -> None:
        """Write a line to Asterisk's verbose log."""
        await self.execute(commands.Verbose(message, level))

    async def noop(self) -> None:
        """Do nothing, and learn whether the connection works."""
        await self.execute(commands.Noop())

    async def _simple(self, command: Command) -> None:
        """A verb without a result."""
        await self._alive(command)

    async def _one(self, command: Command) -> None:
        """A verb that answers 1 when it worked."""
        if (await self.execute(command)).result != "1":
            raise CommandFailed(command.wire_verb(), "Asterisk could not do it")
