"""Web and mail addresses: said part by part. Words without marks are said with them where they are known, else flagged."""

import re
from collections.abc import Iterator

from reading.lexicon.provinces import PROVINCES, without_marks
from reading.numbers import code_number, digit_by_digit
from reading.rules.line import Line, Part, Rule
from reading.script import FlagCode
from reading.syllables import is_syllable

_LETTERS_ONLY = {
    "www": "vê kép vê kép vê kép", "http": "hát tê tê pê", "https": "hát tê tê pê ét", "com": "com", "vn": "vê nờ",
    "gov": "gờ o vê", "org": "o rờ gờ", "net": "nét", "edu": "e đu", "gmail": "gờ meo", "email": "i meo", "mail": "meo",
    "yahoo": "da hu", "facebook": "phây búc", "zalo": "da lô", "youtube": "diu túp", "google": "gu gồ", "info": "in phô",
    "ubnd": "u bê nờ dê", "hdnd": "hát đê nờ dê", "me": "mi", "tv": "ti vi", "fb": "phây búc", "app": "áp", "html": "hát tê mờ lờ",
    "php": "pê hát pê", "asp": "a ét pê", "io": "i o", "bhxh": "bê hát ích hát", "vssid": "vê ét ét i dê", "dvc": "dê vê xê",
    "vneid": "vê nờ e i dê", "mttq": "mờ tê tê quy", "portal": "pót tồ", "web": "oép", "id": "i đê", "online": "on lai",
    "baohiemxahoi": "bảo hiểm xã hội", "evn": "e vê nờ", "npc": "nờ pê xê", "vnpt": "vê nờ pê tê", "viettel": "viết teo",
}  # fmt: skip
_WORDS_WRITTEN = (
    "dịch vụ công, chính phủ, công an, công an nhân dân, bảo hiểm xã hội, bảo hiểm, thuế điện tử, thuế, hóa đơn điện tử, quốc gia, "
    "văn bản, pháp luật, quốc hội, mặt trận, tin tức, thông tin, nông thôn mới, nông nghiệp, môi trường, tài nguyên, y tế, "
    "giáo dục, "
    "tư pháp, nội vụ, kinh tế, văn hóa, du lịch, tài chính, kế hoạch, đất đai, việc làm, tuyển sinh, phường, xã, tỉnh, huyện, "
    "thành phố, cổng, báo, đài truyền thanh, truyền thanh, chuyển đổi số, an toàn giao thông, phạt nguội, khiếu nại, tố cáo, "
    "phản ánh, kiến nghị, hành chính công, một cửa, đăng ký, tra cứu, hồ sơ, hướng dẫn, tổng đài, dân tộc, thanh niên, phụ nữ, "
    "nông dân, thống kê, ngân hàng, điện lực, bưu điện, nước sạch, hợp tác xã, xóa nhà tạm, bình dân học vụ số, "
    "công báo, nhân dân, "
    "lao động, tiền phong, tuổi trẻ, sức khỏe, sổ sức khỏe, tiêm chủng, thi đua, đảng, học tập, thông báo, bầu cử, tài liệu"
)
_VIETNAMESE = {without_marks(words): words for words in (*_WORDS_WRITTEN.split(", "), *PROVINCES)}
"""Parts written without marks whose words are beyond doubt."""
_LONGEST = max(map(len, _VIETNAMESE))
_SIGNS = {
    ".": "chấm", "/": "trên", "@": "a còng", "-": "gạch ngang", "_": "gạch dưới", ":": "hai chấm", "?": "chấm hỏi",
    "=": "bằng", "&": "và", "#": "thăng", "%": "phần trăm", "+": "cộng", "~": "ngã",
}  # fmt: skip
_REASON = "Phần “{}” trong địa chỉ mạng không dấu, lời đọc là đoán: hãy nghe thử, hoặc thay bằng lời chỉ dẫn."


def _address(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    """Flagged only where a part had to be guessed."""
    written = match[0].rstrip(".,;:!?")
    shown = re.sub(r"^https?://", "", written)
    pieces = list(_pieces(shown, line))
    spoken = " ".join(said for said, _ in pieces)
    guessed = [piece for _, piece in pieces if piece]
    end = match.start() + len(written)
    if not guessed and len(pieces) <= 15:
        yield Part(match.start(), end, spoken, 0.85)
        return
    choices = ((spoken, "đọc từng phần"), ("", "không đọc"))
    reason = _REASON.format(guessed[0] if guessed else shown)
    yield Part(match.start(), end, spoken, 0.5, flag=FlagCode.ADDRESS, reason=reason, choices=choices)


def _pieces(written: str, line: Line) -> Iterator[tuple[str, str]]:
    """What is said for each part, and the part itself where that is a guess."""
    for piece in re.findall(r"[^\W\d_]+|\d+|.", written):
        lower = piece.lower()
        if lower in _LETTERS_ONLY:
            yield _LETTERS_ONLY[lower], ""
        elif piece.isdecimal():
            yield (code_number(piece, line.dialect) if len(piece) < 4 else digit_by_digit(piece)), ""
        elif piece.isalpha():
            known = _words(lower)
            if known:
                yield known, ""
            elif not re.search(r"[aeiouy]", lower) and len(lower) <= 6:
                yield line.dialect.spell(lower), ""
            elif is_syllable(lower) or len(lower) > 4 or re.search(r"[aeiouy]", lower[1:]):
                yield lower, piece
            else:
                yield line.dialect.spell(lower), piece
        elif piece in _SIGNS:
            yield _SIGNS[piece], ""


def _words(letters: str) -> str:
    """Known Vietnamese words written together without marks, the longest first from the left; "" when a letter is left over."""
    said: list[str] = []
    start = 0
    while start < len(letters):
        for end in range(min(len(letters), start + _LONGEST), start + 1, -1):
            if letters[start:end] in _VIETNAMESE:
                said.append(_VIETNAMESE[letters[start:end]])
                start = end
                break
        else:
            return ""
    return " ".join(said).lower()


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
