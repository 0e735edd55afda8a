"""The dictionaries of communes and provinces, and the pasted texts that are read again with them."""

from datetime import datetime

from sqlmodel import JSON, Field, SQLModel, UniqueConstraint

from server.tables.columns import id_field, instant


class DictionaryRow(SQLModel, table=True):
    """How an area says a written form; `reading.Row` with who decided it."""

    __table_args__ = (UniqueConstraint("area_id", "key"),)

    id: str = id_field()
    area_id: str = Field(foreign_key="area.id", index=True)
    """A commune or a province; it holds for everything below."""
    key: str = Field(max_length=64)
    """sha256 of the written form and its company: one reading for each (the texts themselves are too long for an index)."""
    written: str = Field(max_length=500)
    spoken: str = Field(max_length=500)
    after: list[str] = Field(default_factory=list, sa_type=JSON)
    before: list[str] = Field(default_factory=list, sa_type=JSON)
    among: list[str] = Field(default_factory=list, sa_type=JSON)
    source: str = Field(default="", max_length=500)
    note: str = Field(default="", max_length=500)
    set_by: str = Field(foreign_key="person.id")
    set_at: datetime = instant(default_now=True)


class PastedText(SQLModel, table=True):
    """The text of a bulletin that came without a file. A table of its own: lists of bulletins do without it."""

    bulletin_id: str = Field(primary_key=True, foreign_key="bulletin.id")
    text: str
