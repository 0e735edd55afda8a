"""The languages of the screens: Vietnamese is what the source says, the others are catalogues beside this file.

Catalogues are read as text (`locale/en.po`) when first asked for: nothing is compiled or installed. What a catalogue does not
know stays Vietnamese.
"""

import gettext
import io
from collections.abc import Callable
from functools import cache
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from fastapi import Request

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


def translator(language: str) -> Callable[[str], str]:
    """Vietnamese → that language; a text that is not known comes back as it is."""
    return _catalogue(language).gettext


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    if language == SOURCE:
        return gettext.NullTranslations()
    binary = io.BytesIO()
    with (CATALOGUES / f"{language}.po").open("rb") as source:
        write_mo(binary, read_po(source, language))
    binary.seek(0)
    return gettext.GNUTranslations(binary)
