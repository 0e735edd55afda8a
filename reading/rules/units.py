"""Quantities with a unit, and what stands behind a slash: kg/sào, mg/l, triệu đồng/người/tháng."""

import re
from collections.abc import Iterator

from reading.numbers import fraction_digits
from reading.rules.line import MASKS, QUANTITY, Line, Part, Rule, words
from reading.script import FlagCode

NUMBER = r"\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d{1,3}(?:,\d{3}){2,}|\d+(?:[.,]\d+)?"

UNITS = {
    "km": "ki lô mét", "m": "mét", "dm": "đề xi mét", "cm": "xăng ti mét", "mm": "mi li mét", "nm": "na nô mét",
    "µm": "mi cờ rô mét",
    "km2": "ki lô mét vuông", "km²": "ki lô mét vuông", "m2": "mét vuông", "m²": "mét vuông", "cm2": "xăng ti mét vuông",
    "cm²": "xăng ti mét vuông", "mm2": "mi li mét vuông", "m3": "mét khối", "m³": "mét khối", "cm3": "xăng ti mét khối",
    "cm³": "xăng ti mét khối",
    "dm3": "đề xi mét khối", "dm³": "đề xi mét khối", "dm2": "đề xi mét vuông", "km3": "ki lô mét khối",
    "ha": "héc ta", "kg": "ki lô gam", "g": "gam", "gr": "gam", "gram": "gam", "mg": "mi li gam", "µg": "mi cờ rô gam",
    "mcg": "mi cờ rô gam",
    "l": "lít", "lit": "lít", "lít": "lít", "ml": "mi li lít", "dl": "đề xi lít", "cl": "xăng ti lít",
    "hl": "héc tô lít", "cc": "xê xê",
    "kW": "ki lô oát", "W": "oát", "MW": "mê ga oát", "GW": "gi ga oát", "kWh": "ki lô oát giờ", "Wh": "oát giờ",
    "MWh": "mê ga oát giờ",
    "kWp": "ki lô oát pích", "MWp": "mê ga oát pích", "kV": "ki lô vôn", "V": "vôn", "mV": "mi li vôn",
    "kVA": "ki lô vôn am pe", "MVA": "mê ga vôn am pe",
    "A": "am pe", "mA": "mi li am pe", "mAh": "mi li am pe giờ", "Ah": "am pe giờ", "Hz": "héc", "kHz": "ki lô héc",
    "MHz": "mê ga héc", "GHz": "gi ga héc",
    "dB": "đề xi ben", "dBA": "đề xi ben a", "HP": "mã lực", "hp": "mã lực", "CV": "mã lực", "BTU": "bê tê u",
    "kN": "ki lô niu tơn", "Pa": "pát can",
    "kPa": "ki lô pát can", "MPa": "mê ga pát can", "bar": "ba", "psi": "pê ét i", "atm": "át mốt phe",
    "mmHg": "mi li mét thủy ngân", "hPa": "héc tô pát can",
    "cal": "ca lo", "kcal": "ki lô ca lo", "J": "giun", "kJ": "ki lô giun",
    "°C": "độ C", "ºC": "độ C", "oC": "độ C", "℃": "độ C", "⁰C": "độ C", "⁰": "độ", "°F": "độ F", "°": "độ", "º": "độ",
    "0C": "độ C",
    "s": "giây", "giây": "giây", "phút": "phút", "giờ": "giờ", "h": "giờ", "ms": "mi li giây", "min": "phút",
    "bps": "bít trên giây", "kbps": "ki lô bít trên giây", "Kbps": "ki lô bít trên giây", "Mbps": "mê ga bít trên giây",
    "Gbps": "gi ga bít trên giây",
    "KB": "ki lô bai", "kB": "ki lô bai", "MB": "mê ga bai", "GB": "gi ga bai", "TB": "tê ra bai", "Mb": "mê ga bít",
    "Gb": "gi ga bít", "MP": "mê ga pích xeo",
    "ppm": "phần triệu", "ppb": "phần tỷ", "inch": "inh", "in": "inh", "dpi": "đê pê i", "rpm": "vòng trên phút",
    "lux": "lúc", "lm": "lu men",
    "tấn": "tấn", "T": "tấn", "tạ": "tạ", "yến": "yến", "UI": "u i", "IU": "i u", "mol": "mon", "mmol": "mi li mon",
    "µmol": "mi cờ rô mon", "Sv": "si vớt", "Bq": "béc cơ ren",
    "TEU": "tê e u", "DWT": "tấn trọng tải", "ct": "xu", "px": "pích xeo", "fps": "khung hình trên giây",
    "KVA": "ki lô vôn am pe", "KV": "ki lô vôn", "KW": "ki lô oát",
    "KWh": "ki lô oát giờ", "kwh": "ki lô oát giờ", "KWH": "ki lô oát giờ", "kw": "ki lô oát", "kv": "ki lô vôn",
    "ML": "mi li lít", "Kg": "ki lô gam", "KG": "ki lô gam",
    "Km": "ki lô mét", "KM": "ki lô mét", "Km2": "ki lô mét vuông", "KM2": "ki lô mét vuông", "M2": "mét vuông",
    "M3": "mét khối", "Ha": "héc ta", "HA": "héc ta", "CM": "xăng ti mét",
    "Cm": "xăng ti mét", "MM": "mi li mét", "L": "lít", "Ml": "mi li lít", "mL": "mi li lít", "Gr": "gam", "G": "gờ",
}  # fmt: skip
"""Symbols of measure (SI, NĐ 86/2012/NĐ-CP) and those in common use; exact in case where the case tells them apart."""

_UNSAFE_WITH_SPACE = frozenset({"A", "V", "in", "s", "h", "CV", "MP", "ct", "UI", "G", "TB", "bar", "J", "min", "L"})
_MONEY_BEFORE = re.compile(r"(?:đ|đồng|nghìn|ngàn|triệu|tỷ|vnđ|vnd|usd)(?:\s?/\s?[^\W\d_ ]{1,12}){0,3}\s?$")
_LORRY = re.compile(r"tải|trọng|xe|hàng|sản lượng|khối lượng|cầu|đường|ben")
_ELECTRIC = re.compile(r"dòng|điện|cầu dao|aptomat|áp tô mát|sạc|ắc quy")
_PER_WORDS = words(
    *UNITS, "người", "tháng", "năm", "hộ", "khẩu", "nhân khẩu", "ngày", "con", "sào", "học sinh", "em", "suất",
    "lượt", "buổi", "cây", "bao", "thửa", "công", "vụ", "lần", "bộ",
    "chiếc", "cái", "xe", "thôn", "xã", "đêm", "quý", "tuần", "số", "mũi", "liều", "lao động", "gia đình", "cháu",
    "trẻ", "bình", "gói", "chai", "thùng", "mét", "mẫu", "thước",
    "đợt", "hộ gia đình", "đại biểu", "đồng chí", "phiên", "tiết", "ca", "chuyến", "căn", "nhà", "phòng", "lứa", "lớp",
    "khóa", "hồ sơ", "trường hợp", "đơn vị", "cán bộ", "giáo viên",
    "tổ", "đội", "mô hình", "dự án", "công trình", "viên", "lọ", "ống", "đôi", "cặp", "kíp", "gốc", "khóm", "hố",
    "luống", "đầu người", "đầu", "thành viên", "hội viên", "đảng viên", "bản tin", "tin",
    "bài", "trang", "đối tượng", "ao", "lồng", "chuồng", "đàn", "ổ", "kg hơi", "mét vuông", "mét khối", "ki lô gam",
    "héc ta", "bữa", "cuộc gọi", "cuộc", "vé", "giấy", "sổ", "thẻ", "phiếu", "hành vi", "vi phạm",
    "bàn", "mâm", "kỳ", "chu kỳ", "chậu", "khay", "hạt", "hạng", "tổ chức", "cá nhân", "phường", "tỉnh", "huyện",
    "điểm", "km đường", "ha lúa", "đồng", "hũ", "phần", "bó", "giỏ", "nhóm", "thí sinh", "bệnh nhân", "sản phẩm",
    "loại", "m dài", "nóc", "vòng", "nhịp", "lít", "cơ sở", "khu", "xóm", "bản", "ấp", "chi", "nhân viên", "lon", "cốc",
    "ly", "cụm", "loa", "máy", "thuê bao", "nạn nhân", "người dân", "dân", "cas", "ổ bánh", "tờ", "cuốn", "quyển",
    "bát", "tô", "chỗ", "giường", "ngày công", "ngày đêm", "ngày lao động", "cm", "mm", "đĩa", "bìa", "hecta", "hec",
    "ha nuôi", "km2", "vụ lúa", "24h", "48h",
)  # fmt: skip
_PHYSICAL_DENOMINATORS = frozenset(
    {"l", "lít", "lit", "ml", "s", "h", "giờ", "km2", "m2", "m3", "m²", "m³", "km²", "dl", "kg", "giây", "phút", "L"}
)


def unit_name(symbol: str) -> str:
    """The unit's name in words."""
    return UNITS.get(symbol, symbol).replace("độ C", "độ xê").replace("độ F", "độ ép")


def _measure(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    unit, gap = match["u"], match["g"]
    if gap and unit in _UNSAFE_WITH_SPACE and not (unit == "bar" and "áp" in line.before(match.start())):
        return
    if unit == "T" and not (re.search(r"[.,]\d$", match["n"]) or _LORRY.search(line.before(match.start()))):
        return
    if unit == "G" or (unit == "A" and not _ELECTRIC.search(line.before(match.start()))):
        return  # 5G, lớp 9A
    sign = match["sign"]
    before = line.before(match.start())
    spoken = line.number(match["n"])
    start = match.start()
    if sign and not _negative(sign, unit, before):
        sign, start = "", match.start("n")
    if sign in {"±", "+/-"}:
        spoken = f"cộng trừ {spoken}"
    elif sign == "+":
        spoken = f"cộng {spoken}"
    elif sign:
        spoken = f"âm {spoken}"
    yield Part(start, match.end(), f"{spoken} {unit_name(unit)}")


def _negative(sign: str, unit: str, before: str) -> bool:
    if sign in {"−", "±", "+/-", "+"}:
        return True
    if re.search(rf"[\w{MASKS}%]\s*$", before) and not re.search(
        r"(?:từ|đến|xuống|dưới|độ|còn|khoảng|là|mức|ở|trên|thấp nhất|nhất|lạnh|âm|có nơi|nơi|bảo quản|quản|nhiệt)\s+$",
        before,
    ):
        return False
    return unit in {"°C", "ºC", "oC", "℃", "0C", "°F", "°", "V", "dB"} or bool(before.strip())


def _per(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    unit = match["u"]
    before = line.before(match.start())
    if line.open[match.start() - 1] not in MASKS and not (
        _MONEY_BEFORE.search(before) or re.search(r"\d", before[-25:])
    ):
        return  # cán bộ/công chức
    money = re.search(
        r"(?:đ|đồng|nghìn|ngàn|triệu|tỷ|vnđ|vnd|usd|k|tr|suất|công|khẩu|người|hộ|tháng)\s?$", line.before(match.start())
    )
    link = "trên" if unit in _PHYSICAL_DENOMINATORS and not money else "mỗi"
    yield Part(match.start(), match.end(), f"{link} {unit_name(unit)}", 0.95)


def _per_word(match: "re.Match[str]", _line: Line) -> Iterator[Part]:
    """A slash between a quantity and a word no table has: 120 triệu/lượng."""
    yield Part(match.start(), match.end(), "mỗi", 0.9)


def _height(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    """1m65: one metre and so many centimetres."""
    yield Part(match.start(), match.end(), f"{line.cardinal(match['a'])} mét {line.cardinal(match['b'])}", 0.95)


def _squared(match: "re.Match[str]", _line: Line) -> Iterator[Part]:
    yield Part(match.start(), match.end(), unit_name(match["u"]), 0.93)


def _degree_letter(match: "re.Match[str]", _line: Line) -> Iterator[Part]:
    yield Part(match.start("c"), match.end("c"), {"C": "xê", "F": "ép"}[match["c"]])


def _cross(match: "re.Match[str]", _line: Line) -> Iterator[Part]:
    """3m-5m and 3 m x 5 m: the cross between two measures."""
    yield Part(match.start(), match.end(), "nhân")


def _spaced(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    """1 250 hộ, 12 500 000 người: thousands set apart by a space, where something counted follows or the groups are many."""
    before, after = line.before(match.start()), line.after(match.end())
    unit = match["u"]
    counted = unit or COUNTED_AFTER.match(after) or re.search(r"(?:số lượng|giá|tổng|cộng|tổng số)\s?:?\s$", before)
    if DIGITS_BEFORE.search(before) or not (counted or match["n"].count(" ") > 1):
        return
    said = line.cardinal(match["n"].replace(" ", ""))
    if match["f"]:
        said += f" phẩy {fraction_digits(match['f'], line.dialect)}"
    part = Part(match.start(), match.end(), f"{said} {unit_name(unit)}" if unit else said, 0.93)
    if NUMBERED_BEFORE.search(before):
        apart = " ".join(line.cardinal(group) for group in match["n"].split(" "))
        reason = f"“{match['n']}” có thể là một số hoặc hai số: hãy chọn."
        spoken = apart if match["n"].count(" ") == 1 else said
        tail = f" {unit_name(unit)}" if unit else ""
        choices = ((apart + tail, "từng số"), (said + tail, "một số"))
        part = part._replace(
            spoken=spoken + tail, confidence=0.5, flag=FlagCode.AMBIGUOUS, reason=reason, choices=choices
        )
    yield part


def _times(match: "re.Match[str]", _line: Line) -> Iterator[Part]:
    """x2, x 3 lần: how many times; not the letter x of a name."""
    yield Part(match.start(), match.start() + 1, "nhân", 0.93)


COUNTED_AFTER = re.compile(
    r"\s?(?:hộ|người|nhân khẩu|khẩu|đồng|đ\b|vnđ|triệu|tỷ|nghìn|tấn|tạ|yến|con|cây|cháu|em|học sinh|sinh viên|lượt|suất|cử tri|"
    r"đảng viên|đoàn viên|hội viên|cán bộ|liều|mũi|bao|kg|lít|mét|ki lô|héc|ha\b|m2|m3|km|m\b|lao động|trường hợp|hồ sơ|"
    r"phiếu|gói|thẻ|sổ|bản|tờ|cuốn|quyển|cái|chiếc|bộ|viên|thùng|chai|ngôi|căn|xe|ngày công|quả|trứng|gia cầm|gia súc|đầu|bóng|"
    r"tài khoản|thuê bao|lao|thanh niên|phụ nữ|nông dân|đối tượng|giáo viên|hecta|giống|bầu|chậu|mâm|vé|lần|đại biểu|ý kiến|tin|%)"
)
DIGITS_BEFORE = re.compile(
    r"(?:điện thoại|sđt|đt|hotline|tài khoản|stk|cccd|cmnd|mã số|mã|số thẻ|zalo|gọi|liên hệ|lh|tổng đài|fax|seri|số hiệu)"
    r"[\s:.]*(?:số\s)?$|[\d+(]\s?$"
)
NUMBERED_BEFORE = re.compile(
    r"(?:thôn|xóm|bản|ấp|tổ|tổ dân phố|khu|khu phố|lớp|khối|đội|năm|tháng|quý|điều|số|chi bộ|phường|cụm|quận|lô|trạm|nhóm|cấp)\s$"
)


def _trailing(match: "re.Match[str]", _line: Line) -> Iterator[Part]:
    """450/450 ha: the unit behind a quantity that another rule has said."""
    yield Part(match.start("u"), match.end("u"), unit_name(match["u"]), 0.93)


_SYMBOLS = words(*(symbol for symbol in UNITS if symbol not in {"giờ", "giây", "phút", "tấn", "tạ", "yến", "lít"}))
RULES = (
    Rule("cross", re.compile(r"(?<=\d)[x×*](?=\d)"), _cross, "digit"),
    Rule(
        "unit",
        re.compile(
            rf"(?<![\w.,/-])(?P<n>[1-9]\d{{0,2}}(?: \d{{3}}){{1,4}})(?:,(?P<f>\d{{1,3}}))?"
            rf"(?![\w]|[.,/]\d|\s?-\s?\d| \d)(?: ?(?P<u>{_SYMBOLS})(?![\w²³]))?"
        ),
        _spaced,
        "digit",
    ),
    Rule("unit", re.compile(r"(?<![\w.,])(?P<a>\d{1,2})m(?P<b>[4-9]|\d\d)(?![\w²³])"), _height, "digit"),
    Rule(
        "unit",
        re.compile(
            rf"(?<!\w)(?<!\d/)(?<!\d[.,])(?P<sign>\+/-|"
            rf"[-–−±+])?(?P<n>{NUMBER})(?P<g>[\s\u00a0]?)(?P<u>{_SYMBOLS})(?![\w²³])"
        ),
        _measure,
        "digit",
    ),
    Rule("per unit", re.compile(rf"(?<=[\w{MASKS}²³%])\s?/\s?(?P<u>{_PER_WORDS})(?![\w²³])"), _per),
    Rule("per unit", re.compile(rf"(?<={QUANTITY})\s?/\s?(?=[^\W\d_A-Z])"), _per_word),
    Rule("per unit", re.compile(rf"(?<={QUANTITY})\s?/\s?(?=[A-ZĐ]{{2,5}}(?![\w-]))"), _per_word),
    Rule(
        "unit",
        re.compile(
            r"(?<!\w)(?P<u>km2|km²|m2|m²|m3|m³|cm2|cm²|cm3|cm³|kWh|Mbps|°C|ºC|℃|kV|mm|cm|km|kg|ml|mg|"
            r"(?:(?<=nghìn )|(?<=triệu )|(?<=trăm )|(?<=mỗi )|(?<=\())ha|mmHg|mmol|"
            r"kVA|MVA|MW|kW|cmH2O)(?![\w²³])"
        ),
        _squared,
    ),
    Rule("unit", re.compile(r"(?<=[Đđ]ộ )(?P<c>[CF])(?!\w)"), _degree_letter),
    Rule("cross", re.compile(rf"(?<=[\d{MASKS}])\s?[x×*]\s?(?=[\d{MASKS}])"), _cross),
    Rule("cross", re.compile(rf"(?<![\w{MASKS}])[x×]\s?(?=[\d{MASKS}])"), _times),
)
LATE_RULES = (
    Rule(
        "unit",
        re.compile(
            rf"(?<={QUANTITY})\s?(?P<u>km2|km²|m2|m²|m3|m³|kWh|kVA|kV|kW|km|kg|ha|cm|mm|ml|mg|°C|mmHg|(?<={QUANTITY})m|"
            rf"(?<={QUANTITY} )m)(?![\w²³])"
        ),
        _trailing,
        "digit",
    ),
)
