"""What no rule has claimed: ordinary words, single letters, punctuation, foreign words, signs. Nothing gets past this."""

import re
import unicodedata
from collections.abc import Iterator

from reading.rules.line import MASKS, Line, Part
from reading.script import FlagCode
from reading.syllables import has_vietnamese_letters, is_syllable

_LETTER = r"[^\W\d_\u00b2\u00b3\u00b9\u00bc-\u00be\u2070-\u209f\u2150-\u218f\u2460-\u24ff\u2776-\u2793]"
_PIECE = re.compile(rf"{_LETTER}+(?:['’ʼ]{_LETTER}+)*['’]?|\s+|\.{{2,}}|.", re.DOTALL)
_PAUSES = {
    ",": ",", ";": ",", ":": ":", ".": ".", "!": "!", "?": "?", "…": ",", "、": ",", "。": ".", "，": ",", "；": ",", "：": ":", "！": "!", "？": "?",
}  # fmt: skip
_PAUSE_SIGNS = frozenset("()[]{}|–—")
_SHOWN_ONLY = frozenset("\"'“”‘’«»„‟‹›`´*_•●○■□▪▫◦‣⁃·✓✔➢➤→⇒►▶★☆※†‡^~¬―‐‑­\\")
_NAMES = {
    "&": "và", "+": "cộng", "=": "bằng", "%": "phần trăm", "‰": "phần nghìn", "°": "độ", "º": "độ", "±": "cộng trừ", "×": "nhân", "÷": "chia", "≥": "lớn hơn hoặc bằng", "≤": "nhỏ hơn hoặc bằng",
    ">": "lớn hơn", "<": "nhỏ hơn", "≈": "xấp xỉ", "≠": "khác", "@": "a còng", "#": "thăng", "$": "đô la", "€": "ơ rô", "₫": "đồng", "§": "mục", "²": "bình phương", "³": "lập phương", "№": "số",
    "µ": "mi crô", "∞": "vô cùng", "√": "căn", "−": "trừ", "£": "bảng", "¥": "yên", "©": "bản quyền", "®": "", "™": "", "℃": "độ xê", "Ø": "phi", "Φ": "phi", "ϕ": "phi", "α": "an pha", "β": "bê ta",
}  # fmt: skip
_SHOWN = "Dấu chỉ để nhìn, không đọc."
_HIGHLAND = re.compile(r"(?:bl|br|kl|kr|pl|pr|hr|ml|mn|ks|kp|kb|kd|rm|rl|rh|hl|kn|hm|nj|by)[aeiouy]{1,2}(?:n|ng|m|nh|k|l|r|h|p|t|c)?")
"""Names of the highlands in plain letters: Blang, Ksor, Rmah, Krong."""
_VOWELS = frozenset("aăâeêioôơuưyàáảãạèéẻẽẹìíỉĩịòóỏõọùúủũụỳýỷỹỵ")


def leftovers(line: Line) -> Iterator[Part]:
    """A part for every character outside the claims, except spaces."""
    for region in re.finditer(rf"[^{MASKS}]+", line.open):
        for piece in _PIECE.finditer(line.open, region.start(), region.end()):
            written = piece[0]
            if written.isspace():
                continue
            if written[0].isalpha():
                yield _word(piece, line)
            else:
                yield _sign(piece, line)


def _word(piece: "re.Match[str]", line: Line) -> Part:
    start, end, written = piece.start(), piece.end(), piece[0]
    if is_syllable(written):
        if len(written) == 1 and written.lower() not in _VOWELS:
            return Part(start, end, line.dialect.letter(written), 0.9, rule="letter")
        return Part(start, end, _lowered(written, line), 1.0, rule="word")
    if len(written) == 1:
        return _letter(start, end, written, line)
    if not _latin(written) or not re.sub("['’ʼ]", "", written).isalpha():
        reason = f"“{written}” không viết bằng chữ Việt: không đọc được."
        return Part(
            start,
            end,
            "",
            0.0,
            "Chữ không thuộc bảng chữ cái Latinh.",
            FlagCode.FOREIGN_SCRIPT,
            reason,
            (("", "không đọc"),),
            "foreign script",
        )
    if "'" in written or "’" in written or "ʼ" in written:
        return _apostrophe(start, end, written, line)
    if written[0].isupper() and (has_vietnamese_letters(written) or _HIGHLAND.fullmatch(written.lower())):
        return Part(start, end, _lowered(written, line), 0.75, rule="name")
    return _foreign(start, end, written, line)


def _lowered(written: str, line: Line) -> str:
    """A word in capitals is said as a word: in small letters, with a capital where only it is set so."""
    if len(written) > 1 and written.isupper():
        return written.lower()
    return written


def _letter(start: int, end: int, written: str, line: Line) -> Part:
    if written in _NAMES:
        return Part(start, end, _NAMES[written], 0.8, rule="sign")
    if _latin(written):
        return Part(start, end, line.dialect.letter(written), 0.9, rule="letter")
    reason = f"“{written}” không viết bằng chữ Việt: không đọc được."
    return Part(
        start,
        end,
        "",
        0.0,
        "Chữ không thuộc bảng chữ cái Latinh.",
        FlagCode.FOREIGN_SCRIPT,
        reason,
        (("", "không đọc"),),
        "foreign script",
    )


def _apostrophe(start: int, end: int, written: str, line: Line) -> Part:
    """H'Hen, K'Ho, H'Mông: names of the highlands; the letter before the apostrophe is said by itself."""
    pieces = [piece for piece in re.split(r"['’ʼ]", written) if piece]
    if len(pieces) == 1 and is_syllable(pieces[0]):
        return Part(start, end, _lowered(pieces[0], line), 0.95, rule="word")
    if pieces and len(pieces[0]) == 1:
        said = " ".join(
            [
                {"h": "hờ", "k": "cờ", "m": "mờ", "b": "bờ", "r": "rờ", "đ": "đờ"}.get(pieces[0].lower(), pieces[0]),
                *pieces[1:],
            ]
        )
        return Part(start, end, said, 0.75, rule="name")
    return _foreign(start, end, written, line)


def _foreign(start: int, end: int, written: str, line: Line) -> Part:
    bare = re.sub(r"['’ʼ]", "", written)
    if len(bare) > 30 or not re.search("[aăâeêioôơuưyàáảãạèéẻẽẹìíỉĩịòóỏõọùúủũụỳýỷỹỵAEIOUY]", bare):
        spoken = line.dialect.spell(bare[:40])
        reason = f"“{written[:40]}” không đọc thành tiếng được: đang đọc từng chữ cái."
        return Part(
            start,
            end,
            spoken,
            0.3,
            "",
            FlagCode.BROKEN_TEXT,
            reason,
            ((spoken, "đọc từng chữ cái"), ("", "không đọc")),
            "spelled",
        )
    spoken = bare.lower() if sum(map(str.isupper, bare)) > 1 else bare
    reason = f"“{written}” không phải tiếng Việt và chưa có trong từ điển: hãy nghe thử."
    choices = ((spoken, "giữ như viết"), (line.dialect.spell(bare), "đọc từng chữ cái"))
    return Part(start, end, spoken, 0.4, "", FlagCode.FOREIGN_WORD, reason, choices, "foreign word")


def _sign(piece: "re.Match[str]", line: Line) -> Part:
    start, end, written = piece.start(), piece.end(), piece[0]
    if len(written) > 1:  # a row of dots
        return Part(start, end, ",", 0.9, rule="punctuation")
    if written in _PAUSES:
        return Part(start, end, _PAUSES[written], 1.0, rule="punctuation")
    if written in _PAUSE_SIGNS:
        return Part(start, end, ",", 1.0, rule="punctuation")
    if written in "-/":
        spaced = line.text[start - 1 : start].isspace() or line.text[end : end + 1].isspace() or not start
        if spaced or written == "/":
            return Part(start, end, ",", 0.9, rule="punctuation")
        return Part(start, end, "", 0.95, "Dấu nối giữa hai từ.", rule="hyphen")
    if written in _SHOWN_ONLY:
        return Part(start, end, "", 1.0, _SHOWN, rule="punctuation")
    if written in _NAMES:
        name = _NAMES[written]
        return Part(start, end, name, 0.8, "" if name else _SHOWN, rule="sign")
    category = unicodedata.category(written)
    if category in {"Mn", "Mc", "Me", "Cf"}:
        return Part(start, end, "", 0.5, "Dấu rời hoặc ký tự ẩn, không có tiếng.", rule="hidden character")
    if category[0] == "C":
        reason = "Ký tự hỏng, có thể do phông chữ cũ: hãy xem lại văn bản gốc."
        return Part(
            start, end, "", 0.0, "Ký tự không đọc được.", FlagCode.BROKEN_TEXT, reason, (("", "không đọc"),), "broken"
        )
    reason = f"Ký hiệu “{written}” chưa có cách đọc."
    return Part(
        start, end, "", 0.0, "Ký hiệu chưa có cách đọc.", FlagCode.UNREAD_SYMBOL, reason, (("", "không đọc"),), "sign"
    )


def _latin(word: str) -> bool:
    return all(ord(character) < 0x250 or 0x1E00 <= ord(character) < 0x1F00 for character in word if character.isalpha())
