"""Numbers and signs of official documents: 1021/THH-DVCNTT, 12-NQ/TW, 15/2021/NĐ-CP, 31/2024/QH15 (layout: NĐ 30/2020/NĐ-CP)."""

import re
from collections.abc import Iterator

from reading.numbers import code_number
from reading.rules.line import Line, Part, Rule, whole

BODIES = {
    "UBND": "ủy ban nhân dân",
    "HĐND": "hội đồng nhân dân",
    "TW": "trung ương",
    "MTTQ": "mặt trận tổ quốc",
    "UBMTTQ": "ủy ban mặt trận tổ quốc",
    "UBMTTQVN": "ủy ban mặt trận tổ quốc việt nam",
}
"""Bodies every listener knows are said in full; the other signs are spelled: a sign is there to be looked up, not understood."""

_LETTERS = "A-ZĐÂÊÔƠƯ"
_SIGN = rf"(?:[{_LETTERS}]+(?:[a-zđ]{{1,2}}[{_LETTERS}]*)?\d{{0,3}})"
_SIGNS = rf"{_SIGN}(?:\s?[-–.&/]\s?{_SIGN}|\([{_LETTERS}\d]{{1,6}}\)){{0,6}}"
_KIND = (
    r"(?:số|công văn|nghị quyết|nghị định|quyết định|chỉ thị|thông tư|hướng dẫn|kế hoạch|thông báo|giấy mời|tờ "
    r"trình|báo cáo|công điện|kết luận"
    r"|luật|pháp lệnh|văn bản|quy định|quy chế|chương trình|đề án|phương án|giấy phép|hợp đồng|biên bản|lệnh|thông "
    r"tri|tb|qđ|cv|kh|nq|nđ|tt|ct|kl|hd|bc)"
)
_KIND_BEFORE = re.compile(_KIND + r"\s*:?\s*$")
_KNOWN_SIGNS_WRITTEN = (
    "NQ CT QĐ KL HD TB KH BC CTr QC QyĐ CV TTr NĐ TT QH CĐ GM BB PA ĐA TTg CP UBND HĐND TW TU HU ĐU QĐi Tr PL VBHN TTLT"
)
_KNOWN_SIGNS = frozenset(_KNOWN_SIGNS_WRITTEN.split())


def _numbers(written: str, line: Line) -> str:
    said: list[str] = []
    for piece in re.findall(r"\d+|[a-zA-ZĐđ]+", written):
        if not piece.isdigit():
            said.append(line.dialect.spell(piece))
        elif (len(piece) < 3 and piece[0] == "0") or len(piece) > 5 or piece[0] == "0":
            said.append(code_number(piece, line.dialect))
        else:
            said.append(line.cardinal(piece))
    return " trên ".join(said) if "/" in written else " ".join(said)


def _sign(written: str, line: Line) -> str:
    """The part behind the number: signs spelled, known bodies in full, "trên" for a slash, nothing for a hyphen."""
    said: list[str] = []
    for piece in re.findall(rf"[{_LETTERS}a-zđ]+|\d+|[/&]", written):
        if piece in BODIES:
            said.append(BODIES[piece])
        elif piece == "/":
            said.append("trên")
        elif piece == "&":
            said.append("và")
        elif piece.isdigit():
            said.append(code_number(piece, line.dialect))
        else:
            said.append(line.dialect.spell(piece))
    return " ".join(said)


def _slashed(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    signs = match["signs"]
    capitals = sum(character.isupper() for character in signs)
    if capitals < 2 and not _KIND_BEFORE.search(line.before(match.start())):
        return
    numbers = re.sub(r"\s", "", match["numbers"])
    yield whole(match, f"{_numbers(numbers, line)} trên {_sign(signs, line)}")


def _hyphened(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    first = re.match(rf"[{_LETTERS}a-z]+", match["signs"])
    known = first is not None and first[0] in _KNOWN_SIGNS
    if re.search(r"bão\s(?:số\s)?$", line.before(match.start())):
        return  # bão số 10 - BUALOI
    if re.match(r"\s?\d{3}\.\d\d(?!\d)", line.after(match.end())):
        return  # biển số 29-A1 123.45
    if not (known or "/" in match["signs"] or _KIND_BEFORE.search(line.before(match.start()))):
        return
    yield whole(match, f"{_numbers(match['numbers'], line)} {_sign(match['signs'], line)}")


def _blank(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    yield whole(match, f"trên {_sign(match['signs'], line)}", 0.9)


def _year_only(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    yield Part(match.start("n"), match.end("y"), f"{_numbers(match['n'], line)} trên {line.cardinal(match['y'])}", 0.93)


def _padded(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    yield Part(match.start("n"), match.end("n"), code_number(match["n"], line.dialect), 0.9)


RULES = (
    Rule(
        "document number",
        re.compile(
            rf"(?<![\w/])(?P<numbers>\d{{1,6}}[a-zA-ZĐđ]?(?:\s?/\s?(?:19|20)\d\d)?)\s?/\s?(?P<signs>{_SIGNS})(?![\w/])"
        ),
        _slashed,
        "digit",
    ),
    Rule(
        "document number",
        re.compile(
            rf"(?<![\w/])(?P<numbers>\d{{1,6}}[a-zA-Z]?)\s?[-–]\s?(?P<signs>{_SIGN}(?:\s?[-–./]\s?{_SIGN}){{0,4}})(?![\w/])"
        ),
        _hyphened,
        "digit",
    ),
    Rule(
        "document number",
        re.compile(
            rf"(?<=[\s.…:_])/(?P<signs>(?:QĐ|TB|KH|BC|CV|NQ|TTr|GM|HD|CT|KL|"
            rf"UBND)(?:\s?[-–/]\s?{_SIGN}){{0,3}})(?![\w/])"
        ),
        _blank,
    ),
    Rule(
        "document number",
        re.compile(
            r"(?i:nghị định|nghị quyết|quyết định|thông tư|luật|pháp lệnh|công văn|chỉ thị|nđ|tt|nq|qđ|văn "
            r"bản)\s(?:số\s?:?\s?)?(?P<n>\d{1,5})\s?/\s?(?P<y>(?:19|20)\d\d)(?![\w/])"
        ),
        _year_only,
        "digit",
    ),
    Rule(
        "document number",
        re.compile(
            r"(?i:nghị định|nghị quyết|quyết định|thông tư|công văn|chỉ thị|giấy mời|thông báo|kế hoạch|công điện|"
            r"tờ trình|báo cáo|hướng dẫn|kết luận)\s(?:số\s?:?\s?)(?P<n>0\d{1,2})(?![\w/]|[.,]\d)"
        ),
        _padded,
        "digit",
    ),
    Rule(
        "document number",
        re.compile(r"(?i:đề án|chỉ thị|nghị quyết|nghị định)\s(?P<n>0\d{1,2})(?![\w/]|[.,]\d)"),
        _padded,
        "digit",
    ),
)
