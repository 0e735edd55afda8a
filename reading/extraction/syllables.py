"""Whether a word can be a Vietnamese syllable: the measure by which an unknown encoding is recognised."""

import re
import unicodedata
from functools import lru_cache

_ONSETS = "ngh|ng|nh|gh|gi|ch|kh|ph|qu|th|tr|b|c|d|đ|g|h|k|l|m|n|p|r|s|t|v|x|"
_OPEN = (
    "a|ai|ao|au|ay|âu|ây|e|eo|ê|êu|i|ia|iu|iêu|o|oa|oai|oay|oao|oe|oeo|oi|ô|ôi|ơ|ơi|u|ua|uê|ui|uy|uya|uyu|uơ|uây|uôi|"
    "ư|ưa|ưi|ưu|ươi|ươu|y|yêu|iê|uao|uai|uay|oong"
)
_NASAL = (
    "am|an|ang|anh|ăm|ăn|ăng|âm|ân|âng|em|en|eng|êm|ên|ênh|im|in|inh|iêm|iên|iêng|om|on|ong|oan|oang|oanh|oăn|oăng|oen|oăm|"
    "ôm|ôn|ông|ơm|ơn|um|un|ung|uân|uâng|uôm|uôn|uông|uyên|uynh|uênh|ưm|ưn|ưng|ươm|ươn|ương|yêm|yên|yêng|uang|uan|uanh|uen|uăn|uăng|uên|yn|ynh"
)
_STOPPED = (
    "ac|ach|ap|at|ăc|ăp|ăt|âc|âp|ât|ec|ep|et|êch|êp|êt|ich|ip|it|iêc|iêp|iêt|oc|op|ot|oac|oach|oat|oăc|oăt|oet|ooc|ôc|ôp|ôt|ơp|ơt|"
    "uc|up|ut|uât|uôc|uôp|uôt|uych|uyêt|uyt|uêch|ưc|ưt|ươc|ươp|ươt|yêt|uat|uac|uach|uet|uăc|uăt|uep|uit|uyp|yt"
)
_FREE = re.compile(rf"(?:{_ONSETS})(?:{_OPEN}|{_NASAL})")
_CHECKED = re.compile(rf"(?:{_ONSETS})(?:{_STOPPED})")
_TONES = {"\u0300", "\u0301", "\u0303", "\u0309", "\u0323"}
_ACUTE, _DOT = "\u0301", "\u0323"


@lru_cache(maxsize=20_000)
def is_syllable(word: str) -> bool:
    """Whether NFC `word` is a possible Vietnamese syllable, in any case, with at most one tone that its ending allows."""
    parts = unicodedata.normalize("NFD", word.lower())
    tones = [part for part in parts if part in _TONES]
    if len(tones) > 1:
        return False
    bare = unicodedata.normalize("NFC", "".join(part for part in parts if part not in _TONES))
    if _CHECKED.fullmatch(bare):
        return not tones or tones[0] in {_ACUTE, _DOT}
    return _FREE.fullmatch(bare) is not None


_WORD = re.compile(r"[^\s\d!-/:-@\[-`{-~–—…“”‘’]+")


def evidence(text: str) -> int:
    """How much `text` reads as Vietnamese: its accented words that are syllables, less twice those that cannot be."""
    total = 0
    for word in _WORD.findall(text):
        if not word.isascii():
            total += 1 if is_syllable(word) else -2
    return total
