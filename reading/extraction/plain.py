"""Plain text: lines to paragraphs, in whatever encoding."""

from reading.errors import UnreadableDocumentError
from reading.extraction.encoding import decode
from reading.extraction.paragraph import Extracted, RawParagraph
from reading.extraction.wrapping import unwrap


def read_plain(data: bytes) -> Extracted:
    """The paragraphs of a text file. Raises UnreadableDocumentError where `data` is no text."""
    decoded = decode(data)
    if decoded is None:
        raise UnreadableDocumentError(
            "Tệp không phải văn bản, hoặc đã bị hỏng. Hãy lưu lại dưới dạng .txt (UTF-8) hoặc .docx rồi gửi lại."
        )
    text, encoding = decoded
    return Extracted(paragraphs=tuple(RawParagraph(text=line) for line in unwrap(text.split("\n"))), encoding=encoding)
