"""The sign-in page as text: it works without script, and every value in it is escaped. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from wallboard.sign_in_words import LANGUAGES, WORDS, title_of

if TYPE_CHECKING:
    from collections.abc import Mapping

_EXAMPLE: Final = """wallboard:
  users:
    ling:
      role: viewer
      password: {file: secrets/ling}"""


@dataclass(frozen=True, slots=True)
class Page:
    """What one sign-in page shows."""

    language: str
    titles: Mapping[str, str]
    """The hotline's name by language."""
    to: str = ""
    """Where to go afterwards, below the wallboard's address."""
    name: str = ""
    """What was typed before, put there again."""
    notice: str = ""
    """What became of the try before; empty is nothing."""
    is_problem: bool = True
    """Whether the notice tells of a mistake."""
    is_wrong: bool = False
    """Whether the mistake is the name or the password."""
    provider: str = ""
    """The OpenID provider's name; empty is none."""
    has_users: bool = True
    """Whether anybody has a password."""


def html(page: Page) -> str:
    """The whole document."""
    words, title = WORDS[page.language], escape(title_of(page.titles, page.language))
    nobody = not page.has_users and not page.provider
    return f"""<!doctype html>
<html lang="{page.language}">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="dark light">
  <title>{words["sign_in"]} · {title}</title>
  <link rel="icon" href="static/icon.svg" type="image/svg+xml">
  <link rel="stylesheet" href="static/palette.css">
  <link rel="stylesheet" href="static/sign-in.css">
  <script type="module" src="static/sign-in.js"></script>
</head>
<body data-entering="{words["entering"]}" data-bad-secret="{escape(words["bad_secret"])}">
  <main>
    <img src="static/icon.svg" alt="" width="48" height="48">
    <h1>{title}</h1>
    {_notice(page)}
    {_nobody(words) if nobody else _form(page, words)}
  </main>
  {_languages(page, words)}
</body>
</html>
"""


def _notice(page: Page) -> str:
    kind = "alert" if page.is_problem else "status"
    return f'<p class="notice" role="{kind}" id="notice"{"" if page.notice else " hidden"}>{escape(page.notice)}</p>'


def _form(page: Page, words: Mapping[str, str]) -> str:
    openid = ""
    if page.provider:
        told = escape(words["openid"].format(provider=page.provider))
        between = f'<p class="or"><span>{words["or"]}</span></p>' if page.has_users else ""
        asked = escape(f"sign-in/openid?{urlencode({'to': page.to, 'lang': page.language})}")
        openid = f'{between}<a class="button" href="{asked}">{told}</a>'
    if not page.has_users:
        return openid
    wrong = ' aria-invalid="true" aria-describedby="notice"' if page.is_wrong else ""
    first, second = ("", " autofocus") if page.name else (" autofocus", "")
    return f"""<form method="post" action="sign-in">
      <label for="name">{words["name"]}</label>
      <input id="name" name="name" value="{escape(page.name)}" autocomplete="username" autocapitalize="none"
        spellcheck="false" maxlength="64" required{first}{wrong}>
      <label for="password">{words["password"]}</label>
      <input id="password" name="password" type="password" autocomplete="current-password" maxlength="256"
        required{second}{wrong}>
      <input type="hidden" name="to" value="{escape(page.to)}">
      <input type="hidden" name="lang" value="{page.language}">
      <button type="submit">{words["sign_in"]}</button>
    </form>{openid}"""


def _nobody(words: Mapping[str, str]) -> str:
    return f"""<section class="nobody">
      <h2>{words["nobody"]}</h2>
      <p>{words["nobody_how"]}</p>
      <pre><code>{_EXAMPLE}</code></pre>
      <p>{words["nobody_link"]}</p>
    </section>"""


def _languages(page: Page, words: Mapping[str, str]) -> str:
    links = "".join(
        f'<a href="sign-in?{escape(urlencode({"lang": tag, "to": page.to}))}" lang="{tag}" title="{name}"'
        f"{' aria-current=true' if tag == page.language else ''}>{short}</a>"
        for tag, (short, name) in LANGUAGES.items()
    )
    return f'<nav aria-label="{words["language"]}">{links}</nav>'
