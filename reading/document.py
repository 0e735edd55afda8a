"""What extraction finds in a file: blocks in reading order, each with its part in the document.

The border between the two halves of this room: `reading.extraction` makes a Document, `reading.script` turns one into sentences.
"""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class BlockKind(StrEnum):
    """The part a block plays in an official document (layout of NĐ 30/2020/NĐ-CP, annex I)."""

    TITLE = "title"
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST_ITEM = "list_item"
    TABLE_ROW = "table_row"
    # by default not read aloud
    ISSUER = "issuer"  # "UBND XÃ KHUỔI NẰN", left half of the letterhead
    MOTTO = "motto"  # "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM / Độc lập - Tự do - Hạnh phúc"
    DOCUMENT_NUMBER = "document_number"  # "Số: 12/TB-UBND"
    PLACE_DATE = "place_date"  # "Khuổi Nằn, ngày 3 tháng 6 năm 2026"
    RECIPIENTS = "recipients"  # "Nơi nhận: ... Lưu: VT."
    SIGNATURE = "signature"  # "TM. UBND / KT. CHỦ TỊCH / PHÓ CHỦ TỊCH / (Đã ký) / Nông Văn Hải"
    PAGE_FURNITURE = "page_furniture"  # running heads, page numbers, rules of dashes


UNREAD_KINDS = frozenset({
    BlockKind.ISSUER, BlockKind.MOTTO, BlockKind.DOCUMENT_NUMBER, BlockKind.PLACE_DATE,
    BlockKind.RECIPIENTS, BlockKind.SIGNATURE, BlockKind.PAGE_FURNITURE,
})  # fmt: skip


class Block(BaseModel):
    """One paragraph, list item or table row, NFC, in reading order."""

    model_config = ConfigDict(frozen=True)

    kind: BlockKind
    text: str
    """The whole text of the block; for a table row the cells joined by " | "."""
    marker: str = ""
    """A list item's resolved number or bullet as written ("1.", "a)", "-"), not part of `text`."""
    level: int = 0
    """Depth of a heading or list item, from 0."""
    cells: tuple[str, ...] = ()
    """Table row only: the texts of its cells."""
    header: tuple[str, ...] = ()
    """Table row only: the texts of the table's header row, where there is one, as long as `cells`."""


class Document(BaseModel):
    """An extracted document. `sha256` is that of the file's bytes."""

    model_config = ConfigDict(frozen=True)

    name: str
    format: str
    """"docx", "doc", "odt", "rtf", "pdf", "pdf-scan", "image", "txt", "html" or "text" (pasted)."""
    encoding: str
    """What the text was written in, as shown to the officer: "UTF-8", "TCVN3 (.VnTime)", "VNI", "Windows-1258", "OCR" …"""
    sha256: str
    pages: int | None = None
    warnings: tuple[str, ...] = ()
    """Vietnamese, for the officer: what could not be kept (a picture without text, macros left out …)."""
    blocks: tuple[Block, ...]
