"""A reading for every word that is no Vietnamese syllable: names of minorities, loans, brands, bare letters.

Approximate on purpose and never silent: a villager understands "xờ lưn" for Slưn and "cờ rông" for Krông, not a gap.
"""

import re
import unicodedata
from functools import cache
from importlib import resources

from voices.kokoro.syllable import Syllable, Tone, parse

_LETTERS = {
    "a": "a", "ă": "á", "â": "ớ", "b": "bê", "c": "xê", "d": "dê", "đ": "đê", "e": "e", "ê": "ê", "f": "ép", "g": "giê", "h": "hát",
    "i": "i", "j": "di", "k": "ca", "l": "lờ", "m": "mờ", "n": "nờ", "o": "o", "ô": "ô", "ơ": "ơ", "p": "pê", "q": "quy", "r": "rờ",
    "s": "ét", "t": "tê", "u": "u", "ư": "ư", "v": "vê", "w": "vê kép", "x": "ích", "y": "y", "z": "dét",
    "0": "không", "1": "một", "2": "hai", "3": "ba", "4": "bốn", "5": "năm", "6": "sáu", "7": "bảy", "8": "tám", "9": "chín",
}  # fmt: skip
_LEADERS = {
    "sl": "x", "hm": "m", "hl": "l", "dj": "d", "dz": "d", "ts": "x", "sh": "s", "ck": "c", "gh": "g", "ph": "ph",
    "hn": "n", "hr": "r", "ll": "l", "ss": "x", "pp": "p", "tt": "t", "cc": "c", "kk": "c", "nn": "n", "mm": "m",
    "ff": "ph", "zz": "d", "rr": "r", "bb": "b", "dd": "đ", "gg": "g", "ngh": "ng",
}  # fmt: skip
"""Clusters heard as one Vietnamese onset: Slưn (Tày ɬ), Hmông, Djamrăng …"""
_ONSET_OF = {"f": "ph", "j": "gi", "w": "v", "z": "d", "k": "c", "q": "c"}
_ONSETS = frozenset({
    "b", "c", "d", "đ", "g", "h", "l", "m", "n", "p", "r", "s", "t", "v", "x",
    "ch", "gi", "gh", "kh", "ng", "nh", "ph", "qu", "th", "tr",
})  # fmt: skip
_CODA_OF = {
    "p": "p", "b": "p", "f": "p", "v": "p", "t": "t", "d": "t", "đ": "t", "s": "t", "x": "t", "z": "t", "c": "c", "k": "c",
    "g": "c", "q": "c", "m": "m", "n": "n", "l": "n", "ng": "ng", "nh": "nh", "ch": "ch", "hn": "n", "th": "t", "ck": "c",
    "r": "", "h": "", "j": "", "w": "",
}  # fmt: skip
_VOWELS = "aăâeêioôơuưy"
_DIPHTHONGS = {"ei": "ây", "ey": "ây", "ee": "i", "ou": "u"}
_GLIDING_J = re.compile(r"(?<=[bchklmnpt])j(?=[aeêo])")
"""Old spelling of Tày and Nùng names: Phja Đén is Phia Đén."""
_GROUPS = re.compile(f"[{_VOWELS}]+|[^{_VOWELS}]+")
_LONGEST_SPELLED = 6


def readings(word: str) -> list[Syllable]:
    """The syllables a word is read as; empty only where it has neither a Latin letter nor a digit."""
    direct = parse(word)
    if direct is not None:
        return [direct]
    folded = _fold(word)
    if not folded:
        return []
    spoken = _loanwords().get(folded)
    if spoken is None and (
        len(folded) == 1 or not _has_vowel(folded) or (word.isupper() and len(folded) <= _LONGEST_SPELLED)
    ):
        spoken = " ".join(_LETTERS[_unmarked(char)] for char in folded if _unmarked(char) in _LETTERS)
    if spoken is not None:
        return [syllable for part in spoken.split() if (syllable := parse(part))]
    return _syllabify(folded)


@cache
def _loanwords() -> dict[str, str]:
    table = (resources.files("voices.kokoro") / "data" / "loanwords.tsv").read_text("utf-8")
    rows = (line.split("\t") for line in table.splitlines() if line and not line.startswith("#"))
    return {row[0]: row[1] for row in rows}


def _fold(word: str) -> str:
    """Lower case NFC; letters with marks that Vietnamese does not have lose them (é stays, ö becomes o)."""
    kept = []
    for char in unicodedata.normalize("NFC", word.casefold()):
        bare = _unmarked(char)
        if bare in _LETTERS:
            kept.append(char)
        else:
            plain = unicodedata.normalize("NFKD", char)[:1]
            kept.append(plain if plain in _LETTERS else "")
    return _GLIDING_J.sub("i", "".join(kept))


def _unmarked(char: str) -> str:
    """A letter without its tone mark."""
    marks = "\u0300\u0301\u0303\u0309\u0323"
    return unicodedata.normalize("NFC", "".join(c for c in unicodedata.normalize("NFD", char) if c not in marks))


def _tone(letters: str) -> str:
    return next((c for c in unicodedata.normalize("NFD", letters) if c in "\u0300\u0301\u0303\u0309\u0323"), "")


def _has_vowel(folded: str) -> bool:
    return any(_unmarked(char) in _VOWELS for char in folded)


def _syllabify(folded: str) -> list[Syllable]:
    """Vowel groups become rimes; the consonants between are shared out as coda, loose "ơ" syllables and onset."""
    bare = "".join(_unmarked(char) for char in folded)
    groups = [(match.group(), folded[match.start() : match.end()]) for match in _GROUPS.finditer(bare)]
    found: list[Syllable] = []
    onset = ""
    for index, (group, written) in enumerate(groups):
        if group[0] not in _VOWELS:
            if index == 0:
                loose, onset = _split_onset(group)
                found += _loose(loose)
            elif index == len(groups) - 1:
                found += _loose(group[_coda_length(group, final=True) :])
            continue
        after = groups[index + 1][0] if index + 1 < len(groups) else ""
        coda, loose, following = _share(after, final=index + 2 >= len(groups))
        found += _vowels(onset, group, coda, _tone(written))
        if index + 2 < len(groups):
            found += _loose(loose)
        onset = following
    return found


def _share(cluster: str, *, final: bool) -> tuple[str, str, str]:
    """A consonant cluster after a vowel as (coda, loose consonants, onset of the next vowel)."""
    if not cluster or (not final and len(cluster) == 1):
        return "", "", _split_onset(cluster)[1] if cluster else ""
    if final:
        length = _coda_length(cluster, final=True)
        return _CODA_OF.get(cluster[:length], ""), "", ""
    loose, onset = _split_onset(cluster)
    length = _coda_length(loose, final=False)
    return _CODA_OF.get(loose[:length], ""), loose[length:], onset


def _coda_length(cluster: str, *, final: bool) -> int:
    if cluster[:2] in _CODA_OF:
        return 2
    if not final and not cluster:
        return 0
    return 2 if len(cluster) > 1 and cluster[0] == cluster[1] else 1


def _split_onset(cluster: str) -> tuple[str, str]:
    """(what stands before, the Vietnamese onset at the end)."""
    for size in (3, 2):
        tail = cluster[-size:]
        if len(tail) == size and (tail in _LEADERS or tail in _ONSETS):
            return cluster[:-size], _LEADERS.get(tail, tail)
    tail = _ONSET_OF.get(cluster[-1:], cluster[-1:])
    return cluster[:-1], tail if tail in _ONSETS else ""


def _loose(consonants: str) -> list[Syllable]:
    """Each left-over consonant with the vowel it is called by: k -> "cờ"."""
    parts = (parse(_ONSET_OF.get(c, c) + "ờ") for c in consonants)
    return [syllable for syllable in parts if syllable]


def _vowels(onset: str, group: str, coda: str, tone: str) -> list[Syllable]:
    """A vowel group as one syllable, or as two and more where it is no Vietnamese rime (Kae -> "ca e")."""
    group = _DIPHTHONGS.get(group, group)
    for size in range(len(group), 0, -1):
        head, rest = group[:size], group[size:]
        syllable = parse(onset + head + ("" if rest else coda))
        if syllable is None:
            continue
        own = "" if rest else tone
        marked = (
            parse(unicodedata.normalize("NFC", onset + head[0] + own + head[1:] + ("" if rest else coda))) or syllable
        )
        if marked.stopped and marked.tone not in {Tone.SAC, Tone.NANG}:
            lower = marked.tone is Tone.HUYEN
            marked = Syllable(marked.onset, marked.glide, marked.nucleus, marked.coda, Tone.NANG if lower else Tone.SAC)
        return [marked, *(_vowels("", rest, coda, tone) if rest else [])]
    return []
