"""Sums of money: 1.500.000đ; 4,5 triệu đồng; 500k; 2,5 tỷ; 20 USD."""

import re
from collections.abc import Iterator

from reading.rules.line import MASKS, Line, Part, Rule

_AMOUNT = r"\d{1,3}(?:[.,\u00a0 ]\d{3}){1,4}(?:,\d{1,2})?|\d+(?:[.,]\d+)?"
CURRENCIES = {
    "đ": "đồng", "Đ": "đồng", "₫": "đồng", "đ.": "đồng", "đồng": "đồng", "ĐỒNG": "đồng", "Đồng": "đồng", "VNĐ": "đồng",
    "VND": "đồng", "vnđ": "đồng", "vnd": "đồng", "Vnđ": "đồng", "đVN": "đồng",
    "USD": "đô la Mỹ", "usd": "đô la Mỹ", "$": "đô la Mỹ", "US$": "đô la Mỹ", "EUR": "ơ rô", "€": "ơ rô",
    "euro": "ơ rô", "£": "bảng Anh", "GBP": "bảng Anh", "¥": "yên Nhật",
    "JPY": "yên Nhật", "CNY": "nhân dân tệ", "NDT": "nhân dân tệ", "KRW": "won Hàn Quốc", "THB": "bạt Thái",
    "LAK": "kíp Lào",
}  # fmt: skip
_SCALES = {
    "k": "nghìn",
    "K": "nghìn",
    "tr": "triệu",
    "Tr": "triệu",
    "trđ": "triệu đồng",
    "trd": "triệu đồng",
    "Trđ": "triệu đồng",
    "TRĐ": "triệu đồng",
    "triệu": "triệu",
    "tỷ": "tỷ",
    "tỉ": "tỷ",
    "nghìn": "nghìn",
    "ngàn": "nghìn",
    "ty": "tỷ",
    "tỷđ": "tỷ đồng",
}
_STRAY = r"\s?(?:[.,]-?|/-|-|=)|\s?(?:[.,]-|/-)\s?|(?:[.,]|\s-)\s(?=đ(?![\w/]))"
"""Signs between a sum and its currency that only keep others from adding a digit: 200.000.-đ; 1.500.000/- đồng."""
_CURRENCY = "|".join(re.escape(word) for word in sorted(CURRENCIES, key=len, reverse=True))
_SCALE = "|".join(sorted(_SCALES, key=len, reverse=True))


def _amount(written: str, line: Line) -> str:
    """A sum: "1,500,000" and "1 500 000" and "45,000" are grouped numbers here, for nobody pays thousandths of a đồng."""
    compact = re.sub(r"[\u00a0 ]", ".", written)
    if re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", compact):
        return line.cardinal(re.sub(r"[.,]", "", compact))
    return line.number(compact)


def _sum(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    if match["c"] in {"Đ", "đ."} and _STREET.match(line.text[match.start("c") :]) and len(match["n"]) < 4:
        return  # số 5 Đ. Lê Lợi
    currency = CURRENCIES[match["c"]]
    if match["c"] == "đ" and not match["s"] and _is_mark(match["n"], line):
        currency = "điểm"
    scale = _scale(match["s"], line)
    amount = _amount(match["n"], line) if not scale else line.number(match["n"])
    yield Part(match.start(), match.end(), " ".join(filter(None, (amount, scale, currency))))


def _is_mark(written: str, line: Line) -> bool:
    """9,75đ: nobody pays hundredths of a đồng; 8đ in an examination."""
    if re.fullmatch(r"\d{1,2},\d{1,2}", written):
        return True
    return written.isdecimal() and int(written) <= 100 and bool(re.search(r"(?<!địa )điểm|thang", line.text.lower()))


_STREET = re.compile(r"[Đđ]\.\s?[A-ZĐÀ-Ỹ]\w+\s[A-ZĐÀ-Ỹ]")


def _scale(written: str | None, line: Line) -> str:
    if not written:
        return ""
    return _SCALES[written].replace("nghìn", line.dialect.thousand)


def _scaled(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    said = f"{line.number(match['n'])} {_scale(match['s'], line)}"
    if match["t"]:
        said += f" {_tail(match['t'], line)}"
    yield Part(match.start(), match.end(), said, 0.95)


def _tail(written: str, line: Line) -> str:
    """5tr2, 2 tỷ 5: the digit counts tenths of the scale, and is said as it stands."""
    return line.number(written)


def _thousands(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    """500k: not 4K screens, not 5 K."""
    if match["k"] == "K" and len(match["n"]) == 1:
        yield Part(match.start(), match.end(), f"{line.number(match['n'])} ca", 0.9)
        return
    yield Part(match.start(), match.end(), f"{line.number(match['n'])} {line.dialect.thousand}", 0.93)


def _prefixed(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    yield Part(match.start(), match.end(), f"{_amount(match['n'], line)} {CURRENCIES[match['c']]}")


def _unit_of_money(match: "re.Match[str]", _line: Line) -> Iterator[Part]:
    yield Part(match.start("c"), match.end("c"), CURRENCIES[match["c"]], 0.95)


def _pair(match: "re.Match[str]", _line: Line) -> Iterator[Part]:
    """Tỷ giá USD/VND: one money by another, not so much of it for each."""
    one, other = (
        f"{CURRENCIES[code]} Việt Nam" if CURRENCIES[code] == "đồng" else CURRENCIES[code] for code in match.groups()
    )
    yield Part(match.start(), match.end(), f"{one} trên {other}", 0.9)


_CODE = "USD|EUR|GBP|JPY|CNY|NDT|KRW|THB|LAK|VND|VNĐ"
_START = r"(?<![\w/])(?<!\d[.,])"
RULES = (
    Rule("money", re.compile(rf"(?<![\w/])(?<!\d )({_CODE})\s?/\s?({_CODE})(?![\w/])"), _pair),
    Rule(
        "money",
        re.compile(
            rf"{_START}(?P<n>{_AMOUNT})(?:\s?(?:(?P<s>{_SCALE})\s?)?|(?<=[.,\u00a0 ]\d{{3}})(?:{_STRAY}))"
            rf"(?P<c>{_CURRENCY})(?![\w])(?!/[cC]\b)(?:\s?/-(?!\w))?"
        ),
        _sum,
        "digit",
    ),
    Rule(
        "money",
        re.compile(
            rf"{_START}(?P<n>\d+(?:[.,]\d+)?)\s?(?P<s>trđ|Trđ|TRĐ|trd|tỷđ|tr|Tr|triệu|tỷ|tỉ)(?P<t>\d{{1,3}})?(?!\w)"
        ),
        _scaled,
        "digit",
    ),
    Rule("money", re.compile(rf"{_START}(?P<n>\d{{1,4}}(?:[.,]\d)?)(?P<k>\s?k|K)(?!\w)"), _thousands, "digit"),
    Rule("money", re.compile(rf"(?<!\w)(?P<c>US\$|\$|€|£|¥|USD)\s?(?P<n>{_AMOUNT})(?!\w)"), _prefixed, "digit"),
    Rule("money", re.compile(rf"(?<=[\w{MASKS}])\s?(?P<c>VNĐ|VND|vnđ|vnd|₫|USD|\$|€)(?!\w)"), _unit_of_money),
    Rule("money", re.compile(r"(?i:(?:nghìn|ngàn|triệu|tỷ|tỉ|trăm))\s(?P<c>đ|Đ)(?!\w)"), _unit_of_money),
)
