"""Signs and characters that are no words: pauses, what is only for the eye, what has a name, what nobody can read."""

import re
import unicodedata

from reading.rules.line import Line, Part
from reading.script import FlagCode

_PAUSES = {
    ",": ",", ";": ",", ":": ":", ".": ".", "!": "!", "?": "?", "…": ",", "、": ",", "。": ".", "，": ",", "；": ",",
    "：": ":", "！": "!", "？": "?",
}  # fmt: skip
_PAUSE_SIGNS = frozenset("()[]{}|–—")
_SHOWN_ONLY = frozenset("\"'“”‘’«»„‟‹›`´*_•●○■□▪▫◦‣⁃·✓✔➢➤→⇒►▶★☆※†‡^~¬―‐‑­\\")
SIGN_NAMES = {
    "&": "và", "+": "cộng", "=": "bằng", "%": "phần trăm", "‰": "phần nghìn", "°": "độ", "º": "độ", "±": "cộng trừ",
    "×": "nhân", "÷": "chia", "≥": "lớn hơn hoặc bằng", "≤": "nhỏ hơn hoặc bằng",
    ">": "lớn hơn", "<": "nhỏ hơn", "≈": "xấp xỉ", "≠": "khác", "@": "a còng", "#": "thăng", "$": "đô la", "€": "ơ rô",
    "₫": "đồng", "§": "mục", "²": "bình phương", "³": "lập phương", "№": "số",
    "µ": "mi cờ rô", "∞": "vô cùng", "√": "căn", "−": "trừ", "£": "bảng", "¥": "yên", "©": "bản quyền", "®": "", "™": "",
    "℃": "độ xê", "Ø": "phi", "Φ": "phi", "ϕ": "phi", "α": "an pha", "β": "bê ta",
}  # fmt: skip
_SHOWN = "Dấu chỉ để nhìn, không đọc."


def sign(piece: "re.Match[str]", line: Line) -> Part:
    """A part for one sign, or for a row of dots."""
    start, end, written = piece.start(), piece.end(), piece[0]
    if len(written) > 1:  # a row of dots
        return Part(start, end, ",", 0.9, rule="punctuation")
    if written in _PAUSES or written in _PAUSE_SIGNS:
        return Part(start, end, _PAUSES.get(written, ","), 1.0, rule="punctuation")
    if written in "-/":
        return _link(start, end, written, line)
    if written in _SHOWN_ONLY:
        return Part(start, end, "", 1.0, _SHOWN, rule="punctuation")
    if written in SIGN_NAMES:
        name = SIGN_NAMES[written]
        return Part(start, end, name, 0.8, "" if name else _SHOWN, rule="sign")
    return _nameless(start, end, written)


def unreadable(start: int, end: int, code: FlagCode, skipped: str, reason: str) -> Part:
    """A part that is not spoken, and flagged."""
    return Part(start, end, "", 0.0, skipped, code, reason, (("", "không đọc"),), "unreadable")


def _link(start: int, end: int, written: str, line: Line) -> Part:
    """A hyphen or slash between words: a pause where it stands apart, nothing where it joins."""
    spaced = line.text[start - 1 : start].isspace() or line.text[end : end + 1].isspace() or not start
    if spaced or written == "/":
        return Part(start, end, ",", 0.9, rule="punctuation")
    return Part(start, end, "", 0.95, "Dấu nối giữa hai từ.", rule="hyphen")


def _nameless(start: int, end: int, written: str) -> Part:
    category = unicodedata.category(written)
    if category in {"Mn", "Mc", "Me", "Cf"}:
        return Part(start, end, "", 0.5, "Dấu rời hoặc ký tự ẩn, không có tiếng.", rule="hidden character")
    if category[0] == "C":
        reason = "Ký tự hỏng, có thể do phông chữ cũ: hãy xem lại văn bản gốc."
        return unreadable(start, end, FlagCode.BROKEN_TEXT, "Ký tự không đọc được.", reason)
    reason = f"Ký hiệu “{written}” chưa có cách đọc."
    return unreadable(start, end, FlagCode.UNREAD_SYMBOL, "Ký hiệu chưa có cách đọc.", reason)
