"""Numbers that no other rule has claimed: percent, fractions, ratios, scores, ranges, plain."""

import re
from collections.abc import Iterator

from reading.numbers import digit_by_digit
from reading.rules.dates import GRADE_BEFORE
from reading.rules.line import MASKS, QUANTITY, Line, Part, Rule, whole
from reading.rules.units import NUMBER
from reading.script import FlagCode

_START = r"(?<![\w])(?<!\d[.,])"
_PARTS = re.compile(
    r"\s*(?:số|diện tích|tổng|dân số|quãng đường|khối lượng|thời gian|chiều dài|bể|chén|cốc|thìa|muỗng|ly|lít|gói|"
    r"viên|mức|giá|phần|nhà|đường|con đường|"
    r"lượng|sản lượng|đại biểu|thành viên|cổ phần|ngày|sào|mẫu|buổi|tháng|năm|giờ|ha|tạ|kg|lạng|chặng|quả|công|máu)\b"
)
_HOUSE = re.compile(r"(?:số|số nhà|nhà số|nhà|ngõ|kiệt|hẻm|ngách|lô|thửa|tờ)\s*$")
_GRADED = re.compile(
    r"(?:điểm|điểm \w{2,6}|điểm \w{2,6} \w{2,6}|chỉ số|ph|độ ph|hệ số)\s(?:từ|là|đạt|:)?\s?(?:[\d.,]+\s?[-–]\s?)?$"
)
_SCORE = re.compile(r"(?:thắng|thua|hòa|hoà|tỷ số|tỉ số|dẫn|với|bại|gỡ|trước)\s*(?:là\s*)?(?:đội \w+\s*)?$")
_SPORT = re.compile(r"tỷ số|tỉ số|chung kết|bán kết|bóng đá|bóng chuyền|cầu lông|trận đấu|thắng")
_COLD_BEFORE = re.compile(r"(?:nhiệt độ|xuống|dưới|độ|mức|âm)\s+(?:tới\s|đến\s|còn\s|là\s)?$")
_LOOSE_BEFORE = re.compile(r"(?:^|[(:,]|từ|đến|khoảng|còn|là|ở)\s*$")
CHANGE_BEFORE = re.compile(
    r"(?<!\w)(?:tăng trưởng|tăng|giảm|chỉ số giá|chỉ số|cpi|grdp|gdp|lạm phát|cùng kỳ|so với năm trước|nhiệt độ|thấp nhất|cao nhất|"
    r"biến động|chênh lệch|lợi nhuận|tốc độ|suy giảm|còn|xuống|mức|đạt|là|khoảng|giá trị|sản lượng|kết quả|xuất khẩu|nhập khẩu|"
    r"tiêu dùng|công nghiệp|nông nghiệp|dịch vụ|đêm|sáng sớm|ngoài trời|có nơi|nơi|vùng núi|đỉnh núi|núi cao)\s"
    r"(?:cả năm\s|quý \w+\s|chung\s)?$"
)
_PEOPLE_AFTER = re.compile(r"\s*(?:tuổi|tháng|ngày|người|hộ|năm|triệu|tỷ|m2|ha)")
_RATIO = re.compile(r"(?:tỷ lệ|tỉ lệ|pha|pha loãng|loãng|trộn|bản đồ)\s*(?:là|với|theo)?\s*:?\s*$")


def _percent(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    name = {"%": "phần trăm", "‰": "phần nghìn"}[match["p"]].replace("nghìn", line.dialect.thousand)
    if match["n"]:
        said = f"{line.number(match['n'])} {name}"
        sign = match["sign"]
        if sign in {"±", "+/-"}:
            said = f"cộng trừ {said}"
        elif sign == "+":
            said = f"cộng {said}"
        elif sign:
            yield from _minus(match, line, said)
            return
        yield whole(match, said)
    else:
        yield whole(match, name)


def _minus(match: "re.Match[str]", line: Line, said: str) -> Iterator[Part]:
    """A dash that stands at a number: "âm" behind a word of change, a pause or "đến" behind a number or without a gap."""
    before = line.before(match.start())
    if re.search(r"(?<!\w)âm\s*$", before):
        yield Part(match.start("sign"), match.end(), said)
    elif match["sign"] == "−" or not re.search(rf"[\w{MASKS}%]\s*$", before) or CHANGE_BEFORE.search(before):
        yield whole(match, f"âm {said}")
    elif re.search(r"[^\W\d_]\s$", before):
        reason = f"“{match[0]}” có thể là số âm hoặc là gạch nối: hãy chọn."
        choices = ((f"âm {said}", "số âm"), (f", {said}", "gạch nối"))
        yield whole(match, f"âm {said}", 0.6)._replace(flag=FlagCode.AMBIGUOUS, reason=reason, choices=choices)
    else:
        yield Part(match.start("n"), match.end(), said)


def _fraction(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    upper, lower = match["a"], match["b"]
    before, after = line.before(match.start()), line.after(match.end())
    first, second = line.number(upper), line.number(lower)
    proper = upper.isdigit() and lower.isdigit() and 0 < int(upper) < int(lower) <= 10 and not upper.startswith("0")
    over = _HOUSE.search(before) or GRADE_BEFORE.search(before)
    if proper and not over and (_PARTS.match(after) or re.match(r"\s*(?:$|[,.;)])", after)):
        yield whole(match, f"{first} phần {'tư' if lower == '4' else second}", 0.95)
    else:
        yield whole(match, f"{first} trên {second}", 0.95)


def _shares(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    """100%/95%/80%: three or more are a list, no fractions of each other."""
    numbers = re.findall(NUMBER, match[0])
    yield whole(match, ", ".join(f"{line.number(number)} phần trăm" for number in numbers), 0.9)


def _score(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    before = line.before(match.start())
    if match["s"] == ":" and match[0][match.start("s") - match.start() + 1].isspace() and not _RATIO.search(before):
        return  # xóm 1: 25 hộ
    if _RATIO.search(before) or match["s"] == ":":
        yield whole(match, f"{line.number(match['a'])} trên {line.number(match['b'])}", 0.9)
    elif _SCORE.search(before) or (
        _SPORT.search(line.text.lower()) and re.match(r"\s*(?:[),;.(]|$)", line.after(match.end()))
    ):
        yield whole(match, f"{line.cardinal(match['a'])} {line.cardinal(match['b'])}", 0.9)


def _numbered_things(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    """thôn 1,2,3: a list, no decimal."""
    for number in re.finditer(r"\d+", match["n"]):
        start = match.start("n") + number.start()
        yield Part(start, start + len(number[0]), line.cardinal(number[0]))


def _section(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    """1.2.3 or 4.1.: numbers of sections, versions, addresses of machines."""
    if re.fullmatch(r"[1-9]\d{0,2}(?:\.\d{3})+", match[0]):
        return
    said = " chấm ".join(line.cardinal(part) for part in re.findall(r"\d+", match[0]))
    yield whole(match, said, 0.9)


def _dotted(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    """2.5: a section or version, unless a word of quantity follows."""
    after = line.after(match.end())
    quantity = re.match(
        r"(?:\s?[-–]\s?\d{1,3}[.,]\d{1,2})?\s?(?:triệu|tỷ|tỉ|nghìn|ngàn|lần|điểm|độ|tấn|tạ|hộ|người|%|lít|mét|ki|héc|phần)",
        after,
    )
    quantity = quantity or _GRADED.search(line.before(match.start()))
    said = line.number(match[0]) if quantity else " chấm ".join(line.cardinal(part) for part in match[0].split("."))
    yield whole(match, said, 0.85)


def _signed(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    before = line.before(match.start())
    sign, number = match["sign"], line.number(match["n"])
    cold = re.match(r"[^.;]{0,20}?(?:độ|°|º|oc\b)", line.after(match.end()))
    attached = match.end("sign") == match.start("n")
    if re.search(r"(?<!\w)âm\s$", before) and sign in {"-", "–", "−"}:
        yield whole(match, number, 0.9)
    elif sign == "−" or (
        sign in {"-", "–"}
        and (
            _COLD_BEFORE.search(before)
            or (cold and _LOOSE_BEFORE.search(before))
            or (attached and CHANGE_BEFORE.search(before))
        )
    ):
        yield whole(match, f"âm {number}", 0.9)
    elif sign in {"±", "+/-"}:
        yield whole(match, f"cộng trừ {number}", 0.95)
    elif sign == "+":
        yield whole(match, f"cộng {number}", 0.9)
    elif sign in {"≥", ">="}:
        yield whole(match, f"lớn hơn hoặc bằng {number}", 0.9)
    elif sign in {"≤", "<="}:
        yield whole(match, f"nhỏ hơn hoặc bằng {number}", 0.9)
    elif sign == ">":
        yield whole(match, f"{'trên' if _PEOPLE_AFTER.match(line.after(match.end())) else 'lớn hơn'} {number}", 0.9)
    elif sign == "<":
        yield whole(match, f"{'dưới' if _PEOPLE_AFTER.match(line.after(match.end())) else 'nhỏ hơn'} {number}", 0.9)
    elif sign in {"~", "≈"}:
        yield whole(match, f"khoảng {number}", 0.9)


def _plain(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    written = match[0]
    if written.isdecimal() and len(written) > 8:
        yield whole(match, digit_by_digit(written), 0.9)
    else:
        yield whole(match, line.number(written))


def _stuck(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    """Digits stuck to letters (thôn1, 5lít): said apart."""
    written = match[0]
    yield whole(match, line.cardinal(written) if len(written) <= 3 else digit_by_digit(written), 0.8)


def _per_number(match: "re.Match[str]", _line: Line) -> Iterator[Part]:
    yield whole(match, "trên", 0.85)


def _stars(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    """OCOP 4*, khách sạn 5*."""
    if re.search(r"ocop|khách sạn|sao|chuẩn|hạng|đạt", line.before(match.start())):
        yield whole(match, "sao", 0.9)


def _vulgar(match: "re.Match[str]", _line: Line) -> Iterator[Part]:
    halves = {
        "½": "một phần hai",
        "¼": "một phần tư",
        "¾": "ba phần tư",
        "⅓": "một phần ba",
        "⅔": "hai phần ba",
        "⅛": "một phần tám",
    }
    yield whole(match, halves[match[0]])


RULES = (
    Rule(
        "number",
        re.compile(
            r"(?<!\w)(?i:thôn|xóm|bản|ấp|tổ|tổ dân phố|khu|khu phố|tdp|kp|lớp|khối|đội|điều|khoản|mục|tháng|chi bộ|cụm|"
            r"tiểu khu|quý|ngày|mũi|lần|phường|quận|các số|câu|nhóm|vùng)\s(?P<n>\d{1,2}(?:,\d{1,2})+)"
            r"(?![\w/%]|[.,]\d|\s?(?:ha|km|m|m2|kg|%|triệu|tỷ|lần|độ)\b)"
        ),
        _numbered_things,
        "digit",
    ),
    Rule("percent", re.compile(rf"{_START}(?:{NUMBER})\s?%(?:\s?/\s?(?:{NUMBER})\s?%){{2,}}(?!\w)"), _shares, "digit"),
    Rule(
        "percent",
        re.compile(rf"(?<![\w/])(?<!\d[.,])(?:(?P<sign>\+/-|[-–−±+])?(?P<n>{NUMBER})\s?)?(?P<p>[%‰])"),
        _percent,
    ),
    Rule(
        "fraction",
        re.compile(rf"{_START}(?<!/)(?P<a>{NUMBER})\s?/\s?(?P<b>{NUMBER})(?![\w]|[.,]\d)"),
        _fraction,
        "digit",
    ),
    Rule(
        "ratio",
        re.compile(rf"{_START}(?P<a>\d{{1,3}})\s?(?P<s>[-–:])\s?(?P<b>\d{{1,6}})(?![\w]|[.,:]\d)(?!\s?[-–]\s?\d)"),
        _score,
        "digit",
    ),
    Rule("section number", re.compile(rf"{_START}\d{{1,3}}(?:\.\d{{1,3}}){{2,4}}(?![\w]|,\d)"), _section, "digit"),
    Rule("section number", re.compile(rf"{_START}\d{{1,3}}\.\d{{1,2}}(?![\w]|[.,]\d)"), _dotted, "digit"),
    Rule(
        "signed number",
        re.compile(rf"(?<![\w/])(?<!\d[.,])(?P<sign>\+/-|>=|<=|[-−±+≥≤<>~≈])\s?(?P<n>{NUMBER})(?![\w])"),
        _signed,
        "digit",
    ),
    Rule("number", re.compile(rf"{_START}(?:{NUMBER})(?![\w]|[.,]\d)"), _plain, "digit"),
    Rule("number", re.compile(rf"{_START}\d+[.,]\d+(?=[^\W\d_])"), _plain, "digit"),
    Rule("number", re.compile(r"\d+"), _stuck, "digit"),
    Rule("slash", re.compile(rf"(?<=[\w{MASKS}])\s?/\s?(?={QUANTITY})"), _per_number),
    Rule("stars", re.compile(rf"(?<={QUANTITY})\s?[*★](?![\w*])"), _stars),
    Rule("number", re.compile("[½¼¾⅓⅔⅛]"), _vulgar),
)
