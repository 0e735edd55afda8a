"""Every page of every role, at both sizes."""

import re

import pytest

from loa.console_pages import PAGES, SIZES
from reading.syllables import is_syllable
from server.console.languages import translator
from server.console.messages import messages

pytestmark = pytest.mark.xdist_group("console")
_CODES = re.compile(
    r"“[^”]*”|\S*[^\W\d_][./_@:=-]+[^\W\d_]\S*|\w+://|(?<!\w)\.\w+|\b[A-ZĐ]{2,}\b|\w*\d\w*|\bloa [a-z ]+|--\w+|\((spoken|aloud)\)"
)
"""Quoted words, addresses, endings of files, abbreviations, commands, codes: what is typed or read as it stands."""
_NAMES = frozenset(
    re.findall(
        r"\w+",
        """
        Android Apprise Chrome Enter English Esc Excel Khmer LibreOffice Office Piper PowerPoint Safari Tab Telegram Windows Word
        Zalo iPhone ntfy
        dB dBm dpi Hz km ms byte web bot macro micrô áptômát Latinh wav webm ogg flac gzip tsv txt Wi Fi
        auto ffmpeg iotcore mosquitto mqtts pip install tyz nut
        """,
    )
)
"""The glossary: proper names; units and words that Vietnamese has taken over; parts of the station that a technician installs."""


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.long)])
@pytest.mark.parametrize("username", PAGES)
def test_pages(look, username, scheme):
    screen = look(username, color_scheme=scheme)
    for path in PAGES[username]:
        name = (path.strip("/").replace("/", "-") or "hom-nay") + {"light": "", "dark": "-toi"}[scheme]
        first, *others = SIZES
        screen.resize(first).open(path).check(name)
        for size in others:
            screen.resize(size).check(name, again=True)


@pytest.fixture(scope="module")
def texts():
    return messages()


def test_a_date_is_read_out_whatever_the_browser_makes_of_it(look):
    """A browser in English shows 11/12/2026 for the twelfth of November."""
    page = look("canbo").open("/lich-su?tu=2026-11-12&den=2026-11-13").page
    assert page.locator("label", has_text="Từ ngày").get_attribute("data-reads") == "Thứ Năm, 12/11/2026"
    page.get_by_label("Từ ngày").fill("2026-12-11")
    assert page.locator("label", has_text="Từ ngày").get_attribute("data-reads") == "Thứ Sáu, 11/12/2026"


def test_every_text_is_in_english_too(texts):
    english = translator("en")
    assert [text for text in texts if english(text) == text and any(c.isalpha() and c > "z" for c in text)] == []


def test_no_text_has_english_words_in_its_vietnamese(texts):
    """All that a screen may ever say, also in states that no test leads to."""
    foreign = {
        word: text
        for text in texts
        for word in re.findall(r"[^\W\d_]{2,}", _CODES.sub(" ", text))
        if word not in _NAMES and not is_syllable(word.lower()) and word.lower() not in _NAMES
    }
    assert foreign == {}
