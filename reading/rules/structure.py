"""What the layout of a document writes: bullets, numbers of items, signature words, "Lưu: VT"."""

import re
from collections.abc import Iterator

from reading.numbers import cardinal
from reading.rules.line import Line, Part, Rule, whole

_BULLET = "Dấu đầu dòng, chỉ để nhìn."
_SIGNATURE = {
    "KT": "ký thay", "TM": "thay mặt", "T/M": "thay mặt", "TL": "thừa lệnh", "TUQ": "thừa ủy quyền", "T/L": "thừa lệnh",
    "K/T": "ký thay", "Q": "quyền", "PP": "thay mặt",
    "T.M": "thay mặt", "K.T": "ký thay", "T.L": "thừa lệnh", "KT/": "ký thay",
}  # fmt: skip
_OFFICE_SIGNS = {
    "VT": "văn thư", "VP": "văn phòng", "HS": "hồ sơ", "TH": "tổng hợp", "KT": "kinh tế", "VX": "văn xã",
    "NC": "nội chính", "TCHC": "tổ chức hành chính", "TTr": "thanh tra", "CVP": "chánh văn phòng",
    "PCVP": "phó chánh văn phòng", "KTTH": "kinh tế tổng hợp", "VTLT": "văn thư lưu trữ", "LT": "lưu trữ",
    "TĐKT": "thi đua khen thưởng", "NN": "nông nghiệp", "CV": "chuyên viên", "TCKH": "tài chính kế hoạch",
    "VHXH": "văn hóa xã hội", "KTHT": "kinh tế hạ tầng", "TP": "tư pháp", "NV": "nội vụ", "ĐC": "địa chính",
    "BTG": "ban tuyên giáo", "PVHCC": "phục vụ hành chính công", "KGVX": "khoa giáo văn xã",
}  # fmt: skip


def _bullet(match: "re.Match[str]", _line: Line) -> Iterator[Part]:
    yield Part(match.start("b"), match.end("b"), "", 1.0, _BULLET)


def _numbered(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    parts = re.findall(r"\d+", match["n"])
    said = " chấm ".join(cardinal(int(part), line.dialect) for part in parts)
    yield Part(match.start("n"), match.end("n"), f"{said},", 0.93)


def _lettered(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    yield Part(match.start("n"), match.end("n"), f"{line.dialect.letter(match['l'])},", 0.93)


def _signature(match: "re.Match[str]", _line: Line) -> Iterator[Part]:
    yield Part(match.start("s"), match.end("s"), _SIGNATURE.get(match["k"].upper(), "thay mặt"), 0.97)


def _archive(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    """Everything behind "Lưu:" is a list of office signs."""
    offset = match.start("l")
    for piece in re.finditer(r"\(?\d{1,2}\s?b?\)?|[A-ZĐa-z]+[\w]*", match["l"]):
        start, end = offset + piece.start(), offset + piece.end()
        written = piece[0]
        if written in _OFFICE_SIGNS:
            yield Part(start, end, _OFFICE_SIGNS[written], 0.95)
        elif written.isupper() and written.isalpha() and not line.lexicon.entries(written):
            yield Part(start, end, line.dialect.spell(written), 0.8)


def _copies(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    yield whole(match, f"{line.cardinal(match['n'])} bản", 0.9)


_AT_LINE_START = r"^\s*"
RULES = (
    Rule(
        "bullet",
        re.compile(
            rf"{_AT_LINE_START}(?P<b>[-–—•●○■□▪▫◦‣⁃*+»>✓✔➢➤→·](?=\s+[^\s\d])|[-–—•●○■□▪▫◦‣⁃*+»✓✔➢➤→·](?=\s)|"
            rf"[-–—•●○■□▪▫◦‣⁃✓✔➢➤→·](?=[^\W\d])|[•●○■□▪▫◦✓✔➢➤·](?=\d)|\+(?=[^\W\d]))"
        ),
        _bullet,
    ),
    Rule(
        "item number",
        re.compile(
            rf"{_AT_LINE_START}(?P<n>\(?\d{{1,2}}(?:\.\d{{1,2}}){{0,3}}(?:\s?[.)](?!\d)|\s?/(?!\s*\d)|\.\)|\)))(?=\s*[^\W\d]|\s)"
        ),
        _numbered,
        "digit",
    ),
    Rule(
        "item letter",
        re.compile(rf"{_AT_LINE_START}(?P<n>\(?(?P<l>[a-zđA-GĐ](?=\s?\))|[a-gđA-GĐ](?=\s?\.\s))\s?[).])(?=\s*\S)"),
        _lettered,
    ),
    Rule(
        "signature",
        re.compile(
            rf"{_AT_LINE_START}(?P<s>(?P<k>(?i:KT|TM|T/M|TL|T/L|K/T|TUQ|T\.M|K\.T))(?:\s?[./](?!\w)|"
            rf"(?=\s)))(?=\s*(?-i:[A-ZĐỦƯỒÔÂ]{{2}}))"
        ),
        _signature,
    ),
    Rule(
        "signature",
        re.compile(
            r"(?<!\w)(?P<s>(?P<k>KT|TM|T/M|TL|T/L|K/T|TUQ)\.?)(?=\s+(?i:chủ tịch|ủy ban|uỷ ban|giám đốc|bí thư|"
            r"trưởng|ban|hội đồng|bộ trưởng|cục trưởng|hiệu trưởng|đảng ủy|thủ tướng|chính phủ|viện trưởng|chi bộ|"
            r"thường trực|tổng giám đốc|chánh|đoàn|chi ủy))"
        ),
        _signature,
    ),
    Rule(
        "signature",
        re.compile(
            r"(?:^|(?<=[\s,;/]))(?P<s>(?P<k>Q)\.)(?=\s*(?i:chủ tịch|giám đốc|trưởng|hiệu trưởng|bí thư|chánh|viện))"
        ),
        _signature,
    ),
    Rule("signature", re.compile(r"(?<!\w)(?P<s>(?P<k>KT|TM|TL|TUQ)\.)(?=\s*[A-ZĐỦƯ]{2})"), _signature),
    Rule(
        "archive signs",
        re.compile(r"(?:L[ưƯ][uU]\s?:?\s?)(?P<l>(?:VT|VP|HS|CV|TH|VTLT)(?:[\s,;.()/&-]{1,3}[A-ZĐa-z\d][\w]*\)?){0,8})"),
        _archive,
    ),
    Rule("copies", re.compile(r"\((?P<n>\d{1,3})\s?b\)"), _copies, "digit"),
)
