"""Every page of every role, at both sizes."""

import pytest

from loa.console_pages import PAGES, SIZES
from server.console.languages import translator
from server.console.messages import messages

pytestmark = pytest.mark.xdist_group("console")


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


def test_every_text_is_in_english_too():
    english = translator("en")
    assert [text for text in messages() if english(text) == text and any(c.isalpha() and c > "z" for c in text)] == []
