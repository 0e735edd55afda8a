"""Web and mail addresses: said part by part, and flagged, for over a loudspeaker they are hard to catch."""

import re
from collections.abc import Iterator

from reading.numbers import code_number, digit_by_digit
from reading.rules.line import Line, Part, Rule
from reading.script import FlagCode
from reading.syllables import is_syllable

_KNOWN = {
    "www": "vê kép vê kép vê kép", "http": "hát tê tê pê", "https": "hát tê tê pê ét", "com": "com", "vn": "vê nờ",
    "gov": "gốp", "org": "o rờ gờ", "net": "nét", "edu": "e đu",
    "gmail": "gờ meo", "email": "i meo", "mail": "meo", "yahoo": "da hu", "facebook": "phây búc", "zalo": "da lô",
    "youtube": "diu túp", "info": "in phô",
    "dichvucong": "dịch vụ công", "ubnd": "u bê nờ dê", "me": "mi", "tv": "ti vi", "fb": "phây búc", "app": "áp",
    "html": "hát tê mờ lờ", "php": "pê hát pê", "asp": "a ét pê", "io": "i o",
    "chinhphu": "chính phủ", "congan": "công an", "bhxh": "bê hát ích hát", "baohiemxahoi": "bảo hiểm xã hội",
    "vssid": "vê ét ét i dê", "vneid": "vê nờ e i dê",
}  # fmt: skip
_SIGNS = {
    ".": "chấm", "/": "trên", "@": "a còng", "-": "gạch ngang", "_": "gạch dưới", ":": "hai chấm", "?": "chấm hỏi",
    "=": "bằng", "&": "và", "#": "thăng", "%": "phần trăm", "+": "cộng", "~": "ngã",
}  # fmt: skip
_REASON = "Địa chỉ mạng khó nghe qua loa: nên nghe thử, hoặc thay bằng lời chỉ dẫn."


def _address(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    written = match[0].rstrip(".,;:!?")
    shown = re.sub(r"^https?://", "", written)
    spoken = " ".join(_pieces(shown, line))
    choices = ((spoken, "đọc từng phần"), ("", "không đọc"))
    end = match.start() + len(written)
    yield Part(match.start(), end, spoken, 0.5, flag=FlagCode.ADDRESS, reason=_REASON, choices=choices)


def _pieces(written: str, line: Line) -> Iterator[str]:
    for piece in re.findall(r"[^\W\d_]+|\d+|.", written):
        lower = piece.lower()
        if lower in _KNOWN:
            yield _KNOWN[lower]
        elif piece.isdecimal():
            yield code_number(piece, line.dialect) if len(piece) < 4 else digit_by_digit(piece)
        elif piece.isalpha():
            yield (
                lower
                if is_syllable(lower) or len(lower) > 4 or re.search(r"[aeiouy]", lower[1:])
                else line.dialect.spell(lower)
            )
        elif piece in _SIGNS:
            yield _SIGNS[piece]


def _handle(match: "re.Match[str]", _line: Line) -> Iterator[Part]:
    sign = "thăng" if match[0][0] == "#" else "a còng"
    yield Part(match.start(), match.start() + 1, sign, 0.6)


_TOP = r"(?:vn|com|net|org|info|gov|edu|me|io|tv|asia|app|online|site|xyz)"
RULES = (
    Rule(
        "mail address",
        re.compile(r"(?<![\w.])[A-Za-z0-9][\w.+-]{0,63}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,5}"),
        _address,
    ),
    Rule("web address", re.compile(r"(?<!\w)(?:https?://|www\.)[^\s<>\"”“)\],;]{3,200}"), _address),
    Rule(
        "web address",
        re.compile(
            rf"(?<![\w.@/-])[A-Za-z0-9][A-Za-z0-9-]{{1,62}}(?:\.[A-Za-z0-9-]{{1,62}}){{0,4}}\.{_TOP}(?:/[A-Za-z0-9._/~%?=&#-]*)?(?![\w@])"
        ),
        _address,
    ),
    Rule("hashtag", re.compile(r"(?<!\w)[#@](?=[^\W\d_])"), _handle),
)
