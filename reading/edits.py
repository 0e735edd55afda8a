"""A person's changes to a script. Each gives a new script and leaves a trace; reading again throws none away."""

from collections.abc import Callable
from datetime import datetime
from difflib import SequenceMatcher
from typing import Literal

from reading.errors import ReadingError
from reading.script import Edit, Flag, Script, Sentence, Token

SAME_ENOUGH = 0.6
"""How alike (difflib ratio of the written text) two sentences are when one is taken for the other after a new reading."""
EXCLUDED = "Cán bộ chọn không đọc câu này."


class UnknownSentenceError(ReadingError):
    """The sentence or the doubtful place is not in this script (any more)."""


def edit_sentence(script: Script, sentence_id: str, spoken: str, *, editor: str, at: datetime) -> Script:
    """Say `spoken` instead. Written text and earlier edits stay; open flags count as resolved.

    Raises UnknownSentenceError; a text of spaces only is refused too (use `exclude_sentence`).
    """
    said = " ".join(spoken.split())
    if not said:
        raise UnknownSentenceError("Câu sửa đang để trống: hãy nhập lời đọc, hoặc chọn “không đọc câu này”.")

    def change(sentence: Sentence) -> Sentence:
        return _edited(sentence, "text", editor, at, said, spoken=said, flags=())

    return _with_sentence(script, sentence_id, change)


def choose(script: Script, sentence_id: str, flag: Flag, spoken: str, *, editor: str, at: datetime) -> Script:
    """Resolve one doubtful place: say `spoken` (one of its choices, or the officer's own words) there.

    Raises UnknownSentenceError when the sentence does not carry that flag.
    """
    said = " ".join(spoken.split())

    def change(sentence: Sentence) -> Sentence:
        if flag not in sentence.flags:
            raise UnknownSentenceError("Chỗ này đã được xử lý hoặc câu đã thay đổi: hãy tải lại kịch bản.")
        left = tuple(other for other in sentence.flags if other != flag)
        now = next((choice.spoken for choice in flag.choices), "")
        if any(edit.kind == "text" for edit in sentence.edits):
            text = sentence.spoken.replace(now, said, 1) if now else sentence.spoken
            return _edited(sentence, "choice", editor, at, text, spoken=text, flags=left)
        tokens = _said_at(sentence.tokens, flag, said)
        text = join_spoken(tokens)
        return _edited(sentence, "choice", editor, at, text, spoken=text, flags=left, tokens=tokens)

    return _with_sentence(script, sentence_id, change)


def exclude_sentence(script: Script, sentence_id: str, *, editor: str, at: datetime, reason: str = EXCLUDED) -> Script:
    """Do not read this sentence. Raises UnknownSentenceError."""
    return _with_sentence(
        script, sentence_id, lambda sentence: _edited(sentence, "exclude", editor, at, "", skipped_reason=reason)
    )


def include_sentence(script: Script, sentence_id: str, *, editor: str, at: datetime) -> Script:
    """Read this sentence although it is of a part that is not read by default. Raises UnknownSentenceError."""
    return _with_sentence(
        script,
        sentence_id,
        lambda sentence: _edited(sentence, "include", editor, at, sentence.spoken, skipped_reason=""),
    )


def merge_edits(old: Script, new: Script) -> Script:
    """`new` with every edit of `old` in its place; edits whose sentence is gone are kept in `orphans`.

    A sentence is the same when its id is, or else when its written text is alike and no other claims it.
    """
    edited = [sentence for sentence in (*old.sentences, *old.orphans) if sentence.edited]
    sentences = list(new.sentences)
    places = {sentence.id: index for index, sentence in enumerate(sentences)}
    taken: set[int] = set()
    late: list[Sentence] = []
    for sentence in edited:
        index = places.get(sentence.id)
        if index is None or index in taken:
            late.append(sentence)
            continue
        taken.add(index)
        sentences[index] = _carry(sentence, sentences[index])
    orphans: list[Sentence] = []
    for sentence in late:
        index = _most_alike(sentence, sentences, taken)
        if index is None:
            orphans.append(sentence)
            continue
        taken.add(index)
        sentences[index] = _carry(sentence, sentences[index])
    return new.model_copy(update={"sentences": tuple(sentences), "orphans": (*new.orphans, *orphans)})


def join_spoken(tokens: tuple[Token, ...]) -> str:
    """The spoken text of a row of tokens: one space between words, none before a comma or stop."""
    parts: list[str] = []
    for token in tokens:
        if not token.spoken:
            continue
        if token.spoken[0] in ",.;:!?…":
            if not parts:  # nothing to pause after
                continue
            if parts[-1][-1] in ",.;:!?…":  # never two pauses in a row: the first stands
                continue
            parts[-1] += token.spoken
        else:
            parts.append(token.spoken)
    return " ".join(parts)


def _carry(old: Sentence, new: Sentence) -> Sentence:
    same = old.written == new.written
    update: dict[str, object] = {"edits": old.edits}
    kinds = {edit.kind for edit in old.edits}
    if "text" in kinds or "choice" in kinds:
        update["spoken"] = old.spoken
        update["flags"] = old.flags if same else new.flags
        if same:
            update["tokens"] = old.tokens
    last = [edit.kind for edit in old.edits if edit.kind in {"include", "exclude"}]
    if last:
        update["skipped_reason"] = old.skipped_reason
    return new.model_copy(update=update)


def _most_alike(sentence: Sentence, sentences: list[Sentence], taken: set[int]) -> int | None:
    best, best_index = SAME_ENOUGH, None
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(sentence.written)
    for index, candidate in enumerate(sentences):
        if index in taken or candidate.edited:
            continue
        matcher.set_seq1(candidate.written)
        if matcher.real_quick_ratio() <= best or matcher.quick_ratio() <= best:
            continue
        ratio = matcher.ratio()
        if ratio > best:
            best, best_index = ratio, index
    return best_index


def _said_at(tokens: tuple[Token, ...], flag: Flag, said: str) -> tuple[Token, ...]:
    out: list[Token] = []
    done = False
    for token in tokens:
        if token.end <= flag.start or token.start >= flag.end or token.start == token.end:
            out.append(token)
            continue
        spoken = "" if done else said
        skipped = "" if spoken else "Đã đọc cùng từ trước." if done else "Cán bộ chọn không đọc."
        out.append(
            token.model_copy(update={"spoken": spoken, "skipped": skipped, "rule": "officer", "confidence": 1.0})
        )
        done = True
    return tuple(out)


def _edited(
    sentence: Sentence,
    kind: Literal["text", "choice", "include", "exclude"],
    editor: str,
    at: datetime,
    after: str,
    **update: object,
) -> Sentence:
    edit = Edit(kind=kind, editor=editor, at=at, before=sentence.spoken, after=after)
    return sentence.model_copy(update={**update, "edits": (*sentence.edits, edit)})


def _with_sentence(script: Script, sentence_id: str, change: Callable[[Sentence], Sentence]) -> Script:
    for index, sentence in enumerate(script.sentences):
        if sentence.id == sentence_id:
            sentences = (*script.sentences[:index], change(sentence), *script.sentences[index + 1 :])
            return script.model_copy(update={"sentences": sentences})
    raise UnknownSentenceError("Không còn câu này trong kịch bản: hãy tải lại trang.")
