"""Telephone numbers, accounts, citizens' and tax numbers, short codes: always digit by digit, in the groups they are written in."""

import re
from collections.abc import Iterator

from reading.numbers import digit_by_digit
from reading.rules.line import Line, Part, Rule, group, whole

_LABEL = (
    r"(?:điện thoại|đ\.?\s?thoại|số điện thoại|sđt|đt|đtdđ|dđ|hotline|hot line|đường dây nóng|gọi|gọi điện|gọi tới|"
    r"gọi đến|gọi ngay|gọi số"
    r"|số máy|máy|zalo|viber|tổng đài|đầu số|liên hệ|lh|fax|tel|mobile|di động|phone|phôn|số hotline|nhắn tin|gửi|"
    r"gửi tới|bấm|bấm số|quay số|đường dây|alo)"
)
_CODE_LABEL = (
    r"(?:số tài khoản|tài khoản|stk|tk|cccd|cmnd|cmt|căn cước công dân|căn cước|số định danh|định danh cá nhân|mã "
    r"định danh|mã số thuế|mst|mã số"
    r"|mã số bhxh|sổ bảo hiểm|số thẻ|thẻ bhyt|mã thẻ|mã số thẻ|mã vạch|mã hồ sơ|mã|số seri|seri|số sê ri|imei|mã "
    r"bưu chính|mã xác nhận|otp|mã otp|số hiệu|mật khẩu|pass)"
)
_SHORT = r"1(?:1[1-9]|08|01|16|17|18|19)"
_SHORT_LABEL = (
    r"(?:gọi|ca|gọi điện|gọi ngay|gọi số|số|tổng đài|cảnh sát|cấp cứu|cứu hỏa|cứu hoả|chữa cháy|báo cháy|pccc|đường "
    r"dây nóng|hotline|đường dây|liên hệ|báo ngay|báo"
    r"|công an|y tế|cứu nạn|điện thoại|số máy|đt|sđt|qua|tới|đến|trực|lực lượng|hỏa hoạn|bảo vệ trẻ em|trẻ em|cứu "
    r"thương|bấm|khẩn cấp|xe)"
)


_WEAK_LABEL = re.compile(r"(?:số|qua|tới|đến|trực|xe|y tế|công an|trẻ em|lực lượng|liên hệ)\b")
_NOUN_AFTER = re.compile(
    r"\s(?!(?:để|khi|hoặc|và|hay|nếu|ngay|theo|của|gọi|được|miễn|khẩn|cấp|trực|báo|nhé|đến|tới|cho)\b)[a-zà-ỹđ]"
)


def _grouped(written: str) -> str:
    """0912.345.678 in its own groups; ten digits in a row as 4-3-3."""
    plus = "cộng " if written.lstrip("( ").startswith("+") else ""
    groups = re.findall(r"\d+", written)
    if len(groups) == 1 and len(groups[0]) >= 10:
        digits = groups[0]
        cuts = (4, 7) if len(digits) == 10 else tuple(range(3, len(digits), 3)) if len(digits) > 11 else (4, 7)
        groups = [digits[start:end] for start, end in zip((0, *cuts), (*cuts, len(digits)), strict=True)]
    return plus + ", ".join(digit_by_digit(part) for part in groups)


def _phone(match: "re.Match[str]", _line: Line) -> Iterator[Part]:
    yield group(match, "p", _grouped(match["p"]))


def _service_code(match: "re.Match[str]", _line: Line) -> Iterator[Part]:
    """*101#: star, digits, hash."""
    said = " ".join(
        {"*": "sao", "#": "thăng"}.get(sign) or digit_by_digit(sign) for sign in re.findall(r"\d+|[*#]", match[0])
    )
    yield whole(match, said, 0.9)


def _labelled(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    written = match["p"]
    digits = sum(character.isdecimal() for character in written)
    if re.match(
        r"\s?(?:đồng|đ\b|vnđ|vnd|giờ|h\b|h\d|/|hộ|người|tỷ|triệu|nghìn|ngàn|kg|ha|m2|cán bộ|phường|xã|thôn|con|lần|"
        r"ngày|phút)",
        line.after(match.end("p")),
    ):
        return
    label = line.text[match.start() : match.start("p")].lower()
    if (
        digits < 6
        and re.match(r"(?:đt|máy|dđ|gửi|lh|liên hệ|tel|fax|di động|đường dây|gọi)\b", label)
        and not re.search(r"số|đường dây nóng|gọi\W*$|gửi\W*$", label)
    ):
        return
    if digits < 3 or (digits == 4 and re.fullmatch(r"(?:19|20)\d\d", written)):
        return
    yield group(match, "p", _grouped(written), 0.95)


def _short_numbers(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    if re.match(
        r"\s?(?:hộ|người|xã|thôn|đồng|triệu|tỷ|nghìn|kg|ha|tấn|con|cháu|em|trường hợp|đại biểu|suất|cán bộ|năm|ngày|"
        r"km|m\b|%|/|[.,]\d)",
        line.after(match.end()),
    ):
        return
    if re.search(r"(?:nhà|văn|hoạch|định|trình|thửa|điều|báo) số\W*$", line.before(match.start("p"))) or re.match(
        r"\s(?:đường|phố)", line.after(match.end())
    ):
        return
    label = line.text[match.start() : match.start("p")].lower()
    if _WEAK_LABEL.match(label) and _NOUN_AFTER.match(line.after(match.end())):
        return
    for number in re.finditer(r"\d{3}", match["p"]):
        start = match.start("p") + number.start()
        yield Part(start, start + 3, digit_by_digit(number[0]), 0.95)


def _whole_phone(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    if re.match(r"\s?(?:đồng|đ\b|vnđ|vnd|tỷ|triệu)", line.after(match.end())):
        return
    yield whole(match, _grouped(match[0]))


def _citizens_line(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    """1022, the number for citizens' questions."""
    if re.search(r"tổng đài|đường dây|gọi|hotline|phản ánh|số máy|kênh|điện thoại", line.text.lower()):
        yield whole(match, digit_by_digit(match[0]), 0.93)


def _star_key(match: "re.Match[str]", _line: Line) -> Iterator[Part]:
    yield whole(match, "sao", 0.9)


_SEP = r"[ .\-–\u00a0]"
RULES = (
    Rule(
        "account",
        re.compile(
            rf"(?i:(?<!\w){_CODE_LABEL})(?:\s(?:là|"
            rf"số))?\s?[:.]?\s?(?:số\s?:?\s?)?(?P<p>\d(?:{_SEP}?\d){{5,24}})(?![\w]|[.,]\d)"
        ),
        _phone,
        "digit",
    ),
    Rule("phone", re.compile(r"(?<!\w)[*#]{1,2}\d{1,5}(?:[*#]\d{1,16}){0,3}#"), _service_code, "digit"),
    Rule(
        "phone",
        re.compile(r"(?<![\w.,/])1022(?![\w/%]|[.,]\d|\s(?:hộ|người|con|đồng|tỷ|triệu|trường hợp))"),
        _citizens_line,
        "digit",
    ),
    Rule("key", re.compile(r"(?:(?<=phím )|(?<=dấu )|(?<=nút )|(?<=bấm )|(?<=ấn ))\*(?![\w*])"), _star_key),
    Rule(
        "phone",
        re.compile(r"(?<![\w.,/])0[1-9]\d{1,3}[ .-]\d[ .-]\d{3}[ .-]\d{3}(?![\w]|[.,]\d)"),
        _whole_phone,
        "digit",
    ),
    Rule("phone", re.compile(r"(?<![\w.,/])84[ .-]\d{2,3}(?:[ .-]\d{3}){2}(?!\w)"), _whole_phone, "digit"),
    Rule(
        "phone",
        re.compile(rf"(?<![\w.,/])\(?\+\s?84\)?(?:\s?\(0\))?(?:{_SEP}?\d){{8,11}}(?!\w)"),
        _whole_phone,
        "digit",
    ),
    Rule(
        "phone",
        re.compile(rf"(?<![\w.,/])\(0\d{{2,4}}\){_SEP}?\d{{1,4}}(?:{_SEP}?\d{{2,4}}){{1,3}}(?![\w]|[.,]\d)"),
        _whole_phone,
        "digit",
    ),
    Rule(
        "phone",
        re.compile(rf"(?<![\w.,/])0[1-9]\d{{0,3}}(?:{_SEP}\d{{2,4}}){{2,4}}(?![\w]|[.,]\d)"),
        _whole_phone,
        "digit",
    ),
    Rule("phone", re.compile(rf"(?<![\w.,/])0[1-9]\d{{1,3}}{_SEP}\d{{6,8}}(?![\w]|[.,]\d)"), _whole_phone, "digit"),
    Rule("phone", re.compile(r"(?<![\w.,/])0[1-9]\d{7,9}(?![\w]|[.,]\d)"), _whole_phone, "digit"),
    Rule(
        "phone",
        re.compile(rf"(?<![\w.,/])1[89]00{_SEP}?\d{{2,4}}(?:{_SEP}?\d{{2,4}})?(?![\w]|[.,]\d)"),
        _whole_phone,
        "digit",
    ),
    Rule(
        "phone",
        re.compile(
            rf"(?i:(?<!\w){_SHORT_LABEL})(?:\s(?:theo|ngay|số|cho|đến|tới|là|qua|"
            rf"máy)){{0,2}}\s?[:(]?\s?(?P<p>{_SHORT}(?:\s?(?:,|/|-|–|và|hoặc|hay)\s?{_SHORT}){{0,4}})(?![\w]|[.,]\d)"
        ),
        _short_numbers,
        "digit",
    ),
    Rule(
        "phone",
        re.compile(
            rf"(?i:(?<!\w){_LABEL})(?:\s(?:số|theo số|số máy|là|tới|đến|theo|cho|qua|qua số|tại|đường dây nóng|"
            rf"hotline)){{0,2}}\s?[:.(]?\s?(?P<p>\d(?:{_SEP}?\d){{2,13}})(?!\w)"
        ),
        _labelled,
        "digit",
    ),
)
