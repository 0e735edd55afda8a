"""What no rule has claimed: ordinary words, single letters, foreign words, and the signs between. Nothing gets past this."""

import re
from collections.abc import Iterator

from reading.rules.line import MASKS, Line, Part
from reading.rules.signs import SIGN_NAMES, sign, unreadable
from reading.script import FlagCode
from reading.syllables import has_vietnamese_letters, is_syllable

_LETTER = r"[^\W\d_\u00b2\u00b3\u00b9\u00bc-\u00be\u2070-\u209f\u2150-\u218f\u2460-\u24ff\u2776-\u2793]"
_PIECE = re.compile(rf"{_LETTER}+(?:['’ʼ]{_LETTER}+)*['’]?|\s+|\.{{2,}}|.", re.DOTALL)
_HIGHLAND = re.compile(
    r"(?:bl|br|kl|kr|pl|pr|hr|ml|mn|ks|kp|kb|kd|rm|rl|rh|hl|kn|hm|nj|by)[aeiouy]{1,2}(?:n|ng|m|nh|k|l|r|h|p|t|c)?"
)
"""Names of the highlands in plain letters: Blang, Ksor, Rmah, Krong."""
_VOWELS = frozenset("aàáảãạăằắẳẵặâầấẩẫậeèéẻẽẹêềếểễệiìíỉĩịoòóỏõọôồốổỗộơờớởỡợuùúủũụưừứửữựyỳýỷỹỵ")
_HIGHLAND_LETTERS = {"h": "hờ", "k": "cờ", "m": "mờ", "b": "bờ", "r": "rờ", "đ": "đờ"}
_NAME_BEFORE = re.compile(r"(?:^|\s)[^\W\d_a-zđ][^\W\d_]+\s$")
_NO_LATIN = "Chữ không thuộc bảng chữ cái Latinh."


def leftovers(line: Line) -> Iterator[Part]:
    """A part for every character outside the claims, except spaces."""
    for region in re.finditer(rf"[^{MASKS}]+", line.open):
        for piece in _PIECE.finditer(line.open, region.start(), region.end()):
            written = piece[0]
            if written.isspace():
                continue
            yield _word(piece, line) if written[0].isalpha() else sign(piece, line)


def _word(piece: "re.Match[str]", line: Line) -> Part:
    start, end, written = piece.start(), piece.end(), piece[0]
    if len(written) == 1:
        return _letter(start, end, written, line)
    if is_syllable(written):
        doubtful = (
            written.isupper()
            and len(written) < 5
            and not line.capitals
            and line.lexicon.entries(written)
            and not _NAME_BEFORE.search(line.text[max(0, start - 20) : start])
        )
        plain = Part(start, end, _lowered(written), 1.0, rule="word")
        return _word_or_abbreviation(start, end, written, line) if doubtful else plain
    bare = re.sub("['’ʼ]", "", written)
    if not (_latin(bare) and bare.isalpha()):
        reason = f"“{written}” không viết bằng chữ Việt: không đọc được."
        return unreadable(start, end, FlagCode.FOREIGN_SCRIPT, _NO_LATIN, reason)
    if bare != written:
        return _apostrophe(start, end, written, line)
    if written[0].isupper() and (has_vietnamese_letters(written) or _HIGHLAND.fullmatch(written.lower())):
        return Part(start, end, _lowered(written), 0.75, rule="name")
    return _foreign(start, end, written, bare, line)


def _word_or_abbreviation(start: int, end: int, written: str, line: Line) -> Part:
    """CA, TU, DO: a syllable in capitals that the dictionary knows, but not in this company."""
    readings = dict.fromkeys(entry.row.spoken for entry in line.lexicon.entries(written))
    choices = (*((spoken, "từ điển") for spoken in readings), (written.lower(), "đọc như một từ"))
    reason = f"“{written}” có thể là chữ viết tắt hoặc một từ viết hoa: hãy chọn."
    return Part(start, end, next(iter(readings)), 0.5, "", FlagCode.AMBIGUOUS, reason, choices, "word in capitals")


def _lowered(written: str) -> str:
    """A word in capitals is said as a word: in small letters."""
    return written.lower() if len(written) > 1 and written.isupper() else written


def _letter(start: int, end: int, written: str, line: Line) -> Part:
    if is_syllable(written) and written.lower() in _VOWELS:
        return Part(start, end, written, 1.0, rule="word")
    if written in SIGN_NAMES:
        return Part(start, end, SIGN_NAMES[written], 0.8, rule="sign")
    if _latin(written):
        name = line.dialect.letter(written)
        if written.islower() and line.text[start - 1 : start].isdecimal():
            reason = f"“{written}” ngay sau con số có thể là đơn vị viết tắt: hãy chọn hoặc sửa."
            return Part(
                start, end, name, 0.5, "", FlagCode.UNKNOWN_ABBREVIATION, reason, ((name, "chữ cái"),), "letter"
            )
        return Part(start, end, name, 0.9, rule="letter")
    reason = f"“{written}” không viết bằng chữ Việt: không đọc được."
    return unreadable(start, end, FlagCode.FOREIGN_SCRIPT, _NO_LATIN, reason)


def _apostrophe(start: int, end: int, written: str, line: Line) -> Part:
    """H'Hen, K'Ho, H'Mông: names of the highlands; the letter before the apostrophe is said by itself."""
    pieces = [piece for piece in re.split(r"['’ʼ]", written) if piece]
    if len(pieces) == 1 and is_syllable(pieces[0]):
        return Part(start, end, _lowered(pieces[0]), 0.95, rule="word")
    if len(pieces[0]) == 1:
        said = " ".join([_HIGHLAND_LETTERS.get(pieces[0].lower(), pieces[0]), *pieces[1:]])
        return Part(start, end, said, 0.75, rule="name")
    return _foreign(start, end, written, "".join(pieces), line)


def _foreign(start: int, end: int, written: str, bare: str, line: Line) -> Part:
    """A word of no known language: kept as written where it has a vowel, else spelled; flagged either way."""
    if len(bare) > 30 or not any(letter in _VOWELS for letter in bare.lower()):
        spoken = line.dialect.spell(bare[:40])
        reason = f"“{written[:40]}” không đọc thành tiếng được: đang đọc từng chữ cái."
        choices = ((spoken, "đọc từng chữ cái"), ("", "không đọc"))
        return Part(start, end, spoken, 0.3, "", FlagCode.BROKEN_TEXT, reason, choices, "spelled")
    spoken = bare.lower() if sum(map(str.isupper, bare)) > 1 else bare
    reason = f"“{written}” không phải tiếng Việt và chưa có trong từ điển: hãy nghe thử."
    choices = ((spoken, "giữ như viết"), (line.dialect.spell(bare), "đọc từng chữ cái"))
    return Part(start, end, spoken, 0.4, "", FlagCode.FOREIGN_WORD, reason, choices, "foreign word")


def _latin(word: str) -> bool:
    return all(ord(character) < 0x250 or 0x1E00 <= ord(character) < 0x1F00 for character in word if character.isalpha())
