"""The reader of each file type. Runs only inside the extracting process."""

import hashlib
from dataclasses import replace
from pathlib import Path

from reading.document import Document
from reading.errors import UnreadableDocumentError
from reading.extraction.filetype import FileType, detect
from reading.extraction.layout import classify_blocks
from reading.extraction.limits import Limits
from reading.extraction.office import to_docx
from reading.extraction.paragraph import Extracted
from reading.extraction.plain import read_plain
from reading.extraction.web import read_web
from reading.extraction.word.reader import read_word


def read_document(path: Path, name: str, limits: Limits, folder: Path) -> Document:
    """The document at `path`; `folder` is for what its tools write. Raises UnreadableDocumentError or ExtractionFailedError."""
    file_type = detect(path, name, limits)
    extracted = _read(path, file_type, limits, folder)
    limits.check_length(sum(len(paragraph.text) for paragraph in extracted.paragraphs))
    blocks = classify_blocks(extracted.paragraphs)
    if not any(char.isalnum() for block in blocks for char in block.text):
        raise UnreadableDocumentError(_NO_TEXT[file_type])
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return Document(
        name=name,
        format=extracted.format or file_type.value,
        encoding=extracted.encoding,
        sha256=sha256,
        pages=extracted.pages,
        warnings=extracted.warnings,
        blocks=blocks,
    )


def _read(path: Path, file_type: FileType, limits: Limits, folder: Path) -> Extracted:
    match file_type:
        case FileType.DOCX:
            return _read_word(path, folder, limits)
        case FileType.DOC | FileType.ODT | FileType.RTF:
            return _read_word(to_docx(path, f".{file_type.value}", folder, limits), folder, limits)
        case FileType.PDF:
            from reading.extraction.pdf import read_pdf  # noqa: PLC0415 (a third of a second that other types need not wait)

            return read_pdf(path, folder, limits)
        case FileType.IMAGE:
            from reading.extraction.picture import read_picture  # noqa: PLC0415 (as above)

            return read_picture(path, folder, limits)
        case FileType.HTML:
            return read_web(path.read_bytes())
        case FileType.TXT:
            return read_plain(path.read_bytes())


def _read_word(path: Path, folder: Path, limits: Limits) -> Extracted:
    """The text of a .docx; of one that is nothing but scanned pages, what is seen in its pictures."""
    extracted = read_word(path, limits)
    characters = sum(char.isalnum() for paragraph in extracted.paragraphs for char in paragraph.text)
    if characters >= _FEW_CHARACTERS or not extracted.pictures:
        return extracted
    from reading.extraction.picture import read_pictures_of  # noqa: PLC0415 (as above)

    seen = read_pictures_of(path, extracted.pictures, folder, limits)
    return replace(seen, paragraphs=extracted.paragraphs + seen.paragraphs) if seen.paragraphs else extracted


_FEW_CHARACTERS = 50
_EMPTY = "Văn bản không có chữ nào để đọc. Hãy kiểm tra lại đã chọn đúng tệp chưa."
_NO_PICTURE_TEXT = (
    "Không nhận ra chữ nào trong ảnh. Hãy chụp lại thẳng, đủ sáng, rõ nét, lấy trọn trang giấy, hoặc gửi tệp Word."
)
_NO_TEXT = {**dict.fromkeys(FileType, _EMPTY), FileType.IMAGE: _NO_PICTURE_TEXT, FileType.PDF: _NO_PICTURE_TEXT}
