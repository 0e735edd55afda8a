"""What one extraction may cost before it is stopped."""

from pydantic import BaseModel, ConfigDict, PositiveInt

from reading.errors import UnreadableDocumentError


class Limits(BaseModel):
    """Bounds of one extraction. Generous for a commune's papers, small beside a station's memory."""

    model_config = ConfigDict(frozen=True)

    time_s: PositiveInt = 180
    """Wall clock for the whole extraction, OCR and LibreOffice included."""
    file_mb: PositiveInt = 50
    """Largest file that is opened at all."""
    unpacked_mb: PositiveInt = 200
    """Sum of what a .docx or .odt unpacks to, as its directory states it; checked before anything is unpacked."""
    unpack_ratio: PositiveInt = 200
    """Unpacked to packed size of any part above 1 MB; real XML stays under about 60."""
    memory_mb: PositiveInt = 1536
    """Address space of the extracting process (RLIMIT_AS), libraries included."""
    tool_memory_mb: PositiveInt = 4096
    """Address space of LibreOffice and tesseract, which map far more than they use."""
    pages: PositiveInt = 200
    """Pages of a PDF or scan, or what would fill as many (see `characters_per_page`) in other formats."""
    ocr_pages: PositiveInt = 40
    """Pages that may go through OCR, at about a second or two each."""
    characters_per_page: PositiveInt = 2500
    """A full page of an official document; times `pages` it bounds the text of a format that has no pages."""

    def check_length(self, characters: int) -> None:
        """Raises UnreadableDocumentError where a text of so many characters would fill more than `pages`."""
        if characters > self.pages * self.characters_per_page:
            raise UnreadableDocumentError(
                f"Văn bản quá dài: {characters} ký tự, nhiều hơn {self.pages} trang. Hãy tách lấy phần cần phát rồi gửi lại."
            )


DEFAULT = Limits()
