"""What holds for any text at all."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reading import Dialect, document_from_text, read, read_line
from reading.sentences import MAX_WRITTEN, split_sentences

OFFICIAL = (
    "UBND", "xã", "Nà Ít", "15/KH-UBND", "7h30", "–", "9h", "ngày", "3/4", "số hộ", "1.500.000đ", "/người/tháng", "0912.345.678",
    "KT.", "CHỦ TỊCH", "QL4A", "II", "thứ", "CĐ", "T2-T6", "5-7 ngày", "±", "‰", "°C", "-3°C", "m²", "NPK 16-16-8", "Covid-19",
    "http://a.vn/b?c=d", "x@y.vn", "\u00a0", "\t", "\n", "Đ/c", "TP.", "...", "…", "“", "”", "(", ")", "H'Mông", "ЖЩ", "中文", "🙂",
    "\ue000", "\ue001", "\u0301", "\u200b", "a-", "/", "//", "--", "1,000", "1.2.3.4", "٣", "½", "Ⅳ", "²", "LÊ THỊ VI", "khóa XV",
)  # fmt: skip
SPOKEN = (
    "hai mươi mốt",
    "phần trăm",
    "ngày mùng hai tháng chín",
    "quốc lộ bốn a",
    "đến",
    "trên",
    "và",
    "Nguyễn Thị Vi",
    "bê xê hát",
    ",",
    ".",
    "năm hai nghìn",
    "ba",
    "tư",
)
words = st.lists(st.one_of(st.sampled_from(OFFICIAL), st.text(max_size=8)), max_size=25)
texts = st.builds(lambda parts, gap: gap.join(parts), words, st.sampled_from(["", " ", "  ", "-", "."]))


def covered(tokens, written):
    place = 0
    for token in tokens:
        assert token.start >= place
        assert written[token.start : token.end] == token.written
        assert not written[place : token.start].strip(), (written, place, token)
        place = token.end
    assert not written[place:].strip(), (written, place)


@settings(max_examples=150, deadline=None)
@given(texts)
def test_no_character_is_lost_and_nothing_crashes(text):
    said = read_line(text)
    covered(said.tokens, said.written)
    for token in said.tokens:
        assert token.spoken or token.skipped, token


@settings(max_examples=100, deadline=None)
@given(texts)
def test_every_sentence_of_a_document_keeps_its_words(text):
    script = read(document_from_text(text))
    for sentence in script.sentences:
        covered(sentence.tokens, sentence.written)
    assert len({sentence.id for sentence in script.sentences}) == len(script.sentences)
    assert script == read(document_from_text(text))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from([*SPOKEN, *OFFICIAL[:29]]), max_size=20).map(" ".join))
def test_what_is_spoken_is_left_alone_when_read_again(text):
    said = read_line(text)
    again = read_line(said.spoken)
    assert again.spoken == said.spoken


@settings(max_examples=100, deadline=None)
@given(texts)
def test_the_same_text_is_read_the_same(text):
    assert read_line(text) == read_line(text)


@settings(max_examples=150, deadline=None)
@given(texts)
def test_the_guard_lets_no_digit_pass_unflagged(text):
    said = read_line(text)
    flagged = [(flag.start, flag.end) for flag in said.flags]
    for token in said.tokens:
        readable = all(character.isalpha() or character in " ,.;:!?'’-" for character in token.spoken)
        assert readable or (token.start, token.end) in flagged, token


@settings(max_examples=100, deadline=None)
@given(texts, st.sampled_from(["nghìn", "ngàn"]), st.sampled_from(["north", "south"]))
def test_any_dialect_reads_any_text(text, thousand, letters):
    said = read_line(text, dialect=Dialect(thousand=thousand, zero_ten="lẻ", four_after_tens="tư", letters=letters))
    covered(said.tokens, said.written)


@given(st.text())
def test_sentences_are_bounded_and_disjoint(text):
    place = 0
    for start, end in split_sentences(text):
        assert place <= start < end <= start + MAX_WRITTEN + 1
        assert not text[place:start].strip()
        place = end
    assert not text[place:].strip()


@pytest.mark.parametrize(
    "text",
    [
        "a-" * 3000,
        "1." * 5000,
        "A" * 25_000,
        "/" * 9000,
        "UBND-" * 2000,
        "h'" * 4000,
        "9" * 25_000,
        "I" * 9000,
        "1/2-" * 3000,
    ],
)
def test_endless_words_are_read_to_the_end(text):
    said = read_line(text)
    covered(said.tokens, unicodedata.normalize("NFC", text))
