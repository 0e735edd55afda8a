"""A dash that means "đến": between two quantities, two hours, two weekdays, two numbered things of one kind."""

import re
from collections.abc import Iterator

from reading.rules.line import QUANTITY, Line, Part, Rule, whole

_DASH = r"\s?(?:[-–—=]{1,2}>|[-–—÷~→])\s?"
_SPACED = r"\s[-–—]\s"
_WEEKDAY = r"(?:thứ (?:hai|ba|tư|năm|sáu|bảy)|chủ nhật)"
_HALF = r"(?:sáng|trưa|chiều|tối|đêm)"
_HOUR_LEFT = re.compile(r"\d\s?(?:giờ|h|g|:)(?:\s?\d\d)?(?:\s?(?:phút|p|ph|'))?\s*$")
_HOUR_RIGHT = re.compile(r"\s*\d{1,2}\s?(?:giờ|h\b|h\d|g\d|:\d)")
_DAY_LEFT = re.compile(r"(?:\d\s?[/.]\s?\d{1,4}|tháng \d{1,2}|năm \d{4})\s*$")
_DAY_RIGHT = re.compile(r"\s*(?:ngày|tháng|năm)\b|\s*\d{1,2}\s?/\s?\d")
_WEEKDAY_LEFT = re.compile(r"(?:thứ (?:\d|hai|ba|tư|năm|sáu|bảy)|chủ nhật|t[2-7]|cn)\s*$")
_WEEKDAY_RIGHT = re.compile(r"\s*(?:thứ (?:\d|hai|ba|tư|năm|sáu|bảy)|chủ nhật|t[2-7]\b|cn\b)")
_ELECTRIC_LEFT = re.compile(r"\d\s?(v|w|a|ah|mah|kv|kva|kw|hz|kwh)$")
_ELECTRIC_RIGHT = re.compile(r"\s?[\d.,]+\s?(v|w|a|ah|mah|kv|kva|kw|hz|kwh)\b")
_PLACE_LEFT = re.compile(
    r"(?:thôn|xóm|bản|ấp|tổ|tổ dân phố|khu|khu phố|tdp|kp|đội|chi bộ|lớp|khối|phòng|bàn)\s+(?:số\s)?\d+\s*$"
)
_COUNTED = re.compile(
    r"\s*[\d.,]+\s*(?:hộ|người|em|cháu|học sinh|đảng viên|khẩu|nhân khẩu|suất|đồng|triệu|ha|m2|km|con|%)"
)
_CHAIN_LEFT = re.compile(r"(?<![\d/.,])\d{1,3}\s?[-–]\s?\d{1,3}$")
_CHAIN_RIGHT = re.compile(r"\d{1,3}\s?[-–]\s?\d{1,3}(?![\w/]|[.,]\d)")
_WHOLE_LEFT = re.compile(r"(?:^|[^\w\s.,/:]\s?|(?<!giờ)(?<!ngày)(?<!mùng)(?<!tháng)(?<!từ)(?<!năm)\s)(\d{1,6})\s*$")
_WHOLE_RIGHT = re.compile(r"\s*(\d{1,6})(?![\w/%]|[.,]\d)")


def _between_quantities(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    """Not between an hour and a day, a weekday and its date, a place and its count: there the dash is a pause."""
    left, right = line.before(match.start()), line.after(match.end())
    apart = (
        (_HOUR_LEFT.search(left) and (_DAY_RIGHT.match(right) or _WEEKDAY_RIGHT.match(right)))
        or (_DAY_LEFT.search(left) and _HOUR_RIGHT.match(right))
        or (_WEEKDAY_LEFT.search(left) and _DAY_RIGHT.match(right))
        or (_PLACE_LEFT.search(left) and _COUNTED.match(right) and " " in match[0])
    )
    if re.search(r"[a-z]$", left) and re.match(r"\d[\d.]*/\d+,\d", right):
        apart = match  # 100kVA-22/0,4kV
    one, other = _ELECTRIC_LEFT.search(left), _ELECTRIC_RIGHT.match(right)
    if one and other and one[1] != other[1]:
        apart = one  # pin 12V-7Ah
    if _CHAIN_LEFT.search(left) or _CHAIN_RIGHT.match(right):
        apart = match  # mũi 0-3-7-14-28
    low, high = _WHOLE_LEFT.search(left), _WHOLE_RIGHT.match(right)
    if low and high and int(low[1]) > int(high[1]) and len(high[1]) > 1 and " " in match[0]:
        apart = apart or low
    yield whole(match, "," if apart else "đến", 0.9 if apart else 0.97)


def _negative(match: "re.Match[str]", _line: Line) -> Iterator[Part]:
    """Số dư: -500.000 đồng."""
    yield whole(match, "âm", 0.85)


def _to(match: "re.Match[str]", _line: Line) -> Iterator[Part]:
    yield Part(match.start("dash"), match.end("dash"), "đến", 0.95)


_NUMBERED = (
    r"(?i:tổ|tổ dân phố|thôn|xóm|bản|ấp|khu|khu phố|lớp|khối|điều|khoản|mục|trang|cấp|bậc|nhóm|loại|tầng|quận|"
    r"tuần|tiết|câu|bài|chương|phần|mức|độ|hạng|số|khóa|đợt|lần|kỳ|giai đoạn|mùng|mồng|tuổi|đội|chi bộ|thửa|lô|"
    r"cống|cột|ki lô mét|cọc|kênh|tháng|quý|năm|ngày|học kỳ|vòng|phường|trạm)"
)


def _between_places(match: "re.Match[str]", _line: Line) -> Iterator[Part]:
    """từ Quảng Trị - Quảng Ngãi; but Hà Nội - Sơn La without "từ" is a name with a pause."""
    yield Part(match.start("dash"), match.end("dash"), "đến", 0.9)


def _arrow(match: "re.Match[str]", _line: Line) -> Iterator[Part]:
    """Hà Nội -> Sơn La, nộp đơn => nhận kết quả: what follows."""
    yield whole(match, ",", 0.85)


RULES = (
    Rule("negative", re.compile(rf"(?<=: )-(?={QUANTITY})"), _negative),
    Rule("range", re.compile(rf"(?<={QUANTITY}){_DASH}(?={QUANTITY})"), _between_quantities),
    Rule(
        "range",
        re.compile(
            rf"(?<={QUANTITY})\s(?P<word>[^\W\d_]{{1,12}}(?:\s[^\W\d_]{{1,12}}){{0,2}})(?P<dash>{_DASH})"
            rf"(?={QUANTITY}{{1,60}}\s(?i:(?P=word))(?!\w))"
        ),
        _to,
        "digit",
    ),
    Rule(
        "range",
        re.compile(
            rf"(?<!\w)(?P<word>{_NUMBERED})\s(?:số\s)?{QUANTITY}{{1,20}}(?P<dash>{_DASH})"
            rf"(?=(?i:(?P=word))\s(?:số\s)?{QUANTITY})"
        ),
        _to,
        "digit",
    ),
    Rule(
        "range",
        re.compile(
            rf"(?<={QUANTITY})\s(?:giờ|phút)(?:\s{_HALF})?(?P<dash>{_DASH})(?={QUANTITY}{{1,20}}(?:[\s,.;)]|$))"
        ),
        _to,
        "digit",
    ),
    Rule(
        "range",
        re.compile(rf"(?<={QUANTITY})\s{_HALF}(?P<dash>{_SPACED})(?={QUANTITY}{{1,20}}(?:\sgiờ)?\s{_HALF})"),
        _to,
    ),
    Rule(
        "range",
        re.compile(rf"(?<={QUANTITY})\s(?:trăm|nghìn|ngàn|vạn|triệu|tỷ)(?:\sđồng)?(?P<dash>{_DASH})(?={QUANTITY})"),
        _to,
        "digit",
    ),
    Rule("range", re.compile(rf"(?i:(?<!\w){_WEEKDAY}(?P<dash>{_DASH})(?=(?:{_HALF}\s)?{_WEEKDAY}(?!\w)))"), _to),
    Rule("range", re.compile(rf"(?<={QUANTITY})(?P<dash>{_SPACED})(?=(?i:chủ nhật)(?!\w))"), _to),
    Rule("range", re.compile(r"(?i:(?<!\w)tháng \w{2,6}(?P<dash>\s?[-–]\s?)(?=tháng \w{2,6}(?!\w)))"), _to),
    Rule(
        "range",
        re.compile(rf"(?:(?<=sáng)|(?<=trưa)|(?<=chiều)|(?<=tối)|(?<=đêm))\s?[-–—]\s?(?={QUANTITY})"),
        _between_quantities,
    ),
    Rule(
        "range",
        re.compile(rf"(?<={QUANTITY})\s?[-–—→]\s?(?=(?:ngày|tháng|thứ|năm|hết|quý|sáng|trưa|chiều|tối|mùng)\s)"),
        _between_quantities,
    ),
    Rule(
        "range",
        re.compile(r"(?i:(?<!\w)từ\s)[^,;:.–-]{2,40}(?P<dash>\s[-–—]\s)(?=(?:đầu|giữa|cuối|hết|rằm|mùng|nay)\s)"),
        _to,
    ),
    Rule(
        "range",
        re.compile(
            r"(?i:(?<!\w)từ)(?:\s[^\W\d_]+){0,3}?(?:\s[A-ZĐÀ-Ỹ][^\W\d_]*){1,4}(?P<dash>\s?[-–—]\s?)"
            r"(?=(?:[^\W\d_]+\s){0,2}[A-ZĐÀ-Ỹ][^\W\d_])"
        ),
        _between_places,
    ),
    Rule("arrow", re.compile(r"\s?(?:[-–—=]{1,2}>|→|⇒|➔|➜)\s?"), _arrow),
)
