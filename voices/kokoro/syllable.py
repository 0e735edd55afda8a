"""The written Vietnamese syllable, taken apart and put together again.

A syllable is onset + glide /w/ + nucleus + coda + tone. Spelling rules after Hoàng Phê (ed.), *Từ điển tiếng Việt*, and Decision
1989/QĐ-BGDĐT (2018); both ways to place the tone mark (hòa, hoà) and to write final /i/ (kỹ, kĩ) are read.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import IntEnum


class Tone(IntEnum):
    """The six tones in their usual order."""

    NGANG = 1
    HUYEN = 2
    SAC = 3
    HOI = 4
    NGA = 5
    NANG = 6


STOPS = frozenset({"p", "t", "c", "ch"})
"""Codas that close the mouth: only sắc and nặng stand before them."""


@dataclass(frozen=True)
class Syllable:
    """One syllable by its sounds as Vietnamese spelling tells them apart, no dialect yet."""

    onset: str
    """"" b c ch d đ g gi h kh l m n ng nh p ph qu r s t th tr v x; k, gh and ngh are written variants of c, g and ng."""
    glide: bool
    """The /w/ of hoa, thuế, khuya; the one of "qu" belongs to the onset."""
    nucleus: str
    """a ă â e ê i o ô ơ u ư iê uô ươ, or oo (xoong)."""
    coda: str
    """"" m n ng nh p t c ch, or the off-glides j (ai, ay, ui) and w (ao, au, iu)."""
    tone: Tone

    @property
    def stopped(self) -> bool:
        """Ends in p, t, c or ch."""
        return self.coda in STOPS


_MARKS = {"\u0300": Tone.HUYEN, "\u0301": Tone.SAC, "\u0309": Tone.HOI, "\u0303": Tone.NGA, "\u0323": Tone.NANG}
_MARK_OF = {tone: mark for mark, tone in _MARKS.items()}
_WRITTEN_VARIANTS = {"k": "c", "gh": "g", "ngh": "ng"}
_ONSETS = "ngh|ng|nh|ch|gh|gi|kh|ph|qu|th|tr|b|c|d|đ|g|h|k|l|m|n|p|r|s|t|v|x|"
_CODA = "(?P<coda>ng|nh|ch|n|m|p|t|c|)"

# Written rime -> (glide, nucleus, off-glide); no consonant follows these.
_OPEN_RIMES: dict[str, tuple[bool, str, str]] = {
    "ai": (False, "a", "j"), "ay": (False, "ă", "j"),
    "ây": (False, "â", "j"), "oi": (False, "o", "j"), "ôi": (False, "ô", "j"),
    "ơi": (False, "ơ", "j"), "ui": (False, "u", "j"),
    "ưi": (False, "ư", "j"), "uôi": (False, "uô", "j"), "ươi": (False, "ươ", "j"),
    "oai": (True, "a", "j"), "oay": (True, "ă", "j"), "uây": (True, "â", "j"),
    "ao": (False, "a", "w"), "au": (False, "ă", "w"),
    "âu": (False, "â", "w"), "eo": (False, "e", "w"), "êu": (False, "ê", "w"),
    "iu": (False, "i", "w"), "ưu": (False, "ư", "w"),
    "iêu": (False, "iê", "w"), "yêu": (False, "iê", "w"), "ươu": (False, "ươ", "w"),
    "oao": (True, "a", "w"), "oau": (True, "ă", "w"),
    "oeo": (True, "e", "w"), "uêu": (True, "ê", "w"), "uyu": (True, "i", "w"),
    "ia": (False, "iê", ""), "ya": (False, "iê", ""),
    "ua": (False, "uô", ""), "ưa": (False, "ươ", ""), "uya": (True, "iê", ""),
    "uơ": (True, "ơ", ""), "yu": (False, "i", "w"), "yi": (False, "i", "j"),
}  # fmt: skip
# Written rime that may stand open or before a consonant -> (glide, nucleus).
_CODA_RIMES: dict[str, tuple[bool, str]] = {
    "a": (False, "a"), "ă": (False, "ă"), "â": (False, "â"),
    "e": (False, "e"), "ê": (False, "ê"), "i": (False, "i"), "y": (False, "i"),
    "o": (False, "o"), "ô": (False, "ô"), "ơ": (False, "ơ"),
    "u": (False, "u"), "ư": (False, "ư"), "oo": (False, "oo"),
    "iê": (False, "iê"), "yê": (False, "iê"), "uô": (False, "uô"), "ươ": (False, "ươ"),
    "oa": (True, "a"), "oă": (True, "ă"), "oe": (True, "e"),
    "uâ": (True, "â"), "uê": (True, "ê"), "uy": (True, "i"), "uyê": (True, "iê"),
    "uă": (True, "ă"), "ue": (True, "e"),
}  # fmt: skip
_WORD = re.compile(f"(?P<onset>{_ONSETS})(?P<rime>[aăâeêioôơuưy]+){_CODA}")


def parse(word: str) -> Syllable | None:
    """One written word, any case, NFC or NFD, as a syllable; None where no syllable is written so.

    Lenient where official text is: a stop coda may carry any mark, k/c, g/gh and ng/ngh may stand before any vowel.
    """
    bare, tone = _without_tone(word)
    match = _WORD.fullmatch(bare)
    if match is None or tone is None:
        return None
    onset, rime, coda = match["onset"], match["rime"], match["coda"]
    if bare.startswith("gi"):  # gì, gìn, giếng share one i between onset and rime; gia, giờ, giết keep theirs
        rest = bare[2:]
        if not rest or rest in {"n", "nh", "m", "p", "t", "c", "ch", "ng"} or (rest.startswith("ê") and rest != "ê"):
            onset, rime = "gi", "i" + rest.removesuffix(coda)
    elif onset == "qu" and rime == "u":
        return None
    shape = _rime(rime, coda)
    if shape is None:
        return None
    glide, nucleus, final = shape
    if onset == "qu" and glide:  # written twice: "quoay"
        glide = False
    return Syllable(_WRITTEN_VARIANTS.get(onset, onset), glide, nucleus, final, tone)


def _without_tone(word: str) -> tuple[str, Tone | None]:
    """The word lower-cased without tone marks (NFC), and its tone; None for two marks."""
    marks: list[str] = []
    letters: list[str] = []
    for char in unicodedata.normalize("NFD", word.lower()):
        (marks if char in _MARKS else letters).append(char)
    bare = unicodedata.normalize("NFC", "".join(letters))
    if len(marks) > 1:
        return bare, None
    return bare, _MARKS[marks[0]] if marks else Tone.NGANG


def _rime(rime: str, coda: str) -> tuple[bool, str, str] | None:
    if not coda and rime in _OPEN_RIMES:
        return _OPEN_RIMES[rime]
    if rime in _CODA_RIMES:
        glide, nucleus = _CODA_RIMES[rime]
        return glide, nucleus, coda
    return None


def spell(syllable: Syllable, *, modern: bool = False) -> str:
    """The syllable in usual spelling, NFC, lower case; `modern` writes hoà, khoẻ, thuý where the usual way is hòa, khỏe, thúy."""
    vowels = _written_rime(syllable)
    onset = _written_onset(syllable, vowels)
    if onset == "gi" and vowels.startswith("i"):
        vowels = vowels[1:]
        if not vowels:
            return _with_mark("gi", 1, syllable.tone) + _written_coda(syllable)
    return (
        onset
        + _with_mark(vowels, _mark_position(vowels, syllable, modern=modern), syllable.tone)
        + _written_coda(syllable)
    )


def _written_coda(syllable: Syllable) -> str:
    return "" if syllable.coda in {"j", "w"} else syllable.coda


_OPEN_SPELLING = {shape: written for written, shape in reversed(_OPEN_RIMES.items())}
_CODA_SPELLING = {shape: written for written, shape in reversed(_CODA_RIMES.items())}


def _written_rime(syllable: Syllable) -> str:
    shape = (syllable.glide, syllable.nucleus, syllable.coda)
    bare = not syllable.onset and not syllable.glide
    if (
        syllable.onset == "qu"
        or (bare and syllable.nucleus == "iê" and syllable.coda)
        or (bare and shape[1:] == ("i", ""))
    ):
        with_y = _WITH_Y.get(shape[1:]) or _WITH_Y.get((syllable.nucleus, None))
        if with_y:
            return with_y
    return _OPEN_SPELLING.get(shape) or _CODA_SPELLING[shape[:2]]


_WITH_Y: dict[tuple[str, str | None], str] = {
    ("iê", "w"): "yêu",
    ("iê", ""): "ya",
    ("i", "w"): "yu",
    ("iê", None): "yê",
    ("i", None): "y",
}


def _written_onset(syllable: Syllable, vowels: str) -> str:
    front = vowels[0] in "eêiy"
    if syllable.onset == "c" and front:
        return "k"
    if syllable.onset in {"g", "ng"} and front:
        return syllable.onset + "h"
    return syllable.onset


def _mark_position(vowels: str, syllable: Syllable, *, modern: bool) -> int:
    """Index in `vowels` of the letter that carries the tone mark."""
    for letter in ("ơ", "ê", "ô", "â", "ă", "ư"):  # a letter with a diacritic takes it, the second one of ươ
        if letter in vowels:
            return vowels.index(letter)
    if len(vowels) == 1:
        return 0
    if vowels == "oo" or syllable.coda not in {"", "j", "w"}:
        return len(vowels) - 1
    if len(vowels) == 3:
        return 1
    return 1 if modern and vowels in {"oa", "oe", "uy"} else 0


def _with_mark(vowels: str, position: int, tone: Tone) -> str:
    if tone is Tone.NGANG:
        return vowels
    return unicodedata.normalize("NFC", vowels[: position + 1] + _MARK_OF[tone] + vowels[position + 1 :])
