"""Finding bulletins by words of title or text. Accents are optional: "hop thon" finds "họp thôn", "họp" does not find "hợp"."""

import re
import unicodedata
from collections.abc import Iterable, Sequence

from sqlmodel import Session, col, select

from server.bulletins import store
from server.people import rights
from server.tables import Bulletin, Person, Version

_WORDS = re.compile(r"\w+")
_READ = 400
"""Titles are all looked at; texts only of so many of the newest bulletins."""


def plain(text: str) -> str:
    """Lower case without accents, đ as d."""
    apart = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return "".join(char for char in apart if not unicodedata.combining(char))


def matches(query: str, text: str) -> bool:
    """Whether every word of the query begins a word of the text; a word with accents must have the same ones."""
    said = unicodedata.normalize("NFC", text.casefold())
    accented, bare = _WORDS.findall(said), _WORDS.findall(plain(text))
    return all(_begins(word, bare if word == plain(word) else accented) for word in _words(query))


def find(session: Session, person: Person, query: str, *, limit: int = 50) -> list[tuple[Bulletin, Version]]:
    """Bulletins that the person may see and that have all words of the query, the newest first, each with its newest version."""
    if not _words(query):
        return []
    reach = col(Bulletin.area_id).in_(rights.reach(session, person))
    titles = session.exec(select(Bulletin.id, Bulletin.title).where(reach).order_by(col(Bulletin.id).desc())).all()
    found = {bulletin_id for bulletin_id, title in titles if matches(query, title)}
    if len(found) < limit:
        found |= _in_texts(session, query, [bulletin_id for bulletin_id, _ in titles[:_READ]])
    chosen = sorted(found, reverse=True)[:limit]  # ids sort by time
    bulletins = session.exec(select(Bulletin).where(col(Bulletin.id).in_(chosen)).order_by(col(Bulletin.id).desc()))
    return store.with_newest(session, bulletins.all())


def _in_texts(session: Session, query: str, ids: Sequence[str]) -> set[str]:
    rows = session.exec(
        select(Version.bulletin_id, Version.script)
        .where(col(Version.bulletin_id).in_(ids))
        .order_by(col(Version.number).desc())
    )
    return {bulletin_id for bulletin_id, script in rows if matches(query, " ".join(_written(script["sentences"])))}


def _written(sentences: Iterable[dict[str, object]]) -> Iterable[str]:
    return (str(sentence.get("written", "")) for sentence in sentences)


def _words(query: str) -> list[str]:
    return _WORDS.findall(unicodedata.normalize("NFC", query.casefold()))


def _begins(start: str, words: Iterable[str]) -> bool:
    return any(word.startswith(start) for word in words)
