"""The languages of the screens: Vietnamese is what the source says, the others are catalogues beside this file.

Catalogues are read as text (`locale/en.po`) when first asked for: nothing is compiled or installed. What a catalogue does not
know stays Vietnamese.
"""

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po
from fastapi import Request

from server.console.sentences import Interpreter

CATALOGUES = Path(__file__).parent / "locale"
COOKIE = "loa_language"
SOURCE = "vi"
LANGUAGES = {SOURCE: "Tiếng Việt", "en": "English"}
"""Code → its own name."""


def N_(text: str) -> str:  # noqa: N802  the name that gettext's tools look for
    """Marks a text that is translated where it is shown."""
    return text


def language_of(request: Request) -> str:
    """The language that this browser chose, else the source's."""
    chosen = request.cookies.get(COOKIE, SOURCE)
    return chosen if chosen in LANGUAGES else SOURCE


@cache
def translator(language: str) -> Callable[[str], str]:
    """Vietnamese → that language; a text that is not known comes back as it is."""
    texts = _catalogue(language)
    return lambda text: texts.get(text, text)


@cache
def teller(language: str) -> Callable[[str], str]:
    """The same for a finished sentence with its values in it, as the rooms raise and store them: see `sentences.py`."""
    return (lambda text: text) if language == SOURCE else Interpreter(_catalogue(language))


def teller_of(request: Request) -> Callable[[str], str]:
    """For who asks."""
    return teller(language_of(request))


def _catalogue(language: str) -> Mapping[str, str]:
    if language == SOURCE:
        return {}
    with (CATALOGUES / f"{language}.po").open("rb") as source:
        return {str(one.id): str(one.string) for one in read_po(source, language) if one.id and one.string}
