"""Abbreviations: the dictionary, nearest layer first, its conditions, and what is spelled because nobody knows it."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from reading.lexicon import Entry
from reading.rules.line import CONTEXT, MASKS, Line, Part, Rule
from reading.script import FlagCode
from reading.syllables import is_syllable

_LETTERS = "A-ZÀÁẢÃẠĂẰẮẲẴẶÂẦẤẨẪẬÈÉẺẼẸÊỀẾỂỄỆÌÍỈĨỊÒÓỎÕỌÔỒỐỔỖỘƠỜỚỞỠỢÙÚỦŨỤƯỪỨỬỮỰỲÝỶỸỴĐ"
_EDGE = re.compile(r"[\s,;:.()\"“”'&/–-]+")


_SAFE_PAIRS = frozenset({"UB", "TW", "NQ", "QĐ", "XD", "SX", "KD", "QS", "QP", "BH", "VN", "XH"})
"""Two letters that mean one thing even inside a longer abbreviation."""


def choose_entry(entries: Sequence[Entry], before: str, after: str, sentence: str) -> tuple[Entry, bool] | None:
    """The row that holds here, and whether that is sure.

    A condition that is met wins over none; within the same, the nearer layer, then a neighbour over a word elsewhere in
    the sentence, then the order of the rows. Two unconditional rows of the winning layer that say different things make it unsure.
    """
    strengths = [(entry, _strength(entry, before, after, sentence)) for entry in entries if entry.row.conditional]
    met = [entry for entry, strength in strengths if strength]
    beside = [entry for entry, strength in strengths if strength > 1 and entry.layer == met[0].layer]
    met = beside or met
    plain = [entry for entry in entries if not entry.row.conditional]
    if met and not (plain and _distance(plain[0]) < _distance(met[0])):
        return met[0], True
    if not plain:
        return None
    same_layer = {entry.row.spoken for entry in plain if entry.layer == plain[0].layer}
    return plain[0], len(same_layer) == 1


def _distance(entry: Entry) -> int:
    return ("document", "commune", "province", "national").index(entry.layer)


def _strength(entry: Entry, before: str, after: str, sentence: str) -> int:
    """2 where a neighbour meets the condition, 1 where a word of the sentence does, else 0."""
    row = entry.row
    left, right = before.lower().rstrip(), after.lstrip()
    bare_left, bare_right = _EDGE.sub(" ", left).rstrip(), _EDGE.sub(" ", right).lstrip()
    if any(_ends_with(left, bare_left, phrase) for phrase in row.after) or any(
        _starts_with(right, bare_right, phrase) for phrase in row.before
    ):
        return 2
    return int(any(re.search(rf"(?<!\w){re.escape(phrase.lower())}(?!\w)", sentence) for phrase in row.among))


def _ends_with(left: str, bare: str, phrase: str) -> bool:
    if phrase == "^":
        return not bare
    if phrase == "#":
        return bare[-1:].isdigit()
    if phrase in {":", ","}:
        return left.endswith(phrase)
    wanted = _bare(phrase)
    return bare.endswith(wanted) and not bare[: -len(wanted)][-1:].isalnum()


def _starts_with(right: str, bare: str, phrase: str) -> bool:
    if phrase == "$":
        return not bare
    if phrase == "#":
        return bare[:1].isdigit()
    if phrase == "*":
        word = re.split(r"[\s,;:.()]", bare, maxsplit=1)[0]
        return word[:1].isdigit() or (
            word[:1].isupper() and (len(word) == 1 or not word.isupper() or is_syllable(word))
        )
    if phrase in {":", ","}:
        return right.startswith(phrase)
    wanted = _bare(phrase)
    return bare[: len(wanted)].lower() == wanted and not bare[len(wanted) :][:1].isalnum()


@lru_cache(maxsize=20_000)
def _bare(phrase: str) -> str:
    return _EDGE.sub(" ", phrase.lower()).strip() or phrase.lower()


def _known(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    """A word, with the signs inside and the dot behind it, that the dictionary has."""
    written = match[0]
    for candidate in dict.fromkeys((written, written.rstrip("."), written.replace(".", ""))):
        entries = line.lexicon.entries(candidate)
        if not entries and not (line.capitals or is_syllable(candidate)):
            entries = line.lexicon.entries_any_case(candidate)
        if not entries and line.capitals and not is_syllable(candidate):
            entries = line.lexicon.entries_any_case(candidate)
        if line.capitals and is_syllable(candidate) and candidate.isupper():
            entries = tuple(entry for entry in entries if entry.row.conditional)
        part = _from_entries(entries, match.start(), match.start() + len(written), candidate, line) if entries else None
        if part is not None:
            yield part
            return
    if "-" in written or "/" in written or "&" in written:
        yield from _compound(match, line)


def phrases(line: Line) -> Iterator[Part]:
    """Written forms of more than one word, or with digits ("QR code", "SARS-CoV-2"): before any other rule sees their pieces."""
    if line.lexicon.phrases is None:
        return
    for match in line.lexicon.phrases.finditer(line.open):
        part = _from_entries(line.lexicon.entries(match[0]), match.start(), match.end(), match[0], line)
        if part is not None:
            yield part


def _from_entries(entries: Sequence[Entry], start: int, end: int, written: str, line: Line) -> Part | None:
    if line.text[start:end].endswith(".") and not written.endswith(".") and not line.text[end:].strip():
        end -= 1  # the full stop of the sentence
    before = line.text[max(0, start - CONTEXT) : start]
    after = line.text[end : end + CONTEXT]
    found = choose_entry(entries, before, after, line.text.lower())
    if found is None:
        return None
    entry, sure = found
    if sure and not entry.row.conditional and _forlorn(entries, before, after):
        sure = False
    readings = dict.fromkeys((entry.row.spoken, *(other.row.spoken for other in entries)))
    if sure:
        return Part(start, end, entry.row.spoken, 0.96 if len(readings) == 1 else 0.9, rule=entry.name)
    choices = tuple((spoken, "từ điển") for spoken in (*readings, line.dialect.spell(re.sub(r"\W", "", written))))
    reason = f"“{written}” có nhiều cách đọc: hãy chọn."
    return Part(
        start, end, entry.row.spoken, 0.6, flag=FlagCode.AMBIGUOUS, reason=reason, choices=choices, rule=entry.name
    )


def _forlorn(entries: Sequence[Entry], before: str, after: str) -> bool:
    """Whether a form with several readings stands between signs, without a word beside it that could tell."""
    if len({entry.row.spoken for entry in entries}) < 2 or len(entries[0].row.written) > 3:
        return False
    alone_left = re.search(r"(?:^|[-–&,;:(])\s*$", before)
    alone_right = re.match(r"\s*(?:$|[-–&,;:).])", after)
    return bool(alone_left and alone_right)


def _compound(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    """KT-XH, QP&AN, UBND-HĐND: each side by the dictionary."""
    pieces = list(re.finditer(r"[^\W\d_]+|&", match[0]))
    parts: list[Part] = []
    for piece in pieces:
        start, end = match.start() + piece.start(), match.start() + piece.end()
        if piece[0] == "&":
            parts.append(Part(start, end, "và", 0.95))
            continue
        entries = line.lexicon.entries(piece[0])
        part = _from_entries(entries, start, end, piece[0], line) if entries else None
        if part is None:
            return
        parts.append(part)
    yield from parts


def _composed(letters: str, line: Line) -> str:
    """UBKTĐU from UBKT and ĐU: the fewest known parts, or nothing when a letter is left over or the parts are many."""
    best: dict[int, tuple[str, ...]] = {0: ()}
    for end in range(2, len(letters) + 1):
        for start in range(max(0, end - 8), end - 1):
            if start not in best or (best.get(end) is not None and len(best[end]) <= len(best[start]) + 1):
                continue
            piece = letters[start:end]
            readings = {entry.row.spoken for entry in line.lexicon.entries(piece)}
            if len(readings) == 1 and (len(piece) > 2 or piece in _SAFE_PAIRS):
                best[end] = (*best[start], readings.pop())
    parts = best.get(len(letters), ())
    return " ".join(parts) if 0 < len(parts) <= 3 else ""


def _unknown(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    """Capitals that are no syllable and in no dictionary: spelled, and offered for the dictionary."""
    written = match[0]
    letters = re.sub(r"[^\w]|_", "", written)
    if line.capitals and is_syllable(letters):
        return
    if len(letters) < 2 or is_syllable(letters):
        return
    guess = _composed(letters, line)
    if guess:
        reason = f"“{written}” chưa có trong từ điển: đang đọc theo các phần đã biết, hãy kiểm tra."
        choices = ((guess, "ghép từ từ điển"), (line.dialect.spell(letters), "đọc từng chữ cái"))
        yield Part(
            match.start(), match.end(), guess, 0.55, flag=FlagCode.UNKNOWN_ABBREVIATION, reason=reason, choices=choices
        )
        return
    spoken = line.dialect.spell(letters)
    reason = f"Chưa biết “{written}” là gì: đang đọc từng chữ cái. Có thể thêm vào từ điển của xã."
    end = match.end() - (1 if written.endswith(".") and not line.text[match.end() :].strip() else 0)
    letters_only = ((spoken, "đọc từng chữ cái"),)
    yield Part(match.start(), end, spoken, 0.5, flag=FlagCode.UNKNOWN_ABBREVIATION, reason=reason, choices=letters_only)


def _initials(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    """bà Đ.T.M, chị Lê T.H.: a person who is not named is no abbreviation."""
    before = line.text[max(0, match.start() - CONTEXT) : match.start()]
    if _PERSON_BEFORE.search(before):
        end = match.end() - (1 if match[0].endswith(".") and not line.text[match.end() :].strip() else 0)
        yield Part(match.start(), end, line.dialect.spell(re.sub(r"\W", "", match[0])), 0.9)


_PERSON_BEFORE = re.compile(
    r"(?:(?i:ông|bà|anh|chị|em|cháu|cụ|cô|chú|bác|đối tượng|nạn nhân|bị can|bị cáo|bệnh nhân|học sinh)|"
    r"(?<![.!?]\s)\b[A-ZĐÀ-Ỹ][a-zà-ỹ]+)\s$"
)


def _apart(match: "re.Match[str]", line: Line) -> Iterator[Part]:
    """KT - XH, CNTT & TT: a compound the dictionary has, written with spaces."""
    joined = re.sub(r"\s", "", match[0]).replace("–", "-")
    entries = line.lexicon.entries(joined)
    part = _from_entries(entries, match.start(), match.end(), joined, line) if entries else None
    if part is not None:
        yield part


RULES = (
    Rule(
        "abbreviation",
        re.compile(rf"(?<![\w{MASKS}-])[{_LETTERS}]{{2,6}}(?:\s?[-–&]\s?[{_LETTERS}]{{2,6}}){{1,3}}(?![\w-])"),
        _apart,
    ),
    Rule("initials", re.compile(rf"(?<![\w.])(?:[{_LETTERS}]\.){{1,4}}[{_LETTERS}]\.?(?!\w)"), _initials),
    Rule("initials", re.compile(rf"(?<![\w.])[{_LETTERS}]\.(?=\s?[,;)(]|\s[a-zà-ỹđ]|\s*$)"), _initials),
    Rule(
        "abbreviation",
        re.compile(rf"(?<![\w{MASKS}])[^\W\d_][^\W_]{{0,20}}(?:[-/&.][^\W_]{{1,20}}){{1,6}}\.?(?!\w)"),
        _known,
    ),
    Rule("abbreviation", re.compile(r"(?<!\w)[^\W\d_]+(?:\.(?=[A-ZĐÀ-Ỹ][a-zà-ỹ])|\.?(?!\w))"), _known),
    Rule(
        "unknown abbreviation",
        re.compile(
            rf"(?<!\w)[{_LETTERS}]{{1,12}}(?:[a-zđ]{{1,2}}[{_LETTERS}]+)?[a-zđ]{{0,1}}(?:\.[{_LETTERS}]{{1,12}}){{0,5}}(?![\w])"
        ),
        _unknown,
    ),
)
