"""Letters and digits in one name: roads, plates, rice varieties, fertilisers, classes, viruses."""

import re
from collections.abc import Iterator

from reading.numbers import cardinal, code_number, digit_by_digit
from reading.rules.abbreviations import choose_entry
from reading.rules.line import CONTEXT, Line, Part, Rule, whole
from reading.script import FlagCode

_ROADS = {
    "QL": "quốc lộ", "TL": "tỉnh lộ", "ĐT": "đường tỉnh", "HL": "hương lộ", "ĐH": "đường huyện", "ĐX": "đường xã",
    "CT": "cao tốc",
    "LTL": "liên tỉnh lộ",
}  # fmt: skip
_LETTERS = "A-ZĐ"


def _road(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    name = _ROADS[match["r"]]
    if match["r"] == "ĐX" and re.search(r"(?:vụ|lúa|ngô|sản xuất|cây|màu)\s+$", line.before(match.start())):
        return  # vụ ĐX 2026
    if match["r"] == "CT":
        if not line.before(match.start()).rstrip().endswith("cao tốc"):
            return
        name = line.dialect.spell("CT")
    elif line.before(match.start()).rstrip().endswith(name):
        name = ""
    number = code_number(match["n"], line.dialect) if match["n"][0] == "0" else line.cardinal(match["n"])
    said = f"{name} {number}".strip()
    yield whole(match, f"{said} {line.dialect.spell(match['x'])}" if match["x"] else said)


def _word_road(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    said = f"{line.cardinal(match['n'])} {line.dialect.spell(match['x'])}"
    yield Part(match.start("n"), match.end("x"), said)


def _kilometre_post(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    yield whole(match, f"ki lô mét {line.cardinal(match['a'])} cộng {line.cardinal(match['b'])}", 0.93)


def _kilometre(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    if re.search(r"(?:giống|sắn|lúa|ngô|mì|lạc|đậu)\s+$", line.before(match.start())):
        return  # a variety: sắn KM94
    yield whole(match, f"ki lô mét {line.cardinal(match['a'])}", 0.95)


def _plate(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    digits = digit_by_digit(match["n"])
    series = " ".join(line.dialect.letter(c) if c.isalpha() else digit_by_digit(c) for c in match["s"])
    yield whole(match, f"{digit_by_digit(match['p'])} {series}, {digits}", 0.9)


def _fertiliser(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    if not match["k"] and re.search(
        r"(?:ngày|sinh|từ|các ngày|thứ|sáng|chiều|tối|buổi)\s+$", line.before(match.start())
    ):
        return
    said = [line.dialect.spell("NPK")] if match["k"] else []
    for piece in re.findall(r"\d+(?:,\d+)?|[A-Za-zĐ]+|\+", match["n"]):
        if piece == "+":
            said.append("cộng")
        elif piece[0].isdigit():
            said.append(line.number(piece))
        else:
            said.append(line.dialect.spell(piece))
    yield whole(match, " ".join(said))


def _spelled(written: str, line: Line) -> Iterator[str]:
    for piece in re.findall(r"\d+|[^\W\d_]+", written):
        yield code_number(piece, line.dialect) if piece.isdecimal() else line.dialect.spell(piece)


def _class_name(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    said = f"{line.cardinal(match['n'])} {line.dialect.spell(match['x'])}"
    if match["m"]:
        said += f" {line.cardinal(match['m'])}"
    yield whole(match, said, 0.93)


def _mixed(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    """A run of capitals and digits: a part with dictionary rows is said as there (THCS2, KP3), the others are spelled.

    Two letters or more that nobody knows are flagged, unless a word before says that a code follows.
    """
    said: list[str] = []
    unknown = ""
    if row := re.fullmatch(r"([^\W\d_]{1,5})(\d{1,4})-\1(\d{1,4})", match[0]):  # LK01-LK12
        name = _known_letters(row[1], match.start(), line) or line.dialect.spell(row[1])
        first, last = (code_number(number, line.dialect) for number in (row[2], row[3]))
        yield whole(match, f"{name} {first} đến {name} {last}", 0.9)
        return
    for piece in re.finditer(r"\d+(?:[.,]\d+)?|[^\W\d_]+", match[0]):
        if piece[0][0].isdecimal():
            parts = re.split(r"[.,]", piece[0])
            link = " chấm " if match[0][0].isdecimal() else " phẩy "
            said.append(link.join(code_number(part, line.dialect) for part in parts))
            continue
        known = _known_letters(piece[0], match.start() + piece.start(), line) if not said else None
        said.append(known or line.dialect.spell(piece[0]))
        if known is None and len(piece[0]) > 1 and piece[0] not in _SPELLED:
            unknown = piece[0]
    spoken = " ".join(said)
    if not unknown or _CODE_BEFORE.search(line.before(match.start())) or not match[0][0].isalpha():
        yield whole(match, spoken, 0.9)
        return
    reason = f"Chưa biết “{unknown}” là gì: đang đọc từng chữ cái. Có thể thêm vào từ điển của xã."
    choices = ((spoken, "đọc từng chữ cái"),)
    yield whole(match, spoken, 0.5)._replace(flag=FlagCode.UNKNOWN_ABBREVIATION, reason=reason, choices=choices)


def _known_letters(letters: str, start: int, line: Line) -> str | None:
    """What the dictionary says for the letters of a code; two letters need a row whose condition holds before a number."""
    entries = line.lexicon.entries(letters)
    if not entries:
        return None
    end = start + len(letters)
    before, after = line.text[max(0, start - CONTEXT) : start], line.text[end : end + CONTEXT]
    found = choose_entry(entries, before, after, line.text.lower())
    if found is None or (len(letters) < 3 and letters not in _PLOTS):
        return None
    return found[0].row.spoken


def _hyphened_code(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    """LK-05, BT-02: a plot or house; "05" keeps its zero."""
    known = _known_letters(match["x"], match.start(), line)
    number = code_number(match["n"], line.dialect)
    spelled = f"{line.dialect.spell(match['x'])} {number}"
    vehicle = re.search(r"(?:tàu|xe|số hiệu|biển|biển số|thuyền)\s(?:cá\s|số\s)?$", line.before(match.start()))
    if known is not None and not vehicle:
        yield whole(match, f"{known} {number}", 0.93)
    elif _CODE_BEFORE.search(line.before(match.start())) or len(match["x"]) == 1:
        yield whole(match, spelled, 0.9)
    elif not line.lexicon.entries(match["x"]):
        reason = f"Chưa biết “{match[0]}” là gì: đang đọc từng chữ cái. Có thể thêm vào từ điển của xã."
        choices = ((spelled, "đọc từng chữ cái"),)
        yield whole(match, spelled, 0.5)._replace(flag=FlagCode.UNKNOWN_ABBREVIATION, reason=reason, choices=choices)


def _certificate(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    """số BK 456789: the letters, then the digits one by one."""
    yield Part(match.start("x"), match.end("n"), f"{line.dialect.spell(match['x'])} {digit_by_digit(match['n'])}", 0.95)


def _file_number(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    """000.12.34.H14-260612-0001: group by group, the digits one by one."""
    said = ", ".join(
        " ".join(digit_by_digit(sign) if sign.isdecimal() else line.dialect.letter(sign) for sign in group)
        for group in re.split("[.-]", match["n"])
    )
    yield Part(match.start("n"), match.end("n"), said, 0.93)


def _standard(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    """QCVN 01-1:2018: its parts, no range."""
    said = " ".join(code_number(part, line.dialect) for part in match["n"].split("-"))
    yield whole(match, said, 0.9)


_CODE_BEFORE = re.compile(
    r"(?<!\w)(?:số|mã|ký hiệu|kí hiệu|giống|lô|ô|căn|mẫu|biểu|xe|máy|loại|model|thép|ống|vắc xin|chủng|mác|tàu|tuyến|trạm|cột|"
    r"tòa|cảng|thửa|seri|thuốc|virus|pin|sim|gói|hạng|tiêu chuẩn|lộ|cống|chuyến|dầu|xăng|bê tông|xi măng|bột|viên|đầu|hiệu|dòng|"
    r"lúa|ngô|sắn|cam|phân|biến thể|vi rút|mạng|chuẩn|bản|phiên bản|khổ|cỡ|màu|khung|hồ sơ|tờ|mục|nút|cửa|van|bơm|lớp)"
    r"(?:\s|:)\s?(?:số\s)?:?\s?$"
)
_PLOTS = frozenset({"KP", "LK", "BT", "TW", "BĐ", "VT", "KV", "QK"})
"""Of the two-letter rows only these are said before digits: khu phố, liền kề, biệt thự, trung ương, báo động, vị trí."""
_SPELLED = frozenset(
    {
        "CO",
        "SO",
        "NO",
        "NH",
        "PM",
        "DN",
        "PN",
        "MP",
        "HD",
        "AH",
        "VF",
        "SH",
        "PE",
        "CK",
        "PX",
        "USB",
        "HB",
        "SPO",
        "PCB",
    }
)
"""Letters that are spelled wherever they stand before digits: CO2, PM2.5, DN110, MP3."""


def _variety(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    if not _VARIETIES.match(match[0]) and not _CROPS.search(line.text.lower()):
        return
    yield whole(match, " ".join(_spelled(match[0], line)), 0.93)


_VARIETIES = re.compile(r"OM|IR|TBR|LVN|RRI|RVT|ST2[0-9]|BC15|NK\d{3,}|VNR|CP\d{3}|KM\d\d")
_CROPS = re.compile(
    r"(?<!\w)(?:giống|lúa|ngô|sắn|khoai|lạc|đậu|mía|gạo|nếp|cấy|gieo|bắp|thóc|tấm|xoài|vải|nhãn|cao su|chè|cà phê|dưa|ớt|"
    r"năng suất)(?!\w)"
)


def _generation(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    yield whole(match, f"{cardinal(int(match['n']), line.dialect)} {line.dialect.spell(match['x'])}", 0.95)


def _month_or_room(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    """T12, P201: mostly a month and a room; not sure enough to be silent."""
    number = line.cardinal(match["m"] or match["p"])
    said = f"tháng {number}" if match["m"] else f"phòng {number}"
    spelled = f"{line.dialect.spell(match[0][0])} {number}"
    if match["p"] and re.match(r",?\s(?:nhà|tầng|tòa|trụ sở|khu|ubnd)", line.after(match.end())):
        yield whole(match, said, 0.9)
        return
    reason = f"“{match[0]}” có thể là {said} hoặc tên gọi: hãy chọn."
    choices = ((said, "tháng, phòng"), (spelled, "tên gọi"))
    yield whole(match, said, 0.6)._replace(flag=FlagCode.AMBIGUOUS, reason=reason, choices=choices)


def _house(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    said: list[str] = []
    for piece in re.findall(r"\d+|[A-Za-zĐđ]", match["n"]):
        said.append(line.cardinal(piece) if piece.isdecimal() else line.dialect.spell(piece))
        said.append("trên")
    text = " ".join(said[:-1])
    for letter in re.findall(r"\d([A-Za-zĐđ])", match["n"]):
        name = line.dialect.spell(letter)
        text = text.replace(f"trên {name}", name, 1)
    yield Part(match.start("n"), match.end("n"), text, 0.93)


EARLY_RULES = (
    Rule(
        "plate",
        re.compile(
            r"(?<!\w)(?P<p>[1-9]\d)\s?-?(?P<s>[A-ZĐ]{1,2}\d?)\s?[-– .]\s?(?P<n>\d{3}\.\d{2}|\d{4,5})(?![\w]|[.,]\d)"
        ),
        _plate,
        "digit",
    ),
    Rule(
        "certificate number",
        re.compile(
            r"(?<!\w)(?i:số|gcn|gcnqsdđ|seri|sê ri|serial|phát hành|số hiệu|vào sổ|giấy chứng nhận|sổ đỏ|sổ hồng|hộ chiếu|phôi)"
            r"\s?:?\s?(?:số\s?:?\s?)?(?P<x>[A-ZĐ]{1,2})\s?(?P<n>\d{5,8})(?![\w]|[.,/]\d|\s?-)"
        ),
        _certificate,
        "digit",
    ),
    Rule(
        "certificate number",
        re.compile(
            r"(?<![\w.-])(?P<x>[A-ZĐ]{2})\s(?P<n>\d{6,8})(?![\w]|[.,/]\d|\s?-|\s?(?:đ|đồng|VNĐ|VND|người|hộ)(?!\w))"
        ),
        _certificate,
        "digit",
    ),
    Rule(
        "certificate number",
        re.compile(r"(?<![\w.-])(?P<x>[A-ZĐ]{1,3})(?P<n>\d{7,15})(?![\w]|[.,/]\d)"),
        _certificate,
        "digit",
    ),
    Rule(
        "file number",
        re.compile(
            r"(?<!\w)(?i:mã hồ sơ|số hồ sơ|mã số|mã biên nhận|mã tra cứu|mã)(?:\s(?:là|số))?\s?:?\s"
            r"(?P<n>[0-9A-Z]{1,12}(?:[.-][0-9A-Z]{1,12}){2,6})(?!\w)"
        ),
        _file_number,
        "digit",
    ),
    Rule(
        "standard",
        re.compile(r"(?<=[A-Z] )(?P<n>\d{1,5}(?:-\d{1,3}){1,2})(?=:(?:19|20)\d\d)"),
        _standard,
        "digit",
    ),
    Rule(
        "address number",
        re.compile(
            r"(?<!\w)(?i:số|số nhà|nhà số|ngõ|kiệt|hẻm|ngách|"
            r"lô)\s(?P<n>\d{1,4}[A-Za-zĐđ]?(?:/\d{1,4}[A-Za-z]?){1,4})(?!\w)"
        ),
        _house,
        "digit",
    ),
    Rule(
        "road",
        re.compile(
            r"(?<![\w])(?P<r>QL|TL|ĐT|HL|ĐH|ĐX|CT|LTL)[.\s-]{0,2}(?P<n>[1-9]\d{0,3}|0[1-9])(?P<x>[A-ZĐ](?!\w))?(?![\w]|"
            r"[.,/]\d|[ ]\d{3}|\s?%)"
        ),
        _road,
        "digit",
    ),
    Rule(
        "road",
        re.compile(
            r"(?<!\w)(?i:quốc lộ|tỉnh lộ|hương lộ|đường tỉnh|đường huyện|tổ|khu|lô|nhà|khối|số|lớp|đường|điều|mục|"
            r"khoản|phụ lục|biểu|mẫu|ngõ|phòng|đội|xe|tuyến)\s(?:số\s)?(?P<n>\d{1,4})(?P<x>[A-ZĐa-eđg](?!\w))"
        ),
        _word_road,
        "digit",
    ),
    Rule(
        "kilometre post",
        re.compile(r"(?<!\w)[Kk][Mm]\s?(?P<a>\d{1,4})\s?\+\s?(?P<b>\d{1,3})(?!\w)"),
        _kilometre_post,
        "digit",
    ),
    Rule(
        "kilometre post",
        re.compile(
            r"(?<!\w)(?:[Kk][Mm](?![23](?!\d))|(?:(?<=đoạn )|(?<=từ )|(?<=tại )|(?<=đến )|(?<=[-–] )|(?<=trình ))Km)"
            r"\s?(?:số\s)?"
            r"(?P<a>\d{1,4})(?![\w]|[.,]\d)"
        ),
        _kilometre,
        "digit",
    ),
    Rule(
        "fertiliser",
        re.compile(
            r"(?<!\w)(?P<k>NPK)[\s:(-]{0,2}(?P<n>\d{1,2}(?:,\d)?(?:\s?[-–.:+]\s?\d{1,2}(?:,\d)?){2,3}(?:\s?[+-]\s?(?:\d{1,2}\s?)?(?:TE|"
            r"S|Si|Mg|Ca|B|Zn)){0,2})(?!\w)"
        ),
        _fertiliser,
        "digit",
    ),
    Rule(
        "fertiliser",
        re.compile(r"(?<![\w-])(?P<k>)(?P<n>\d{1,2}-\d{1,2}-\d{1,2}(?:\s?[+-]\s?(?:\d{1,2}\s?)?(?:TE|S))?)(?![\w-])"),
        _fertiliser,
        "digit",
    ),
)
LATE_RULES = (
    Rule(
        "month or room",
        re.compile(r"(?<![\w.,/-])(?:T(?P<m>1[0-2]|[189])|P(?P<p>\d{3}))(?![\w/-]|[.,]\d)"),
        _month_or_room,
        "digit",
    ),
    Rule(
        "class",
        re.compile(r"(?<![\w.,/])(?P<n>\d{1,2})(?P<x>[A-ZĐ])(?P<m>\d{1,2})?(?![\w])(?!\s?\d)"),
        _class_name,
        "digit",
    ),
    Rule("generation", re.compile(r"(?<![\w.,])(?P<n>\d)(?P<x>G|K|D)(?!\w)"), _generation, "digit"),
    Rule(
        "variety",
        re.compile(
            r"(?<!\w)(?:(?:OM|IR|TBR|LVN|RRIV|RRIM|RVT)\s?[- ]?|(?:BC|ST|DT|NK|CP|BT|HT|KD|VNR|TH|TX|GS|MX|DK|HN|KM|NA|PC|"
            r"XT|SH|BG|PB|GT)-?)\d{1,5}(?![\w]|[.,]\d)"
        ),
        _variety,
        "digit",
    ),
    Rule(
        "code",
        re.compile(rf"(?<![\w.,/-])(?P<x>[{_LETTERS}]{{1,3}})-(?P<n>\d{{1,3}})(?![\w/]|[.,-]\d)"),
        _hyphened_code,
        "digit",
    ),
    Rule(
        "code",
        re.compile(
            rf"(?<![\w.,])(?:[{_LETTERS}]{{1,8}}\d{{1,6}}(?:[.,]\d)?|"
            rf"\d{{1,6}}[{_LETTERS}]{{1,5}}\d{{0,4}}(?:\.\d{{1,2}})?)(?:-?(?:[{_LETTERS}]{{1,5}}|"
            rf"(?<=[A-Z])\d{{1,5}}))*(?!\w)(?![.,]\d)"
        ),
        _mixed,
        "digit",
    ),
)
