"""Short forms whose company tells what they are: "đ/c", and a lone capital with a dot before a name."""

import re
from collections.abc import Iterator

from reading.lexicon.provinces import PROVINCES
from reading.rules.line import CONTEXT, Line, Part, Rule, whole
from reading.script import FlagCode
from reading.syllables import is_syllable

_PLACE_WORD = (
    r"(?:thôn|xóm|bản|ấp|tổ|tổ dân phố|tdp|khu|kp|khối|số|số nhà|ngõ|ngách|hẻm|đường|phố|xã|phường|huyện|thị trấn|thị xã|"
    r"thành phố|tp|tỉnh|quốc lộ|ql|km|tầng|phòng|nhà|lô|trụ sở|tòa nhà|làng|buôn|cụm|kdc|kcn|trường|chợ|ngã|thửa|[pqhxđ]\.)"
)
_SURNAMES_WRITTEN = (
    "Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Nông Bế Đàm Triệu Vương Lục Mã Ma Chu Đinh Lương "
    "Hứa Đoàn Trịnh Đào Lò Giàng Vàng Thào Sùng Trương Tô Phùng Mai Tạ Lâm Quách Vi Lã Chẩm Mông Sầm Thang Hầu Linh Tống Thẩm "
    "Lầu Cư Vừ Sòng Hạng Tráng Chảo Tẩn Phàn Bàn Lường Quàng Cầm Hà"
)
_SURNAMES = frozenset(_SURNAMES_WRITTEN.split())
_NAME = r"[A-ZĐÀ-Ỹ][a-zà-ỹđ]{0,6}"
_PERSON_BEFORE = re.compile(
    r"(?i:ông|bà|anh|chị|em|cháu|cụ|cô|chú|bác|thầy|bạn|đối tượng|nạn nhân|bị can|bị cáo|bệnh nhân|học sinh)\s*$"
)
_PLACE_BEFORE = re.compile(
    r"(?:^|[,;(:–-]|(?i:tại|ở|thuộc|của|trên|địa bàn|về|đến|tới|từ|và|qua|vào|quanh|số nhà|số \d+\w?(?:/\d+)*|\d|dân|ubnd|hđnd|"
    r"đảng ủy|công an|cử tri|nhân dân|trạm y tế|chợ|dọc|ngã tư|góc|tuyến|mặt))\s*$"
)
_UNITS = {"Đ": "đường", "P": "phường", "Q": "quận", "H": "huyện", "X": "xã", "T": "tỉnh"}
_TITLES = {
    "P": re.compile(r"(?:chủ|giám|bí|trưởng|hiệu|chánh|viện|tổng|ban|khoa)\b"),
    "Q": re.compile(r"(?:chủ|giám|trưởng|hiệu|bí|chánh|viện)\b"),
}


def _comrade(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    """Đ/c: đồng chí before a person and behind a number, địa chỉ before a place."""
    if re.search(r"\d\s?$", line.text[max(0, match.start() - CONTEXT) : match.start()]):
        yield Part(match.start("k"), match.end("k"), "đồng chí")
        return
    following = line.text[match.end() : match.end() + CONTEXT].lstrip()
    person = re.match(rf"(?:(?i:ông|bà)\s)?({_NAME})\s{_NAME}", following)
    named = person is not None and person[1] in _SURNAMES
    place = re.match(rf"(?i:{_PLACE_WORD})\s?(?=[A-ZĐÀ-Ỹ\d]|(?i:số|dân phố|phố|tái|công)\b)", following)
    colon = match["colon"] is not None
    apart = colon or not re.search(r"\w\s*$", line.text[: match.start()])
    if place and apart and not re.match(r"(?i:trưởng|phó)\b", following):
        yield Part(match.start("k"), match.end("k"), "địa chỉ")
    elif not colon or named or re.match(r"(?i:bí thư|chủ tịch|phó|trưởng|giám đốc|ủy viên|đại diện)\b", following):
        yield Part(match.start("k"), match.end("k"), "đồng chí")
    elif re.match(r"[^,;]{2,30},\s*(?i:thôn|xóm|bản|tổ|xã|phường|huyện|thị trấn|thành phố|tp|tỉnh)\b", following):
        yield Part(match.start("k"), match.end("k"), "địa chỉ", 0.9)
    else:
        reason = "“đ/c” có thể là đồng chí hoặc địa chỉ: hãy chọn."
        choices = (("đồng chí", "người"), ("địa chỉ", "nơi"))
        yield Part(
            match.start("k"), match.end("k"), "đồng chí", 0.6, flag=FlagCode.AMBIGUOUS, reason=reason, choices=choices
        )


def _unit_of_land(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    """Đ. Lê Lợi, P. Hợp Giang, Q.1, H. Bảo Lạc, X. Cốc Pàng, T. Cao Bằng: sure where the company says so, else flagged."""
    letter, name = match["l"], match["name"]
    before = line.text[max(0, match.start() - CONTEXT) : match.start()]
    if (letter in _TITLES and _TITLES[letter].match(name.lower())) or not (name.isdecimal() or is_syllable(name)):
        return
    if name.isdecimal() and (letter not in "PQ" or (letter == "P" and not re.search(r"\bQ\.|[Qq]uận", line.text))):
        return
    if _PERSON_BEFORE.search(before) or re.search(rf"{_NAME}\s+{_NAME}\s+$", before):
        yield Part(match.start("l"), match.end("dot"), line.dialect.letter(letter), 0.9)
        return
    said = _UNITS[letter]
    spot = match.start("l"), match.end("dot")
    after = line.text[match.end() : match.end() + CONTEXT]
    listed = re.match(
        rf"(?:\s{_NAME}){{0,3}}\s?[,;–-]\s?(?:[ĐPQHXT]\.|(?i:xã|phường|quận|huyện|thị|tỉnh|thành|tp)\b)", after
    )
    if name[0].isdigit():
        sure = letter in "PQ"
    elif letter == "T":
        sure = any(line.text.startswith(province, match.start("name")) for province in PROVINCES)
    elif letter == "Đ":
        sure = bool(listed or (before.strip() and _PLACE_BEFORE.search(before)))
    else:
        sure = bool(listed or _PLACE_BEFORE.search(before))
    if sure:
        yield Part(*spot, said, 0.95)
        return
    reason = f"“{letter}.” ở đây có thể là {said} hoặc tên viết tắt: hãy chọn."
    choices = ((said, "đơn vị hành chính, đường"), (line.dialect.letter(letter), "chữ cái"), ("", "không đọc"))
    yield Part(*spot, said, 0.6, flag=FlagCode.AMBIGUOUS, reason=reason, choices=choices)


def _mister(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    """B. Trần Thị Lan, Ô. Hoàng Văn Nam: before a whole name."""
    if match["l"] == "B" and not line.text[: match.start()].strip():
        reason = "“B.” có thể là bà hoặc mục B: hãy chọn."
        choices = (("bà", "người"), ("bê,", "mục"))
        yield whole(match, "bà", 0.6)._replace(flag=FlagCode.AMBIGUOUS, reason=reason, choices=choices)
        return
    yield whole(match, {"B": "bà", "Ô": "ông"}[match["l"]], 0.93)


RULES = (
    Rule("comrade or address", re.compile(r"(?<![^\W\d_])(?P<k>[ĐđDd]/[Cc])(?!\w)\.?(?P<colon>\s?:)?"), _comrade),
    Rule(
        "unit of land",
        re.compile(
            r"(?<![\w.])(?P<l>[ĐPQHXT])(?P<dot>\.)\s?(?P<name>\d{1,2}(?![\w/]|[.,]\d)|[A-ZĐÀ-Ỹ][a-zà-ỹđA-ZĐÀ-Ỹ]+)"
        ),
        _unit_of_land,
    ),
    Rule(
        "mister",
        re.compile(rf"(?<![\w.])(?P<l>[BÔ])\.(?=\s?(?:{'|'.join(sorted(_SURNAMES))})\s{_NAME}\s{_NAME})"),
        _mister,
    ),
)
