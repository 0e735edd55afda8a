"""Hours of the day and spans of them."""

import re
from collections.abc import Iterator

from reading.rules.line import QUANTITY, Line, Part, Rule, whole

_START = r"(?<![\w/])(?<!\d[.,:])"
_HOUR = r"(?:[01]?\d|2[0-4])"
_RATIO_BEFORE = re.compile(
    r"(?:tỷ lệ|tỉ lệ|pha|pha loãng|tỷ số|tỉ số|thắng|thua|hòa|dẫn|loãng|trộn)\s*(?:là|với|theo)?\s*:?\s*$"
)

_NUMBERED_BEFORE = re.compile(
    r"(?:xóm|thôn|bản|ấp|tổ|khu|lớp|đội|nhóm|câu|mục|điều|bàn|phòng|trang|mức|bậc|loại)\s(?:số\s)?$"
)


def _clock(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    before = line.before(match.start())
    if match["c"] == ":" and (_RATIO_BEFORE.search(before) or _NUMBERED_BEFORE.search(before)):
        return
    said = f"{line.cardinal(match['h'])} giờ"
    if match["m"] and int(match["m"]):
        said += f" {line.cardinal(match['m'])} phút"
    if match.groupdict().get("s") and int(match["s"]):
        said += f" {line.cardinal(match['s'])} giây"
    yield whole(match, said)


def _on_the_hour(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    """20 giờ 00, 08 giờ 30: the minutes without their word."""
    minutes = int(match["m"])
    said = f" {line.cardinal(match['m'])} phút" if minutes else ""
    yield whole(match, f"{line.cardinal(match['h'])} giờ{said}")


def _hour(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    yield whole(match, f"{line.number(match['h'])} giờ")


def _around_the_clock(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    if match["b"] == "7" and re.search(
        r"(?:ngày|sáng|trưa|chiều|tối|đêm|từ|đến|hôm|hạn|trước)\s*$", line.before(match.start())
    ):
        return
    said = f"hai mươi {line.dialect.four_after_tens} trên {line.cardinal(match['b'])}"
    yield whole(match, f"{said} giờ" if match["h"] else said)


def _half_of_day(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    hour = re.search(r"(\d{1,2})\D*(?:\d\d)?\s?$", line.before(match.start()))
    evening = hour is not None and 6 <= int(hour[1]) <= 11
    yield Part(
        match.start("h"), match.end("h"), "sáng" if match["h"].lower() == "am" else "tối" if evening else "chiều", 0.85
    )


def _minutes(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    yield whole(match, f"{line.number(match['n'])} phút", 0.9)


_HOURS_IN_G = re.compile(r"(?<!\w)(?:[01]?\d|2[0-4])\s?[gG][0-5]\d(?!\w)|khung giờ")
_HOUR_BEFORE = re.compile(r"(?:lúc|khung giờ|sáng|trưa|chiều|tối|đêm)\s?:?\s?(?:từ\s)?$")
_HOUR_AFTER = re.compile(r"\s?(?:sáng|trưa|chiều|tối|đêm|ngày|hôm|cùng ngày)(?!\w)")
_WEIGHED = re.compile(r"\s?(?:muối|đường|bột|thịt|thuốc|gạo|men|phân|hạt|chất|đạm|tinh|mỗi|cho)(?!\w)")


def _hour_in_g(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    """17g - 18g: hours where the sentence has other hours, not grams."""
    near = _HOUR_BEFORE.search(line.before(match.start())) or _HOUR_AFTER.match(line.after(match.end()))
    if (near or _HOURS_IN_G.search(line.text)) and not _WEIGHED.match(line.after(match.end())):
        yield whole(match, f"{line.cardinal(match['h'])} giờ", 0.9)


RULES = (
    Rule(
        "time",
        re.compile(
            rf"{_START}(?P<h>{_HOUR})\s?giờ\s?(?P<m>00(?!\s?(?:phút|ph?\b))|[0-5]\d(?!\s?(?:phút|['’′]|ph?\b))(?![.,:]\d|\s?(?!ngày|sáng|trưa|chiều|tối|đêm|đến|tới|tại|và|cùng|hôm|thứ|hằng|hàng|các|mỗi|-|–)[^\W\d]))(?![\w/])"
        ),
        _on_the_hour,
        "digit",
    ),
    Rule(
        "around the clock",
        re.compile(r"(?<![\w/])24\s?/\s?(?P<b>24|7)\s?(?P<h>[hH](?!\w)|giờ)?(?![\w/])"),
        _around_the_clock,
        "digit",
    ),
    Rule(
        "time",
        re.compile(
            rf"{_START}(?P<h>{_HOUR})(?P<c>\s?(?:giờ|[hHgG])\s?)(?P<m>[0-5]?\d)\s?(?:phút|['’′]|ph?)\s?"
            r"(?P<s>[0-5]?\d)\s?(?:giây|[\"”″]|''|s)(?!\w)"
        ),
        _clock,
        "digit",
    ),
    Rule("time", re.compile(rf"{_START}(?P<h>{_HOUR})(?P<c>:)(?P<m>[0-5]\d):(?P<s>[0-5]\d)(?![\w:])"), _clock, "digit"),
    Rule(
        "time",
        re.compile(
            rf"{_START}(?P<h>{_HOUR})(?P<c>\s?[hHgG]\s?|:)(?P<m>[0-5]\d)\s?(?:['’′]|p|ph|phút)?(?![\w:/])(?![.,]\d)"
        ),
        _clock,
        "digit",
    ),
    Rule(
        "time",
        re.compile(rf"{_START}(?P<h>{_HOUR})(?P<c>\s?(?:giờ|[hH])\s?)(?P<m>[0-5]?\d)\s?(?:phút|['’′]|ph?)(?!\w)"),
        _clock,
        "digit",
    ),
    Rule("time", re.compile(rf"{_START}(?P<h>\d{{1,3}}(?:,\d)?)\s?[hH](?![\w])"), _hour, "digit"),
    Rule("time", re.compile(rf"{_START}(?P<h>{_HOUR})\s?[gG](?![\w/])"), _hour_in_g, "digit"),
    Rule("half of day", re.compile(rf"(?<={QUANTITY})\s?(?P<h>AM|PM|am|pm)(?!\w)"), _half_of_day),
    Rule("minutes", re.compile(r"(?<![\w.,])(?P<n>\d{1,3})\s?['’′](?![\w'’])"), _minutes, "digit"),
)
