"""Every text of the screens that a catalogue must know: those in templates and pages, the words for the contract's codes, and
what the rooms say to people, refusals above all.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from schedules import templates as day_plans
from schedules.holidays import public_holidays
from server import templates, words
from server.console import said
from server.console.languages import CATALOGUES, LANGUAGES, SOURCE

_HERE = Path(__file__).parent
_METHODS = [("templates/**.html", "jinja2"), ("**.py", "python")]
_OPTIONS = {"templates/**.html": {"trimmed": "true", "silent": "false"}}
_YEARS = range(2020, 2040)
_MOVED = " (nghỉ bù)"
_KEYWORDS = {"_": None, "N_": None, "say": None}


def messages() -> dict[str, str]:
    """Vietnamese text → where it was found first."""
    found: dict[str, str] = {}
    for path, _, text, _, _ in extract_from_dir(_HERE, _METHODS, _OPTIONS, keywords=_KEYWORDS):
        assert isinstance(text, str)
        found.setdefault(text, path)
    for name, table in vars(words).items():
        if name[0].isalpha() and name.isupper() and isinstance(table, Mapping):
            for text in table.values():
                found.setdefault(str(text), f"words.{name}")
    for text, path in (*said.templates().items(), *_supplied()):
        found.setdefault(text, path)
    return found


def _supplied() -> Iterator[tuple[str, str]]:
    """(text, place) of what comes with the station as data: ready-made plans and messages, the names of public holidays."""
    for plan in day_plans.day_plans().values():
        for text in (plan.name, plan.about, *(slot.name for slot in plan.slots)):
            yield text, "day_plans.toml"
    for message in templates.messages().values():
        for text in (message.title, *(blank.label for blank in message.blanks)):
            yield text, "messages.toml"
    for name in {name for year in _YEARS for name in public_holidays(year).values()}:
        yield re.sub(r"\d+/\d+/\d+", "{0}", name.removesuffix(_MOVED)), "holidays"
    yield _MOVED, "holidays"


def update() -> dict[str, list[str]]:
    """Bring the catalogues up to date: new texts come in empty, unused ones go. Returns what is still to be translated."""
    wanted = messages()
    missing = {}
    for language in LANGUAGES:
        if language == SOURCE:
            continue
        path = CATALOGUES / f"{language}.po"
        old = Catalog(language)
        if path.exists():
            with path.open("rb") as source:
                old = read_po(source, language)
        new = Catalog(language, project="Loa Làng", fuzzy=False)
        for text, place in sorted(wanted.items(), key=lambda pair: (pair[1], pair[0])):
            known = old.get(text)
            new.add(text, known.string if known else "", auto_comments=[place])
        with path.open("wb") as target:
            write_po(target, new, omit_header=True, width=120)
        missing[language] = [text for text in wanted if not new[text].string]
    return missing
