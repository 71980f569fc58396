"""Write the golden files anew; the difference is then read by a person."""

from __future__ import annotations

from pathlib import Path

from dialplan.render import rendered
from tests.dialplan.surroundings import small_switch


def main() -> None:
    """Write them."""
    for name, text in rendered(small_switch()).items():
        (Path(__file__).parent / "golden" / name).write_text(text.text, encoding="utf-8")


if __name__ == "__main__":
    main()
