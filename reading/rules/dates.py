"""Days, months, quarters, weekdays. Numbers alone stay with the rules of numbers; a dash between two of them is theirs too."""

import re
from collections.abc import Iterator

from reading.numbers import cardinal
from reading.rules.line import Line, Part, Rule, group, whole
from reading.script import FlagCode

DAY = r"(?:0?[1-9]|[12]\d|3[01])"
MONTH = r"(?:0?[1-9]|1[0-2])"
YEAR = r"(?:1[3-9]|20|21)\d\d"
_START = r"(?<![\w/])(?<!\d[.,])(?<!\d[-–])"
_START_LOOSE = r"(?<![\w/])(?<!\d[.,])"
_END = r"(?![\w/])(?!\.\d)"
_WEEKDAYS = {"2": "hai", "3": "ba", "4": "tư", "5": "năm", "6": "sáu", "7": "bảy"}
_DAY_SAID = re.compile(r"(?:ngày|mùng|mồng|rằm|hôm|đêm giao thừa)[\s:]*$")
_LIST_GOES_ON = re.compile(r"(?:(?<![\w/])\d{1,2}|ngày)\s*(?:[-–—,;&+]|và|hoặc)\s*$")
_NO_DAY_BEFORE = re.compile(
    r"(?:lễ|dịp|quốc khánh|quốc tế|việt nam|kỷ niệm|mừng|nhà giáo|phụ nữ|liệt sĩ|liệt sỹ|chiến thắng|giải phóng|"
    r"thống nhất"
    r"|lao động|thành lập|thiếu nhi|cách mạng|tết|miền nam|đất nước)\s*\(?$"
)
_NAMED_AFTER_A_DAY = re.compile(
    r"(?:đường|phố|xóm|thôn|trường|mầm non|tiểu học|trung học cơ sở|tnhh|nhà máy|đội|câu lạc bộ|"
    r"ngã ba|ngã tư|hợp tác xã|nông trường|khu|công viên|cầu|tổ)\s$"
)
_HOLIDAYS = frozenset({
    (3, 2), (27, 2), (8, 3), (26, 3), (30, 4), (1, 5), (7, 5), (15, 5), (19, 5), (1, 6), (21, 6), (28, 6), (27, 7),
    (19, 8),
    (2, 9), (10, 10), (13, 10), (20, 10), (18, 11), (20, 11), (23, 11), (22, 12), (10, 3),
})  # fmt: skip
_LUNAR_AFTER = re.compile(r"\s*[,(]?\s*(?:âm lịch|âm|âl|al)\b")
_LUNAR_BEFORE = re.compile(r"(?:mùng|mồng|âm lịch:?)\s*$")
_DATE_BEFORE = re.compile(
    r"(?:ngày|sáng|trưa|chiều|tối|đêm|hôm|từ|đến|tới|trước|sau|lễ|dịp|hạn|hết|hạn cuối|quốc khánh|kể từ|tính đến|"
    r"mùng|mồng|rằm"
    r"|thứ \w+,?|chủ nhật,?|t[2-7],?|cn,?|lúc \S+|giờ|kỷ niệm|mừng|vào|nay|việt nam|phụ nữ|lao động|đợt|bế mạc|khai "
    r"mạc|diễn ra)\s*[,:(]?\s*$"
)
_COUNTED_AFTER = re.compile(
    r"\s*(?:số|diện tích|dân số|tổng|hộ|thôn|xóm|bản|ấp|xã|phường|khu|tổ|đại biểu|thành viên|ủy viên|uỷ viên|đảng "
    r"viên|hội viên|đoàn viên|học sinh"
    r"|em|cháu|người|phiếu|ý kiến|tiêu chí|chỉ tiêu|nội dung|nhiệm vụ|trường|lớp|chi bộ|đơn vị|cơ quan|cử tri|cán "
    r"bộ|công trình|dự án|mô hình"
    r"|sản phẩm|quãng đường|khối lượng|thời gian|chiều dài|bể|chén|cốc|thìa|muỗng|ly|lít|gói|bao|viên|mức|giá|nhà|"
    r"phần|đường|trở lên|mũi|liều|huyện|tỉnh|con|máu|ngày|sào|mẫu|buổi|tháng|năm|giờ|công|ha|tạ|kg|lạng|chặng|quả)\b"
)
GRADE_BEFORE = re.compile(
    r"(?:trình độ|học vấn|văn hóa|văn hoá|tđvh|tđhv|lớp|hết lớp|phổ thông|bổ túc|"
    r"(?:thương binh|bệnh binh|tb|bb|hạng)\s(?:hạng\s)?(?:\d/\d\s?(?:,|và|-|–)\s?){0,3})\s*:?\s*$"
)
_DATE_NEAR = re.compile(
    rf"(?:{_NO_DAY_BEFORE.pattern})|(?:{_NAMED_AFTER_A_DAY.pattern})|"
    r"(?:lịch|hội|và|hoặc|dân tộc|tuần|tháng|năm|xuân|rạng sáng|xong|cuối|đầu|chậm nhất|muộn nhất|họp|nghỉ|mở|phát|thu|cấp|khám|"
    r"tiêm|trực|bắt đầu|kết thúc|thực hiện|tổ chức|là|qua|tới|đảng|quân đội|thương binh|nước|đoàn|công an|thầy thuốc)\s*$"
)
_HOUSE_BEFORE = re.compile(r"(?:số|số nhà|nhà số|nhà|ngõ|kiệt|hẻm|ngách|lô|thửa|tờ)\s*$")
_COUNT_BEFORE = re.compile(
    r"(?:số|đạt|chiếm|khoảng|gần|hơn|trên|bằng|được|có|còn|giảm|tăng|mất|tỷ lệ|tỉ lệ|tỷ số|đã|với|chỉ|là|ở|tại|thị "
    r"lực|huyết áp|vòng|hạng|thứ|xếp|giải|nhóm|đứng|hòa|thắng|thua)\s*$"
)


def month_name(month: int, line: Line) -> str:
    """The month's number in words; the fourth is "tư"."""
    return "tư" if month == 4 else cardinal(month, line.dialect)


def _year(written: str, line: Line) -> str:
    return line.cardinal(written if len(written) == 4 else f"20{written}")


def _day(match: "re.Match[str]", line: Line, *, inserted: bool = True) -> str:
    """The day with the words that belong before it: "ngày", "mùng", or none."""
    day = int(match["d"])
    name = cardinal(day, line.dialect)
    before = line.before(match.start("d"))
    if re.search(r"(?:mùng|mồng)\s*$", before):
        return name
    lunar = day <= 10 and bool(_LUNAR_AFTER.match(line.after(match.end())))
    first_days = line.dialect.first_days if day <= 10 else ""
    listed = bool(_LIST_GOES_ON.search(before))
    prefix = "mùng" if lunar else first_days
    if prefix and not listed:
        name = f"{prefix} {name}"
    if _DAY_SAID.search(before) or listed or not inserted:
        return name
    if _NAMED_AFTER_A_DAY.search(before):
        return name
    if (day, int(match["m"])) in _HOLIDAYS and _NO_DAY_BEFORE.search(before):
        return name
    return name if lunar else f"ngày {name}"


def _month(match: "re.Match[str]", line: Line) -> str:
    if int(match["m"]) == 1 and _LUNAR_AFTER.match(line.after(match.end())):
        return "giêng"
    return month_name(int(match["m"]), line)


def _full(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    yield whole(match, f"{_day(match, line)} tháng {_month(match, line)} năm {_year(match['y'], line)}")


def _day_month(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    before, after = line.before(match.start()), line.after(match.end())
    day, month = int(match["d"]), int(match["m"])
    named = (day, month) in _HOLIDAYS and _NO_DAY_BEFORE.search(before)
    dated = bool(_DATE_BEFORE.search(before) or _LUNAR_AFTER.match(after) or named)
    if _HOUSE_BEFORE.search(before) and not re.search(r"\b(?:ra|báo) số\s*$", before):
        return
    if not dated and (_COUNTED_AFTER.match(after) or _COUNT_BEFORE.search(before)) and (day, month) != (2, 9):
        return
    if dated and day <= month and re.match(r"\s*(?:số hộ|diện tích|tổng số|dân số|quãng đường|số)\b", after):
        return
    if ((day, month) == (24, 7) and not dated) or (GRADE_BEFORE.search(before) and month in {3, 4, 10, 12}):
        return
    said = f"{_day(match, line)} tháng {_month(match, line)}"
    if dated or not re.search(r"[^\W\d_]\s?$", before) or _DATE_NEAR.search(before):
        yield whole(match, said, 0.95 if dated else 0.85)
        return
    reason = f"“{match[0]}” có thể là ngày tháng hoặc phân số: hãy chọn."
    choices = (
        (said, "ngày tháng"),
        (f"{line.cardinal(match['d'])} trên {line.cardinal(match['m'])}", "phân số, tỷ lệ"),
    )
    yield whole(match, said, 0.6)._replace(flag=FlagCode.AMBIGUOUS, reason=reason, choices=choices)


def _dashed_elsewhere(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    """lễ 2-9, dịp 30-4 và 1-5, từ ngày 1-7 đến 10-7: as newspapers write dates."""
    before = line.before(match.start())
    if match["s"] == ".":
        if re.search(r"ngày \d{1,2}\.\d{1,2}\s?(?:,|và|-|–|đến|tới)\s?$", before):
            yield whole(match, f"{_day(match, line, inserted=False)} tháng {_month(match, line)}", 0.85)
        return
    holiday = (int(match["d"]), int(match["m"])) in _HOLIDAYS
    named = _NO_DAY_BEFORE.search(before) or re.search(r"(?<!\d)(?:30-4|19-8|8-3)\s*(?:,|và|-|–)\s*$", before)
    second = re.search(r"ngày \d{1,2}-\d{1,2}\s?(?:,|và|-|–|;)\s$", before)
    if (holiday and (named or second)) or re.search(r"ngày \d{1,2}-\d{1,2}\s(?:đến|tới)\s(?:hết\s)?$", before):
        yield whole(match, f"{_day(match, line, inserted=False)} tháng {_month(match, line)}", 0.9)


def _days_before_a_date(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    """ngày 2,3/9: a list without spaces, no decimal."""
    for number in re.finditer(r"\d+", match["n"]):
        start = match.start("n") + number.start()
        yield Part(start, start + len(number[0]), line.cardinal(number[0]))


def _april_and_may(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    """30/4 - 1/5: two holidays, no range."""
    day = f"{line.dialect.first_days} một".strip()
    yield whole(match, f"ba mươi tháng tư, {day} tháng năm")


def _day_dash_month(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    before = line.before(match.start())
    to_another = re.match(r"\s(?:đến|tới)\s(?:hết\s)?(?:ngày\s)?\d{1,2}-\d", line.after(match.end()))
    if re.search(r"(?:các|những|từ|trong|mấy)\s+ngày\s*$", before) and not to_another:
        return
    if re.match(r"\s*(?:ngày|tháng|hằng|hàng)", line.after(match.end())):
        return
    yield whole(match, f"{_day(match, line, inserted=False)} tháng {_month(match, line)}", 0.85)


def _month_year(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    before = line.before(match.start())
    year = _year(match["y"], line)
    if re.search(r"(?:tỷ lệ|tỉ lệ|bản đồ|pha|loãng|dốc|nồng độ|liều)\s*(?:là|với|theo)?\s*:?\s*$", before):
        return
    if re.search(
        r"(?:nghị định|nghị quyết|quyết định|thông tư|luật|pháp lệnh|công văn|văn bản|kế hoạch|số)\s*(?:số\s*)?$",
        before,
    ):
        yield whole(match, f"{line.cardinal(match['m'])} trên {year}", 0.9)
    elif re.search(r"(?:quý|đợt|kỳ|lần|lần thứ|học kỳ|khóa|phiên|tuần|vụ|q)(?:\s+\d{1,2}\s*(?:,|và|-|–))?\s*$", before):
        yield whole(match, f"{line.cardinal(match['m'])} năm {year}")
    elif re.search(r"tháng\s*$", before):
        yield whole(match, f"{_month(match, line)} năm {year}")
    elif re.search(r"tháng\s+\d+\s*(?:,|và)\s*$", before):
        yield whole(match, f"{line.cardinal(match['m'])} năm {year}")
    else:
        yield whole(match, f"tháng {_month(match, line)} năm {year}")


def _short_month(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    yield whole(match, f"tháng {month_name(int(match['m']), line)} năm {_year(match['y'], line)}")


def _month_word(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    yield group(match, "m", month_name(int(match["m"]), line))


def _ordinal(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    number = int(match["n"])
    said = {1: "nhất", 4: "tư"}.get(number) or cardinal(number, line.dialect)
    yield group(match, "n", said)
    if match["of"]:
        yield Part(match.end("n"), match.end("of"), f"trên {line.cardinal(match['of'])}")
        return
    for more in re.finditer(r"[2-7]", line.text[match.end("n") : match.end()]):
        start = match.end("n") + more.start()
        yield Part(start, start + 1, _WEEKDAYS[more[0]])


def _weekday_list(match: "re.Match[str]", _line: Line) -> Iterator[Part]:
    """các tối 2-4-6."""
    for day in re.finditer(r".", match["n"]):
        start = match.start("n") + day.start()
        yield Part(start, start + 1, _WEEKDAYS.get(day[0], ","), 0.9)


_WEEK_BEFORE = re.compile(
    r"(?:^|sáng|trưa|chiều|tối|đêm|ngày|từ|đến|tới|vào|các|hôm|thứ \w+|t[2-7]|cn|và|hoặc|trừ)\s*[,;:&(+–-]?\s*$"
)
_WEEK_AFTER = re.compile(
    r"\s*(?:[,;&(–-]\s*)?(?:t[2-7]\b|cn\b|chủ nhật|hằng tuần|hàng tuần|mỗi tuần|tuần|ngày|\d{1,2}/|lúc|\d{1,2}h)"
)


def _short_weekday(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    before, after = line.before(match.start()), line.after(match.end())
    listed = after.lstrip()[:1] in {":", "–", "-"} and re.search(
        r"lịch|trực|phiên|(?<!\w)t[2-7]\s?[:–-]", before + " " + after[2:]
    )
    if _WEEK_BEFORE.search(before) or _WEEK_AFTER.match(after) or listed:
        yield whole(match, f"thứ {_WEEKDAYS[match['n']]}", 0.92)


def _sunday(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    before, after = line.before(match.start()), line.after(match.end())
    near = re.search(
        r"(?:thứ \w+|\bt[2-7]|sáng|trưa|chiều|tối|đêm|ngày|hôm|(?:thứ \w+|t[2-7]).{0,12}(?:và|,|đến|"
        r"trừ))\s*[,;:&(–-]?\s*(?:và|đến|hoặc)?\s*$",
        before,
    )
    if near or re.match(r"\s*(?:hằng tuần|hàng tuần|mỗi tuần|,?\s*ngày \d|\s*\(?\d{1,2}/\d)", after):
        yield whole(match, "chủ nhật", 0.92)


def _weekday_range(match: "re.Match[str]", _line: Line) -> Iterator[Part]:
    said = ["chủ nhật" if day == "CN" else f"thứ {_WEEKDAYS[day[-1]]}" for day in (match["a"], match["b"])]
    yield whole(match, f"{said[0]} đến {said[1]}")


def _quarter(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    said = f"quý {line.cardinal(match['q'])}"
    yield whole(match, f"{said} năm {line.cardinal(match['y'])}" if match["y"] else said, 0.93)


def _school_year(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    first, second = match["a"], match["b"]
    if len(second) == 2:
        second = first[:2] + second
    yield Part(match.start("a"), match.end("b"), f"{line.cardinal(first)} {line.cardinal(second)}", 0.93)


_SLASH = r"\s?(?P<s>[/.\-])\s?"


def _term(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    """Kỳ hạn 6T, bảo hành 12 th: months."""
    yield Part(match.start("n"), match.end(), f"{line.cardinal(match['n'])} tháng", 0.93)


RULES = (
    Rule(
        "month",
        re.compile(
            r"(?<!\w)(?i:kỳ hạn|kì hạn|thời hạn|trả góp|bảo hành|vay|gửi|lãi suất|trong|gia hạn)"
            r"\s(?:vay\s|từ\s)?(?P<n>\d{1,3})\s?(?:T|th|tháng)(?!\w)"
        ),
        _term,
        "digit",
    ),
    Rule(
        "day",
        re.compile(r"(?<!\w)(?i:ngày|từ)\s(?P<n>\d{1,2}(?:,\d{1,2}){0,5}),(?=\d{1,2}/\d)"),
        _days_before_a_date,
        "digit",
    ),
    Rule("date", re.compile(r"(?<![\w/.,-])30/0?4\s?(?:[-–,&]|(?i:và))\s?0?1/0?5(?![\w/])"), _april_and_may, "digit"),
    Rule(
        "school year",
        re.compile(rf"(?:[Nn]ăm học|NĂM HỌC|[Nn]iên khóa)\s*:?\s*(?P<a>{YEAR})\s?[-–—/]\s?(?P<b>{YEAR}|\d\d){_END}"),
        _school_year,
        "digit",
    ),
    Rule(
        "date",
        re.compile(rf"{_START_LOOSE}(?P<d>{DAY})\s?(?P<s>[/.\-])\s?(?P<m>{MONTH})\s?(?P=s)\s?(?P<y>{YEAR}){_END}"),
        _full,
        "digit",
    ),
    Rule(
        "date",
        re.compile(rf"{_START_LOOSE}(?P<d>{DAY})(?P<s>[/.])(?P<m>{MONTH})(?P=s)(?P<y>\d\d){_END}"),
        _full,
        "digit",
    ),
    Rule(
        "month and year",
        re.compile(rf"(?<!\w)T\.?\s?(?P<m>{MONTH})\s?[/-]\s?(?P<y>{YEAR}){_END}"),
        _short_month,
        "digit",
    ),
    Rule("quarter", re.compile(rf"(?<!\w)Q(?:\.\s?)?(?P<q>[1-4])(?:\s?/\s?(?P<y>{YEAR}))(?!\w)"), _quarter, "digit"),
    Rule(
        "month and year",
        re.compile(rf"{_START_LOOSE}(?P<m>{MONTH})\s?[/.]\s?(?P<y>{YEAR}){_END}"),
        _month_year,
        "digit",
    ),
    Rule("month and year", re.compile(rf"(?<=tháng )(?P<m>{MONTH})\s?-\s?(?P<y>{YEAR}){_END}"), _month_year, "digit"),
    Rule(
        "day and month",
        re.compile(rf"{_START_LOOSE}(?P<d>{DAY})\s?/\s?(?P<m>{MONTH})(?![\w/%‰])(?![.,]\d)"),
        _day_month,
        "digit",
    ),
    Rule(
        "day and month",
        re.compile(rf"(?:(?<=ngày )|(?<=Ngày ))(?P<d>{DAY})[-.](?P<m>{MONTH})(?![\w/-])(?![.,]\d)"),
        _day_dash_month,
        "digit",
    ),
    Rule(
        "day and month",
        re.compile(
            rf"(?<![\w/.,-])(?P<d>{DAY})(?P<s>[-.])(?P<m>{MONTH})(?![\w/-])(?![.,]\d)(?!\s?(?:ngày|tháng|người|con))"
        ),
        _dashed_elsewhere,
        "digit",
    ),
    Rule(
        "weekday", re.compile(r"(?<!\w)(?P<a>T\.?[2-7]|CN)\s?(?:[-–—]|đến)\s?(?P<b>T\.?[2-7]|CN)(?!\w)"), _weekday_range
    ),
    Rule("weekday", re.compile(r"(?<!\w)T\.?(?P<n>[2-7])(?![\w/])"), _short_weekday, "digit"),
    Rule("weekday", re.compile(r"(?<!\w)CN(?!\w)"), _sunday),
    Rule(
        "weekday",
        re.compile(
            r"(?<!\w)(?i:sáng|chiều|tối|buổi|thứ)\s(?P<n>[2-7](?:[-–,][2-7]){2,5})(?![\w/%:]|[-.,]\d|\s?(?:tháng|h\b|giờ))"
        ),
        _weekday_list,
        "digit",
    ),
    Rule(
        "ordinal",
        re.compile(
            r"(?<!\w)(?i:thứ)\s(?P<n>\d{1,3})(?:/(?P<of>\d{1,4})(?![\w/]))?(?![\w/])(?![.,]\d)(?:\s?(?:,|và|&|-|–|"
            r"đến)\s?(?:(?i:thứ)\s)?[2-7](?![\w/:%])(?![.,]\d)(?!\s?(?:giờ|h\b|tháng|ngày)))*"
        ),
        _ordinal,
        "digit",
    ),
    Rule("month", re.compile(rf"(?<!\w)(?i:tháng)\s(?P<m>{MONTH})(?![\w/])(?![.,:]\d)"), _month_word, "digit"),
)
