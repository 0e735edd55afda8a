"""Roman numerals: only behind a word that asks for one, never in a name."""

import re
from collections.abc import Iterator

from reading.numbers import cardinal
from reading.rules.line import Line, Part, Rule

_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}
_CANONICAL = r"(?=[IVXL])(?:XL|L?X{0,3})(?:IX|IV|V?I{0,3})"
_TRIGGER = (
    r"(?:đại hội|đại hội đảng|đại hội đại biểu|đảng bộ (?:xã|tỉnh|huyện|phường)|khóa|khoá|nhiệm kỳ|lần thứ|lần|thứ|"
    r"quý|chương|phần|mục|tiểu mục|cấp|vùng|khu vực|kv|loại|hạng|kỳ"
    r"|thế kỷ|bậc|phụ lục|tập|quyển|đợt|tiết|quân khu|quân đoàn|vành đai|giai đoạn|học kỳ|học kì|hk|nhóm|bước|thời "
    r"kỳ|khu|tổ|độ|mức|dạng|cụm|bảng|kỳ họp"
    r"|hội nghị|điều|luận cương|vua|đài|cảng|trạm|nhà máy|cơ sở|cs|bài|biểu|mẫu|hội khóa|quốc hội khóa|hđnd khóa|"
    r"trung ương khóa|đh|tuyến|lớp|hệ|thể|phân khu|hội nghị tw|báo động|bđ|cảnh báo|thửa loại|tốt nghiệp loại)"
)


def roman_value(written: str) -> int:
    """The value of a canonical Roman numeral."""
    values = [_VALUES[letter] for letter in written]
    pairs = zip(values, [*values[1:], 0], strict=True)
    return sum(-value if value < following else value for value, following in pairs)


def _after_trigger(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    for numeral in re.finditer(
        r"[IVXL]+", line.text[match.start("r") : match.start("s") if match["y"] else match.end()]
    ):
        start = match.start("r") + numeral.start()
        if numeral[0] in {"L", "C"} or line.text[start + len(numeral[0]) :].lstrip().startswith("="):
            continue  # tuyến L=1.250m
        value = roman_value(numeral[0])
        ordinal = re.search(r"(?:lần thứ|thứ)\s*$", line.before(start))
        said = "nhất" if ordinal and value == 1 else "tư" if ordinal and value == 4 else cardinal(value, line.dialect)
        yield Part(start, start + len(numeral[0]), said)
    if match["y"]:
        yield Part(match.start("s"), match.end("y"), f"năm {line.cardinal(match['y'])}")


def _quarter(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    said = f"{cardinal(roman_value(match['r']), line.dialect)} năm {line.cardinal(match['y'])}"
    yield Part(match.start("r"), match.end(), said)


def _marker(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    if match["r"] == "X" and not line.capitals and re.match(r"\s+[^\W\d_a-z]\w+\s+[A-ZĐÀ-Ỹ]", line.text[match.end() :]):
        return  # "X. Tân Lập": a commune
    yield Part(match.start("r"), match.end(), f"{cardinal(roman_value(match['r']), line.dialect)},", 0.9)


def _alone(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    """II, XIII … without a trigger: no Vietnamese word and hardly a name, unless the whole line is in capitals."""
    written = match[0]
    before = line.text[: match.start()].rstrip()
    previous = before.split()[-1] if before else ""
    named = previous[:1].isupper() and previous.isupper() and len(previous) > 1
    if line.capitals or named or not re.search(r"II|XI|XV|XX|IX|IV|VI", written) or written in {"VI", "XI"}:
        return
    yield Part(match.start(), match.end(), cardinal(roman_value(written), line.dialect), 0.8)


_LIST = rf"(?:\s?(?:,|và|hoặc|-|–|đến|;|\+|&|/)\s?{_CANONICAL}(?![\w.]\w|\w))*"
RULES = (
    Rule("roman numeral", re.compile(rf"^\s*(?P<r>{_CANONICAL})\s?(?:[./)]|\s?[-–])(?=\s)"), _marker),
    Rule(
        "roman numeral",
        re.compile(rf"(?<!\w)(?i:quý|học kỳ|hk|đợt|kỳ)\s?(?P<r>{_CANONICAL})\s?[/-]\s?(?P<y>(?:19|20)\d\d)(?![\w/])"),
        _quarter,
    ),
    Rule(
        "roman numeral",
        re.compile(
            rf"(?<!\w)(?i:{_TRIGGER})\s(?:thứ\s|số\s)?(?P<r>{_CANONICAL})(?!\w){_LIST}(?:(?P<s>\s?/\s?)(?P<y>(?:19|"
            rf"20)\d\d)(?!\w))?"
        ),
        _after_trigger,
    ),
    Rule("roman numeral", re.compile(rf"(?<![\w.]){_CANONICAL}(?![\w.]\w|\w)"), _alone),
)
