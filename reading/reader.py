"""A document becomes a script: blocks to sentences, sentences to spoken words with their reasons."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from typing import Literal, NamedTuple

from reading.backend import proposal
from reading.dialect import Dialect
from reading.document import UNREAD_KINDS, Block, BlockKind, Document
from reading.edits import join_spoken
from reading.lexicon import Lexicon
from reading.rules import read_written
from reading.script import Choice, Flag, FlagCode, Script, Sentence, SentenceKind, Token, sentence_id
from reading.sentences import breaths, split_sentences
from reading.tables import read_row

_KINDS = {
    BlockKind.TITLE: SentenceKind.TITLE,
    BlockKind.HEADING: SentenceKind.HEADING,
    BlockKind.LIST_ITEM: SentenceKind.LIST_ITEM,
    BlockKind.TABLE_ROW: SentenceKind.TABLE_ROW,
}
_UNREAD_REASONS = {
    BlockKind.ISSUER: "Tên cơ quan ban hành ở đầu văn bản: không đọc.",
    BlockKind.MOTTO: "Quốc hiệu, tiêu ngữ: không đọc.",
    BlockKind.DOCUMENT_NUMBER: "Số, ký hiệu văn bản ở đầu trang: không đọc.",
    BlockKind.PLACE_DATE: "Địa danh và ngày tháng ban hành: không đọc.",
    BlockKind.RECIPIENTS: "Nơi nhận: không đọc.",
    BlockKind.SIGNATURE: "Phần ký tên: không đọc.",
    BlockKind.PAGE_FURNITURE: "Số trang hoặc đường kẻ: không đọc.",
}
_NOTHING_TO_SAY = "Không có chữ nào để đọc."
_BULLETS = dict.fromkeys(("o", "§", "Ø", "ü", "v", "q"), "•")
"""Bullets that a word processor keeps as letters of a picture font."""
_ASKED = frozenset({FlagCode.UNREAD_SYMBOL, FlagCode.UNKNOWN_ABBREVIATION, FlagCode.FOREIGN_WORD})
_LEFT = re.compile(r"[^\W_]*\d|[A-ZĐÀ-Ý]{2}|[^\w\s,.;:!?'’-]")


class Spoken(NamedTuple):
    """One line of text, read."""

    written: str
    """NFC."""
    spoken: str
    tokens: tuple[Token, ...]
    flags: tuple[Flag, ...]


def read(document: Document, *, lexicon: Lexicon | None = None, dialect: Dialect | None = None) -> Script:
    """The script of a document: every sentence in reading order, the unread parts too, each with its reason.

    The same document, dictionary and dialect give the same script. Time grows in proportion to the text.
    """
    words = lexicon if lexicon is not None else Lexicon.national()
    manner = dialect or Dialect()
    seen: Counter[tuple[str, str]] = Counter()
    sentences = [
        _numbered(sentence, document.blocks[sentence.block].kind, seen)
        for index, block in enumerate(document.blocks)
        for sentence in _block_sentences(index, block, words, manner)
    ]
    return Script(title=_title(document), document_sha256=document.sha256, sentences=tuple(sentences))


def read_line(text: str, *, lexicon: Lexicon | None = None, dialect: Dialect | None = None) -> Spoken:
    """One line of body text, all of it to be spoken, headings and signature words too."""
    words = lexicon if lexicon is not None else Lexicon.national()
    written = unicodedata.normalize("NFC", text)
    tokens: list[Token] = []
    flags: list[Flag] = []
    for start, end in split_sentences(written):
        piece, doubts = _read(written[start:end], words, dialect or Dialect())
        tokens += (_moved(token, start) for token in piece)
        flags += (_flag_moved(flag, start) for flag in doubts)
    return Spoken(written, join_spoken(tuple(tokens)), tuple(tokens), tuple(flags))


def _read(written: str, lexicon: Lexicon, dialect: Dialect) -> tuple[tuple[Token, ...], tuple[Flag, ...]]:
    """The rules, and the guard behind them: what they left unreadable is flagged."""
    tokens, flags = read_written(written, lexicon, dialect)
    flagged = {(flag.start, flag.end) for flag in flags}
    left = tuple(
        Flag(
            code=FlagCode.UNREAD_SYMBOL,
            start=token.start,
            end=token.end,
            written=token.written,
            reason=f"Lời đọc “{token.spoken}” còn chữ số, chữ viết tắt hoặc ký hiệu: hãy sửa.",
        )
        for token in tokens
        if _LEFT.search(token.spoken) and (token.start, token.end) not in flagged
    )
    return tokens, (*(_with_proposal(flag) for flag in flags), *left)


def _with_proposal(flag: Flag) -> Flag:
    """The flag with one more choice, where the generic normaliser has another reading."""
    if flag.code not in _ASKED:
        return flag
    said = proposal(flag.written)
    if said is None or said in {choice.spoken for choice in flag.choices}:
        return flag
    return flag.model_copy(update={"choices": (*flag.choices, Choice(spoken=said, note="bộ đọc chung gợi ý"))})


def _block_sentences(index: int, block: Block, lexicon: Lexicon, dialect: Dialect) -> Iterator[Sentence]:
    kind = SentenceKind.UNREAD if block.kind in UNREAD_KINDS else _KINDS.get(block.kind, SentenceKind.BODY)
    reason = _UNREAD_REASONS.get(block.kind, "")
    if block.kind is BlockKind.TABLE_ROW and block.cells:
        row = read_row(block, lambda text: _read(text, lexicon, dialect))
        pieces = [(0, row.written, row.tokens, row.flags)]
        reason = row.skipped_reason
    else:
        text = unicodedata.normalize("NFC", block.text)
        pieces = []
        lead = f"{_BULLETS.get(block.marker, block.marker)} " if block.marker else ""
        for start, end in split_sentences(text):
            written = lead + text[start:end]
            tokens, flags = _read(written, lexicon, dialect)
            pieces.append((start - len(lead), written, tokens, flags))
            lead = ""
    sentences = [
        sentence
        for start, written, tokens, flags in pieces
        for sentence in _breath_sentences(index, start, written, tokens, flags, kind, reason)
    ]
    if sentences:
        sentences[-1] = sentences[-1].model_copy(update={"pause_after": "paragraph"})
    yield from sentences


def _breath_sentences(
    block: int,
    offset: int,
    written: str,
    tokens: tuple[Token, ...],
    flags: tuple[Flag, ...],
    kind: SentenceKind,
    reason: str,
) -> Iterator[Sentence]:
    groups = list(breaths(tokens))
    for number, group in enumerate(groups):
        start, end = group[0].start, group[-1].end
        last = number == len(groups) - 1
        spoken = join_spoken(tuple(group))
        pause: Literal["clause", "sentence"] = "sentence" if last else "clause"
        yield Sentence(
            id="",
            written=written[start:end],
            spoken=spoken,
            kind=kind,
            block=block,
            start=max(0, offset + start),
            end=max(0, offset + end),
            skipped_reason=reason or ("" if re.search(r"\w", spoken) else _NOTHING_TO_SAY),
            pause_after=pause,
            tokens=tuple(_moved(token, -start) for token in group),
            flags=tuple(_flag_moved(flag, -start) for flag in flags if start <= flag.start < end),
        )


def _numbered(sentence: Sentence, kind: BlockKind, seen: Counter[tuple[str, str]]) -> Sentence:
    key = (kind, sentence.written)
    identity = sentence_id(kind, sentence.written, seen[key])
    seen[key] += 1
    return sentence.model_copy(update={"id": identity})


def _moved(token: Token, by: int) -> Token:
    return token.model_copy(update={"start": token.start + by, "end": token.end + by}) if by else token


def _flag_moved(flag: Flag, by: int) -> Flag:
    return flag.model_copy(update={"start": flag.start + by, "end": flag.end + by}) if by else flag


def _title(document: Document) -> str:
    """The title blocks that stand together, or the first heading or paragraph, shortened."""
    titles: list[str] = []
    for block in document.blocks:
        if block.kind is BlockKind.TITLE:
            titles.append(block.text)
        elif titles:
            break
    if not titles:
        titles = [block.text for block in document.blocks if block.kind not in UNREAD_KINDS and block.text.strip()][:1]
    title = " ".join(" ".join(titles).split())
    return title if len(title) <= 160 else title[:159].rstrip() + "…"
