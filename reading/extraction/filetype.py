"""What a file is, by its content; and whether its name's ending says the same."""

import re
import zipfile
from enum import StrEnum
from pathlib import Path, PurePath

from reading.errors import UnreadableDocumentError
from reading.extraction.archive import open_archive, read_part
from reading.extraction.encoding import decode
from reading.extraction.limits import Limits


class FileType(StrEnum):
    """A format that can be read; the value is `Document.format`."""

    DOCX = "docx"
    DOC = "doc"
    ODT = "odt"
    RTF = "rtf"
    PDF = "pdf"
    IMAGE = "image"
    TXT = "txt"
    HTML = "html"


_SAVE_AS = "Hãy lưu văn bản thành .docx hoặc .pdf rồi gửi lại."
_ENDINGS: dict[str, frozenset[FileType]] = {
    ".docx": frozenset({FileType.DOCX}),
    ".docm": frozenset({FileType.DOCX}),
    ".dotx": frozenset({FileType.DOCX}),
    # Word itself opens (and other systems write) all of these under the old ending.
    ".doc": frozenset({FileType.DOC, FileType.RTF, FileType.DOCX, FileType.HTML}),
    ".dot": frozenset({FileType.DOC}),
    ".odt": frozenset({FileType.ODT}),
    ".rtf": frozenset({FileType.RTF}),
    ".pdf": frozenset({FileType.PDF}),
    **dict.fromkeys((".jpg", ".jpeg", ".png", ".tif", ".tiff", ".webp", ".bmp"), frozenset({FileType.IMAGE})),
    ".txt": frozenset({FileType.TXT}),
    ".html": frozenset({FileType.HTML, FileType.TXT}),
    ".htm": frozenset({FileType.HTML, FileType.TXT}),
}
_NAMES = {
    FileType.DOCX: "Word (.docx)",
    FileType.DOC: "Word 97–2003 (.doc)",
    FileType.ODT: "LibreOffice (.odt)",
    FileType.RTF: "RTF (.rtf)",
    FileType.PDF: "PDF (.pdf)",
    FileType.IMAGE: "ảnh (.jpg, .png)",
    FileType.TXT: "văn bản thuần (.txt)",
    FileType.HTML: "trang web (.html)",
}
_IMAGES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"II*\x00", b"MM\x00*", b"BM")
_PROGRAMS = (b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"dex\n")
_OTHERS = (
    (b"Rar!", "tệp nén RAR"),
    (b"7z\xbc\xaf", "tệp nén 7z"),
    (b"\x1f\x8b", "tệp nén gzip"),
    (b"ID3", "tệp âm thanh"),
    (b"OggS", "tệp âm thanh"),
    (b"RIFF", "tệp âm thanh hoặc phim"),
    (b"SQLite format 3", "cơ sở dữ liệu"),
)
_HTML = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|meta|div|table|p|span|h[1-6]|title|style)\b",
    re.IGNORECASE | re.DOTALL,
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def detect(path: Path, name: str, limits: Limits) -> FileType:
    """The type of the file at `path`, which the user calls `name`.

    Raises UnreadableDocumentError where it is nothing that can be read, is locked, or is something else than its ending says.
    """
    found = _by_content(path, limits)
    ending = PurePath(name).suffix.lower()
    if found not in _ENDINGS.get(ending, frozenset({found})):
        raise UnreadableDocumentError(
            f"Tên tệp có đuôi “{ending}” nhưng nội dung bên trong là {_NAMES[found]}. "
            "Hãy kiểm tra lại tệp, đổi đuôi cho đúng nội dung rồi gửi lại."
        )
    return found


def _by_content(path: Path, limits: Limits) -> FileType:
    with path.open("rb") as file:
        head = file.read(64 * 1024)
    if head.startswith(_PROGRAMS):
        raise UnreadableDocumentError(
            "Đây là một chương trình máy tính (tệp chạy được), không phải văn bản, dù tên tệp thế nào. Tệp không được mở. "
            "Nếu nhận tệp này qua thư hay Zalo, hãy báo người phụ trách an toàn thông tin."
        )
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _in_archive(path, limits)
    if head.startswith(_OLE):
        return _in_compound_file(path.read_bytes())
    if b"%PDF-" in head[:1024]:
        return FileType.PDF
    if head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"{\\rt"):
        return FileType.RTF
    if head.startswith(_IMAGES) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP"):
        return FileType.IMAGE
    if head[4:8] == b"ftyp":
        raise UnreadableDocumentError(
            "Đây là ảnh HEIC hoặc phim của điện thoại, đài chưa đọc được. Hãy chụp lại hoặc lưu thành ảnh .jpg rồi gửi lại."
        )
    for signature, what in _OTHERS:
        if head.startswith(signature):
            raise UnreadableDocumentError(f"Đây là {what}, không phải văn bản. {_SAVE_AS}")
    return _in_text(path.read_bytes())


def _in_archive(path: Path, limits: Limits) -> FileType:
    with open_archive(path, limits) as archive:
        names = set(archive.namelist())
        if read_part(archive, "mimetype").strip().startswith(b"application/vnd.oasis.opendocument.text"):
            _refuse_encrypted_odt(archive)
            return FileType.ODT
    if any(name.startswith("word/") for name in names) and "[Content_Types].xml" in names:
        return FileType.DOCX
    for folder, what in (("xl/", "bảng tính Excel"), ("ppt/", "bài trình chiếu PowerPoint")):
        if any(name.startswith(folder) for name in names):
            raise UnreadableDocumentError(
                f"Đây là {what}, đài chưa đọc được. Hãy lưu thành .pdf hoặc chép nội dung sang Word rồi gửi lại."
            )
    raise UnreadableDocumentError(
        f"Đây là tệp nén (.zip) hoặc tệp Word bị hỏng, không phải văn bản đọc được. Hãy giải nén trước. {_SAVE_AS}"
    )


def _refuse_encrypted_odt(archive: zipfile.ZipFile) -> None:
    if b"encryption-data" in read_part(archive, "META-INF/manifest.xml"):
        raise UnreadableDocumentError(
            "Tệp được đặt mật khẩu nên không đọc được. Hãy mở bằng mật khẩu, lưu lại không mật khẩu rồi gửi lại."
        )


def _in_compound_file(data: bytes) -> FileType:
    """Word 97–2003 by the names in its directory (UTF-16); the same container wraps locked .docx files."""

    def has(stream: str) -> bool:
        return stream.encode("utf-16-le") in data

    if has("EncryptedPackage") or has("EncryptionInfo"):
        raise UnreadableDocumentError(
            "Tệp Word được đặt mật khẩu nên không đọc được. Hãy mở bằng mật khẩu, lưu lại không mật khẩu rồi gửi lại."
        )
    if has("WordDocument"):
        # [MS-DOC] FibBase: wIdent 0xA5EC, then at offset 10 the flags, 0x0100 of them fEncrypted.
        fib = data.find(b"\xec\xa5", 512)
        if fib > 0 and fib % 512 == 0 and len(data) > fib + 12 and data[fib + 11] & 0x01:
            raise UnreadableDocumentError(
                "Tệp Word được đặt mật khẩu nên không đọc được. Hãy mở bằng mật khẩu, lưu lại không mật khẩu rồi gửi lại."
            )
        return FileType.DOC
    what = (
        "bảng tính Excel"
        if has("Workbook")
        else "bài trình chiếu PowerPoint"
        if has("PowerPoint Document")
        else "tệp Office không rõ loại hoặc bị hỏng"
    )
    raise UnreadableDocumentError(f"Đây là {what}, đài chưa đọc được. {_SAVE_AS}")


def _in_text(data: bytes) -> FileType:
    decoded = decode(data)
    if decoded is None:
        raise UnreadableDocumentError(
            f"Không nhận ra loại tệp: bên trong không phải văn bản, hoặc tệp bị hỏng. {_SAVE_AS}"
        )
    return FileType.HTML if _HTML.match(decoded[0]) else FileType.TXT
