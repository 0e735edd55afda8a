"""What a Vietnamese syllable looks like. Source: the orthography itself (onset, rime, tone), no word list."""

import re
import unicodedata
from functools import lru_cache

_ONSETS = ("ngh", "ch", "gh", "gi", "kh", "ng", "nh", "ph", "qu", "th", "tr", *"bcdđghklmnpqrstvx")
_RIMES_WRITTEN = (
    "a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây e ec em en eng eo ep et "
    "ê êch êm ên ênh êp êt êu i ia ich iêc iêm iên iêng iêp iêt iêu im in inh ip it iu o oa oac oach oai oam oan "
    "oang oanh oao oap oat oay oăc oăm oăn oăng oăt oe oen oeo oet oc oi om on ong ooc oong op ot ô ôc ôi ôm ôn ông "
    "ôp ôt ơ ơi ơm ơn ơp ơt u ua uân uâng uât uây uc uê uêch uênh ui um un ung uôc uôi uôm uôn uông uôt uơ up ut "
    "uy uya uych uyên uyêt uynh uyt uyu ư ưa ưc ưi ưm ưn ưng ươc ươi ươm ươn ương ươp ươt ươu ưt ưu y yêm yên "
    "yêng yêt yêu ôông uynh uâc uôp uyn ynh ych yt oem oep ôôc ơc ưp uyp êng ơng"
)
_RIMES = frozenset(_RIMES_WRITTEN.split())
_AFTER_QU_WRITTEN = (
    "a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc ân âng ât ây e en eo et ê êch ên ênh êt êu i "
    "ich in inh it iêt iên iêng ơ ơi ơn ơt ôc ôn ô y ych yên yêt ynh yt yp yêu ia ip uôc"
)
_AFTER_QU = frozenset(_AFTER_QU_WRITTEN.split())
_TONE_MARKS = {"\u0300": "huyền", "\u0301": "sắc", "\u0303": "ngã", "\u0309": "hỏi", "\u0323": "nặng"}
_STOPS = ("c", "ch", "p", "t")


@lru_cache(maxsize=50_000)
def is_syllable(word: str) -> bool:
    """Whether `word` (any case, NFC) is one well-formed Vietnamese syllable: a final p, t, c, ch asks for sắc or nặng."""
    if not word or len(word) > 8:
        return False
    toneless, tones = _split_tone(word.lower())
    if len(tones) > 1:
        return False
    for onset in (*_ONSETS, ""):
        if onset and not toneless.startswith(onset):
            continue
        rime = toneless[len(onset) :]
        if rime in (_AFTER_QU if onset == "qu" else _RIMES) or (onset == "gi" and not rime):
            return not rime.endswith(_STOPS) or tones in (["sắc"], ["nặng"])
    return False


def has_vietnamese_letters(word: str) -> bool:
    """Whether a letter of `word` exists in Vietnamese only among its neighbours: a tone mark, ă â đ ê ô ơ ư."""
    return any(ord(letter) > 127 for letter in word) and bool(_VIETNAMESE.search(word.lower()))


_VIETNAMESE = re.compile("[àáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđ]")


def _split_tone(word: str) -> tuple[str, list[str]]:
    letters: list[str] = []
    tones: list[str] = []
    for character in unicodedata.normalize("NFD", word):
        if character in _TONE_MARKS:
            tones.append(_TONE_MARKS[character])
        else:
            letters.append(character)
    return unicodedata.normalize("NFC", "".join(letters)), tones
