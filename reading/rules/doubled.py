"""A number written twice, in digits and in words: "05 (năm) ngày", "hai (02) bản". It is said once."""

import re
from collections.abc import Iterator

from reading.numbers import say_number
from reading.rules.line import Line, Part, Rule
from reading.script import FlagCode

_TWICE = "Số này vừa được đọc, ở đây chỉ ghi lại."
_NUMBER_WORDS_WRITTEN = (
    "không một mốt hai ba bốn tư năm lăm sáu bảy bẩy tám chín mười mươi trăm nghìn ngàn triệu tỷ tỉ linh lẻ phẩy"
)
_NUMBER_WORDS = frozenset(_NUMBER_WORDS_WRITTEN.split())
_SAME = {
    "mốt": "một", "tư": "bốn", "lăm": "năm", "bẩy": "bảy", "ngàn": "nghìn", "tỉ": "tỷ", "lẻ": "", "linh": "",
    "mươi": "mười",
}  # fmt: skip
_SCALES = {"nghìn": "nghìn", "ngàn": "nghìn", "triệu": "triệu", "tỷ": "tỷ", "tỉ": "tỷ", "tr": "triệu"}
_LABEL = re.compile(r"(?:viết\s)?(?:số tiền\s)?(?:viết\s)?bằng chữ\s*(?:là)?\s*:?\s*|số tiền\s*:?\s*")
_WORDS = r"(?:\s?[^\W\d_]{1,8}[,.:]?)"


def _plain(words: list[str]) -> str:
    """One form for the ways of saying the same number: without "linh", without the hundreds that are zero."""
    said = " ".join(_SAME.get(word, word) for word in words)
    return " ".join(said.replace("không trăm", "").split())


def _split(words: list[str]) -> tuple[list[str], list[str]]:
    """The number words in front, and the rest."""
    for index, word in enumerate(words):
        if word not in _NUMBER_WORDS:
            return words[:index], words[index:]
    return words, []


def _allowed_after(unit: list[str], after: str) -> set[str]:
    """The words that may follow the number in the bracket: those said outside it anyway."""
    outside = {"chẵn", "tròn", *unit, *after.split()[:2]}
    if set(unit) & {"đ", "đồng", "vnđ", "vnd", "đ/-"} or (unit and "đồng" in unit[-1]):
        outside |= {"đồng", "việt", "nam"}
    return outside | {"phần", "trăm", "mét", "vuông", "héc", "ta"} if unit else outside


def _in_words(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    """05 (năm) ngày; 300.000 đồng (ba trăm nghìn đồng chẵn)."""
    inside = _LABEL.sub("", match["w"].lower(), count=1)
    number, rest = _split(re.findall(r"[^\W\d_]+", inside))
    if not number:
        return
    unit = (match["u"] or "").lower().split()
    scale = _SCALES.get(unit[0]) if unit else None
    written = re.sub(r"(?<=\d)[ \u00a0](?=\d{3})", ".", match["n"])
    said = say_number(written, line.dialect)
    if said is None or any(word not in _allowed_after(unit, line.after(match.end())) for word in rest):
        return
    expected = f"{said} {scale}" if scale and number[-1] in _SCALES else said
    if _plain(number) == _plain(expected.split()):
        yield Part(match.start("b"), match.end("b"), "", 1.0, _TWICE)
        return
    if number == ["năm"] or (len(number) == 1 and rest):
        return
    reason = f"Ghi bằng số là “{match['n']}” nhưng trong ngoặc ghi “{match['w'].strip()}”: hãy xem lại văn bản."
    spoken = f", {' '.join(number)},"
    choices = ((spoken, "đọc cả trong ngoặc"), ("", "không đọc chỗ trong ngoặc"))
    yield Part(match.start("b"), match.end("b"), spoken, 0.4, "", FlagCode.AMBIGUOUS, reason, choices)


def _in_digits(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    """Hai (02) bản, mười lăm (15) ngày."""
    number = [word for word in match["w"].lower().split() if word]
    said = say_number(match["n"], line.dialect)
    while number and said is not None:
        if all(word in _NUMBER_WORDS for word in number) and _plain(number) == _plain(said.split()):
            yield Part(match.start("b"), match.end("b"), "", 1.0, _TWICE)
            return
        number = number[1:]


RULES = (
    Rule(
        "doubled number",
        re.compile(
            r"(?<![\w.,])(?P<n>\d{1,3}(?:[. \u00a0]\d{3})+|\d{1,9}(?:,\d{1,3})?)\s?(?:[.,]?-?/?-?\s?"
            r"(?P<u>(?:đồng|đ|Đ|VNĐ|VND|vnđ|%|triệu đồng|tỷ đồng|nghìn đồng|triệu|tỷ|nghìn|m2|m²|ha|ngày|tháng)(?:/-)?)\s?)?"
            rf"(?P<b>\((?P<w>[^\W\d_]{{1,8}}:?{_WORDS}{{0,24}})(?:\s?\./?\.?)?\s?\))"
        ),
        _in_words,
        "digit",
    ),
    Rule(
        "doubled number",
        re.compile(r"(?<!\w)(?P<w>[^\W\d_]{2,5}(?:\s[^\W\d_]{2,5}){0,5})\s?(?P<b>\((?P<n>\d{1,9}(?:\.\d{3}){0,4})\))"),
        _in_digits,
        "digit",
    ),
)
