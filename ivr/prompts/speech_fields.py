"""What a speech command may name in braces; apart from the program's call, so that the settings' rules stay pure."""

from __future__ import annotations

from typing import Final

SPEECH_FIELDS: Final = ("voice", "speed", "pitch", "output", "text_file", "language")
"""`output`, the WAV file the program writes, is the one that must be there."""
