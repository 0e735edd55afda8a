"""What a dictionary row does: how it will sound, and which scripts it changes."""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict

from reading.dialect import Dialect
from reading.document import Document
from reading.lexicon import Layer, Lexicon, Row
from reading.reader import read, read_line
from reading.script import Flag


class Sounding(BaseModel):
    """A row tried out before it is saved."""

    model_config = ConfigDict(frozen=True)

    spoken: str
    """The row alone, as the voice will say it."""
    example_written: str
    """The row in the company it asks for."""
    example_spoken: str
    flags: tuple[Flag, ...]
    """What is still doubtful in the spoken form itself (a digit, a foreign word)."""


def how_it_sounds(
    row: Row, *, lexicon: Lexicon | None = None, dialect: Dialect | None = None, layer: Layer = Layer.COMMUNE
) -> Sounding:
    """Read the row as if it stood in `layer`; send `spoken` to a voice to hear it."""
    base = lexicon if lexicon is not None else Lexicon.national()
    others = tuple(
        other for other in base.rows(layer) if other.written != row.written or other.conditional != row.conditional
    )
    tried = base.with_rows(layer, (row, *others))
    example = " ".join(
        part.replace("#", "5")
        for part in (*row.after[:1], row.written, *row.before[:1], *row.among[:1])
        if part not in {"^", "$"}
    )
    said = read_line(row.spoken, lexicon=tried, dialect=dialect)
    return Sounding(
        spoken=said.spoken,
        example_written=example,
        example_spoken=read_line(example, lexicon=tried, dialect=dialect).spoken,
        flags=said.flags,
    )


def scripts_changed_by(
    row: Row,
    documents: Mapping[str, Document],
    *,
    lexicon: Lexicon | None = None,
    dialect: Dialect | None = None,
    layer: Layer = Layer.COMMUNE,
) -> tuple[str, ...]:
    """The keys of the documents that `row` in `layer` would have read otherwise. Only those that hold the written form are read."""
    base = lexicon if lexicon is not None else Lexicon.national()
    kept = tuple(other for other in base.rows(layer) if other.written != row.written)
    tried = base.with_rows(layer, (row, *kept))
    needle = row.written.casefold().rstrip(".")
    changed: list[str] = []
    for key, document in documents.items():
        if not any(needle in block.text.casefold() for block in document.blocks):
            continue
        before = [sentence.spoken for sentence in read(document, lexicon=base, dialect=dialect).sentences]
        if before != [sentence.spoken for sentence in read(document, lexicon=tried, dialect=dialect).sentences]:
            changed.append(key)
    return tuple(changed)
