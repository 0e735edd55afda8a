"""A person's changes leave a trace and outlive a new reading."""

from datetime import UTC, datetime

import pytest

from reading import (
    Layer,
    Lexicon,
    Row,
    UnknownSentenceError,
    choose,
    document_from_text,
    edit_sentence,
    exclude_sentence,
    include_sentence,
    merge_edits,
    read,
)

AT = datetime(2026, 6, 3, 8, 0, tzinfo=UTC)
TEXT = "Mời bà con đi họp lúc 7h30 tại nhà ông QXZ.\n\nĐề nghị mang theo sổ hộ khẩu."


def script():
    return read(document_from_text(TEXT))


def test_an_edit_keeps_what_was_written_and_what_was_said():
    old = script()
    first = old.sentences[0]
    new = edit_sentence(old, first.id, "Mời bà con  đi họp lúc bảy rưỡi.", editor="hoa", at=AT)
    sentence = new.sentences[0]
    assert sentence.spoken == "Mời bà con đi họp lúc bảy rưỡi."
    assert sentence.written == first.written
    assert sentence.flags == ()
    assert sentence.edits[0].before == first.spoken
    assert sentence.edits[0].editor == "hoa"
    assert old.sentences[0].edits == ()


def test_an_empty_edit_is_refused():
    with pytest.raises(UnknownSentenceError, match="trống"):
        edit_sentence(script(), script().sentences[0].id, "  ", editor="hoa", at=AT)


def test_a_sentence_that_is_not_there():
    with pytest.raises(UnknownSentenceError, match="tải lại"):
        edit_sentence(script(), "nothing", "câu", editor="hoa", at=AT)


def test_a_choice_resolves_one_doubt():
    old = script()
    sentence = old.sentences[0]
    (flag,) = sentence.flags
    new = choose(old, sentence.id, flag, "Quách Xuân Dũng", editor="hoa", at=AT)
    assert "ông Quách Xuân Dũng" in new.sentences[0].spoken
    assert new.sentences[0].flags == ()
    with pytest.raises(UnknownSentenceError):
        choose(new, sentence.id, flag, "khác", editor="hoa", at=AT)


def test_a_choice_after_an_edit_keeps_the_edit():
    old = script()
    sentence = old.sentences[0]
    (flag,) = sentence.flags
    text = sentence.spoken.replace("Mời bà con", "Kính mời bà con")
    edited = edit_sentence(old, sentence.id, text, editor="hoa", at=AT)
    assert edited.sentences[0].spoken.startswith("Kính mời")
    reread = merge_edits(edited, script())
    assert reread.sentences[0].spoken.startswith("Kính mời")
    assert flag not in reread.sentences[0].flags


def test_include_and_exclude():
    old = script()
    without = exclude_sentence(old, old.sentences[1].id, editor="hoa", at=AT)
    assert not without.sentences[1].aloud
    again = include_sentence(without, old.sentences[1].id, editor="hoa", at=AT)
    assert again.sentences[1].aloud
    assert [edit.kind for edit in again.sentences[1].edits] == ["exclude", "include"]


def test_reading_again_keeps_edits_of_the_same_sentence():
    old = script()
    edited = edit_sentence(old, old.sentences[1].id, "Nhớ mang sổ.", editor="hoa", at=AT)
    lexicon = Lexicon.national().with_rows(Layer.COMMUNE, [Row(written="QXZ", spoken="Quách Xuân Dũng")])
    new = merge_edits(edited, read(document_from_text(TEXT), lexicon=lexicon))
    assert new.sentences[1].spoken == "Nhớ mang sổ."
    assert "Quách Xuân Dũng" in new.sentences[0].spoken


def test_an_edit_follows_its_sentence_when_the_document_changes_a_little():
    old = script()
    edited = edit_sentence(old, old.sentences[1].id, "Nhớ mang sổ.", editor="hoa", at=AT)
    changed = read(document_from_text(TEXT.replace("sổ hộ khẩu", "sổ hộ khẩu gốc")))
    new = merge_edits(edited, changed)
    assert new.sentences[1].edited
    assert new.sentences[1].written.endswith("gốc.")
    assert new.orphans == ()


def test_an_edit_whose_sentence_is_gone_is_kept_as_an_orphan_and_comes_back():
    old = script()
    edited = edit_sentence(old, old.sentences[1].id, "Nhớ mang sổ.", editor="hoa", at=AT)
    gone = merge_edits(edited, read(document_from_text("Hôm nay trời mưa to.")))
    assert [sentence.spoken for sentence in gone.orphans] == ["Nhớ mang sổ."]
    back = merge_edits(gone, script())
    assert back.sentences[1].spoken == "Nhớ mang sổ."
    assert back.orphans == ()
