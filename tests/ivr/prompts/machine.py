"""A speech engine for tests: a tone whose pitch comes from the text, and a line in a log for every call."""

from __future__ import annotations

import io
import math
import struct
import sys
import wave
from typing import TYPE_CHECKING

from ivr.prompts.synthesis import Engine, SpeechSettings, Voice, engine_from_template

if TYPE_CHECKING:
    from pathlib import Path

SCRIPT = """\
import math, struct, sys, wave
output, log, voice, text_file = sys.argv[1:5]
text = open(text_file, encoding="utf-8").read().strip()
with open(log, "a", encoding="utf-8") as lines:
    lines.write(f"{voice}\\t{text}\\n")
if "FAIL" in text:
    sys.exit("the voice has a sore throat")
if "NOTHING" in text:
    sys.exit(0)
level = 0 if "SILENCE" in text else 9000
pitch = 300 + sum(text.encode()) % 900
with wave.open(output, "wb") as file:
    file.setparams((1, 2, 16000, 0, "NONE", ""))
    file.writeframes(b"".join(struct.pack("<h", round(level * math.sin(at * pitch / 2546))) for at in range(3200)))
"""


class Machine:
    """The engine, its settings and what it was asked to say."""

    def __init__(self, folder: Path) -> None:
        self.log = folder / "said.log"
        script = folder / "machine.py"
        script.write_text(SCRIPT, encoding="utf-8")
        self.engine: Engine = engine_from_template(
            # -I -S: nothing of this machine's Python is looked for, which is most of the time such a start takes.
            [sys.executable, "-I", "-S", str(script), "{output}", str(self.log), "{voice}", "{text_file}"]
        )

    def settings(self, voice: str = "plain", level_db: float = -20.0) -> SpeechSettings:
        """Settings with this engine."""
        voices = {tag: Voice(f"{voice}-{tag}") for tag in ("zh", "yue", "en")}
        return SpeechSettings(self.engine, voices, {"en": {"jiao": "jow"}}, level_db, 2)

    def said(self) -> list[str]:
        """Every `voice<tab>text` so far, in any order."""
        return sorted(self.log.read_text(encoding="utf-8").splitlines()) if self.log.exists() else []


def recording(pitch: float = 440, seconds: float = 0.4, rate: int = 16000, level: float = 0.4) -> bytes:
    """A WAV file somebody might have recorded."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setparams((1, 2, rate, 0, "NONE", ""))
        steps = range(round(seconds * rate))
        samples = (round(32767 * level * math.sin(at * 2 * math.pi * pitch / rate)) for at in steps)
        file.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))
    return out.getvalue()
