"""The Vietnamese syllabary by spelling rules, written without a look at the parser: what may be written, and how it sounds.

A rime is written with a dot before the letter that bears the tone mark; a second form after a slash is the newer
placement. After each rime stands its sound: glide, nucleus, final.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

MARKS = {1: "", 2: "\u0300", 3: "\u0301", 4: "\u0309", 5: "\u0303", 6: "\u0323"}

# letters : sound. Rimes that any onset may take (spelling of the onset adapts to the first letter).
PLAIN = """
.a:a+ .am:a+m .an:a+n .ang:a+ng .anh:a+nh .ap:a+p .at:a+t .ac:a+c .ach:a+ch .ai:a+j .ao:a+w .ay:ă+j .au:ă+w
.ăm:ă+m .ăn:ă+n .ăng:ă+ng .ăp:ă+p .ăt:ă+t .ăc:ă+c
.âm:â+m .ân:â+n .âng:â+ng .âp:â+p .ât:â+t .âc:â+c .ây:â+j .âu:â+w
.e:e+ .em:e+m .en:e+n .eng:e+ng .ep:e+p .et:e+t .ec:e+c .eo:e+w
.ê:ê+ .êm:ê+m .ên:ê+n .ênh:ê+nh .êp:ê+p .êt:ê+t .êch:ê+ch .êu:ê+w
.o:o+ .om:o+m .on:o+n .ong:o+ng .op:o+p .ot:o+t .oc:o+c .oi:o+j
.ô:ô+ .ôm:ô+m .ôn:ô+n .ông:ô+ng .ôp:ô+p .ôt:ô+t .ôc:ô+c .ôi:ô+j
.ơ:ơ+ .ơm:ơ+m .ơn:ơ+n .ơp:ơ+p .ơt:ơ+t .ơi:ơ+j
.u:u+ .um:u+m .un:u+n .ung:u+ng .up:u+p .ut:u+t .uc:u+c .ui:u+j
.ư:ư+ .ưng:ư+ng .ưt:ư+t .ưc:ư+c .ưu:ư+w .ưi:ư+j
.ua:uô+ u.ôm:uô+m u.ôn:uô+n u.ông:uô+ng u.ôt:uô+t u.ôc:uô+c u.ôi:uô+j
.ưa:ươ+ ư.ơm:ươ+m ư.ơn:ươ+n ư.ơng:ươ+ng ư.ơp:ươ+p ư.ơt:ươ+t ư.ơc:ươ+c ư.ơi:ươ+j ư.ơu:ươ+w
"""
# Rimes in i and iê after a written onset; without one i alone is y and iê is yê.
FRONT = """
.i:i+ .im:i+m .in:i+n .inh:i+nh .ip:i+p .it:i+t .ich:i+ch .iu:i+w
.ia:iê+ i.êm:iê+m i.ên:iê+n i.êng:iê+ng i.êp:iê+p i.êt:iê+t i.êc:iê+c i.êu:iê+w
"""
FRONT_BARE = """
.y:i+ .im:i+m .in:i+n .inh:i+nh .ip:i+p .it:i+t .ich:i+ch .iu:i+w .ia:iê+ y.êm:iê+m y.ên:iê+n y.êng:iê+ng y.êt:iê+t y.êu:iê+w
"""
ROUND = """
.oa/o.a:wa+ o.am:wa+m o.an:wa+n o.ang:wa+ng o.anh:wa+nh o.ap:wa+p o.at:wa+t o.ac:wa+c o.ach:wa+ch o.ai:wa+j o.ay:wă+j o.ao:wa+w
o.ăm:wă+m o.ăn:wă+n o.ăng:wă+ng o.ăt:wă+t o.ăc:wă+c .oe/o.e:we+ o.en:we+n o.et:we+t o.eo:we+w
u.ân:wâ+n u.âng:wâ+ng u.ât:wâ+t u.ây:wâ+j u.ê:wê+ u.ênh:wê+nh u.êch:wê+ch u.êu:wê+w u.ơ:wơ+
.uy/u.y:wi+ u.ynh:wi+nh u.yt:wi+t u.yp:wi+p u.ych:wi+ch u.yu:wi+w u.ya:wiê+ uy.ên:wiê+n uy.êt:wiê+t
"""
LONG = "o.ong:oo+ng o.oc:oo+c"
AFTER_QU = """
.a:a+ .an:a+n .ang:a+ng .anh:a+nh .at:a+t .ac:a+c .ach:a+ch .ai:a+j .ay:ă+j .ao:a+w .au:ă+w .ăm:ă+m .ăn:ă+n .ăng:ă+ng .ăp:ă+p
.ăt:ă+t .ăc:ă+c .ân:â+n .âng:â+ng .âp:â+p .ât:â+t .ây:â+j
.e:e+ .en:e+n .eng:e+ng .eo:e+w .et:e+t .ê:ê+ .ên:ê+n .ênh:ê+nh .êt:ê+t .êch:ê+ch
.ơ:ơ+ .ốc:x .y:i+ .yn:i+n .ynh:i+nh .yt:i+t .ych:i+ch .yu:i+w y.ên:iê+n y.êt:iê+t
""".replace(".ốc:x", ".ôc:ô+c")
AFTER_GI = """
.a:a+ .an:a+n .ang:a+ng .anh:a+nh .am:a+m .ap:a+p .at:a+t .ac:a+c .ai:a+j .ao:a+w .ay:ă+j .au:ă+w .ăm:ă+m .ăn:ă+n .ăng:ă+ng .ăt:ă+t
.ăc:ă+c .âm:â+m .ân:â+n .âp:â+p .ât:â+t .âc:â+c .ây:â+j .âu:â+w .e:e+ .em:e+m .en:e+n .eo:e+w .o:o+ .on:o+n .ong:o+ng .ot:o+t
.oc:o+c .oi:o+j .ô:ô+ .ôn:ô+n .ông:ô+ng .ôi:ô+j .ơ:ơ+ .ơi:ơ+j .u:u+ .ui:u+j .uc:u+c .ư:ư+ .ưa:ươ+ ư.ơng:ươ+ng
"""
GI_SHARES_ITS_I = ".i:i+ .in:i+n .im:i+m .it:i+t .ip:i+p .inh:i+nh i.êng:iê+ng i.êt:iê+t i.êc:iê+c"

ONSETS = [
    "b",
    "c",
    "ch",
    "d",
    "đ",
    "g",
    "h",
    "kh",
    "l",
    "m",
    "n",
    "ng",
    "nh",
    "p",
    "ph",
    "r",
    "s",
    "t",
    "th",
    "tr",
    "v",
    "x",
]
ROUND_ONSETS = ["", "ch", "d", "đ", "g", "h", "kh", "l", "n", "ng", "nh", "r", "s", "t", "th", "tr", "x"]
"""No labial onset takes the glide, and /kw/ is written qu."""
FRONT_SPELLING = {"c": "k", "g": "gh", "ng": "ngh"}


@dataclass(frozen=True)
class Entry:
    """One written syllable and what it must be."""

    usual: str
    newer: str
    onset: str
    glide: bool
    nucleus: str
    coda: str
    tone: int


def _forms(written: str, tone: int) -> str:
    head, bearer, tail = written.partition(".")[0], written.partition(".")[2][0], written.partition(".")[2][1:]
    return unicodedata.normalize("NFC", head + bearer + MARKS[tone] + tail)


def _entries(onset: str, spelled: str, table: str) -> Iterator[Entry]:
    for cell in table.split():
        written, _, sound = cell.partition(":")
        usual, _, newer = written.partition("/")
        nucleus, _, coda = sound.partition("+")
        glide = nucleus.startswith("w")
        for tone in (3, 6) if coda in {"p", "t", "c", "ch"} else range(1, 7):
            yield Entry(
                spelled + _forms(usual, tone),
                spelled + _forms(newer or usual, tone),
                onset,
                glide,
                nucleus.removeprefix("w"),
                coda,
                tone,
            )


def _spelled(onset: str, rime: str) -> str:
    first = rime.replace(".", "")[0]
    return FRONT_SPELLING.get(onset, onset) if first in "eêiy" else onset


def syllabary() -> Iterator[Entry]:
    """Every syllable the rules allow to be written, attested or not."""
    for onset in ["", *ONSETS]:
        for cell in PLAIN.split() + (FRONT if onset else FRONT_BARE).split():
            yield from _entries(onset, _spelled(onset, cell), cell)
    for onset in ROUND_ONSETS:
        for cell in ROUND.split():
            yield from _entries(onset, _spelled(onset, cell), cell)
    for onset in ("b", "c", "m", "s", "x", "g", "đ"):
        yield from _entries(onset, onset, LONG)
    yield from _entries("qu", "qu", AFTER_QU)
    yield from _entries("gi", "gi", AFTER_GI)
    yield from _entries("gi", "g", GI_SHARES_ITS_I)
