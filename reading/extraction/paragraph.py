"""What every format's reader hands to the layout: paragraphs with whatever is known of how they stand on the page."""

from dataclasses import dataclass
from typing import Literal

Alignment = Literal["left", "center", "right", "justify"]
Column = Literal["left", "right"]
Part = Literal["letterhead", "closing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RawParagraph:
    """One paragraph, or one row of a table of data. Only `text` is needed; every other field is a hint."""

    text: str
    """May hold "\\n" (line breaks inside the paragraph) and "\\t" (columns made with tabs)."""
    alignment: Alignment | None = None
    bold: bool = False
    """The whole paragraph is bold."""
    marker: str = ""
    """The resolved number or bullet, where the format keeps it apart from the text."""
    level: int | None = None
    """Depth of the list item, where known."""
    heading: int | None = None
    """Depth of the heading style, from 0; None: no heading style."""
    title: bool = False
    """Set in the style "Title"."""
    part: Part | None = None
    """Stands in a borderless table that was recognised as letterhead or closing (recipients | signature)."""
    column: Column | None = None
    """Which half of that table."""
    cells: tuple[str, ...] = ()
    """A row of data: its cells; `text` is then not used."""
    header: tuple[str, ...] = ()
    """A row of data: the table's header cells, as many as `cells`, or none. The header row itself has both alike."""
    furniture: bool = False
    """Known to be a running head, a page number or the like."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extracted:
    """What a format's reader found, before the layout is understood."""

    paragraphs: tuple[RawParagraph, ...]
    encoding: str
    pages: int | None = None
    warnings: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()
    """Names of the pictures inside a .docx, in order."""
    format: str | None = None
    """Where the reader knows better than the file type: "pdf-scan"."""
