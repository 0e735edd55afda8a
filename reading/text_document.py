"""Pasted text as a document: the same layout rules as for files, so letterhead and signature are known here too."""

import hashlib
import unicodedata

from reading.document import Document
from reading.extraction.layout import classify_blocks
from reading.extraction.paragraph import RawParagraph
from reading.extraction.wrapping import unwrap


def document_from_text(text: str, name: str = "") -> Document:
    """Split pasted text into blocks and recognise what is not read aloud. Any text gives a document, even an empty one."""
    clean = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    paragraphs = tuple(RawParagraph(text=line) for line in unwrap(clean.split("\n")))
    return Document(
        name=name,
        format="text",
        encoding="UTF-8",
        sha256=hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest(),
        blocks=classify_blocks(paragraphs),
    )
