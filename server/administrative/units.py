"""Two tables cut by scripts/cut-units: communes by code, and what each unit of before July 2025 became.

Codes are those of the General Statistics Office, five digits. An old code may be the code of another commune today: they are
never mixed, `commune` knows the present ones, `former` the old ones.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent
_KINDS = re.compile(r"^(xa|phuong|thi tran|dac khu|tinh|thanh pho|huyen|quan|thi xa) ")


@dataclass(frozen=True)
class Commune:
    """A commune, ward or special zone of today."""

    code: str
    name: str
    province_code: str
    province: str


@dataclass(frozen=True)
class FormerUnit:
    """A commune of before 1 July 2025. `became` are codes of today; of several the one that has the larger part is first."""

    code: str
    name: str
    district: str
    province: str
    became: tuple[str, ...]


def commune(code: str) -> Commune | None:
    """The commune of today with that code."""
    return _communes().get(code)


def former(code: str) -> FormerUnit | None:
    """The unit that had that code before July 2025."""
    return _former().get(code)


def formerly(code: str) -> list[FormerUnit]:
    """What a commune of today was made of, by old code; parts of a divided unit count."""
    return [_former()[old] for old in _sources().get(code, ())]


def communes_named(text: str, limit: int = 20) -> list[Commune]:
    """Communes of today by name, best first; marks may be left out, kind and province may be there: "bac son lang son"."""
    return [_communes()[code] for code in _search(text, _index(), limit)]


def former_named(text: str, limit: int = 20) -> list[FormerUnit]:
    """The same among the units of before July 2025; district and province may be there."""
    return [_former()[code] for code in _search(text, _former_index(), limit)]


def _search(text: str, index: list[tuple[str, str, str]], limit: int) -> list[str]:
    """Codes from an index of (name without its kind, everything, code): exact names first, then beginnings, then the rest."""
    wanted = plain(text)
    words = wanted.split()
    if not words:
        return []
    bare = _KINDS.sub("", wanted)
    found = []
    for name, everything, code in index:
        if all(f" {word}" in everything for word in words):
            rank = 0 if name == bare else 1 if bare.startswith(f"{name} ") else 2 if name.startswith(bare) else 3
            found.append((rank, name, code))
    return [code for _, _, code in sorted(found)[:limit]]


@cache
def _communes() -> dict[str, Commune]:
    return {row[0]: Commune(*row) for row in _rows("communes.tsv")}


@cache
def _former() -> dict[str, FormerUnit]:
    return {
        row[0]: FormerUnit(row[0], row[1], row[2], row[3], tuple(row[4].split(","))) for row in _rows("mergers.tsv")
    }


@cache
def _sources() -> dict[str, list[str]]:
    sources: dict[str, list[str]] = {}
    for unit in _former().values():
        for code in unit.became:
            sources.setdefault(code, []).append(unit.code)
    return sources


@cache
def _index() -> list[tuple[str, str, str]]:
    return [_entry(one.code, one.name, one.province) for one in _communes().values()]


@cache
def _former_index() -> list[tuple[str, str, str]]:
    return [_entry(one.code, one.name, f"{one.district} {one.province}") for one in _former().values()]


def _entry(code: str, name: str, place: str) -> tuple[str, str, str]:
    return _KINDS.sub("", plain(name)), f" {plain(name)} {plain(place)}", code


def _rows(name: str) -> Iterator[list[str]]:
    with (_FOLDER / name).open(encoding="utf-8") as lines:
        for line in lines:
            if not line.startswith("#"):
                yield line.rstrip("\n").split("\t")


def plain(text: str) -> str:
    """Lower case, without marks and punctuation: "Xã Bắc Sơn" becomes "xa bac son"."""
    bare = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return " ".join(re.sub(r"[^a-z0-9]+", " ", "".join(c for c in bare if not unicodedata.combining(c))).split())
