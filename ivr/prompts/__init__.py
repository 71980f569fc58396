"""What callers hear: sentences per language, spoken as rows of sound files that were made before the call.

`load_catalogue` reads the sentences, `build_prompts` makes the files, `Speech` says which files say a sentence.
"""

from __future__ import annotations

from ivr.prompts.catalogue import Catalogue, load_catalogue
from ivr.prompts.sounds import Speech
from ivr.prompts.values import CannotSay, Money

__all__ = ["CannotSay", "Catalogue", "Money", "Speech", "load_catalogue"]
