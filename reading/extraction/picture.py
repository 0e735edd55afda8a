"""A photo or scan of a page as a picture file."""

from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageSequence, UnidentifiedImageError

from reading.errors import UnreadableDocumentError
from reading.extraction.archive import open_archive, read_part
from reading.extraction.limits import Limits
from reading.extraction.ocr import OCR_WARNING, recognise
from reading.extraction.page import Page, paragraphs_of
from reading.extraction.paragraph import Extracted

_FORMATS = ("JPEG", "PNG", "TIFF", "WEBP", "BMP")
_MOST_PIXELS = 60_000_000


def read_picture(path: Path, folder: Path, limits: Limits) -> Extracted:
    """The text seen in the picture at `path`. Raises UnreadableDocumentError where it is broken, too large or too long."""
    pages = _pages(path, folder, limits, limits.ocr_pages)
    return Extracted(paragraphs=tuple(paragraphs_of(pages)), encoding="OCR", pages=len(pages), warnings=(OCR_WARNING,))


def read_pictures_of(path: Path, names: Sequence[str], folder: Path, limits: Limits) -> Extracted:
    """The text seen in the pictures `names` of the .docx at `path`, for a document that is nothing but scanned pages."""
    pages: list[Page] = []
    with open_archive(path, limits) as archive:
        for name in names:
            picture = folder / "picture"
            picture.write_bytes(read_part(archive, name))
            pages += _pages(picture, folder, limits, limits.ocr_pages - len(pages))
    return Extracted(paragraphs=tuple(paragraphs_of(pages)), encoding="OCR", pages=len(pages), warnings=(OCR_WARNING,))


def _pages(path: Path, folder: Path, limits: Limits, most: int) -> list[Page]:
    try:
        with Image.open(path, formats=_FORMATS) as image:
            if image.width * image.height > _MOST_PIXELS:
                raise UnreadableDocumentError(
                    f"Ảnh quá lớn ({image.width} × {image.height} điểm ảnh). Hãy chụp hoặc quét lại ở độ phân giải 200–300 dpi."
                )
            if getattr(image, "n_frames", 1) > most:
                raise UnreadableDocumentError(
                    f"Bản quét dài quá giới hạn {limits.ocr_pages} trang. Hãy tách lấy phần cần phát rồi gửi lại."
                )
            return [recognise(frame.copy(), folder, limits) for frame in ImageSequence.Iterator(image)]
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError, EOFError) as error:
        raise UnreadableDocumentError("Tệp ảnh bị hỏng, không mở được. Hãy chụp lại hoặc gửi lại ảnh gốc.") from error
